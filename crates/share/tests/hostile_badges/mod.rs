//! Badges that are full of one hostile text each.

use jiff::Timestamp;
use lapel_share::{Badge, Original, Standing};
use lapel_testkit::{DataModel, Issuer, hostile_texts};
use openbadges::artifact::{ArtifactKind, PayloadContent};
use openbadges::{BadgeCard, Credential, Documents, Policy, verify};

const NOW: &str = "2026-11-23T12:00:00Z";

/// Calls `judge` with each hostile text and expired badges made of it: with a page whose address has the text in it,
/// with the text for an address, and without a page.
pub fn each(mut judge: impl FnMut(&str, Badge<'_>)) {
    for text in hostile_texts() {
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
        let report = verify(&credential, &documents, &Policy::at(NOW.parse::<Timestamp>().unwrap()));
        let mut card = BadgeCard::of(&credential, &documents);
        card.image = Some("https://badges.example/a.png".to_owned());
        card.credential_id = Some(text.clone());
        for page in [Some(format!("https://badges.example/{text}")), Some(text.clone()), None] {
            card.public_url = page;
            let badge = Badge {
                card: &card,
                credential: &credential,
                original: Original { kind: ArtifactKind::Json, bytes: issued.text().as_bytes() },
                art: None,
                picture: None,
                standing: Standing::of(&credential, &card, &report, NOW.parse().unwrap()),
                documents: &documents,
            };
            judge(&text, badge);
        }
    }
}
