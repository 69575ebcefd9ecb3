//! Recipient: was the badge awarded to one of the user's identities?
//!
//! All versions hash identities alike (`sha256$` or `md5$`, before 2.0 also `sha1$`, and the digest of identity and
//! salt). The specifications name no normalisation, so an address is tried as given, trimmed, in lower case, in lower
//! case of Unicode normalisation form C, and with either spelling of an international domain; which one matched is
//! part of the fact.

use md5::Md5;
use serde_json::Value;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

use crate::credential::Standard;
use crate::credential::ob2::is_email;
use crate::credential::ob3;
use crate::credential::value::{each, has_type};
use crate::document::hex;
use crate::report::{Exempt, Fact, Fault, Feature, Gap, MatchForm, Outcome};

/// Judges the `recipient` of an assertion, which is written by `standard` and given in the terms of Open Badges 2.0.
pub(crate) fn of_assertion(assertion: &Value, standard: Standard, identities: &[String]) -> Outcome {
    let recipient = match each(assertion.get("recipient")) {
        [] => return Outcome::NotApplicable(Exempt::NoRecipient),
        [recipient, ..] => recipient,
    };
    let Some(identity) = recipient.get("identity").and_then(Value::as_str) else {
        return malformed("there is no identity");
    };
    let hash = Hash::read(identity).or_else(|| Hash::read_old(identity).filter(|_| standard.is_before_2()));
    match (recipient.get("hashed").and_then(Value::as_bool), &hash) {
        (None, _) => return malformed("it does not say whether the identity is hashed"),
        (Some(true), None) if identity.contains('@') || !identity.contains('$') => {
            return malformed("the identity is said to be hashed and is not");
        }
        (Some(true), None) => return unknown_algorithm(identity),
        (Some(false), Some(_)) => return malformed("the identity is a hash and is said to be none"),
        _ => {}
    }
    let kind = recipient.get("type").and_then(Value::as_str).unwrap_or_default();
    if hash.is_none() && kind == "email" && !is_email(&Value::String(identity.to_owned())) {
        return malformed("the identity is no mail address");
    }
    let salt = recipient.get("salt").and_then(Value::as_str).unwrap_or_default();
    let claims = [hash.map_or_else(|| Claim::Plain(identity), |hash| Claim::Hashed(hash, salt))];
    compare(&claims, identities)
}

/// Judges the subject of an Open Badges 3.0 credential: its id, and every identifier.
pub(crate) fn of_subject(body: &Value, identities: &[String]) -> Outcome {
    let Some(subject) = ob3::subject(body) else {
        return Outcome::NotApplicable(Exempt::NoRecipient);
    };
    let mut claims: Vec<Claim> =
        subject.get("id").and_then(Value::as_str).map(Claim::Plain).into_iter().collect();
    for entry in each(subject.get("identifier")) {
        if !has_type(entry, "IdentityObject") {
            continue;
        }
        let Some(identity) = entry.get("identityHash").and_then(Value::as_str) else { continue };
        let salt = entry.get("salt").and_then(Value::as_str).unwrap_or_default();
        match (entry.get("hashed").and_then(Value::as_bool), Hash::read(identity)) {
            (Some(false), _) => claims.push(Claim::Plain(identity)),
            (_, Some(hash)) => claims.push(Claim::Hashed(hash, salt)),
            (_, None) => return unknown_algorithm(identity),
        }
    }
    if claims.is_empty() {
        return Outcome::NotApplicable(Exempt::NoRecipient);
    }
    compare(&claims, identities)
}

fn malformed(problem: &str) -> Outcome {
    Outcome::Fail(Fault::RecipientMalformed { problem: problem.to_owned() })
}

fn unknown_algorithm(identity: &str) -> Outcome {
    let name = identity.split('$').next().unwrap_or_default();
    match name {
        "sha1" | "sha384" | "sha512" => {
            Outcome::Unknown(Gap::Unsupported { feature: Feature::Algorithm, name: name.to_owned() })
        }
        _ => malformed("the identity is hashed by no algorithm that the specification names"),
    }
}

/// What a credential says of its recipient.
enum Claim<'a> {
    Plain(&'a str),
    Hashed(Hash<'a>, &'a str),
}

/// A hashed identity: `sha256$<hex>` or `md5$<hex>`.
enum Hash<'a> {
    Sha256(&'a str),
    Md5(&'a str),
    Sha1(&'a str),
}

impl<'a> Hash<'a> {
    /// `sha1$<hex>`, as before Open Badges 2.0. That two texts can be made with one SHA-1 helps nobody to hit the
    /// hash of an address that is not theirs.
    fn read_old(identity: &'a str) -> Option<Self> {
        let (algorithm, digest) = identity.split_once('$')?;
        let is_sha1 = algorithm.eq_ignore_ascii_case("sha1")
            && digest.len() == 40
            && digest.bytes().all(|b| b.is_ascii_hexdigit());
        is_sha1.then_some(Self::Sha1(digest))
    }

    fn read(identity: &'a str) -> Option<Self> {
        let (algorithm, digest) = identity.split_once('$')?;
        let is_hex = digest.bytes().all(|b| b.is_ascii_hexdigit());
        match algorithm.to_ascii_lowercase().as_str() {
            "sha256" if is_hex && digest.len() == 64 => Some(Self::Sha256(digest)),
            "md5" if is_hex && digest.len() == 32 => Some(Self::Md5(digest)),
            _ => None,
        }
    }

    fn is_of(&self, identity: &str, salt: &str) -> bool {
        let (want, have) = match self {
            Self::Sha256(digest) => {
                (digest, hex(&Sha256::new().chain_update(identity).chain_update(salt).finalize()))
            }
            Self::Md5(digest) => {
                (digest, hex(&Md5::new().chain_update(identity).chain_update(salt).finalize()))
            }
            Self::Sha1(digest) => {
                (digest, hex(&Sha1::new().chain_update(identity).chain_update(salt).finalize()))
            }
        };
        want.eq_ignore_ascii_case(&have)
    }
}

impl Claim<'_> {
    fn is_of(&self, identity: &str) -> bool {
        match self {
            Self::Plain(own) => *own == identity,
            Self::Hashed(hash, salt) => hash.is_of(identity, salt),
        }
    }

    /// In which form `identity` is the one that is meant.
    fn matches(&self, identity: &str) -> Option<MatchForm> {
        let trimmed = identity.trim();
        let forms = [
            (MatchForm::Exact, identity.to_owned()),
            (MatchForm::Trimmed, trimmed.to_owned()),
            (MatchForm::Lowercase, trimmed.to_lowercase()),
            (MatchForm::Normalised, trimmed.to_lowercase().nfc().collect()),
            (MatchForm::Domain, with_domain(trimmed, url::quirks::domain_to_ascii)),
            (MatchForm::Domain, with_domain(trimmed, url::quirks::domain_to_unicode)),
        ];
        let own = |form: MatchForm| match (self, form) {
            // A plain identity is brought into the same form; a hash cannot be.
            (Self::Plain(own), MatchForm::Trimmed) => {
                Claim::Plain(own).is_of_form(|own| own.trim().to_owned(), trimmed)
            }
            (Self::Plain(own), MatchForm::Lowercase) => {
                Claim::Plain(own).is_of_form(|own| own.trim().to_lowercase(), &trimmed.to_lowercase())
            }
            (Self::Plain(own), MatchForm::Normalised) => Claim::Plain(own).is_of_form(
                |own| own.trim().to_lowercase().nfc().collect(),
                &trimmed.to_lowercase().nfc().collect::<String>(),
            ),
            (Self::Plain(own), MatchForm::Domain) => {
                let bring = |mail: &str| with_domain(mail.trim(), url::quirks::domain_to_ascii);
                Claim::Plain(own).is_of_form(bring, &bring(trimmed))
            }
            _ => false,
        };
        forms.into_iter().find(|(form, identity)| self.is_of(identity) || own(*form)).map(|(form, _)| form)
    }

    fn is_of_form(&self, bring: impl Fn(&str) -> String, identity: &str) -> bool {
        match self {
            // Only addresses of people are compared so; the case of a URL's or DID's letters has a meaning.
            Self::Plain(own) => own.contains('@') && bring(own) == identity,
            Self::Hashed(..) => false,
        }
    }
}

/// A mail address in lower case and normalisation form C, its domain as `domain` writes it (IDNA): `bücher.example`
/// and `xn--bcher-kva.example` are one. What has no such domain stays as it is.
fn with_domain(mail: &str, domain: fn(&str) -> String) -> String {
    let plain: String = mail.to_lowercase().nfc().collect();
    match plain.rsplit_once('@').map(|(local, host)| (local, domain(host))) {
        Some((local, host)) if !host.is_empty() => format!("{local}@{host}"),
        _ => plain,
    }
}

fn compare(claims: &[Claim], identities: &[String]) -> Outcome {
    if identities.is_empty() {
        return Outcome::NotApplicable(Exempt::NoIdentities);
    }
    for identity in identities {
        if let Some(form) = claims.iter().find_map(|claim| claim.matches(identity)) {
            return Outcome::Pass(Fact::Recipient { identity: identity.clone(), form });
        }
    }
    let found = claims.iter().find_map(|claim| match claim {
        Claim::Plain(identity) => Some((*identity).to_owned()),
        Claim::Hashed(..) => None,
    });
    Outcome::Fail(Fault::OtherRecipient {
        found: found.unwrap_or_else(|| "somebody whose identity is hashed".to_owned()),
        expected: identities.to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[allow(clippy::needless_pass_by_value, reason = "the calls read better")]
    fn form(recipient: Value, identity: &str) -> Option<MatchForm> {
        match of_assertion(&json!({ "recipient": recipient }), Standard::Ob2, &[identity.to_owned()]) {
            Outcome::Pass(Fact::Recipient { form, .. }) => Some(form),
            _ => None,
        }
    }

    #[test]
    fn the_published_hashes_match() {
        for (identity, salt, digest) in [
            ("a@example.com", "Kosher", "b5809d8a92f8858436d7e6b87c12ebc0ae1eac4baecc2c0b913aee2c922ef399"),
            (
                "nobody@example.org",
                "deadsea",
                "ecf5409f3f4b91ab60cc5ef4c02aef7032354375e70cf4d8e43f6a1d29891942",
            ),
            ("mayze", "", "7a1a1b3f7d40552e4299180e346e3add12bf9a751a43d9c4ca4518febc2c60c6"),
        ] {
            let hashed =
                |digest: String| json!({ "type": "email", "hashed": true, "salt": salt, "identity": digest });
            assert_eq!(form(hashed(format!("sha256${digest}")), identity), Some(MatchForm::Exact));
            assert_eq!(
                form(hashed(format!("sha256${}", digest.to_uppercase())), identity),
                Some(MatchForm::Exact)
            );
            assert_eq!(form(hashed(format!("sha256${digest}")), "other@example.org"), None);
            assert_eq!(
                form(
                    json!({ "type": "email", "hashed": true, "salt": "x", "identity": format!("sha256${digest}") }),
                    identity
                ),
                None
            );
        }
        let md5 =
            json!({ "type": "email", "hashed": true, "identity": "md5$5658ffccee7f0ebfda2b226238b1eb6e" });
        assert_eq!(form(md5, "nobody@example.org"), None);
    }

    #[test]
    fn sha1_is_known_before_open_badges_2_only() {
        // The example of the 1.1 specification that is labelled sha256 is the SHA-1 of "mayze".
        let identity = "sha1$28d50415252ab6c689a54413da15b083034b66e5";
        let badge = json!({ "recipient": { "type": "email", "hashed": true, "identity": identity } });
        let judged = |standard, identity: &str| of_assertion(&badge, standard, &[identity.to_owned()]);
        for old in [Standard::Ob05, Standard::Ob10, Standard::Ob11] {
            assert!(matches!(judged(old, "mayze"), Outcome::Pass(_)), "{:?}", judged(old, "mayze"));
            assert!(matches!(judged(old, "maize"), Outcome::Fail(Fault::OtherRecipient { .. })));
        }
        assert!(matches!(judged(Standard::Ob2, "mayze"), Outcome::Unknown(Gap::Unsupported { .. })));
    }

    #[test]
    fn which_form_of_an_address_matched_is_on_record() {
        let plain = |identity: &str| json!({ "type": "email", "hashed": false, "identity": identity });
        assert_eq!(form(plain("ada@example.org"), "ada@example.org"), Some(MatchForm::Exact));
        assert_eq!(form(plain("ada@example.org"), " ada@example.org "), Some(MatchForm::Trimmed));
        assert_eq!(form(plain("Ada@Example.org"), "ada@example.ORG"), Some(MatchForm::Lowercase));
        assert_eq!(
            form(plain("andr\u{e9}@example.org"), "Andre\u{301}@example.org"),
            Some(MatchForm::Normalised)
        );
        let (unicode, ascii) = ("ada@b\u{fc}cher.example", "ada@xn--bcher-kva.example");
        assert_eq!(form(plain(unicode), ascii), Some(MatchForm::Domain));
        assert_eq!(form(plain(ascii), "Ada@B\u{dc}CHER.example"), Some(MatchForm::Domain));
        assert_eq!(form(plain(ascii), "ada@bucher.example"), None);
        for (own, given) in [(unicode, ascii), (ascii, unicode)] {
            let digest = hex(&Sha256::new().chain_update(own).finalize());
            let hashed = json!({ "type": "email", "hashed": true, "identity": format!("sha256${digest}") });
            assert_eq!(form(hashed, given), Some(MatchForm::Domain));
        }
        assert_eq!(form(plain("ada@example.org"), "eda@example.org"), None);
        // The letters of a DID or URL mean something as they are.
        let did = json!({ "type": "id", "hashed": false, "identity": "did:key:z6MkA" });
        assert_eq!(form(did, "did:key:z6Mka"), None);
    }

    #[test]
    fn an_identity_that_contradicts_itself_is_a_fault() {
        for recipient in [
            json!({ "type": "email", "hashed": true, "identity": "ada@example.org" }),
            json!({ "type": "email", "hashed": false, "identity": format!("sha256${}", "0".repeat(64)) }),
            json!({ "type": "email", "hashed": false, "identity": "ada" }),
            json!({ "type": "email", "hashed": true, "identity": "rot13$nqn" }),
            json!({ "type": "email", "identity": "ada@example.org" }),
            json!({ "type": "email", "hashed": false }),
        ] {
            let outcome = of_assertion(&json!({ "recipient": recipient }), Standard::Ob2, &[]);
            assert!(
                matches!(outcome, Outcome::Fail(Fault::RecipientMalformed { .. })),
                "{recipient}: {outcome:?}"
            );
        }
    }

    #[test]
    fn nobody_asked_and_nobody_named_are_no_answers() {
        let plain =
            json!({ "recipient": { "type": "email", "hashed": false, "identity": "ada@example.org" } });
        assert_eq!(of_assertion(&plain, Standard::Ob2, &[]), Outcome::NotApplicable(Exempt::NoIdentities));
        let nobody = json!({ "credentialSubject": { "type": "AchievementSubject" } });
        assert_eq!(
            of_subject(&nobody, &["ada@example.org".to_owned()]),
            Outcome::NotApplicable(Exempt::NoRecipient)
        );
    }
}
