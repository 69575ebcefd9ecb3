//! Expansion in safe mode (JSON-LD 1.1 API, section 5.1): from JSON and contexts to nodes, values and lists.
//!
//! What the algorithm of the specification drops (and a proof would then not cover) is an error here.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::context::{ActiveContext, Container, Direction, Manner, Name, TermDefinition, TypeMapping};
use super::error::JsonLdError;
use super::iri;
use super::jcs;
use super::keyword::{Keyword, looks_like_keyword};
use super::processor::Processor;

/// Something that a property can point at.
#[derive(Debug)]
pub(super) enum Object<'a> {
    Node(Box<Node<'a>>),
    Literal(Literal<'a>),
    List(Vec<Object<'a>>),
}

/// A node object, expanded.
#[derive(Debug, Default)]
pub(super) struct Node<'a> {
    pub(super) id: Option<Arc<str>>,
    /// Where it stands (a JSON Pointer), if that was asked for.
    pub(super) place: Option<Arc<str>>,
    pub(super) types: Vec<Arc<str>>,
    pub(super) properties: Vec<(Arc<str>, Vec<Object<'a>>)>,
    /// Properties of which this node is the object.
    pub(super) reverse: Vec<(Arc<str>, Vec<Object<'a>>)>,
    /// What the graph named by this node holds.
    pub(super) graph: Option<Vec<Object<'a>>>,
    pub(super) included: Vec<Object<'a>>,
}

impl Node<'_> {
    fn is_empty(&self) -> bool {
        self.id.is_none() && self.has_only_id()
    }

    fn has_only_id(&self) -> bool {
        self.types.is_empty()
            && self.properties.is_empty()
            && self.reverse.is_empty()
            && self.graph.is_none()
            && self.included.is_empty()
    }
}

/// A value object, expanded.
#[derive(Debug)]
pub(super) struct Literal<'a> {
    pub(super) content: Content<'a>,
    pub(super) kind: Kind,
}

/// What a literal says.
#[derive(Clone, Copy, Debug)]
pub(super) enum Content<'a> {
    Value(&'a Value),
    /// A key of a map of indexes.
    Key(&'a str),
}

/// What a literal is besides its value.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    Plain,
    Json,
    Typed(Arc<str>),
    Language(Arc<str>),
}

/// What an element expands to.
enum Expanded<'a> {
    Nothing,
    One(Object<'a>),
    Many(Vec<Object<'a>>),
}

impl<'a> Expanded<'a> {
    fn into_vec(self) -> Vec<Object<'a>> {
        match self {
            Self::Nothing => Vec::new(),
            Self::One(object) => vec![object],
            Self::Many(objects) => objects,
        }
    }
}

type Context<'a> = Arc<ActiveContext<'a>>;
type Result<T> = std::result::Result<T, JsonLdError>;

/// Where an element stands.
#[derive(Clone, Copy)]
struct Place<'p> {
    /// The property that the element is a value of, as written; `None` at the top.
    property: Option<&'p str>,
    /// Whether it is directly the value of `@list`.
    in_list: bool,
    /// Whether it is a value of a map of ids, types or indexes, which keep the context of their type.
    in_map: bool,
}

impl<'p> Place<'p> {
    const TOP: Self = Self { property: None, in_list: false, in_map: false };

    fn of(property: &'p str) -> Self {
        Self { property: Some(property), ..Self::TOP }
    }
}

impl<'a> Processor<'a> {
    /// The nodes of the default graph.
    pub(super) fn expand_document(&mut self, document: &'a Value) -> Result<Vec<Object<'a>>> {
        let active = Arc::new(ActiveContext::default());
        let expanded = self.expand(&active, Place::TOP, document)?.into_vec();
        let mut objects = Vec::with_capacity(expanded.len());
        for object in expanded {
            match object {
                Object::Node(node)
                    if node.id.is_none()
                        && node.types.is_empty()
                        && node.properties.is_empty()
                        && node.reverse.is_empty()
                        && node.included.is_empty()
                        && document.is_object() =>
                {
                    objects.extend(node.graph.unwrap_or_default());
                }
                object => objects.push(object),
            }
        }
        Ok(objects)
    }

    fn expand(&mut self, active: &Context<'a>, place: Place<'_>, element: &'a Value) -> Result<Expanded<'a>> {
        self.spend(1)?;
        match element {
            Value::Null => Ok(Expanded::Nothing),
            Value::Array(items) => self.expand_array(active, place, items),
            Value::Object(map) => self.expand_object(active, place, map),
            scalar => {
                let Some(property) = place.property.filter(|p| !active.expand_vocab(p).is(Keyword::Graph))
                else {
                    return Err(JsonLdError::FreeFloating { what: "a value", pointer: self.pointer() });
                };
                let scoped = self.process_scoped(active, active, property, Manner::OF_PROPERTY)?;
                self.expand_value(scoped.as_ref().unwrap_or(active), property, scalar).map(Expanded::One)
            }
        }
    }

    fn expand_array(
        &mut self,
        active: &Context<'a>,
        place: Place<'_>,
        items: &'a [Value],
    ) -> Result<Expanded<'a>> {
        let container = place.property.map_or(Container::default(), |property| active.container(property));
        let lists = place.in_list || container.has(Container::LIST);
        let mut objects = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let place = Place { in_list: false, ..place };
            match self.at(index, |it| it.expand(active, place, item))? {
                Expanded::Nothing => {}
                Expanded::One(object) => objects.push(object),
                Expanded::Many(inner) if lists => objects.push(Object::List(inner)),
                Expanded::Many(inner) => objects.extend(inner),
            }
        }
        Ok(Expanded::Many(objects))
    }

    fn expand_object(
        &mut self,
        active: &Context<'a>,
        place: Place<'_>,
        map: &'a Map<String, Value>,
    ) -> Result<Expanded<'a>> {
        let outer = active;
        let mut active = outer.clone();
        if let Some(previous) = active.previous()
            && !place.in_map
            && !keeps_context_of_type(&active, map)
        {
            active = previous.clone();
        }
        if let Some(property) = place.property {
            let scoped = self.process_scoped(&active, outer, property, Manner::OF_PROPERTY)?;
            active = scoped.unwrap_or(active);
        }
        if let Some(context) = map.get("@context") {
            active = self.under("@context", |it| it.process_context(&active, context, Manner::EMBEDDED))?;
        }
        let type_scoped = active.clone();
        let type_keys = type_keys(&active, map);
        for key in &type_keys {
            let mut types: Vec<&'a str> = strings(&map[*key]).collect();
            types.sort_unstable();
            for name in types {
                let scoped = self.process_scoped(&active, &type_scoped, name, Manner::OF_TYPE)?;
                active = scoped.unwrap_or(active);
            }
        }
        let is_json = type_keys
            .first()
            .and_then(|key| strings(&map[*key]).last())
            .is_some_and(|name| active.expand_vocab(name).is(Keyword::Json));
        let property = place.property.map_or(Name::Nothing, |property| active.expand_vocab(property));
        let mut parts = Parts::default();
        let scene = Scene { active: &active, type_scoped: &type_scoped, place, property: &property, is_json };
        self.expand_entries(scene, map, &mut parts)?;
        self.finish(scene, parts)
    }

    /// Section 5.1.2, steps 13 and 14: each entry of an object, then those under `@nest`.
    fn expand_entries(
        &mut self,
        scene: Scene<'_, 'a>,
        map: &'a Map<String, Value>,
        parts: &mut Parts<'a>,
    ) -> Result<()> {
        self.spend(map.len())?;
        let mut nests = Vec::new();
        for (key, value) in map {
            if key == "@context" {
                continue;
            }
            match scene.active.expand_vocab(key) {
                Name::Keyword(Keyword::Nest) => {
                    self.note_respelt(key, Name::Keyword(Keyword::Nest));
                    nests.push((key, value));
                }
                Name::Keyword(keyword) => {
                    self.under(key, |it| it.expand_keyword(scene, key, keyword, value, parts))?;
                }
                Name::Iri(iri) if iri::is_blank(&iri) => {
                    return self.under(key, |it| {
                        Err(JsonLdError::BlankNodePredicate { term: key.clone(), pointer: it.pointer() })
                    });
                }
                Name::Iri(iri) if iri::is_absolute(&iri) => {
                    self.spend(iri.len() / 64)?;
                    if self.own_vocab && scene.active.term(key).is_none() {
                        self.own_words.push((key, Name::Iri(iri.clone())));
                    }
                    self.under(key, |it| it.expand_property(scene, key, iri, value, parts))?;
                }
                _ => return self.under(key, |it| Err(it.unmapped(key))),
            }
        }
        for (key, value) in nests {
            let scoped = self.process_scoped(scene.active, scene.active, key, Manner::OF_PROPERTY)?;
            let active = scoped.unwrap_or_else(|| scene.active.clone());
            let scene = Scene { active: &active, ..scene };
            self.under(key, |it| it.expand_nest(scene, value, parts))?;
        }
        Ok(())
    }

    fn unmapped(&self, key: &str) -> JsonLdError {
        let pointer = self.pointer();
        if looks_like_keyword(key) {
            JsonLdError::Reserved { name: key.to_owned(), pointer }
        } else {
            JsonLdError::UndefinedTerm { term: key.to_owned(), pointer }
        }
    }

    fn expand_nest(&mut self, scene: Scene<'_, 'a>, value: &'a Value, parts: &mut Parts<'a>) -> Result<()> {
        let values = match value {
            Value::Array(values) => values.as_slice(),
            value => std::slice::from_ref(value),
        };
        for value in values {
            let Value::Object(map) = value else { return Err(self.invalid("invalid @nest value")) };
            if map.keys().any(|key| scene.active.expand_vocab(key).is(Keyword::Value)) {
                return Err(self.invalid("invalid @nest value"));
            }
            self.expand_entries(scene, map, parts)?;
        }
        Ok(())
    }

    fn expand_keyword(
        &mut self,
        scene: Scene<'_, 'a>,
        key: &'a str,
        keyword: Keyword,
        value: &'a Value,
        parts: &mut Parts<'a>,
    ) -> Result<()> {
        if scene.property.is(Keyword::Reverse) {
            return Err(self.invalid("invalid reverse property map"));
        }
        if !matches!((keyword, key), (Keyword::Id, "id") | (Keyword::Type, "type")) && !key.starts_with('@') {
            self.note_respelt(key, Name::Keyword(keyword));
        }
        if !parts.seen(keyword) {
            return Err(self.invalid("colliding keywords"));
        }
        match keyword {
            Keyword::Id => {
                let Value::String(id) = value else { return Err(self.invalid("invalid @id value")) };
                parts.id = Some(self.node_id(scene.active, id)?);
            }
            Keyword::Type => self.expand_types(scene, value, parts)?,
            Keyword::Graph => {
                if !(value.is_object() || value.is_array()) {
                    return Err(self.invalid("invalid @graph value"));
                }
                let objects = self.expand(scene.active, Place::of(key), value)?.into_vec();
                parts.graph.get_or_insert_default().extend(objects);
            }
            Keyword::Included => {
                let place = Place { in_list: false, in_map: false, ..scene.place };
                let objects = self.expand(scene.active, place, value)?.into_vec();
                let sound = |object: &Object<'a>| matches!(object, Object::Node(node) if !node.has_only_id() || node.is_empty());
                if value.is_null() || !objects.iter().all(sound) {
                    return Err(self.invalid("invalid @included value"));
                }
                parts.included.extend(objects);
            }
            Keyword::Value => parts.value = Some(value),
            Keyword::Language => match value {
                Value::Null => {}
                Value::String(tag) => parts.language = Some(self.language_tag(tag)?),
                _ => return Err(self.invalid("invalid language-tagged string")),
            },
            Keyword::Direction => match Direction::of(value) {
                Some(_) => return Err(JsonLdError::Direction { pointer: self.pointer() }),
                None => return Err(self.invalid("invalid base direction")),
            },
            Keyword::Index => {
                return Err(match value {
                    Value::String(_) => JsonLdError::Index { pointer: self.pointer() },
                    _ => self.invalid("invalid @index value"),
                });
            }
            Keyword::List => {
                if scene.place.property.is_none() || scene.property.is(Keyword::Graph) {
                    return Err(JsonLdError::FreeFloating { what: "a list", pointer: self.pointer() });
                }
                let place = Place { in_list: true, in_map: false, ..scene.place };
                parts.list = Some(self.expand(scene.active, place, value)?.into_vec());
            }
            Keyword::Set => {
                let place = Place { in_list: false, in_map: false, ..scene.place };
                parts.set = Some(self.expand(scene.active, place, value)?);
            }
            Keyword::Reverse => self.expand_reverse(scene, value, parts)?,
            _ => return Err(JsonLdError::Reserved { name: key.to_owned(), pointer: self.pointer() }),
        }
        Ok(())
    }

    /// The IRI of a node, which must be absolute.
    fn node_id(&mut self, active: &Context<'a>, id: &str) -> Result<Arc<str>> {
        match active.expand_id(id) {
            Name::Iri(iri) if iri::is_absolute(&iri) => {
                self.spend(iri.len() / 64)?;
                if *iri != *id {
                    self.note_respelt(id, Name::Iri(iri.clone()));
                }
                Ok(iri)
            }
            Name::Nothing => Err(JsonLdError::Reserved { name: id.to_owned(), pointer: self.pointer() }),
            _ => Err(JsonLdError::RelativeIri { value: id.to_owned(), pointer: self.pointer() }),
        }
    }

    fn expand_types(&mut self, scene: Scene<'_, 'a>, value: &'a Value, parts: &mut Parts<'a>) -> Result<()> {
        let sound = match value {
            Value::String(_) => true,
            Value::Array(items) => items.iter().all(Value::is_string),
            _ => false,
        };
        if !sound {
            return Err(self.invalid("invalid type value"));
        }
        for name in strings(value) {
            match scene.type_scoped.expand_type(name) {
                Name::Keyword(Keyword::Json) => parts.json = true,
                Name::Iri(iri) if iri::is_absolute(&iri) => {
                    self.spend(iri.len() / 64)?;
                    if name.contains(':') {
                        self.types.insert((name, iri.clone()));
                    }
                    parts.types.push(iri);
                }
                _ => {
                    return Err(JsonLdError::UndefinedType {
                        name: name.to_owned(),
                        pointer: self.pointer(),
                    });
                }
            }
        }
        Ok(())
    }

    fn expand_reverse(
        &mut self,
        scene: Scene<'_, 'a>,
        value: &'a Value,
        parts: &mut Parts<'a>,
    ) -> Result<()> {
        if !value.is_object() {
            return Err(self.invalid("invalid @reverse value"));
        }
        let Expanded::One(Object::Node(inner)) = self.expand(scene.active, Place::of("@reverse"), value)?
        else {
            return Err(self.invalid("invalid @reverse value"));
        };
        parts.properties.extend(inner.reverse);
        for (property, objects) in inner.properties {
            self.check_reverse(&objects)?;
            parts.reverse.push((property, objects));
        }
        Ok(())
    }

    fn check_reverse(&self, objects: &[Object<'a>]) -> Result<()> {
        if objects.iter().all(|object| matches!(object, Object::Node(_))) {
            Ok(())
        } else {
            Err(self.invalid("invalid reverse property value"))
        }
    }

    fn expand_property(
        &mut self,
        scene: Scene<'_, 'a>,
        key: &'a str,
        iri: Arc<str>,
        value: &'a Value,
        parts: &mut Parts<'a>,
    ) -> Result<()> {
        let active = scene.active;
        let definition = active.term(key);
        let container = active.container(key);
        if let Some(nest) = definition.and_then(|definition| definition.nest)
            && !active.expand_vocab(nest).is(Keyword::Nest)
        {
            return Err(self.invalid("invalid @nest value"));
        }
        let mapped = Container::LANGUAGE.has(container)
            || Container::INDEX.has(container)
            || Container::ID.has(container)
            || Container::TYPE.has(container);
        let expanded = if definition.is_some_and(|it| it.type_mapping == Some(TypeMapping::Json)) {
            self.check_numbers(value)?;
            Expanded::One(Object::Literal(Literal { content: Content::Value(value), kind: Kind::Json }))
        } else if let (true, Value::Object(map)) = (mapped, value) {
            Expanded::Many(self.expand_map(active, key, container, map)?)
        } else {
            self.expand(active, Place::of(key), value)?
        };
        let mut objects = match expanded {
            Expanded::Nothing => return Ok(()),
            Expanded::One(list @ Object::List(_)) => vec![list],
            expanded if container.has(Container::LIST) => vec![Object::List(expanded.into_vec())],
            expanded => expanded.into_vec(),
        };
        if container.has(Container::GRAPH)
            && !container.has(Container::ID)
            && !container.has(Container::INDEX)
        {
            for object in &objects {
                self.check_in_graph(object)?;
            }
            objects = objects.into_iter().map(in_graph).collect();
        }
        if definition.is_some_and(|definition| definition.reverse) {
            self.check_reverse(&objects)?;
            parts.reverse.push((iri, objects));
        } else {
            parts.properties.push((iri, objects));
        }
        Ok(())
    }

    /// What stands in a graph by itself must say something.
    fn check_in_graph(&self, object: &Object<'a>) -> Result<()> {
        let what = match object {
            Object::Literal(_) => "a value",
            Object::List(_) => "a list",
            Object::Node(node) if node.is_empty() => "an empty object",
            Object::Node(node) if node.has_only_id() => "a reference without properties",
            Object::Node(_) => return Ok(()),
        };
        Err(JsonLdError::FreeFloating { what, pointer: self.pointer() })
    }

    /// A map of languages, indexes, ids or types (section 5.1.2, steps 13.7 and 13.8).
    fn expand_map(
        &mut self,
        active: &Context<'a>,
        key: &'a str,
        container: Container,
        map: &'a Map<String, Value>,
    ) -> Result<Vec<Object<'a>>> {
        let scoped = self.process_scoped(active, active, key, Manner::OF_PROPERTY)?;
        let inner = scoped.unwrap_or_else(|| active.clone());
        let mut objects = Vec::with_capacity(map.len());
        for (entry, value) in map {
            let found = self.under(entry, |it| {
                if container.has(Container::LANGUAGE) {
                    it.expand_in_language(&inner, key, entry, value)
                } else if container.has(Container::INDEX) {
                    it.expand_indexed(active, &inner, key, container, entry, value)
                } else if container.has(Container::ID) {
                    it.expand_by_id(&inner, key, container, entry, value)
                } else {
                    it.expand_by_type(&inner, key, entry, value)
                }
            })?;
            objects.extend(found);
        }
        Ok(objects)
    }

    fn expand_in_language(
        &mut self,
        active: &Context<'a>,
        key: &str,
        entry: &'a str,
        value: &'a Value,
    ) -> Result<Vec<Object<'a>>> {
        let kind = if active.expand_vocab(entry).is(Keyword::None) {
            Kind::Plain
        } else {
            Kind::Language(self.language_tag(entry)?)
        };
        if active.direction(key).is_some() {
            return Err(JsonLdError::Direction { pointer: self.pointer() });
        }
        let values = match value {
            Value::Array(values) => values.as_slice(),
            value => std::slice::from_ref(value),
        };
        let mut objects = Vec::with_capacity(values.len());
        for value in values {
            match value {
                Value::Null => {}
                Value::String(_) => {
                    objects.push(Object::Literal(Literal {
                        content: Content::Value(value),
                        kind: kind.clone(),
                    }));
                }
                _ => return Err(self.invalid("invalid language map value")),
            }
        }
        Ok(objects)
    }

    fn expand_indexed(
        &mut self,
        outer: &Context<'a>,
        active: &Context<'a>,
        key: &'a str,
        container: Container,
        entry: &'a str,
        value: &'a Value,
    ) -> Result<Vec<Object<'a>>> {
        let mut objects = self.expand(active, Place { in_map: true, ..Place::of(key) }, value)?.into_vec();
        if container.has(Container::GRAPH) {
            objects = objects.into_iter().map(in_graph_once).collect();
        }
        if active.expand_vocab(entry).is(Keyword::None) {
            return Ok(objects);
        }
        // An index that is no property has no place in RDF: the proof would not cover it.
        let Some(index) = outer.term(key).and_then(|definition| definition.index) else {
            return Err(JsonLdError::Index { pointer: self.pointer() });
        };
        let Name::Iri(property) = outer.expand_vocab(index) else {
            return Err(self.invalid("invalid value object"));
        };
        if !iri::is_absolute(&property) || iri::is_blank(&property) {
            return Err(JsonLdError::UndefinedTerm { term: index.to_owned(), pointer: self.pointer() });
        }
        for object in &mut objects {
            let Object::Node(node) = object else { return Err(self.invalid("invalid value object")) };
            let value = self.expand_string(active, index, entry, Content::Key(entry))?;
            node.properties.push((property.clone(), vec![value]));
        }
        Ok(objects)
    }

    fn expand_by_id(
        &mut self,
        active: &Context<'a>,
        key: &'a str,
        container: Container,
        entry: &'a str,
        value: &'a Value,
    ) -> Result<Vec<Object<'a>>> {
        let mut objects = self.expand(active, Place { in_map: true, ..Place::of(key) }, value)?.into_vec();
        if container.has(Container::GRAPH) {
            objects = objects.into_iter().map(in_graph_once).collect();
        }
        if active.expand_vocab(entry).is(Keyword::None) {
            return Ok(objects);
        }
        let id = self.node_id(active, entry)?;
        for object in &mut objects {
            match object {
                Object::Node(node) => match &node.id {
                    None => node.id = Some(id.clone()),
                    // The specification drops the key where the node has an id of its own.
                    Some(own) if *own == id => {}
                    Some(_) => return Err(JsonLdError::Index { pointer: self.pointer() }),
                },
                _ => return Err(self.invalid("invalid value object")),
            }
        }
        Ok(objects)
    }

    fn expand_by_type(
        &mut self,
        active: &Context<'a>,
        key: &'a str,
        entry: &'a str,
        value: &'a Value,
    ) -> Result<Vec<Object<'a>>> {
        let outer = active.previous().unwrap_or(active).clone();
        let scoped = self.process_scoped(&outer, &outer, entry, Manner::OF_TYPE)?;
        let inner = scoped.unwrap_or_else(|| outer.clone());
        let mut objects = self.expand(&inner, Place { in_map: true, ..Place::of(key) }, value)?.into_vec();
        let name = match outer.expand_type(entry) {
            Name::Keyword(Keyword::None) => return Ok(objects),
            Name::Iri(iri) if iri::is_absolute(&iri) => iri,
            _ => return Err(JsonLdError::UndefinedType { name: entry.to_owned(), pointer: self.pointer() }),
        };
        for object in &mut objects {
            let Object::Node(node) = object else { return Err(self.invalid("invalid value object")) };
            node.types.push(name.clone());
        }
        Ok(objects)
    }

    /// Value expansion (section 5.3.2).
    fn expand_value(&mut self, active: &Context<'a>, property: &str, value: &'a Value) -> Result<Object<'a>> {
        if let Value::String(text) = value {
            return self.expand_string(active, property, text, Content::Value(value));
        }
        self.check_numbers(value)?;
        let kind = match active.term(property) {
            Some(TermDefinition { type_mapping: Some(TypeMapping::Datatype(datatype)), .. }) => {
                Kind::Typed(datatype.clone())
            }
            _ => Kind::Plain,
        };
        Ok(Object::Literal(Literal { content: Content::Value(value), kind }))
    }

    /// Value expansion of a string, which may be a key of a map of indexes.
    fn expand_string(
        &mut self,
        active: &Context<'a>,
        property: &str,
        text: &'a str,
        content: Content<'a>,
    ) -> Result<Object<'a>> {
        let type_mapping = active.term(property).and_then(|definition| definition.type_mapping.as_ref());
        let kind = match type_mapping {
            Some(TypeMapping::Id) => {
                let id = Some(self.node_id(active, text)?);
                return Ok(Object::Node(Box::new(Node { id, ..Node::default() })));
            }
            Some(TypeMapping::Vocab) => {
                return match active.expand_type(text) {
                    Name::Iri(iri) if iri::is_absolute(&iri) => {
                        Ok(Object::Node(Box::new(Node { id: Some(iri), ..Node::default() })))
                    }
                    Name::Nothing => {
                        Err(JsonLdError::UndefinedTerm { term: text.to_owned(), pointer: self.pointer() })
                    }
                    _ => Err(JsonLdError::RelativeIri { value: text.to_owned(), pointer: self.pointer() }),
                };
            }
            Some(TypeMapping::Datatype(datatype)) => Kind::Typed(datatype.clone()),
            Some(TypeMapping::Json | TypeMapping::None) | None => {
                if active.direction(property).is_some() {
                    return Err(JsonLdError::Direction { pointer: self.pointer() });
                }
                active.language(property).map_or(Kind::Plain, |language| Kind::Language(language.clone()))
            }
        };
        Ok(Object::Literal(Literal { content, kind }))
    }

    fn finish(&mut self, scene: Scene<'_, 'a>, parts: Parts<'a>) -> Result<Expanded<'a>> {
        let expanded = if parts.value.is_some() {
            Expanded::One(Object::Literal(self.finish_value(scene, parts)?))
        } else if parts.json {
            return Err(JsonLdError::UndefinedType { name: "@json".to_owned(), pointer: self.pointer() });
        } else if parts.list.is_some() || parts.set.is_some() {
            if !parts.is_only_container() {
                return Err(self.invalid("invalid set or list object"));
            }
            match (parts.list, parts.set) {
                (Some(list), _) => Expanded::One(Object::List(list)),
                (_, set) => set.unwrap_or(Expanded::Nothing),
            }
        } else if parts.language.is_some() {
            return Err(JsonLdError::FreeFloating {
                what: "a language without a value",
                pointer: self.pointer(),
            });
        } else {
            let place = self.places.then(|| self.pointer().into());
            Expanded::One(Object::Node(Box::new(parts.into_node(place))))
        };
        let stands_alone = match scene.place.property {
            None => true,
            Some(property) => {
                scene.property.is(Keyword::Graph) || scene.active.container(property).has(Container::GRAPH)
            }
        };
        if let (true, Expanded::One(object)) = (stands_alone && !scene.place.in_list, &expanded) {
            self.check_in_graph(object)?;
        }
        Ok(expanded)
    }

    fn finish_value(&self, scene: Scene<'_, 'a>, parts: Parts<'a>) -> Result<Literal<'a>> {
        let Some(value) = parts.value else { return Err(self.invalid("invalid value object")) };
        self.check_numbers(value)?;
        if !parts.is_only_value() {
            return Err(self.invalid("invalid value object"));
        }
        if parts.json {
            if parts.language.is_some() || !parts.types.is_empty() || !scene.is_json {
                return Err(self.invalid("invalid value object"));
            }
            return Ok(Literal { content: Content::Value(value), kind: Kind::Json });
        }
        match value {
            Value::Null => return Err(JsonLdError::NullValue { pointer: self.pointer() }),
            Value::Array(_) | Value::Object(_) => return Err(self.invalid("invalid value object value")),
            _ => {}
        }
        let kind = match (parts.types.as_slice(), parts.language) {
            ([], None) => Kind::Plain,
            ([], Some(_)) if !value.is_string() => return Err(self.invalid("invalid language-tagged value")),
            ([], Some(language)) => Kind::Language(language),
            ([datatype], None) if !iri::is_blank(datatype) => Kind::Typed(datatype.clone()),
            (_, Some(_)) => return Err(self.invalid("invalid value object")),
            _ => return Err(self.invalid("invalid typed value")),
        };
        Ok(Literal { content: Content::Value(value), kind })
    }

    fn check_numbers(&self, value: &Value) -> Result<()> {
        match jcs::unsafe_number(value) {
            None => Ok(()),
            Some(number) => {
                Err(JsonLdError::UnsafeNumber { number: number.to_string(), pointer: self.pointer() })
            }
        }
    }

    pub(super) fn invalid(&self, rule: &'static str) -> JsonLdError {
        JsonLdError::Invalid { rule, pointer: self.pointer() }
    }
}

/// What is fixed while the entries of one object are expanded.
#[derive(Clone, Copy)]
struct Scene<'s, 'a> {
    active: &'s Context<'a>,
    /// The context before those of the object's own types, in which its types are named.
    type_scoped: &'s Context<'a>,
    place: Place<'s>,
    /// What the property of the place expands to.
    property: &'s Name,
    /// Whether the object's type makes its value a JSON literal.
    is_json: bool,
}

/// The entries of one object, as far as they are expanded.
#[derive(Default)]
struct Parts<'a> {
    id: Option<Arc<str>>,
    types: Vec<Arc<str>>,
    json: bool,
    value: Option<&'a Value>,
    language: Option<Arc<str>>,
    list: Option<Vec<Object<'a>>>,
    set: Option<Expanded<'a>>,
    graph: Option<Vec<Object<'a>>>,
    included: Vec<Object<'a>>,
    properties: Vec<(Arc<str>, Vec<Object<'a>>)>,
    reverse: Vec<(Arc<str>, Vec<Object<'a>>)>,
    keywords: Vec<Keyword>,
}

impl<'a> Parts<'a> {
    /// Notes a keyword; `false` if the object has it already under another name. Types and included nodes add up.
    fn seen(&mut self, keyword: Keyword) -> bool {
        let first = !self.keywords.contains(&keyword);
        self.keywords.push(keyword);
        first || matches!(keyword, Keyword::Type | Keyword::Included)
    }

    fn is_only_value(&self) -> bool {
        self.id.is_none() && self.list.is_none() && self.set.is_none() && self.has_no_node_parts()
    }

    fn is_only_container(&self) -> bool {
        self.id.is_none()
            && self.types.is_empty()
            && self.language.is_none()
            && !(self.list.is_some() && self.set.is_some())
            && self.has_no_node_parts()
    }

    fn has_no_node_parts(&self) -> bool {
        self.graph.is_none()
            && self.included.is_empty()
            && self.properties.is_empty()
            && self.reverse.is_empty()
    }

    fn into_node(self, place: Option<Arc<str>>) -> Node<'a> {
        Node {
            id: self.id,
            place,
            types: self.types,
            properties: self.properties,
            reverse: self.reverse,
            graph: self.graph,
            included: self.included,
        }
    }
}

/// Whether a nested object stays in the context that its parent's type brought: values, and mere references.
fn keeps_context_of_type(active: &ActiveContext<'_>, map: &Map<String, Value>) -> bool {
    let is = |key: &str, keyword| active.expand_vocab(key).is(keyword);
    map.keys().any(|key| is(key, Keyword::Value))
        || (map.len() == 1 && map.keys().all(|key| is(key, Keyword::Id)))
}

/// The keys that stand for `@type`, in lexical order.
fn type_keys<'a>(active: &ActiveContext<'a>, map: &'a Map<String, Value>) -> Vec<&'a str> {
    let mut keys: Vec<&str> =
        map.keys().map(String::as_str).filter(|key| active.expand_vocab(key).is(Keyword::Type)).collect();
    keys.sort_unstable();
    keys
}

/// The strings of a value that is a string or an array.
fn strings(value: &Value) -> impl Iterator<Item = &str> {
    let items = match value {
        Value::Array(items) => items.as_slice(),
        item => std::slice::from_ref(item),
    };
    items.iter().filter_map(Value::as_str)
}

fn in_graph(object: Object<'_>) -> Object<'_> {
    let place = match &object {
        Object::Node(node) => node.place.as_ref().map(|place| format!("{place} (graph)").into()),
        _ => None,
    };
    Object::Node(Box::new(Node { place, graph: Some(vec![object]), ..Node::default() }))
}

/// A graph, made of the object unless it is one.
fn in_graph_once(object: Object<'_>) -> Object<'_> {
    match object {
        Object::Node(node) if node.graph.is_some() => Object::Node(node),
        object => in_graph(object),
    }
}
