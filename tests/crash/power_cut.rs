//! Cutting the power, on paper.
//!
//! An import runs once under strace. From what it wrote, synced and reported, the disk is rebuilt as it may have been
//! at many instants, and each image is opened as the next start of Lapel would open it.

use std::path::Path;

use crate::badges::{Badges, scratch};
use crate::chance::{Chance, number};
use crate::disk::{Disk, Event};
use crate::strace;

/// What came of one run.
#[derive(Debug, Default)]
struct Outcome {
    events: usize,
    syncs: usize,
    receipts: usize,
    images: usize,
    /// The images in which something is lost or broken, with what.
    bad: Vec<String>,
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "needs strace, which watches on Linux only")]
fn a_power_cut_loses_nothing_that_was_reported() {
    let outcome = cut_the_power(number("LAPEL_CRASH_CUTS", 200), &[]);
    println!(
        "power cut: {} images of {} events, {} syncs, {} receipts; {} bad",
        outcome.images,
        outcome.events,
        outcome.syncs,
        outcome.receipts,
        outcome.bad.len()
    );
    assert!(outcome.syncs > outcome.receipts / 8, "the import did not sync: {outcome:?}");
    assert_eq!(outcome.bad, [] as [&str; 0]);
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "needs strace, which watches on Linux only")]
fn the_control_that_never_syncs_is_caught() {
    let outcome = cut_the_power(number("LAPEL_CRASH_CUTS", 200) / 4, &[("LAPEL_TEST_SYNCHRONOUS", "OFF")]);
    println!("control, synchronous=OFF: {} of {} images bad", outcome.bad.len(), outcome.images);
    outcome.bad.iter().take(5).for_each(|bad| println!("  {bad}"));
    assert!(
        !outcome.bad.is_empty(),
        "a wallet that never syncs lost nothing: the replay sees nothing: {outcome:?}"
    );
}

fn cut_the_power(cuts: u64, environment: &[(&str, &str)]) -> Outcome {
    let badges = Badges::make(80);
    let folder = scratch();
    let wallet = folder.path().join("wallet");
    let events = strace::watch_import(&badges, &wallet, environment);
    let count = |wanted: fn(&Event) -> bool| events.iter().filter(|event| wanted(event)).count();
    let mut outcome = Outcome {
        events: events.len(),
        syncs: count(|event| matches!(event, Event::SyncEnds(_))),
        receipts: count(|event| matches!(event, Event::Receipt(_))),
        ..Outcome::default()
    };
    assert_eq!(outcome.receipts, badges.count(), "the log shows every receipt");
    assert!(count(|event| matches!(event, Event::Write(..))) > badges.count(), "the log shows the writes");

    let mut chance = Chance::of_this_run("power cut");
    // One in four falls in the short time when the wallet is being made.
    let ends = [events.len() / 50, events.len(), events.len(), events.len()];
    let mut instants = Vec::new();
    for _ in 0..cuts {
        let end = ends[chance.below(ends.len())];
        instants.push(chance.below(end + 1));
    }
    instants.sort_unstable();
    let mut disk = Disk::default();
    let mut happened = 0;
    for instant in instants {
        events[happened..instant].iter().for_each(|event| disk.happen(event));
        happened = instant;
        outcome.images += 1;
        let losses = after(&disk, &wallet, &badges, &mut chance);
        if let Some(first) = losses.first() {
            outcome.bad.push(format!(
                "after event {instant} of {}: {first} (of {})",
                events.len(),
                losses.len()
            ));
        }
    }
    outcome
}

/// What the next start finds wrong if the power fails now.
fn after(disk: &Disk, wallet: &Path, badges: &Badges, chance: &mut Chance) -> Vec<String> {
    let image = scratch();
    let folder = image.path().join("wallet");
    disk.fail_into(wallet, &folder, chance);
    badges.losses(&folder, disk.acknowledged())
}
