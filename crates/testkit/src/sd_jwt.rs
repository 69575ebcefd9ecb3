//! SD-JWT (RFC 9901): tokens of which the holder shows a part.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use crate::{Key, jws};

/// An SD-JWT as its issuer hands it out: the token, and a disclosure for each thing that it conceals.
#[derive(Clone, Debug)]
pub struct SdJwt {
    token: String,
    hash: String,
    disclosures: Vec<String>,
}

impl SdJwt {
    /// Signs `payload` under `header` with `key`, with a digest in place of what stands at each of the `concealed`
    /// pointers (RFC 6901), in that order: a part first and then its whole gives disclosures inside a disclosure.
    /// The hash is the one that the payload names in `_sd_alg`, or SHA-256.
    pub fn sign(header: &Value, mut payload: Value, concealed: &[&str], key: &Key) -> Self {
        let hash = payload["_sd_alg"].as_str().unwrap_or("sha-256").to_owned();
        let disclosures = concealed
            .iter()
            .enumerate()
            .map(|(index, pointer)| conceal(&mut payload, pointer, index, &hash))
            .collect();
        Self { token: jws::compact(header, payload.to_string().as_bytes(), key), hash, disclosures }
    }

    /// The issuer's token alone.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The disclosures, in the order of the pointers.
    pub fn disclosures(&self) -> &[String] {
        &self.disclosures
    }

    /// The text with every disclosure.
    pub fn whole(&self) -> String {
        self.shown(&(0..self.disclosures.len()).collect::<Vec<_>>())
    }

    /// The text with the disclosures of these numbers (from 0), in this order.
    pub fn shown(&self, numbers: &[usize]) -> String {
        let shown = numbers.iter().map(|&number| format!("{}~", self.disclosures[number]));
        format!("{}~{}", self.token, shown.collect::<String>())
    }

    /// `presented` (a text of [`shown`](Self::shown)) with the token of its holder, who made it for `audience` in
    /// answer to `nonce`. `changes` are made to the claims before signing.
    pub fn bound(
        &self,
        presented: &str,
        holder: &Key,
        (audience, nonce): (&str, &str),
        changes: &Value,
    ) -> String {
        let mut claims = json!({
            "iat": 1_763_900_000, "aud": audience, "nonce": nonce, "sd_hash": digest(&self.hash, presented),
        });
        if let (Some(claims), Some(changes)) = (claims.as_object_mut(), changes.as_object()) {
            claims.extend(changes.clone());
        }
        let token = jws::compact(&json!({"typ": "kb+jwt"}), claims.to_string().as_bytes(), holder);
        format!("{presented}{token}")
    }
}

/// The digest of a disclosure or of a presented text, as base64url.
pub fn digest(hash: &str, text: &str) -> String {
    match hash {
        "sha-384" => URL_SAFE_NO_PAD.encode(Sha384::digest(text)),
        "sha-512" => URL_SAFE_NO_PAD.encode(Sha512::digest(text)),
        _ => URL_SAFE_NO_PAD.encode(Sha256::digest(text)),
    }
}

/// The text of a disclosure.
pub fn disclosure(parts: &Value) -> String {
    URL_SAFE_NO_PAD.encode(parts.to_string())
}

#[expect(clippy::expect_used, reason = "development only: a pointer to nothing is a wrong test")]
fn conceal(payload: &mut Value, pointer: &str, index: usize, hash: &str) -> String {
    let (parent, last) = pointer.rsplit_once('/').expect("a pointer to a part");
    let salt = format!("salt-{index}");
    match payload.pointer_mut(parent).expect("a part of the payload") {
        Value::Array(items) => {
            let place = &mut items[last.parse::<usize>().expect("an index")];
            let text = disclosure(&json!([salt, place.take()]));
            *place = json!({"...": digest(hash, &text)});
            text
        }
        Value::Object(members) => {
            let value = members.shift_remove(last).expect("a member");
            let text = disclosure(&json!([salt, last, value]));
            digests(members).push(digest(hash, &text).into());
            text
        }
        _ => String::new(),
    }
}

#[expect(clippy::expect_used, reason = "development only: the list is made here")]
fn digests(members: &mut Map<String, Value>) -> &mut Vec<Value> {
    members.entry("_sd").or_insert_with(|| json!([])).as_array_mut().expect("a list of digests")
}
