//! `lapel portfolio --publish`: where to, and what proves who is publishing.

use lapel_export::{
    MadePortfolio, PublishError, PublishLimits, Target, TargetOptions, Written, note, publish,
};
use lapel_wallet::Wallet;
use lapel_wallet::account::PublishingKey;
use lapel_wallet::api::ApiError;
use lapel_wallet::secret::Secret;
use serde_json::json;

use crate::account::runtime;
use crate::args::{Global, Portfolio as Args};
use crate::out::{Out, plain};
use crate::problem::{Problem, Status, told};

/// A place to publish to, and what proves there that the person may.
pub(crate) struct Publisher {
    target: Target,
    key: Option<PublishingKey>,
    /// Whether the key is to be kept once the place took it.
    remember: bool,
}

impl Publisher {
    /// The one that the arguments, the environment and the keyring name; `None` where nothing is to be published.
    pub(crate) fn of(args: &Args, wallet: &Wallet) -> Result<Option<Self>, Problem> {
        let Some(target) = target(args)? else { return Ok(None) };
        let given = if target.is_bucket() {
            given("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", Some("AWS_SESSION_TOKEN"))?
        } else {
            given("LAPEL_WEBDAV_USER", "LAPEL_WEBDAV_PASSWORD", None)?
        };
        if args.remember && given.is_none() {
            return Err(Problem::unusable(told(
                "publish.nothing-to-remember",
                "the environment gives no name and password to remember",
                "Give them as docs/portfolio.md says, or leave out --remember.",
            )));
        }
        let key = match given {
            Some(key) => Some(key),
            None => wallet.publishing_key(&target.place())?,
        };
        Ok(Some(Self { target, key, remember: args.remember }))
    }

    /// Where to, in words.
    pub(crate) fn place(&self) -> String {
        self.target.place()
    }

    /// Brings the place up to date, notes which badges left the wallet by that, and keeps the key if that is wanted; gives
    /// whether it is kept in a file.
    pub(crate) fn publish(
        &self,
        wallet: &Wallet,
        site: &MadePortfolio,
    ) -> Result<(Written, Option<bool>), Problem> {
        let way = wallet.way_to(self.target.url())?;
        let published = publish(&self.target, self.key.as_ref(), &site.files, way, PublishLimits::default());
        let published = runtime()?.block_on(published);
        // What was published in part has left as well.
        if matches!(published, Ok(_) | Err(PublishError::CutOff { .. })) {
            note(wallet, "portfolio", Some(self.place()), site.badges.clone(), &site.personal_data)?;
        }
        let written = published.map_err(ApiError::from)?;
        let kept = match &self.key {
            Some(key) if self.remember => Some(wallet.keep_publishing_key(&self.place(), key)?),
            _ => None,
        };
        Ok((written, kept))
    }
}

/// Forgets what was kept for a place.
pub(crate) fn forget(args: &Args, wallet: &Wallet, global: &Global) -> Result<Status, Problem> {
    let Some(target) = target(args)? else { return Ok(Status::Done) };
    let place = target.place();
    wallet.forget_publishing_key(&place)?;
    let mut out = Out::new(global.json);
    if out.json {
        out.json(&json!({ "place": place, "outcome": "forgotten" }))?;
    } else {
        out.line(&format!("Forgotten: name and password for {}. What is published stays.", plain(&place)))?;
    }
    out.flush()?;
    Ok(Status::Done)
}

fn target(args: &Args) -> Result<Option<Target>, Problem> {
    let Some(text) = &args.publish else { return Ok(None) };
    let mut options = TargetOptions { endpoint: args.endpoint.clone(), region: args.region.clone() };
    if text.trim_start().starts_with("s3:") {
        options.endpoint = options.endpoint.or_else(|| variable("AWS_ENDPOINT_URL"));
        options.region = options.region.or_else(|| variable("AWS_REGION"));
    }
    Target::parse(text, &options).map(Some).map_err(Problem::unusable)
}

/// Name and secret in these variables of the environment; both or neither.
fn given(name: &str, secret: &str, session: Option<&str>) -> Result<Option<PublishingKey>, Problem> {
    match (variable(name), variable(secret)) {
        (None, None) => Ok(None),
        (Some(name), Some(secret)) => {
            let session = session.and_then(variable).map(Secret::from);
            Ok(Some(PublishingKey { name, secret: Secret::from(secret), session }))
        }
        _ => Err(Problem::unusable(told(
            "publish.half-a-key",
            format!("the environment has only one of {name} and {secret}"),
            "Set both, or neither.",
        ))),
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
