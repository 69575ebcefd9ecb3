//! The value of a selective proof: CBOR behind three bytes that say which form it is (vc-di-ecdsa 3.5.3 to 3.5.8).

use std::collections::BTreeMap;

use minicbor::{Decoder, Encoder};

use super::super::malformed;
use super::super::stated::Stated;
use super::MAX_STATEMENTS;
use crate::proof::Trouble;

const BASE: [u8; 3] = [0xd9, 0x5d, 0x00];
const DERIVED: [u8; 3] = [0xd9, 0x5d, 0x01];

/// The longest JSON pointer that an issuer may name.
const MAX_POINTER: usize = 1_024;

/// What the issuer gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Base {
    pub signature: Vec<u8>,
    /// The key made for this proof, as a Multikey.
    pub public_key: Vec<u8>,
    /// Makes the labels of blank nodes, so that what is not shown cannot be guessed from the numbers of the rest.
    pub hmac_key: Vec<u8>,
    pub signatures: Vec<Vec<u8>>,
    /// JSON pointers to what must always be shown.
    pub mandatory: Vec<String>,
}

/// What a holder passes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Derived {
    pub signature: Vec<u8>,
    pub public_key: Vec<u8>,
    pub signatures: Vec<Vec<u8>>,
    /// The issuer's labels of the blank nodes, by their canonical numbers.
    pub labels: BTreeMap<u64, Vec<u8>>,
    /// Which of the statements are mandatory.
    pub mandatory: Vec<usize>,
}

pub(super) enum Disclosed {
    Base(Base),
    Derived(Derived),
}

impl Disclosed {
    pub(super) fn read(stated: &Stated) -> Result<Self, Trouble> {
        let bytes = stated.multibase('u')?;
        let wrong = |problem: &str| malformed(stated.label, format!("its value {problem}"));
        match bytes.split_first_chunk::<3>() {
            Some((&BASE, rest)) => base(rest).map(Self::Base),
            Some((&DERIVED, rest)) => derived(rest).map(Self::Derived),
            _ => return Err(wrong("is neither a base nor a derived proof of ecdsa-sd-2023")),
        }
        .ok_or_else(|| wrong("has not the parts of a proof"))
    }

    /// The issuer's own signature, the key made for this proof, and the signatures by that.
    pub(super) fn signatures(&self) -> (&[u8], &[u8], &[Vec<u8>]) {
        match self {
            Self::Base(base) => (&base.signature, &base.public_key, &base.signatures),
            Self::Derived(derived) => (&derived.signature, &derived.public_key, &derived.signatures),
        }
    }
}

fn base(bytes: &[u8]) -> Option<Base> {
    let mut input = Decoder::new(bytes);
    array(&mut input, Some(5))?;
    let signature = fixed(&mut input, 64)?;
    let public_key = fixed(&mut input, 35)?;
    let hmac_key = fixed(&mut input, 32)?;
    let signatures = signatures(&mut input)?;
    let count = array(&mut input, None)?;
    let mut mandatory = Vec::new();
    for _ in 0..count {
        let pointer = input.str().ok().filter(|pointer| pointer.len() <= MAX_POINTER)?;
        mandatory.push(pointer.to_owned());
    }
    let done = input.position() == bytes.len();
    done.then_some(Base { signature, public_key, hmac_key, signatures, mandatory })
}

fn derived(bytes: &[u8]) -> Option<Derived> {
    let mut input = Decoder::new(bytes);
    array(&mut input, Some(5))?;
    let signature = fixed(&mut input, 64)?;
    let public_key = fixed(&mut input, 35)?;
    let signatures = signatures(&mut input)?;
    let labels = labels(&mut input)?;
    let count = array(&mut input, None)?;
    let mut mandatory = Vec::new();
    for _ in 0..count {
        let index = usize::try_from(input.u64().ok()?).ok()?;
        if mandatory.last().is_some_and(|last| *last >= index) {
            return None;
        }
        mandatory.push(index);
    }
    let done = input.position() == bytes.len();
    done.then_some(Derived { signature, public_key, signatures, labels, mandatory })
}

/// The length of an array, which must be stated and within bounds.
fn array(input: &mut Decoder, expected: Option<u64>) -> Option<usize> {
    let length = input.array().ok()??;
    let sound = expected.is_none_or(|expected| length == expected);
    usize::try_from(length).ok().filter(|length| sound && *length <= MAX_STATEMENTS)
}

fn fixed(input: &mut Decoder, length: usize) -> Option<Vec<u8>> {
    input.bytes().ok().filter(|bytes| bytes.len() == length).map(<[u8]>::to_vec)
}

fn signatures(input: &mut Decoder) -> Option<Vec<Vec<u8>>> {
    (0..array(input, None)?).map(|_| fixed(input, 64)).collect()
}

/// A label for each blank node. Two nodes never share one: whoever gave two nodes the same label could spread what
/// was said of one thing over two.
fn labels(input: &mut Decoder) -> Option<BTreeMap<u64, Vec<u8>>> {
    let length = input.map().ok()??;
    if length > MAX_STATEMENTS as u64 {
        return None;
    }
    let mut labels = BTreeMap::new();
    for _ in 0..length {
        let number = input.u64().ok()?;
        let label = fixed(input, 32)?;
        if labels.values().any(|known| *known == label) || labels.insert(number, label).is_some() {
            return None;
        }
    }
    Some(labels)
}

impl Derived {
    /// The proof value.
    pub(super) fn written(&self) -> Vec<u8> {
        let mut bytes = DERIVED.to_vec();
        let mut output = Encoder::new(&mut bytes);
        // Writing to memory does not fail.
        let _ = output.array(5).and_then(|output| output.bytes(&self.signature)).and_then(|output| {
            output.bytes(&self.public_key)?.array(self.signatures.len() as u64)?;
            for signature in &self.signatures {
                output.bytes(signature)?;
            }
            output.map(self.labels.len() as u64)?;
            for (number, label) in &self.labels {
                output.u64(*number)?.bytes(label)?;
            }
            output.array(self.mandatory.len() as u64)?;
            for index in &self.mandatory {
                output.u64(*index as u64)?;
            }
            Ok(output)
        });
        bytes
    }
}
