//! What is written down of what left the wallet.

use std::collections::BTreeSet;

use lapel_share::{Badge, PersonalData, personal_data};
use lapel_wallet::Wallet;
use lapel_wallet::api::{ApiError, BadgeId, NewShare};

/// Writes down in the log of shares that `badges` left as `target`, for `place` (a file, a host; none where it was printed or
/// copied), and which kinds of personal data left with them.
///
/// # Errors
/// Where the wallet cannot be written.
pub fn note(
    wallet: &Wallet,
    target: &str,
    place: Option<String>,
    badges: Vec<BadgeId>,
    personal: &[PersonalData],
) -> Result<(), ApiError> {
    let personal: BTreeSet<&str> = personal.iter().map(|data| data.what.as_str()).collect();
    let personal = personal.into_iter().map(str::to_owned).collect();
    wallet.note_share(&NewShare { target: target.to_owned(), place, badges, personal })
}

/// What credentials tell of their recipients, each once.
pub(crate) fn told(badges: &[&Badge<'_>]) -> Vec<PersonalData> {
    let mut told: Vec<PersonalData> = Vec::new();
    for data in badges.iter().flat_map(|badge| personal_data(badge.card, badge.credential)) {
        if !told.contains(&data) {
            told.push(data);
        }
    }
    told
}
