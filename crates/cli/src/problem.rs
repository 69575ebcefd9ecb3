//! Why a command stops, and with which exit status.

use std::io;
use std::process::ExitCode;

use lapel_wallet::api::ApiError;
use openbadges::{NotABadge, ParseError};

/// The exit status of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// All done; `verify`: all verified.
    Done = 0,
    /// Something failed; `verify`: some expired, revoked or invalid.
    Failed = 1,
    /// Wrong usage, or nothing that could be read.
    Unusable = 2,
    /// `verify`: some undecided, and none worse.
    Undecided = 3,
    /// Whoever read the output went away; what a shell reports of other programs then.
    Unheard = 141,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(status as u8)
    }
}

/// Why a command stops before its end.
#[derive(Debug)]
pub(crate) enum Problem {
    /// Whoever read the output went away: not worth a word.
    Unheard,
    /// With a message.
    Told {
        /// What happened and what to do.
        error: ApiError,
        /// The exit status.
        status: Status,
    },
}

impl Problem {
    /// A problem that leaves nothing to work on.
    pub(crate) fn unusable(error: ApiError) -> Self {
        Self::Told { error, status: Status::Unusable }
    }

    /// A thing that could not be done.
    pub(crate) fn failed(error: ApiError) -> Self {
        Self::Told { error, status: Status::Failed }
    }
}

/// Only printing goes through plain I/O errors; files are reported with their names.
impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::Unheard;
        }
        Self::unusable(told(
            "output.not-written",
            format!("the output could not be written: {error}"),
            "Check where standard output leads to.",
        ))
    }
}

/// An error for people and scripts.
pub(crate) fn told(code: &str, message: impl Into<String>, hint: impl Into<String>) -> ApiError {
    ApiError::new(code, message, hint)
}

/// Why bytes are not a badge, for people and scripts.
pub(crate) fn not_a_badge(error: &NotABadge) -> ApiError {
    told(error.code(), error.to_string(), error.hint())
}

/// Why a text is not a credential, for people and scripts.
pub(crate) fn not_a_credential(error: &ParseError) -> ApiError {
    told(error.code(), error.to_string(), error.hint())
}
