//! Publishing over loopback, to a WebDAV server and an S3 store that were written by others.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says what went wrong by panicking")]
#![allow(missing_docs, reason = "a test program")]

mod command;
mod servers;

use std::time::Duration;

use lapel_export::{Fault, MANIFEST, PublishError, PublishLimits, Written, publish};
use lapel_share::SiteFile;
use lapel_testkit::{BadCertificate, WebHost};
use lapel_wallet::account::PublishingKey;
use lapel_wallet::fetch::{FetchError, HttpFetch, Options};
use servers::{Asked, SECRET, Server, Wrong, key, runtime};

fn file(path: &str, text: &str) -> SiteFile {
    SiteFile { path: path.to_owned(), bytes: text.as_bytes().to_vec() }
}

/// A site of these badges.
fn site(badges: &[&str]) -> Vec<SiteFile> {
    let mut files = vec![
        file("feed.xml", &format!("<feed>{}</feed>", badges.concat())),
        file("index.html", &badges.concat()),
        file("sitemap.xml", "<urlset/>"),
        file("years/2026/index.html", "2026"),
    ];
    for badge in badges {
        let at = |name: &str| format!("badges/{badge}/{name}");
        files.push(file(&at("credential.json"), badge));
        files.push(file(&at("credential.jwt"), "a.b.c"));
        files.push(file(&at("index.html"), badge));
        files.push(file(&at("picture.png"), "png"));
        files.push(file(&at("original.svg"), "<svg/>"));
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// No second try, and one request after the other, so that what is asked is the same each time.
const LIMITS: PublishLimits = PublishLimits { patience: Duration::from_secs(30), retries: 0, at_once: 1 };

fn publish_as(
    server: &Server,
    key: Option<&PublishingKey>,
    files: &[SiteFile],
    limits: PublishLimits,
) -> Result<Written, PublishError> {
    runtime().block_on(publish(&server.target(), key, files, server.way(), limits))
}

fn published(server: &Server, files: &[SiteFile]) -> Result<Written, PublishError> {
    publish_as(server, Some(&key(SECRET)), files, LIMITS)
}

fn both() -> [Server; 2] {
    [Server::dav(true), Server::s3()]
}

fn changes(asked: &[Asked]) -> Vec<&str> {
    let changing = asked.iter().filter(|it| !matches!(it.method.as_str(), "GET" | "HEAD" | "PROPFIND"));
    changing.map(|it| it.path.as_str()).collect()
}

#[test]
fn a_site_is_published_with_its_media_types_and_what_leads_to_it_last() {
    for server in both() {
        let files = site(&["a", "b"]);
        let limits = PublishLimits { retries: 0, ..PublishLimits::default() };
        let written = publish_as(&server, Some(&key(SECRET)), &files, limits).unwrap();
        assert_eq!((written.written.len(), written.unchanged, written.removed.len()), (files.len(), 0, 0));
        for file in &files {
            let there = server.file(&file.path);
            assert_eq!(there.as_deref().map(str::as_bytes), Some(&*file.bytes), "{}", file.path);
        }
        let put: Vec<Asked> =
            server.asked().into_iter().filter(|it| it.method == "PUT" && it.status < 300).collect();
        let last = |name: &str| put.iter().rposition(|it| it.path.ends_with(name)).unwrap();
        let media_type = |name: &str| put[last(name)].media_type.clone().unwrap();
        for (name, expected) in [
            ("index.html", "text/html; charset=utf-8"),
            ("feed.xml", "application/atom+xml"),
            ("sitemap.xml", "application/xml"),
            ("credential.json", "application/json"),
            ("credential.jwt", "application/jwt"),
            ("picture.png", "image/png"),
            ("original.svg", "image/svg+xml"),
            (MANIFEST, "application/json"),
        ] {
            assert_eq!(media_type(name), expected, "{name}");
        }
        assert!(put[0].path.ends_with(MANIFEST) && put[put.len() - 1].path.ends_with(MANIFEST));
        assert!(last("badges/a/credential.json") < last("badges/a/index.html"));
        assert!(last("badges/b/index.html") < last("years/2026/index.html"));
        assert!(last("years/2026/index.html") < last("feed.xml"));
    }
}

#[test]
fn an_unchanged_site_is_asked_for_and_nothing_is_uploaded_or_read_again() {
    for server in both() {
        let files = site(&["a", "b"]);
        published(&server, &files).unwrap();
        server.asked();
        let again = published(&server, &files).unwrap();
        assert_eq!((again.written, again.unchanged), (Vec::new(), files.len()));
        let asked = server.asked();
        assert_eq!(changes(&asked), Vec::<&str>::new());
        let read: Vec<_> = asked.iter().filter(|it| it.status == 200).map(|it| it.path.as_str()).collect();
        // The list of what Lapel made; and that of what is in the bucket.
        assert_eq!(read.len(), if server.is_bucket() { 2 } else { 1 }, "{read:?}");
        assert_eq!(asked.len(), if server.is_bucket() { 2 } else { 1 + files.len() });
    }
}

#[test]
fn only_what_changed_is_uploaded_and_what_is_gone_is_removed() {
    for server in both() {
        published(&server, &site(&["a", "b"])).unwrap();
        server.put("CNAME", "ada.example");
        server.asked();
        let written = published(&server, &site(&["b"])).unwrap();
        assert_eq!(written.written, ["feed.xml", "index.html"]);
        assert_eq!(written.removed.len(), 5);
        assert_eq!(server.asked().iter().filter(|it| it.method == "DELETE").count(), 5);
        assert_eq!(server.file("badges/a/index.html"), None);
        assert_eq!(server.file("badges/b/index.html").as_deref(), Some("b"));
        assert_eq!(server.file("index.html").as_deref(), Some("b"));
        assert_eq!(server.file("CNAME").as_deref(), Some("ada.example"));
        assert!(!server.file(MANIFEST).unwrap().contains("badges/a/"));
    }
}

#[test]
fn what_others_made_or_changed_is_not_touched() {
    for server in both() {
        server.put("index.html", "mine");
        let error = published(&server, &site(&["a"])).unwrap_err();
        assert!(
            matches!(&error, PublishError::InTheWay { files, .. } if files == &["index.html"]),
            "{error}"
        );
        assert_eq!(changes(&server.asked()), Vec::<&str>::new());
        assert_eq!(server.file("index.html").as_deref(), Some("mine"));
        server.put("index.html", "a");
        let written = published(&server, &site(&["a"])).unwrap();
        assert_eq!(written.unchanged, 1, "the same bytes are nobody's");
        server.put("badges/a/credential.json", "edited");
        let error = published(&server, &site(&["a"])).unwrap_err();
        assert!(matches!(error, PublishError::InTheWay { .. }), "{error}");
        let written = published(&server, &site(&["b"])).unwrap();
        assert_eq!((written.kept, written.removed.len()), (vec!["badges/a/credential.json".to_owned()], 4));
        assert_eq!(server.file("badges/a/credential.json").as_deref(), Some("edited"));
    }
}

#[test]
fn an_upload_that_was_cut_off_is_gone_on_with() {
    for server in both() {
        let files = site(&["a", "b"]);
        // The list, and three files.
        server.go_wrong(Wrong::After(4, 507));
        let error = published(&server, &files).unwrap_err();
        let PublishError::CutOff { done, of, ref fault, .. } = error else { panic!("{error}") };
        assert_eq!((done, of, fault), (3, files.len(), &Fault::Full));
        assert_eq!(server.file("index.html"), None, "what leads to the rest comes last");
        server.go_wrong(None);
        server.asked();
        let written = published(&server, &files).unwrap();
        assert_eq!((written.written.len(), written.unchanged), (files.len() - 3, 3));
        server.asked();
        assert_eq!(published(&server, &files).unwrap().unchanged, files.len());
        assert_eq!(changes(&server.asked()), Vec::<&str>::new());
    }
}

#[test]
fn wrong_credentials_and_none_are_told_apart() {
    for server in both() {
        let wrong = publish_as(&server, Some(&key("wrong")), &site(&["a"]), LIMITS).unwrap_err();
        let none = publish_as(&server, None, &site(&["a"]), LIMITS).unwrap_err();
        for (error, expected) in [(wrong, false), (none, true)] {
            let PublishError::Place { fault: Fault::Refused { anonymous, .. }, .. } = &error else {
                panic!("{error}")
            };
            assert_eq!((*anonymous, error.code()), (expected, "publish.refused"));
            assert!(!format!("{error} {error:?} {}", error.hint()).contains("wrong"));
        }
        assert_eq!(server.file(MANIFEST), None);
    }
}

#[test]
fn where_no_credentials_are_needed_none_are_sent() {
    let server = Server::dav(false);
    let written = publish_as(&server, None, &site(&["a"]), LIMITS).unwrap();
    assert_eq!(written.written.len(), site(&["a"]).len());
}

#[test]
fn a_missing_bucket_or_collection_is_told() {
    for server in both() {
        let url = if server.is_bucket() {
            "s3://another/site".to_owned()
        } else {
            format!("{}/missing", server.endpoint())
        };
        let target = server.target_of(&url);
        let (key, site) = (key(SECRET), site(&["a"]));
        let published = publish(&target, Some(&key), &site, server.way(), LIMITS);
        let error = runtime().block_on(published).unwrap_err();
        assert!(matches!(&error, PublishError::Place { fault: Fault::NotThere(_), .. }), "{error}");
        assert!(error.hint().ends_with("Nothing was changed."));
    }
}

#[test]
fn each_status_is_told_in_its_own_words() {
    for (status, expected) in [
        (301, "publish.redirected"),
        (403, "publish.refused"),
        (423, "publish.locked"),
        (500, "publish.status"),
        (507, "publish.full"),
    ] {
        for server in both() {
            server.go_wrong(Wrong::Always(status));
            let error = published(&server, &site(&["a"])).unwrap_err();
            assert_eq!(error.code(), expected, "{status}: {error}");
            assert_eq!(server.asked().len(), 1, "nothing else is asked");
        }
    }
}

#[test]
fn a_server_that_hangs_is_given_up() {
    for server in both() {
        server.go_wrong(Wrong::Silence);
        let limits = PublishLimits { patience: Duration::from_millis(500), retries: 2, ..LIMITS };
        let error = publish_as(&server, Some(&key(SECRET)), &site(&["a"]), limits).unwrap_err();
        let fault =
            matches!(&error, PublishError::Place { fault: Fault::Fetch(FetchError::Timeout { .. }), .. });
        assert!(fault, "{error}");
        assert_eq!(server.file(MANIFEST), None);
    }
}

#[test]
fn a_list_that_cannot_be_read_is_left() {
    for server in both() {
        server.put(MANIFEST, "<html>Not found</html>");
        let error = published(&server, &site(&["a"])).unwrap_err();
        assert_eq!(error.code(), "publish.manifest");
        server.put(MANIFEST, r#"{ "made_by": "Lapel", "files": { "../elsewhere": [] } }"#);
        let error = published(&server, &site(&["a"])).unwrap_err();
        assert_eq!(error.code(), "publish.outside");
        assert_eq!(changes(&server.asked()), Vec::<&str>::new());
    }
}

#[test]
fn a_certificate_that_is_not_good_ends_it() {
    let web = WebHost::start();
    let host = "dav.example";
    web.spoil_certificate(host, BadCertificate::WrongHost);
    let address = web.address();
    let lookup = lookup::Always(address);
    let way = HttpFetch::new(Options {
        extra_roots: vec![web.root_pem().into_bytes()],
        allow_private: vec![(host.to_owned(), 443)],
        lookup: Some(std::sync::Arc::new(lookup)),
        ..Options::default()
    });
    let target = lapel_export::Target::parse(&format!("https://{host}/badges"), &<_>::default()).unwrap();
    let key = key(SECRET);
    let error = runtime().block_on(publish(&target, Some(&key), &site(&["a"]), way, LIMITS)).unwrap_err();
    let PublishError::Place { fault: Fault::Fetch(FetchError::Connect { .. }), .. } = &error else {
        panic!("{error}")
    };
    assert_eq!(web.requests(), [], "nothing was sent, and no password");
}

mod lookup {
    use std::future::Future;
    use std::io;
    use std::net::SocketAddr;
    use std::pin::Pin;

    use lapel_wallet::fetch::Lookup;

    /// Every name is at this address.
    pub struct Always(pub SocketAddr);

    impl Lookup for Always {
        fn lookup(&self, _: String) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>> {
            let address = self.0;
            Box::pin(async move { Ok(vec![address]) })
        }
    }
}
