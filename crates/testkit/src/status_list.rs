//! Bitstring Status Lists (W3C Bitstring Status List 1.0).

use std::collections::BTreeSet;
use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::{Compression, write::GzEncoder};
use openbadges::Document;
use serde_json::{Value, json};

use crate::{DataModel, Issuer, data_integrity, document, jws};

/// A status list of an issuer: 131,072 bits, all clear until set.
#[derive(Clone, Debug)]
pub struct StatusList {
    issuer: Issuer,
    url: String,
    purpose: String,
    bits: usize,
    set: BTreeSet<usize>,
    valid_until: Option<String>,
}

impl StatusList {
    /// An empty list for revocation at `https://<issuer's host>/status/1`.
    pub fn of(issuer: &Issuer) -> Self {
        Self {
            issuer: issuer.clone(),
            url: issuer.url("status/1"),
            purpose: "revocation".to_owned(),
            bits: 131_072,
            set: BTreeSet::new(),
            valid_until: None,
        }
    }

    /// The same list for another purpose (`suspension`, `refresh`, `message`), at a URL of its own.
    #[must_use]
    pub fn for_purpose(mut self, purpose: &str) -> Self {
        purpose.clone_into(&mut self.purpose);
        self.url = self.issuer.url(&format!("status/{purpose}"));
        self
    }

    /// The same list with this many bits (the specification wants at least 131,072).
    #[must_use]
    pub fn with_length(mut self, bits: usize) -> Self {
        self.bits = bits;
        self
    }

    /// The same list with the bit at `index` set: that badge is revoked (or suspended).
    #[must_use]
    pub fn set(mut self, index: usize) -> Self {
        self.set.insert(index);
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
        json!({
            "id": format!("{}#{index}", self.url),
            "type": "BitstringStatusListEntry",
            "statusPurpose": self.purpose,
            "statusListIndex": index.to_string(),
            "statusListCredential": self.url,
        })
    }

    /// The list's credential, unsigned.
    pub fn json(&self) -> Value {
        let mut list = json!({
            "@context": [DataModel::V2.context()],
            "id": self.url,
            "type": ["VerifiableCredential", "BitstringStatusListCredential"],
            "issuer": self.issuer.id(),
            "validFrom": "2026-01-01T00:00:00Z",
            "credentialSubject": {
                "id": format!("{}#list", self.url),
                "type": "BitstringStatusList",
                "statusPurpose": self.purpose,
                "encodedList": self.encoded(),
            },
        });
        if let Some(until) = &self.valid_until {
            list["validUntil"] = until.as_str().into();
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

    /// Multibase base64url of the gzipped bits; bit 0 is the highest of the first byte.
    #[expect(clippy::expect_used, reason = "development only; writing to memory cannot fail")]
    fn encoded(&self) -> String {
        let mut bytes = vec![0_u8; self.bits.div_ceil(8)];
        for &index in &self.set {
            bytes[index / 8] |= 0x80 >> (index % 8);
        }
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(&bytes).expect("memory takes it");
        format!("u{}", URL_SAFE_NO_PAD.encode(gzip.finish().expect("memory takes it")))
    }
}
