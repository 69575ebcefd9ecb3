//! An entry that names a bit of a list, and what that bit says.

use std::rc::Rc;

use serde_json::Value;

use super::list::{Kind, List, MIN_ENTRIES};
use super::{Inquest, Word, malformed, whole};
use crate::credential::shape::shown;
use crate::credential::value::{each, id_of, same_id, strings};
use crate::proof::Trouble;
use crate::report::{Feature, Gap};

/// An entry as it stands in a credential.
struct Entry<'a> {
    purpose: &'a str,
    index: u64,
    size: u64,
    url: &'a str,
    json: &'a Value,
}

impl Inquest<'_> {
    /// What an entry of a list of bits says.
    pub(super) fn by_bits(&mut self, json: &Value, kind: Kind) -> Result<Word, Trouble> {
        let entry = read(json, kind, self.holder.id.unwrap_or("the badge"))?;
        let list = self.list(entry.url)?;
        self.consult(&entry, kind, &list)
    }

    /// The list at `url`, verified.
    fn list(&mut self, url: &str) -> Result<Rc<List>, Trouble> {
        let document = self.documents.look_up(url)?;
        let (list, references) = self.lists.read(document, self.documents, self.now);
        self.references
            .extend(references.into_iter().filter(|one| !self.references.contains(one)).collect::<Vec<_>>());
        list
    }

    fn consult(&mut self, entry: &Entry, kind: Kind, list: &List) -> Result<Word, Trouble> {
        let wrong = |problem: String| malformed(entry.url, &problem);
        if list.kind != kind {
            let found = list.kind.entry_type();
            return Err(wrong(format!("the entry is of type {}, the list of {found}", kind.entry_type())));
        }
        if !list.purposes.iter().any(|purpose| purpose == entry.purpose) {
            let purposes = list.purposes.join(", ");
            let problem = format!("the list is about {purposes}, the badge's entry about {}", entry.purpose);
            return Err(wrong(problem));
        }
        let value = list.value(entry.index, entry.size).map_err(wrong)?;
        self.remark(entry, list);
        self.word(entry, list, value)
    }

    /// What is worth knowing of a list, whatever it says.
    fn remark(&mut self, entry: &Entry, list: &List) {
        let url = entry.url;
        if !same_id(&list.issuer, self.holder.issuer) {
            let detail =
                format!("The status list {url} is kept by {}, not by the issuer of the badge.", list.issuer);
            self.warn("status.other-keeper", detail);
        }
        if let Some(id) = list.id.as_ref().filter(|id| !same_id(id, url)) {
            self.warn("status.other-list", format!("The status list at {url} calls itself {id}."));
        }
        if list.bits.entries(entry.size) < MIN_ENTRIES {
            let detail = format!(
                "The status list {url} is shorter than the specification allows, so asking for it tells more about the badge."
            );
            self.warn("status.short-list", detail);
        }
    }

    fn word(&mut self, entry: &Entry, list: &List, value: u64) -> Result<Word, Trouble> {
        let url = entry.url;
        if matches!(entry.purpose, "message" | "refresh") {
            self.inform(entry, value);
            return Ok(Word::Message);
        }
        // The library that wrote the earlier kinds of lists, too short as they are, at first counted bits from the
        // other end than the drafts came to say.
        if list.kind != Kind::Bitstring
            && list.bits.entries(1) < MIN_ENTRIES
            && list.bits.lowest_first(entry.index) != Some(value)
        {
            let problem =
                "counted from one end of its bytes the badge is revoked, from the other it is not, and lists of its kind were written both ways."
                    .to_owned();
            return Err(Gap::ListUnverified { url: url.to_owned(), problem }.into());
        }
        let self_asserted = list.self_asserted.clone().filter(|_| !list.shares_the_key_of(self.holder));
        match (value, self_asserted) {
            (0, None) => Ok(Word::Clear),
            (0, Some(gap)) => Err(unconfirmed(url, gap).into()),
            (value, gap) => {
                if gap.is_some() {
                    let detail = format!(
                        "The key of the status list {url} was not confirmed by its issuer; what it says counts all the same."
                    );
                    self.warn("status.self-asserted-list", detail);
                }
                Ok(match entry.purpose {
                    "suspension" => Word::Suspended,
                    _ => Word::Revoked(message(entry.json, value)),
                })
            }
        }
    }

    /// Lists that only inform: what they say is passed on.
    fn inform(&mut self, entry: &Entry, value: u64) {
        let reference = strings(entry.json.get("statusReference")).next();
        let reference = reference.map_or_else(String::new, |url| format!(" It is explained at {url}."));
        match (entry.purpose, message(entry.json, value)) {
            ("refresh", _) if value == 0 => {}
            ("refresh", _) => {
                self.warn("status.refresh", format!("The issuer has a newer copy of this badge.{reference}"));
            }
            (_, Some(text)) => {
                self.warn(
                    "status.message",
                    format!("The issuer's status for this badge is {text}.{reference}"),
                );
            }
            (_, None) if value == 0 => {}
            (_, None) => {
                let detail = format!(
                    "The issuer's status list {} has the message {value:#x} for this badge, and gives no text for it.{reference}",
                    entry.url
                );
                self.warn("status.message", detail);
            }
        }
    }
}

/// The issuer's text for `value`: the `statusMessage` whose hexadecimal `status` it is (Bitstring Status List 1.0,
/// 2.1).
fn message(entry: &Value, value: u64) -> Option<String> {
    let is = |status: &str| {
        status.strip_prefix("0x").and_then(|digits| u64::from_str_radix(digits, 16).ok()) == Some(value)
    };
    let messages = each(entry.get("statusMessage")).iter().take(1 << 12);
    let mut told = messages.filter(|message| message.get("status").and_then(Value::as_str).is_some_and(is));
    told.next()?.get("message").and_then(Value::as_str).map(shown)
}

/// An unconfirmed list cannot clear a badge: the document that would confirm it is asked for once.
fn unconfirmed(url: &str, gap: Gap) -> Gap {
    match gap {
        Gap::SelfAssertedKey { url: Some(document), cause: None, .. } => Gap::Missing { url: document },
        gap => Gap::ListUnverified { url: url.to_owned(), problem: gap.to_string() },
    }
}

fn read<'a>(json: &'a Value, kind: Kind, badge: &str) -> Result<Entry<'a>, Trouble> {
    let malformed = |problem: &str| malformed(badge, problem);
    let (index, list) = match kind {
        Kind::RevocationList2020 => ("revocationListIndex", "revocationListCredential"),
        _ => ("statusListIndex", "statusListCredential"),
    };
    let purpose = match kind {
        Kind::RevocationList2020 => "revocation",
        _ => json
            .get("statusPurpose")
            .and_then(Value::as_str)
            .ok_or_else(|| malformed("its entry has no purpose"))?,
    };
    let known: &[&str] = match kind {
        Kind::Bitstring => &["revocation", "suspension", "message", "refresh"],
        _ => &["revocation", "suspension"],
    };
    if !known.contains(&purpose) {
        let name = format!("{purpose} ({})", kind.entry_type());
        return Err(Gap::Unsupported { feature: Feature::StatusType, name }.into());
    }
    let index = json.get(index).and_then(whole).ok_or_else(|| malformed("its index is no whole number"))?;
    let size = match json.get("statusSize").filter(|_| kind == Kind::Bitstring) {
        None => 1,
        Some(size) => {
            whole(size).filter(|size| (1..=64).contains(size)).ok_or_else(|| malformed("its size is none"))?
        }
    };
    let url = json.get(list).and_then(id_of).ok_or_else(|| malformed("its entry names no list"))?;
    Ok(Entry { purpose, index, size, url, json })
}
