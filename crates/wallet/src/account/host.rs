//! What a badge host offers to programs: where it describes itself, where its badges are, how a page of them looks.

use std::collections::BTreeMap;

use openbadges::document::sha256_hex;
use serde::Deserialize;
use serde_json::value::RawValue;
use url::Url;

use super::error::{AccountError, host_of, of_status, plain, said_in};
use super::oauth::Provider;
use super::view::HostKind;
use super::{badge_connect, ob3_api};
use crate::fetch::call::{Call, Caller, Reply};
use crate::source::Source;

/// The most bytes of a description of a host.
const MAX_DESCRIPTION: usize = 4 << 20;

/// The most badges of a page: a host is asked for 50.
const MAX_ITEMS: usize = 5000;

/// A host, as it describes itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Discovered {
    pub kind: HostKind,
    /// The address under which it was found.
    pub base: Url,
    /// The API, without a slash at the end.
    pub api: Url,
    pub provider: Provider,
}

/// A badge of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    /// Its exact text: a slice of the page, or a JWS.
    pub text: String,
    /// What it is called in summaries.
    pub name: String,
}

/// Who the person is at the host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Profile {
    pub id: Option<String>,
    pub name: Option<String>,
}

/// Finds out what the host at `text` speaks: `kind` alone, or whichever answers, Open Badges 3.0 first.
pub(super) async fn discover(
    caller: &dyn Caller,
    text: &str,
    kind: Option<HostKind>,
) -> Result<Discovered, AccountError> {
    let base = address(text)?;
    let Some(kind) = kind else { return discover_any(caller, &base).await };
    match discover_kind(caller, &base, kind).await? {
        Ok(discovered) => Ok(discovered),
        Err(status) => Err(AccountError::NoApi {
            host: base.host_str().unwrap_or(text).to_owned(),
            tried: tried(kind, status),
        }),
    }
}

async fn discover_any(caller: &dyn Caller, base: &Url) -> Result<Discovered, AccountError> {
    let mut absent = Vec::new();
    let mut unusable = None;
    for kind in [HostKind::Ob3, HostKind::BadgeConnect] {
        match discover_kind(caller, base, kind).await {
            Ok(Ok(discovered)) => return Ok(discovered),
            Ok(Err(status)) => absent.push(tried(kind, status)),
            Err(
                error @ (AccountError::BadDiscovery { .. }
                | AccountError::NoReading { .. }
                | AccountError::ForeignEndpoint { .. }),
            ) => {
                unusable.get_or_insert(error);
            }
            Err(error) => return Err(error),
        }
    }
    let host = base.host_str().unwrap_or_default().to_owned();
    Err(unusable.unwrap_or(AccountError::NoApi { host, tried: absent.join("; ") }))
}

fn tried(kind: HostKind, status: u16) -> String {
    format!("{}: HTTP status {status}", kind.words())
}

/// What a host of `kind` at `base` says of itself, or the status that it answered with in place of a description.
async fn discover_kind(
    caller: &dyn Caller,
    base: &Url,
    kind: HostKind,
) -> Result<Result<Discovered, u16>, AccountError> {
    let mut places = match kind {
        HostKind::BadgeConnect => vec![below(base, badge_connect::DISCOVERY)],
        HostKind::Ob3 => vec![below(base, &format!("{}/discovery", ob3_api::BASE))],
    };
    if kind == HostKind::BadgeConnect && base.path() != "/" {
        // Well-known addresses are at the root (RFC 8615), but some hosts have theirs where they are themselves.
        let mut root = base.clone();
        root.set_path(badge_connect::DISCOVERY);
        places.push(root);
    }
    let mut status = 404;
    for place in places {
        let reply = caller.call(&Call::get(place, MAX_DESCRIPTION)).await?;
        status = reply.status;
        if reply.is_success() {
            return match kind {
                HostKind::BadgeConnect => badge_connect::described(base, &reply),
                HostKind::Ob3 => ob3_api::described(base, &reply),
            }
            .and_then(at_home)
            .map(Ok);
        }
        if status == 429 || status >= 500 {
            return Err(of_status(&reply, status));
        }
    }
    Ok(Err(status))
}

/// The same, if everything that it names is of the site that the person named: else one host could have another's
/// tokens sent to it (RFC 9700, 4.4).
fn at_home(discovered: Discovered) -> Result<Discovered, AccountError> {
    let Provider { registration, authorization, token, revocation, .. } = &discovered.provider;
    let home = discovered.base.host_str().unwrap_or_default();
    let named = [&discovered.api, registration, authorization, token].into_iter().chain(revocation);
    let foreign = named.filter_map(Url::host_str).find(|host| !is_same_site(home, host));
    match foreign {
        Some(foreign) => {
            Err(AccountError::ForeignEndpoint { host: home.to_owned(), foreign: foreign.to_owned() })
        }
        None => Ok(discovered),
    }
}

/// Whether two hosts are one, one is right below the other, or both are right below a third that looks like somebody's
/// own. There is no list of public suffixes here: `org` and `co.uk` are told by their length.
pub(super) fn is_same_site(one: &str, other: &str) -> bool {
    let parent = |host: &str| {
        let (_, rest) = host.split_once('.')?;
        let labels: Vec<&str> = rest.split('.').collect();
        let is_name = host.parse::<std::net::Ipv4Addr>().is_err();
        let is_suffix = matches!(labels[..], [second, first] if first.len() == 2 && second.len() <= 3);
        (is_name && labels.len() >= 2 && !is_suffix).then(|| rest.to_owned())
    };
    let (above_one, above_other) = (parent(one), parent(other));
    one == other
        || above_one.as_deref() == Some(other)
        || above_other.as_deref() == Some(one)
        || (above_one.is_some() && above_one == above_other)
}

/// The address in what a person typed: a name, or an https address, perhaps that of the description itself.
fn address(text: &str) -> Result<Url, AccountError> {
    let text = text.trim();
    let no = || AccountError::NotAHost { text: plain(text) };
    let whole = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let mut url = Url::parse(&whole).map_err(|_| no())?;
    if url.host_str().is_none_or(str::is_empty) || text.contains(char::is_whitespace) {
        return Err(no());
    }
    url.set_query(None);
    url.set_fragment(None);
    let path = url.path().trim_end_matches('/');
    let ends = [badge_connect::DISCOVERY, "/ims/ob/v3p0/discovery", ob3_api::BASE];
    let path = ends.iter().find_map(|end| path.strip_suffix(end)).unwrap_or(path).to_owned();
    url.set_path(&path);
    Ok(url)
}

/// `base` with `path` (from its slash on) after its own.
pub(super) fn below(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
    url
}

/// The address of an endpoint in a description. The specification's own example leaves out `https://`.
pub(super) fn endpoint(reply: &Reply, what: &str, text: Option<&str>) -> Result<Url, AccountError> {
    let bad = |why: &str| AccountError::BadDiscovery { host: host_of(reply), what: format!("{what} {why}") };
    let text = text.map(str::trim).filter(|text| !text.is_empty()).ok_or_else(|| bad("is missing"))?;
    let whole = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let url = Url::parse(&whole).map_err(|_| bad("is no web address"))?;
    if url.scheme() != "https" || url.host_str().is_none_or(str::is_empty) {
        return Err(bad("is no https address"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(bad("has a user name or password in it"));
    }
    Ok(url)
}

impl HostKind {
    /// Where the badges are.
    pub(super) fn badges_url(self, api: &Url) -> Url {
        match self {
            Self::BadgeConnect => below(api, "/assertions"),
            Self::Ob3 => below(api, "/credentials"),
        }
    }

    /// Where the person's profile is.
    pub(super) fn profile_url(api: &Url) -> Url {
        below(api, "/profile")
    }

    /// The members of a page that list badges.
    fn members(self) -> &'static [&'static str] {
        match self {
            Self::BadgeConnect => &["assertions", "signedAssertions"],
            // The specification's own example spells the second with an s.
            Self::Ob3 => &["credential", "compactJwsString", "compactJwsStrings"],
        }
    }

    /// The badges of a page, each as its exact text. What is `null` is nothing; what is neither an object nor text is
    /// given as it is, for the import to say that it is no badge.
    pub(super) fn items(self, reply: &Reply) -> Result<Vec<Item>, AccountError> {
        let host = host_of(reply);
        let bad = |what: &str| AccountError::BadAnswer { host: host.clone(), what: what.to_owned() };
        let page: BTreeMap<String, &RawValue> =
            serde_json::from_slice(&reply.bytes).map_err(|_| bad("it is no JSON object"))?;
        if let Some(status) = stated_failure(&page) {
            return Err(of_status(reply, status));
        }
        let lists: Vec<_> = self.members().iter().filter_map(|member| page.get(*member)).collect();
        if lists.is_empty() {
            return Err(bad("there is no list of badges in it"));
        }
        let mut items = Vec::new();
        for list in lists {
            let list: Option<Vec<&RawValue>> =
                serde_json::from_str(list.get()).map_err(|_| bad("its badges are not in a list"))?;
            let list = list.unwrap_or_default();
            if items.len() + list.len() > MAX_ITEMS {
                return Err(bad("there are more badges in it than Lapel takes at once"));
            }
            items.extend(list.into_iter().filter_map(|raw| item(raw, &host)));
        }
        Ok(items)
    }
}

/// A failure that the body states, whatever the HTTP status: `status` of Open Badges 2.1, `Imsx_StatusInfo` of 3.0.
fn stated_failure(page: &BTreeMap<String, &RawValue>) -> Option<u16> {
    #[derive(Deserialize)]
    struct Status {
        #[serde(rename = "statusCode")]
        code: Option<u16>,
    }
    let stated = page.get("status").and_then(|raw| serde_json::from_str::<Status>(raw.get()).ok());
    if let Some(code) = stated.and_then(|status| status.code).filter(|code| (300..1000).contains(code)) {
        return Some(code);
    }
    let major = page.get("imsx_codeMajor").map(|raw| raw.get());
    matches!(major, Some("\"failure\"" | "\"unsupported\"")).then_some(400)
}

pub(super) fn item(raw: &RawValue, host: &str) -> Option<Item> {
    #[derive(Deserialize)]
    struct Named {
        id: Option<String>,
    }
    let text = raw.get();
    if text == "null" {
        return None;
    }
    if let Ok(string) = serde_json::from_str::<String>(text) {
        let name = if string.starts_with("https://") { plain(&string) } else { host.to_owned() };
        return Some(Item { text: string, name });
    }
    let id = serde_json::from_str::<Named>(text).ok().and_then(|named| named.id);
    let name = id.map_or_else(|| host.to_owned(), |id| plain(&id));
    Some(Item { text: text.to_owned(), name })
}

impl Item {
    /// Equal for equal texts.
    pub(super) fn digest(&self) -> String {
        sha256_hex(self.text.as_bytes())
    }

    /// As what it is brought in.
    pub(super) fn source(self) -> Source {
        if self.text.starts_with("https://") {
            return Source::Url(self.text);
        }
        Source::Bytes { name: self.name, bytes: self.text.into_bytes() }
    }
}

/// The profile in a reply: bare (3.0), or in an envelope (2.1).
pub(super) fn profile(reply: &Reply) -> Profile {
    let Ok(body) = serde_json::from_slice::<serde_json::Value>(&reply.bytes) else {
        return Profile::default();
    };
    let profile = body.get("profile").filter(|profile| profile.is_object()).unwrap_or(&body);
    let text = |member: &str| {
        let text = profile.get(member)?.as_str().map(plain)?;
        (!text.is_empty()).then_some(text)
    };
    Profile { id: text("id"), name: text("name").or_else(|| text("email")) }
}

/// What is wrong with a description that is no description.
pub(super) fn bad_description(reply: &Reply, what: &str) -> AccountError {
    let said = said_in(&reply.bytes);
    let what = if said.is_empty() { what.to_owned() } else { format!("{what} ({said})") };
    AccountError::BadDiscovery { host: host_of(reply), what }
}

/// Of `wanted`, what is offered: all where the host does not say, and refresh tokens in any case. The first one is
/// what it is about.
pub(super) fn scopes(
    reply: &Reply,
    wanted: &[&str],
    offered: Option<&[String]>,
) -> Result<Vec<String>, AccountError> {
    let is_offered = |scope: &&&str| offered.is_none_or(|offered| offered.iter().any(|one| one == **scope));
    let mut scopes: Vec<String> = wanted.iter().filter(is_offered).map(|scope| (*scope).to_owned()).collect();
    if scopes.first().map(String::as_str) != wanted.first().copied() {
        return Err(AccountError::NoReading { host: host_of(reply) });
    }
    scopes.push("offline_access".to_owned());
    Ok(scopes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::call::Headers;

    fn reply(body: &str) -> Reply {
        Reply {
            url: Url::parse("https://host.example/x").unwrap(),
            status: 200,
            headers: Headers::default(),
            bytes: body.as_bytes().to_vec().into(),
        }
    }

    #[test]
    fn a_host_is_named_in_many_ways() {
        for (text, address_of) in [
            ("badges.example.org", "https://badges.example.org/"),
            (" https://badges.example.org/ ", "https://badges.example.org/"),
            ("https://badges.example.org/moodle/?a#b", "https://badges.example.org/moodle"),
            ("badges.example.org/.well-known/badgeconnect.json", "https://badges.example.org/"),
            ("https://badges.example.org/x/ims/ob/v3p0/discovery", "https://badges.example.org/x"),
        ] {
            assert_eq!(address(text).unwrap().as_str(), address_of, "{text}");
        }
        for wrong in ["", "https://", "two words.example", "http:///x y"] {
            assert_eq!(address(wrong).unwrap_err().code(), "account.not-a-host", "{wrong}");
        }
    }

    #[test]
    fn a_badge_of_a_page_is_its_exact_text() {
        let odd = "{ \"id\" : \"https://a.example/1\",\n  \"n\": 1.0e1, \"u\": \"\\u00e4\" }";
        let page = format!(
            "{{\"signedAssertions\": [\"a.b.c\", null], \"assertions\": [ {odd} , null], \"status\": null}}"
        );
        let items = HostKind::BadgeConnect.items(&reply(&page)).unwrap();
        assert_eq!(items.len(), 2);
        assert_eq!((items[0].text.as_str(), items[0].name.as_str()), (odd, "https://a.example/1"));
        assert_eq!((items[1].text.as_str(), items[1].name.as_str()), ("a.b.c", "host.example"));
        for spelt in ["compactJwsString", "compactJwsStrings"] {
            let page = format!("{{\"credential\": null, \"{spelt}\": [\"a.b.c\"]}}");
            assert_eq!(HostKind::Ob3.items(&reply(&page)).unwrap().len(), 1);
        }
    }

    #[test]
    fn a_site_is_told_by_its_name() {
        for (one, other) in [
            ("a.org", "a.org"),
            ("a.org", "api.a.org"),
            ("www.a.org", "api.a.org"),
            ("x.a.co.uk", "y.a.co.uk"),
        ] {
            assert!(is_same_site(one, other) && is_same_site(other, one), "{one}, {other}");
        }
        for (one, other) in
            [("a.org", "b.org"), ("a.co.uk", "b.co.uk"), ("a.org", "evil-a.org"), ("10.0.0.1", "11.0.0.1")]
        {
            assert!(!is_same_site(one, other) && !is_same_site(other, one), "{one}, {other}");
        }
    }

    #[test]
    fn a_page_of_crumbs_is_none() {
        let page = format!("{{\"assertions\":[{}1]}}", "1,".repeat(MAX_ITEMS));
        assert_eq!(HostKind::BadgeConnect.items(&reply(&page)).unwrap_err().code(), "account.bad-answer");
    }

    #[test]
    fn nothing_is_legal_and_nonsense_is_not() {
        for nothing in
            [r#"{"assertions":[]}"#, r#"{"assertions":null,"signedAssertions":null,"status":{"error":null}}"#]
        {
            assert_eq!(HostKind::BadgeConnect.items(&reply(nothing)).unwrap(), []);
        }
        for nonsense in
            ["", "[]", "{}", "<html>", r#"{"assertions":"#, r#"{"assertions":{}}"#, r#"{"assertions":[1"#]
        {
            let error = HostKind::BadgeConnect.items(&reply(nonsense)).unwrap_err();
            assert_eq!(error.code(), "account.bad-answer", "{nonsense}");
        }
    }

    #[test]
    fn a_failure_in_the_body_is_one() {
        let stated = r#"{"status":{"error":"no","statusCode":403,"statusText":"FORBIDDEN"},"assertions":[]}"#;
        assert_eq!(HostKind::BadgeConnect.items(&reply(stated)).unwrap_err().code(), "account.forbidden");
        let imsx = r#"{"imsx_codeMajor":"failure","imsx_severity":"error","imsx_description":"no"}"#;
        let error = HostKind::Ob3.items(&reply(imsx)).unwrap_err();
        assert!(error.to_string().contains("\u{201c}no\u{201d}"), "{error}");
    }

    #[test]
    fn profiles_are_bare_or_in_an_envelope() {
        let bare = profile(&reply(r#"{"id":"https://a.example/me","name":"Ada"}"#));
        let wrapped =
            profile(&reply(r#"{"status":{},"profile":{"id":"https://a.example/me","name":"Ada"}}"#));
        assert_eq!(bare, wrapped);
        assert_eq!(bare.name.as_deref(), Some("Ada"));
        assert_eq!(profile(&reply("oops")), Profile::default());
    }
}
