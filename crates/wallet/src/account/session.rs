//! One reading of an account: pages of badges, with a token that is refreshed, and patience with a host in trouble.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::error::{AccountError, accepted};
use super::host::Item;
use super::oauth::{self, Client, ClientAuth, Keys};
use super::secrets::{Secrets, SecretsError};
use super::view::HostKind;
use crate::fetch::call::{Authority, Call, Caller};
use crate::source::blocking;
use crate::store::StoredAccount;

/// Badges asked for at once.
const LIMIT: u32 = 50;
/// The most bytes of a page: badges carry their pictures in them.
const MAX_PAGE: usize = 32 << 20;
/// The most badges of one reading.
const MAX_BADGES: usize = 100_000;
/// The most pages of one reading.
const MAX_PAGES: u32 = 2000;
/// Pages in a row without a badge that was not seen before.
const MAX_FRUITLESS: u32 = 3;
/// What is asked for again the next time, from the host's own clock back: it may list a badge a while after issuing it.
const OVERLAP: SignedDuration = SignedDuration::from_hours(24);

/// How long Lapel waits for hosts and people. The default is for people; tests have none to lose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// How often a request is made again where a host is in trouble.
    pub retries: u32,
    /// Before the first of them; each further one waits twice as long.
    pub pause: Duration,
    /// What a host may ask for (`Retry-After`) to be waited for at once. Where it wants more, it is left alone.
    pub longest_pause: Duration,
    /// For the person to come back from the browser.
    pub sign_in: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            retries: 3,
            pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(30),
            sign_in: Duration::from_mins(5),
        }
    }
}

impl Patience {
    /// How long to wait before asking for the `tried`th time again; `None` where it is not worth it.
    fn before(&self, tried: u32, asked_for: Option<Duration>) -> Option<Duration> {
        if tried >= self.retries {
            return None;
        }
        match asked_for {
            Some(wait) => (wait <= self.longest_pause).then_some(wait),
            None => Some(self.pause * 2_u32.saturating_pow(tried)),
        }
    }
}

/// An account with what proves who reads it.
pub(super) struct Session {
    caller: Arc<dyn Caller>,
    secrets: Arc<dyn Secrets>,
    patience: Patience,
    pub(super) account: StoredAccount,
    kind: HostKind,
    client: Client,
    keys: Keys,
}

/// A page of badges.
struct Page {
    items: Vec<Item>,
    next: Option<Url>,
    total: Option<u64>,
    date: Option<Timestamp>,
    /// The address that answered.
    url: Url,
}

impl Session {
    /// For `account`, with the keys that are kept for it.
    pub(super) async fn open(
        caller: Arc<dyn Caller>,
        secrets: Arc<dyn Secrets>,
        patience: Patience,
        account: StoredAccount,
    ) -> Result<Self, AccountError> {
        let keys = kept(&secrets, &account).await?;
        let kind = HostKind::named(&account.kind).unwrap_or(HostKind::Ob3);
        let auth = ClientAuth::named(&account.client_auth).unwrap_or(ClientAuth::None);
        let client = Client { id: account.client_id.clone(), auth, secret: keys.client_secret.clone() };
        Ok(Self { caller, secrets, patience, account, kind, client, keys })
    }

    /// The address of the first page.
    fn first(&self, since: Option<Timestamp>) -> Result<Url, AccountError> {
        let api = stored_url(&self.account, &self.account.api_url)?;
        let mut url = self.kind.badges_url(&api);
        url.query_pairs_mut().append_pair("limit", &LIMIT.to_string()).append_pair("offset", "0");
        if let Some(since) = since {
            url.query_pairs_mut().append_pair("since", &since.to_string());
        }
        Ok(url)
    }

    /// The page at `url`: asked for again while the host is in trouble, and once more with a new token where it does
    /// not accept the old one.
    async fn page(&mut self, url: &Url) -> Result<Page, AccountError> {
        let (mut tried, mut renewed) = (0, false);
        loop {
            let asked = match self.ready(renewed).await {
                Ok(()) => self.ask(url).await,
                Err(error) => Err(error),
            };
            let error = match asked {
                Ok(page) => return Ok(page),
                Err(AccountError::SignInAgain { .. }) if !renewed && self.keys.refresh_token.is_some() => {
                    match self.renew().await {
                        Ok(()) => {
                            renewed = true;
                            continue;
                        }
                        Err(error) => error,
                    }
                }
                Err(error) => error,
            };
            if !error.is_passing() {
                return Err(error);
            }
            let Some(pause) = self.patience.before(tried, error.wait()) else { return Err(error) };
            tried += 1;
            tokio::time::sleep(pause).await;
        }
    }

    /// Renews a token that has ended by itself.
    async fn ready(&mut self, renewed: bool) -> Result<(), AccountError> {
        let ended = self.keys.have_ended(Timestamp::now()) && self.keys.refresh_token.is_some();
        if ended && !renewed { self.renew().await } else { Ok(()) }
    }

    async fn ask(&self, url: &Url) -> Result<Page, AccountError> {
        let authority = Authority::Bearer(self.keys.access_token.clone());
        let reply = accepted(self.caller.call(&Call::get(url.clone(), MAX_PAGE).by(authority)).await?)?;
        let items = self.kind.items(&reply)?;
        let headers = reply.headers.clone();
        Ok(Page { items, next: headers.next, total: headers.total_count, date: headers.date, url: reply.url })
    }

    /// New tokens for the refresh token, kept before they are used: the host may accept each refresh token only once.
    async fn renew(&mut self) -> Result<(), AccountError> {
        let now_kept = kept(&self.secrets, &self.account).await?;
        if now_kept.access_token != self.keys.access_token {
            // Another process was quicker.
            self.keys = now_kept;
            return Ok(());
        }
        let host = self.account.host.clone();
        let again = |said_text: String| AccountError::SignInAgain { host, said_text };
        let Some(refresh_token) = self.keys.refresh_token.clone() else { return Err(again(String::new())) };
        let token_url = stored_url(&self.account, &self.account.token_url)?;
        let scopes: Vec<String> = self.account.scopes.split_whitespace().map(str::to_owned).collect();
        let tokens = oauth::refresh(&*self.caller, &token_url, &self.client, (&refresh_token, &scopes)).await;
        let tokens = match tokens {
            Ok(tokens) => tokens,
            Err(error) => {
                let now_kept = kept(&self.secrets, &self.account).await?;
                if now_kept.access_token != self.keys.access_token {
                    // Another process used the refresh token first, and has what came for it.
                    self.keys = now_kept;
                    return Ok(());
                }
                return Err(match error {
                    AccountError::Token { error, said_text, .. }
                        if matches!(&*error, "invalid_grant" | "invalid_client" | "unauthorized_client") =>
                    {
                        again(said_text)
                    }
                    other => other,
                });
            }
        };
        self.keys = Keys {
            client_secret: self.keys.client_secret.clone(),
            access_token: tokens.access,
            refresh_token: tokens.refresh.or(Some(refresh_token)),
            expires_at: ends(tokens.expires_in),
        };
        keep(&self.secrets, &self.account.secret, &self.keys).await?;
        Ok(())
    }

    /// Tells the host to forget the tokens: first the one that others can be made from (RFC 7009, 2.1).
    pub(super) async fn revoke(&self) -> Result<(), AccountError> {
        let Some(revocation) = &self.account.revocation_url else {
            return Err(AccountError::NoRevocation { host: self.account.host.clone() });
        };
        let revocation = stored_url(&self.account, revocation)?;
        let tokens = [
            (self.keys.refresh_token.as_ref(), "refresh_token"),
            (Some(&self.keys.access_token), "access_token"),
        ];
        for (token, hint) in tokens {
            if let Some(token) = token {
                oauth::revoke(&*self.caller, &revocation, &self.client, (token, hint)).await?;
            }
        }
        Ok(())
    }
}

/// The pages of an account, one after the other.
pub(super) struct Pages {
    next: Option<Url>,
    /// The address of the first page: no other origin is asked.
    first: Url,
    visited: BTreeSet<String>,
    seen: BTreeSet<String>,
    /// Badges that came, also those that came before.
    came: u64,
    /// The same, but for pages that brought nothing new.
    counted: u64,
    read: u32,
    fruitless: u32,
    /// What ends the reading once the badges of the last page were taken.
    broken: Option<AccountError>,
    /// The host's clock when it answered first.
    pub(super) began: Option<Timestamp>,
    /// How many badges there are in all, if the host says.
    pub(super) total: Option<u64>,
}

impl Pages {
    /// From the first page on; of what was issued after `since`, where that is known.
    pub(super) fn of(session: &Session, since: Option<Timestamp>) -> Result<Self, AccountError> {
        let first = session.first(since)?;
        Ok(Self {
            next: Some(first.clone()),
            first,
            visited: BTreeSet::new(),
            seen: BTreeSet::new(),
            came: 0,
            counted: 0,
            read: 0,
            fruitless: 0,
            broken: None,
            began: None,
            total: None,
        })
    }

    /// The badges of the next page that were on none before; `None` after the last one.
    pub(super) async fn next(&mut self, session: &mut Session) -> Result<Option<Vec<Item>>, AccountError> {
        if let Some(error) = self.broken.take() {
            return Err(error);
        }
        let Some(url) = self.next.take() else { return Ok(None) };
        if self.read >= MAX_PAGES || self.seen.len() >= MAX_BADGES || self.fruitless >= MAX_FRUITLESS {
            let host = url.host_str().unwrap_or_default().to_owned();
            return Err(AccountError::EndlessPages { host, pages: self.read });
        }
        let mut page = session.page(&url).await?;
        self.visited.insert(url.to_string());
        self.read += 1;
        if self.read == 1 {
            self.began = page.date;
        }
        self.total = page.total.or(self.total);
        self.came += page.items.len() as u64;
        let whole = page.items.len();
        page.items.retain(|item| self.seen.insert(item.digest()));
        if page.items.is_empty() {
            self.fruitless += 1;
        } else {
            self.fruitless = 0;
            self.counted += whole as u64;
        }
        match self.after(&page, whole) {
            Ok(next) => self.next = next,
            Err(error) => self.broken = Some(error),
        }
        Ok(Some(page.items))
    }

    /// Where the next page is: where the host says, else behind what came, until everything came or nothing new does.
    fn after(&self, page: &Page, came: usize) -> Result<Option<Url>, AccountError> {
        if let Some(next) = &page.next {
            if next.origin() != self.first.origin() {
                return Err(AccountError::NextElsewhere {
                    host: self.first.host_str().unwrap_or_default().to_owned(),
                    to: next.host_str().unwrap_or_default().to_owned(),
                });
            }
            if !self.visited.contains(next.as_str()) {
                return Ok(Some(next.clone()));
            }
            // Some hosts link their last page to itself. Before everything came, it is no last one.
            return self.whole(page, "its pages lead back to one another before all badges came");
        }
        let more = match page.total {
            // Where some came twice, only one more page shows whether others are still to come.
            Some(total) => self.came < total || self.different() < total,
            None => !page.items.is_empty(),
        };
        if came == 0 || !more || page.items.is_empty() {
            return self.whole(page, "its pages ended before all badges came");
        }
        let mut next = self.first.clone();
        let pairs: Vec<(String, String)> = self.first.query_pairs().into_owned().collect();
        next.query_pairs_mut().clear().extend_pairs(pairs.iter().map(|(name, value)| {
            let value = if name == "offset" { self.came.to_string() } else { value.clone() };
            (name.as_str(), value)
        }));
        Ok(Some(next))
    }

    fn different(&self) -> u64 {
        self.seen.len() as u64
    }

    /// The end, unless the host said that there is more than came. Some hosts count what they list twice as two.
    fn whole(&self, page: &Page, what: &str) -> Result<Option<Url>, AccountError> {
        if page.total.is_some_and(|total| self.different() < total && self.counted != total) {
            return Err(AccountError::BadAnswer {
                host: page.url.host_str().unwrap_or_default().to_owned(),
                what: what.to_owned(),
            });
        }
        Ok(None)
    }

    /// From when on to ask the next time, where everything of this reading was kept. Without the host's clock there is
    /// no safe instant: everything is asked for again. A clock that is ahead would hide what is issued until then.
    pub(super) fn until(&self) -> Option<Timestamp> {
        let until = self.began?.min(Timestamp::now()).checked_sub(OVERLAP).ok()?;
        // Whole seconds: what hosts understand.
        Timestamp::from_second(until.as_second()).ok()
    }
}

/// When a token that is valid for `expires_in` from now ends.
pub(super) fn ends(expires_in: Option<Duration>) -> Option<Timestamp> {
    Timestamp::now().checked_add(SignedDuration::try_from(expires_in?).ok()?).ok()
}

/// Keeps `keys` under `name`.
pub(super) async fn keep(secrets: &Arc<dyn Secrets>, name: &str, keys: &Keys) -> Result<(), SecretsError> {
    let (secrets, name, written) = (Arc::clone(secrets), name.to_owned(), keys.written());
    blocking(move || secrets.put(&name, &written)).await
}

async fn kept(secrets: &Arc<dyn Secrets>, account: &StoredAccount) -> Result<Keys, AccountError> {
    let (keeper, name) = (Arc::clone(secrets), account.secret.clone());
    let kept = blocking(move || keeper.get(&name)).await?;
    let gone = || AccountError::SignInAgain { host: account.host.clone(), said_text: String::new() };
    Ok(Keys::read(&account.secret, &kept.ok_or_else(gone)?)?)
}

/// An address that was one when it was stored.
fn stored_url(account: &StoredAccount, text: &str) -> Result<Url, AccountError> {
    Url::parse(text)
        .map_err(|_| AccountError::SignInAgain { host: account.host.clone(), said_text: String::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_grows_and_ends() {
        let patience = Patience::default();
        let seconds = |tried, asked: Option<u64>| {
            patience.before(tried, asked.map(Duration::from_secs)).map(|pause| pause.as_secs())
        };
        assert_eq!([seconds(0, None), seconds(1, None), seconds(2, None)], [Some(1), Some(2), Some(4)]);
        assert_eq!(seconds(3, None), None);
        assert_eq!((seconds(0, Some(30)), seconds(0, Some(31))), (Some(30), None));
    }
}
