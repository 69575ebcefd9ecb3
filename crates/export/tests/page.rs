//! Whether a page is there, asked only of hosts that anybody can reach.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::sync::Arc;

use lapel_export::{PageAnswer, page_answers};
use lapel_wallet::Wallet;
use lapel_wallet::api::Settings;
use lapel_wallet::fetch::{FetchError, MapFetch, Response};

const PAGE: &str = "https://badges.example/1";

async fn asked(fetch: MapFetch, url: &str, offline: bool) -> Result<PageAnswer, String> {
    let folder = tempfile::tempdir().unwrap();
    let wallet = Wallet::open_with(folder.path(), Arc::new(fetch)).unwrap();
    wallet.save_settings(&Settings { offline, ..Settings::default() }).unwrap();
    page_answers(&wallet, url).await.map_err(|error| error.code)
}

fn with(status: u16, moved: Option<&str>) -> MapFetch {
    let redirected_to = moved.map(|url| url.parse().unwrap());
    MapFetch::offline().with(PAGE, Ok(Response { status, redirected_to, ..Response::default() }))
}

fn why(answer: Result<PageAnswer, String>) -> String {
    match answer.unwrap() {
        PageAnswer::Gone { why } => why,
        PageAnswer::Answers { .. } => String::new(),
    }
}

#[tokio::test]
async fn a_page_is_there_or_gone_with_a_reason() {
    assert_eq!(asked(with(200, None), PAGE, false).await, Ok(PageAnswer::Answers { moved_to: None }));
    let moved = "https://badges.example/2";
    let answer = PageAnswer::Answers { moved_to: Some(moved.to_owned()) };
    assert_eq!(asked(with(200, Some(moved)), PAGE, false).await, Ok(answer));
    assert!(why(asked(with(404, None), PAGE, false).await).contains("404"));
    assert!(why(asked(with(410, None), PAGE, false).await).contains("any more"));
    assert!(why(asked(with(403, None), PAGE, false).await).contains("only to some"));
    assert!(why(asked(with(503, None), PAGE, false).await).contains("just now"));
    let dead = MapFetch::offline().with(
        PAGE,
        Err(FetchError::NotFound { host: "badges.example".to_owned(), detail: "no such host".to_owned() }),
    );
    assert!(!why(asked(dead, PAGE, false).await).is_empty());
}

#[tokio::test]
async fn nothing_is_asked_offline_or_of_what_is_no_public_page() {
    assert!(asked(with(200, None), PAGE, true).await.is_err());
    for url in ["http://badges.example/1", "https://localhost/1", "file:///etc/passwd", "https://127.0.0.1/"]
    {
        assert_eq!(asked(with(200, None), url, false).await, Err("share.no-public-page".to_owned()), "{url}");
    }
}
