//! Reads N-Quads (the test suites' form of datasets).

use std::sync::Arc;

use openbadges::jsonld::{Quad, Term};

const XSD_STRING: &str = "http://www.w3.org/2001/XMLSchema#string";

/// The quads of an N-Quads document; panics on what is not N-Quads.
pub fn parse(text: &str) -> Vec<Quad> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).map(quad).collect()
}

fn quad(line: &str) -> Quad {
    let mut reader = Reader { rest: line, line };
    let subject = reader.term();
    let predicate = reader.term();
    let object = reader.term();
    let graph = (!reader.rest.trim_start().starts_with('.')).then(|| reader.term());
    assert_eq!(reader.rest.trim(), ".", "what follows the statement in {line}");
    Quad { subject, predicate, object, graph }
}

struct Reader<'t> {
    rest: &'t str,
    line: &'t str,
}

impl Reader<'_> {
    fn term(&mut self) -> Term {
        self.rest = self.rest.trim_start();
        match self.rest.chars().next() {
            Some('<') => Term::Iri(self.iri()),
            Some('_') => {
                let end = self.rest.find([' ', '\t']).unwrap();
                let (label, rest) = self.rest[2..].split_at(end - 2);
                self.rest = rest;
                Term::Blank(label.into())
            }
            Some('"') => self.literal(),
            _ => panic!("no term at {:?} in {}", self.rest, self.line),
        }
    }

    fn iri(&mut self) -> Arc<str> {
        let (iri, rest) = self.rest[1..].split_once('>').unwrap();
        self.rest = rest;
        unescape(iri).into()
    }

    fn literal(&mut self) -> Term {
        let mut end = 1;
        let bytes = self.rest.as_bytes();
        while bytes[end] != b'"' {
            end += if bytes[end] == b'\\' { 2 } else { 1 };
        }
        let value: Arc<str> = unescape(&self.rest[1..end]).into();
        self.rest = &self.rest[end + 1..];
        if let Some(rest) = self.rest.strip_prefix("^^") {
            self.rest = rest;
            return Term::Literal { value, datatype: self.iri(), language: None };
        }
        if let Some(rest) = self.rest.strip_prefix('@') {
            let end = rest.find([' ', '\t', '.']).unwrap();
            self.rest = &rest[end..];
            return Term::in_language(value, &rest[..end]);
        }
        Term::Literal { value, datatype: XSD_STRING.into(), language: None }
    }
}

fn unescape(text: &str) -> String {
    let mut plain = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            plain.push(c);
            continue;
        }
        let escape = chars.next().unwrap();
        plain.push(match escape {
            't' => '\t',
            'b' => '\u{8}',
            'n' => '\n',
            'r' => '\r',
            'f' => '\u{c}',
            'u' | 'U' => {
                let digits: String = chars.by_ref().take(if escape == 'u' { 4 } else { 8 }).collect();
                char::from_u32(u32::from_str_radix(&digits, 16).unwrap()).unwrap()
            }
            other => other,
        });
    }
    plain
}
