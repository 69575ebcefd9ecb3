//! Several badges as one document for machines.

use lapel_share::universal_wallet;
use lapel_wallet::api::ApiError;
use openbadges::Credential;
use openbadges::proof::present::{PresentError, unsigned};
use serde_json::Value;

use crate::Shared;
use crate::present::told;

/// A badge that a document has no place for.
#[derive(Debug)]
pub struct LeftOut {
    /// Its place among those that were asked for.
    pub index: usize,
    /// Why.
    pub error: ApiError,
}

/// A Verifiable Presentation of `badges` without a signature (VC Data Model 2.0, 4.13), and those that cannot be in one: Open
/// Badges 2.0 and older are no Verifiable Credentials.
///
/// # Errors
/// Where none of them can be in it.
pub fn presentation_of(badges: &[Shared]) -> Result<(Value, Vec<LeftOut>), ApiError> {
    let (mut shown, mut left_out): (Vec<&Credential>, _) = (Vec::new(), Vec::new());
    for (index, shared) in badges.iter().enumerate() {
        match unsigned(&[shared.credential()], None) {
            Ok(_) => shown.push(shared.credential()),
            Err(error) => left_out.push(LeftOut { index, error: told(error) }),
        }
    }
    match (unsigned(&shown, None), left_out.is_empty()) {
        (Ok(presentation), _) => Ok((presentation, left_out)),
        (Err(PresentError::Nothing), false) => Err(left_out.swap_remove(0).error),
        (Err(error), _) => Err(told(error)),
    }
}

/// A Universal Wallet of `badges`; see [`universal_wallet`].
pub fn universal_wallet_of(badges: &[Shared]) -> Value {
    let credentials: Vec<&Credential> = badges.iter().map(Shared::credential).collect();
    universal_wallet(&credentials)
}
