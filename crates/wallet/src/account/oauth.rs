//! OAuth 2 as a program on a person's computer speaks it: the authorization code with PKCE (RFC 6749, 4.1; RFC 7636),
//! dynamic registration (RFC 7591), refreshing (RFC 6749, 6) and revoking (RFC 7009).

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

use super::error::{AccountError, accepted, host_of, oauth_code, said_in};
use super::host::is_same_site;
use super::secrets::{self, SecretsError};
use crate::fetch::call::{Authority, Call, Caller, Reply, Sends};
use crate::secret::{Secret, reveal, reveal_some};

/// The most bytes of an answer of these endpoints.
pub(super) const MAX_ANSWER: usize = 256 << 10;

/// Where a host signs people in, and what for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Provider {
    /// RFC 7591.
    pub registration: Url,
    /// RFC 6749, 3.1: opened in the browser.
    pub authorization: Url,
    /// RFC 6749, 3.2.
    pub token: Url,
    /// RFC 7009, where the host offers it.
    pub revocation: Option<Url>,
    /// What is asked for.
    pub scopes: Vec<String>,
}

/// How a client proves itself at the token endpoint (RFC 7591, 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ClientAuth {
    /// `client_secret_basic`.
    Basic,
    /// `client_secret_post`.
    Post,
    /// `none`.
    None,
}

impl ClientAuth {
    /// Its name in the registry of RFC 7591.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Basic => "client_secret_basic",
            Self::Post => "client_secret_post",
            Self::None => "none",
        }
    }

    /// The method of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::Basic, Self::Post, Self::None].into_iter().find(|method| method.as_str() == name)
    }
}

/// Lapel, as a host registered it.
#[derive(Clone, Debug)]
pub(super) struct Client {
    pub id: String,
    pub auth: ClientAuth,
    pub secret: Option<Secret>,
}

impl Client {
    /// Adds what proves the client to a form for `url`.
    fn proves(&self, url: &Url, mut form: Vec<(&'static str, Secret)>) -> Call {
        let secret = self.secret.clone().unwrap_or_else(|| Secret::from(""));
        let authority = match self.auth {
            ClientAuth::Basic => Authority::Basic(self.id.clone(), secret),
            ClientAuth::Post => {
                form.push(("client_id", Secret::from(self.id.as_str())));
                form.push(("client_secret", secret));
                Authority::Nobody
            }
            ClientAuth::None => {
                form.push(("client_id", Secret::from(self.id.as_str())));
                Authority::Nobody
            }
        };
        Call::post(url.clone(), Sends::Form(form), MAX_ANSWER).by(authority)
    }
}

/// What is kept for an account: the only copy is in the keyring (or its file).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Keys {
    /// The client's password, if it was given one.
    #[serde(serialize_with = "reveal_some", default)]
    pub client_secret: Option<Secret>,
    /// The access token.
    #[serde(serialize_with = "reveal")]
    pub access_token: Secret,
    /// The refresh token, if one was given.
    #[serde(serialize_with = "reveal_some", default)]
    pub refresh_token: Option<Secret>,
    /// When the access token ends, by the clock of this computer.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
}

impl Keys {
    /// As it is kept.
    pub(super) fn written(&self) -> Secret {
        // Strings and an instant always have a JSON form.
        Secret::from(serde_json::to_string(self).unwrap_or_default())
    }

    /// From how it is kept under `name`.
    pub(super) fn read(name: &str, text: &Secret) -> Result<Self, SecretsError> {
        serde_json::from_str(text.expose()).map_err(|_| SecretsError::Unreadable { name: name.to_owned() })
    }

    /// Whether the access token has ended, or will within half a minute.
    pub(super) fn have_ended(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|end| end.duration_since(now).as_secs() < 30)
    }
}

/// Tokens as they came (RFC 6749, 5.1).
#[derive(Clone, Debug)]
pub(super) struct Tokens {
    pub access: Secret,
    pub refresh: Option<Secret>,
    pub expires_in: Option<Duration>,
    /// What was granted, where the host says so: it may be less than was asked for.
    pub scopes: Option<Vec<String>>,
}

/// The secrets of one sign-in.
#[derive(Debug)]
pub(super) struct Attempt {
    /// RFC 6749, 10.12: the answer must repeat it.
    pub state: Secret,
    /// RFC 7636, 4.1.
    pub verifier: Secret,
}

impl Attempt {
    pub(super) fn new() -> Result<Self, SecretsError> {
        Ok(Self { state: secrets::random::<24>()?, verifier: secrets::random::<32>()? })
    }

    /// RFC 7636, 4.2: method `S256`.
    pub(super) fn challenge(&self) -> String {
        challenge(self.verifier.expose())
    }
}

fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

/// Registers Lapel at a host (RFC 7591, 3.1), to be come back to at `redirect`.
pub(super) async fn register(
    caller: &dyn Caller,
    provider: &Provider,
    redirect: &str,
) -> Result<Client, AccountError> {
    let request = json!({
        "client_name": "Lapel",
        "software_id": "lapel",
        "software_version": env!("CARGO_PKG_VERSION"),
        "redirect_uris": [redirect],
        "scope": provider.scopes.join(" "),
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": ClientAuth::Basic.as_str(),
    });
    let sends = Sends::Json(Secret::from(request.to_string()));
    let reply = caller.call(&Call::post(provider.registration.clone(), sends, MAX_ANSWER)).await?;
    if matches!(reply.status, 400 | 401 | 403) {
        let (host, said_text) = (host_of(&reply), said_in(&reply.bytes));
        return Err(match oauth_code(&reply.bytes).as_deref() {
            Some("invalid_redirect_uri") => AccountError::LoopbackRefused { host, said_text },
            _ => AccountError::RegistrationRefused { host, said_text },
        });
    }
    client(&accepted(reply)?)
}

#[derive(Deserialize)]
struct Registered {
    client_id: String,
    client_secret: Option<Secret>,
    token_endpoint_auth_method: Option<String>,
}

/// RFC 7591, 3.2.1. Where no method is named it is `client_secret_basic`, if there is a secret.
fn client(reply: &Reply) -> Result<Client, AccountError> {
    let bad = |what: String| AccountError::BadAnswer { host: host_of(reply), what };
    let registered: Registered = serde_json::from_slice(&reply.bytes)
        .map_err(|_| bad("the registration is not as it should be".to_owned()))?;
    let secret = registered.client_secret.filter(|secret| !secret.expose().is_empty());
    let auth = match registered.token_endpoint_auth_method.as_deref() {
        _ if secret.is_none() => ClientAuth::None,
        None => ClientAuth::Basic,
        Some(name) => ClientAuth::named(name)
            .ok_or_else(|| bad(format!("it wants Lapel to prove itself by {}", super::error::plain(name))))?,
    };
    Ok(Client { id: registered.client_id, auth, secret })
}

/// The address to open in the browser (RFC 6749, 4.1.1; RFC 7636, 4.3).
pub(super) fn authorization_url(
    provider: &Provider,
    client: &Client,
    redirect: &str,
    attempt: &Attempt,
) -> Url {
    // The host's own parameters stay, but none that would decide what is asked for.
    let is_ours = |name: &str| {
        let ours = ["response_type", "client_id", "redirect_uri", "scope", "state"];
        ours.contains(&name) || name.starts_with("code_challenge")
    };
    let mut url = provider.authorization.clone();
    let pairs = provider.authorization.query_pairs().filter(|(name, _)| !is_ours(name));
    url.query_pairs_mut()
        .clear()
        .extend_pairs(pairs)
        .append_pair("response_type", "code")
        .append_pair("client_id", &client.id)
        .append_pair("redirect_uri", redirect)
        .append_pair("scope", &provider.scopes.join(" "))
        .append_pair("state", attempt.state.expose())
        .append_pair("code_challenge", &attempt.challenge())
        .append_pair("code_challenge_method", "S256");
    url
}

/// A code for tokens (RFC 6749, 4.1.3; Open Badges 2.1 and 3.0 send the scope, too).
pub(super) async fn exchange(
    caller: &dyn Caller,
    provider: &Provider,
    client: &Client,
    redirect: &str,
    (code, verifier): (Secret, &Secret),
) -> Result<Tokens, AccountError> {
    let form = vec![
        ("grant_type", Secret::from("authorization_code")),
        ("code", code),
        ("redirect_uri", Secret::from(redirect)),
        ("scope", Secret::from(provider.scopes.join(" "))),
        ("code_verifier", verifier.clone()),
    ];
    tokens(caller.call(&client.proves(&provider.token, form)).await?)
}

/// A refresh token for new tokens (RFC 6749, 6).
pub(super) async fn refresh(
    caller: &dyn Caller,
    token_url: &Url,
    client: &Client,
    (refresh_token, scopes): (&Secret, &[String]),
) -> Result<Tokens, AccountError> {
    let form = vec![
        ("grant_type", Secret::from("refresh_token")),
        ("refresh_token", refresh_token.clone()),
        ("scope", Secret::from(scopes.join(" "))),
    ];
    tokens(caller.call(&client.proves(token_url, form)).await?)
}

/// Where the host of a token endpoint wants to be told that a token is no longer needed: what it publishes about itself
/// (RFC 8414, 3), if it does.
pub(super) async fn find_revocation(caller: &dyn Caller, token_url: &Url) -> Option<Url> {
    #[derive(Deserialize)]
    struct Metadata {
        token_endpoint: Option<String>,
        revocation_endpoint: Option<String>,
    }
    let mut place = token_url.clone();
    place.set_query(None);
    place.set_path("/.well-known/oauth-authorization-server");
    let reply = caller.call(&Call::get(place, MAX_ANSWER)).await.ok().filter(Reply::is_success)?;
    let metadata: Metadata = serde_json::from_slice(&reply.bytes).ok()?;
    // Another service may share the host: its endpoint is not for this one's tokens.
    if metadata.token_endpoint.as_deref() != Some(token_url.as_str()) {
        return None;
    }
    let is_its_own = |url: &Url| {
        let (host, token_host) =
            (url.host_str().unwrap_or_default(), token_url.host_str().unwrap_or_default());
        url.scheme() == "https" && is_same_site(host, token_host)
    };
    Url::parse(&metadata.revocation_endpoint?).ok().filter(is_its_own)
}

/// Tells the host that `token` is no longer needed (RFC 7009, 2.1).
pub(super) async fn revoke(
    caller: &dyn Caller,
    revocation: &Url,
    client: &Client,
    (token, hint): (&Secret, &'static str),
) -> Result<(), AccountError> {
    let form = vec![("token", token.clone()), ("token_type_hint", Secret::from(hint))];
    accepted(caller.call(&client.proves(revocation, form)).await?).map(drop)
}

/// The tokens in a reply of a token endpoint, or its error (RFC 6749, 5.1 and 5.2).
pub(super) fn tokens(reply: Reply) -> Result<Tokens, AccountError> {
    #[derive(Deserialize)]
    struct Granted {
        access_token: Secret,
        token_type: Option<String>,
        // Some hosts send the number as text.
        expires_in: Option<Value>,
        refresh_token: Option<Secret>,
        scope: Option<String>,
    }
    if matches!(reply.status, 400 | 401 | 403)
        && let Some(error) = oauth_code(&reply.bytes)
    {
        return Err(AccountError::Token { host: host_of(&reply), error, said_text: said_in(&reply.bytes) });
    }
    let reply = accepted(reply)?;
    let bad = |what: &str| AccountError::BadAnswer { host: host_of(&reply), what: what.to_owned() };
    let granted: Granted =
        serde_json::from_slice(&reply.bytes).map_err(|_| bad("there is no access token in it"))?;
    if !granted.token_type.as_deref().unwrap_or("bearer").eq_ignore_ascii_case("bearer") {
        return Err(bad("its access token is of another type than Bearer"));
    }
    // A token goes into a header: RFC 6750, 2.1 says of which characters it is.
    if granted.access_token.expose().is_empty()
        || !granted.access_token.expose().bytes().all(|byte| byte.is_ascii_graphic())
    {
        return Err(bad("its access token has characters that none may have"));
    }
    let seconds = granted.expires_in.and_then(|value| match value {
        Value::String(text) => text.parse().ok(),
        other => other.as_u64(),
    });
    Ok(Tokens {
        access: granted.access_token,
        refresh: granted.refresh_token.filter(|token| !token.expose().is_empty()),
        expires_in: seconds.map(Duration::from_secs),
        scopes: granted.scope.map(|scope| scope.split_whitespace().map(str::to_owned).collect()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_that_of_the_specification() {
        // RFC 7636, appendix B.
        assert_eq!(
            challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    fn reply(status: u16, body: &str) -> Reply {
        Reply {
            url: Url::parse("https://host.example/token").unwrap(),
            status,
            headers: crate::fetch::call::Headers::default(),
            bytes: body.as_bytes().to_vec().into(),
        }
    }

    #[test]
    fn a_host_presets_nothing_of_what_is_asked() {
        let url = |text: &str| Url::parse(text).unwrap();
        let provider = Provider {
            registration: url("https://host.example/r"),
            authorization: url("https://host.example/a?tenant=1&scope=all&state=theirs&code_challenge=x"),
            token: url("https://host.example/t"),
            revocation: None,
            scopes: vec!["read".to_owned()],
        };
        let client = Client { id: "c".to_owned(), auth: ClientAuth::None, secret: None };
        let made = authorization_url(&provider, &client, "http://127.0.0.1:1/", &Attempt::new().unwrap());
        let all = |name: &str| made.query_pairs().filter(|(key, _)| key == name).count();
        assert_eq!((all("tenant"), all("scope"), all("state"), all("code_challenge")), (1, 1, 1, 1));
        assert!(!made.as_str().contains("theirs"));
    }

    #[test]
    fn tokens_are_read_as_hosts_write_them() {
        let text = r#"{"access_token":"a","token_type":"bearer","expires_in":"60","refresh_token":"","scope":"b c"}"#;
        let read = tokens(reply(200, text)).unwrap();
        assert_eq!((read.access.expose(), read.refresh), ("a", None));
        assert_eq!(read.expires_in, Some(Duration::from_mins(1)));
        assert_eq!(read.scopes, Some(vec!["b".to_owned(), "c".to_owned()]));
        for bad in
            [r#"{"access_token":"a","token_type":"mac"}"#, r#"{"access_token":"a\nb"}"#, "{}", "", "[]"]
        {
            assert!(matches!(tokens(reply(200, bad)), Err(AccountError::BadAnswer { .. })), "{bad}");
        }
        let refused = tokens(reply(400, r#"{"error":"invalid_grant"}"#)).unwrap_err();
        assert_eq!(refused.code(), "account.invalid-grant");
        assert_eq!(tokens(reply(503, "")).unwrap_err().code(), "account.host-trouble");
    }

    #[test]
    fn a_registration_says_how_to_prove_oneself() {
        let auth = |body: &str| client(&reply(201, body)).map(|client| client.auth);
        assert_eq!(auth(r#"{"client_id":"a"}"#), Ok(ClientAuth::None));
        assert_eq!(auth(r#"{"client_id":"a","client_secret":"b"}"#), Ok(ClientAuth::Basic));
        let post =
            r#"{"client_id":"a","client_secret":"b","token_endpoint_auth_method":"client_secret_post"}"#;
        assert_eq!(auth(post), Ok(ClientAuth::Post));
        let odd = r#"{"client_id":"a","client_secret":"b","token_endpoint_auth_method":"private_key_jwt"}"#;
        assert_eq!(auth(odd).unwrap_err().code(), "account.bad-answer");
        assert_eq!(auth("{}").unwrap_err().code(), "account.bad-answer");
    }

    #[test]
    fn what_is_kept_can_be_read_again_and_is_not_shown() {
        let keys = Keys {
            client_secret: None,
            access_token: Secret::from("s3cret"),
            refresh_token: Some(Secret::from("s3cret-too")),
            expires_at: Some("2026-11-23T12:00:00Z".parse().unwrap()),
        };
        let read = Keys::read("a", &keys.written()).unwrap();
        assert_eq!(read.refresh_token, keys.refresh_token);
        assert!(!format!("{keys:?}").contains("s3cret"));
        let at = |text: &str| keys.have_ended(text.parse().unwrap());
        assert!(at("2026-11-23T11:59:45Z") && at("2026-11-24T00:00:00Z") && !at("2026-11-23T11:59:00Z"));
        assert!(Keys::read("a", &Secret::from("{")).is_err());
    }
}
