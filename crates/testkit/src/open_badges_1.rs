//! Open Badges 0.5, 1.0 and 1.1: badges as their issuers made them then, and the documents around them.

use openbadges::Document;
use openbadges::artifact::PayloadContent;
use openbadges::credential::Standard;
use serde_json::{Value, json};

use crate::award::{Award, Recipient, identity_hash, slug};
use crate::{Algorithm, Issued, art, document, jws};

const CONTEXT: &str = "https://w3id.org/openbadges/v1";
const MEDIA_TYPE: &str = "application/json";

/// Publishes a badge of Open Badges 0.5: all in one document, which does not say where it is.
pub(crate) fn host_05(award: &Award) -> Issued {
    let issuer = &award.issuer;
    let (identity, salt) = match &award.recipient {
        Recipient::Mail(mail) | Recipient::Id(mail) => (mail.clone(), None),
        Recipient::HashedMail { mail, salt } => (identity_hash(mail, salt), Some(salt)),
    };
    let mut badge = json!({
        "recipient": identity,
        "issued_on": award.issued.split('T').next(),
        "badge": {
            "version": "0.5.0",
            "name": award.name,
            "image": format!("/art/{}.png", slug(&award.name)),
            "description": award.description,
            "criteria": format!("/criteria/{}.html", slug(&award.name)),
            "issuer": {
                "origin": issuer.url("").trim_end_matches('/'),
                "name": issuer.name(),
                "contact": format!("badges@{}", issuer.host()),
            },
        },
    });
    if let Some(salt) = salt {
        badge["salt"] = salt.as_str().into();
    }
    if let Some(expires) = &award.expires {
        badge["expires"] = expires.split('T').next().into();
    }
    let url = address(award);
    let text = award.changed(badge).to_string();
    let documents = vec![document(&url, MEDIA_TYPE, text.as_str())];
    Issued::new(PayloadContent::Json(text), Standard::Ob05, &award.name, documents).found_at(&url)
}

/// Publishes an assertion of Open Badges 1.0 or 1.1 at its `verify.url`.
pub(crate) fn host_1(award: &Award, standard: Standard) -> Issued {
    let url = address(award);
    let mut assertion = assertion(award, standard);
    assertion["verify"] = json!({ "type": "hosted", "url": url });
    if standard == Standard::Ob11 {
        assertion["id"] = url.as_str().into();
    }
    if award.revoked {
        assertion["revoked"] = true.into();
    }
    let text = award.changed(assertion).to_string();
    let mut documents = vec![document(&url, MEDIA_TYPE, text.as_str())];
    documents.extend(class_and_issuer(award, standard, false));
    Issued::new(PayloadContent::Json(text), standard, &award.name, documents)
}

/// Signs an assertion of Open Badges 1.0 or 1.1; the key, as PEM text, and the list of what was revoked are
/// published beside the issuer.
pub(crate) fn sign_1(award: &Award, standard: Standard) -> Issued {
    let issuer = &award.issuer;
    debug_assert_eq!(issuer.key().algorithm(), Algorithm::Rs256, "Open Badges 1 issuers sign with RS256");
    let key_url = issuer.url("key.pem");
    let mut assertion = assertion(award, standard);
    assertion["verify"] = json!({ "type": "signed", "url": key_url });
    let payload = award.changed(assertion).to_string();
    let text = jws::compact(&json!({}), payload.as_bytes(), issuer.key());
    let mut documents = class_and_issuer(award, standard, true);
    documents.push(document(&key_url, "application/x-pem-file", issuer.key().public_pem()));
    let list = if award.revoked { json!({ uid(award): "Awarded by mistake." }) } else { json!({}) };
    documents.push(document(&issuer.url("revoked.json"), MEDIA_TYPE, list.to_string()));
    Issued::new(PayloadContent::Jws(text), standard, &award.name, documents)
}

fn uid(award: &Award) -> String {
    award.credential_id().trim_start_matches("urn:uuid:").to_owned()
}

fn address(award: &Award) -> String {
    award.issuer.url(&format!("assertions/{}.json", uid(award)))
}

fn assertion(award: &Award, standard: Standard) -> Value {
    let recipient = match &award.recipient {
        Recipient::Mail(mail) | Recipient::Id(mail) => {
            json!({ "type": "email", "hashed": false, "identity": mail })
        }
        Recipient::HashedMail { mail, salt } => {
            json!({ "type": "email", "hashed": true, "salt": salt, "identity": identity_hash(mail, salt) })
        }
    };
    let mut assertion = json!({
        "uid": uid(award),
        "recipient": recipient,
        "badge": class_url(award),
        "issuedOn": award.issued,
    });
    if let Some(expires) = &award.expires {
        assertion["expires"] = expires.as_str().into();
    }
    of_version(assertion, standard, "Assertion")
}

/// Open Badges 1.1 is 1.0 with a context and types.
fn of_version(mut node: Value, standard: Standard, class: &str) -> Value {
    if standard == Standard::Ob11 {
        node["@context"] = CONTEXT.into();
        node["type"] = class.into();
    }
    node
}

fn class_url(award: &Award) -> String {
    award.issuer.url(&format!("badges/{}.json", slug(&award.name)))
}

fn class_and_issuer(award: &Award, standard: Standard, signed: bool) -> Vec<Document> {
    let issuer = &award.issuer;
    let (class_url, issuer_url) = (class_url(award), issuer.url("issuer.json"));
    let image = award.art.clone().unwrap_or_else(|| art::data_uri(&art::svg(&award.name)));
    let class = json!({
        "name": award.name,
        "description": award.description,
        "image": image,
        "criteria": issuer.url(&format!("criteria/{}.html", slug(&award.name))),
        "issuer": issuer_url,
        "alignment": [{ "name": "A standard", "url": issuer.url("standard"), "description": "Its text." }],
    });
    let mut profile = json!({
        "name": issuer.name(),
        "url": issuer.url(""),
        "email": format!("badges@{}", issuer.host()),
    });
    if signed {
        profile["revocationList"] = issuer.url("revoked.json").into();
    }
    vec![
        document(&class_url, MEDIA_TYPE, of_version(class, standard, "BadgeClass").to_string()),
        document(&issuer_url, MEDIA_TYPE, of_version(profile, standard, "Issuer").to_string()),
    ]
}
