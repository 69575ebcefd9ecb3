//! From the core's types to what the shells show.

use openbadges::report::{Check, Report};

use crate::api::{CheckView, DocumentView, ReportView, WarningView};

/// A report, for showing.
pub fn report_view(report: &Report) -> ReportView {
    ReportView {
        verdict: report.verdict().as_str().to_owned(),
        headline: report.headline(),
        checks: report.checks().iter().map(check_view).collect(),
        warnings: report
            .warnings()
            .iter()
            .map(|warning| WarningView { code: warning.code.clone(), detail: warning.detail.clone() })
            .collect(),
        as_of: report.as_of().to_string(),
        missing: report.missing().to_vec(),
    }
}

fn check_view(check: &Check) -> CheckView {
    CheckView {
        check: check.id.as_str().to_owned(),
        outcome: check.outcome.as_str().to_owned(),
        code: check.code().to_owned(),
        detail: check.detail(),
        documents: check
            .documents
            .iter()
            .map(|document| DocumentView {
                url: document.url.clone(),
                sha256: document.sha256.clone(),
                fetched_at: document.fetched_at.to_string(),
            })
            .collect(),
    }
}
