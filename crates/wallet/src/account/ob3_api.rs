//! The API of Open Badges 3.0 (sections 6 and 7).

use serde_json::{Map, Value};
use url::Url;

use super::error::AccountError;
use super::host::{Discovered, bad_description, below, endpoint, scopes};
use super::oauth::Provider;
use super::view::HostKind;
use crate::fetch::call::Reply;

/// Where the API is, from the host's address on.
pub(super) const BASE: &str = "/ims/ob/v3p0";

/// What is asked for; the first is what it is about.
const SCOPES: [&str; 2] = [
    "https://purl.imsglobal.org/spec/ob/v3p0/scope/credential.readonly",
    "https://purl.imsglobal.org/spec/ob/v3p0/scope/profile.readonly",
];

/// The host that a service description (an `OpenAPI` document, 6.3) describes. The API is where the description is.
pub(super) fn described(base: &Url, reply: &Reply) -> Result<Discovered, AccountError> {
    let bad = |what| bad_description(reply, what);
    let document: Value =
        serde_json::from_slice(&reply.bytes).map_err(|_| bad("its service description is no JSON"))?;
    let schemes = document.pointer("/components/securitySchemes").and_then(Value::as_object);
    let scheme = schemes
        .and_then(authorization_code)
        .ok_or_else(|| bad("its service description names no way of signing in (OAuth2ACG)"))?;
    let flow = &scheme["flows"]["authorizationCode"];
    let text = |value: &'_ Value| value.as_str().map(str::to_owned);
    let offered: Option<Vec<String>> = flow["scopes"]
        .as_object()
        .filter(|scopes| !scopes.is_empty())
        .map(|scopes| scopes.keys().cloned().collect());
    Ok(Discovered {
        kind: HostKind::Ob3,
        base: base.clone(),
        api: api(base, reply),
        provider: Provider {
            registration: endpoint(
                reply,
                "x-imssf-registrationUrl",
                text(&scheme["x-imssf-registrationUrl"]).as_deref(),
            )?,
            authorization: endpoint(reply, "authorizationUrl", text(&flow["authorizationUrl"]).as_deref())?,
            token: endpoint(reply, "tokenUrl", text(&flow["tokenUrl"]).as_deref())?,
            // The description has no place for it: see `oauth::find_revocation`.
            revocation: None,
            scopes: scopes(reply, &SCOPES, offered.as_deref())?,
        },
    })
}

/// Where the description was found, after redirects of the same origin: what proves who calls would not follow them.
fn api(base: &Url, reply: &Reply) -> Url {
    let mut url = reply.url.clone();
    let found = (url.origin() == base.origin()).then(|| reply.url.path().strip_suffix("/discovery"));
    match found.flatten() {
        Some(path) => {
            url.set_path(path);
            url.set_query(None);
            url
        }
        None => below(base, BASE),
    }
}

/// The scheme of the specification's name, else the first with an authorization code flow.
fn authorization_code(schemes: &Map<String, Value>) -> Option<&Value> {
    let flows = |scheme: &&Value| scheme.pointer("/flows/authorizationCode").is_some_and(Value::is_object);
    schemes.get("OAuth2ACG").filter(flows).or_else(|| schemes.values().find(flows))
}
