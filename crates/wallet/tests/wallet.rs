//! The wallet as the shells use it, with badges of the test issuer and a network of a table.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use std::fs;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use lapel_testkit::{Algorithm, DataModel, Issued, Issuer, StatusList, art};
use lapel_wallet::api::{
    BadgeId, BadgePage, ImportCounts, ImportOutcome, ImportProgress, ImportState, ListRequest, NotValid,
    Settings,
};
use lapel_wallet::fetch::{
    Fetch, FetchError, HttpFetch, Lookup, MapFetch, Options, Pending, Purpose, Request, Response,
};
use lapel_wallet::{Source, Wallet};
use openbadges::artifact::{PayloadContent, bake};
use openbadges::credential::Standard;
use openbadges::{Answer, Document, Policy, Unavailable, verify};
use tempfile::TempDir;

/// A network that can be changed, and remembers what it was asked for.
#[derive(Clone, Default)]
struct Net {
    answers: Arc<Mutex<MapFetch>>,
    asked: Arc<Mutex<Vec<(String, Purpose)>>>,
}

impl Net {
    fn serving<'a>(documents: impl IntoIterator<Item = &'a Document>) -> Self {
        let net = Self::default();
        documents.into_iter().for_each(|document| net.serve(document));
        net
    }

    fn serve(&self, document: &Document) {
        let response = Response {
            status: document.status,
            media_type: document.media_type.clone(),
            bytes: document.bytes.clone(),
            ..Response::default()
        };
        self.answer(&document.url, Ok(response));
    }

    fn answer(&self, url: &str, answer: Result<Response, FetchError>) {
        let mut answers = self.answers.lock().unwrap();
        *answers = std::mem::take(&mut *answers).with(url, answer);
    }

    fn down(&self) {
        *self.answers.lock().unwrap() = MapFetch::offline();
    }

    fn asked(&self, url: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|(asked, _)| asked == url).count()
    }

    fn requests(&self) -> Vec<(String, Purpose)> {
        self.asked.lock().unwrap().clone()
    }
}

impl Fetch for Net {
    fn fetch<'a>(&'a self, request: &'a Request) -> Pending<'a> {
        self.asked.lock().unwrap().push((request.url.to_string(), request.purpose));
        let net = self.answers.lock().unwrap().clone();
        Box::pin(async move { net.fetch(request).await })
    }
}

struct Fixture {
    _folder: TempDir,
    wallet: Wallet,
    net: Net,
}

impl Fixture {
    fn over(net: Net) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let wallet = Wallet::open_with(folder.path(), Arc::new(net.clone())).unwrap();
        wallet.save_settings(&Settings { not_valid: NotValid::Keep, ..Settings::default() }).unwrap();
        Self { _folder: folder, wallet, net }
    }

    fn for_badge(issued: &Issued) -> Self {
        Self::over(Net::serving(issued.documents()))
    }

    async fn import(&self, source: Source) -> ImportOutcome {
        let mut lines = self.wallet.import(vec![source], |_| {}).await.unwrap();
        assert_eq!(lines.len(), 1);
        lines.remove(0).outcome
    }

    async fn added(&self, source: Source) -> BadgeId {
        match self.import(source).await {
            ImportOutcome::Added { badge } | ImportOutcome::KeptNotValid { badge } => badge.id,
            other => panic!("not added: {other:?}"),
        }
    }

    fn all(&self) -> BadgePage {
        self.wallet.list(&ListRequest { limit: 1000, ..Default::default() }).unwrap()
    }

    fn verdict(&self, id: BadgeId) -> String {
        self.wallet.open_badge(id).unwrap().summary.verdict
    }
}

fn text(issued: &Issued) -> Source {
    Source::Text(issued.text().to_owned())
}

fn bytes(name: &str, bytes: impl Into<Vec<u8>>) -> Source {
    Source::Bytes { name: name.to_owned(), bytes: bytes.into() }
}

fn hosted() -> Issued {
    Issuer::https("issuer.example").achievement("Hosted").award_to("ada@example.org").host()
}

fn signed() -> Issued {
    Issuer::did_web("issuer.example").achievement("Signed").award_to("ada@example.org").sign_jwt()
}

fn failure(outcome: ImportOutcome) -> lapel_wallet::api::ApiError {
    match outcome {
        ImportOutcome::Failed { error } => error,
        other => panic!("did not fail: {other:?}"),
    }
}

#[tokio::test]
async fn a_signed_badge_is_imported_verified_and_there_after_a_restart() {
    let issued = signed();
    let folder = tempfile::tempdir().unwrap();
    let net = Net::serving(issued.documents());
    let wallet = Wallet::open_with(folder.path(), Arc::new(net)).unwrap();
    let lines = wallet.import(vec![text(&issued)], |_| {}).await.unwrap();
    let ImportOutcome::Added { badge } = &lines[0].outcome else { panic!("{lines:?}") };
    assert_eq!((badge.name.as_str(), badge.verdict.as_str()), ("Signed", "verified"), "{}", badge.headline);
    drop(wallet);

    let wallet = Wallet::open_with(folder.path(), Arc::new(MapFetch::offline())).unwrap();
    let detail = wallet.open_badge(badge.id).unwrap();
    assert_eq!(&detail.summary, badge);
    assert_eq!(detail.report.verdict, "verified");
    assert_eq!(detail.credential_text, issued.text());
    assert_eq!(detail.card.name, "Signed");
    let original = wallet.export_original(badge.id).unwrap();
    assert_eq!((original.kind.as_str(), original.source.as_str()), ("jws", "pasted text"));
    assert_eq!(original.bytes, issued.text().as_bytes());
    let whole = wallet.badge(badge.id).unwrap();
    assert!(whole.verified().is_some());
    assert_eq!(whole.content, PayloadContent::Jws(issued.text().to_owned()));
}

#[tokio::test]
async fn replaying_the_kept_documents_gives_an_equal_report() {
    for issued in [hosted(), signed()] {
        let fixture = Fixture::for_badge(&issued);
        let id = fixture.added(text(&issued)).await;
        let badge = fixture.wallet.badge(id).unwrap();
        let documents = fixture.wallet.documents(id).unwrap();
        let mut policy: Policy = fixture.wallet.policy().unwrap();
        policy.now = badge.report.as_of();
        assert_eq!(verify(&badge.credential, &documents, &policy), badge.report);
        assert!(badge.report.missing().is_empty());
    }
}

#[tokio::test]
async fn a_link_a_picture_with_a_link_and_the_text_are_one_badge() {
    let issued = hosted();
    let fixture = Fixture::for_badge(&issued);
    let url = issued
        .documents()
        .iter()
        .find(|document| document.bytes == issued.text().as_bytes())
        .unwrap()
        .url
        .clone();
    let id = fixture.added(Source::Url(url.clone())).await;
    assert_eq!(fixture.verdict(id), "verified");
    assert_eq!(fixture.net.asked(&url), 1, "the link's answer is the hosted document, too");
    assert_eq!(fixture.wallet.export_original(id).unwrap().source, url);

    let picture = bake(&art::png("x"), &PayloadContent::Url(url.clone()), Standard::Ob2).unwrap();
    let outcome = fixture.import(bytes("badge.png", picture.clone())).await;
    assert!(
        matches!(&outcome, ImportOutcome::AlreadyThere { badge, linked: true } if badge.id == id),
        "{outcome:?}"
    );
    let outcome = fixture.import(bytes("copy.png", picture.clone())).await;
    assert!(
        matches!(&outcome, ImportOutcome::AlreadyThere { badge, linked: false } if badge.id == id),
        "{outcome:?}"
    );
    let outcome = fixture.import(Source::Text(format!("\n {url}\n"))).await;
    assert!(matches!(&outcome, ImportOutcome::AlreadyThere { badge, .. } if badge.id == id), "{outcome:?}");
    let detail = fixture.wallet.open_badge(id).unwrap();
    assert_eq!(
        detail.artifacts.iter().map(|artifact| artifact.kind.as_str()).collect::<Vec<_>>(),
        ["json", "png"]
    );
    assert_eq!(fixture.wallet.artifact(id, &detail.artifacts[1].sha256).unwrap(), picture);
    assert_eq!(fixture.all().total, 1);
    assert_eq!(fixture.wallet.picture(id).unwrap().unwrap().bytes, picture);
}

#[tokio::test]
async fn the_file_that_is_here_is_not_fetched_again() {
    let issued = hosted();
    let fixture = Fixture::for_badge(&issued);
    let url = issued
        .documents()
        .iter()
        .find(|document| document.bytes == issued.text().as_bytes())
        .unwrap()
        .url
        .clone();
    let picture =
        bake(&art::svg("x").into_bytes(), &PayloadContent::Json(issued.text().to_owned()), Standard::Ob2)
            .unwrap();
    let id = fixture.added(bytes("a.svg", picture.clone())).await;
    let asked = fixture.net.asked(&url);
    let outcome = fixture.import(bytes("b.svg", picture)).await;
    assert!(matches!(outcome, ImportOutcome::AlreadyThere { badge, linked: false } if badge.id == id));
    assert_eq!(fixture.net.asked(&url), asked);
}

#[tokio::test]
async fn an_image_with_badges_of_two_versions_gives_both() {
    let newer = Issuer::did_web("new.example").achievement("Rust").sign_jwt();
    let older =
        Issuer::https("old.example").signing_with(Algorithm::Rs256).achievement("Rust").sign_open_badges_2();
    let svg = String::from_utf8(newer.baked_svg()).unwrap();
    let inside = svg.find("<svg").and_then(|start| Some(start + svg[start..].find('>')? + 1)).unwrap();
    let element = format!(r#"<a:assertion xmlns:a="http://openbadges.org" verify="{}"/>"#, older.text());
    let picture = format!("{}{element}{}", &svg[..inside], &svg[inside..]).into_bytes();
    let fixture = Fixture::over(Net::serving(newer.documents().iter().chain(older.documents())));

    let import = |name: &'static str| fixture.wallet.import(vec![bytes(name, picture.clone())], |_| {});
    let added: Vec<BadgeId> = import("both.svg")
        .await
        .unwrap()
        .into_iter()
        .map(|line| match line.outcome {
            ImportOutcome::Added { badge } => badge.id,
            other => panic!("not added: {other:?}"),
        })
        .collect();
    let [first, second] = added.as_slice() else { panic!("{added:?}") };
    for (id, standard) in [(first, "Open Badges 3.0"), (second, "Open Badges 2.0")] {
        let badge = fixture.wallet.open_badge(*id).unwrap();
        assert_eq!((badge.card.standard.as_str(), badge.summary.verdict.as_str()), (standard, "verified"));
        assert_eq!(fixture.wallet.export_original(*id).unwrap().bytes, picture);
    }
    // The same picture again is the same two badges; the one that was thrown away comes back.
    fixture.wallet.remove(&[*second]).unwrap();
    let outcomes: Vec<ImportOutcome> =
        import("again.svg").await.unwrap().into_iter().map(|line| line.outcome).collect();
    assert!(
        matches!(outcomes.as_slice(), [
            ImportOutcome::AlreadyThere { badge: one, linked: false },
            ImportOutcome::Added { badge: other },
        ] if one.id == *first && other.id == *second),
        "{outcomes:?}"
    );
    assert_eq!(fixture.all().total, 2);
}

#[tokio::test]
async fn links_that_lead_to_no_badge_say_why() {
    let url = "https://issuer.example/badge";
    let page = |media_type: &str, body: &[u8]| {
        let media_type = Some(media_type.to_owned());
        Ok(Response { status: 200, media_type, bytes: body.to_vec(), ..Response::default() })
    };
    let status = |status| Ok(Response { status, bytes: Vec::new(), ..Response::default() });
    let html = b"<!doctype html><html><head><title>Ada's badge</title></head><body></body></html>";
    let cases = [
        (page("text/html", html), "import.web-page"),
        (page("application/json", html), "import.web-page"),
        (page("application/pdf", b"%PDF-1.7 x"), "import.pdf"),
        (page("application/json", b"{\"a\":1}"), "import.unrecognised"),
        (page("text/plain", b"https://issuer.example/badge"), "import.too-many-links"),
        (status(404), "fetch.http-404"),
        (status(410), "fetch.http-410"),
        (status(403), "fetch.http-403"),
        (status(500), "fetch.http-500"),
        (Err(FetchError::Offline), "fetch.offline"),
        (Err(FetchError::Timeout { host: "issuer.example".to_owned(), seconds: 15 }), "fetch.timeout"),
    ];
    for (answer, code) in cases {
        let fixture = Fixture::over(Net::default());
        fixture.net.answer(url, answer);
        let error = failure(fixture.import(Source::Url(url.to_owned())).await);
        assert_eq!(error.code, code, "{error:?}");
        assert!(error.message.ends_with('.') && !error.hint.is_empty(), "{error:?}");
        assert_eq!(fixture.all().counts.all, 0);
        assert!(fixture.net.requests().len() <= 2);
    }
}

#[tokio::test]
async fn a_badge_of_open_badges_0_5_is_asked_for_again_where_its_link_led() {
    let flat = Issuer::https("school.example").achievement("Rails").host_open_badges_05();
    let link = flat.link().unwrap().to_owned();
    let fixture = Fixture::over(Net::serving(flat.documents()));
    let id = fixture.added(Source::Url(link.clone())).await;
    assert_eq!(fixture.wallet.verify_badge(id).await.unwrap().report.verdict, "verified");
    assert_eq!(fixture.net.asked(&link), 2);
    fixture.net.answer(&link, Ok(Response { status: 410, bytes: Vec::new(), ..Response::default() }));
    for _ in 0..2 {
        assert_eq!(fixture.wallet.verify_badge(id).await.unwrap().report.verdict, "revoked");
    }
}

#[tokio::test]
async fn what_is_no_file_is_refused_without_waiting() {
    let fixture = Fixture::over(Net::default());
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| Source::Path(folder.path().join(name));
    let large = fs::File::create(folder.path().join("large.png")).unwrap();
    large.set_len((32 << 20) + 1).unwrap();
    fs::write(folder.path().join("empty"), b"").unwrap();
    fs::create_dir(folder.path().join("nothing")).unwrap();
    fs::write(folder.path().join("notes.txt"), b"dear diary").unwrap();
    assert!(std::process::Command::new("mkfifo").arg(folder.path().join("pipe")).status().unwrap().success());
    let cases = [
        (path("absent"), "import.no-such-file"),
        (Source::Path(folder.path().join("nothing")), "import.empty-folder"),
        (path("pipe"), "import.not-a-file"),
        (Source::Path("/dev/zero".into()), "import.not-a-file"),
        (path("large.png"), "import.too-large"),
        (path("empty"), "import.empty"),
    ];
    for (source, code) in cases {
        let error = failure(fixture.import(source.clone()).await);
        assert_eq!(error.code, code, "{source:?}: {error:?}");
    }
    let error = failure(fixture.import(path("notes.txt")).await);
    assert!(error.code.starts_with("import."), "{error:?}");
    assert!(fixture.net.requests().is_empty());
}

#[tokio::test]
async fn an_import_reports_every_source_after_it_is_saved() {
    let issued: Vec<_> = (0..30)
        .map(|index| Issuer::did_web("issuer.example").achievement(&format!("Badge {index}")).sign_jwt())
        .collect();
    let fixture = Fixture::over(Net::serving(issued[0].documents()));
    let mut sources: Vec<_> = issued.iter().map(text).collect();
    sources.insert(3, Source::Text("no badge".to_owned()));
    sources.push(text(&issued[0]));
    let mut events: Vec<ImportProgress> = Vec::new();
    let lines = fixture
        .wallet
        .import(sources, |progress| {
            for line in &progress.lines {
                if let ImportOutcome::Added { badge } = &line.outcome {
                    let stored = fixture.wallet.open_badge(badge.id).unwrap().summary;
                    assert_eq!(&stored, badge, "reported before saved");
                }
            }
            events.push(progress);
        })
        .await
        .unwrap();
    assert_eq!(lines.len(), 32);
    let added = lines.iter().filter(|line| matches!(line.outcome, ImportOutcome::Added { .. })).count();
    assert_eq!(added, 30);
    assert!(matches!(lines[3].outcome, ImportOutcome::Failed { .. }));
    assert_eq!(fixture.all().total, 30);
    assert_eq!(fixture.all().counts.verified, 30);
    let import = events[0].import;
    assert!(events.iter().all(|event| event.import == import && event.total == 32));
    let told: usize = events.iter().map(|event| event.lines.len()).sum();
    assert_eq!(told, 32, "each line is told of once");
    assert!(events.is_sorted_by_key(|event| event.done));
    let (last, before) = events.split_last().unwrap();
    assert!(last.finished && before.iter().all(|event| !event.finished));
    assert_eq!((last.state, last.done), (ImportState::Finished, 32));
    assert_eq!(
        last.counts,
        ImportCounts { added: 30, already_there: 1, failed: 1, ..ImportCounts::default() }
    );
    let controller = &issued[0].documents()[0].url;
    assert_eq!(fixture.net.asked(controller), 1, "one import asks each URL once");
}

#[tokio::test]
async fn a_record_shows_its_badges_as_badges() {
    let school = Issuer::did_key("record");
    let image = "https://images.example/rust.png";
    let rust = school.achievement("Rust").with_image(image).sign_data_integrity(DataModel::V2);
    let cooking = school.achievement("Cooking").with_art().sign_data_integrity(DataModel::V2);
    let cooking = cooking.with_text(cooking.text().replace("Awarded for Cooking.", "Cooked for the king."));
    let net = Net::default();
    net.answer(image, Ok(Response { status: 200, bytes: art::png("Rust"), ..Response::default() }));
    let fixture = Fixture::over(net);
    let transcript = text(&school.record("Transcript", &[rust, cooking]).sign());
    let lines = fixture.wallet.import(vec![transcript], |_| {}).await.unwrap();
    // The record is there as a whole, and each badge in it that is signed by itself as a badge of its own.
    let badges: Vec<_> = lines.iter().map(|line| line.outcome.badge().unwrap()).collect();
    assert_eq!(
        badges.iter().map(|badge| badge.name.as_str()).collect::<Vec<_>>(),
        ["Transcript", "Rust", "Cooking"]
    );
    let record = badges[0].id;

    let detail = fixture.wallet.open_badge(record).unwrap();
    assert_eq!(detail.credential_kind, "record");
    assert!(detail.card.embedded.is_empty(), "each card is there once");
    let told: Vec<_> = detail
        .report
        .embedded
        .iter()
        .map(|inner| {
            let (card, report) = (inner.card.as_ref().unwrap(), inner.report.as_ref().unwrap());
            (card.name.as_str(), report.verdict.as_str(), inner.credential_kind.as_deref().unwrap())
        })
        .collect();
    // Nobody here vouches for a did:key, so what holds stays undecided; what was changed is invalid.
    assert_eq!(told, [("Rust", "undecided", "badge"), ("Cooking", "invalid", "badge")]);
    let pictures: Vec<_> = detail.report.embedded.iter().map(|inner| inner.art.clone().unwrap()).collect();
    assert!(pictures[0].starts_with("data:image/png;base64,"), "{}", &pictures[0][..40]);
    assert!(pictures[1].starts_with("data:image/svg+xml;base64,"), "{}", &pictures[1][..40]);
    assert_eq!(fixture.net.requests(), [(image.to_owned(), Purpose::Image)], "asked for once in an import");

    let again = fixture.wallet.verify_badge(record).await.unwrap();
    assert_eq!(again.report.embedded.len(), 2);
    assert_eq!(fixture.net.asked(image), 1, "the picture is kept");
}

#[tokio::test]
async fn a_host_that_is_down_does_not_take_back_what_was_known() {
    let issued = signed();
    let fixture = Fixture::for_badge(&issued);
    let id = fixture.added(text(&issued)).await;
    let before = fixture.wallet.documents(id).unwrap();
    fixture.net.down();
    let again = fixture.wallet.verify_badge(id).await.unwrap();
    assert_eq!(again.report.verdict, "verified", "{}", again.report.headline);
    assert_eq!(again.history.len(), 1);
    assert_eq!(fixture.wallet.documents(id).unwrap(), before, "with the time that they were fetched");

    // A host that answers is believed over the copy.
    for document in issued.documents() {
        fixture
            .net
            .answer(&document.url, Ok(Response { status: 404, bytes: Vec::new(), ..Response::default() }));
    }
    let gone = fixture.wallet.verify_badge(id).await.unwrap();
    assert_eq!(gone.report.verdict, "undecided", "{}", gone.report.headline);
    let answers = fixture.wallet.documents(id).unwrap();
    assert!(
        answers.iter().any(|(_, answer)| *answer == Answer::Unavailable(Unavailable::Http { status: 404 }))
    );
}

#[tokio::test]
async fn offline_asks_nobody_and_is_never_invalid() {
    let issued = signed();
    let fixture = Fixture::for_badge(&issued);
    let offline = Settings { offline: true, ..Default::default() };
    assert_eq!(fixture.wallet.save_settings(&offline).unwrap(), offline);
    let id = fixture.added(text(&issued)).await;
    assert_eq!(fixture.verdict(id), "undecided");
    assert!(fixture.net.requests().is_empty());
    let error = failure(fixture.import(Source::Url("https://issuer.example/x".to_owned())).await);
    assert_eq!(error.code, "fetch.offline");
    fixture.wallet.save_settings(&Settings::default()).unwrap();
    assert_eq!(fixture.wallet.verify_badge(id).await.unwrap().report.verdict, "verified");
}

#[tokio::test]
async fn a_revocation_is_seen_when_verifying_again() {
    let issuer = Issuer::did_web("issuer.example");
    let list = StatusList::of(&issuer);
    let revocable = issuer.achievement("Revocable").status(&list, 7).sign_jwt();
    let fixture = Fixture::for_badge(&revocable);
    fixture.net.serve(&list.signed_as_jwt());
    let id = fixture.added(text(&revocable)).await;
    assert_eq!(fixture.verdict(id), "verified", "{:?}", fixture.wallet.open_badge(id).unwrap().report);
    fixture.net.serve(&list.set(7).signed_as_jwt());
    let again = fixture.wallet.verify_badge(id).await.unwrap();
    assert_eq!((again.report.verdict.as_str(), again.history[0].verdict.as_str()), ("revoked", "verified"));
}

#[tokio::test]
async fn identities_and_issuers_of_the_settings_are_asked_about() {
    let issued = signed();
    let fixture = Fixture::for_badge(&issued);
    let settings = Settings {
        identities: vec!["ada@example.org".to_owned()],
        trusted_issuers: vec![Issuer::did_web("issuer.example").id()],
        ..Default::default()
    };
    fixture.wallet.save_settings(&settings).unwrap();
    let id = fixture.added(text(&issued)).await;
    let report = fixture.wallet.open_badge(id).unwrap().report;
    let outcome =
        |name: &str| report.checks.iter().find(|check| check.check == name).unwrap().outcome.clone();
    assert_eq!((outcome("recipient").as_str(), outcome("issuer").as_str()), ("pass", "pass"), "{report:?}");
}

#[tokio::test]
async fn checking_keeps_nothing() {
    let issued = signed();
    let fixture = Fixture::for_badge(&issued);
    let checked =
        fixture.wallet.check(vec![text(&issued), Source::Text("nothing".to_owned())]).await.unwrap();
    let badge = checked[0].1.as_ref().unwrap();
    assert_eq!(
        (badge.report.verdict.as_str(), badge.card.name.as_str(), badge.kind.as_str()),
        ("verified", "Signed", "jws")
    );
    assert!(checked[1].1.is_err());
    assert_eq!(fixture.all().counts.all, 0);
}

#[tokio::test]
async fn removing_restoring_and_importing_again() {
    let issued = signed();
    let fixture = Fixture::for_badge(&issued);
    let id = fixture.added(text(&issued)).await;
    let removed = fixture.wallet.remove(&[id]).unwrap();
    assert_eq!(removed.removed, 1);
    assert_eq!(fixture.wallet.open_badge(id).unwrap_err().code, "wallet.no-such-badge");
    assert_eq!(fixture.wallet.restore(removed.token).unwrap(), 1);
    assert_eq!(fixture.verdict(id), "verified");
    fixture.wallet.remove(&[id]).unwrap();
    assert_eq!(fixture.added(text(&issued)).await, id, "what was deleted comes back as itself");
}

#[tokio::test]
async fn art_is_found_in_the_file_the_card_or_at_its_address() {
    let issuer = Issuer::did_key("art");
    let net = Net::default();
    let png = art::png("fetched");
    let image = "https://images.example/badge.png";
    net.answer(image, Ok(Response { status: 200, bytes: png.clone(), ..Response::default() }));
    let fixture = Fixture::over(net);
    let with_address = fixture.added(text(&issuer.achievement("Address").with_image(image).sign_jwt())).await;
    let summary = fixture.wallet.open_badge(with_address).unwrap().summary;
    let shown = fixture.wallet.art(&summary.art.unwrap()).unwrap().unwrap();
    assert_eq!(shown.media_type, "image/png");
    assert!(shown.bytes.starts_with(b"\x89PNG"));
    assert_eq!(fixture.net.requests(), [(image.to_owned(), Purpose::Image)]);
    assert_eq!(fixture.wallet.bakeable(with_address).unwrap().unwrap().bytes, png);
    fixture.wallet.verify_badge(with_address).await.unwrap();
    assert_eq!(fixture.net.asked(image), 1, "the picture is kept");

    let data = art::data_uri(&art::svg("inside"));
    let inside = fixture.added(text(&issuer.achievement("Inside").with_image(&data).sign_jwt())).await;
    let summary = fixture.wallet.open_badge(inside).unwrap().summary;
    let shown = fixture.wallet.art(&summary.art.unwrap()).unwrap().unwrap();
    assert_eq!((shown.media_type.as_str(), shown.bytes), ("image/svg+xml", art::svg("inside").into_bytes()));

    let broken = "data:image/png;base64,AAAA";
    let none = fixture.added(text(&issuer.achievement("Broken").with_image(broken).sign_jwt())).await;
    assert_eq!(fixture.wallet.open_badge(none).unwrap().summary.art, None);
}

#[tokio::test]
async fn a_picture_that_would_fill_the_memory_is_not_decoded() {
    let mut bomb = Vec::new();
    // The head of a PNG of 60,000 by 60,000 pixels: 14 GB when decoded.
    let mut encoder = Chunks(&mut bomb);
    encoder.0.extend(b"\x89PNG\r\n\x1a\n");
    encoder.chunk(*b"IHDR", &[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60, 8, 6, 0, 0, 0]);
    encoder.chunk(*b"IDAT", &[0x78, 0x9c, 0x63, 0, 0, 0, 1, 0, 1]);
    encoder.chunk(*b"IEND", &[]);
    let image = "https://images.example/bomb.png";
    let net = Net::default();
    net.answer(image, Ok(Response { status: 200, bytes: bomb, ..Response::default() }));
    let fixture = Fixture::over(net);
    let id =
        fixture.added(text(&Issuer::did_key("bomb").achievement("Bomb").with_image(image).sign_jwt())).await;
    assert_eq!(fixture.wallet.open_badge(id).unwrap().summary.art, None);
}

struct Chunks<'a>(&'a mut Vec<u8>);

impl Chunks<'_> {
    fn chunk(&mut self, kind: [u8; 4], data: &[u8]) {
        self.0.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
        self.0.extend(kind);
        self.0.extend(data);
        let mut crc = flate2::Crc::new();
        crc.update(&kind);
        crc.update(data);
        self.0.extend(crc.sum().to_be_bytes());
    }
}

#[tokio::test]
async fn a_badge_that_ran_out_since_is_not_listed_as_verified() {
    let issued =
        Issuer::did_web("issuer.example").achievement("Short").expires("2026-11-01T00:00:00Z").sign_jwt();
    let fixture = Fixture::for_badge(&issued);
    let id = fixture.added(text(&issued)).await;
    assert_eq!(fixture.verdict(id), "expired");
    // As it was stored before it ran out.
    let file = rusqlite::Connection::open(fixture.wallet.folder().join("wallet.db")).unwrap();
    assert_eq!(file.execute("UPDATE badges SET verdict = 'verified', headline = 'Verified'", []).unwrap(), 1);
    let page = fixture.all();
    assert_eq!(
        (page.badges[0].verdict.as_str(), page.counts.expired, page.counts.verified),
        ("expired", 1, 0)
    );
    assert_eq!(fixture.wallet.open_badge(id).unwrap().history.len(), 1, "judged once more");
    fixture.all();
    assert_eq!(fixture.wallet.open_badge(id).unwrap().history.len(), 1, "and not at every look");

    // A badge that is good for ever, listed as if it had run out: its verdict stays, and nothing piles up.
    let lasting = fixture.added(text(&signed())).await;
    assert_eq!(file.execute("UPDATE badges SET expires_at = 0 WHERE id = ?1", [lasting.0]).unwrap(), 1);
    fixture.all();
    let detail = fixture.wallet.open_badge(lasting).unwrap();
    assert_eq!((detail.summary.verdict.as_str(), detail.history.len()), ("verified", 0));
}

/// Whatever a badge names, it is asked through the same door: nothing private is reached, or even looked up.
#[tokio::test]
async fn a_badge_leads_nowhere_private() {
    #[derive(Clone, Default)]
    struct Nowhere(Arc<Mutex<Vec<String>>>);
    impl Lookup for Nowhere {
        fn lookup(&self, host: String) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>> {
            self.0.lock().unwrap().push(host);
            Box::pin(async { Ok(vec![SocketAddr::from(([127, 0, 0, 1], 1))]) })
        }
    }
    let issuer = Issuer::did_web("router.local");
    let list = StatusList::of(&Issuer::did_web("localhost"));
    let badge =
        issuer.achievement("Inside").status(&list, 1).with_image("https://169.254.169.254/x.png").sign_jwt();
    let folder = tempfile::tempdir().unwrap();
    let names = Nowhere::default();
    let options = Options { lookup: Some(Arc::new(names.clone())), ..Options::default() };
    let wallet = Wallet::open_with(folder.path(), Arc::new(HttpFetch::new(options))).unwrap();
    let lines = wallet.import(vec![text(&badge)], |_| {}).await.unwrap();
    let ImportOutcome::Added { badge } = &lines[0].outcome else { panic!("{lines:?}") };
    assert_eq!(badge.verdict, "undecided", "{}", badge.headline);
    let documents = wallet.documents(badge.id).unwrap();
    assert!(documents.iter().count() >= 2);
    for (url, answer) in documents.iter() {
        assert!(matches!(answer, Answer::Unavailable(Unavailable::Refused { .. })), "{url}: {answer:?}");
    }
    assert!(names.0.lock().unwrap().is_empty());
}

#[tokio::test]
async fn the_samples_show_three_verdicts_without_the_network() {
    let fixture = Fixture::over(Net::default());
    let import = async || {
        let lines = Mutex::new(Vec::new());
        let number = fixture.wallet.begin_samples().unwrap();
        let take = |progress: ImportProgress| lines.lock().unwrap().extend(progress.lines);
        fixture.wallet.run_import(number, take).await.unwrap();
        let mut lines = lines.into_inner().unwrap();
        lines.sort_by_key(|line| line.outcome.badge().unwrap().verdict.clone());
        lines
    };
    let lines = import().await;
    let verdicts: Vec<_> = lines
        .iter()
        .map(|line| match &line.outcome {
            ImportOutcome::Added { badge } | ImportOutcome::KeptNotValid { badge } => {
                assert!(badge.art.is_some(), "{line:?}");
                badge.verdict.as_str()
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(verdicts, ["expired", "invalid", "verified"]);
    assert!(fixture.net.requests().is_empty());
    let again = import().await;
    assert!(
        again.iter().all(|line| matches!(line.outcome, ImportOutcome::AlreadyThere { linked: false, .. }))
    );
    let issuer = fixture.wallet.badge(BadgeId(1)).unwrap().card.issuer.id;
    assert_eq!(issuer, Some(lapel_wallet::sample_issuer().id));
}

#[tokio::test]
async fn a_newer_wallet_and_a_foreign_folder_are_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("letter.txt"), b"dear").unwrap();
    let refused = |folder: &Path| Wallet::open_with(folder, Arc::new(MapFetch::offline())).err().unwrap();
    let error = refused(folder.path());
    assert_eq!(error.code, "wallet.folder-occupied");
    assert!(error.message.ends_with('.'), "{}", error.message);
}
