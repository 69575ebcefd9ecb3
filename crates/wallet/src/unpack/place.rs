//! Where something was found, as a label for people.

use std::collections::HashMap;

/// Between the parts of a place.
const INSIDE: &str = " \u{203a} ";

/// The longest label, in characters.
const LONGEST: usize = 160;

/// A place, and what is known of all that is found there.
#[derive(Clone, Debug)]
pub(super) struct At {
    place: String,
    depth: u32,
    recipient: Option<String>,
    incidental: bool,
}

impl At {
    /// The input itself.
    pub(super) fn input() -> Self {
        Self { place: String::new(), depth: 0, recipient: None, incidental: false }
    }

    pub(super) fn place(&self) -> &str {
        &self.place
    }

    /// How many containers are around it.
    pub(super) fn depth(&self) -> u32 {
        self.depth
    }

    pub(super) fn recipient(&self) -> Option<&str> {
        self.recipient.as_deref()
    }

    pub(super) fn is_incidental(&self) -> bool {
        self.incidental
    }

    /// The place of what is called `label` in the container here.
    pub(super) fn inside(&self, label: &str) -> Self {
        Self { depth: self.depth + 1, ..self.part(label) }
    }

    /// The place of a part of what is here that is no container by itself: a credential of a list.
    pub(super) fn part(&self, label: &str) -> Self {
        let place = match (self.place.as_str(), label) {
            ("", label) => label.to_owned(),
            (place, "") => place.to_owned(),
            (place, label) => format!("{place}{INSIDE}{label}"),
        };
        Self { place, ..self.clone() }
    }

    /// The same place, where what is found was sent to `recipient`, if it is known.
    pub(super) fn sent_to(&self, recipient: Option<String>) -> Self {
        let mut at = self.clone();
        at.recipient = recipient.or(at.recipient);
        at
    }

    /// The same place, where nobody says that something is a badge.
    pub(super) fn incidental(&self) -> Self {
        Self { incidental: true, ..self.clone() }
    }
}

/// The labels of one container, each another one.
#[derive(Default)]
pub(super) struct Labels {
    used: HashMap<String, u32>,
}

impl Labels {
    /// A label for what is called `name` there; `otherwise`, if that says nothing.
    pub(super) fn label(&mut self, name: &str, otherwise: &str) -> String {
        let mut label = clean(name);
        if label.is_empty() {
            otherwise.clone_into(&mut label);
        }
        loop {
            let count = self.used.entry(label.clone()).or_insert(0);
            *count += 1;
            if *count == 1 {
                return label;
            }
            // Which may be the name of another one, hence again.
            label = format!("{label} ({count})");
        }
    }
}

/// A name as it can be shown: the parts of a path, without those that lead out of it, without marks that cannot be
/// seen or turn the direction of text.
pub(super) fn clean(name: &str) -> String {
    let name: String = name
        .chars()
        .filter(|c| !is_hidden(*c))
        .map(|c| match c {
            '\\' => '/',
            '\u{203a}' => '>',
            c if c.is_whitespace() => ' ',
            c => c,
        })
        .collect();
    let mut parts =
        name.split('/').map(str::trim).filter(|part| !matches!(*part, "" | "." | "..")).peekable();
    let is_drive = |part: &str| part.len() == 2 && part.ends_with(':') && part.is_ascii();
    while parts.next_if(|part| is_drive(part)).is_some() {}
    clipped(&parts.collect::<Vec<_>>().join("/"))
}

/// The end of it, if it is long: there is what tells one from another.
fn clipped(label: &str) -> String {
    let length = label.chars().count();
    if length <= LONGEST {
        return label.to_owned();
    }
    let end: String = label.chars().skip(length + 1 - LONGEST).collect();
    format!("\u{2026}{end}")
}

/// Controls, and the marks that turn the direction of text or cannot be seen (Unicode, categories Cc and Cf).
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_labels_and_nothing_more() {
        for (name, expected) in [
            ("badges/1.png", "badges/1.png"),
            ("../../../etc/passwd", "etc/passwd"),
            ("/etc/passwd", "etc/passwd"),
            (r"C:\Windows\..\system.ini", "Windows/system.ini"),
            ("C:/../D:/x", "x"),
            ("a\0b.png", "ab.png"),
            ("\u{202e}gnp.exe", "gnp.exe"),
            ("a\u{200b}\u{2066}b\u{feff}", "ab"),
            ("line\r\nbreak", "linebreak"),
            ("tab\tand \u{a0}space", "taband  space"),
            ("a \u{203a} b", "a > b"),
            ("./", ""),
            ("..", ""),
            ("\u{1f4ce} r\u{e9}sum\u{e9}.json", "\u{1f4ce} r\u{e9}sum\u{e9}.json"),
        ] {
            assert_eq!(clean(name), expected, "{name:?}");
        }
        let long = format!("{}/badge.png", "x".repeat(5_000));
        let label = clean(&long);
        assert_eq!(label.chars().count(), LONGEST);
        assert!(label.starts_with('\u{2026}') && label.ends_with("/badge.png"));
    }

    #[test]
    fn no_two_labels_of_a_container_are_the_same() {
        let mut labels = Labels::default();
        let given: Vec<String> = ["a", "a", "a (2)", "../a", "\0", ""]
            .into_iter()
            .map(|name| labels.label(name, "entry"))
            .collect();
        assert_eq!(given, ["a", "a (2)", "a (2) (2)", "a (3)", "entry", "entry (2)"]);
    }

    #[test]
    fn places_tell_the_way() {
        let inner = At::input().inside("inner.zip").inside("badges/1.png");
        assert_eq!(inner.place(), "inner.zip \u{203a} badges/1.png");
        assert_eq!(inner.depth(), 2);
        assert_eq!(inner.part("contents/0").depth(), 2);
        assert_eq!(At::input().part("").place(), "");
    }
}
