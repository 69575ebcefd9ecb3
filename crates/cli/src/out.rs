//! What is printed: JSON lines or calm text, and nothing from a badge that could steer a terminal.

use std::env;
use std::io::{self, IsTerminal, StdoutLock, Write};

use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use lapel_share::is_steering;

/// Standard output.
pub(crate) struct Out {
    stdout: StdoutLock<'static>,
    /// Print JSON.
    pub(crate) json: bool,
    colour: bool,
}

/// A colour of a few words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paint {
    Good,
    Bad,
    Open,
    Faint,
    Strong,
}

impl Out {
    /// Colour is for terminals only, and for nobody who set `NO_COLOR`.
    pub(crate) fn new(json: bool) -> Self {
        let stdout = io::stdout().lock();
        let wanted = env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            && env::var_os("TERM").is_none_or(|term| term != "dumb");
        Self { colour: wanted && stdout.is_terminal(), stdout, json }
    }

    /// Prints `value` as one line of JSON and hands it over at once: whoever reads the line may rely on it.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> io::Result<()> {
        let mut line = serde_json::to_string(value)?;
        line.push('\n');
        self.stdout.write_all(line.as_bytes())?;
        self.stdout.flush()
    }

    /// Prints a line of text; whatever came from outside has gone through [`plain`].
    pub(crate) fn line(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.stdout, "{text}")
    }

    /// Prints bytes as they are.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stdout.write_all(bytes)
    }

    /// Hands over what was printed.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.stdout.flush()
    }

    /// `text` in a colour, where colours are welcome.
    pub(crate) fn paint(&self, paint: Paint, text: &str) -> String {
        if !self.colour {
            return text.to_owned();
        }
        let code = match paint {
            Paint::Good => "32",
            Paint::Bad => "31",
            Paint::Open => "33",
            Paint::Faint => "2",
            Paint::Strong => "1",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}

/// The colour of a verdict.
pub(crate) fn paint_of(verdict: &str) -> Paint {
    match verdict {
        "verified" => Paint::Good,
        "revoked" | "invalid" | "error" => Paint::Bad,
        _ => Paint::Open,
    }
}

/// `text` on one line, without characters that a terminal would obey or that turn the direction of writing.
pub(crate) fn plain(text: &str) -> String {
    let words: Vec<String> = text
        .split_whitespace()
        .map(|word| word.chars().filter(|c| !is_steering(*c)).collect::<String>())
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ")
}

/// `text`, plain, cut or filled with spaces to `width` columns.
pub(crate) fn column(text: &str, width: usize) -> String {
    let text = plain(text);
    let mut cell = String::new();
    let whole = text.width() <= width;
    let room = if whole { width } else { width.saturating_sub(1) };
    for character in text.chars() {
        let longer = format!("{cell}{character}");
        if longer.width() > room {
            break;
        }
        cell = longer;
    }
    if !whole {
        cell.push('…');
    }
    let filled = cell.width();
    cell.extend(std::iter::repeat_n(' ', width.saturating_sub(filled)));
    cell
}

/// A table's lines: each cell plain, columns as wide as their widest cell but no wider than 44; the last one
/// whole.
pub(crate) fn table(rows: &[Vec<String>]) -> Vec<Vec<String>> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let widths: Vec<usize> = (0..columns)
        .map(|i| {
            rows.iter()
                .filter_map(|row| row.get(i))
                .map(|cell| plain(cell).width())
                .max()
                .unwrap_or(0)
                .min(44)
        })
        .collect();
    rows.iter()
        .map(|row| {
            row.iter()
                .enumerate()
                .map(|(i, cell)| if i + 1 == row.len() { plain(cell) } else { column(cell, widths[i]) })
                .collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_a_badge_steers_the_terminal() {
        assert_eq!(plain("a\u{1b}[31mred\u{7}\r\nb\u{202e}c\u{9b}2J"), "a[31mred bc2J");
        assert_eq!(plain("\u{200f}\u{2066}"), "");
    }

    #[test]
    fn columns_count_what_is_seen() {
        assert_eq!(column("abc", 5), "abc  ");
        assert_eq!(column("abcdef", 5), "abcd…");
        assert_eq!(column("日本語テスト", 5), "日本…");
        assert_eq!(column("日本語テスト", 6), "日本… ");
        assert_eq!(column("é\u{301}", 2), "é\u{301} ");
    }
}
