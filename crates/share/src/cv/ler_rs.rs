//! HR Open LER-RS ("Learning and Employment Record Resume Standard", package 4.5, whose `LER-RSType` gives itself the
//! version 4.4): the badges as `certifications`.
//!
//! They are told, not handed over: the `verifications` of LER-RS hold signed credentials in an envelope of their own,
//! which only whoever signs it could make. Each certification says in its `descriptions` how the badge stands.

use serde_json::{Map, Value, json};

use super::{Cv, Item};

/// The one value that the schema allows for the type of the document.
const TYPE: &str = "http://schema.hropenstandards.org/4.4/recruiting/json/ler-rs/LER-RSType.json";

/// The document.
pub(super) fn render(cv: &Cv) -> String {
    let mut document = Map::new();
    document.insert("type".to_owned(), TYPE.into());
    if let Some(name) = &cv.options.name {
        document.insert("person".to_owned(), json!({ "name": { "formattedName": name } }));
    }
    if let Some(communication) = communication(cv) {
        document.insert("communication".to_owned(), communication);
    }
    document.insert("certifications".to_owned(), cv.in_order().map(|item| certification(cv, item)).collect());
    format!("{:#}\n", Value::Object(document))
}

fn communication(cv: &Cv) -> Option<Value> {
    let (mut mails, mut pages) = (Vec::new(), Vec::new());
    for url in cv.contacts().into_iter().filter_map(|contact| contact.url) {
        match url.strip_prefix("mailto:") {
            Some(mail) => mails.push(json!({ "address": mail })),
            None => pages.push(json!({ "url": url })),
        }
    }
    let lists = [("email", mails), ("web", pages)];
    let members: Map<String, Value> = lists
        .into_iter()
        .filter(|(_, list)| !list.is_empty())
        .map(|(key, list)| (key.to_owned(), list.into()))
        .collect();
    (!members.is_empty()).then_some(Value::Object(members))
}

fn certification(cv: &Cv, item: &Item) -> Value {
    let it = &item.entry;
    let mut certification = Map::new();
    if let Some(id) = &it.id {
        certification.insert("id".to_owned(), json!({ "value": id }));
    }
    certification.insert("name".to_owned(), it.name.as_str().into());
    let mut authority = json!({ "name": it.issuer });
    if let Some(url) = &it.issuer_url {
        authority["communication"] = json!({ "web": [{ "url": url }] });
    }
    certification.insert("issuingAuthority".to_owned(), authority);
    if let Some(issued) = &it.issued {
        certification.insert("firstIssued".to_owned(), issued.as_str().into());
    }
    let period: Map<String, Value> = [("validFrom", &it.issued), ("validTo", &it.expires)]
        .into_iter()
        .filter_map(|(key, date)| Some((key.to_owned(), Value::from(date.as_deref()?))))
        .collect();
    if !period.is_empty() {
        certification.insert("effectiveTimePeriod".to_owned(), Value::Object(period));
    }
    let texts = [Some(it.standing.words()), item.description(cv), it.url.as_deref()];
    certification.insert("descriptions".to_owned(), texts.into_iter().flatten().collect());
    Value::Object(certification)
}
