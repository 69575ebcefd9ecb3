//! Accounts at badge hosts: where the person has badges, and how they come from there.
//!
//! ```text
//! begin_connect_account ── discover, register ──▶ ConnectingAccount ── the browser ──▶ finish_connect_account ──▶ account
//! sync_account ── pages of badges, exact bytes ──▶ Source ──▶ import
//! ```
//!
//! Hosts speak Open Badges 2.1 (`badge_connect`) or Open Badges 3.0 (`ob3_api`); `oid4vci` takes single credentials
//! that an issuer offers. Everything goes through `fetch::call`; what proves who the person is lives in `secrets`.
//! `docs/accounts.md` lists every request.

mod badge_connect;
mod error;
mod holder_key;
mod host;
mod loopback;
mod oauth;
mod ob3_api;
mod oid4vci;
mod publishing;
mod secrets;
mod session;
mod view;

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use url::Url;

pub use error::AccountError;
pub use holder_key::HolderKey;
pub use oid4vci::{Offer, OfferError};
pub use publishing::PublishingKey;
pub(crate) use secrets::KeyringOrFiles;
pub use secrets::{FileSecrets, KEYRING_PATIENCE, MemorySecrets, Secrets, SecretsError};
pub use session::Patience;
pub use view::{
    AccountId, AccountView, Disconnected, HostKind, OfferSummary, OfferView, PinView, SyncProgress,
    SyncSummary,
};

use crate::Wallet;
use crate::api::{ApiError, ImportLine, ImportOutcome, ImportProgress};
use crate::fetch::call::{Authority, Call, Caller};
use crate::secret::Secret;
use crate::source::{Source, blocking};
use crate::store::StoredAccount;
use host::{Discovered, Item, Profile};
use loopback::Loopback;
use oauth::{Attempt, Client, Keys};
use session::{Pages, Session};

/// What a badge takes in memory besides its text, at least.
const ITEM_BYTES: usize = 1 << 10;
/// What is brought in at once: more is not held in memory.
const BATCH_BYTES: usize = 64 << 20;

/// What accounts need of the world.
#[derive(Clone)]
pub struct Access {
    /// Calls hosts; `None` leaves that to the settings.
    pub caller: Option<Arc<dyn Caller>>,
    /// Keeps tokens and the holder's key.
    pub secrets: Arc<dyn Secrets>,
    /// How long to wait.
    pub patience: Patience,
}

/// [`Access`], and what is going on.
pub(crate) struct Room {
    pub(crate) access: Access,
    /// Accounts that are being read.
    busy: Mutex<BTreeSet<u32>>,
}

impl Room {
    pub(crate) fn new(access: Access) -> Self {
        Self { access, busy: Mutex::default() }
    }

    /// For the wallet in `folder`: secrets in the system's keyring, or in files beside the wallet.
    pub(crate) fn of(folder: &Path) -> Self {
        let secrets = Arc::new(KeyringOrFiles::new(folder));
        Self::new(Access { caller: None, secrets, patience: Patience::default() })
    }

    fn begin(&self, id: u32) -> Option<Busy<'_>> {
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        busy.insert(id).then_some(Busy { room: self, id })
    }
}

/// An account that is being read, for as long as this lives.
struct Busy<'a> {
    room: &'a Room,
    id: u32,
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.room.busy.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

/// A sign-in that waits for the person to come back from the browser. Dropping it ends it; nothing of it was kept.
pub struct ConnectingAccount {
    discovered: Discovered,
    client: Client,
    attempt: Attempt,
    loopback: Loopback,
    url: Url,
}

impl fmt::Debug for ConnectingAccount {
    /// Without the address for the browser, which holds the secret of the sign-in.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectingAccount").field("discovered", &self.discovered).finish_non_exhaustive()
    }
}

impl ConnectingAccount {
    /// The address for the person's own browser. Its host is the one to show: there the person signs in.
    pub fn authorization_url(&self) -> &Url {
        &self.url
    }

    /// What the host speaks.
    pub fn kind(&self) -> HostKind {
        self.discovered.kind
    }

    fn host(&self) -> &str {
        self.discovered.base.host_str().unwrap_or_default()
    }
}

impl Wallet {
    /// The accounts, in the order they were connected.
    pub fn accounts(&self) -> Result<Vec<AccountView>, ApiError> {
        Ok(self.inner.store.accounts()?.into_iter().map(|account| self.account_view(account)).collect())
    }

    /// Begins connecting an account at `host` (a name or an https address): finds out what it speaks, opens an address
    /// on this computer, and registers Lapel. The caller opens [`ConnectingAccount::authorization_url`] in the
    /// person's browser, and goes on with [`Wallet::finish_connect_account`].
    pub async fn begin_connect_account(
        &self,
        host: &str,
        kind: Option<HostKind>,
    ) -> Result<ConnectingAccount, ApiError> {
        let caller = self.caller()?;
        let mut discovered = host::discover(&*caller, host, kind).await?;
        if discovered.provider.revocation.is_none() {
            discovered.provider.revocation =
                oauth::find_revocation(&*caller, &discovered.provider.token).await;
        }
        let loopback = Loopback::open().await?;
        let client = oauth::register(&*caller, &discovered.provider, loopback.redirect()).await?;
        let attempt = Attempt::new().map_err(AccountError::from)?;
        let url = oauth::authorization_url(&discovered.provider, &client, loopback.redirect(), &attempt);
        Ok(ConnectingAccount { discovered, client, attempt, loopback, url })
    }

    /// Waits for the person to come back from the browser, and keeps the account. Where the same person signs in again
    /// at the same host, it is the same account.
    pub async fn finish_connect_account(
        &self,
        connecting: ConnectingAccount,
    ) -> Result<AccountView, ApiError> {
        let (caller, access) = (self.caller()?, &self.inner.accounts.access);
        let host = connecting.host().to_owned();
        let ConnectingAccount { discovered, client, attempt, loopback, .. } = connecting;
        let redirect = loopback.redirect().to_owned();
        let code = loopback.code(&host, &attempt.state, access.patience.sign_in).await?;
        let proof = (code, &attempt.verifier);
        let tokens = oauth::exchange(&*caller, &discovered.provider, &client, &redirect, proof).await?;
        let profile = read_profile(&*caller, &discovered, &tokens.access).await;
        let keys = Keys {
            client_secret: client.secret.clone(),
            access_token: tokens.access,
            refresh_token: tokens.refresh,
            expires_at: session::ends(tokens.expires_in),
        };
        let scopes = tokens.scopes.unwrap_or_else(|| discovered.provider.scopes.clone());
        self.keep_account(&discovered, &client, profile, (scopes, keys)).await
    }

    async fn keep_account(
        &self,
        discovered: &Discovered,
        client: &Client,
        profile: Profile,
        (scopes, keys): (Vec<String>, Keys),
    ) -> Result<AccountView, ApiError> {
        let before = self.same_account(discovered, &profile)?;
        let number = secrets::random::<16>().map_err(AccountError::from)?;
        let account = StoredAccount {
            id: before.as_ref().map_or(0, |account| account.id),
            kind: discovered.kind.as_str().to_owned(),
            host: discovered.base.host_str().unwrap_or_default().to_owned(),
            base: discovered.base.to_string(),
            api_url: discovered.api.to_string(),
            token_url: discovered.provider.token.to_string(),
            revocation_url: discovered.provider.revocation.as_ref().map(Url::to_string),
            profile_id: profile.id,
            profile_name: profile.name,
            client_id: client.id.clone(),
            client_auth: client.auth.as_str().to_owned(),
            scopes: scopes.join(" "),
            secret: format!("account-{}", number.expose()),
            since: before.as_ref().and_then(|account| account.since),
            last_synced: before.as_ref().and_then(|account| account.last_synced),
            signed_out: false,
            added_at: before.as_ref().map_or_else(Timestamp::now, |account| account.added_at),
        };
        let secrets = Arc::clone(&self.inner.accounts.access.secrets);
        session::keep(&secrets, &account.secret, &keys).await.map_err(AccountError::from)?;
        let wallet = self.clone();
        blocking(move || {
            let stored = wallet.inner.store.put_account(&account);
            // Whichever is now without an account is taken back; that it may fail costs a forgotten token.
            let useless = if stored.is_ok() {
                before.map(|account| account.secret)
            } else {
                Some(account.secret.clone())
            };
            if let Some(useless) = useless {
                let _ = secrets.remove(&useless);
            }
            Ok(wallet.account_view(StoredAccount { id: stored?, ..account }))
        })
        .await
    }

    /// The account that the same person has at the same host: told by the profile, which not every host gives.
    fn same_account(
        &self,
        discovered: &Discovered,
        profile: &Profile,
    ) -> Result<Option<StoredAccount>, ApiError> {
        let same = |account: &StoredAccount| {
            account.kind == discovered.kind.as_str()
                && account.api_url == discovered.api.as_str()
                && profile.id.is_some()
                && account.profile_id == profile.id
        };
        Ok(self.inner.store.accounts()?.into_iter().find(same))
    }

    /// Brings in the badges of the account `id`: those that the host lists since the last time, or all of them where
    /// `all` says so or there was no last time. `progress` hears of each page and of each badge. What came is in the
    /// wallet also where it ends early (see [`SyncSummary::error`]); the next time then begins where this one did. An
    /// error of its own is that nothing was begun.
    pub async fn sync_account(
        &self,
        id: AccountId,
        all: bool,
        mut progress: impl FnMut(SyncProgress),
    ) -> Result<SyncSummary, ApiError> {
        let account = self.stored_account(id)?;
        let _busy = self.inner.accounts.begin(id.0).ok_or(AccountError::Busy { id: id.0 })?;
        let (caller, since) = (self.caller()?, account.since.filter(|_| !all));
        let mut kept = Imported::default();
        let read = self.read_account(caller, (account, since), &mut kept, &mut progress).await;
        let error = match read {
            Ok(until) if kept.is_whole() => {
                self.inner.store.account_synced(id.0, until, Timestamp::now())?;
                None
            }
            Ok(_) if kept.error.is_none() && kept.unanswered => {
                Some(AccountError::Unanswered { host: self.stored_account(id)?.host }.into())
            }
            Ok(_) => kept.error.take(),
            Err(error) => {
                if matches!(error, AccountError::SignInAgain { .. }) {
                    self.inner.store.account_signed_out(id.0)?;
                }
                Some(error.into())
            }
        };
        let account = self.account_view(self.stored_account(id)?);
        let Imported { received, added, already_there, failed, lines, .. } = kept;
        Ok(SyncSummary { account, received, added, already_there, failed, lines, error })
    }

    /// Reads page after page and brings in what they hold. Gives from when on to ask the next time.
    async fn read_account(
        &self,
        caller: Arc<dyn Caller>,
        (account, since): (StoredAccount, Option<Timestamp>),
        kept: &mut Imported,
        progress: &mut impl FnMut(SyncProgress),
    ) -> Result<Option<Timestamp>, AccountError> {
        let id = AccountId(account.id);
        let access = &self.inner.accounts.access;
        let mut session =
            Session::open(caller, Arc::clone(&access.secrets), access.patience, account).await?;
        let mut pages = Pages::of(&session, since)?;
        let (mut batch, mut received, mut bytes) = (Vec::new(), 0, 0);
        loop {
            let next = pages.next(&mut session).await;
            let total = pages.total.map(|total| u32::try_from(total).unwrap_or(u32::MAX));
            let ended = !matches!(next, Ok(Some(_)));
            if let Ok(Some(items)) = &next {
                received += u32::try_from(items.len()).unwrap_or(u32::MAX);
                progress(SyncProgress { account: id, received, total, import: None });
            }
            let (items, end) = match next {
                Ok(Some(items)) => (items, Ok(None)),
                Ok(None) => (Vec::new(), Ok(pages.until())),
                Err(error) => (Vec::new(), Err(error)),
            };
            bytes += items.iter().map(|item| item.text.len() + ITEM_BYTES).sum::<usize>();
            batch.extend(items.into_iter().map(Item::source));
            if !batch.is_empty() && (ended || bytes > BATCH_BYTES) {
                bytes = 0;
                let import = |import| {
                    progress(SyncProgress { account: id, received, total, import: Some(import) });
                };
                self.bring_in(std::mem::take(&mut batch), kept, import).await;
            }
            if ended {
                return end;
            }
        }
    }

    /// The one place where what came from a host goes into the wallet.
    async fn bring_in(
        &self,
        sources: Vec<Source>,
        kept: &mut Imported,
        mut progress: impl FnMut(ImportProgress),
    ) {
        kept.received += u32::try_from(sources.len()).unwrap_or(u32::MAX);
        let mut whole = false;
        let lines = self
            .import(sources, |step| {
                whole = step.finished && step.done == step.total && step.error.is_none();
                progress(step);
            })
            .await;
        kept.stopped |= !whole;
        match lines {
            Ok(lines) => kept.count(lines),
            Err(error) => kept.error = Some(error),
        }
    }

    /// Disconnects the account `id`: tells the host to forget the tokens, as well as it can be told, and forgets them
    /// here. The badges stay.
    pub async fn disconnect_account(&self, id: AccountId) -> Result<Disconnected, ApiError> {
        let account = self.stored_account(id)?;
        let _busy = self.inner.accounts.begin(id.0).ok_or(AccountError::Busy { id: id.0 })?;
        let access = &self.inner.accounts.access;
        let untold = match self.caller() {
            Ok(caller) => self.revoke(caller, account.clone()).await.err().map(ApiError::from),
            Err(error) => Some(error),
        };
        let (secrets, wallet) = (Arc::clone(&access.secrets), self.clone());
        let view = self.account_view(account.clone());
        blocking(move || {
            // The account goes all the same; that its tokens stayed here is told.
            let left = secrets.remove(&account.secret).err();
            wallet.inner.store.remove_account(account.id)?;
            let untold = untold.or(left.map(|error| AccountError::from(error).into()));
            Ok(Disconnected { account: view, untold })
        })
        .await
    }

    async fn revoke(&self, caller: Arc<dyn Caller>, account: StoredAccount) -> Result<(), AccountError> {
        let Access { secrets, patience, .. } = self.inner.accounts.access.clone();
        Session::open(caller, secrets, patience, account).await?.revoke().await
    }

    fn stored_account(&self, id: AccountId) -> Result<StoredAccount, ApiError> {
        let account = self.inner.store.account(id.0)?;
        account.ok_or_else(|| AccountError::NoSuchAccount { id: id.0 }.into())
    }

    fn account_view(&self, account: StoredAccount) -> AccountView {
        let in_a_file = self.inner.accounts.access.secrets.is_in_a_file(&account.secret);
        let warning = in_a_file.then(|| {
            "Its tokens are kept in a file, because no keyring answered: whoever can read your files can read them."
                .to_owned()
        });
        AccountView {
            id: AccountId(account.id),
            kind: HostKind::named(&account.kind).unwrap_or(HostKind::Ob3),
            host: account.host,
            base: account.base,
            name: account.profile_name,
            state: if account.signed_out { "signed-out" } else { "connected" }.to_owned(),
            scopes: account.scopes.split_whitespace().map(str::to_owned).collect(),
            added_at: account.added_at.to_string(),
            last_synced: account.last_synced.map(|at| at.to_string()),
            warning,
        }
    }
}

/// Who the person is there. Not every host says, and none has to.
async fn read_profile(caller: &dyn Caller, discovered: &Discovered, token: &Secret) -> Profile {
    let url = HostKind::profile_url(&discovered.api);
    let call = Call::get(url, oauth::MAX_ANSWER).by(Authority::Bearer(token.clone()));
    match caller.call(&call).await {
        Ok(reply) if reply.is_success() => host::profile(&reply),
        _ => Profile::default(),
    }
}

/// Whether what failed with this code may be had another time: a host that did not answer, or that showed a page for
/// people, may be repaired. What it refuses (HTTP 4xx, but for "too often") it refuses.
fn may_come_later(code: &str) -> bool {
    let is_refused = code.starts_with("fetch.http-4") && code != "fetch.http-429";
    (code.starts_with("fetch.") && !is_refused) || code == "import.web-page"
}

/// What became of what came.
#[derive(Default)]
struct Imported {
    received: u32,
    added: u32,
    already_there: u32,
    failed: u32,
    lines: Vec<ImportLine>,
    /// The person stopped the import.
    stopped: bool,
    /// Some of it is somewhere else, and was not to be had.
    unanswered: bool,
    /// Why the wallet could not take any more.
    error: Option<ApiError>,
}

impl Imported {
    fn count(&mut self, lines: Vec<ImportLine>) {
        for line in &lines {
            match &line.outcome {
                ImportOutcome::Added { .. }
                | ImportOutcome::Updated { .. }
                | ImportOutcome::KeptNotValid { .. } => {
                    self.added += 1;
                }
                ImportOutcome::AlreadyThere { .. } => self.already_there += 1,
                ImportOutcome::Failed { error } => {
                    self.failed += 1;
                    // What could not be read will not be readable the next time; what did not answer may.
                    self.unanswered |= may_come_later(&error.code);
                }
                // What waits for the person, or was left out at their wish, has its line.
                _ => {}
            }
        }
        self.lines.extend(lines);
    }

    /// Whether nothing that came would fare better the next time.
    fn is_whole(&self) -> bool {
        !self.unanswered && !self.stopped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_host_refuses_does_not_hold_up_the_next_reading() {
        for code in ["fetch.timeout", "fetch.http-429", "fetch.http-503", "import.web-page"] {
            assert!(may_come_later(code), "{code}");
        }
        for code in
            ["fetch.http-401", "fetch.http-403", "fetch.http-404", "import.revoked", "import.no-badge"]
        {
            assert!(!may_come_later(code), "{code}");
        }
    }
}
