//! Bringing in a folder of 10,000 mixed files, and the floor under it: `cargo bench -p lapel-wallet --bench import`.
//!
//! The floor is what no import can do without, each measured by itself on the same files: reading and hashing them, bare
//! checks of as many signatures as there are badges, and inserting as many rows with the same bytes, in transactions that
//! wait for the disk, as many at once as an import saves.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a program for developers")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ed25519_dalek::{Signer, SigningKey};
use lapel_testkit::{Mixture, mixed};
use lapel_wallet::api::{ImportReport, NotValid};
use lapel_wallet::fetch::MapFetch;
use lapel_wallet::{Source, Wallet};
use openbadges::document::sha256_hex;
use rusqlite::Connection;

/// Files, where `LAPEL_BENCH_FILES` says nothing else.
const FILES: usize = 10_000;

fn main() {
    let files = std::env::var("LAPEL_BENCH_FILES").ok().and_then(|text| text.parse().ok()).unwrap_or(FILES);
    let folder = tempfile::tempdir().unwrap();
    let mixture = mixed(folder.path(), files).unwrap();
    println!("{} files, {} things, {} bytes", mixture.files, mixture.things, mixture.bytes);
    let before = peak_kib();

    let home = tempfile::tempdir().unwrap();
    let wallet = Wallet::open_with(home.path(), Arc::new(MapFetch::offline())).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let start = Instant::now();
    let import =
        wallet.begin_import(vec![Source::Path(folder.path().to_owned())], Some(NotValid::Keep)).unwrap();
    println!("walked and written down: {:.2?}", start.elapsed());
    let report = runtime.block_on(wallet.run_import(import, |_| {})).unwrap();
    let took = start.elapsed();
    check(&report, &mixture);
    println!("import: {took:.2?}, {:.0} things a second", f64::from(report.done) / took.as_secs_f64());
    println!("peak memory: {} MiB, {} MiB of it before the import", peak_kib() >> 10, before >> 10);
    let start = Instant::now();
    let again =
        wallet.begin_import(vec![Source::Path(folder.path().to_owned())], Some(NotValid::Keep)).unwrap();
    runtime.block_on(wallet.run_import(again, |_| {})).unwrap();
    println!("the same folder again: {:.2?}", start.elapsed());
    let start = Instant::now();
    wallet.undo_import(import).unwrap();
    println!("taken back: {:.2?}", start.elapsed());

    let paths = paths(folder.path());
    let read = timed("floor: reading and hashing", || paths.iter().map(|path| hashed(path)).count());
    let badges = mixture.added + mixture.not_valid + mixture.already_there;
    let signatures = timed("floor: bare signature checks", || check_signatures(badges));
    let rows = timed("floor: inserting rows", || insert(home.path(), &paths));
    let floor = read + signatures + rows;
    println!(
        "the floor in all: {floor:.2?}; the import takes {:.1} times that",
        took.as_secs_f64() / floor.as_secs_f64()
    );
}

/// A figure of an import that did not do its work would be worth nothing.
fn check(report: &ImportReport, mixture: &Mixture) {
    let counts = report.counts;
    assert_eq!(
        (counts.added, counts.kept_not_valid, counts.already_there, counts.failed, report.done),
        (mixture.added, mixture.not_valid, mixture.already_there, mixture.failed, mixture.things)
    );
    println!("{counts:?}");
}

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    std::hint::black_box(work());
    let took = start.elapsed();
    println!("{what}: {took:.2?}");
    took
}

fn paths(folder: &Path) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            paths.extend(self::paths(&entry.path()));
        } else if kind.is_file() && entry.metadata().unwrap().len() < 64 << 20 {
            paths.push(entry.path());
        }
    }
    paths
}

fn hashed(path: &Path) -> String {
    sha256_hex(&fs::read(path).unwrap())
}

fn check_signatures(number: u32) {
    let key = SigningKey::from_bytes(&[7; 32]);
    let message = [42; 64];
    let (signature, public) = (key.sign(&message), key.verifying_key());
    for _ in 0..number {
        public.verify_strict(std::hint::black_box(&message), &signature).unwrap();
    }
}

fn insert(home: &Path, paths: &[PathBuf]) {
    let mut connection = Connection::open(home.join("floor.db")).unwrap();
    connection.pragma_update(None, "journal_mode", "WAL").unwrap();
    connection.pragma_update(None, "synchronous", "FULL").unwrap();
    connection
        .execute_batch("CREATE TABLE rows (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT")
        .unwrap();
    for paths in paths.chunks(64) {
        let transaction = connection.transaction().unwrap();
        for path in paths {
            let bytes = fs::read(path).unwrap();
            transaction.execute("INSERT INTO rows (bytes) VALUES (?1)", [bytes]).unwrap();
        }
        transaction.commit().unwrap();
    }
}

/// The most memory that this process had, in KiB; 0 where the system does not say.
fn peak_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
