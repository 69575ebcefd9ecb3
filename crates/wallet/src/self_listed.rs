//! Achievements that somebody lists of themselves: what carries no credential, and so proves nothing.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Wallet;
use crate::api::{ApiError, SelfListedView, Shelved};

/// The longest value that is kept, in characters.
const MAX_CHARACTERS: usize = 500;

/// An achievement as a profile page or a list gives it. Nothing vouches for it, so it never bears a verdict.
/// Every text is untrusted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SelfListed {
    /// What was achieved.
    pub name: String,
    /// Who is said to have awarded it.
    pub issuer: Option<String>,
    /// The page about it (`https` or `http`).
    pub url: Option<String>,
    /// When it was awarded, as it was written: not always a date.
    pub issued_on: Option<String>,
    /// Until when it is good, as it was written.
    pub expires_on: Option<String>,
    /// Its number with whoever awarded it.
    pub credential_id: Option<String>,
}

impl SelfListed {
    /// The same with each value in one line of bounded length, empty values left out, and links that are none. `None`
    /// where it has no name.
    #[must_use]
    pub fn tidy(self) -> Option<Self> {
        let tidy = |text: Option<String>| text.map(|text| one_line(&text)).filter(|text| !text.is_empty());
        let is_web = |url: &String| {
            url::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        };
        Some(Self {
            name: tidy(Some(self.name))?,
            issuer: tidy(self.issuer),
            // A link that is cut would lead elsewhere.
            url: self.url.map(|url| url.trim().to_owned()).filter(|url| url.len() <= 2048 && is_web(url)),
            issued_on: tidy(self.issued_on),
            expires_on: tidy(self.expires_on),
            credential_id: tidy(self.credential_id),
        })
    }
}

impl Wallet {
    /// Puts achievements on the shelf of those that carry no credential; `source` says where they came from. What has
    /// no name is left out; what is there already stays as it was.
    pub fn add_self_listed(&self, listed: Vec<SelfListed>, source: &str) -> Result<Vec<Shelved>, ApiError> {
        let tidy: Vec<SelfListed> = listed.into_iter().filter_map(SelfListed::tidy).collect();
        let kept = self.inner.store.add_self_listed(&tidy, source, Timestamp::now())?;
        Ok(kept.into_iter().map(|(listed, added)| Shelved { listed, added }).collect())
    }

    /// The shelf, added last first.
    pub fn self_listed(&self) -> Result<Vec<SelfListedView>, ApiError> {
        Ok(self.inner.store.self_listed()?)
    }

    /// Takes an achievement off the shelf, for good.
    pub fn remove_self_listed(&self, id: u32) -> Result<(), ApiError> {
        if self.inner.store.remove_self_listed(id)? {
            return Ok(());
        }
        Err(ApiError::new(
            "self-listed.none",
            format!("there is no self-listed achievement l{id} in this wallet"),
            "List them to see their numbers.",
        ))
    }
}

/// `text` in one line of at most 500 characters.
pub(crate) fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ").chars().take(MAX_CHARACTERS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_one_line_each_and_links_are_links() {
        let listed = SelfListed {
            name: " Data\n\u{7}Analyst ".to_owned(),
            issuer: Some("  ".to_owned()),
            url: Some("javascript:alert(1)".to_owned()),
            issued_on: Some("x".repeat(10_000)),
            ..SelfListed::default()
        };
        let tidy = listed.tidy().unwrap();
        assert_eq!((tidy.name.as_str(), tidy.issuer, tidy.url), ("Data Analyst", None, None));
        assert_eq!(tidy.issued_on.unwrap().len(), MAX_CHARACTERS);
        assert_eq!(SelfListed { name: "\n".to_owned(), ..SelfListed::default() }.tidy(), None);
    }
}
