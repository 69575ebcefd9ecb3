//! `lapel verify`: what is known of a badge, and since when.
//!
//! The wallet is not touched unless an input is a badge's id; no runtime and no network exist unless a document
//! has to be fetched.

use std::io;
use std::ops::ControlFlow;
use std::sync::Arc;

use jiff::Timestamp;
use lapel_wallet::api::{ApiError, BadgeId, EmbeddedView, ReportView, WarningView};
use lapel_wallet::link::Resolved;
use lapel_wallet::source::SourceError;
use lapel_wallet::{Pictures, report_view, sample_issuer, unpack};
use openbadges::artifact::Payload;
use openbadges::credential::Standard;
use openbadges::proof::inputs::ProofInputs;
use openbadges::{
    Answer, Artifact, ArtifactKind, BadgeCard, Credential, Document, Documents, ParseError, Policy,
    Unavailable,
};

use crate::args::{Global, Verify};
use crate::documents;
use crate::explain::{explain, tally};
use crate::input::Input;
use crate::lines::{BadgeLine, CheckLine, EmbeddedLine, Line};
use crate::network::Network;
use crate::out::{Out, Paint, paint_of, plain};
use crate::problem::{Problem, Status, not_a_badge, not_a_credential, told};
use crate::proof_inputs;
use crate::registry;

/// How many links are followed until a badge comes.
const MOST_LINKS: usize = 3;

/// Judges every input (of a PDF every badge in it), prints a line (or a paragraph) for each, and gives the worst status.
pub(crate) fn run(args: &Verify, global: &Global) -> Result<Status, Problem> {
    let mut out = Out::new(global.json);
    let now = args.at.unwrap_or_else(Timestamp::now);
    let documents = match &args.documents {
        Some(folder) => documents::read(folder, now)?,
        None => Documents::new(),
    };
    let mut known_issuers = vec![sample_issuer()];
    known_issuers.extend(registry::known_issuers(&args.registry)?);
    let policy = Policy {
        identities: args.identity.clone(),
        known_issuers,
        challenge: args.challenge.clone(),
        domain: args.domain.clone(),
        ..Policy::at(now)
    };
    let plain = policy == Policy { known_issuers: policy.known_issuers.clone(), ..Policy::at(now) }
        && args.at.is_none()
        && args.documents.is_none()
        && args.registry.is_empty();
    let network = Network::unless(global.offline, &global.allow_host);
    let mut judge =
        Judge { documents, policy, network, plain, debug_proof: args.debug_proof, proofs: None, global };
    let mut status = Status::Done;
    let inputs = args.inputs.iter().flat_map(|input| Part::of(input));
    for (index, part) in inputs.enumerate() {
        let input = &part.name;
        let judged = judge.part(part.what);
        let proofs = judge.proofs.take();
        status = worse(status, judged.status());
        if out.json {
            out.json(&Line { proofs: proofs.as_deref(), ..judged.line(input, now) })?;
        } else {
            if index > 0 {
                out.line("")?;
            }
            judged.print(&mut out, input, args.explain)?;
            for inputs in proofs.iter().flatten() {
                proof_inputs::print(&mut out, inputs)?;
            }
            out.flush()?;
        }
    }
    Ok(status)
}

/// Between a file and what is in it, as imports name it.
const INSIDE: &str = " \u{203a} ";

/// One thing to judge.
struct Part<'a> {
    /// The input as it was given; of a badge inside a PDF, with its place there.
    name: String,
    what: What<'a>,
}

enum What<'a> {
    Bytes(Vec<u8>),
    Link(&'a str),
    Badge(u32),
    Unread(ApiError),
}

impl<'a> Part<'a> {
    /// What `input` stands for: one thing, or of a PDF each badge in it.
    fn of(input: &'a str) -> Vec<Self> {
        let bytes = match Input::of(input) {
            Input::Stdin => crate::input::read_stdin(),
            Input::Path(path) => crate::input::read_file(path),
            Input::Link(url) => return vec![Self { name: input.to_owned(), what: What::Link(url) }],
            Input::Badge(id) => return vec![Self { name: input.to_owned(), what: What::Badge(id) }],
        };
        match bytes {
            Ok(bytes) if bytes.starts_with(b"%PDF-") => Self::in_pdf(input, bytes),
            Ok(bytes) => vec![Self { name: input.to_owned(), what: What::Bytes(bytes) }],
            Err(error) => vec![Self { name: input.to_owned(), what: What::Unread(error) }],
        }
    }

    /// The attached badges; where none is attached, what links and codes lead to. What is inside a badge (of a learner
    /// record, say) is judged with it, and is none of its own here.
    fn in_pdf(input: &str, bytes: Vec<u8>) -> Vec<Self> {
        let (mut attached, mut incidental, mut last) = (Vec::new(), Vec::new(), None::<String>);
        let unpacked = unpack::Input::Bytes { name: input.to_owned(), bytes };
        unpack::unpack(unpacked, &unpack::Limits::default(), &mut |leaf| {
            let is_part = last.as_ref().is_some_and(|whole| leaf.place.starts_with(whole));
            let what = match leaf.content {
                unpack::Content::Bytes(bytes) if !is_part => What::Bytes(bytes),
                unpack::Content::Failed(error) => What::Unread(error.into()),
                _ => return ControlFlow::Continue(()),
            };
            let name = [input, &leaf.place].join(INSIDE);
            last = Some(format!("{}{INSIDE}", leaf.place));
            let name = if leaf.place.is_empty() { input.to_owned() } else { name };
            if leaf.incidental { &mut incidental } else { &mut attached }.push(Self { name, what });
            ControlFlow::Continue(())
        });
        if attached.is_empty() { incidental } else { attached }
    }
}

/// Unreadable is worst, then what is bad, then what is open.
fn worse(a: Status, b: Status) -> Status {
    let rank = |status| match status {
        Status::Done => 0,
        Status::Undecided => 1,
        Status::Failed => 2,
        Status::Unusable | Status::Unheard => 3,
    };
    if rank(b) > rank(a) { b } else { a }
}

/// What all inputs are judged by.
struct Judge<'a> {
    documents: Documents,
    policy: Policy,
    network: Option<Network>,
    /// Whether no option changes how a badge of the wallet is judged.
    plain: bool,
    /// Whether to say what proofs are computed from.
    debug_proof: bool,
    /// What those of the last input are computed from.
    proofs: Option<Vec<ProofInputs>>,
    global: &'a Global,
}

/// What was found of one input.
struct Judged {
    format: Option<ArtifactKind>,
    warnings: Vec<WarningView>,
    finding: Finding,
}

enum Finding {
    /// A credential was judged.
    Report { card: Box<BadgeCard>, report: Box<ReportView> },
    /// It is a link to a badge, and nothing came from there.
    Unreached { url: String, answer: Option<Answer> },
    /// It could not be read.
    Error(ApiError),
}

impl Judge<'_> {
    fn part(&mut self, what: What<'_>) -> Judged {
        match what {
            What::Bytes(bytes) => self.bytes(bytes, None, None, MOST_LINKS),
            What::Link(url) => self.link(url, ArtifactKind::Url, Vec::new(), MOST_LINKS),
            What::Badge(id) => self.badge(id),
            What::Unread(error) => {
                Judged { format: None, warnings: Vec::new(), finding: Finding::Error(error) }
            }
        }
    }

    /// Judges what `bytes` hold. Where these bytes came from a link in the input, `address` is that link, and `format`
    /// the kind of the input.
    fn bytes(
        &mut self,
        bytes: Vec<u8>,
        address: Option<&str>,
        format: Option<ArtifactKind>,
        links: usize,
    ) -> Judged {
        let artifact = match Artifact::recognise(bytes) {
            Ok(artifact) => artifact,
            Err(error) => {
                return Judged { format, warnings: Vec::new(), finding: Finding::Error(not_a_badge(&error)) };
            }
        };
        let format = format.unwrap_or(artifact.kind());
        let mut warnings: Vec<WarningView> = artifact
            .notes()
            .iter()
            .map(|note| WarningView { code: "artifact.lenient".to_owned(), detail: note.clone() })
            .collect();
        match choose(artifact.payloads(), address) {
            Choice::Credential { credential, others } => {
                warnings.extend(others);
                let (documents, none) = (&mut self.documents, Documents::new());
                let finding = judge(&mut self.network, &credential, documents, &self.policy, &none);
                self.proofs = self.inputs(&credential, &self.documents);
                Judged { format: Some(format), warnings, finding }
            }
            Choice::Link(url) => self.link(&url, format, warnings, links),
            Choice::Error(error) => Judged { format: Some(format), warnings, finding: Finding::Error(error) },
        }
    }

    fn badge(&mut self, id: u32) -> Judged {
        match self.read_badge(BadgeId(id)) {
            Ok(judged) => judged,
            Err(Problem::Told { error, .. }) => {
                Judged { format: None, warnings: Vec::new(), finding: Finding::Error(error) }
            }
            Err(Problem::Unheard) => unreachable!("nothing is printed while a badge is judged"),
        }
    }

    /// Judges a badge of the wallet. Asked plainly, it is verified again as in the window, and the wallet keeps the
    /// new report; with another instant, other documents or other identities, or offline, nothing is written.
    fn read_badge(&mut self, id: BadgeId) -> Result<Judged, Problem> {
        let wallet = crate::wallet::open(self.global)?;
        if self.plain
            && let Some(network) = &mut self.network
        {
            network.run(wallet.verify_badge(id))??;
        }
        let badge = wallet.badge(id)?;
        let format = badge.artifacts.first().map(|artifact| lapel_export::kind(&artifact.kind));
        if self.plain && self.network.is_some() {
            let documents = wallet.documents(id)?;
            self.proofs = self.inputs(&badge.credential, &documents);
            let mut card = badge.card;
            let report = report_view(&badge.report, &mut card, &documents, Pictures::None);
            let finding = Finding::Report { card: Box::new(card), report: Box::new(report) };
            return Ok(Judged { format, warnings: Vec::new(), finding });
        }
        let mut policy = Policy { now: self.policy.now, ..wallet.policy()? };
        if !self.policy.identities.is_empty() {
            policy.identities.clone_from(&self.policy.identities);
        }
        policy.known_issuers.extend(self.policy.known_issuers.iter().cloned());
        let kept = wallet.documents(id)?;
        let mut documents = self.documents.clone();
        if self.network.is_none() {
            // What once was not at hand may be asked for again: only documents are taken over.
            for (url, answer) in kept.iter().filter(|(_, answer)| matches!(answer, Answer::Document(_))) {
                documents.insert(url, answer.clone());
            }
        }
        let credential = Arc::new(badge.credential);
        let finding = judge(&mut self.network, &credential, &mut documents, &policy, &kept);
        self.proofs = self.inputs(&credential, &documents);
        Ok(Judged { format, warnings: Vec::new(), finding })
    }

    /// What the proofs of a credential are computed from, if that was asked for. It changes nothing else.
    fn inputs(&self, credential: &Credential, documents: &Documents) -> Option<Vec<ProofInputs>> {
        self.debug_proof.then(|| openbadges::proof::inputs::inputs(credential, documents, self.policy.now))
    }

    /// Judges what `url` answers with.
    fn link(&mut self, url: &str, format: ArtifactKind, warnings: Vec<WarningView>, links: usize) -> Judged {
        if links == 0 {
            let error = told(
                "input.too-many-links",
                format!("one link led to another, and no badge came after {MOST_LINKS}"),
                "Open the link in a browser and download the badge from there.",
            );
            return Judged { format: Some(format), warnings, finding: Finding::Error(error) };
        }
        let link = url;
        // The fragment stays with the reader: the host is asked, and the documents are listed, without it.
        let url = link.split('#').next().unwrap_or(link);
        let mut address = url.to_owned();
        if self.documents.answer(url).is_none()
            && let Some(network) = &mut self.network
        {
            match network.resolve(link, &self.documents) {
                Ok(Resolved::Document(document)) => {
                    address.clone_from(&document.url);
                    self.documents.insert(document.url.clone(), Answer::Document(document));
                }
                Ok(Resolved::Inside { texts, .. }) => {
                    let text = texts.into_iter().next().unwrap_or_default();
                    let mut judged = self.bytes(text.into_bytes(), None, Some(format), links - 1);
                    judged.warnings.splice(0..0, warnings);
                    return judged;
                }
                Ok(other) => {
                    let finding = Finding::Error(no_badge(other).into());
                    return Judged { format: Some(format), warnings, finding };
                }
                Err(error) => {
                    let Some(answer) = answer_of(url, &error) else {
                        return Judged {
                            format: Some(format),
                            warnings,
                            finding: Finding::Error(error.into()),
                        };
                    };
                    self.documents.insert(url, answer);
                }
            }
        }
        let url = address.as_str();
        match self.documents.answer(url) {
            Some(Answer::Document(document)) if document.is_success() => {
                let bytes = document.bytes.clone();
                let mut judged = self.bytes(bytes, Some(url), Some(format), links - 1);
                judged.warnings.splice(0..0, warnings);
                judged
            }
            answer => {
                let finding = Finding::Unreached { url: url.to_owned(), answer: answer.cloned() };
                Judged { format: Some(format), warnings, finding }
            }
        }
    }
}

/// What a link leads to that is no badge, as the error that says so.
fn no_badge(resolved: Resolved) -> SourceError {
    match resolved {
        Resolved::Collection(listing) => {
            SourceError::Collection { url: listing.url, found: listing.found.len() }
        }
        Resolved::SelfListed(listed) => SourceError::SelfListed {
            name: listed.into_iter().next().map(|listed| listed.name).unwrap_or_default(),
        },
        _ => SourceError::Offer,
    }
}

/// What the host of a link said, or why it said nothing; `None` where the link is none, or leads to a page.
fn answer_of(url: &str, error: &SourceError) -> Option<Answer> {
    match error {
        SourceError::Revoked { .. } => Some(Answer::Document(Document {
            url: url.to_owned(),
            bytes: Vec::new(),
            media_type: None,
            fetched_at: Timestamp::now(),
            status: 410,
        })),
        // Of a page, that says nothing of its badge.
        SourceError::Refused { status: 410, .. } => {
            Some(Answer::Unavailable(Unavailable::Unreachable { detail: error.to_string() }))
        }
        SourceError::Refused { status, .. } => {
            Some(Answer::Unavailable(Unavailable::Http { status: *status }))
        }
        SourceError::NotFetched { error, .. } => Some(Answer::Unavailable(error.unavailable())),
        _ => None,
    }
}

/// Judges a credential, fetching what is missing where the network may be asked.
fn judge(
    network: &mut Option<Network>,
    credential: &Arc<Credential>,
    documents: &mut Documents,
    policy: &Policy,
    kept: &Documents,
) -> Finding {
    let asks = policy.challenge.is_some() || policy.domain.is_some();
    if asks && credential.standard() != Standard::Presentation {
        return Finding::Error(told(
            "verify.no-presentation",
            "this is no presentation, so it answers no challenge and is for no domain",
            "Ask whoever showed it for a presentation, or leave out --challenge and --domain.",
        ));
    }
    let report = match network {
        Some(network) => network.complete(credential, documents, policy, kept),
        None => openbadges::verify(credential, documents, policy),
    };
    let mut card = BadgeCard::of(credential, documents);
    let view = report_view(&report, &mut card, documents, Pictures::None);
    Finding::Report { card: Box::new(card), report: Box::new(view) }
}

/// What to judge of an artefact.
enum Choice {
    Credential { credential: Arc<Credential>, others: Vec<WarningView> },
    Link(String),
    Error(ApiError),
}

/// The first Open Badges 3.0 credential, else the first credential, else a link, else what was wrong.
fn choose(payloads: &[Payload], address: Option<&str>) -> Choice {
    let mut credentials = Vec::new();
    let mut links = Vec::new();
    let mut errors = Vec::new();
    for payload in payloads {
        match Credential::parse(&payload.content) {
            Ok(credential) => credentials.push(match address {
                Some(address) => credential.read_at(address),
                None => credential,
            }),
            Err(ParseError::IsLink { url }) => links.push(url),
            Err(error) => errors.push(not_a_credential(&error)),
        }
    }
    if credentials.is_empty() {
        return match (links.into_iter().next(), errors.into_iter().next()) {
            (Some(link), _) => Choice::Link(link),
            (None, Some(error)) => Choice::Error(error),
            (None, None) => Choice::Error(told(
                "import.empty",
                "there is no credential in it",
                "Download the badge once more from its issuer: pictures of badges often carry none.",
            )),
        };
    }
    let chosen = credentials.iter().position(|c| c.standard() == Standard::Ob3).unwrap_or(0);
    let credential = Arc::new(credentials.swap_remove(chosen));
    let mut others: Vec<WarningView> = credentials
        .iter()
        .filter(|other| other.digest() != credential.digest())
        .map(|other| WarningView {
            code: "artifact.other-credential".to_owned(),
            detail: format!(
                "it also holds a credential of {}, which was not judged",
                other.standard().name()
            ),
        })
        .collect();
    others.extend(errors.into_iter().map(|error| WarningView {
        code: "artifact.other-unreadable".to_owned(),
        detail: format!("it also holds something that could not be read: {}", error.message),
    }));
    Choice::Credential { credential, others }
}

impl Judged {
    fn verdict(&self) -> &str {
        match &self.finding {
            Finding::Report { report, .. } => &report.verdict,
            Finding::Unreached { answer, .. } if is_gone(answer.as_ref()) => "revoked",
            Finding::Unreached { .. } => "undecided",
            Finding::Error(_) => "error",
        }
    }

    fn status(&self) -> Status {
        match self.verdict() {
            "verified" => Status::Done,
            "undecided" => Status::Undecided,
            "error" => Status::Unusable,
            _ => Status::Failed,
        }
    }

    fn checks(&self) -> Vec<CheckLine> {
        match &self.finding {
            Finding::Report { report, .. } => report.checks.iter().map(CheckLine::of).collect(),
            Finding::Unreached { url, answer } => vec![CheckLine::unreached(url, answer.as_ref())],
            Finding::Error(_) => Vec::new(),
        }
    }

    fn warnings(&self) -> Vec<WarningView> {
        let mut warnings = self.warnings.clone();
        if let Finding::Report { report, .. } = &self.finding {
            warnings.extend(report.warnings.iter().cloned());
        }
        warnings
    }

    fn missing(&self) -> Vec<String> {
        match &self.finding {
            Finding::Report { report, .. } => report.missing.clone(),
            Finding::Unreached { url, answer: None } => vec![url.clone()],
            Finding::Unreached { .. } | Finding::Error(_) => Vec::new(),
        }
    }

    /// The JSON line of the contract.
    fn line<'a>(&'a self, input: &'a str, now: Timestamp) -> Line<'a> {
        let (badge, report, error) = match &self.finding {
            Finding::Report { card, report } => (Some(BadgeLine::of(card)), Some(report), None),
            Finding::Unreached { .. } => (None, None, None),
            Finding::Error(error) => (None, None, Some(error)),
        };
        Line {
            input,
            format: self.format.map(ArtifactKind::as_str),
            verdict: self.verdict(),
            checks: self.checks(),
            warnings: self.warnings(),
            badge,
            because: report.map(|report| report.because.as_str()),
            embedded: report.map(|report| EmbeddedLine::all(report)).unwrap_or_default(),
            as_of: report.map_or_else(|| now.to_string(), |report| report.as_of.clone()),
            missing: self.missing(),
            proofs: None,
            error,
        }
    }

    /// A paragraph for people.
    fn print(&self, out: &mut Out, input: &str, at_length: bool) -> io::Result<()> {
        out.line(&out.paint(Paint::Strong, &plain(input)))?;
        let verdict = out.paint(paint_of(self.verdict()), &in_words(self));
        match &self.finding {
            Finding::Report { card, report } => {
                out.line(&format!("  {verdict}"))?;
                out.line(&format!("  {}, issued by {}", plain(&card.name), plain(&card.issuer.name)))?;
                if at_length {
                    print_as_of(out, &report.as_of)?;
                    for warning in &self.warnings {
                        out.line(&format!("  {} {}", out.paint(Paint::Open, "!"), plain(&warning.detail)))?;
                    }
                    return explain(out, report, 1);
                }
                print_checks(out, &self.checks())?;
                print_inside(out, &report.embedded)?;
                print_notes(out, &self.warnings(), &self.missing())?;
                print_as_of(out, &report.as_of)
            }
            Finding::Unreached { .. } => {
                out.line(&format!("  {verdict}"))?;
                print_checks(out, &self.checks())?;
                print_notes(out, &self.warnings(), &self.missing())
            }
            Finding::Error(error) => {
                out.line(&format!("  {verdict}"))?;
                out.line(&format!("  {}", plain(&error.hint)))
            }
        }
    }
}

/// Whether a host answered that what was there is gone for good: a hosted badge is revoked so, also one that was
/// never seen.
pub(crate) fn is_gone(answer: Option<&Answer>) -> bool {
    match answer {
        Some(Answer::Document(document)) => document.status == 410,
        Some(Answer::Unavailable(openbadges::Unavailable::Http { status })) => *status == 410,
        _ => false,
    }
}

/// The verdict as a sentence.
fn in_words(judged: &Judged) -> String {
    match &judged.finding {
        Finding::Report { report, .. } => plain(&report.headline),
        Finding::Unreached { answer, .. } if is_gone(answer.as_ref()) => {
            "Revoked: its host says that the badge is gone for good".to_owned()
        }
        Finding::Unreached { .. } => "Undecided: the badge behind the link is not at hand".to_owned(),
        Finding::Error(error) => format!("Not read: {}", plain(&error.message)),
    }
}

/// The last line about a report: what it says held then, and may not hold any more.
pub(crate) fn print_as_of(out: &mut Out, as_of: &str) -> io::Result<()> {
    let Ok(as_of) = as_of.parse::<Timestamp>() else { return Ok(()) };
    let as_of = format!("  As of {}.", as_of.strftime("%Y-%m-%d %H:%M UTC"));
    out.line(&out.paint(Paint::Faint, &as_of))
}

/// One line a check.
pub(crate) fn print_checks(out: &mut Out, checks: &[CheckLine]) -> io::Result<()> {
    for check in checks {
        let (sign, paint) = sign(&check.outcome);
        let name = format!("{:<14}", check.check.replace('_', " "));
        out.line(&format!("    {} {name}{}", out.paint(paint, sign), plain(&check.detail)))?;
    }
    Ok(())
}

/// The mark of an outcome.
pub(crate) fn sign(outcome: &str) -> (&'static str, Paint) {
    match outcome {
        "pass" => ("+", Paint::Good),
        "fail" => ("x", Paint::Bad),
        "unknown" => ("?", Paint::Open),
        _ => ("-", Paint::Faint),
    }
}

/// The credentials inside, a line each, with theirs below.
pub(crate) fn print_inside(out: &mut Out, embedded: &[EmbeddedView]) -> io::Result<()> {
    for (role, title) in [("endorsement", "Endorsements"), ("credential", "Credentials inside it")] {
        let of_role: Vec<&EmbeddedView> = embedded.iter().filter(|inner| inner.role == role).collect();
        if !of_role.is_empty() {
            out.line(&format!("  {title}: {} ({})", of_role.len(), tally(&of_role)))?;
        }
        for inner in of_role {
            print_embedded(out, inner, 2)?;
        }
    }
    Ok(())
}

fn print_embedded(out: &mut Out, inner: &EmbeddedView, depth: usize) -> io::Result<()> {
    let (verdict, headline) = match (&inner.report, &inner.unread) {
        (Some(report), _) => (report.verdict.as_str(), report.headline.clone()),
        (None, unread) => {
            ("error", format!("not read: {}", unread.as_ref().map_or("", |unread| unread.detail.as_str())))
        }
    };
    let headline = out.paint(paint_of(verdict), &plain(&headline));
    out.line(&format!("{}{}: {headline}", "  ".repeat(depth), plain(&inner.name)))?;
    for deeper in inner.report.iter().flat_map(|report| &report.embedded) {
        print_embedded(out, deeper, depth + 1)?;
    }
    Ok(())
}

/// Warnings, and what would decide more.
pub(crate) fn print_notes(out: &mut Out, warnings: &[WarningView], missing: &[String]) -> io::Result<()> {
    for warning in warnings {
        out.line(&format!("    {} {}", out.paint(Paint::Open, "!"), plain(&warning.detail)))?;
    }
    if !missing.is_empty() {
        out.line("  These documents would say more:")?;
    }
    for url in missing {
        out.line(&format!("    {}", plain(url)))?;
    }
    Ok(())
}
