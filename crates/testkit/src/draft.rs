//! What is no single badge: learner records, endorsements, presentations, and credentials of other kinds.

use openbadges::Document;
use openbadges::artifact::PayloadContent;
use openbadges::credential::Standard;
use serde_json::{Value, json};

use crate::award::change;
use crate::data_integrity::Suite;
use crate::{DataModel, Issued, Issuer, document, jws};

/// A credential or presentation in the making. Start with [`Issuer::record`], [`Issuer::endorse`],
/// [`Issuer::state`] or [`Issuer::present`].
#[derive(Clone, Debug)]
pub struct Draft {
    issuer: Issuer,
    standard: Standard,
    json: Value,
    documents: Vec<Document>,
}

const BADGES: &str = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";
const RECORDS: &str = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json";
const SINCE: &str = "2026-02-01T00:00:00Z";

impl Issuer {
    /// A Comprehensive Learner Record 2.0 of `name` with these credentials in it, about `did:example:ada`.
    pub fn record(&self, name: &str, inside: &[Issued]) -> Draft {
        let mut draft = self.draft(Standard::Clr2, &["ClrCredential"], &[RECORDS, BADGES]);
        draft.json["name"] = name.into();
        draft.json["credentialSubject"] = json!({
            "type": ["ClrSubject"],
            "id": "did:example:ada",
            "verifiableCredential": inside.iter().map(Issued::as_part).collect::<Value>(),
        });
        draft.with_documents_of(inside)
    }

    /// An endorsement of whatever has the id `about`.
    pub fn endorse(&self, about: &str, comment: &str) -> Draft {
        let mut draft = self.draft(Standard::Endorsement, &["EndorsementCredential"], &[BADGES]);
        draft.json["name"] = format!("{} endorses it", self.name()).into();
        draft.json["credentialSubject"] =
            json!({ "type": ["EndorsementSubject"], "id": about, "endorsementComment": comment });
        draft
    }

    /// A Verifiable Credential of no kind that Lapel knows, with these claims.
    pub fn state(&self, claims: Value) -> Draft {
        let mut draft = self.draft(Standard::Vc, &[], &[]);
        draft.json["issuer"] = self.id().into();
        draft.json["credentialSubject"] = claims;
        draft
    }

    /// A presentation of these credentials, by this issuer as their holder.
    pub fn present(&self, inside: &[Issued]) -> Draft {
        let json = json!({
            "@context": [DataModel::V2.context()],
            "type": ["VerifiablePresentation"],
            "holder": self.id(),
            "verifiableCredential": inside.iter().map(Issued::as_part).collect::<Value>(),
        });
        let mut keys = self.controller_json();
        keys["authentication"] = keys["assertionMethod"].clone();
        let documents =
            self.controller_url().map(|url| document(&url, "application/did+json", keys.to_string()));
        Draft {
            issuer: self.clone(),
            standard: Standard::Presentation,
            json,
            documents: documents.into_iter().collect(),
        }
        .with_documents_of(inside)
    }

    fn draft(&self, standard: Standard, types: &[&str], vocabularies: &[&str]) -> Draft {
        let contexts: Vec<&str> =
            [DataModel::V2.context()].into_iter().chain(vocabularies.iter().copied()).collect();
        let types: Vec<&str> = ["VerifiableCredential"].into_iter().chain(types.iter().copied()).collect();
        let json = json!({
            "@context": contexts,
            "id": format!("urn:example:{}:{}", self.host(), types.len() + vocabularies.len()),
            "type": types,
            "issuer": self.profile(),
            "validFrom": SINCE,
        });
        let documents = self.controller_document().into_iter().collect();
        Draft { issuer: self.clone(), standard, json, documents }
    }
}

impl Draft {
    /// Sets what stands at `pointer` (RFC 6901); `-` at the end appends to an array.
    #[must_use]
    pub fn with(mut self, pointer: &str, value: impl Into<Value>) -> Self {
        change(&mut self.json, pointer, Some(value.into()));
        self
    }

    /// Takes out what stands at `pointer` (RFC 6901).
    #[must_use]
    pub fn without(mut self, pointer: &str) -> Self {
        change(&mut self.json, pointer, None);
        self
    }

    /// Puts another credential in at `pointer`, with the documents that it needs.
    #[must_use]
    pub fn with_part(self, pointer: &str, part: &Issued) -> Self {
        self.with(pointer, part.as_part()).with_documents_of(std::slice::from_ref(part))
    }

    fn with_documents_of(mut self, parts: &[Issued]) -> Self {
        for document in parts.iter().flat_map(Issued::documents) {
            if !self.documents.iter().any(|known| known.url == document.url) {
                self.documents.push(document.clone());
            }
        }
        self
    }

    /// As it is, without a proof.
    pub fn unsigned(self) -> Issued {
        let content = PayloadContent::Json(self.json.to_string());
        Issued::new(content, self.standard, "Draft", self.documents)
    }

    /// With an `eddsa-rdfc-2022` proof: for assertion, or of a presentation for authentication.
    pub fn sign(mut self) -> Issued {
        let suite = Suite::EddsaRdfc2022;
        let mut options = suite.options(&self.issuer.verification_method(), SINCE);
        if self.standard == Standard::Presentation {
            options["proofPurpose"] = "authentication".into();
        }
        self.json["proof"] = suite.prove(&self.json, options, self.issuer.key());
        self.unsigned()
    }

    /// As the payload of a token (VC-JOSE-COSE).
    pub fn sign_jwt(self) -> Issued {
        let typ = if self.standard == Standard::Presentation { "vp+jwt" } else { "vc+jwt" };
        let header = json!({ "typ": typ, "kid": self.issuer.verification_method() });
        let text = jws::compact(&header, self.json.to_string().as_bytes(), self.issuer.key());
        Issued::new(PayloadContent::Jws(text), self.standard, "Draft", self.documents)
    }
}

impl Issued {
    /// As it stands in another credential: the JSON as it is, a token in an envelope.
    ///
    /// # Panics
    /// If it is a link.
    #[expect(clippy::expect_used, clippy::panic, reason = "development only: the kit's own text")]
    pub fn as_part(&self) -> Value {
        match self.content() {
            PayloadContent::Json(text) => serde_json::from_str(text).expect("the kit writes JSON"),
            PayloadContent::Jws(token) => json!({
                "@context": DataModel::V2.context(),
                "type": "EnvelopedVerifiableCredential",
                "id": format!("data:application/vc+jwt,{token}"),
            }),
            PayloadContent::Url(url) => panic!("a link to {url} is no credential"),
        }
    }
}
