//! Status lists: Bitstring Status List 1.0 and its earlier forms, and 1EdTech's list of revoked credentials.

use std::collections::BTreeMap;
use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::{Compression, write::GzEncoder};
use openbadges::Document;
use serde_json::{Value, json};

use crate::{DataModel, Issuer, data_integrity, document, jws};

/// The specification that a list of bits follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusForm {
    /// Bitstring Status List 1.0.
    Bitstring,
    /// Status List 2021.
    StatusList2021,
    /// Revocation List 2020.
    RevocationList2020,
}

impl StatusForm {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Bitstring, Self::StatusList2021, Self::RevocationList2020];

    /// The context that its terms come from, beside that of the data model.
    fn context(self) -> Option<&'static str> {
        match self {
            Self::Bitstring => None,
            Self::StatusList2021 => Some("https://w3id.org/vc/status-list/2021/v1"),
            Self::RevocationList2020 => Some("https://w3id.org/vc-revocation-list-2020/v1"),
        }
    }

    /// The types of the list's credential and of its subject.
    fn types(self) -> (&'static str, &'static str) {
        match self {
            Self::Bitstring => ("BitstringStatusListCredential", "BitstringStatusList"),
            Self::StatusList2021 => ("StatusList2021Credential", "StatusList2021"),
            Self::RevocationList2020 => ("RevocationList2020Credential", "RevocationList2020"),
        }
    }
}

/// A status list of an issuer: 131,072 entries, all clear until set.
#[derive(Clone, Debug)]
pub struct StatusList {
    issuer: Issuer,
    url: String,
    form: StatusForm,
    purpose: String,
    entries: usize,
    size: usize,
    lowest_first: bool,
    set: BTreeMap<usize, u64>,
    messages: Vec<(u64, String)>,
    valid_until: Option<String>,
    ttl: Option<u64>,
}

impl StatusList {
    /// An empty list for revocation at `https://<issuer's host>/status/1`.
    pub fn of(issuer: &Issuer) -> Self {
        Self {
            issuer: issuer.clone(),
            url: issuer.url("status/1"),
            form: StatusForm::Bitstring,
            purpose: "revocation".to_owned(),
            entries: 131_072,
            size: 1,
            lowest_first: false,
            set: BTreeMap::new(),
            messages: Vec::new(),
            valid_until: None,
            ttl: None,
        }
    }

    /// The same list by another specification.
    #[must_use]
    pub fn in_form(mut self, form: StatusForm) -> Self {
        self.form = form;
        self
    }

    /// The same list with entries of this many bits.
    #[must_use]
    pub fn with_size(mut self, bits: usize) -> Self {
        self.size = bits;
        self
    }

    /// The same list with bit 0 as the lowest of the first byte, as early libraries wrote them.
    #[must_use]
    pub fn lowest_bit_first(mut self) -> Self {
        self.lowest_first = true;
        self
    }

    /// The same list whose entries give this text for `value`.
    #[must_use]
    pub fn saying(mut self, value: u64, text: &str) -> Self {
        self.messages.push((value, text.to_owned()));
        self
    }

    /// The same list to be fetched again after this many milliseconds.
    #[must_use]
    pub fn living(mut self, milliseconds: u64) -> Self {
        self.ttl = Some(milliseconds);
        self
    }

    /// The same list for another purpose (`suspension`, `refresh`, `message`), at a URL of its own.
    #[must_use]
    pub fn for_purpose(mut self, purpose: &str) -> Self {
        purpose.clone_into(&mut self.purpose);
        self.url = self.issuer.url(&format!("status/{purpose}"));
        self
    }

    /// The same list with this many entries (the specification wants at least 131,072).
    #[must_use]
    pub fn with_length(mut self, entries: usize) -> Self {
        self.entries = entries;
        self
    }

    /// The same list with the bit at `index` set: that badge is revoked (or suspended).
    #[must_use]
    pub fn set(self, index: usize) -> Self {
        self.set_to(index, 1)
    }

    /// The same list with the entry at `index` of this value.
    #[must_use]
    pub fn set_to(mut self, index: usize, value: u64) -> Self {
        self.set.insert(index, value);
        self
    }

    /// The same list ending its validity at `until` (RFC 3339).
    #[must_use]
    pub fn valid_until(mut self, until: &str) -> Self {
        self.valid_until = Some(until.to_owned());
        self
    }

    /// Where it is published.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The `credentialStatus` of the badge at `index`.
    pub fn entry(&self, index: usize) -> Value {
        let id = format!("{}#{index}", self.url);
        match self.form {
            StatusForm::RevocationList2020 => json!({
                "id": id,
                "type": "RevocationList2020Status",
                "revocationListIndex": index.to_string(),
                "revocationListCredential": self.url,
            }),
            form => {
                let bitstring = form == StatusForm::Bitstring;
                let mut entry = json!({
                    "id": id,
                    "type": if bitstring { "BitstringStatusListEntry" } else { "StatusList2021Entry" },
                    "statusPurpose": self.purpose,
                    "statusListIndex": index.to_string(),
                    "statusListCredential": self.url,
                });
                if self.size > 1 {
                    entry["statusSize"] = self.size.into();
                }
                if !self.messages.is_empty() {
                    let message = |(value, text): &(u64, String)| json!({ "status": format!("{value:#x}"), "message": text });
                    entry["statusMessage"] = self.messages.iter().map(message).collect();
                }
                entry
            }
        }
    }

    /// The list's credential, unsigned.
    pub fn json(&self) -> Value {
        // The earlier forms belong to the earlier data model.
        let (model, from, until) = match self.form {
            StatusForm::Bitstring => (DataModel::V2, "validFrom", "validUntil"),
            _ => (DataModel::V1, "issuanceDate", "expirationDate"),
        };
        let (credential, subject) = self.form.types();
        let contexts: Vec<&str> =
            [Some(model.context()), self.form.context()].into_iter().flatten().collect();
        let mut list = json!({
            "@context": contexts,
            "id": self.url,
            "type": ["VerifiableCredential", credential],
            "issuer": self.issuer.id(),
            from: "2026-01-01T00:00:00Z",
            "credentialSubject": {
                "id": format!("{}#list", self.url),
                "type": subject,
                "encodedList": self.encoded(),
            },
        });
        if self.form != StatusForm::RevocationList2020 {
            list["credentialSubject"]["statusPurpose"] = self.purpose.as_str().into();
        }
        if let Some(ttl) = self.ttl {
            list["credentialSubject"]["ttl"] = ttl.into();
        }
        if let Some(valid_until) = &self.valid_until {
            list[until] = valid_until.as_str().into();
        }
        list
    }

    /// The list with a Data Integrity proof, published. The issuer's key must be Ed25519.
    pub fn signed(&self) -> Document {
        let mut list = self.json();
        data_integrity::sign(&mut list, &self.issuer, "2026-01-01T00:00:00Z");
        document(&self.url, "application/vc", list.to_string())
    }

    /// The list as a VC-JWT, published.
    pub fn signed_as_jwt(&self) -> Document {
        let header = json!({"typ": "vc+jwt", "kid": self.issuer.verification_method()});
        let text = jws::compact(&header, self.json().to_string().as_bytes(), self.issuer.key());
        document(&self.url, "application/vc+jwt", text)
    }

    /// The list unsigned, published: what nobody should believe.
    pub fn unsigned(&self) -> Document {
        document(&self.url, "application/vc", self.json().to_string())
    }

    /// Base64url of the gzipped bits, in a Bitstring Status List with its multibase prefix; bit 0 is the highest of
    /// the first byte.
    #[expect(clippy::expect_used, reason = "development only; writing to memory cannot fail")]
    fn encoded(&self) -> String {
        let mut bytes = vec![0_u8; (self.entries * self.size).div_ceil(8)];
        for (&index, &value) in &self.set {
            for bit in (0..self.size).filter(|bit| value >> (self.size - 1 - bit) & 1 == 1) {
                let at = index * self.size + bit;
                bytes[at / 8] |= if self.lowest_first { 1 << (at % 8) } else { 0x80 >> (at % 8) };
            }
        }
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(&bytes).expect("memory takes it");
        let packed = URL_SAFE_NO_PAD.encode(gzip.finish().expect("memory takes it"));
        if self.form == StatusForm::Bitstring { format!("u{packed}") } else { packed }
    }
}

/// 1EdTech's list of revoked credentials, which nobody signs.
#[derive(Clone, Debug)]
pub struct RevocationNames {
    issuer: Issuer,
    url: String,
    property: &'static str,
    revoked: Vec<Value>,
}

impl RevocationNames {
    /// An empty list at `https://<issuer's host>/status/names`.
    pub fn of(issuer: &Issuer) -> Self {
        let url = issuer.url("status/names");
        Self { issuer: issuer.clone(), url, property: "revokedCredential", revoked: Vec::new() }
    }

    /// The same list under the name that implementations use for the property.
    #[must_use]
    pub fn in_plural(mut self) -> Self {
        self.property = "revokedCredentials";
        self
    }

    /// The same list with another entry: an id, or an object.
    #[must_use]
    pub fn with(mut self, entry: Value) -> Self {
        self.revoked.push(entry);
        self
    }

    /// Where it is published.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The `credentialStatus` of every badge of this issuer.
    pub fn entry(&self) -> Value {
        json!({ "id": self.url, "type": "1EdTechRevocationList" })
    }

    /// The list, published.
    pub fn published(&self) -> Document {
        let json = json!({ "id": self.url, "issuer": self.issuer.id(), self.property: self.revoked });
        document(&self.url, "application/json", json.to_string())
    }
}
