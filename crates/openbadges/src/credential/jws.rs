//! Compact JWS (RFC 7515, 3.1 and 7.1), read strictly.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::sd_jwt::Selective;
use crate::json::{JsonError, parse_strict_bytes};

/// A compact JWS taken apart. Its payload is kept by the credential.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Jws {
    header: Map<String, Value>,
    /// `header.payload` as written: what the signature covers.
    signed: String,
    signature: Vec<u8>,
    selective: Option<Box<Selective>>,
}

/// Why a text is not a compact JWS.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JwsError {
    /// Not three parts.
    #[error("it has {found} parts between its dots, not three")]
    NotThreeParts {
        /// How many there are.
        found: usize,
    },
    /// A part is not strict base64url: unknown characters, padding, white space or stray bits.
    #[error("its {part} is not base64url")]
    NotBase64Url {
        /// Which part.
        part: &'static str,
    },
    /// A part is not strict JSON.
    #[error("its {part} is not sound JSON: {error}")]
    NotJson {
        /// Which part.
        part: &'static str,
        /// Why.
        error: JsonError,
    },
    /// The header is not an object.
    #[error("its header is not an object")]
    HeaderNotAnObject,
    /// The header names no signature algorithm.
    #[error("its header names no algorithm")]
    NoAlgorithm,
}

impl Jws {
    /// The parts of a JWS, and the JSON of its payload.
    pub(crate) fn parse(text: &str) -> Result<(Self, Value), JwsError> {
        let parts: Vec<&str> = text.splitn(5, '.').collect();
        let [header, payload, signature] = parts.as_slice() else {
            return Err(JwsError::NotThreeParts { found: parts.len() });
        };
        let Value::Object(header_json) = json(header, "header")? else {
            return Err(JwsError::HeaderNotAnObject);
        };
        if !header_json.get("alg").is_some_and(Value::is_string) {
            return Err(JwsError::NoAlgorithm);
        }
        let payload_json = json(payload, "payload")?;
        let jws = Self {
            header: header_json,
            signed: format!("{header}.{payload}"),
            signature: bytes(signature, "signature")?,
            selective: None,
        };
        Ok((jws, payload_json))
    }

    pub(crate) fn header(&self) -> &Map<String, Value> {
        &self.header
    }

    pub(crate) fn algorithm(&self) -> &str {
        self.header.get("alg").and_then(Value::as_str).unwrap_or_default()
    }

    /// The same with the name of its algorithm in capitals, if it has others: before Open Badges 2.0 some issuers
    /// wrote `rs256`, and the bytes that were signed are the same.
    pub(crate) fn in_capitals(&self) -> Option<Self> {
        let capitals = self.algorithm().to_ascii_uppercase();
        (capitals == "RS256" && capitals != self.algorithm()).then(|| {
            let mut jws = self.clone();
            jws.header.insert("alg".to_owned(), capitals.into());
            jws
        })
    }

    pub(crate) fn signed(&self) -> &[u8] {
        self.signed.as_bytes()
    }

    pub(crate) fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// What stood beside the token, if it is an SD-JWT.
    pub(crate) fn selective(&self) -> Option<&Selective> {
        self.selective.as_deref()
    }

    pub(super) fn set_selective(&mut self, selective: Selective) {
        self.selective = Some(Box::new(selective));
    }
}

fn json(part: &str, name: &'static str) -> Result<Value, JwsError> {
    parse_strict_bytes(&bytes(part, name)?).map_err(|error| JwsError::NotJson { part: name, error })
}

fn bytes(part: &str, name: &'static str) -> Result<Vec<u8>, JwsError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| JwsError::NotBase64Url { part: name })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(header: &str, payload: &str) -> String {
        format!(
            "{}.{}.{}",
            URL_SAFE_NO_PAD.encode(header),
            URL_SAFE_NO_PAD.encode(payload),
            URL_SAFE_NO_PAD.encode("sig")
        )
    }

    #[test]
    fn takes_a_token_apart() {
        let text = token(r#"{"alg":"EdDSA"}"#, r#"{"a":1}"#);
        let (jws, payload) = Jws::parse(&text).unwrap();
        assert_eq!(jws.algorithm(), "EdDSA");
        assert_eq!(jws.signature(), b"sig");
        assert_eq!(payload["a"], 1);
        assert!(text.as_bytes().starts_with(jws.signed()));
    }

    #[test]
    fn padding_space_and_a_fourth_part_are_refused() {
        let text = token(r#"{"alg":"EdDSA"}"#, r#"{"a":1}"#);
        for wrong in [format!("{text}="), format!("{text}.x"), text.replace('.', " ."), text.replace('.', "")]
        {
            assert!(Jws::parse(&wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn headers_that_parsers_disagree_on_are_refused() {
        for header in [
            r#"{"alg":"RS256","alg":"none"}"#,
            r#"{"alg":["RS256"]}"#,
            "{}",
            r#"["alg"]"#,
            r#"{"alg":"RS256"} x"#,
        ] {
            assert!(Jws::parse(&token(header, "{}")).is_err(), "{header}");
        }
        assert!(Jws::parse(&token(r#"{"alg":"RS256"}"#, r#"{"id":"a","id":"b"}"#)).is_err());
    }
}
