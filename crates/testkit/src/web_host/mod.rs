//! A web host on loopback that serves issuers' documents over TLS, with faults on demand.
//!
//! Every host name is served by the same socket: the client is told (by its own resolver) that each name is at
//! [`WebHost::address`], and trusts [`WebHost::root_pem`]. A certificate for the asked name is made on the spot.
//!
//! ```
//! use lapel_testkit::{Fault, Issuer, WebHost};
//!
//! let issued = Issuer::did_web("issuer.example").achievement("Rust").sign_jwt();
//! let web = WebHost::start();
//! web.publish_all(issued.documents());
//! web.fail("https://issuer.example/status/1", Fault::Status(410));
//! assert!(web.address().ip().is_loopback());
//! assert_eq!(web.requests(), []);
//! ```

mod fault;
#[cfg(test)]
mod tests;
mod tls;

use std::collections::HashMap;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use flate2::{Compression, write::GzEncoder};
use openbadges::Document;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use url::Url;

pub use fault::{BadCertificate, Fault};
use tls::Certificates;

/// A request that the host was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// `GET`, ...
    pub method: String,
    /// The whole URL: `https://`, the `Host` header without a port, path and query.
    pub url: String,
    /// Header names in lower case, and their values, in the order sent.
    pub headers: Vec<(String, String)>,
    /// The body, where one was announced (`Content-Length`).
    pub body: Vec<u8>,
}

/// What a program on the host answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Served {
    /// The HTTP status.
    pub status: u16,
    /// Headers besides `Content-Length`.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// What goes wrong in place of answering.
    pub fault: Option<Fault>,
}

/// A program on a host.
#[derive(Clone)]
struct Program(Arc<dyn Fn(&Request) -> Served + Send + Sync>);

impl std::fmt::Debug for Program {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Program")
    }
}

impl Request {
    /// The value of the header `name` (lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

/// The running host. Dropping it closes the socket and every connection.
#[derive(Debug)]
pub struct WebHost {
    site: Arc<Site>,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl WebHost {
    /// Starts a host on a free port of 127.0.0.1, in a thread of its own.
    #[expect(clippy::expect_used, reason = "development only: without a loopback socket there is no test")]
    pub fn start() -> Self {
        let site = Arc::new(Site {
            certificates: Arc::new(Certificates::new().expect("a test root can be made")),
            pages: Mutex::default(),
            negotiated: Mutex::default(),
            headers: Mutex::default(),
            faults: Mutex::default(),
            programs: Mutex::default(),
            requests: Mutex::default(),
        });
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a loopback socket");
        listener.set_nonblocking(true).expect("a socket of our own");
        let address = listener.local_addr().expect("a bound socket has an address");
        let (stop, stopped) = oneshot::channel();
        let serving = Arc::clone(&site);
        let thread = std::thread::spawn(move || {
            // Made here: the caller may be inside a runtime of its own.
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener).expect("a listening socket");
                tokio::select! {
                    () = serve(listener, serving) => {},
                    _ = stopped => {},
                }
            });
        });
        Self { site, address, stop: Some(stop), thread: Some(thread) }
    }

    /// Where it listens: what a resolver should answer for every host name.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The root certificate to trust (PEM).
    pub fn root_pem(&self) -> String {
        self.site.certificates.root_pem()
    }

    /// The root certificate to trust (DER).
    pub fn root_der(&self) -> Vec<u8> {
        self.site.certificates.root_der()
    }

    /// Serves `document` at its URL, with its media type and status.
    pub fn publish(&self, document: &Document) {
        lock(&self.site.pages).insert(document.url.clone(), document.clone());
    }

    /// Serves `document` at its URL to those whose `Accept` names `media_type`, before what is published for all.
    pub fn publish_for(&self, media_type: &str, document: &Document) {
        lock(&self.site.negotiated).insert((document.url.clone(), media_type.to_owned()), document.clone());
    }

    /// Sends these headers with what is at `url`, also where it fails with a status, in place of those told before.
    /// Where one is an `ETag`, who has that answer already (`If-None-Match`) gets 304 and no body.
    pub fn send_with(&self, url: &str, headers: &[(&str, &str)]) {
        let lines = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        lock(&self.site.headers).insert(url.to_owned(), lines);
    }

    /// Serves all `documents`.
    pub fn publish_all<'a>(&self, documents: impl IntoIterator<Item = &'a Document>) {
        documents.into_iter().for_each(|document| self.publish(document));
    }

    /// Answers with 404 at `url` from now on.
    pub fn withdraw(&self, url: &str) {
        lock(&self.site.pages).remove(url);
    }

    /// Lets `program` answer every request to `host` from now on, except where something goes wrong by
    /// [`fail`](Self::fail).
    pub fn run(&self, host: &str, program: impl Fn(&Request) -> Served + Send + Sync + 'static) {
        lock(&self.site.programs).insert(host.to_owned(), Program(Arc::new(program)));
    }

    /// Goes wrong at `url` in this way from now on.
    pub fn fail(&self, url: &str, fault: Fault) {
        lock(&self.site.faults).insert(url.to_owned(), fault);
    }

    /// Goes wrong for the whole `host`: only the handshake faults take effect here.
    pub fn fail_host(&self, host: &str, fault: Fault) {
        lock(&self.site.faults).insert(format!("https://{host}"), fault);
    }

    /// Behaves well at `url` (or host, as `https://<host>`) again.
    pub fn mend(&self, url: &str) {
        lock(&self.site.faults).remove(url);
    }

    /// Shows a bad certificate for `host` from now on.
    pub fn spoil_certificate(&self, host: &str, bad: BadCertificate) {
        self.site.certificates.spoil(host, bad);
    }

    /// Every request so far, in order.
    pub fn requests(&self) -> Vec<Request> {
        lock(&self.site.requests).clone()
    }

    /// How often `url` was asked for.
    pub fn count(&self, url: &str) -> usize {
        lock(&self.site.requests).iter().filter(|request| request.url == url).count()
    }
}

impl Drop for WebHost {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[derive(Debug)]
struct Site {
    certificates: Arc<Certificates>,
    pages: Mutex<HashMap<String, Document>>,
    /// By URL and a media type in `Accept`.
    negotiated: Mutex<HashMap<(String, String), Document>>,
    headers: Mutex<HashMap<String, Vec<(String, String)>>>,
    faults: Mutex<HashMap<String, Fault>>,
    programs: Mutex<HashMap<String, Program>>,
    requests: Mutex<Vec<Request>>,
}

impl Site {
    fn page(&self, url: &str) -> Option<Document> {
        lock(&self.pages).get(url).cloned()
    }

    /// What is published at `url` for an `Accept` of these media types.
    fn negotiated(&self, url: &str, accept: &str) -> Option<Document> {
        let negotiated = lock(&self.negotiated);
        let mut wanted = accept.split(',').map(|range| range.split(';').next().unwrap_or_default().trim());
        wanted.find_map(|range| negotiated.get(&(url.to_owned(), range.to_owned()))).cloned()
    }

    fn headers(&self, url: &str) -> Vec<(String, String)> {
        lock(&self.headers).get(url).cloned().unwrap_or_default()
    }

    fn fault(&self, url: &str) -> Option<Fault> {
        lock(&self.faults).get(url).cloned()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(listener: TcpListener, site: Arc<Site>) {
    let Ok(config) = tls::server_config(Arc::clone(&site.certificates)) else { return };
    let acceptor = TlsAcceptor::from(Arc::new(config));
    while let Ok((socket, _)) = listener.accept().await {
        let (site, acceptor) = (Arc::clone(&site), acceptor.clone());
        tokio::spawn(async move {
            // A client that hangs up is a normal end of a faulty answer.
            let _ = answer(socket, &acceptor, &site).await;
        });
    }
}

/// One connection: one request, one answer, closed.
async fn answer(socket: TcpStream, acceptor: &TlsAcceptor, site: &Site) -> io::Result<()> {
    if let Some(fault) = handshake_fault(&socket, site).await? {
        if fault == Fault::HandshakeSilence {
            wait_for_hang_up(&socket).await?;
        }
        return Ok(());
    }
    let mut stream = acceptor.accept(socket).await?;
    let Some(request) = read_request(&mut stream).await? else { return Ok(()) };
    let url = request.url.clone();
    let accept = request.header("accept").unwrap_or_default().to_owned();
    let known = request.header("if-none-match").map(str::to_owned);
    lock(&site.requests).push(request.clone());
    let program = lock(&site.programs).get(&host_of(&url)).cloned();
    let (path, query) = url.split_once('?').unwrap_or((&url, ""));
    let fault = site.fault(&url).or_else(|| site.fault(path));
    let page = site.negotiated(&url, &accept).or_else(|| site.page(&url)).or_else(|| site.page(path));
    let headers = site.headers(&url);
    let etag = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("etag")).map(|(_, value)| value);
    let unchanged = known.is_some() && known.as_ref() == etag;
    let lines: String =
        headers.iter().flat_map(|(name, value)| [name.as_str(), ": ", value.as_str(), "\r\n"]).collect();
    if let (None, Some(program)) = (&fault, program) {
        let served = (program.0)(&request);
        return serve_program(stream, served, path, query).await;
    }
    match fault {
        Some(Fault::Status(status)) => finish(stream, &with_lines(status, None, Some(0), &lines), b"").await,
        Some(fault) => misbehave(stream, &fault, page, path, query).await,
        None if unchanged => finish(stream, &with_lines(304, None, None, &lines), b"").await,
        None => send(stream, page.as_ref(), &lines).await,
    }
}

async fn serve_program(
    stream: TlsStream<TcpStream>,
    served: Served,
    path: &str,
    query: &str,
) -> io::Result<()> {
    if let Some(fault) = &served.fault {
        let page = crate::document(path, "application/json", served.body);
        return misbehave(stream, fault, Some(page), path, query).await;
    }
    let lines: Vec<String> =
        served.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let head = with_lines(served.status, None, Some(served.body.len() as u64), &lines.concat());
    finish(stream, &head, &served.body).await
}

/// The handshake fault of the host that the client is about to name, if it has one.
async fn handshake_fault(socket: &TcpStream, site: &Site) -> io::Result<Option<Fault>> {
    let handshake: Vec<(String, Fault)> = lock(&site.faults)
        .iter()
        .filter(|(_, fault)| matches!(fault, Fault::HandshakeRefused | Fault::HandshakeSilence))
        .map(|(url, fault)| (host_of(url), fault.clone()))
        .collect();
    if handshake.is_empty() {
        return Ok(None);
    }
    // The name stands in clear in the client's first flight.
    let mut hello = [0; 4096];
    let length = socket.peek(&mut hello).await?;
    let hello = String::from_utf8_lossy(&hello[..length]).into_owned();
    Ok(handshake.into_iter().find(|(host, _)| hello.contains(host.as_str())).map(|(_, fault)| fault))
}

fn host_of(url: &str) -> String {
    Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

async fn read_request(stream: &mut TlsStream<TcpStream>) -> io::Result<Option<Request>> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 2048];
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        let read = stream.read(&mut buffer).await?;
        if read == 0 || bytes.len() > 65_536 {
            return Ok(None);
        }
        bytes.extend_from_slice(&buffer[..read]);
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.lines();
    let mut first = lines.next().unwrap_or_default().split(' ');
    let (method, target) = (first.next().unwrap_or_default(), first.next().unwrap_or_default());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let header =
        |wanted: &str| headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
    let length: usize = header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = bytes.split_off(end + 4);
    while body.len() < length.min(1 << 20) {
        let read = stream.read(&mut buffer).await?;
        if read == 0 {
            return Ok(None);
        }
        body.extend_from_slice(&buffer[..read]);
    }
    let host = header("host").unwrap_or_default().split(':').next().unwrap_or_default();
    let (method, url) = (method.to_owned(), format!("https://{host}{target}"));
    Ok(Some(Request { method, url, headers, body }))
}

async fn send(stream: TlsStream<TcpStream>, page: Option<&Document>, lines: &str) -> io::Result<()> {
    match page {
        Some(page) => {
            let length = Some(page.bytes.len() as u64);
            let head = with_lines(page.status, page.media_type.as_deref(), length, lines);
            finish(stream, &head, &page.bytes).await
        }
        None => finish(stream, &head(404, None, Some(0)), b"").await,
    }
}

async fn misbehave(
    mut stream: TlsStream<TcpStream>,
    fault: &Fault,
    page: Option<Document>,
    path: &str,
    query: &str,
) -> io::Result<()> {
    let body = page.as_ref().map(|page| page.bytes.clone()).unwrap_or_default();
    let media_type = page.as_ref().and_then(|page| page.media_type.as_deref());
    let length = Some(body.len() as u64);
    match fault {
        Fault::Silence => wait_for_hang_up(stream.get_ref().0).await,
        // Seen before the handshake, or answered with the headers that go with it.
        Fault::HandshakeRefused | Fault::HandshakeSilence | Fault::Status(_) => Ok(()),
        Fault::SlowHead(pause) => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nX-Slow: ").await?;
            drip(stream, b'a', *pause).await
        }
        Fault::SlowBody(pause) => {
            stream.write_all(head(200, media_type, None).as_bytes()).await?;
            drip(stream, b' ', *pause).await
        }
        Fault::EndlessBody => {
            stream.write_all(head(200, media_type, None).as_bytes()).await?;
            loop {
                stream.write_all(&[b' '; 16_384]).await?;
            }
        }
        Fault::Length(length) => finish(stream, &head(200, media_type, Some(*length)), &body).await,
        Fault::NoLength => finish(stream, &head(200, media_type, None), &body).await,
        Fault::GzipBomb { inflated } => send_gzip(stream, &vec![0; *inflated], media_type).await,
        Fault::Gzip => send_gzip(stream, &body, media_type).await,
        Fault::Redirect(to) => redirect(stream, 302, to).await,
        Fault::RedirectWith(status, to) => redirect(stream, *status, to).await,
        Fault::RedirectLoop | Fault::RedirectHops(_) => {
            let hop: usize = query.strip_prefix("hop=").and_then(|hop| hop.parse().ok()).unwrap_or(0);
            match fault {
                Fault::RedirectHops(hops) if hop >= *hops => send(stream, page.as_ref(), "").await,
                _ => redirect(stream, 302, &format!("{path}?hop={}", hop + 1)).await,
            }
        }
        Fault::ResetMidBody => {
            stream.write_all(head(200, media_type, length).as_bytes()).await?;
            stream.write_all(&body[..body.len() / 2]).await?;
            stream.flush().await?;
            stream.get_ref().0.set_zero_linger()
        }
        Fault::Headers(count) => {
            let lines = "X-Line: a\r\n".repeat(*count);
            finish(stream, &with_lines(200, media_type, length, &lines), &body).await
        }
        Fault::LongHeader(bytes) => {
            let line = format!("X-Long: {}\r\n", "a".repeat(*bytes));
            finish(stream, &with_lines(200, media_type, length, &line), &body).await
        }
        Fault::NotHttp => finish(stream, "220 mail.example ESMTP\r\n", b"").await,
    }
}

async fn redirect(stream: TlsStream<TcpStream>, status: u16, to: &str) -> io::Result<()> {
    finish(stream, &with_lines(status, None, Some(0), &format!("Location: {to}\r\n")), b"").await
}

async fn send_gzip(stream: TlsStream<TcpStream>, body: &[u8], media_type: Option<&str>) -> io::Result<()> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(body)?;
    let body = gzip.finish()?;
    let head = with_lines(200, media_type, Some(body.len() as u64), "Content-Encoding: gzip\r\n");
    finish(stream, &head, &body).await
}

async fn finish(mut stream: TlsStream<TcpStream>, head: &str, body: &[u8]) -> io::Result<()> {
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body).await?;
    stream.shutdown().await
}

/// One byte at a time until the client hangs up.
async fn drip(mut stream: TlsStream<TcpStream>, byte: u8, pause: Duration) -> io::Result<()> {
    loop {
        stream.write_all(&[byte]).await?;
        stream.flush().await?;
        tokio::time::sleep(pause).await;
    }
}

/// Ends when the client does; the runtime ends it too when the host is dropped.
async fn wait_for_hang_up(socket: &TcpStream) -> io::Result<()> {
    let mut nothing = [0; 1024];
    loop {
        socket.readable().await?;
        match socket.try_read(&mut nothing) {
            Ok(0) => return Ok(()),
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => return Err(error),
            _ => {}
        }
    }
}

fn head(status: u16, media_type: Option<&str>, length: Option<u64>) -> String {
    with_lines(status, media_type, length, "")
}

fn with_lines(status: u16, media_type: Option<&str>, length: Option<u64>, lines: &str) -> String {
    let media_type =
        media_type.map(|media_type| format!("Content-Type: {media_type}\r\n")).unwrap_or_default();
    let length = length.map(|length| format!("Content-Length: {length}\r\n")).unwrap_or_default();
    format!("HTTP/1.1 {status} Answer\r\n{media_type}{length}{lines}Connection: close\r\n\r\n")
}
