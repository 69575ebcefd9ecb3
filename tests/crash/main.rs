//! What was reported as saved is there after the worst moment.
//!
//! `kill_9` kills a bulk import at random instants; `resume` goes on with the killed one until it is finished; `power_cut` rebuilds the disk as it may have been when the power
//! failed; the same with a wallet that does not wait for the disk must be caught, so that silence means something.
//!
//! How much is tried: `LAPEL_CRASH_KILLS` (100), `LAPEL_CRASH_CUTS` (200), `LAPEL_CRASH_FILES` (400) and
//! `LAPEL_CRASH_RESUMES` (12), `LAPEL_CRASH_SEED`.

#![cfg(unix)]
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod badges;
mod chance;
mod disk;
mod kill_9;
mod power_cut;
mod resume;
mod strace;
