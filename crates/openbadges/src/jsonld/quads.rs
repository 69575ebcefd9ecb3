//! RDF quads, and how expanded nodes become some (JSON-LD 1.1 API, section 8.1).

use std::collections::HashMap;
use std::fmt::{self, Write as _};
use std::sync::Arc;

use serde_json::{Number, Value};

use super::error::JsonLdError;
use super::expand::{Content, Kind, Literal, Node, Object};
use super::iri;
use super::jcs;

const RDF_FIRST: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#first";
const RDF_JSON: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON";
const RDF_LANG_STRING: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString";
const RDF_NIL: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#nil";
const RDF_REST: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#rest";
const RDF_TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
const XSD_BOOLEAN: &str = "http://www.w3.org/2001/XMLSchema#boolean";
const XSD_DOUBLE: &str = "http://www.w3.org/2001/XMLSchema#double";
const XSD_INTEGER: &str = "http://www.w3.org/2001/XMLSchema#integer";
const XSD_STRING: &str = "http://www.w3.org/2001/XMLSchema#string";

/// A subject, predicate, object or graph name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Term {
    /// An IRI.
    Iri(Arc<str>),
    /// A blank node, by its label (without `_:`).
    Blank(Arc<str>),
    /// A literal (an object only).
    Literal {
        /// The lexical form.
        value: Arc<str>,
        /// The IRI of the datatype.
        datatype: Arc<str>,
        /// The language tag of an `rdf:langString`.
        language: Option<Arc<str>>,
    },
}

impl Term {
    /// A plain string.
    pub fn string(value: impl Into<Arc<str>>) -> Self {
        Self::Literal { value: value.into(), datatype: XSD_STRING.into(), language: None }
    }

    /// A string in a language.
    pub fn in_language(value: impl Into<Arc<str>>, language: impl Into<Arc<str>>) -> Self {
        Self::Literal {
            value: value.into(),
            datatype: RDF_LANG_STRING.into(),
            language: Some(language.into()),
        }
    }
}

impl fmt::Display for Term {
    /// The term in canonical N-Quads (RDFC-1.0, section 5).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Iri(iri) => write_iri(f, iri),
            Self::Blank(label) => write!(f, "_:{label}"),
            Self::Literal { value, datatype, language } => {
                f.write_char('"')?;
                write_escaped(f, value)?;
                f.write_char('"')?;
                match language {
                    Some(language) => write!(f, "@{language}"),
                    None if datatype.as_ref() == XSD_STRING => Ok(()),
                    None => {
                        f.write_str("^^")?;
                        write_iri(f, datatype)
                    }
                }
            }
        }
    }
}

/// An IRI in angle brackets. Characters that N-Quads does not allow there are written as escapes, so that no
/// IRI can be mistaken for something else.
fn write_iri(f: &mut fmt::Formatter<'_>, iri: &str) -> fmt::Result {
    let foreign = |c: char| c <= ' ' || matches!(c, '<' | '>' | '"' | '{' | '}' | '|' | '^' | '`' | '\\');
    f.write_char('<')?;
    let mut rest = iri;
    while let Some(at) = rest.find(foreign) {
        let (plain, from) = rest.split_at(at);
        write!(f, "{plain}\\u{:04X}", from.as_bytes()[0])?;
        rest = &from[1..];
    }
    write!(f, "{rest}>")
}

fn write_escaped(f: &mut fmt::Formatter<'_>, value: &str) -> fmt::Result {
    let mut plain = 0;
    for (at, byte) in value.bytes().enumerate() {
        let escape = match byte {
            0x08 => "\\b",
            b'\t' => "\\t",
            b'\n' => "\\n",
            0x0c => "\\f",
            b'\r' => "\\r",
            b'"' => "\\\"",
            b'\\' => "\\\\",
            0..=0x1f | 0x7f => "",
            _ => continue,
        };
        f.write_str(&value[plain..at])?;
        if escape.is_empty() {
            write!(f, "\\u{byte:04X}")?;
        } else {
            f.write_str(escape)?;
        }
        plain = at + 1;
    }
    f.write_str(&value[plain..])
}

/// A statement in a graph.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quad {
    /// What the statement is about: an IRI or a blank node.
    pub subject: Term,
    /// The property: an IRI.
    pub predicate: Term,
    /// Its value.
    pub object: Term,
    /// The name of the graph; `None` is the default graph.
    pub graph: Option<Term>,
}

impl fmt::Display for Quad {
    /// The statement as a line of N-Quads, without the line feed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} ", self.subject, self.predicate, self.object)?;
        if let Some(graph) = &self.graph {
            write!(f, "{graph} ")?;
        }
        f.write_char('.')
    }
}

/// The places of blank nodes in the document, by their labels.
pub(super) type Places = HashMap<Arc<str>, Arc<str>>;

/// The quads of expanded nodes, and where their blank nodes stand, as far as the nodes say.
pub(super) fn quads_of(nodes: &[Object<'_>]) -> Result<(Vec<Quad>, Places), JsonLdError> {
    let mut writer = Writer {
        names: Names::new(),
        labels: HashMap::new(),
        fresh: 0,
        quads: Vec::new(),
        places: Places::new(),
    };
    for object in nodes {
        writer.object(object, None)?;
    }
    Ok((writer.quads, writer.places))
}

/// The IRIs of RDF itself, made once.
struct Names {
    kind: Term,
    first: Term,
    rest: Term,
    nil: Term,
    string: Arc<str>,
}

impl Names {
    fn new() -> Self {
        let iri = |iri: &str| Term::Iri(iri.into());
        Self {
            kind: iri(RDF_TYPE),
            first: iri(RDF_FIRST),
            rest: iri(RDF_REST),
            nil: iri(RDF_NIL),
            string: XSD_STRING.into(),
        }
    }
}

struct Writer {
    names: Names,
    /// The document's own blank node labels, and those that stand for them.
    labels: HashMap<Arc<str>, Term>,
    fresh: usize,
    quads: Vec<Quad>,
    places: Places,
}

impl Writer {
    fn blank(&mut self) -> Term {
        let term = Term::Blank(format!("b{}", self.fresh).into());
        self.fresh += 1;
        term
    }

    fn resource(&mut self, id: &Arc<str>) -> Term {
        if !iri::is_blank(id) {
            return Term::Iri(id.clone());
        }
        if let Some(term) = self.labels.get(id) {
            return term.clone();
        }
        let term = self.blank();
        self.labels.insert(id.clone(), term.clone());
        term
    }

    fn push(&mut self, subject: &Term, predicate: Term, object: Term, graph: Option<&Term>) {
        self.quads.push(Quad { subject: subject.clone(), predicate, object, graph: graph.cloned() });
    }

    /// Writes what `object` says and gives the term that stands for it.
    fn object(&mut self, object: &Object<'_>, graph: Option<&Term>) -> Result<Term, JsonLdError> {
        match object {
            Object::Node(node) => self.node(node, graph),
            Object::Literal(literal) => self.literal(literal),
            Object::List(items) => self.list(items, graph),
        }
    }

    fn node(&mut self, node: &Node<'_>, graph: Option<&Term>) -> Result<Term, JsonLdError> {
        let subject = match &node.id {
            Some(id) => self.resource(id),
            None => self.blank(),
        };
        if let (Some(place), Term::Blank(label)) = (&node.place, &subject) {
            // A blank node with a label of its own is told by that, wherever it is spoken of.
            let place = node.id.as_ref().unwrap_or(place);
            self.places.insert(label.clone(), place.clone());
        }
        for name in &node.types {
            let object = self.resource(name);
            self.push(&subject, self.names.kind.clone(), object, graph);
        }
        for (property, objects) in &node.properties {
            for object in objects {
                let object = self.object(object, graph)?;
                self.push(&subject, Term::Iri(property.clone()), object, graph);
            }
        }
        for (property, subjects) in &node.reverse {
            for other in subjects {
                let other = self.object(other, graph)?;
                self.push(&other, Term::Iri(property.clone()), subject.clone(), graph);
            }
        }
        for object in node.graph.iter().flatten() {
            self.object(object, Some(&subject))?;
        }
        for object in &node.included {
            self.object(object, graph)?;
        }
        Ok(subject)
    }

    fn list(&mut self, items: &[Object<'_>], graph: Option<&Term>) -> Result<Term, JsonLdError> {
        let cells: Vec<Term> = items.iter().map(|_| self.blank()).collect();
        for (index, item) in items.iter().enumerate() {
            let object = self.object(item, graph)?;
            self.push(&cells[index], self.names.first.clone(), object, graph);
            let rest = cells.get(index + 1).unwrap_or(&self.names.nil).clone();
            self.push(&cells[index], self.names.rest.clone(), rest, graph);
        }
        Ok(cells.into_iter().next().unwrap_or_else(|| self.names.nil.clone()))
    }

    /// Object to RDF conversion of a value (section 8.2.2).
    fn literal(&self, literal: &Literal<'_>) -> Result<Term, JsonLdError> {
        let value = match literal.content {
            Content::Key(text) => return Ok(self.text(text, &literal.kind)),
            Content::Value(value) => value,
        };
        let (text, implied) = match (&literal.kind, value) {
            (Kind::Json, value) => {
                let text = jcs::canonical_json(value).map_err(|error| too_large(&error.number))?;
                return Ok(Term::Literal { value: text.into(), datatype: RDF_JSON.into(), language: None });
            }
            (kind, Value::String(text)) => return Ok(self.text(text, kind)),
            (_, Value::Bool(truth)) => (truth.to_string(), XSD_BOOLEAN),
            (Kind::Typed(datatype), Value::Number(number)) if datatype.as_ref() == XSD_DOUBLE => {
                (double(exact(number)?), XSD_DOUBLE)
            }
            (_, Value::Number(number)) => {
                let value = exact(number)?;
                // Adding zero makes a negative zero positive, as others write it.
                if value.fract() == 0.0 {
                    (format!("{}", value + 0.0), XSD_INTEGER)
                } else {
                    (double(value), XSD_DOUBLE)
                }
            }
            // Expansion lets no other value come here.
            (_, other) => {
                return Err(JsonLdError::Invalid {
                    rule: "invalid value object value",
                    pointer: other.to_string(),
                });
            }
        };
        let datatype = match &literal.kind {
            Kind::Typed(datatype) => datatype.clone(),
            _ => implied.into(),
        };
        Ok(Term::Literal { value: text.into(), datatype, language: None })
    }

    fn text(&self, text: &str, kind: &Kind) -> Term {
        match kind {
            Kind::Typed(datatype) => {
                Term::Literal { value: text.into(), datatype: datatype.clone(), language: None }
            }
            Kind::Language(language) => Term::in_language(text, language.clone()),
            Kind::Plain | Kind::Json => {
                Term::Literal { value: text.into(), datatype: self.names.string.clone(), language: None }
            }
        }
    }
}

/// The number, if every program reads it alike. Expansion has refused the others, and could say where they are.
fn exact(number: &Number) -> Result<f64, JsonLdError> {
    jcs::exact(number).ok_or_else(|| too_large(&number.to_string()))
}

fn too_large(number: &str) -> JsonLdError {
    JsonLdError::UnsafeNumber { number: number.to_owned(), pointer: String::new() }
}

/// The canonical lexical form of `xsd:double`, with the 16 digits that JSON-LD gives it (section 8.6).
fn double(value: f64) -> String {
    let text = format!("{value:.15e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let fraction = fraction.trim_end_matches('0');
    format!("{whole}.{}E{exponent}", if fraction.is_empty() { "0" } else { fraction })
}

#[cfg(test)]
mod tests {
    use super::{Term, double};

    #[test]
    fn doubles_have_one_form() {
        for (value, expected) in [
            (2.5, "2.5E0"),
            (3.0, "3.0E0"),
            (0.1, "1.0E-1"),
            (-12.75, "-1.275E1"),
            (0.000_015, "1.5E-5"),
            (0.1 + 0.2, "3.0E-1"),
            (1.0 / 3.0, "3.333333333333333E-1"),
            (0.0, "0.0E0"),
        ] {
            assert_eq!(double(value), expected);
        }
    }

    #[test]
    fn an_iri_cannot_end_early() {
        let iri = Term::Iri("https://a.example/{x}|\\u007D> <b".into());
        assert_eq!(
            iri.to_string(),
            "<https://a.example/\\u007Bx\\u007D\\u007C\\u005Cu007D\\u003E\\u0020\\u003Cb>"
        );
    }

    #[test]
    fn control_characters_are_escaped() {
        let text = Term::string("a\u{8}\t\n\u{b}\u{c}\r\"\\\u{0}\u{1f}\u{7f}\u{80}é");
        assert_eq!(text.to_string(), "\"a\\b\\t\\n\\u000B\\f\\r\\\"\\\\\\u0000\\u001F\\u007F\u{80}é\"");
    }
}
