//! What goes wrong at a host, and when.

use serde_json::{Value, json};

use super::Api;
use super::form::json_answer;
use crate::web_host::{Fault, Served};

/// Something that a host is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// Its description of itself.
    Discovery,
    /// Registering a client.
    Registration,
    /// The page that the browser opens.
    Authorization,
    /// A code for tokens.
    Token,
    /// A refresh token for tokens.
    Refresh,
    /// A page of badges.
    Page,
    /// The person's profile.
    Profile,
    /// Forgetting a token.
    Revocation,
    /// An authorization server's or issuer's metadata.
    Metadata,
    /// An offer by reference.
    Offer,
    /// A nonce.
    Nonce,
    /// A credential.
    Credential,
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// This status, with a body in the host's form.
    Status(u16),
    /// This status, and how long to wait.
    RetryAfter(u16, u64),
    /// This status and body.
    Body(u16, &'static str),
    /// An OAuth error: 400, or in the redirect of an authorization.
    OAuth(&'static str),
    /// Below HTTP.
    Fault(Fault),
    /// Sends the browser back with another state.
    WrongState,
    /// Says that the next page is here.
    Next(String),
    /// Breaks the body off in the middle, with its length told truly.
    CutBody,
}

impl Failure {
    /// Whether it is a good answer, changed.
    pub(super) fn changes_answer(&self) -> bool {
        match self {
            // The last two are in the redirect.
            Self::WrongState
            | Self::Next(_)
            | Self::CutBody
            | Self::OAuth("access_denied" | "server_error") => true,
            Self::Fault(fault) => *fault == Fault::ResetMidBody,
            _ => false,
        }
    }

    /// The answer that it is.
    pub(super) fn served(&self, api: Api) -> Served {
        match self {
            Self::Status(status) => json_answer(*status, &status_body(api, *status, "it went wrong")),
            Self::RetryAfter(status, seconds) => {
                let mut served = json_answer(*status, &status_body(api, *status, "not now"));
                served.headers.push(("Retry-After".to_owned(), seconds.to_string()));
                served
            }
            Self::Body(status, body) => {
                Served { status: *status, body: body.as_bytes().to_vec(), ..Served::default() }
            }
            Self::OAuth(error) => {
                json_answer(400, &json!({"error": error, "error_description": "it went wrong"}))
            }
            Self::Fault(fault) => Served { fault: Some(fault.clone()), ..Served::default() },
            Self::WrongState | Self::Next(_) | Self::CutBody => Served::default(),
        }
    }

    /// Changes a good answer.
    pub(super) fn spoil(&self, served: &mut Served) {
        match self {
            Self::Next(to) => {
                served.headers.retain(|(name, _)| name != "Link");
                served.headers.push(("Link".to_owned(), format!("<{to}>; rel=\"next\"")));
            }
            Self::CutBody => served.body.truncate(served.body.len() / 2),
            Self::Fault(fault) => served.fault = Some(fault.clone()),
            _ => {}
        }
    }
}

/// A status as the host's API writes it: that of Open Badges 2.1, or `Imsx_StatusInfo`.
pub(super) fn status_body(api: Api, status: u16, text: &str) -> Value {
    match api {
        Api::BadgeConnect => json!({"status": {
            "error": (status >= 300).then_some(text), "statusCode": status,
            "statusText": if status < 300 { "OK" } else { "ERROR" },
        }}),
        Api::OpenBadges3 => json!({
            "imsx_codeMajor": if status < 300 { "success" } else { "failure" },
            "imsx_severity": if status < 300 { "status" } else { "error" },
            "imsx_description": text,
        }),
    }
}

/// Failures that are still to come.
#[derive(Debug, Default)]
pub(super) struct Failures {
    /// Each with how many more times the step goes well; `None` fails every time.
    planned: Vec<(Step, Option<usize>, Failure)>,
}

impl Failures {
    pub(super) fn add(&mut self, step: Step, nth: Option<usize>, failure: Failure) {
        self.planned.push((step, nth, failure));
    }

    /// What goes wrong at `step` now.
    pub(super) fn next(&mut self, step: Step) -> Option<Failure> {
        let mut now = None;
        for (at, left, failure) in &mut self.planned {
            if *at != step {
                continue;
            }
            match left {
                None => now = Some(failure.clone()),
                Some(0) => {}
                Some(left) => {
                    *left -= 1;
                    if *left == 0 {
                        now = Some(failure.clone());
                    }
                }
            }
        }
        now
    }
}
