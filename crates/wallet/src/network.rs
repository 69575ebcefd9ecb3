//! The way to the network that the person's settings leave.

use std::sync::{Arc, Mutex, PoisonError};

use url::Url;

use crate::Wallet;
use crate::api::{ApiError, Settings};
use crate::fetch::call::Caller;
use crate::fetch::{
    BadAllowed, BadProxy, Fetch, FetchError, HttpFetch, MapFetch, Options, Purpose, Request, Response,
    base_options, on_this_computer, parse_allowed, parse_proxy,
};

/// How a wallet reaches the network.
pub(crate) enum Network {
    /// As it was given.
    Given(Arc<dyn Fetch>),
    /// As the settings say, and these hosts besides.
    Settings {
        /// Private hosts that are allowed as long as the wallet is open.
        allowed: Vec<(String, u16)>,
        /// Made when first used, and again when the settings change: what it keeps in memory goes with it.
        made: Mutex<Option<(Door, HttpFetch)>>,
    },
}

/// The settings that a way to the network is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Door {
    allowed_hosts: Vec<String>,
    proxy: Option<String>,
}

impl Network {
    pub(crate) fn of_settings(allowed: Vec<(String, u16)>) -> Self {
        Self::Settings { allowed, made: Mutex::default() }
    }

    fn fetch(&self, settings: &Settings) -> Result<Arc<dyn Fetch>, ApiError> {
        match self {
            Self::Given(fetch) => Ok(Arc::clone(fetch)),
            Self::Settings { allowed, made } => Ok(Arc::new(http(settings, allowed, made)?)),
        }
    }

    fn caller(&self, settings: &Settings) -> Result<Arc<dyn Caller>, ApiError> {
        match self {
            Self::Given(_) => Ok(Arc::new(MapFetch::offline())),
            Self::Settings { allowed, made } => Ok(Arc::new(http(settings, allowed, made)?)),
        }
    }
}

/// The one way to the network that the settings leave, until they change.
fn http(
    settings: &Settings,
    allowed: &[(String, u16)],
    made: &Mutex<Option<(Door, HttpFetch)>>,
) -> Result<HttpFetch, ApiError> {
    let door = Door { allowed_hosts: settings.allowed_hosts.clone(), proxy: settings.proxy.clone() };
    let mut made = made.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((of, fetch)) = &*made
        && *of == door
    {
        return Ok(fetch.clone());
    }
    let mut options = options(settings)?;
    options.allow_private.extend(allowed.iter().cloned());
    let fetch = HttpFetch::new(options);
    *made = Some((door, fetch.clone()));
    Ok(fetch)
}

/// What the settings say of fetching.
pub(crate) fn options(settings: &Settings) -> Result<Options, ApiError> {
    let mut base = base_options();
    for host in &settings.allowed_hosts {
        base.allow_private.push(parse_allowed(host)?);
    }
    let proxy = settings.proxy.as_deref().map(str::trim).filter(|proxy| !proxy.is_empty());
    Ok(Options { proxy: proxy.map(parse_proxy).transpose()?, ..base })
}

impl Wallet {
    /// The way to the network that the settings leave.
    pub(crate) fn fetch(&self) -> Result<Arc<dyn Fetch>, ApiError> {
        let settings = self.settings()?;
        if settings.offline { Ok(Arc::new(MapFetch::offline())) } else { self.inner.network.fetch(&settings) }
    }

    /// Asks for the page at `url`, only to see whether it is there.
    ///
    /// # Errors
    /// Where the settings cannot be read, `url` is none, or Lapel is offline; why a host gave no answer is inside.
    pub async fn ask_page(&self, url: &str) -> Result<Result<Response, FetchError>, ApiError> {
        let url = Url::parse(url).map_err(|error| {
            ApiError::new("link.bad", format!("“{url}” is no address: {error}."), "Copy the address again.")
        })?;
        match self.fetch()?.fetch(&Request { url, purpose: Purpose::Page }).await {
            Err(FetchError::Offline) => Err(FetchError::Offline.into()),
            answer => Ok(answer),
        }
    }

    /// The way to `place`, which the person named to publish to: as the settings leave it, and by `http` or to any port
    /// where it is on this computer.
    ///
    /// # Errors
    /// Where the settings cannot be read, or Lapel is offline.
    pub fn way_to(&self, place: &Url) -> Result<HttpFetch, ApiError> {
        let settings = self.settings()?;
        match &self.inner.network {
            Network::Settings { allowed, .. } if !settings.offline => {
                let mut options = options(&settings)?;
                options.allow_private.extend(allowed.iter().cloned().chain(on_this_computer(place)));
                Ok(HttpFetch::new(options))
            }
            _ => Err(FetchError::Offline.into()),
        }
    }

    /// The way to accounts that the settings leave.
    ///
    /// # Errors
    /// Where it is none.
    pub(crate) fn caller(&self) -> Result<Arc<dyn Caller>, ApiError> {
        let settings = self.settings()?;
        if settings.offline {
            return Err(FetchError::Offline.into());
        }
        match &self.inner.accounts.access.caller {
            Some(given) => Ok(Arc::clone(given)),
            None => self.inner.network.caller(&settings),
        }
    }
}

impl From<BadAllowed> for ApiError {
    fn from(error: BadAllowed) -> Self {
        Self::new(
            "settings.bad-host",
            error.to_string(),
            "Write the host with its port, such as badges.school.lan:443 or 10.0.0.5:8443.",
        )
    }
}

impl From<BadProxy> for ApiError {
    fn from(error: BadProxy) -> Self {
        Self::new(
            "settings.bad-proxy",
            error.to_string(),
            "Write it as http://, https://, socks5:// or socks5h://, with its host and port.",
        )
    }
}
