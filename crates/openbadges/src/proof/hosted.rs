//! Open Badges 2.0, hosted: the badge at the assertion's id is the badge (5.1 of the specification). What the
//! user brought only says where to look.

use serde_json::Value;
use url::{Position, Url};

use crate::credential::Standard;
use crate::credential::ob1::Piece;
use crate::credential::part::{Lack, Part, fetched};
use crate::credential::value::{each, id_of, is_stated, is_web_address, strings};
use crate::document::{Answer, Documents, Unavailable};
use crate::report::{DocumentRef, Fact, Fault, Gap, Outcome, Warning};

/// The issuer's own copy of a hosted badge.
#[derive(Clone, Debug)]
pub(crate) enum Copy {
    /// It is served.
    Served(Part),
    /// The issuer took it away (HTTP 410): revoked.
    Gone {
        /// Where it was.
        url: String,
        /// What says so.
        documents: Vec<DocumentRef>,
    },
    /// It was not seen, or is none.
    Not(Outcome),
}

/// The issuer's own copy of `assertion` (or of an endorsement), which is written by `standard`.
pub(crate) fn copy(assertion: &Value, piece: Piece, standard: Standard, documents: &Documents) -> Copy {
    let Some(id) = id_of(assertion) else {
        let problem = if standard == Standard::Ob05 {
            "it does not say where its issuer hosts it; the link to it would"
        } else {
            "it has no id, so there is no place to look"
        };
        return Copy::Not(Outcome::Unknown(Gap::Unstated { problem: problem.to_owned() }));
    };
    if !is_web_address(id) {
        return Copy::Not(Outcome::Fail(Fault::NotHostable { id: id.to_owned() }));
    }
    if let Some(documents) = gone(id, documents) {
        return Copy::Gone { url: id.to_owned(), documents };
    }
    match fetched(id, piece, standard, documents) {
        Ok(part) => Copy::Served(part),
        Err(Lack::Gap(gap)) => Copy::Not(Outcome::Unknown(gap)),
        Err(Lack::Elsewhere { url, found }) => {
            Copy::Not(Outcome::Fail(Fault::HostedElsewhere { url, found }))
        }
        Err(Lack::Unnamed) => Copy::Not(Outcome::Fail(Fault::NotHostable { id: id.to_owned() })),
    }
}

fn gone(url: &str, documents: &Documents) -> Option<Vec<DocumentRef>> {
    match documents.find(crate::document::without_fragment(url))? {
        Answer::Document(document) if document.status == 410 => Some(vec![document.reference()]),
        Answer::Unavailable(Unavailable::Http { status: 410 }) => Some(Vec::new()),
        _ => None,
    }
}

/// Whether `issuer` claims the address that the badge is served at (5.1.2: `startsWith`, `allowedOrigins`, and
/// else the host of the issuer's own id).
pub(crate) fn scope(url: &str, issuer: &Value) -> Outcome {
    let policy = issuer.get("verification").unwrap_or(&Value::Null);
    let prefixes: Vec<&str> = strings(policy.get("startsWith")).collect();
    let origins: Vec<&str> = strings(policy.get("allowedOrigins")).collect();
    let out = |allowed: &[&str]| {
        let allowed = allowed.iter().map(|&place| place.to_owned()).collect();
        Outcome::Fail(Fault::OutOfScope { url: url.to_owned(), allowed })
    };
    if is_stated(policy.get("startsWith")) && !prefixes.iter().any(|prefix| begins_with(url, prefix)) {
        return out(&prefixes);
    }
    let own = id_of(issuer).and_then(host_and_port);
    let admitted = if is_stated(policy.get("allowedOrigins")) {
        origins.iter().any(|origin| is_at(url, origin))
    } else {
        own.is_some() && own == host_and_port(url)
    };
    if admitted {
        Outcome::Pass(Fact::HostedCopy { url: url.to_owned() })
    } else if is_stated(policy.get("allowedOrigins")) {
        out(&origins)
    } else {
        out(&id_of(issuer).into_iter().collect::<Vec<_>>())
    }
}

/// Whether `url` is `prefix` or lies below it: the same scheme, host and port, and then the text of the prefix up
/// to the end of a segment. (`https://a.org` must not admit `https://a.org.evil.com`, nor `https://a.org/ann`
/// what belongs to `https://a.org/anna`.)
fn begins_with(url: &str, prefix: &str) -> bool {
    let (Ok(url), Ok(prefix)) = (Url::parse(url), Url::parse(prefix)) else {
        return false;
    };
    let below = |url: &Url| url.as_str().get(url[..Position::BeforePath].len()..).map(str::to_owned);
    let (Some(path), Some(start)) = (below(&url), below(&prefix)) else {
        return false;
    };
    url[..Position::BeforePath] == prefix[..Position::BeforePath]
        && path.strip_prefix(start.as_str()).is_some_and(|rest| {
            rest.is_empty() || rest.starts_with('/') || !start.ends_with(|c: char| c.is_ascii_alphanumeric())
        })
}

/// Whether `url` is at `origin`, which issuers write as a host, as host and port, or as an origin with its scheme.
fn is_at(url: &str, origin: &str) -> bool {
    let Ok(parsed) = Url::parse(url) else { return false };
    let wanted =
        if origin.contains("://") { Url::parse(origin) } else { Url::parse(&format!("https://{origin}/")) };
    let Ok(wanted) = wanted else { return false };
    if wanted.path() != "/" || !wanted.username().is_empty() {
        return false;
    }
    let same_host = wanted.host() == parsed.host();
    let same_port = wanted.port().is_none() || wanted.port() == parsed.port();
    let same_scheme = !origin.contains("://") || wanted.scheme() == parsed.scheme();
    same_host && same_port && same_scheme && parsed.host().is_some()
}

/// Host (A-label, lower case) and port, where a port is written that is not the scheme's own.
fn host_and_port(url: &str) -> Option<(String, Option<u16>)> {
    let url = Url::parse(url).ok()?;
    Some((url.host_str()?.to_owned(), url.port()))
}

/// What the hosted form leaves to wish for.
pub(crate) fn warnings(
    brought: &Value,
    copy: &Part,
    badge_class: Option<&Part>,
    issuer: Option<&Part>,
) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut warn = |code: &str, detail: String| warnings.push(Warning { code: code.to_owned(), detail });
    let url = copy.url.clone().unwrap_or_default();
    if *brought != copy.json && !copy.json.get("revoked").is_some_and(|revoked| revoked == true) {
        let parts: Vec<&str> = differing(brought, &copy.json).take(5).collect();
        warn(
            "hosted.differs",
            format!(
                "The badge you have differs from the issuer's own at {url} ({}); the issuer's is shown.",
                parts.join(", ")
            ),
        );
    }
    for (part, what) in [(Some(copy), "badge"), (badge_class, "kind of badge"), (issuer, "issuer")] {
        if let Some(part) = part.filter(|part| part.redirected) {
            let url = part.url.clone().unwrap_or_default();
            warn(
                "hosted.moved",
                format!(
                    "The {what} is named by one address and says that its own is {url}, where it was read."
                ),
            );
        }
    }
    if url.starts_with("http://") {
        warn(
            "hosted.insecure",
            format!("{url} is not https: on the way, anybody could have changed what it said."),
        );
    }
    if let (Some(class), Some(issuer)) = (badge_class, issuer)
        && let (Some(class_url), Some(issuer_id)) = (class.url.as_deref(), id_of(&issuer.json))
        && host_and_port(class_url).map(|(host, _)| host) != host_and_port(issuer_id).map(|(host, _)| host)
    {
        warn(
            "hosted.class-elsewhere",
            format!("The kind of badge is described at {class_url}, which is not the issuer's own host."),
        );
    }
    warnings
}

fn differing<'a>(one: &'a Value, other: &'a Value) -> impl Iterator<Item = &'a str> {
    let members = |value: &'a Value| value.as_object().into_iter().flatten();
    let changed = members(one).filter(|(key, value)| other.get(key.as_str()) != Some(value));
    let added = members(other).filter(|(key, _)| one.get(key.as_str()).is_none());
    changed.chain(added).map(|(key, _)| key.as_str())
}

/// Whether an assertion or endorsement is the stub that remains of a revoked one, which may hold no more than `id`
/// and `revoked`.
pub(crate) fn is_stub(assertion: &Value) -> bool {
    let says_nothing = ["badge", "claim"].iter().all(|name| each(assertion.get(*name)).is_empty());
    assertion.get("revoked").is_some_and(|revoked| revoked == true) && says_nothing
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn admits(url: &str, verification: &Value) -> bool {
        let issuer = json!({ "id": "https://a.example/issuer", "verification": verification });
        matches!(scope(url, &issuer), Outcome::Pass(_))
    }

    #[test]
    fn what_is_gone_is_gone_however_its_host_is_spelt() {
        let mut documents = Documents::new();
        documents.insert("https://a.example/1", Answer::Unavailable(Unavailable::Http { status: 410 }));
        for id in ["https://a.example/1", "https://A.example/1#badge"] {
            let copy = copy(&json!({ "id": id }), Piece::Assertion, Standard::Ob2, &documents);
            assert!(matches!(copy, Copy::Gone { .. }), "{id}: {copy:?}");
        }
    }

    #[test]
    fn by_default_the_issuers_own_host() {
        let none = Value::Null;
        assert!(admits("https://a.example/b", &none));
        assert!(admits("https://A.example:443/b", &none));
        for other in [
            "https://b.example/b",
            "https://a.example.evil.example/b",
            "https://a.example:8443/b",
            "https://a.example@evil.example/",
        ] {
            assert!(!admits(other, &none), "{other}");
        }
    }

    #[test]
    fn a_prefix_ends_where_a_segment_ends() {
        let prefix = json!({ "startsWith": "https://a.example/ann" });
        assert!(admits("https://a.example/ann/1", &prefix));
        assert!(admits("https://a.example/ann", &prefix));
        for other in [
            "https://a.example/anna/1",
            "https://a.example/",
            "http://a.example/ann/1",
            "https://a.example.evil.example/ann/1",
        ] {
            assert!(!admits(other, &prefix), "{other}");
        }
        assert!(!admits("https://a.example.evil.example/x", &json!({ "startsWith": "https://a.example" })));
        assert!(admits(
            "https://a.example/badge-1",
            &json!({ "startsWith": ["https://b.example/", "https://a.example/badge-"] })
        ));
        assert!(!admits("https://a.example/x", &json!({ "startsWith": "a" })));
        assert!(!admits("https://a.example/x", &json!({ "startsWith": 7 })));
    }

    #[test]
    fn origins_are_hosts_with_or_without_a_port() {
        let origins = json!({ "allowedOrigins": ["cdn.example", "b.example:8443"] });
        assert!(admits("https://cdn.example/b", &origins));
        assert!(admits("https://b.example:8443/b", &origins));
        for other in [
            "https://a.example/b",
            "https://b.example/b",
            "https://x.cdn.example/b",
            "https://cdn.example.evil.example/b",
        ] {
            assert!(!admits(other, &origins), "{other}");
        }
        for wrong in ["", "https://a.example/path", "user@a.example", "a b", "*", "//"] {
            assert!(!admits("https://a.example/b", &json!({ "allowedOrigins": wrong })), "{wrong}");
        }
    }
}
