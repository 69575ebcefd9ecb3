//! Any bytes: recognised with their bytes kept, or refused with words.
#![no_main]

use libfuzzer_sys::fuzz_target;
use openbadges::artifact::{Artifact, PayloadContent};

fuzz_target!(|bytes: &[u8]| {
    match Artifact::recognise(bytes.to_vec()) {
        Ok(artifact) => {
            assert_eq!(artifact.bytes(), bytes);
            assert!(!artifact.payloads().is_empty());
            for payload in artifact.payloads() {
                let text = payload.content.text();
                match &payload.content {
                    PayloadContent::Json(_) => assert!(text.trim_start().starts_with('{')),
                    PayloadContent::Jws(_) => assert_eq!(text.split('.').count(), 3),
                    PayloadContent::Url(_) => assert!(!text.contains(char::is_whitespace)),
                }
            }
        }
        Err(error) => {
            assert!(!error.code().is_empty() && !error.hint().is_empty());
            assert!(error.to_string().len() < 2_000);
        }
    }
});
