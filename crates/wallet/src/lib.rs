//! The wallet: everything about badges that has an effect.
//!
//! ```text
//! Source ── source::find ──▶ Artifact, Credential ── gather (verify ⇄ fetch) ──▶ Report ──▶ Store
//! ```
//!
//! [`Wallet`] is the one facade that the window and the command line use. What waits for the network is `async`;
//! the rest is quick, but reads the disk: a shell with a window calls it off its main thread.
//! `link` finds the badge that a link is about. `fetch` holds the only sockets, `store` the only SQL. What is judged is judged by the pure crate `openbadges`.

pub mod account;
pub mod api;
mod art;
pub mod deep_link;
mod error;
pub mod fetch;
pub mod gather;
mod import;
pub mod link;
mod network;
mod registries;
mod samples;
pub mod secret;
mod self_listed;
mod shared_fetch;
mod shares;
mod signals;
pub mod source;
pub mod store;
pub mod unpack;
mod view;
pub mod watch;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine;
use jiff::{SignedDuration, Timestamp};
use openbadges::artifact::PayloadContent;
use openbadges::card::BadgeCard;
use openbadges::document::Documents;
use openbadges::report::Verified;
use openbadges::{ArtifactKind, Credential, Policy, Report};

pub use art::Picture;
pub use openbadges::view::credential_kind;
pub use samples::sample_issuer;
pub use self_listed::SelfListed;
pub use source::Source;
pub use store::Art;
pub use view::{Pictures, report_view};

use api::{
    ApiError, ArtifactView, BadgeDetail, BadgeId, BadgePage, BadgeSummary, CheckedBadge, ListRequest,
    Removed, Settings, VerdictAt, VersionView,
};
use fetch::Fetch;
use gather::{Budget, gather};
use network::Network;
use store::{Form, Judged, Store, StoreError, StoredBadge};

/// How long a deleted badge can be restored.
pub const TRASH: SignedDuration = SignedDuration::from_hours(30 * 24);

/// An open wallet. Clones are the same wallet.
#[derive(Clone)]
pub struct Wallet {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    network: Network,
    accounts: account::Room,
    running: import::Running,
    begun: import::Begun,
}

/// A badge with all that sharing it needs.
#[derive(Clone, Debug)]
pub struct Badge {
    /// As on the wall.
    pub summary: BadgeSummary,
    /// What it says.
    pub card: BadgeCard,
    /// The credential's text: JSON or JWS.
    pub content: PayloadContent,
    /// The credential.
    pub credential: Credential,
    /// The latest report.
    pub report: Report,
    /// Earlier verdicts, newest first.
    pub history: Vec<VerdictAt>,
    /// What carries it, in the order it came.
    pub artifacts: Vec<ArtifactView>,
    /// Earlier versions and other forms of its credential, the latest first.
    pub versions: Vec<VersionView>,
}

impl Badge {
    /// The proof that the latest report found it verified.
    pub fn verified(&self) -> Option<Verified<'_>> {
        self.report.verified(&self.credential)
    }
}

/// The exact bytes that a badge came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Original {
    /// `png`, `svg`, `json` or `jws`.
    pub kind: String,
    /// Where it came from: a file name, a URL or `pasted text`.
    pub source: String,
    /// Bit for bit as they came.
    pub bytes: Vec<u8>,
}

/// The wallet's folder where none was chosen: in the platform's folder for data of programs.
pub fn default_folder() -> Option<PathBuf> {
    let folders = directories::ProjectDirs::from("", "", "Lapel")?;
    Some(folders.data_dir().join("wallet"))
}

impl Wallet {
    /// Opens the wallet in `folder`, making it where there is none; fetches over the network.
    pub fn open(folder: &Path) -> Result<Self, ApiError> {
        Self::open_allowing(folder, Vec::new())
    }

    /// Opens the wallet in `folder`; besides what its settings allow, these private hosts, each with its port, may
    /// be fetched as long as it is open.
    pub fn open_allowing(folder: &Path, hosts: Vec<(String, u16)>) -> Result<Self, ApiError> {
        Self::open_over(folder, Network::of_settings(hosts), account::Room::of(folder))
    }

    /// Opens the wallet in `folder`; `fetch` is its way to the network
    /// ([`MapFetch::offline`](fetch::MapFetch::offline) is none), whatever the settings say of hosts and proxies.
    /// Accounts are offline.
    pub fn open_with(folder: &Path, fetch: Arc<dyn Fetch>) -> Result<Self, ApiError> {
        Self::open_over(folder, Network::Given(fetch), account::Room::of(folder))
    }

    /// Opens the wallet in `folder`; `fetch` is its way to documents, `access` its way to accounts and where it keeps
    /// what proves who the person is.
    pub fn open_with_access(
        folder: &Path,
        fetch: Arc<dyn Fetch>,
        access: account::Access,
    ) -> Result<Self, ApiError> {
        Self::open_over(folder, Network::Given(fetch), account::Room::new(access))
    }

    fn open_over(folder: &Path, network: Network, accounts: account::Room) -> Result<Self, ApiError> {
        signals::outlive_file_size_limits();
        let store = Store::open(folder)?;
        let (running, begun) = (import::Running::default(), import::Begun::default());
        let wallet = Self { inner: Arc::new(Inner { store, network, accounts, running, begun }) };
        if let Ok(before) = Timestamp::now().checked_sub(TRASH) {
            // What cannot be deleted now (a full disk) is deleted another time.
            let _ = wallet.inner.store.purge(before);
        }
        Ok(wallet)
    }

    /// The wallet's folder.
    pub fn folder(&self) -> &Path {
        self.inner.store.path().parent().unwrap_or(Path::new(""))
    }

    /// A page of the wall. Badges whose validity ended since they were verified are judged again first, by what
    /// is kept of them.
    pub fn list(&self, request: &ListRequest) -> Result<BadgePage, ApiError> {
        for id in self.inner.store.run_out(Timestamp::now())? {
            // One that cannot be read any more says so when it is opened.
            let _ = self.judge_from_kept(id, Keep::NewVerdict);
        }
        Ok(self.inner.store.list(request)?)
    }

    /// A badge for showing.
    pub fn open_badge(&self, id: BadgeId) -> Result<BadgeDetail, ApiError> {
        let mut badge = self.badge(id)?;
        // Only what stands inside needs them, and they may be large.
        let inside = !badge.report.embedded().is_empty();
        let documents = if inside { self.documents(id)? } else { Documents::new() };
        Ok(BadgeDetail {
            credential_kind: credential_kind(&badge.card).to_owned(),
            report: report_view(&badge.report, &mut badge.card, &documents, Pictures::Small),
            summary: badge.summary,
            card: badge.card,
            history: badge.history,
            artifacts: badge.artifacts,
            versions: badge.versions,
            credential_text: badge.content.text().to_owned(),
        })
    }

    /// A badge for sharing.
    pub fn badge(&self, id: BadgeId) -> Result<Badge, ApiError> {
        let mut stored = self.inner.store.badge(id)?;
        if stored.card.is_none() || stored.report.is_none() {
            self.judge_from_kept(id, Keep::Always)?;
            stored = self.inner.store.badge(id)?;
        }
        let content = content(&stored);
        let credential = credential_of(&stored)?;
        let StoredBadge { summary, card, report, history, artifacts, versions, .. } = stored;
        let unreadable = || StoreError::Damaged { badge: id.0, name: summary.name.clone(), what: "report" };
        let (card, report) = (card.ok_or_else(unreadable)?, report.ok_or_else(unreadable)?);
        Ok(Badge { summary, card, content, credential, report, history, artifacts, versions })
    }

    /// Verifies a badge again: asks its issuer for everything anew, unless offline. Where a host cannot be
    /// reached, the copy that was kept stands in.
    pub async fn verify_badge(&self, id: BadgeId) -> Result<BadgeDetail, ApiError> {
        let wallet = self.clone();
        let (stored, kept, artifact) = source::blocking(move || wallet.read_for_judging(id)).await?;
        let credential = Arc::new(credential_of(&stored)?);
        let fetch = self.fetch()?;
        let fetch = fetch.anew().unwrap_or(fetch);
        let mut documents = Documents::new();
        let policy = self.policy()?;
        let report = gather(&credential, &mut documents, &policy, &kept, &*fetch, &Budget::default()).await;
        let card = BadgeCard::of(&credential, &documents);
        let art = match artifact {
            Some(artifact) => art::art(&artifact, &card, &mut documents, &kept, &*fetch).await,
            None => None,
        };
        art::fetch_inside(&card, &mut documents, &kept, &*fetch).await;
        let wallet = self.clone();
        source::blocking(move || {
            let judged = Judged { report: &report, documents: &documents, card: &card, art: art.as_ref() };
            wallet.inner.store.judge_again(id, &judged)?;
            wallet.open_badge(id)
        })
        .await
    }

    /// Verifies sources without keeping anything.
    pub async fn check(
        &self,
        sources: Vec<Source>,
    ) -> Result<Vec<(String, Result<CheckedBadge, ApiError>)>, ApiError> {
        let (fetch, policy) = (self.fetch()?, self.policy()?);
        let mut checked = Vec::with_capacity(sources.len());
        for source in sources {
            let name = source.name();
            checked.push((
                name,
                import::judge(source, &policy, &*fetch).await.map(import::JudgedSource::checked),
            ));
        }
        Ok(checked)
    }

    /// Moves badges to the trash; the token brings them back, also after a restart, for [`TRASH`].
    pub fn remove(&self, ids: &[BadgeId]) -> Result<Removed, ApiError> {
        let (token, removed) = self.inner.store.remove(ids, Timestamp::now())?;
        Ok(Removed { token, removed })
    }

    /// Brings back what a removal took; gives how many badges.
    pub fn restore(&self, token: u32) -> Result<u32, ApiError> {
        Ok(self.inner.store.restore(token)?)
    }

    /// The first artifact that a badge came in, bit for bit.
    pub fn export_original(&self, id: BadgeId) -> Result<Original, ApiError> {
        let badge = self.inner.store.badge(id)?;
        let artifact = badge.artifacts.first().ok_or_else(|| missing_artifact(id))?;
        let bytes = self.inner.store.artifact(id, &artifact.sha256)?;
        Ok(Original { kind: artifact.kind.clone(), source: artifact.source.clone(), bytes })
    }

    /// One of a badge's artifacts, bit for bit, by its SHA-256.
    pub fn artifact(&self, id: BadgeId, sha256: &str) -> Result<Vec<u8>, ApiError> {
        Ok(self.inner.store.artifact(id, sha256)?)
    }

    /// The picture of a badge as it came, for baking: the image it was baked into, else the one its card names.
    pub fn picture(&self, id: BadgeId) -> Result<Option<Picture>, ApiError> {
        let badge = self.badge(id)?;
        let documents = self.inner.store.documents(id)?;
        let mut artifacts = Vec::new();
        for artifact in &badge.artifacts {
            let kind = match artifact.kind.as_str() {
                "png" => ArtifactKind::Png,
                "svg" => ArtifactKind::Svg,
                _ => continue,
            };
            artifacts.push((kind, self.inner.store.artifact(id, &artifact.sha256)?));
        }
        Ok(art::picture(&artifacts, &badge.card, &documents))
    }

    /// The picture of a badge in a form that a credential can be baked into: PNG or SVG.
    pub fn bakeable(&self, id: BadgeId) -> Result<Option<Picture>, ApiError> {
        Ok(self.picture(id)?.and_then(|picture| match picture.media_type {
            "image/png" | "image/svg+xml" => Some(picture),
            _ => Some(Picture { media_type: "image/png", bytes: art::png(&picture.bytes, 2048)? }),
        }))
    }

    /// The picture of a badge for use inside a page: an SVG as it came, or a PNG that is made smaller until it has
    /// at most `max_bytes`, but no smaller than 160 pixels a side.
    pub fn small_picture(&self, id: BadgeId, max_bytes: usize) -> Result<Option<Picture>, ApiError> {
        let Some(picture) = self.picture(id)? else { return Ok(None) };
        if picture.media_type == "image/svg+xml" {
            return Ok(Some(picture));
        }
        let mut smaller = [320, 240, 160].into_iter().map_while(|side| art::png(&picture.bytes, side));
        let mut small = smaller.next();
        while small.as_ref().is_some_and(|bytes| bytes.len() > max_bytes)
            && let Some(bytes) = smaller.next()
        {
            small = Some(bytes);
        }
        Ok(small.map(|bytes| Picture { media_type: "image/png", bytes }))
    }

    /// A picture as lists show it, by the digest that they give.
    pub fn art(&self, digest: &str) -> Result<Option<Art>, ApiError> {
        Ok(self.inner.store.art(digest)?)
    }

    /// What the latest report of a badge rests on: verifying with these gives an equal report.
    pub fn documents(&self, id: BadgeId) -> Result<Documents, ApiError> {
        Ok(self.inner.store.documents(id)?)
    }

    /// What the person set.
    pub fn settings(&self) -> Result<Settings, ApiError> {
        Ok(self.inner.store.settings()?)
    }

    /// Keeps what the person set; gives it as it will be read.
    pub fn save_settings(&self, settings: &Settings) -> Result<Settings, ApiError> {
        network::options(settings)?;
        self.inner.store.save_settings(settings)?;
        self.settings()
    }

    /// Checks everything against its digest; gives what is wrong.
    pub fn examine(&self) -> Result<Vec<ApiError>, ApiError> {
        Ok(self.inner.store.examine()?.into_iter().map(ApiError::from).collect())
    }

    /// The policy of this wallet, now.
    pub fn policy(&self) -> Result<Policy, ApiError> {
        let settings = self.settings()?;
        let mut policy = Policy::at(Timestamp::now());
        policy.identities = settings.identities;
        policy.identities.extend(self.holder_did()?);
        policy.trusted_issuers = settings.trusted_issuers;
        policy.known_issuers.push(sample_issuer());
        policy.known_issuers.extend(self.registered_issuers()?);
        Ok(policy)
    }

    fn read_for_judging(
        &self,
        id: BadgeId,
    ) -> Result<(StoredBadge, Documents, Option<openbadges::Artifact>), ApiError> {
        let stored = self.inner.store.badge(id)?;
        let kept = self.inner.store.documents(id)?;
        let artifact = match stored.artifacts.first() {
            Some(artifact) => {
                openbadges::Artifact::recognise(self.inner.store.artifact(id, &artifact.sha256)?).ok()
            }
            None => None,
        };
        Ok((stored, kept, artifact))
    }

    /// Judges a badge at the present instant by what is kept of it.
    fn judge_from_kept(&self, id: BadgeId, keep: Keep) -> Result<(), ApiError> {
        let stored = self.inner.store.badge(id)?;
        let documents = self.inner.store.documents(id)?;
        let credential = credential_of(&stored)?;
        let report = openbadges::verify(&credential, &documents, &self.policy()?);
        if keep == Keep::NewVerdict && report.verdict().as_str() == stored.summary.verdict {
            return Ok(());
        }
        let card = BadgeCard::of(&credential, &documents);
        let judged = Judged { report: &report, documents: &documents, card: &card, art: None };
        Ok(self.inner.store.judge_again(id, &judged)?)
    }
}

/// Which reports are worth keeping.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keep {
    Always,
    NewVerdict,
}

fn content(stored: &StoredBadge) -> PayloadContent {
    match stored.form {
        Form::Json => PayloadContent::Json(stored.text.clone()),
        Form::Jws => PayloadContent::Jws(stored.text.clone()),
    }
}

/// A stored text was a credential when it was stored; a later Lapel may still refuse what an earlier one took. Where
/// an old badge was found by a link, the card knows that address.
fn credential_of(stored: &StoredBadge) -> Result<Credential, ApiError> {
    let credential = Credential::parse(&content(stored)).map_err(source::SourceError::NotACredential)?;
    let address = stored.card.as_ref().and_then(|card| card.credential_id.as_deref());
    Ok(match address {
        Some(address) => credential.read_at(address),
        None => credential,
    })
}

fn missing_artifact(id: BadgeId) -> ApiError {
    ApiError::new(
        "wallet.damaged-badge",
        format!("badge b{} has lost its original file", id.0),
        "Import it again from its file, or restore a copy of the wallet.",
    )
}

/// Bytes as a `data:` URI.
fn data_uri(art: &Art) -> String {
    let base64 = base64::engine::general_purpose::STANDARD.encode(&art.bytes);
    format!("data:{};base64,{base64}", art.media_type)
}
