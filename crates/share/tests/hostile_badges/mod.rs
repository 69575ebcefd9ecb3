//! Badges that are full of one hostile text each.

#![allow(dead_code, reason = "each test program uses some of it")]

use jiff::Timestamp;
use lapel_share::{Badge, Original, Standing};
use lapel_testkit::{DataModel, Issuer, hostile_texts};
use openbadges::artifact::{ArtifactKind, PayloadContent};
use openbadges::{BadgeCard, Credential, Documents, Policy, verify};

const NOW: &str = "2026-11-23T12:00:00Z";

/// An expired badge that says one hostile text wherever it says anything.
pub struct HostileBadge {
    pub text: String,
    issued: String,
    credential: Credential,
    card: BadgeCard,
    standing: Standing,
    documents: Documents,
}

impl HostileBadge {
    fn of(text: String) -> Self {
        let now: Timestamp = NOW.parse().unwrap();
        let issued = Issuer::did_key("hostile")
            .named(&text)
            .achievement(&text)
            .described(&text)
            .tagged(&[&text])
            .award_to("ada@example.org")
            .issued("2020-03-01T12:00:00Z")
            .expires("2021-05-31T12:00:00Z")
            .sign_data_integrity(DataModel::V2);
        let credential = Credential::parse(&PayloadContent::Json(issued.text().to_owned())).unwrap();
        let documents = Documents::new();
        let report = verify(&credential, &documents, &Policy::at(now));
        let mut card = BadgeCard::of(&credential, &documents);
        card.image = Some("https://badges.example/a.png".to_owned());
        card.credential_id = Some(text.clone());
        card.public_url = Some(format!("https://badges.example/{text}"));
        let standing = Standing::of(&credential, &card, &report, now);
        Self { text, issued: issued.text().to_owned(), credential, card, standing, documents }
    }

    /// The badge, with a page whose address has the text in it.
    pub fn badge(&self) -> Badge<'_> {
        Badge {
            card: &self.card,
            credential: &self.credential,
            original: Original { kind: ArtifactKind::Json, bytes: self.issued.as_bytes() },
            art: None,
            picture: None,
            standing: self.standing.clone(),
            documents: &self.documents,
        }
    }
}

/// One badge for each hostile text.
pub fn all() -> Vec<HostileBadge> {
    hostile_texts().into_iter().map(HostileBadge::of).collect()
}

/// Calls `judge` with each hostile text and badges made of it: with a page whose address has the text in it, with the
/// text for an address, and without a page.
pub fn each(mut judge: impl FnMut(&str, Badge<'_>)) {
    for hostile in all() {
        for page in [hostile.card.public_url.clone(), Some(hostile.text.clone()), None] {
            let card = BadgeCard { public_url: page, ..hostile.card.clone() };
            judge(&hostile.text, Badge { card: &card, ..hostile.badge() });
        }
    }
}
