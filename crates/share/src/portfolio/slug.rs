//! Names of folders that stay: the badge's name as far as ASCII has it, and a piece of a digest.

use sha2::{Digest, Sha256};

use crate::Badge;

/// The name of the folder of `badge`. It hangs on the credential's id (on its text, where it has none), so that a newer
/// version of the credential takes the place of the earlier one.
pub(super) fn of(name: &str, badge: &Badge<'_>) -> String {
    let key = key(badge);
    let digest = key[..5].iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    let words = words(name);
    let words = if words.is_empty() { "badge" } else { &words };
    format!("{words}-{digest}")
}

/// What tells a credential from others, through all its versions.
pub(super) fn key(badge: &Badge<'_>) -> [u8; 32] {
    let id = badge.card.credential_id.as_deref().filter(|id| !id.is_empty());
    Sha256::digest(id.map_or_else(|| badge.credential.digest(), str::to_owned)).into()
}

/// An anchor for a heading: its number, since texts may be in any script.
pub(super) fn anchor(number: usize) -> String {
    format!("group-{}", number + 1)
}

/// At most 50 ASCII letters and digits, in lower case, words joined by `-`.
fn words(text: &str) -> String {
    let mut words = String::new();
    for character in text.chars() {
        if character.is_ascii_alphanumeric() {
            words.push(character.to_ascii_lowercase());
        } else if !words.is_empty() && !words.ends_with('-') {
            words.push('-');
        }
        if words.len() >= 50 {
            break;
        }
    }
    words.trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn words_are_plain() {
        assert_eq!(words("Rust Foundations"), "rust-foundations");
        assert_eq!(words("../../etc/passwd"), "etc-passwd");
        assert_eq!(words("数学"), "");
        assert_eq!(words("C++ & C#"), "c-c");
        assert_eq!(words(&"long ".repeat(40)).len(), 49);
    }
}
