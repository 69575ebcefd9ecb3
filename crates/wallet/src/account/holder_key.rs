//! The person's own key, by which issuers can bind a credential to its holder: Ed25519, named as a `did:key`.
//!
//! It is made once, from the randomness of the system, and lives where tokens live. What proves that a credential is
//! the person's is this key: where it is lost, such proofs can no longer be made.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer, SigningKey};
use jiff::Timestamp;
use serde_json::Value;
use zeroize::Zeroizing;

use super::secrets::{self, Secrets, SecretsError};
use crate::Wallet;
use crate::api::ApiError;
use crate::secret::Secret;
use crate::source::blocking;
use crate::store::Store;

/// Multicodec `ed25519-pub`, as a varint (did:key 0.9).
const ED25519_PUB: [u8; 2] = [0xed, 0x01];

/// The person's key.
pub struct HolderKey {
    did: String,
    key: SigningKey,
}

impl HolderKey {
    fn of(seed: &[u8; 32]) -> Self {
        let key = SigningKey::from_bytes(seed);
        let public = [&ED25519_PUB[..], key.verifying_key().as_bytes()].concat();
        Self { did: format!("did:key:z{}", bs58::encode(public).into_string()), key }
    }

    /// Its `did:key`.
    pub fn did(&self) -> &str {
        &self.did
    }

    /// The DID URL of the key itself: the `did:key` and, as its fragment, the key again.
    pub fn key_id(&self) -> String {
        let fragment = self.did.strip_prefix("did:key:").unwrap_or_default();
        format!("{}#{fragment}", self.did)
    }

    /// The Ed25519 signature (RFC 8032) of `bytes`.
    pub fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        self.key.sign(bytes).to_bytes()
    }

    /// A compact JWS (RFC 7515) of `claims` under `header`, which names the algorithm.
    pub fn sign_jwt(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let signature = self.sign(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

impl fmt::Debug for HolderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HolderKey({})", self.did)
    }
}

impl Wallet {
    /// The person's `did:key`, if a key was made.
    pub fn holder_did(&self) -> Result<Option<String>, ApiError> {
        Ok(self.inner.store.holder_did()?)
    }

    /// The person's key; made where there is none yet.
    pub async fn holder_key(&self) -> Result<HolderKey, ApiError> {
        let (wallet, secrets) = (self.clone(), Arc::clone(&self.inner.accounts.access.secrets));
        blocking(move || match wallet.inner.store.holder_did()? {
            Some(did) => read(&*secrets, &did),
            None => make(&wallet.inner.store, &*secrets),
        })
        .await
    }
}

/// The name under which the secret of `did` is kept.
fn name(did: &str) -> String {
    format!("holder-{}", did.strip_prefix("did:key:").unwrap_or(did))
}

fn read(secrets: &dyn Secrets, did: &str) -> Result<HolderKey, ApiError> {
    let kept = secrets.get(&name(did)).map_err(super::AccountError::from)?;
    let key = kept.as_ref().and_then(seed).map(|seed| HolderKey::of(&seed)).filter(|key| key.did == did);
    key.ok_or_else(|| {
        ApiError::new(
            "holder.key-lost",
            format!("the secret of your key {did} is no longer where it was kept"),
            "Bring back the keyring or the wallet's folder `tokens` that it was in.",
        )
    })
}

/// Kept before it is named: a name without its secret would be worth nothing.
fn make(store: &Store, secrets: &dyn Secrets) -> Result<HolderKey, ApiError> {
    let seed = secrets::random_bytes::<32>().map_err(super::AccountError::from)?;
    let key = HolderKey::of(&seed);
    let text = Secret::from(URL_SAFE_NO_PAD.encode(*seed));
    secrets.put(&name(&key.did), &text).map_err(super::AccountError::from)?;
    let did = store.put_holder_did(&key.did, Timestamp::now())?;
    if did == key.did {
        return Ok(key);
    }
    // Another process was quicker.
    let _: Result<(), SecretsError> = secrets.remove(&name(&key.did));
    read(secrets, &did)
}

fn seed(text: &Secret) -> Option<Zeroizing<[u8; 32]>> {
    let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text.expose()).ok()?);
    Some(Zeroizing::new(bytes.as_slice().try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::MemorySecrets;

    #[test]
    fn the_did_of_a_known_seed_is_the_known_one() {
        // The key of 32 zero bytes: a vector of the reference implementations of did:key.
        let key = HolderKey::of(&[0; 32]);
        assert_eq!(key.did(), "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp");
        assert_eq!(
            key.key_id(),
            "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp#z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"
        );
    }

    #[test]
    fn it_is_made_once_and_missed_when_it_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let secrets = MemorySecrets::default();
        let first = make(&store, &secrets).unwrap();
        assert_eq!(make(&store, &secrets).unwrap().did(), first.did());
        assert_eq!(secrets.all().len(), 1, "the second one was not kept");
        assert!(!format!("{first:?}").contains(secrets.all()[0].expose()));
        secrets.remove(&name(first.did())).unwrap();
        assert_eq!(read(&secrets, first.did()).unwrap_err().code, "holder.key-lost");
    }
}
