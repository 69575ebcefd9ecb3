//! Status: has the issuer taken the badge back?
//!
//! A list is a document like any other, and one that anybody could have put there proves nothing: a Bitstring
//! Status List is verified as the credential it is. Whatever goes wrong on the way is *unknown*, never *not revoked*.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::read::GzDecoder;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::credential::jws::Jws;
use crate::credential::value::{each, first, has_type, id_of, same_id, strings};
use crate::credential::{Standard, body_of, moment, ob1, ob3};
use crate::document::{Document, Documents};
use crate::json::parse_strict_bytes;
use crate::jsonld::Work;
use crate::proof::data_integrity::Setting;
use crate::proof::{self, ProofFinding, Purpose, Trouble};
use crate::report::{DocumentRef, Exempt, Fact, Fault, Feature, Finding, Gap, Outcome, Warning};

/// A list unpacks to this many bytes at most (Bitstring Status List 1.0 sets no bound; 16 MiB hold 134 million
/// entries).
const MAX_LIST_BYTES: u64 = 16 << 20;

/// A list has at least this many entries, so that an index tells little about whom it concerns (1.0, 3.2).
const MIN_ENTRIES: u64 = 131_072;

/// The length that the library of the Digital Credentials Consortium gives its lists. What such a list says is as
/// plain as elsewhere, so it is read, with a warning.
const TOLERATED_ENTRIES: u64 = 100_000;

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

/// What one entry of a list says.
enum Word {
    Clear,
    Revoked,
    Suspended,
    /// A list that only informs.
    Message,
}

/// Judges every `credentialStatus` of an Open Badges 3.0 credential.
pub(crate) fn of_entries(
    body: &Value,
    holder: &Holder,
    documents: &Documents,
    now: Timestamp,
    warnings: &mut Vec<Warning>,
) -> Finding {
    let entries = each(body.get("credentialStatus"));
    if entries.is_empty() {
        return Outcome::NotApplicable(Exempt::NoStatus).into();
    }
    let mut references = Vec::new();
    let (mut worst, mut sources, mut judged) = (None, Vec::new(), 0_usize);
    if entries.len() > MAX_ENTRIES {
        let name = format!("more than {MAX_ENTRIES} entries");
        worst = Some(Trouble::Gap(Gap::Unsupported { feature: Feature::StatusType, name }));
    }
    for entry in entries.iter().take(MAX_ENTRIES) {
        let list_url =
            entry.get("statusListCredential").and_then(Value::as_str).unwrap_or_default().to_owned();
        match of_entry(entry, holder, documents, now, &mut references, warnings) {
            Ok(Word::Clear) => {
                judged += 1;
                sources.push(list_url);
            }
            Ok(Word::Message) => {}
            Ok(Word::Revoked) => {
                let fault = Fault::Revoked { source_url: list_url, reason: None };
                return Finding { outcome: Outcome::Fail(fault), documents: references };
            }
            Ok(Word::Suspended) => worst = Some(Fault::Suspended { source_url: list_url }.into()),
            Err(trouble) => worst = Some(worse(worst, trouble)),
        }
    }
    sources.dedup();
    let outcome = match worst {
        Some(trouble) => trouble.into(),
        None if judged == 0 => Outcome::NotApplicable(Exempt::OnlyMessages),
        None => Outcome::Pass(Fact::NotRevoked { sources }),
    };
    Finding { outcome, documents: references }
}

/// What weighs more: a fault before a gap, and of two alike the first.
fn worse(known: Option<Trouble>, trouble: Trouble) -> Trouble {
    match (known, trouble) {
        (Some(Trouble::Fault(fault)), _) | (_, Trouble::Fault(fault)) => Trouble::Fault(fault),
        (Some(gap), Trouble::Gap(_)) | (None, gap) => gap,
    }
}

/// An entry as it stands in a credential.
struct Entry<'a> {
    purpose: &'a str,
    index: u64,
    size: u64,
    url: &'a str,
}

fn of_entry(
    entry: &Value,
    holder: &Holder,
    documents: &Documents,
    now: Timestamp,
    references: &mut Vec<DocumentRef>,
    warnings: &mut Vec<Warning>,
) -> Result<Word, Trouble> {
    let entry = read_entry(entry, holder)?;
    let document = documents.look_up(entry.url)?;
    references.push(document.reference());
    let list = List::read_with(document, documents, now, references)?;
    let self_asserted = list.self_asserted.clone().filter(|_| !list.shares_the_key_of(holder));
    if !same_id(&list.issuer, holder.issuer) {
        let detail = format!(
            "The status list {} is kept by {}, not by the issuer of the badge.",
            entry.url, list.issuer
        );
        warnings.push(Warning { code: "status.other-keeper".to_owned(), detail });
    }
    let malformed = |problem: String| {
        Trouble::Fault(Fault::StatusMalformed { source_url: entry.url.to_owned(), problem })
    };
    if !list.purposes.iter().any(|purpose| purpose == entry.purpose) {
        return Err(malformed(format!(
            "the list is about {}, the badge's entry about {}",
            list.purposes.join(", "),
            entry.purpose
        )));
    }
    let value = list.value(entry.index, entry.size).map_err(malformed)?;
    if list.entries(entry.size) < MIN_ENTRIES {
        let detail = format!(
            "The status list {} is shorter than the specification allows, so asking for it tells more about the badge.",
            entry.url
        );
        warnings.push(Warning { code: "status.short-list".to_owned(), detail });
    }
    if value != 0 && self_asserted.is_some() && entry.purpose != "message" {
        let detail = format!(
            "The key of the status list {} was not confirmed by its issuer; what it says counts all the same.",
            entry.url
        );
        warnings.push(Warning { code: "status.self-asserted-list".to_owned(), detail });
    }
    Ok(match (entry.purpose, value) {
        ("message" | "refresh", 0) => Word::Message,
        ("message", value) => {
            warnings.push(Warning {
                code: "status.message".to_owned(),
                detail: format!(
                    "The issuer's status list {} has the message {value:#x} for this badge.",
                    entry.url
                ),
            });
            Word::Message
        }
        ("refresh", _) => {
            warnings.push(Warning {
                code: "status.refresh".to_owned(),
                detail: "The issuer has a newer copy of this badge.".to_owned(),
            });
            Word::Message
        }
        (_, 0) => match self_asserted {
            None => Word::Clear,
            Some(gap) => return Err(unconfirmed(entry.url, gap).into()),
        },
        ("suspension", _) => Word::Suspended,
        _ => Word::Revoked,
    })
}

/// An unconfirmed list cannot clear a badge: the document that would confirm it is asked for once.
fn unconfirmed(url: &str, gap: Gap) -> Gap {
    match gap {
        Gap::SelfAssertedKey { url: Some(document), cause: None, .. } => Gap::Missing { url: document },
        gap => Gap::ListUnverified { url: url.to_owned(), problem: gap.to_string() },
    }
}

fn read_entry<'a>(entry: &'a Value, holder: &Holder) -> Result<Entry<'a>, Trouble> {
    if !has_type(entry, "BitstringStatusListEntry") {
        let name = strings(entry.get("type")).next().unwrap_or("(none)").to_owned();
        return Err(Gap::Unsupported { feature: Feature::StatusType, name }.into());
    }
    let malformed = |problem: &str| malformed(holder.id.unwrap_or("the badge"), problem);
    let purpose = entry
        .get("statusPurpose")
        .and_then(Value::as_str)
        .ok_or_else(|| malformed("its entry has no purpose"))?;
    if !matches!(purpose, "revocation" | "suspension" | "message" | "refresh") {
        return Err(Gap::Unsupported {
            feature: Feature::StatusType,
            name: format!("{purpose} (BitstringStatusListEntry)"),
        }
        .into());
    }
    let index = entry
        .get("statusListIndex")
        .and_then(whole)
        .ok_or_else(|| malformed("its index is no whole number"))?;
    let size = match entry.get("statusSize") {
        None => 1,
        Some(size) => {
            whole(size).filter(|size| (1..=64).contains(size)).ok_or_else(|| malformed("its size is none"))?
        }
    };
    let url = entry
        .get("statusListCredential")
        .and_then(id_of)
        .ok_or_else(|| malformed("its entry names no list"))?;
    Ok(Entry { purpose, index, size, url })
}

/// A whole number, as a decimal string or (because issuers write it) as a number.
fn whole(value: &Value) -> Option<u64> {
    match value {
        Value::String(text) if text.bytes().all(|b| b.is_ascii_digit()) => text.parse().ok(),
        Value::Number(number) => number.as_u64(),
        _ => None,
    }
}

/// A status list whose proof holds.
#[derive(Clone, Debug)]
pub struct List {
    issuer: String,
    purposes: Vec<String>,
    bits: Vec<u8>,
    /// The thumbprint of the key that signed it.
    key: Option<String>,
    /// Where the list brought its own key and nobody confirmed it: what would.
    self_asserted: Option<Gap>,
}

impl List {
    /// Verifies the Bitstring Status List credential in `document` (its proof, its dates, its form) and unpacks it.
    pub fn read(document: &Document, documents: &Documents, now: Timestamp) -> Result<Self, Trouble> {
        Self::read_with(document, documents, now, &mut Vec::new())
    }

    /// As [`Self::read`]; `references` takes up the documents that the proof stood on.
    fn read_with(
        document: &Document,
        documents: &Documents,
        now: Timestamp,
        references: &mut Vec<DocumentRef>,
    ) -> Result<Self, Trouble> {
        let (body, claims, jws) = parse(document)?;
        let issuer = body.get("issuer").and_then(id_of).unwrap_or_default().to_owned();
        let proofs = proof::of_document(
            jws.as_ref(),
            &claims,
            &body,
            &Setting { documents, now, issuer: &issuer, purpose: Purpose::Assertion, work: &Work::default() },
        );
        let (key, self_asserted) = trusted(&proofs, &document.url, references)?;
        in_force(&body, document, now)?;
        let malformed = |problem: &str| malformed(&document.url, problem);
        let subject =
            first(body.get("credentialSubject")).ok_or_else(|| malformed("the list has no subject"))?;
        if !has_type(&body, "BitstringStatusListCredential") || !has_type(subject, "BitstringStatusList") {
            return Err(malformed("the document is no Bitstring Status List"));
        }
        let encoded = subject
            .get("encodedList")
            .and_then(Value::as_str)
            .ok_or_else(|| malformed("the list is empty"))?;
        let bits = unpack(encoded).map_err(|problem| malformed(&problem))?;
        let purposes = strings(subject.get("statusPurpose")).map(str::to_owned).collect();
        Ok(Self { issuer, purposes, bits, key, self_asserted })
    }

    /// The value of entry `index`, each `size` bits wide; bit 0 is the highest of the first byte. An error says
    /// why the list has no such entry.
    pub fn value(&self, index: u64, size: u64) -> Result<u64, String> {
        let bits = self.bits.len() as u64 * 8;
        let entries = self.entries(size);
        if entries < TOLERATED_ENTRIES {
            return Err(format!("the list has {entries} entries, fewer than {MIN_ENTRIES}"));
        }
        let start =
            index.checked_mul(size).filter(|start| start.checked_add(size).is_some_and(|end| end <= bits));
        let start = start.ok_or_else(|| format!("the list has no entry {index}"))?;
        let bit = |at: u64| {
            let byte =
                usize::try_from(at / 8).ok().and_then(|at| self.bits.get(at)).copied().unwrap_or_default();
            u64::from(byte >> (7 - at % 8) & 1)
        };
        Ok((start..start + size).fold(0, |value, at| value << 1 | bit(at)))
    }

    fn entries(&self, size: u64) -> u64 {
        (self.bits.len() as u64 * 8).checked_div(size).unwrap_or_default()
    }

    /// Whether the list is as much the issuer's as the badge itself: the same issuer, the same key.
    fn shares_the_key_of(&self, holder: &Holder) -> bool {
        same_id(&self.issuer, holder.issuer) && self.key.as_ref().is_some_and(|key| holder.keys.contains(key))
    }
}

/// The key by which the proofs of a list hold, and the gap that is left where only the key itself says whose it is.
fn trusted(
    proofs: &[ProofFinding],
    url: &str,
    references: &mut Vec<DocumentRef>,
) -> Result<(Option<String>, Option<Gap>), Trouble> {
    let unverified = |problem: String| Trouble::Gap(Gap::ListUnverified { url: url.to_owned(), problem });
    let proof = telling(proofs).ok_or_else(|| unverified("it carries no proof.".to_owned()))?;
    references.extend(proof.documents.iter().cloned());
    match (&proof.integrity, &proof.authority) {
        (Outcome::Pass(_), Outcome::Pass(_)) => Ok((proof.thumbprint.clone(), None)),
        (Outcome::Pass(_), Outcome::Unknown(gap @ Gap::SelfAssertedKey { .. })) => {
            Ok((proof.thumbprint.clone(), Some(gap.clone())))
        }
        (Outcome::Unknown(gap @ Gap::Missing { .. }), _) => Err(gap.clone().into()),
        (Outcome::Pass(_), outcome) | (outcome, _) => Err(unverified(sentence(outcome))),
    }
}

fn malformed(url: &str, problem: &str) -> Trouble {
    Fault::StatusMalformed { source_url: url.to_owned(), problem: problem.to_owned() }.into()
}

fn sentence(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Pass(fact) => fact.to_string(),
        Outcome::Fail(fault) => fault.to_string(),
        Outcome::Unknown(gap) => gap.to_string(),
        Outcome::NotApplicable(exempt) => exempt.to_string(),
    }
}

/// The proof of a set that says most: one that holds and whose key is confirmed, else one that holds, else any;
/// but a set of which one fails does not hold.
fn telling(proofs: &[ProofFinding]) -> Option<&ProofFinding> {
    let failed = proofs.iter().find(|proof| matches!(proof.integrity, Outcome::Fail(_)));
    failed
        .or_else(|| proofs.iter().find(|proof| proof.holds() && matches!(proof.authority, Outcome::Pass(_))))
        .or_else(|| proofs.iter().find(|proof| proof.holds()))
        .or(proofs.first())
}

/// The credential in a list's document: JSON, or a token.
fn parse(document: &Document) -> Result<(Value, Value, Option<Jws>), Trouble> {
    let unreadable = |problem: String| Gap::Unreadable { url: document.url.clone(), problem };
    let text = document.bytes.trim_ascii();
    if text.first() == Some(&b'{') {
        let body =
            parse_strict_bytes(text).map_err(|error| unreadable(format!("no sound JSON ({error})")))?;
        return Ok((body, Value::Null, None));
    }
    let token = std::str::from_utf8(text).map_err(|_| unreadable("neither JSON nor a token".to_owned()))?;
    let (jws, claims) = Jws::parse(token).map_err(|_| unreadable("neither JSON nor a token".to_owned()))?;
    let body = body_of(&claims).unwrap_or_else(|| claims.clone());
    Ok((body, claims, Some(jws)))
}

/// A list speaks from `validFrom` until `validUntil`, and for `ttl` milliseconds after it was fetched.
fn in_force(body: &Value, document: &Document, now: Timestamp) -> Result<(), Trouble> {
    let url = || document.url.clone();
    let (from, until) = ob3::validity(body);
    let instant = |value: Option<&Value>| match value {
        None => Ok(None),
        Some(value) => {
            value.as_str().and_then(moment::parse).map(|moment| Some(moment.instant)).ok_or_else(|| {
                Trouble::Fault(Fault::StatusMalformed {
                    source_url: url(),
                    problem: "its dates are none".to_owned(),
                })
            })
        }
    };
    if let Some(from) = instant(from)?.filter(|from| *from > now) {
        let problem = format!("it is dated {from}, which is yet to come.");
        return Err(Gap::ListUnverified { url: url(), problem }.into());
    }
    if let Some(until) = instant(until)?.filter(|until| *until <= now) {
        return Err(Gap::ListStale { url: url(), until }.into());
    }
    let ttl = first(body.get("credentialSubject")).and_then(|subject| subject.get("ttl")).and_then(whole);
    if let Some(until) =
        ttl.and_then(|ttl| end_of_life(document.fetched_at, ttl)).filter(|until| *until < now)
    {
        return Err(Gap::ListStale { url: url(), until }.into());
    }
    Ok(())
}

fn end_of_life(fetched: Timestamp, milliseconds: u64) -> Option<Timestamp> {
    fetched.checked_add(SignedDuration::from_millis(i64::try_from(milliseconds).ok()?)).ok()
}

/// The bits of an `encodedList`: multibase base64url of gzip.
fn unpack(encoded: &str) -> Result<Vec<u8>, String> {
    let encoded = encoded.strip_prefix('u').ok_or("the list is not multibase base64url (u)")?;
    let packed = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| "the list is not base64url")?;
    let mut bits = Vec::new();
    GzDecoder::new(packed.as_slice())
        .take(MAX_LIST_BYTES + 1)
        .read_to_end(&mut bits)
        .map_err(|_| "the list is not whole gzip")?;
    if bits.len() as u64 > MAX_LIST_BYTES {
        return Err(format!("the list unpacks to more than {MAX_LIST_BYTES} bytes"));
    }
    Ok(bits)
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
    let not_revoked = || Outcome::Pass(Fact::NotRevoked { sources: vec![url.to_owned()] });
    let Some(revoked) = list.get("revokedAssertions") else {
        let is_old_list = standard.is_before_2() && (list.is_object() || list.is_array());
        if is_old_list {
            let entry = ob1::entry_in(list, |name| names("id", name) || names("uid", name));
            let reason = entry.and_then(Value::as_str).filter(|text| list.is_object() && !text.is_empty());
            return entry.map_or_else(not_revoked, |_| {
                let reason = reason.map(str::to_owned);
                Outcome::Fail(Fault::Revoked { source_url: url.to_owned(), reason })
            });
        }
        let problem = "the revocation list lacks revokedAssertions".to_owned();
        return Outcome::Fail(Fault::StatusMalformed { source_url: url.to_owned(), problem });
    };
    for entry in each(Some(revoked)) {
        let (id, reason) = match entry {
            Value::String(id) => (Some(id.as_str()), None),
            node => (
                id_of(node).or_else(|| node.get("uid").and_then(Value::as_str)),
                node.get("revocationReason").and_then(Value::as_str),
            ),
        };
        if id.is_some_and(|id| names("id", id) || names("uid", id)) {
            let reason = reason.map(str::to_owned);
            return Outcome::Fail(Fault::Revoked { source_url: url.to_owned(), reason });
        }
    }
    not_revoked()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn packed(bytes: &[u8]) -> String {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        format!("u{}", URL_SAFE_NO_PAD.encode(encoder.finish().unwrap()))
    }

    fn list(bits: Vec<u8>) -> List {
        List { issuer: String::new(), purposes: Vec::new(), bits, key: None, self_asserted: None }
    }

    #[test]
    fn the_published_lists_unpack_to_what_they_say() {
        let specification = "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA";
        assert_eq!(unpack(specification).unwrap(), vec![0; 16_384]);
        let validator = "uH4sIAAAAAAAA_-3BMQEAAAzDoMy_6cnoA9QFAAAAAAAAAAAAAAAAAAAAbD3uPa2cAEAAAA";
        let list = list(unpack(validator).unwrap());
        let set: Vec<u64> = (0..MIN_ENTRIES).filter(|index| list.value(*index, 1) == Ok(1)).collect();
        assert_eq!(set, [23]);
    }

    #[test]
    fn bit_zero_is_the_highest_of_the_first_byte() {
        let mut bits = vec![0; 32_768];
        bits[0] = 0b1000_0001;
        bits[1] = 0b0110_0000;
        let list = list(bits);
        assert_eq!(list.value(0, 1), Ok(1));
        assert_eq!(list.value(1, 1), Ok(0));
        assert_eq!(list.value(7, 1), Ok(1));
        assert_eq!(list.value(4, 2), Ok(0b01));
        assert_eq!(list.value(0, 2), Ok(0b10));
    }

    #[test]
    fn no_index_reaches_beyond_the_list() {
        let list = list(vec![0xff; 16_384]);
        assert_eq!(list.value(131_071, 1), Ok(1));
        for (index, size) in [(131_072, 1), (u64::MAX, 1), (u64::MAX, 64), (u64::MAX / 2, 2), (0, 0), (0, 2)]
        {
            assert!(list.value(index, size).is_err(), "{index} {size}");
        }
    }

    #[test]
    fn short_lists_bombs_and_stumps_are_refused() {
        assert!(list(vec![0; 1_000]).value(0, 1).is_err());
        let bomb = packed(&vec![0; usize::try_from(MAX_LIST_BYTES + 1).unwrap()]);
        assert!(unpack(&bomb).unwrap_err().contains("unpacks to more"));
        let whole = packed(&[0; 16_384]);
        assert!(unpack(&whole).is_ok());
        for wrong in [&whole[..whole.len() - 8], &whole[1..], "u", "", "u!!!!", "uAAAA", "z111"] {
            assert!(unpack(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_index_is_a_whole_number() {
        for (value, expected) in [
            (serde_json::json!("94567"), Some(94_567)),
            (serde_json::json!(23), Some(23)),
            (serde_json::json!("abc"), None),
            (serde_json::json!("-1"), None),
            (serde_json::json!("+1"), None),
            (serde_json::json!(1.5), None),
            (serde_json::json!(-1), None),
            (serde_json::json!(""), None),
            (serde_json::json!("99999999999999999999"), None),
        ] {
            assert_eq!(whole(&value), expected, "{value}");
        }
    }

    #[test]
    fn revocation_lists_name_badges_in_every_published_shape() {
        let assertion = serde_json::json!({ "id": "urn:uuid:1", "uid": "abc" });
        for entry in [
            serde_json::json!("urn:uuid:1"),
            serde_json::json!(["urn:uuid:2", "urn:uuid:1"]),
            serde_json::json!([{ "id": "urn:uuid:1", "revocationReason": "by mistake" }]),
            serde_json::json!({ "uid": "abc" }),
        ] {
            let list = serde_json::json!({ "revokedAssertions": entry });
            let outcome = by_list(&assertion, Standard::Ob2, "https://a.example/list", &list);
            assert!(matches!(outcome, Outcome::Fail(Fault::Revoked { .. })), "{entry}");
        }
        let clear = serde_json::json!({ "revokedAssertions": ["urn:uuid:11", {}] });
        assert!(matches!(by_list(&assertion, Standard::Ob2, "", &clear), Outcome::Pass(_)));
        assert!(matches!(
            by_list(&assertion, Standard::Ob2, "", &Value::Null),
            Outcome::Fail(Fault::StatusMalformed { .. })
        ));
    }

    #[test]
    fn an_older_list_is_an_object_of_reasons() {
        let assertion = serde_json::json!({ "id": "uid:abc", "uid": "abc" });
        let word =
            |list: serde_json::Value| by_list(&assertion, Standard::Ob10, "https://a.example/list", &list);
        for (list, reason) in [
            (serde_json::json!({ "abc": "by mistake" }), Some("by mistake")),
            (serde_json::json!({ "abc": "" }), None),
            (serde_json::json!(["x", "abc"]), None),
            (serde_json::json!({ "revokedAssertions": [{ "uid": "abc" }] }), None),
        ] {
            let outcome = word(list.clone());
            let Outcome::Fail(Fault::Revoked { reason: found, .. }) = &outcome else {
                panic!("{list}: {outcome:?}")
            };
            assert_eq!(found.as_deref(), reason, "{list}");
        }
        for list in [serde_json::json!({ "abcd": "x" }), serde_json::json!([]), serde_json::json!({})] {
            assert!(matches!(word(list), Outcome::Pass(_)));
        }
        assert!(matches!(word(serde_json::json!(7)), Outcome::Fail(Fault::StatusMalformed { .. })));
    }
}
