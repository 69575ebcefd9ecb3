//! Killing an import, with no chance to tidy up.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::badges::{Badges, receipt, scratch};
use crate::chance::{Chance, number};

/// How one run of the import ended.
struct Run {
    acknowledged: BTreeSet<PathBuf>,
    finished: bool,
}

#[test]
fn a_killed_import_loses_nothing_that_it_reported() {
    let kills = number("LAPEL_CRASH_KILLS", 100);
    let badges = Badges::make(200);
    let mut chance = Chance::of_this_run("kill -9");
    let mut killed = 0;
    let mut receipts = 0;
    let mut finished = 0;
    while killed < kills {
        // One wallet, killed again and again until an import of the whole folder gets to its end.
        let folder = scratch();
        let wallet = folder.path().join("wallet");
        let mut acknowledged = BTreeSet::new();
        loop {
            // Toward the end of the run the import is let go, so that every wallet is seen whole once.
            let lines = if killed < kills { acknowledged.len() + chance.below(40) } else { usize::MAX };
            let run = import_until(&badges, &wallet, lines, chance.below(6_000));
            receipts += run.acknowledged.difference(&acknowledged).count();
            acknowledged.extend(run.acknowledged);
            let losses = badges.losses(&wallet, &acknowledged);
            assert_eq!(losses, [] as [&str; 0], "after {killed} kills, {lines} receipts read in this one");
            if run.finished {
                finished += 1;
                assert_eq!(
                    acknowledged.len(),
                    badges.count(),
                    "an import that ended has answered for every file"
                );
                break;
            }
            killed += 1;
        }
    }
    println!(
        "kill -9: {killed} kills, {receipts} receipts, {finished} imports carried to their end, nothing lost"
    );
    assert!(receipts > 0, "no receipt was ever read: nothing was tried");
}

/// Imports until `lines` receipts were read, waits `microseconds` more without giving the processor away, and kills
/// the process. What it had written to the pipe by then was reported, too.
fn import_until(badges: &Badges, wallet: &Path, lines: usize, microseconds: usize) -> Run {
    let mut child = badges.import(wallet).spawn().expect("lapel starts");
    let mut stdout = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let mut acknowledged = BTreeSet::new();
    let mut read = |line: Option<std::io::Result<String>>| {
        let line = line?.ok()?;
        acknowledged.insert(receipt(&line).unwrap_or_else(|| panic!("not a receipt: {line}")));
        Some(())
    };
    let finished = (0..lines).any(|_| read(stdout.next()).is_none());
    let instant = Instant::now() + Duration::from_micros(u64::try_from(microseconds).unwrap_or(0));
    while Instant::now() < instant {
        std::hint::spin_loop();
    }
    // SIGKILL: on Unix that is what `kill` sends.
    child.kill().expect("our own child");
    let status = child.wait().expect("our own child");
    // A line that was cut off is no receipt.
    for line in stdout.map_while(Result::ok) {
        acknowledged.extend(receipt(&line));
    }
    Run { acknowledged, finished: finished && status.success() }
}
