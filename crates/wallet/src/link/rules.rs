//! What is known of platforms: a row for each kind of link, with where its badge can be asked for.
//!
//! From public documentation, code and sightings (docs/url-import.md has the table with its sources). None of these
//! hosts was ever asked by Lapel's authors: a row that is wrong or out of date costs a request or two, and then the page
//! itself is searched like that of any host.

use url::Url;

use super::pattern::{self, Captures};

/// A kind of link, and what to do with it.
#[derive(Debug)]
pub struct Rule {
    /// Whose it is.
    pub platform: &'static str,
    /// Which links, in the language of `pattern`.
    links: &'static [&'static str],
    /// Parameters that such a link must have.
    query: &'static [&'static str],
    /// Where to ask, in this order. Of a hosted badge the first is the assertion's own address.
    ask: &'static [&'static str],
    /// What is expected there.
    pub gives: Gives,
    /// How sure that is.
    pub confidence: Confidence,
    /// Whether it was ever tried on the real host: no rule was.
    pub tried_live: bool,
    /// What the platform's terms say that a person should know first.
    pub terms: Option<&'static str>,
    /// What to do where nothing comes, if that is known.
    pub instead: Option<&'static str>,
}

/// What is expected where a rule asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gives {
    /// A badge, of this version in most cases.
    Badge(Version),
    /// JSON that holds the badge's address at this pointer (RFC 6901).
    Address(&'static str),
    /// JSON that holds the credential itself at this pointer.
    Inside(&'static str),
    /// A list of badges.
    List(List),
    /// No credential: achievements that the platform states, and nothing proves.
    Nothing(Stated),
}

/// A version of Open Badges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// Open Badges 2.0, hosted.
    V2,
    /// Open Badges 3.0.
    V3,
    /// One or the other, or not known.
    Any,
}

/// The form of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct List {
    /// Where the badges are (RFC 6901).
    pub items: &'static str,
    /// A link made of each: `{id}` is what stands at `id` in it.
    pub link: &'static str,
    /// Where each has its id, or its link.
    pub id: &'static str,
    /// Where the title may stand.
    pub title: &'static [&'static str],
    /// Where the number of all may stand.
    pub total: &'static [&'static str],
    /// Where the address of the next page may stand.
    pub next: &'static [&'static str],
}

/// How a platform states achievements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stated {
    /// On a page for people: its title is the name.
    Page {
        /// Who awards them.
        issuer: &'static str,
    },
    /// In JSON, where the rule asks.
    Json(&'static Facts),
}

/// Where JSON has the facts of an achievement: pointers (RFC 6901), tried in order.
#[derive(Debug, PartialEq, Eq)]
pub struct Facts {
    /// Who awards them.
    pub issuer: &'static str,
    /// The achievements; empty where there is one.
    pub items: &'static str,
    /// In each, its name.
    pub name: &'static [&'static str],
    /// In each, the day of award.
    pub issued_on: &'static [&'static str],
    /// In each, the day of expiry.
    pub expires_on: &'static [&'static str],
    /// In each, its number.
    pub credential_id: &'static [&'static str],
}

/// How sure a rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confidence {
    /// Documented, or seen in the platform's own code.
    High,
    /// Seen in use by others.
    Medium,
    /// Inferred.
    Low,
}

/// A link that a rule is for.
#[derive(Clone, Debug)]
pub struct Match {
    /// The rule.
    pub rule: &'static Rule,
    captures: Captures,
}

impl Match {
    /// Where to ask, in this order.
    pub fn ask(&self) -> Vec<Url> {
        let filled = self.rule.ask.iter().map(|template| pattern::fill(template, &self.captures));
        filled.filter_map(|url| Url::parse(&url).ok()).collect()
    }

    /// The assertion's own address, of a hosted badge.
    pub fn assertion(&self) -> Option<Url> {
        let hosted = self.rule.gives == Gives::Badge(Version::V2);
        self.ask().into_iter().next().filter(|_| hosted)
    }

    /// What stands for the achievement in the link, where it has a number or name.
    pub fn id(&self) -> Option<&str> {
        ["id", "code", "searchString", "name", "slug"]
            .into_iter()
            .find_map(|name| self.captures.get(name).map(String::as_str))
    }
}

/// The rule for `url`, if there is one.
pub fn find(url: &Url) -> Option<Match> {
    if !matches!(url.scheme(), "https" | "http") {
        return None;
    }
    RULES.iter().find_map(|rule| {
        let captures = rule.links.iter().find_map(|link| pattern::find(link, rule.query, url))?;
        Some(Match { rule, captures })
    })
}

/// All rules.
pub fn all() -> &'static [Rule] {
    RULES
}

const NONE: Rule = Rule {
    platform: "",
    links: &[],
    query: &[],
    ask: &[],
    gives: Gives::Badge(Version::Any),
    confidence: Confidence::Low,
    tried_live: false,
    terms: None,
    instead: None,
};

const CREDLY_TERMS: &str = "Credly's terms forbid automated collection of data. Go on only if these are your own badges; \
    or download them one by one from your profile and import the files.";

const RULES: &[Rule] = &[
    Rule {
        platform: "Credly",
        links: &[
            "credly.com/badges/{id:uuid}/**",
            "credly.com/embedded_badge/{id:uuid}",
            "credly.com/earner/earned/badge/{id:uuid}/**",
            "credly.com/api/v1/obi/v2/badge_assertions/{id:uuid}",
            "api.credly.com/v1/obi/v2/badge_assertions/{id:uuid}",
            "youracclaim.com/badges/{id:uuid}/**",
            "youracclaim.com/embedded_badge/{id:uuid}",
            "api.youracclaim.com/v1/obi/v2/badge_assertions/{id:uuid}",
        ],
        ask: &[
            "https://api.credly.com/v1/obi/v2/badge_assertions/{id}",
            "https://www.credly.com/api/v1/obi/v2/badge_assertions/{id}",
        ],
        gives: Gives::Badge(Version::V2),
        confidence: Confidence::High,
        instead: Some("On the badge's page, sign in, choose Download, and import the file."),
        ..NONE
    },
    Rule {
        platform: "Credly",
        links: &[
            "credly.com/api/v1/obi/v3/open_badge_credentials/{id:uuid}",
            "api.credly.com/v1/obi/v3/open_badge_credentials/{id:uuid}",
        ],
        ask: &[
            "https://www.credly.com/api/v1/obi/v3/open_badge_credentials/{id}",
            "https://api.credly.com/v1/obi/v3/open_badge_credentials/{id}",
        ],
        gives: Gives::Badge(Version::V3),
        confidence: Confidence::Low,
        instead: Some("On the badge's page, sign in, choose Download, and import the file."),
        ..NONE
    },
    Rule {
        platform: "Credly",
        links: &[
            "credly.com/users/{name}",
            "credly.com/users/{name}/badges",
            "credly.com/users/{name}/badges.json",
        ],
        ask: &["https://www.credly.com/users/{name}/badges.json"],
        gives: Gives::List(List {
            items: "/data",
            link: "https://www.credly.com/badges/{id}",
            id: "/id",
            title: &["/metadata/user/name", "/data/0/issued_to"],
            total: &["/metadata/total_count"],
            next: &["/metadata/next_page_url"],
        }),
        confidence: Confidence::High,
        terms: Some(CREDLY_TERMS),
        instead: Some("Make your profile public, or download the badges from it and import the files."),
        ..NONE
    },
    Rule {
        platform: "Canvas Credentials",
        links: &[
            "badgr.com/public/assertions/{id}/**",
            "badgr.io/public/assertions/{id}/**",
            "api.badgr.io/public/assertions/{id}/**",
            "badgr.com/public/assertions/{id}.json",
            "api.badgr.io/public/assertions/{id}.json",
            "badges.parchment.com/public/assertions/{id}/**",
            "**.badges.parchment.com/public/assertions/{id}/**",
        ],
        ask: &[
            "https://api.badgr.io/public/assertions/{id}?v=2_0",
            "https://api.badgr.io/public/assertions/{id}.json?v=2_0",
            "https://{host}/public/assertions/{id}",
        ],
        gives: Gives::Badge(Version::V2),
        confidence: Confidence::High,
        ..NONE
    },
    Rule {
        platform: "Canvas Credentials",
        links: &[
            "{region:eu|ca|au}.badgr.com/public/assertions/{id}/**",
            "{region:eu|ca|au}.badgr.io/public/assertions/{id}/**",
            "api.{region:eu|ca|au}.badgr.io/public/assertions/{id}/**",
            "api.{region:eu|ca|au}.badgr.io/public/assertions/{id}.json",
            "**.badges.parchment.{region:eu|ca|au}/public/assertions/{id}/**",
        ],
        ask: &[
            "https://api.{region}.badgr.io/public/assertions/{id}?v=2_0",
            "https://api.{region}.badgr.io/public/assertions/{id}.json?v=2_0",
            "https://{host}/public/assertions/{id}",
        ],
        gives: Gives::Badge(Version::V2),
        confidence: Confidence::High,
        ..NONE
    },
    Rule {
        platform: "Parchment",
        links: &[
            "**.badges.parchment.com/public/credentials/{id}/**",
            "api.badgr.io/public/credentials/{id}/**",
            "badgr.com/public/credentials/{id}/**",
        ],
        ask: &[
            "https://{host}/public/credentials/{id}",
            "https://{host}/public/credentials/{id}.json",
            "https://api.badgr.io/public/credentials/{id}",
        ],
        gives: Gives::Badge(Version::V3),
        confidence: Confidence::Low,
        ..NONE
    },
    Rule {
        platform: "Parchment",
        links: &[
            "**.badges.parchment.{region:eu|ca|au}/public/credentials/{id}/**",
            "api.{region:eu|ca|au}.badgr.io/public/credentials/{id}/**",
            "{region:eu|ca|au}.badgr.com/public/credentials/{id}/**",
        ],
        ask: &[
            "https://{host}/public/credentials/{id}",
            "https://{host}/public/credentials/{id}.json",
            "https://api.{region}.badgr.io/public/credentials/{id}",
        ],
        gives: Gives::Badge(Version::V3),
        confidence: Confidence::Low,
        ..NONE
    },
    Rule {
        platform: "Canvas Credentials",
        links: &[
            "badgr.com/public/collections/{id}/**",
            "api.badgr.io/public/collections/{id}/**",
            "api.badgr.io/public/collections/{id}.json",
            "**.badges.parchment.com/public/collections/{id}/**",
        ],
        ask: &[
            "https://api.badgr.io/public/collections/{id}.json?expand=badges.badge",
            "https://{host}/public/collections/{id}.json",
        ],
        gives: Gives::List(BADGR_COLLECTION),
        confidence: Confidence::High,
        ..NONE
    },
    Rule {
        platform: "Canvas Credentials",
        links: &[
            "{region:eu|ca|au}.badgr.com/public/collections/{id}/**",
            "api.{region:eu|ca|au}.badgr.io/public/collections/{id}/**",
            "api.{region:eu|ca|au}.badgr.io/public/collections/{id}.json",
            "**.badges.parchment.{region:eu|ca|au}/public/collections/{id}/**",
        ],
        ask: &[
            "https://api.{region}.badgr.io/public/collections/{id}.json?expand=badges.badge",
            "https://{host}/public/collections/{id}.json",
        ],
        gives: Gives::List(BADGR_COLLECTION),
        confidence: Confidence::High,
        ..NONE
    },
    Rule {
        platform: "Accredible",
        links: &[
            "credential.net/{id:uuid}/**",
            "credential.net/{id:digits}/**",
            "credential.net/embed/{id:uuid}",
            "**.accredible.com/{id:uuid}/**",
            "**.accredible.com/{id:digits}/**",
            "credentials.{org}.{tld}/{id:uuid}/**",
            "api.accredible.com/v1/obi/badge_assertions/{id}",
        ],
        ask: &["https://api.accredible.com/v1/obi/badge_assertions/{id}"],
        gives: Gives::Badge(Version::V2),
        confidence: Confidence::Medium,
        instead: Some(
            "Many of these credentials are certificates without a badge: list it by hand, with its link.",
        ),
        ..NONE
    },
    Rule {
        platform: "Open Badge Factory",
        links: &[
            "openbadgefactory.com/v1/assertion/{id:hex}",
            "openbadgefactory.com/v1/assertion/{id:hex}.html",
            "openbadgefactory.com/v1/assertion/{id:hex}.json",
        ],
        ask: &["https://openbadgefactory.com/v1/assertion/{id}"],
        gives: Gives::Badge(Version::V2),
        confidence: Confidence::Medium,
        ..NONE
    },
    Rule {
        platform: "Open Badge Factory",
        links: &[
            "openbadgefactory.com/obv3/credentials/{id:hex}",
            "openbadgefactory.com/obv3/credentials/{id:hex}.html",
        ],
        ask: &["https://openbadgefactory.com/obv3/credentials/{id}"],
        gives: Gives::Badge(Version::V3),
        confidence: Confidence::Medium,
        ..NONE
    },
    Rule {
        platform: "Open Badge Passport",
        links: &["openbadgepassport.com/app/badge/info/{id:digits}/**"],
        ask: &[
            "https://openbadgepassport.com/app/obpv1/badge/info/{id}",
            "https://openbadgepassport.com/obpv1/badge/info/{id}",
        ],
        gives: Gives::Address("/assertion_url"),
        confidence: Confidence::Medium,
        instead: Some("Set the badge to public there, or export it from your passport and import the file."),
        ..NONE
    },
    Rule {
        platform: "Moodle",
        links: &["**/{base**}/badges/badge.php"],
        query: &["hash"],
        ask: &[
            "https://{host}{base}/badges/assertion.php?b={hash}&obversion=2",
            "https://{host}{base}/badges/json/assertion.php?b={hash}&obversion=2",
        ],
        gives: Gives::Badge(Version::V2),
        confidence: Confidence::High,
        instead: Some("Sign in there, download the badge from your profile, and import the file."),
        ..NONE
    },
    Rule {
        platform: "edubadges",
        links: &["edubadges.nl/public/assertions/{id}/**", "api.edubadges.nl/public/assertions/{id}/**"],
        ask: &[
            "https://api.edubadges.nl/public/assertions/{id}",
            "https://api.edubadges.nl/public/assertions/{id}.json?v=2_0",
        ],
        gives: Gives::Badge(Version::V2),
        confidence: Confidence::High,
        instead: Some("Make the badge public in your backpack; a private one is not there for anybody else."),
        ..NONE
    },
    Rule {
        platform: "Badgecraft",
        links: &["badgecraft.eu/{language}/user-badges/{id}/**", "badgecraft.eu/user-badges/{id}/**"],
        // Its interface wants a session: only the page can be searched.
        ask: &[],
        confidence: Confidence::Low,
        instead: Some("Sign in there, download the badge, and import the file."),
        ..NONE
    },
    Rule {
        platform: "CredTrail",
        links: &["**.credtrail.{tld:org|com}/badges/{id}/**"],
        ask: &["https://{host}/badges/{id}/jsonld", "https://{host}/badges/{id}/download"],
        gives: Gives::Badge(Version::V3),
        confidence: Confidence::High,
        ..NONE
    },
    Rule {
        platform: "VerifierPlus",
        links: &["verifierplus.org/credentials/{id}/**", "verifierplus.org/api/credentials/{id}"],
        ask: &["https://verifierplus.org/api/credentials/{id}"],
        gives: Gives::Inside("/vp"),
        confidence: Confidence::High,
        ..NONE
    },
    Rule {
        platform: "Certifier",
        links: &["credsverse.com/credentials/{id:uuid}/**"],
        ask: &[],
        confidence: Confidence::Low,
        instead: Some("Download the badge from its page, and import the file."),
        ..NONE
    },
    Rule {
        platform: "Microsoft Learn",
        links: &[
            "learn.microsoft.com/users/{name}/transcript/{id}",
            "learn.microsoft.com/{locale}/users/{name}/transcript/{id}",
        ],
        ask: &["https://learn.microsoft.com/api/profiles/transcript/share/{id}?locale=en-us"],
        gives: Gives::Nothing(Stated::Json(&Facts {
            issuer: "Microsoft",
            items: "/certificationData/activeCertifications",
            name: &["/name"],
            issued_on: &["/dateEarned"],
            expires_on: &["/expiration", "/dateExpired"],
            credential_id: &["/certificationNumber"],
        })),
        confidence: Confidence::High,
        ..NONE
    },
    Rule {
        platform: "Microsoft Learn",
        links: &[
            "learn.microsoft.com/api/credentials/share/**",
            "learn.microsoft.com/{locale}/users/{name}/credentials/**",
        ],
        gives: Gives::Nothing(Stated::Page { issuer: "Microsoft" }),
        confidence: Confidence::High,
        ..NONE
    },
    Rule {
        platform: "Google Skills",
        links: &["skills.google/public_profiles/{id}/**", "cloudskillsboost.google/public_profiles/{id}/**"],
        gives: Gives::Nothing(Stated::Page { issuer: "Google" }),
        confidence: Confidence::High,
        ..NONE
    },
    Rule {
        platform: "Trailhead",
        links: &[
            "salesforce.com/trailblazer/{slug}/**",
            "trailblazer.me/id/{slug}",
            "trailhead.salesforce.com/{language}/credentials/certification-detail-print/**",
            "trailhead.salesforce.com/credentials/certification-detail-print/**",
        ],
        gives: Gives::Nothing(Stated::Page { issuer: "Salesforce" }),
        confidence: Confidence::Medium,
        ..NONE
    },
    Rule {
        platform: "Coursera",
        links: &[
            "coursera.org/verify/{code}",
            "coursera.org/verify/{kind}/{code}",
            "coursera.org/account/accomplishments/{kind}/{code}",
            "coursera.org/account/accomplishments/{code}",
        ],
        gives: Gives::Nothing(Stated::Page { issuer: "Coursera" }),
        confidence: Confidence::Medium,
        ..NONE
    },
    Rule {
        platform: "edX",
        links: &["courses.edx.org/certificates/{id:hex}", "credentials.edx.org/credentials/{id}/**"],
        gives: Gives::Nothing(Stated::Page { issuer: "edX" }),
        confidence: Confidence::Medium,
        ..NONE
    },
];

const BADGR_COLLECTION: List =
    List { items: "/badges", link: "{id}", id: "/id", title: &["/name"], total: &[], next: &[] };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_holds_together() {
        for rule in all() {
            assert!(!rule.platform.is_empty() && !rule.links.is_empty());
            assert!(!rule.tried_live, "{}: say in docs/url-import.md when and how", rule.platform);
            for ask in rule.ask {
                assert!(ask.starts_with("https://"), "{ask}");
                // Each name in it is one that every link of the rule captures.
                let names = ask.split('{').skip(1).filter_map(|rest| rest.split('}').next());
                for name in names.filter(|name| *name != "host") {
                    let captures = |link: &&str| {
                        [format!("{{{name}}}"), format!("{{{name}:"), format!("{{{name}**}}")]
                            .iter()
                            .any(|capture| link.contains(capture.as_str()))
                    };
                    assert!(
                        rule.query.contains(&name) || rule.links.iter().all(captures),
                        "{}: {ask} needs {name}",
                        rule.platform
                    );
                }
            }
        }
    }

    #[test]
    fn links_find_their_rule_and_where_to_ask() {
        let uuid = "4f1d9f0e-8c1e-4b1a-9d1e-0a2b3c4d5e6f";
        let sha = "0123456789abcdef0123456789abcdef01234567";
        for (link, platform, ask) in [
            (
                format!("https://www.youracclaim.com/badges/{uuid}/linked_in_profile"),
                "Credly",
                format!("https://api.credly.com/v1/obi/v2/badge_assertions/{uuid}"),
            ),
            (
                "https://www.credly.com/users/ada-lovelace/badges".to_owned(),
                "Credly",
                "https://www.credly.com/users/ada-lovelace/badges.json".to_owned(),
            ),
            (
                "https://eu.badgr.com/public/assertions/Ab-1_c".to_owned(),
                "Canvas Credentials",
                "https://api.eu.badgr.io/public/assertions/Ab-1_c?v=2_0".to_owned(),
            ),
            (
                "https://uni.badges.parchment.eu/public/assertions/Ab".to_owned(),
                "Canvas Credentials",
                "https://api.eu.badgr.io/public/assertions/Ab?v=2_0".to_owned(),
            ),
            (
                "https://badges.parchment.com/public/assertions/Ab".to_owned(),
                "Canvas Credentials",
                "https://api.badgr.io/public/assertions/Ab?v=2_0".to_owned(),
            ),
            (
                "https://uni.badges.parchment.eu/public/credentials/Ab".to_owned(),
                "Parchment",
                "https://uni.badges.parchment.eu/public/credentials/Ab".to_owned(),
            ),
            (
                format!("https://credentials.databricks.com/{uuid}"),
                "Accredible",
                format!("https://api.accredible.com/v1/obi/badge_assertions/{uuid}"),
            ),
            (
                "https://google.accredible.com/12345".to_owned(),
                "Accredible",
                "https://api.accredible.com/v1/obi/badge_assertions/12345".to_owned(),
            ),
            (
                format!("https://openbadgefactory.com/v1/assertion/{sha}.html"),
                "Open Badge Factory",
                format!("https://openbadgefactory.com/v1/assertion/{sha}"),
            ),
            (
                "https://school.example/m/badges/badge.php?hash=ab12".to_owned(),
                "Moodle",
                "https://school.example/m/badges/assertion.php?b=ab12&obversion=2".to_owned(),
            ),
            (
                "https://www.edubadges.nl/public/assertions/Ab".to_owned(),
                "edubadges",
                "https://api.edubadges.nl/public/assertions/Ab".to_owned(),
            ),
        ] {
            let found = find(&Url::parse(&link).unwrap()).unwrap_or_else(|| panic!("{link}"));
            assert_eq!((found.rule.platform, found.ask()[0].as_str()), (platform, ask.as_str()), "{link}");
        }
        for link in [
            "https://example.org/badges/1",
            "https://credly.com.evil.example/badges/1",
            "ftp://credly.com/users/a",
        ] {
            assert!(find(&Url::parse(link).unwrap()).is_none(), "{link}");
        }
    }
}
