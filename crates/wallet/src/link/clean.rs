//! What is taken off a link before anybody is asked: who it was made for, and what counts clicks.

use percent_encoding::percent_decode_str;
use url::Url;

/// Redirectors inside one another, at most.
const MAX_REDIRECTORS: usize = 3;

/// A link without what does not lead anywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cleaned {
    /// The link.
    pub url: Url,
    /// The mail address that it named as the recipient's. It stays here: it is sent to nobody.
    pub recipient: Option<String>,
}

/// Takes the tracking, the recipient's address and the fragment off `url`, and takes it out of redirectors.
pub fn clean(url: &Url) -> Cleaned {
    let mut cleaned = Cleaned { url: url.clone(), recipient: None };
    strip(&mut cleaned);
    for _ in 0..MAX_REDIRECTORS {
        let Some(target) = target(&cleaned.url) else { break };
        cleaned.url = target;
        strip(&mut cleaned);
    }
    cleaned.url.set_fragment(None);
    cleaned
}

/// Parameters that only say who clicked where, or to whom a page is shown.
fn is_noise(name: &str) -> bool {
    const NOISE: [&str; 18] = [
        "identity__email",
        "identity__url",
        "identity__telephone",
        "identity__id",
        "action",
        "fbclid",
        "gclid",
        "dclid",
        "msclkid",
        "mc_cid",
        "mc_eid",
        "igshid",
        "trk",
        "trkinfo",
        "li_fat_id",
        "_hsenc",
        "_hsmi",
        "source_badge",
    ];
    let name = name.to_ascii_lowercase();
    NOISE.contains(&name.as_str()) || name.starts_with("utm_") || name.starts_with("pk_")
}

fn strip(cleaned: &mut Cleaned) {
    let Some(query) = cleaned.url.query() else { return };
    let mut kept = Vec::new();
    for parameter in query.split('&') {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let name = percent_decode_str(name).decode_utf8_lossy();
        if name.eq_ignore_ascii_case("identity__email") && cleaned.recipient.is_none() {
            // `+` stands for itself in a mail address far more often than for a space.
            let mail = percent_decode_str(value).decode_utf8_lossy().trim().to_owned();
            let is_mail = mail.contains('@') && mail.len() <= 254 && !mail.contains(char::is_control);
            cleaned.recipient = is_mail.then_some(mail);
        }
        if !is_noise(&name) {
            // As it was written: a host may be particular.
            kept.push(parameter);
        }
    }
    let kept = kept.join("&");
    if kept != query {
        cleaned.url.set_query(Some(kept.as_str()).filter(|kept| !kept.is_empty()));
    }
}

/// Where a redirector leads, by the link that stands in it.
fn target(url: &Url) -> Option<Url> {
    const NAMES: [&str; 2] = ["url", "vc"];
    const NAMES_OF_HOSTS: [&str; 5] = ["url", "vc", "u", "q", "target"];
    const HOSTS: [&str; 5] =
        ["badgecheck.io", "google.com", "l.facebook.com", "linkedin.com", "lm.facebook.com"];
    const PATHS: [&str; 12] = [
        "",
        "verify",
        "validate",
        "validator",
        "check",
        "redirect",
        "redir",
        "link",
        "out",
        "url",
        "l.php",
        "safety",
    ];
    let host = url.host_str()?;
    let host = host.strip_prefix("www.").unwrap_or(host);
    let last = url.path_segments()?.next_back().unwrap_or_default().to_ascii_lowercase();
    let redirects = HOSTS.contains(&host) || host.ends_with(".safelinks.protection.outlook.com");
    if !redirects && !PATHS.contains(&last.as_str()) {
        return None;
    }
    let names = if redirects { &NAMES_OF_HOSTS[..] } else { &NAMES };
    // Pages that verify in the browser have it in the fragment: `#verify?vc=https://...`.
    let in_fragment = url.fragment().and_then(|fragment| fragment.split_once('?')).map(|(_, query)| query);
    [url.query(), in_fragment].into_iter().flatten().find_map(|query| {
        url::form_urlencoded::parse(query.as_bytes())
            .filter(|(name, _)| names.contains(&name.as_ref()))
            .find_map(|(_, value)| Url::parse(&value).ok())
            .filter(|target| matches!(target.scheme(), "http" | "https") && target.has_host())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(link: &str) -> (String, Option<String>) {
        let Cleaned { url, recipient } = clean(&Url::parse(link).unwrap());
        (url.to_string(), recipient)
    }

    #[test]
    fn tracking_goes_and_the_recipient_is_remembered() {
        let link = "https://badges.parchment.com/public/assertions/Ab-1?identity__email=ada%2Bb%40example.org\
                    &utm_source=mail&UTM_campaign=x&fbclid=1&v=2_0&action=share#top";
        let expected = "https://badges.parchment.com/public/assertions/Ab-1?v=2_0";
        assert_eq!(cleaned(link), (expected.to_owned(), Some("ada+b@example.org".to_owned())));
        let link = "https://a.example/x?identity__email=nobody";
        assert_eq!(cleaned(link), ("https://a.example/x".to_owned(), None));
    }

    #[test]
    fn what_leads_somewhere_stays_as_it_was_written() {
        for link in [
            "https://school.example/badges/badge.php?hash=0a1b",
            "https://a.example/x?b=%7e&c=1+2&&d",
            "https://a.example/x?url=https://b.example/y",
            "https://a.example/verify?url=notalink",
            "https://a.example/verify?url=javascript:alert(1)",
            "https://a.example/",
        ] {
            assert_eq!(cleaned(link), (link.to_owned(), None));
        }
    }

    #[test]
    fn redirectors_are_unwrapped() {
        for link in [
            "https://badgecheck.io/?url=https%3A%2F%2Fa.example%2Fx&identity__email=ada@example.org",
            "https://www.badgecheck.io/anything?url=https://a.example/x",
            "https://verifierplus.org/#verify?vc=https://a.example/x",
            "https://somewhere.example/verify?vc=https://a.example/x",
            "https://www.google.com/url?sa=t&url=https://a.example/x&usg=1",
            "https://l.facebook.com/l.php?u=https%3A%2F%2Fa.example%2Fx%3Ffbclid%3D1",
            "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example%2Fx&data=1",
            "https://badgecheck.io/?url=https%3A%2F%2Fwww.google.com%2Furl%3Fq%3Dhttps%3A%2F%2Fa.example%2Fx",
        ] {
            assert_eq!(cleaned(link).0, "https://a.example/x", "{link}");
        }
        assert_eq!(
            cleaned("https://badgecheck.io/?url=https://a.example/x&identity__email=ada@example.org")
                .1
                .as_deref(),
            Some("ada@example.org")
        );
        // One that leads to itself for ever is left.
        let mut nested = "https://a.example/x".to_owned();
        for _ in 0..6 {
            let inner: String = url::form_urlencoded::byte_serialize(nested.as_bytes()).collect();
            nested = format!("https://badgecheck.io/?url={inner}");
        }
        assert!(cleaned(&nested).0.starts_with("https://badgecheck.io/"));
    }

    #[test]
    fn nobody_is_named_however_deep_the_link_stands() {
        let mut link = "https://a.example/1?identity__email=ada%40example.org".to_owned();
        for _ in 0..MAX_REDIRECTORS {
            let encoded: String = url::form_urlencoded::byte_serialize(link.as_bytes()).collect();
            link = format!("https://badgecheck.io/?url={encoded}");
        }
        let cleaned = clean(&Url::parse(&link).unwrap());
        assert_eq!(cleaned.url.as_str(), "https://a.example/1");
        assert_eq!(cleaned.recipient.as_deref(), Some("ada@example.org"));
    }
}
