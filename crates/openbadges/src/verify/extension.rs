//! Extensions of Open Badges 1.1 and 2.0: nodes of type `Extension`, judged by the schema of each type they name.
//!
//! Those that 1EdTech publishes are judged by tables that state what their schemas ask for. Of any other, the
//! context says which schema describes it (`validation`: `validatesType`, `validationSchema`); both are documents like
//! any other.

use serde_json::{Map, Value};

use super::assertion::{Parts, Subject};
use crate::credential::extensions;
use crate::credential::shape::Problems;
use crate::credential::value::{each, id_of, is_web_address, strings};
use crate::document::Documents;
use crate::report::{DocumentRef, Exempt, Fact, Fault, Feature, Finding, Gap, Outcome, Problem};
use crate::schema;

/// More nodes than this are not judged.
const MAX_NODES: usize = 64;

/// More contexts than this of one node are not looked at.
const MAX_CONTEXTS: usize = 4;

/// Deeper than this no node is looked for.
const MAX_DEPTH: usize = 16;

/// Judges the extensions of an assertion or endorsement, its BadgeClass and its issuer.
pub(super) fn of_assertion(subject: Subject, parts: &Parts, documents: &Documents) -> Finding {
    let mut nodes = Vec::new();
    find(subject.json, None, "", 0, &mut nodes);
    for part in [parts.class(), parts.profile()].into_iter().flatten() {
        find(&part.json, part.url.as_deref(), "", 0, &mut nodes);
    }
    let mut inquiry = Inquiry { documents, references: Vec::new() };
    let (mut types, mut problems, mut gap) = (Vec::new(), Vec::new(), None);
    for node in &nodes {
        for class in strings(node.json.get("type")).filter(|class| *class != "Extension") {
            match inquiry.judge(node, class) {
                Ok(found) => problems.extend(found),
                Err(lacking) => gap = gap.or(Some(lacking)),
            }
            if !types.iter().any(|known| known == class) {
                types.push(class.to_owned());
            }
        }
    }
    problems.truncate(Fault::MAX_PROBLEMS);
    let outcome = match gap {
        _ if !problems.is_empty() => Outcome::Fail(Fault::ExtensionMalformed { problems }),
        Some(gap) => Outcome::Unknown(gap),
        None if types.is_empty() => Outcome::NotApplicable(Exempt::NoSchema),
        None => Outcome::Pass(Fact::ExtensionsFit { types }),
    };
    Finding { outcome, documents: inquiry.references }
}

/// An extension, and where it stands.
struct Node<'a> {
    json: &'a Map<String, Value>,
    document: Option<&'a str>,
    pointer: String,
}

/// The extensions in `value`. Parts of the badge are looked through on their own.
fn find<'a>(
    value: &'a Value,
    document: Option<&'a str>,
    pointer: &str,
    depth: usize,
    nodes: &mut Vec<Node<'a>>,
) {
    if depth > MAX_DEPTH || nodes.len() >= MAX_NODES {
        return;
    }
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                find(item, document, &format!("{pointer}/{index}"), depth + 1, nodes);
            }
        }
        Value::Object(members) => {
            let is_extension = |class: &str| class == "Extension" || extensions::name(class).is_some();
            if strings(members.get("type")).any(is_extension) {
                nodes.push(Node { json: members, document, pointer: pointer.to_owned() });
            }
            for (name, member) in members {
                if !matches!(name.as_str(), "@context" | "badge" | "issuer" | "endorsement") {
                    let step = crate::credential::shape::escaped(name);
                    find(member, document, &format!("{pointer}/{step}"), depth + 1, nodes);
                }
            }
        }
        _ => {}
    }
}

/// How the context of an extension describes it.
struct Described {
    terms: Vec<(String, String)>,
    url: String,
    schema: Value,
}

struct Inquiry<'a> {
    documents: &'a Documents,
    references: Vec<DocumentRef>,
}

impl Inquiry<'_> {
    /// What is wrong with `node` by the schema of `class`.
    fn judge(&mut self, node: &Node, class: &str) -> Result<Vec<Problem>, Gap> {
        if let Some(table) = extensions::published(class) {
            let mut problems = Problems::of(node.document);
            problems.judge(&extensions::by_terms(node.json, &[]), table);
            return Ok(placed(problems.into_vec(), node));
        }
        let Some(Described { terms, url, schema }) = self.schema_of(node, class)? else {
            return Ok(Vec::new());
        };
        let instance = Value::Object(extensions::by_terms(node.json, &terms));
        let mut resolve = schema::at_hand(self.documents, &mut self.references);
        schema::validate(&schema, &url, &instance, &mut resolve).map(|problems| placed(problems, node))
    }

    /// The schema that a context of `node` gives for `class`, or that none gives one.
    fn schema_of(&mut self, node: &Node, class: &str) -> Result<Option<Described>, Gap> {
        let contexts: Vec<&str> =
            strings(node.json.get("@context")).filter(|url| is_web_address(url)).take(MAX_CONTEXTS).collect();
        if contexts.is_empty() {
            return Err(Gap::Unsupported { feature: Feature::Extension, name: class.to_owned() });
        }
        let mut gap = None;
        for url in contexts {
            let context = match self.read(url) {
                Ok(context) => context,
                Err(lacking) => {
                    gap = gap.or(Some(lacking));
                    continue;
                }
            };
            if let Some(url) = validation_of(&context, class) {
                let (terms, schema) = (extensions::terms_of(&context), self.read(&url)?);
                return Ok(Some(Described { terms, url, schema }));
            }
        }
        gap.map_or(Ok(None), Err)
    }

    fn read(&mut self, url: &str) -> Result<Value, Gap> {
        let document = self.documents.look_up(url)?;
        let json = document.json()?;
        self.references.push(document.reference());
        Ok(json)
    }
}

/// The schema that `context` names for `class`.
fn validation_of(context: &Value, class: &str) -> Option<String> {
    let same = |one: &str, other: &str| {
        one == other || extensions::name(one).is_some() && extensions::name(one) == extensions::name(other)
    };
    ["obi:validation", "validation"].iter().flat_map(|name| each(context.get(*name))).find_map(|entry| {
        let of = |name: &str| entry.get(format!("obi:{name}")).or_else(|| entry.get(name));
        let validates = strings(of("validatesType")).any(|validated| same(validated, class));
        of("validationSchema").and_then(id_of).filter(|_| validates).map(str::to_owned)
    })
}

fn placed(mut problems: Vec<Problem>, node: &Node) -> Vec<Problem> {
    for problem in &mut problems {
        problem.pointer.insert_str(0, &node.pointer);
        if problem.document.is_none() {
            problem.document = node.document.map(str::to_owned);
        }
    }
    problems
}
