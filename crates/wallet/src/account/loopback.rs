//! Where the browser comes back to: an address on this computer, open for one sign-in (RFC 8252, 7.3).

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use url::Url;

use super::error::{AccountError, oauth_code, plain};
use super::host::is_same_site;
use crate::secret::Secret;

/// A browser sends its request at once; whoever is slower is not one.
const REQUEST_PATIENCE: Duration = Duration::from_secs(10);
/// The most bytes of a request's head.
const MAX_HEAD: usize = 16 << 10;
/// Connections looked at at once.
const MAX_CONNECTIONS: usize = 32;

/// The open address. Dropping it closes it.
#[derive(Debug)]
pub(super) struct Loopback {
    listener: TcpListener,
    redirect: String,
}

impl Loopback {
    /// Opens a free port of 127.0.0.1.
    pub(super) async fn open() -> Result<Self, AccountError> {
        let failed = |error: std::io::Error| AccountError::NoListener { detail: error.to_string() };
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        Ok(Self { listener, redirect: format!("http://127.0.0.1:{port}/callback") })
    }

    /// The address to come back to.
    pub(super) fn redirect(&self) -> &str {
        &self.redirect
    }

    /// Waits for the browser to bring the code of the sign-in at `host` whose answer repeats `state`. Requests for
    /// something else, and answers to other questions, are turned away and do not end it.
    pub(super) async fn code(
        self,
        host: &str,
        state: &Secret,
        patience: Duration,
    ) -> Result<Secret, AccountError> {
        let mut strays = false;
        let waiting = async {
            let mut connections = JoinSet::new();
            loop {
                tokio::select! {
                    accepted = self.listener.accept(), if connections.len() < MAX_CONNECTIONS => {
                        if let Ok((stream, _)) = accepted {
                            let (state, host) = (state.clone(), host.to_owned());
                            connections.spawn(tokio::time::timeout(REQUEST_PATIENCE, answer(stream, state, host)));
                        }
                    }
                    Some(done) = connections.join_next() => match done {
                        Ok(Ok(Came::Back(result))) => return result,
                        Ok(Ok(Came::Astray)) => strays = true,
                        _ => {}
                    }
                }
            }
        };
        match tokio::time::timeout(patience, waiting).await {
            Ok(result) => result,
            Err(_) if strays => Err(AccountError::StateMismatch { host: host.to_owned() }),
            Err(_) => Err(AccountError::NobodyCame { seconds: patience.as_secs() }),
        }
    }
}

/// What a connection brought.
enum Came {
    /// The answer to this sign-in.
    Back(Result<Secret, AccountError>),
    /// An answer to another one.
    Astray,
    /// Something else: a browser asks for pictures, and opens connections for later.
    Otherwise,
}

async fn answer(mut stream: TcpStream, state: Secret, host: String) -> Came {
    let Some(target) = target(&mut stream).await else { return Came::Otherwise };
    let came = read(&target, &state, &host);
    let (status, text) = match &came {
        Came::Back(Ok(_)) => ("200 OK", "You are signed in. You can close this page and go back to Lapel."),
        Came::Back(Err(_)) => ("200 OK", "Signing in did not work. Lapel says why; you can close this page."),
        Came::Astray => (
            "400 Bad Request",
            "This answer does not belong to the sign-in that Lapel waits for. Begin again there.",
        ),
        Came::Otherwise => ("404 Not Found", "There is nothing here."),
    };
    // The code was brought; whether the browser stays for the page is its own affair.
    let _ = stream.write_all(page(status, text).as_bytes()).await;
    let _ = stream.shutdown().await;
    came
}

/// The target of a `GET` request; `None` for anything else.
async fn target(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    let mut buffer = [0; 2048];
    while !head.windows(4).any(|window| window == b"\r\n\r\n") {
        let read = stream.read(&mut buffer).await.ok()?;
        if read == 0 || head.len() + read > MAX_HEAD {
            return None;
        }
        head.extend_from_slice(&buffer[..read]);
    }
    let line = head.split(|byte| *byte == b'\r').next()?;
    let mut words = std::str::from_utf8(line).ok()?.split(' ');
    (words.next() == Some("GET")).then(|| words.next().map(str::to_owned))?
}

/// RFC 6749, 4.1.2 and 4.1.2.1.
fn read(target: &str, state: &Secret, host: &str) -> Came {
    let Ok(url) = Url::parse("http://127.0.0.1").and_then(|base| base.join(target)) else {
        return Came::Otherwise;
    };
    if url.path() != "/callback" {
        return Came::Otherwise;
    }
    let parameter = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value);
    if parameter("state").as_deref() != Some(state.expose()) {
        return Came::Astray;
    }
    // RFC 9207, 2.4. Who the issuer is was never said; that it is of this host's site is known.
    let is_other = |iss: &str| {
        let url = Url::parse(iss).ok();
        !url.as_ref().and_then(Url::host_str).is_some_and(|issuer| is_same_site(host, issuer))
    };
    if parameter("iss").is_some_and(|iss| is_other(&iss)) {
        let what = "the answer of the browser names another issuer".to_owned();
        return Came::Back(Err(AccountError::BadAnswer { host: host.to_owned(), what }));
    }
    let host = host.to_owned();
    if let Some(error) = parameter("error") {
        if error == "access_denied" {
            return Came::Back(Err(AccountError::Denied { host }));
        }
        let code = oauth_code(serde_json::json!({ "error": error }).to_string().as_bytes());
        let said_text = parameter("error_description").as_deref().map(plain).unwrap_or_default();
        let error = code.unwrap_or_else(|| "an error without a name".to_owned());
        return Came::Back(Err(AccountError::Authorization { host, error, said_text }));
    }
    Came::Back(match parameter("code").filter(|code| !code.is_empty()) {
        Some(code) => Ok(Secret::from(code.into_owned())),
        None => {
            Err(AccountError::BadAnswer { host, what: "it sent the browser back without a code".to_owned() })
        }
    })
}

/// A page that loads nothing, keeps nothing and tells nobody where it was. `text` is ours.
fn page(status: &str, text: &str) -> String {
    let body = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Lapel</title>\
         <body style=\"font:18px/1.5 system-ui,sans-serif;margin:4rem auto;max-width:32rem\"><h1>Lapel</h1><p>{text}</p>"
    );
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
         Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\nReferrer-Policy: no-referrer\r\n\
         Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn get(redirect: &str, rest: &str) -> String {
        let (address, path) = redirect.strip_prefix("http://").unwrap().split_once('/').unwrap();
        let request = format!("GET /{path}{rest} HTTP/1.1\r\nHost: {address}\r\n\r\n");
        raw(address, &request).await
    }

    async fn raw(address: &str, request: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer).await;
        answer
    }

    fn long() -> Duration {
        Duration::from_mins(1)
    }

    #[tokio::test]
    async fn the_right_answer_is_taken_whatever_comes_before_it() {
        let loopback = Loopback::open().await.unwrap();
        let redirect = loopback.redirect().to_owned();
        let address = redirect["http://".len()..].split('/').next().unwrap().to_owned();
        let waiting =
            tokio::spawn(async move { loopback.code("a.example", &Secret::from("st"), long()).await });
        let _silent = TcpStream::connect(&address).await.unwrap();
        drop(TcpStream::connect(&address).await.unwrap());
        assert!(raw(&address, "GET /favicon.ico HTTP/1.1\r\n\r\n").await.starts_with("HTTP/1.1 404"));
        assert_eq!(raw(&address, "POST /callback?state=st&code=x HTTP/1.1\r\n\r\n").await, "");
        assert_eq!(raw(&address, "\u{1}\u{2}\r\n\r\n").await, "");
        let wrong = get(&redirect, "?code=evil&state=other").await;
        assert!(wrong.starts_with("HTTP/1.1 400") && !wrong.contains("evil"), "{wrong}");
        let right = get(&redirect, "?code=c%2F1&state=st").await;
        assert!(right.starts_with("HTTP/1.1 200") && right.contains("close this page"), "{right}");
        assert_eq!(waiting.await.unwrap(), Ok(Secret::from("c/1")));
        assert!(TcpStream::connect(&address).await.is_err(), "the address is closed");
    }

    #[tokio::test]
    async fn a_refusal_and_what_is_no_answer_have_names() {
        for (query, code) in [
            ("?error=access_denied&state=st", "account.denied"),
            ("?error=server_error&error_description=no%0Aluck&state=st", "account.authorization-failed"),
            ("?error=%3Cb%3E%20x&state=st", "account.authorization-failed"),
            ("?state=st", "account.bad-answer"),
            ("?code=c&iss=https://evil.example&state=st", "account.bad-answer"),
        ] {
            let loopback = Loopback::open().await.unwrap();
            let redirect = loopback.redirect().to_owned();
            let waiting =
                tokio::spawn(async move { loopback.code("a.example", &Secret::from("st"), long()).await });
            get(&redirect, query).await;
            let error = waiting.await.unwrap().unwrap_err();
            assert_eq!(error.code(), code, "{error}");
        }
    }

    #[tokio::test]
    async fn it_waits_no_longer_than_it_was_told() {
        let short = Duration::from_millis(150);
        let loopback = Loopback::open().await.unwrap();
        let error = loopback.code("a.example", &Secret::from("st"), short).await.unwrap_err();
        assert_eq!(error.code(), "account.sign-in-timeout");
        let loopback = Loopback::open().await.unwrap();
        let redirect = loopback.redirect().to_owned();
        let waiting =
            tokio::spawn(async move { loopback.code("a.example", &Secret::from("st"), short).await });
        get(&redirect, "?code=x&state=no").await;
        assert_eq!(waiting.await.unwrap().unwrap_err().code(), "account.state-mismatch");
    }
}
