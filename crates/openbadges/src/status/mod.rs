//! Status: has the issuer taken the badge back?
//!
//! A list is a document like any other, and one that anybody could have put there proves nothing: a list of bits is
//! verified as the credential it is, and a plain list of names is believed only from the https address that the
//! signed badge names. Whatever goes wrong on the way is *unknown*, never *not revoked*.

mod bits;
mod entry;
mod list;
mod names;

use jiff::Timestamp;
use serde_json::Value;

use crate::credential::value::{each, strings};
use crate::document::Documents;
use crate::proof::Trouble;
use crate::report::{DocumentRef, Exempt, Fact, Fault, Feature, Finding, Gap, Outcome, Warning};

pub use bits::Bits;
pub use list::List;
pub(crate) use list::Lists;
pub(crate) use names::of_revocation_list;

/// More entries than this in one credential are not looked at.
const MAX_ENTRIES: usize = 16;

/// Whom the badge is by: what the makers of its lists are compared with.
pub(crate) struct Holder<'a> {
    /// The badge's id.
    pub id: Option<&'a str>,
    /// The issuer's id.
    pub issuer: &'a str,
    /// Thumbprints of the keys whose proofs on the badge hold.
    pub keys: &'a [String],
}

/// What one entry says, with the issuer's words for it.
enum Word {
    Clear,
    Revoked(Option<String>),
    Suspended,
    /// Only informs.
    Message,
}

/// What judging the entries of one badge needs, and what comes up on the way.
struct Inquest<'a> {
    holder: &'a Holder<'a>,
    documents: &'a Documents,
    now: Timestamp,
    references: Vec<DocumentRef>,
    warnings: &'a mut Vec<Warning>,
    lists: &'a Lists,
}

impl Inquest<'_> {
    fn warn(&mut self, code: &str, detail: String) {
        let warning = Warning { code: code.to_owned(), detail };
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }
}

/// Judges every `credentialStatus` of a Verifiable Credential.
pub(crate) fn of_entries(
    body: &Value,
    holder: &Holder,
    documents: &Documents,
    now: Timestamp,
    lists: &Lists,
    warnings: &mut Vec<Warning>,
) -> Finding {
    let entries = each(body.get("credentialStatus"));
    if entries.is_empty() {
        return Outcome::NotApplicable(Exempt::NoStatus).into();
    }
    let mut inquest = Inquest { holder, documents, now, references: Vec::new(), warnings, lists };
    let (mut worst, mut sources, mut judged) = (None, Vec::new(), 0_usize);
    if entries.len() > MAX_ENTRIES {
        let name = format!("more than {MAX_ENTRIES} entries");
        worst = Some(Trouble::Gap(Gap::Unsupported { feature: Feature::StatusType, name }));
    }
    for entry in entries.iter().take(MAX_ENTRIES) {
        let source_url = source(entry).to_owned();
        match inquest.judge(entry) {
            Ok(Word::Clear) => {
                judged += 1;
                sources.push(source_url);
            }
            Ok(Word::Message) => {}
            Ok(Word::Revoked(reason)) => {
                let fault = Fault::Revoked { source_url, reason };
                return Finding { outcome: Outcome::Fail(fault), documents: inquest.references };
            }
            Ok(Word::Suspended) => worst = Some(Fault::Suspended { source_url }.into()),
            Err(trouble) => worst = Some(worse(worst, trouble)),
        }
    }
    sources.dedup();
    let outcome = match worst {
        Some(trouble) => trouble.into(),
        None if judged == 0 => Outcome::NotApplicable(Exempt::OnlyMessages),
        None => Outcome::Pass(Fact::NotRevoked { sources }),
    };
    Finding { outcome, documents: inquest.references }
}

/// The list that an entry names.
fn source(entry: &Value) -> &str {
    let named = |property: &str| entry.get(property).and_then(Value::as_str);
    named("statusListCredential")
        .or_else(|| named("revocationListCredential"))
        .or_else(|| named("id"))
        .unwrap_or_default()
}

/// What weighs more: a fault before a gap, and of two alike the first.
fn worse(known: Option<Trouble>, trouble: Trouble) -> Trouble {
    match (known, trouble) {
        (Some(Trouble::Fault(fault)), _) | (_, Trouble::Fault(fault)) => Trouble::Fault(fault),
        (Some(gap), Trouble::Gap(_)) | (None, gap) => gap,
    }
}

impl Inquest<'_> {
    /// What one entry says, by its kind.
    fn judge(&mut self, entry: &Value) -> Result<Word, Trouble> {
        let kinds: Vec<&str> = strings(entry.get("type")).collect();
        if let Some(kind) = list::Kind::ALL.into_iter().find(|kind| kinds.contains(&kind.entry_type())) {
            return self.by_bits(entry, kind);
        }
        if kinds.contains(&"1EdTechRevocationList") {
            return self.by_names(entry);
        }
        let name = kinds.first().map_or_else(|| "(none)".to_owned(), |name| (*name).to_owned());
        Err(Gap::Unsupported { feature: Feature::StatusType, name }.into())
    }
}

fn malformed(url: &str, problem: &str) -> Trouble {
    Fault::StatusMalformed { source_url: url.to_owned(), problem: problem.to_owned() }.into()
}

/// A whole number, as a decimal string or (because issuers write it) as a number.
fn whole(value: &Value) -> Option<u64> {
    match value {
        Value::String(text) if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) => {
            text.parse().ok()
        }
        Value::Number(number) => number.as_u64(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::whole;
    use serde_json::json;

    #[test]
    fn an_index_is_a_whole_number() {
        for (value, expected) in [
            (json!("94567"), Some(94_567)),
            (json!(23), Some(23)),
            (json!("abc"), None),
            (json!("-1"), None),
            (json!("+1"), None),
            (json!(1.5), None),
            (json!(-1), None),
            (json!(""), None),
            (json!("99999999999999999999"), None),
        ] {
            assert_eq!(whole(&value), expected, "{value}");
        }
    }
}
