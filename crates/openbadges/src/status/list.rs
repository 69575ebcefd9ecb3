//! A list of bits is a credential: verified as one before its bits are read.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::bits::{Bits, MAX_BYTES};
use super::{Holder, malformed, whole};
use crate::credential::value::{first, has_type, id_of, same_id, strings};
use crate::document::{Document, Documents};
use crate::proof::Trouble;
use crate::report::{DocumentRef, Gap};
use crate::secured::{Secured, Unsound};

/// A list has at least this many entries, so that an index tells little about whom it concerns (Bitstring Status
/// List 1.0, 3.2; the earlier drafts ask for the same 16 KiB).
pub(super) const MIN_ENTRIES: u64 = 131_072;

/// The length that the library of the Digital Credentials Consortium gives its lists. What such a list says is as
/// plain as elsewhere, so it is read, with a warning.
const TOLERATED_ENTRIES: u64 = 100_000;

/// The specifications of lists of bits, the later ones made from the earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Bitstring Status List 1.0.
    Bitstring,
    /// Status List 2021.
    StatusList2021,
    /// Revocation List 2020.
    RevocationList2020,
}

impl Kind {
    pub(super) const ALL: [Self; 3] = [Self::Bitstring, Self::StatusList2021, Self::RevocationList2020];

    /// The type of an entry.
    pub(super) fn entry_type(self) -> &'static str {
        match self {
            Self::Bitstring => "BitstringStatusListEntry",
            Self::StatusList2021 => "StatusList2021Entry",
            Self::RevocationList2020 => "RevocationList2020Status",
        }
    }

    /// The types of a list's credential and of its subject.
    fn list_types(self) -> (&'static str, &'static str) {
        match self {
            Self::Bitstring => ("BitstringStatusListCredential", "BitstringStatusList"),
            Self::StatusList2021 => ("StatusList2021Credential", "StatusList2021"),
            Self::RevocationList2020 => ("RevocationList2020Credential", "RevocationList2020"),
        }
    }
}

/// A status list whose proof holds.
#[derive(Clone, Debug)]
pub struct List {
    pub(super) kind: Kind,
    pub(super) id: Option<String>,
    pub(super) issuer: String,
    pub(super) purposes: Vec<String>,
    pub(super) bits: Bits,
    /// The thumbprint of the key that signed it.
    key: Option<String>,
    /// Where the list brought its own key and nobody confirmed it: what would.
    pub(super) self_asserted: Option<Gap>,
}

impl List {
    /// Verifies the status list credential in `document` (its proof, its dates, its form) and unpacks it.
    pub fn read(document: &Document, documents: &Documents, now: Timestamp) -> Result<Self, Trouble> {
        Self::read_with(document, documents, now, &mut Vec::new())
    }

    /// As [`Self::read`]; `references` takes up the documents that the proof stood on.
    pub(super) fn read_with(
        document: &Document,
        documents: &Documents,
        now: Timestamp,
        references: &mut Vec<DocumentRef>,
    ) -> Result<Self, Trouble> {
        let secured = Secured::read(document, documents, now, references)
            .map_err(|unsound| trouble(&document.url, unsound))?;
        let Secured { body, issuer, key, self_asserted } = secured;
        if let Some(until) = end_of_life(&body, document).filter(|until| *until < now) {
            return Err(Gap::ListStale { url: document.url.clone(), until }.into());
        }
        let malformed = |problem: &str| malformed(&document.url, problem);
        let subject =
            first(body.get("credentialSubject")).ok_or_else(|| malformed("the list has no subject"))?;
        let kind = kind_of(&body, subject).ok_or_else(|| Gap::ListUnverified {
            url: document.url.clone(),
            problem: "the document there is signed, but it is no status list.".to_owned(),
        })?;
        let encoded = subject
            .get("encodedList")
            .and_then(Value::as_str)
            .ok_or_else(|| malformed("the list is empty"))?;
        let bits = match kind {
            Kind::Bitstring => Bits::unpack(encoded),
            _ => Bits::unpack_early(encoded),
        };
        let bits = bits.map_err(|problem| malformed(&problem))?;
        let purposes = match kind {
            Kind::RevocationList2020 => vec!["revocation".to_owned()],
            _ => strings(subject.get("statusPurpose")).map(str::to_owned).collect(),
        };
        let id = id_of(&body).map(str::to_owned);
        Ok(Self { kind, id, issuer, purposes, bits, key, self_asserted })
    }

    /// The value of entry `index`, each `size` bits wide; bit 0 is the highest of the first byte. An error says
    /// why the list has no such entry.
    pub fn value(&self, index: u64, size: u64) -> Result<u64, String> {
        let entries = self.bits.entries(size);
        if entries < TOLERATED_ENTRIES {
            return Err(format!("the list has {entries} entries, fewer than {MIN_ENTRIES}"));
        }
        self.bits.value(index, size).ok_or_else(|| format!("the list has no entry {index}"))
    }

    /// Whether the list is as much the issuer's as the badge itself: the same issuer, the same key.
    pub(super) fn shares_the_key_of(&self, holder: &Holder) -> bool {
        same_id(&self.issuer, holder.issuer) && self.key.as_ref().is_some_and(|key| holder.keys.contains(key))
    }
}

/// A list as it was read, and the documents that it stands on.
type Read = (Result<Rc<List>, Trouble>, Vec<DocumentRef>);

/// The lists of all credentials that are judged together. Many name the same one, which is read once; and as hostile
/// ones could name many that are as large as may be, no more than so many bytes are unpacked for all of them.
#[derive(Debug)]
pub(crate) struct Lists {
    known: RefCell<Vec<(String, Read)>>,
    left: Cell<u64>,
}

impl Default for Lists {
    fn default() -> Self {
        Self { known: RefCell::default(), left: Cell::new(MOST_UNPACKED) }
    }
}

/// So many bytes are unpacked for one credential and all inside it: lists of the usual size for 16,000.
const MOST_UNPACKED: u64 = 256 << 20;

/// So many bytes of lists are kept at once.
const MOST_KEPT: u64 = 64 << 20;

impl Lists {
    /// As [`List::read`], with the documents that the list stands on.
    pub(super) fn read(&self, document: &Document, documents: &Documents, now: Timestamp) -> Read {
        let known = self.known.borrow().iter().find(|(url, _)| *url == document.url).cloned();
        if let Some((_, read)) = known {
            return read;
        }
        if self.left.get() < MAX_BYTES {
            let problem = "too many large lists belong to this badge and those inside it.".to_owned();
            let gap = Gap::ListUnverified { url: document.url.clone(), problem };
            return (Err(gap.into()), Vec::new());
        }
        let mut references = vec![document.reference()];
        let list = List::read_with(document, documents, now, &mut references).map(Rc::new);
        self.left.set(self.left.get().saturating_sub(size(&list)));
        let read = (list, references);
        let mut known = self.known.borrow_mut();
        known.push((document.url.clone(), read.clone()));
        while known
            .iter()
            .map(|(_, (list, _))| list.as_ref().map_or(0, |list| list.bits.bytes()))
            .sum::<u64>()
            > MOST_KEPT
        {
            known.drain(..1);
        }
        read
    }
}

/// What it took to unpack a list: of one that was refused, the most that it can have been.
fn size(list: &Result<Rc<List>, Trouble>) -> u64 {
    list.as_ref().map_or(MAX_BYTES, |list| list.bits.bytes())
}

fn kind_of(body: &Value, subject: &Value) -> Option<Kind> {
    Kind::ALL.into_iter().find(|kind| {
        let (credential, list) = kind.list_types();
        has_type(body, credential) && has_type(subject, list)
    })
}

/// A list that cannot be relied on says nothing, whatever stands in it.
fn trouble(url: &str, unsound: Unsound) -> Trouble {
    match unsound {
        Unsound::Gap(gap) => gap.into(),
        Unsound::Unverified(problem) => Gap::ListUnverified { url: url.to_owned(), problem }.into(),
        Unsound::Ended(until) => Gap::ListStale { url: url.to_owned(), until }.into(),
        Unsound::NoDates => malformed(url, "its dates are none"),
    }
}

/// A list speaks for `ttl` milliseconds after it was fetched.
fn end_of_life(body: &Value, document: &Document) -> Option<Timestamp> {
    let ttl = first(body.get("credentialSubject"))?.get("ttl").and_then(whole)?;
    document.fetched_at.checked_add(SignedDuration::from_millis(i64::try_from(ttl).ok()?)).ok()
}
