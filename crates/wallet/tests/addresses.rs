//! The addresses that nothing may reach, each in every way that leads there: written out, as a name's answer, by
//! redirect, and by a name that changes its answer. Something listens where each would end, and must hear nothing.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use lapel_testkit::{Fault, WebHost, document};
use lapel_wallet::fetch::{Fetch, FetchError, HttpFetch, Lookup, Options, Purpose, Request, Response, Rule};
use url::Url;

/// The private host that the person allowed.
const ALLOWED: &str = "issuer.example";
const BADGE: &str = "https://issuer.example/badge";
/// A name like any other.
const NAME: &str = "badges.example.com";
const REDIRECTS: [u16; 5] = [301, 302, 303, 307, 308];

/// Not on the public internet, in every spelling that ends there.
const LITERALS: [&str; 49] = [
    "127.0.0.1",
    "127.255.255.254",
    "127.1",
    "0",
    "0.0.0.0",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "0x7f.1",
    "127.0.0.1.",
    "\u{ff11}\u{ff12}\u{ff17}.0.0.1",
    "\u{2460}\u{2461}\u{2466}.0.0.1",
    "127\u{3002}0\u{3002}0\u{3002}1",
    "%31%32%37.0.0.1",
    "017700000001",
    "127.0.1",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::]",
    "[2002:7f00:1::]",
    "[2001:0:7f00:1::]",
    "[fe80::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[ff02::1]",
    "[100::]",
    "[2001:db8::1]",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "169.254.169.254",
    "169.254.170.2",
    "100.64.0.1",
    "100.100.100.200",
    "192.0.0.170",
    "192.0.2.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
];

/// Names of this computer and of local networks.
const LOCAL_NAMES: [&str; 15] = [
    "localhost",
    "localhost.",
    "LOCALHOST",
    "foo.localhost",
    "a.b.localhost.",
    "localhost.localdomain",
    "printer.local",
    "db.internal.",
    "metadata.google.internal",
    "router",
    "nas.lan",
    "x.home.arpa",
    "intranet",
    "wiki.corp",
    "abc.onion",
];

/// Answers as a table says; for a name with several answers, the next at each lookup.
#[derive(Clone, Default)]
struct Names {
    answers: Arc<Mutex<HashMap<String, Vec<Vec<SocketAddr>>>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Names {
    fn answer(&self, host: &str, answers: &[&[SocketAddr]]) {
        let answers = answers.iter().map(|answer| answer.to_vec()).collect();
        self.answers.lock().unwrap().insert(host.to_owned(), answers);
    }

    fn asked(&self, host: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|asked| *asked == host).count()
    }
}

impl Lookup for Names {
    fn lookup(&self, host: String) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>> {
        self.asked.lock().unwrap().push(host.clone());
        let mut answers = self.answers.lock().unwrap();
        let answer = match answers.get_mut(&host) {
            Some(answers) if answers.len() > 1 => Ok(answers.remove(0)),
            Some(answers) => Ok(answers[0].clone()),
            None => Err(io::Error::other("no such host")),
        };
        Box::pin(async move { answer })
    }
}

/// A web host that may be asked, and listeners that must hear nothing.
struct House {
    web: WebHost,
    names: Names,
    v4: TcpListener,
    v6: Option<TcpListener>,
    cases: usize,
}

impl House {
    fn new() -> Self {
        let web = WebHost::start();
        web.publish(&document(BADGE, "application/json", b"{}".to_vec()));
        let names = Names::default();
        names.answer(ALLOWED, &[&[web.address()]]);
        let listen = |address: &str| {
            let listener = TcpListener::bind(address).ok()?;
            listener.set_nonblocking(true).unwrap();
            Some(listener)
        };
        Self { web, names, v4: listen("0.0.0.0:0").unwrap(), v6: listen("[::1]:0"), cases: 0 }
    }

    /// Where the canary listens, for an address of that family.
    fn port(&self, address: IpAddr) -> u16 {
        match (address, &self.v6) {
            (IpAddr::V6(_), Some(v6)) => v6.local_addr().unwrap().port(),
            _ => self.v4.local_addr().unwrap().port(),
        }
    }

    fn options(&self) -> Options {
        Options {
            extra_roots: vec![self.web.root_pem().into_bytes()],
            allow_private: vec![(ALLOWED.to_owned(), 443)],
            lookup: Some(Arc::new(self.names.clone())),
            ..Options::default()
        }
    }

    async fn fetch(&self, url: &str) -> Result<Response, FetchError> {
        fetch(&HttpFetch::new(self.options()), url).await
    }

    /// Nothing was connected to, and only the allowed host was asked for a page.
    fn heard_nothing(&mut self, case: &str) {
        for canary in [Some(&self.v4), self.v6.as_ref()].into_iter().flatten() {
            let heard = canary.accept();
            assert!(heard.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock), "{case}: connected");
        }
        assert!(self.web.requests().iter().all(|request| request.url == BADGE), "{case}");
        self.cases += 1;
    }

    async fn refused(&mut self, url: &str) -> Rule {
        let rule = match self.fetch(url).await {
            Err(FetchError::Refused { rule, .. }) => rule,
            other => panic!("{url}: {other:?}"),
        };
        self.heard_nothing(url);
        rule
    }

    /// By redirects of every kind from the allowed host.
    async fn refused_by_redirect(&mut self, to: &str) {
        for status in REDIRECTS {
            self.web.fail(BADGE, Fault::RedirectWith(status, to.to_owned()));
            let case = format!("{status} to {to}");
            match self.fetch(BADGE).await {
                Err(FetchError::Refused { .. }) => {}
                // Characters outside ASCII are nothing that a header may hold.
                Err(FetchError::BadRedirect { .. }) if !to.is_ascii() => {}
                other => panic!("{case}: {other:?}"),
            }
            self.heard_nothing(&case);
        }
        self.web.mend(BADGE);
    }

    fn told(&self, what: &str) {
        println!("{what}: {} cases refused, nothing connected", self.cases);
    }
}

async fn fetch(door: &HttpFetch, url: &str) -> Result<Response, FetchError> {
    door.fetch(&Request { url: Url::parse(url).unwrap(), purpose: Purpose::Badge }).await
}

/// The addresses that a resolver could answer with.
fn addresses() -> Vec<IpAddr> {
    let bare = LITERALS.iter().map(|host| host.trim_start_matches('[').trim_end_matches(']'));
    bare.filter_map(|host| host.parse().ok()).collect()
}

#[tokio::test]
async fn literals_are_refused() {
    let mut house = House::new();
    let port = house.v4.local_addr().unwrap().port();
    for host in LITERALS {
        assert!(matches!(house.refused(&format!("https://{host}/x")).await, Rule::Address { .. }), "{host}");
        // Where the canary listens.
        house.refused(&format!("https://{host}:{port}/x")).await;
        house.refused(&format!("http://{host}:{port}/x")).await;
    }
    for host in LOCAL_NAMES {
        house.names.answer(host, &[&[house.v4.local_addr().unwrap()]]);
        assert!(
            matches!(house.refused(&format!("https://{host}/x")).await, Rule::LocalName { .. }),
            "{host}"
        );
        house.refused(&format!("https://{host}:{port}/x")).await;
        assert_eq!(house.names.asked(host), 0, "{host} was looked up");
    }
    if let Ok(own) = std::fs::read_to_string("/proc/sys/kernel/hostname")
        && !own.trim().contains('.')
    {
        house.refused(&format!("https://{}/x", own.trim())).await;
    }
    house.told("by literal");
}

#[tokio::test]
async fn answers_of_names_are_refused() {
    let mut house = House::new();
    let public: SocketAddr = "1.1.1.1:0".parse().unwrap();
    for address in addresses() {
        let private = SocketAddr::new(address, house.port(address));
        let at_port_of_url = SocketAddr::new(address, 0);
        // Alone, and with a public one before or after it.
        for answer in [&[private][..], &[at_port_of_url], &[public, private], &[private, public]] {
            house.names.answer(NAME, &[answer]);
            let rule = house.refused(&format!("https://{NAME}/x")).await;
            assert!(matches!(rule, Rule::Address { .. }), "{answer:?}");
        }
    }
    house.told("by name");
}

#[tokio::test]
async fn redirects_are_refused() {
    let mut house = House::new();
    let port = house.v4.local_addr().unwrap().port();
    for host in LITERALS.into_iter().chain(LOCAL_NAMES) {
        house.refused_by_redirect(&format!("https://{host}/x")).await;
    }
    house.refused_by_redirect(&format!("https://127.0.0.1:{port}/x")).await;
    let canary = house.v4.local_addr().unwrap();
    house.names.answer(NAME, &[&[SocketAddr::from(([127, 0, 0, 1], canary.port()))]]);
    house.refused_by_redirect(&format!("https://{NAME}/x")).await;
    for to in [
        format!("http://127.0.0.1:{port}/x"),
        format!("http://{ALLOWED}/badge"),
        format!("http://{ALLOWED}:443/badge"),
        format!("//127.0.0.1:{port}/x"),
        format!("https://good@127.0.0.1:{port}/x"),
        format!("https://127.0.0.1:{port}\\@good.example.com/"),
        "file:///etc/passwd".to_owned(),
        "data:application/json,{}".to_owned(),
        format!("ftp://127.0.0.1:{port}/x"),
        "javascript:alert(1)".to_owned(),
        format!("gopher://127.0.0.1:{port}/x"),
    ] {
        house.refused_by_redirect(&to).await;
    }
    house.told("by redirect");
}

/// A name answers with a good address while it is judged, and with a private one to whoever asks again. Lapel asks once
/// for a connection, and connects to what it judged; what it asks for the next connection is judged anew.
#[tokio::test]
async fn names_that_change_their_answer_gain_nothing() {
    let mut house = House::new();
    for address in addresses() {
        let private = SocketAddr::new(address, house.port(address));
        house.names.answer(ALLOWED, &[&[house.web.address()], &[private]]);
        let before = house.names.asked(ALLOWED);
        let door = HttpFetch::new(house.options());
        assert_eq!(fetch(&door, BADGE).await.unwrap().status, 200, "{address}");
        assert_eq!(house.names.asked(ALLOWED), before + 1, "one lookup for one connection");
        house.heard_nothing(&format!("rebinding to {address}"));
        // Whoever refuses must not ask until the answer is to their liking.
        house.names.answer(NAME, &[&[private], &[house.web.address()]]);
        let before = house.names.asked(NAME);
        let error = fetch(&door, &format!("https://{NAME}/x")).await.unwrap_err();
        assert!(matches!(error, FetchError::Refused { rule: Rule::Address { .. }, .. }), "{error}");
        assert_eq!(house.names.asked(NAME), before + 1);
        house.heard_nothing(&format!("rebinding from {address}"));
    }
    house.told("by rebinding");
}

/// The same for a name of the public internet: public when it is judged, private when it is connected to. It is run in
/// a network of its own, in which nothing but loopback is reachable: what is public cannot be connected to there, and
/// nobody outside hears of it.
#[test]
fn a_public_name_that_turns_private_gains_nothing() {
    let child = std::process::Command::new("unshare")
        .args(["--map-root-user", "--net", "sh", "-c", "ip link set lo up && exec \"$@\"", "sh"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "in_a_network_of_its_own", "--ignored", "--nocapture"])
        .output();
    match child {
        Ok(child) if String::from_utf8_lossy(&child.stdout).contains("running 1 test") => {
            let told = String::from_utf8_lossy(&child.stdout);
            assert!(child.status.success() && told.contains("1 passed"), "{told}");
            print!("{told}");
        }
        other => println!("NOT RUN: this system lets no test have a network of its own: {other:?}"),
    }
}

#[tokio::test]
#[ignore = "run as a child by the test above"]
async fn in_a_network_of_its_own() {
    let mut house = House::new();
    for public in ["1.1.1.1:443", "93.184.215.14:0", "[2606:4700:4700::1111]:443"] {
        let public: SocketAddr = public.parse().unwrap();
        let private = SocketAddr::from(([127, 0, 0, 1], house.v4.local_addr().unwrap().port()));
        house.names.answer(NAME, &[&[public], &[private]]);
        let before = house.names.asked(NAME);
        let error = house.fetch(&format!("https://{NAME}/x")).await.unwrap_err();
        assert!(matches!(error, FetchError::Connect { .. }), "{error}");
        assert_eq!(house.names.asked(NAME), before + 1, "it is not asked again when the connection fails");
        house.heard_nothing("turned between check and connect");
        let rule = house.refused(&format!("https://{NAME}/x")).await;
        assert!(matches!(rule, Rule::Address { .. }), "{rule}");
    }
    house.told("by rebinding from public to private");
}

#[tokio::test]
async fn tricks_of_spelling_are_refused() {
    let mut house = House::new();
    let canary = house.v4.local_addr().unwrap().port();
    let here = SocketAddr::from(([127, 0, 0, 1], canary));
    house.names.answer(NAME, &[&[here]]);
    for port in [1, 22, 25, 80, 110, 6379, 8080, 8443, 65535, canary] {
        let rule = house.refused(&format!("https://{NAME}:{port}/x")).await;
        assert_eq!(rule, Rule::Port { port });
    }
    for scheme in
        ["http", "ftp", "gopher", "file", "javascript", "data", "ws", "wss", "jar", "openid-credential-offer"]
    {
        // The address of a file has no port.
        let port = if scheme == "file" { String::new() } else { format!(":{canary}") };
        let rule = house.refused(&format!("{scheme}://{NAME}{port}/x")).await;
        assert!(matches!(rule, Rule::Scheme { .. }), "{scheme}");
    }
    for tricky in [
        format!("https://good@127.0.0.1:{canary}/"),
        format!("https://{NAME}@127.0.0.1:{canary}/"),
        format!("https://me:secret@{NAME}/"),
        format!("https://:secret@{NAME}/"),
        format!("https://127.0.0.1:{canary}\\@{NAME}/"),
        format!("https:\\\\127.0.0.1:{canary}/"),
        format!("https:/127.0.0.1:{canary}/"),
        format!("https://127.0.0.1:{canary}#@{NAME}/"),
        format!("https://127.0.0.1:{canary}?@{NAME}/"),
        format!("https://\u{ff4c}ocalhost:{canary}/"),
        format!("https://127\u{3002}0\u{3002}0\u{3002}1:{canary}/"),
        format!("https://loc\talhost:{canary}/"),
    ] {
        match Url::parse(&tricky) {
            Ok(_) => {
                house.refused(&tricky).await;
            }
            // It is no address at all.
            Err(error) => {
                println!("{tricky:?}: {error}");
                house.cases += 1;
            }
        }
    }
    house.told("by spelling");
}

/// A page that redirects by HTML is a page: nobody follows.
#[tokio::test]
async fn redirects_in_pages_are_ignored() {
    let mut house = House::new();
    let canary = house.v4.local_addr().unwrap().port();
    let page = format!("<meta http-equiv=refresh content='0;url=https://127.0.0.1:{canary}/'>");
    house.web.publish(&document(BADGE, "text/html", page.clone()));
    house.web.send_with(BADGE, &[("Refresh", &format!("0; url=https://127.0.0.1:{canary}/"))]);
    assert_eq!(house.fetch(BADGE).await.unwrap().bytes, page.into_bytes());
    house.heard_nothing("meta refresh");
}

#[tokio::test]
async fn an_allowed_host_works_and_opens_no_other() {
    let mut house = House::new();
    assert_eq!(house.fetch(BADGE).await.unwrap().bytes, b"{}");
    for other in
        ["https://sub.issuer.example/", "https://issuer.example:8443/", "https://issuer.example.com/"]
    {
        let host = Url::parse(other).unwrap().host_str().unwrap().to_owned();
        house.names.answer(&host, &[&[SocketAddr::from(([127, 0, 0, 1], 1))]]);
        house.refused(other).await;
    }
    // And the canaries do hear whoever is let in: a connection that may be made is made.
    let port = house.v4.local_addr().unwrap().port();
    let allow_private = vec![("127.0.0.1".to_owned(), port)];
    let total = std::time::Duration::from_millis(300);
    let limits = lapel_wallet::fetch::Limits { total, ..Default::default() };
    let door = HttpFetch::new(Options { allow_private, limits, ..house.options() });
    let error = fetch(&door, &format!("https://127.0.0.1:{port}/x")).await.unwrap_err();
    assert!(!matches!(error, FetchError::Refused { .. }), "{error}");
    assert!(house.v4.accept().is_ok(), "the canary heard it");
}
