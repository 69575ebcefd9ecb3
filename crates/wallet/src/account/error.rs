//! What can go wrong between Lapel and a badge host, in sentences.

use std::time::Duration;

use serde_json::Value;

use super::secrets::SecretsError;
use crate::api::ApiError;
use crate::fetch::FetchError;
use crate::fetch::call::Reply;

/// Why an account could not be connected, read or disconnected. `host` is the name of the host that was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AccountError {
    /// The network, or what it may not do.
    #[error("{0}")]
    Fetch(#[from] FetchError),
    /// The text names no host.
    #[error("\u{201c}{text}\u{201d} is not the address of a badge host")]
    NotAHost {
        /// The text.
        text: String,
    },
    /// Nothing that Lapel speaks was found there.
    #[error("the host {host} offers no way of reading badges that Lapel knows ({tried})")]
    NoApi {
        /// The host.
        host: String,
        /// What was asked for, and what came.
        tried: String,
    },
    /// The host describes itself in a way that cannot be used.
    #[error("the host {host} describes its way of reading badges in a way that cannot be used: {what}")]
    BadDiscovery {
        /// The host.
        host: String,
        /// What is wrong.
        what: String,
    },
    /// The host names an address of somebody else's for signing in or for badges.
    #[error("the host {host} sends sign-ins or tokens to {foreign}, which is not of the same site")]
    ForeignEndpoint {
        /// The host.
        host: String,
        /// The other one.
        foreign: String,
    },
    /// Badges that the account only names by link did not come, and may the next time.
    #[error("what {host} only names by link did not all come")]
    Unanswered {
        /// The host.
        host: String,
    },
    /// The host lets nobody read badges.
    #[error("the host {host} does not offer to let other programs read badges")]
    NoReading {
        /// The host.
        host: String,
    },
    /// The host refused to register Lapel (RFC 7591).
    #[error("the host {host} refused to register Lapel{}", said(said_text))]
    RegistrationRefused {
        /// The host.
        host: String,
        /// What it said.
        said_text: String,
    },
    /// The host registers web sites only: it refused an address on this computer (RFC 8252, 7.3).
    #[error("the host {host} registers web sites only, not programs on a computer{}", said(said_text))]
    LoopbackRefused {
        /// The host.
        host: String,
        /// What it said.
        said_text: String,
    },
    /// The person (or the host) said no in the browser (`access_denied`).
    #[error("signing in at {host} was refused")]
    Denied {
        /// The host.
        host: String,
    },
    /// The host could not sign the person in.
    #[error("the host {host} could not complete the sign-in ({error}){}", said(said_text))]
    Authorization {
        /// The host.
        host: String,
        /// The OAuth error code.
        error: String,
        /// What it said.
        said_text: String,
    },
    /// The browser came back with an answer to another question (RFC 6749, 10.12).
    #[error("the answer that came back from the browser does not belong to this sign-in at {host}")]
    StateMismatch {
        /// The host.
        host: String,
    },
    /// Nobody came back from the browser.
    #[error("nobody came back from the browser within {} minutes", (*seconds).div_ceil(60))]
    NobodyCame {
        /// How long was waited.
        seconds: u64,
    },
    /// The person stopped it.
    #[error("the sign-in was stopped")]
    Stopped,
    /// No address on this computer could be opened for the browser to come back to.
    #[error("Lapel could not open an address on this computer for the browser to come back to: {detail}")]
    NoListener {
        /// What the system said.
        detail: String,
    },
    /// The host gave no token (RFC 6749, 5.2).
    #[error("the host {host} did not let Lapel in ({error}){}", said(said_text))]
    Token {
        /// The host.
        host: String,
        /// The OAuth error code.
        error: String,
        /// What it said.
        said_text: String,
    },
    /// The host no longer accepts what it once gave.
    #[error("the host {host} no longer lets Lapel in{}", said(said_text))]
    SignInAgain {
        /// The host.
        host: String,
        /// What it said.
        said_text: String,
    },
    /// HTTP 403.
    #[error("the host {host} does not allow Lapel to read this{}", said(said_text))]
    Forbidden {
        /// The host.
        host: String,
        /// What it said.
        said_text: String,
    },
    /// HTTP 404.
    #[error("the host {host} has nothing where its badges should be{}", said(said_text))]
    NothingThere {
        /// The host.
        host: String,
        /// What it said.
        said_text: String,
    },
    /// HTTP 405.
    #[error("the host {host} does not offer this (HTTP status 405){}", said(said_text))]
    NotOffered {
        /// The host.
        host: String,
        /// What it said.
        said_text: String,
    },
    /// HTTP 429.
    #[error("the host {host} was asked too often{}", wait_text(*wait))]
    TooMany {
        /// The host.
        host: String,
        /// How long it wants to be left alone.
        wait: Option<Duration>,
    },
    /// HTTP 5xx.
    #[error("the host {host} has trouble of its own (HTTP status {status}){}{}", wait_text(*wait), said(said_text))]
    HostTrouble {
        /// The host.
        host: String,
        /// The HTTP status.
        status: u16,
        /// How long it wants to be left alone.
        wait: Option<Duration>,
        /// What it said.
        said_text: String,
    },
    /// It sends a call with credentials to another place.
    #[error("the host {host} sends Lapel to another address; what proves who you are is not taken there")]
    Redirected {
        /// The host.
        host: String,
    },
    /// Any other status that is no success.
    #[error("the host {host} answered with HTTP status {status}{}", said(said_text))]
    Status {
        /// The host.
        host: String,
        /// The HTTP status.
        status: u16,
        /// What it said.
        said_text: String,
    },
    /// The answer is not what the specification says.
    #[error("the host {host} sent an answer that cannot be read: {what}")]
    BadAnswer {
        /// The host.
        host: String,
        /// What is wrong.
        what: String,
    },
    /// The next page would be on another host.
    #[error(
        "{host} says that its next page of badges is at {to}; what proves who you are is not taken there"
    )]
    NextElsewhere {
        /// The host.
        host: String,
        /// Where it would be.
        to: String,
    },
    /// There are always more pages.
    #[error("the host {host} gives page after page without an end ({pages} were read)")]
    EndlessPages {
        /// The host.
        host: String,
        /// How many were read.
        pages: u32,
    },
    /// It does not say where it can be told to forget a token.
    #[error("the host {host} names no place where it can be told to forget what it gave")]
    NoRevocation {
        /// The host.
        host: String,
    },
    /// No account has this number.
    #[error("there is no account a{id} in this wallet")]
    NoSuchAccount {
        /// The number.
        id: u32,
    },
    /// It is being read already.
    #[error("account a{id} is being read already")]
    Busy {
        /// The number.
        id: u32,
    },
    /// Secrets could not be kept or read.
    #[error("{0}")]
    Secrets(#[from] SecretsError),
}

impl AccountError {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Fetch(error) => error.code(),
            Self::NotAHost { .. } => "account.not-a-host",
            Self::NoApi { .. } => "account.no-api",
            Self::BadDiscovery { .. } => "account.bad-discovery",
            Self::NoReading { .. } => "account.no-reading",
            Self::RegistrationRefused { .. } => "account.registration-refused",
            Self::LoopbackRefused { .. } => "account.web-sites-only",
            Self::ForeignEndpoint { .. } => "account.foreign-endpoint",
            Self::Unanswered { .. } => "account.unanswered",
            Self::Denied { .. } => "account.denied",
            Self::Authorization { .. } => "account.authorization-failed",
            Self::StateMismatch { .. } => "account.state-mismatch",
            Self::NobodyCame { .. } => "account.sign-in-timeout",
            Self::Stopped => "account.sign-in-stopped",
            Self::NoListener { .. } => "account.no-listener",
            Self::Token { error, .. } => match error.as_str() {
                "invalid_grant" => "account.invalid-grant",
                "invalid_client" | "unauthorized_client" => "account.invalid-client",
                "invalid_scope" => "account.invalid-scope",
                _ => "account.no-token",
            },
            Self::SignInAgain { .. } => "account.sign-in-again",
            Self::Forbidden { .. } => "account.forbidden",
            Self::NothingThere { .. } => "account.not-found",
            Self::NotOffered { .. } => "account.not-offered",
            Self::TooMany { .. } => "account.too-many-requests",
            Self::HostTrouble { .. } => "account.host-trouble",
            Self::Redirected { .. } => "account.redirected",
            Self::Status { .. } => "account.http-status",
            Self::BadAnswer { .. } => "account.bad-answer",
            Self::NextElsewhere { .. } => "account.next-page-elsewhere",
            Self::EndlessPages { .. } => "account.endless-pages",
            Self::NoRevocation { .. } => "account.no-revocation",
            Self::NoSuchAccount { .. } => "account.none",
            Self::Busy { .. } => "account.busy",
            Self::Secrets(error) => error.code(),
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Fetch(FetchError::TooLarge { .. }) => {
                "The host sends more than Lapel takes at once: download the badges there and import the files."
            }
            Self::Fetch(error) => error.hint(),
            Self::NotAHost { .. } => "Write its name, such as badges.example.org, or its https address.",
            Self::NoApi { .. } => {
                "Check the address; if the host has none for programs, download the badges there and import the files."
            }
            Self::BadDiscovery { .. } | Self::NoReading { .. } | Self::RegistrationRefused { .. } => {
                "Download the badges there and import the files, or ask the host."
            }
            Self::LoopbackRefused { .. } => {
                "Lapel has no web site to come back to: download the badges at the host and import the files."
            }
            Self::ForeignEndpoint { .. } => {
                "If both belong together, connect the other host by its own name; else leave it alone."
            }
            Self::Unanswered { .. } => {
                "Bring the badges in again later. Until then everything is asked for from where the last whole reading began."
            }
            Self::Denied { .. } => "Connect the account again, and allow Lapel to read your badges.",
            Self::Authorization { .. } | Self::StateMismatch { .. } | Self::NobodyCame { .. } => {
                "Connect the account again, and finish signing in in the browser."
            }
            Self::Stopped => "Connect the account again when you like.",
            Self::NoListener { .. } => {
                "Check that nothing (a firewall, a sandbox) keeps Lapel from 127.0.0.1."
            }
            Self::Token { .. } => "Connect the account again; if it keeps happening, ask the host.",
            Self::SignInAgain { .. } => "Sign in again: connect the same account once more.",
            Self::Forbidden { .. } => {
                "Connect the account again and allow Lapel to read your badges; if you did, ask the host."
            }
            Self::TooMany { .. } => "Try again later. What came before is in the wallet.",
            Self::HostTrouble { .. } => "Try again in half an hour. What came before is in the wallet.",
            Self::NothingThere { .. }
            | Self::NotOffered { .. }
            | Self::Redirected { .. }
            | Self::Status { .. }
            | Self::BadAnswer { .. }
            | Self::NextElsewhere { .. }
            | Self::EndlessPages { .. } => "Ask the host. What came before is in the wallet.",
            Self::NoRevocation { .. } => {
                "Take Lapel's access back in your account there, if the host lets you."
            }
            Self::NoSuchAccount { .. } => "List the accounts to see their numbers.",
            Self::Busy { .. } => "Wait until it is done.",
            Self::Secrets(error) => error.hint(),
        }
    }

    /// Whether asking again soon may help.
    pub(super) fn is_passing(&self) -> bool {
        match self {
            Self::Fetch(error) => matches!(
                error,
                FetchError::Timeout { .. } | FetchError::Connect { .. } | FetchError::Broken { .. }
            ),
            Self::TooMany { .. } | Self::HostTrouble { .. } | Self::BadAnswer { .. } => true,
            _ => false,
        }
    }

    /// How long the host wants to be left alone.
    pub(super) fn wait(&self) -> Option<Duration> {
        match self {
            Self::TooMany { wait, .. } | Self::HostTrouble { wait, .. } => *wait,
            _ => None,
        }
    }
}

impl From<AccountError> for ApiError {
    fn from(error: AccountError) -> Self {
        Self::new(error.code(), error.to_string(), error.hint())
    }
}

/// The reply, if its status is 2xx; 401 is [`AccountError::SignInAgain`].
pub(super) fn accepted(reply: Reply) -> Result<Reply, AccountError> {
    if reply.is_success() {
        return Ok(reply);
    }
    Err(of_status(&reply, reply.status))
}

/// What `status` (of the reply, or that its body states) means.
pub(super) fn of_status(reply: &Reply, status: u16) -> AccountError {
    let host = host_of(reply);
    let said_text = said_in(&reply.bytes);
    let wait = reply.headers.retry_after;
    match status {
        300..=399 => AccountError::Redirected { host },
        401 => AccountError::SignInAgain { host, said_text },
        403 => AccountError::Forbidden { host, said_text },
        404 | 410 => AccountError::NothingThere { host, said_text },
        405 => AccountError::NotOffered { host, said_text },
        429 => AccountError::TooMany { host, wait },
        500.. => AccountError::HostTrouble { host, status, wait, said_text },
        _ => AccountError::Status { host, status, said_text },
    }
}

/// The host that answered.
pub(super) fn host_of(reply: &Reply) -> String {
    reply.url.host_str().unwrap_or("the host").to_owned()
}

/// The OAuth error code in a body (RFC 6749, 5.2; RFC 7591, 3.2.2), if it is one.
pub(super) fn oauth_code(bytes: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(bytes).ok()?;
    let code = body.get("error")?.as_str()?;
    let well_formed = code.len() <= 60 && code.bytes().all(|byte| byte.is_ascii_graphic());
    well_formed.then(|| code.to_owned())
}

/// What an error's body says for people, whichever form it has: that of OAuth (`error_description`), of Open Badges 2.1
/// (`status.error`), of Open Badges 3.0 (`imsx_description`), or one of the usual others. Untrusted text, made plain.
pub(super) fn said_in(bytes: &[u8]) -> String {
    let Ok(body) = serde_json::from_slice::<Value>(bytes) else { return String::new() };
    let places = [
        "/error_description",
        "/imsx_description",
        "/status/error",
        "/status/statusText",
        "/message",
        "/detail",
        "/error",
    ];
    let found = places.iter().find_map(|place| body.pointer(place)?.as_str().filter(|text| !text.is_empty()));
    found.map(plain).unwrap_or_default()
}

/// Text of a stranger, on one line of at most 200 characters, without anything that steers how it is shown.
pub(super) fn plain(text: &str) -> String {
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    let spaced: String = text.chars().take(2000).map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    let clean: String = spaced.chars().filter(|c| !steers(*c)).collect();
    let line = clean.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= 200 {
        return line;
    }
    line.chars().take(199).chain(['\u{2026}']).collect()
}

fn said(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(": it said \u{201c}{text}\u{201d}") }
}

fn wait_text(wait: Option<Duration>) -> String {
    match wait.map(|wait| wait.as_secs()) {
        Some(seconds @ 1..120) => format!(", and asks to be left alone for {seconds} seconds"),
        Some(seconds @ 120..) => format!(", and asks to be left alone for {} minutes", seconds.div_ceil(60)),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_host_says_is_found_in_every_form_and_is_plain() {
        for body in [
            r#"{"error":"invalid_grant","error_description":"gone"}"#,
            r#"{"status":{"error":"gone","statusCode":400,"statusText":"BAD_REQUEST"}}"#,
            r#"{"imsx_codeMajor":"failure","imsx_severity":"error","imsx_description":"gone"}"#,
            r#"{"message":"gone"}"#,
        ] {
            assert_eq!(said_in(body.as_bytes()), "gone", "{body}");
        }
        assert_eq!(said_in(b"<html>"), "");
        assert_eq!(plain("a\u{202e}b\n\u{1b}[31mc"), "ab [31mc");
        assert_eq!(plain(&"x".repeat(5000)).chars().count(), 200);
    }

    #[test]
    fn an_error_code_is_short_and_plain() {
        assert_eq!(oauth_code(br#"{"error":"invalid_grant"}"#).as_deref(), Some("invalid_grant"));
        for wrong in [&br#"{"error":{"a":1}}"#[..], br#"{"error":"two words"}"#, b"", b"[]"] {
            assert_eq!(oauth_code(wrong), None);
        }
    }

    #[test]
    fn waits_are_words() {
        let error =
            AccountError::TooMany { host: "a.example".to_owned(), wait: Some(Duration::from_hours(1)) };
        assert_eq!(
            error.to_string(),
            "the host a.example was asked too often, and asks to be left alone for 60 minutes"
        );
        assert_eq!(error.code(), "account.too-many-requests");
    }
}
