//! The credentials inside a credential, each judged by itself, exactly as it stands there.

use std::cell::Cell;

use serde_json::Value;

use super::{Inquiry, Place};
use crate::credential::value::{each, first, id_of, same_id, text};
use crate::credential::{Credential, Embedded, ParseError, Role, Standard, ob3};
use crate::jsonld::Work;
use crate::report::{
    EmbeddedFinding, EmbeddedReport, Exempt, Fact, Fault, Gap, Outcome, Report, Verdict, Warning,
};
use crate::status::Lists;

/// What may still be judged inside one outermost credential: the work is bounded over the whole tree, for each
/// credential in it is read again for each one around it and for each of its proofs.
pub(super) struct Tree {
    credentials: Cell<usize>,
    bytes: Cell<usize>,
    /// What telling their blank nodes apart may take.
    pub(super) work: Work,
    /// The status lists that they name.
    pub(super) lists: Lists,
}

/// As many bytes are canonicalised inside one outermost credential, counted once for each proof.
const MOST_BYTES: usize = 32 << 20;

impl Tree {
    pub(super) fn new() -> Self {
        Self {
            credentials: Cell::new(Embedded::MAX),
            bytes: Cell::new(MOST_BYTES),
            work: Work::default(),
            lists: Lists::default(),
        }
    }

    /// Takes the work for `credential`, if there is room for it.
    fn admits(&self, credential: &Credential) -> bool {
        let proofs = each(credential.body().get("proof")).len();
        let bytes = credential.text().len().saturating_mul(1 + proofs);
        if !self.work.has_room() {
            return false;
        }
        let left = self.credentials.get().checked_sub(1).zip(self.bytes.get().checked_sub(bytes));
        if let Some((credentials, bytes)) = left {
            self.credentials.set(credentials);
            self.bytes.set(bytes);
        }
        left.is_some()
    }
}

/// Judges what stands inside. Nobody vouches for it by having put it there.
pub(super) fn judge(outer: &Inquiry) -> Vec<EmbeddedReport> {
    outer.credential.embedded().into_iter().map(|embedded| one(outer, embedded)).collect()
}

fn one(outer: &Inquiry, embedded: Embedded) -> EmbeddedReport {
    let Embedded { pointer, role, about, credential } = embedded;
    let (name, finding) = match &credential {
        Err(error) => (None, unread(error)),
        Ok(credential) => {
            let finding = if outer.depth >= Embedded::MAX_DEPTH {
                let most = Embedded::MAX_DEPTH;
                unjudged("too-deep", format!("more than {most} credentials stand around it"))
            } else if outer.tree.admits(credential) {
                let inner = Inquiry {
                    credential,
                    depth: outer.depth + 1,
                    place: Place::Inside {
                        role,
                        about: about.as_deref(),
                        outer: outer.credential.standard(),
                    },
                    ..*outer
                };
                EmbeddedFinding::Report(Box::new(inner.report()))
            } else {
                let too_many = ParseError::TooMany { limit: Embedded::MAX };
                unjudged(
                    too_many.code(),
                    "the credentials inside are too many, too large or too intricate to judge them all"
                        .to_owned(),
                )
            };
            (name(credential), finding)
        }
    };
    EmbeddedReport { name: name.unwrap_or_else(|| pointer.clone()), pointer, role, finding }
}

fn name(credential: &Credential) -> Option<String> {
    let body = credential.body();
    let achievement = ob3::subject(body).and_then(|subject| first(subject.get("achievement")));
    let achievement = achievement.filter(|_| credential.standard() == Standard::Ob3);
    achievement
        .and_then(|achievement| text(achievement.get("name")))
        .or_else(|| text(body.get("name")))
        .or_else(|| id_of(body).map(str::to_owned))
}

pub(super) fn unread(error: &ParseError) -> EmbeddedFinding {
    unjudged(error.code(), error.to_string())
}

fn unjudged(code: &str, detail: String) -> EmbeddedFinding {
    EmbeddedFinding::Unread { code: code.to_owned(), detail }
}

/// What the credentials inside, in one role, come to for the one around them, whose own answers are `own`.
///
/// What is invalid speaks against the whole: its issuer put it there. What has ended or was taken back was genuine
/// when it was put there, and says so itself. What is open leaves the whole open, unless it is the very question that
/// the whole leaves open itself.
pub(super) fn outcome(embedded: &[EmbeddedReport], role: Role, own: &[&Outcome]) -> Outcome {
    let of_role = || embedded.iter().filter(|inner| inner.role == role);
    let count = of_role().count();
    if count == 0 {
        return Outcome::NotApplicable(match role {
            Role::Credential => Exempt::NoCredentials,
            Role::Endorsement => Exempt::NoEndorsements,
        });
    }
    let told = |wanted: &dyn Fn(&EmbeddedFinding) -> Option<String>| -> Vec<String> {
        of_role()
            .filter_map(|inner| wanted(&inner.finding).map(|what| format!("{}: {what}", inner.name)))
            .take(Fault::MAX_PROBLEMS)
            .collect()
    };
    let failed = told(&|finding| match finding {
        EmbeddedFinding::Report(report) => (report.verdict() == Verdict::Invalid).then(|| report.headline()),
        EmbeddedFinding::Unread { code, detail } => is_none_at_all(code).then(|| detail.clone()),
    });
    if !failed.is_empty() {
        return Outcome::Fail(Fault::EmbeddedFail { role, failed });
    }
    let open = told(&|finding| match finding {
        EmbeddedFinding::Report(report) => asks_more(report, own).then(|| report.headline()),
        EmbeddedFinding::Unread { detail, .. } => Some(detail.clone()),
    });
    if !open.is_empty() {
        return Outcome::Unknown(Gap::EmbeddedOpen { role, open });
    }
    Outcome::Pass(Fact::EmbeddedHold { role, count })
}

/// Whether what could not be read can be no credential, rather than one that Lapel does not read.
fn is_none_at_all(code: &str) -> bool {
    matches!(code, "not-strict-json" | "malformed-jws" | "not-an-object" | "unrecognised")
}

/// Whether `report` leaves a question open that `own` does not ask already.
fn asks_more(report: &Report, own: &[&Outcome]) -> bool {
    if report.verdict() != Verdict::Undecided {
        return false;
    }
    let mut open = report
        .checks()
        .iter()
        .filter(|check| check.id.matters() && matches!(check.outcome, Outcome::Unknown(_)))
        .peekable();
    open.peek().is_none() || open.any(|check| !own.contains(&&check.outcome))
}

/// What is worth saying of what has ended or was taken back.
pub(super) fn warnings(embedded: &[EmbeddedReport]) -> Vec<Warning> {
    let warning = |inner: &EmbeddedReport| {
        let EmbeddedFinding::Report(report) = &inner.finding else { return None };
        let code = match (inner.role, report.verdict()) {
            (Role::Credential, Verdict::Expired) => "credentials.expired",
            (Role::Credential, Verdict::Revoked) => "credentials.revoked",
            (Role::Endorsement, Verdict::Expired) => "endorsements.expired",
            (Role::Endorsement, Verdict::Revoked) => "endorsements.revoked",
            _ => return None,
        };
        let detail = format!("{}: {}", inner.name, report.headline());
        Some(Warning { code: code.to_owned(), detail })
    };
    embedded.iter().filter_map(warning).take(Fault::MAX_PROBLEMS).collect()
}

/// Warns of credentials of a learner record that speak of somebody else than the record does. The specification does
/// not ask that they agree, and people have several identifiers.
pub(super) fn other_subjects(credential: &Credential) -> Option<Warning> {
    let learner = Named::of(ob3::subject(credential.body())?)?;
    let other = |embedded: &Embedded| {
        let inner = embedded.credential.as_ref().ok().filter(|_| embedded.role == Role::Credential)?;
        let named = Named::of(ob3::subject(inner.body())?)?;
        learner.is_another(&named).then(|| {
            format!("{} ({})", name(inner).unwrap_or_else(|| embedded.pointer.clone()), named.shown())
        })
    };
    let others: Vec<String> = credential.embedded().iter().filter_map(other).collect();
    let first = others.first()?;
    let more = match others.len() - 1 {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    Some(Warning {
        code: "credentials.other-subject".to_owned(),
        detail: format!("The record is about {}, but not everything in it: {first}{more}.", learner.shown()),
    })
}

/// Warns where a presentation's holder is none of those that its credentials speak of: whoever has a credential can
/// show it.
pub(super) fn other_holder(credential: &Credential, holder: &str) -> Option<Warning> {
    let mut ids = Vec::new();
    for embedded in credential.embedded() {
        let Ok(inner) = embedded.credential else { continue };
        let subjects = each(inner.body().get("credentialSubject"));
        ids.extend(subjects.iter().filter_map(id_of).map(str::to_owned));
    }
    let first = ids.first().filter(|_| !ids.iter().any(|id| same_id(id, holder)))?;
    Some(Warning {
        code: "presentation.other-holder".to_owned(),
        detail: format!("It is shown by {holder}, but speaks of {first}."),
    })
}

/// By what a subject is named: its id and its identifiers, each with its kind. Hashes are of one kind if their salt
/// is the same.
struct Named<'a> {
    names: Vec<(String, &'a str)>,
}

impl<'a> Named<'a> {
    fn of(subject: &'a Value) -> Option<Self> {
        let id = subject.get("id").and_then(Value::as_str).map(|id| ("id".to_owned(), id));
        let identifier = |entry: &'a Value| {
            let text = |name: &str| entry.get(name).and_then(Value::as_str);
            let kind = text("identityType").unwrap_or_default();
            let kind = if entry.get("hashed").is_some_and(|hashed| hashed == true) {
                format!("hashed {kind} {}", text("salt").unwrap_or_default())
            } else {
                kind.to_owned()
            };
            Some((kind, text("identityHash")?))
        };
        let identifiers = each(subject.get("identifier")).iter().filter_map(identifier);
        let names: Vec<_> = id.into_iter().chain(identifiers).collect();
        (!names.is_empty()).then_some(Self { names })
    }

    /// Whether both are named by something of one kind, and never by the same.
    fn is_another(&self, other: &Self) -> bool {
        let pairs =
            || self.names.iter().flat_map(|name| other.names.iter().map(move |theirs| (name, theirs)));
        pairs().any(|((kind, _), (their_kind, _))| kind == their_kind)
            && !pairs().any(|((_, name), (_, theirs))| same_id(name, theirs))
    }

    fn shown(&self) -> &'a str {
        self.names.first().map_or("", |(_, name)| name)
    }
}
