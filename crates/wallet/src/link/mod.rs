//! From a link that a person has to the badge that it is about.
//!
//! The order of attempts, each of which is told in an error: the link is cleaned; a platform's rule says where to ask;
//! the link itself is asked, for a credential and then for JSON alone; a page for people is searched. Everything goes
//! through the one door to the network, within limits. docs/url-import.md explains it to people.

mod clean;
mod html;
mod page;
mod pattern;
mod profile;
pub mod rules;

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::time::Duration;

use openbadges::artifact::{Likeness, PayloadContent};
use openbadges::document::{Answer, Document, Documents};
use openbadges::{Artifact, Credential, NotABadge, ParseError};
use serde_json::Value;
use tokio::time::{Instant, timeout_at};
use url::Url;

pub use clean::{Cleaned, clean};
pub(crate) use page::LOOKED_FOR;
pub use profile::Listing;

use crate::fetch::{Fetch, FetchError, Purpose, Request, Response, WebLink};
use crate::self_listed::{SelfListed, one_line};
use crate::source::{SourceError, blocking};
use page::{Page, Sign};
use profile::{MAX_FOUND, MAX_PAGES};
use rules::{Gives, List, Match, Stated};

/// Requests for one link, at most; the pages of a list are counted apart.
const MAX_FETCHES: usize = 24;
/// Time for one link.
const TOTAL: Duration = Duration::from_secs(45);

/// What a link leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolved {
    /// What a host answered with: a badge, as far as can be seen, or what must be told why it is none.
    Document(Document),
    /// Credentials that stood in what was answered at `url`: at least one. Nothing serves them by themselves.
    Inside {
        /// Where they stood.
        url: String,
        /// Their exact texts.
        texts: Vec<String>,
    },
    /// A list of badges.
    Collection(Listing),
    /// Achievements that carry no credential: at least one.
    SelfListed(Vec<SelfListed>),
    /// An offer that a wallet can take up (`OpenID` for Verifiable Credential Issuance).
    Offer(String),
}

/// What a link leads to, and how that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolution {
    /// What it leads to.
    pub resolved: Resolved,
    /// The link without tracking and without anybody's address.
    pub link: String,
    /// The mail address that the link named as the recipient's.
    pub recipient: Option<String>,
    /// What was tried.
    pub steps: Vec<Step>,
}

/// One attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What was asked.
    pub url: String,
    /// Why there, in a few words.
    pub why: String,
    /// What came, in a few words.
    pub answer: String,
}

/// What was tried in vain, for an error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tried {
    /// In this order.
    pub steps: Vec<Step>,
    /// What the platform offers instead, where a rule knows.
    pub instead: Option<&'static str>,
    /// Whether the page is made by scripts, which Lapel does not run.
    pub needs_scripts: bool,
}

impl fmt::Display for Tried {
    /// ` (tried: <url>, <why>: <answer>; ...)`, or nothing where there was one attempt. Hosts choose most of these words:
    /// they are shortened.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 8;
        if self.steps.len() < 2 {
            return Ok(());
        }
        for (number, Step { url, why, answer }) in self.steps.iter().take(SHOWN).enumerate() {
            let before = if number == 0 { " (tried: " } else { "; " };
            write!(f, "{before}{}, {why}: {}", shortened(url), shortened(answer))?;
        }
        match self.steps.len().saturating_sub(SHOWN) {
            0 => f.write_str(")"),
            more => write!(f, "; and {more} more)"),
        }
    }
}

/// At most 160 characters of `text`.
fn shortened(text: &str) -> Cow<'_, str> {
    const LONGEST: usize = 160;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => Cow::Owned(format!("{}\u{2026}", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

/// Whether `text` is an offer that a wallet can take up.
pub fn is_offer(text: &str) -> bool {
    let text = text.trim_start();
    ["openid-credential-offer:", "interaction:"]
        .iter()
        .any(|scheme| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
}

/// Finds what `link` leads to. Documents at hand answer before anybody is asked.
///
/// # Errors
/// [`SourceError`]: `NotALink`, `NotFetched`, `Refused`, `Revoked` or `WebPage`, with what was tried.
pub async fn resolve(
    link: &str,
    documents: &Documents,
    fetch: &dyn Fetch,
) -> Result<Resolution, SourceError> {
    find(link, false, documents, fetch).await
}

/// The same for a link of which it is known that a badge should be at it, such as one inside an image: unless a
/// platform's rule knows better, it is the assertion's own address.
///
/// # Errors
/// As for [`resolve`].
pub async fn resolve_assertion(
    link: &str,
    documents: &Documents,
    fetch: &dyn Fetch,
) -> Result<Resolution, SourceError> {
    find(link, true, documents, fetch).await
}

async fn find(
    link: &str,
    is_assertion: bool,
    documents: &Documents,
    fetch: &dyn Fetch,
) -> Result<Resolution, SourceError> {
    let url = Url::parse(link).map_err(|_| SourceError::NotALink { text: link.to_owned() })?;
    let mut bare = url.clone();
    bare.set_fragment(None);
    let Cleaned { url: cleaned, recipient } = clean(&url);
    // Where nothing was taken off, it stays as it was written.
    let told = if cleaned == url { link.to_owned() } else { cleaned.to_string() };
    let deadline = Instant::now() + TOTAL;
    let tried = Tried::default();
    let own = is_assertion.then(|| cleaned.clone());
    let mut way =
        Way { link: told, documents, fetch, deadline, left: MAX_FETCHES, own, tried, refused: None };
    let at_hand = [link, bare.as_str(), cleaned.as_str()].into_iter().find(|url| way.at_hand(url).is_some());
    let resolved = match at_hand {
        Some(at_hand) => way.page_itself(at_hand, &cleaned).await,
        None => way.find(&cleaned).await,
    };
    let Way { link, tried, .. } = way;
    Ok(Resolution { resolved: resolved?, link, recipient, steps: tried.steps })
}

/// The way from one link.
struct Way<'a> {
    /// As errors name it.
    link: String,
    documents: &'a Documents,
    fetch: &'a dyn Fetch,
    deadline: Instant,
    left: usize,
    /// The assertion's own address, where it is known: HTTP status 410 there revokes it (Open Badges 2.0, "Hosted
    /// Badges"). Elsewhere it only says that something is gone.
    own: Option<Url>,
    tried: Tried,
    /// The first that was said against it: what follows may be less telling.
    refused: Option<Refusal>,
}

enum Refusal {
    Status { url: String, status: u16 },
    Failed { url: String, error: FetchError },
}

/// What came of an attempt.
enum Came {
    Badge(Served),
    Page(Served),
    /// Neither; its JSON, if it is any.
    Other(Served, Option<Value>),
    /// The badge was taken back; why, if its host says so.
    Revoked(Option<String>),
    Status(u16),
    Failed(FetchError),
}

/// What a host sent.
struct Served {
    document: Document,
    /// Where it is, after redirects: what is relative in it is so to this.
    from: Url,
    /// What its `Link` headers say.
    links: Vec<WebLink>,
}

impl Served {
    fn at_hand(document: Document, url: &Url) -> Self {
        Self { document, from: url.clone(), links: Vec::new() }
    }
}

impl Came {
    fn in_words(&self) -> String {
        match self {
            Self::Badge(_) => "a badge".to_owned(),
            Self::Page(_) => "a web page".to_owned(),
            Self::Other(_, Some(_)) => "JSON without a badge".to_owned(),
            Self::Other(_, None) => "no badge".to_owned(),
            Self::Revoked(_) => "revoked (HTTP status 410)".to_owned(),
            Self::Status(status) => format!("HTTP status {status}"),
            Self::Failed(error) => error.to_string(),
        }
    }
}

type Outcome = Result<Resolved, SourceError>;

impl Way<'_> {
    async fn find(&mut self, url: &Url) -> Outcome {
        let Some(found) = rules::find(url) else { return self.page_itself(url.as_str(), url).await };
        self.tried.instead = found.rule.instead;
        self.own = found.assertion();
        let by_rule = match found.rule.gives {
            Gives::Nothing(stated) => return self.stated(&found, stated, url).await,
            Gives::List(list) => self.list(&found, list, url).await?,
            Gives::Badge(_) | Gives::Address(_) | Gives::Inside(_) => self.by_rule(&found).await?,
        };
        match by_rule {
            Some(resolved) => Ok(resolved),
            None => self.page_itself(url.as_str(), url).await,
        }
    }

    /// Asks where a rule says. `None` where no badge came, which is not the last word.
    async fn by_rule(&mut self, found: &Match) -> Result<Option<Resolved>, SourceError> {
        let why = format!("where {} has its data", found.rule.platform);
        for url in found.ask() {
            let came = self.badge(&url, &why).await;
            let resolved = match (came, found.rule.gives) {
                (Came::Badge(served), _) => Some(Resolved::Document(served.document)),
                (Came::Other(_, Some(json)), Gives::Inside(pointer)) => json
                    .pointer(pointer)
                    .and_then(text_of)
                    .map(|text| Resolved::Inside { url: url.to_string(), texts: vec![text] }),
                (Came::Other(served, Some(json)), Gives::Address(pointer)) => {
                    let address = json.pointer(pointer).and_then(Value::as_str);
                    match address.and_then(|link| served.from.join(link).ok()) {
                        Some(address) => self.assertion(&address).await?,
                        None => None,
                    }
                }
                (came, _) => self.refusal(&url, came)?,
            };
            if resolved.is_some() {
                return Ok(resolved);
            }
        }
        Ok(None)
    }

    /// Asks the link itself, and searches the page that comes. `key` is how it stands among the documents.
    async fn page_itself(&mut self, key: &str, url: &Url) -> Outcome {
        let came = match self.at_hand(key) {
            Some(document) => self.at_its_own(url, judged(Served::at_hand(document, url)).await),
            None => self.badge(url, "the link itself").await,
        };
        let came = match came {
            // It has a page, and wants to be asked for it.
            Came::Status(406 | 415) => self.ask(url, Purpose::Page, "its page").await,
            came => came,
        };
        match came {
            Came::Badge(served) | Came::Other(served, _) => Ok(Resolved::Document(served.document)),
            Came::Page(served) => self.search(served, url).await,
            came => self.refused(url, came),
        }
    }

    fn refused(&mut self, url: &Url, came: Came) -> Outcome {
        match self.refusal(url, came)? {
            Some(resolved) => Ok(resolved),
            None => Err(self.error()),
        }
    }

    /// Searches a page for people.
    async fn search(&mut self, page: Served, url: &Url) -> Outcome {
        let at = page.document.url.clone();
        let Page { title, embedded, candidates, listed, offers, needs_scripts } = searched(page).await;
        if !embedded.is_empty() {
            return Ok(Resolved::Inside { url: at, texts: embedded });
        }
        let (sure, likely): (Vec<_>, Vec<_>) =
            candidates.into_iter().partition(|one| matches!(one.sign, Sign::Alternate | Sign::Download));
        for one in sure {
            if let Some(resolved) = self.candidate(&one.url, one.sign.in_words()).await? {
                return Ok(resolved);
            }
        }
        if !listed.is_empty() {
            let found = listed.into_iter().map(String::from).collect();
            let title = title.unwrap_or_else(|| self.link.clone());
            return Ok(Resolved::Collection(Listing {
                title,
                url: url.to_string(),
                found,
                ..Listing::default()
            }));
        }
        for one in likely {
            if let Some(resolved) = self.candidate(&one.url, one.sign.in_words()).await? {
                return Ok(resolved);
            }
        }
        if let Some(offer) = offers.into_iter().next() {
            return Ok(Resolved::Offer(offer));
        }
        self.tried.needs_scripts = needs_scripts;
        Err(self.error())
    }

    /// A badge at an address that something else named. What goes wrong there is told, and no more.
    async fn candidate(&mut self, url: &Url, why: &str) -> Result<Option<Resolved>, SourceError> {
        let url = clean(url).url;
        let by_rule = rules::find(&url).filter(|found| matches!(found.rule.gives, Gives::Badge(_)));
        let ask = by_rule.map(|found| found.ask()).filter(|ask| !ask.is_empty());
        for url in ask.unwrap_or_else(|| vec![url]) {
            match self.badge(&url, why).await {
                Came::Badge(served) => return Ok(Some(Resolved::Document(served.document))),
                came @ Came::Failed(FetchError::Offline) => return self.refusal(&url, came),
                _ => {}
            }
        }
        Ok(None)
    }

    /// The badge at the address that a platform gives as the assertion's.
    async fn assertion(&mut self, url: &Url) -> Result<Option<Resolved>, SourceError> {
        let url = clean(url).url;
        let own = rules::find(&url).and_then(|found| found.assertion()).unwrap_or(url);
        self.own = Some(own.clone());
        match self.badge(&own, "the address that it gives").await {
            Came::Badge(served) => Ok(Some(Resolved::Document(served.document))),
            came => self.refusal(&own, came),
        }
    }

    /// A list of badges, page by page.
    async fn list(&mut self, found: &Match, list: List, url: &Url) -> Result<Option<Resolved>, SourceError> {
        let why = format!("where {} has the list", found.rule.platform);
        for first in found.ask() {
            let mut listing = Listing {
                url: url.to_string(),
                platform: Some(found.rule.platform.to_owned()),
                terms: found.rule.terms.map(str::to_owned),
                ..Listing::default()
            };
            let (mut total, mut next, mut pages) = (None, Some(first.clone()), 0);
            let mut seen = HashSet::new();
            while let Some(here) =
                next.take().filter(|_| pages < MAX_PAGES && listing.found.len() < MAX_FOUND)
            {
                // Asking for the rest of a list costs nothing of what one link may cost.
                self.left += 1;
                let (served, json) = match self.ask(&here, Purpose::Json, &why).await {
                    Came::Other(served, Some(json)) => (served, json),
                    // A list may have the form of a credential.
                    Came::Badge(served) => {
                        let json = serde_json::from_slice(&served.document.bytes).unwrap_or_default();
                        (served, json)
                    }
                    came if pages == 0 => {
                        self.refusal(&here, came)?;
                        break;
                    }
                    // What came so far is shown, with how many there should be.
                    _ => break,
                };
                let Some(page) = profile::page(list, &json, &served.from) else { break };
                pages += 1;
                total = total.or(page.total);
                if listing.title.is_empty() {
                    listing.title = page.title.unwrap_or_default();
                }
                let before = listing.found.len();
                for link in page.found {
                    if seen.insert(link.clone()) {
                        listing.found.push(link);
                    }
                }
                // A list that repeats itself has no end.
                next = page.next.filter(|_| listing.found.len() > before);
            }
            if pages > 0 {
                listing.found.truncate(MAX_FOUND);
                let more = |total: &u32| *total as usize > listing.found.len();
                listing.total = total.filter(more);
                if listing.title.is_empty() {
                    listing.title = found.id().unwrap_or(found.rule.platform).to_owned();
                }
                return Ok(Some(Resolved::Collection(listing)));
            }
        }
        Ok(None)
    }

    /// Achievements that a platform states.
    async fn stated(&mut self, found: &Match, stated: Stated, url: &Url) -> Outcome {
        let platform = found.rule.platform;
        let issuer = match stated {
            Stated::Page { issuer } => issuer,
            Stated::Json(facts) => {
                for ask in found.ask() {
                    let came = self.ask(&ask, Purpose::Json, &format!("where {platform} has its data")).await;
                    if let Came::Other(_, Some(json)) = came {
                        let listed = profile::stated(facts, &json, url);
                        if !listed.is_empty() {
                            return Ok(Resolved::SelfListed(listed));
                        }
                    }
                }
                facts.issuer
            }
        };
        let mut title = None;
        match self.ask(url, Purpose::Page, "the link itself").await {
            Came::Page(served) => {
                let at = served.document.url.clone();
                let page = searched(served).await;
                if !page.embedded.is_empty() {
                    // Better than what was known of it.
                    return Ok(Resolved::Inside { url: at, texts: page.embedded });
                }
                title = page.title;
            }
            came @ (Came::Status(404 | 410) | Came::Revoked(_)) => return self.refused(url, came),
            // A page that is not shown to programs is still one that a person can point to.
            _ => {}
        }
        let id = found.id().map(str::to_owned);
        let name = title.or_else(|| id.as_ref().map(|id| format!("{platform} {id}")));
        let listed = SelfListed {
            name: name.unwrap_or_else(|| platform.to_owned()),
            issuer: Some(issuer.to_owned()),
            url: Some(url.to_string()),
            credential_id: id,
            ..SelfListed::default()
        };
        Ok(Resolved::SelfListed(listed.tidy().into_iter().collect()))
    }

    /// Asks for a badge, and for JSON alone where a page came or nothing that was wanted.
    async fn badge(&mut self, url: &Url, why: &str) -> Came {
        let came = self.ask(url, Purpose::Badge, why).await;
        if !matches!(came, Came::Page(_) | Came::Status(400 | 406 | 415)) {
            return came;
        }
        match self.ask(url, Purpose::Json, "the same, for JSON alone").await {
            better @ (Came::Badge(_) | Came::Other(_, Some(_)) | Came::Revoked(_)) => better,
            _ => came,
        }
    }

    /// One attempt, which is remembered.
    async fn ask(&mut self, url: &Url, purpose: Purpose, why: &str) -> Came {
        let came = match self.at_hand(url.as_str()) {
            Some(document) => judged(Served::at_hand(document, url)).await,
            None => self.request(url, purpose).await,
        };
        let came = self.at_its_own(url, came);
        self.tried.steps.push(Step { url: url.to_string(), why: why.to_owned(), answer: came.in_words() });
        came
    }

    /// What came from `url`, with what it means if that is the assertion's own address.
    fn at_its_own(&self, url: &Url, came: Came) -> Came {
        match came {
            Came::Status(410) if self.own.as_ref() == Some(url) => Came::Revoked(None),
            came => came,
        }
    }

    async fn request(&mut self, url: &Url, purpose: Purpose) -> Came {
        let Some(left) = self.left.checked_sub(1) else {
            return Came::Failed(FetchError::Budget { max: MAX_FETCHES });
        };
        self.left = left;
        let request = Request { url: url.clone(), purpose };
        match timeout_at(self.deadline, self.fetch.fetch(&request)).await {
            Ok(Ok(response)) => {
                let fetched_at = response.fetched_at();
                let Response { status, media_type, links, bytes, redirected_to, .. } = response;
                let document = Document { url: url.to_string(), bytes, media_type, fetched_at, status };
                judged(Served { document, from: redirected_to.unwrap_or_else(|| url.clone()), links }).await
            }
            Ok(Err(error)) => Came::Failed(error),
            Err(_) => {
                let host = url.host_str().unwrap_or("the host").to_owned();
                Came::Failed(FetchError::Timeout { host, seconds: TOTAL.as_secs() })
            }
        }
    }

    fn at_hand(&self, url: &str) -> Option<Document> {
        match self.documents.answer(url) {
            Some(Answer::Document(document)) => Some(document.clone()),
            _ => None,
        }
    }

    /// Remembers the first refusal; what is final is an error at once.
    fn refusal(&mut self, url: &Url, came: Came) -> Result<Option<Resolved>, SourceError> {
        let (url, link) = (url.to_string(), self.link.clone());
        match came {
            Came::Revoked(reason) => {
                return Err(SourceError::Revoked { url: link, reason, tried: self.told().into() });
            }
            Came::Failed(error @ FetchError::Offline) => {
                return Err(SourceError::NotFetched { url: link, error, tried: self.told().into() });
            }
            Came::Status(status) => {
                self.refused.get_or_insert(Refusal::Status { url, status });
            }
            Came::Failed(error) => {
                self.refused.get_or_insert(Refusal::Failed { url, error });
            }
            Came::Badge(_) | Came::Page(_) | Came::Other(..) => {}
        }
        Ok(None)
    }

    /// What is to be said where nothing came.
    fn error(&mut self) -> SourceError {
        let tried = Box::new(self.told());
        match self.refused.take() {
            Some(Refusal::Status { url, status }) => SourceError::Refused { url, status, tried },
            Some(Refusal::Failed { url, error }) => SourceError::NotFetched { url, error, tried },
            None => SourceError::WebPage { url: self.link.clone(), tried },
        }
    }

    fn told(&mut self) -> Tried {
        std::mem::take(&mut self.tried)
    }
}

/// Searches a page for people.
async fn searched(page: Served) -> Page {
    blocking(move || page::search(&page.document.bytes, &page.from, &page.links)).await
}

/// What an answer is.
async fn judged(served: Served) -> Came {
    let document = &served.document;
    if !document.is_success() {
        return revoked(document).unwrap_or(Came::Status(document.status));
    }
    blocking(move || {
        let document = &served.document;
        let is_badge = match Artifact::recognise(document.bytes.clone()) {
            Ok(artifact) => artifact.payloads().iter().any(|payload| {
                matches!(Credential::parse(&payload.content), Ok(_) | Err(ParseError::IsLink { .. }))
            }),
            Err(NotABadge::Other(Likeness::WebPage)) => return Came::Page(served),
            // What is sent as a page and is nothing else is one, however it begins.
            Err(_) if is_page(document) => return Came::Page(served),
            Err(_) => false,
        };
        if is_badge {
            return Came::Badge(served);
        }
        let json = serde_json::from_slice(&document.bytes)
            .ok()
            .filter(|json: &Value| json.is_object() || json.is_array());
        Came::Other(served, json)
    })
    .await
}

/// That the badge was taken back, where the host of something that is gone says so (Open Badges 2.0, "Revocation").
fn revoked(document: &Document) -> Option<Came> {
    let said: Value = serde_json::from_slice(&document.bytes).ok().filter(|_| document.status == 410)?;
    let reason = said.get("revocationReason").and_then(Value::as_str).map(one_line);
    (said.get("revoked")? == true).then_some(Came::Revoked(reason.filter(|reason| !reason.is_empty())))
}

fn is_page(document: &Document) -> bool {
    let media_type = document.media_type.as_deref().unwrap_or_default().to_ascii_lowercase();
    ["text/html", "application/xhtml+xml"].iter().any(|page| media_type.starts_with(page))
}

/// The text of a credential that stands in JSON, as JSON or as a token.
fn text_of(value: &Value) -> Option<String> {
    let content = match value {
        Value::String(token) => PayloadContent::Jws(token.trim().to_owned()),
        Value::Object(_) => PayloadContent::Json(value.to_string()),
        _ => return None,
    };
    Credential::parse(&content).is_ok().then(|| content.text().to_owned())
}
