//! Containers of all kinds: always something to tell, and never more than the limits.
#![no_main]

use std::ops::ControlFlow;

use lapel_wallet::unpack::{Content, Input, Limits, unpack};
use libfuzzer_sys::fuzz_target;

/// What is read at once may go beyond a limit before it is seen.
const CHUNK: u64 = 64 << 10;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits {
        unpacked: 4 << 20,
        leaf: 1 << 20,
        container: 2 << 20,
        entries: 200,
        pictures: 2,
        ..Limits::default()
    };
    let input = Input::Bytes { name: "input".to_owned(), bytes: bytes.to_vec() };
    let mut leaves = 0;
    let tally = unpack(input, &limits, &mut |leaf| {
        leaves += 1;
        assert!(!leaf.place.chars().any(char::is_control));
        match &leaf.content {
            Content::Bytes(bytes) => assert!(bytes.len() <= limits.leaf),
            Content::SelfListed(listed) => assert!(!listed.name.is_empty()),
            Content::Failed(error) => {
                assert!(error.code().starts_with("import.") && !error.hint().is_empty());
                assert!(error.to_string().len() < 2_000);
            }
        }
        ControlFlow::Continue(())
    });
    assert_eq!(tally.leaves, leaves);
    assert!(leaves > 0 && leaves <= limits.entries + 1);
    assert!(tally.bytes <= limits.unpacked + limits.container as u64 + CHUNK);
});
