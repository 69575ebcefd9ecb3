//! Lists that name what was revoked: those of Open Badges 2.0, and 1EdTech's of Open Badges 3.0.

use serde_json::Value;

use super::{Inquest, Word, malformed};
use crate::credential::value::{each, id_of, same_id};
use crate::credential::{Standard, ob1};
use crate::document::{Documents, Unavailable};
use crate::proof::Trouble;
use crate::report::{Exempt, Fact, Fault, Finding, Gap, Outcome};

impl Inquest<'_> {
    /// What the list of a `1EdTechRevocationList` says (Verifiable Credential Revocation List 1.0). Nobody signs such
    /// a list: that it comes from the address in the badge, which is signed, over https, is all that speaks for it.
    pub(super) fn by_names(&mut self, entry: &Value) -> Result<Word, Trouble> {
        let badge = self.holder.id.unwrap_or("the badge");
        let url = id_of(entry).ok_or_else(|| malformed(badge, "its entry names no list"))?;
        if !url.starts_with("https://") {
            let detail = "a list that nobody signed is only believed over https".to_owned();
            let cause = Unavailable::Refused { detail };
            return Err(Gap::Unavailable { url: url.to_owned(), cause }.into());
        }
        let document = self.documents.look_up(url)?;
        let list = document.json()?;
        self.references.push(document.reference());
        // The specification says the one, implementations the other.
        let revoked = ["revokedCredential", "revokedCredentials"].into_iter().find_map(|name| list.get(name));
        let Some(revoked) = revoked else {
            let problem = "no list of revoked credentials".to_owned();
            return Err(Gap::Unreadable { url: url.to_owned(), problem }.into());
        };
        if let Some(keeper) = list.get("issuer").and_then(id_of).filter(|id| !same_id(id, self.holder.issuer))
        {
            let detail =
                format!("The status list {url} is kept by {keeper}, not by the issuer of the badge.");
            self.warn("status.other-keeper", detail);
        }
        let detail =
            format!("Nobody signed the status list {url}: it is believed because it came over https.");
        self.warn("status.unsigned-list", detail);
        let id = self.holder.id.ok_or_else(|| malformed(badge, "the badge has no id to look for"))?;
        Ok(match named(each(Some(revoked)), |other| same_id(id, other)) {
            Some(Revocation { reason }) => Word::Revoked(reason),
            None => Word::Clear,
        })
    }
}

/// That a list takes a badge back, with the issuer's words.
struct Revocation {
    reason: Option<String>,
}

/// Whether one of `entries` (an id, or an object with an `id` or `uid`) is the one looked for, and why it was revoked.
/// An entry that says `"revoked": false` takes nothing back.
fn named(entries: &[Value], is: impl Fn(&str) -> bool) -> Option<Revocation> {
    entries.iter().find_map(|entry| {
        let id = id_of(entry).or_else(|| entry.get("uid").and_then(Value::as_str))?;
        let stands = entry.get("revoked").is_some_and(|revoked| revoked == false);
        let reason = entry.get("revocationReason").and_then(Value::as_str).map(str::to_owned);
        (is(id) && !stands).then_some(Revocation { reason })
    })
}

/// Judges a signed assertion, which is written by `standard`, by its issuer's revocation list.
pub(crate) fn of_revocation_list(
    assertion: &Value,
    standard: Standard,
    issuer: &Value,
    documents: &Documents,
) -> Finding {
    let Some(url) = issuer.get("revocationList").and_then(id_of) else {
        return Outcome::NotApplicable(Exempt::NoStatus).into();
    };
    let (document, list) = match documents.look_up(url).and_then(|document| Ok((document, document.json()?)))
    {
        Ok(found) => found,
        Err(gap) => return Outcome::Unknown(gap).into(),
    };
    Finding { outcome: by_list(assertion, standard, url, &list), documents: vec![document.reference()] }
}

fn by_list(assertion: &Value, standard: Standard, url: &str, list: &Value) -> Outcome {
    let names = |property: &str, id: &str| {
        assertion.get(property).and_then(Value::as_str).is_some_and(|own| same_id(own, id))
    };
    let is_it = |id: &str| names("id", id) || names("uid", id);
    let revocation = match list.get("revokedAssertions") {
        Some(revoked) => named(each(Some(revoked)), is_it),
        None if standard.is_before_2() && (list.is_object() || list.is_array()) => {
            let entry = ob1::entry_in(list, is_it);
            entry.map(|entry| {
                let reason = entry.as_str().filter(|text| list.is_object() && !text.is_empty());
                Revocation { reason: reason.map(str::to_owned) }
            })
        }
        None => {
            let problem = "the revocation list lacks revokedAssertions".to_owned();
            return Outcome::Fail(Fault::StatusMalformed { source_url: url.to_owned(), problem });
        }
    };
    match revocation {
        Some(Revocation { reason }) => Outcome::Fail(Fault::Revoked { source_url: url.to_owned(), reason }),
        None => Outcome::Pass(Fact::NotRevoked { sources: vec![url.to_owned()] }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn revocation_lists_name_badges_in_every_published_shape() {
        let assertion = json!({ "id": "urn:uuid:1", "uid": "abc" });
        for entry in [
            json!("urn:uuid:1"),
            json!(["urn:uuid:2", "urn:uuid:1"]),
            json!([{ "id": "urn:uuid:1", "revocationReason": "by mistake" }]),
            json!({ "uid": "abc" }),
        ] {
            let list = json!({ "revokedAssertions": entry });
            let outcome = by_list(&assertion, Standard::Ob2, "https://a.example/list", &list);
            assert!(matches!(outcome, Outcome::Fail(Fault::Revoked { .. })), "{entry}");
        }
        let clear =
            json!({ "revokedAssertions": ["urn:uuid:11", {}, { "id": "urn:uuid:1", "revoked": false }] });
        assert!(matches!(by_list(&assertion, Standard::Ob2, "", &clear), Outcome::Pass(_)));
        assert!(matches!(
            by_list(&assertion, Standard::Ob2, "", &Value::Null),
            Outcome::Fail(Fault::StatusMalformed { .. })
        ));
    }
    #[test]
    fn an_older_list_is_an_object_of_reasons() {
        let assertion = json!({ "id": "uid:abc", "uid": "abc" });
        let word = |list: Value| by_list(&assertion, Standard::Ob10, "https://a.example/list", &list);
        for (list, reason) in [
            (json!({ "abc": "by mistake" }), Some("by mistake")),
            (json!({ "abc": "" }), None),
            (json!(["x", "abc"]), None),
            (json!({ "revokedAssertions": [{ "uid": "abc" }] }), None),
        ] {
            let outcome = word(list.clone());
            let Outcome::Fail(Fault::Revoked { reason: found, .. }) = &outcome else {
                panic!("{list}: {outcome:?}")
            };
            assert_eq!(found.as_deref(), reason, "{list}");
        }
        for list in [json!({ "abcd": "x" }), json!([]), json!({})] {
            assert!(matches!(word(list), Outcome::Pass(_)));
        }
        assert!(matches!(word(json!(7)), Outcome::Fail(Fault::StatusMalformed { .. })));
    }
}
