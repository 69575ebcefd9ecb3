//! The keywords of JSON-LD 1.1.

/// A keyword of JSON-LD 1.1 (section 1.7). The framing keywords are not among them: a credential is no frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Keyword {
    Base,
    Container,
    Context,
    Direction,
    Graph,
    Id,
    Import,
    Included,
    Index,
    Json,
    Language,
    List,
    Nest,
    None,
    Prefix,
    Propagate,
    Protected,
    Reverse,
    Set,
    Type,
    Value,
    Version,
    Vocab,
}

impl Keyword {
    /// The keyword that is exactly `text`.
    pub(super) fn of(text: &str) -> Option<Self> {
        if !text.starts_with('@') {
            return None;
        }
        Some(match text {
            "@base" => Self::Base,
            "@container" => Self::Container,
            "@context" => Self::Context,
            "@direction" => Self::Direction,
            "@graph" => Self::Graph,
            "@id" => Self::Id,
            "@import" => Self::Import,
            "@included" => Self::Included,
            "@index" => Self::Index,
            "@json" => Self::Json,
            "@language" => Self::Language,
            "@list" => Self::List,
            "@nest" => Self::Nest,
            "@none" => Self::None,
            "@prefix" => Self::Prefix,
            "@propagate" => Self::Propagate,
            "@protected" => Self::Protected,
            "@reverse" => Self::Reverse,
            "@set" => Self::Set,
            "@type" => Self::Type,
            "@value" => Self::Value,
            "@version" => Self::Version,
            "@vocab" => Self::Vocab,
            _ => return None,
        })
    }
}

/// Whether `text` has the form of a keyword (`@` and letters), which JSON-LD reserves and ignores.
pub(super) fn looks_like_keyword(text: &str) -> bool {
    text.strip_prefix('@')
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphabetic()))
}
