//! Ten badges that whatever leaves the wallet is tried with: five standards, every verdict that a report can reach
//! without a gap, and names that are long, in other scripts, or an attack.

use openbadges::artifact::ArtifactKind;
use openbadges::{Documents, Verdict};

use crate::{Algorithm, DataModel, Issued, Issuer, StatusList};

/// A name that is a payload for whatever takes it for markup.
pub const PAYLOAD: &str = "\"><img src=x onerror=alert(1)><script>alert(1)</script> \\input{/etc/passwd} $x^2$ [a](javascript:alert(1)) %&#";

/// One of the ten.
#[derive(Clone, Debug)]
pub struct Ten {
    /// A file name, unlike the others'.
    pub file: &'static str,
    /// What the bytes are.
    pub kind: ArtifactKind,
    /// The artefact: what a person would bring in.
    pub bytes: Vec<u8>,
    /// The badge as it was issued; of the invalid one, as it was changed.
    pub issued: Issued,
    /// The verdict at [`NOW`](crate::NOW), by [`documents`](Self::documents) and nobody's word but the web's.
    pub verdict: Verdict,
}

impl Ten {
    /// What its issuer publishes.
    pub fn documents(&self) -> Documents {
        self.issued.at_hand()
    }

    fn of(file: &'static str, verdict: Verdict, issued: Issued) -> Self {
        let (kind, bytes) = match file.rsplit_once('.') {
            Some((_, "png")) => (ArtifactKind::Png, issued.baked_png()),
            Some((_, "svg")) => (ArtifactKind::Svg, issued.baked_svg()),
            Some((_, "jwt")) => (ArtifactKind::Jws, issued.text().as_bytes().to_vec()),
            _ => (ArtifactKind::Json, issued.text().as_bytes().to_vec()),
        };
        Self { file, kind, bytes, issued, verdict }
    }
}

/// The ten badges: Open Badges 1.0, 1.1, 2.0 and 3.0 and a Comprehensive Learner Record 2.0; one revoked, one
/// invalid, one expired; a name of 300 characters, an Arabic, a Hebrew, a Japanese and a Devanagari one, and
/// [`PAYLOAD`].
pub fn ten() -> Vec<Ten> {
    use Verdict::{Expired, Invalid, Revoked, Verified};
    vec![
        Ten::of("01-rust.png", Verified, rust()),
        Ten::of("02-statistics.jwt", Verified, statistics()),
        Ten::of("03-first-aid.png", Verified, first_aid()),
        Ten::of("04-forklift.jwt", Revoked, forklift()),
        Ten::of("05-arabic.json", Verified, arabic()),
        Ten::of("06-hebrew.jwt", Verified, hebrew()),
        Ten::of("07-record.json", Verified, record()),
        Ten::of("08-night-sky.svg", Expired, night_sky()),
        Ten::of("09-beekeeping.svg", Invalid, beekeeping()),
        Ten::of("10-payload.json", Verified, payload()),
    ]
}

fn rust() -> Issued {
    let issuer = Issuer::did_web("university.example").named("Example University");
    issuer
        .achievement("Rust Foundations")
        .described("Ownership, borrowing and fearless concurrency: a semester of systems programming, with a project.")
        .tagged(&["Rust", "Systems programming"])
        .issued("2026-03-01T12:00:00+01:00")
        .with("/id", "https://university.example/credentials/rust-1")
        .sign_data_integrity(DataModel::V2)
}

fn statistics() -> Issued {
    let long = "Advanced Statistics for the Social Sciences, including Generalised Linear Models, Survival Analysis, \
                Bayesian Hierarchical Modelling and the Reproducible Reporting of Uncertainty to Audiences without \
                a Mathematical Background, Second Edition, taught in English, Deutsch and 日本語, with Distinction (A)";
    let issuer = Issuer::https("tokyo.example").signing_with(Algorithm::Es256).named("東京統計学院");
    issuer
        .achievement(long)
        .tagged(&["統計", "Statistics"])
        .issued("2025-11-30T23:30:00-05:00")
        .sign_vc_claim()
}

fn first_aid() -> Issued {
    let issuer = Issuer::https("harbour.example").named("Harbour School");
    issuer.achievement("First Aid").tagged(&["First aid", "Safety"]).issued("2024-06-15T09:00:00Z").host()
}

fn forklift() -> Issued {
    let issuer = Issuer::https("yard.example").signing_with(Algorithm::Rs256).named("Harbour Yard");
    issuer.achievement("Forklift Licence").tagged(&["Safety"]).revoked().sign_open_badges_2()
}

fn arabic() -> Issued {
    let issuer = Issuer::https("madrasa.example").named("أكاديمية النور");
    issuer
        .achievement("أساسيات الإسعافات الأولية (المستوى 2)")
        .described("دورة في الإسعافات الأولية مدتها 16 ساعة.")
        .issued("2023-02-01T10:00:00Z")
        .host_open_badges_11()
}

fn hebrew() -> Issued {
    let issuer = Issuer::https("technion.example").signing_with(Algorithm::Rs256).named("בית הספר לתכנות");
    issuer.achievement("תכנות Rust למתקדמים").issued("2022-09-01T08:00:00Z").sign_open_badges_10()
}

fn record() -> Issued {
    let issuer = Issuer::did_web("college.example").named("हिमालय महाविद्यालय");
    let course =
        issuer.achievement("पर्वतारोहण").tagged(&["Mountaineering"]).sign_data_integrity(DataModel::V2);
    issuer.record("Transcript: पर्वतारोहण", &[course]).sign()
}

fn night_sky() -> Issued {
    let issuer = Issuer::did_web("observatory.example").named("Example Observatory");
    issuer
        .achievement("Night Sky Observer")
        .described("Twelve clear nights with a telescope.")
        .tagged(&["Astronomy"])
        .issued("2021-05-31T23:00:00-05:00")
        .expires("2022-05-31T23:00:00-05:00")
        .sign_data_integrity(DataModel::V1)
}

fn beekeeping() -> Issued {
    let issuer = Issuer::did_web("bees.example").named("Example Apiary");
    let sound = issuer
        .achievement("Beekeeping Basics")
        .tagged(&["Beekeeping"])
        .issued("2025-05-04T10:00:00+02:00")
        .sign_data_integrity(DataModel::V2);
    sound.with_text(sound.text().replace("Beekeeping Basics", "Master Beekeeper"))
}

fn payload() -> Issued {
    let issuer = Issuer::did_web("payload.example").named("<b onmouseover=alert(1)>O'Hack & \"Sons\"</b>");
    let list = StatusList::of(&issuer);
    issuer
        .achievement(PAYLOAD)
        .described(&format!(
            "{PAYLOAD}\n\\end{{document}} \\write18{{id}} </style> ]]> =HYPERLINK(\"x\") \u{202e}gpj.exe"
        ))
        .tagged(&["<script>alert(1)</script>", "=1+1", "Rust"])
        .issued("2026-06-01T00:00:00Z")
        .expires("2030-06-01T00:00:00Z")
        .status(&list, 7)
        .sign_data_integrity(DataModel::V2)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use openbadges::credential::Standard;
    use openbadges::{Artifact, BadgeCard, Policy, verify};

    use super::*;

    #[test]
    fn each_is_what_it_says() {
        let mut standards = BTreeSet::new();
        for badge in ten() {
            let artifact = Artifact::recognise(badge.bytes.clone()).unwrap();
            assert_eq!(artifact.kind(), badge.kind, "{}", badge.file);
            assert_eq!(&artifact.payloads()[0].content, badge.issued.content(), "{}", badge.file);
            let credential = badge.issued.credential();
            let report = verify(&credential, &badge.documents(), &Policy::at(crate::now()));
            assert_eq!(report.verdict(), badge.verdict, "{}: {report:#?}", badge.file);
            standards.insert(format!("{:?}", credential.standard()));
        }
        let expected = [Standard::Clr2, Standard::Ob10, Standard::Ob11, Standard::Ob2, Standard::Ob3];
        assert_eq!(standards, expected.iter().map(|standard| format!("{standard:?}")).collect());
    }

    #[test]
    fn names_are_long_foreign_and_hostile() {
        let names: Vec<String> = ten()
            .iter()
            .map(|badge| BadgeCard::of(&badge.issued.credential(), &badge.documents()).name)
            .collect();
        assert!(names[1].chars().count() >= 250, "{}", names[1]);
        assert!(names[4].contains("الإسعافات"), "{}", names[4]);
        assert!(names[9].contains("<script>"), "{}", names[9]);
    }
}
