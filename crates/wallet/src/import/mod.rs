//! Importing: what a person brought is written down, looked into, judged and kept, many at once; and can be paused,
//! stopped, gone on with after a crash, and taken back.
//!
//! ```text
//! sources ── plan (folders walked) ──▶ items ── read (taken apart) ──▶ leaves ── judge ──▶ record (one transaction)
//! ```

mod judge;
mod plan;
mod read;
mod run;
mod text;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use openbadges::Credential;

use crate::Wallet;
use crate::api::{
    ApiError, BadgeId, ImportLine, ImportLinesPage, ImportLinesRequest, ImportProgress, ImportReport,
    ImportState, NotValid, Undone,
};
use crate::source::{Source, blocking};
use crate::store::{Claim, Plan, StoreError};

pub(crate) use judge::{JudgedSource, judge};

/// How an import that runs here is told to end early.
#[derive(Debug, Default)]
pub(crate) struct Control(AtomicU8);

const PAUSE: u8 = 1;
const CANCEL: u8 = 2;

impl Control {
    /// Asks for an end; a stop is not taken back by a pause.
    fn ask(&self, for_what: u8) {
        self.0.fetch_max(for_what, Ordering::Relaxed);
    }

    /// Where the import is to stand, if it is to end now.
    fn asked(&self) -> Option<ImportState> {
        match self.0.load(Ordering::Relaxed) {
            0 => None,
            PAUSE => Some(ImportState::Paused),
            _ => Some(ImportState::Cancelled),
        }
    }
}

/// An import that runs here, for as long as this lives.
struct Runs<'a> {
    wallet: &'a Wallet,
    import: u32,
}

impl Drop for Runs<'_> {
    fn drop(&mut self) {
        self.wallet.running().remove(&self.import);
    }
}

/// The imports that run in this process.
pub(crate) type Running = Mutex<BTreeMap<u32, Arc<Control>>>;

/// The imports that were begun in this process and not run yet: nobody else takes them for cut off.
pub(crate) type Begun = Mutex<BTreeMap<u32, Claimed>>;

/// An import that nobody else runs.
pub(crate) struct Claimed {
    _claim: Claim,
    /// What was written down when it was begun, and not told yet.
    lines: Vec<ImportLine>,
}

impl Wallet {
    /// Imports `sources`: [`Wallet::begin_import`], with what the settings say of badges that are not valid, and
    /// [`Wallet::run_import`]. Gives the lines in the order of the sources.
    pub async fn import(
        &self,
        sources: Vec<Source>,
        progress: impl FnMut(ImportProgress),
    ) -> Result<Vec<ImportLine>, ApiError> {
        let wallet = self.clone();
        let import = blocking(move || wallet.begin_import(sources, None)).await?;
        self.run_import(import, progress).await?;
        let wallet = self.clone();
        blocking(move || wallet.all_lines(import)).await
    }

    /// Writes down what is to be imported: folders are walked, nothing is opened yet. `not_valid` says what is done
    /// with badges that are invalid or revoked; `None` leaves that to the settings. Gives the import's number.
    pub fn begin_import(&self, sources: Vec<Source>, not_valid: Option<NotValid>) -> Result<u32, ApiError> {
        self.identify_earlier()?;
        let not_valid = match not_valid {
            Some(not_valid) => not_valid,
            None => self.settings()?.not_valid,
        };
        self.begin(plan::plan(sources)?, not_valid)
    }

    fn begin(&self, plan: Plan, not_valid: NotValid) -> Result<u32, ApiError> {
        let (import, claim) = self.inner.store.begin_import(&plan, not_valid, Timestamp::now())?;
        self.begun().insert(import, Claimed { _claim: claim, lines: plan.unlisted });
        Ok(import)
    }

    /// Begins an import of the badges of a public list that an import came upon; gives its number. `url` is the list's.
    ///
    /// # Errors
    /// Where the import came upon no such list.
    pub fn begin_import_of_list(&self, import: u32, url: &str) -> Result<u32, ApiError> {
        let listings = self.inner.store.import_listings(import)?;
        let Some(listing) = listings.into_iter().find(|listing| listing.url == url) else {
            return Err(ApiError::new(
                "import.no-such-list",
                format!("import {import} came upon no list of badges at {url}"),
                "Import the link to the list again.",
            ));
        };
        self.begin_import(listing.found.into_iter().map(Source::Url).collect(), None)
    }

    /// Runs an import, or goes on with one that was paused or cut off. `progress` hears of the start, of each handful
    /// of things once they are saved, and of the end. Dropping the future cuts it off; it can be gone on with.
    ///
    /// # Errors
    /// Where another process runs it, or the wallet cannot be read or written to any more. `progress` hears of that, too.
    /// What was reported is saved.
    pub async fn run_import(
        &self,
        import: u32,
        mut progress: impl FnMut(ImportProgress),
    ) -> Result<ImportReport, ApiError> {
        let mut ended = false;
        let ran = self.run_claimed(import, |step: ImportProgress| {
            ended |= step.finished;
            progress(step);
        });
        let ran = ran.await;
        if let Err(error) = &ran
            && !ended
        {
            let report = self.import_report(import).ok();
            let done = report.as_ref().map_or(0, |report| report.done);
            progress(ImportProgress {
                import,
                state: report.as_ref().map_or(ImportState::Running, |report| report.state),
                done,
                total: done + report.as_ref().map_or(0, |report| report.left),
                counts: report.map(|report| report.counts).unwrap_or_default(),
                per_minute: None,
                seconds_left: None,
                lines: Vec::new(),
                error: Some(error.clone()),
                finished: true,
            });
        }
        ran
    }

    async fn run_claimed(
        &self,
        import: u32,
        progress: impl FnMut(ImportProgress),
    ) -> Result<ImportReport, ApiError> {
        let wallet = self.clone();
        let mut claimed = blocking(move || wallet.claim(import)).await?;
        let begun_with = std::mem::take(&mut claimed.lines);
        let control = Arc::new(Control::default());
        self.running().insert(import, Arc::clone(&control));
        let running = Runs { wallet: self, import };
        let ran = run::run(self, import, &control, begun_with, progress).await;
        drop((running, claimed));
        ran?;
        self.import_report(import)
    }

    /// Pauses an import: what it works on is finished, nothing more is begun.
    pub fn pause_import(&self, import: u32) -> Result<(), ApiError> {
        self.end_early(import, PAUSE, ImportState::Paused)
    }

    /// Stops an import for good: what it works on is finished, nothing more is begun. What is in stays in. One that
    /// is over already stays as it is.
    pub fn cancel_import(&self, import: u32) -> Result<(), ApiError> {
        self.end_early(import, CANCEL, ImportState::Cancelled)
    }

    fn end_early(&self, import: u32, how: u8, state: ImportState) -> Result<(), ApiError> {
        if let Some(control) = self.running().get(&import) {
            control.ask(how);
            return Ok(());
        }
        let standing = self.inner.store.import_standing(import)?.state;
        let nothing_to_pause = standing == ImportState::Waiting && state == ImportState::Paused;
        if !(standing.is_over() || nothing_to_pause) {
            // If another process runs it, it sees this when it saves next.
            self.inner.store.set_import_state(import, state, Timestamp::now())?;
        }
        Ok(())
    }

    /// Decides on the badges of an import that are not valid. Those that waited are read again: run it to have that
    /// done. With `remember`, later imports do not ask.
    pub fn decide_import(&self, import: u32, keep: bool, remember: bool) -> Result<(), ApiError> {
        let not_valid = if keep { NotValid::Keep } else { NotValid::LeaveOut };
        if remember {
            let mut settings = self.settings()?;
            settings.not_valid = not_valid;
            self.inner.store.save_settings(&settings)?;
        }
        Ok(self.inner.store.decide_import(import, not_valid)?)
    }

    /// The imports that are not over and that nobody runs, the earliest first: paused ones, such that wait for a
    /// decision, and such that were cut off (these stand as *running*).
    pub fn unfinished_imports(&self) -> Result<Vec<ImportReport>, ApiError> {
        let mut unfinished = Vec::new();
        for import in self.inner.store.unfinished_imports()? {
            if self.inner.store.claim_import(import).is_ok() {
                unfinished.push(self.import_report(import)?);
            }
        }
        Ok(unfinished)
    }

    /// The latest imports, at most `most`, the last first. They are remembered for [`TRASH`](crate::TRASH).
    pub fn latest_imports(&self, most: u32) -> Result<Vec<ImportReport>, ApiError> {
        let latest = self.inner.store.latest_imports(most)?;
        latest.into_iter().map(|import| self.import_report(import)).collect()
    }

    /// What became of an import.
    pub fn import_report(&self, import: u32) -> Result<ImportReport, ApiError> {
        Ok(self.inner.store.import_report(import)?)
    }

    /// Some lines of an import, in the order of what was brought.
    pub fn import_lines(&self, request: &ImportLinesRequest) -> Result<ImportLinesPage, ApiError> {
        Ok(self.inner.store.import_lines(request)?)
    }

    /// Takes an import back: what it added goes to the trash, what it updated is as before, and the wrappings that it
    /// linked are forgotten.
    pub fn undo_import(&self, import: u32) -> Result<Undone, ApiError> {
        let _claim = self.claim(import)?;
        Ok(self.inner.store.undo_import(import, Timestamp::now())?)
    }

    /// The text of an earlier version, or another form, of a badge's credential, by its SHA-256.
    pub fn version_text(&self, id: BadgeId, sha256: &str) -> Result<String, ApiError> {
        Ok(self.inner.store.version_text(id, sha256)?)
    }

    fn all_lines(&self, import: u32) -> Result<Vec<ImportLine>, ApiError> {
        let mut lines: Vec<ImportLine> = Vec::new();
        loop {
            let offset = u32::try_from(lines.len()).unwrap_or(u32::MAX);
            let request = ImportLinesRequest { import, outcome: None, offset, limit: 1000 };
            let page = self.import_lines(&request)?;
            if page.lines.is_empty() {
                return Ok(lines);
            }
            lines.extend(page.lines);
        }
    }

    /// Writes down what versions of a badge share, for badges that an earlier Lapel kept.
    fn identify_earlier(&self) -> Result<(), ApiError> {
        let mut identities = Vec::new();
        for id in self.inner.store.unidentified()? {
            // One that cannot be read now may be readable another time.
            let Ok(content) = self.inner.store.content(id) else { continue };
            let identity = Credential::parse(&content).ok().and_then(|credential| credential.identity());
            identities.push((id, identity.unwrap_or_default()));
        }
        if !identities.is_empty() {
            self.inner.store.identify(&identities)?;
        }
        Ok(())
    }

    /// The right to run an import, from when it was begun if that was here.
    fn claim(&self, import: u32) -> Result<Claimed, StoreError> {
        if let Some(begun) = self.begun().remove(&import) {
            return Ok(begun);
        }
        Ok(Claimed { _claim: self.inner.store.claim_import(import)?, lines: Vec::new() })
    }

    fn begun(&self) -> std::sync::MutexGuard<'_, BTreeMap<u32, Claimed>> {
        self.inner.begun.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn running(&self) -> std::sync::MutexGuard<'_, BTreeMap<u32, Arc<Control>>> {
        self.inner.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::ImportOutcome;
    use crate::fetch::MapFetch;

    #[tokio::test]
    async fn a_folder_that_could_not_be_listed_has_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let wallet = Wallet::open_with(folder.path(), Arc::new(MapFetch::offline())).unwrap();
        let error = ApiError::new("import.unreadable-folder", "this folder could not be read", "Check it.");
        let line = ImportLine { source: "here/a".to_owned(), outcome: ImportOutcome::Failed { error } };
        let sources = vec![Source::Text("nothing".to_owned())];
        let plan = Plan { sources, unlisted: vec![line.clone()], ..Plan::default() };
        let import = wallet.begin(plan, NotValid::Ask).unwrap();
        let mut told = Vec::new();
        let report = wallet.run_import(import, |step| told.extend(step.lines)).await.unwrap();
        assert_eq!((report.counts.failed, report.done, report.state), (2, 2, ImportState::Finished));
        assert_eq!((told.len(), &told[0]), (2, &line));
    }
}
