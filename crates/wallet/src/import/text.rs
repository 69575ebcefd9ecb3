//! An import's report as text, to be copied into a mail or a table.

use std::fmt::Write as _;

use crate::Wallet;
use crate::api::{ApiError, ImportLine, ImportLinesRequest, ImportOutcome};

/// The most lines of a report: what is longer is for `lapel imports show`.
const MOST_LINES: u32 = 20_000;

impl Wallet {
    /// What became of each thing of an import, a line for each: the outcome, the place in the input, and the badge's
    /// name or why there is none, with tabs between. At most 20,000 lines; a last one says how many more there are.
    pub fn import_report_text(&self, import: u32) -> Result<String, ApiError> {
        let mut text = String::new();
        let mut offset = 0;
        loop {
            let request = ImportLinesRequest { import, outcome: None, offset, limit: 1000 };
            let page = self.import_lines(&request)?;
            for line in &page.lines {
                text.push_str(&row(line));
                text.push('\n');
                offset += 1;
            }
            if page.lines.is_empty() || offset >= page.total {
                return Ok(text);
            }
            if offset >= MOST_LINES {
                // Writing to a String cannot fail.
                let _ = writeln!(text, "and {} more", page.total - offset);
                return Ok(text);
            }
        }
    }
}

fn row(line: &ImportLine) -> String {
    let outcome = line.outcome.name().replace('_', " ");
    let rest = match &line.outcome {
        ImportOutcome::Held { name, headline, .. } | ImportOutcome::LeftOut { name, headline, .. } => {
            vec![name, headline]
        }
        ImportOutcome::Failed { error } => vec![&error.code, &error.message],
        other => other.badge().map_or_else(Vec::new, |badge| vec![&badge.name, &badge.headline]),
    };
    let cells = [&outcome, &line.source].into_iter().chain(rest);
    cells.map(|cell| plain(cell)).collect::<Vec<_>>().join("\t")
}

/// A cell is on one line and has no tab in it, whatever a stranger called their badge.
fn plain(cell: &str) -> String {
    let kept = |c: char| if c.is_control() { ' ' } else { c };
    cell.chars().map(kept).collect()
}
