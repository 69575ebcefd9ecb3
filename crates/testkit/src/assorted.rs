//! Many badges of many kinds, for filling wallets.

use crate::{Algorithm, DataModel, Issued, Issuer};

/// The `number`th badge of an endless row: a file name, and the file. Kinds, sizes, issuers, recipients and dates
/// vary; each badge is another one, and all are decided without a network.
pub fn assorted(number: usize) -> (String, Vec<u8>) {
    let schools = ["Harbour School", "Maker Guild", "City Library", "Example Academy", "Alpine Club"];
    let school = schools[number % schools.len()];
    let issuer = Issuer::did_key(school).named(school);
    let award = |issuer: Issuer| {
        issuer
            .achievement(&format!("{} {number}", SUBJECTS[number % SUBJECTS.len()]))
            .tagged(&[SUBJECTS[number % SUBJECTS.len()], "course"])
            .issued(&format!("{}-{:02}-15T09:30:00Z", 2019 + number % 7, 1 + number % 12))
    };
    let (extension, bytes) = match number % 8 {
        0 => ("png", award(issuer).sign_jwt().baked_png()),
        1 => ("svg", award(issuer).sign_data_integrity(DataModel::V2).baked_svg()),
        2 => ("svg", award(issuer).expires("2025-06-30T00:00:00Z").sign_jwt().baked_svg()),
        3 => ("json", bytes_of(&award(issuer).with_art().sign_data_integrity(DataModel::V1))),
        4 => ("jwt", bytes_of(&award(issuer.signing_with(Algorithm::Es256)).sign_vc_claim())),
        5 => ("jwt", bytes_of(&award(issuer).award_to_hashed("ada@example.org", "sea salt").sign_jwt())),
        6 => ("json", bytes_of(&award(issuer).sign_data_integrity(DataModel::V2))),
        _ => ("jwt", bytes_of(&award(issuer).with_art().sign_jwt())),
    };
    (format!("{number:05}.{extension}"), bytes)
}

fn bytes_of(issued: &Issued) -> Vec<u8> {
    issued.text().as_bytes().to_vec()
}

const SUBJECTS: [&str; 12] = [
    "Rust",
    "First aid",
    "Woodwork",
    "Astronomy",
    "Bookbinding",
    "Sailing",
    "Statistics",
    "Beekeeping",
    "Welding",
    "Photography",
    "Public speaking",
    "Mountain rescue",
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use openbadges::{Artifact, Credential};

    use super::*;

    #[test]
    fn each_is_a_badge_and_another_one() {
        let digests: BTreeSet<String> = (0..64)
            .map(|number| {
                let (name, bytes) = assorted(number);
                let artifact = Artifact::recognise(bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
                let [payload] = artifact.payloads() else { panic!("{name} has one badge") };
                Credential::parse(&payload.content).unwrap_or_else(|error| panic!("{name}: {error}")).digest()
            })
            .collect();
        assert_eq!(digests.len(), 64);
    }
}
