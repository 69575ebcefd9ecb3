use std::error::Error as _;

use reqwest::{Certificate, Client, redirect};

use super::*;
use crate::document;

const URL: &str = "https://issuer.example/issuer";

/// A client that reaches every `*.example` name of these tests at `web`, follows no redirect and gives up after
/// five seconds.
fn client(web: &WebHost) -> Client {
    Client::builder()
        .no_proxy()
        .resolve("issuer.example", web.address())
        .resolve("other.example", web.address())
        .tls_certs_only([Certificate::from_der(&web.root_der()).unwrap()])
        .redirect(redirect::Policy::none())
        .timeout(Duration::from_secs(5))
        .build()
        .unwrap()
}

fn web() -> WebHost {
    let web = WebHost::start();
    web.publish(&document(URL, "application/json", "{\"name\":\"Example Academy\"}"));
    web
}

#[tokio::test]
async fn a_published_document_comes_back_bit_for_bit_and_is_logged() {
    let web = web();
    let answer = client(&web).get(URL).header("accept", "application/json").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "application/json");
    assert_eq!(answer.bytes().await.unwrap(), &b"{\"name\":\"Example Academy\"}"[..]);
    let [request] = &web.requests()[..] else { panic!("one request") };
    assert_eq!((request.method.as_str(), request.url.as_str()), ("GET", URL));
    assert_eq!(request.header("accept"), Some("application/json"));
    assert_eq!(web.count(URL), 1);
}

#[tokio::test]
async fn hosts_and_paths_are_kept_apart() {
    let web = web();
    let client = client(&web);
    assert_eq!(client.get("https://other.example/issuer").send().await.unwrap().status(), 404);
    assert_eq!(client.get("https://issuer.example/").send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn bad_certificates_are_refused_by_a_client_that_checks() {
    let web = web();
    for bad in BadCertificate::ALL {
        web.spoil_certificate("issuer.example", bad);
        let error = client(&web).get(URL).send().await.unwrap_err();
        assert!(error.is_connect(), "{bad:?}: {error:?} {:?}", error.source());
    }
    assert_eq!(web.requests(), []);
}

#[tokio::test]
async fn statuses_and_redirects_come_as_ordered() {
    let web = web();
    let client = client(&web);
    web.fail(URL, Fault::Status(410));
    assert_eq!(client.get(URL).send().await.unwrap().status(), 410);
    web.fail(URL, Fault::Redirect("file:///etc/passwd".into()));
    let answer = client.get(URL).send().await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["location"]),
        (302, &"file:///etc/passwd".parse().unwrap())
    );
    web.fail(URL, Fault::RedirectHops(2));
    assert_eq!(
        client.get(format!("{URL}?hop=1")).send().await.unwrap().headers()["location"],
        format!("{URL}?hop=2")
    );
    assert_eq!(client.get(format!("{URL}?hop=2")).send().await.unwrap().status(), 200);
    web.fail(URL, Fault::RedirectLoop);
    assert_eq!(client.get(format!("{URL}?hop=99")).send().await.unwrap().status(), 302);
    web.mend(URL);
    assert_eq!(client.get(URL).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn short_bodies_and_resets_are_errors_of_the_body() {
    let web = web();
    for fault in [Fault::Length(1_000), Fault::ResetMidBody] {
        web.fail(URL, fault.clone());
        let failed = match client(&web).get(URL).send().await {
            Ok(answer) => answer.bytes().await.is_err(),
            Err(_) => true,
        };
        assert!(failed, "{fault:?}");
    }
}

#[tokio::test]
async fn a_gzip_bomb_is_small_on_the_wire() {
    let web = web();
    web.fail(URL, Fault::GzipBomb { inflated: 1 << 20 });
    let answer = client(&web).get(URL).send().await.unwrap();
    let bytes = answer.bytes().await.unwrap();
    // The client's own decompression is on: it sees the zeros.
    assert_eq!(bytes.len(), 1 << 20);
    web.fail(URL, Fault::Gzip);
    assert!(client(&web).get(URL).send().await.unwrap().text().await.unwrap().contains("Academy"));
}

#[tokio::test]
async fn silence_and_slowness_last_until_the_client_gives_up() {
    let web = web();
    let pause = Duration::from_millis(5);
    for fault in [Fault::Silence, Fault::HandshakeSilence, Fault::SlowHead(pause), Fault::SlowBody(pause)] {
        web.fail(URL, fault.clone());
        let request = client(&web).get(URL).timeout(Duration::from_millis(300));
        let error = match request.send().await {
            Ok(answer) => answer.bytes().await.unwrap_err(),
            Err(error) => error,
        };
        assert!(error.is_timeout(), "{fault:?}: {error:?}");
    }
}

#[tokio::test]
async fn an_endless_body_goes_past_any_cap() {
    let web = web();
    web.fail(URL, Fault::EndlessBody);
    let mut answer = client(&web).get(URL).send().await.unwrap();
    let mut read = 0;
    while read < 1 << 20 {
        read += answer.chunk().await.unwrap().expect("no end").len();
    }
}

#[tokio::test]
async fn odd_heads_come_as_ordered() {
    let web = web();
    let client = client(&web);
    web.fail(URL, Fault::NotHttp);
    assert!(client.get(URL).send().await.is_err());
    web.fail(URL, Fault::HandshakeRefused);
    assert!(client.get(URL).send().await.unwrap_err().is_connect());
    web.fail(URL, Fault::Headers(50));
    assert!(client.get(URL).send().await.unwrap().headers().len() > 50);
    web.fail(URL, Fault::LongHeader(4_000));
    assert_eq!(client.get(URL).send().await.unwrap().headers()["x-long"].len(), 4_000);
    web.fail(URL, Fault::NoLength);
    assert!(client.get(URL).send().await.unwrap().text().await.unwrap().contains("Academy"));
}
