//! Names and hosts that look like others: what a person might misread is said, and decides nothing.
//!
//! Unicode Technical Standard 39: mixed scripts, confusable characters; and the marks that change the direction of
//! text or cannot be seen.

use unicode_security::MixedScript;
use unicode_security::confusable_detection::skeleton;
use url::Url;

use crate::credential::shape::shown;
use crate::report::Warning;

/// What is worth saying of an issuer that calls itself `name` and is found at `addresses` (its id and URL).
pub(crate) fn warnings<'a>(name: Option<&str>, addresses: impl IntoIterator<Item = &'a str>) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut warn = |code: &str, detail: String| {
        let warning = Warning { code: code.to_owned(), detail };
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    };
    if let Some(name) = name {
        if name.chars().any(is_hidden) {
            let detail = format!(
                "The issuer's name {} holds marks that cannot be seen or turn the direction of text.",
                shown(&visible(name))
            );
            warn("issuer.hidden-characters", detail);
        }
        if let Some(word) = words(name).find(|word| is_mixed(word)) {
            let detail = format!(
                "The word {} in the issuer's name mixes letters of several scripts that look alike.",
                shown(word)
            );
            warn("issuer.lookalike-name", detail);
        }
    }
    for host in addresses.into_iter().filter_map(host) {
        let (unicode, _) = idna::domain_to_unicode(&host);
        if unicode == host {
            continue;
        }
        if let Some(label) = unicode.split('.').find(|label| is_mixed(label) || imitates(label)) {
            let detail = format!(
                "The issuer's host {host} reads {}: {} looks like another name.",
                shown(&unicode),
                shown(label)
            );
            warn("issuer.lookalike-host", detail);
        } else {
            warn("issuer.international-host", format!("The issuer's host {host} reads {}.", shown(&unicode)));
        }
    }
    warnings
}

/// The words of a name: scripts may change between words, as in a name in two languages, but not within one.
fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// Letters of more than one script in a word, one of which has a double in the other.
fn is_mixed(word: &str) -> bool {
    !word.is_single_script() && word.chars().any(|c| c.is_ascii_alphabetic()) && has_double(word)
}

/// A word of another script all of whose letters look like those of ASCII.
fn imitates(word: &str) -> bool {
    !word.is_ascii() && skeleton(word).all(|c| c.is_ascii()) && !is_latin(word)
}

fn has_double(word: &str) -> bool {
    word.chars().filter(|c| !c.is_ascii()).any(|c| {
        let letter = c.to_string();
        skeleton(&letter).all(|c| c.is_ascii_alphanumeric())
    })
}

/// Whether the letters are Latin ones with marks.
fn is_latin(word: &str) -> bool {
    let with_ascii = format!("a{word}");
    with_ascii.as_str().is_single_script()
}

/// Direction controls and characters without a shape. Joiners that scripts need within words are not among them.
fn is_hidden(c: char) -> bool {
    matches!(
        c,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}'
        | '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{ad}' | '\u{180e}'
        | '\u{e0000}'..='\u{e007f}'
    ) || c.is_control()
}

fn visible(name: &str) -> String {
    name.chars().filter(|c| !is_hidden(*c)).collect()
}

/// The host of an address, or of a `did:web`.
fn host(address: &str) -> Option<String> {
    if let Some(rest) = address.strip_prefix("did:web:") {
        let host = rest.split([':', '#', '?', '/']).next()?;
        return Url::parse(&format!("https://{}", host.replace("%3A", ":")))
            .ok()?
            .domain()
            .map(str::to_owned);
    }
    Url::parse(address).ok()?.domain().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(name: &str, address: &str) -> Vec<String> {
        warnings(Some(name), [address]).into_iter().map(|warning| warning.code).collect()
    }

    #[test]
    fn honest_names_are_left_alone() {
        for name in [
            "Example Academy",
            "Universität Zürich",
            "Московский университет",
            "東京大学 University of Tokyo",
            "جامعة القاهرة",
            "Lærdómsfélag №1",
            "Πανεπιστήμιο (Athens)",
        ] {
            assert!(
                codes(name, "https://example.org/").is_empty(),
                "{name}: {:?}",
                codes(name, "https://example.org/")
            );
        }
    }

    #[test]
    fn a_letter_of_another_script_within_a_word_is_flagged() {
        // Cyrillic а, о, е.
        for name in ["Univer\u{0455}ity", "H\u{0430}rvard University", "MIT \u{041e}penCourse"] {
            assert_eq!(codes(name, "https://example.org/"), ["issuer.lookalike-name"], "{name}");
        }
    }

    #[test]
    fn marks_that_cannot_be_seen_are_flagged() {
        for name in ["Harvard\u{202e}drahcO", "Har\u{200b}vard", "Harvard\u{0007}"] {
            assert_eq!(codes(name, "https://example.org/"), ["issuer.hidden-characters"], "{name:?}");
        }
    }

    #[test]
    fn hosts_are_shown_as_they_read() {
        assert_eq!(codes("A", "https://xn--bcher-kva.example/x"), ["issuer.international-host"]);
        // All Cyrillic, and reads "apple".
        assert_eq!(codes("A", "https://xn--80ak6aa92e.com/"), ["issuer.lookalike-host"]);
        assert_eq!(codes("A", "did:web:xn--80ak6aa92e.com:issuers:1"), ["issuer.lookalike-host"]);
        assert!(codes("A", "did:web:example.org%3A8443").is_empty());
        assert!(codes("A", "did:key:z6Mk").is_empty());
    }
}
