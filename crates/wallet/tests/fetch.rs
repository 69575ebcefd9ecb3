//! The door to the network, against hosts that are hostile, broken or slow. Everything is on loopback. The addresses
//! that nothing may reach are in `addresses.rs`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use std::collections::HashMap;
use std::future::Future;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::pin::Pin;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use lapel_testkit::{BadCertificate, Fault, WebHost, document};
use lapel_wallet::fetch::call::{Call, Caller};
use lapel_wallet::fetch::{
    Fetch, FetchError, HttpFetch, Limits, Lookup, Options, Purpose, Request, Response, Rule,
};
use url::Url;

/// The host that the person allowed, though it is private.
const ALLOWED: &str = "issuer.example";
const URL: &str = "https://issuer.example/badge";
/// So that what never ends is found out soon.
const TOTAL: Duration = Duration::from_millis(400);

/// Every name is at one address, except those told otherwise; counts what it is asked.
#[derive(Clone, Default)]
struct Names {
    everywhere: Option<SocketAddr>,
    special: HashMap<String, Vec<SocketAddr>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Lookup for Names {
    fn lookup(&self, host: String) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>> {
        self.asked.lock().unwrap().push(host.clone());
        let found = self.special.get(&host).cloned().or(self.everywhere.map(|address| vec![address]));
        Box::pin(async move { found.ok_or_else(|| io::Error::other("no such host")) })
    }
}

struct Fixture {
    web: WebHost,
    names: Names,
    total: Duration,
}

impl Fixture {
    fn new() -> Self {
        let web = WebHost::start();
        web.publish(&document(URL, "application/json", br#"{"a":1}"#.to_vec()));
        let names = Names { everywhere: Some(web.address()), ..Names::default() };
        Self { web, names, total: Duration::from_secs(10) }
    }

    fn hasty() -> Self {
        Self { total: TOTAL, ..Self::new() }
    }

    fn with(mut self, host: &str, addresses: &[&str]) -> Self {
        let addresses =
            addresses.iter().map(|address| SocketAddr::new(address.parse().unwrap(), 0)).collect();
        self.names.special.insert(host.to_owned(), addresses);
        self
    }

    fn options(&self) -> Options {
        Options {
            limits: Limits { total: self.total, ..Limits::default() },
            extra_roots: vec![self.web.root_pem().into_bytes()],
            allow_private: vec![(ALLOWED.to_owned(), 443)],
            lookup: Some(Arc::new(self.names.clone())),
            ..Options::default()
        }
    }

    async fn fetch(&self, url: &str) -> Result<Response, FetchError> {
        fetch(&HttpFetch::new(self.options()), url, Purpose::Badge).await
    }
}

async fn fetch(door: &HttpFetch, url: &str, purpose: Purpose) -> Result<Response, FetchError> {
    door.fetch(&Request { url: Url::parse(url).unwrap(), purpose }).await
}

#[tokio::test]
async fn a_document_comes_as_it_is_and_the_request_says_little() {
    let fixture = Fixture::new();
    let response = fixture.fetch(&format!("{URL}#key-1")).await.unwrap();
    assert_eq!((response.status, &response.bytes[..]), (200, &br#"{"a":1}"#[..]));
    assert_eq!(response.media_type.as_deref(), Some("application/json"));
    let requests = fixture.web.requests();
    assert_eq!((requests.len(), requests[0].method.as_str(), requests[0].url.as_str()), (1, "GET", URL));
    let mut names: Vec<_> = requests[0].headers.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["accept", "accept-encoding", "host", "user-agent"]);
    assert_eq!(requests[0].header("accept"), Some(Purpose::Badge.accept()));
    assert!(!Purpose::Badge.accept().contains("html"));
    assert_eq!(requests[0].header("user-agent"), Some(concat!("Lapel/", env!("CARGO_PKG_VERSION"))));
}

#[tokio::test]
async fn every_status_is_told_apart() {
    for status in [204, 400, 401, 403, 404, 410, 418, 429, 500, 503] {
        let fixture = Fixture::new();
        fixture.web.fail(URL, Fault::Status(status));
        let response = fixture.fetch(URL).await.unwrap();
        assert_eq!((response.status, response.is_success()), (status, status == 204));
    }
}

#[tokio::test]
async fn honest_ways_of_sending_are_understood() {
    for fault in [Fault::Gzip, Fault::NoLength, Fault::Headers(50), Fault::RedirectHops(5)] {
        let fixture = Fixture::new();
        fixture.web.fail(URL, fault.clone());
        let response = fixture.fetch(URL).await.unwrap_or_else(|error| panic!("{fault:?}: {error}"));
        assert_eq!(response.bytes, br#"{"a":1}"#, "{fault:?}");
    }
}

/// Not the host that led there.
#[tokio::test]
async fn the_host_that_was_slow_is_named() {
    let fixture = Fixture::hasty();
    let slow = "https://slow.example/badge";
    fixture.web.fail(URL, Fault::Redirect(slow.to_owned()));
    fixture.web.fail(slow, Fault::Silence);
    let allow_private = [ALLOWED, "slow.example"].map(|host| (host.to_owned(), 443)).into();
    let door = HttpFetch::new(Options { allow_private, ..fixture.options() });
    let error = fetch(&door, URL, Purpose::Badge).await.unwrap_err();
    assert!(matches!(&error, FetchError::Timeout { host, .. } if host == "slow.example"), "{error}");
    let called = door.call(&Call::get(Url::parse(URL).unwrap(), 1024)).await.unwrap_err();
    assert!(matches!(&called, FetchError::Timeout { host, .. } if host == "slow.example"), "{called}");
}

#[tokio::test]
async fn hosts_that_never_end_are_left_in_time() {
    let pause = Duration::from_millis(20);
    for fault in [Fault::Silence, Fault::HandshakeSilence, Fault::SlowHead(pause), Fault::SlowBody(pause)] {
        let fixture = Fixture::hasty();
        if fault == Fault::HandshakeSilence {
            fixture.web.fail_host(ALLOWED, fault.clone());
        } else {
            fixture.web.fail(URL, fault.clone());
        }
        let start = Instant::now();
        let error = fixture.fetch(URL).await.unwrap_err();
        assert!(matches!(&error, FetchError::Timeout { host, .. } if host == ALLOWED), "{fault:?}: {error}");
        assert!(start.elapsed() >= TOTAL && start.elapsed() < TOTAL * 10, "{fault:?}: {:?}", start.elapsed());
    }
}

#[tokio::test]
async fn hosts_that_send_too_much_are_cut_off() {
    for fault in [Fault::EndlessBody, Fault::GzipBomb { inflated: 64 << 20 }] {
        let fixture = Fixture::new();
        fixture.web.fail(URL, fault.clone());
        for purpose in [Purpose::Badge, Purpose::Document, Purpose::Image] {
            let error = fetch(&HttpFetch::new(fixture.options()), URL, purpose).await.unwrap_err();
            let limit = purpose.max_bytes();
            assert!(
                matches!(&error, FetchError::TooLarge { max_bytes, .. } if *max_bytes == limit),
                "{fault:?} for {purpose:?}: {error}"
            );
        }
    }
}

#[tokio::test]
async fn the_limit_of_bytes_is_exact() {
    let fixture = Fixture::new();
    let fits = vec![b' '; Purpose::Document.max_bytes()];
    let large = vec![b' '; Purpose::Document.max_bytes() + 1];
    fixture.web.publish(&document("https://issuer.example/fits", "application/json", fits));
    fixture.web.publish(&document("https://issuer.example/large", "application/json", large));
    let door = HttpFetch::new(fixture.options());
    assert!(fetch(&door, "https://issuer.example/fits", Purpose::Document).await.is_ok());
    let refused = fetch(&door, "https://issuer.example/large", Purpose::Document).await;
    assert!(matches!(refused, Err(FetchError::TooLarge { .. })));
    assert!(fetch(&door, "https://issuer.example/large", Purpose::Badge).await.is_ok());
}

#[tokio::test]
async fn broken_answers_are_errors_with_the_host_in_them() {
    let broken = [
        Fault::Length(10_000),
        Fault::ResetMidBody,
        Fault::Headers(100_000),
        Fault::LongHeader(10 << 20),
        Fault::NotHttp,
    ];
    for fault in broken {
        let fixture = Fixture::new();
        fixture.web.fail(URL, fault.clone());
        let error = fixture.fetch(URL).await.unwrap_err();
        assert!(matches!(&error, FetchError::Broken { host, .. } if host == ALLOWED), "{fault:?}: {error}");
        assert!(error.to_string().contains(ALLOWED));
    }
    let fixture = Fixture::new();
    fixture.web.fail_host(ALLOWED, Fault::HandshakeRefused);
    let error = fixture.fetch(URL).await.unwrap_err();
    assert!(matches!(error, FetchError::Connect { .. }), "{error}");
}

#[tokio::test]
async fn no_bad_certificate_is_accepted() {
    for bad in BadCertificate::ALL {
        let fixture = Fixture::new();
        fixture.web.spoil_certificate(ALLOWED, bad);
        let error = fixture.fetch(URL).await.unwrap_err();
        assert!(matches!(error, FetchError::Connect { .. }), "{bad:?}: {error}");
        assert!(fixture.web.requests().is_empty(), "{bad:?}: a request was sent");
    }
    let fixture = Fixture::new();
    let strangers = Options { extra_roots: Vec::new(), ..fixture.options() };
    let error = fetch(&HttpFetch::new(strangers), URL, Purpose::Badge).await.unwrap_err();
    assert!(matches!(error, FetchError::Connect { .. }), "{error}");
}

#[tokio::test]
async fn redirects_are_followed_five_times_and_no_further() {
    for fault in [Fault::RedirectLoop, Fault::RedirectHops(6)] {
        let fixture = Fixture::new();
        fixture.web.fail(URL, fault.clone());
        let error = fixture.fetch(URL).await.unwrap_err();
        assert!(matches!(error, FetchError::TooManyRedirects { max: 5, .. }), "{fault:?}: {error}");
        assert_eq!(fixture.web.requests().len(), 6);
    }
}

#[tokio::test]
async fn redirects_lead_to_https_only() {
    let elsewhere = [
        "http://issuer.example/badge",
        "file:///etc/passwd",
        "data:application/json,{}",
        "ftp://issuer.example/x",
        "javascript:alert(1)",
        "gopher://issuer.example/",
        "HTTP://issuer.example/",
    ];
    for status in [301, 302, 303, 307, 308] {
        for to in elsewhere {
            let fixture = Fixture::new();
            fixture.web.fail(URL, Fault::RedirectWith(status, to.to_owned()));
            let error = fixture.fetch(URL).await.unwrap_err();
            assert!(
                matches!(&error, FetchError::Refused { rule: Rule::Scheme { .. }, .. }),
                "{status} to {to}: {error}"
            );
            assert_eq!(fixture.web.requests().len(), 1);
        }
    }
    let fixture = Fixture::new();
    fixture.web.fail(URL, Fault::Redirect("https://[".to_owned()));
    assert!(matches!(fixture.fetch(URL).await, Err(FetchError::BadRedirect { .. })));
    fixture.web.fail(URL, Fault::Redirect("/other".to_owned()));
    fixture.web.publish(&document("https://issuer.example/other", "application/json", b"{}".to_vec()));
    assert_eq!(fixture.fetch(URL).await.unwrap().bytes, b"{}", "a relative one is resolved");
}

#[tokio::test]
async fn a_name_that_is_nowhere_is_not_found() {
    let fixture = Fixture::new().with("empty.example.com", &[]);
    let error = fixture.fetch("https://empty.example.com/").await.unwrap_err();
    assert!(matches!(&error, FetchError::NotFound { host, .. } if host == "empty.example.com"), "{error}");
    let options = Options { lookup: Some(Arc::new(Names::default())), ..fixture.options() };
    let error =
        fetch(&HttpFetch::new(options), "https://absent.example.com/", Purpose::Badge).await.unwrap_err();
    assert!(matches!(error, FetchError::NotFound { .. }), "{error}");
}

/// The proxy of the environment would see every request, and resolve names without our judgement.
#[test]
fn no_proxy_of_the_environment_is_used() {
    let canary = TcpListener::bind("127.0.0.1:0").unwrap();
    canary.set_nonblocking(true).unwrap();
    let proxy = format!("http://{}", canary.local_addr().unwrap());
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_document_comes_as_it_is_and_the_request_says_little"])
        .envs(
            ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"]
                .map(|name| (name, &proxy)),
        )
        .output()
        .unwrap();
    let output = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success() && output.contains("1 passed"), "{output}");
    assert!(
        canary.accept().is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock),
        "the proxy was asked"
    );
}

/// What a host says of keeping its answers is done as it says: fresh ones are not asked for again, others confirmed.
#[tokio::test]
async fn answers_are_kept_for_as_long_as_their_host_says() {
    let fixture = Fixture::new();
    let door = HttpFetch::new(fixture.options());
    fixture.web.send_with(URL, &[("Cache-Control", "max-age=600"), ("ETag", "\"one\"")]);
    let first = fetch(&door, URL, Purpose::Badge).await.unwrap();
    let second = fetch(&door, URL, Purpose::Badge).await.unwrap();
    assert_eq!((&second.bytes, second.status), (&first.bytes, 200));
    assert_eq!(fixture.web.count(URL), 1);
    fetch(&door, URL, Purpose::Image).await.unwrap();
    assert_eq!(fixture.web.count(URL), 2, "another Accept may have another answer");

    // Verifying again asks anew: the host confirms what it said, in few bytes.
    let anew = door.anew().unwrap();
    let request = Request { url: Url::parse(URL).unwrap(), purpose: Purpose::Badge };
    let confirmed = anew.fetch(&request).await.unwrap();
    assert_eq!((confirmed.status, &confirmed.bytes, confirmed.age), (200, &first.bytes, Duration::ZERO));
    let asked = fixture.web.requests().pop().unwrap();
    assert_eq!(
        (asked.header("if-none-match"), asked.header("cache-control")),
        (Some("\"one\""), Some("no-cache"))
    );

    // It says something else: that counts, for both.
    fixture.web.publish(&document(URL, "application/json", br#"{"a":2}"#.to_vec()));
    fixture.web.send_with(URL, &[("Cache-Control", "max-age=600"), ("ETag", "\"two\"")]);
    assert_eq!(anew.fetch(&request).await.unwrap().bytes, br#"{"a":2}"#);
    assert_eq!(fetch(&door, URL, Purpose::Badge).await.unwrap().bytes, br#"{"a":2}"#);
    assert_eq!(fixture.web.count(URL), 4);

    fixture.web.send_with(URL, &[("Cache-Control", "no-store"), ("ETag", "\"two\"")]);
    anew.fetch(&request).await.unwrap();
    for _ in 0..2 {
        fetch(&door, URL, Purpose::Document).await.unwrap();
    }
    assert_eq!(fixture.web.count(URL), 7);
}

#[tokio::test]
async fn an_answer_says_where_it_was_and_what_its_host_wishes() {
    let fixture = Fixture::new();
    fixture.web.fail("https://issuer.example/old", Fault::Redirect("/badge".to_owned()));
    fixture.web.send_with(URL, &[("Link", "</list?page=2>; rel=\"next\""), ("Retry-After", "7")]);
    assert_eq!(fixture.fetch(URL).await.unwrap().redirected_to, None);
    let answer = fixture.fetch("https://issuer.example/old").await.unwrap();
    assert_eq!(answer.redirected_to.unwrap().as_str(), URL);
    assert_eq!(
        (answer.links[0].target.as_str(), &answer.links[0].rel[..]),
        ("https://issuer.example/list?page=2", &["next".to_owned()][..])
    );
    assert_eq!(answer.retry_after, Some(Duration::from_secs(7)));
    fixture.web.fail(URL, Fault::Status(503));
    let busy = fixture.fetch(URL).await.unwrap();
    assert_eq!((busy.status, busy.retry_after), (503, Some(Duration::from_secs(7))));
}

/// A proxy on loopback. It does as `greet` does: hears where to, and grants it; but leads everything to one address.
/// Gives what it was asked.
fn proxy(to: SocketAddr, greet: fn(&mut TcpStream) -> String) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let heard = Arc::clone(&asked);
    std::thread::spawn(move || {
        for socket in listener.incoming() {
            let mut client = socket.unwrap();
            let wanted = greet(&mut client);
            heard.lock().unwrap().push(wanted);
            let mut server = TcpStream::connect(to).unwrap();
            let (mut from, mut back) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            std::thread::spawn(move || io::copy(&mut from, &mut back));
            std::thread::spawn(move || {
                let _ = io::copy(&mut server, &mut client);
                let _ = client.shutdown(std::net::Shutdown::Both);
            });
        }
    });
    (address, asked)
}

/// `CONNECT` (RFC 9110, section 9.3.6); gives its first line.
fn connect(client: &mut TcpStream) -> String {
    let mut lines = BufReader::new(client.try_clone().unwrap()).lines();
    let wanted = lines.next().unwrap().unwrap();
    while lines.next().is_some_and(|line| !line.unwrap().is_empty()) {}
    client.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").unwrap();
    wanted
}

/// SOCKS (RFC 1928); gives the address that it is asked for: a name as it is, IPv4 in figures.
fn socks(client: &mut TcpStream) -> String {
    fn take(client: &mut TcpStream, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        client.read_exact(&mut bytes).unwrap();
        bytes
    }
    let methods = take(client, 2)[1];
    take(client, methods.into());
    client.write_all(&[5, 0]).unwrap();
    let wanted = match take(client, 4)[3] {
        1 => take(client, 4).iter().map(u8::to_string).collect::<Vec<_>>().join("."),
        3 => {
            let length = take(client, 1)[0];
            String::from_utf8(take(client, length.into())).unwrap()
        }
        other => panic!("address of type {other}"),
    };
    take(client, 2);
    client.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).unwrap();
    wanted
}

/// Through a proxy of the settings, names are resolved by the proxy; addresses that are written out are judged here.
#[tokio::test]
async fn a_proxy_of_the_settings_is_used_and_opens_nothing_else() {
    let fixture = Fixture::new();
    let (address, asked) = proxy(fixture.web.address(), connect);
    let proxy = Some(lapel_wallet::fetch::parse_proxy(&format!("http://{address}")).unwrap());
    let url = "https://badges.example.com/x";
    fixture.web.publish(&document(url, "application/json", b"{}".to_vec()));
    let door = HttpFetch::new(Options { proxy, ..fixture.options() });
    assert_eq!(fetch(&door, url, Purpose::Badge).await.unwrap().bytes, b"{}");
    assert_eq!(*asked.lock().unwrap(), ["CONNECT badges.example.com:443 HTTP/1.1"]);
    assert!(fixture.names.asked.lock().unwrap().is_empty(), "the proxy resolves names");
    for refused in [
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://localhost/",
        "http://badges.example.com/",
        "https://a.internal/",
    ] {
        let error = fetch(&door, refused, Purpose::Badge).await.unwrap_err();
        assert!(matches!(error, FetchError::Refused { .. }), "{refused}: {error}");
    }
    assert_eq!(asked.lock().unwrap().len(), 1);
    // A host of one's own network is not reached by way of somebody else.
    assert!(fetch(&door, URL, Purpose::Badge).await.is_ok());
    assert_eq!(asked.lock().unwrap().len(), 1);
}

#[test]
fn proxies_are_addresses_of_proxies() {
    let read = lapel_wallet::fetch::parse_proxy;
    for good in [
        "http://proxy.lan:3128",
        "https://me:secret@proxy.example",
        "socks5://127.0.0.1:1080",
        "socks5h://[::1]:9050/",
    ] {
        assert!(read(good).is_ok(), "{good}");
    }
    for bad in
        ["", "proxy.lan:3128", "ftp://proxy.lan", "http://", "http://proxy.lan/path", "http://proxy.lan?x"]
    {
        assert!(read(bad).is_err(), "{bad}");
    }
}

/// What the person allows in the settings holds from the next import on, and nothing that is no host or proxy is kept.
#[tokio::test]
async fn a_private_host_is_allowed_in_the_settings() {
    use lapel_wallet::api::{ImportOutcome, Settings};
    use lapel_wallet::{Source, Wallet};
    let badge = lapel_testkit::Issuer::did_key("academy").achievement("Rust").sign_jwt();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let body = badge.text().to_owned();
    std::thread::spawn(move || {
        for socket in listener.incoming() {
            let mut socket = socket.unwrap();
            let _ = socket.read(&mut [0; 4096]).unwrap();
            let head =
                format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            socket.write_all(format!("{head}{body}").as_bytes()).unwrap();
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let wallet = Wallet::open(folder.path()).unwrap();
    for (allowed_hosts, proxy, code) in [
        (vec!["school.lan".to_owned()], None, "settings.bad-host"),
        (Vec::new(), Some("proxy".to_owned()), "settings.bad-proxy"),
    ] {
        let settings = Settings { allowed_hosts, proxy, ..Settings::default() };
        assert_eq!(wallet.save_settings(&settings).unwrap_err().code, code);
        assert_eq!(wallet.settings().unwrap(), Settings::default());
    }
    let link = Source::Url(format!("http://{host}/badge"));
    let refused = wallet.import(vec![link.clone()], |_| {}).await.unwrap().remove(0).outcome;
    assert!(
        matches!(&refused, ImportOutcome::Failed { error } if error.code == "fetch.not-https"),
        "{refused:?}"
    );
    wallet.save_settings(&Settings { allowed_hosts: vec![host], ..Settings::default() }).unwrap();
    let added = wallet.import(vec![link], |_| {}).await.unwrap().remove(0).outcome;
    assert!(matches!(added, ImportOutcome::Added { .. }), "{added:?}");
}

/// With `socks5`, names are resolved and judged here; with `socks5h`, by the proxy.
#[tokio::test]
async fn a_socks_proxy_is_given_addresses_or_names() {
    let fixture =
        Fixture::new().with("badges.example.com", &["1.1.1.1"]).with("inside.example.com", &["10.0.0.1"]);
    for url in ["https://badges.example.com/x", "https://inside.example.com/x"] {
        fixture.web.publish(&document(url, "application/json", b"{}".to_vec()));
    }
    for (scheme, told) in
        [("socks5", &["1.1.1.1"][..]), ("socks5h", &["badges.example.com", "inside.example.com"])]
    {
        let (address, asked) = proxy(fixture.web.address(), socks);
        let proxy = Some(lapel_wallet::fetch::parse_proxy(&format!("{scheme}://{address}")).unwrap());
        let door = HttpFetch::new(Options { proxy, ..fixture.options() });
        assert_eq!(fetch(&door, "https://badges.example.com/x", Purpose::Badge).await.unwrap().bytes, b"{}");
        let inside = fetch(&door, "https://inside.example.com/x", Purpose::Badge).await;
        if scheme == "socks5" {
            let error = inside.unwrap_err();
            assert!(matches!(error, FetchError::Refused { rule: Rule::Address { .. }, .. }), "{error}");
        } else {
            assert!(inside.is_ok(), "{inside:?}");
        }
        assert_eq!(*asked.lock().unwrap(), told, "{scheme}");
        let error = fetch(&door, "https://127.0.0.1/", Purpose::Badge).await.unwrap_err();
        assert!(matches!(error, FetchError::Refused { .. }), "{error}");
    }
}
