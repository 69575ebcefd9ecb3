//! What proves, at a place that is published to, that the person may: it lives where tokens live.

use serde::{Deserialize, Serialize};

use super::AccountError;
use super::secrets::SecretsError;
use crate::Wallet;
use crate::api::ApiError;
use crate::secret::{Secret, reveal};
use openbadges::document::sha256_hex;

/// A name and its password (WebDAV), or an access key and its secret (S3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishingKey {
    /// The name, or the id of the access key.
    pub name: String,
    /// The password, or the secret of the access key.
    #[serde(serialize_with = "reveal")]
    pub secret: Secret,
    /// What goes with an access key that is good for a while only. It is never kept.
    #[serde(skip)]
    pub session: Option<Secret>,
}

impl Wallet {
    /// What was kept for publishing to `place`; `None` also where the keyring does not answer. May wait for it, no
    /// longer than [`KEYRING_PATIENCE`](super::KEYRING_PATIENCE).
    ///
    /// # Errors
    /// Where what is kept cannot be read.
    pub fn publishing_key(&self, place: &str) -> Result<Option<PublishingKey>, ApiError> {
        let name = name(place);
        let kept = match self.inner.accounts.access.secrets.get(&name) {
            // Publishing without a key may do, and where it does not the place says so.
            Err(SecretsError::NoKeyring) => None,
            kept => kept.map_err(AccountError::from)?,
        };
        let read = kept.map(|text| serde_json::from_str(text.expose())).transpose();
        read.map_err(|_| AccountError::from(SecretsError::Unreadable { name }).into())
    }

    /// Keeps `key` for publishing to `place`, in the keyring, or in a file where no keyring answers; gives whether it is
    /// in a file.
    ///
    /// # Errors
    /// Where it cannot be kept.
    pub fn keep_publishing_key(&self, place: &str, key: &PublishingKey) -> Result<bool, ApiError> {
        let (secrets, name) = (&self.inner.accounts.access.secrets, name(place));
        // Two texts: writing them to memory does not fail.
        let text = Secret::from(serde_json::to_string(key).unwrap_or_default());
        secrets.put(&name, &text).map_err(AccountError::from)?;
        Ok(secrets.is_in_a_file(&name))
    }

    /// Forgets what was kept for publishing to `place`; that there is nothing is no error.
    ///
    /// # Errors
    /// Where it cannot be removed.
    pub fn forget_publishing_key(&self, place: &str) -> Result<(), ApiError> {
        let removed = self.inner.accounts.access.secrets.remove(&name(place));
        Ok(removed.map_err(AccountError::from)?)
    }
}

/// Names of secrets have few characters: a digest stands for the place.
fn name(place: &str) -> String {
    format!("publishing-{}", sha256_hex(place.as_bytes()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::account::{Access, MemorySecrets, Patience};
    use crate::fetch::MapFetch;

    #[test]
    fn a_key_is_kept_for_its_place_alone() {
        let folder = tempfile::tempdir().unwrap();
        let secrets = MemorySecrets::default();
        let access =
            Access { caller: None, secrets: Arc::new(secrets.clone()), patience: Patience::default() };
        let wallet = Wallet::open_with_access(folder.path(), Arc::new(MapFetch::offline()), access).unwrap();
        let (place, other) = ("dav.example/badges", "dav.example/other");
        let key = PublishingKey {
            name: "ada".to_owned(),
            secret: Secret::from("s3cret"),
            session: Some(Secret::from("for a while")),
        };
        assert_eq!(wallet.publishing_key(place).unwrap(), None);
        assert!(!wallet.keep_publishing_key(place, &key).unwrap());
        let kept = PublishingKey { session: None, ..key };
        assert_eq!(wallet.publishing_key(place).unwrap().as_ref(), Some(&kept));
        assert_eq!(wallet.publishing_key(other).unwrap(), None);
        assert!(!format!("{kept:?}").contains("s3cret"));
        wallet.forget_publishing_key(place).unwrap();
        wallet.forget_publishing_key(place).unwrap();
        assert_eq!((wallet.publishing_key(place).unwrap(), secrets.all().len()), (None, 0));
    }
}
