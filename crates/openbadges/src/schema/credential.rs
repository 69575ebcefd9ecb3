//! `credentialSchema`: the schemas that a credential names for itself (VC Data Model 2.0, 4.11; Verifiable
//! Credentials JSON Schema Specification; Open Badges 3.0, B.1).

use jiff::Timestamp;
use serde_json::Value;

use super::{at_hand, found, validate};
use crate::credential::Standard;
use crate::credential::value::{each, first, has_type, id_of, strings};
use crate::document::{Document, Documents};
use crate::proof::Trouble;
use crate::report::{CheckId, DocumentRef, Exempt, Fact, Fault, Feature, Finding, Gap, Outcome, Problem};
use crate::resource::Digest;
use crate::secured::{Secured, Unsound};

/// More schemas than this of one credential are not looked at.
const MAX_SCHEMAS: usize = 8;

/// Judges `body`, whose form is `well_formed` by the rules of `standard`, by every schema that it names.
pub(crate) fn of_credential(
    body: &Value,
    standard: Standard,
    well_formed: bool,
    documents: &Documents,
    now: Timestamp,
) -> Finding {
    let named = each(body.get("credentialSchema"));
    if named.is_empty() {
        return Outcome::NotApplicable(Exempt::NoSchema).into();
    }
    let mut examination = Examination { body, standard, well_formed, documents, now, references: Vec::new() };
    let (mut schemas, mut built_in, mut open) = (Vec::new(), Vec::new(), None);
    if named.len() > MAX_SCHEMAS {
        let name = format!("more than {MAX_SCHEMAS} of them");
        open = Some(Gap::Unsupported { feature: Feature::Schema, name });
    }
    for schema in named.iter().take(MAX_SCHEMAS) {
        let url = id_of(schema).unwrap_or_default().to_owned();
        match examination.judge(schema, &url) {
            Ok(By::Document) => schemas.push(url),
            Ok(By::Tables) => built_in.push(url),
            Err(Trouble::Gap(gap)) => open = open.or(Some(gap)),
            Err(Trouble::Fault(fault)) => {
                return Finding { outcome: Outcome::Fail(fault), documents: examination.references };
            }
        }
    }
    let outcome = match open {
        Some(gap) => Outcome::Unknown(gap),
        None => Outcome::Pass(Fact::FollowsSchemas { schemas, built_in }),
    };
    Finding { outcome, documents: examination.references }
}

/// By what a schema was judged.
enum By {
    /// The schema's own document.
    Document,
    /// Lapel's own tables of the standard.
    Tables,
}

struct Examination<'a> {
    body: &'a Value,
    standard: Standard,
    well_formed: bool,
    documents: &'a Documents,
    now: Timestamp,
    references: Vec<DocumentRef>,
}

impl Examination<'_> {
    fn judge(&mut self, named: &Value, url: &str) -> Result<By, Trouble> {
        if let Some(standard) = published(url) {
            return self.by_tables(standard, url);
        }
        let kind = strings(named.get("type")).find_map(Kind::named);
        let Some(kind) = kind else {
            let name = format!("type {}", strings(named.get("type")).next().unwrap_or("(none)"));
            return Err(Gap::Unsupported { feature: Feature::Schema, name }.into());
        };
        let document = found(url, self.documents)?;
        self.references.push(document.reference());
        self.unchanged(named, url)?;
        let schema = match kind {
            Kind::Plain => document.json()?,
            Kind::Credential => self.signed(document)?,
        };
        let mut resolve = at_hand(self.documents, &mut self.references);
        let problems = validate(&schema, url, self.body, &mut resolve)?;
        if problems.is_empty() { Ok(By::Document) } else { Err(violated(url, problems)) }
    }

    /// The published schemas of the standards say what Lapel's tables say; the check of the form has applied them.
    fn by_tables(&self, standard: Standard, url: &str) -> Result<By, Trouble> {
        if standard != self.standard {
            let problem = Problem {
                document: None,
                pointer: "/type".to_owned(),
                expected: format!("a credential of {}", standard.name()),
                found: format!("one of {}", self.standard.name()),
            };
            return Err(violated(url, vec![problem]));
        }
        if self.well_formed {
            Ok(By::Tables)
        } else {
            Err(Gap::NotReached { after: CheckId::Structure }.into())
        }
    }

    /// The digest that the badge gives for the schema.
    fn unchanged(&self, named: &Value, url: &str) -> Result<(), Trouble> {
        let Some(digest) = Digest::of(named) else { return Ok(()) };
        if digest.fits(&self.documents.look_up(url)?.bytes)? {
            Ok(())
        } else {
            Err(Fault::ResourceChanged { url: url.to_owned() }.into())
        }
    }

    /// The schema inside a `JsonSchemaCredential`, which is verified as a credential.
    fn signed(&mut self, document: &Document) -> Result<Value, Trouble> {
        let url = &document.url;
        let unreliable = |why: String| Gap::Unreadable {
            url: url.clone(),
            problem: format!("a schema that cannot be relied on: {}", why.trim_end_matches('.')),
        };
        let secured = Secured::read(document, self.documents, self.now, &mut self.references);
        let secured = secured.map_err(|unsound| match unsound {
            Unsound::Gap(gap) => gap,
            Unsound::Unverified(problem) => unreliable(problem),
            Unsound::Ended(until) => unreliable(format!("it was only good until {until}")),
            Unsound::NoDates => unreliable("its dates are none".to_owned()),
        })?;
        match secured.self_asserted {
            Some(Gap::SelfAssertedKey { url: Some(document), cause: None, .. }) => {
                return Err(Gap::Missing { url: document }.into());
            }
            Some(gap) => return Err(unreliable(gap.to_string()).into()),
            None => {}
        }
        let subject = first(secured.body.get("credentialSubject"));
        let schema = subject.and_then(|subject| subject.get("jsonSchema"));
        let schema = schema.filter(|_| has_type(&secured.body, "JsonSchemaCredential"));
        Ok(schema.cloned().ok_or_else(|| unreliable("it holds no schema".to_owned()))?)
    }
}

fn violated(url: &str, problems: Vec<Problem>) -> Trouble {
    Fault::SchemaViolated { schema: url.to_owned(), problems }.into()
}

/// How a schema is written.
#[derive(Clone, Copy)]
enum Kind {
    /// As a JSON Schema.
    Plain,
    /// Inside a credential.
    Credential,
}

impl Kind {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "1EdTechJsonSchemaValidator2019" | "JsonSchema" | "JsonSchemaValidator2018" => Self::Plain,
            "JsonSchemaCredential" => Self::Credential,
            _ => return None,
        })
    }
}

/// The standard whose own schema is published at `url`, in its strict and lenient form and in that for the older data
/// model as well.
fn published(url: &str) -> Option<Standard> {
    let rest = url.strip_prefix("https://purl.imsglobal.org/spec/")?;
    let (standard, file) =
        rest.split_once("/schema/json/").or_else(|| rest.split_once("/schema/json-ld/"))?;
    let file = file.split(['?', '#']).next()?.strip_suffix("_schema.json")?;
    Some(match (standard, file) {
        ("ob/v3p0", "ob_v3p0_achievementcredential" | "ob_v3p0_anyachievementcredential")
        | ("clr/v2p0", "clr_v2p0_achievementcredential" | "clr_v2p0_anyachievementcredential") => {
            Standard::Ob3
        }
        ("ob/v3p0", "ob_v3p0_endorsementcredential" | "ob_v3p0_anyendorsementcredential")
        | ("clr/v2p0", "clr_v2p0_endorsementcredential" | "clr_v2p0_anyendorsementcredential") => {
            Standard::Endorsement
        }
        ("clr/v2p0", "clr_v2p0_clrcredential" | "clr_v2p0_anyclrcredential") => Standard::Clr2,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standards_own_schemas_are_known_by_their_addresses() {
        for (url, standard) in [
            ("ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json", Standard::Ob3),
            ("ob/v3p0/schema/json-ld/ob_v3p0_anyachievementcredential_schema.json", Standard::Ob3),
            ("ob/v3p0/schema/json/ob_v3p0_endorsementcredential_schema.json", Standard::Endorsement),
            ("clr/v2p0/schema/json/clr_v2p0_clrcredential_schema.json", Standard::Clr2),
        ] {
            assert_eq!(published(&format!("https://purl.imsglobal.org/spec/{url}")), Some(standard), "{url}");
        }
        for url in [
            "http://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json",
            "https://purl.imsglobal.org.example/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json",
            "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_profile_schema.json",
            "https://purl.imsglobal.org/AchievementCredential.json",
        ] {
            assert_eq!(published(url), None, "{url}");
        }
    }
}
