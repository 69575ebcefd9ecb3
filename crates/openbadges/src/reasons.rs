//! Why a report says what it says, in words: what each check asks, what was expected and what is there, what would
//! decide an open one, and which checks the verdict follows from. One wording for the window and the terminal.

use jiff::Timestamp;

use crate::credential::Role;
use crate::report::{Check, CheckId, Exempt, Fault, Gap, Outcome, Problem, Report, Verdict};

/// What a failed check expected, and what is there instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contrast {
    /// Where: a JSON Pointer (RFC 6901), with the document it is in where that is not the credential; empty where
    /// the check is not about one place.
    pub place: String,
    /// What should be there.
    pub expected: String,
    /// What is there: partly the badge's own text, untrusted.
    pub found: String,
}

impl Contrast {
    fn new(expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { place: String::new(), expected: expected.into(), found: found.into() }
    }

    fn of_problem(problem: &Problem) -> Self {
        let place = if problem.pointer.is_empty() { "the top level" } else { &problem.pointer };
        let place = match &problem.document {
            Some(document) => format!("{place} of {document}"),
            None => place.to_owned(),
        };
        Self { place, expected: problem.expected.clone(), found: problem.found.clone() }
    }
}

impl CheckId {
    /// The question that the check asks, for people.
    pub fn asks(self) -> &'static str {
        match self {
            Self::Structure => "Has it the form that its standard asks for?",
            Self::Integrity => "Does a signature hold over all of it, so that nothing was changed since?",
            Self::KeyAuthority => "Does the issuer itself say that it signs with this key?",
            Self::Hosted => "Does the issuer serve the same badge at its own address?",
            Self::Issuer => "Who vouches for the issuer, beyond its own claim?",
            Self::Dates => "Is it in force at the instant it is judged for?",
            Self::Status => "Has the issuer taken it back?",
            Self::Recipient => "Was it awarded to you?",
            Self::Schema => "Does it follow the schemas that it names?",
            Self::Endorsements => "Does what others have signed about it hold?",
            Self::Image => "Are its pictures pictures, and does a baked one carry this badge?",
            Self::Credentials => "Does each credential inside it hold by itself?",
        }
    }
}

impl Check {
    /// For a failed check: what was expected and what is there, where there are two such things to compare. The
    /// whole of it in one sentence is [`Check::detail`].
    pub fn contrasts(&self) -> Vec<Contrast> {
        let Outcome::Fail(fault) = &self.outcome else { return Vec::new() };
        if let Fault::Malformed { problems, .. } = fault {
            return problems.iter().map(Contrast::of_problem).collect();
        }
        let pair = match fault {
            Fault::NoProof => Some(Contrast::new("a proof by the issuer", "none")),
            Fault::BadSignature { key, .. } => Some(Contrast::new(
                format!("a signature by {key} over this very text"),
                "one that does not fit",
            )),
            Fault::UndefinedTerm { term, pointer } => Some(Contrast {
                place: pointer.clone(),
                ..Contrast::new("only properties that its contexts define", format!("\u{201c}{term}\u{201d}"))
            }),
            Fault::ClaimMismatch { claim, expected, found } => {
                Some(Contrast::new(format!("{claim} = {expected}"), found))
            }
            Fault::ForeignKey { controller, issuer } => {
                Some(Contrast::new(format!("a key of {issuer}"), format!("a key of {controller}")))
            }
            Fault::KeyNotListed { key, url } => {
                Some(Contrast::new(format!("{key} among the keys at {url}"), "other keys only"))
            }
            Fault::DocumentIsAnother { url, found } => {
                Some(Contrast::new(format!("the document of {url}"), found))
            }
            Fault::HostedElsewhere { url, found } => Some(Contrast::new(url, found)),
            Fault::OutOfScope { url, allowed } => Some(Contrast::new(allowed.join(" or "), url)),
            Fault::NotHostable { id } => Some(Contrast::new("an https address", id)),
            Fault::EndsBeforeStart { since, until } => {
                Some(Contrast::new(format!("an end after {since}"), until.to_string()))
            }
            Fault::OtherRecipient { found, expected } => Some(Contrast::new(expected.join(" or "), found)),
            _ => None,
        };
        pair.into_iter().collect()
    }

    /// For a check that could not be made: what would decide it, where anything would.
    pub fn would_decide(&self) -> Option<String> {
        let Outcome::Unknown(gap) = &self.outcome else { return None };
        Some(match gap {
            Gap::Missing { url } => format!("The document at {url}, once it is fetched."),
            Gap::Unavailable { url, .. } => format!("An answer from {url}: check again later."),
            Gap::Unreadable { url, .. } => {
                format!("A readable document at {url}: only its owner can mend that.")
            }
            Gap::SelfAssertedKey { url: Some(url), .. } => {
                format!("The issuer's document at {url}, if it lists the key.")
            }
            Gap::SelfAssertedKey { url: None, issuer, .. } => {
                format!("A document of {issuer} that lists the key.")
            }
            Gap::IssuerUnknown { issuer } => {
                format!("Somebody whom you trust, or you yourself, vouching for {issuer}.")
            }
            Gap::ListUnverified { url, .. } => format!("A status list at {url} that its issuer has signed."),
            Gap::ListStale { url, .. } => format!("A newer status list from {url}: check again online."),
            Gap::NotReached { after } => format!("Nothing, until {} passes.", after.in_words()),
            Gap::EmbeddedOpen { role: Role::Credential, .. } => {
                "What decides the open ones among the credentials inside it.".to_owned()
            }
            Gap::EmbeddedOpen { role: Role::Endorsement, .. } => {
                "What decides the open ones among its endorsements.".to_owned()
            }
            _ => return None,
        })
    }
}

impl Report {
    /// Why the verdict is what it is: which checks it follows from, in one or two sentences.
    pub fn because(&self) -> String {
        match self.verdict() {
            Verdict::Verified => self.because_verified(),
            Verdict::Undecided => self.because_undecided(),
            Verdict::Invalid => {
                self.because_failed("It is invalid", |fault| !is_ended(fault) && !is_taken_back(fault))
            }
            Verdict::Revoked => self.because_failed("It was taken back", is_taken_back),
            Verdict::Expired => self.because_failed("It has expired", is_ended),
        }
    }

    fn because_verified(&self) -> String {
        let passed = self.named(|check| matches!(check.outcome, Outcome::Pass(_)));
        let open = self.named(|check| matches!(check.outcome, Outcome::Unknown(_)));
        let told = format!("It is verified because what decides was checked and holds: {}.", listed(&passed));
        if open.is_empty() {
            return told;
        }
        format!("{told} Open, but not decisive: {}.", listed(&open))
    }

    fn because_failed(&self, verdict: &str, decides: fn(&Fault) -> bool) -> String {
        let failed = |wanted: bool| {
            self.named(|check| matches!(&check.outcome, Outcome::Fail(fault) if decides(fault) == wanted))
        };
        let told = format!("{verdict} because this failed: {}.", listed(&failed(true)));
        let others = failed(false);
        if others.is_empty() {
            return told;
        }
        format!("{told} So did this, which does not decide it: {}.", listed(&others))
    }

    fn because_undecided(&self) -> String {
        let open = self.named(|check| {
            check.id.matters()
                && matches!(&check.outcome, Outcome::Unknown(gap) if !matches!(gap, Gap::NotReached { .. }))
        });
        let unsigned = matches!(
            self.check(CheckId::Integrity).outcome,
            Outcome::NotApplicable(Exempt::UnsignedPresentation)
        );
        if open.is_empty() && unsigned {
            return "It is undecided because nobody signed it, and what it holds does not vouch for it."
                .to_owned();
        }
        if open.is_empty() {
            return "It is undecided because nothing that was checked shows that the issuer stands behind it."
                .to_owned();
        }
        format!("It is undecided because nothing failed, but this decides and is open: {}.", listed(&open))
    }

    fn named(&self, wanted: impl Fn(&Check) -> bool) -> Vec<&'static str> {
        let checks = self.checks().iter().filter(|check| wanted(check));
        checks.map(|check| check.id.in_words().trim_start_matches("the check of ")).collect()
    }
}

fn is_taken_back(fault: &Fault) -> bool {
    matches!(fault, Fault::Revoked { .. } | Fault::Suspended { .. })
}

fn is_ended(fault: &Fault) -> bool {
    matches!(fault, Fault::Expired { .. })
}

fn listed(names: &[&str]) -> String {
    match names {
        [] => "nothing".to_owned(),
        [only] => (*only).to_owned(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// How old something is: the time from `then` to `now` in its largest whole unit (`3 hours`, `2 days`), `under a minute`
/// below that, and `None` where it lies ahead.
pub fn age(then: Timestamp, now: Timestamp) -> Option<String> {
    let seconds = now.as_second() - then.as_second();
    if seconds < 0 {
        return None;
    }
    let (count, unit) = match seconds {
        0..60 => return Some("under a minute".to_owned()),
        60..3_600 => (seconds / 60, "minute"),
        3_600..86_400 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    Some(if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Credential;
    use crate::artifact::PayloadContent;
    use crate::document::Documents;
    use crate::verify::{Policy, verify};

    fn report(text: &str) -> Report {
        let credential = Credential::parse(&PayloadContent::Json(text.to_owned())).unwrap();
        verify(&credential, &Documents::new(), &Policy::at("2026-11-23T00:00:00Z".parse().unwrap()))
    }

    #[test]
    fn every_place_that_is_wrong_is_told_with_what_should_be_there() {
        let report = report(
            r#"{"@context":["https://www.w3.org/ns/credentials/v2"],"type":["VerifiableCredential","OpenBadgeCredential"]}"#,
        );
        let contrasts = report.check(CheckId::Structure).contrasts();
        assert!(
            contrasts.iter().any(|c| c.place == "/issuer" && c.found.contains("nothing")),
            "{contrasts:?}"
        );
        assert!(report.because().contains("this failed: its form"), "{}", report.because());
    }

    #[test]
    fn an_open_check_says_what_would_decide_it_and_the_verdict_names_it() {
        let url = "https://issuer.example/a/1";
        let report = report(&format!(
            r#"{{"@context":"https://w3id.org/openbadges/v2","type":"Assertion","id":"{url}","badge":"https://issuer.example/b",
            "recipient":{{"type":"email","hashed":false,"identity":"a@b.example"}},"issuedOn":"2020-01-01T00:00:00Z",
            "verification":{{"type":"hosted"}}}}"#
        ));
        assert_eq!(report.verdict(), Verdict::Undecided);
        let hosted = report.check(CheckId::Hosted).would_decide().unwrap();
        assert!(hosted.contains(url), "{hosted}");
        assert!(report.because().contains("the issuer's own copy"), "{}", report.because());
        assert!(report.check(CheckId::Hosted).contrasts().is_empty());
    }

    #[test]
    fn ages_are_told_in_the_largest_unit() {
        let now: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
        let of = |text: &str| age(text.parse().unwrap(), now);
        assert_eq!(of("2026-11-23T11:59:30Z").as_deref(), Some("under a minute"));
        assert_eq!(of("2026-11-23T11:58:59Z").as_deref(), Some("1 minute"));
        assert_eq!(of("2026-11-23T09:00:00Z").as_deref(), Some("3 hours"));
        assert_eq!(of("2026-11-20T09:00:00Z").as_deref(), Some("3 days"));
        assert_eq!(of("2026-11-24T09:00:00Z"), None);
    }
}
