//! The credentials inside a credential, each judged by itself.

use super::Inquiry;
use crate::credential::{Embedded, ParseError, Role};
use crate::report::{EmbeddedFinding, EmbeddedReport, Exempt, Fact, Fault, Gap, Outcome, Verdict};

/// A presentation of a record of badges with endorsements is four deep; nothing needs more.
const MAX_DEPTH: usize = 4;

/// Judges what stands inside, as it stands there. Nobody vouches for it by having put it there.
pub(super) fn judge(outer: &Inquiry) -> Vec<EmbeddedReport> {
    outer.credential.embedded().into_iter().map(|embedded| one(outer, embedded)).collect()
}

fn one(outer: &Inquiry, embedded: Embedded) -> EmbeddedReport {
    let Embedded { pointer, role, credential, .. } = embedded;
    let (name, finding) = match &credential {
        Ok(credential) if outer.depth < MAX_DEPTH => {
            let inner = Inquiry { credential, depth: outer.depth + 1, ..*outer };
            (name(credential.body()), EmbeddedFinding::Report(Box::new(inner.report())))
        }
        Ok(credential) => (name(credential.body()), too_deep()),
        Err(error) => (None, unread(error)),
    };
    EmbeddedReport { name: name.unwrap_or_else(|| pointer.clone()), pointer, role, finding }
}

fn name(body: &serde_json::Value) -> Option<String> {
    use crate::credential::ob3::subject;
    use crate::credential::value::{first, id_of, text};
    let achievement = subject(body).and_then(|subject| first(subject.get("achievement")));
    achievement
        .and_then(|achievement| text(achievement.get("name")))
        .or_else(|| text(body.get("name")))
        .or_else(|| id_of(body).map(str::to_owned))
}

fn too_deep() -> EmbeddedFinding {
    EmbeddedFinding::Unread {
        code: "too-deep".to_owned(),
        detail: format!("more than {MAX_DEPTH} credentials stand around it"),
    }
}

pub(super) fn unread(error: &ParseError) -> EmbeddedFinding {
    EmbeddedFinding::Unread { code: error.code().to_owned(), detail: error.to_string() }
}

/// What the credentials inside, in one role, come to for the one around them. What has expired or was revoked was
/// genuine when it was recorded, and says so itself: only what is invalid speaks against the whole.
pub(super) fn outcome(embedded: &[EmbeddedReport], role: Role) -> Outcome {
    let of_role: Vec<&EmbeddedReport> = embedded.iter().filter(|inner| inner.role == role).collect();
    if of_role.is_empty() {
        return Outcome::NotApplicable(match role {
            Role::Credential => Exempt::NoCredentials,
            Role::Endorsement => Exempt::NoEndorsements,
        });
    }
    let told = |wanted: fn(&EmbeddedFinding) -> Option<String>| -> Vec<String> {
        of_role
            .iter()
            .filter_map(|inner| wanted(&inner.finding).map(|what| format!("{}: {what}", inner.name)))
            .take(Fault::MAX_PROBLEMS)
            .collect()
    };
    let failed = told(|finding| match finding {
        EmbeddedFinding::Report(report) => (report.verdict() == Verdict::Invalid).then(|| report.headline()),
        EmbeddedFinding::Unread { .. } => None,
    });
    if !failed.is_empty() {
        return Outcome::Fail(Fault::EmbeddedFail { role, failed });
    }
    let open = told(|finding| match finding {
        EmbeddedFinding::Report(report) => {
            (report.verdict() == Verdict::Undecided).then(|| report.headline())
        }
        EmbeddedFinding::Unread { detail, .. } => Some(detail.clone()),
    });
    if !open.is_empty() {
        return Outcome::Unknown(Gap::EmbeddedOpen { role, open });
    }
    Outcome::Pass(Fact::EmbeddedHold { role, count: of_role.len() })
}
