//! Rules of form, stated as data: which properties a class has, which it must have, and what each one holds.
//!
//! One walker reads every table. JSON-LD lets a single value stand for a list of one and the other way round, so
//! the walker accepts both; where a property holds one value at most, two are a problem.

use serde_json::{Map, Value};

use super::moment;
use super::value::{each, is_iri, is_stated, is_web_address, kind_of, strings};
use crate::report::{Fault, Problem};

/// A class of a specification.
pub(crate) struct Class {
    /// What its `type` must name: one of these. Empty where the class has no type of its own.
    pub types: &'static [&'static str],
    /// Its properties; what is not listed is somebody's extension and has any form.
    pub properties: &'static [Property],
    /// What no table can say.
    pub rule: Option<Rule>,
}

/// A rule beyond the table: looks at a node and reports what is wrong.
pub(crate) type Rule = fn(&Map<String, Value>, &mut Problems);

/// A property of a class.
pub(crate) struct Property {
    pub name: &'static str,
    pub needed: bool,
    pub many: bool,
    pub shape: Shape,
}

/// What a property holds.
#[derive(Clone, Copy)]
pub(crate) enum Shape {
    /// Text: a string, or with a language (`@value`), or a map of languages.
    Text,
    /// A string, nothing else.
    Str,
    /// An absolute IRI.
    Iri,
    /// A web address (`http` or `https`).
    WebAddress,
    /// A date-time with a zone.
    Moment,
    /// True or false.
    Bool,
    /// A number.
    Number,
    /// What the function accepts, named by the text.
    Is(fn(&Value) -> bool, &'static str),
    /// A node of a class.
    Node(&'static Class),
    /// The IRI of a node, or the node itself.
    Link(&'static Class),
}

/// A required single value.
pub(crate) const fn one(name: &'static str, shape: Shape) -> Property {
    Property { name, needed: true, many: false, shape }
}

/// An optional single value.
pub(crate) const fn maybe(name: &'static str, shape: Shape) -> Property {
    Property { name, needed: false, many: false, shape }
}

/// Any number of values.
pub(crate) const fn many(name: &'static str, shape: Shape) -> Property {
    Property { name, needed: false, many: true, shape }
}

/// What is wrong in a document, as it is found.
pub(crate) struct Problems {
    document: Option<String>,
    pointer: String,
    found: Vec<Problem>,
}

impl Problems {
    /// For `document`, or for the credential itself.
    pub(crate) fn of(document: Option<&str>) -> Self {
        Self { document: document.map(str::to_owned), pointer: String::new(), found: Vec::new() }
    }

    pub(crate) fn into_vec(self) -> Vec<Problem> {
        self.found
    }

    /// Reports a problem at `name` under the place that is looked at.
    pub(crate) fn add(&mut self, name: &str, expected: impl Into<String>, found: impl Into<String>) {
        if self.found.len() < Fault::MAX_PROBLEMS {
            let pointer = if name.is_empty() {
                self.pointer.clone()
            } else {
                format!("{}/{}", self.pointer, escaped(name))
            };
            self.found.push(Problem {
                document: self.document.clone(),
                pointer,
                expected: expected.into(),
                found: found.into(),
            });
        }
    }

    /// Reports a problem at `place`, a whole JSON Pointer.
    pub(crate) fn add_at(&mut self, place: &str, expected: impl Into<String>, found: impl Into<String>) {
        let here = std::mem::replace(&mut self.pointer, place.to_owned());
        self.add("", expected, found);
        self.pointer = here;
    }

    /// Looks at a place below the present one.
    fn within(&mut self, step: &str, look: impl FnOnce(&mut Self)) {
        let length = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(&escaped(step));
        look(self);
        self.pointer.truncate(length);
    }

    /// Judges `node` by the table of `class`.
    pub(crate) fn judge(&mut self, node: &Map<String, Value>, class: &Class) {
        self.judge_type(node, class);
        for property in class.properties {
            self.judge_property(node, property);
        }
        if let Some(rule) = class.rule {
            rule(node, self);
        }
    }

    fn judge_type(&mut self, node: &Map<String, Value>, class: &Class) {
        if class.types.is_empty() || strings(node.get("type")).any(|name| class.types.contains(&name)) {
            return;
        }
        let found = match strings(node.get("type")).collect::<Vec<_>>().join(", ") {
            empty if empty.is_empty() => "none".to_owned(),
            names => shown(&names),
        };
        self.add("type", format!("the type {}", class.types.join(" or ")), found);
    }

    fn judge_property(&mut self, node: &Map<String, Value>, property: &Property) {
        let stated = node.get(property.name);
        let values = each(stated);
        if values.is_empty() {
            if property.needed {
                self.add(
                    property.name,
                    property.shape.in_words(),
                    if stated.is_some() { "nothing in it" } else { "nothing" },
                );
            }
            return;
        }
        if values.len() > 1 && !property.many {
            self.add(property.name, "one value", format!("{} values", values.len()));
        }
        let listed = stated.is_some_and(Value::is_array);
        self.within(property.name, |problems| {
            for (index, value) in values.iter().enumerate() {
                if listed {
                    problems
                        .within(&index.to_string(), |problems| problems.judge_value(value, property.shape));
                } else {
                    problems.judge_value(value, property.shape);
                }
            }
        });
    }

    fn judge_value(&mut self, value: &Value, shape: Shape) {
        match (shape, value) {
            (Shape::Node(class) | Shape::Link(class), Value::Object(node)) => self.judge(node, class),
            _ if shape.admits(value) => {}
            _ => self.add("", shape.in_words(), describe(value)),
        }
    }
}

impl Shape {
    fn admits(self, value: &Value) -> bool {
        let text = value.as_str();
        match self {
            Self::Text => text.is_some() || value.as_object().is_some_and(is_language_text),
            Self::Str => text.is_some(),
            Self::Iri | Self::Link(_) => text.is_some_and(is_iri),
            Self::WebAddress => text.is_some_and(is_web_address),
            Self::Moment => text.is_some_and(|text| moment::parse(text).is_some()),
            Self::Bool => value.is_boolean(),
            Self::Number => value.is_number(),
            Self::Is(accepts, _) => accepts(value),
            Self::Node(_) => false,
        }
    }

    fn in_words(self) -> &'static str {
        match self {
            Self::Text | Self::Str => "a text",
            Self::Iri => "an absolute identifier (URI)",
            Self::WebAddress => "a web address",
            Self::Moment => "a date and time with a zone",
            Self::Bool => "true or false",
            Self::Number => "a number",
            Self::Is(_, words) => words,
            Self::Node(_) => "an object",
            Self::Link(_) => "an object or its identifier (URI)",
        }
    }
}

/// A text with a language: `{"@value": ...}` and what JSON-LD lets stand beside it, or a map of languages.
fn is_language_text(node: &Map<String, Value>) -> bool {
    let belongs = |name: &String| matches!(name.as_str(), "@value" | "@language" | "@direction");
    match node.get("@value") {
        Some(value) => value.is_string() && node.keys().all(belongs),
        None => !node.is_empty() && node.values().all(|text| text.is_string() || text.is_array()),
    }
}

/// The rule of criteria, in every version: they are a narrative, or stand somewhere else.
fn says_what_it_took(node: &Map<String, Value>, problems: &mut Problems) {
    if !is_stated(node.get("id")) && !is_stated(node.get("narrative")) {
        problems.add("", "an id or a narrative", "neither");
    }
}

/// The class of criteria, in every version: a narrative, or the address of one.
pub(crate) static CRITERIA: Class = Class {
    types: &[],
    properties: &[maybe("id", Shape::Iri), maybe("narrative", Shape::Text)],
    rule: Some(says_what_it_took),
};

/// A value for a sentence: short texts as they are, everything else by its kind.
pub(crate) fn describe(value: &Value) -> String {
    match value {
        Value::String(text) => shown(text),
        Value::Number(number) => number.to_string(),
        other => kind_of(other).to_owned(),
    }
}

/// `text` in quotation marks, cut where it grows long.
pub(crate) fn shown(text: &str) -> String {
    let mut characters = text.chars().filter(|c| !c.is_control());
    let mut short: String = characters.by_ref().take(60).collect();
    if characters.next().is_some() {
        short.push('…');
    }
    format!("“{short}”")
}

/// A step of a JSON Pointer (RFC 6901, 3).
pub(crate) fn escaped(step: &str) -> String {
    step.replace('~', "~0").replace('/', "~1")
}
