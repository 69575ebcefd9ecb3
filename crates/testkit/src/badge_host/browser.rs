//! A browser that trusts the test root, and follows where a host sends it: also to an address on this computer.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use url::Url;

use crate::WebHost;

/// A browser. It says yes to everything.
#[derive(Clone, Debug)]
pub struct Browser {
    address: SocketAddr,
    root: Vec<u8>,
}

/// What a page gave: its status line and headers, and its body.
type Page = (String, String);

#[expect(clippy::unwrap_used, reason = "development only: a test's own hosts")]
impl Browser {
    /// One that finds every host at `web`.
    pub fn of(web: &WebHost) -> Self {
        Self { address: web.address(), root: web.root_der() }
    }

    /// Opens `url` and goes where it is sent, at most five times; gives the text of the last page, with its head.
    pub async fn open(&self, url: &str) -> String {
        let mut url = Url::parse(url).unwrap();
        for _ in 0..5 {
            let (head, body) = self.get(&url).await;
            let location = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("location").then(|| value.trim().to_owned())
            });
            match location {
                Some(to) => url = url.join(&to).unwrap(),
                None => return format!("{head}\r\n\r\n{body}"),
            }
        }
        "it goes from redirect to redirect".to_owned()
    }

    async fn get(&self, url: &Url) -> Page {
        let host = url.host_str().unwrap();
        let target = url.as_str().split_once(host).map_or("/", |(_, rest)| rest);
        let target = &target[target.find('/').unwrap_or(0)..];
        let request = format!(
            "GET {target} HTTP/1.1\r\nHost: {host}\r\nAccept: text/html\r\nConnection: close\r\n\r\n"
        );
        if url.scheme() == "http" {
            let port = url.port().unwrap_or(80);
            // Whoever listened may be gone: then there is no page.
            let Ok(stream) = TcpStream::connect((host, port)).await else { return Page::default() };
            return read(stream, &request).await;
        }
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(self.root.clone())).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let socket = TcpStream::connect(self.address).await.unwrap();
        let name = ServerName::try_from(host.to_owned()).unwrap();
        let stream = TlsConnector::from(Arc::new(config)).connect(name, socket).await.unwrap();
        read(stream, &request).await
    }
}

async fn read(mut stream: impl AsyncRead + AsyncWrite + Unpin, request: &str) -> Page {
    let mut bytes = Vec::new();
    if stream.write_all(request.as_bytes()).await.is_ok() {
        // A page that breaks off is as much as came of it.
        let _ = stream.read_to_end(&mut bytes).await;
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    (head.to_owned(), body.to_owned())
}
