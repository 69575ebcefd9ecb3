//! LinkedIn: "Add to profile", and a post about a public page.
//!
//! LinkedIn fills its form from the URL for some people and not for others, so the same values are given once
//! more as fields to copy, in the order of LinkedIn's own form.

use std::collections::BTreeMap;

use openbadges::card::{BadgeCard, Moment};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::entry::{short_id, skills};
use crate::text::{LINE, one_line, percent};

/// What LinkedIn's form "Add license or certification" wants to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LinkedIn {
    /// Opens the form, filled in where LinkedIn still does that.
    pub url: String,
    /// What goes into each field, in the order of the form; fields that the badge says nothing about are
    /// left out.
    pub fields: Vec<Field>,
}

/// A field of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Field {
    /// Its name, as the form shows it.
    pub name: String,
    /// What to put in.
    pub value: String,
}

impl LinkedIn {
    /// What `card` says, for LinkedIn: with the page of `making` instead of its own, where there is one, and the
    /// organisation's page id by what the issuer states about itself, or else by the person's own map.
    pub(crate) fn of(card: &BadgeCard, making: &Making<'_>) -> Self {
        let entry = Entry::of(card, making);
        Self { url: entry.url(), fields: entry.fields() }
    }
}

/// What the form is made of, besides the card.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Making<'a> {
    /// The page that proves the badge.
    pub page: Option<&'a str>,
    /// LinkedIn's page ids by the issuers' ids.
    pub organizations: Option<&'a BTreeMap<String, String>>,
    /// Whether the credential's id stays out.
    pub leave_out_id: bool,
}

/// The address of LinkedIn's page for a post about `page`. LinkedIn takes title and picture from the page.
pub fn post_url(page: &str) -> String {
    format!("https://www.linkedin.com/sharing/share-offsite/?url={}", percent(page))
}

/// The form's values, before they become a URL or fields.
struct Entry {
    name: String,
    organization: String,
    organization_id: Option<String>,
    issued: Option<Month>,
    expires: Option<Month>,
    id: Option<String>,
    page: Option<String>,
    skills: Vec<String>,
}

impl Entry {
    fn of(card: &BadgeCard, making: &Making<'_>) -> Self {
        let mapped =
            || making.organizations?.get(card.issuer.id.as_deref()?).and_then(|id| organization_id(id));
        Self {
            name: one_line(&card.name, LINE),
            organization: one_line(&card.issuer.name, LINE),
            organization_id: card
                .issuer
                .linkedin_organization_id
                .as_deref()
                .and_then(organization_id)
                .or_else(mapped),
            issued: card.issued_on.as_ref().and_then(Month::of),
            expires: card.expires_on.as_ref().and_then(Month::of),
            id: card.credential_id.as_deref().and_then(short_id).filter(|_| !making.leave_out_id),
            page: making.page.map(str::to_owned),
            skills: skills(card),
        }
    }

    fn url(&self) -> String {
        let mut url = "https://www.linkedin.com/profile/add?startTask=CERTIFICATION_NAME".to_owned();
        let mut add = |key: &str, value: &str| {
            if !value.is_empty() {
                url.push('&');
                url.push_str(key);
                url.push('=');
                url.push_str(&percent(value));
            }
        };
        add("name", &self.name);
        match &self.organization_id {
            Some(id) => add("organizationId", id),
            None => add("organizationName", &self.organization),
        }
        if let Some(issued) = self.issued {
            add("issueYear", &issued.year.to_string());
            add("issueMonth", &issued.month.to_string());
        }
        if let Some(expires) = self.expires {
            add("expirationYear", &expires.year.to_string());
            add("expirationMonth", &expires.month.to_string());
        }
        add("certUrl", self.page.as_deref().unwrap_or_default());
        add("certId", self.id.as_deref().unwrap_or_default());
        url
    }

    fn fields(&self) -> Vec<Field> {
        [
            ("Name", Some(self.name.clone())),
            ("Issuing organization", Some(self.organization.clone())),
            ("Issue date", self.issued.map(Month::in_words)),
            ("Expiration date", self.expires.map(Month::in_words)),
            ("Credential ID", self.id.clone()),
            ("Credential URL", self.page.clone()),
            ("Skills", Some(self.skills.join(", "))),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some(Field { name: name.to_owned(), value: value? }))
        .filter(|field| !field.value.is_empty())
        .collect()
    }
}

/// A month of the issuer's own calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Month {
    year: u16,
    month: u8,
}

impl Month {
    /// From the issuer's own date: the reader's time zone, or UTC, would shift awards near midnight on the
    /// first or last of a month into another month.
    fn of(moment: &Moment) -> Option<Self> {
        let mut parts = moment.date.splitn(3, '-');
        let (year, month) = (parts.next()?, parts.next()?);
        let month = Self { year: year.parse().ok()?, month: month.parse().ok()? };
        (year.len() == 4 && (1..=12).contains(&month.month)).then_some(month)
    }

    fn in_words(self) -> String {
        const NAMES: [&str; 12] = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        format!("{} {}", NAMES[usize::from(self.month) - 1], self.year)
    }
}

/// `text` where it is one of LinkedIn's page ids: they are numbers.
pub fn organization_id(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty() && text.len() <= 20 && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use openbadges::card::AlignmentCard;
    use proptest::prelude::*;
    use url::Url;

    use super::*;
    use crate::link::public_page;
    use crate::test_cards::{any_text, card, moment};

    /// The form with the badge's own page, as the share sheet makes it.
    fn linkedin(card: &BadgeCard) -> LinkedIn {
        let page = card.public_url.as_deref().and_then(public_page);
        LinkedIn::of(card, &Making { page: page.as_deref(), ..Making::default() })
    }

    #[test]
    fn the_persons_map_names_a_page_id_where_the_issuer_does_not() {
        let mut card = card();
        card.issuer.id = Some("https://university.example".to_owned());
        let map = BTreeMap::from([("https://university.example".to_owned(), " 42 ".to_owned())]);
        let making = Making { organizations: Some(&map), ..Making::default() };
        assert!(LinkedIn::of(&card, &making).url.contains("&organizationId=42"));
        card.issuer.linkedin_organization_id = Some("1337".to_owned());
        assert!(LinkedIn::of(&card, &making).url.contains("&organizationId=1337"), "the issuer knows best");
        card.issuer.linkedin_organization_id = None;
        card.issuer.id = Some("https://other.example".to_owned());
        assert!(LinkedIn::of(&card, &making).url.contains("&organizationName="));
    }

    #[test]
    fn the_id_stays_out_where_it_is_to() {
        let mut card = card();
        card.credential_id = Some("LIC-1".to_owned());
        let linkedin = LinkedIn::of(&card, &Making { leave_out_id: true, ..Making::default() });
        assert!(!linkedin.url.contains("LIC-1"));
        assert!(linkedin.fields.iter().all(|field| field.value != "LIC-1"));
    }

    fn query(url: &str) -> BTreeMap<String, String> {
        Url::parse(url).unwrap().query_pairs().into_owned().collect()
    }

    #[test]
    fn every_parameter_is_there_and_percent_encoded() {
        let mut card = card();
        card.name = "C++ & C#: 100% \"safe\"?".to_owned();
        card.issuer.name = "Ünï Böçkingen + Söhne".to_owned();
        card.credential_id = Some("LIC-2026/0042".to_owned());
        card.expires_on = Some(moment("2029-02-28T00:00:00Z", "2029-02-28"));
        assert_eq!(
            linkedin(&card).url,
            "https://www.linkedin.com/profile/add?startTask=CERTIFICATION_NAME\
             &name=C%2B%2B%20%26%20C%23%3A%20100%25%20%22safe%22%3F\
             &organizationName=%C3%9Cn%C3%AF%20B%C3%B6%C3%A7kingen%20%2B%20S%C3%B6hne\
             &issueYear=2026&issueMonth=3\
             &expirationYear=2029&expirationMonth=2\
             &certUrl=https%3A%2F%2Fbadges.example%2Fassertions%2F1\
             &certId=LIC-2026%2F0042"
        );
    }

    #[test]
    fn the_page_id_takes_the_place_of_the_name() {
        let mut card = card();
        card.issuer.linkedin_organization_id = Some("1337".to_owned());
        let query = query(&linkedin(&card).url);
        assert_eq!(query.get("organizationId").map(String::as_str), Some("1337"));
        assert!(!query.contains_key("organizationName"));
        card.issuer.linkedin_organization_id = Some("1337&name=x".to_owned());
        assert!(self::query(&linkedin(&card).url).contains_key("organizationName"));
    }

    #[test]
    fn no_expiry_leaves_both_parameters_out() {
        let url = linkedin(&card()).url;
        assert!(!url.contains("expiration"), "{url}");
    }

    #[test]
    fn the_month_is_the_issuers_own() {
        let mut card = card();
        // 31 December in Auckland is still the 30th in UTC; the last hour of March in New York is April in UTC.
        card.issued_on = Some(moment("2026-03-31T23:30:00-04:00", "2026-03-31"));
        let url = linkedin(&card).url;
        assert!(url.contains("&issueYear=2026&issueMonth=3&"), "{url}");
        card.issued_on = Some(moment("2026-01-01T00:30:00+13:00", "2026-01-01"));
        let url = linkedin(&card).url;
        assert!(url.contains("&issueYear=2026&issueMonth=1&"), "{url}");
    }

    #[test]
    fn ids_of_machines_and_private_addresses_stay_away() {
        let mut card = card();
        card.public_url = Some("https://localhost/1".to_owned());
        for id in
            ["urn:uuid:8f1c1d9e-5b63-4f2c-9d4c-2b0d1a3c4e5f", "https://badges.example/1", "did:key:z6Mk", ""]
        {
            card.credential_id = Some(id.to_owned());
            let query = query(&linkedin(&card).url);
            assert!(!query.contains_key("certId"), "{id}");
            assert!(!query.contains_key("certUrl"));
        }
    }

    #[test]
    fn fields_come_in_the_order_of_the_form() {
        let mut card = card();
        card.expires_on = Some(moment("2029-12-01T00:00:00Z", "2029-12-01"));
        card.credential_id = Some("A-1".to_owned());
        card.tags = vec!["rust".to_owned(), "Systems".to_owned()];
        card.alignments = vec![AlignmentCard { name: "Rust".to_owned(), ..AlignmentCard::default() }];
        let fields = linkedin(&card).fields;
        let fields: Vec<_> = fields.iter().map(|f| (f.name.as_str(), f.value.as_str())).collect();
        assert_eq!(
            fields,
            [
                ("Name", "Rust Basics"),
                ("Issuing organization", "Example University"),
                ("Issue date", "March 2026"),
                ("Expiration date", "December 2029"),
                ("Credential ID", "A-1"),
                ("Credential URL", "https://badges.example/assertions/1"),
                ("Skills", "Rust, Systems"),
            ]
        );
    }

    #[test]
    fn a_post_carries_the_page_whole() {
        assert_eq!(
            post_url("https://badges.example/a?b=c&d=e f"),
            "https://www.linkedin.com/sharing/share-offsite/?url=https%3A%2F%2Fbadges.example%2Fa%3Fb%3Dc%26d%3De%20f"
        );
    }

    proptest! {
        #[test]
        fn the_query_decodes_to_the_fields(name in any_text(), issuer in any_text(), id in any_text(),
                                           page in any_text(), date in any_text()) {
            let mut card = card();
            card.name = name;
            card.issuer.name = issuer;
            card.credential_id = Some(id);
            card.public_url = Some(format!("https://badges.example/{page}"));
            card.expires_on = Some(moment("2029-12-01T00:00:00Z", &date));
            let linkedin = linkedin(&card);
            prop_assert!(linkedin.url.bytes().all(|b| b.is_ascii_graphic()));
            prop_assert!(!linkedin.url.contains('+'));
            let pairs: Vec<(String, String)> = Url::parse(&linkedin.url).unwrap().query_pairs().into_owned().collect();
            let keys: Vec<&str> = pairs.iter().map(|(key, _)| key.as_str()).collect();
            prop_assert!(keys.is_sorted_by_key(|key| KEYS.iter().position(|known| known == key).unwrap()));
            let query: BTreeMap<_, _> = pairs.into_iter().collect();
            for (field, key) in [("Name", "name"), ("Issuing organization", "organizationName"),
                                 ("Credential ID", "certId"), ("Credential URL", "certUrl")] {
                let copied = linkedin.fields.iter().find(|f| f.name == field).map(|f| &f.value);
                prop_assert_eq!(copied, query.get(key));
            }
        }
    }

    const KEYS: [&str; 10] = [
        "startTask",
        "name",
        "organizationId",
        "organizationName",
        "issueYear",
        "issueMonth",
        "expirationYear",
        "expirationMonth",
        "certUrl",
        "certId",
    ];
}
