//! What may be said of a badge where it is shown.

use jiff::Timestamp;
use openbadges::{BadgeCard, Credential, Report, Verdict};

use crate::text::{LINE, one_line};

/// The verdict on a badge, in the words that leave with it. Only a report makes one, and a badge whose time has
/// run out since that report is expired: so nothing that is expired, revoked or invalid can be called verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    verdict: Verdict,
    on: String,
    words: String,
}

impl Standing {
    /// The standing at `now` of the badge that `report` judged. A report on another credential says nothing.
    pub fn of(credential: &Credential, card: &BadgeCard, report: &Report, now: Timestamp) -> Self {
        let on = day(report.as_of());
        if !report.speaks_of(credential) {
            return Self { verdict: Verdict::Undecided, on, words: "Not checked".to_owned() };
        }
        let ended = card.expires_on.as_ref().filter(|moment| moment.instant <= now);
        let (verdict, words) = match (report.verdict(), ended) {
            (Verdict::Verified, None) => (Verdict::Verified, format!("Verified on {on}")),
            (Verdict::Verified | Verdict::Expired, Some(moment)) => {
                (Verdict::Expired, format!("Expired on {}", one_line(&moment.date, 10)))
            }
            (Verdict::Undecided, Some(moment)) => {
                (Verdict::Expired, format!("Expired on {}, and never confirmed", one_line(&moment.date, 10)))
            }
            (verdict, _) => (verdict, format!("{} (checked on {on})", one_line(&report.headline(), LINE))),
        };
        Self { verdict, on, words }
    }

    /// A standing without a report, for tests of what is made of one.
    #[cfg(test)]
    pub(crate) fn for_tests(verdict: Verdict, words: &str) -> Self {
        Self { verdict, on: "2026-11-23".to_owned(), words: words.to_owned() }
    }

    /// The verdict.
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// The date of the report (UTC, `YYYY-MM-DD`).
    pub fn on(&self) -> &str {
        &self.on
    }

    /// One line for people, such as `Verified on 2026-11-23` or `Expired on 2021-05-31`: plain text, not escaped
    /// for any markup.
    pub fn words(&self) -> &str {
        &self.words
    }

    /// Whether nobody may claim the badge any more: it was taken back, or it is not what its issuer made.
    pub fn is_void(&self) -> bool {
        matches!(self.verdict, Verdict::Revoked | Verdict::Invalid)
    }
}

/// The date of an instant in UTC, `YYYY-MM-DD`.
pub(crate) fn day(instant: Timestamp) -> String {
    instant.strftime("%Y-%m-%d").to_string()
}
