//! How long importing, listing and searching take in a wallet of many badges: `cargo bench -p lapel-wallet`.
//! Importing is the whole way: recognise, verify a signature, store in a transaction that survives a power cut.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a program for developers")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use lapel_testkit::Issuer;
use lapel_wallet::api::{BadgeId, ListRequest};
use lapel_wallet::fetch::MapFetch;
use lapel_wallet::{Source, Wallet};

/// Badges in the wallet, where `LAPEL_BENCH_BADGES` says nothing else.
const BADGES: usize = 10_000;
const REPETITIONS: usize = 101;

fn main() {
    let badges =
        std::env::var("LAPEL_BENCH_BADGES").ok().and_then(|text| text.parse().ok()).unwrap_or(BADGES);
    let sources = (0..badges).map(source).collect::<Vec<_>>();
    let folder = tempfile::tempdir().unwrap();
    let wallet = Wallet::open_with(folder.path(), Arc::new(MapFetch::offline())).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();

    let start = Instant::now();
    let lines = runtime.block_on(wallet.import(sources, |_| {})).unwrap();
    let took = start.elapsed();
    assert_eq!(lines.len(), badges);
    println!("import {badges}: {took:.2?} ({:?} each)", took / u32::try_from(badges).unwrap());

    let list = |request: ListRequest| move |wallet: &Wallet| drop(wallet.list(&request).unwrap());
    let page = ListRequest { limit: 100, ..Default::default() };
    show("first page", &wallet, list(page.clone()));
    let deep =
        ListRequest { offset: u32::try_from(badges - 100).unwrap(), sort: "name".to_owned(), ..page.clone() };
    show("last page by name", &wallet, list(deep));
    show("search a word", &wallet, list(ListRequest { query: "carpentry".to_owned(), ..page.clone() }));
    show("search a beginning", &wallet, list(ListRequest { query: "badge 77".to_owned(), ..page.clone() }));
    show("search what all have", &wallet, list(ListRequest { query: "aca".to_owned(), ..page }));
    show("open a badge", &wallet, |wallet| drop(wallet.open_badge(BadgeId(1)).unwrap()));
    let start = Instant::now();
    assert!(wallet.examine().unwrap().is_empty());
    println!("examine every digest: {:.2?}", start.elapsed());
    let start = Instant::now();
    drop(Wallet::open_with(folder.path(), Arc::new(MapFetch::offline())).unwrap());
    println!("open the wallet: {:.2?}", start.elapsed());
}

fn source(index: usize) -> Source {
    const SUBJECTS: [&str; 7] = ["Carpentry", "Botany", "Rust", "First aid", "Astronomy", "Cooking", "Chess"];
    let issuer = Issuer::did_key(&(index % 40).to_string()).named(&format!("Academy {}", index % 40));
    let name = format!("{} badge {index}", SUBJECTS[index % SUBJECTS.len()]);
    let badge = issuer.achievement(&name).described("For work that was seen and judged by others").sign_jwt();
    Source::Text(badge.text().to_owned())
}

/// The middle and the slowest of many.
fn show(what: &str, wallet: &Wallet, work: impl Fn(&Wallet)) {
    let mut times: Vec<Duration> = (0..REPETITIONS)
        .map(|_| {
            let start = Instant::now();
            work(wallet);
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    println!("{what}: {:.2?} (slowest {:.2?})", times[REPETITIONS / 2], times[REPETITIONS - 1]);
}
