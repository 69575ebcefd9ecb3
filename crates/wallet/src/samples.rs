//! Three badges to look at: one verified, one expired and one tampered with. Their issuer's key was thrown away
//! when they were signed, so that nobody can sign a fourth.

use openbadges::KnownIssuer;

use crate::api::{ApiError, NotValid};
use crate::{Source, Wallet};

/// The samples' issuer (a `did:key`), for which Lapel vouches.
pub fn sample_issuer() -> KnownIssuer {
    KnownIssuer {
        id: include_str!("samples/issuer.txt").trim_ascii().to_owned(),
        known_to: "Lapel, which made its samples with it".to_owned(),
    }
}

const SAMPLES: [(&str, &[u8]); 3] = [
    ("first-steps.png", include_bytes!("samples/first-steps.png")),
    ("night-sky.svg", include_bytes!("samples/night-sky.svg")),
    ("beekeeping.svg", include_bytes!("samples/beekeeping.svg")),
];

impl Wallet {
    /// Begins an import of the samples; also of the one that is not valid, which is there to be looked at. They
    /// need no network.
    pub fn begin_samples(&self) -> Result<u32, ApiError> {
        let sources =
            SAMPLES.map(|(name, bytes)| Source::Bytes { name: name.to_owned(), bytes: bytes.to_vec() });
        self.begin_import(sources.into(), Some(NotValid::Keep))
    }
}
