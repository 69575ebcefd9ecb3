//! From what a person brought (a file, a link, text) to exact bytes and the credential in them.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use openbadges::artifact::{MAX_BYTES, PayloadContent};
use openbadges::credential::Standard;
use openbadges::document::{Answer, Documents};
use openbadges::{Artifact, ArtifactKind, Credential, NotABadge, ParseError};
use url::Url;

use crate::fetch::{Fetch, FetchError};
use crate::link::{self, LOOKED_FOR, Listing, Resolution, Resolved, Tried};
use crate::self_listed::SelfListed;

/// Links followed from one source: a link may lead to an image in which there is a link again.
const MAX_LINKS: u32 = 2;

/// What a person brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file.
    Path(PathBuf),
    /// A file that goes by another name than its own: on the command line, by the path that was typed.
    File {
        /// Where it is.
        path: PathBuf,
        /// What it is called in summaries.
        name: String,
    },
    /// A link.
    Url(String),
    /// Text: JSON, a JWS or a link.
    Text(String),
    /// Bytes that came with a name, from a drop or a form.
    Bytes {
        /// A file name.
        name: String,
        /// The bytes.
        bytes: Vec<u8>,
    },
}

impl Source {
    /// What it is called in summaries: a file name, a URL (without anybody's address in it) or `pasted text`.
    pub fn name(&self) -> String {
        match self {
            Self::Path(path) => file_name(path),
            Self::Url(url) => link_name(url).unwrap_or_else(|| url.clone()),
            Self::Text(text) => link_name(text).unwrap_or_else(|| "pasted text".to_owned()),
            Self::File { name, .. } | Self::Bytes { name, .. } => name.clone(),
        }
    }
}

/// A link as it is told: without what it says of its recipient or of clicks, else as it was written.
fn link_name(text: &str) -> Option<String> {
    let text = text.trim();
    let url = Url::parse(text).ok().filter(Url::has_host)?;
    let cleaned = link::clean(&url).url;
    Some(if cleaned == url { text.to_owned() } else { cleaned.into() })
}

/// What a source turned out to be.
#[derive(Clone, Debug)]
pub enum Finding {
    /// Badges, in one artifact or several: at least one.
    Badges(Vec<Found>),
    /// A public list of badges. None of them was asked for yet.
    Collection(Listing),
    /// Achievements that carry no credential: at least one.
    SelfListed(Vec<SelfListed>),
    /// An offer that a wallet can take up: its whole address.
    Offer(String),
}

impl Finding {
    /// The badges, where only badges will do.
    ///
    /// # Errors
    /// [`SourceError`]: `Collection`, `SelfListed` or `Offer` where it is none.
    pub fn badges(self) -> Result<Vec<Found>, SourceError> {
        match self {
            Self::Badges(found) => Ok(found),
            Self::Collection(listing) => {
                Err(SourceError::Collection { url: listing.url, found: listing.found.len() })
            }
            Self::SelfListed(listed) => Err(SourceError::SelfListed {
                name: listed.into_iter().next().map(|listed| listed.name).unwrap_or_default(),
            }),
            Self::Offer(_) => Err(SourceError::Offer),
        }
    }
}

/// What was found in a source.
#[derive(Clone, Debug)]
pub struct Found {
    /// What the source is called; the link, where one was followed to these bytes.
    pub source: String,
    /// The exact bytes; shared by all credentials in them.
    pub artifact: Arc<Artifact>,
    /// The credential's text.
    pub content: PayloadContent,
    /// The credential.
    pub credential: Credential,
    /// The other credentials that the artifact carries: badges of their own.
    pub others: Vec<(PayloadContent, Credential)>,
    /// The mail address that a link to it named as the recipient's.
    pub recipient_hint: Option<String>,
}

impl Found {
    /// What was found, once for each credential.
    pub(crate) fn each(mut self) -> Vec<Self> {
        let others = std::mem::take(&mut self.others);
        let other = |(content, credential)| Self {
            content,
            credential,
            source: self.source.clone(),
            artifact: Arc::clone(&self.artifact),
            others: Vec::new(),
            recipient_hint: self.recipient_hint.clone(),
        };
        let mut each: Vec<Self> = others.into_iter().map(other).collect();
        each.insert(0, self);
        each
    }
}

/// Why a source gave no credential.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// The file could not be read.
    #[error("the file could not be read: {0}")]
    Unreadable(io::Error),
    /// It is no regular file: reading it could wait for ever.
    #[error("this is {what}, not a file")]
    NotAFile {
        /// What it is instead.
        what: &'static str,
    },
    /// It is a folder, and nothing is in it that could be read.
    #[error("there are no files in this folder")]
    EmptyFolder,
    /// It is larger than a badge can be.
    #[error("this is too large for a badge: {MAX_BYTES} bytes are the most")]
    TooLarge,
    /// The bytes are no badge.
    #[error("{0}")]
    NotABadge(#[from] NotABadge),
    /// The text in them is no credential that Lapel reads.
    #[error("{0}")]
    NotACredential(ParseError),
    /// The link cannot be read as one.
    #[error("\u{201c}{text}\u{201d} is not a web address")]
    NotALink {
        /// The text.
        text: String,
    },
    /// It is a link, and what it leads to could not be fetched.
    #[error("the badge is at {url}, and could not be fetched: {error}{tried}")]
    NotFetched {
        /// The link.
        url: String,
        /// Why.
        error: FetchError,
        /// What was tried.
        tried: Box<Tried>,
    },
    /// It is a link, and its host did not answer with success.
    #[error("the badge should be at {url}, and {}{tried}", of_status(*status))]
    Refused {
        /// The link.
        url: String,
        /// The HTTP status.
        status: u16,
        /// What was tried.
        tried: Box<Tried>,
    },
    /// It is a link, and the host of the badge took it back (HTTP 410 at the assertion's own address, or with a body
    /// that says so).
    #[error(
        "the badge at {url} was revoked: its host says that it is gone for good (HTTP status 410){}{tried}",
        because(reason.as_deref())
    )]
    Revoked {
        /// The link.
        url: String,
        /// Why, if the host says so.
        reason: Option<String>,
        /// What was tried.
        tried: Box<Tried>,
    },
    /// It is a link to a page for people, with no badge in it.
    #[error("{url} is a web page, and no badge was found in it: there is neither {LOOKED_FOR}{tried}")]
    WebPage {
        /// The link.
        url: String,
        /// What was tried.
        tried: Box<Tried>,
    },
    /// It is a list of badges, where one badge was wanted.
    #[error("{url} is a list of {found} badges, not one badge")]
    Collection {
        /// The link.
        url: String,
        /// How many badges it lists.
        found: usize,
    },
    /// It is an achievement that nothing vouches for.
    #[error("\u{201c}{name}\u{201d} carries no credential: there is nothing to verify")]
    SelfListed {
        /// Its name, or that of the first.
        name: String,
    },
    /// It is an offer for wallets.
    #[error("this is an offer of a credential, not the credential itself")]
    Offer,
    /// One link led to another too often.
    #[error("one link led to another, and no badge came")]
    TooManyLinks,
}

fn of_status(status: u16) -> String {
    match status {
        401 | 403 => format!("its host does not show it to everyone (HTTP status {status})"),
        404 => "its host has nothing there (HTTP status 404)".to_owned(),
        410 => "its host says that the page there is gone for good (HTTP status 410)".to_owned(),
        _ => format!("its host answered with HTTP status {status}"),
    }
}

fn because(reason: Option<&str>) -> String {
    reason.map_or_else(String::new, |reason| format!(", and why: \u{201c}{reason}\u{201d}"))
}

impl SourceError {
    /// Stable dotted code.
    pub fn code(&self) -> String {
        match self {
            Self::Unreadable(error) if error.kind() == io::ErrorKind::NotFound => {
                "import.no-such-file".to_owned()
            }
            Self::Unreadable(_) => "import.unreadable-file".to_owned(),
            Self::NotAFile { .. } => "import.not-a-file".to_owned(),
            Self::EmptyFolder => "import.empty-folder".to_owned(),
            Self::TooLarge => "import.too-large".to_owned(),
            Self::NotABadge(error) => format!("import.{}", error.code().replace('_', "-")),
            Self::NotACredential(error) => format!("import.{}", error.code().replace('_', "-")),
            Self::NotALink { .. } => "import.not-a-link".to_owned(),
            Self::NotFetched { error, .. } => error.code().to_owned(),
            Self::Refused { status, .. } => format!("fetch.http-{status}"),
            Self::Revoked { .. } => "import.revoked".to_owned(),
            Self::WebPage { .. } => "import.web-page".to_owned(),
            Self::TooManyLinks => "import.too-many-links".to_owned(),
            Self::Collection { .. } => "import.collection".to_owned(),
            Self::SelfListed { .. } => "import.self-listed".to_owned(),
            Self::Offer => "import.offer".to_owned(),
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Unreadable(_) => "Check that the file is still there and that you may read it.",
            Self::NotAFile { .. } => "Choose the files themselves: PNG, SVG, JSON or text.",
            Self::EmptyFolder => "Choose another folder. Hidden files and symbolic links in folders are left aside.",
            Self::TooLarge => "Check that it is a badge; pictures and other files do not belong here.",
            Self::NotABadge(error) => return error.hint(),
            Self::NotACredential(error) => return error.hint(),
            Self::NotALink { .. } => "Copy the whole address, from https:// on.",
            Self::Refused { tried, .. } | Self::WebPage { tried, .. } if tried.instead.is_some() => {
                tried.instead.unwrap_or_default()
            }
            Self::NotFetched { error, .. } => error.hint(),
            Self::Refused { status: 401 | 403, .. } => {
                "Make the badge public at its host, or download it there and import the file."
            }
            Self::Refused { status: 410, .. } => {
                "Ask the issuer for the badge as a file: it may have moved, or it may have been revoked."
            }
            Self::Refused { .. } => "Check the address, or ask the issuer for the badge as a file.",
            Self::Revoked { .. } => "Ask the issuer why; a badge that was revoked is not imported by its link.",
            Self::WebPage { tried, .. } if tried.needs_scripts => {
                "The page is made by scripts, which Lapel does not run. Open it in your browser, download the badge, \
                 and import the file."
            }
            Self::WebPage { .. } => {
                "Open the page, download the badge (look for \u{201c}Download\u{201d}, \u{201c}Open Badge\u{201d} \
                 or \u{201c}JSON\u{201d}), and import the file."
            }
            Self::TooManyLinks => "Ask the issuer for the badge as a file.",
            Self::Collection { .. } => "Import it to see what it lists, and choose.",
            Self::SelfListed { .. } => "It can be kept on the shelf of self-listed achievements, without a verdict.",
            Self::Offer => "Take it up in the window, under accounts.",
        }
        .to_owned()
    }
}

/// Reads `source`, follows the links in it, and takes the credentials out. What was fetched on the way and decides
/// checks goes into `documents`; what is there already is not fetched again.
pub async fn find(
    source: Source,
    documents: &mut Documents,
    fetch: &dyn Fetch,
) -> Result<Finding, SourceError> {
    let name = source.name();
    let bytes = match source {
        Source::Path(path) | Source::File { path, .. } => blocking(move || read_file(&path)).await?,
        Source::Url(url) => url.into_bytes(),
        Source::Text(text) => text.into_bytes(),
        Source::Bytes { bytes, .. } => bytes,
    };
    if let Some(offer) = std::str::from_utf8(&bytes).ok().map(str::trim).filter(|text| link::is_offer(text)) {
        return Ok(Finding::Offer(offer.to_owned()));
    }
    let mut artifact = recognise(bytes).await?;
    let mut source = name;
    let mut recipient_hint = None;
    let mut carried = choose(&artifact)?;
    for _ in 0..MAX_LINKS {
        let Carried::Link(address) = carried else { break };
        // A bare link is no artifact worth keeping: what it leads to is. Nor does anything say that a badge is at it.
        let bare = artifact.kind() == ArtifactKind::Url;
        let resolution = if bare {
            link::resolve(&address, documents, fetch).await?
        } else {
            link::resolve_assertion(&address, documents, fetch).await?
        };
        let Resolution { resolved, link, recipient, .. } = resolution;
        recipient_hint = recipient_hint.or(recipient);
        let document = match resolved {
            Resolved::Document(document) => document,
            Resolved::Inside { texts, .. } => {
                let image = (!bare).then_some(&artifact);
                return inside(texts, image, if bare { &link } else { &source }, recipient_hint.as_ref())
                    .await;
            }
            Resolved::Collection(listing) => return Ok(Finding::Collection(listing)),
            Resolved::SelfListed(listed) => return Ok(Finding::SelfListed(listed)),
            Resolved::Offer(offer) => return Ok(Finding::Offer(offer)),
        };
        let there = recognise(document.bytes.clone()).await?;
        carried = match choose(&there)? {
            Carried::Credentials(credentials) => Carried::Credentials(
                credentials
                    .into_iter()
                    .map(|(content, credential)| (content, credential.read_at(&document.url)))
                    .collect(),
            ),
            link @ Carried::Link(_) => link,
        };
        if matches!(there.kind(), ArtifactKind::Json | ArtifactKind::Jws) {
            // What a host serves at a badge's own address is the document that decides whether it is hosted.
            documents.insert(document.url.clone(), Answer::Document(document));
        }
        if bare {
            artifact = there;
            source = link;
        }
    }
    match carried {
        Carried::Credentials(mut credentials) => {
            let (content, credential) = credentials.remove(0);
            let others = credentials;
            let artifact = Arc::new(artifact);
            Ok(Finding::Badges(vec![Found { source, artifact, content, credential, others, recipient_hint }]))
        }
        Carried::Link(_) => Err(SourceError::TooManyLinks),
    }
}

/// Credentials that stood in a page: each is an artifact, unless an image led there.
async fn inside(
    texts: Vec<String>,
    image: Option<&Artifact>,
    source: &str,
    recipient_hint: Option<&String>,
) -> Result<Finding, SourceError> {
    let mut badges: Vec<Found> = Vec::new();
    for text in texts {
        let there = recognise(text.into_bytes()).await?;
        let Carried::Credentials(mut credentials) = choose(&there)? else { continue };
        let (content, credential) = credentials.remove(0);
        if badges.iter().any(|badge| badge.credential.digest() == credential.digest()) {
            continue;
        }
        badges.push(Found {
            source: source.to_owned(),
            artifact: Arc::new(image.cloned().unwrap_or(there)),
            content,
            credential,
            others: credentials,
            recipient_hint: recipient_hint.cloned(),
        });
    }
    if badges.is_empty() { Err(SourceError::TooManyLinks) } else { Ok(Finding::Badges(badges)) }
}

/// What an artifact carries.
enum Carried {
    /// At least one; that of Open Badges 3.0 first, if there is one.
    Credentials(Vec<(PayloadContent, Credential)>),
    Link(String),
}

/// The credentials, else a link, else what was wrong. One image may hold a badge for readers of version 2 and one
/// for readers of version 3: both are badges of their own.
fn choose(artifact: &Artifact) -> Result<Carried, SourceError> {
    let mut credentials: Vec<(PayloadContent, Credential)> = Vec::new();
    let mut link = None;
    let mut wrong = None;
    for payload in artifact.payloads() {
        match Credential::parse(&payload.content) {
            Ok(credential) if credentials.iter().any(|(_, other)| other.digest() == credential.digest()) => {}
            Ok(credential) => credentials.push((payload.content.clone(), credential)),
            Err(ParseError::IsLink { url }) => {
                link.get_or_insert(Carried::Link(url));
            }
            Err(error) => {
                wrong.get_or_insert(SourceError::NotACredential(error));
            }
        }
    }
    credentials.sort_by_key(|(_, credential)| credential.standard() != Standard::Ob3);
    match (credentials.is_empty(), link, wrong) {
        (false, _, _) => Ok(Carried::Credentials(credentials)),
        (true, Some(link), _) => Ok(link),
        (true, None, Some(error)) => Err(error),
        (true, None, None) => Err(SourceError::NotABadge(NotABadge::Empty)),
    }
}

async fn recognise(bytes: Vec<u8>) -> Result<Artifact, SourceError> {
    Ok(blocking(move || Artifact::recognise(bytes)).await?)
}

/// Reads a regular file of at most [`MAX_BYTES`].
fn read_file(path: &Path) -> Result<Vec<u8>, SourceError> {
    let most = MAX_BYTES as u64;
    let mut bytes = Vec::new();
    open_file(path)?.take(most + 1).read_to_end(&mut bytes).map_err(SourceError::Unreadable)?;
    if bytes.len() as u64 > most { Err(SourceError::TooLarge) } else { Ok(bytes) }
}

/// Opens a regular file for reading.
pub(crate) fn open_file(path: &Path) -> Result<File, SourceError> {
    // Before opening it: opening a pipe waits for somebody to write.
    let kind = std::fs::metadata(path).map_err(SourceError::Unreadable)?.file_type();
    if kind.is_dir() {
        std::fs::read_dir(path).map_err(SourceError::Unreadable)?;
        return Err(SourceError::EmptyFolder);
    }
    if !kind.is_file() {
        return Err(SourceError::NotAFile { what: what_is(kind) });
    }
    File::open(path).map_err(SourceError::Unreadable)
}

fn what_is(kind: std::fs::FileType) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            return "a pipe";
        }
        if kind.is_socket() {
            return "a socket";
        }
        if kind.is_char_device() || kind.is_block_device() {
            return "a device";
        }
    }
    let _ = kind;
    "something else"
}

/// Runs `work` where it may take its time.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(value) => value,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // Blocking tasks are never cancelled, except when the runtime itself goes.
            Err(_) => std::future::pending().await,
        },
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}
