//! Open Badges 2.0: assertions, hosted and signed, and the documents around them.

use openbadges::Document;
use openbadges::artifact::PayloadContent;
use openbadges::credential::Standard;
use serde_json::{Value, json};

use crate::award::{Award, Recipient, identity_hash, slug};
use crate::{Issued, Issuer, art, document, jws};

const CONTEXT: &str = "https://w3id.org/openbadges/v2";
const MEDIA_TYPE: &str = "application/ld+json";

/// Publishes the assertion at its id.
pub(crate) fn host(award: &Award) -> Issued {
    let url = assertion_url(award);
    let mut assertion = assertion(award, &url);
    assertion["verification"] = json!({"type": "HostedBadge"});
    if award.revoked {
        assertion["revoked"] = true.into();
        assertion["revocationReason"] = "Awarded by mistake.".into();
    }
    let text = award.changed(assertion).to_string();
    let mut documents = vec![document(&url, MEDIA_TYPE, text.as_str())];
    documents.extend(class_and_profile(award, &profile(&award.issuer)));
    Issued::new(PayloadContent::Json(text), Standard::Ob2, &award.name, documents)
}

/// Signs the assertion; the key and the revocation list are published beside the profile.
pub(crate) fn sign(award: &Award) -> Issued {
    let issuer = &award.issuer;
    let (key_url, list_url) = (issuer.url("keys/1.json"), issuer.url("revoked.json"));
    let id = award.credential_id();
    let mut assertion = assertion(award, &id);
    assertion["verification"] = json!({"type": "SignedBadge", "creator": key_url});
    let payload = award.changed(assertion).to_string();
    let text = jws::compact(&json!({}), payload.as_bytes(), issuer.key());

    let mut profile = profile(issuer);
    profile["publicKey"] = json!(key_url);
    profile["revocationList"] = json!(list_url);
    let mut documents = class_and_profile(award, &profile);
    documents.push(document(&key_url, MEDIA_TYPE, key(issuer, &key_url).to_string()));
    let revoked: &[&str] = if award.revoked { &[&id] } else { &[] };
    documents.push(revocation_list(issuer, &list_url, revoked));
    Issued::new(PayloadContent::Jws(text), Standard::Ob2, &award.name, documents)
}

fn assertion_url(award: &Award) -> String {
    let id = award.credential_id();
    award.issuer.url(&format!("assertions/{}.json", id.trim_start_matches("urn:uuid:")))
}

fn assertion(award: &Award, id: &str) -> Value {
    let recipient = match &award.recipient {
        Recipient::Mail(mail) => json!({"type": "email", "hashed": false, "identity": mail}),
        Recipient::Id(id) => json!({"type": "id", "hashed": false, "identity": id}),
        Recipient::HashedMail { mail, salt } => {
            json!({"type": "email", "hashed": true, "salt": salt, "identity": identity_hash(mail, salt)})
        }
    };
    let mut assertion = json!({
        "@context": CONTEXT,
        "type": "Assertion",
        "id": id,
        "recipient": recipient,
        "badge": class_url(award),
        "issuedOn": award.issued,
    });
    if let Some(expires) = &award.expires {
        assertion["expires"] = expires.as_str().into();
    }
    assertion
}

fn class_url(award: &Award) -> String {
    award.issuer.url(&format!("badges/{}.json", slug(&award.name)))
}

fn class_and_profile(award: &Award, profile: &Value) -> Vec<Document> {
    let url = class_url(award);
    let image = award.art.clone().unwrap_or_else(|| art::data_uri(&art::svg(&award.name)));
    let mut class = json!({
        "@context": CONTEXT,
        "type": "BadgeClass",
        "id": url,
        "name": award.name,
        "description": award.description,
        "image": image,
        "criteria": {"narrative": award.narrative},
        "issuer": profile["id"],
    });
    if !award.tags.is_empty() {
        class["tags"] = json!(award.tags);
    }
    vec![
        document(&url, MEDIA_TYPE, class.to_string()),
        document(&award.issuer.url("profile.json"), MEDIA_TYPE, profile.to_string()),
    ]
}

fn profile(issuer: &Issuer) -> Value {
    json!({
        "@context": CONTEXT,
        "type": "Issuer",
        "id": issuer.url("profile.json"),
        "name": issuer.name(),
        "url": issuer.url(""),
        "email": format!("badges@{}", issuer.host()),
    })
}

fn key(issuer: &Issuer, url: &str) -> Value {
    json!({
        "@context": CONTEXT,
        "type": "CryptographicKey",
        "id": url,
        "owner": issuer.url("profile.json"),
        "publicKeyPem": issuer.key().public_pem(),
    })
}

fn revocation_list(issuer: &Issuer, url: &str, revoked: &[&str]) -> Document {
    let list = json!({
        "@context": CONTEXT,
        "type": "RevocationList",
        "id": url,
        "issuer": issuer.url("profile.json"),
        "revokedAssertions": revoked
            .iter()
            .map(|id| json!({"id": id, "revocationReason": "Awarded by mistake."}))
            .collect::<Vec<_>>(),
    });
    document(url, MEDIA_TYPE, list.to_string())
}
