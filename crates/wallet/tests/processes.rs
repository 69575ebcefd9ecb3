//! What only whole processes can show: two of them writing, a kill, a file-size limit, a umask.
//!
//! The children are this very program again, told by `LAPEL_TEST_WALLET` which wallet to write to.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers of tests fail as tests do"
)]

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use lapel_testkit::Issuer;
use lapel_wallet::api::{BadgeId, BadgePage, ImportOutcome, ListRequest};
use lapel_wallet::fetch::MapFetch;
use lapel_wallet::{Source, Wallet};

const WALLET: &str = "LAPEL_TEST_WALLET";
const BADGES: &str = "LAPEL_TEST_BADGES";

fn open(folder: &Path) -> Wallet {
    Wallet::open_with(folder, Arc::new(MapFetch::offline())).unwrap()
}

fn all(folder: &Path) -> BadgePage {
    let wallet = open(folder);
    assert_eq!(wallet.examine().unwrap(), []);
    wallet.list(&ListRequest { limit: 1000, sort: "name".to_owned(), ..Default::default() }).unwrap()
}

/// Not a test of its own: imports badges one after the other, and says so after each is saved.
#[test]
#[ignore = "run as a child by the tests below"]
fn child() {
    let Some(folder) = std::env::var_os(WALLET) else { return };
    let badges = std::env::var(BADGES).unwrap();
    if badges == "-" {
        return read_everything(Path::new(&folder));
    }
    let (from, to) = badges.split_once('-').unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let wallet = open(Path::new(&folder));
    for index in from.parse().unwrap()..to.parse::<u32>().unwrap() {
        let issued = Issuer::did_key("child").achievement(&format!("Badge {index:03}")).sign_jwt();
        let source = Source::Text(issued.text().to_owned());
        let outcome = runtime
            .block_on(wallet.import(vec![source], |_| {}))
            .map_or_else(|error| ImportOutcome::Failed { error }, |mut lines| lines.remove(0).outcome);
        let said = match outcome {
            ImportOutcome::Added { badge } => format!("saved {}", badge.name),
            ImportOutcome::AlreadyThere { badge, .. } => format!("there {}", badge.name),
            ImportOutcome::Failed { error } => format!("failed {} {}", error.code, error.message),
            other => format!("{other:?}"),
        };
        let mut out = std::io::stdout().lock();
        writeln!(out, "\n{said}").unwrap();
        out.flush().unwrap();
    }
}

/// Lists and exports every badge.
fn read_everything(folder: &Path) {
    let wallet = open(folder);
    let page = wallet.list(&ListRequest { limit: 1000, ..Default::default() }).unwrap();
    for badge in page.badges {
        assert!(!wallet.export_original(badge.id).unwrap().bytes.is_empty());
        println!("\nexported {}", badge.name);
    }
    let error = wallet.remove(&[BadgeId(1)]).unwrap_err();
    println!("\nfailed {} {}", error.code, error.message);
}

/// A child that imports badges `from..to`, under `limits` (shell commands).
fn import(folder: &Path, from: u32, to: u32, limits: &str) -> Child {
    run(folder, &format!("{from}-{to}"), limits)
}

fn run(folder: &Path, badges: &str, limits: &str) -> Child {
    Command::new("sh")
        .args(["-c", &format!("{limits} exec \"$0\" --exact child --ignored --nocapture --test-threads=1")])
        .arg(std::env::current_exe().unwrap())
        .env(WALLET, folder)
        .env(BADGES, badges)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// The lines of a child that begin with `word`.
fn said(child: Child, word: &str) -> Vec<String> {
    let output = child.wait_with_output().unwrap();
    let output = String::from_utf8(output.stdout).unwrap();
    output.lines().filter_map(|line| line.strip_prefix(word)).map(|line| line.trim().to_owned()).collect()
}

#[test]
fn two_processes_write_at_once_and_nothing_is_lost_or_doubled() {
    let folder = tempfile::tempdir().unwrap();
    let children = [import(folder.path(), 0, 60, ""), import(folder.path(), 30, 90, "")];
    let saved: Vec<_> = children.into_iter().flat_map(|child| said(child, "saved")).collect();
    let listed: Vec<_> = all(folder.path()).badges.into_iter().map(|badge| badge.name).collect();
    assert_eq!(listed, (0..90).map(|index| format!("Badge {index:03}")).collect::<Vec<_>>());
    assert_eq!(saved.len(), 90, "each was saved by one of the two");
    assert_eq!(saved.into_iter().collect::<BTreeSet<_>>(), listed.into_iter().collect());
}

#[test]
fn what_a_killed_process_reported_as_saved_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut reported = BTreeSet::new();
    for round in 0..8_u32 {
        let mut child = import(folder.path(), round * 50, round * 50 + 50, "");
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        // Killed while it works on the badge after the one that it reported last; `round` varies the place.
        let mut saved = lines.filter_map(|line| line.strip_prefix("saved ").map(str::to_owned));
        reported.extend(saved.by_ref().take(1 + round as usize * 3));
        child.kill().unwrap();
        reported.extend(saved);
        child.wait().unwrap();
    }
    assert!(reported.len() >= 8);
    let listed: Vec<_> = all(folder.path()).badges.into_iter().map(|badge| badge.name).collect();
    let unique: BTreeSet<_> = listed.iter().cloned().collect();
    assert_eq!(listed.len(), unique.len(), "doubled");
    assert!(unique.is_superset(&reported), "lost: {:?}", reported.difference(&unique));
}

#[test]
fn a_file_size_limit_is_an_error_and_harms_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let before = said(import(folder.path(), 0, 10, ""), "saved");
    assert_eq!(before.len(), 10);
    // In blocks of 512 bytes: enough for the wallet as it is, and for a few badges more.
    let size = std::fs::metadata(folder.path().join("wallet.db")).unwrap().len();
    let child = import(folder.path(), 10, 300, &format!("ulimit -f {};", size / 512 + 64));
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "the process ended with {}", output.status);
    let text = String::from_utf8(output.stdout).unwrap();
    let saved = text.lines().filter_map(|line| line.strip_prefix("saved ")).collect::<Vec<_>>();
    let failed = text.lines().filter_map(|line| line.strip_prefix("failed ")).collect::<Vec<_>>();
    assert!(!failed.is_empty(), "the limit was never reached: {} saved", saved.len());
    assert!(failed.iter().all(|line| line.starts_with("wallet.disk")), "{}", failed[0]);
    let listed: BTreeSet<_> = all(folder.path()).badges.into_iter().map(|badge| badge.name).collect();
    assert_eq!(listed.len(), 10 + saved.len());
    assert!(saved.iter().all(|name| listed.contains(*name)));
    let after = said(import(folder.path(), 290, 300, ""), "saved");
    assert_eq!(after.len(), 10, "it works again when there is space");
}

#[test]
fn a_full_disk_does_not_keep_anyone_from_reading() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(said(import(folder.path(), 0, 10, ""), "saved").len(), 10);
    // No file can grow by a byte.
    let child = run(folder.path(), "-", "ulimit -f 0;");
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().filter(|line| line.starts_with("exported ")).count(), 10, "{text}");
    assert!(text.lines().any(|line| line.starts_with("failed wallet.disk")), "{text}");
    assert_eq!(
        said(import(folder.path(), 10, 12, ""), "saved").len(),
        2,
        "it works again when there is space"
    );
    assert_eq!(all(folder.path()).total, 12);
}

#[test]
fn files_are_private_under_any_umask() {
    for umask in ["0000", "0022", "0077"] {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("new/wallet");
        let mut child = import(&folder, 0, 3, &format!("umask {umask};"));
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        assert!(lines.any(|line| line.starts_with("saved")));
        // While it is open, so that the files of the WAL are there, too.
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let keep_open = open(&folder);
        assert_eq!(mode(&folder), 0o700, "under {umask}");
        for entry in std::fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            assert_eq!(mode(&entry.path()), 0o600, "{} under {umask}", entry.path().display());
        }
        drop(keep_open);
        lines.for_each(drop);
        child.wait().unwrap();
    }
}
