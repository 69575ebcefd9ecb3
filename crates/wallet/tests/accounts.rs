//! Accounts at badge hosts, and offers of credentials, against real servers on loopback that fail on demand.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use std::fs;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use lapel_testkit::badge_host::{
    Api, BadgeHost, Browser, CredentialIssuer, Edition, Failure, Manners, OfferBy, Step,
};
use lapel_testkit::{Fault, Issuer, WebHost, now};
use lapel_wallet::Wallet;
use lapel_wallet::account::{
    Access, AccountId, AccountView, FileSecrets, HostKind, MemorySecrets, Patience, Secrets, SyncSummary,
};
use lapel_wallet::api::{ApiError, BadgeId, ImportOutcome, ListRequest, Settings};
use lapel_wallet::fetch::{HttpFetch, Lookup, MapFetch, Options};
use tempfile::TempDir;

const HOST: &str = "badges.example";
const ISSUER: &str = "issuer.example";
const APIS: [Api; 2] = [Api::BadgeConnect, Api::OpenBadges3];

/// Every name is at one address.
struct Everywhere(SocketAddr);

impl Lookup for Everywhere {
    fn lookup(&self, _: String) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>> {
        let address = self.0;
        Box::pin(async move { Ok(vec![address]) })
    }
}

/// No test waits for anything, except for those who do not come.
fn patience() -> Patience {
    Patience {
        retries: 3,
        pause: Duration::ZERO,
        longest_pause: Duration::ZERO,
        sign_in: Duration::from_secs(20),
    }
}

fn caller(web: &WebHost) -> Arc<HttpFetch> {
    Arc::new(HttpFetch::new(Options {
        extra_roots: vec![web.root_pem().into_bytes()],
        allow_private: vec![(HOST.to_owned(), 443), (ISSUER.to_owned(), 443)],
        lookup: Some(Arc::new(Everywhere(web.address()))),
        ..Options::default()
    }))
}

struct Fixture {
    web: WebHost,
    host: BadgeHost,
    folder: TempDir,
    secrets: MemorySecrets,
    wallet: Wallet,
}

impl Fixture {
    fn new(api: Api) -> Self {
        Self::waiting(api, patience())
    }

    fn waiting(api: Api, patience: Patience) -> Self {
        let web = WebHost::start();
        let host = BadgeHost::start(&web, HOST, api);
        let folder = tempfile::tempdir().unwrap();
        let secrets = MemorySecrets::default();
        let wallet = open(folder.path(), &web, Arc::new(secrets.clone()), patience);
        Self { web, host, folder, secrets, wallet }
    }

    async fn connect(&self) -> Result<AccountView, ApiError> {
        connect(&self.wallet, &self.web).await
    }

    async fn connected(&self) -> AccountId {
        self.connect().await.unwrap().id
    }

    async fn sync(&self, id: AccountId) -> SyncSummary {
        self.wallet.sync_account(id, false, |_| {}).await.unwrap()
    }

    fn badges(&self) -> u32 {
        self.wallet.list(&ListRequest { limit: 1, ..ListRequest::default() }).unwrap().total
    }

    /// The requests for pages of badges.
    fn pages(&self) -> Vec<String> {
        let is_page = |url: &String| url.contains("/assertions?") || url.contains("/credentials?");
        self.web.requests().into_iter().map(|request| request.url).filter(is_page).collect()
    }
}

fn open(folder: &Path, web: &WebHost, secrets: Arc<dyn Secrets>, patience: Patience) -> Wallet {
    let access = Access { caller: Some(caller(web)), secrets, patience };
    // The badges' own documents are not what these tests are about.
    Wallet::open_with_access(folder, Arc::new(MapFetch::offline()), access).unwrap()
}

/// Connects as a person does, with a browser that says yes.
async fn connect(wallet: &Wallet, web: &WebHost) -> Result<AccountView, ApiError> {
    let connecting = wallet.begin_connect_account(HOST, None).await?;
    let url = connecting.authorization_url().to_string();
    let browser = Browser::of(web);
    let (account, _) = tokio::join!(wallet.finish_connect_account(connecting), browser.open(&url));
    account
}

/// Different badges, the `first`th and on, in the forms that a host of `api` lists.
fn badges(api: Api, first: usize, count: usize) -> Vec<String> {
    (first..first + count)
        .map(|number| {
            let name = format!("Badge {number}");
            match api {
                // Odd spaces: what is kept is the exact text.
                Api::BadgeConnect => {
                    let badge = Issuer::https(ISSUER).achievement(&name).host();
                    badge.text().replacen("\":", "\" :\n ", 2)
                }
                Api::OpenBadges3 => Issuer::did_key(ISSUER).achievement(&name).sign_jwt().text().to_owned(),
            }
        })
        .collect()
}

fn fill(host: &BadgeHost, texts: &[String], issued: Timestamp) {
    for text in texts {
        host.add(text, issued);
    }
}

fn long_ago() -> Timestamp {
    now() - SignedDuration::from_hours(24 * 90)
}

#[tokio::test]
async fn five_hundred_badges_come_whole_through_pages_faults_and_ending_tokens() {
    for api in APIS {
        let fixture = Fixture::new(api);
        let texts = badges(api, 0, 500);
        fill(&fixture.host, &texts, long_ago());
        // Each token ends after three requests, and each refresh token serves once.
        fixture.host.behave(|manners| manners.token_uses = 3);
        fixture.host.fail_once(Step::Page, 3, Failure::Status(500));
        fixture.host.fail_once(Step::Page, 7, Failure::Fault(Fault::ResetMidBody));
        let id = fixture.connected().await;
        let mut totals = Vec::new();
        let summary = fixture
            .wallet
            .sync_account(id, false, |progress| totals.push((progress.received, progress.total)))
            .await
            .unwrap();
        assert_eq!(summary.error, None, "{api:?}");
        let counts = (summary.received, summary.added, summary.already_there, summary.failed);
        assert_eq!(counts, (500, 500, 0, 0), "{api:?}");
        assert_eq!(fixture.badges(), 500);
        assert_eq!((totals[0], totals.last().unwrap().0), ((50, Some(500)), 500));
        // Exact bytes: every text is the artifact of a badge.
        let mut kept: Vec<Vec<u8>> =
            (1..=500).map(|id| fixture.wallet.export_original(BadgeId(id)).unwrap().bytes).collect();
        let mut given: Vec<Vec<u8>> = texts.iter().map(|text| text.clone().into_bytes()).collect();
        kept.sort();
        given.sort();
        assert!(kept == given, "{api:?}: what is kept is not what came");
        // A second time there is nothing to do.
        let again = fixture.sync(id).await;
        assert_eq!((again.error, again.received, again.added), (None, 0, 0), "{api:?}");
        assert_eq!(fixture.badges(), 500);
    }
}

#[tokio::test]
async fn the_next_time_only_what_is_new_is_asked_for_by_the_clock_of_the_host() {
    for api in APIS {
        let fixture = Fixture::new(api);
        fill(&fixture.host, &badges(api, 0, 120), long_ago());
        let id = fixture.connected().await;
        assert_eq!(fixture.sync(id).await.added, 120);
        assert_eq!(fixture.pages().len(), 3);
        assert!(fixture.pages().iter().all(|url| !url.contains("since=")));
        fixture.host.set_clock(now() + SignedDuration::from_hours(48));
        fill(&fixture.host, &badges(api, 500, 3), now() + SignedDuration::from_hours(47));
        let summary = fixture.sync(id).await;
        assert_eq!((summary.received, summary.added), (3, 3), "{api:?}");
        let asked = fixture.pages();
        assert_eq!(asked.len(), 4);
        assert!(asked[3].ends_with("since=2026-11-22T12%3A00%3A00Z"), "a day of overlap: {}", asked[3]);
        // What was listed within the overlap comes again, and is there already.
        fixture.host.set_clock(now() + SignedDuration::from_hours(49));
        let summary = fixture.sync(id).await;
        assert_eq!((summary.received, summary.added, summary.already_there), (3, 0, 3), "{api:?}");
        let all = fixture.wallet.sync_account(id, true, |_| {}).await.unwrap();
        assert_eq!((all.received, all.added), (123, 0), "{api:?}");
    }
}

#[tokio::test]
async fn hosts_page_in_many_ways() {
    type Change = fn(&mut Manners);
    let ways: [(&str, Change); 7] = [
        ("as usual", |_| {}),
        ("no Link", |manners| manners.links = false),
        ("no X-Total-Count", |manners| manners.totals = false),
        ("neither", |manners| (manners.links, manners.totals) = (false, false)),
        ("everything at once, whatever is asked", |manners| {
            (manners.links, manners.totals, manners.ignores_offset) = (false, false, true);
        }),
        ("pages that overlap", |manners| manners.overlap = 7),
        ("null for nothing, and small pages", |manners| (manners.nulls, manners.page) = (true, 9)),
    ];
    for api in APIS {
        let texts = badges(api, 0, 110);
        for (way, change) in ways {
            let fixture = Fixture::new(api);
            fixture.host.behave(change);
            fill(&fixture.host, &texts, long_ago());
            let id = fixture.connected().await;
            let summary = fixture.sync(id).await;
            assert_eq!((summary.error, summary.received, summary.added), (None, 110, 110), "{api:?}, {way}");
        }
        let empty = Fixture::new(api);
        empty.host.behave(|manners| manners.nulls = true);
        let id = empty.connected().await;
        let summary = empty.sync(id).await;
        assert_eq!((summary.error, summary.received), (None, 0));
        assert!(summary.account.last_synced.is_some());
    }
}

/// What a host lists and counts twice is all there; what it lists in the place of something else is not.
#[tokio::test]
async fn what_is_listed_twice_may_be_counted_twice() {
    type Change = fn(&mut Manners);
    let ways: [(&str, Change); 3] = [
        ("as usual", |_| {}),
        ("no Link", |manners| manners.links = false),
        ("everything at once", |manners| (manners.links, manners.ignores_offset) = (false, true)),
    ];
    for (way, change) in ways {
        let fixture = Fixture::new(Api::OpenBadges3);
        fixture.host.behave(change);
        let mut texts = badges(Api::OpenBadges3, 0, 60);
        texts.extend_from_within(..5);
        texts.swap(10, 11);
        fill(&fixture.host, &texts, long_ago());
        let id = fixture.connected().await;
        let summary = fixture.sync(id).await;
        assert_eq!((summary.error, summary.received, summary.added), (None, 60, 60), "{way}");
        assert!(summary.account.last_synced.is_some(), "{way}");
    }
    // A page that comes again is no second half.
    let fixture = Fixture::new(Api::OpenBadges3);
    fill(&fixture.host, &badges(Api::OpenBadges3, 0, 100), long_ago());
    let id = fixture.connected().await;
    let first = format!("https://{HOST}/ims/ob/v3p0/credentials?limit=50&offset=0");
    for next in [format!("{first}&again=1"), first] {
        fixture.host.fail(Step::Page, Failure::Next(next));
    }
    let summary = fixture.sync(id).await;
    assert_eq!((summary.error.unwrap().code.as_str(), summary.added), ("account.bad-answer", 50));
}

#[tokio::test]
async fn every_way_of_proving_a_client_is_spoken() {
    for auth in ["client_secret_basic", "client_secret_post", "none"] {
        let fixture = Fixture::new(Api::OpenBadges3);
        fixture.host.behave(|manners| (manners.auth, manners.token_uses) = (auth, 1));
        fill(&fixture.host, &badges(Api::OpenBadges3, 0, 2), long_ago());
        let id = fixture.connected().await;
        assert_eq!(fixture.sync(id).await.added, 2, "{auth}");
        let gone = fixture.wallet.disconnect_account(id).await.unwrap();
        assert_eq!(gone.untold, None, "{auth}");
        assert_eq!(fixture.host.live_tokens(), 0, "{auth}");
    }
}

#[tokio::test]
async fn what_fails_before_an_account_is_there_has_a_name_and_leaves_nothing() {
    let oauth = Failure::OAuth;
    let failures = [
        (Step::Discovery, Failure::Status(404), "account.no-api"),
        (Step::Discovery, Failure::Body(200, "<html>welcome</html>"), "account.bad-discovery"),
        (Step::Discovery, Failure::Body(200, "{}"), "account.bad-discovery"),
        (Step::Discovery, Failure::Status(503), "account.host-trouble"),
        (Step::Discovery, Failure::Fault(Fault::NotHttp), "fetch.broken-answer"),
        (Step::Registration, Failure::Status(403), "account.registration-refused"),
        (Step::Registration, oauth("invalid_client_metadata"), "account.registration-refused"),
        (Step::Registration, oauth("invalid_redirect_uri"), "account.web-sites-only"),
        (Step::Registration, Failure::Body(201, "{}"), "account.bad-answer"),
        (Step::Registration, Failure::Status(404), "account.not-found"),
        (Step::Authorization, oauth("access_denied"), "account.denied"),
        (Step::Authorization, oauth("server_error"), "account.authorization-failed"),
        (Step::Token, oauth("invalid_grant"), "account.invalid-grant"),
        (Step::Token, oauth("invalid_client"), "account.invalid-client"),
        (Step::Token, oauth("invalid_scope"), "account.invalid-scope"),
        (Step::Token, Failure::Status(500), "account.host-trouble"),
        (Step::Token, Failure::Body(200, "{\"access_token\":7}"), "account.bad-answer"),
        (Step::Token, Failure::Fault(Fault::ResetMidBody), "fetch.broken-answer"),
        (Step::Token, Failure::RetryAfter(429, 60), "account.too-many-requests"),
    ];
    for api in APIS {
        for (step, failure, code) in &failures {
            let fixture = Fixture::new(api);
            fixture.host.fail(*step, failure.clone());
            let error = fixture.connect().await.unwrap_err();
            assert_eq!(error.code, *code, "{api:?}, {step:?}, {failure:?}: {}", error.message);
            assert!(error.message.to_lowercase().contains(HOST) && !error.hint.is_empty(), "{error:?}");
            assert_eq!(fixture.wallet.accounts().unwrap(), [], "{code}");
            assert!(fixture.secrets.all().is_empty(), "{code}");
        }
    }
}

#[tokio::test]
async fn an_answer_to_another_sign_in_is_not_taken() {
    let fixture =
        Fixture::waiting(Api::OpenBadges3, Patience { sign_in: Duration::from_millis(700), ..patience() });
    fixture.host.fail(Step::Authorization, Failure::WrongState);
    let error = fixture.connect().await.unwrap_err();
    assert_eq!(error.code, "account.state-mismatch", "{}", error.message);
    assert_eq!(fixture.wallet.accounts().unwrap(), []);
    let connecting = fixture.wallet.begin_connect_account(HOST, None).await.unwrap();
    let error = fixture.wallet.finish_connect_account(connecting).await.unwrap_err();
    assert_eq!(error.code, "account.sign-in-timeout", "{}", error.message);
}

#[tokio::test]
async fn a_profile_that_does_not_come_costs_only_the_name() {
    for api in APIS {
        let fixture = Fixture::new(api);
        assert_eq!(fixture.connect().await.unwrap().name.as_deref(), Some("Ada Lovelace"));
        fixture.host.fail(Step::Profile, Failure::Status(403));
        let nameless = fixture.connect().await.unwrap();
        assert_eq!((nameless.name.as_deref(), nameless.state.as_str()), (None, "connected"));
    }
}

#[tokio::test]
async fn what_fails_for_good_while_reading_has_a_name_and_the_next_time_makes_it_whole() {
    let failures = [
        (Failure::Status(403), "account.forbidden"),
        (Failure::Status(404), "account.not-found"),
        (Failure::Status(405), "account.not-offered"),
        (Failure::Status(418), "account.http-status"),
        (Failure::Status(500), "account.host-trouble"),
        (Failure::RetryAfter(429, 3600), "account.too-many-requests"),
        (Failure::RetryAfter(503, 3600), "account.host-trouble"),
        (Failure::Fault(Fault::ResetMidBody), "fetch.broken-answer"),
        (Failure::Fault(Fault::Redirect("https://evil.example/".to_owned())), "account.redirected"),
        (Failure::CutBody, "account.bad-answer"),
        (Failure::Body(200, "<html>"), "account.bad-answer"),
        (Failure::Next("https://evil.example/credentials".to_owned()), "account.next-page-elsewhere"),
    ];
    for api in APIS {
        let texts = badges(api, 0, 70);
        for (failure, code) in &failures {
            let fixture = Fixture::new(api);
            fill(&fixture.host, &texts, long_ago());
            let id = fixture.connected().await;
            // From the second page on, also when it is asked for again.
            (2..=9).for_each(|nth| fixture.host.fail_once(Step::Page, nth, failure.clone()));
            let broken = fixture.sync(id).await;
            let error = broken.error.unwrap_or_else(|| panic!("{api:?}: {code} did not happen"));
            assert_eq!(error.code, *code, "{api:?}, {failure:?}: {}", error.message);
            // A page that misleads to the next one has badges of its own.
            let came = if matches!(failure, Failure::Next(_)) { 70 } else { 50 };
            assert_eq!((broken.added, fixture.badges()), (came, came), "what came is kept: {code}");
            assert_eq!(broken.account.last_synced, None);
            assert!(
                fixture
                    .web
                    .requests()
                    .iter()
                    .all(|request| request.url.starts_with("https://badges.example/")),
                "another host was asked"
            );
            fixture.host.mend();
            let whole = fixture.sync(id).await;
            assert_eq!((whole.error, whole.added), (None, 70 - came), "{api:?}, {code}");
            assert_eq!(fixture.badges(), 70);
        }
    }
}

#[tokio::test]
async fn a_host_that_asks_to_wait_a_moment_is_waited_for() {
    let fixture = Fixture::new(Api::BadgeConnect);
    fill(&fixture.host, &badges(Api::BadgeConnect, 0, 60), long_ago());
    let id = fixture.connected().await;
    fixture.host.fail_once(Step::Page, 2, Failure::RetryAfter(429, 0));
    let summary = fixture.sync(id).await;
    assert_eq!((summary.error, summary.added), (None, 60));
}

#[tokio::test]
async fn pages_without_an_end_are_left() {
    let fixture = Fixture::new(Api::OpenBadges3);
    fill(&fixture.host, &badges(Api::OpenBadges3, 0, 50), long_ago());
    fixture.host.behave(|manners| (manners.endless, manners.totals) = (true, false));
    let id = fixture.connected().await;
    let summary = fixture.sync(id).await;
    assert_eq!(summary.error.unwrap().code, "account.endless-pages");
    assert_eq!(summary.added, 50);
    assert_eq!(fixture.pages().len(), 4, "three pages in a row without anything new");
}

#[tokio::test]
async fn a_circle_of_pages_is_no_end() {
    let fixture = Fixture::new(Api::OpenBadges3);
    fill(&fixture.host, &badges(Api::OpenBadges3, 0, 70), long_ago());
    let id = fixture.connected().await;
    let first = format!("https://{HOST}/ims/ob/v3p0/credentials?limit=50&offset=0");
    fixture.host.fail(Step::Page, Failure::Next(first));
    let summary = fixture.sync(id).await;
    assert_eq!((summary.error.unwrap().code.as_str(), summary.added), ("account.bad-answer", 50));
}

#[tokio::test]
async fn a_token_that_ends_is_renewed_once_and_then_the_person_signs_in_again() {
    for api in APIS {
        let fixture = Fixture::new(api);
        fill(&fixture.host, &badges(api, 0, 3), long_ago());
        let id = fixture.connected().await;
        fixture.host.fail(Step::Page, Failure::Status(401));
        let summary = fixture.sync(id).await;
        assert_eq!(summary.error.unwrap().code, "account.sign-in-again");
        assert_eq!(summary.account.state, "signed-out");
        assert_eq!(fixture.pages().len(), 2, "once with each token");
        fixture.host.mend();
        fixture.host.forget_tokens();
        assert_eq!(fixture.sync(id).await.error.unwrap().code, "account.sign-in-again");
        // The same person at the same host: the same account, with new tokens alone.
        let again = fixture.connect().await.unwrap();
        assert_eq!((again.id, again.state.as_str()), (id, "connected"));
        assert_eq!(fixture.wallet.accounts().unwrap().len(), 1);
        assert_eq!(fixture.secrets.all().len(), 1);
        assert_eq!(fixture.sync(id).await.added, 3);
    }
}

#[tokio::test]
async fn a_host_without_refresh_tokens_wants_the_person_again() {
    let fixture = Fixture::new(Api::OpenBadges3);
    fixture.host.behave(|manners| (manners.refreshes, manners.token_uses) = (false, 1));
    fill(&fixture.host, &badges(Api::OpenBadges3, 0, 2), long_ago());
    let id = fixture.connected().await;
    assert_eq!(fixture.sync(id).await.error.unwrap().code, "account.sign-in-again");
}

#[tokio::test]
async fn trouble_while_renewing_is_no_end_of_the_account() {
    let fixture = Fixture::new(Api::OpenBadges3);
    fixture.host.behave(|manners| manners.token_uses = 1);
    fill(&fixture.host, &badges(Api::OpenBadges3, 0, 2), long_ago());
    let id = fixture.connected().await;
    fixture.host.fail_once(Step::Refresh, 1, Failure::Status(502));
    let summary = fixture.sync(id).await;
    assert_eq!((summary.error, summary.added), (None, 2));
    assert_eq!(summary.account.state, "connected");
}

#[tokio::test]
async fn disconnecting_revokes_forgets_and_keeps_the_badges() {
    for api in APIS {
        let fixture = Fixture::new(api);
        fill(&fixture.host, &badges(api, 0, 2), long_ago());
        let id = fixture.connected().await;
        fixture.sync(id).await;
        let gone = fixture.wallet.disconnect_account(id).await.unwrap();
        assert_eq!((gone.untold, fixture.host.live_tokens()), (None, 0), "{api:?}");
        assert_eq!(fixture.host.revoked().len(), 2, "the refresh token and the access token");
        assert!(
            fixture.host.revoked()[0].starts_with("refresh"),
            "that from which others are made goes first"
        );
        assert_eq!(fixture.wallet.accounts().unwrap(), []);
        assert!(fixture.secrets.all().is_empty());
        assert_eq!(fixture.badges(), 2);
        let none = fixture.wallet.sync_account(id, false, |_| {}).await.unwrap_err();
        assert_eq!(none.code, "account.none");
    }
}

#[tokio::test]
async fn where_the_host_cannot_be_told_the_account_goes_all_the_same() {
    for (revokes, failure) in [(true, Some(Failure::Status(503))), (false, None)] {
        let fixture = Fixture::new(Api::BadgeConnect);
        fixture.host.behave(|manners| manners.revokes = revokes);
        let id = fixture.connected().await;
        if let Some(failure) = failure {
            fixture.host.fail(Step::Revocation, failure);
        }
        let gone = fixture.wallet.disconnect_account(id).await.unwrap();
        assert!(gone.untold.is_some_and(|error| error.code.starts_with("account.")));
        assert_eq!(fixture.wallet.accounts().unwrap(), []);
        assert!(fixture.secrets.all().is_empty());
    }
}

#[tokio::test]
async fn no_secret_is_in_the_database_or_shown() {
    for api in APIS {
        let fixture = Fixture::new(api);
        fixture.host.behave(|manners| manners.token_uses = 2);
        fill(&fixture.host, &badges(api, 0, 120), long_ago());
        let connecting = fixture.wallet.begin_connect_account(HOST, None).await.unwrap();
        let mut shown = format!("{connecting:?}");
        let url = connecting.authorization_url().to_string();
        let browser = Browser::of(&fixture.web);
        let (account, page) =
            tokio::join!(fixture.wallet.finish_connect_account(connecting), browser.open(&url));
        let account = account.unwrap();
        assert!(page.contains("You can close this page"), "{page}");
        let summary = fixture.sync(account.id).await;
        assert_eq!(summary.error, None);
        shown = format!("{shown} {account:?} {summary:?} {:?}", fixture.secrets.all());
        let secrets = fixture.host.secrets();
        assert!(secrets.len() >= 6, "{}", secrets.len());
        let on_disk = all_bytes(fixture.folder.path());
        for secret in &secrets {
            assert!(!shown.contains(secret) && !page.contains(secret), "{secret} is shown");
            assert!(!contains(&on_disk, secret.as_bytes()), "{secret} is on the disk");
        }
        // The test would see them: what is there is found.
        assert!(contains(&on_disk, HOST.as_bytes()));
    }
}

fn all_bytes(folder: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        bytes.extend(if path.is_dir() { all_bytes(&path) } else { fs::read(&path).unwrap() });
    }
    bytes
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[tokio::test]
async fn tokens_in_a_file_are_said_to_be_there_and_serve_after_a_restart() {
    let web = WebHost::start();
    let host = BadgeHost::start(&web, HOST, Api::OpenBadges3);
    fill(&host, &badges(Api::OpenBadges3, 0, 2), long_ago());
    let folder = tempfile::tempdir().unwrap();
    let files = || Arc::new(FileSecrets::new(folder.path()));
    let id = {
        let wallet = open(folder.path(), &web, files(), patience());
        let account = connect(&wallet, &web).await.unwrap();
        assert!(account.warning.unwrap().contains("no keyring answered"));
        account.id
    };
    let wallet = open(folder.path(), &web, files(), patience());
    assert_eq!(wallet.sync_account(id, false, |_| {}).await.unwrap().added, 2);
    for name in ["wallet.db", "wallet.db-wal"] {
        let bytes = fs::read(folder.path().join(name)).unwrap_or_default();
        assert!(host.secrets().iter().all(|secret| !contains(&bytes, secret.as_bytes())), "{name}");
    }
    wallet.disconnect_account(id).await.unwrap();
    assert_eq!(fs::read_dir(folder.path().join("tokens")).unwrap().count(), 0);
}

#[tokio::test]
async fn offline_no_host_is_asked() {
    let fixture = Fixture::new(Api::OpenBadges3);
    let id = fixture.connected().await;
    let asked = fixture.web.requests().len();
    fixture.wallet.save_settings(&Settings { offline: true, ..Settings::default() }).unwrap();
    let connecting = fixture.wallet.begin_connect_account(HOST, None).await.unwrap_err();
    let syncing = fixture.wallet.sync_account(id, false, |_| {}).await.unwrap_err();
    assert_eq!((connecting.code.as_str(), syncing.code.as_str()), ("fetch.offline", "fetch.offline"));
    let gone = fixture.wallet.disconnect_account(id).await.unwrap();
    assert_eq!(gone.untold.unwrap().code, "fetch.offline");
    assert_eq!(fixture.web.requests().len(), asked);
}

#[tokio::test]
async fn what_a_host_speaks_is_found_out_or_said() {
    for (api, kind, other) in [
        (Api::BadgeConnect, HostKind::BadgeConnect, HostKind::Ob3),
        (Api::OpenBadges3, HostKind::Ob3, HostKind::BadgeConnect),
    ] {
        let fixture = Fixture::new(api);
        for said in [None, Some(kind)] {
            let connecting = fixture.wallet.begin_connect_account(HOST, said).await.unwrap();
            assert_eq!(connecting.kind(), kind);
        }
        let error = fixture.wallet.begin_connect_account(HOST, Some(other)).await.unwrap_err();
        assert_eq!(error.code, "account.no-api");
    }
    let fixture = Fixture::new(Api::OpenBadges3);
    for (text, code) in [
        ("two words", "account.not-a-host"),
        ("http://badges.example", "fetch.not-https"),
        ("https://127.0.0.1", "fetch.private-address"),
        ("localhost", "fetch.private-address"),
    ] {
        let error = fixture.wallet.begin_connect_account(text, None).await.unwrap_err();
        assert_eq!(error.code, code, "{text}: {}", error.message);
    }
}

struct Offered {
    web: WebHost,
    issuer: CredentialIssuer,
    _folder: TempDir,
    wallet: Wallet,
}

impl Offered {
    fn by(edition: Edition) -> Self {
        let web = WebHost::start();
        let issuer = CredentialIssuer::start(&web, ISSUER, edition);
        let folder = tempfile::tempdir().unwrap();
        let wallet = open(folder.path(), &web, Arc::new(MemorySecrets::default()), patience());
        Self { web, issuer, _folder: folder, wallet }
    }

    /// The badge that accepting gives, or the first error.
    async fn accept(&self, by: OfferBy, pin: Option<&str>) -> Result<BadgeId, ApiError> {
        let offer = self.wallet.read_offer(&self.issuer.offer(by)).await?;
        assert_eq!((offer.view().host.as_str(), &offer.view().credentials[0][..]), (ISSUER, "Rust"));
        let summary = self.wallet.accept_offer(&offer, pin, |_| {}).await?;
        if let Some(error) = summary.missing.into_iter().next() {
            return Err(error);
        }
        match &summary.lines[0].outcome {
            ImportOutcome::Added { badge } | ImportOutcome::AlreadyThere { badge, .. } => Ok(badge.id),
            other => panic!("{other:?}"),
        }
    }
}

const EDITIONS: [Edition; 2] = [Edition::Final, Edition::Draft13];

#[tokio::test]
async fn an_offer_becomes_a_badge_bound_to_the_persons_key() {
    for edition in EDITIONS {
        for by in [OfferBy::Value, OfferBy::Reference] {
            for format in ["jwt_vc_json", "ldp_vc", "vc+sd-jwt"] {
                let offered = Offered::by(edition);
                offered.issuer.offer_formats(&[format]);
                let id = offered.accept(by, None).await.unwrap();
                let did = offered.wallet.holder_did().unwrap().unwrap();
                assert_eq!(offered.issuer.holders()[0], did, "{edition:?}, {by:?}, {format}");
                let badge = offered.wallet.open_badge(id).unwrap();
                let check = |name: &str| {
                    badge.report.checks.iter().find(|check| check.check == name).unwrap().outcome.clone()
                };
                assert_eq!(check("integrity"), "pass", "{edition:?}, {by:?}, {format}");
                assert_eq!(check("key_authority"), "pass", "{edition:?}, {by:?}, {format}");
                assert_eq!(check("recipient"), "pass", "the person's own DID: {format}");
                assert!(badge.credential_text.contains(&did) || format != "ldp_vc");
                // The key is made once.
                offered.accept(by, None).await.ok();
                assert!(offered.issuer.holders().iter().all(|holder| *holder == did));
            }
        }
    }
}

#[tokio::test]
async fn a_pin_is_asked_for_and_a_wrong_one_is_named() {
    for edition in EDITIONS {
        let offered = Offered::by(edition);
        offered.issuer.want_pin("493536");
        let offer = offered.wallet.read_offer(&offered.issuer.offer(OfferBy::Value)).await.unwrap();
        let pin = offer.view().pin.unwrap();
        assert_eq!(
            (pin.numeric, pin.length, pin.description.as_deref()),
            (true, Some(6), Some("It is in your mail."))
        );
        for by in [OfferBy::Value, OfferBy::Reference] {
            assert_eq!(offered.accept(by, None).await.unwrap_err().code, "offer.needs-pin");
            assert_eq!(offered.accept(by, Some("000000")).await.unwrap_err().code, "offer.pin-refused");
        }
        offered.accept(OfferBy::Value, Some(" 493536 ")).await.unwrap();
    }
}

#[tokio::test]
async fn what_keeps_an_offer_from_becoming_a_badge_has_a_name() {
    for edition in EDITIONS {
        let over = Offered::by(edition);
        let link = over.issuer.offer(OfferBy::Value);
        over.issuer.expire();
        let offer = over.wallet.read_offer(&link).await.unwrap();
        let error = over.wallet.accept_offer(&offer, None, |_| {}).await.unwrap_err();
        assert_eq!(error.code, "offer.over");
        assert_eq!(over.wallet.holder_did().unwrap(), None, "nothing was made for it");

        let later = Offered::by(edition);
        later.issuer.defer();
        assert_eq!(later.accept(OfferBy::Value, None).await.unwrap_err().code, "offer.deferred");

        let odd = Offered::by(edition);
        odd.issuer.offer_formats(&["mso_mdoc"]);
        assert_eq!(odd.accept(OfferBy::Value, None).await.unwrap_err().code, "offer.unsupported-format");

        let other = Offered::by(edition);
        other.issuer.describe(serde_json::json!({"proof_types_supported": {"jwt": {
            "proof_signing_alg_values_supported": ["ES256"]}}}));
        assert_eq!(other.accept(OfferBy::Value, None).await.unwrap_err().code, "offer.unsupported-binding");

        for (step, failure, code) in [
            (Step::Metadata, Failure::Status(404), "offer.bad-metadata"),
            (
                Step::Metadata,
                Failure::Body(200, "{\"credential_issuer\":\"https://evil.example\"}"),
                "offer.bad-metadata",
            ),
            (Step::Discovery, Failure::Status(404), "offer.bad-metadata"),
            (Step::Offer, Failure::Status(404), "offer.over"),
            (Step::Token, Failure::OAuth("invalid_client"), "account.invalid-client"),
            (Step::Token, Failure::Status(500), "account.host-trouble"),
            (Step::Credential, Failure::OAuth("credential_request_denied"), "offer.refused"),
            (Step::Credential, Failure::OAuth("invalid_proof"), "offer.refused"),
            (Step::Credential, Failure::Status(500), "account.host-trouble"),
            (Step::Credential, Failure::Body(200, "{}"), "account.bad-answer"),
        ] {
            let offered = Offered::by(edition);
            offered.issuer.fail(step, failure.clone());
            let error = offered.accept(OfferBy::Reference, None).await.unwrap_err();
            assert_eq!(error.code, code, "{edition:?}, {step:?}, {failure:?}: {}", error.message);
        }
    }
}

#[tokio::test]
async fn a_nonce_that_is_too_old_is_replaced() {
    let offered = Offered::by(Edition::Final);
    offered.issuer.fail_once(Step::Credential, 1, Failure::Body(400, "{\"error\":\"invalid_nonce\"}"));
    offered.accept(OfferBy::Value, None).await.unwrap();
    let offered = Offered::by(Edition::Draft13);
    let stale = Failure::Body(400, "{\"error\":\"invalid_proof\",\"c_nonce\":\"n\"}");
    offered.issuer.fail(Step::Credential, stale);
    assert_eq!(offered.accept(OfferBy::Value, None).await.unwrap_err().code, "offer.refused");
    let asked = |path: &str| offered.web.count(&format!("https://{ISSUER}/{path}"));
    assert_eq!(asked("credential"), 2, "once more, and no further");
}

#[tokio::test]
async fn what_is_no_offer_is_said_to_be_none() {
    let offered = Offered::by(Edition::Final);
    for (text, code) in [
        ("hello", "offer.not-an-offer"),
        ("https://issuer.example/", "offer.not-an-offer"),
        ("openid-credential-offer://?credential_offer=%7B", "offer.not-an-offer"),
        ("openid-credential-offer://?credential_offer_uri=nowhere", "offer.not-an-offer"),
        ("openid-credential-offer://?credential_offer_uri=http%3A%2F%2Fissuer.example%2F", "fetch.not-https"),
        (
            "openid-credential-offer://?credential_offer_uri=https%3A%2F%2F127.0.0.1%2F",
            "fetch.private-address",
        ),
    ] {
        assert_eq!(offered.wallet.read_offer(text).await.unwrap_err().code, code, "{text}");
    }
    let sign_in = serde_json::json!({
        "credential_issuer": "https://issuer.example", "credential_configuration_ids": ["a"],
        "grants": {"authorization_code": {"issuer_state": "x"}},
    });
    let link = url::Url::parse_with_params(
        "openid-credential-offer://",
        [("credential_offer", sign_in.to_string())],
    );
    let error = offered.wallet.read_offer(link.unwrap().as_str()).await.unwrap_err();
    assert_eq!(error.code, "offer.needs-sign-in");
    // The universal form of an offer is an https link with the same parameters.
    let link = offered.issuer.offer(OfferBy::Value);
    let universal = link.replace("openid-credential-offer://", "https://wallet.example/open");
    assert!(offered.wallet.read_offer(&universal).await.is_ok());
}
