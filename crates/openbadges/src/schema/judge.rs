//! The keywords of JSON Schema, each by its section of the specification (2020-12 Core and Validation).

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use regex_lite::Regex;
use serde_json::{Map, Number, Value};

use super::Draft;
use super::library::{Library, Scope};
use super::value::{compare, compile, is_kind, is_multiple, whole, write_canonically};
use crate::credential::shape::{describe, escaped, shown};
use crate::credential::value::{each, kind_of};
use crate::report::{Fault, Feature, Gap, Problem};

/// Schemas inside one another, references included. Each level of an instance costs at least one.
const MAX_DEPTH: usize = 128;

/// Steps of work: a schema applied, a value compared.
const MAX_WORK: usize = 500_000;

/// Bytes of text that patterns are tried on, in all.
const MAX_MATCHED: usize = 256 << 10;

type Node = Map<String, Value>;

/// What a schema says of a value.
#[derive(Default)]
struct Findings {
    problems: Vec<Problem>,
    /// What keeps it from being told.
    gap: Option<Gap>,
    seen: Seen,
}

/// Which parts of a value were looked at, for `unevaluatedProperties` and `unevaluatedItems`.
#[derive(Default)]
struct Seen {
    properties: BTreeSet<String>,
    items: BTreeSet<usize>,
}

impl Findings {
    fn holds(&self) -> bool {
        self.problems.is_empty() && self.gap.is_none()
    }

    fn fails(&self) -> bool {
        !self.problems.is_empty()
    }

    /// Takes up what else must hold.
    fn and(&mut self, other: Self) {
        for problem in other.problems {
            if self.problems.len() < Fault::MAX_PROBLEMS {
                self.problems.push(problem);
            }
        }
        self.gap = self.gap.take().or(other.gap);
        self.see(other.seen);
    }

    fn see(&mut self, seen: Seen) {
        self.seen.properties.extend(seen.properties);
        self.seen.items.extend(seen.items);
    }
}

/// One validation.
pub(super) struct Judge<'s, 'l> {
    library: &'l Library<'s>,
    url: &'l str,
    work: usize,
    matched: usize,
    depth: usize,
    pointer: String,
    patterns: BTreeMap<&'s str, Option<Regex>>,
    targets: Targets<'s>,
}

/// Where each reference leads, seen from each base: found once.
type Targets<'s> = BTreeMap<(&'s str, Rc<str>), Result<(&'s Value, Scope), Gap>>;

impl<'s, 'l> Judge<'s, 'l> {
    pub(super) fn new(library: &'l Library<'s>, url: &'l str) -> Self {
        Self {
            library,
            url,
            work: 0,
            matched: 0,
            depth: 0,
            pointer: String::new(),
            patterns: BTreeMap::new(),
            targets: BTreeMap::new(),
        }
    }

    /// The problems of `instance`. One that is certain counts even where something else cannot be told.
    pub(super) fn verdict(mut self, schema: &'s Value, instance: &Value) -> Result<Vec<Problem>, Gap> {
        let found = self.judge(schema, &self.library.root(), instance);
        if self.work > MAX_WORK {
            return Err(self.too_much());
        }
        match found.gap {
            Some(gap) if found.problems.is_empty() => Err(gap),
            _ => Ok(found.problems),
        }
    }

    fn judge(&mut self, schema: &'s Value, scope: &Scope, value: &Value) -> Findings {
        let mut found = Findings::default();
        if self.depth >= MAX_DEPTH || !self.spend(1) {
            found.gap = Some(self.too_much());
            return found;
        }
        match schema {
            Value::Bool(true) => {}
            Value::Bool(false) => self.complain(&mut found, "nothing", describe(value)),
            Value::Object(node) => {
                self.depth += 1;
                self.judge_node(node, &scope.enter(node), value, &mut found);
                self.depth -= 1;
            }
            other => found.gap = Some(self.unreadable(&format!("a schema that is {}", kind_of(other)))),
        }
        found
    }

    fn judge_node(&mut self, node: &'s Node, scope: &Scope, value: &Value, found: &mut Findings) {
        self.by_reference(node, scope, value, found);
        if scope.draft <= Draft::D7 && node.get("$ref").is_some_and(Value::is_string) {
            return;
        }
        self.by_kind(node, scope, value, found);
        match value {
            Value::Number(number) => self.by_number(node, scope, number, found),
            Value::String(text) => self.by_text(node, text, found),
            Value::Array(items) => self.by_items(node, scope, items, found),
            Value::Object(members) => {
                self.by_members(node, scope, members, found);
                self.by_dependencies(node, scope, value, found);
            }
            _ => {}
        }
        self.by_logic(node, scope, value, found);
        self.by_leftovers(node, scope, value, found);
    }

    /// Core 8.2.3: references.
    fn by_reference(&mut self, node: &'s Node, scope: &Scope, value: &Value, found: &mut Findings) {
        let text = |keyword: &str| node.get(keyword).and_then(Value::as_str);
        let library = self.library;
        let mut target = |reference: &'s str| {
            let key = (reference, Rc::clone(&scope.base));
            self.targets.entry(key).or_insert_with(|| library.target(reference, scope)).clone()
        };
        let plain = text("$ref").map(&mut target);
        let dynamic = match scope.draft {
            Draft::D2020 => text("$dynamicRef"),
            Draft::D2019 => text("$recursiveRef"),
            _ => None,
        };
        let dynamic = dynamic.map(|reference| library.dynamic_target(reference, scope));
        for target in [plain, dynamic].into_iter().flatten() {
            match target {
                Ok((schema, scope)) => {
                    let referred = self.judge(schema, &scope, value);
                    found.and(referred);
                }
                Err(gap) => found.gap = found.gap.take().or(Some(gap)),
            }
        }
    }

    /// Validation 6.1: any kind of value.
    fn by_kind(&mut self, node: &'s Node, scope: &Scope, value: &Value, found: &mut Findings) {
        if let Some(kinds) = node.get("type") {
            let kinds = each(Some(kinds));
            if !kinds.iter().any(|kind| kind.as_str().is_some_and(|kind| is_kind(value, kind))) {
                let names: Vec<&str> = kinds.iter().filter_map(Value::as_str).collect();
                self.complain(found, &format!("a value of type {}", names.join(" or ")), describe(value));
            }
        }
        if let Some(Value::Array(allowed)) = node.get("enum")
            && !allowed.iter().any(|one| self.equal(one, value))
        {
            let names: Vec<String> = allowed.iter().take(5).map(describe).collect();
            let more = if allowed.len() > names.len() { ", ..." } else { "" };
            self.complain(found, &format!("one of {}{more}", names.join(", ")), describe(value));
        }
        if let Some(only) = node.get("const").filter(|_| scope.draft >= Draft::D6)
            && !self.equal(only, value)
        {
            self.complain(found, &describe(only), describe(value));
        }
    }

    /// Validation 6.2: numbers.
    fn by_number(&mut self, node: &'s Node, scope: &Scope, number: &Number, found: &mut Findings) {
        let limit = |keyword: &str| node.get(keyword).and_then(Value::as_number);
        // Draft 4 says by a second keyword that a limit is excluded.
        let excluded = |keyword: &str| node.get(keyword).is_some_and(|is| is == true);
        for (least, keyword) in [(true, "minimum"), (false, "maximum")] {
            let exclusive = if least { "exclusiveMinimum" } else { "exclusiveMaximum" };
            let strict = scope.draft == Draft::D4 && excluded(exclusive);
            let bounds =
                [(limit(keyword), strict), (limit(exclusive).filter(|_| scope.draft >= Draft::D6), true)];
            for (bound, strict) in bounds {
                let Some(bound) = bound else { continue };
                let order = compare(number, bound);
                if order.is_eq() && strict || if least { order.is_lt() } else { order.is_gt() } {
                    let words = match (least, strict) {
                        (true, true) => "more than",
                        (true, false) => "at least",
                        (false, true) => "less than",
                        (false, false) => "at most",
                    };
                    self.complain(found, &format!("a number of {words} {bound}"), number.to_string());
                }
            }
        }
        if let Some(step) = limit("multipleOf")
            && !is_multiple(number, step)
        {
            self.complain(found, &format!("a multiple of {step}"), number.to_string());
        }
    }

    /// Validation 6.3: texts.
    fn by_text(&mut self, node: &'s Node, text: &str, found: &mut Findings) {
        let limit = |keyword: &str| node.get(keyword).and_then(whole);
        if limit("minLength").is_some() || limit("maxLength").is_some() {
            self.spend(text.len() / 64);
            let length = text.chars().count() as u64;
            if let Some(least) = limit("minLength").filter(|least| length < *least) {
                self.complain(found, &format!("at least {least} characters"), shown(text));
            }
            if let Some(most) = limit("maxLength").filter(|most| length > *most) {
                self.complain(found, &format!("at most {most} characters"), shown(text));
            }
        }
        if let Some(pattern) = node.get("pattern").and_then(Value::as_str) {
            match self.matches(pattern, text) {
                Ok(true) => {}
                Ok(false) => self.complain(found, &format!("a text like {}", shown(pattern)), shown(text)),
                Err(gap) => found.gap = found.gap.take().or(Some(gap)),
            }
        }
    }

    /// Core 10.3.1 and Validation 6.4: lists.
    fn by_items(&mut self, node: &'s Node, scope: &Scope, items: &[Value], found: &mut Findings) {
        self.count(node, ("minItems", "maxItems"), items.len(), "values", found);
        if node.get("uniqueItems").is_some_and(|is| is == true) && !self.all_differ(items) {
            self.complain(found, "values that differ", "the same value twice".to_owned());
        }
        let (first, rest) = match (node.get("prefixItems"), node.get("items")) {
            (first, rest) if scope.draft >= Draft::D2020 => (first.and_then(Value::as_array), rest),
            (_, Some(Value::Array(first))) => (Some(first), node.get("additionalItems")),
            (_, rest) => (None, rest),
        };
        let first = first.map_or(&[][..], Vec::as_slice);
        for (index, item) in items.iter().enumerate() {
            if let Some(schema) = first.get(index).or(rest) {
                let inner = self.within(&index.to_string(), |judge| judge.judge(schema, scope, item));
                found.and(Findings { seen: Seen::default(), ..inner });
                if self.library.uses_unevaluated {
                    found.seen.items.insert(index);
                }
            }
        }
        if let Some(schema) = node.get("contains").filter(|_| scope.draft >= Draft::D6) {
            self.contains(node, schema, scope, items, found);
        }
    }

    /// Core 10.3.1.3 and Validation 6.4.4: how many items fit a schema.
    fn contains(
        &mut self,
        node: &'s Node,
        schema: &'s Value,
        scope: &Scope,
        items: &[Value],
        found: &mut Findings,
    ) {
        let (mut holding, mut open, mut gap) = (0_u64, 0_u64, None);
        for (index, item) in items.iter().enumerate() {
            let inner = self.judge(schema, scope, item);
            if inner.holds() {
                holding += 1;
                if scope.draft >= Draft::D2020 {
                    found.seen.items.insert(index);
                }
            } else if !inner.fails() {
                open += 1;
                gap = gap.or(inner.gap);
            }
        }
        let limit = |keyword: &str| node.get(keyword).filter(|_| scope.draft >= Draft::D2019).and_then(whole);
        let (least, most) = (limit("minContains").unwrap_or(1), limit("maxContains").unwrap_or(u64::MAX));
        if holding > most {
            self.complain(found, &format!("at most {most} such values"), holding.to_string());
        } else if holding + open < least {
            self.complain(
                found,
                &format!("at least {least} values that its schema asks for"),
                holding.to_string(),
            );
        } else if holding < least || holding + open > most {
            found.gap = found.gap.take().or(gap);
        }
    }

    /// Core 10.3.2 and Validation 6.5: objects.
    fn by_members(&mut self, node: &'s Node, scope: &Scope, members: &Node, found: &mut Findings) {
        self.count(node, ("minProperties", "maxProperties"), members.len(), "properties", found);
        for name in node.get("required").and_then(Value::as_array).into_iter().flatten() {
            if let Some(name) = name.as_str().filter(|name| !members.contains_key(*name)) {
                self.complain_at(name, found, "this property", "nothing".to_owned());
            }
        }
        let properties = node.get("properties").and_then(Value::as_object);
        let patterns = node.get("patternProperties").and_then(Value::as_object);
        for (name, value) in members {
            let mut schemas: Vec<&'s Value> = properties.and_then(|all| all.get(name)).into_iter().collect();
            for (pattern, schema) in patterns.into_iter().flatten() {
                match self.matches(pattern, name) {
                    Ok(true) => schemas.push(schema),
                    Ok(false) => {}
                    Err(gap) => found.gap = found.gap.take().or(Some(gap)),
                }
            }
            if schemas.is_empty() && found.gap.is_none() {
                schemas.extend(node.get("additionalProperties"));
            }
            if !schemas.is_empty() && self.library.uses_unevaluated {
                found.seen.properties.insert(name.clone());
            }
            for schema in schemas {
                let inner = self.within(name, |judge| judge.judge(schema, scope, value));
                found.and(Findings { seen: Seen::default(), ..inner });
            }
            if let Some(schema) = node.get("propertyNames").filter(|_| scope.draft >= Draft::D6) {
                let name_of = Value::String(name.clone());
                let inner = self.within(name, |judge| judge.judge(schema, scope, &name_of));
                found.and(inner);
            }
        }
    }

    /// What the presence of one property asks for.
    fn by_dependencies(&mut self, node: &'s Node, scope: &Scope, value: &Value, found: &mut Findings) {
        let keywords: &[&str] = if scope.draft >= Draft::D2019 {
            &["dependentRequired", "dependentSchemas"]
        } else {
            &["dependencies"]
        };
        for (name, wanted) in keywords.iter().filter_map(|keyword| node.get(*keyword)?.as_object()).flatten()
        {
            if value.get(name).is_none() {
                continue;
            }
            if let Value::Array(names) = wanted {
                for needed in names.iter().filter_map(Value::as_str) {
                    if value.get(needed).is_none() {
                        let expected = format!("this property, because of {}", shown(name));
                        self.complain_at(needed, found, &expected, "nothing".to_owned());
                    }
                }
            } else {
                let inner = self.judge(wanted, scope, value);
                found.and(inner);
            }
        }
    }

    /// Core 10.2: schemas combined.
    fn by_logic(&mut self, node: &'s Node, scope: &Scope, value: &Value, found: &mut Findings) {
        let list = |keyword: &str| node.get(keyword).and_then(Value::as_array);
        for schema in list("allOf").into_iter().flatten() {
            let inner = self.judge(schema, scope, value);
            found.and(inner);
        }
        for (keyword, only_one) in [("anyOf", false), ("oneOf", true)] {
            if let Some(schemas) = list(keyword) {
                self.alternatives(schemas, only_one, scope, value, found);
            }
        }
        if let Some(schema) = node.get("not") {
            let inner = self.judge(schema, scope, value);
            if inner.holds() {
                self.complain(found, "something else", describe(value));
            } else if !inner.fails() {
                found.gap = found.gap.take().or(inner.gap);
            }
        }
        if let Some(schema) = node.get("if").filter(|_| scope.draft >= Draft::D7) {
            let condition = self.judge(schema, scope, value);
            if !condition.fails() && condition.gap.is_some() {
                found.gap = found.gap.take().or(condition.gap);
                return;
            }
            let branch = if condition.holds() { "then" } else { "else" };
            if condition.holds() {
                found.see(condition.seen);
            }
            if let Some(schema) = node.get(branch) {
                let inner = self.judge(schema, scope, value);
                found.and(inner);
            }
        }
    }

    /// `anyOf` and `oneOf`. Where none fits, the one that comes nearest says why.
    fn alternatives(
        &mut self,
        schemas: &'s [Value],
        only_one: bool,
        scope: &Scope,
        value: &Value,
        found: &mut Findings,
    ) {
        let (mut holding, mut open, mut nearest) = (0, None, None::<Vec<Problem>>);
        for schema in schemas {
            let inner = self.judge(schema, scope, value);
            if inner.holds() {
                holding += 1;
                found.see(inner.seen);
            } else if inner.fails() {
                if nearest.as_ref().is_none_or(|nearest| nearer(&inner.problems, nearest)) {
                    nearest = Some(inner.problems);
                }
            } else {
                open = open.or(inner.gap);
            }
        }
        match (holding, open) {
            (0, None) => found.and(Findings { problems: nearest.unwrap_or_default(), ..Findings::default() }),
            (1, Some(gap)) if only_one => found.gap = found.gap.take().or(Some(gap)),
            (0, Some(gap)) => found.gap = found.gap.take().or(Some(gap)),
            (several, _) if only_one && several > 1 => {
                self.complain(
                    found,
                    "a value that fits one of the alternatives",
                    format!("one that fits {several}"),
                );
            }
            _ => {}
        }
    }

    /// Core 11: what no other keyword looked at.
    fn by_leftovers(&mut self, node: &'s Node, scope: &Scope, value: &Value, found: &mut Findings) {
        if scope.draft < Draft::D2019 {
            return;
        }
        if let (Some(schema), Value::Object(members)) = (node.get("unevaluatedProperties"), value) {
            for (name, value) in members {
                if !found.seen.properties.contains(name) {
                    let inner = self.within(name, |judge| judge.judge(schema, scope, value));
                    found.and(Findings { seen: Seen::default(), ..inner });
                    found.seen.properties.insert(name.clone());
                }
            }
        }
        if let (Some(schema), Value::Array(items)) = (node.get("unevaluatedItems"), value) {
            for (index, item) in items.iter().enumerate() {
                if !found.seen.items.contains(&index) {
                    let inner = self.within(&index.to_string(), |judge| judge.judge(schema, scope, item));
                    found.and(Findings { seen: Seen::default(), ..inner });
                    found.seen.items.insert(index);
                }
            }
        }
    }

    fn count(&mut self, node: &Node, limits: (&str, &str), count: usize, what: &str, found: &mut Findings) {
        let limit = |keyword: &str| node.get(keyword).and_then(whole);
        if let Some(least) = limit(limits.0).filter(|least| (count as u64) < *least) {
            self.complain(found, &format!("at least {least} {what}"), count.to_string());
        }
        if let Some(most) = limit(limits.1).filter(|most| (count as u64) > *most) {
            self.complain(found, &format!("at most {most} {what}"), count.to_string());
        }
    }

    /// Whether `pattern` is found in `text`, by an engine whose time is linear in the text.
    fn matches(&mut self, pattern: &'s str, text: &str) -> Result<bool, Gap> {
        self.matched = self.matched.saturating_add(text.len() + 16);
        if self.matched > MAX_MATCHED {
            return Err(self.too_much());
        }
        let compiled = self.patterns.entry(pattern).or_insert_with(|| compile(pattern));
        match compiled {
            Some(regex) => Ok(regex.is_match(text)),
            None => Err(Gap::Unsupported {
                feature: Feature::Schema,
                name: format!("the pattern {}", shown(pattern)),
            }),
        }
    }

    fn all_differ(&mut self, items: &[Value]) -> bool {
        let mut texts = BTreeSet::new();
        items.iter().all(|item| {
            let mut text = String::new();
            write_canonically(item, &mut text);
            // Out of budget, the next step says so.
            self.spend(1 + text.len() / 16);
            texts.insert(text)
        })
    }

    /// Equality of JSON values: numbers by value, objects without order.
    fn equal(&mut self, one: &Value, other: &Value) -> bool {
        if !self.spend(1) {
            return false;
        }
        match (one, other) {
            (Value::Number(one), Value::Number(other)) => compare(one, other).is_eq(),
            (Value::String(one), Value::String(other)) => self.spend(one.len() / 64) && one == other,
            (Value::Array(one), Value::Array(other)) => {
                one.len() == other.len() && one.iter().zip(other).all(|(one, other)| self.equal(one, other))
            }
            (Value::Object(one), Value::Object(other)) => {
                one.len() == other.len()
                    && one
                        .iter()
                        .all(|(name, one)| other.get(name).is_some_and(|other| self.equal(one, other)))
            }
            _ => one == other,
        }
    }

    fn spend(&mut self, steps: usize) -> bool {
        self.work = self.work.saturating_add(steps);
        self.work <= MAX_WORK
    }

    fn within<T>(&mut self, step: &str, look: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(&escaped(step));
        let seen = look(self);
        self.pointer.truncate(length);
        seen
    }

    fn complain(&self, found: &mut Findings, expected: &str, instead: String) {
        if found.problems.len() < Fault::MAX_PROBLEMS {
            let (pointer, expected) = (self.pointer.clone(), expected.to_owned());
            found.problems.push(Problem { document: None, pointer, expected, found: instead });
        }
    }

    fn complain_at(&mut self, name: &str, found: &mut Findings, expected: &str, instead: String) {
        self.within(name, |judge| judge.complain(found, expected, instead));
    }

    fn too_much(&self) -> Gap {
        self.unreadable("a schema that takes too much work")
    }

    fn unreadable(&self, problem: &str) -> Gap {
        Gap::Unreadable { url: self.url.to_owned(), problem: problem.to_owned() }
    }
}

/// Of two alternatives that fail, the one with problems deeper inside was probably meant; of two alike, the one with
/// fewer.
fn nearer(problems: &[Problem], than: &[Problem]) -> bool {
    let depth =
        |problems: &[Problem]| problems.iter().map(|problem| problem.pointer.len()).min().unwrap_or(0);
    (depth(problems), than.len()) > (depth(than), problems.len())
}
