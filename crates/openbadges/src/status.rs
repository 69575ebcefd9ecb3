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
use crate::credential::{complete, moment, ob3};
use crate::document::{Document, Documents};
use crate::json::parse_strict_bytes;
use crate::proof::data_integrity::{self, Setting};
use crate::proof::{ProofFinding, Trouble, vc_jwt};
use crate::report::{DocumentRef, Exempt, Fact, Fault, Feature, Finding, Gap, Outcome, Warning};

/// A list unpacks to this many bytes at most (Bitstring Status List 1.0 sets no bound; 16 MiB hold 134 million
/// entries).
const MAX_LIST_BYTES: u64 = 16 << 20;

/// A list has at least this many entries, so that an index tells little about whom it concerns (1.0, 3.2).
const MIN_ENTRIES: u64 = 131_072;

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
    let list = read_list(document, documents, now, holder, references)?;
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
    if value != 0 && list.self_asserted && entry.purpose != "message" {
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
        (_, 0) if list.self_asserted => {
            let problem = "its key was not confirmed by its issuer.".to_owned();
            return Err(Gap::ListUnverified { url: entry.url.to_owned(), problem }.into());
        }
        (_, 0) => Word::Clear,
        ("suspension", _) => Word::Suspended,
        _ => Word::Revoked,
    })
}

fn read_entry<'a>(entry: &'a Value, holder: &Holder) -> Result<Entry<'a>, Trouble> {
    if !has_type(entry, "BitstringStatusListEntry") {
        let name = strings(entry.get("type")).next().unwrap_or("(none)").to_owned();
        return Err(Gap::Unsupported { feature: Feature::StatusType, name }.into());
    }
    let malformed = |problem: &str| {
        Trouble::Fault(Fault::StatusMalformed {
            source_url: holder.id.unwrap_or("the badge").to_owned(),
            problem: problem.to_owned(),
        })
    };
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
pub(crate) struct List {
    issuer: String,
    purposes: Vec<String>,
    bits: Vec<u8>,
    /// True where the list brought its own key, and nobody confirmed it.
    self_asserted: bool,
}

impl List {
    /// The value of entry `index`, each `size` bits wide; bit 0 is the highest of the first byte.
    fn value(&self, index: u64, size: u64) -> Result<u64, String> {
        let bits = self.bits.len() as u64 * 8;
        if bits / size < MIN_ENTRIES {
            return Err(format!("the list has {} entries, fewer than {MIN_ENTRIES}", bits / size));
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
}

/// Verifies the list credential in `document` and unpacks it.
fn read_list(
    document: &Document,
    documents: &Documents,
    now: Timestamp,
    holder: &Holder,
    references: &mut Vec<DocumentRef>,
) -> Result<List, Trouble> {
    let url = document.url.as_str();
    let unverified = |problem: String| Trouble::Gap(Gap::ListUnverified { url: url.to_owned(), problem });
    let (body, claims, jws) = parse(document)?;
    let issuer = body.get("issuer").and_then(id_of).unwrap_or_default().to_owned();
    let setting = Setting { documents, now, issuer: &issuer };
    let proofs = match &jws {
        Some(jws) => vec![vc_jwt::verify(jws, &claims, &body, &setting)],
        None => data_integrity::verify(&body, &setting),
    };
    let proof = telling(&proofs).ok_or_else(|| unverified("it carries no proof.".to_owned()))?;
    references.extend(proof.documents.iter().cloned());
    match (&proof.integrity, &proof.authority) {
        (Outcome::Pass(_), _) => {}
        (Outcome::Unknown(gap @ Gap::Missing { .. }), _) => return Err(gap.clone().into()),
        (outcome, _) => return Err(unverified(sentence(outcome))),
    }
    let same_key = same_id(&issuer, holder.issuer)
        && proof.thumbprint.as_ref().is_some_and(|key| holder.keys.contains(key));
    let self_asserted = match &proof.authority {
        Outcome::Pass(_) => false,
        _ if same_key => false,
        Outcome::Unknown(Gap::SelfAssertedKey { .. }) => true,
        outcome => return Err(unverified(sentence(outcome))),
    };
    in_force(&body, document, now)?;
    let malformed =
        |problem: String| Trouble::Fault(Fault::StatusMalformed { source_url: url.to_owned(), problem });
    let subject = first(body.get("credentialSubject"))
        .ok_or_else(|| malformed("the list has no subject".to_owned()))?;
    if !has_type(&body, "BitstringStatusListCredential") || !has_type(subject, "BitstringStatusList") {
        return Err(malformed("the document is no Bitstring Status List".to_owned()));
    }
    let encoded = subject
        .get("encodedList")
        .and_then(Value::as_str)
        .ok_or_else(|| malformed("the list is empty".to_owned()))?;
    let bits = unpack(encoded).map_err(malformed)?;
    let purposes = strings(subject.get("statusPurpose")).map(str::to_owned).collect();
    Ok(List { issuer, purposes, bits, self_asserted })
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
    let body = match (claims.as_object(), claims.get("vc").and_then(Value::as_object)) {
        (Some(members), Some(vc)) => complete(vc, members),
        _ => claims.clone(),
    };
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

/// Judges a signed Open Badges 2.0 assertion by its issuer's revocation list.
pub(crate) fn of_revocation_list(assertion: &Value, issuer: &Value, documents: &Documents) -> Finding {
    let Some(url) = issuer.get("revocationList").and_then(id_of) else {
        return Outcome::NotApplicable(Exempt::NoStatus).into();
    };
    let (document, list) = match documents.look_up(url).and_then(|document| Ok((document, document.json()?)))
    {
        Ok(found) => found,
        Err(gap) => return Outcome::Unknown(gap).into(),
    };
    Finding { outcome: by_list(assertion, url, &list), documents: vec![document.reference()] }
}

fn by_list(assertion: &Value, url: &str, list: &Value) -> Outcome {
    let Some(revoked) = list.get("revokedAssertions") else {
        let problem = "the revocation list lacks revokedAssertions".to_owned();
        return Outcome::Fail(Fault::StatusMalformed { source_url: url.to_owned(), problem });
    };
    let names = |property: &str, id: &str| {
        assertion.get(property).and_then(Value::as_str).is_some_and(|own| same_id(own, id))
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
    Outcome::Pass(Fact::NotRevoked { sources: vec![url.to_owned()] })
}
