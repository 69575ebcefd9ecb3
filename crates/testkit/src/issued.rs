//! What an issuer hands out.

use openbadges::artifact::{BakeError, PayloadContent, bake};
use openbadges::credential::Standard;
use openbadges::{Credential, Document, Documents};

use crate::art;

/// A badge as its issuer hands it out: the exact text, and the documents on the issuer's host that it needs.
#[derive(Clone, Debug)]
pub struct Issued {
    content: PayloadContent,
    standard: Standard,
    name: String,
    documents: Vec<Document>,
    /// The link that leads to it, where the text does not say.
    link: Option<String>,
}

impl Issued {
    pub(crate) fn new(
        content: PayloadContent,
        standard: Standard,
        name: &str,
        documents: Vec<Document>,
    ) -> Self {
        Self { content, standard, name: name.to_owned(), documents, link: None }
    }

    /// The same, which is only known by the link `url`.
    pub(crate) fn found_at(mut self, url: &str) -> Self {
        self.link = Some(url.to_owned());
        self
    }

    /// The link that leads to it, where its text does not say where it is hosted (Open Badges 0.5).
    pub fn link(&self) -> Option<&str> {
        self.link.as_deref()
    }

    /// The exact text: JSON or a compact JWS.
    pub fn text(&self) -> &str {
        match &self.content {
            PayloadContent::Json(text) | PayloadContent::Jws(text) | PayloadContent::Url(text) => text,
        }
    }

    /// The text with its form.
    pub fn content(&self) -> &PayloadContent {
        &self.content
    }

    /// What the issuer publishes: key documents, profiles, status lists.
    pub fn documents(&self) -> &[Document] {
        &self.documents
    }

    /// The documents as `verify` takes them.
    pub fn at_hand(&self) -> Documents {
        self.documents.iter().cloned().collect()
    }

    /// The same badge with another text of the same form: what a forger does.
    #[must_use]
    pub fn with_text(&self, text: impl Into<String>) -> Self {
        let content = match self.content {
            PayloadContent::Json(_) => PayloadContent::Json(text.into()),
            PayloadContent::Jws(_) => PayloadContent::Jws(text.into()),
            PayloadContent::Url(_) => PayloadContent::Url(text.into()),
        };
        Self { content, ..self.clone() }
    }

    /// The same badge with `document` in place of the one with its URL, or added.
    #[must_use]
    pub fn with_document(mut self, document: Document) -> Self {
        self.documents.retain(|d| d.url != document.url);
        self.documents.push(document);
        self
    }

    /// The same badge with nothing published at `url`.
    #[must_use]
    pub fn without_document(mut self, url: &str) -> Self {
        self.documents.retain(|d| d.url != url);
        self
    }

    /// The bytes of the kit's drawing for this achievement as a PNG, with this badge baked in.
    ///
    /// # Panics
    /// If it cannot be baked.
    #[expect(clippy::expect_used, reason = "development only: the kit's own image and text")]
    pub fn baked_png(&self) -> Vec<u8> {
        self.baked_into(&art::png(&self.name)).expect("the kit's drawing takes the kit's badge")
    }

    /// The bytes of the kit's drawing for this achievement as an SVG, with this badge baked in.
    ///
    /// # Panics
    /// If it cannot be baked.
    #[expect(clippy::expect_used, reason = "development only: the kit's own image and text")]
    pub fn baked_svg(&self) -> Vec<u8> {
        self.baked_into(art::svg(&self.name).as_bytes()).expect("the kit's drawing takes the kit's badge")
    }

    /// The bytes of `image` (PNG or SVG) with this badge baked in.
    pub fn baked_into(&self, image: &[u8]) -> Result<Vec<u8>, BakeError> {
        bake(image, &self.content, self.standard)
    }

    /// The credential as Lapel parses it, read at its link if it has one.
    ///
    /// # Panics
    /// If it does not parse: say so in the test by parsing [`content`](Self::content) instead.
    #[expect(clippy::expect_used, reason = "development only: the caller asks for a badge that parses")]
    pub fn credential(&self) -> Credential {
        let credential = Credential::parse(&self.content).expect("the text parses as a credential");
        match &self.link {
            Some(link) => credential.read_at(link),
            None => credential,
        }
    }
}
