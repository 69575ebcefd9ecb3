//! The contexts that Lapel carries, stated as term tables.
//!
//! A context is a fact of a specification: which short name stands for which IRI. The tables under
//! `contexts/` state these facts in a form of their own (described in `docs/jsonld.md`), each with the URLs
//! that it answers to and the SHA-256 of the published text that it states. Nothing else is ever loaded.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde_json::{Map, Value};

use super::contexts::TEXTS;
use super::vocabulary::Vocabulary;

/// One text of one context.
pub(super) struct Table {
    /// The URLs that it answers to; the first is the one it is published under.
    pub(super) urls: Vec<&'static str>,
    /// Lower-case hexadecimal SHA-256 of the published text.
    pub(super) sha256: &'static str,
    /// Whether it is the text served today, or an earlier (or other) one.
    pub(super) current: bool,
    body: &'static str,
    value: OnceLock<Value>,
    vocabulary: OnceLock<Vocabulary>,
}

impl Table {
    /// What the words of the text stand for, at every depth.
    pub(super) fn vocabulary(&'static self) -> &'static Vocabulary {
        self.vocabulary.get_or_init(|| Vocabulary::of(self.value()))
    }

    /// What `@context` holds in the published text.
    pub(super) fn value(&self) -> &Value {
        self.value.get_or_init(|| Block::read(self.body).into_value())
    }

    fn read(text: &'static str) -> Self {
        let (mut urls, mut sha256, mut current) = (Vec::new(), "", true);
        let mut body = text;
        loop {
            let (line, rest) = body.split_once('\n').unwrap_or((body, ""));
            match line.split_once(' ') {
                Some(("url", url)) => urls.push(url),
                Some(("sha256", digest)) => sha256 = digest,
                _ if line == "alternate" => current = false,
                _ if line.starts_with('#') => {}
                _ => break,
            }
            body = rest;
        }
        Self { urls, sha256, current, body, value: OnceLock::new(), vocabulary: OnceLock::new() }
    }
}

/// All tables, in the order of the files' names.
pub(super) fn tables() -> &'static [Table] {
    static TABLES: OnceLock<Vec<Table>> = OnceLock::new();
    TABLES.get_or_init(|| TEXTS.iter().map(|text| Table::read(text)).collect())
}

/// The tables that answer to `url`, the current text first.
pub(super) fn of(url: &str) -> &'static [&'static Table] {
    static BY_URL: OnceLock<HashMap<&'static str, Vec<&'static Table>>> = OnceLock::new();
    let by_url = BY_URL.get_or_init(|| {
        let mut by_url: HashMap<&str, Vec<&Table>> = HashMap::new();
        for table in tables() {
            for url in &table.urls {
                by_url.entry(url).or_default().push(table);
            }
        }
        for texts in by_url.values_mut() {
            texts.sort_by_key(|table| !table.current);
        }
        by_url
    });
    by_url.get(url).map_or(&[], Vec::as_slice)
}

/// The lines of one indentation level, being made into a context.
///
/// The tables are part of the program and proved against the published texts by test, so reading them does not
/// fail: a line that says nothing known is left out, and the test would name it.
struct Block {
    /// `let` lines: abbreviations of namespaces.
    names: HashMap<&'static str, &'static str>,
    items: Vec<Value>,
    /// Whether the items are an array, even if there is only one.
    list: bool,
}

impl Block {
    fn read(body: &'static str) -> Self {
        let mut block = Self { names: HashMap::new(), items: Vec::new(), list: false };
        let lines: Vec<(usize, &'static str)> = body
            .lines()
            .map(|line| (line.bytes().take_while(|b| *b == b' ').count(), line.trim_start()))
            .filter(|(_, line)| !line.is_empty() && !line.starts_with("# "))
            .collect();
        let mut rest = lines.as_slice();
        while let Some(((_, line), after)) = rest.split_first() {
            rest = after;
            if let Some((name, namespace)) = line.strip_prefix("let ").and_then(|l| l.split_once(' ')) {
                block.names.insert(name, namespace);
            } else if *line == "list" {
                block.list = true;
            } else if let Some(item) = block.item(line, 0, &mut rest) {
                block.items.push(item);
            }
        }
        block
    }

    fn into_value(mut self) -> Value {
        if self.list { Value::Array(self.items) } else { self.items.pop().unwrap_or_default() }
    }

    /// `context` (and its indented lines), `use URL` or `null`.
    fn item(&self, line: &'static str, depth: usize, rest: &mut &[(usize, &'static str)]) -> Option<Value> {
        match line.split_once(' ') {
            None if line == "context" => Some(self.context(depth, rest)),
            None if line == "null" => Some(Value::Null),
            Some(("use", url)) => Some(self.text(url)),
            _ => None,
        }
    }

    /// The lines indented deeper than `depth`, as a context object.
    fn context(&self, depth: usize, rest: &mut &[(usize, &'static str)]) -> Value {
        let mut context = Map::new();
        while let Some(((indent, line), after)) = rest.split_first() {
            if *indent <= depth {
                break;
            }
            *rest = after;
            let mut words = line.split(' ');
            let (Some(name), second) = (words.next(), words.next()) else { continue };
            let value = match second {
                None => Value::Bool(true),
                Some("=") => self.text(words.next().unwrap_or_default()),
                Some(":") => self.definition(words, *indent, rest),
                Some(value) => self.text(value),
            };
            context.insert(self.expand(name), value);
        }
        Value::Object(context)
    }

    /// An expanded term definition: an IRI, if any, then `name=value` for each keyword.
    fn definition(
        &self,
        words: std::str::Split<'static, char>,
        depth: usize,
        rest: &mut &[(usize, &'static str)],
    ) -> Value {
        let mut definition = Map::new();
        for word in words {
            match word.split_once('=') {
                Some((keyword, value)) if keyword.bytes().all(|b| b.is_ascii_lowercase()) => {
                    definition.insert(format!("@{keyword}"), self.text(value));
                }
                _ if word == "scoped" => {
                    definition.insert("@context".into(), self.scoped(depth, rest));
                }
                _ if word == "protected" => {
                    definition.insert("@protected".into(), Value::Bool(true));
                }
                _ => {
                    definition.insert("@id".into(), self.text(word));
                }
            }
        }
        Value::Object(definition)
    }

    /// The context that a term brings: terms, or `list` and items.
    fn scoped(&self, depth: usize, rest: &mut &[(usize, &'static str)]) -> Value {
        match rest.split_first() {
            Some(((indent, "list"), after)) if *indent > depth => *rest = after,
            _ => return self.context(depth, rest),
        }
        let mut items = Vec::new();
        while let Some(((indent, line), after)) = rest.split_first() {
            if *indent <= depth {
                break;
            }
            let mut inner = after;
            let Some(item) = self.item(line, *indent, &mut inner) else { break };
            items.push(item);
            *rest = inner;
        }
        Value::Array(items)
    }

    fn text(&self, word: &'static str) -> Value {
        match word {
            "null" => Value::Null,
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "1.1" => Value::from(1.1),
            _ => match word.strip_prefix('[').and_then(|list| list.strip_suffix(']')) {
                Some("") => Value::Array(Vec::new()),
                Some(list) => Value::Array(list.split(',').map(|item| self.text(item)).collect()),
                None => Value::String(self.expand(word)),
            },
        }
    }

    /// `{name}rest` with the namespace of that name put in.
    fn expand(&self, word: &'static str) -> String {
        let abbreviated = word.strip_prefix('{').and_then(|word| word.split_once('}'));
        match abbreviated.and_then(|(name, rest)| Some((self.names.get(name)?, rest))) {
            Some((namespace, rest)) => format!("{namespace}{rest}"),
            None => word.to_owned(),
        }
    }
}
