//! Pictures: a picture written out inside a badge is one, and a baked picture at hand carries this badge.
//!
//! No picture is asked for. Whether a badge is genuine does not hang on it, and every host that is asked learns that
//! somebody looks at the badge.

use serde_json::Value;
use url::Url;

use super::assertion::{Parts, Subject};
use crate::artifact::{PayloadContent, picture};
use crate::credential::value::{each, first, id_of};
use crate::credential::{Credential, ob3};
use crate::document::Documents;
use crate::report::{Exempt, Fact, Fault, Finding, Outcome, Warning};

/// A node that may have pictures.
struct Pictured<'a> {
    /// Where its pictures stand (JSON Pointer).
    pointer: &'static str,
    node: Option<&'a Value>,
    /// Whether they are the pictures of this very award, into which it may be baked.
    award: bool,
}

/// What pictures are compared with: the badge they are said to show.
struct Badge<'a> {
    id: Option<&'a str>,
    /// Whether its picture should carry it.
    baked: bool,
}

/// Judges the pictures of an assertion, its BadgeClass and its issuer.
pub(super) fn of_assertion(
    subject: Subject,
    parts: &Parts,
    documents: &Documents,
    warnings: &mut Vec<Warning>,
) -> Finding {
    let class = parts.class().map(|class| &class.json);
    let issuer = parts.profile().map(|issuer| &issuer.json);
    let nodes = [
        Pictured { pointer: "/image", node: Some(subject.json), award: true },
        Pictured { pointer: "/badge/image", node: class, award: false },
        Pictured { pointer: "/badge/issuer/image", node: issuer, award: false },
    ];
    let badge = Badge { id: id_of(subject.json), baked: !subject.standard.is_before_2() };
    judge(&nodes, &badge, documents, warnings)
}

/// Judges the pictures of a credential, its subject, the achievement and the issuer (Open Badges 3.0, B.1).
pub(super) fn of_credential(body: &Value, documents: &Documents, warnings: &mut Vec<Warning>) -> Finding {
    let subject = ob3::subject(body);
    let achievement = subject.and_then(|subject| first(subject.get("achievement")));
    let nodes = [
        Pictured { pointer: "/image", node: Some(body), award: true },
        Pictured { pointer: "/credentialSubject/image", node: subject, award: true },
        Pictured { pointer: "/credentialSubject/achievement/image", node: achievement, award: false },
        Pictured { pointer: "/issuer/image", node: first(body.get("issuer")), award: false },
    ];
    judge(&nodes, &Badge { id: id_of(body), baked: false }, documents, warnings)
}

fn judge(nodes: &[Pictured], badge: &Badge, documents: &Documents, warnings: &mut Vec<Warning>) -> Finding {
    let mut finding = Finding::from(Outcome::NotApplicable(Exempt::NoImage));
    let (mut count, mut elsewhere, mut fault) = (0, false, None);
    for Pictured { pointer, node, award } in nodes {
        let images = each(node.and_then(|node| node.get("image")));
        for address in images.iter().filter_map(id_of) {
            let inside = address.starts_with("data:");
            let bytes = if inside {
                picture::written_out(address)
            } else if let Ok(document) = documents.look_up(address) {
                finding.documents.push(document.reference());
                Ok(document.bytes.clone())
            } else {
                elsewhere = true;
                continue;
            };
            count += 1;
            match bytes.and_then(|bytes| picture::baked(&bytes)) {
                Ok(baked) if *award => {
                    fault = fault.or_else(|| of_another(address, &baked, badge));
                    if baked.is_empty() && badge.baked && !inside {
                        warnings.push(Warning {
                            code: "image.not-baked".to_owned(),
                            detail: format!("The picture of this award, {address}, carries no badge."),
                        });
                    }
                }
                Ok(_) => {}
                Err(problem) if inside => {
                    let pointer = (*pointer).to_owned();
                    fault = fault.or(Some(Fault::NotAPicture { pointer, problem }));
                }
                Err(problem) => warnings.push(Warning {
                    code: "image.no-picture".to_owned(),
                    detail: format!("What {address} serves as a picture cannot be read as one: {problem}."),
                }),
            }
        }
    }
    finding.outcome = match fault {
        Some(fault) => Outcome::Fail(fault),
        None if count > 0 => Outcome::Pass(Fact::Pictures { count }),
        None if elsewhere => Outcome::NotApplicable(Exempt::PicturesElsewhere),
        None => Outcome::NotApplicable(Exempt::NoImage),
    };
    finding
}

/// The fault of a picture into which another badge is baked.
fn of_another(address: &str, baked: &[PayloadContent], badge: &Badge) -> Option<Fault> {
    let own = badge.id?;
    let found: Vec<String> = baked.iter().filter_map(id_in).collect();
    let differs = !found.is_empty() && !found.iter().any(|id| same_but_for_scheme(id, own));
    differs.then(|| Fault::PictureOfAnother { url: address.to_owned(), found: found.join(", ") })
}

/// The id of the badge in a baked text; nothing where it has none of its own.
fn id_in(content: &PayloadContent) -> Option<String> {
    if let PayloadContent::Url(url) = content {
        return Some(url.clone());
    }
    let credential = Credential::parse(content).ok()?;
    first(credential.body().get("id")).and_then(Value::as_str).map(str::to_owned)
}

/// Hosts moved to https, and the pictures that they once baked still name http.
fn same_but_for_scheme(one: &str, other: &str) -> bool {
    let plain = |id: &str| match Url::parse(id) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => {
            url.as_str().split_once(':').map_or_else(String::new, |(_, rest)| rest.to_owned())
        }
        _ => id.to_owned(),
    };
    plain(one) == plain(other)
}
