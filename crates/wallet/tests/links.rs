//! From a link to a badge: each platform's rule on pages and JSON of our own writing, in the structure that is known of
//! the platform; pages that no rule knows; lists; achievements without a credential; and what hosts refuse.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use lapel_testkit::{Fault, Issued, Issuer, WebHost, art, document};
use lapel_wallet::api::{ApiError, BadgeSummary, ImportLine, ImportOutcome, ListRequest};
use lapel_wallet::fetch::{
    Fetch, FetchError, HttpFetch, Limits, Lookup, MapFetch, Options, Pending, Purpose, Request, Response,
};
use lapel_wallet::link::{Listing, Resolution, Resolved, resolve, resolve_assertion, rules};
use lapel_wallet::source::{Finding, SourceError, find};
use lapel_wallet::{SelfListed, Source, Wallet};
use openbadges::{Document, Documents};
use serde_json::json;
use tempfile::TempDir;
use url::Url;

const UUID: &str = "4f1d9f0e-8c1e-4b1a-9d1e-0a2b3c4d5e6f";
const SHA: &str = "0123456789abcdef0123456789abcdef01234567";

/// A network of a table, that remembers what it was asked for. What is not in it is not there (HTTP 404).
#[derive(Clone, Default)]
struct Net {
    answers: MapFetch,
    asked: Arc<Mutex<Vec<(String, Purpose)>>>,
}

impl Net {
    fn with(mut self, url: &str, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.answers = self.answers.with(url, Ok(answer(media_type, body)));
        self
    }

    fn with_for(mut self, purpose: Purpose, url: &str, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.answers = self.answers.with_for(url, purpose, Ok(answer(media_type, body)));
        self
    }

    fn with_status(mut self, url: &str, status: u16) -> Self {
        self.answers = self.answers.with(url, Ok(Response { status, ..Response::default() }));
        self
    }

    fn with_all<'a>(self, documents: impl IntoIterator<Item = &'a Document>) -> Self {
        documents.into_iter().fold(self, |net, document| {
            net.with(
                &document.url,
                document.media_type.as_deref().unwrap_or_default(),
                document.bytes.clone(),
            )
        })
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().iter().map(|(url, _)| url.clone()).collect()
    }
}

fn answer(media_type: &str, body: impl Into<Vec<u8>>) -> Response {
    let media_type = Some(media_type.to_owned());
    Response { status: 200, media_type, bytes: body.into(), ..Response::default() }
}

impl Fetch for Net {
    fn fetch<'a>(&'a self, request: &'a Request) -> Pending<'a> {
        self.asked.lock().unwrap().push((request.url.to_string(), request.purpose));
        Box::pin(async move {
            match self.answers.fetch(request).await {
                Err(FetchError::Offline) => Ok(Response { status: 404, ..Response::default() }),
                answer => answer,
            }
        })
    }
}

/// A hosted badge of Open Badges 2.0 whose assertion is at `url`, with the documents around it.
struct Hosted {
    text: String,
    documents: Vec<Document>,
}

fn hosted_at(url: &str) -> Hosted {
    let host = Url::parse(url).unwrap().host_str().unwrap().to_owned();
    let issued = Issuer::https(&host).achievement("Rust").with("/id", url).host();
    let text = issued.text().to_owned();
    let mut documents: Vec<Document> = issued
        .documents()
        .iter()
        .filter(|document| !document.url.contains("/assertions/"))
        .cloned()
        .collect();
    documents.push(document(url, "application/ld+json", text.clone()));
    Hosted { text, documents }
}

fn signed() -> Issued {
    Issuer::did_web("issuer.example").achievement("Rust").sign_jwt()
}

async fn import_over(fetch: Arc<dyn Fetch>, links: &[&str]) -> (TempDir, Wallet, Vec<ImportLine>) {
    let folder = tempfile::tempdir().unwrap();
    let wallet = Wallet::open_with(folder.path(), fetch).unwrap();
    let sources = links.iter().map(|link| Source::Url((*link).to_owned())).collect();
    let told = wallet.import(sources, |_| {}).await.unwrap();
    (folder, wallet, told)
}

async fn added(net: &Net, link: &str) -> (BadgeSummary, String) {
    let (_folder, wallet, mut told) = import_over(Arc::new(net.clone()), &[link]).await;
    assert_eq!(told.len(), 1);
    match told.remove(0).outcome {
        ImportOutcome::Added { badge } => {
            let source = wallet.open_badge(badge.id).unwrap().artifacts[0].source.clone();
            (badge, source)
        }
        other => panic!("{link}: {other:?}"),
    }
}

async fn failed(net: &Net, link: &str) -> ApiError {
    let (_folder, _, mut told) = import_over(Arc::new(net.clone()), &[link]).await;
    match told.remove(0).outcome {
        ImportOutcome::Failed { error } => error,
        other => panic!("{link}: {other:?}"),
    }
}

async fn resolved(net: &Net, link: &str) -> Resolution {
    resolve(link, &Documents::new(), net).await.unwrap_or_else(|error| panic!("{link}: {error}"))
}

fn page(body: &str) -> String {
    format!("<!doctype html><html><head><title>Ada's badge</title></head><body>{body}</body></html>")
}

/// Open Badges 2.0, hosted: what is pasted, and where the platform has the assertion.
fn hosted_platforms() -> Vec<(String, String)> {
    let credly = format!("https://api.credly.com/v1/obi/v2/badge_assertions/{UUID}");
    let accredible = format!("https://api.accredible.com/v1/obi/badge_assertions/{UUID}");
    let factory = format!("https://openbadgefactory.com/v1/assertion/{SHA}");
    let badgr = "https://api.badgr.io/public/assertions/Ab1-x_9?v=2_0".to_owned();
    let badgr_eu = "https://api.eu.badgr.io/public/assertions/Ab1-x_9?v=2_0".to_owned();
    let edubadges = "https://api.edubadges.nl/public/assertions/Ab1-x_9".to_owned();
    [
        (format!("https://www.credly.com/badges/{UUID}"), &credly),
        (format!("https://www.credly.com/badges/{UUID}/public_url?utm_source=mail#x"), &credly),
        (format!("https://credly.com/badges/{UUID}/linked_in_profile"), &credly),
        (format!("https://www.youracclaim.com/badges/{UUID}/public_url"), &credly),
        (format!("https://www.credly.com/embedded_badge/{UUID}"), &credly),
        (format!("https://www.credly.com/earner/earned/badge/{UUID}"), &credly),
        (credly.clone(), &credly),
        (format!("https://badgecheck.io/?url=https%3A%2F%2Fwww.credly.com%2Fbadges%2F{UUID}"), &credly),
        ("https://badgr.com/public/assertions/Ab1-x_9?identity__email=ada%40example.org".to_owned(), &badgr),
        ("https://badges.parchment.com/public/assertions/Ab1-x_9".to_owned(), &badgr),
        ("https://api.badgr.io/public/assertions/Ab1-x_9.json".to_owned(), &badgr),
        ("https://eu.badgr.com/public/assertions/Ab1-x_9".to_owned(), &badgr_eu),
        ("https://badges.parchment.eu/public/assertions/Ab1-x_9".to_owned(), &badgr_eu),
        ("https://uni.badges.parchment.eu/public/assertions/Ab1-x_9?action=share".to_owned(), &badgr_eu),
        (format!("https://www.credential.net/{UUID}"), &accredible),
        (format!("https://credentials.databricks.com/{UUID}"), &accredible),
        (format!("https://google.accredible.com/{UUID}#gs.1"), &accredible),
        (format!("https://openbadgefactory.com/v1/assertion/{SHA}.html"), &factory),
        (factory.clone(), &factory),
        ("https://www.edubadges.nl/public/assertions/Ab1-x_9".to_owned(), &edubadges),
    ]
    .map(|(link, at)| (link, at.clone()))
    .into()
}

#[tokio::test]
async fn hosted_badges_are_imported_from_what_people_paste() {
    for (link, at) in hosted_platforms() {
        let Hosted { text, documents } = hosted_at(&at);
        // The typed page is there, too: it must not be needed.
        let net = Net::default().with(&link, "text/html", page("")).with_all(&documents);
        let (badge, source) = added(&net, &link).await;
        assert_eq!(
            (badge.name.as_str(), badge.verdict.as_str()),
            ("Rust", "verified"),
            "{link}: {}",
            badge.headline
        );
        assert_eq!(net.asked()[0], at, "{link}");
        assert!(!source.contains("utm_") && !source.contains('@') && !source.contains('#'), "{source}");
        let resolution = resolved(&net, &link).await;
        assert!(
            matches!(&resolution.resolved, Resolved::Document(document) if document.bytes == text.as_bytes())
        );
        let hint = link.contains("identity__email").then_some("ada@example.org");
        assert_eq!(resolution.recipient.as_deref(), hint);
    }
}

#[tokio::test]
async fn a_moodle_badge_is_asked_for_by_its_hash() {
    let at = "https://moodle.school.example/lms/badges/assertion.php?b=5e884898da28&obversion=2";
    let net = Net::default().with_all(&hosted_at(at).documents);
    let link = "https://moodle.school.example/lms/badges/badge.php?hash=5e884898da28";
    assert_eq!(added(&net, link).await.0.verdict, "verified");
    assert_eq!(net.asked()[0], at);
    // Moodle 5 has it elsewhere, and old addresses lead there.
    let later = "https://moodle.school.example/badges/json/assertion.php?b=5e884898da28&obversion=2";
    let net = Net::default().with_all(&hosted_at(later).documents);
    let link = "https://moodle.school.example/badges/badge.php?hash=5e884898da28";
    assert_eq!(added(&net, link).await.0.verdict, "verified");
}

#[tokio::test]
async fn signed_badges_are_imported_from_what_people_paste() {
    let credly = format!("https://www.credly.com/api/v1/obi/v3/open_badge_credentials/{UUID}");
    let parchment = "https://uni.badges.parchment.eu/public/credentials/Ab1-x_9";
    let factory = format!("https://openbadgefactory.com/obv3/credentials/{SHA}");
    let credtrail = format!("https://www.credtrail.org/badges/{UUID}");
    for (link, at) in [
        (credly.as_str(), credly.clone()),
        (parchment, parchment.to_owned()),
        (parchment, format!("{parchment}.json")),
        (&factory, factory.clone()),
        (&credtrail, format!("{credtrail}/jsonld")),
        (&credtrail, format!("{credtrail}/download")),
    ] {
        let badge = signed();
        let net = Net::default().with(&at, "application/vc+jwt", badge.text()).with_all(badge.documents());
        let (badge, _) = added(&net, link).await;
        assert_eq!(badge.verdict, "verified", "{link}: {}", badge.headline);
        assert!(net.asked().contains(&at), "{link}");
    }
}

#[tokio::test]
async fn open_badge_passport_leads_to_the_assertion() {
    let at = format!("https://openbadgefactory.com/v1/assertion/{SHA}");
    let info = json!({ "id": 77, "name": "Rust", "assertion_url": at, "visibility": "public" });
    for info_at in [
        "https://openbadgepassport.com/app/obpv1/badge/info/77",
        "https://openbadgepassport.com/obpv1/badge/info/77",
    ] {
        let net = Net::default().with_all(&hosted_at(&at).documents).with(
            info_at,
            "application/json",
            info.to_string(),
        );
        let (badge, _) = added(&net, "https://openbadgepassport.com/app/badge/info/77").await;
        assert_eq!(badge.verdict, "verified", "{}", badge.headline);
    }
}

#[tokio::test]
async fn verifier_plus_has_the_credential_inside() {
    let holder = Issuer::did_key("holder");
    let badge =
        Issuer::did_key("academy").achievement("Rust").sign_data_integrity(lapel_testkit::DataModel::V2);
    let presentation: serde_json::Value =
        serde_json::from_str(holder.present(&[badge]).sign().text()).unwrap();
    let net = Net::default().with(
        &format!("https://verifierplus.org/api/credentials/{UUID}"),
        "application/json",
        json!({ "vp": presentation }).to_string(),
    );
    let (_, source) = added(&net, &format!("https://verifierplus.org/credentials/{UUID}")).await;
    assert_eq!(source, format!("https://verifierplus.org/credentials/{UUID}"));
    // The other form of its links names the credential itself.
    let badge = signed();
    let net = Net::default().with("https://issuer.example/vc", "application/vc+jwt", badge.text());
    added(&net, "https://verifierplus.org/#verify?vc=https://issuer.example/vc").await;
}

#[tokio::test]
async fn platforms_of_which_only_the_page_is_known_are_searched() {
    let badge = signed();
    for link in [
        "https://www.badgecraft.eu/en/user-badges/5f0c1".to_owned(),
        format!("https://credsverse.com/credentials/{UUID}"),
    ] {
        let body = page("<a href='/files/badge.png' download>Save</a>");
        let file = Url::parse(&link).unwrap().join("/files/badge.png").unwrap();
        let net =
            Net::default().with(&link, "text/html", body).with(file.as_str(), "image/png", badge.baked_png());
        let (badge, source) = added(&net, &link).await;
        assert_eq!((badge.name.as_str(), source), ("Rust", link));
    }
    // Without anything to find, the person is told what that platform offers.
    let link = "https://www.badgecraft.eu/en/user-badges/5f0c1";
    let error = failed(&Net::default().with(link, "text/html", page("")), link).await;
    assert_eq!(error.code, "import.web-page");
    assert!(error.hint.contains("Sign in there"), "{}", error.hint);
}

#[tokio::test]
async fn every_rule_for_badges_was_tried_here() {
    let tried = [
        "Credly",
        "Canvas Credentials",
        "Parchment",
        "Accredible",
        "Open Badge Factory",
        "Open Badge Passport",
        "Moodle",
        "edubadges",
        "Badgecraft",
        "CredTrail",
        "VerifierPlus",
        "Certifier",
        "Microsoft Learn",
        "Google Skills",
        "Trailhead",
        "Coursera",
        "edX",
    ];
    let mut platforms: Vec<&str> = rules::all().iter().map(|rule| rule.platform).collect();
    platforms.dedup();
    platforms.sort_unstable();
    platforms.dedup();
    assert!(platforms.iter().all(|platform| tried.contains(platform)), "{platforms:?}");
}

#[tokio::test]
async fn pages_that_no_rule_knows_are_searched() {
    let badge = signed();
    let here = "https://people.example.edu/~ada/badge";
    let json = badge.text().to_owned();
    let plain =
        Issuer::did_key("academy").achievement("Rust").sign_data_integrity(lapel_testkit::DataModel::V2);
    let net = Net::default().with_all(badge.documents());
    let cases = [
        (
            "<link rel=alternate type=application/ld+json href='/data/1'>".to_owned(),
            "https://people.example.edu/data/1",
            json.clone().into_bytes(),
        ),
        (
            "<a href='badge.jwt'>The credential</a>".to_owned(),
            "https://people.example.edu/~ada/badge.jwt",
            json.clone().into_bytes(),
        ),
        (
            "<a class=x href=/v1/assertions/7c2f>The assertion</a>".to_owned(),
            "https://people.example.edu/v1/assertions/7c2f",
            json.clone().into_bytes(),
        ),
        (
            "<meta property=og:image content='https://cdn.example.net/b.png'>".to_owned(),
            "https://cdn.example.net/b.png",
            badge.baked_png(),
        ),
        (
            "<a href='/get/1'>Download badge (SVG)</a>".to_owned(),
            "https://people.example.edu/get/1",
            badge.baked_svg(),
        ),
        (
            format!("<script type='application/ld+json'>{}</script>", plain.text()),
            "https://nowhere.example/",
            Vec::new(),
        ),
    ];
    for (body, at, bytes) in cases {
        let net = net.clone().with(here, "text/html; charset=utf-8", page(&body)).with(
            at,
            "application/octet-stream",
            bytes,
        );
        let (badge, source) = added(&net, here).await;
        assert_eq!((badge.name.as_str(), source.as_str()), ("Rust", here), "{body}");
    }
    // A visible link to a platform that a rule knows is asked for where the rule says.
    let at = format!("https://api.credly.com/v1/obi/v2/badge_assertions/{UUID}");
    let body = page(&format!("<a href='https://www.credly.com/badges/{UUID}'><img src=x.png></a>"));
    let net = Net::default().with(here, "text/html", body).with_all(&hosted_at(&at).documents);
    assert_eq!(added(&net, here).await.0.verdict, "verified");
}

#[tokio::test]
async fn two_credentials_in_one_page_are_two_badges() {
    let here = "https://people.example.edu/~ada";
    let embedded: String = ["Rust", "Cooking"]
        .map(|name| {
            let badge = Issuer::did_key("academy")
                .achievement(name)
                .sign_data_integrity(lapel_testkit::DataModel::V2);
            format!("<script type=application/ld+json>{}</script>", badge.text())
        })
        .concat();
    let net = Net::default().with(here, "text/html", page(&embedded));
    let (_folder, _, told) = import_over(Arc::new(net), &[here]).await;
    assert_eq!(told.len(), 2);
    assert!(told.iter().all(|line| matches!(line.outcome, ImportOutcome::Added { .. })), "{told:?}");
}

/// A host that has a page for people and the credential at one address gives what is asked for.
#[tokio::test]
async fn the_accept_header_decides_and_json_alone_is_the_second_try() {
    let link = "https://badges.example.edu/b/1";
    let badge = signed();
    let net = Net::default()
        .with(link, "text/html", page(""))
        .with_for(Purpose::Json, link, "application/json", badge.text())
        .with_all(badge.documents());
    added(&net, link).await;
    assert_eq!(net.asked()[..2], [link, link]);
    let purposes: Vec<Purpose> =
        net.asked.lock().unwrap().iter().take(2).map(|(_, purpose)| *purpose).collect();
    assert_eq!(purposes, [Purpose::Badge, Purpose::Json]);
    assert!(!Purpose::Badge.accept().contains("html") && Purpose::Json.accept() == "application/json");

    // One that refuses both is asked for its page.
    let net = Net::default()
        .with_status(link, 406)
        .with_for(Purpose::Page, link, "text/html", page("<a href=/b/1.jwt>data</a>"))
        .with("https://badges.example.edu/b/1.jwt", "application/jwt", badge.text());
    added(&net, link).await;
}

#[tokio::test]
async fn what_hosts_refuse_is_told_apart() {
    let link = format!("https://www.credly.com/badges/{UUID}/public_url");
    let at = format!("https://api.credly.com/v1/obi/v2/badge_assertions/{UUID}");
    let site = "https://www.credly.com/badges";
    for (status, code) in
        [(410, "import.revoked"), (403, "fetch.http-403"), (404, "fetch.http-404"), (500, "fetch.http-500")]
    {
        let net = Net::default().with_status(&at, status).with(&link, "text/html", page("<p>A badge</p>"));
        let error = failed(&net, &link).await;
        assert_eq!(error.code, code, "{}", error.message);
        // In the order of attempts, with each answer.
        if status != 410 {
            let tried = format!(
                "(tried: {at}, where Credly has its data: HTTP status {status}; https://www.credly.com/api/"
            );
            assert!(error.message.contains(&tried), "{}", error.message);
            assert!(
                error.message.contains(&format!("{site}/{UUID}/public_url, the link itself: a web page")),
                "{}",
                error.message
            );
            assert!(error.hint.contains("Download"), "{}", error.hint);
        }
    }
    // Where no rule knows the host, nothing says that an assertion was there.
    for (status, code) in [(410, "fetch.http-410"), (401, "fetch.http-401"), (404, "fetch.http-404")] {
        let net = Net::default().with_status("https://a.example.com/x", status);
        assert_eq!(failed(&net, "https://a.example.com/x").await.code, code);
    }
    let offline = resolve(&link, &Documents::new(), &MapFetch::offline()).await;
    assert!(matches!(offline, Err(SourceError::NotFetched { error: FetchError::Offline, .. })));
}

/// Only the assertion's own address revokes it by 410; elsewhere the host has to say so.
#[tokio::test]
async fn what_is_gone_is_revoked_only_where_that_is_said() {
    let uuid_page = format!("https://www.credly.com/badges/{UUID}");
    let at = format!("https://api.credly.com/v1/obi/v2/badge_assertions/{UUID}");
    // The page is gone, and so is an address for programs that was never the assertion's own.
    let retired = format!("https://www.credly.com/api/v1/obi/v2/badge_assertions/{UUID}");
    let net = Net::default().with_status(&retired, 410).with_status(&uuid_page, 410);
    let error = failed(&net, &uuid_page).await;
    assert_eq!(error.code, "fetch.http-404", "{}", error.message);
    let signed = format!("https://openbadgefactory.com/obv3/credentials/{SHA}");
    for (asked, link) in [(&signed, &signed), (&retired, &uuid_page)] {
        let net = Net::default().with_status(&at, 503).with_status(asked, 410);
        assert_ne!(failed(&net, link).await.code, "import.revoked", "{link}");
    }
    let error = failed(&Net::default().with_status(&signed, 410), &signed).await;
    assert_eq!(error.code, "fetch.http-410");
    assert!(error.message.contains("the page there is gone for good"), "{}", error.message);
    // Programs are told that it is gone, and there is a page with another way.
    let here = "https://people.example.edu/badge";
    let badge = self::signed();
    let net = Net::default().with(here, "text/html", page("<a href=/b.jwt download>data</a>")).with(
        "https://people.example.edu/b.jwt",
        "application/jwt",
        badge.text(),
    );
    let net = Net { answers: net.answers.with_for(here, Purpose::Json, Ok(gone(""))), ..net };
    added(&net, here).await;

    let said = r#"{"revoked": true, "revocationReason": "Awarded\nby mistake"}"#;
    for link in [here, &signed] {
        let net = Net { answers: MapFetch::offline().with(link, Ok(gone(said))), ..Net::default() };
        let error = failed(&net, link).await;
        assert_eq!(error.code, "import.revoked");
        assert!(error.message.contains("\u{201c}Awarded by mistake\u{201d}"), "{}", error.message);
    }
    let net =
        Net { answers: MapFetch::offline().with(here, Ok(gone(r#"{"revoked": false}"#))), ..Net::default() };
    assert_eq!(failed(&net, here).await.code, "fetch.http-410");

    // What an image or a platform gives as the assertion's address is that.
    let there = resolve_assertion(here, &Documents::new(), &Net::default().with_status(here, 410)).await;
    assert!(matches!(there, Err(SourceError::Revoked { .. })), "{there:?}");
    let info = json!({ "assertion_url": format!("https://openbadgefactory.com/v1/assertion/{SHA}.html") });
    let net = Net::default()
        .with("https://openbadgepassport.com/app/obpv1/badge/info/77", "application/json", info.to_string())
        .with_status(&format!("https://openbadgefactory.com/v1/assertion/{SHA}"), 410);
    let error = failed(&net, "https://openbadgepassport.com/app/badge/info/77").await;
    assert_eq!(error.code, "import.revoked", "{}", error.message);
}

fn gone(body: &str) -> Response {
    Response { status: 410, bytes: body.into(), ..Response::default() }
}

/// What is relative on a page is so to where it is, not to where somebody asked for it.
#[tokio::test]
async fn a_page_is_read_from_where_redirects_led() {
    let web = WebHost::start();
    let (asked, here) = ("https://short.example.com/b1", "https://people.example.edu/~ada/badge");
    web.fail(asked, Fault::Redirect(here.to_owned()));
    web.publish(&document(here, "text/html", page("<a href='files/badge.jwt' download>The badge</a>")));
    let badge = signed();
    let at = "https://people.example.edu/~ada/files/badge.jwt";
    web.publish(&document(at, "application/jwt", badge.text()));
    let fetch = over_tls(&web, &["short.example.com", "people.example.edu"]);
    let resolution = resolve(asked, &Documents::new(), &*fetch).await.unwrap();
    assert!(matches!(&resolution.resolved, Resolved::Document(document) if document.url == at));

    // A list, too.
    let list = json!({ "name": "Mine", "badges": [{ "id": "/public/assertions/Ab1-x_9" }] }).to_string();
    let moved = Url::parse("https://api.eu.badgr.io/public/collections/1f").unwrap();
    let moved = Response { redirected_to: Some(moved), ..answer("application/json", list) };
    let at = "https://api.badgr.io/public/collections/1f.json?expand=badges.badge";
    let net = Net { answers: MapFetch::offline().with(at, Ok(moved)), ..Net::default() };
    let listing = listing(&net, "https://badgr.com/public/collections/1f").await;
    assert_eq!(listing.found, ["https://api.eu.badgr.io/public/assertions/Ab1-x_9"]);
}

#[tokio::test]
async fn a_page_without_a_badge_says_what_was_looked_for() {
    let here = "https://people.example.edu/";
    let error = failed(&Net::default().with(here, "text/html", page("<p>Hello</p>")), here).await;
    assert_eq!(error.code, "import.web-page");
    for looked in ["JSON-LD", "picture", "assertion"] {
        assert!(error.message.contains(looked), "{}", error.message);
    }
    let app = page("<div id=root></div><script src=/app.js></script>");
    let error = failed(&Net::default().with(here, "text/html", app), here).await;
    assert!(error.hint.contains("scripts"), "{}", error.hint);
}

#[tokio::test]
async fn offers_are_handed_on() {
    let offer = "openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fissuer.example%2Foffer%2F1";
    let mut documents = Documents::new();
    let found =
        find(Source::Text(format!(" {offer}\n")), &mut documents, &MapFetch::offline()).await.unwrap();
    assert!(matches!(&found, Finding::Offer(found) if found == offer));
    assert_eq!(ApiError::from(found.badges().unwrap_err()).code, "import.offer");
    let here = "https://issuer.example/claim";
    let net = Net::default().with(here, "text/html", page(&format!("<a href=\"{offer}\">Add to wallet</a>")));
    assert_eq!(resolved(&net, here).await.resolved, Resolved::Offer(offer.to_owned()));
}

async fn listing(net: &Net, link: &str) -> Listing {
    let found = find(Source::Url(link.to_owned()), &mut Documents::new(), net).await.unwrap();
    let Finding::Collection(listing) = found else { panic!("{link}: {found:?}") };
    listing
}

#[tokio::test]
async fn a_profile_lists_its_badges_and_imports_none() {
    let at = "https://www.credly.com/users/ada-lovelace/badges.json";
    let uuid = |number: usize| format!("4f1d9f0e-8c1e-4b1a-9d1e-{number:012}");
    let badges = |numbers: std::ops::Range<usize>| -> Vec<_> {
        numbers
            .map(|number| json!({ "id": uuid(number), "issued_at": "2026-01-01", "badge_template": { "name": "B" } }))
            .collect()
    };
    let first = json!({
        "data": badges(0..48),
        "metadata": { "total_count": 60, "next_page_url": "/users/ada-lovelace/badges.json?page=2" },
    });
    // The last page leads back to the first: such a list must end.
    let second = json!({ "data": badges(40..60), "metadata": { "total_count": 60, "next_page_url": at } });
    let net = Net::default().with(at, "application/json", first.to_string()).with(
        &format!("{at}?page=2"),
        "application/json",
        second.to_string(),
    );
    for link in [
        "https://www.credly.com/users/ada-lovelace/badges?utm_source=x",
        "https://www.credly.com/users/ada-lovelace",
    ] {
        let listing = listing(&net, link).await;
        assert_eq!((listing.found.len(), listing.total, listing.title.as_str()), (60, None, "ada-lovelace"));
        assert_eq!(listing.found[59], format!("https://www.credly.com/badges/{}", uuid(59)));
        assert_eq!(listing.platform.as_deref(), Some("Credly"));
        assert!(listing.terms.unwrap().contains("forbid automated collection"));
    }
    assert!(net.asked().iter().all(|url| url.starts_with(at)), "no badge was asked for");
    let (_folder, wallet, told) =
        import_over(Arc::new(net.clone()), &["https://www.credly.com/users/ada-lovelace"]).await;
    assert!(
        matches!(&told[0].outcome, ImportOutcome::Collection { listing } if listing.found.len() == 60),
        "told of, and not imported: {told:?}"
    );
    assert_eq!(wallet.list(&ListRequest { limit: 1, ..Default::default() }).unwrap().total, 0);

    let at = "https://api.eu.badgr.io/public/collections/5f0c1a.json?expand=badges.badge";
    let collection = json!({ "type": "Collection", "name": "Ada's best", "badges": [
        { "type": "Assertion", "id": "https://api.eu.badgr.io/public/assertions/A1" },
        { "id": "javascript:alert(1)" },
        "https://api.eu.badgr.io/public/assertions/A2",
        { "id": "https://api.eu.badgr.io/public/assertions/A1" },
    ]});
    let net = Net::default().with(at, "application/json", collection.to_string());
    let listing = listing(&net, "https://eu.badgr.com/public/collections/5f0c1a").await;
    assert_eq!((listing.title.as_str(), listing.terms), ("Ada's best", None));
    assert_eq!(
        listing.found,
        ["https://api.eu.badgr.io/public/assertions/A1", "https://api.eu.badgr.io/public/assertions/A2"]
    );
}

#[tokio::test]
async fn a_private_profile_and_a_broken_one_are_told() {
    let link = "https://www.credly.com/users/ada";
    let net = Net::default().with_status("https://www.credly.com/users/ada/badges.json", 403);
    let error = failed(&net, link).await;
    assert_eq!(error.code, "fetch.http-403");
    assert!(error.hint.contains("public"), "{}", error.hint);
    let net = Net::default()
        .with("https://www.credly.com/users/ada/badges.json", "application/json", "{\"data\":3}")
        .with(link, "text/html", page(""));
    assert_eq!(failed(&net, link).await.code, "import.web-page");
}

#[tokio::test]
async fn a_page_with_several_badges_is_a_list() {
    let here = "https://people.example.edu/~ada";
    let links =
        (1000..1003).map(|id| format!("<a href=/api/assertions/{id}>badge</a>")).collect::<Vec<_>>().concat();
    let listing = listing(&Net::default().with(here, "text/html", page(&links)), here).await;
    assert_eq!((listing.found.len(), listing.title.as_str()), (3, "Ada's badge"));
    assert_eq!(listing.found[0], "https://people.example.edu/api/assertions/1000");
}

async fn self_listed(net: &Net, link: &str) -> Vec<SelfListed> {
    let found = find(Source::Url(link.to_owned()), &mut Documents::new(), net).await.unwrap();
    let Finding::SelfListed(listed) = found else { panic!("{link}: {found:?}") };
    listed
}

#[tokio::test]
async fn what_carries_no_credential_is_self_listed() {
    let transcript = json!({
        "userName": "ada", "contactEmail": "ada@example.org", "legalName": "Ada L", "mcid": 1,
        "certificationData": { "activeCertifications": [
            { "name": "Azure Fundamentals", "certificationNumber": "A1-B2", "status": "Active", "dateEarned": "2026-02-03" },
            { "name": "Data Engineer", "certificationNumber": "C3-D4", "dateEarned": "2026-03-04" },
            { "status": "Active" },
        ]},
    });
    let at = "https://learn.microsoft.com/api/profiles/transcript/share/d7kz2?locale=en-us";
    let net = Net::default().with(at, "application/json", transcript.to_string());
    let link = "https://learn.microsoft.com/en-us/users/ada/transcript/d7kz2";
    let listed = self_listed(&net, link).await;
    assert_eq!(listed.len(), 2);
    assert_eq!(
        listed[0],
        SelfListed {
            name: "Azure Fundamentals".to_owned(),
            issuer: Some("Microsoft".to_owned()),
            url: Some(link.to_owned()),
            issued_on: Some("2026-02-03".to_owned()),
            expires_on: None,
            credential_id: Some("A1-B2".to_owned()),
        }
    );
    let told = format!("{listed:?}");
    assert!(!told.contains("ada@example.org") && !told.contains("Ada L"), "{told}");

    let html = "<title>x</title><meta property='og:title' content='Machine  Learning &amp; You'>";
    for (link, issuer, id) in [
        (
            "https://learn.microsoft.com/api/credentials/share/en-us/ada-1/AB12?sharingId=CD",
            "Microsoft",
            None,
        ),
        ("https://www.skills.google/public_profiles/5e1f/badges/12", "Google", Some("5e1f")),
        ("https://www.salesforce.com/trailblazer/ada", "Salesforce", Some("ada")),
        (
            "https://trailhead.salesforce.com/en/credentials/certification-detail-print/?searchString=x",
            "Salesforce",
            None,
        ),
        ("https://www.coursera.org/verify/ABC123", "Coursera", Some("ABC123")),
        (
            "https://courses.edx.org/certificates/0123456789abcdef0123456789abcdef",
            "edX",
            Some("0123456789abcdef0123456789abcdef"),
        ),
    ] {
        let listed = self_listed(&Net::default().with(link, "text/html", html), link).await;
        let told = (
            listed.len(),
            listed[0].name.as_str(),
            listed[0].issuer.as_deref(),
            listed[0].url.as_deref(),
            listed[0].credential_id.as_deref(),
        );
        assert_eq!(told, (1, "Machine Learning & You", Some(issuer), Some(link), id));
        // A page that is not shown to programs still is what the person points to; one that is not there is none.
        let hidden = self_listed(&Net::default().with_status(link, 403), link).await;
        assert!(!hidden[0].name.is_empty());
        assert_eq!(failed(&Net::default(), link).await.code, "fetch.http-404");
    }
    let link = "https://www.coursera.org/verify/ABC123";
    let (_folder, wallet, told) =
        import_over(Arc::new(Net::default().with(link, "text/html", html)), &[link]).await;
    let ImportOutcome::SelfListed { achievement, added: true } = &told[0].outcome else { panic!("{told:?}") };
    assert_eq!(wallet.self_listed().unwrap(), std::slice::from_ref(achievement));
}

#[tokio::test]
async fn the_shelf_keeps_each_once_and_without_a_verdict() {
    let folder = tempfile::tempdir().unwrap();
    let wallet = Wallet::open_with(folder.path(), Arc::new(MapFetch::offline())).unwrap();
    let listed = |name: &str, id: Option<&str>| SelfListed {
        name: name.to_owned(),
        issuer: Some("Coursera".to_owned()),
        credential_id: id.map(str::to_owned),
        ..SelfListed::default()
    };
    let first = wallet
        .add_self_listed(vec![listed("Rust", None), listed(" ", None), listed("Rust", Some("7"))], "a.csv")
        .unwrap();
    assert_eq!(
        first.iter().map(|one| (one.listed.id, one.added)).collect::<Vec<_>>(),
        [(1, true), (2, true)]
    );
    let again = wallet.add_self_listed(vec![listed("Rust", None)], "b.csv").unwrap();
    assert_eq!((again[0].added, again[0].listed.id, again[0].listed.source.as_str()), (false, 1, "a.csv"));
    let shelf = wallet.self_listed().unwrap();
    assert_eq!(shelf.iter().map(|one| one.id).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(
        (&shelf[1].listed.issuer, &shelf[1].listed.credential_id),
        (&Some("Coursera".to_owned()), &None)
    );
    let told = serde_json::to_value(&shelf[0]).unwrap();
    assert!(told.get("verdict").is_none() && told["credential_id"] == "7");
    assert_eq!(
        wallet.list(&lapel_wallet::api::ListRequest { limit: 10, ..Default::default() }).unwrap().total,
        0
    );
    wallet.remove_self_listed(2).unwrap();
    assert_eq!(wallet.remove_self_listed(2).unwrap_err().code, "self-listed.none");
    assert_eq!(wallet.self_listed().unwrap().len(), 1);
}

/// Every name is at the web host.
struct Everywhere(SocketAddr);

impl Lookup for Everywhere {
    fn lookup(&self, _: String) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>> {
        let address = self.0;
        Box::pin(async move { Ok(vec![address]) })
    }
}

fn over_tls(web: &WebHost, hosts: &[&str]) -> Arc<HttpFetch> {
    over_tls_within(Limits::default().total, web, hosts)
}

fn over_tls_within(total: Duration, web: &WebHost, hosts: &[&str]) -> Arc<HttpFetch> {
    Arc::new(HttpFetch::new(Options {
        limits: Limits { total, ..Limits::default() },
        extra_roots: vec![web.root_pem().into_bytes()],
        allow_private: hosts.iter().map(|host| ((*host).to_owned(), 443)).collect(),
        lookup: Some(Arc::new(Everywhere(web.address()))),
        ..Options::default()
    }))
}

/// The whole way over TLS: negotiation as Badgr does it, a redirect as Moodle 5 has it.
#[tokio::test]
async fn platforms_are_asked_over_the_network() {
    let web = WebHost::start();
    let at = "https://api.badgr.io/public/assertions/Ab1-x_9?v=2_0";
    let badge = hosted_at(at);
    web.publish_all(&badge.documents);
    // Whoever asks for HTML is sent to the page.
    web.publish_for("text/html", &document(at, "text/html", page("<div id=root></div>")));
    let old = "https://moodle.school.example/badges/assertion.php?b=5e884898&obversion=2";
    let new = "https://moodle.school.example/badges/json/assertion.php?b=5e884898&obversion=2";
    web.publish_all(&hosted_at(new).documents);
    web.fail(old, Fault::RedirectWith(303, new.to_owned()));
    let gone = "https://api.edubadges.nl/public/assertions/Gone1";
    web.fail(gone, Fault::Status(410));
    let fetch = over_tls(&web, &["api.badgr.io", "moodle.school.example", "api.edubadges.nl"]);
    let links = [
        "https://badges.parchment.com/public/assertions/Ab1-x_9?identity__email=ada%40example.org",
        "https://moodle.school.example/badges/badge.php?hash=5e884898",
        "https://www.edubadges.nl/public/assertions/Gone1",
    ];
    let (_folder, _, told) = import_over(fetch, &links).await;
    for line in &told[..2] {
        let ImportOutcome::Added { badge } = &line.outcome else { panic!("{line:?}") };
        assert_eq!(badge.verdict, "verified", "{}", badge.headline);
    }
    assert!(matches!(&told[2].outcome, ImportOutcome::Failed { error } if error.code == "import.revoked"));
    let told = format!("{:?}", web.requests());
    assert!(
        !told.contains("identity__email") && !told.contains("ada%40"),
        "the recipient's address stays here"
    );
}

/// A page may name any address: each goes through the same door.
#[tokio::test]
async fn a_page_leads_nowhere_private_and_costs_little() {
    let web = WebHost::start();
    let here = "https://people.example.edu/";
    let private: String =
        ["127.0.0.1", "169.254.169.254", "[::1]", "localhost", "10.0.0.1:8080", "db.internal"]
            .map(|host| format!("<link rel=alternate type=application/json href='https://{host}/x.json'>"))
            .concat();
    let many = (0..10_000)
        .map(|number| format!("<a href='/files/{number}.json'>x</a>"))
        .collect::<Vec<_>>()
        .concat();
    web.publish(&document(
        here,
        "text/html",
        page(&format!("{private}<a href='javascript:x.json'>x</a>{many}")),
    ));
    let fetch = over_tls(&web, &["people.example.edu"]);
    let error = resolve(here, &Documents::new(), &*fetch).await.unwrap_err();
    let SourceError::WebPage { tried, .. } = &error else { panic!("{error}") };
    assert_eq!(tried.steps.iter().filter(|step| step.answer.contains("may not be fetched")).count(), 6);
    assert!(web.requests().len() <= 10, "{}", web.requests().len());
    assert!(tried.steps.len() <= 24);
    assert!(error.to_string().len() < 4_000, "{error}");

    // A page that is too large to be one ends at the limit.
    web.fail(here, Fault::EndlessBody);
    let error = resolve(here, &Documents::new(), &*fetch).await.unwrap_err();
    assert!(matches!(error, SourceError::NotFetched { error: FetchError::TooLarge { .. }, .. }), "{error}");
}

/// Hosts that hang, flood or break off cost the badges at them, and the others come in.
#[tokio::test]
async fn a_hostile_host_costs_its_badges_and_not_the_import() {
    let web = WebHost::start();
    let pause = Duration::from_millis(20);
    let faults = [
        Fault::Silence,
        Fault::SlowHead(pause),
        Fault::SlowBody(pause),
        Fault::EndlessBody,
        Fault::Length(1 << 40),
        Fault::Length(10_000),
        Fault::GzipBomb { inflated: 6 << 20 },
        Fault::RedirectLoop,
        Fault::RedirectHops(6),
        Fault::Redirect("file:///etc/passwd".to_owned()),
        Fault::ResetMidBody,
        Fault::Headers(100_000),
        Fault::LongHeader(10 << 20),
        Fault::NotHttp,
        Fault::Status(500),
        Fault::HandshakeSilence,
        Fault::HandshakeRefused,
    ];
    let mut hosts = Vec::new();
    let mut links = Vec::new();
    for (number, fault) in faults.iter().enumerate() {
        let (bad, good) = (format!("bad{number}.example"), format!("good{number}.example"));
        let bad_link = format!("https://{bad}/badge");
        web.publish(&document(&bad_link, "application/json", b"{\"a\":1}".to_vec()));
        match fault {
            Fault::HandshakeSilence | Fault::HandshakeRefused => web.fail_host(&bad, fault.clone()),
            fault => web.fail(&bad_link, fault.clone()),
        }
        let at = format!("https://{good}/assertions-of-ada/1");
        web.publish_all(&hosted_at(&at).documents);
        links.extend([bad_link, at]);
        hosts.extend([bad, good]);
    }
    let hosts: Vec<&str> = hosts.iter().map(String::as_str).collect();
    let links: Vec<&str> = links.iter().map(String::as_str).collect();
    let begun = std::time::Instant::now();
    let (_folder, _, told) = import_over(over_tls_within(Duration::from_secs(3), &web, &hosts), &links).await;
    for (fault, pair) in faults.iter().zip(told.chunks(2)) {
        let ImportOutcome::Failed { error } = &pair[0].outcome else { panic!("{fault:?}: {:?}", pair[0]) };
        assert!(error.code.starts_with("fetch."), "{fault:?}: {error:?}");
        assert!(matches!(pair[1].outcome, ImportOutcome::Added { .. }), "beside {fault:?}: {:?}", pair[1]);
    }
    assert!(begun.elapsed() < Duration::from_mins(1), "{:?}", begun.elapsed());
    println!("{} hostile hosts, {} badges in, {:?}", faults.len(), faults.len(), begun.elapsed());
}

#[tokio::test]
async fn a_baked_link_is_followed_like_a_typed_one() {
    let at = format!("https://api.credly.com/v1/obi/v2/badge_assertions/{UUID}");
    let hosted = hosted_at(&at);
    let content = openbadges::artifact::PayloadContent::Url(format!("https://www.credly.com/badges/{UUID}"));
    let image =
        openbadges::artifact::bake(&art::png("Rust"), &content, openbadges::credential::Standard::Ob2)
            .unwrap();
    let net = Net::default().with_all(&hosted.documents);
    let source = Source::Bytes { name: "rust.png".to_owned(), bytes: image };
    let found = find(source, &mut Documents::new(), &net).await.unwrap().badges().unwrap();
    assert_eq!((found[0].source.as_str(), found[0].credential.text()), ("rust.png", hosted.text.as_str()));
}

/// Documents that were brought along answer before anybody is asked.
#[tokio::test]
async fn documents_at_hand_are_enough() {
    let at = format!("https://api.credly.com/v1/obi/v2/badge_assertions/{UUID}");
    let mut documents: Documents = hosted_at(&at).documents.into_iter().collect();
    for link in [at.clone(), format!("https://www.credly.com/badges/{UUID}")] {
        let found = find(Source::Url(link.clone()), &mut documents, &MapFetch::offline()).await;
        assert!(matches!(found, Ok(Finding::Badges(_))), "{link}: {found:?}");
    }
}

/// What a host lets be kept is used again, with the time at which it said so; verifying again asks anew.
#[tokio::test]
async fn verifying_again_asks_anew() {
    let web = WebHost::start();
    let at = "https://badges.example/a/1";
    web.publish_all(&hosted_at(at).documents);
    web.send_with(at, &[("Cache-Control", "max-age=600"), ("ETag", "\"one\"")]);
    let fetch = over_tls(&web, &["badges.example"]);
    let (_folder, wallet, told) = import_over(fetch, &[at]).await;
    let ImportOutcome::Added { badge } = &told[0].outcome else { panic!("{told:?}") };
    let asked = web.count(at);
    let again = wallet.check(vec![Source::Url(at.to_owned())]).await.unwrap().remove(0).1.unwrap();
    assert_eq!((again.report.verdict.as_str(), web.count(at)), ("verified", asked), "it is fresh");
    for times in 1..3 {
        let detail = wallet.verify_badge(badge.id).await.unwrap();
        assert_eq!((detail.report.verdict.as_str(), web.count(at)), ("verified", asked + times));
        let last = web.requests().into_iter().rfind(|request| request.url == at).unwrap();
        assert_eq!(last.header("cache-control"), Some("no-cache"));
        // The first time it is asked for as a document, of which nothing is kept yet.
        assert_eq!(last.header("if-none-match"), (times == 2).then_some("\"one\""));
    }
    // What has been revoked meanwhile is seen, however fresh the kept answer was.
    web.fail(at, Fault::Status(410));
    assert_eq!(wallet.verify_badge(badge.id).await.unwrap().report.verdict, "revoked");
}
