//! Why a site was not published, or only a part of it.

use std::error::Error;

use lapel_wallet::api::ApiError;
use lapel_wallet::fetch::{FetchError, Rule};

use crate::plan::MANIFEST;
use crate::site::first;

/// Why a site was not published. `Display` is a sentence, [`PublishError::hint`] says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// These files are in the way: Lapel did not make them, or somebody changed them since. Nothing was written.
    #[error("these files at {place} are not as Lapel made them: {}", first(files))]
    InTheWay {
        /// The place.
        place: String,
        /// The files.
        files: Vec<String>,
    },
    /// A path that is no plain name below the place. Nothing was written.
    #[error("\u{201c}{0}\u{201d} leads out of the place to publish to")]
    Outside(String),
    /// The list of an earlier publication cannot be read. Nothing was written.
    #[error("{MANIFEST} at {place} cannot be read: {detail}")]
    Manifest {
        /// The place.
        place: String,
        /// What is wrong with it.
        detail: String,
    },
    /// A file is larger than what is published. Nothing was written.
    #[error("{path} is larger than {max_bytes} bytes")]
    TooLarge {
        /// The file.
        path: String,
        /// The limit.
        max_bytes: usize,
    },
    /// The place did not do what it was asked. Nothing was written.
    #[error("{place} {fault}")]
    Place {
        /// The place.
        place: String,
        /// What it did.
        fault: Fault,
    },
    /// It stopped half-way.
    #[error("only {done} of {of} changes were made: {place} {fault}")]
    CutOff {
        /// How many files were written or removed.
        done: usize,
        /// Of how many.
        of: usize,
        /// The place.
        place: String,
        /// What it did.
        fault: Fault,
    },
}

/// What a place did in place of what it was asked. `Display` goes on after its name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// There is no such collection or bucket.
    #[error("is not there{}", named(.0))]
    NotThere(Option<String>),
    /// Whoever publishes may not.
    #[error("refuses{}: {}", named(.code), why(*.anonymous))]
    Refused {
        /// What the store calls it.
        code: Option<String>,
        /// Nothing proved who publishes.
        anonymous: bool,
    },
    /// Somebody has locked it (423).
    #[error("is locked by somebody else")]
    Locked,
    /// Somebody else is changing it (409).
    #[error("is being changed by somebody else")]
    Conflict,
    /// It has no space left (507).
    #[error("has no space left")]
    Full,
    /// It redirects.
    #[error("redirects elsewhere (HTTP {0})")]
    Redirect(u16),
    /// Any other status.
    #[error("answered with HTTP {status}{}", named(.code))]
    Status {
        /// The status.
        status: u16,
        /// What the store calls it.
        code: Option<String>,
    },
    /// It did not answer, or may not be asked.
    #[error("was not reached: {0}")]
    Fetch(FetchError),
    /// It answered something else than what was asked.
    #[error("cannot be understood: {0}")]
    Answer(String),
}

fn why(anonymous: bool) -> &'static str {
    if anonymous {
        "no name and password were given"
    } else {
        "name and password are not right, or may not do this"
    }
}

/// What a store calls an error, to go after words.
#[expect(clippy::ref_option, reason = "what thiserror hands over")]
fn named(code: &Option<String>) -> String {
    code.as_ref().map(|code| format!(" ({code})")).unwrap_or_default()
}

impl Fault {
    /// By a status that is no success, and what the store calls it.
    pub(super) fn of(status: u16, code: Option<String>, anonymous: bool) -> Self {
        match status {
            _ if code.as_deref() == Some("NoSuchBucket") => Self::NotThere(code),
            300..=399 => Self::Redirect(status),
            401 | 403 => Self::Refused { code, anonymous },
            404 => Self::NotThere(code),
            409 => Self::Conflict,
            423 => Self::Locked,
            507 => Self::Full,
            _ => Self::Status { status, code },
        }
    }

    /// Whether asking again may help.
    pub(super) fn may_pass(&self) -> bool {
        matches!(self, Self::Status { status: 408 | 429 | 500 | 502 | 503 | 504, .. })
    }

    /// What is inside an error of the library.
    pub(super) fn found_in(error: &object_store::Error) -> Self {
        let mut cause: Option<&(dyn Error + 'static)> = Some(error);
        let mut innermost = error.to_string();
        while let Some(here) = cause {
            if let Some(fault) = here.downcast_ref::<Self>() {
                return fault.clone();
            }
            innermost = here.to_string();
            cause = here.source();
        }
        match error {
            object_store::Error::NotFound { .. } => Self::NotThere(None),
            object_store::Error::AlreadyExists { .. } => Self::Conflict,
            _ => Self::Answer(innermost),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotThere(_) => "publish.not-there",
            Self::Refused { .. } => "publish.refused",
            Self::Locked => "publish.locked",
            Self::Conflict => "publish.conflict",
            Self::Full => "publish.full",
            Self::Redirect(_) => "publish.redirected",
            Self::Status { .. } => "publish.status",
            Self::Fetch(error) => error.code(),
            Self::Answer(_) => "publish.bad-answer",
        }
    }

    fn hint(&self) -> &'static str {
        match self {
            Self::NotThere(_) => "Make the collection or bucket first, or check its address.",
            Self::Refused { anonymous: true, .. } => {
                "Give them in the environment: LAPEL_WEBDAV_USER and LAPEL_WEBDAV_PASSWORD, or AWS_ACCESS_KEY_ID and \
                 AWS_SECRET_ACCESS_KEY."
            }
            Self::Refused { .. } => {
                "Check them, the region, and that they may list, read, write and delete there."
            }
            Self::Locked | Self::Conflict => "Publish again when the other program is done.",
            Self::Full => "Make space there, or publish elsewhere.",
            Self::Redirect(_) => "Publish to the address that it redirects to, or check --region.",
            Self::Status { .. } => "Publish again later; if it keeps happening, ask whoever runs the server.",
            Self::Fetch(FetchError::Refused { rule, .. }) => match rule {
                Rule::UserInfo | Rule::NoHost => "Check the address.",
                _ => "Use https on port 443; or allow the host, as in --allow-host nas.lan:8443.",
            },
            Self::Fetch(error) => match error {
                FetchError::Offline => error.hint(),
                _ => "Check the address and your connection, then publish again.",
            },
            Self::Answer(_) => {
                "Check that the address is that of a WebDAV collection or S3-compatible store."
            }
        }
    }
}

impl PublishError {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::InTheWay { .. } => "publish.in-the-way",
            Self::Outside(_) => "publish.outside",
            Self::Manifest { .. } => "publish.manifest",
            Self::TooLarge { .. } => "publish.too-large",
            Self::Place { fault, .. } | Self::CutOff { fault, .. } => fault.code(),
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::InTheWay { .. } => {
                "Move them away, or publish to another place. Nothing was changed.".to_owned()
            }
            Self::Outside(_) | Self::Manifest { .. } => {
                "Publish to an empty place. Nothing was changed.".to_owned()
            }
            Self::TooLarge { .. } => "Leave that badge out. Nothing was changed.".to_owned(),
            Self::Place { fault, .. } => format!("{} Nothing was changed.", fault.hint()),
            Self::CutOff { fault, .. } => {
                format!("{} Published again, it goes on where it was.", fault.hint())
            }
        }
    }
}

impl From<PublishError> for ApiError {
    fn from(error: PublishError) -> Self {
        Self::new(error.code(), error.to_string(), error.hint())
    }
}
