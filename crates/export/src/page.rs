//! Whether a page that a link leads to is there.

use lapel_share::public_page;
use lapel_wallet::Wallet;
use lapel_wallet::api::ApiError;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What became of a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "snake_case")]
#[ts(export)]
pub enum PageAnswer {
    /// It is there.
    Answers {
        /// Where it has moved to, if it has.
        moved_to: Option<String>,
    },
    /// It is not.
    Gone {
        /// Why, in words.
        why: String,
    },
}

/// Asks whether the page at `url` is there. Its host learns that somebody asks: call it only where the person wants
/// to know.
///
/// # Errors
/// Where `url` is no public page, the wallet is offline, or its settings cannot be read.
pub async fn page_answers(wallet: &Wallet, url: &str) -> Result<PageAnswer, ApiError> {
    let page = public_page(url).ok_or_else(|| {
        ApiError::new(
            "share.no-public-page",
            "That is no page that anybody can open.",
            "A page begins with https:// and names a public host.",
        )
    })?;
    Ok(match wallet.ask_page(&page).await? {
        Ok(response) if response.is_success() => {
            PageAnswer::Answers { moved_to: response.redirected_to.map(String::from) }
        }
        Ok(response) => PageAnswer::Gone { why: status(response.status) },
        Err(error) => PageAnswer::Gone { why: error.to_string() },
    })
}

fn status(status: u16) -> String {
    match status {
        404 | 410 => format!("The host has no such page any more ({status})."),
        401 | 403 => format!("The host shows it only to some ({status})."),
        500.. => format!("The host has a fault just now ({status})."),
        _ => format!("The host answers with {status}."),
    }
}
