//! Lists of badges: public profiles and collections, and achievements that a platform states.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;
use url::Url;

use super::pattern;
use super::rules::{Facts, List};
use crate::self_listed::{SelfListed, one_line};

/// Badges of one list, at most.
pub(super) const MAX_FOUND: usize = 2_000;
/// Pages of one list, at most.
pub(super) const MAX_PAGES: usize = 40;
/// Achievements that one page states, at most.
const MAX_STATED: usize = 500;

/// A public list of badges. None of them was asked for yet: whoever gave the link decides that, knowing how many
/// there are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Listing {
    /// What it calls itself: untrusted text.
    pub title: String,
    /// Its address.
    pub url: String,
    /// The platform, where a rule knows it.
    pub platform: Option<String>,
    /// Links to the badges, each once.
    pub found: Vec<String>,
    /// How many there are by the list's own word, where that is more than were found.
    pub total: Option<u32>,
    /// What the platform's terms say that a person should know first.
    pub terms: Option<String>,
}

/// One page of a list.
pub(super) struct ListPage {
    pub title: Option<String>,
    pub found: Vec<String>,
    pub total: Option<u32>,
    pub next: Option<Url>,
}

/// Reads a page of a list that came from `url`; `None` where it has no such form.
pub(super) fn page(list: List, json: &Value, url: &Url) -> Option<ListPage> {
    let items = json.pointer(list.items)?.as_array()?;
    let links = items.iter().filter_map(|item| {
        let id = item.pointer(list.id).or(Some(item))?.as_str()?;
        let id = if list.link == "{id}" { id.to_owned() } else { escaped(id) };
        let link = pattern::fill(list.link, &[("id", id)].into());
        let link = url.join(&link).ok()?;
        matches!(link.scheme(), "https" | "http").then(|| link.to_string())
    });
    let text = |pointers: &[&str]| pointers.iter().find_map(|pointer| json.pointer(pointer)?.as_str());
    let next = text(list.next).and_then(|next| url.join(next).ok());
    Some(ListPage {
        title: text(list.title).map(one_line).filter(|title| !title.is_empty()),
        found: links.take(MAX_FOUND).collect(),
        total: list.total.iter().find_map(|pointer| json.pointer(pointer)?.as_u64()?.try_into().ok()),
        // The rest of a list is where the list is.
        next: next.filter(|next| next.host_str() == url.host_str() && next.scheme() == url.scheme()),
    })
}

/// An id as a segment of a path.
fn escaped(id: &str) -> String {
    url::form_urlencoded::byte_serialize(id.as_bytes()).collect()
}

/// The achievements that JSON states; `url` is the page that a person sees.
pub(super) fn stated(facts: &Facts, json: &Value, url: &Url) -> Vec<SelfListed> {
    let Some(items) = json.pointer(facts.items) else { return Vec::new() };
    let items = items.as_array().map_or(std::slice::from_ref(items), Vec::as_slice);
    let one = |item: &Value| {
        let text = |pointers: &[&str]| {
            pointers.iter().find_map(|pointer| match item.pointer(pointer)? {
                Value::String(text) => Some(text.clone()),
                Value::Number(number) => Some(number.to_string()),
                _ => None,
            })
        };
        SelfListed {
            name: text(facts.name)?,
            issuer: Some(facts.issuer.to_owned()),
            url: Some(url.to_string()),
            issued_on: text(facts.issued_on),
            expires_on: text(facts.expires_on),
            credential_id: text(facts.credential_id),
        }
        .tidy()
    };
    items.iter().filter_map(one).take(MAX_STATED).collect()
}
