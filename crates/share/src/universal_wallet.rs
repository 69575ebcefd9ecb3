//! A Universal Wallet: many credentials in one JSON document, for other wallets (W3C Credentials Community Group, Universal
//! Wallet 2020; the form that the Learner Credential Wallet backs up and restores).

use openbadges::Credential;
use openbadges::document::sha256_hex;
use openbadges::proof::present::unsigned;
use serde_json::{Value, json};

/// An unlocked wallet of `credentials`, and nothing else: no keys, no DID documents, nobody's name.
///
/// Verifiable Credentials stand in it as their issuers signed them, tokens in an `EnvelopedVerifiableCredential`
/// (VC Data Model 2.0, 4.13.1). Assertions (Open Badges 2.0 and older) stand in it as they are as well, signed ones as
/// their token: a wallet that knows only Verifiable Credentials passes them over. The same credentials give the same
/// wallet.
pub fn universal_wallet(credentials: &[&Credential]) -> Value {
    let contents: Vec<Value> = credentials.iter().map(|credential| content(credential)).collect();
    json!({
        "@context": ["https://www.w3.org/2018/credentials/v1", "https://w3id.org/wallet/v1"],
        "id": id(credentials),
        "type": "UniversalWallet2020",
        "status": "UNLOCKED",
        "contents": contents,
    })
}

fn content(credential: &Credential) -> Value {
    // What a presentation can hold, it holds in the form that wallets read.
    let presented = unsigned(&[credential], None).ok();
    let presented = presented.and_then(|mut it| Some(it.get_mut("verifiableCredential")?.get_mut(0)?.take()));
    presented.unwrap_or_else(|| {
        let text = credential.text().trim();
        if text.starts_with('{') { credential.json().clone() } else { text.into() }
    })
}

/// A UUID of the contents (RFC 9562, 5.8: version 8, whose other bits are ours to choose).
fn id(credentials: &[&Credential]) -> String {
    let digests: String = credentials.iter().map(|credential| credential.digest()).collect();
    let hex = sha256_hex(digests.as_bytes());
    format!("urn:uuid:{}-{}-8{}-8{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..32])
}
