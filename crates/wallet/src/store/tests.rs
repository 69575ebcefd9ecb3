//! The store with made-up reports: what it keeps, finds and refuses.

use std::collections::BTreeSet;
use std::fs;
use std::sync::{Barrier, LazyLock};

use openbadges::card::{Criteria, IssuerCard, Moment};
use openbadges::document::{Answer, Document, Unavailable};
use rusqlite::params;
use serde_json::json;
use tempfile::TempDir;

use super::*;

/// A wallet in a folder that goes away with it.
struct Fixture {
    folder: TempDir,
    store: Store,
}

impl Fixture {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        Self { folder, store }
    }

    fn reopened(self) -> Self {
        drop(self.store);
        let store = Store::open(self.folder.path()).unwrap();
        Self { folder: self.folder, store }
    }

    /// A connection of its own, for looking and for damage.
    fn sql(&self) -> Connection {
        Connection::open(self.store.path()).unwrap()
    }

    fn names(&self, query: &str) -> Vec<String> {
        let request = ListRequest {
            query: query.to_owned(),
            sort: "name".to_owned(),
            limit: 100,
            ..Default::default()
        };
        self.store.list(&request).unwrap().badges.into_iter().map(|badge| badge.name).collect()
    }
}

/// A badge to store, owning what [`NewBadge`] borrows.
struct Sample {
    bytes: Vec<u8>,
    text: String,
    card: BadgeCard,
    report: Report,
    documents: Documents,
    art: Option<Art>,
}

impl Sample {
    fn named(name: &str) -> Self {
        let card = BadgeCard {
            name: name.to_owned(),
            standard: "Open Badges 3.0".to_owned(),
            issuer: IssuerCard { name: "Example University".to_owned(), ..Default::default() },
            ..Default::default()
        };
        let text = json!({ "name": name }).to_string();
        Self {
            bytes: format!("bytes of {name}").into_bytes(),
            report: report("verified", 0),
            documents: Documents::new(),
            art: None,
            text,
            card,
        }
    }

    fn judged(&self) -> Judged<'_> {
        Judged { report: &self.report, documents: &self.documents, card: &self.card, art: self.art.as_ref() }
    }

    fn keep(&self, store: &Store) -> Kept {
        let digest = sha256_hex(self.text.as_bytes());
        let badge = NewBadge {
            artifact: NewArtifact {
                kind: "json",
                bytes: &self.bytes,
                source: "sample.json",
                recipient_hint: None,
            },
            digest: &digest,
            identity: None,
            form: Form::Json,
            text: &self.text,
            judged: self.judged(),
        };
        store.keep(&badge, at(0)).unwrap()
    }

    fn added(&self, store: &Store) -> BadgeId {
        match self.keep(store) {
            Kept::Added(id) | Kept::NotValid(id) => id,
            other => panic!("not added but {other:?}"),
        }
    }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + seconds).unwrap()
}

/// A report of the core with another verdict.
fn report(verdict: &str, seconds: i64) -> Report {
    static REPORT: LazyLock<serde_json::Value> = LazyLock::new(|| {
        let issued = lapel_testkit::Issuer::did_key("store").achievement("Any").sign_jwt();
        let report =
            openbadges::verify(&issued.credential(), &issued.at_hand(), &openbadges::Policy::at(at(0)));
        serde_json::to_value(report).unwrap()
    });
    let mut report = REPORT.clone();
    report["verdict"] = verdict.into();
    report["as_of"] = at(seconds).to_string().into();
    serde_json::from_value(report).unwrap()
}

fn document(url: &str, bytes: &[u8]) -> Answer {
    Answer::Document(Document {
        url: url.to_owned(),
        bytes: bytes.to_vec(),
        media_type: Some("application/json".to_owned()),
        fetched_at: at(0),
        status: 200,
    })
}

#[test]
fn what_was_kept_comes_back_after_a_restart() {
    let fixture = Fixture::new();
    let mut sample = Sample::named("Rust");
    sample.documents.insert("https://a.example/1", document("https://a.example/1", b"{}"));
    sample.documents.insert("https://a.example/2", Answer::Unavailable(Unavailable::Http { status: 404 }));
    sample.art =
        Some(Art { digest: "a".repeat(64), media_type: "image/png".to_owned(), bytes: vec![1, 2, 3] });
    let id = sample.added(&fixture.store);
    let fixture = fixture.reopened();

    let badge = fixture.store.badge(id).unwrap();
    assert_eq!((badge.form, badge.text.as_str()), (Form::Json, sample.text.as_str()));
    assert_eq!(badge.card.as_ref(), Some(&sample.card));
    assert_eq!(badge.report.as_ref(), Some(&sample.report));
    assert_eq!(badge.artifacts[0].source, "sample.json");
    assert_eq!(fixture.store.artifact(id, &badge.artifacts[0].sha256).unwrap(), sample.bytes);
    assert_eq!(fixture.store.documents(id).unwrap(), sample.documents);
    assert_eq!(fixture.store.art(&badge.summary.art.unwrap()).unwrap(), sample.art);
    assert!(fixture.store.examine().unwrap().is_empty());
}

#[test]
fn the_same_credential_is_one_badge_and_other_wrappings_are_linked() {
    let fixture = Fixture::new();
    let mut sample = Sample::named("Rust");
    let id = sample.added(&fixture.store);
    assert_eq!(sample.keep(&fixture.store), Kept::Present { id, linked: false });
    sample.bytes = b"the same in a picture".to_vec();
    assert_eq!(sample.keep(&fixture.store), Kept::Present { id, linked: true });
    assert_eq!(sample.keep(&fixture.store), Kept::Present { id, linked: false });
    assert_eq!(fixture.store.badge(id).unwrap().artifacts.len(), 2);
    assert_eq!(fixture.names(""), ["Rust"]);
    assert_eq!(fixture.store.badges_of_artifact(&sha256_hex(&sample.bytes)).unwrap(), [id]);
}

#[test]
fn judging_again_changes_what_is_listed_and_keeps_the_history() {
    let fixture = Fixture::new();
    let mut sample = Sample::named("Rust");
    let id = sample.added(&fixture.store);
    let first = sample.documents.clone();
    sample.report = report("revoked", 60);
    sample.card.name = "Rust, second edition".to_owned();
    sample.documents.insert("https://a.example/list", document("https://a.example/list", b"list"));
    fixture.store.judge_again(id, &sample.judged()).unwrap();

    let badge = fixture.store.badge(id).unwrap();
    assert_eq!(badge.summary.verdict, "revoked");
    assert_eq!(badge.report.as_ref(), Some(&sample.report));
    assert_eq!(badge.history.len(), 1);
    assert_eq!(
        (badge.history[0].verdict.as_str(), &badge.history[0].as_of),
        ("verified", &at(0).to_string())
    );
    assert_ne!(fixture.store.documents(id).unwrap(), first);
    assert_eq!(fixture.names("second"), ["Rust, second edition"]);
    let counts = fixture.store.list(&ListRequest::default()).unwrap().counts;
    assert_eq!((counts.all, counts.verified, counts.revoked), (1, 0, 1));
}

#[test]
fn the_trash_gives_everything_back_also_after_a_restart() {
    let fixture = Fixture::new();
    let (rust, ferris) =
        (Sample::named("Rust").added(&fixture.store), Sample::named("Ferris").added(&fixture.store));
    Sample::named("Stays").added(&fixture.store);
    let before = (fixture.store.badge(rust).unwrap().card, fixture.names(""));
    let (token, removed) = fixture.store.remove(&[rust, ferris, BadgeId(99)], at(1)).unwrap();
    assert_eq!(removed, 2);
    assert_eq!(fixture.names(""), ["Stays"]);
    assert!(fixture.names("Rust").is_empty());
    assert!(matches!(fixture.store.badge(rust), Err(StoreError::NoSuchBadge { badge }) if badge == rust.0));

    let fixture = fixture.reopened();
    assert_eq!(fixture.store.restore(token).unwrap(), 2);
    assert_eq!((fixture.store.badge(rust).unwrap().card, fixture.names("")), before);
    assert!(matches!(fixture.store.restore(token), Err(StoreError::NothingToRestore)));
}

#[test]
fn importing_a_badge_from_the_trash_restores_it() {
    let fixture = Fixture::new();
    let sample = Sample::named("Rust");
    let id = sample.added(&fixture.store);
    fixture.store.remove(&[id], at(1)).unwrap();
    assert_eq!(fixture.store.badges_of_artifact(&sha256_hex(&sample.bytes)).unwrap(), [id]);
    assert_eq!(sample.keep(&fixture.store), Kept::Restored(id));
    assert_eq!(fixture.names("Rust"), ["Rust"]);
}

#[test]
fn purging_leaves_nothing_of_what_was_deleted_and_no_number_comes_back() {
    let fixture = Fixture::new();
    let mut sample = Sample::named("Confidential");
    sample.documents.insert("https://a.example/1", document("https://a.example/1", b"shared"));
    sample.documents.insert("https://a.example/2", document("https://a.example/2", b"own"));
    sample.art = Some(Art { digest: "b".repeat(64), media_type: "image/png".to_owned(), bytes: vec![1] });
    let gone = sample.added(&fixture.store);
    let mut other = Sample::named("Stays");
    other.documents.insert("https://a.example/1", document("https://a.example/1", b"shared"));
    let stays = other.added(&fixture.store);
    fixture.store.remove(&[gone], at(100)).unwrap();

    assert_eq!(fixture.store.purge(at(100)).unwrap(), 0, "not yet older");
    assert_eq!(fixture.store.purge(at(101)).unwrap(), 1);
    assert_eq!(fixture.store.documents(stays).unwrap(), other.documents);
    let count = |table: &str| -> u32 {
        fixture.sql().query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
    };
    let left =
        ["badges", "artifacts", "credentials", "reports", "documents", "badge_index", "art", "removals"]
            .map(count);
    assert_eq!(left, [1, 1, 1, 1, 1, 1, 0, 0]);
    assert!(sample.added(&fixture.store) > stays);
    let again = fixture.store.remove(&[stays], at(200)).unwrap().0;
    fixture.store.purge(at(201)).unwrap();
    drop(fixture.store);
    let file = fs::read(fixture.folder.path().join("wallet.db")).unwrap();
    assert!(!file.windows(5).any(|window| window == b"Stays"), "removal {again} left traces");
}

#[test]
fn search_reads_every_field_without_accents_or_case() {
    let fixture = Fixture::new();
    let mut sample = Sample::named("Élève d'été");
    sample.card.description = Some("Ships safe code".to_owned());
    sample.card.criteria =
        Some(Criteria { url: None, narrative: Some("Complete twelve exercises".to_owned()) });
    sample.card.tags = vec!["systems-programming".to_owned()];
    sample.card.recipient = Some(openbadges::card::RecipientCard {
        identity: Some("ada@example.org".to_owned()),
        name: Some("Ada Lovelace".to_owned()),
        hashed: false,
        ..openbadges::card::RecipientCard::default()
    });
    let course = BadgeCard { name: "Beekeeping".to_owned(), ..BadgeCard::default() };
    sample.card.embedded = vec![openbadges::card::EmbeddedCard {
        pointer: "/credentialSubject/verifiableCredential/0".to_owned(),
        role: openbadges::credential::Role::Credential,
        card: course,
    }];
    sample.added(&fixture.store);
    let mut japanese = Sample::named("東京データ大学の修了証");
    japanese.card.issuer.name = "東京大学".to_owned();
    japanese.added(&fixture.store);

    for query in [
        "eleve",
        "ÉTÉ",
        "example univ",
        "ships",
        "twelve exer",
        "programming",
        "ada@example.org",
        "lovelace",
        "love",
        "code ada",
        "safe \"code\"",
        "beekeep",
    ] {
        assert_eq!(fixture.names(query), ["Élève d'été"], "{query}");
    }
    for query in ["データ", "大学", "修了"] {
        assert_eq!(fixture.names(query), ["東京データ大学の修了証"], "{query}");
    }
    for query in ["lovelaces", "ships unsafe", "x"] {
        assert!(fixture.names(query).is_empty(), "{query}");
    }
}

#[test]
fn no_search_text_is_an_error_or_an_operator() {
    let fixture = Fixture::new();
    Sample::named("Rust AND Ferris").added(&fixture.store);
    Sample::named("Other").added(&fixture.store);
    let hostile = [
        "\"",
        "\"\"",
        "'",
        "*",
        "(",
        ")",
        "NOT",
        "AND",
        "OR",
        "NEAR",
        "NEAR(",
        "a NEAR/2 b",
        "name:",
        "name:rust",
        "{name} : x",
        "^rust",
        "-rust",
        "rust*",
        "rust\"*",
        "\\",
        "\0",
        "a\0b",
        "col:\"x",
        "+",
        "--",
        ";DROP TABLE badges",
        "%",
        "_",
        "\u{202e}",
        "\u{0301}",
        "\u{20ac}",
        "🦀",
        "🦀 rust",
        "ⅷ",
        "\u{fffd}",
        "' OR 1=1 --",
        "rust OR other",
    ];
    for query in hostile {
        let request = ListRequest { query: query.to_owned(), limit: 10, ..Default::default() };
        let page = fixture.store.list(&request).unwrap_or_else(|error| panic!("{query:?}: {error}"));
        assert_eq!(page.total as usize, page.badges.len(), "{query:?}");
    }
    assert!(fixture.names("rust OR other").is_empty(), "OR is a word like any other");
    assert!(fixture.names("name:rust").is_empty(), "no column filter");
    assert_eq!(fixture.names("rust AND"), ["Rust AND Ferris"]);
    let long = "word ".repeat(100_000);
    assert!(fixture.names(&long).is_empty());
}

#[test]
fn lists_are_sorted_filtered_and_paged() {
    let fixture = Fixture::new();
    for (index, (name, issuer, verdict)) in
        [("b", "Y", "verified"), ("A", "Z", "expired"), ("c", "Y", "revoked"), ("D", "x", "verified")]
            .into_iter()
            .enumerate()
    {
        let mut sample = Sample::named(name);
        sample.card.issuer.name = issuer.to_owned();
        let instant = at(1000 - i64::try_from(index).unwrap());
        sample.card.issued_on = (name != "b").then(|| Moment {
            text: instant.to_string(),
            instant,
            date: "2023-11-14".to_owned(),
        });
        sample.report = report(verdict, 0);
        sample.added(&fixture.store);
    }
    let list = |request: ListRequest| {
        let page = fixture.store.list(&ListRequest { limit: request.limit.max(1), ..request }).unwrap();
        (page.badges.into_iter().map(|badge| badge.name).collect::<Vec<_>>(), page.total)
    };
    let sorted = |sort: &str| list(ListRequest { sort: sort.to_owned(), limit: 10, ..Default::default() }).0;
    assert_eq!(sorted("name"), ["A", "b", "c", "D"]);
    assert_eq!(sorted("newest"), ["D", "c", "A", "b"]);
    assert_eq!(sorted(""), ["D", "c", "A", "b"]);
    assert_eq!(sorted("issuer"), ["D", "b", "c", "A"]);
    assert_eq!(sorted("issued"), ["A", "c", "D", "b"], "no date is last");
    let page = ListRequest { sort: "name".to_owned(), offset: 1, limit: 2, ..Default::default() };
    assert_eq!(list(page), (vec!["b".to_owned(), "c".to_owned()], 4));
    let verdicts = vec!["verified".to_owned(), "expired".to_owned()];
    let filtered = ListRequest { verdicts, issuer: Some("Y".to_owned()), limit: 10, ..Default::default() };
    assert_eq!(list(filtered), (vec!["b".to_owned()], 1));
    let counts = fixture.store.list(&ListRequest::default()).unwrap().counts;
    assert_eq!(
        (counts.all, counts.verified, counts.expired, counts.revoked, counts.invalid),
        (4, 2, 1, 1, 0)
    );
    assert_eq!((counts.issuers[0].name.as_str(), counts.issuers[0].badges), ("Y", 2));
}

#[test]
fn no_list_reads_what_is_long() {
    let fixture = Fixture::new();
    let connection = fixture.sql();
    let requests = ["", "name", "issuer", "issued"].into_iter().flat_map(|sort| {
        ["", "rust"].into_iter().flat_map(move |query| {
            [vec![], vec!["verified".to_owned()]].into_iter().flat_map(move |verdicts| {
                [None, Some("x".to_owned())].into_iter().map(move |issuer| ListRequest {
                    query: query.to_owned(),
                    verdicts: verdicts.clone(),
                    issuer,
                    sort: sort.to_owned(),
                    offset: 0,
                    limit: 100,
                })
            })
        })
    });
    for request in requests {
        let listing = badges::Listing::of(&request);
        for (sql, values) in
            [(listing.select(), listing.values.len() + 2), (listing.count(), listing.values.len())]
        {
            let plan = badges::plan(&connection, &sql, values);
            for step in &plan {
                let known = step.contains("badges") || step.contains("badge_index");
                assert!(
                    known || !(step.contains("SCAN") || step.contains("SEARCH")),
                    "{request:?}: {plan:?}"
                );
                assert!(step != "SCAN badges", "{request:?} reads the whole table: {plan:?}");
            }
            let everything =
                request.query.is_empty() && request.verdicts.is_empty() && request.issuer.is_none();
            let sorts = plan.iter().any(|step| step.contains("TEMP B-TREE"));
            assert!(!(everything && sorts), "{request:?} sorts instead of using an index: {plan:?}");
        }
    }
}

#[test]
fn a_change_on_disk_is_found_and_named_and_the_rest_is_usable() {
    let damages = [
        ("original file", "UPDATE artifacts SET bytes = x'00' WHERE id = 1"),
        ("credential", "UPDATE credentials SET text = '{}' WHERE badge_id = 1"),
        ("card", "UPDATE credentials SET card = replace(card, 'Rust', 'Rusk') WHERE badge_id = 1"),
        ("report", "UPDATE reports SET json = replace(json, 'revoked', 'verified') WHERE badge_id = 1"),
        ("documents", "UPDATE documents SET bytes = x'00' WHERE id = 1"),
        ("report", "DELETE FROM reports WHERE badge_id = 1"),
        ("credential", "DELETE FROM credentials WHERE badge_id = 1"),
    ];
    for (part, sql) in damages {
        let fixture = Fixture::new();
        let mut sample = Sample::named("Rust");
        sample.report = report("revoked", 0);
        sample.documents.insert("https://a.example/1", document("https://a.example/1", b"{}"));
        let hurt = sample.added(&fixture.store);
        let whole = Sample::named("Whole").added(&fixture.store);
        assert_eq!(fixture.sql().execute(sql, []).unwrap(), 1, "{sql}");
        let wrong = fixture.store.examine().unwrap();
        assert!(
            matches!(&wrong[..], [StoreError::Damaged { badge, name, what }]
                if *badge == hurt.0 && name == "Rust" && *what == part),
            "{sql}: {wrong:?}"
        );
        assert!(wrong[0].to_string().contains("Rust"));
        assert!(fixture.store.badge(whole).is_ok());
        assert_eq!(fixture.names(""), ["Rust", "Whole"]);
    }
}

#[test]
fn what_another_version_wrote_down_differently_is_no_damage() {
    let fixture = Fixture::new();
    let id = Sample::named("Rust").added(&fixture.store);
    let other = r#"{"of":"another version"}"#;
    let sha256 = sha256_hex(other.as_bytes());
    fixture.sql().execute("UPDATE reports SET json = ?1, json_sha256 = ?2", [other, &sha256]).unwrap();
    fixture.sql().execute("UPDATE credentials SET card = ?1, card_sha256 = ?2", [other, &sha256]).unwrap();
    let badge = fixture.store.badge(id).unwrap();
    assert_eq!((badge.card, badge.report), (None, None));
    assert!(fixture.store.examine().unwrap().is_empty());
}

#[test]
fn flipped_bits_in_the_file_are_never_silent() {
    let fixture = Fixture::new();
    let samples: Vec<_> = (0..8)
        .map(|index| {
            let mut sample = Sample::named(&format!("Badge {index}"));
            sample.bytes = vec![b'a' + index; 20_000];
            sample
        })
        .collect();
    let ids: Vec<_> = samples.iter().map(|sample| sample.added(&fixture.store)).collect();
    let path = fixture.store.path().to_owned();
    drop(fixture.store);
    let whole = fs::read(&path).unwrap();
    // Every 997th byte, so that all kinds of pages are hit.
    for at in (100..whole.len()).step_by(997) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        fs::write(&path, &bytes).unwrap();
        let Ok(store) = Store::open(fixture.folder.path()) else { continue };
        let Ok(wrong) = store.examine() else { continue };
        for (sample, id) in samples.iter().zip(&ids) {
            let Ok(badge) = store.badge(*id) else { continue };
            for artifact in &badge.artifacts {
                match store.artifact(*id, &artifact.sha256) {
                    Ok(bytes) => {
                        assert!(bytes == sample.bytes, "byte {at}: a changed original was given out");
                    }
                    Err(_) => assert!(!wrong.is_empty(), "byte {at}: not found by examining"),
                }
            }
            assert!(badge.text == sample.text && badge.card.as_ref() == Some(&sample.card), "byte {at}");
        }
    }
}

#[test]
fn two_writers_lose_and_double_nothing() {
    let fixture = Fixture::new();
    let stores = [&fixture.store, &Store::open(fixture.folder.path()).unwrap()];
    let barrier = Barrier::new(4);
    let added: Vec<BTreeSet<u32>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|writer| {
                let (store, barrier) = (stores[writer % 2], &barrier);
                scope.spawn(move || {
                    barrier.wait();
                    // The first half is the same in all threads, the second their own.
                    (0..40)
                        .filter_map(|index| {
                            let name = if index < 20 {
                                format!("shared {index}")
                            } else {
                                format!("{writer} {index}")
                            };
                            match Sample::named(&name).keep(store) {
                                Kept::Added(id) => Some(id.0),
                                _ => None,
                            }
                        })
                        .collect()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(added.iter().map(BTreeSet::len).sum::<usize>(), 20 + 4 * 20);
    assert_eq!(added.iter().flatten().collect::<BTreeSet<_>>().len(), 100);
    assert_eq!(fixture.names("shared").len(), 20);
    assert!(fixture.store.examine().unwrap().is_empty());
}

#[test]
fn a_new_wallet_can_be_opened_by_many_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let barrier = Barrier::new(8);
    std::thread::scope(|scope| {
        for writer in 0..8 {
            let (folder, barrier) = (folder.path(), &barrier);
            scope.spawn(move || {
                barrier.wait();
                let store = Store::open(folder).unwrap();
                Sample::named(&writer.to_string()).added(&store);
            });
        }
    });
    let store = Store::open(folder.path()).unwrap();
    assert_eq!(store.list(&ListRequest::default()).unwrap().counts.all, 8);
}

#[test]
fn a_reader_sees_one_moment_while_another_writes() {
    let fixture = Fixture::new();
    Sample::named("first").added(&fixture.store);
    fixture
        .store
        .read(|connection| {
            let before = badges::all_ids(connection)?.len();
            Sample::named("second").added(&fixture.store);
            assert_eq!(badges::all_ids(connection)?.len(), before);
            Ok(())
        })
        .unwrap();
    assert_eq!(fixture.names("").len(), 2);
}

#[test]
fn a_newer_wallet_is_refused_and_not_touched() {
    let fixture = Fixture::new();
    let path = fixture.store.path().to_owned();
    fixture.sql().pragma_update(None, "user_version", 99).unwrap();
    let folder = fixture.folder;
    // Once with the newer schema still in the WAL, once in the file.
    let before = snapshot(&folder);
    let refused = Store::open(folder.path()).unwrap_err();
    assert!(matches!(refused, StoreError::Newer { found: 99, .. }), "{refused}");
    assert_eq!(snapshot(&folder)["wallet.db"], before["wallet.db"]);
    drop(fixture.store);
    let before = snapshot(&folder);
    let refused = Store::open(folder.path()).unwrap_err();
    assert!(matches!(refused, StoreError::Newer { found: 99, .. }), "{refused}");
    assert_eq!(snapshot(&folder), before);
    assert!(path.exists());
}

fn snapshot(folder: &TempDir) -> std::collections::BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder.path()).unwrap().map(Result::unwrap);
    entries
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap_or_default()))
        .collect()
}

#[test]
fn other_files_are_refused_and_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("wallet.db"), b"my notes").unwrap();
    assert!(matches!(Store::open(folder.path()), Err(StoreError::Foreign { .. })));
    assert_eq!(fs::read(folder.path().join("wallet.db")).unwrap(), b"my notes");

    let folder = tempfile::tempdir().unwrap();
    let other = Connection::open(folder.path().join("wallet.db")).unwrap();
    other.execute_batch("CREATE TABLE notes (text TEXT); PRAGMA application_id = 7").unwrap();
    drop(other);
    let before = snapshot(&folder);
    assert!(matches!(Store::open(folder.path()), Err(StoreError::Foreign { .. })));
    assert_eq!(snapshot(&folder), before);

    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("letter.txt"), b"dear").unwrap();
    assert!(matches!(Store::open(folder.path()), Err(StoreError::Occupied { .. })));
    assert_eq!(snapshot(&folder).len(), 1);
}

#[test]
fn an_upgrade_copies_the_wallet_first_and_keeps_everything() {
    let fixture = Fixture::new();
    let id = Sample::named("Rust").added(&fixture.store);
    drop(fixture.store);
    let next =
        [schema::MIGRATIONS, &["ALTER TABLE badges ADD COLUMN note TEXT NOT NULL DEFAULT ''"]].concat();
    let store = Store::open_with(fixture.folder.path(), &next).unwrap();
    assert_eq!(store.badge(id).unwrap().card.unwrap().name, "Rust");
    let copies: Vec<_> = fs::read_dir(fixture.folder.path().join("backups"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(copies.len(), 1);
    let copy = Connection::open(&copies[0]).unwrap();
    let version: u32 = copy.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    let names: u32 =
        copy.query_row("SELECT count(*) FROM badges WHERE name = 'Rust'", [], |row| row.get(0)).unwrap();
    let format = u32::try_from(schema::MIGRATIONS.len()).unwrap();
    assert_eq!((version, names), (format, 1));
    drop(store);
    assert!(Store::open_with(fixture.folder.path(), &next).is_ok(), "once is enough");
    assert!(
        matches!(Store::open(fixture.folder.path()), Err(StoreError::Newer { found, known }) if (found, known) == (format + 1, format))
    );
}

#[test]
fn a_migration_that_fails_changes_nothing() {
    let fixture = Fixture::new();
    Sample::named("Rust").added(&fixture.store);
    drop(fixture.store);
    let broken =
        [schema::MIGRATIONS, &["DELETE FROM badges; CREATE TABLE x (y TEXT) STRICT; SELECT no_such_thing()"]]
            .concat();
    assert!(Store::open_with(fixture.folder.path(), &broken).is_err());
    let store = Store::open(fixture.folder.path()).unwrap();
    assert_eq!(store.list(&ListRequest::default()).unwrap().counts.all, 1);
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_whatever_permissions_it_starts_with() {
    use std::os::unix::fs::PermissionsExt;
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join("wallet");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
    let store = Store::open(&folder).unwrap();
    Sample::named("Rust").added(&store);
    fs::set_permissions(store.path(), fs::Permissions::from_mode(0o644)).unwrap();
    let next = [schema::MIGRATIONS, &["SELECT 1"]].concat();
    let again = Store::open_with(&folder, &next).unwrap();
    Sample::named("Ferris").added(&again);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    assert_eq!(mode(&folder.join("backups")), 0o700);
    let files = [fs::read_dir(&folder).unwrap(), fs::read_dir(folder.join("backups")).unwrap()];
    let mut names = BTreeSet::new();
    for entry in files.into_iter().flatten().map(Result::unwrap).filter(|entry| entry.path().is_file()) {
        assert_eq!(mode(&entry.path()), 0o600, "{}", entry.path().display());
        names.insert(entry.file_name().into_string().unwrap());
    }
    assert!(
        ["wallet.db", "wallet.db-wal", "wallet.db-shm", "wallet.lock"]
            .iter()
            .all(|name| names.contains(*name))
    );
    assert_eq!(names.len(), 5, "and the copy: {names:?}");
}

#[test]
fn settings_are_kept_and_what_cannot_be_read_is_as_if_never_set() {
    let fixture = Fixture::new();
    assert_eq!(fixture.store.settings().unwrap(), Settings::default());
    let settings = Settings {
        identities: vec!["ada@example.org".to_owned()],
        trusted_issuers: vec!["did:key:z6Mk".to_owned()],
        offline: true,
        appearance: "dark".to_owned(),
        not_valid: NotValid::LeaveOut,
        allowed_hosts: vec!["badges.school.lan:443".to_owned()],
        proxy: Some("socks5h://127.0.0.1:9050".to_owned()),
        linkedin_organizations: [("https://issuer.example".to_owned(), "42".to_owned())].into(),
        mastodon: Some("norden.social".to_owned()),
    };
    fixture.store.save_settings(&settings).unwrap();
    let fixture = fixture.reopened();
    assert_eq!(fixture.store.settings().unwrap(), settings);
    fixture.sql().execute("UPDATE settings SET value = '{' WHERE key = 'appearance'", []).unwrap();
    fixture.sql().execute("INSERT INTO settings VALUES ('of a later version', '1')", []).unwrap();
    assert_eq!(fixture.store.settings().unwrap(), Settings { appearance: String::new(), ..settings });
}

#[test]
fn the_connection_is_set_up_to_lose_nothing_and_trust_nothing() {
    let fixture = Fixture::new();
    assert!(rusqlite::version_number() >= 3_051_003);
    let pragma = |connection: &Connection, name: &str| -> String {
        connection
            .pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0))
            .map(|value| format!("{value:?}"))
            .unwrap()
    };
    let check = |connection: &Connection| {
        for (name, value) in [
            ("journal_mode", "Text(\"wal\")"),
            ("synchronous", "Integer(2)"),
            ("foreign_keys", "Integer(1)"),
            ("trusted_schema", "Integer(0)"),
            ("cell_size_check", "Integer(1)"),
        ] {
            assert_eq!(pragma(connection, name), value, "{name}");
        }
        assert!(
            connection.execute("UPDATE badge_index_data SET block = x'00'", []).is_err(),
            "not defensive"
        );
    };
    check(&hold(&fixture.store.writer));
    fixture
        .store
        .read(|connection| {
            check(connection);
            assert!(connection.execute("DELETE FROM badges", params![]).is_err(), "a reader can write");
            Ok(())
        })
        .unwrap();
    let strict: u32 = fixture
        .sql()
        .query_row(
            "SELECT count(*) FROM pragma_table_list WHERE type = 'table' AND schema = 'main' AND NOT strict
             AND name NOT LIKE 'sqlite_%'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(strict, 0, "tables that are not STRICT");
}
