//! Development only: a test issuer for every kind of badge that Lapel reads, and a local web host for
//! issuers' documents, with faults on demand.
//!
//! ```
//! use lapel_testkit::Issuer;
//!
//! let issued = Issuer::did_web("issuer.example")
//!     .achievement("Rust")
//!     .award_to("ada@example.org")
//!     .expires("2027-01-01T00:00:00Z")
//!     .sign_jwt();
//! assert!(issued.text().split('.').count() == 3);
//! assert_eq!(issued.documents()[0].url, "https://issuer.example/.well-known/did.json");
//! ```
//!
//! Everything is deterministic: the same calls give the same bytes (keys come from seeds, there is no clock).
//! The keys protect nothing and are public with this repository.
//!
//! This crate panics where a test is written wrongly; nothing in the product depends on it.

#![allow(clippy::missing_panics_doc, reason = "development only: a panic is a test written wrongly")]

pub mod art;
mod assorted;
mod award;
pub mod badge_host;
pub mod containers;
pub mod corpus;
mod data_integrity;
mod draft;
mod hostile;
mod issued;
mod issuer;
mod jws;
mod key;
mod mixed;
mod open_badges_1;
mod open_badges_2;
pub mod sd_jwt;
mod status_list;
pub mod ten;
mod web_host;

pub use assorted::assorted;
pub use award::{Award, DataModel, Kind};
pub use data_integrity::{
    Suite, sign as sign_data_integrity, sign_as as sign_data_integrity_as, sign_by as sign_data_integrity_by,
};
pub use draft::Draft;
pub use hostile::hostile_texts;
pub use issued::Issued;
pub use issuer::{Identity, Issuer};
pub use jws::compact as sign_compact;
pub use key::Key;
pub use mixed::{BROKEN, Mixture, mixed};
pub use sd_jwt::SdJwt;
pub use status_list::{RevocationNames, StatusForm, StatusList};
pub use ten::{PAYLOAD, Ten, ten};
pub use web_host::{BadCertificate, Fault, Request, Served, WebHost};

use jiff::Timestamp;
pub use openbadges::proof::key::Algorithm;
use openbadges::{Answer, Document};

/// The instant that the kit's badges are made for: issued before it, expiring after it unless told otherwise.
pub const NOW: &str = "2026-11-23T12:00:00Z";

/// [`NOW`] as an instant.
pub fn now() -> Timestamp {
    instant(NOW)
}

/// The instant that `text` (RFC 3339) denotes.
///
/// # Panics
/// If the text is no RFC 3339 instant: the test is wrong.
#[expect(clippy::expect_used, reason = "development only: a wrong literal in a test")]
pub fn instant(text: &str) -> Timestamp {
    text.parse().expect("an RFC 3339 instant")
}

/// A document as if fetched at [`NOW`] with status 200.
pub fn document(url: &str, media_type: &str, bytes: impl Into<Vec<u8>>) -> Document {
    Document {
        url: url.to_owned(),
        bytes: bytes.into(),
        media_type: Some(media_type.to_owned()),
        fetched_at: now(),
        status: 200,
    }
}

/// An answer of `status` with an empty body, as if fetched at [`NOW`].
pub fn answer_with_status(url: &str, status: u16) -> Answer {
    Answer::Document(Document {
        url: url.to_owned(),
        bytes: Vec::new(),
        media_type: None,
        fetched_at: now(),
        status,
    })
}
