//! JSON Resume 1.0.0 (the `certificates` of its schema, draft-07): a whole document with the badges in it. The
//! schema's `certificates` hold `name`, `date`, `url` and `issuer`; further members are allowed, and `standing` is one
//! of ours: how the badge stands, in words.

use serde_json::{Map, Value, json};

use super::{Cv, Item};

const SCHEMA: &str = "https://raw.githubusercontent.com/jsonresume/resume-schema/v1.0.0/schema.json";

/// The document.
pub(super) fn render(cv: &Cv) -> String {
    let mut document = Map::new();
    document.insert("$schema".to_owned(), SCHEMA.into());
    if let Some(basics) = basics(cv) {
        document.insert("basics".to_owned(), basics);
    }
    document.insert("certificates".to_owned(), cv.in_order().map(certificate).collect());
    let meta =
        json!({ "version": "v1.0.0", "lastModified": cv.made.strftime("%Y-%m-%dT%H:%M:%SZ").to_string() });
    document.insert("meta".to_owned(), meta);
    format!("{:#}\n", Value::Object(document))
}

/// What the schema has a place for of what the person says: a mail address, a page.
fn basics(cv: &Cv) -> Option<Value> {
    let mut basics = Map::new();
    let mut put = |key: &str, value: Option<&str>| {
        if let Some(value) = value {
            basics.entry(key.to_owned()).or_insert_with(|| value.into());
        }
    };
    put("name", cv.options.name.as_deref());
    put("label", cv.options.headline.as_deref());
    for url in cv.contacts().into_iter().filter_map(|contact| contact.url) {
        match url.strip_prefix("mailto:") {
            Some(mail) => put("email", Some(mail)),
            None => put("url", Some(&url)),
        }
    }
    (!basics.is_empty()).then_some(Value::Object(basics))
}

fn certificate(item: &Item) -> Value {
    let it = &item.entry;
    let members = [
        ("name", Some(it.name.as_str())),
        ("date", it.issued.as_deref()),
        ("issuer", Some(it.issuer.as_str())),
        ("url", it.url.as_deref()),
        ("endDate", it.expires.as_deref()),
        ("id", it.id.as_deref()),
        ("standing", Some(it.standing.words())),
    ];
    let present = members.into_iter().filter_map(|(key, value)| Some((key.to_owned(), Value::from(value?))));
    Value::Object(present.collect())
}
