//! An issuer that offers single credentials: `OpenID` for Verifiable Credential Issuance, 1.0 or its draft 13, with the
//! pre-authorized code. It checks what a wallet proves, and binds the credential to the key that was proven.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, VerifyingKey};
use serde_json::{Value, json};
use url::{Url, form_urlencoded};

use super::failure::{Failure, Failures, Step};
use super::form::{bearer, form, json_answer, tokens};
use super::{Api, lock};
use crate::web_host::{Request, Served, WebHost};
use crate::{DataModel, Issuer};

const PRE_AUTHORIZED: &str = "urn:ietf:params:oauth:grant-type:pre-authorized_code";

/// Which form of the specification an issuer follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edition {
    /// 1.0.
    Final,
    /// Draft 13.
    Draft13,
}

/// How an offer is handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfferBy {
    /// `credential_offer`: in the link itself.
    Value,
    /// `credential_offer_uri`: at an address in the link.
    Reference,
}

/// An issuer with one offer at a time. Clones are the same issuer.
#[derive(Clone, Debug)]
pub struct CredentialIssuer {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    edition: Edition,
    host: String,
    issuer: Issuer,
    /// The formats that are offered; their names are the configurations'.
    formats: Vec<&'static str>,
    pin: Option<&'static str>,
    code: Option<String>,
    tokens: HashSet<String>,
    nonces: HashSet<String>,
    deferred: bool,
    /// What the metadata of each configuration says besides.
    changes: Value,
    failures: Failures,
    holders: Vec<String>,
    made: usize,
}

impl CredentialIssuer {
    /// Starts an issuer of `edition` under the name `host` on `web`. It offers a badge as `jwt_vc_json`.
    pub fn start(web: &WebHost, host: &str, edition: Edition) -> Self {
        let state = Arc::new(Mutex::new(State {
            edition,
            host: host.to_owned(),
            issuer: Issuer::did_key(host),
            formats: vec!["jwt_vc_json"],
            pin: None,
            code: None,
            tokens: HashSet::new(),
            nonces: HashSet::new(),
            deferred: false,
            changes: json!({}),
            failures: Failures::default(),
            holders: Vec::new(),
            made: 0,
        }));
        let serving = Arc::clone(&state);
        web.run(host, move |request| lock(&serving).answer(request));
        Self { state }
    }

    /// Offers badges in these formats.
    pub fn offer_formats(&self, formats: &[&'static str]) {
        lock(&self.state).formats = formats.to_vec();
    }

    /// Wants this PIN.
    pub fn want_pin(&self, pin: &'static str) {
        lock(&self.state).pin = Some(pin);
    }

    /// Hands out nothing at once.
    pub fn defer(&self) {
        lock(&self.state).deferred = true;
    }

    /// The code of the offer is over.
    pub fn expire(&self) {
        lock(&self.state).code = None;
    }

    /// Says this in the metadata of each configuration, too.
    pub fn describe(&self, changes: Value) {
        lock(&self.state).changes = changes;
    }

    /// Fails whenever it is asked for `step`.
    pub fn fail(&self, step: Step, failure: Failure) {
        lock(&self.state).failures.add(step, None, failure);
    }

    /// Fails the `nth` time (from 1) that it is asked for `step`.
    pub fn fail_once(&self, step: Step, nth: usize, failure: Failure) {
        lock(&self.state).failures.add(step, Some(nth), failure);
    }

    /// The DIDs whose keys were proven.
    pub fn holders(&self) -> Vec<String> {
        lock(&self.state).holders.clone()
    }

    /// A new offer, as a link for wallets.
    pub fn offer(&self, by: OfferBy) -> String {
        let mut state = lock(&self.state);
        let code = state.secret("offer-code");
        state.code = Some(code);
        let (name, value) = match by {
            OfferBy::Value => ("credential_offer", state.offer().to_string()),
            OfferBy::Reference => ("credential_offer_uri", format!("https://{}/offers/1", state.host)),
        };
        let query = form_urlencoded::Serializer::new(String::new()).append_pair(name, &value).finish();
        format!("openid-credential-offer://?{query}")
    }
}

impl State {
    fn secret(&mut self, what: &str) -> String {
        self.made += 1;
        format!("{what}-{}-keep-me-secret", self.made)
    }

    fn id(&self) -> String {
        format!("https://{}/tenants/a", self.host)
    }

    fn offer(&self) -> Value {
        let mut grant = json!({ "pre-authorized_code": self.code.clone().unwrap_or_default() });
        if let Some(pin) = self.pin {
            grant["tx_code"] =
                json!({"input_mode": "numeric", "length": pin.len(), "description": "It is in your mail."});
        }
        json!({
            "credential_issuer": self.id(),
            "credential_configuration_ids": self.formats,
            "grants": {PRE_AUTHORIZED: grant},
        })
    }

    fn answer(&mut self, request: &Request) -> Served {
        let Ok(url) = Url::parse(&request.url) else { return json_answer(400, &json!({})) };
        // 1.0 puts what is well known before the path; draft 13 behind it.
        let metadata = match self.edition {
            Edition::Final => "/.well-known/openid-credential-issuer/tenants/a",
            Edition::Draft13 => "/tenants/a/.well-known/openid-credential-issuer",
        };
        let server = "/.well-known/oauth-authorization-server/tenants/a";
        let step = match (request.method.as_str(), url.path()) {
            ("GET", path) if path == metadata => Step::Metadata,
            ("GET", path) if path == server => Step::Discovery,
            ("GET", "/offers/1") => Step::Offer,
            ("POST", "/token") => Step::Token,
            ("POST", "/nonce") if self.edition == Edition::Final => Step::Nonce,
            ("POST", "/credential") => Step::Credential,
            _ => return json_answer(404, &json!({})),
        };
        if let Some(failure) = self.failures.next(step) {
            return failure.served(Api::OpenBadges3);
        }
        match step {
            Step::Metadata => self.metadata(),
            Step::Discovery => {
                let token = format!("https://{}/token", self.host);
                json_answer(200, &json!({"issuer": self.id(), "token_endpoint": token}))
            }
            Step::Offer => json_answer(200, &self.offer()),
            Step::Token => self.token(request),
            Step::Nonce => {
                let nonce = self.nonce();
                json_answer(200, &json!({ "c_nonce": nonce }))
            }
            _ => self.credential(request),
        }
    }

    fn metadata(&self) -> Served {
        let url = |path: &str| format!("https://{}/{path}", self.host);
        let mut configurations = json!({});
        for format in &self.formats {
            let mut configuration = json!({
                "format": format,
                "cryptographic_binding_methods_supported": ["did:key"],
                "credential_signing_alg_values_supported": ["EdDSA"],
                "proof_types_supported": {"jwt": {"proof_signing_alg_values_supported": ["EdDSA", "ES256"]}},
                "credential_definition": {"type": ["VerifiableCredential", "OpenBadgeCredential"]},
            });
            let display = json!([{"name": "Rust", "locale": "en"}]);
            match self.edition {
                Edition::Final => configuration["credential_metadata"] = json!({ "display": display }),
                Edition::Draft13 => configuration["display"] = display,
            }
            for (name, value) in self.changes.as_object().into_iter().flatten() {
                configuration[name] = value.clone();
            }
            configurations[format] = configuration;
        }
        let mut metadata = json!({
            "credential_issuer": self.id(),
            "credential_endpoint": url("credential"),
            "credential_configurations_supported": configurations,
            "display": [{"name": "Example Academy"}],
        });
        if self.edition == Edition::Final {
            metadata["nonce_endpoint"] = url("nonce").into();
        }
        json_answer(200, &metadata)
    }

    fn nonce(&mut self) -> String {
        let nonce = self.secret("nonce");
        self.nonces.insert(nonce.clone());
        nonce
    }

    fn token(&mut self, request: &Request) -> Served {
        let form = form(request);
        if form.get("grant_type").is_none_or(|grant| grant != PRE_AUTHORIZED) {
            return tokens::refuse(400, "unsupported_grant_type");
        }
        if self.code.is_none() || form.get("pre-authorized_code") != self.code.as_ref() {
            return tokens::refuse(400, "invalid_grant");
        }
        if form.get("tx_code").map(String::as_str) != self.pin {
            return tokens::refuse(400, "invalid_grant");
        }
        self.code = None;
        let token = self.secret("access");
        self.tokens.insert(token.clone());
        let mut body = json!({"access_token": token, "token_type": "bearer", "expires_in": 600});
        if self.edition == Edition::Draft13 {
            body["c_nonce"] = self.nonce().into();
            body["c_nonce_expires_in"] = 600.into();
        }
        tokens::give(&body)
    }

    fn credential(&mut self, request: &Request) -> Served {
        if !bearer(request).is_some_and(|token| self.tokens.contains(token)) {
            return json_answer(401, &json!({"error": "invalid_token"}));
        }
        let asked: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let (format, proof) = match self.edition {
            Edition::Final => (&asked["credential_configuration_id"], &asked["proofs"]["jwt"][0]),
            Edition::Draft13 => (&asked["format"], &asked["proof"]["jwt"]),
        };
        let Some(format) = self.formats.iter().find(|one| **one == format.as_str().unwrap_or_default())
        else {
            return json_answer(400, &json!({"error": "invalid_credential_request"}));
        };
        let format = *format;
        if self.edition == Edition::Draft13
            && (asked["proof"]["proof_type"] != "jwt" || !asked["credential_definition"]["type"].is_array())
        {
            return json_answer(400, &json!({"error": "invalid_credential_request"}));
        }
        let holder = match self.proven(proof.as_str().unwrap_or_default()) {
            Ok(holder) => holder,
            Err(error) => {
                let mut body = json!({"error": error, "error_description": "the proof does not hold"});
                if self.edition == Edition::Draft13 {
                    body["c_nonce"] = self.nonce().into();
                }
                return json_answer(400, &body);
            }
        };
        self.holders.push(holder.clone());
        if self.deferred {
            return json_answer(202, &json!({"transaction_id": "t1", "interval": 5}));
        }
        let award = self.issuer.achievement("Rust").award_to_id(&holder);
        let credential = match format {
            "ldp_vc" => award.sign_data_integrity(DataModel::V2).text().to_owned(),
            "vc+sd-jwt" => json!(award.sign_sd_jwt(&[]).whole()).to_string(),
            _ => json!(award.sign_jwt().text()).to_string(),
        };
        // Written by hand: what is signed goes out as it is.
        let body = match self.edition {
            Edition::Final => format!("{{\"credentials\": [ {{\"credential\": {credential} }} ]}}"),
            Edition::Draft13 => format!("{{\"credential\": {credential} ,\"c_nonce\":\"{}\"}}", self.nonce()),
        };
        Served { body: body.into_bytes(), ..json_answer(200, &Value::Null) }
    }

    /// The DID whose key signed the proof for this issuer, with a nonce that was given out (each serves once).
    fn proven(&mut self, proof: &str) -> Result<String, &'static str> {
        let (signed, signature) = proof.rsplit_once('.').ok_or("invalid_proof")?;
        let (header, claims) = signed.split_once('.').ok_or("invalid_proof")?;
        let json = |part: &str| {
            let bytes = URL_SAFE_NO_PAD.decode(part).ok()?;
            serde_json::from_slice::<Value>(&bytes).ok()
        };
        let (header, claims) = json(header).zip(json(claims)).ok_or("invalid_proof")?;
        let did = holder(&header).ok_or("invalid_proof")?;
        let key = key_of(&did).ok_or("invalid_proof")?;
        let signature =
            URL_SAFE_NO_PAD.decode(signature).ok().and_then(|bytes| Signature::from_slice(&bytes).ok());
        let holds =
            signature.is_some_and(|signature| key.verify_strict(signed.as_bytes(), &signature).is_ok());
        let now = jiff::Timestamp::now().as_second();
        let recent = claims["iat"].as_i64().is_some_and(|at| (now - 300..=now + 60).contains(&at));
        if !holds || !recent || claims["aud"] != self.id() || !claims["iss"].is_null() {
            return Err("invalid_proof");
        }
        let nonce = claims["nonce"].as_str().unwrap_or_default();
        let fresh = self.nonces.remove(nonce);
        match (fresh, self.edition) {
            (true, _) => Ok(did),
            (false, Edition::Final) => Err("invalid_nonce"),
            (false, Edition::Draft13) => Err("invalid_proof"),
        }
    }
}

/// The DID of a proof's `kid`, where the header is as it should be.
fn holder(header: &Value) -> Option<String> {
    let right = header["typ"] == "openid4vci-proof+jwt" && header["alg"] == "EdDSA";
    let (did, fragment) = header["kid"].as_str().filter(|_| right)?.split_once('#')?;
    (did.strip_prefix("did:key:") == Some(fragment)).then(|| did.to_owned())
}

fn key_of(did: &str) -> Option<VerifyingKey> {
    let bytes = bs58::decode(did.strip_prefix("did:key:z")?).into_vec().ok()?;
    VerifyingKey::from_bytes(bytes.strip_prefix(&[0xed, 0x01])?.try_into().ok()?).ok()
}
