//! Posts: what a person says of a badge on a network, counted as that network counts.
//!
//! Texts of the badge are made plain ([`crate::escape::unlinked`]): a name mentions nobody, makes no hashtag and no link.
//! They are cut between graphemes where a network has no room; the address never is.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use unicode_segmentation::UnicodeSegmentation;
use url::{Host, Url};

use crate::entry::Entry;
use crate::escape::unlinked;
use crate::linkedin::post_url;
use crate::text::percent;

/// Where a post goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Network {
    /// LinkedIn.
    Linkedin,
    /// X.
    X,
    /// Facebook.
    Facebook,
    /// Bluesky.
    Bluesky,
    /// Mastodon, on the person's own instance.
    Mastodon,
    /// `WhatsApp`.
    Whatsapp,
    /// Telegram.
    Telegram,
    /// A mail.
    Email,
}

impl Network {
    /// All of them, in the order of a share sheet.
    pub const ALL: [Self; 8] = [
        Self::Linkedin,
        Self::X,
        Self::Facebook,
        Self::Bluesky,
        Self::Mastodon,
        Self::Whatsapp,
        Self::Telegram,
        Self::Email,
    ];

    /// Its name, as people write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Linkedin => "LinkedIn",
            Self::X => "X",
            Self::Facebook => "Facebook",
            Self::Bluesky => "Bluesky",
            Self::Mastodon => "Mastodon",
            Self::Whatsapp => "WhatsApp",
            Self::Telegram => "Telegram",
            Self::Email => "E-mail",
        }
    }

    /// The most that a post may count.
    pub fn limit(self) -> Option<u32> {
        match self {
            Self::X => Some(280),
            Self::Bluesky => Some(300),
            // What an instance allows unless its keeper says otherwise.
            Self::Mastodon => Some(500),
            Self::Linkedin | Self::Facebook | Self::Whatsapp | Self::Telegram | Self::Email => None,
        }
    }

    /// Whether it takes an address only: title and picture come from the page there.
    pub fn takes_only_a_page(self) -> bool {
        matches!(self, Self::Linkedin | Self::Facebook)
    }

    /// How much `text` counts there.
    pub fn count(self, text: &str) -> u32 {
        let count = match self {
            Self::X => addresses_as(23, text, weight),
            Self::Mastodon => addresses_as(23, text, |text| text.graphemes(true).count()),
            _ => text.graphemes(true).count(),
        };
        u32::try_from(count).unwrap_or(u32::MAX)
    }
}

/// A post, ready to be looked at before it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Post {
    /// Where.
    pub network: Network,
    /// Opens the network's own form with the text in it; `None` where `note` says what is missing.
    pub url: Option<String>,
    /// What the form will say; empty where the network takes an address only.
    pub text: String,
    /// How much of the limit that is.
    pub count: u32,
    /// The network's limit.
    pub limit: Option<u32>,
    /// What the person should know.
    pub note: Option<String>,
}

/// What posts are made of, besides the badge.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Making<'a> {
    /// What is said of how the badge stands.
    pub statement: Option<&'a str>,
    /// The page that they lead to.
    pub page: Option<&'a str>,
    /// The person's own words, instead of ours.
    pub words: Option<&'a str>,
    /// The person's Mastodon instance.
    pub instance: Option<&'a str>,
}

/// A post for every network.
pub(crate) fn posts(entry: &Entry, making: Making<'_>) -> Vec<Post> {
    Network::ALL.into_iter().map(|network| post(network, entry, making)).collect()
}

fn post(network: Network, entry: &Entry, making: Making<'_>) -> Post {
    let limit = network.limit();
    if network.takes_only_a_page() {
        let url = making.page.map(|page| match network {
            Network::Linkedin => post_url(page),
            _ => format!("https://www.facebook.com/sharer/sharer.php?u={}", percent(page)),
        });
        let note = match url {
            Some(_) => format!("{} takes title and picture from that page.", network.name()),
            None => format!("{} shows a page, and this badge has none.", network.name()),
        };
        return Post { network, url, text: String::new(), count: 0, limit, note: Some(note) };
    }
    let text = text(network, entry, making);
    let count = network.count(&text);
    let too_long = limit.filter(|&limit| count > limit);
    let instance = making.instance.and_then(instance);
    let note = match (too_long, network) {
        (Some(limit), _) => Some(format!("{} takes {limit} characters at most.", network.name())),
        (None, Network::Mastodon) if instance.is_none() => {
            Some("Say where your account is, such as mastodon.social.".to_owned())
        }
        (None, Network::Mastodon) => Some("Your instance may allow more than 500 characters.".to_owned()),
        _ => None,
    };
    let url =
        if too_long.is_some() { None } else { form(network, entry, &text, making.page, instance.as_deref()) };
    Post { network, url, text, count, limit, note }
}

/// The address that opens the network's form.
fn form(
    network: Network,
    entry: &Entry,
    text: &str,
    page: Option<&str>,
    instance: Option<&str>,
) -> Option<String> {
    let text_ = percent(text);
    Some(match network {
        Network::X => format!("https://x.com/intent/post?text={text_}"),
        Network::Bluesky => format!("https://bsky.app/intent/compose?text={text_}"),
        Network::Mastodon => format!("https://{}/share?text={text_}", instance?),
        Network::Whatsapp => format!("https://api.whatsapp.com/send?text={text_}"),
        Network::Telegram => {
            // Telegram shows the address first, then the text.
            let page = page?;
            let words = text.strip_suffix(page).unwrap_or(text).trim_end();
            format!("https://t.me/share/url?url={}&text={}", percent(page), percent(words))
        }
        Network::Email => format!("mailto:?subject={}&body={text_}", percent(&entry.name)),
        Network::Linkedin | Network::Facebook => return None,
    })
}

/// The words, what is said of the standing, and the address, each where there is one.
fn text(network: Network, entry: &Entry, making: Making<'_>) -> String {
    let statement = making.statement.map(unlinked);
    let rest = [statement.as_deref(), making.page];
    let whole = |words: &str| {
        let parts = [Some(words)].into_iter().chain(rest).flatten().filter(|part| !part.is_empty());
        parts.collect::<Vec<_>>().join("\n")
    };
    if let Some(words) = making.words {
        return whole(words.trim());
    }
    let fits = |text: &str| network.limit().is_none_or(|limit| network.count(text) <= limit);
    let (mut name, mut issuer) = (Cut::of(&entry.name), Cut::of(&entry.issuer));
    loop {
        let text = whole(&format!("I earned the badge “{}” from {}.", name.text(), issuer.text()));
        if fits(&text) {
            return text;
        }
        // The longer of both gives way, down to nothing; where the address alone is too long, cutting helps nobody.
        let longer = if name.len >= issuer.len { &mut name } else { &mut issuer };
        match longer.len.checked_sub(1) {
            Some(shorter) => longer.len = shorter,
            None => {
                return whole(&format!(
                    "I earned the badge “{}” from {}.",
                    unlinked(&entry.name),
                    unlinked(&entry.issuer)
                ));
            }
        }
    }
}

/// A text that can be made shorter between its graphemes.
struct Cut {
    graphemes: Vec<String>,
    len: usize,
}

impl Cut {
    fn of(text: &str) -> Self {
        let graphemes: Vec<String> = unlinked(text).graphemes(true).map(str::to_owned).collect();
        Self { len: graphemes.len(), graphemes }
    }

    fn text(&self) -> String {
        let text = self.graphemes[..self.len].concat();
        if self.len < self.graphemes.len() { format!("{}…", text.trim_end()) } else { text }
    }
}

/// What `text` counts where every address in it counts `address`, however long it is.
fn addresses_as(address: usize, text: &str, count: impl Fn(&str) -> usize) -> usize {
    let mut sum = 0;
    for (index, word) in text.split([' ', '\n']).enumerate() {
        sum += usize::from(index > 0);
        let is_address = word.starts_with("https://") || word.starts_with("http://");
        sum += if is_address { address } else { count(word) };
    }
    sum
}

/// What X counts (twitter-text, configuration 3): characters of Latin, Greek, Cyrillic, Hebrew, Arabic, Indic, ... and
/// general punctuation 1, others 2, and an emoji of several characters 2 as a whole.
fn weight(text: &str) -> usize {
    let light = |c: char| matches!(u32::from(c), 0..=4351 | 8192..=8205 | 8208..=8223 | 8242..=8247);
    text.graphemes(true)
        .map(|grapheme| {
            if is_emoji(grapheme) { 2 } else { grapheme.chars().map(|c| if light(c) { 1 } else { 2 }).sum() }
        })
        .sum()
}

/// Whether a grapheme is an emoji of more than one character; those of one count 2 by their block.
fn is_emoji(grapheme: &str) -> bool {
    let pictographic = |c: char| matches!(u32::from(c), 0x2190..=0x2BFF | 0x3030 | 0x303D | 0x3297 | 0x3299 | 0x1F000..=0x1FAFF);
    grapheme.contains('\u{20E3}')
        || (grapheme.chars().count() > 1 && grapheme.chars().next().is_some_and(pictographic))
}

/// The host of a Mastodon instance, from its name, its address, or an account there (`@ada@mastodon.social`).
pub fn instance(text: &str) -> Option<String> {
    let text = text.trim();
    let address = if text.contains("://") {
        text.to_owned()
    } else {
        format!("https://{}", text.rsplit_once('@').map_or(text, |(_, host)| host))
    };
    let url = Url::parse(&address).ok()?;
    match url.host()? {
        Host::Domain(name) if url.scheme() == "https" && url.port().is_none() && name.contains('.') => {
            Some(name.to_owned())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use openbadges::Verdict;
    use proptest::prelude::*;

    use super::*;
    use crate::Standing;
    use crate::test_cards::any_text;

    const PAGE: &str = "https://badges.example/assertions/1";

    fn entry(name: &str, issuer: &str) -> Entry {
        Entry {
            name: name.to_owned(),
            issuer: issuer.to_owned(),
            issuer_url: None,
            issued: Some("2026-03-01".to_owned()),
            expires: None,
            url: None,
            id: None,
            description: None,
            skills: vec![],
            standing: Standing::for_tests(Verdict::Verified, "Verified on 2026-11-23"),
        }
    }

    fn made(network: Network, name: &str, making: Making<'_>) -> Post {
        post(network, &entry(name, "Example University"), making)
    }

    #[test]
    fn each_network_has_its_own_form() {
        let making = Making { page: Some(PAGE), instance: Some("@ada@norden.social"), ..Making::default() };
        let url = |network| made(network, "Rust & C++", making).url.unwrap();
        let page = "https%3A%2F%2Fbadges.example%2Fassertions%2F1";
        assert_eq!(
            url(Network::Linkedin),
            format!("https://www.linkedin.com/sharing/share-offsite/?url={page}")
        );
        assert_eq!(url(Network::Facebook), format!("https://www.facebook.com/sharer/sharer.php?u={page}"));
        let text = "I%20earned%20the%20badge%20%E2%80%9CRust%20%26%20C%2B%2B%E2%80%9D%20from%20Example%20University.";
        for (network, form) in [
            (Network::X, "https://x.com/intent/post?text="),
            (Network::Bluesky, "https://bsky.app/intent/compose?text="),
            (Network::Mastodon, "https://norden.social/share?text="),
            (Network::Whatsapp, "https://api.whatsapp.com/send?text="),
            (Network::Email, "mailto:?subject=Rust%20%26%20C%2B%2B&body="),
        ] {
            assert_eq!(url(network), format!("{form}{text}%0A{page}"));
        }
        assert_eq!(url(Network::Telegram), format!("https://t.me/share/url?url={page}&text={text}"));
    }

    #[test]
    fn what_is_missing_is_said() {
        let without_page = |network| made(network, "Rust", Making::default());
        assert_eq!(without_page(Network::Linkedin).url, None);
        assert!(without_page(Network::Facebook).note.unwrap().contains("this badge has none"));
        assert!(without_page(Network::Mastodon).note.unwrap().contains("where your account is"));
        assert_eq!(without_page(Network::X).text, "I earned the badge “Rust” from Example University.");
    }

    #[test]
    fn the_standing_and_the_address_follow_the_persons_own_words() {
        let making = Making {
            statement: Some("Expired on 2021-05-31"),
            page: Some(PAGE),
            words: Some("Look, @ada #rust!"),
            ..Making::default()
        };
        assert_eq!(
            made(Network::Bluesky, "Rust", making).text,
            format!("Look, @ada #rust!\nExpired on 2021-05-31\n{PAGE}")
        );
        let long = "x".repeat(301);
        let post = made(Network::Bluesky, "Rust", Making { words: Some(&long), ..making });
        assert_eq!((post.url, post.note.as_deref()), (None, Some("Bluesky takes 300 characters at most.")));
    }

    #[test]
    fn networks_count_each_in_its_way() {
        // The cases of twitter-text's own validation suite: Latin 1, CJK 2, emoji 2, addresses 23.
        assert_eq!(Network::X.count("Café"), 4);
        assert_eq!(Network::X.count("こんにちは"), 10);
        assert_eq!(Network::X.count("👩‍👩‍👧‍👦 🇩🇪 1️⃣"), 8);
        assert_eq!(
            Network::X.count("see https://badges.example/a/very/long/address/indeed/which/is/long now"),
            31
        );
        assert_eq!(Network::Mastodon.count("👩‍👩‍👧‍👦e\u{301} https://badges.example/a/very/long/address"), 26);
        assert_eq!(Network::Bluesky.count("👩‍👩‍👧‍👦e\u{301}"), 2);
    }

    #[test]
    fn instances_are_hosts() {
        for text in
            ["norden.social", " https://norden.social/@ada ", "@ada@norden.social", "ada@norden.social"]
        {
            assert_eq!(instance(text).as_deref(), Some("norden.social"), "{text}");
        }
        for text in ["", "norden", "http://norden.social", "https://127.0.0.1", "norden.social:8443", "a b.c"]
        {
            assert_eq!(instance(text), None, "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn posts_fit_and_are_cut_between_graphemes(name in any_text(), issuer in any_text(), times in 1..40_usize) {
            let entry = entry(&crate::text::one_line(&name.repeat(times), 300), &crate::text::one_line(&issuer.repeat(times), 300));
            for network in [Network::X, Network::Bluesky, Network::Mastodon] {
                let making = Making { page: Some(PAGE), statement: Some("Expired on 2021-05-31"), instance: Some("a.example"), ..Making::default() };
                let post = post(network, &entry, making);
                prop_assert!(post.count <= post.limit.unwrap(), "{:?}", post);
                let tail = format!("\nExpired on 2021\u{2D}05-31\n{PAGE}");
                prop_assert!(post.text.ends_with(&tail));
                let shown = post.text.strip_prefix("I earned the badge “").unwrap().replace('\u{2060}', "");
                let begin: String = shown.graphemes(true).take_while(|g| *g != "…" && *g != "”").collect();
                prop_assert!(entry.name.replace('\u{2060}', "").starts_with(begin.trim_end()), "{begin}");
            }
        }
    }
}
