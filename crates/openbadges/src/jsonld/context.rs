//! Active contexts and context processing (JSON-LD 1.1 API, sections 4.1 to 4.3), without any fetching.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::error::JsonLdError;
use super::iri;
use super::kept::{self, Kept};
use super::keyword::{Keyword, looks_like_keyword};
use super::processor::Processor;
use super::table::{self, Table};

/// How many contexts may bring one another in, and terms lean on one another, before it is called a cycle.
const LONGEST_CHAIN: usize = 64;

/// What names mean at one place of a document.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct ActiveContext<'a> {
    terms: HashMap<&'a str, Arc<TermDefinition<'a>>>,
    vocab: Option<Arc<str>>,
    base: Option<Arc<str>>,
    language: Option<Arc<str>>,
    direction: Option<Direction>,
    /// What to return to in a nested node, where this context came with a type.
    previous: Option<Arc<ActiveContext<'a>>>,
    /// Its number among those that are kept for the life of the program.
    number: Option<usize>,
}

/// A base direction of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    LeftToRight,
    RightToLeft,
}

impl Direction {
    pub(super) fn of(value: &Value) -> Option<Self> {
        match value.as_str()? {
            "ltr" => Some(Self::LeftToRight),
            "rtl" => Some(Self::RightToLeft),
            _ => None,
        }
    }
}

/// What one term means.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct TermDefinition<'a> {
    pub(super) name: Name,
    pub(super) reverse: bool,
    prefix: bool,
    protected: bool,
    pub(super) type_mapping: Option<TypeMapping>,
    language: Override<Arc<str>>,
    direction: Override<Direction>,
    pub(super) container: Container,
    pub(super) index: Option<&'a str>,
    pub(super) nest: Option<&'a str>,
    pub(super) context: Option<Scoped<'a>>,
}

/// What a term says of a setting that the context has a default for.
#[derive(Clone, Debug, PartialEq)]
enum Override<T> {
    /// Nothing: the default holds.
    Default,
    /// `null`: none, whatever the default.
    Off,
    This(T),
}

impl<T> Override<T> {
    fn over<'t>(&'t self, default: Option<&'t T>) -> Option<&'t T> {
        match self {
            Self::Default => default,
            Self::Off => None,
            Self::This(value) => Some(value),
        }
    }
}

/// A context that comes with a term.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scoped<'a>(pub(super) &'a Value);

impl PartialEq for Scoped<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0) || self.0 == other.0
    }
}

/// What a name expands to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Name {
    Keyword(Keyword),
    /// An IRI, a blank node identifier, or a relative reference.
    Iri(Arc<str>),
    /// Nothing: a context says so, or it has the form of a keyword.
    Nothing,
}

impl Name {
    pub(super) fn is(&self, keyword: Keyword) -> bool {
        *self == Self::Keyword(keyword)
    }
}

/// What the strings of a term are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TypeMapping {
    Id,
    Vocab,
    Json,
    None,
    Datatype(Arc<str>),
}

/// How the values of a term are laid out: a set of `@container` keywords.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Container(u8);

impl Container {
    pub(super) const LIST: Self = Self(1);
    pub(super) const SET: Self = Self(2);
    pub(super) const INDEX: Self = Self(4);
    pub(super) const LANGUAGE: Self = Self(8);
    pub(super) const GRAPH: Self = Self(16);
    pub(super) const ID: Self = Self(32);
    pub(super) const TYPE: Self = Self(64);

    pub(super) fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The set that `@container` names, if it is one that JSON-LD allows.
    fn of(value: &Value) -> Option<Self> {
        let words = match value {
            Value::Array(words) => words.as_slice(),
            word => std::slice::from_ref(word),
        };
        let mut all = Self(0);
        for word in words {
            let one = match word.as_str()? {
                "@list" => Self::LIST,
                "@set" => Self::SET,
                "@index" => Self::INDEX,
                "@language" => Self::LANGUAGE,
                "@graph" => Self::GRAPH,
                "@id" => Self::ID,
                "@type" => Self::TYPE,
                _ => return None,
            };
            if all.has(one) {
                return None;
            }
            all.0 |= one.0;
        }
        let others = Self(all.0 & !Self::SET.0);
        let sound = if all.has(Self::LIST) {
            all == Self::LIST
        } else if all.has(Self::GRAPH) {
            [Self::GRAPH.0, Self::GRAPH.0 | Self::ID.0, Self::GRAPH.0 | Self::INDEX.0].contains(&others.0)
        } else {
            others.0.count_ones() <= 1
        };
        sound.then_some(all)
    }
}

impl<'a> ActiveContext<'a> {
    pub(super) fn term(&self, term: &str) -> Option<&TermDefinition<'a>> {
        self.terms.get(term).map(Arc::as_ref)
    }

    pub(super) fn previous(&self) -> Option<&Arc<Self>> {
        self.previous.as_ref()
    }

    pub(super) fn number(&self) -> Option<usize> {
        self.number
    }

    pub(super) fn numbered(&self, number: usize) -> Self {
        Self { number: Some(number), ..self.clone() }
    }

    /// The term as it is written here, and the context that comes with it.
    pub(super) fn scoped_of(&self, term: &str) -> Option<(&'a str, &'a Value)> {
        let (name, definition) = self.terms.get_key_value(term)?;
        Some((*name, definition.context?.0))
    }

    pub(super) fn container(&self, term: &str) -> Container {
        self.term(term).map_or(Container::default(), |definition| definition.container)
    }

    /// The language of strings under `term`.
    pub(super) fn language(&self, term: &str) -> Option<&Arc<str>> {
        match self.term(term) {
            Some(definition) => definition.language.over(self.language.as_ref()),
            None => self.language.as_ref(),
        }
    }

    /// The direction of strings under `term`.
    pub(super) fn direction(&self, term: &str) -> Option<Direction> {
        match self.term(term) {
            Some(definition) => definition.direction.over(self.direction.as_ref()).copied(),
            None => self.direction,
        }
    }

    /// What a property or type name expands to (IRI expansion with *vocab*, section 5.2).
    pub(super) fn expand_vocab(&self, value: &str) -> Name {
        self.expand(value, true, false)
    }

    /// What an `@id` expands to (IRI expansion with *document relative*).
    pub(super) fn expand_id(&self, value: &str) -> Name {
        self.expand(value, false, true)
    }

    /// What a type expands to (IRI expansion with both).
    pub(super) fn expand_type(&self, value: &str) -> Name {
        self.expand(value, true, true)
    }

    fn expand(&self, value: &str, vocab: bool, relative: bool) -> Name {
        if let Some(keyword) = Keyword::of(value) {
            return Name::Keyword(keyword);
        }
        if looks_like_keyword(value) {
            return Name::Nothing;
        }
        if let Some(definition) = self.term(value)
            && (vocab || matches!(definition.name, Name::Keyword(_)))
        {
            return definition.name.clone();
        }
        if let Some((prefix, suffix)) = value.split_once(':').filter(|(prefix, _)| !prefix.is_empty()) {
            if prefix == "_" || suffix.starts_with("//") {
                return Name::Iri(value.into());
            }
            if let Some(TermDefinition { name: Name::Iri(namespace), prefix: true, .. }) = self.term(prefix) {
                return Name::Iri(format!("{namespace}{suffix}").into());
            }
            if iri::is_absolute(value) {
                return Name::Iri(value.into());
            }
        }
        match (&self.vocab, &self.base) {
            (Some(vocabulary), _) if vocab => Name::Iri(format!("{vocabulary}{value}").into()),
            (_, Some(base)) if relative => Name::Iri(iri::resolve(base, value).into()),
            _ => Name::Iri(value.into()),
        }
    }

    fn protects_something(&self) -> bool {
        self.terms.values().any(|definition| definition.protected)
    }
}

/// Whether a context is being taken as it stands, or checked down to the contexts that its terms bring.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rigour {
    /// A context of the document: what its terms bring is checked even if no property uses it.
    Whole,
    /// A context that was checked before (one that Lapel carries, or one that a term brings).
    Checked,
}

/// How a context is to be applied.
#[derive(Clone, Copy)]
pub(super) struct Manner {
    /// Whether it holds for nested nodes too. One that comes with a type does not, unless it says so.
    pub(super) propagate: bool,
    /// Whether it may redefine protected terms. One that comes with a property may.
    pub(super) override_protected: bool,
    pub(super) rigour: Rigour,
}

impl Manner {
    /// `@context` in a node.
    pub(super) const EMBEDDED: Self =
        Self { propagate: true, override_protected: false, rigour: Rigour::Whole };
    /// The context that comes with a type.
    pub(super) const OF_TYPE: Self =
        Self { propagate: false, override_protected: false, rigour: Rigour::Checked };
    /// The context that comes with a property.
    pub(super) const OF_PROPERTY: Self =
        Self { propagate: true, override_protected: true, rigour: Rigour::Checked };
}

type Processed<'a> = Result<Arc<ActiveContext<'a>>, JsonLdError>;

impl<'a> Processor<'a> {
    /// Context processing (section 4.1.2): what names mean after `local` is applied to `active`.
    pub(super) fn process_context(
        &mut self,
        active: &Arc<ActiveContext<'a>>,
        local: &'a Value,
        manner: Manner,
    ) -> Processed<'a> {
        self.process_once(active, local, manner, 0)
    }

    /// Context processing of the context that comes with `term` in the context `owner`, if one does.
    pub(super) fn process_scoped(
        &mut self,
        active: &Arc<ActiveContext<'a>>,
        owner: &ActiveContext<'a>,
        term: &str,
        manner: Manner,
    ) -> Result<Option<Arc<ActiveContext<'a>>>, JsonLdError> {
        let Some((_, scoped)) = owner.scoped_of(term) else { return Ok(None) };
        if let (Some(active), Some(owner)) = (active.number, owner.number)
            && let Some(kept) = kept::scoped(active, owner, term, manner)
        {
            kept.used.iter().for_each(|(url, sha256)| self.note_use(url, sha256));
            return Ok(Some(kept.context));
        }
        self.process_context(active, scoped, manner).map(Some)
    }

    /// The same context is applied to the same one only once. The addresses in the key stay taken: the cache
    /// itself holds the active context, and `local` outlives it.
    fn process_once(
        &mut self,
        active: &Arc<ActiveContext<'a>>,
        local: &'a Value,
        manner: Manner,
        depth: usize,
    ) -> Processed<'a> {
        let addresses = (Arc::as_ptr(active) as usize, std::ptr::from_ref(local) as usize);
        let key = (addresses, manner.propagate, manner.override_protected);
        if let Some((_, known)) = self.contexts.get(&key) {
            return Ok(known.clone());
        }
        let processed = self.process_items(active, local, manner, depth)?;
        self.contexts.insert(key, (active.clone(), processed.clone()));
        Ok(processed)
    }

    fn process_items(
        &mut self,
        active: &Arc<ActiveContext<'a>>,
        local: &'a Value,
        manner: Manner,
        depth: usize,
    ) -> Processed<'a> {
        if depth > LONGEST_CHAIN {
            return Err(self.invalid_context("context overflow", None));
        }
        let items = match local {
            Value::Array(items) => items.as_slice(),
            item => std::slice::from_ref(item),
        };
        let propagate = match items.first().and_then(|item| item.get("@propagate")) {
            Some(Value::Bool(propagate)) => *propagate,
            _ => manner.propagate,
        };
        let (mut result, items) = self.start(active, items)?;
        if !propagate && result.previous.is_none() && !items.is_empty() {
            result = Arc::new(ActiveContext { previous: Some(active.clone()), ..self.copy(&result)? });
        }
        for item in items {
            result = match item {
                Value::Null => {
                    if !manner.override_protected && result.protects_something() {
                        return Err(JsonLdError::ProtectedContextDropped { pointer: self.pointer() });
                    }
                    let previous = if propagate { None } else { Some(result) };
                    Arc::new(ActiveContext { previous, ..ActiveContext::default() })
                }
                Value::String(url) => {
                    let text = self.text_of(url)?;
                    let manner = Manner { propagate: true, rigour: Rigour::Checked, ..manner };
                    self.process_once(&result, text, manner, depth + 1)?
                }
                Value::Object(map) => self.apply(&result, map, manner, depth)?,
                _ => return Err(self.invalid_context("invalid local context", None)),
            };
        }
        Ok(result)
    }

    /// Nearly every credential begins with the same few contexts. What they make together is kept for the life
    /// of the program; this gives it, and the items that are left.
    fn start<'i>(
        &mut self,
        active: &Arc<ActiveContext<'a>>,
        items: &'i [Value],
    ) -> Result<(Arc<ActiveContext<'a>>, &'i [Value]), JsonLdError> {
        let urls: Vec<&str> = items.iter().map_while(Value::as_str).collect();
        let tables: Vec<&'static Table> =
            urls.iter().map_while(|url| table::of(url).first().copied()).collect();
        if !self.texts.is_empty() || tables.is_empty() || **active != ActiveContext::default() {
            return Ok((active.clone(), items));
        }
        let left = &items[tables.len()..];
        let key: Vec<&'static str> = tables.iter().map(|table| table.sha256).collect();
        if let Some(start) = kept::start(&key) {
            start.used.iter().for_each(|(url, sha256)| self.note_use(url, sha256));
            return Ok((start.context, left));
        }
        // Not under the lock: a bundled context may begin with another one.
        let mut processor = Processor::new(&[]);
        let mut context = Arc::new(ActiveContext::default());
        for table in &tables {
            processor.note_use(table.urls[0], table.sha256);
            let manner = Manner { rigour: Rigour::Checked, ..Manner::EMBEDDED };
            context = processor
                .process_once(&context, table.value(), manner, 1)
                .map_err(|error| self.moved(error))?;
        }
        let start = kept::keep_start(&tables, Kept { context, used: processor.into_used() });
        start.used.iter().for_each(|(url, sha256)| self.note_use(url, sha256));
        Ok((start.context, left))
    }

    /// The error of a context, as of here.
    fn moved(&self, error: JsonLdError) -> JsonLdError {
        match error {
            JsonLdError::MixedContexts { term, .. } => {
                JsonLdError::MixedContexts { term, pointer: self.pointer() }
            }
            JsonLdError::ProtectedContextDropped { .. } => {
                JsonLdError::ProtectedContextDropped { pointer: self.pointer() }
            }
            other => other,
        }
    }

    /// The text of a context that Lapel carries: the current one, or the one that the caller asked for.
    fn text_of(&mut self, url: &str) -> Result<&'static Value, JsonLdError> {
        let texts = table::of(url);
        let wanted = self.texts.iter().find(|(of, _)| *of == url).map(|(_, sha256)| *sha256);
        let table = match wanted {
            Some(sha256) => texts.iter().find(|table| table.sha256 == sha256),
            None => texts.first(),
        };
        match (table, wanted) {
            (Some(table), _) => {
                self.note_use(table.urls[0], table.sha256);
                Ok(table.value())
            }
            (None, Some(sha256)) if !texts.is_empty() => {
                Err(JsonLdError::UnknownText { url: url.to_owned(), sha256: sha256.to_owned() })
            }
            _ => Err(JsonLdError::UnknownContext { url: url.to_owned() }),
        }
    }

    fn copy(&mut self, active: &ActiveContext<'a>) -> Result<ActiveContext<'a>, JsonLdError> {
        self.spend(8 + active.terms.len())?;
        // Whatever becomes of the copy is another context.
        Ok(ActiveContext { number: None, ..active.clone() })
    }

    fn apply(
        &mut self,
        active: &Arc<ActiveContext<'a>>,
        map: &'a Map<String, Value>,
        manner: Manner,
        depth: usize,
    ) -> Processed<'a> {
        let mut result = self.copy(active)?;
        self.spend(map.len())?;
        let mut local = Local { own: map, imported: None };
        if map.get("@version").is_some_and(|version| version.as_f64() != Some(1.1)) {
            return Err(self.invalid_context("invalid @version value", None));
        }
        if let Some(import) = map.get("@import") {
            let Value::String(url) = import else {
                return Err(self.invalid_context("invalid @import value", None));
            };
            let Value::Object(imported) = self.text_of(url)? else {
                return Err(self.invalid_context("invalid remote context", None));
            };
            if imported.contains_key("@import") {
                return Err(self.invalid_context("invalid context entry", None));
            }
            local.imported = Some(imported);
        }
        self.set_defaults(&mut result, local)?;
        let protected = match local.get("@protected") {
            None => false,
            Some(Value::Bool(protected)) => *protected,
            Some(_) => return Err(self.invalid_context("invalid @protected value", None)),
        };
        let mut definer = Definer {
            context: result,
            local,
            defined: HashMap::new(),
            protected,
            override_protected: manner.override_protected,
        };
        for term in local.terms() {
            self.define(&mut definer, term, 0)?;
        }
        let result = Arc::new(definer.context);
        if manner.rigour == Rigour::Whole {
            self.own_vocab |= local.get("@vocab").is_some_and(Value::is_string);
            let words = local.terms().filter_map(|term| Some((term, result.term(term)?.name.clone())));
            self.own_words.extend(words);
            self.check_scoped(&result, local, depth)?;
        }
        Ok(result)
    }

    /// `@base`, `@vocab`, `@language`, `@direction`; and `@propagate`, which was heeded before.
    fn set_defaults(&mut self, result: &mut ActiveContext<'a>, local: Local<'a>) -> Result<(), JsonLdError> {
        if let Some(base) = local.own.get("@base") {
            result.base = match (base, &result.base) {
                (Value::Null, _) => None,
                (Value::String(base), _) if iri::is_absolute(base) => Some(base.as_str().into()),
                (Value::String(relative), Some(base)) => Some(iri::resolve(base, relative).into()),
                _ => return Err(self.invalid_context("invalid base IRI", None)),
            };
        }
        if let Some(vocab) = local.get("@vocab") {
            result.vocab = match vocab {
                Value::Null => None,
                Value::String(vocab) => match result.expand_type(vocab) {
                    Name::Iri(vocab) if iri::is_absolute(&vocab) => Some(vocab),
                    _ => return Err(self.invalid_context("invalid vocab mapping", None)),
                },
                _ => return Err(self.invalid_context("invalid vocab mapping", None)),
            };
        }
        if let Some(language) = local.get("@language") {
            result.language = match language {
                Value::Null => None,
                Value::String(tag) => Some(self.language_tag(tag)?),
                _ => return Err(self.invalid_context("invalid default language", None)),
            };
        }
        if let Some(direction) = local.get("@direction") {
            result.direction = match (direction, Direction::of(direction)) {
                (Value::Null, _) => None,
                (_, Some(direction)) => Some(direction),
                _ => return Err(self.invalid_context("invalid base direction", None)),
            };
        }
        if local.get("@propagate").is_some_and(|propagate| !propagate.is_boolean()) {
            return Err(self.invalid_context("invalid @propagate value", None));
        }
        Ok(())
    }

    /// Applies the contexts that terms bring, so that a wrong one is found even where no property uses it.
    fn check_scoped(
        &mut self,
        result: &Arc<ActiveContext<'a>>,
        local: Local<'a>,
        depth: usize,
    ) -> Result<(), JsonLdError> {
        for term in local.terms() {
            let Some(context) = local.get(term).and_then(|definition| definition.get("@context")) else {
                continue;
            };
            let manner = Manner { rigour: Rigour::Whole, ..Manner::OF_PROPERTY };
            self.process_items(result, context, manner, depth + 1).map_err(|error| match error {
                JsonLdError::InvalidContext { pointer, .. } => JsonLdError::InvalidContext {
                    rule: "invalid scoped context",
                    term: Some(term.to_owned()),
                    pointer,
                },
                other => other,
            })?;
        }
        Ok(())
    }

    pub(super) fn invalid_context(&self, rule: &'static str, term: Option<&str>) -> JsonLdError {
        JsonLdError::InvalidContext { rule, term: term.map(str::to_owned), pointer: self.pointer() }
    }
}

/// A context object, and the one that it imports.
#[derive(Clone, Copy)]
struct Local<'a> {
    own: &'a Map<String, Value>,
    imported: Option<&'a Map<String, Value>>,
}

impl<'a> Local<'a> {
    fn get(&self, name: &str) -> Option<&'a Value> {
        self.own.get(name).or_else(|| self.imported?.get(name))
    }

    /// The names that are not settings of the context itself.
    fn terms(self) -> impl Iterator<Item = &'a str> {
        let imported =
            self.imported.into_iter().flatten().filter(move |(name, _)| !self.own.contains_key(*name));
        self.own.iter().chain(imported).map(|(name, _)| name.as_str()).filter(|name| {
            !matches!(
                *name,
                "@version"
                    | "@base"
                    | "@vocab"
                    | "@language"
                    | "@direction"
                    | "@propagate"
                    | "@protected"
                    | "@import"
            )
        })
    }
}

/// A context in which terms are being defined.
struct Definer<'a> {
    context: ActiveContext<'a>,
    local: Local<'a>,
    /// `false` while a term is being defined, `true` once it is.
    defined: HashMap<&'a str, bool>,
    protected: bool,
    override_protected: bool,
}

impl<'a> Processor<'a> {
    /// Create term definition (section 4.2.2).
    fn define(&mut self, definer: &mut Definer<'a>, term: &'a str, depth: usize) -> Result<(), JsonLdError> {
        match definer.defined.get(term) {
            Some(true) => return Ok(()),
            Some(false) => return Err(self.invalid_context("cyclic IRI mapping", Some(term))),
            None => {}
        }
        if depth > LONGEST_CHAIN {
            return Err(self.invalid_context("cyclic IRI mapping", Some(term)));
        }
        definer.defined.insert(term, false);
        let value = definer.local.get(term).unwrap_or(&Value::Null);
        self.check_term(term, value)?;
        let previous = definer.context.terms.remove(term);
        let definition = match value {
            Value::Null => Definition::Null,
            Value::String(id) => Definition::Iri(id),
            Value::Object(map) => Definition::Map(map),
            _ => return Err(self.invalid_context("invalid term definition", Some(term))),
        };
        let mut made = self.read_definition(definer, term, definition, depth)?;
        if let Some(previous) = previous.filter(|previous| previous.protected && !definer.override_protected)
        {
            made.protected = true;
            if made != *previous {
                return Err(JsonLdError::MixedContexts { term: term.to_owned(), pointer: self.pointer() });
            }
        }
        definer.context.terms.insert(term, Arc::new(made));
        definer.defined.insert(term, true);
        Ok(())
    }

    /// A keyword is not redefined (`@type` may get a container, or protection), and a name of the form of one
    /// would be ignored.
    fn check_term(&self, term: &str, value: &Value) -> Result<(), JsonLdError> {
        if term == "@type" {
            let sound = value.as_object().is_some_and(|map| {
                !map.is_empty()
                    && map.iter().all(|(key, value)| match key.as_str() {
                        "@container" | "@protected" => true,
                        "@id" => value == "@type",
                        _ => false,
                    })
                    && map
                        .get("@container")
                        .is_none_or(|container| Container::of(container) == Some(Container::SET))
            });
            return if sound {
                Ok(())
            } else {
                Err(self.invalid_context("keyword redefinition", Some(term)))
            };
        }
        if Keyword::of(term).is_some() {
            return Err(self.invalid_context("keyword redefinition", Some(term)));
        }
        if looks_like_keyword(term) {
            return Err(JsonLdError::Reserved { name: term.to_owned(), pointer: self.pointer() });
        }
        if term.is_empty() {
            return Err(self.invalid_context("invalid term definition", Some(term)));
        }
        Ok(())
    }

    fn read_definition(
        &mut self,
        definer: &mut Definer<'a>,
        term: &'a str,
        definition: Definition<'a>,
        depth: usize,
    ) -> Result<TermDefinition<'a>, JsonLdError> {
        if let Definition::Map(map) = definition {
            let known = |key: &String| {
                matches!(
                    key.as_str(),
                    "@id"
                        | "@reverse"
                        | "@container"
                        | "@context"
                        | "@direction"
                        | "@index"
                        | "@language"
                        | "@nest"
                        | "@prefix"
                        | "@protected"
                        | "@type"
                )
            };
            if !map.keys().all(known) {
                return Err(self.invalid_context("invalid term definition", Some(term)));
            }
        }
        let protected = match definition.get("@protected") {
            None => definer.protected,
            Some(Value::Bool(protected)) => *protected,
            Some(_) => return Err(self.invalid_context("invalid @protected value", Some(term))),
        };
        let (name, reverse, prefix) = self.iri_mapping(definer, term, definition, depth)?;
        if name.is(Keyword::Context) {
            return Err(self.invalid_context("invalid keyword alias", Some(term)));
        }
        let prefix = match definition.get("@prefix") {
            None => prefix,
            Some(Value::Bool(prefix)) => {
                if term.contains([':', '/']) || (*prefix && matches!(name, Name::Keyword(_))) {
                    return Err(self.invalid_context("invalid term definition", Some(term)));
                }
                *prefix
            }
            Some(_) => return Err(self.invalid_context("invalid @prefix value", Some(term))),
        };
        let mut type_mapping = self.type_mapping(definer, term, definition, depth)?;
        let container = self.container(term, definition, reverse, &mut type_mapping)?;
        let index = match definition.get("@index") {
            None => None,
            Some(Value::String(index)) if container.has(Container::INDEX) && !index.starts_with('@') => {
                Some(index.as_str())
            }
            Some(_) => return Err(self.invalid_context("invalid term definition", Some(term))),
        };
        let typed = definition.get("@type").is_some();
        let language = match definition.get("@language").filter(|_| !typed) {
            None => Override::Default,
            Some(Value::Null) => Override::Off,
            Some(Value::String(tag)) => Override::This(self.language_tag(tag)?),
            Some(_) => return Err(self.invalid_context("invalid language mapping", Some(term))),
        };
        let direction = match definition.get("@direction").filter(|_| !typed) {
            None => Override::Default,
            Some(Value::Null) => Override::Off,
            Some(value) => match Direction::of(value) {
                Some(direction) => Override::This(direction),
                None => return Err(self.invalid_context("invalid base direction", Some(term))),
            },
        };
        let nest = match definition.get("@nest") {
            None => None,
            Some(Value::String(nest)) if nest == "@nest" || !nest.starts_with('@') => Some(nest.as_str()),
            Some(_) => return Err(self.invalid_context("invalid @nest value", Some(term))),
        };
        Ok(TermDefinition {
            name,
            reverse,
            prefix,
            protected,
            type_mapping,
            language,
            direction,
            container,
            index,
            nest,
            context: definition.get("@context").map(Scoped),
        })
    }

    /// What the term stands for, whether as a reverse property, and whether it may be a prefix.
    fn iri_mapping(
        &mut self,
        definer: &mut Definer<'a>,
        term: &'a str,
        definition: Definition<'a>,
        depth: usize,
    ) -> Result<(Name, bool, bool), JsonLdError> {
        if let Some(reverse) = definition.get("@reverse") {
            if definition.get("@id").is_some() || definition.get("@nest").is_some() {
                return Err(self.invalid_context("invalid reverse property", Some(term)));
            }
            let Value::String(reverse) = reverse else {
                return Err(self.invalid_context("invalid IRI mapping", Some(term)));
            };
            if Keyword::of(reverse).is_none() && looks_like_keyword(reverse) {
                return Err(JsonLdError::Reserved { name: reverse.clone(), pointer: self.pointer() });
            }
            return match self.expand_in(definer, reverse, depth)? {
                Name::Iri(iri) if iri::is_absolute(&iri) => Ok((Name::Iri(iri), true, false)),
                _ => Err(self.invalid_context("invalid IRI mapping", Some(term))),
            };
        }
        let simple = matches!(definition, Definition::Iri(_));
        let id = match definition {
            Definition::Null => return Ok((Name::Nothing, false, false)),
            Definition::Iri(id) => id,
            Definition::Map(map) => match map.get("@id") {
                None => term,
                Some(Value::Null) => return Ok((Name::Nothing, false, false)),
                Some(Value::String(id)) => id,
                Some(_) => return Err(self.invalid_context("invalid IRI mapping", Some(term))),
            },
        };
        if id == term {
            Ok((self.implied_iri(definer, term, depth)?, false, false))
        } else {
            self.given_iri(definer, term, id, simple, depth)
        }
    }

    /// The IRI that a definition gives.
    fn given_iri(
        &mut self,
        definer: &mut Definer<'a>,
        term: &'a str,
        id: &'a str,
        simple: bool,
        depth: usize,
    ) -> Result<(Name, bool, bool), JsonLdError> {
        if Keyword::of(id).is_none() && looks_like_keyword(id) {
            return Err(JsonLdError::Reserved { name: id.to_owned(), pointer: self.pointer() });
        }
        let name = self.expand_in(definer, id, depth)?;
        if !matches!(&name, Name::Keyword(_)) && !matches!(&name, Name::Iri(iri) if iri::is_absolute(iri)) {
            return Err(self.invalid_context("invalid IRI mapping", Some(term)));
        }
        let inner_colon = term.char_indices().any(|(at, c)| c == ':' && at > 0 && at + 1 < term.len());
        if inner_colon || term.contains('/') {
            // A term that looks like an IRI may not stand for another one.
            definer.defined.insert(term, true);
            if self.expand_in(definer, term, depth)? != name {
                return Err(self.invalid_context("invalid IRI mapping", Some(term)));
            }
        }
        let may_be_prefix =
            |iri: &str| iri.ends_with([':', '/', '?', '#', '[', ']', '@']) || iri::is_blank(iri);
        let prefix =
            simple && !term.contains([':', '/']) && matches!(&name, Name::Iri(iri) if may_be_prefix(iri));
        Ok((name, false, prefix))
    }

    /// The IRI that follows from the term itself, where the definition gives none.
    fn implied_iri(
        &mut self,
        definer: &mut Definer<'a>,
        term: &'a str,
        depth: usize,
    ) -> Result<Name, JsonLdError> {
        if term == "@type" {
            return Ok(Name::Keyword(Keyword::Type));
        }
        if let Some((prefix, suffix)) = term.split_once(':').filter(|(prefix, _)| !prefix.is_empty()) {
            if definer.local.get(prefix).is_some() {
                self.define(definer, prefix, depth + 1)?;
            }
            return Ok(match definer.context.term(prefix).map(|definition| &definition.name) {
                Some(Name::Iri(namespace)) => Name::Iri(format!("{namespace}{suffix}").into()),
                _ => Name::Iri(term.into()),
            });
        }
        let name = match &definer.context.vocab {
            Some(vocab) => Name::Iri(format!("{vocab}{term}").into()),
            None => definer.context.expand_vocab(term),
        };
        match &name {
            Name::Iri(iri) if iri::is_absolute(iri) => Ok(name),
            _ => Err(self.invalid_context("invalid IRI mapping", Some(term))),
        }
    }

    fn type_mapping(
        &mut self,
        definer: &mut Definer<'a>,
        term: &'a str,
        definition: Definition<'a>,
        depth: usize,
    ) -> Result<Option<TypeMapping>, JsonLdError> {
        let Some(value) = definition.get("@type") else { return Ok(None) };
        let Value::String(value) = value else {
            return Err(self.invalid_context("invalid type mapping", Some(term)));
        };
        match self.expand_in(definer, value, depth)? {
            Name::Keyword(Keyword::Id) => Ok(Some(TypeMapping::Id)),
            Name::Keyword(Keyword::Vocab) => Ok(Some(TypeMapping::Vocab)),
            Name::Keyword(Keyword::Json) => Ok(Some(TypeMapping::Json)),
            Name::Keyword(Keyword::None) => Ok(Some(TypeMapping::None)),
            Name::Iri(iri) if iri::is_absolute(&iri) && !iri::is_blank(&iri) => {
                Ok(Some(TypeMapping::Datatype(iri)))
            }
            _ => Err(self.invalid_context("invalid type mapping", Some(term))),
        }
    }

    fn container(
        &self,
        term: &str,
        definition: Definition<'a>,
        reverse: bool,
        type_mapping: &mut Option<TypeMapping>,
    ) -> Result<Container, JsonLdError> {
        let container = match definition.get("@container") {
            None => return Ok(Container::default()),
            Some(Value::Null) if reverse => return Ok(Container::default()),
            Some(value) => Container::of(value)
                .ok_or_else(|| self.invalid_context("invalid container mapping", Some(term)))?,
        };
        let allowed_in_reverse = Container(Container::SET.0 | Container::INDEX.0);
        if reverse && container.0 & !allowed_in_reverse.0 != 0 {
            return Err(self.invalid_context("invalid reverse property", Some(term)));
        }
        if container.has(Container::TYPE) {
            match type_mapping {
                None => *type_mapping = Some(TypeMapping::Id),
                Some(TypeMapping::Id | TypeMapping::Vocab) => {}
                Some(_) => return Err(self.invalid_context("invalid type mapping", Some(term))),
            }
        }
        Ok(container)
    }

    /// IRI expansion with *vocab* while terms are being defined: those that the value leans on come first.
    fn expand_in(
        &mut self,
        definer: &mut Definer<'a>,
        value: &'a str,
        depth: usize,
    ) -> Result<Name, JsonLdError> {
        if Keyword::of(value).is_none() && !looks_like_keyword(value) {
            let prefix = value.split_once(':').filter(|(_, suffix)| !suffix.starts_with("//"));
            for needed in [Some(value), prefix.map(|(prefix, _)| prefix)].into_iter().flatten() {
                let waiting = definer.defined.get(needed) != Some(&true);
                if waiting && !needed.is_empty() && definer.local.get(needed).is_some() {
                    self.define(definer, needed, depth + 1)?;
                }
            }
        }
        self.spend(value.len() / 64)?;
        Ok(definer.context.expand_vocab(value))
    }
}

/// A term definition as written.
#[derive(Clone, Copy)]
enum Definition<'a> {
    Null,
    Iri(&'a str),
    Map(&'a Map<String, Value>),
}

impl<'a> Definition<'a> {
    fn get(&self, keyword: &str) -> Option<&'a Value> {
        match self {
            Self::Map(map) => map.get(keyword),
            _ => None,
        }
    }
}
