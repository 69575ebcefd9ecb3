//! Links that the app is opened with: offered to the person by the page, and followed only where they say yes.

use lapel_wallet::Source;
use lapel_wallet::api::ApiError;
use lapel_wallet::deep_link::{DeepLink, Offers};
use serde::Serialize;
use tauri::{AppHandle, Manager};
use ts_rs::TS;

use crate::desktop::Desktop;
use crate::imports::{self, Started, tell};

/// A link came from outside: what it offers is for the person to decide about.
#[derive(Clone, Serialize, TS)]
#[ts(export)]
pub(crate) struct LinkOffered {
    /// The number to say yes by: the page cannot put another link in its place.
    offer: u32,
    /// What it offers.
    offers: Offers,
    /// The host that would be asked.
    host: String,
    /// The address, or the offer as it came.
    link: String,
}

/// Tells the page of links, each with its number or why it is refused.
pub(crate) fn offer(app: &AppHandle, links: Vec<String>) {
    for link in links {
        match DeepLink::parse(&link) {
            Ok(DeepLink { offers, host, link }) => {
                let offer = app.state::<Desktop>().keep_offer(link.clone());
                tell(app, "link-offered", LinkOffered { offer, offers, host, link });
            }
            Err(error) => tell(app, "link-refused", error),
        }
    }
}

/// Brings in what a link offers, by its number.
pub(crate) async fn take(app: &AppHandle, offer: u32) -> Result<Started, ApiError> {
    let link = app.state::<Desktop>().take_offer(offer).ok_or_else(|| {
        let hint = "Open the link again from where it came.";
        ApiError::new("link.gone", "This offer is no longer at hand.", hint)
    })?;
    imports::begin(app, vec![Source::Url(link)]).await
}
