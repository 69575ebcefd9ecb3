//! Killing one import again and again, and going on with it until it is finished.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use lapel_wallet::Wallet;
use lapel_wallet::api::{ImportLinesRequest, ImportState};
use lapel_wallet::fetch::MapFetch;

use crate::badges::{Badges, receipt, scratch};
use crate::chance::{Chance, number};

/// `LAPEL_CRASH_FILES=5000 LAPEL_CRASH_RESUMES=50` is the whole of it; every run has some.
#[test]
fn an_import_that_is_killed_again_and_again_is_finished_in_the_end() {
    let [files, kills] = [("LAPEL_CRASH_FILES", 400), ("LAPEL_CRASH_RESUMES", 12)]
        .map(|(name, default)| usize::try_from(number(name, default)).expect("a number of files"));
    let badges = Badges::make(files);
    let folder = scratch();
    let wallet = folder.path().join("wallet");
    let mut chance = Chance::of_this_run("resume");
    let mut receipts: BTreeMap<_, u32> = BTreeMap::new();
    let mut killed = 0;
    let mut finished = false;
    while !finished {
        // One that was killed before it was written down is begun again.
        let mut command = if is_begun(&wallet) { go_on(&wallet) } else { badges.import(&wallet) };
        // Spread over the import, so that it is not over before all kills are done.
        let lines = if killed < kills { chance.below(2 * files / (kills + 4) + 1) } else { usize::MAX };
        let (told, ended) = run_until(&mut command, lines, chance.below(6_000));
        for path in told {
            *receipts.entry(path).or_default() += 1;
        }
        finished = ended;
        killed += usize::from(!ended);
    }
    let (told, ended) = run_until(&mut go_on(&wallet), usize::MAX, 0);
    assert!(told.is_empty() && ended, "nothing is left to do");

    let twice: Vec<_> = receipts.iter().filter(|(_, times)| **times > 1).collect();
    assert!(twice.is_empty(), "told of twice: {twice:?}");
    let losses = badges.losses(&wallet, &receipts.keys().cloned().collect());
    assert_eq!(losses, [] as [&str; 0], "after {killed} kills");
    let wallet = Wallet::open_with(&wallet, Arc::new(MapFetch::offline())).expect("the wallet opens");
    let [report] =
        wallet.latest_imports(9).expect("imports are listed").try_into().expect("it was one import");
    assert_eq!((report.state, report.left, report.done as usize), (ImportState::Finished, 0, files));
    let counts = report.counts;
    assert_eq!((counts.added + counts.kept_not_valid) as usize, files, "each is in, and once: {counts:?}");
    let request = ImportLinesRequest { import: report.import, outcome: None, offset: 0, limit: 1 };
    assert_eq!(wallet.import_lines(&request).expect("lines are listed").total as usize, files);
    println!("resume: {files} files, {killed} kills, all in, nothing lost or twice");
    assert!(killed > kills / 2, "only {killed} kills: nothing was tried");
}

fn is_begun(wallet: &Path) -> bool {
    let opened = Wallet::open_with(wallet, Arc::new(MapFetch::offline())).expect("the wallet opens");
    !opened.latest_imports(1).expect("imports are listed").is_empty()
}

fn go_on(wallet: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lapel"));
    command.args(["--offline", "--json", "--wallet"]).arg(wallet).args(["imports", "resume"]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    command
}

/// Runs until `lines` receipts were read, waits `microseconds` more without giving the processor away, and kills the
/// process. Gives all receipts, and whether it ended by itself.
fn run_until(command: &mut Command, lines: usize, microseconds: usize) -> (Vec<std::path::PathBuf>, bool) {
    let mut child = command.spawn().expect("lapel starts");
    let mut stdout = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let mut told = Vec::new();
    let mut ended = false;
    while told.len() < lines {
        let Some(line) = stdout.next() else {
            ended = true;
            break;
        };
        told.extend(receipt(&line.expect("lines of text")));
    }
    if !ended {
        let until = Instant::now() + Duration::from_micros(microseconds as u64);
        while Instant::now() < until {
            std::hint::spin_loop();
        }
        child.kill().expect("it can be killed");
        // What it had written to the pipe by then was reported, too; a line that was cut short was not.
        told.extend(stdout.map_while(Result::ok).filter_map(|line| receipt(&line)));
    }
    let status = child.wait().expect("it ends");
    (told, ended && status.success())
}

#[test]
fn an_interrupted_import_pauses_and_is_gone_on_with() {
    let badges = Badges::make(300);
    let folder = scratch();
    let home = folder.path().join("wallet");
    let mut child = badges.import(&home).spawn().expect("lapel starts");
    let mut stdout = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let first = stdout.next().expect("a line").expect("of text");
    let told = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill is there");
    assert!(told.success());
    let receipts = 1 + stdout.map_while(Result::ok).count();
    assert_eq!(child.wait().expect("it ends").code(), Some(1));
    assert!(receipt(&first).is_some() && receipts < 300, "{receipts} of 300");

    let state = || {
        let wallet = Wallet::open_with(&home, Arc::new(MapFetch::offline())).expect("the wallet opens");
        let report = wallet.latest_imports(1).expect("imports are listed").remove(0);
        (report.state, report.done as usize)
    };
    assert_eq!(state(), (ImportState::Paused, receipts), "what was told of is in, and nothing else");
    let (more, ended) = run_until(&mut go_on(&home), usize::MAX, 0);
    assert!(ended);
    assert_eq!((state(), more.len()), ((ImportState::Finished, 300), 300 - receipts));
}
