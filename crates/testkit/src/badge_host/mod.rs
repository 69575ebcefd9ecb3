//! Badge hosts for tests: real servers over TLS, with the published forms of Badge Connect (Open Badges 2.1), of the
//! API of Open Badges 3.0, and of an issuer that offers single credentials (`OpenID4VCI`); and a browser that signs in.
//!
//! They keep a log of what they were asked, and fail at any step on demand.

mod browser;
mod credential_issuer;
mod failure;
mod form;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;

pub use browser::Browser;
pub use credential_issuer::{CredentialIssuer, Edition, OfferBy};
pub use failure::{Failure, Step};

use crate::web_host::{Request, Served, WebHost};
use failure::Failures;
use form::{bearer, form, json_answer, redirect, tokens};

/// What a host speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Api {
    /// Open Badges 2.1.
    BadgeConnect,
    /// Open Badges 3.0.
    OpenBadges3,
}

/// How a host behaves where the specification leaves it a choice.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own that a host makes")]
pub struct Manners {
    /// The most badges of a page, whatever is asked for.
    pub page: usize,
    /// It sends `Link`.
    pub links: bool,
    /// It sends `X-Total-Count`.
    pub totals: bool,
    /// Each page begins this many badges too early, as where badges were added meanwhile.
    pub overlap: usize,
    /// It lists everything, whatever `offset` and `limit` say.
    pub ignores_offset: bool,
    /// `client_secret_basic`, `client_secret_post` or `none`.
    pub auth: &'static str,
    /// An access token serves for this many requests.
    pub token_uses: usize,
    /// It gives refresh tokens.
    pub refreshes: bool,
    /// A refresh token serves once.
    pub rotates: bool,
    /// It says where tokens are revoked.
    pub revokes: bool,
    /// After its last badge it begins again, and says so.
    pub endless: bool,
    /// It writes `null` in place of a list that would be empty.
    pub nulls: bool,
}

impl Default for Manners {
    fn default() -> Self {
        Self {
            page: 50,
            links: true,
            totals: true,
            overlap: 0,
            ignores_offset: false,
            auth: "client_secret_basic",
            token_uses: usize::MAX,
            refreshes: true,
            rotates: true,
            revokes: true,
            endless: false,
            nulls: false,
        }
    }
}

/// A badge host. Clones are the same host.
#[derive(Clone, Debug)]
pub struct BadgeHost {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    api: Api,
    host: String,
    manners: Manners,
    clock: Timestamp,
    /// Text (JSON or a JWS) and when it was issued.
    badges: Vec<(String, Timestamp)>,
    clients: HashMap<String, Client>,
    codes: HashMap<String, Code>,
    /// How many requests each access token is still good for.
    access: HashMap<String, usize>,
    refresh: HashSet<String>,
    revoked: Vec<String>,
    handed_out: Vec<String>,
    failures: Failures,
    made: usize,
}

#[derive(Clone, Debug)]
struct Client {
    secret: String,
    redirects: Vec<String>,
}

#[derive(Clone, Debug)]
struct Code {
    client: String,
    redirect: String,
    challenge: String,
    scope: String,
}

impl BadgeHost {
    /// Starts a host that speaks `api` under the name `host` on `web`.
    pub fn start(web: &WebHost, host: &str, api: Api) -> Self {
        let state = Arc::new(Mutex::new(State {
            api,
            host: host.to_owned(),
            manners: Manners::default(),
            clock: crate::now(),
            badges: Vec::new(),
            clients: HashMap::new(),
            codes: HashMap::new(),
            access: HashMap::new(),
            refresh: HashSet::new(),
            revoked: Vec::new(),
            handed_out: Vec::new(),
            failures: Failures::default(),
            made: 0,
        }));
        let serving = Arc::clone(&state);
        web.run(host, move |request| lock(&serving).answer(request));
        Self { state }
    }

    /// Changes how it behaves.
    pub fn behave(&self, change: impl FnOnce(&mut Manners)) {
        change(&mut lock(&self.state).manners);
    }

    /// Adds a badge: JSON or a JWS, issued at `issued`.
    pub fn add(&self, text: &str, issued: Timestamp) {
        lock(&self.state).badges.push((text.to_owned(), issued));
    }

    /// Sets the host's clock.
    pub fn set_clock(&self, clock: Timestamp) {
        lock(&self.state).clock = clock;
    }

    /// Fails the `nth` time (from 1) from now that it is asked for `step`.
    pub fn fail_once(&self, step: Step, nth: usize, failure: Failure) {
        lock(&self.state).failures.add(step, Some(nth), failure);
    }

    /// Fails whenever it is asked for `step` from now on.
    pub fn fail(&self, step: Step, failure: Failure) {
        lock(&self.state).failures.add(step, None, failure);
    }

    /// Fails no longer.
    pub fn mend(&self) {
        lock(&self.state).failures = Failures::default();
    }

    /// No token that was given out serves any longer.
    pub fn forget_tokens(&self) {
        let mut state = lock(&self.state);
        state.access.clear();
        state.refresh.clear();
    }

    /// Tokens that it was told to forget, in order.
    pub fn revoked(&self) -> Vec<String> {
        lock(&self.state).revoked.clone()
    }

    /// Every secret that it gave out: client secrets, codes, tokens.
    pub fn secrets(&self) -> Vec<String> {
        lock(&self.state).handed_out.clone()
    }

    /// How many tokens would serve now.
    pub fn live_tokens(&self) -> usize {
        let state = lock(&self.state);
        state.access.values().filter(|left| **left > 0).count() + state.refresh.len()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    fn answer(&mut self, request: &Request) -> Served {
        let Ok(url) = Url::parse(&request.url) else { return json_answer(400, &json!({})) };
        let Some(step) = self.step(request, url.path()) else {
            return json_answer(404, &self.status(404, "there is nothing here"));
        };
        let failure = self.failures.next(step);
        let mut served = match &failure {
            Some(failure) if !failure.changes_answer() => failure.served(self.api),
            _ => match step {
                Step::Discovery => self.discovery(),
                Step::Registration => self.register(request),
                Step::Authorization => self.authorize(&url, failure.as_ref()),
                Step::Token => self.exchange(request),
                Step::Refresh => self.refresh(request),
                Step::Page => self.page(request, &url),
                Step::Profile => self.profile(request),
                Step::Revocation => self.revoke(request),
                // RFC 8414: the description of Open Badges 3.0 has no place for the revocation endpoint.
                Step::Metadata => json_answer(
                    200,
                    &json!({
                        "issuer": format!("https://{}", self.host),
                        "token_endpoint": format!("https://{}/token", self.host),
                        "revocation_endpoint": format!("https://{}/revoke", self.host),
                    }),
                ),
                _ => json_answer(404, &json!({})),
            },
        };
        if let Some(failure) = &failure {
            failure.spoil(&mut served);
        }
        let date = self.clock.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        served.headers.push(("Date".to_owned(), date));
        served
    }

    fn step(&self, request: &Request, path: &str) -> Option<Step> {
        let (discovery, api) = match self.api {
            Api::BadgeConnect => ("/.well-known/badgeconnect.json", "/bcv1"),
            Api::OpenBadges3 => ("/ims/ob/v3p0/discovery", "/ims/ob/v3p0"),
        };
        let badges = match self.api {
            Api::BadgeConnect => "/assertions",
            Api::OpenBadges3 => "/credentials",
        };
        let refreshing = form(request).get("grant_type").is_some_and(|grant| grant == "refresh_token");
        Some(match (request.method.as_str(), path) {
            ("GET", path) if path == discovery => Step::Discovery,
            ("POST", "/register") => Step::Registration,
            ("GET", "/authorize") => Step::Authorization,
            ("POST", "/token") if refreshing => Step::Refresh,
            ("POST", "/token") => Step::Token,
            ("POST", "/revoke") => Step::Revocation,
            ("GET", path) if path.strip_prefix(api) == Some(badges) => Step::Page,
            ("GET", path) if path.strip_prefix(api) == Some("/profile") => Step::Profile,
            ("GET", "/.well-known/oauth-authorization-server") if self.api == Api::OpenBadges3 => {
                Step::Metadata
            }
            _ => return None,
        })
        .filter(|step| *step != Step::Metadata || self.manners.revokes)
    }

    fn secret(&mut self, what: &str) -> String {
        self.made += 1;
        let secret = format!("{what}-{}-{}-keep-me-secret", self.host.replace('.', "-"), self.made);
        self.handed_out.push(secret.clone());
        secret
    }

    /// A status in the form of the host's API.
    fn status(&self, status: u16, text: &str) -> Value {
        failure::status_body(self.api, status, text)
    }

    fn discovery(&self) -> Served {
        let url = |path: &str| format!("https://{}/{path}", self.host);
        let scope = |name: &str| match self.api {
            Api::BadgeConnect => format!("https://purl.imsglobal.org/spec/ob/v2p1/scope/{name}"),
            Api::OpenBadges3 => format!("https://purl.imsglobal.org/spec/ob/v3p0/scope/{name}"),
        };
        let body = match self.api {
            Api::BadgeConnect => {
                let mut api = json!({
                    "name": "Example Backpack",
                    "image": url("logo.png"),
                    "apiBase": url("bcv1"),
                    "version": "v2p1",
                    "termsOfServiceUrl": url("terms"),
                    "privacyPolicyUrl": url("privacy"),
                    "scopesOffered": [
                        scope("assertion.readonly"), scope("assertion.create"),
                        scope("profile.readonly"), scope("profile.update"), "offline_access",
                    ],
                    "registrationUrl": url("register"),
                    "authorizationUrl": url("authorize"),
                    "tokenUrl": url("token"),
                });
                if self.manners.revokes {
                    api["tokenRevocationUrl"] = url("revoke").into();
                }
                json!({
                    "@context": "https://purl.imsglobal.org/spec/ob/v2p1/ob_v2p1.jsonld",
                    "id": url(".well-known/badgeconnect.json"),
                    "badgeConnectAPI": [api],
                })
            }
            // The addresses of the scheme are without https, as in the specification's example.
            Api::OpenBadges3 => json!({
                "openapi": "3.0.1",
                "info": {"title": "Open Badges API", "version": "3.0"},
                "servers": [{"url": url("ims/ob/v3p0")}],
                "paths": {},
                "components": {"securitySchemes": {"OAuth2ACG": {
                    "type": "oauth2",
                    "description": "OAuth 2.0 Authorization Code Grant authorization",
                    "x-imssf-name": "Example Provider",
                    "x-imssf-privacyPolicyUrl": format!("{}/privacy", self.host),
                    "x-imssf-registrationUrl": format!("{}/register", self.host),
                    "x-imssf-termsOfServiceUrl": format!("{}/terms", self.host),
                    "flows": {"authorizationCode": {
                        "tokenUrl": format!("{}/token", self.host),
                        "authorizationUrl": format!("{}/authorize", self.host),
                        "refreshUrl": format!("{}/token", self.host),
                        "scopes": {
                            scope("credential.readonly"): "read", scope("credential.upsert"): "write",
                            scope("profile.readonly"): "read the profile",
                        },
                    }},
                }}},
            }),
        };
        json_answer(200, &body)
    }

    /// RFC 7591, with the members that both specifications want.
    fn register(&mut self, request: &Request) -> Served {
        let refuse =
            |error: &str| json_answer(400, &json!({"error": error, "error_description": "not like this"}));
        let Ok(asked) = serde_json::from_slice::<Value>(&request.body) else {
            return refuse("invalid_client_metadata");
        };
        let redirects: Vec<String> =
            serde_json::from_value(asked["redirect_uris"].clone()).unwrap_or_default();
        if redirects.is_empty() {
            return refuse("invalid_redirect_uri");
        }
        let complete = asked["grant_types"] == json!(["authorization_code", "refresh_token"])
            && asked["response_types"] == json!(["code"])
            && asked["client_name"].is_string()
            && asked["software_id"].is_string()
            && asked["scope"].as_str().is_some_and(|scope| scope.contains("readonly"));
        if !complete {
            return refuse("invalid_client_metadata");
        }
        self.made += 1;
        let id = format!("client-{}", self.made);
        let secret = self.secret("client-secret");
        self.clients.insert(id.clone(), Client { secret: secret.clone(), redirects });
        let mut body = asked;
        body["client_id"] = id.into();
        body["client_id_issued_at"] = self.clock.as_second().into();
        body["token_endpoint_auth_method"] = self.manners.auth.into();
        if self.manners.auth != "none" {
            body["client_secret"] = secret.into();
            body["client_secret_expires_at"] = 0.into();
        }
        json_answer(201, &body)
    }

    /// The page in which the person says yes: it does so at once, and sends the browser back.
    fn authorize(&mut self, url: &Url, failure: Option<&Failure>) -> Served {
        let asked: HashMap<String, String> = url.query_pairs().into_owned().collect();
        let get = |name: &str| asked.get(name).cloned().unwrap_or_default();
        let (client, back) = (get("client_id"), get("redirect_uri"));
        let known = self.clients.get(&client).is_some_and(|client| client.redirects.contains(&back));
        let whole = get("response_type") == "code"
            && get("code_challenge_method") == "S256"
            && get("code_challenge").len() == 43
            && get("state").len() >= 16;
        if !known || !whole {
            return json_answer(400, &json!({"error": "invalid_request"}));
        }
        let Ok(mut to) = Url::parse(&back) else {
            return json_answer(400, &json!({"error": "invalid_request"}));
        };
        match failure {
            Some(Failure::OAuth(error)) => {
                to.query_pairs_mut().append_pair("error", error).append_pair("state", &get("state"));
            }
            other => {
                let code = self.secret("code");
                let state =
                    if other == Some(&Failure::WrongState) { "another".to_owned() } else { get("state") };
                to.query_pairs_mut().append_pair("code", &code).append_pair("state", &state);
                let (challenge, scope) = (get("code_challenge"), get("scope"));
                self.codes.insert(code, Code { client, redirect: back, challenge, scope });
            }
        }
        redirect(to.as_str())
    }

    /// The client that a request proves to be, by the method it was registered with.
    fn client(&self, request: &Request) -> Option<String> {
        let form = form(request);
        let (id, secret) = match self.manners.auth {
            "client_secret_basic" => {
                let given = request.header("authorization")?.strip_prefix("Basic ")?;
                let given = String::from_utf8(STANDARD.decode(given).ok()?).ok()?;
                let (id, secret) = given.split_once(':')?;
                (id.to_owned(), Some(secret.to_owned()))
            }
            "client_secret_post" => (form.get("client_id")?.clone(), form.get("client_secret").cloned()),
            _ => (form.get("client_id")?.clone(), None),
        };
        let client = self.clients.get(&id)?;
        (self.manners.auth == "none" || secret.as_ref() == Some(&client.secret)).then_some(id)
    }

    fn exchange(&mut self, request: &Request) -> Served {
        let form = form(request);
        let Some(client) = self.client(request) else { return tokens::refuse(401, "invalid_client") };
        let Some(code) = form.get("code").and_then(|code| self.codes.remove(code)) else {
            return tokens::refuse(400, "invalid_grant");
        };
        let verifier = form.get("code_verifier").cloned().unwrap_or_default();
        let proves = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == code.challenge;
        let fits = code.client == client && form.get("redirect_uri") == Some(&code.redirect);
        if !proves || !fits || form.get("grant_type").is_none_or(|grant| grant != "authorization_code") {
            return tokens::refuse(400, "invalid_grant");
        }
        self.give_tokens(&code.scope)
    }

    fn refresh(&mut self, request: &Request) -> Served {
        let form = form(request);
        if self.client(request).is_none() {
            return tokens::refuse(401, "invalid_client");
        }
        let token = form.get("refresh_token").cloned().unwrap_or_default();
        let known =
            if self.manners.rotates { self.refresh.remove(&token) } else { self.refresh.contains(&token) };
        if !known {
            return tokens::refuse(400, "invalid_grant");
        }
        self.give_tokens(form.get("scope").map_or("", String::as_str))
    }

    fn give_tokens(&mut self, scope: &str) -> Served {
        let access = self.secret("access");
        self.access.insert(access.clone(), self.manners.token_uses);
        let mut body =
            json!({"access_token": access, "token_type": "Bearer", "expires_in": 3600, "scope": scope});
        if self.manners.refreshes {
            let refresh = self.secret("refresh");
            self.refresh.insert(refresh.clone());
            body["refresh_token"] = refresh.into();
        }
        tokens::give(&body)
    }

    /// Whether the request has a token that serves; that costs one of its uses.
    fn admits(&mut self, request: &Request) -> bool {
        let Some(left) = bearer(request).and_then(|token| self.access.get_mut(token)) else { return false };
        if *left == 0 {
            return false;
        }
        *left -= usize::from(*left != usize::MAX);
        true
    }

    fn unauthorized(&self) -> Served {
        let mut served = json_answer(401, &self.status(401, "the token does not serve"));
        served.headers.push(("WWW-Authenticate".to_owned(), "Bearer error=\"invalid_token\"".to_owned()));
        served
    }

    fn page(&mut self, request: &Request, url: &Url) -> Served {
        if !self.admits(request) {
            return self.unauthorized();
        }
        let asked: HashMap<String, String> = url.query_pairs().into_owned().collect();
        let number = |name: &str| asked.get(name).and_then(|text| text.parse::<usize>().ok());
        let since: Option<Timestamp> = asked.get("since").and_then(|text| text.parse().ok());
        let badges: Vec<&String> = self
            .badges
            .iter()
            .filter(|(_, issued)| since.is_none_or(|since| *issued > since))
            .map(|(text, _)| text)
            .collect();
        let limit = number("limit").unwrap_or(self.manners.page).clamp(1, self.manners.page);
        let asked_offset = number("offset").unwrap_or(0);
        let offset = if self.manners.endless {
            asked_offset % badges.len().max(1)
        } else {
            asked_offset.min(badges.len())
        };
        let (from, to) = if self.manners.ignores_offset {
            (0, badges.len())
        } else {
            (offset.saturating_sub(self.manners.overlap), (offset + limit).min(badges.len()))
        };
        let mut served = Served { status: 200, body: self.page_body(&badges[from..to]), ..Served::default() };
        served.headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
        if self.manners.totals {
            served.headers.push(("X-Total-Count".to_owned(), badges.len().to_string()));
        }
        if self.manners.links {
            let total = if self.manners.endless { usize::MAX } else { badges.len() };
            let offset = if self.manners.endless { asked_offset } else { offset };
            served.headers.push(("Link".to_owned(), links(url, limit, offset, total)));
        }
        served
    }

    /// The texts as they are: whoever reads them takes exact slices.
    fn page_body(&self, badges: &[&String]) -> Vec<u8> {
        let (objects, strings): (Vec<&String>, Vec<&String>) =
            badges.iter().copied().partition(|text| text.starts_with('{'));
        let list = |texts: Vec<String>| {
            if texts.is_empty() && self.manners.nulls {
                "null".to_owned()
            } else {
                format!("[ {} ]", texts.join(" ,\n "))
            }
        };
        let objects = list(objects.into_iter().cloned().collect());
        let strings = list(strings.into_iter().map(|text| json!(text).to_string()).collect());
        match self.api {
            Api::BadgeConnect => format!(
                "{{\"status\":{{\"error\":null,\"statusCode\":200,\"statusText\":\"OK\"}},\
                 \"assertions\":{objects},\"signedAssertions\":{strings}}}"
            ),
            Api::OpenBadges3 => format!("{{\"credential\":{objects},\"compactJwsString\":{strings}}}"),
        }
        .into_bytes()
    }

    fn profile(&mut self, request: &Request) -> Served {
        if !self.admits(request) {
            return self.unauthorized();
        }
        let profile = json!({
            "@context": "https://w3id.org/openbadges/v2",
            "id": format!("https://{}/people/ada", self.host),
            "type": "Profile",
            "name": "Ada Lovelace",
            "email": "ada@example.org",
        });
        json_answer(
            200,
            &match self.api {
                Api::BadgeConnect => json!({"status": self.status(200, "OK")["status"], "profile": profile}),
                Api::OpenBadges3 => profile,
            },
        )
    }

    /// RFC 7009: an unknown token is no error.
    fn revoke(&mut self, request: &Request) -> Served {
        if self.client(request).is_none() {
            return tokens::refuse(401, "invalid_client");
        }
        if let Some(token) = form(request).get("token") {
            self.access.remove(token);
            self.refresh.remove(token);
            self.revoked.push(token.clone());
        }
        Served { status: 200, ..Served::default() }
    }
}

fn links(url: &Url, limit: usize, offset: usize, total: usize) -> String {
    let to = |offset: usize, rel: &str| {
        let mut to = url.clone();
        let others: Vec<(String, String)> =
            url.query_pairs().into_owned().filter(|(name, _)| name != "limit" && name != "offset").collect();
        to.query_pairs_mut()
            .clear()
            .append_pair("limit", &limit.to_string())
            .append_pair("offset", &offset.to_string())
            .extend_pairs(others);
        format!("<{to}>; rel=\"{rel}\"")
    };
    let last = total.saturating_sub(1) / limit * limit;
    let mut links = vec![to(last, "last"), to(0, "first")];
    if offset + limit < total {
        links.insert(0, to(offset + limit, "next"));
    }
    if offset > 0 {
        links.push(to(offset.saturating_sub(limit), "prev"));
    }
    links.join(", ")
}
