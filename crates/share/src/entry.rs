//! A badge as a line of a list: what a CV, a portfolio or a form says of it.

use openbadges::BadgeCard;
use openbadges::card::Moment;

use crate::link::public_page;
use crate::text::{LINE, one_line};
use crate::{Badge, Standing};

/// The longest description, in characters.
const PARAGRAPH: usize = 2000;

/// The most skills of one badge.
const MOST_SKILLS: usize = 15;

/// What a list says of a badge. Every text is on one line and free of steering characters, but not escaped: each
/// target escapes for itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The achievement's name, or `Badge`.
    pub name: String,
    /// The issuer's name, or `Unknown issuer`.
    pub issuer: String,
    /// The issuer's own page, if it is a public one.
    pub issuer_url: Option<String>,
    /// When it was awarded, by the issuer's own calendar: `YYYY-MM-DD`.
    pub issued: Option<String>,
    /// When it ends, likewise.
    pub expires: Option<String>,
    /// The badge's public page ([`public_page`]).
    pub url: Option<String>,
    /// Its id, where a person could read it out.
    pub id: Option<String>,
    /// What the achievement is.
    pub description: Option<String>,
    /// What it is aligned to, then its tags, each once, at most fifteen.
    pub skills: Vec<String>,
    /// How it stands.
    pub standing: Standing,
}

impl Entry {
    /// What a list says of `badge`.
    pub fn of(badge: &Badge<'_>) -> Self {
        let card = badge.card;
        let or = |text: &str, otherwise: &str| {
            let text = one_line(text, LINE);
            if text.is_empty() { otherwise.to_owned() } else { text }
        };
        let text = |text: &str, max| Some(one_line(text, max)).filter(|text| !text.is_empty());
        Self {
            name: or(&card.name, "Badge"),
            issuer: or(&card.issuer.name, "Unknown issuer"),
            issuer_url: card.issuer.url.as_deref().and_then(public_page),
            issued: card.issued_on.as_ref().and_then(date),
            expires: card.expires_on.as_ref().and_then(date),
            url: card.public_url.as_deref().and_then(public_page),
            id: card.credential_id.as_deref().and_then(short_id),
            description: card.description.as_deref().and_then(|it| text(it, PARAGRAPH)),
            skills: skills(card),
            standing: badge.standing.clone(),
        }
    }
}

/// The issuer's own date; `None` where it is none.
fn date(moment: &Moment) -> Option<String> {
    let date: jiff::civil::Date = moment.date.parse().ok()?;
    (date.year() >= 0).then(|| date.strftime("%Y-%m-%d").to_string())
}

/// An id that a person could read out; URNs, DIDs and addresses are none.
pub(crate) fn short_id(id: &str) -> Option<String> {
    const MACHINES: [&str; 6] = ["urn:", "did:", "http:", "https:", "data:", "ipfs:"];
    let id = one_line(id, LINE);
    let lower = id.to_ascii_lowercase();
    let human = !id.is_empty() && id.chars().count() <= 80 && !MACHINES.iter().any(|m| lower.starts_with(m));
    human.then_some(id)
}

/// Skills: what the achievement is aligned to, then its tags, each once.
pub(crate) fn skills(card: &BadgeCard) -> Vec<String> {
    let mut skills: Vec<String> = Vec::new();
    let named = card.alignments.iter().map(|alignment| alignment.name.as_str());
    for skill in named.chain(card.tags.iter().map(String::as_str)) {
        let skill = one_line(skill, 80);
        if !skill.is_empty() && !skills.iter().any(|known| known.to_lowercase() == skill.to_lowercase()) {
            skills.push(skill);
        }
        // LinkedIn's form takes no more than five for one entry, but a person may choose among a few more.
        if skills.len() == MOST_SKILLS {
            break;
        }
    }
    skills
}
