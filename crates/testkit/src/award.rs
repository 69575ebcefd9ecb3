//! A badge in the making, and the ways to sign it.

use openbadges::Document;
use openbadges::artifact::PayloadContent;
use openbadges::credential::Standard;
use openbadges::document::sha256_hex;
use serde_json::{Map, Value, json};

use crate::{
    Algorithm, Issued, Issuer, NOW, SdJwt, StatusList, art, data_integrity, instant, jws, now, open_badges_1,
    open_badges_2,
};

/// The version of the Verifiable Credentials Data Model that an Open Badges 3.0 credential follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DataModel {
    /// Verifiable Credentials 1.1 (`issuanceDate`, `expirationDate`).
    V1,
    /// Verifiable Credentials 2.0 (`validFrom`, `validUntil`).
    V2,
}

impl DataModel {
    /// Its JSON-LD context.
    pub fn context(self) -> &'static str {
        match self {
            Self::V1 => "https://www.w3.org/2018/credentials/v1",
            Self::V2 => "https://www.w3.org/ns/credentials/v2",
        }
    }
}

/// Every way in which Lapel's issuers prove a badge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Open Badges 3.0 with an `eddsa-rdfc-2022` Data Integrity proof.
    DataIntegrity(DataModel),
    /// Open Badges 3.0 on VC 2.0, the whole payload of a JWT (VC-JOSE-COSE).
    Jwt(Algorithm),
    /// Open Badges 3.0 on VC 1.1, in the `vc` claim of a JWT.
    VcClaim(Algorithm),
    /// Open Badges 2.0, hosted.
    Hosted,
    /// Open Badges 2.0, signed (RS256).
    Signed,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::DataIntegrity(DataModel::V2),
        Self::DataIntegrity(DataModel::V1),
        Self::Jwt(Algorithm::EdDsa),
        Self::Jwt(Algorithm::Es256),
        Self::Jwt(Algorithm::Rs256),
        Self::VcClaim(Algorithm::EdDsa),
        Self::VcClaim(Algorithm::Es256),
        Self::VcClaim(Algorithm::Rs256),
        Self::Hosted,
        Self::Signed,
    ];

    /// What its issuer signs with.
    pub fn algorithm(self) -> Algorithm {
        match self {
            Self::DataIntegrity(_) => Algorithm::EdDsa,
            Self::Jwt(algorithm) | Self::VcClaim(algorithm) => algorithm,
            Self::Hosted | Self::Signed => Algorithm::Rs256,
        }
    }

    /// Whether it is of Open Badges 2.0.
    pub fn is_open_badges_2(self) -> bool {
        matches!(self, Self::Hosted | Self::Signed)
    }
}

#[derive(Clone, Debug)]
pub(crate) enum Recipient {
    Mail(String),
    HashedMail { mail: String, salt: String },
    Id(String),
}

/// A badge in the making. Start with [`Issuer::achievement`], end with one of the `sign_…` or `host…` methods.
#[derive(Clone, Debug)]
pub struct Award {
    pub(crate) issuer: Issuer,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) narrative: String,
    pub(crate) tags: Vec<String>,
    pub(crate) recipient: Recipient,
    pub(crate) issued: String,
    pub(crate) expires: Option<String>,
    pub(crate) art: Option<String>,
    pub(crate) revoked: bool,
    statuses: Vec<(StatusList, usize)>,
    changes: Vec<(String, Option<Value>)>,
}

impl Award {
    pub(crate) fn new(issuer: Issuer, name: &str) -> Self {
        Self {
            issuer,
            name: name.to_owned(),
            description: format!("Awarded for {name}."),
            narrative: format!("Show that you know {name}."),
            tags: Vec::new(),
            recipient: Recipient::Mail("ada@example.org".to_owned()),
            issued: "2026-01-15T09:30:00Z".to_owned(),
            expires: None,
            art: None,
            revoked: false,
            statuses: Vec::new(),
            changes: Vec::new(),
        }
    }

    /// To this mail address, in plain text (the default is `ada@example.org`).
    #[must_use]
    pub fn award_to(mut self, mail: &str) -> Self {
        self.recipient = Recipient::Mail(mail.to_owned());
        self
    }

    /// To this mail address, hashed with SHA-256 and `salt`.
    #[must_use]
    pub fn award_to_hashed(mut self, mail: &str, salt: &str) -> Self {
        self.recipient = Recipient::HashedMail { mail: mail.to_owned(), salt: salt.to_owned() };
        self
    }

    /// To this DID or URL.
    #[must_use]
    pub fn award_to_id(mut self, id: &str) -> Self {
        self.recipient = Recipient::Id(id.to_owned());
        self
    }

    /// Issued at `when` (RFC 3339; the default is in January 2026).
    #[must_use]
    pub fn issued(mut self, when: &str) -> Self {
        when.clone_into(&mut self.issued);
        self
    }

    /// Valid until `when` (RFC 3339); without it, for ever.
    #[must_use]
    pub fn expires(mut self, when: &str) -> Self {
        self.expires = Some(when.to_owned());
        self
    }

    /// Says this about the achievement.
    #[must_use]
    pub fn described(mut self, description: &str) -> Self {
        description.clone_into(&mut self.description);
        self
    }

    /// Asks this of who wants it.
    #[must_use]
    pub fn for_who(mut self, narrative: &str) -> Self {
        narrative.clone_into(&mut self.narrative);
        self
    }

    /// Tagged with these.
    #[must_use]
    pub fn tagged(mut self, tags: &[&str]) -> Self {
        self.tags = tags.iter().map(|&tag| tag.to_owned()).collect();
        self
    }

    /// With the kit's drawing for this achievement as its image.
    #[must_use]
    pub fn with_art(self) -> Self {
        let image = art::data_uri(&art::svg(&self.name));
        self.with_image(&image)
    }

    /// With this image (a URL or `data:` URI).
    #[must_use]
    pub fn with_image(mut self, image: &str) -> Self {
        self.art = Some(image.to_owned());
        self
    }

    /// Its status is kept at `index` of `list`, which is published beside it. (Open Badges 3.0; more than one
    /// adds up. Open Badges 2.0 has [`revoked`](Self::revoked).)
    #[must_use]
    pub fn status(mut self, list: &StatusList, index: usize) -> Self {
        self.statuses.push((list.clone(), index));
        self
    }

    /// Open Badges 2.0: taken back by the issuer (hosted: `revoked: true`; signed: in the revocation list).
    #[must_use]
    pub fn revoked(mut self) -> Self {
        self.revoked = true;
        self
    }

    /// Sets what stands at `pointer` (RFC 6901) just before signing; missing objects on the way are made, and
    /// `-` at the end appends to an array.
    #[must_use]
    pub fn with(mut self, pointer: &str, value: impl Into<Value>) -> Self {
        self.changes.push((pointer.to_owned(), Some(value.into())));
        self
    }

    /// Takes out what stands at `pointer` (RFC 6901) just before signing.
    #[must_use]
    pub fn without(mut self, pointer: &str) -> Self {
        self.changes.push((pointer.to_owned(), None));
        self
    }

    /// Endorsed by `endorsement` at `pointer` (such as `/endorsement`, or `/credentialSubject/achievement/endorsement`).
    #[must_use]
    pub fn endorsed(self, pointer: &str, endorsement: &Issued) -> Self {
        self.with(pointer, json!([endorsement.as_part()]))
    }

    /// Proves it in the given way. The issuer must sign with [`Kind::algorithm`].
    pub fn issue(self, kind: Kind) -> Issued {
        match kind {
            Kind::DataIntegrity(model) => self.sign_data_integrity(model),
            Kind::Jwt(_) => self.sign_jwt(),
            Kind::VcClaim(_) => self.sign_vc_claim(),
            Kind::Hosted => self.host(),
            Kind::Signed => self.sign_open_badges_2(),
        }
    }

    /// The Open Badges 3.0 credential, unsigned, with all changes made.
    pub fn credential(&self, model: DataModel) -> Value {
        let (from, until) = match model {
            DataModel::V1 => ("issuanceDate", "expirationDate"),
            DataModel::V2 => ("validFrom", "validUntil"),
        };
        let mut credential = json!({
            "@context": [model.context(), "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
            "id": self.credential_id(),
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "name": self.name,
            "issuer": self.issuer.profile(),
            from: self.issued,
            "credentialSubject": self.subject(),
        });
        if let Some(until_value) = &self.expires {
            credential[until] = until_value.as_str().into();
        }
        if model == DataModel::V1 && !self.statuses.is_empty() {
            let context = "https://www.w3.org/ns/credentials/status/v1";
            change(&mut credential, "/@context/-", Some(context.into()));
        }
        match self.statuses.as_slice() {
            [] => {}
            [(list, index)] => credential["credentialStatus"] = list.entry(*index),
            many => {
                credential["credentialStatus"] =
                    many.iter().map(|(list, index)| list.entry(*index)).collect();
            }
        }
        self.changed(credential)
    }

    /// Signs it with an `eddsa-rdfc-2022` Data Integrity proof. The issuer's key must be Ed25519.
    pub fn sign_data_integrity(self, model: DataModel) -> Issued {
        let mut credential = self.credential(model);
        // A badge may begin in the future, but nobody signs in the future.
        let created = if instant(&self.issued) > now() { NOW } else { &self.issued };
        data_integrity::sign(&mut credential, &self.issuer, created);
        let content = PayloadContent::Json(credential.to_string());
        Issued::new(content, Standard::Ob3, &self.name, self.documents(StatusList::signed))
    }

    /// Signs it as a JWT whose payload is the credential (VC 2.0).
    pub fn sign_jwt(self) -> Issued {
        let credential = self.credential(DataModel::V2);
        let mut payload = self.claims(&credential, "validFrom", "validUntil");
        if let Value::Object(members) = credential {
            payload.extend(members);
        }
        self.jwt("vc+jwt", payload)
    }

    /// Signs it as a JWT that holds the credential in its `vc` claim (VC 1.1).
    pub fn sign_vc_claim(self) -> Issued {
        let credential = self.credential(DataModel::V1);
        let mut payload = self.claims(&credential, "issuanceDate", "expirationDate");
        payload.insert("vc".to_owned(), credential);
        self.jwt("JWT", payload)
    }

    /// Signs it as an SD-JWT that conceals what stands at these pointers (RFC 6901) of the credential.
    pub fn sign_sd_jwt(&self, concealed: &[&str]) -> SdJwt {
        let header = json!({"typ": "vc+sd-jwt", "kid": self.issuer.verification_method()});
        SdJwt::sign(&header, self.credential(DataModel::V2), concealed, self.issuer.key())
    }

    /// Publishes it as a hosted Open Badges 2.0 assertion; the text is the assertion.
    pub fn host(self) -> Issued {
        open_badges_2::host(&self)
    }

    /// Signs it as an Open Badges 2.0 assertion.
    pub fn sign_open_badges_2(self) -> Issued {
        open_badges_2::sign(&self)
    }

    /// Publishes it as a badge of Open Badges 0.5: flat, and known by its link alone. Its dates lose their time.
    pub fn host_open_badges_05(self) -> Issued {
        open_badges_1::host_05(&self)
    }

    /// Publishes it as a hosted assertion of Open Badges 1.0.
    pub fn host_open_badges_10(self) -> Issued {
        open_badges_1::host_1(&self, Standard::Ob10)
    }

    /// Publishes it as a hosted assertion of Open Badges 1.1.
    pub fn host_open_badges_11(self) -> Issued {
        open_badges_1::host_1(&self, Standard::Ob11)
    }

    /// Signs it as an assertion of Open Badges 1.0. The issuer must sign with RS256.
    pub fn sign_open_badges_10(self) -> Issued {
        open_badges_1::sign_1(&self, Standard::Ob10)
    }

    /// Signs it as an assertion of Open Badges 1.1. The issuer must sign with RS256.
    pub fn sign_open_badges_11(self) -> Issued {
        open_badges_1::sign_1(&self, Standard::Ob11)
    }

    /// Its id: a name that depends on issuer, achievement, recipient and date only.
    pub fn credential_id(&self) -> String {
        let digest = sha256_hex(
            format!("{} {} {:?} {}", self.issuer.id(), self.name, self.recipient, self.issued).as_bytes(),
        );
        // A UUID of version 8: free content (RFC 9562).
        format!(
            "urn:uuid:{}-{}-8{}-8{}-{}",
            &digest[..8],
            &digest[8..12],
            &digest[13..16],
            &digest[17..20],
            &digest[20..32]
        )
    }

    pub(crate) fn changed(&self, mut json: Value) -> Value {
        for (pointer, value) in &self.changes {
            change(&mut json, pointer, value.clone());
        }
        json
    }

    fn subject(&self) -> Value {
        let mut achievement = json!({
            "id": self.issuer.url(&format!("achievements/{}", slug(&self.name))),
            "type": ["Achievement"],
            "achievementType": "Badge",
            "name": self.name,
            "description": self.description,
            "criteria": {"narrative": self.narrative},
        });
        if !self.tags.is_empty() {
            achievement["tag"] = json!(self.tags);
        }
        if let Some(image) = &self.art {
            achievement["image"] = json!({"id": image, "type": "Image"});
        }
        let mut subject = json!({"type": ["AchievementSubject"]});
        match &self.recipient {
            Recipient::Id(id) => subject["id"] = id.as_str().into(),
            Recipient::Mail(mail) => {
                subject["identifier"] = json!([{
                    "type": "IdentityObject", "hashed": false,
                    "identityHash": mail, "identityType": "emailAddress",
                }]);
            }
            Recipient::HashedMail { mail, salt } => {
                subject["identifier"] = json!([{
                    "type": "IdentityObject", "hashed": true, "salt": salt,
                    "identityHash": identity_hash(mail, salt), "identityType": "emailAddress",
                }]);
            }
        }
        subject["achievement"] = achievement;
        subject
    }

    /// The registered claims that repeat what the credential says.
    #[expect(clippy::unused_self, reason = "reads as a step of signing")]
    fn claims(&self, credential: &Value, from: &str, until: &str) -> Map<String, Value> {
        let mut claims = Map::new();
        let issuer = &credential["issuer"];
        let seconds = |text: &Value| {
            text.as_str().and_then(|t| t.parse::<jiff::Timestamp>().ok()).map(jiff::Timestamp::as_second)
        };
        let mut claim = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                claims.insert(name.to_owned(), value);
            }
        };
        claim("iss", issuer.get("id").or(issuer.as_str().map(|_| issuer)).cloned());
        claim("jti", credential.get("id").cloned());
        claim("sub", credential["credentialSubject"].get("id").cloned());
        claim("nbf", seconds(&credential[from]).map(Value::from));
        claim("exp", seconds(&credential[until]).map(Value::from));
        claims
    }

    fn jwt(self, typ: &str, payload: Map<String, Value>) -> Issued {
        let header = json!({"typ": typ, "kid": self.issuer.verification_method()});
        let text = jws::compact(&header, Value::Object(payload).to_string().as_bytes(), self.issuer.key());
        let documents = self.documents(StatusList::signed_as_jwt);
        Issued::new(PayloadContent::Jws(text), Standard::Ob3, &self.name, documents)
    }

    fn documents(&self, sign: fn(&StatusList) -> Document) -> Vec<Document> {
        let lists = self.statuses.iter().map(|(list, _)| sign(list));
        self.issuer.controller_document().into_iter().chain(lists).collect()
    }
}

/// `sha256$` and the hexadecimal SHA-256 of `identity` followed by `salt` (Open Badges 2.0 and 3.0).
pub(crate) fn identity_hash(identity: &str, salt: &str) -> String {
    format!("sha256${}", sha256_hex(format!("{identity}{salt}").as_bytes()))
}

/// A name as a part of a URL.
pub(crate) fn slug(name: &str) -> String {
    let parts: Vec<&str> =
        name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty()).collect();
    parts.join("-").to_ascii_lowercase()
}

/// Sets (or, with `None`, takes out) what stands at `pointer`.
pub(crate) fn change(json: &mut Value, pointer: &str, value: Option<Value>) {
    let (parent, last) = pointer.rsplit_once('/').unwrap_or(("", pointer));
    let last = last.replace("~1", "/").replace("~0", "~");
    let mut place = json;
    for step in parent.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        place = match place {
            Value::Array(items) => &mut items[step.parse::<usize>().unwrap_or(usize::MAX)],
            other => &mut other[step],
        };
    }
    match (place, value) {
        (Value::Array(items), Some(value)) if last == "-" => items.push(value),
        (Value::Array(items), Some(value)) => items[last.parse::<usize>().unwrap_or(usize::MAX)] = value,
        (Value::Array(items), None) => drop(items.remove(last.parse().unwrap_or(usize::MAX))),
        (Value::Object(members), None) => drop(members.shift_remove(&last)),
        (other, Some(value)) => other[last] = value,
        (_, None) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_sets_appends_and_takes_out() {
        let mut json = json!({"a": [1, {"b": 2}], "c": 3});
        change(&mut json, "/a/1/b", Some(json!("two")));
        change(&mut json, "/a/-", Some(json!(4)));
        change(&mut json, "/d/e", Some(json!(5)));
        change(&mut json, "/c", None);
        change(&mut json, "/a/0", None);
        assert_eq!(json, json!({"a": [{"b": "two"}, 4], "d": {"e": 5}}));
    }

    #[test]
    fn the_identity_hash_is_the_one_of_the_specification() {
        assert_eq!(
            identity_hash("a@example.com", "Kosher"),
            "sha256$b5809d8a92f8858436d7e6b87c12ebc0ae1eac4baecc2c0b913aee2c922ef399"
        );
    }
}
