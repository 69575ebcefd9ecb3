//! Accounts at badge hosts, and offers of credentials: both ask somebody only after the person said so.

use lapel_wallet::account::{
    AccountId, AccountView, ConnectingAccount, HostKind, Offer, OfferSummary, OfferView, SyncProgress,
    SyncSummary,
};
use lapel_wallet::api::ApiError;
use serde::Serialize;
use tauri::{AppHandle, Manager};
use ts_rs::TS;

use crate::desktop::{Desktop, blocking};
use crate::imports::tell;

/// A host that is ready to be connected: nothing is opened in the browser yet.
#[derive(Serialize, TS)]
#[ts(export)]
#[expect(clippy::struct_field_names, reason = "requests call the number so, too")]
pub(crate) struct Connecting {
    /// The number to go on with.
    connecting: u32,
    /// What the host speaks.
    kind: HostKind,
    /// The host at which the person signs in.
    sign_in_host: String,
}

/// How far reading an account is. How far bringing in is, is told of like any import.
#[derive(Clone, Serialize, TS)]
#[ts(export)]
pub(crate) struct AccountProgress {
    account: AccountId,
    /// Badges that came from the host.
    received: u32,
    /// How many it has in all, if it says.
    total: Option<u32>,
}

/// Finds out what the host at `address` speaks, and where the person would sign in.
pub(crate) async fn begin(app: &AppHandle, address: &str) -> Result<Connecting, ApiError> {
    let desktop = app.state::<Desktop>();
    let account = desktop.wallet().await?.begin_connect_account(address, None).await?;
    let kind = account.kind();
    let sign_in_host = account.authorization_url().host_str().unwrap_or_default().to_owned();
    Ok(Connecting { connecting: desktop.keep_connecting(account), kind, sign_in_host })
}

/// Opens the browser, and waits for the person to come back from it.
pub(crate) async fn connect(app: &AppHandle, connecting: u32) -> Result<AccountView, ApiError> {
    let desktop = app.state::<Desktop>();
    let account: ConnectingAccount = desktop.take_connecting(connecting).ok_or_else(gone)?;
    let address = account.authorization_url().clone();
    blocking(move || open::that_detached(address.as_str()).map_err(|error| not_opened(&error))).await?;
    desktop.wallet().await?.finish_connect_account(account).await
}

/// Brings in what came since the last time.
pub(crate) async fn sync(app: &AppHandle, id: AccountId) -> Result<SyncSummary, ApiError> {
    let wallet = app.state::<Desktop>().wallet().await?;
    let told = |progress: SyncProgress| {
        let SyncProgress { account, received, total, import } = progress;
        tell(app, "account-progress", AccountProgress { account, received, total });
        if let Some(import) = import {
            tell(app, "import-progress", import);
        }
    };
    wallet.sync_account(id, false, told).await
}

/// Asks the issuer of the offer with this number what it is about.
pub(crate) async fn read_offer(app: &AppHandle, number: u32) -> Result<OfferView, ApiError> {
    let desktop = app.state::<Desktop>();
    let link = desktop.offer(number).ok_or_else(gone)?;
    let offer: Offer = desktop.wallet().await?.read_offer(&link).await?;
    let view = offer.view();
    desktop.keep_read_offer(number, offer);
    Ok(view)
}

/// Accepts the offer that was read under this number. It stays at hand where it is not accepted, for another PIN.
pub(crate) async fn accept_offer(
    app: &AppHandle,
    number: u32,
    pin: Option<&str>,
) -> Result<OfferSummary, ApiError> {
    let desktop = app.state::<Desktop>();
    let offer = desktop.read_offer(number).ok_or_else(gone)?;
    let told = |progress| tell(app, "import-progress", progress);
    desktop.wallet().await?.accept_offer(&offer, pin, told).await
}

fn gone() -> ApiError {
    ApiError::new("link.gone", "This is no longer at hand.", "Begin again from where it came.")
}

fn not_opened(error: &std::io::Error) -> ApiError {
    ApiError::new(
        "link.not-opened",
        format!("The browser did not open: {error}."),
        "Check which browser your system opens pages with, then try again.",
    )
}
