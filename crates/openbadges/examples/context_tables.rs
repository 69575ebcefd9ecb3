//! Writes the term tables of `src/jsonld/contexts` from the published contexts beside the repository.
//!
//! `cargo run -p openbadges --example context_tables`

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    reason = "a development program: it stops at what it cannot do"
)]

#[path = "../tests/jsonld/tables.rs"]
#[expect(dead_code, reason = "the tests read more of it")]
mod tables;

fn main() {
    let Some(shared) = lapel_testkit::corpus::shared() else {
        panic!("{}", lapel_testkit::corpus::ABSENT);
    };
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/jsonld/contexts");
    for old in std::fs::read_dir(&folder).unwrap() {
        let old = old.unwrap().path();
        if old.extension().is_some_and(|extension| extension == "terms") {
            std::fs::remove_file(old).unwrap();
        }
    }
    let stated = tables::all(&shared.join("contexts"));
    for it in &stated {
        std::fs::write(folder.join(&it.file), &it.table).unwrap();
    }
    std::fs::write(folder.join("mod.rs"), tables::module(&stated)).unwrap();
    for it in &stated {
        println!("{} states {} ({})", it.file, it.urls.join(", "), it.sha256);
    }
}
