//! Keys: every encoding is read or refused, and what is read neither panics nor verifies nonsense.
#![no_main]

use libfuzzer_sys::fuzz_target;
use openbadges::proof::key::PublicKey;
use openbadges::proof::method;
use openbadges::Documents;

fuzz_target!(|text: &str| {
    let keys = [
        PublicKey::from_multikey(text).ok(),
        PublicKey::from_pem(text).ok(),
        serde_json::from_str(text).ok().and_then(|jwk| PublicKey::from_jwk(&jwk).ok()),
    ];
    for key in keys.into_iter().flatten() {
        assert!(!key.thumbprint().is_empty());
    }
    let now = "2026-11-23T00:00:00Z".parse().expect("a time");
    for name in [text.to_owned(), format!("did:key:{text}"), format!("did:jwk:{text}"), format!("did:web:{text}")] {
        let method = method::resolve(&name, &name, &Documents::new(), now);
        assert!(method.documents.is_empty() && method.host.is_none());
    }
});
