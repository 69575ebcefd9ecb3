//! What search engines read of a badge: schema.org `EducationalOccupationalCredential`, in JSON-LD.

use serde_json::{Map, Value, json};

use super::{Exhibit, PortfolioOptions};
use crate::page::json_island;

/// The text of a `script` element of type `application/ld+json`; nothing in it ends that element.
pub(super) fn credential(exhibit: &Exhibit<'_>, options: &PortfolioOptions) -> String {
    let entry = &exhibit.entry;
    let mut recognised_by = Map::from_iter([
        ("@type".to_owned(), json!("Organization")),
        ("name".to_owned(), json!(entry.issuer)),
    ]);
    if let Some(url) = &entry.issuer_url {
        recognised_by.insert("url".to_owned(), json!(url));
    }
    let skills: Vec<Value> =
        entry.skills.iter().map(|skill| json!({"@type": "DefinedTerm", "name": skill})).collect();
    let at = |path: String| options.base_url.as_ref().map(|base| base.of(&path));
    let picture = exhibit.picture.as_ref().and_then(|(name, ..)| at(format!("{}/{name}", exhibit.folder())));
    let members = [
        ("@context", Some(json!("https://schema.org"))),
        ("@type", Some(json!("EducationalOccupationalCredential"))),
        ("name", Some(json!(entry.name))),
        ("description", entry.description.as_ref().map(|text| json!(text))),
        ("url", at(format!("{}/index.html", exhibit.folder())).map(|url| json!(url))),
        ("image", picture.map(|url| json!(url))),
        ("credentialCategory", Some(json!("badge"))),
        ("recognizedBy", Some(Value::Object(recognised_by))),
        ("dateCreated", entry.issued.as_ref().map(|date| json!(date))),
        ("expires", entry.expires.as_ref().map(|date| json!(date))),
        ("identifier", entry.id.as_ref().map(|id| json!(id))),
        ("sameAs", entry.url.as_ref().map(|url| json!(url))),
        ("creativeWorkStatus", Some(json!(entry.standing.words()))),
        ("competencyRequired", (!skills.is_empty()).then_some(Value::Array(skills))),
    ];
    let members = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    json_island(&Value::Object(members.collect()))
}
