//! Open Badges and Verifiable Credentials, judged by a pure function.
//!
//! ```text
//! bytes ── Artifact::recognise ──▶ Artifact ── credentials() ──▶ Credential ─┐
//!                                                                            ▼
//!                                     Documents ──▶ verify(&credential, &documents, &policy) ──▶ Report
//!                                         ▲                                  │
//!                                         └────── fetched by the caller ◀── report.missing()
//! ```
//!
//! What is *not* here: no clock, socket, file, database, environment or async. The instant to judge at is
//! in the [`Policy`]; what the network would say is in the [`Documents`]; what is lacking is data in the
//! [`Report`]. So the same function serves the app, the command line, an air-gapped machine and a browser,
//! and replaying the same documents gives an equal report.

#![deny(clippy::disallowed_methods, reason = "this crate is pure")]

pub mod artifact;
pub mod card;
pub mod credential;
pub mod document;
pub mod json;
pub mod jsonld;
mod lookalike;
pub mod proof;
pub mod reasons;
mod recipient;
pub mod registry;
pub mod report;
mod resource;
mod schema;
mod secured;
pub mod status;
pub mod verify;
pub mod view;

pub use artifact::{Artifact, ArtifactKind, NotABadge};
pub use card::BadgeCard;
pub use credential::{Credential, ParseError};
pub use document::{Answer, Document, Documents, Unavailable};
pub use report::{
    Check, CheckId, EmbeddedFinding, EmbeddedReport, Exempt, Fact, Fault, Gap, Outcome, Report, Verdict,
    Verified, Warning,
};
pub use verify::{KnownIssuer, Policy, verify};
