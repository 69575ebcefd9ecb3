//! `lapel verify --explain`: the whole reasoning, check by check, and of every credential inside.

use std::io;

use jiff::Timestamp;
use lapel_wallet::api::{CheckView, DocumentView, EmbeddedView, ReportView};
use openbadges::reasons::age;

use crate::out::{Out, Paint, paint_of, plain};
use crate::verify::sign;

/// Prints why `report` says what it says, indented by `depth` steps.
pub(crate) fn explain(out: &mut Out, report: &ReportView, depth: usize) -> io::Result<()> {
    let mut page = Page { out, depth, now: report.as_of.parse().unwrap_or(Timestamp::UNIX_EPOCH) };
    page.report(report)
}

/// The text so far, and where the next line begins.
struct Page<'a> {
    out: &'a mut Out,
    depth: usize,
    now: Timestamp,
}

impl Page<'_> {
    fn line(&mut self, text: &str) -> io::Result<()> {
        self.out.line(&format!("{}{text}", "  ".repeat(self.depth)))
    }

    fn below(&mut self, print: impl FnOnce(&mut Self) -> io::Result<()>) -> io::Result<()> {
        self.depth += 1;
        let done = print(self);
        self.depth -= 1;
        done
    }

    fn report(&mut self, report: &ReportView) -> io::Result<()> {
        for check in &report.checks {
            self.check(check)?;
        }
        for warning in &report.warnings {
            let mark = self.out.paint(Paint::Open, "!");
            self.line(&format!("{mark} {}", plain(&warning.detail)))?;
        }
        self.inside(&report.embedded, "endorsement", "Endorsements")?;
        self.inside(&report.embedded, "credential", "Credentials inside it")?;
        self.line(&format!("Why: {}", plain(&report.because)))
    }

    fn check(&mut self, check: &CheckView) -> io::Result<()> {
        let (mark, paint) = sign(&check.outcome);
        let mark = self.out.paint(paint, mark);
        let name = plain(&check.check.replace('_', " "));
        if check.outcome == "not_applicable" {
            return self.line(&format!("{mark} {name}: {}", plain(&check.detail)));
        }
        let asks = self.out.paint(Paint::Faint, &check.asks);
        self.line(&format!("{mark} {name}: {asks}"))?;
        self.below(|page| {
            page.line(&plain(&check.detail))?;
            for contrast in &check.contrasts {
                if !contrast.place.is_empty() {
                    page.line(&format!("at {}", plain(&contrast.place)))?;
                }
                page.line(&format!("expected: {}", plain(&contrast.expected)))?;
                page.line(&format!("found:    {}", plain(&contrast.found)))?;
            }
            if let Some(decider) = &check.would_decide {
                page.line(&format!("would be decided by: {}", plain(decider)))?;
            }
            check.documents.iter().try_for_each(|document| page.document(document))
        })
    }

    fn document(&mut self, document: &DocumentView) -> io::Result<()> {
        self.line(&format!("stands on {}", plain(&document.url)))?;
        let fetched = match document.fetched_at.parse::<Timestamp>() {
            Ok(at) => {
                let at_minute = at.strftime("%Y-%m-%d %H:%M UTC");
                match age(at, self.now) {
                    Some(age) => format!("fetched {at_minute}, {age} before"),
                    None => format!("fetched {at_minute}, afterwards"),
                }
            }
            Err(_) => format!("fetched {}", plain(&document.fetched_at)),
        };
        let details = format!("SHA-256 {}, {fetched}", plain(&document.sha256));
        let details = self.out.paint(Paint::Faint, &details);
        self.below(|page| page.line(&details))
    }

    fn inside(&mut self, embedded: &[EmbeddedView], role: &str, title: &str) -> io::Result<()> {
        let of_role: Vec<&EmbeddedView> = embedded.iter().filter(|inner| inner.role == role).collect();
        if of_role.is_empty() {
            return Ok(());
        }
        self.line(&format!("{title}: {} ({})", of_role.len(), tally(&of_role)))?;
        self.below(|page| {
            for (index, inner) in of_role.iter().enumerate() {
                page.embedded(index + 1, inner)?;
            }
            Ok(())
        })
    }

    fn embedded(&mut self, number: usize, inner: &EmbeddedView) -> io::Result<()> {
        let issuer = inner.card.as_ref().map(|card| plain(&card.issuer.name)).filter(|name| !name.is_empty());
        let by = issuer.map(|issuer| format!(", issued by {issuer}")).unwrap_or_default();
        let name = self.out.paint(Paint::Strong, &plain(&inner.name));
        self.line(&format!("{number}. {name}{by}"))?;
        self.below(|page| {
            let place = page.out.paint(Paint::Faint, &format!("at {}", plain(&inner.pointer)));
            page.line(&place)?;
            match (&inner.report, &inner.unread) {
                (Some(report), _) => {
                    let headline = page.out.paint(paint_of(&report.verdict), &plain(&report.headline));
                    page.line(&headline)?;
                    page.report(report)
                }
                (None, Some(unread)) => page.line(&format!("Not read: {}", plain(&unread.detail))),
                (None, None) => Ok(()),
            }
        })
    }
}

/// How many came to each verdict: `11 verified, 1 undecided`.
pub(crate) fn tally(embedded: &[&EmbeddedView]) -> String {
    let verdict = |inner: &EmbeddedView| match &inner.report {
        Some(report) => report.verdict.clone(),
        None => "not read".to_owned(),
    };
    let counts: Vec<String> = ["verified", "expired", "revoked", "invalid", "undecided", "not read"]
        .into_iter()
        .map(|wanted| (wanted, embedded.iter().filter(|inner| verdict(inner) == wanted).count()))
        .filter(|(_, count)| *count > 0)
        .map(|(wanted, count)| format!("{count} {wanted}"))
        .collect();
    counts.join(", ")
}
