//! When two texts are versions of one credential.

use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::{Credential, moment, ob3};
use crate::document::sha256_hex;

impl Credential {
    /// What all versions and forms of one credential share, as SHA-256 in lower-case hexadecimal; `None` where it
    /// names nothing that it could be known by.
    ///
    /// Open Badges 3.0 (and every Verifiable Credential): the issuer's id and the credential's own, compared after
    /// percent-decoding and trimming (Open Badges 3.0, section on comparing credentials). Open Badges before that:
    /// the assertion's id, which is its address.
    pub fn identity(&self) -> Option<String> {
        let id = written(self.id()?)?;
        if self.standard().is_assertion() {
            return Some(sha256_hex(format!("assertion\n{id}").as_bytes()));
        }
        let issuer = match self.body().get("issuer")? {
            Value::String(issuer) => issuer,
            issuer => issuer.get("id")?.as_str()?,
        };
        let issuer = written(issuer)?;
        Some(sha256_hex(format!("credential\n{}:{issuer}\n{id}", issuer.len()).as_bytes()))
    }

    /// When it begins to hold: `validFrom`, `issuanceDate` or `issuedOn`. Of two versions of one credential the one
    /// with the later instant supersedes the other.
    pub fn valid_from(&self) -> Option<Timestamp> {
        let value = if self.standard().is_assertion() {
            self.body().get("issuedOn")
        } else {
            ob3::validity(self.body()).0
        };
        moment::instant(value?)
    }
}

/// An id as it is compared; `None` if nothing is left of it. In a DID an encoded delimiter is another one than without:
/// `did:web:a.example%3A8443` has a port, `did:web:a.example:8443` a path.
fn written(id: &str) -> Option<String> {
    let id = id.trim();
    let decoded = if id.starts_with("did:") { None } else { percent_decode_str(id).decode_utf8().ok() };
    let id = decoded.as_deref().map_or(id, str::trim);
    (!id.is_empty()).then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::artifact::PayloadContent;

    fn badge(id: &str, issuer: &Value, from: &str) -> Credential {
        let text = json!({
            "@context": ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
            "type": ["VerifiableCredential", "OpenBadgeCredential"], "id": id, "issuer": issuer, "validFrom": from,
            "credentialSubject": { "type": ["AchievementSubject"], "achievement": {} }
        });
        Credential::parse(&PayloadContent::Json(text.to_string())).unwrap()
    }

    #[test]
    fn the_ids_of_issuer_and_credential_decide() {
        let one = badge("https://a.example/b%20c", &json!("did:web:a.example"), "2024-01-01T00:00:00Z");
        let same =
            badge(" https://a.example/b c ", &json!({ "id": "did:web:a.example" }), "2025-01-01T00:00:00Z");
        assert!(one.identity().is_some());
        assert_eq!(one.identity(), same.identity());
        assert!(one.valid_from() < same.valid_from());
        for other in [
            badge("https://a.example/b", &json!("did:web:a.example"), "2024-01-01T00:00:00Z"),
            badge("https://a.example/b%20c", &json!("did:web:b.example"), "2024-01-01T00:00:00Z"),
            badge("https://a.example/b%20c%FF", &json!("did:web:a.example"), "2024-01-01T00:00:00Z"),
        ] {
            assert_ne!(one.identity(), other.identity());
        }
    }

    #[test]
    fn a_port_in_a_did_is_no_path() {
        let port = badge("urn:x", &json!("did:web:a.example%3A8443"), "2024-01-01T00:00:00Z");
        let path = badge("urn:x", &json!("did:web:a.example:8443"), "2024-01-01T00:00:00Z");
        assert_ne!(port.identity(), path.identity());
    }

    #[test]
    fn what_names_no_id_is_no_version_of_anything() {
        assert_eq!(badge(" ", &json!("did:web:a.example"), "2024-01-01T00:00:00Z").identity(), None);
        assert_eq!(badge("urn:x", &json!({ "name": "A" }), "2024-01-01T00:00:00Z").identity(), None);
    }
}
