//! Servers on loopback that were written by others, with what goes wrong on demand: WebDAV (`dav-server`) and S3 (`s3s`,
//! which verifies signatures).

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use dav_server::{DavHandler, memfs::MemFs, memls::MemLs};
use http::{Method, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use lapel_export::{Target, TargetOptions};
use lapel_wallet::account::PublishingKey;
use lapel_wallet::fetch::{HttpFetch, Options};
use lapel_wallet::secret::Secret;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tokio::sync::oneshot;

pub const NAME: &str = "ada";
pub const SECRET: &str = "correct-horse";
const BUCKET: &str = "ada-badges";

/// What was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub method: String,
    pub path: String,
    pub media_type: Option<String>,
    pub status: u16,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug)]
pub enum Wrong {
    /// So many files are taken, and the others get this status.
    After(usize, u16),
    /// Every request gets this status.
    Always(u16),
    /// No file is answered to.
    Silence,
}

#[derive(Clone)]
enum Program {
    Dav(Box<DavHandler>),
    S3(S3Service),
}

impl Program {
    async fn answer(&self, request: Request<Bytes>) -> Response<Bytes> {
        match self {
            Self::Dav(handler) => collected(handler.handle(request.map(Full::new)).await).await,
            Self::S3(service) => collected(service.call(request.map(s3s::Body::from)).await.unwrap()).await,
        }
    }
}

async fn collected<B: BodyExt>(response: Response<B>) -> Response<Bytes>
where
    B::Error: std::fmt::Debug,
{
    let (parts, body) = response.into_parts();
    Response::from_parts(parts, body.collect().await.unwrap().to_bytes())
}

struct State {
    program: Program,
    /// The same without asking who it is: for the test's own hand.
    open: Program,
    /// What WebDAV asks for; S3 verifies by itself.
    authorization: Option<String>,
    asked: Mutex<Vec<Asked>>,
    wrong: Mutex<Option<Wrong>>,
    /// The entity tags of files, by their paths: `s3s-fs` leaves them out of its lists, where S3 has them.
    etags: Mutex<BTreeMap<String, String>>,
}

impl State {
    async fn serve(&self, request: Request<Incoming>) -> Response<Bytes> {
        let header = |name| request.headers().get(name)?.to_str().ok().map(str::to_owned);
        let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
        let (media_type, authorization) = (header("content-type"), header("authorization"));
        let status = |status| Response::builder().status(status).body(Bytes::new()).unwrap();
        let wrong = *self.wrong.lock().unwrap();
        let taken = self.files_written().len();
        let response = match wrong {
            Some(Wrong::Always(code)) => status(code),
            Some(Wrong::Silence) if method == "PUT" => std::future::pending().await,
            Some(Wrong::After(count, code)) if method == "PUT" && taken >= count => status(code),
            _ if self.authorization.is_some() && authorization != self.authorization => status(401),
            _ => {
                let (parts, body) = request.into_parts();
                let body = body.collect().await.unwrap().to_bytes();
                self.answer(&self.program, Request::from_parts(parts, body)).await
            }
        };
        let status = response.status().as_u16();
        self.asked.lock().unwrap().push(Asked { method, path, media_type, status });
        response
    }

    async fn answer(&self, program: &Program, request: Request<Bytes>) -> Response<Bytes> {
        let (method, uri) = (request.method().clone(), request.uri().clone());
        let mut response = program.answer(request).await;
        let mut etags = self.etags.lock().unwrap();
        if let (Method::PUT, Some(etag)) = (method, response.headers().get("etag")) {
            etags.insert(uri.path().to_owned(), etag.to_str().unwrap().replace('"', "&quot;"));
        }
        if uri.query().is_some_and(|query| query.contains("list-type")) {
            let mut list = String::from_utf8(response.body().to_vec()).unwrap();
            for (path, etag) in &*etags {
                let key = format!("<Key>{}</Key>", path.trim_start_matches(&format!("/{BUCKET}/")));
                list = list.replace(&key, &format!("{key}<ETag>{etag}</ETag>"));
            }
            response.headers_mut().remove("content-length");
            *response.body_mut() = Bytes::from(list);
        }
        response
    }

    fn files_written(&self) -> Vec<Asked> {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|it| it.method == "PUT" && (200..300).contains(&it.status)).cloned().collect()
    }
}

/// A running server, with a place for a site on it. Dropping it closes it.
pub struct Server {
    state: Arc<State>,
    address: SocketAddr,
    /// The path of the place.
    base: &'static str,
    /// Of the bucket's files.
    _folder: Option<TempDir>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// WebDAV in memory, with a collection `/dav`.
    pub fn dav(password: bool) -> Self {
        let handler = DavHandler::builder().filesystem(MemFs::new()).locksystem(MemLs::new()).build_handler();
        let program = Program::Dav(Box::new(handler));
        let authorization =
            password.then(|| format!("Basic {}", STANDARD.encode(format!("{NAME}:{SECRET}"))));
        let server = Self::start((program.clone(), program), authorization, "/dav", None);
        let made = server.by_hand("MKCOL", "", "");
        assert_eq!(made.status(), 201);
        server
    }

    /// S3 over a folder, with a bucket.
    pub fn s3() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(BUCKET)).unwrap();
        let builder = |folder: &Path| S3ServiceBuilder::new(FileSystem::new(folder).unwrap());
        let mut signed = builder(folder.path());
        signed.set_auth(SimpleAuth::from_single(NAME, SECRET));
        let programs = (Program::S3(signed.build()), Program::S3(builder(folder.path()).build()));
        Self::start(programs, None, "/ada-badges/site", Some(folder))
    }

    fn start(
        (program, open): (Program, Program),
        authorization: Option<String>,
        base: &'static str,
        folder: Option<TempDir>,
    ) -> Self {
        let state = State {
            program,
            open,
            authorization,
            asked: Mutex::default(),
            wrong: Mutex::default(),
            etags: Mutex::default(),
        };
        let state = Arc::new(state);
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let serving = Arc::clone(&state);
        let thread = std::thread::spawn(move || {
            runtime().block_on(async {
                tokio::select! {
                    () = listen(listener, serving) => {},
                    _ = stopped => {},
                }
            });
        });
        Self { state, address, base, _folder: folder, stop: Some(stop), thread: Some(thread) }
    }

    pub fn is_bucket(&self) -> bool {
        matches!(self.state.program, Program::S3(_))
    }

    /// What `--publish` names.
    pub fn url(&self) -> String {
        if self.is_bucket() {
            format!("s3://{BUCKET}/site")
        } else {
            format!("{}{}/", self.endpoint(), self.base)
        }
    }

    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn target(&self) -> Target {
        self.target_of(&self.url())
    }

    pub fn target_of(&self, url: &str) -> Target {
        let endpoint = self.is_bucket().then(|| self.endpoint());
        Target::parse(url, &TargetOptions { endpoint, region: None }).unwrap()
    }

    /// The way to it.
    pub fn way(&self) -> HttpFetch {
        let allow_private = vec![("127.0.0.1".to_owned(), self.address.port())];
        HttpFetch::new(Options { allow_private, ..Options::default() })
    }

    pub fn go_wrong(&self, wrong: impl Into<Option<Wrong>>) {
        *self.state.wrong.lock().unwrap() = wrong.into();
    }

    /// What was asked since the last time.
    pub fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.state.asked.lock().unwrap())
    }

    /// What is in a file of the place.
    pub fn file(&self, path: &str) -> Option<String> {
        let response = self.by_hand("GET", path, "");
        response.status().is_success().then(|| String::from_utf8(response.body().to_vec()).unwrap())
    }

    /// Puts a file there that Lapel did not make.
    pub fn put(&self, path: &str, text: &str) {
        let response = self.by_hand("PUT", path, text);
        assert!(response.status().is_success(), "{response:?}");
    }

    /// Asks as somebody else, past the socket and what goes wrong there.
    fn by_hand(&self, method: &str, path: &str, text: &str) -> Response<Bytes> {
        let slash = if path.is_empty() { "" } else { "/" };
        let request = Request::builder()
            .method(Method::from_bytes(method.as_bytes()).unwrap())
            .uri(format!("{}{}{slash}{path}", self.endpoint(), self.base))
            .header("host", self.address.to_string())
            .header("content-length", text.len())
            .body(Bytes::from(text.to_owned()))
            .unwrap();
        runtime().block_on(self.state.answer(&self.state.open, request))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.stop.take().map(|stop| stop.send(()));
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

async fn listen(listener: std::net::TcpListener, state: Arc<State>) {
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    while let Ok((socket, _)) = listener.accept().await {
        let state = Arc::clone(&state);
        let service = service_fn(move |request| {
            let state = Arc::clone(&state);
            async move { Ok::<_, Infallible>(state.serve(request).await.map(Full::new)) }
        });
        // A client that hangs up is a normal end.
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(socket), service));
    }
}

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

pub fn key(secret: &str) -> PublishingKey {
    PublishingKey { name: NAME.to_owned(), secret: Secret::from(secret), session: None }
}
