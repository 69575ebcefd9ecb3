//! All badges in one file that other wallets read.

use openbadges::Credential;
use openbadges::proof::present::part;
use serde_json::{Value, json};

use crate::Badge;

/// A Universal Wallet 2020 document: what the wallets of the Digital Credentials Consortium back up and bring in, an
/// array of one wallet. `id` is the wallet's own (`urn:uuid:...`).
///
/// JSON credentials, hosted assertions among them, stand in it as they are, tokens of Verifiable Credentials in an
/// envelope. A signed badge of Open Badges 2.0 or older has no place there: its name is in the second value.
pub fn universal_wallet<'a>(
    badges: impl IntoIterator<Item = &'a Badge<'a>>,
    id: &str,
) -> (Value, Vec<String>) {
    let (mut contents, mut left_out) = (Vec::new(), Vec::new());
    for badge in badges {
        match content(badge.credential) {
            Some(content) => contents.push(content),
            None => left_out.push(badge.card.name.clone()),
        }
    }
    let wallet = json!([{
        "@context": ["https://www.w3.org/2018/credentials/v1", "https://w3id.org/wallet/v1"],
        "id": id,
        "type": "UniversalWallet2020",
        "status": "UNLOCKED",
        "contents": contents,
    }]);
    (wallet, left_out)
}

fn content(credential: &Credential) -> Option<Value> {
    if let Ok(part) = part(credential) {
        return Some(part);
    }
    let is_json = credential.text().trim_start_matches('\u{FEFF}').trim_start().starts_with('{');
    is_json.then(|| credential.json().clone())
}
