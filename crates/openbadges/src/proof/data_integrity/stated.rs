//! What a proof says of itself.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::malformed;
use super::suite::{Encoding, Suite};
use crate::credential::moment;
use crate::credential::value::strings;
use crate::proof::key::from_multibase;
use crate::proof::{Purpose, SKEW_SECONDS, Trouble};

/// The longest value of a selective proof, in characters: some 5,000 statements.
const MAX_SELECTIVE: usize = 1 << 19;

/// A proof that has what it needs.
pub(super) struct Stated<'a> {
    /// How a person would name the proof.
    pub label: &'a str,
    /// Where it stands in the credential (JSON Pointer).
    pub place: String,
    pub suite: &'static Suite,
    pub members: &'a Map<String, Value>,
    /// The name of the key.
    pub method: &'a str,
    /// `proofValue` or `jws`.
    pub value: &'a str,
}

impl<'a> Stated<'a> {
    pub(super) fn read(label: &'a str, place: &str, proof: &'a Value) -> Result<Self, Trouble> {
        let members = proof.as_object().ok_or_else(|| malformed(label, "it is not an object"))?;
        let text = |property: &str| members.get(property).and_then(Value::as_str);
        let kind = text("type").ok_or_else(|| malformed(label, "it has no type"))?;
        let suite = Suite::named(kind, text("cryptosuite"))?
            .ok_or_else(|| malformed(label, "it names no cryptosuite"))?;
        let method = match members.get("verificationMethod") {
            Some(Value::String(id)) => id,
            Some(embedded) => embedded
                .get("id")
                .and_then(Value::as_str)
                .ok_or_else(|| malformed(label, "its key has no id"))?,
            None => return Err(malformed(label, "it names no key")),
        };
        let mut stated = Self { label, place: place.to_owned(), suite, members, method, value: "" };
        let holder = stated.value_name();
        stated.value = text(holder).ok_or_else(|| malformed(label, format!("it has no {holder}")))?;
        Ok(stated)
    }

    /// The property that holds the signature.
    pub(super) fn value_name(&self) -> &'static str {
        if self.suite.encoding == Encoding::DetachedJws { "jws" } else { "proofValue" }
    }

    /// The proof without its value: what the signature covers of it.
    pub(super) fn options(&self) -> Map<String, Value> {
        let mut options = self.members.clone();
        options.shift_remove(self.value_name());
        options
    }

    /// The bytes of the value, written in the base that `prefix` stands for.
    pub(super) fn multibase(&self, prefix: char) -> Result<Vec<u8>, Trouble> {
        let wrong = |problem: &str| malformed(self.label, format!("its value {problem}"));
        let Some(rest) = self.value.strip_prefix(prefix) else {
            return Err(wrong(&format!("does not begin with {prefix}, the sign of its base")));
        };
        match prefix {
            'u' if rest.len() > MAX_SELECTIVE => Err(wrong("is too long")),
            'u' => URL_SAFE_NO_PAD.decode(rest).map_err(|_| wrong("is not base64url")),
            _ => from_multibase(self.value).map_err(|error| wrong(&format!("cannot be read: {error}"))),
        }
    }

    /// What the proof was made for; and in a presentation, whether it answers this verifier (Data Integrity 1.0,
    /// 4.4).
    pub(super) fn check_purpose(&self, purpose: Purpose) -> Result<(), Trouble> {
        let text = |property: &str| self.members.get(property).and_then(Value::as_str);
        match text("proofPurpose") {
            Some(stated) if stated == purpose.relation() => {}
            Some(other) => {
                let problem = format!("its purpose is {other}, not {}", purpose.relation());
                return Err(malformed(self.label, problem));
            }
            None => return Err(malformed(self.label, "it has no purpose")),
        }
        let Purpose::Authentication { challenge, domain } = purpose else { return Ok(()) };
        if challenge.is_some_and(|challenge| text("challenge") != Some(challenge)) {
            return Err(malformed(self.label, "it does not answer the challenge that was set"));
        }
        if domain.is_some_and(|domain| !strings(self.members.get("domain")).any(|stated| stated == domain)) {
            return Err(malformed(self.label, "it was made for another domain"));
        }
        Ok(())
    }

    /// `created` and `expires`: date-times with a zone, around the instant.
    pub(super) fn check_dates(&self, now: Timestamp) -> Result<(), Trouble> {
        let instant = |property: &str| match self.members.get(property) {
            None => Ok(None),
            Some(value) => {
                value.as_str().and_then(moment::parse).map(|moment| Some(moment.instant)).ok_or_else(|| {
                    malformed(self.label, format!("its {property} is not a date-time with a zone"))
                })
            }
        };
        let skewed = now.as_second().saturating_add(SKEW_SECONDS);
        if instant("created")?.is_some_and(|created| created.as_second() > skewed) {
            return Err(malformed(self.label, "it was made in the future"));
        }
        if instant("expires")?.is_some_and(|expires| expires <= now) {
            return Err(malformed(self.label, "it has itself expired"));
        }
        Ok(())
    }
}
