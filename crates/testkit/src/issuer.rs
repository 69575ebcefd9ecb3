//! Who issues: an id, a key, and the documents that bind them.

use openbadges::Document;
use serde_json::{Value, json};

use crate::{Algorithm, Award, Key, document};

/// How an issuer is named, and so where its keys are published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    /// `did:key`: the id is the key.
    DidKey,
    /// `did:jwk`: the id is the key.
    DidJwk,
    /// `did:web`: a DID document on the issuer's host.
    DidWeb,
    /// An https URL: a controller document at that URL.
    Https,
}

/// A test issuer. Its keys come from its name, so two issuers differ and the same issuer is always the same.
#[derive(Clone, Debug)]
pub struct Issuer {
    identity: Identity,
    host: String,
    name: String,
    key: Key,
    seed: String,
}

impl Issuer {
    /// An issuer named by its Ed25519 key alone; `seed` decides the key.
    pub fn did_key(seed: &str) -> Self {
        Self::new(Identity::DidKey, "issuer.example", seed)
    }

    /// An issuer named by its JWK alone; `seed` decides the key.
    pub fn did_jwk(seed: &str) -> Self {
        Self::new(Identity::DidJwk, "issuer.example", seed)
    }

    /// `did:web:<host>`, with its document at `https://<host>/.well-known/did.json`.
    pub fn did_web(host: &str) -> Self {
        Self::new(Identity::DidWeb, host, host)
    }

    /// `https://<host>/issuer`, with a controller document there. Also the natural issuer of Open Badges 2.0.
    pub fn https(host: &str) -> Self {
        Self::new(Identity::Https, host, host)
    }

    fn new(identity: Identity, host: &str, seed: &str) -> Self {
        Self {
            identity,
            host: host.to_owned(),
            name: "Example Academy".to_owned(),
            key: Key::from_seed(Algorithm::EdDsa, seed),
            seed: seed.to_owned(),
        }
    }

    /// The same issuer signing with another algorithm.
    #[must_use]
    pub fn signing_with(mut self, algorithm: Algorithm) -> Self {
        self.key = Key::from_seed(algorithm, &self.seed);
        self
    }

    /// The same id (unless the id is the key) with another key.
    #[must_use]
    pub fn with_key(mut self, key: Key) -> Self {
        self.key = key;
        self
    }

    /// The same issuer on another host (which is part of the id of `did:web` and https issuers).
    #[must_use]
    pub fn at(mut self, host: &str) -> Self {
        host.clone_into(&mut self.host);
        self
    }

    /// The same issuer under another name.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// A badge for the achievement `name`, not yet awarded.
    pub fn achievement(&self, name: &str) -> Award {
        Award::new(self.clone(), name)
    }

    /// Its id: a DID or URL.
    pub fn id(&self) -> String {
        match self.identity {
            Identity::DidKey => self.key.did_key(),
            Identity::DidJwk => self.key.did_jwk(),
            Identity::DidWeb => format!("did:web:{}", self.host),
            Identity::Https => self.url("issuer"),
        }
    }

    /// How it is named.
    pub fn identity(&self) -> Identity {
        self.identity
    }

    /// Its host.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Its display name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its key.
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// `https://<host>/<path>`.
    pub fn url(&self, path: &str) -> String {
        format!("https://{}/{path}", self.host)
    }

    /// The id of its verification method.
    pub fn verification_method(&self) -> String {
        match self.identity {
            Identity::DidKey => format!("{}#{}", self.id(), self.key.public_multibase()),
            Identity::DidJwk => format!("{}#0", self.id()),
            Identity::DidWeb | Identity::Https => format!("{}#key-1", self.id()),
        }
    }

    /// The URL of the document that publishes its key; `None` where the id is the key.
    pub fn controller_url(&self) -> Option<String> {
        match self.identity {
            Identity::DidKey | Identity::DidJwk => None,
            Identity::DidWeb => Some(self.url(".well-known/did.json")),
            Identity::Https => Some(self.url("issuer")),
        }
    }

    /// The JSON of the document that publishes its key (CID 1.0, DID Core 1.0).
    pub fn controller_json(&self) -> Value {
        let method = self.verification_method();
        let mut key = json!({"id": method, "controller": self.id()});
        if self.key.algorithm() == Algorithm::EdDsa {
            key["type"] = "Multikey".into();
            key["publicKeyMultibase"] = self.key.public_multibase().into();
        } else {
            key["type"] = "JsonWebKey".into();
            key["publicKeyJwk"] = self.key.public_jwk();
        }
        let context = match self.identity {
            Identity::Https => "https://www.w3.org/ns/cid/v1",
            _ => "https://www.w3.org/ns/did/v1",
        };
        json!({
            "@context": [context],
            "id": self.id(),
            "verificationMethod": [key],
            "assertionMethod": [method],
        })
    }

    /// The document that publishes its key, if there is one.
    pub fn controller_document(&self) -> Option<Document> {
        let media_type = match self.identity {
            Identity::DidWeb => "application/did+json",
            _ => "application/cid",
        };
        Some(document(&self.controller_url()?, media_type, self.controller_json().to_string()))
    }

    /// The issuer's Open Badges 3.0 profile, as credentials embed it.
    pub fn profile(&self) -> Value {
        json!({
            "id": self.id(),
            "type": ["Profile"],
            "name": self.name,
            "url": self.url(""),
            "email": format!("badges@{}", self.host),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Kind;

    #[test]
    fn the_published_document_names_the_method_that_signs() {
        for issuer in [Issuer::did_web("issuer.example"), Issuer::https("issuer.example")] {
            let document = issuer.controller_json();
            assert_eq!(document["id"], issuer.id());
            assert_eq!(document["assertionMethod"][0], issuer.verification_method());
            assert_eq!(document["verificationMethod"][0]["id"], issuer.verification_method());
        }
        assert_eq!(Issuer::did_key("a").controller_document(), None);
        assert_eq!(Issuer::did_jwk("a").controller_document(), None);
    }

    #[test]
    fn the_same_calls_give_the_same_bytes() {
        for kind in Kind::ALL.into_iter().filter(|kind| !matches!(kind, Kind::DataIntegrity(_))) {
            let issue = || {
                Issuer::did_web("issuer.example")
                    .signing_with(kind.algorithm())
                    .achievement("Rust")
                    .issue(kind)
            };
            assert_eq!(issue().text(), issue().text(), "{kind:?}");
            assert_eq!(issue().documents(), issue().documents(), "{kind:?}");
        }
    }
}
