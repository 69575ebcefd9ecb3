//! The schemas that a schema is made of: itself, those embedded in it, and the documents that it refers to.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::{Map, Value};
use url::Url;

use super::{Draft, MAX_DOCUMENTS, Resolve};
use crate::report::{Feature, Gap};

/// Where a schema stands: what its references are relative to, and by which draft it is read.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    pub base: Rc<str>,
    pub draft: Draft,
}

impl Scope {
    /// The scope inside `node`, which may name itself or its draft.
    pub(super) fn enter(&self, node: &Map<String, Value>) -> Self {
        let mut scope = self.clone();
        if let Some(draft) = node.get("$schema").and_then(Value::as_str).and_then(Draft::named) {
            scope.draft = draft;
        }
        let named = node.get(scope.draft.id()).and_then(Value::as_str).filter(|id| !id.starts_with('#'));
        // Up to draft 7 a reference hides what stands beside it.
        let hidden = scope.draft <= Draft::D7 && node.get("$ref").is_some_and(Value::is_string);
        if let Some(id) = named.filter(|_| !hidden) {
            scope.base = without_fragment(&join(&scope.base, id)).into();
        }
        scope
    }
}

/// A document that a schema refers to, or why it is not at hand.
pub(super) struct Other {
    url: String,
    json: Result<(Value, Draft), Gap>,
}

/// Everything that references can lead to.
pub(super) struct Library<'s> {
    root: Scope,
    resources: BTreeMap<Rc<str>, (&'s Value, Draft)>,
    anchors: BTreeMap<String, (&'s Value, Scope)>,
    gaps: BTreeMap<&'s str, &'s Gap>,
    /// How many resources have each dynamic anchor (a recursive one has the empty name).
    dynamic: BTreeMap<&'s str, usize>,
    /// Whether something asks for what no other keyword looked at.
    pub uses_unevaluated: bool,
}

impl<'s> Library<'s> {
    pub(super) fn of(schema: &'s Value, url: &str, draft: Draft, others: &'s [Other]) -> Self {
        let root = Scope { base: without_fragment(&join("", url)).into(), draft };
        let mut library = Self {
            root: root.clone(),
            resources: BTreeMap::new(),
            anchors: BTreeMap::new(),
            gaps: BTreeMap::new(),
            dynamic: BTreeMap::new(),
            uses_unevaluated: false,
        };
        library.add(schema, &root);
        for other in others {
            match &other.json {
                Ok((json, draft)) => {
                    library.add(json, &Scope { base: other.url.as_str().into(), draft: *draft });
                }
                Err(gap) => {
                    library.gaps.insert(&other.url, gap);
                }
            }
        }
        library
    }

    fn add(&mut self, schema: &'s Value, scope: &Scope) {
        self.resources.entry(Rc::clone(&scope.base)).or_insert((schema, scope.draft));
        walk(schema, scope, &mut |value, node, scope| {
            let id = node.get(scope.draft.id()).and_then(Value::as_str);
            if id.is_some_and(|id| !id.starts_with('#')) {
                self.resources.entry(Rc::clone(&scope.base)).or_insert((value, scope.draft));
            }
            let old_anchor = id.and_then(|id| id.strip_prefix('#')).filter(|_| scope.draft <= Draft::D7);
            let anchor = |name: &str| node.get(name).and_then(Value::as_str);
            for name in [old_anchor, anchor("$anchor"), anchor("$dynamicAnchor")].into_iter().flatten() {
                self.anchors.entry(format!("{}#{name}", scope.base)).or_insert((value, scope.clone()));
            }
            if let Some(name) = anchor("$dynamicAnchor") {
                *self.dynamic.entry(name).or_default() += 1;
            }
            if node.get("$recursiveAnchor").is_some_and(|is| is == true) {
                *self.dynamic.entry("").or_default() += 1;
            }
            self.uses_unevaluated |=
                node.contains_key("unevaluatedProperties") || node.contains_key("unevaluatedItems");
        });
    }

    pub(super) fn root(&self) -> Scope {
        self.root.clone()
    }

    /// What `reference` leads to, seen from `scope`.
    pub(super) fn target(&self, reference: &str, scope: &Scope) -> Result<(&'s Value, Scope), Gap> {
        let absolute = join(&scope.base, reference);
        let (resource, fragment) = absolute.split_once('#').unwrap_or((&absolute, ""));
        let Some((root, draft)) = self.resources.get(resource) else {
            let gap = self.gaps.get(resource).copied().cloned();
            return Err(gap.unwrap_or_else(|| Gap::Missing { url: resource.to_owned() }));
        };
        let scope = Scope { base: resource.into(), draft: *draft };
        let nowhere = || Gap::Unreadable {
            url: resource.to_owned(),
            problem: format!("a schema without the part “{reference}” that is referred to"),
        };
        if fragment.is_empty() {
            return Ok((root, scope));
        }
        if fragment.starts_with('/') {
            return at_pointer(root, scope, fragment).ok_or_else(nowhere);
        }
        self.anchors.get(&absolute).cloned().ok_or_else(nowhere)
    }

    /// A reference that depends on the way it is reached leads where a plain one does as long as there is one place
    /// of its name.
    pub(super) fn dynamic_target(&self, reference: &str, scope: &Scope) -> Result<(&'s Value, Scope), Gap> {
        let name = reference.split_once('#').map_or("", |(_, fragment)| fragment);
        if self.dynamic.get(name).is_some_and(|count| *count > 1) {
            let name = format!("dynamic references ({reference})");
            return Err(Gap::Unsupported { feature: Feature::Schema, name });
        }
        self.target(reference, scope)
    }
}

/// The place in `root` that a JSON Pointer (percent-encoded, RFC 6901, 6) names, and its scope.
fn at_pointer<'s>(root: &'s Value, mut scope: Scope, pointer: &str) -> Option<(&'s Value, Scope)> {
    let decoded = percent_encoding::percent_decode_str(pointer).decode_utf8().ok()?;
    let mut place = root;
    for token in decoded.split('/').skip(1) {
        let token = token.replace("~1", "/").replace("~0", "~");
        place = match place {
            Value::Object(node) => {
                scope = scope.enter(node);
                node.get(&token)?
            }
            Value::Array(items) => items.get(token.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    Some((place, scope))
}

/// The documents that `schema`, and they in turn, refer to and do not contain.
pub(super) fn others(schema: &Value, url: &str, draft: Draft, resolve: &mut Resolve) -> Vec<Other> {
    let root = Scope { base: without_fragment(&join("", url)).into(), draft };
    let (mut known, mut wanted) = (vec![root.base.to_string()], Vec::new());
    references(schema, &root, &mut known, &mut wanted);
    let mut others: Vec<Other> = Vec::new();
    while let Some(url) = wanted.pop() {
        if known.contains(&url) {
            continue;
        }
        known.push(url.clone());
        if others.len() >= MAX_DOCUMENTS {
            let name = format!("more than {MAX_DOCUMENTS} documents");
            others.push(Other { url, json: Err(Gap::Unsupported { feature: Feature::Schema, name }) });
            continue;
        }
        let json = resolve(&url).and_then(|json| Draft::of(&json).map(|draft| (json, draft)));
        if let Ok((json, draft)) = &json {
            let scope = Scope { base: url.as_str().into(), draft: *draft };
            references(json, &scope, &mut known, &mut wanted);
        }
        others.push(Other { url, json });
    }
    others
}

/// Notes which schemas `schema` contains and which documents its references name.
fn references(schema: &Value, scope: &Scope, known: &mut Vec<String>, wanted: &mut Vec<String>) {
    walk(schema, scope, &mut |_, node, scope| {
        if node.get(scope.draft.id()).is_some_and(Value::is_string)
            && !known.iter().any(|url| **url == *scope.base)
        {
            known.push(scope.base.to_string());
        }
        for keyword in ["$ref", "$dynamicRef"] {
            if let Some(reference) = node.get(keyword).and_then(Value::as_str) {
                let url = without_fragment(&join(&scope.base, reference)).to_owned();
                if wanted.len() < MAX_DOCUMENTS * 4 && !wanted.contains(&url) {
                    wanted.push(url);
                }
            }
        }
    });
}

/// Visits every object of a schema that can be a schema, with the scope inside it.
fn walk<'s>(
    schema: &'s Value,
    scope: &Scope,
    visit: &mut impl FnMut(&'s Value, &'s Map<String, Value>, &Scope),
) {
    match schema {
        Value::Object(node) => {
            let inside = scope.enter(node);
            visit(schema, node, &inside);
            for (key, value) in node {
                if !matches!(key.as_str(), "enum" | "const" | "default" | "examples") {
                    walk(value, &inside, visit);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| walk(item, scope, visit)),
        _ => {}
    }
}

/// `reference`, made absolute by `base` where that is a URL.
fn join(base: &str, reference: &str) -> String {
    match Url::parse(base) {
        Ok(base) => base.join(reference).map_or_else(|_| reference.to_owned(), String::from),
        Err(_) => match Url::parse(reference) {
            Ok(url) => url.into(),
            Err(_) if reference.starts_with('#') => format!("{base}{reference}"),
            Err(_) => reference.to_owned(),
        },
    }
}

fn without_fragment(url: &str) -> &str {
    crate::document::without_fragment(url)
}
