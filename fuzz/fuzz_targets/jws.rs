//! Compact JWS and SD-JWT: the split is exact, and reading the credential in it never panics.
#![no_main]

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL;
use libfuzzer_sys::fuzz_target;
use openbadges::Credential;
use openbadges::artifact::{Artifact, PayloadContent};

fuzz_target!(|bytes: &[u8]| {
    check(bytes.to_vec());
    // The same as header, payload and signature, so that more than the first step is reached.
    let mut parts = bytes.splitn(3, |byte| *byte == 0);
    let mut part = || BASE64URL.encode(parts.next().unwrap_or_default());
    let token = [part(), part(), part()].join(".");
    check(token.clone().into_bytes());
    // And with the rest as disclosures.
    let disclosures: String =
        bytes.split(|byte| *byte == 1).map(|part| format!("{}~", BASE64URL.encode(part))).collect();
    check(format!("{token}~{disclosures}").into_bytes());
});

fn check(bytes: Vec<u8>) {
    let Ok(artifact) = Artifact::recognise(bytes) else { return };
    for payload in artifact.payloads() {
        if let PayloadContent::Jws(token) = &payload.content {
            for part in token.split('~').next().unwrap_or_default().split('.') {
                assert!(BASE64URL.decode(part).is_ok_and(|decoded| !decoded.is_empty()));
            }
        }
        match Credential::parse(&payload.content) {
            Ok(credential) => assert_eq!(credential.text(), payload.content.text()),
            Err(error) => assert!(!error.code().is_empty()),
        }
    }
}
