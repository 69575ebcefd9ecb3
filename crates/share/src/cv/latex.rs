//! A CV as LaTeX, for XeLaTeX and LuaLaTeX: a whole document of the class `article` or `moderncv`.
//!
//! Every text is escaped character by character ([`escape`]) and put into an argument in braces: nothing in it is a
//! command, ends a group, begins a comment or an optional argument. TeX's ligatures (`--`, two quotes, `?` and a quote)
//! are turned off for the whole document, so that text is what it is. What scripts other than the Latin need (a font,
//! the direction) is asked for where they occur; a font that is not there is passed over.

use std::collections::HashSet;
use std::fmt::Write as _;

use openbadges::Verdict;
use unicode_segmentation::UnicodeSegmentation;

use super::{Cv, Item, is_right_to_left};

/// The document, of the class `article`.
pub(super) fn article(cv: &Cv) -> String {
    let mut tex = String::from(
        "% Compile with LuaLaTeX or XeLaTeX.\n\\documentclass[11pt,a4paper]{article}\n\
         \\usepackage[margin=22mm]{geometry}\n\\usepackage{xcolor}\n\\usepackage{fontspec}\n",
    );
    preamble(&mut tex, cv);
    tex.push_str(
        "\\usepackage{hyperref}\n\\definecolor{accent}{HTML}{5B3A8C}\n\
         \\hypersetup{colorlinks,allcolors=accent}\n\\setlength{\\parindent}{0pt}\n\\pagestyle{plain}\n\
         \\sloppy\n\
         % \\badge{name}{issuer and dates}{standing}{more}\n\
         \\newcommand{\\badge}[4]{\\par\\addvspace{9pt}\\begin{minipage}{\\linewidth}\\raggedright\
         {\\textbf{#1}}\\par #2\\par{\\small\\textit{#3}}\\par #4\\end{minipage}\\par}\n",
    );
    let _ = write!(
        tex,
        "\\begin{{document}}\n\\begin{{center}}\n{{\\LARGE\\bfseries {}\\par}}\n",
        escape(cv.title())
    );
    if let Some(headline) = &cv.options.headline {
        let _ = writeln!(tex, "\\smallskip{{\\large {}\\par}}", escape(headline));
    }
    let contacts: Vec<String> =
        cv.contacts().iter().map(|contact| link(&contact.text, contact.url.as_deref())).collect();
    if !contacts.is_empty() {
        let _ = writeln!(tex, "\\smallskip{{{}\\par}}", contacts.join(" \\textperiodcentered{} "));
    }
    tex.push_str("\\end{center}\n");
    for (heading, items) in cv.parts() {
        if let Some(heading) = heading {
            let _ = writeln!(tex, "\\section*{{{}}}", escape(heading));
        }
        for item in items {
            let it = &item.entry;
            let _ = writeln!(
                tex,
                "\\badge{{{}}}{{{}}}{{{}}}{{{}}}",
                link(&it.name, it.url.as_deref()),
                issued(item),
                escape(it.standing.words()),
                more(cv, item)
            );
        }
    }
    let _ = write!(tex, "\\bigskip{{\\small Made on {}.}}\n\\end{{document}}\n", cv.made_on());
    tex
}

/// The document, of the class `moderncv`.
pub(super) fn moderncv(cv: &Cv) -> String {
    let mut tex = String::from(
        "% Compile with LuaLaTeX or XeLaTeX.\n\\documentclass[11pt,a4paper,sans]{moderncv}\n\
         \\moderncvstyle{classic}\n\\moderncvcolor{purple}\n\\usepackage[scale=0.8]{geometry}\n\\usepackage{fontspec}\n",
    );
    preamble(&mut tex, cv);
    let _ = writeln!(tex, "\\name{{{}}}{{}}", escape(cv.title()));
    if let Some(headline) = &cv.options.headline {
        let _ = writeln!(tex, "\\title{{{}}}", escape(headline));
    }
    let contacts: Vec<String> =
        cv.contacts().iter().map(|contact| link(&contact.text, contact.url.as_deref())).collect();
    if !contacts.is_empty() {
        let _ = writeln!(tex, "\\extrainfo{{{}}}", contacts.join(" \\textbar{} "));
    }
    tex.push_str("\\begin{document}\n\\makecvtitle\n");
    for (heading, items) in cv.parts() {
        let _ = writeln!(tex, "\\section{{{}}}", escape(heading.unwrap_or("Certificates")));
        for item in items {
            entry(&mut tex, cv, item);
        }
    }
    let _ = write!(tex, "\\vfill{{\\small Made on {}.}}\n\\end{{document}}\n", cv.made_on());
    tex
}

fn entry(tex: &mut String, cv: &Cv, item: &Item) {
    let it = &item.entry;
    let _ = writeln!(
        tex,
        "\\cventry{{{}}}{{{}}}{{{}}}{{}}{{{}}}{{{}}}",
        escape(it.issued.as_deref().unwrap_or_default()),
        link(&it.name, it.url.as_deref()),
        link(&it.issuer, it.issuer_url.as_deref()),
        escape(&standing(item)),
        more(cv, item)
    );
}

/// How it stands; where that does not say when it ends, with that.
fn standing(item: &Item) -> String {
    let words = item.entry.standing.words();
    match &item.entry.expires {
        Some(date) if item.entry.standing.verdict() != Verdict::Expired => {
            format!("{words}, valid until {date}")
        }
        _ => words.to_owned(),
    }
}

fn issued(item: &Item) -> String {
    let issuer = link(&item.entry.issuer, item.entry.issuer_url.as_deref());
    match item.dates() {
        Some(dates) => format!("{issuer}, {}", escape(&dates)),
        None => issuer,
    }
}

/// Description and skills.
fn more(cv: &Cv, item: &Item) -> String {
    let skills = &item.entry.skills;
    let skills = (!skills.is_empty()).then(|| format!("Skills: {}", escape(&skills.join(", "))));
    let parts = [item.description(cv).map(escape), skills];
    parts.into_iter().flatten().collect::<Vec<_>>().join("\\newline{}")
}

fn link(text: &str, url: Option<&str>) -> String {
    match url {
        Some(url) => format!("\\href{{{}}}{{{}}}", address(url), escape(text)),
        None => escape(text),
    }
}

/// `url` (a public page, or of mail) as the first argument of `\href`, also inside another argument. What TeX would
/// take for a command is percent-encoded; `%`, `#` and `&` are what hyperref takes with a backslash before them.
fn address(url: &str) -> String {
    let mut address = String::with_capacity(url.len());
    for character in url.chars() {
        match character {
            '%' | '#' | '&' => {
                address.push('\\');
                address.push(character);
            }
            '\\' | '{' | '}' | '^' | '$' | '`' | '"' | '\'' | '<' | '>' | '|' | ' ' | '[' | ']' => {
                let _ = write!(address, "\\%{:02X}", u32::from(character));
            }
            other => address.push(other),
        }
    }
    address
}

/// A script that the main font is unlikely to have, or that is written from right to left.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Arabic,
    Hebrew,
    Devanagari,
    EastAsian,
}

impl Script {
    const ALL: [Self; 4] = [Self::Arabic, Self::Hebrew, Self::Devanagari, Self::EastAsian];

    fn of(character: char) -> Option<Self> {
        match u32::from(character) {
            0x0590..=0x05FF | 0xFB1D..=0xFB4F => Some(Self::Hebrew),
            0x0600..=0x06FF | 0x0750..=0x077F | 0x08A0..=0x08FF | 0xFB50..=0xFDFF | 0xFE70..=0xFEFC => {
                Some(Self::Arabic)
            }
            0x0900..=0x097F => Some(Self::Devanagari),
            0x1100..=0x11FF
            | 0x2E80..=0x9FFF
            | 0xAC00..=0xD7AF
            | 0xF900..=0xFAFF
            | 0xFF00..=0xFFEF
            | 0x2_0000..=0x3_FFFF => Some(Self::EastAsian),
            _ => None,
        }
    }

    /// The command that chooses its font, without the backslash.
    fn command(self) -> &'static str {
        match self {
            Self::Arabic => "lapelarabic",
            Self::Hebrew => "lapelhebrew",
            Self::Devanagari => "lapeldevanagari",
            Self::EastAsian => "lapeleastasian",
        }
    }

    /// What fontspec calls it, and fonts that have it, the best first.
    fn fonts(self) -> (&'static str, [&'static str; 4]) {
        match self {
            Self::Arabic => ("Arabic", ["Noto Naskh Arabic", "Amiri", "Noto Sans Arabic", "Arial"]),
            Self::Hebrew => ("Hebrew", ["Noto Serif Hebrew", "Noto Sans Hebrew", "David CLM", "Arial"]),
            Self::Devanagari => (
                "Devanagari",
                ["Noto Serif Devanagari", "Noto Sans Devanagari", "Kohinoor Devanagari", "Mangal"],
            ),
            Self::EastAsian => {
                ("CJK", ["Noto Serif CJK JP", "Noto Sans CJK JP", "Hiragino Mincho ProN", "Yu Mincho"])
            }
        }
    }
}

/// Fonts and directions, for the scripts that occur.
fn preamble(tex: &mut String, cv: &Cv) {
    tex.push_str("\\defaultfontfeatures{Ligatures=TeXOff}\n");
    tex.push_str(
        "\\IfFontExistsTF{Libertinus Serif}{\\setmainfont{Libertinus Serif}}{\\IfFontExistsTF{Noto Serif}",
    );
    tex.push_str("{\\setmainfont{Noto Serif}}{\\setmainfont{Latin Modern Roman}}}\n");
    tex.push_str("\\IfFontExistsTF{Noto Sans}{\\setsansfont{Noto Sans}}{\\setsansfont{Latin Modern Sans}}\n");
    tex.push_str("\\ifdefined\\directlua\n\\newcommand{\\lapelrl}[1]{{\\textdir TRT #1}}\\newcommand{\\lapellr}[1]{{\\textdir TLT #1}}\n");
    tex.push_str("\\else\\TeXXeTstate=1\n\\newcommand{\\lapelrl}[1]{\\beginR #1\\endR}\\newcommand{\\lapellr}[1]{\\beginL #1\\endL}\n\\fi\n");
    let texts: String = cv.texts().collect();
    for script in Script::ALL {
        if !texts.chars().any(|character| Script::of(character) == Some(script)) {
            continue;
        }
        let (name, fonts) = script.fonts();
        let command = script.command();
        let mut choice = format!("\\newcommand{{\\{command}}}{{}}");
        for font in fonts.iter().rev() {
            choice = format!(
                "\\IfFontExistsTF{{{font}}}{{\\newfontfamily\\{command}[Script={name}]{{{font}}}}}{{{choice}}}"
            );
        }
        tex.push_str(&choice);
        tex.push('\n');
    }
}

/// `text` (one line) as LaTeX that is set as that text.
fn escape(text: &str) -> String {
    let right_to_left = is_right_to_left(text);
    let mut tex = String::with_capacity(2 * text.len());
    for (run, direction) in runs(text) {
        // Only what runs against the text around it needs a word.
        match direction {
            Direction::Right if !right_to_left => {
                let _ = write!(tex, "\\lapelrl{{{}}}", escape_run(run));
            }
            Direction::Left if right_to_left => {
                let _ = write!(tex, "\\lapellr{{{}}}", escape_run(run));
            }
            _ => tex.push_str(&escape_run(run)),
        }
    }
    if right_to_left { format!("\\lapelrl{{{tex}}}") } else { tex }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Left,
    Right,
    Neither,
}

/// `text` in runs of one direction; what has none (spaces, punctuation) goes with what is on both of its sides, if
/// they agree, and else stands alone.
fn runs(text: &str) -> Vec<(&str, Direction)> {
    let direction = |character: char| match Script::of(character) {
        Some(Script::Arabic | Script::Hebrew) => Direction::Right,
        _ if character.is_alphanumeric() => Direction::Left,
        _ => Direction::Neither,
    };
    let mut runs: Vec<(usize, usize, Direction)> = Vec::new();
    for (start, character) in text.char_indices() {
        let (end, direction) = (start + character.len_utf8(), direction(character));
        match runs.last_mut() {
            Some((_, last, known)) if *known == direction => *last = end,
            _ => runs.push((start, end, direction)),
        }
    }
    let mut joined: Vec<(usize, usize, Direction)> = Vec::new();
    for run in runs {
        match joined.as_mut_slice() {
            [.., before, between] if between.2 == Direction::Neither && before.2 == run.2 => {
                before.1 = run.1;
                joined.pop();
            }
            _ => joined.push(run),
        }
    }
    joined.into_iter().map(|(start, end, direction)| (&text[start..end], direction)).collect()
}

fn escape_run(text: &str) -> String {
    let mut tex = String::with_capacity(2 * text.len());
    let (mut script, mut last) = (None, None);
    let breaks = breaks(text);
    for (at, character) in text.char_indices() {
        if breaks.contains(&at) {
            tex.push_str("\\hspace{0pt}");
        }
        let of = Script::of(character);
        // Spaces and marks stay with the letters around them; ASCII is what such a font may lack.
        let stays = character.is_whitespace() || !character.is_ascii() && !character.is_alphanumeric();
        if of != script && !(of.is_none() && stays && script.is_some()) {
            if script.is_some() {
                tex.push('}');
            }
            if let Some(script) = of {
                let _ = write!(tex, "{{\\{} ", script.command());
            }
            script = of;
        }
        // What fonts for TeX join to dashes and quotes is kept apart.
        if last == Some(character) && "-,<>".contains(character) {
            tex.push_str("\\kern0pt{}");
        }
        push_escaped(&mut tex, character);
        last = Some(character);
    }
    if script.is_some() {
        tex.push('}');
    }
    tex
}

/// Where lines may break in words that are longer than any word is: `XeTeX` cannot set one of a thousand marks, and no line
/// holds one of a hundred letters.
fn breaks(text: &str) -> HashSet<usize> {
    const LONGEST: usize = 40;
    let mut word = 0;
    let mut breaks = HashSet::new();
    for (at, grapheme) in text.grapheme_indices(true) {
        word = if grapheme.starts_with(char::is_whitespace) { 0 } else { word + grapheme.chars().count() };
        if word > LONGEST {
            breaks.insert(at);
            word = 0;
        }
    }
    breaks
}

/// The ten characters that TeX reads as commands, and those that its fonts make others of.
fn push_escaped(tex: &mut String, character: char) {
    match character {
        '#' | '$' | '%' | '&' | '_' | '{' | '}' => {
            tex.push('\\');
            tex.push(character);
        }
        '\\' => tex.push_str("\\textbackslash{}"),
        '~' => tex.push_str("\\textasciitilde{}"),
        '^' => tex.push_str("\\textasciicircum{}"),
        '<' => tex.push_str("\\textless{}"),
        '>' => tex.push_str("\\textgreater{}"),
        '|' => tex.push_str("\\textbar{}"),
        '"' => tex.push_str("\\textquotedbl{}"),
        '\'' => tex.push_str("\\textquotesingle{}"),
        '`' => tex.push_str("\\textasciigrave{}"),
        // In braces it cannot begin or end an optional argument.
        '[' | ']' => {
            tex.push('{');
            tex.push(character);
            tex.push('}');
        }
        other => tex.push(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_become_text() {
        assert_eq!(
            escape("\\write18{rm} 100% $x_1^2$ #1 & ~ [a]"),
            "\\textbackslash{}write18\\{rm\\} 100\\% \\$x\\_1\\textasciicircum{}2\\$ \\#1 \\& \\textasciitilde{} {[}a{]}"
        );
    }

    #[test]
    fn addresses_keep_their_meaning() {
        assert_eq!(
            address("https://badges.example/a_b~c?x=1&y=%20#z{}"),
            "https://badges.example/a_b~c?x=1\\&y=\\%20\\#z\\%7B\\%7D"
        );
    }

    #[test]
    fn scripts_get_their_font_and_direction() {
        assert_eq!(escape("Kurs קורס 2"), "Kurs \\lapelrl{{\\lapelhebrew קורס}} 2");
        assert_eq!(escape("קורס Rust"), "\\lapelrl{{\\lapelhebrew קורס} \\lapellr{Rust}}");
        assert_eq!(escape("東京"), "{\\lapeleastasian 東京}");
    }
}
