//! Why a document has no canonical form that a proof could cover.

/// Why a document has no canonical form that a proof could cover.
///
/// Pointers are JSON Pointers (RFC 6901) into the document; the empty pointer is the document itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JsonLdError {
    /// A context that Lapel does not carry. Contexts are never fetched.
    #[error("the context {url} is not one that Lapel carries")]
    UnknownContext {
        /// Its URL, as written.
        url: String,
    },
    /// The caller asked for a text of a context that Lapel does not carry.
    #[error("Lapel carries no text of the context {url} with the digest {sha256}")]
    UnknownText {
        /// The context's URL.
        url: String,
        /// Lower-case hexadecimal SHA-256 of the text that was asked for.
        sha256: String,
    },
    /// A context breaks the rules of JSON-LD.
    #[error("the context at {} is not valid: {rule}{}", place(.pointer), about(.term.as_deref()))]
    InvalidContext {
        /// The rule, in the words of the JSON-LD 1.1 error codes ("invalid term definition").
        rule: &'static str,
        /// The term concerned, if it is about one.
        term: Option<String>,
        /// Where the context is used.
        pointer: String,
    },
    /// A context gives a protected term another meaning: contexts that do not go together are mixed.
    #[error(
        "the contexts at {} cannot be mixed: \u{201c}{term}\u{201d} is protected and would change its meaning",
        place(.pointer)
    )]
    MixedContexts {
        /// The protected term.
        term: String,
        /// Where the second context is used.
        pointer: String,
    },
    /// A `null` context would drop protected terms.
    #[error("the context at {} drops terms that are protected", place(.pointer))]
    ProtectedContextDropped {
        /// Where the `null` context is.
        pointer: String,
    },
    /// A context of the document's own gives a known word another meaning, or a known meaning another word. The
    /// statements would stay as they were signed, and whoever reads the JSON would read something else.
    #[error("the document uses \u{201c}{word}\u{201d} otherwise than the published contexts do ({meaning})")]
    Redefined {
        /// The word.
        word: String,
        /// What the document's own context makes it stand for.
        meaning: String,
    },
    /// A property of the document itself that stands in another place.
    #[error("{property} of {id} stands inside it, and not where it is looked for")]
    Scattered {
        /// The id of the document.
        id: String,
        /// The IRI of the property.
        property: String,
    },
    /// A property that no context maps. The proof would not cover it.
    #[error("no context defines the property \u{201c}{term}\u{201d} at {}", place(.pointer))]
    UndefinedTerm {
        /// The property, as written.
        term: String,
        /// Where it is.
        pointer: String,
    },
    /// A type that no context maps.
    #[error("no context defines the type \u{201c}{name}\u{201d} at {}", place(.pointer))]
    UndefinedType {
        /// The type, as written.
        name: String,
        /// Where it is.
        pointer: String,
    },
    /// A relative IRI where an absolute one is needed: a credential has no base to resolve it against.
    #[error("\u{201c}{value}\u{201d} at {} is not an absolute IRI", place(.pointer))]
    RelativeIri {
        /// The value, as written.
        value: String,
        /// Where it is.
        pointer: String,
    },
    /// A property that is a blank node.
    #[error("the property \u{201c}{term}\u{201d} at {} is a blank node", place(.pointer))]
    BlankNodePredicate {
        /// The property, as written.
        term: String,
        /// Where it is.
        pointer: String,
    },
    /// A name of the form of a keyword, which JSON-LD would ignore.
    #[error("\u{201c}{name}\u{201d} at {} looks like a JSON-LD keyword and would be ignored", place(.pointer))]
    Reserved {
        /// The name, as written.
        name: String,
        /// Where it is.
        pointer: String,
    },
    /// Content that hangs on nothing and would be dropped.
    #[error("{what} at {} belongs to nothing and would be dropped", place(.pointer))]
    FreeFloating {
        /// What it is ("a value", "an empty object").
        what: &'static str,
        /// Where it is.
        pointer: String,
    },
    /// A language tag that is none (BCP 47).
    #[error("\u{201c}{tag}\u{201d} at {} is not a language tag", place(.pointer))]
    InvalidLanguage {
        /// The tag, as written.
        tag: String,
        /// Where it is.
        pointer: String,
    },
    /// A base direction. RDF has no place for it, so the proof would not cover it.
    #[error("the text direction at {} would not be covered by the proof", place(.pointer))]
    Direction {
        /// Where it is.
        pointer: String,
    },
    /// An `@index` that is no property. RDF has no place for it, so the proof would not cover it.
    #[error("the index at {} would not be covered by the proof", place(.pointer))]
    Index {
        /// Where it is.
        pointer: String,
    },
    /// A value object whose value is `null`, which would be dropped.
    #[error("the value at {} is null and would be dropped", place(.pointer))]
    NullValue {
        /// Where it is.
        pointer: String,
    },
    /// The document breaks the rules of JSON-LD.
    #[error("{} is not valid JSON-LD: {rule}", place(.pointer))]
    Invalid {
        /// The rule, in the words of the JSON-LD 1.1 error codes ("invalid value object").
        rule: &'static str,
        /// Where it is broken.
        pointer: String,
    },
    /// A number that programs read differently: beyond 2^53 an integer is not exact everywhere.
    #[error("the number {number} at {} is too large to be read alike by every program", place(.pointer))]
    UnsafeNumber {
        /// The number.
        number: String,
        /// Where it is.
        pointer: String,
    },
    /// The document is nested too deeply.
    #[error("the document is nested more than {limit} levels deep")]
    TooDeep {
        /// The deepest nesting that is read.
        limit: usize,
    },
    /// The document, or what its contexts make of it, is too large.
    #[error("the document is too large to canonicalise")]
    TooLarge,
    /// The blank nodes are so alike that telling them apart would take too long (RDFC-1.0, section 7.1).
    #[error("the document is built so that canonicalising it would take too long")]
    TooComplex,
}

impl JsonLdError {
    /// The stable code of this error, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownContext { .. } => "jsonld.unknown-context",
            Self::UnknownText { .. } => "jsonld.unknown-context-text",
            Self::InvalidContext { .. } => "jsonld.invalid-context",
            Self::MixedContexts { .. } => "jsonld.mixed-contexts",
            Self::ProtectedContextDropped { .. } => "jsonld.protected-context-dropped",
            Self::Redefined { .. } => "jsonld.redefined-word",
            Self::Scattered { .. } => "jsonld.scattered",
            Self::UndefinedTerm { .. } => "jsonld.undefined-term",
            Self::UndefinedType { .. } => "jsonld.undefined-type",
            Self::RelativeIri { .. } => "jsonld.relative-iri",
            Self::BlankNodePredicate { .. } => "jsonld.blank-node-predicate",
            Self::Reserved { .. } => "jsonld.reserved-name",
            Self::FreeFloating { .. } => "jsonld.free-floating",
            Self::InvalidLanguage { .. } => "jsonld.invalid-language",
            Self::Direction { .. } => "jsonld.direction",
            Self::Index { .. } => "jsonld.index",
            Self::NullValue { .. } => "jsonld.null-value",
            Self::Invalid { .. } => "jsonld.invalid",
            Self::UnsafeNumber { .. } => "jsonld.unsafe-number",
            Self::TooDeep { .. } => "jsonld.too-deep",
            Self::TooLarge => "jsonld.too-large",
            Self::TooComplex => "jsonld.too-complex",
        }
    }

    /// What a person can do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::UnknownContext { .. } | Self::UnknownText { .. } => {
                "Lapel reads only contexts whose text is pinned by digest. Ask the issuer to use the published \
                 Open Badges contexts, or wait for a version of Lapel that carries this one."
            }
            Self::MixedContexts { .. } | Self::ProtectedContextDropped { .. } => {
                "The credential, or one embedded in it, mixes versions of a specification. Ask the issuer for one \
                 that uses the same version throughout."
            }
            Self::Redefined { .. }
            | Self::Scattered { .. }
            | Self::UndefinedTerm { .. }
            | Self::UndefinedType { .. }
            | Self::RelativeIri { .. }
            | Self::BlankNodePredicate { .. }
            | Self::Reserved { .. }
            | Self::FreeFloating { .. }
            | Self::InvalidLanguage { .. }
            | Self::Direction { .. }
            | Self::Index { .. }
            | Self::NullValue { .. } => {
                "The proof would not cover this part of the credential, so it may have been added later. Ask the \
                 issuer for the credential as it was signed."
            }
            Self::InvalidContext { .. } | Self::Invalid { .. } | Self::UnsafeNumber { .. } => {
                "Ask the issuer for a credential that follows the specification."
            }
            Self::TooDeep { .. } | Self::TooLarge | Self::TooComplex => {
                "No ordinary credential looks like this. Check where it came from."
            }
        }
        .to_owned()
    }
}

fn place(pointer: &str) -> &str {
    if pointer.is_empty() { "the top of the document" } else { pointer }
}

fn about(term: Option<&str>) -> String {
    term.map(|term| format!(" (\u{201c}{term}\u{201d})")).unwrap_or_default()
}
