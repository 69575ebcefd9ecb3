//! Imports of many things: summed up truly, paused, stopped, gone on with, taken back; and which badges are the same.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use lapel_testkit::{BROKEN, DataModel, Issued, Issuer, assorted, containers, mixed};
use lapel_wallet::api::{
    BadgeId, BadgePage, ImportCounts, ImportLinesRequest, ImportOutcome, ImportReport, ImportState,
    ListRequest, NotValid,
};
use lapel_wallet::fetch::MapFetch;
use lapel_wallet::{Source, Wallet};
use tempfile::TempDir;

struct Fixture {
    folder: TempDir,
    wallet: Wallet,
}

impl Fixture {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let wallet = open(folder.path());
        Self { folder, wallet }
    }

    /// As after the process ended, however that was.
    fn reopened(self) -> Self {
        drop(self.wallet);
        let wallet = open(self.folder.path());
        Self { folder: self.folder, wallet }
    }

    async fn import(&self, sources: Vec<Source>) -> (u32, ImportReport) {
        self.import_with(sources, NotValid::Ask).await
    }

    async fn import_with(&self, sources: Vec<Source>, not_valid: NotValid) -> (u32, ImportReport) {
        let import = self.wallet.begin_import(sources, Some(not_valid)).unwrap();
        (import, self.run(import).await)
    }

    async fn run(&self, import: u32) -> ImportReport {
        self.wallet.run_import(import, |_| {}).await.unwrap()
    }

    /// Imports one thing, and gives what became of it.
    async fn outcome(&self, source: Source) -> ImportOutcome {
        let (import, _) = self.import(vec![source]).await;
        let mut outcomes = self.outcomes(import);
        assert_eq!(outcomes.len(), 1);
        outcomes.remove(0)
    }

    fn outcomes(&self, import: u32) -> Vec<ImportOutcome> {
        let request = ImportLinesRequest { import, outcome: None, offset: 0, limit: 1000 };
        self.wallet.import_lines(&request).unwrap().lines.into_iter().map(|line| line.outcome).collect()
    }

    fn all(&self) -> BadgePage {
        assert_eq!(self.wallet.examine().unwrap(), []);
        self.wallet.list(&ListRequest { limit: 1000, ..Default::default() }).unwrap()
    }
}

fn open(folder: &Path) -> Wallet {
    Wallet::open_with(folder, Arc::new(MapFetch::offline())).unwrap()
}

fn text(issued: &Issued) -> Source {
    Source::Text(issued.text().to_owned())
}

fn badges(number: usize) -> Vec<Source> {
    (0..number)
        .map(|number| {
            let (name, bytes) = assorted(number);
            Source::Bytes { name, bytes }
        })
        .collect()
}

fn tampered(name: &str) -> Source {
    let issued = Issuer::did_key("tampered").achievement(name).sign_data_integrity(DataModel::V2);
    text(&issued.with_text(
        issued.text().replace("did:example:ada", "did:example:eve").replace(name, &format!("{name}!")),
    ))
}

fn badge(outcome: &ImportOutcome) -> BadgeId {
    outcome.badge().unwrap_or_else(|| panic!("{outcome:?}")).id
}

#[tokio::test]
async fn a_folder_is_summed_up_truly() {
    let fixture = Fixture::new();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir_all(path("inner/.hidden")).unwrap();
    for number in 0..12 {
        let (name, bytes) = assorted(number);
        fs::write(path("inner").join(&name), &bytes).unwrap();
        if number < 3 {
            fs::write(path(&format!("copy of {name}")), &bytes).unwrap();
        }
    }
    fs::write(path("inner/.hidden/secret.json"), b"{}").unwrap();
    fs::write(path("notes.txt"), b"dear diary").unwrap();
    fs::write(path("empty.json"), b"").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(folder.path(), path("round")).unwrap();

    let (_, report) = fixture.import(vec![Source::Path(folder.path().to_owned())]).await;
    let counts = ImportCounts { added: 12, already_there: 3, failed: 2, ..ImportCounts::default() };
    assert_eq!((report.counts, report.done, report.left), (counts, 17, 0));
    assert_eq!(report.state, ImportState::Finished);
    assert!(report.finished_at.is_some());
    assert_eq!(report.hidden_skipped, 1);
    #[cfg(unix)]
    assert_eq!(report.links_skipped, 1);
    assert_eq!(report.failures.len(), 2);
    for group in &report.failures {
        assert_eq!((group.count, group.sources.len()), (1, 1));
        assert!(group.message.ends_with('.') && !group.hint.is_empty(), "{group:?}");
        assert!(group.sources[0].ends_with("notes.txt") || group.sources[0].ends_with("empty.json"));
    }
    assert_eq!(fixture.all().total, 12);
}

#[tokio::test]
async fn what_is_not_valid_waits_for_one_decision() {
    for keep in [true, false] {
        let fixture = Fixture::new();
        let mut sources = badges(4);
        sources.insert(2, tampered("Chess"));
        sources.push(tampered("Botany"));
        let (import, report) = fixture.import(sources).await;
        let counts = ImportCounts { added: 4, held: 2, ..ImportCounts::default() };
        assert_eq!((report.counts, report.state), (counts, ImportState::Waiting));
        assert_eq!(fixture.all().total, 4, "nothing that was asked about is in");
        assert_eq!(fixture.wallet.unfinished_imports().unwrap().len(), 1);

        let fixture = fixture.reopened();
        fixture.wallet.decide_import(import, keep, true).unwrap();
        let mut last = None;
        let report = fixture.wallet.run_import(import, |progress| last = Some(progress)).await.unwrap();
        let decided = if keep {
            ImportCounts { added: 4, kept_not_valid: 2, ..ImportCounts::default() }
        } else {
            ImportCounts { added: 4, left_out: 2, ..ImportCounts::default() }
        };
        assert_eq!((report.counts, report.state, report.done), (decided, ImportState::Finished, 6));
        let last = last.unwrap();
        assert_eq!((last.counts, last.done, last.total), (decided, 6, 6));
        assert_eq!(fixture.all().total, if keep { 6 } else { 4 });

        let error = fixture.wallet.decide_import(import, !keep, false).unwrap_err();
        assert_eq!(error.code, "wallet.nothing-to-decide");

        // Remembered: not asked again.
        let (_, report) = {
            let import = fixture.wallet.begin_import(vec![tampered("Cooking")], None).unwrap();
            (import, fixture.run(import).await)
        };
        assert_eq!(report.state, ImportState::Finished);
        assert_eq!(
            (report.counts.kept_not_valid, report.counts.left_out),
            if keep { (1, 0) } else { (0, 1) }
        );
    }
}

#[tokio::test]
async fn a_badge_that_is_here_is_never_asked_about() {
    let fixture = Fixture::new();
    let (_, report) = fixture.import_with(vec![tampered("Chess")], NotValid::Keep).await;
    assert_eq!(report.counts.kept_not_valid, 1);
    let outcome = fixture.outcome(tampered("Chess")).await;
    assert!(matches!(outcome, ImportOutcome::AlreadyThere { .. }), "{outcome:?}");
}

#[tokio::test]
async fn a_paused_import_goes_on_where_it_was_also_after_a_restart() {
    let fixture = Fixture::new();
    let import = fixture.wallet.begin_import(badges(60), Some(NotValid::Keep)).unwrap();
    let mut told = 0;
    let report = fixture
        .wallet
        .run_import(import, |progress| {
            told += progress.lines.len();
            if progress.done > 0 {
                fixture.wallet.pause_import(import).unwrap();
            }
        })
        .await
        .unwrap();
    assert_eq!(report.state, ImportState::Paused);
    assert!(report.done < 60, "{}", report.done);
    assert_eq!((fixture.all().total as usize, report.done as usize), (told, told));
    assert_eq!(fixture.wallet.unfinished_imports().unwrap()[0].left, 60 - report.done);

    let fixture = fixture.reopened();
    let before = report.done;
    let mut first = None;
    let report = fixture
        .wallet
        .run_import(import, |progress| {
            told += progress.lines.len();
            first.get_or_insert(progress);
        })
        .await
        .unwrap();
    let first = first.unwrap();
    assert_eq!((first.done, first.total), (before, 60));
    assert_eq!(
        (report.counts.added + report.counts.kept_not_valid, report.state),
        (60, ImportState::Finished)
    );
    assert_eq!(told, 60, "each line is told of once");
    assert_eq!(fixture.all().total, 60);
    assert!(fixture.wallet.unfinished_imports().unwrap().is_empty());
}

#[tokio::test]
async fn a_stopped_import_keeps_what_it_told_of_and_begins_nothing_more() {
    let fixture = Fixture::new();
    let import = fixture.wallet.begin_import(badges(60), Some(NotValid::Keep)).unwrap();
    let mut last = None;
    let report = fixture
        .wallet
        .run_import(import, |progress| {
            if progress.done > 0 {
                fixture.wallet.cancel_import(import).unwrap();
            }
            last = Some(progress);
        })
        .await
        .unwrap();
    assert_eq!(report.state, ImportState::Cancelled);
    let last = last.unwrap();
    assert!(last.finished && last.total == 60 && (1..60).contains(&last.done), "{last:?}");
    assert_eq!(fixture.all().total, last.done);
    // It stays stopped.
    assert_eq!(fixture.run(import).await.state, ImportState::Cancelled);
    let (_, report) = fixture.import_with(badges(60), NotValid::Keep).await;
    assert_eq!((report.done, fixture.all().total), (60, 60), "the next import is none of its business");
}

#[tokio::test]
async fn an_import_that_was_cut_off_is_finished_by_the_next_run() {
    let fixture = Fixture::new();
    let import = fixture.wallet.begin_import(badges(40), Some(NotValid::Keep)).unwrap();
    {
        // Dropped in the middle: nothing of it gets to say a word.
        let run = fixture.wallet.run_import(import, |_| {});
        tokio::pin!(run);
        let _ = futures_poll_some(&mut run).await;
    }
    let fixture = fixture.reopened();
    let unfinished = fixture.wallet.unfinished_imports().unwrap();
    assert_eq!((unfinished.len(), unfinished[0].state), (1, ImportState::Running));
    let report = fixture.run(import).await;
    assert_eq!(
        (report.counts.added + report.counts.kept_not_valid, report.state),
        (40, ImportState::Finished)
    );
    assert_eq!(fixture.all().total, 40);
}

/// Polls `future` a few times, as long as that moves it.
async fn futures_poll_some<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
    let mut polls = 0;
    std::future::poll_fn(|context| {
        polls += 1;
        match std::pin::Pin::new(&mut *future).poll(context) {
            std::task::Poll::Ready(output) => std::task::Poll::Ready(Some(output)),
            std::task::Poll::Pending if polls > 4 => std::task::Poll::Ready(None),
            std::task::Poll::Pending => std::task::Poll::Pending,
        }
    })
    .await
}

#[tokio::test]
async fn one_import_is_run_by_one() {
    let fixture = Fixture::new();
    let import = fixture.wallet.begin_import(badges(20), None).unwrap();
    let other = open(fixture.folder.path());
    let mut refused = None;
    fixture
        .wallet
        .run_import(import, |progress| {
            if !progress.finished && refused.is_none() {
                assert!(other.unfinished_imports().unwrap().is_empty(), "it is not left to others");
                refused = Some(other.undo_import(import).unwrap_err().code);
            }
        })
        .await
        .unwrap();
    assert_eq!(refused.unwrap(), "wallet.import-under-way");

    // Whoever is turned away hears of it as of any other end.
    let mut last = None;
    let error = fixture.wallet.run_import(import + 1, |step| last = Some(step)).await.unwrap_err();
    assert_eq!(error.code, "wallet.no-such-import");
    assert!(last.unwrap().finished);
}

/// Between its beginning and its run, it is nobody else's either.
#[tokio::test]
async fn an_import_that_was_begun_is_left_to_whoever_began_it() {
    let fixture = Fixture::new();
    let import = fixture.wallet.begin_import(badges(3), Some(NotValid::Keep)).unwrap();
    let other = open(fixture.folder.path());
    assert!(other.unfinished_imports().unwrap().is_empty());
    let error = other.run_import(import, |_| {}).await.unwrap_err();
    assert_eq!(error.code, "wallet.import-under-way");
    assert_eq!(fixture.run(import).await.done, 3);
    // And to anybody, once that process is gone.
    let import = fixture.wallet.begin_import(badges(3), Some(NotValid::Keep)).unwrap();
    drop(fixture.wallet);
    assert_eq!(other.unfinished_imports().unwrap().len(), 1);
    assert_eq!(other.run_import(import, |_| {}).await.unwrap().done, 3);
}

#[tokio::test]
async fn another_process_can_stop_it() {
    let fixture = Fixture::new();
    let import = fixture.wallet.begin_import(badges(200), None).unwrap();
    let other = open(fixture.folder.path());
    let report = fixture
        .wallet
        .run_import(import, |progress| {
            if progress.done > 0 && !progress.finished {
                other.cancel_import(import).unwrap();
            }
        })
        .await
        .unwrap();
    assert_eq!(report.state, ImportState::Cancelled);
    assert!(report.done < 200);
}

fn version(from: &str, issuer: &Issuer) -> Issued {
    issuer.clone().achievement("Rust").with("/id", "urn:example:credential:1").issued(from).sign_jwt()
}

#[tokio::test]
async fn a_newer_version_takes_the_place_of_the_earlier_which_is_kept() {
    let fixture = Fixture::new();
    let issuer = Issuer::did_key("versions");
    let (first, second) =
        (version("2024-01-01T00:00:00Z", &issuer), version("2025-01-01T00:00:00Z", &issuer));
    let id = badge(&fixture.outcome(text(&first)).await);
    let outcome = fixture.outcome(text(&second)).await;
    assert!(matches!(&outcome, ImportOutcome::Updated { badge } if badge.id == id), "{outcome:?}");
    let detail = fixture.wallet.open_badge(id).unwrap();
    assert_eq!(detail.credential_text, second.text());
    assert_eq!(detail.summary.issued_on.as_deref(), Some("2025-01-01"));
    let [version] = detail.versions.as_slice() else { panic!("{:?}", detail.versions) };
    assert_eq!(version.how, "earlier");
    assert_eq!(fixture.wallet.version_text(id, &version.sha256).unwrap(), first.text());
    assert_eq!(detail.artifacts.len(), 2, "both originals are kept");

    // The earlier again: it is known to be one.
    let outcome = fixture.outcome(text(&first)).await;
    assert!(
        matches!(&outcome, ImportOutcome::AlreadyThere { badge, linked: false } if badge.id == id),
        "{outcome:?}"
    );
    assert_eq!(fixture.wallet.open_badge(id).unwrap().credential_text, second.text());
    assert_eq!(fixture.all().total, 1);
}

#[tokio::test]
async fn an_earlier_version_that_comes_later_is_put_beside() {
    let fixture = Fixture::new();
    let issuer = Issuer::did_key("versions");
    let (first, second) =
        (version("2024-01-01T00:00:00Z", &issuer), version("2025-01-01T00:00:00Z", &issuer));
    let id = badge(&fixture.outcome(text(&second)).await);
    let outcome = fixture.outcome(text(&first)).await;
    assert!(
        matches!(&outcome, ImportOutcome::AlreadyThere { badge, linked: true } if badge.id == id),
        "{outcome:?}"
    );
    let detail = fixture.wallet.open_badge(id).unwrap();
    assert_eq!((detail.credential_text.as_str(), detail.versions.len()), (second.text(), 1));
}

#[tokio::test]
async fn the_same_credential_secured_in_another_way_is_the_same_badge() {
    let fixture = Fixture::new();
    let award = || Issuer::did_key("forms").achievement("Rust").with("/id", "urn:example:credential:2");
    let (token, proof) = (award().sign_jwt(), award().sign_data_integrity(DataModel::V2));
    let id = badge(&fixture.outcome(text(&token)).await);
    let outcome = fixture.outcome(text(&proof)).await;
    assert!(
        matches!(&outcome, ImportOutcome::AlreadyThere { badge, linked: true } if badge.id == id),
        "{outcome:?}"
    );
    let detail = fixture.wallet.open_badge(id).unwrap();
    assert_eq!((detail.versions.len(), detail.versions[0].how.as_str()), (1, "form"));
    assert_eq!(fixture.wallet.version_text(id, &detail.versions[0].sha256).unwrap(), proof.text());
}

#[tokio::test]
async fn a_forged_newer_version_takes_nobodys_place() {
    let fixture = Fixture::new();
    let issuer = Issuer::did_key("versions");
    let first = version("2024-01-01T00:00:00Z", &issuer);
    let id = badge(&fixture.outcome(text(&first)).await);
    let forged = Issuer::did_key("versions").achievement("Rust").with("/id", "urn:example:credential:1");
    let forged = forged.issued("2025-01-01T00:00:00Z").sign_data_integrity(DataModel::V2);
    let forged = forged.with_text(forged.text().replace("Awarded for Rust.", "Awarded for all."));
    let outcome = fixture.outcome(text(&forged)).await;
    assert!(matches!(&outcome, ImportOutcome::Held { verdict, .. } if verdict == "invalid"), "{outcome:?}");
    let detail = fixture.wallet.open_badge(id).unwrap();
    assert_eq!((detail.credential_text.as_str(), detail.versions.len()), (first.text(), 0));

    // The other way round: what is sound takes the place of what was kept although it is not.
    let fixture = Fixture::new();
    let (import, _) = fixture.import_with(vec![text(&forged)], NotValid::Keep).await;
    let id = badge(&fixture.outcomes(import)[0]);
    let outcome = fixture.outcome(text(&first)).await;
    assert!(matches!(&outcome, ImportOutcome::Updated { badge } if badge.id == id), "{outcome:?}");
}

#[tokio::test]
async fn an_import_is_taken_back_whole() {
    let fixture = Fixture::new();
    let issuer = Issuer::did_key("undo");
    let (first, second) =
        (version("2024-01-01T00:00:00Z", &issuer), version("2025-01-01T00:00:00Z", &issuer));
    let wrapped = Issuer::did_key("undo").achievement("Wrapped").sign_jwt();
    let (_, before) = fixture.import(vec![text(&first), text(&wrapped)]).await;
    assert_eq!(before.counts.added, 2);
    let all_before = fixture.all();
    let details: Vec<_> =
        all_before.badges.iter().map(|badge| fixture.wallet.open_badge(badge.id).unwrap()).collect();

    let mut sources = badges(5);
    sources.push(text(&second));
    sources.push(Source::Bytes { name: "wrapped.png".to_owned(), bytes: wrapped.baked_png() });
    sources.push(tampered("Chess"));
    let (import, report) = fixture.import_with(sources, NotValid::Keep).await;
    let counts =
        ImportCounts { added: 5, updated: 1, already_there: 1, kept_not_valid: 1, ..ImportCounts::default() };
    assert_eq!(report.counts, counts);

    let undone = fixture.wallet.undo_import(import).unwrap();
    assert_eq!((undone.removed, undone.reverted), (6, 1));
    assert_eq!(fixture.all(), all_before);
    for detail in details {
        assert_eq!(fixture.wallet.open_badge(detail.summary.id).unwrap(), detail, "as before");
    }
    assert_eq!(fixture.wallet.import_report(import).unwrap().state, ImportState::Undone);
    // What was removed can be had again, and the import can be made again.
    assert_eq!(fixture.wallet.restore(undone.token).unwrap(), 6);
    assert_eq!(fixture.all().total, 8);
    let outcome = fixture.outcome(text(&second)).await;
    assert!(matches!(outcome, ImportOutcome::Updated { .. }), "{outcome:?}");
}

#[tokio::test]
async fn what_an_import_took_out_of_the_trash_goes_back_there() {
    let fixture = Fixture::new();
    let issuer = Issuer::did_key("undo");
    let (first, second) =
        (version("2024-01-01T00:00:00Z", &issuer), version("2025-01-01T00:00:00Z", &issuer));
    let id = badge(&fixture.outcome(text(&first)).await);
    fixture.wallet.remove(&[id]).unwrap();
    let (import, report) = fixture.import(vec![text(&second)]).await;
    assert_eq!((report.counts.added, report.counts.updated, fixture.all().total), (1, 0, 1));
    let undone = fixture.wallet.undo_import(import).unwrap();
    assert_eq!((undone.removed, undone.reverted, fixture.all().total), (1, 0, 0));
    fixture.wallet.restore(undone.token).unwrap();
    assert_eq!(fixture.wallet.open_badge(id).unwrap().credential_text, first.text(), "as it was before");
}

#[tokio::test]
async fn forms_of_a_version_that_is_taken_back_go_with_it() {
    let fixture = Fixture::new();
    let award = |from: &str| {
        Issuer::did_key("undo").achievement("Rust").with("/id", "urn:example:credential:3").issued(from)
    };
    let later = || award("2025-01-01T00:00:00Z");
    let id = badge(&fixture.outcome(text(&award("2024-01-01T00:00:00Z").sign_jwt())).await);
    let (import, _) = fixture.import(vec![text(&later().sign_jwt())]).await;
    let form = later().sign_data_integrity(DataModel::V2);
    let outcome = fixture.outcome(text(&form)).await;
    assert!(matches!(&outcome, ImportOutcome::AlreadyThere { badge, .. } if badge.id == id), "{outcome:?}");
    fixture.wallet.undo_import(import).unwrap();
    assert_eq!(fixture.wallet.open_badge(id).unwrap().versions, []);
    // It is no form of what is there now, but a newer version of it.
    let outcome = fixture.outcome(text(&form)).await;
    assert!(matches!(&outcome, ImportOutcome::Updated { badge } if badge.id == id), "{outcome:?}");
    assert_eq!(fixture.all().total, 1);
}

/// As a mailbox that goes on growing, and an archive that is written anew.
#[tokio::test]
async fn a_file_that_changed_when_an_import_goes_on_is_read_thing_by_thing() {
    let fixture = Fixture::new();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("all.zip");
    let entries: Vec<(String, Vec<u8>)> = (0..42).map(assorted).collect();
    let write = |numbers: &[usize]| {
        let entries: Vec<(&str, &[u8])> =
            numbers.iter().map(|at| (entries[*at].0.as_str(), entries[*at].1.as_slice())).collect();
        fs::write(&path, containers::zip(&entries)).unwrap();
    };
    let first: Vec<usize> = (0..40).collect();
    write(&first);
    let import = fixture.wallet.begin_import(vec![Source::Path(path.clone())], Some(NotValid::Keep)).unwrap();
    let pause = |progress: lapel_wallet::api::ImportProgress| {
        if progress.done > 0 {
            fixture.wallet.pause_import(import).unwrap();
        }
    };
    let before = fixture.wallet.run_import(import, pause).await.unwrap();
    assert!((1..40).contains(&before.done), "{before:?}");
    // Two come before all others, which are in another order.
    write(&[vec![41, 40], first.into_iter().rev().collect()].concat());
    let after = fixture.run(import).await;
    let kept = after.counts.added + after.counts.kept_not_valid;
    assert_eq!((after.state, kept, after.counts.already_there), (ImportState::Finished, 42, 0));
    assert_eq!((after.done, fixture.all().total), (42, 42));
}

#[tokio::test]
async fn lines_come_in_pages_by_outcome() {
    let fixture = Fixture::new();
    let mut sources = badges(25);
    sources.extend(badges(5));
    sources.push(Source::Text("no badge".to_owned()));
    let (import, _) = fixture.import(sources).await;
    let page = |outcome: Option<&str>, offset| {
        let request = ImportLinesRequest { import, outcome: outcome.map(str::to_owned), offset, limit: 20 };
        let page = fixture.wallet.import_lines(&request).unwrap();
        (page.lines.len(), page.total)
    };
    assert_eq!(page(None, 0), (20, 31));
    assert_eq!(page(None, 20), (11, 31));
    assert_eq!(page(Some("added"), 20), (5, 25));
    assert_eq!(page(Some("failed"), 0), (1, 1));
    let error = fixture.wallet.import_report(import + 1).unwrap_err();
    assert_eq!(error.code, "wallet.no-such-import");
}

#[tokio::test]
async fn a_mixed_folder_is_summed_up_truly() {
    let fixture = Fixture::new();
    let folder = tempfile::tempdir().unwrap();
    let mixture = mixed(folder.path(), 480).unwrap();
    let (import, report) =
        fixture.import_with(vec![Source::Path(folder.path().to_owned())], NotValid::Keep).await;
    let counts = ImportCounts {
        added: mixture.added,
        already_there: mixture.already_there,
        kept_not_valid: mixture.not_valid,
        failed: mixture.failed,
        ..ImportCounts::default()
    };
    assert_eq!(report.counts, counts, "{:#?}", report.failures);
    assert_eq!((report.done, report.left, report.state), (mixture.things, 0, ImportState::Finished));
    assert_eq!((report.links_skipped, report.hidden_skipped), (mixture.links, mixture.hidden));
    assert_eq!(fixture.all().total, mixture.added + mixture.not_valid);
    let told: u32 = report.failures.iter().map(|group| group.count).sum();
    assert_eq!(told, mixture.failed);
    for group in &report.failures {
        assert!(group.code.starts_with("import.") && !group.hint.is_empty(), "{group:?}");
    }
    // Each way of being broken is told of, in words of its own file.
    let request = ImportLinesRequest { import, outcome: Some("failed".to_owned()), offset: 0, limit: 1000 };
    let failed = fixture.wallet.import_lines(&request).unwrap().lines;
    for way in BROKEN.iter().filter(|way| !way.ends_with("tampered-with")) {
        assert!(failed.iter().any(|line| line.source.contains(way)), "{way}");
    }
    // Once more, nothing is new.
    let (_, again) = fixture.import_with(vec![Source::Path(folder.path().to_owned())], NotValid::Keep).await;
    assert_eq!(again.counts.already_there, mixture.added + mixture.not_valid + mixture.already_there);
    assert_eq!(again.counts.failed, mixture.failed);
}

#[tokio::test]
async fn what_is_in_a_container_is_told_of_by_the_way_to_it() {
    let fixture = Fixture::new();
    let (first, second) = (assorted(0), assorted(1));
    let archive = containers::zip(&[
        (&format!("old/{}", first.0), &first.1),
        ("notes.txt", b"dear diary"),
        (&second.0, &second.1),
    ]);
    let mail = containers::mail(
        "ada@example.org",
        "Badges",
        &[containers::MailPart::attached("backpack.zip", "application/zip", &archive)],
    );
    let source = Source::Bytes { name: "mail.eml".to_owned(), bytes: mail };
    let (import, report) = fixture.import(vec![source]).await;
    assert_eq!((report.counts.added, report.counts.failed, report.done), (2, 1, 3));
    let request = ImportLinesRequest { import, outcome: None, offset: 0, limit: 10 };
    let lines = fixture.wallet.import_lines(&request).unwrap().lines;
    let places: Vec<&str> = lines.iter().map(|line| line.source.as_str()).collect();
    assert_eq!(
        places,
        [
            &format!("mail.eml \u{203a} backpack.zip \u{203a} old/{}", first.0),
            "mail.eml \u{203a} backpack.zip \u{203a} notes.txt",
            &format!("mail.eml \u{203a} backpack.zip \u{203a} {}", second.0),
        ]
    );
    let detail = fixture.wallet.open_badge(badge(&lines[0].outcome)).unwrap();
    assert_eq!(detail.artifacts[0].recipient_hint.as_deref(), Some("ada@example.org"));
    assert_eq!(fixture.wallet.export_original(detail.summary.id).unwrap().bytes, first.1, "bit for bit");
}

#[tokio::test]
async fn a_presentation_gives_its_badges_as_badges() {
    let fixture = Fixture::new();
    let school = Issuer::did_key("presented");
    let (rust, chess) = (school.achievement("Rust").sign_jwt(), school.achievement("Chess").sign_jwt());
    let presentation = serde_json::json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": "VerifiablePresentation",
        "verifiableCredential": [rust.text(), chess.text()],
    });
    let source = Source::Text(presentation.to_string());
    let (_, report) = fixture.import_with(vec![source], NotValid::Keep).await;
    let names: Vec<String> = fixture.all().badges.into_iter().map(|badge| badge.name).collect();
    assert!(
        ["Rust", "Chess"].iter().all(|name| names.iter().any(|have| have == name)),
        "{names:?} {report:?}"
    );
}

#[tokio::test]
async fn certificates_that_linkedin_lists_go_to_the_shelf() {
    let fixture = Fixture::new();
    let csv = "Name,Url,Authority,Started On,Finished On,License Number\n\
        Rust,https://example.org/c/1,Example Academy,Mar 2021,,ABC\n";
    let source = Source::Bytes { name: "Certifications.csv".to_owned(), bytes: csv.into() };
    let (import, report) = fixture.import(vec![source]).await;
    assert_eq!((report.counts.self_listed, report.done), (1, 1));
    assert_eq!(fixture.all().total, 0, "it is no badge");
    assert_eq!(fixture.wallet.self_listed().unwrap()[0].listed.name, "Rust");
    fixture.wallet.undo_import(import).unwrap();
    assert_eq!(fixture.wallet.self_listed().unwrap(), []);
}

#[test]
fn a_link_is_told_without_the_address_in_it() {
    let link = "https://badges.example.org/public/assertions/1?identity__email=ada%40example.org&v=2_0";
    for source in [Source::Url(link.to_owned()), Source::Text(format!(" {link}\n"))] {
        let name = source.name();
        assert!(!name.contains("ada") && name.contains("/assertions/1"), "{name}");
    }
    assert_eq!(Source::Url("HTTPS://badges.example.org/1".to_owned()).name(), "HTTPS://badges.example.org/1");
}

/// A later version that nobody can check: its proof is of a kind that Lapel does not know.
fn unproven(from: &str, until: Option<&str>) -> Source {
    let award =
        Issuer::did_key("versions").achievement("Rust").with("/id", "urn:example:credential:1").issued(from);
    let award = if let Some(until) = until { award.expires(until) } else { award };
    let issued = award.sign_data_integrity(DataModel::V2);
    text(&issued.with_text(issued.text().replace("eddsa-rdfc-2022", "of-the-year-2040")))
}

#[tokio::test]
async fn what_is_not_proven_neither_takes_a_place_nor_keeps_one() {
    let fixture = Fixture::new();
    let first = version("2024-01-01T00:00:00Z", &Issuer::did_key("versions"));
    let id = badge(&fixture.outcome(text(&first)).await);
    for (from, until) in [
        ("2025-01-01T00:00:00Z", Some("2025-06-01T00:00:00Z")),
        ("2025-01-01T00:00:00Z", None),
        ("2024-01-01T00:00:00Z", None),
        ("2023-01-01T00:00:00Z", None),
    ] {
        let outcome = fixture.outcome(unproven(from, until)).await;
        assert!(matches!(&outcome, ImportOutcome::Added { badge } if badge.id != id), "{from}: {outcome:?}");
    }
    let detail = fixture.wallet.open_badge(id).unwrap();
    assert_eq!((detail.credential_text.as_str(), detail.versions.len()), (first.text(), 0));
    assert_eq!(detail.artifacts.len(), 1);

    // Planted first, whatever its date: the genuine one takes its place.
    for from in ["2025-01-01T00:00:00Z", "2024-01-01T00:00:00Z"] {
        let fixture = Fixture::new();
        let planted = badge(&fixture.outcome(unproven(from, None)).await);
        let outcome = fixture.outcome(text(&first)).await;
        assert!(matches!(&outcome, ImportOutcome::Updated { badge } if badge.id == planted), "{outcome:?}");
        assert_eq!(fixture.wallet.open_badge(planted).unwrap().credential_text, first.text());
    }
}

#[tokio::test]
async fn the_original_of_an_updated_badge_is_that_of_its_present_version() {
    let fixture = Fixture::new();
    let issuer = Issuer::did_key("versions");
    let (first, second) =
        (version("2024-01-01T00:00:00Z", &issuer), version("2025-01-01T00:00:00Z", &issuer));
    let png = |issued: &Issued| Source::Bytes { name: "badge.png".to_owned(), bytes: issued.baked_png() };
    let id = badge(&fixture.outcome(png(&first)).await);
    let (import, _) = fixture.import(vec![png(&second)]).await;
    assert_eq!(fixture.wallet.export_original(id).unwrap().bytes, second.baked_png());
    fixture.wallet.undo_import(import).unwrap();
    assert_eq!(fixture.wallet.export_original(id).unwrap().bytes, first.baked_png());
}

#[tokio::test]
async fn a_file_that_is_gone_when_an_import_goes_on_is_told_of() {
    let fixture = Fixture::new();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("all.zip");
    let entries: Vec<(String, Vec<u8>)> = (0..40).map(assorted).collect();
    let entries: Vec<(&str, &[u8])> =
        entries.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    fs::write(&path, containers::zip(&entries)).unwrap();
    let import = fixture.wallet.begin_import(vec![Source::Path(path.clone())], Some(NotValid::Keep)).unwrap();
    let pause = |progress: lapel_wallet::api::ImportProgress| {
        if progress.done > 0 {
            fixture.wallet.pause_import(import).unwrap();
        }
    };
    let before = fixture.wallet.run_import(import, pause).await.unwrap();
    assert!((1..40).contains(&before.done), "{before:?}");
    fs::remove_file(&path).unwrap();
    let after = fixture.run(import).await;
    assert_eq!((after.state, after.counts.failed), (ImportState::Finished, 1));
    assert_eq!(after.failures[0].code, "import.no-such-file");
    assert_eq!(after.counts.added + after.counts.kept_not_valid, before.done, "what was in stays in");
}

#[tokio::test]
async fn what_is_gone_when_it_was_decided_on_waits_no_longer() {
    let fixture = Fixture::new();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("badge.json");
    let Source::Text(invalid) = tampered("Chess") else { panic!() };
    fs::write(&path, invalid).unwrap();
    let (import, report) = fixture.import(vec![Source::Path(path.clone())]).await;
    assert_eq!(report.state, ImportState::Waiting);
    fs::remove_file(&path).unwrap();
    fixture.wallet.decide_import(import, true, false).unwrap();
    let report = fixture.run(import).await;
    assert_eq!((report.state, report.counts.held), (ImportState::Finished, 0));
    assert_eq!((report.counts.failed, report.failures[0].code.as_str()), (1, "import.no-such-file"));
}

#[tokio::test]
async fn an_image_whose_link_leads_to_something_new_by_now_is_judged_again() {
    let award = || Issuer::https("school.example").achievement("Rust");
    let (first, second) = (award().host(), award().expires("2031-01-01T00:00:00Z").host());
    let own = first.documents().iter().find(|document| document.bytes == first.text().as_bytes());
    let link = own.unwrap().url.clone();
    let folder = tempfile::tempdir().unwrap();
    let answers = |issued: &Issued| {
        issued.documents().iter().fold(MapFetch::offline(), |fetch, document| {
            let response = lapel_wallet::fetch::Response {
                status: document.status,
                media_type: document.media_type.clone(),
                bytes: document.bytes.clone(),
                ..Default::default()
            };
            fetch.with(&document.url, Ok(response))
        })
    };
    let picture = openbadges::artifact::bake(
        &lapel_testkit::art::png("Rust"),
        &openbadges::artifact::PayloadContent::Url(link.clone()),
        openbadges::credential::Standard::Ob2,
    )
    .unwrap();
    let import = |issued: Issued, picture: Vec<u8>| {
        let wallet = Wallet::open_with(folder.path(), Arc::new(answers(&issued))).unwrap();
        async move {
            let source = Source::Bytes { name: "badge.png".to_owned(), bytes: picture };
            wallet.import(vec![source], |_| {}).await.unwrap().remove(0).outcome
        }
    };
    let id = badge(&import(first.clone(), picture.clone()).await);
    let outcome = import(first.clone(), picture.clone()).await;
    assert!(matches!(&outcome, ImportOutcome::AlreadyThere { badge, .. } if badge.id == id), "{outcome:?}");
    assert_ne!(first.text(), second.text());
    let outcome = import(second, picture).await;
    assert!(matches!(&outcome, ImportOutcome::Updated { badge } if badge.id == id), "{outcome:?}");
}

#[tokio::test]
async fn what_left_an_archive_while_it_waited_is_told_of() {
    let fixture = Fixture::new();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("all.zip");
    let Source::Text(invalid) = tampered("Chess") else { panic!() };
    let (name, valid) = assorted(0);
    fs::write(&path, containers::zip(&[(&name, &valid), ("chess.json", invalid.as_bytes())])).unwrap();
    let (import, report) = fixture.import(vec![Source::Path(path.clone())]).await;
    assert_eq!((report.state, report.counts.added, report.counts.held), (ImportState::Waiting, 1, 1));
    fs::write(&path, containers::zip(&[(&name, &valid)])).unwrap();
    fixture.wallet.decide_import(import, true, false).unwrap();
    let report = fixture.run(import).await;
    assert_eq!((report.state, report.counts.held, report.counts.added), (ImportState::Finished, 0, 1));
    assert_eq!((report.counts.failed, report.failures[0].code.as_str()), (1, "import.no-longer-there"));
}
