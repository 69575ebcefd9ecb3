//! What a hostile badge may take: the work for one, and for all inside it, is bounded as a whole.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test program")]

use lapel_testkit::{DataModel, Issuer, StatusList, now, sign_data_integrity};
use openbadges::artifact::PayloadContent;
use openbadges::{CheckId, Credential, Document, Documents, EmbeddedFinding, Policy, Report, verify};
use serde_json::{Value, json};

const CREATED: &str = "2026-01-01T00:00:00Z";

/// As many bits as a list may unpack to.
const LARGEST: usize = (16 << 20) * 8;

/// A presentation of badges by one issuer, each of which names the same entries of lists.
fn presented(badges: usize, entries: &[Value]) -> Value {
    let issuer = Issuer::did_key("bounds");
    let badge = |number: usize| {
        let mut badge = issuer.achievement(&format!("Bounds {number}")).credential(DataModel::V2);
        badge["credentialStatus"] = entries.into();
        sign_data_integrity(&mut badge, &issuer, CREATED);
        badge
    };
    json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"], "type": "VerifiablePresentation",
        "verifiableCredential": (0..badges).map(badge).collect::<Vec<_>>(),
    })
}

/// The codes of the status of each badge in a presentation.
fn statuses(presentation: &Value, documents: Vec<Document>) -> Vec<String> {
    let credential = Credential::parse(&PayloadContent::Json(presentation.to_string())).unwrap();
    let documents: Documents = documents.into_iter().collect();
    let report: Report = verify(&credential, &documents, &Policy::at(now()));
    let status = |finding: &EmbeddedFinding| match finding {
        EmbeddedFinding::Report(report) => report.check(CheckId::Status).code().to_owned(),
        EmbeddedFinding::Unread { code, .. } => code.clone(),
    };
    report.embedded().iter().map(|inner| status(&inner.finding)).collect()
}

/// 640 readings of two lists of 16 MiB would take minutes; each is read once.
#[test]
fn a_list_is_read_once_for_all_who_name_it() {
    let list = StatusList::of(&Issuer::did_key("bounds")).with_length(LARGEST);
    let other = list.clone().for_purpose("suspension");
    let entries: Vec<Value> =
        (0..16).map(|index| if index % 2 == 0 { list.entry(index) } else { other.entry(index) }).collect();
    let found = statuses(&presented(40, &entries), vec![list.signed(), other.signed()]);
    assert_eq!(found, vec!["status.not-revoked"; 40]);
}

/// Lists at many addresses are read up to a bound in bytes; beyond it nobody knows, and nothing passes.
#[test]
fn large_lists_in_numbers_are_not_all_read() {
    let list = StatusList::of(&Issuer::did_key("bounds")).with_length(LARGEST);
    let signed = list.signed();
    let address = |index: usize| format!("https://issuer.example/status/copy-{index}");
    let copies = (0..20).map(|index| Document { url: address(index), ..signed.clone() }).collect();
    let mut presentation = presented(0, &[]);
    let of = |index: usize| {
        let mut entry = list.entry(index);
        entry["statusListCredential"] = address(index).into();
        presented(1, &[entry])["verifiableCredential"][0].clone()
    };
    presentation["verifiableCredential"] = (0..20).map(of).collect();
    let found = statuses(&presentation, copies);
    let read = found.iter().take_while(|code| *code == "status.not-revoked").count();
    assert_eq!(read, 16, "{found:?}");
    assert!(found[read..].iter().all(|code| code == "status.list-unverified"), "{found:?}");
}
