//! Presentations: badges of the wallet, shown to somebody with the person's own signature.

use jiff::Timestamp;
use lapel_share::disclosed;
use lapel_wallet::Wallet;
use lapel_wallet::api::{ApiError, BadgeId};
use openbadges::Credential;
use openbadges::proof::present::{Occasion, PresentError, Presentation, unsigned};

use crate::log::note;

/// What is shown, and to whom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Showing {
    /// Which badges.
    pub badges: Vec<BadgeId>,
    /// Of a single badge: the parts to show (JSON Pointers), where its issuer lets parts be shown; empty shows it whole.
    pub parts: Vec<String>,
    /// Whom it is for, such as `verifier.example`.
    pub domain: Option<String>,
    /// What the verifier asked to be repeated.
    pub challenge: Option<String>,
}

/// A presentation of badges (VC Data Model 2.0, 4.13), signed with the person's key; the key is made where there is
/// none. It is noted in the log of what left the wallet.
///
/// # Errors
/// Where a badge is not there or cannot be presented, a part cannot be shown, or the key cannot be had.
pub async fn present(wallet: &Wallet, showing: &Showing) -> Result<String, ApiError> {
    let credentials = credentials(wallet, showing)?;
    let key = wallet.holder_key().await?;
    let key_id = key.key_id();
    let occasion = Occasion {
        holder: key.did(),
        key: &key_id,
        domain: showing.domain.as_deref(),
        challenge: showing.challenge.as_deref(),
        created: Timestamp::now(),
    };
    let presentation = Presentation::of(&credentials.iter().collect::<Vec<_>>(), &occasion).map_err(told)?;
    let signature = key.sign(presentation.to_sign());
    note(wallet, "presentation", showing.domain.clone(), showing.badges.clone(), &[])?;
    Ok(presentation.signed(&signature).to_string())
}

/// The same without a signature, and without a holder.
///
/// # Errors
/// As [`present`], but for the key.
pub fn present_unsigned(wallet: &Wallet, showing: &Showing) -> Result<String, ApiError> {
    let credentials = credentials(wallet, showing)?;
    let presentation = unsigned(&credentials.iter().collect::<Vec<_>>(), None).map_err(told)?;
    note(wallet, "presentation", showing.domain.clone(), showing.badges.clone(), &[])?;
    Ok(presentation.to_string())
}

fn credentials(wallet: &Wallet, showing: &Showing) -> Result<Vec<Credential>, ApiError> {
    let mut credentials = Vec::new();
    for id in &showing.badges {
        credentials.push(wallet.badge(*id)?.credential);
    }
    if showing.parts.is_empty() {
        return Ok(credentials);
    }
    let [whole] = credentials.as_slice() else {
        let message = "parts can be chosen of one badge at a time";
        return Err(ApiError::new("present.parts-of-many", message, "Present the badge by itself."));
    };
    let part = disclosed(whole, &showing.parts);
    let part = part.map_err(|error| ApiError::new(error.code(), error.to_string(), error.hint()))?;
    Ok(vec![part])
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
pub(crate) fn told(error: PresentError) -> ApiError {
    ApiError::new(error.code(), error.to_string(), error.hint())
}
