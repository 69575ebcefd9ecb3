//! Parts of badges: what can be kept back, and that what is shown still holds. The badge is another's: nobody but its
//! issuer makes such a proof.

use std::path::Path;

use lapel_share::{choices, disclosed};
use lapel_testkit::corpus::{self, Failed, Trial, case};
use lapel_testkit::{DataModel, Issuer};
use openbadges::artifact::PayloadContent;
use openbadges::report::CheckId;
use openbadges::{Credential, Documents, Policy, verify};

fn main() {
    let arguments = corpus::Arguments::from_args();
    let mut trials = corpus::suite("selective disclosure", |shared| suite(&shared.join("corpus")));
    trials.push(case("a proof over the whole offers no choice", || {
        let badge = Issuer::did_key("whole").achievement("Knots").award_to("ada@example.org");
        let credential = Credential::parse(badge.sign_data_integrity(DataModel::V2).content())?;
        let refused = disclosed(&credential, &["/name".to_owned()]).map(drop);
        let code = refused.err().map(|error| error.code());
        assert_all(&[choices(&credential).is_empty(), code == Some("derive.no-base-proof")])
    }));
    corpus::run(&arguments, trials).exit();
}

fn suite(corpus: &Path) -> Vec<Trial> {
    let path = corpus.join("w3c-vc-di-ecdsa/TestVectors/ecdsa-sd-2023/prc/addSignedSDBase.json");
    let (offered, shown) = (path.clone(), path);
    vec![
        case("every part is offered, and what is mandatory is marked", move || {
            let credential = read(&offered)?;
            let choices = choices(&credential);
            let named = |pointer: &str| choices.iter().find(|choice| choice.pointer == pointer);
            let birth = named("/credentialSubject/birthDate").ok_or("no date of birth")?;
            let issuer = named("/issuer/image").ok_or("no issuer")?;
            assert_all(&[
                birth.value == "1978-07-17",
                !birth.mandatory,
                birth.place == "credentialSubject › birthDate",
                issuer.mandatory,
                named("/proof/proofValue").is_none(),
            ])
        }),
        case("what is kept back is gone, and the rest holds", move || {
            let credential = read(&shown)?;
            let part = disclosed(&credential, &["/credentialSubject/givenName".to_owned()])?;
            let text = part.text();
            let policy = Policy::at("2025-01-01T00:00:00Z".parse()?);
            let report = verify(&part, &Documents::new(), &policy);
            assert_all(&[
                text.contains("JANE"),
                !text.contains("1978-07-17"),
                !text.contains("SMITH"),
                report.check(CheckId::Integrity).code() == "proof.valid",
            ])?;
            let forged = Credential::parse(&PayloadContent::Json(text.replace("JANE", "JOAN")))?;
            let report = verify(&forged, &Documents::new(), &policy);
            assert_all(&[report.check(CheckId::Integrity).code() == "proof.bad-signature"])
        }),
    ]
}

fn read(path: &Path) -> Result<Credential, Failed> {
    Ok(Credential::parse(&PayloadContent::Json(std::fs::read_to_string(path)?))?)
}

fn assert_all(facts: &[bool]) -> Result<(), Failed> {
    match facts.iter().position(|fact| !fact) {
        Some(which) => Err(format!("fact {} does not hold", which + 1).into()),
        None => Ok(()),
    }
}
