//! Credentials that an issuer offers: `OpenID` for Verifiable Credential Issuance, 1.0 and its draft 13, with the
//! pre-authorized code. Section numbers are those of 1.0.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use url::Url;

use super::error::{AccountError, accepted, host_of, oauth_code, of_status, plain, said_in};
use super::holder_key::HolderKey;
use super::host::{Item, item};
use super::oauth::{self, MAX_ANSWER};
use super::view::{OfferSummary, OfferView, PinView};
use super::{ImportProgress, Imported};
use crate::Wallet;
use crate::api::ApiError;
use crate::fetch::call::{Authority, Call, Caller, Reply, Sends};
use crate::secret::Secret;

/// The most bytes of an offer, of metadata, and of credentials.
const MAX_METADATA: usize = 4 << 20;
const MAX_CREDENTIALS: usize = 32 << 20;
/// The most credentials of one offer.
const MAX_OFFERED: usize = 100;

const PRE_AUTHORIZED: &str = "urn:ietf:params:oauth:grant-type:pre-authorized_code";

/// The credential formats (appendix A) that can be Open Badges.
const FORMATS: [&str; 4] = ["ldp_vc", "jwt_vc_json", "jwt_vc_json-ld", "vc+sd-jwt"];

/// Why an offer could not be accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OfferError {
    /// The text is no offer.
    #[error("this is no offer of a credential: {what}")]
    NotAnOffer {
        /// What is missing.
        what: String,
    },
    /// The issuer wants the person to sign in (the authorization code flow), which Lapel does not do for offers.
    #[error(
        "{host} wants you to sign in there before it hands out the credential, which Lapel cannot do for offers"
    )]
    NeedsSignIn {
        /// The issuer's host.
        host: String,
    },
    /// The issuer's description cannot be used.
    #[error("the host {host} describes what it offers in a way that cannot be used: {what}")]
    BadMetadata {
        /// The issuer's host.
        host: String,
        /// What is wrong.
        what: String,
    },
    /// A PIN is wanted.
    #[error("the host {host} wants the PIN that it sent you another way")]
    NeedsPin {
        /// The issuer's host.
        host: String,
    },
    /// The offer was not accepted with this PIN (`invalid_grant`).
    #[error("the host {host} did not accept the PIN, or the offer is used up or over{}", said(said_text))]
    PinRefused {
        /// The issuer's host.
        host: String,
        /// What it said.
        said_text: String,
    },
    /// The offer is used up or over (`invalid_grant`).
    #[error("the offer of {host} is used up or over{}", said(said_text))]
    Over {
        /// The issuer's host.
        host: String,
        /// What it said.
        said_text: String,
    },
    /// The format of a credential is none that Lapel reads.
    #[error(
        "the host {host} offers \u{201c}{name}\u{201d} in the format {format}, which Lapel does not read"
    )]
    UnsupportedFormat {
        /// The issuer's host.
        host: String,
        /// The credential.
        name: String,
        /// Its format.
        format: String,
    },
    /// The credential would be bound to the holder in a way that Lapel does not offer.
    #[error(
        "the host {host} binds \u{201c}{name}\u{201d} to its holder by {what}, which Lapel does not offer"
    )]
    UnsupportedBinding {
        /// The issuer's host.
        host: String,
        /// The credential.
        name: String,
        /// By what.
        what: String,
    },
    /// The issuer will hand it out later.
    #[error("the host {host} hands out \u{201c}{name}\u{201d} later, and Lapel does not come back for it")]
    Deferred {
        /// The issuer's host.
        host: String,
        /// The credential.
        name: String,
    },
    /// The issuer refused.
    #[error("the host {host} refused to hand out \u{201c}{name}\u{201d} ({error}){}", said(said_text))]
    Refused {
        /// The issuer's host.
        host: String,
        /// The credential.
        name: String,
        /// The error code.
        error: String,
        /// What it said.
        said_text: String,
    },
    /// What can go wrong with any host.
    #[error("{0}")]
    Host(#[from] AccountError),
}

impl OfferError {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAnOffer { .. } => "offer.not-an-offer",
            Self::NeedsSignIn { .. } => "offer.needs-sign-in",
            Self::BadMetadata { .. } => "offer.bad-metadata",
            Self::NeedsPin { .. } => "offer.needs-pin",
            Self::PinRefused { .. } => "offer.pin-refused",
            Self::Over { .. } => "offer.over",
            Self::UnsupportedFormat { .. } => "offer.unsupported-format",
            Self::UnsupportedBinding { .. } => "offer.unsupported-binding",
            Self::Deferred { .. } => "offer.deferred",
            Self::Refused { .. } => "offer.refused",
            Self::Host(error) => error.code(),
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NotAnOffer { .. } => {
                "Copy the whole address of the offer, from openid-credential-offer:// on."
            }
            Self::NeedsPin { .. } => "Look for the PIN in your mail or messages, and give it with the offer.",
            Self::PinRefused { .. } => "Check the PIN; if it is right, ask the issuer for a new offer.",
            Self::Over { .. } => "Ask the issuer for a new offer.",
            Self::Host(error) => error.hint(),
            _ => "Ask the issuer for the credential as a file.",
        }
    }
}

impl From<OfferError> for ApiError {
    fn from(error: OfferError) -> Self {
        Self::new(error.code(), error.to_string(), error.hint())
    }
}

fn said(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(": it said \u{201c}{text}\u{201d}") }
}

/// An offer that was read: it can be accepted once.
#[derive(Clone, Debug)]
pub struct Offer {
    issuer: Issuer,
    /// What is offered: identifiers, each with what the issuer says of it.
    offered: Vec<(String, Configuration)>,
    code: Secret,
    pin: Option<PinView>,
    /// Under which name it is sent.
    pin_name: &'static str,
}

#[derive(Clone, Debug)]
struct Issuer {
    /// Its identifier, as it writes it.
    id: String,
    host: String,
    token_endpoint: Url,
    credential_endpoint: Url,
    nonce_endpoint: Option<Url>,
}

/// An entry of `credential_configurations_supported` (12.2.4).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Configuration {
    format: String,
    credential_definition: Option<Value>,
    vct: Option<String>,
    cryptographic_binding_methods_supported: Option<Vec<String>>,
    proof_types_supported: Option<BTreeMap<String, ProofType>>,
    display: Option<Vec<Display>>,
    /// 1.0 has the display in here.
    credential_metadata: Option<CredentialMetadata>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct CredentialMetadata {
    display: Option<Vec<Display>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Display {
    name: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct ProofType {
    proof_signing_alg_values_supported: Option<Vec<String>>,
}

impl Configuration {
    /// What the issuer calls it.
    fn name(&self) -> Option<String> {
        let inner = self.credential_metadata.as_ref().and_then(|metadata| metadata.display.as_ref());
        let displays = self.display.iter().chain(inner).flatten();
        displays.filter_map(|display| display.name.as_deref()).map(plain).find(|name| !name.is_empty())
    }
}

impl Offer {
    /// For showing, before it is accepted.
    pub fn view(&self) -> OfferView {
        OfferView {
            issuer: self.issuer.id.clone(),
            host: self.issuer.host.clone(),
            credentials: self.offered.iter().map(|(id, configuration)| name_of(id, configuration)).collect(),
            pin: self.pin.clone(),
        }
    }
}

fn name_of(id: &str, configuration: &Configuration) -> String {
    configuration.name().unwrap_or_else(|| plain(id))
}

impl Wallet {
    /// Reads the offer at `text`: an `openid-credential-offer:` address, or an https address with the same parameters.
    /// Asks the issuer what it is about; nothing is accepted by that.
    pub async fn read_offer(&self, text: &str) -> Result<Offer, ApiError> {
        Ok(read_offer(&*self.caller()?, text).await?)
    }

    /// Accepts `offer`, with the PIN where one is wanted, and brings in what the issuer hands out, bound to the
    /// person's own key.
    pub async fn accept_offer(
        &self,
        offer: &Offer,
        pin: Option<&str>,
        progress: impl FnMut(ImportProgress),
    ) -> Result<OfferSummary, ApiError> {
        let caller = self.caller()?;
        let grant = redeem(&*caller, offer, pin).await?;
        let holder = self.holder_key().await?;
        let mut wanting = Wanting { caller: &*caller, issuer: &offer.issuer, grant, holder: &holder };
        let (mut sources, mut missing) = (Vec::new(), Vec::new());
        for (id, configuration) in &offer.offered {
            // What was handed out before an error is there: the issuer may not hand it out again.
            let mut items = Vec::new();
            let asked = wanting.credentials(id, configuration, &mut items).await;
            sources.extend(items.into_iter().map(Item::source));
            missing.extend(asked.err().map(ApiError::from));
        }
        let mut kept = Imported::default();
        if !sources.is_empty() {
            self.bring_in(sources, &mut kept, progress).await;
        }
        missing.extend(kept.error);
        Ok(OfferSummary { host: offer.issuer.host.clone(), lines: kept.lines, missing })
    }
}

/// A credential offer (4.1.1).
#[derive(Deserialize)]
struct RawOffer {
    credential_issuer: String,
    credential_configuration_ids: Option<Vec<String>>,
    #[serde(default)]
    grants: Map<String, Value>,
}

async fn read_offer(caller: &dyn Caller, text: &str) -> Result<Offer, OfferError> {
    let not = |what: &str| OfferError::NotAnOffer { what: what.to_owned() };
    let raw = raw_offer(caller, text).await?;
    let offer: RawOffer =
        serde_json::from_str(&raw).map_err(|_| not("it does not say which issuer offers what"))?;
    let issuer = Url::parse(&offer.credential_issuer)
        .ok()
        .filter(|url| url.scheme() == "https" && url.query().is_none())
        .ok_or_else(|| not("its issuer is no https address"))?;
    let host = issuer.host_str().unwrap_or_default().to_owned();
    let ids = offer.credential_configuration_ids.unwrap_or_default();
    if ids.is_empty() || ids.len() > MAX_OFFERED {
        return Err(not("it names no credential, or more than can be"));
    }
    let Some(grant) = offer.grants.get(PRE_AUTHORIZED).and_then(Value::as_object) else {
        return Err(OfferError::NeedsSignIn { host });
    };
    let code =
        grant.get("pre-authorized_code").and_then(Value::as_str).ok_or_else(|| not("it has no code"))?;
    let server = grant.get("authorization_server").and_then(Value::as_str);
    let (issuer, mut configurations) = metadata(caller, &offer.credential_issuer, &issuer, server).await?;
    let mut offered = Vec::new();
    for id in ids {
        let configuration = configurations.remove(&id).ok_or_else(|| OfferError::BadMetadata {
            host: issuer.host.clone(),
            what: format!("it does not describe \u{201c}{}\u{201d}, which it offers", plain(&id)),
        })?;
        offered.push((id, configuration));
    }
    Ok(Offer { issuer, offered, code: Secret::from(code), pin: pin(grant), pin_name: pin_name(grant) })
}

/// The JSON of an offer: by value, or fetched (4.1.2 and 4.1.3).
async fn raw_offer(caller: &dyn Caller, text: &str) -> Result<String, OfferError> {
    let not = |what: &str| OfferError::NotAnOffer { what: what.to_owned() };
    let url = Url::parse(text.trim()).map_err(|_| not("it is no address"))?;
    let parameter =
        |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    if let Some(offer) = parameter("credential_offer") {
        return Ok(offer);
    }
    let uri = parameter("credential_offer_uri").ok_or_else(|| not("there is no credential_offer in it"))?;
    let uri = Url::parse(&uri).map_err(|_| not("the address of the offer in it is none"))?;
    let reply = caller.call(&Call::get(uri, MAX_ANSWER)).await.map_err(AccountError::from)?;
    let host = host_of(&reply);
    if matches!(reply.status, 404 | 410) {
        return Err(OfferError::Over { host, said_text: said_in(&reply.bytes) });
    }
    let reply = accepted(reply)?;
    String::from_utf8(reply.bytes.to_vec()).map_err(|_| not("what is at its address is no text"))
}

/// `tx_code` of 1.0 and draft 13; `user_pin_required` of the drafts before.
fn pin(grant: &Map<String, Value>) -> Option<PinView> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct TxCode {
        input_mode: Option<String>,
        length: Option<u32>,
        description: Option<String>,
    }
    let described = grant.get("tx_code").filter(|code| code.is_object());
    let required = grant.get("user_pin_required") == Some(&Value::Bool(true));
    if described.is_none() && !required {
        return None;
    }
    let code: TxCode =
        described.and_then(|code| serde_json::from_value(code.clone()).ok()).unwrap_or_default();
    Some(PinView {
        numeric: code.input_mode.as_deref() != Some("text"),
        length: code.length,
        description: code.description.as_deref().map(plain).filter(|text| !text.is_empty()),
    })
}

/// Under which name the PIN is sent: drafts before 13 have one of their own.
fn pin_name(grant: &Map<String, Value>) -> &'static str {
    let is_older = !grant.contains_key("tx_code") && grant.contains_key("user_pin_required");
    if is_older { "user_pin" } else { "tx_code" }
}

#[derive(Deserialize)]
struct IssuerMetadata {
    credential_issuer: String,
    authorization_servers: Option<Vec<String>>,
    credential_endpoint: Option<String>,
    nonce_endpoint: Option<String>,
    /// Some issuers have it here.
    token_endpoint: Option<String>,
    #[serde(default)]
    credential_configurations_supported: BTreeMap<String, Configuration>,
}

/// What the issuer says of itself (12.2), with the token endpoint of its authorization server.
async fn metadata(
    caller: &dyn Caller,
    id: &str,
    issuer: &Url,
    server: Option<&str>,
) -> Result<(Issuer, BTreeMap<String, Configuration>), OfferError> {
    let host = issuer.host_str().unwrap_or_default().to_owned();
    let bad = |what: &str| OfferError::BadMetadata { host: host.clone(), what: what.to_owned() };
    let reply = well_known(caller, issuer, &["openid-credential-issuer"])
        .await?
        .ok_or_else(|| bad("it describes nothing (there is no .well-known/openid-credential-issuer)"))?;
    let described: IssuerMetadata =
        serde_json::from_slice(&reply.bytes).map_err(|_| bad("its description is not as it should be"))?;
    if described.credential_issuer.trim_end_matches('/') != id.trim_end_matches('/') {
        return Err(bad("its description is that of another issuer"));
    }
    let address = |what: &str, text: Option<&str>| {
        let url = text.and_then(|text| Url::parse(text).ok()).filter(|url| url.scheme() == "https");
        url.ok_or_else(|| bad(&format!("its {what} is no https address")))
    };
    let servers = described.authorization_servers.unwrap_or_default();
    let server = match server {
        Some(server) if servers.iter().any(|one| one == server) => server,
        Some(_) => return Err(bad("the offer names an authorization server that the issuer does not")),
        None => servers.first().map_or(id, String::as_str),
    };
    let token_endpoint = match token_endpoint(caller, &address("authorization server", Some(server))?).await?
    {
        Some(endpoint) => endpoint,
        None => described.token_endpoint.ok_or_else(|| bad("it names no token endpoint"))?,
    };
    let issuer = Issuer {
        id: described.credential_issuer,
        token_endpoint: address("token endpoint", Some(&token_endpoint))?,
        credential_endpoint: address("credential endpoint", described.credential_endpoint.as_deref())?,
        nonce_endpoint: match &described.nonce_endpoint {
            Some(text) => Some(address("nonce endpoint", Some(text))?),
            None => None,
        },
        host: host.clone(),
    };
    Ok((issuer, described.credential_configurations_supported))
}

/// RFC 8414, 3; some have only what `OpenID` Connect Discovery says.
async fn token_endpoint(caller: &dyn Caller, server: &Url) -> Result<Option<String>, OfferError> {
    #[derive(Deserialize)]
    struct Metadata {
        token_endpoint: Option<String>,
    }
    let reply = well_known(caller, server, &["oauth-authorization-server", "openid-configuration"]).await?;
    Ok(reply.and_then(|reply| serde_json::from_slice::<Metadata>(&reply.bytes).ok()?.token_endpoint))
}

/// The first of the well-known documents `names` that there is. Of an address with a path it is between host and path
/// (RFC 8615; 12.2.2); draft 13 and `OpenID` Connect have it behind the path.
async fn well_known(caller: &dyn Caller, base: &Url, names: &[&str]) -> Result<Option<Reply>, OfferError> {
    let path = base.path().trim_end_matches('/');
    for name in names {
        let mut places = vec![format!("/.well-known/{name}{path}")];
        if !path.is_empty() {
            places.push(format!("{path}/.well-known/{name}"));
        }
        for place in places {
            let mut url = base.clone();
            url.set_path(&place);
            let reply = caller.call(&Call::get(url, MAX_METADATA)).await.map_err(AccountError::from)?;
            match reply.status {
                200..=299 => return Ok(Some(reply)),
                status @ (429 | 500..) => return Err(of_status(&reply, status).into()),
                _ => {}
            }
        }
    }
    Ok(None)
}

/// What the token endpoint gave.
struct Grant {
    token: Secret,
    /// Draft 13 gives the first nonce with the token.
    nonce: Option<String>,
    /// Of a configuration, the identifiers to ask for in its place (6.2).
    identifiers: BTreeMap<String, Vec<String>>,
}

/// The code for a token (6.1).
async fn redeem(caller: &dyn Caller, offer: &Offer, pin: Option<&str>) -> Result<Grant, OfferError> {
    let host = offer.issuer.host.clone();
    let pin = pin.map(str::trim).filter(|pin| !pin.is_empty());
    if offer.pin.is_some() && pin.is_none() {
        return Err(OfferError::NeedsPin { host });
    }
    let mut form =
        vec![("grant_type", Secret::from(PRE_AUTHORIZED)), ("pre-authorized_code", offer.code.clone())];
    let pin = pin.filter(|_| offer.pin.is_some());
    form.extend(pin.map(|pin| (offer.pin_name, Secret::from(pin))));
    let call = Call::post(offer.issuer.token_endpoint.clone(), Sends::Form(form), MAX_ANSWER);
    let reply = caller.call(&call).await.map_err(AccountError::from)?;
    let more: Value = serde_json::from_slice(&reply.bytes).unwrap_or_default();
    let tokens = oauth::tokens(reply).map_err(|error| match error {
        AccountError::Token { error, said_text, .. } if error == "invalid_grant" => match pin {
            Some(_) => OfferError::PinRefused { host: host.clone(), said_text },
            None => OfferError::Over { host: host.clone(), said_text },
        },
        other => other.into(),
    })?;
    Ok(Grant {
        token: tokens.access,
        nonce: more["c_nonce"].as_str().map(str::to_owned),
        identifiers: identifiers(&more["authorization_details"]),
    })
}

fn identifiers(details: &Value) -> BTreeMap<String, Vec<String>> {
    let mut found = BTreeMap::new();
    for detail in details.as_array().into_iter().flatten() {
        let (Some(id), Some(identifiers)) =
            (detail["credential_configuration_id"].as_str(), detail["credential_identifiers"].as_array())
        else {
            continue;
        };
        let identifiers = identifiers.iter().filter_map(Value::as_str).map(str::to_owned);
        found.insert(id.to_owned(), identifiers.take(MAX_OFFERED).collect());
    }
    found
}

/// How a request is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Edition {
    /// 1.0: `credential_configuration_id`, `proofs`.
    Final,
    /// Draft 13: `format` with what describes the type, `proof`.
    Draft13,
}

/// Asking for credentials with a token.
struct Wanting<'a> {
    caller: &'a dyn Caller,
    issuer: &'a Issuer,
    grant: Grant,
    holder: &'a HolderKey,
}

impl Wanting<'_> {
    /// The credentials of one configuration, added to `items`, also those that came before an error.
    async fn credentials(
        &mut self,
        id: &str,
        configuration: &Configuration,
        items: &mut Vec<Item>,
    ) -> Result<(), OfferError> {
        let name = name_of(id, configuration);
        let host = || self.issuer.host.clone();
        if !FORMATS.contains(&configuration.format.as_str()) {
            let format = plain(&configuration.format);
            return Err(OfferError::UnsupportedFormat { host: host(), name, format });
        }
        let algorithm = algorithm(configuration).map_err(|what| OfferError::UnsupportedBinding {
            host: host(),
            name: name.clone(),
            what,
        })?;
        let named = match self.grant.identifiers.get(id) {
            Some(identifiers) if !identifiers.is_empty() => {
                identifiers.iter().map(|id| Some(id.clone())).collect()
            }
            _ => vec![None],
        };
        for identifier in named {
            let asked = Asked { id, configuration, name: &name, identifier, algorithm };
            items.extend(self.ask(&asked).await?);
        }
        Ok(())
    }

    /// One request; a second one where the issuer wants a newer nonce, or the form of draft 13.
    async fn ask(&mut self, asked: &Asked<'_>) -> Result<Vec<Item>, OfferError> {
        let drafted = self.grant.nonce.is_some() && self.issuer.nonce_endpoint.is_none();
        let mut edition = if drafted { Edition::Draft13 } else { Edition::Final };
        let mut tried = 0;
        loop {
            let nonce = self.nonce().await?;
            let reply = self.send(&self.request(asked, edition, nonce.as_deref())).await?;
            let body: Value = serde_json::from_slice(&reply.bytes).unwrap_or_default();
            // Draft 13 gives the next nonce with each answer, also with one that says that the last was too old.
            let newer = body["c_nonce"].as_str().map(str::to_owned);
            self.grant.nonce.clone_from(&newer);
            if reply.is_success() {
                return handed_out(&reply, asked.name);
            }
            let error = oauth_code(&reply.bytes).unwrap_or_default();
            let wants_newer = matches!(error.as_str(), "invalid_nonce" | "invalid_proof")
                && (newer.is_some() || self.issuer.nonce_endpoint.is_some());
            let wants_other = edition == Edition::Final
                && self.issuer.nonce_endpoint.is_none()
                && matches!(
                    error.as_str(),
                    "invalid_credential_request"
                        | "invalid_request"
                        | "unsupported_credential_format"
                        | "unsupported_credential_type"
                        | "invalid_proof"
                );
            if tried > 0 || !(wants_newer || wants_other) {
                return Err(refused(&reply, asked.name, error));
            }
            if wants_other {
                edition = Edition::Draft13;
            }
            tried += 1;
        }
    }

    /// A nonce for a proof (7), where the issuer has them.
    async fn nonce(&self) -> Result<Option<String>, OfferError> {
        let Some(endpoint) = &self.issuer.nonce_endpoint else { return Ok(self.grant.nonce.clone()) };
        let call = Call::post(endpoint.clone(), Sends::Empty, MAX_ANSWER);
        let reply = accepted(self.caller.call(&call).await.map_err(AccountError::from)?)?;
        let body: Value = serde_json::from_slice(&reply.bytes).unwrap_or_default();
        let nonce = body["c_nonce"].as_str().map(str::to_owned);
        nonce.map(Some).ok_or_else(|| {
            OfferError::Host(AccountError::BadAnswer {
                host: host_of(&reply),
                what: "there is no nonce in it".to_owned(),
            })
        })
    }

    /// A credential request (8.2).
    fn request(&self, asked: &Asked, edition: Edition, nonce: Option<&str>) -> Value {
        let mut request = match (&asked.identifier, edition) {
            (Some(identifier), _) => json!({ "credential_identifier": identifier }),
            (None, Edition::Final) => json!({ "credential_configuration_id": asked.id }),
            (None, Edition::Draft13) => {
                let mut request = json!({ "format": asked.configuration.format });
                if let Some(definition) = &asked.configuration.credential_definition {
                    request["credential_definition"] = definition.clone();
                }
                if let Some(vct) = &asked.configuration.vct {
                    request["vct"] = vct.as_str().into();
                }
                request
            }
        };
        if let Some(algorithm) = asked.algorithm.or(nonce.map(|_| "EdDSA")) {
            let proof = self.proof(algorithm, nonce);
            match edition {
                Edition::Final => request["proofs"] = json!({ "jwt": [proof] }),
                Edition::Draft13 => request["proof"] = json!({ "proof_type": "jwt", "jwt": proof }),
            }
        }
        request
    }

    /// The proof that the holder has their key (appendix F.1). There is no `iss`: Lapel has no name at the issuer.
    fn proof(&self, algorithm: &str, nonce: Option<&str>) -> String {
        let header = json!({ "alg": algorithm, "typ": "openid4vci-proof+jwt", "kid": self.holder.key_id() });
        let mut claims = json!({ "aud": self.issuer.id, "iat": Timestamp::now().as_second() });
        if let Some(nonce) = nonce {
            claims["nonce"] = nonce.into();
        }
        self.holder.sign_jwt(&header, &claims)
    }

    async fn send(&self, request: &Value) -> Result<Reply, OfferError> {
        let sends = Sends::Json(Secret::from(request.to_string()));
        let call = Call::post(self.issuer.credential_endpoint.clone(), sends, MAX_CREDENTIALS)
            .by(Authority::Bearer(self.grant.token.clone()));
        Ok(self.caller.call(&call).await.map_err(AccountError::from)?)
    }
}

/// What is asked for in one request.
struct Asked<'a> {
    id: &'a str,
    configuration: &'a Configuration,
    name: &'a str,
    identifier: Option<String>,
    /// With which algorithm the proof is signed, if there is to be one.
    algorithm: Option<&'static str>,
}

/// With which algorithm to prove that the holder has their key: `None` where no proof is wanted. An error names what is
/// wanted in place of what Lapel has: Ed25519, and `did:key`.
fn algorithm(configuration: &Configuration) -> Result<Option<&'static str>, String> {
    let methods = configuration.cryptographic_binding_methods_supported.as_deref().unwrap_or_default();
    if !methods.is_empty() && !methods.iter().any(|method| matches!(method.as_str(), "did:key" | "did")) {
        return Err(plain(&methods.join(", ")));
    }
    let Some(types) = &configuration.proof_types_supported else {
        return Ok((!methods.is_empty()).then_some("EdDSA"));
    };
    let Some(jwt) = types.get("jwt") else {
        return if types.is_empty() {
            Ok(None)
        } else {
            Err(plain(&types.keys().cloned().collect::<Vec<_>>().join(", ")))
        };
    };
    let listed = jwt.proof_signing_alg_values_supported.as_deref().unwrap_or_default();
    if listed.is_empty() {
        return Ok(Some("EdDSA"));
    }
    // `Ed25519` is the same under its fully specified name (RFC 9864).
    let ours = ["EdDSA", "Ed25519"].into_iter().find(|ours| listed.iter().any(|one| one == ours));
    ours.map(Some).ok_or_else(|| plain(&listed.join(", ")))
}

/// The credentials in a response (8.3), each as its exact text.
fn handed_out(reply: &Reply, name: &str) -> Result<Vec<Item>, OfferError> {
    let host = host_of(reply);
    let bad =
        |what: &str| OfferError::Host(AccountError::BadAnswer { host: host.clone(), what: what.to_owned() });
    let body: BTreeMap<String, &RawValue> =
        serde_json::from_slice(&reply.bytes).map_err(|_| bad("it is no JSON object"))?;
    let mut items = Vec::new();
    if let Some(list) = body.get("credentials") {
        let list: Option<Vec<&RawValue>> =
            serde_json::from_str(list.get()).map_err(|_| bad("its credentials are not in a list"))?;
        for entry in list.into_iter().flatten() {
            let inner = serde_json::from_str::<BTreeMap<String, &RawValue>>(entry.get()).ok();
            let credential = inner.as_ref().and_then(|entry| entry.get("credential").copied());
            items.extend(item(credential.unwrap_or(entry), &host));
        }
    }
    if let Some(credential) = body.get("credential") {
        items.extend(item(credential, &host));
    }
    if items.is_empty() && body.contains_key("transaction_id") {
        return Err(OfferError::Deferred { host, name: name.to_owned() });
    }
    if items.is_empty() { Err(bad("there is no credential in it")) } else { Ok(items) }
}

/// Why nothing was handed out (8.3.1).
fn refused(reply: &Reply, name: &str, error: String) -> OfferError {
    if error.is_empty() || reply.status >= 500 || reply.status == 429 {
        return of_status(reply, reply.status).into();
    }
    OfferError::Refused {
        host: host_of(reply),
        name: name.to_owned(),
        error,
        said_text: said_in(&reply.bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn configuration(text: &str) -> Configuration {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_proof_is_made_where_one_is_wanted_and_can_be() {
        let of = |text: &str| algorithm(&configuration(text));
        assert_eq!(of("{}"), Ok(None));
        assert_eq!(of(r#"{"cryptographic_binding_methods_supported":["did:key"]}"#), Ok(Some("EdDSA")));
        assert_eq!(of(r#"{"proof_types_supported":{"jwt":{}}}"#), Ok(Some("EdDSA")));
        let listed = |algorithms: &str| {
            of(&format!(
                r#"{{"proof_types_supported":{{"jwt":{{"proof_signing_alg_values_supported":[{algorithms}]}}}}}}"#
            ))
        };
        assert_eq!(listed(r#""ES256","EdDSA""#), Ok(Some("EdDSA")));
        assert_eq!(listed(r#""Ed25519""#), Ok(Some("Ed25519")));
        assert_eq!(listed(r#""ES256""#), Err("ES256".to_owned()));
        assert_eq!(of(r#"{"cryptographic_binding_methods_supported":["jwk"]}"#), Err("jwk".to_owned()));
        assert_eq!(of(r#"{"proof_types_supported":{"attestation":{}}}"#), Err("attestation".to_owned()));
    }

    fn reply(body: &str) -> Reply {
        Reply {
            url: Url::parse("https://issuer.example/credential").unwrap(),
            status: 200,
            headers: crate::fetch::call::Headers::default(),
            bytes: body.as_bytes().to_vec().into(),
        }
    }

    #[test]
    fn credentials_come_as_their_exact_text() {
        let text = "{ \"id\": \"urn:x\",\n \"n\": 1.0 }";
        for body in [
            format!("{{\"credentials\":[{{\"credential\": {text} }}]}}"),
            format!("{{\"credential\": {text} , \"c_nonce\":\"n\"}}"),
        ] {
            let items = handed_out(&reply(&body), "x").unwrap();
            assert_eq!((items.len(), items[0].text.as_str()), (1, text));
        }
        assert_eq!(
            handed_out(&reply(r#"{"transaction_id":"t"}"#), "x").unwrap_err().code(),
            "offer.deferred"
        );
        assert_eq!(
            handed_out(&reply(r#"{"credentials":[]}"#), "x").unwrap_err().code(),
            "account.bad-answer"
        );
    }

    #[test]
    fn a_pin_is_described_or_merely_wanted() {
        let of = |text: &str| pin(serde_json::from_str::<Value>(text).unwrap().as_object().unwrap());
        assert_eq!(of("{}"), None);
        assert_eq!(of(r#"{"user_pin_required":false}"#), None);
        assert!(of(r#"{"user_pin_required":true}"#).unwrap().numeric);
        let described =
            of(r#"{"tx_code":{"input_mode":"text","length":6,"description":"in your mail"}}"#).unwrap();
        assert_eq!((described.numeric, described.length), (false, Some(6)));
        assert_eq!(described.description.as_deref(), Some("in your mail"));
        assert!(of(r#"{"tx_code":{}}"#).is_some());
        let name = |text: &str| pin_name(serde_json::from_str::<Value>(text).unwrap().as_object().unwrap());
        assert_eq!(name(r#"{"user_pin_required":true}"#), "user_pin");
        assert_eq!(name(r#"{"user_pin_required":true,"tx_code":{}}"#), "tx_code");
    }
}
