//! Status lists: an unsigned or unreadable list is never one to rely on, and unpacking is bounded.
#![no_main]

use libfuzzer_sys::fuzz_target;
use openbadges::status::List;
use openbadges::{Document, Documents};

fuzz_target!(|bytes: &[u8]| {
    let now = "2026-11-23T00:00:00Z".parse().expect("a time");
    let document = Document {
        url: "https://a.example/list".to_owned(),
        bytes: bytes.to_vec(),
        media_type: None,
        fetched_at: now,
        status: 200,
    };
    if let Ok(list) = List::read(&document, &Documents::new(), now) {
        for index in [0, 1, 131_071, u64::MAX] {
            for size in [1, 2, 64] {
                let _ = list.value(index, size);
            }
        }
    }
});
