//! Badge Connect, the API of Open Badges 2.1.

use serde::Deserialize;
use url::Url;

use super::error::AccountError;
use super::host::{Discovered, bad_description, endpoint, scopes};
use super::oauth::Provider;
use super::view::HostKind;
use crate::fetch::call::Reply;

/// Where a host describes itself.
pub(super) const DISCOVERY: &str = "/.well-known/badgeconnect.json";

/// What is asked for; the first is what it is about.
const SCOPES: [&str; 2] = [
    "https://purl.imsglobal.org/spec/ob/v2p1/scope/assertion.readonly",
    "https://purl.imsglobal.org/spec/ob/v2p1/scope/profile.readonly",
];

#[derive(Deserialize)]
struct Manifest {
    #[serde(rename = "badgeConnectAPI")]
    entries: Vec<Entry>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    api_base: Option<String>,
    version: Option<String>,
    registration_url: Option<String>,
    authorization_url: Option<String>,
    token_url: Option<String>,
    token_revocation_url: Option<String>,
    scopes_offered: Option<Vec<String>>,
}

/// The host that a manifest describes.
pub(super) fn described(base: &Url, reply: &Reply) -> Result<Discovered, AccountError> {
    let manifest: Manifest = serde_json::from_slice(&reply.bytes)
        .map_err(|_| bad_description(reply, "its badgeconnect.json is no Badge Connect manifest"))?;
    let known = manifest.entries.iter().find(|api| api.version.as_deref() == Some("v2p1"));
    let api = known
        .or_else(|| manifest.entries.first())
        .ok_or_else(|| bad_description(reply, "its badgeconnect.json names no API"))?;
    let revocation = api.token_revocation_url.as_deref().filter(|text| !text.is_empty());
    Ok(Discovered {
        kind: HostKind::BadgeConnect,
        base: base.clone(),
        api: endpoint(reply, "apiBase", api.api_base.as_deref())?,
        provider: Provider {
            registration: endpoint(reply, "registrationUrl", api.registration_url.as_deref())?,
            authorization: endpoint(reply, "authorizationUrl", api.authorization_url.as_deref())?,
            token: endpoint(reply, "tokenUrl", api.token_url.as_deref())?,
            revocation: revocation
                .map(|text| endpoint(reply, "tokenRevocationUrl", Some(text)))
                .transpose()?,
            scopes: scopes(reply, &SCOPES, api.scopes_offered.as_deref())?,
        },
    })
}
