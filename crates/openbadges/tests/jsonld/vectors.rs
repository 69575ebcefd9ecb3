//! Canonical forms and digests that specifications print, and the corpus' credentials over the tables and over
//! the published contexts.

use std::path::{Path, PathBuf};

use lapel_testkit::corpus::{Failed, Trial, case};
use openbadges::document::sha256_hex;
use openbadges::jsonld::{self, Hash, Settings};
use serde_json::Value;
use sha2::{Digest, Sha384};

use super::contexts::written_out;

pub fn trials(shared: &Path) -> Vec<Trial> {
    let corpus = shared.join("corpus");
    let eddsa = corpus.join("w3c-vc-di-eddsa/TestVectors/eddsa-rdfc-2022/employ");
    let p256 = corpus.join("w3c-vc-di-ecdsa/TestVectors/ecdsa-rdfc-2019-p256/employ");
    let p384 = corpus.join("w3c-vc-di-ecdsa/TestVectors/ecdsa-rdfc-2019-p384/employ");
    let guide = corpus.join("1edtech-ob-spec");
    let mut trials = vec![
        printed("eddsa-rdfc-2022", &eddsa, "DataInt", "signedDataInt.json", Hash::Sha256),
        printed("ecdsa-rdfc-2019 P-256", &p256, "ECDSAP256", "signedECDSAP256.json", Hash::Sha256),
        printed("ecdsa-rdfc-2019 P-384", &p384, "ECDSAP384", "signedECDSAP384.json", Hash::Sha384),
    ];
    let clr = guide.join("linked-data-proof-clr-signed.json");
    trials.push(case("vectors: CLR 2.0 implementation guide", {
        let canon = guide.join("test-vectors/clrv2p0");
        move || {
            let (document, proof) = halves(&read(&clr)?);
            let document = canonical(&document, Hash::Sha256)?;
            equal(&document, &std::fs::read_to_string(canon.join("document-canon.txt"))?)?;
            equal(
                &sha256_hex(document.as_bytes()),
                "768d7015ae69e0210e1c2a45194d9c1d15d7a6022e52b946574a2a27f6fa85fe",
            )?;
            equal(&canonical(&proof, Hash::Sha256)?, &std::fs::read_to_string(canon.join("proof-canon.txt"))?)
        }
    }));
    trials.extend(credentials(&corpus));
    trials
}

/// A vector of the W3C: canonical document and proof options, and their digests, as files.
fn printed(name: &str, folder: &Path, suffix: &str, signed: &str, hash: Hash) -> Trial {
    let (folder, suffix, signed) = (folder.to_owned(), suffix.to_owned(), signed.to_owned());
    case(format!("vectors: {name}"), move || {
        let file = |name: &str| std::fs::read_to_string(folder.join(format!("{name}{suffix}.txt")));
        let (document, proof) = halves(&read(&folder.join(&signed))?);
        for (half, canon, digest) in [(document, "canonDoc", "docHash"), (proof, "proofCanon", "proofHash")] {
            let text = canonical(&half, hash)?;
            equal(&text, &file(canon)?)?;
            let found = match hash {
                Hash::Sha256 => sha256_hex(text.as_bytes()),
                Hash::Sha384 => Sha384::digest(text.as_bytes())
                    .iter()
                    .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}")),
            };
            equal(&found, file(digest)?.trim())?;
        }
        Ok(())
    })
}

/// The unsecured document, and the proof options, of a document with one proof.
pub fn halves(signed: &Value) -> (Value, Value) {
    let mut document = signed.clone();
    let mut proof = document.as_object_mut().unwrap().shift_remove("proof").unwrap();
    if let Value::Array(proofs) = proof {
        proof = proofs.into_iter().next().unwrap();
    }
    let options = proof.as_object_mut().unwrap();
    options.shift_remove("proofValue");
    options.insert("@context".to_owned(), document["@context"].clone());
    (document, proof)
}

/// Every credential of the corpus that can be canonicalised has the same statements over the published
/// contexts as over the tables; one that cannot is refused over both.
fn credentials(corpus: &Path) -> Vec<Trial> {
    documents(corpus)
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(corpus).unwrap().display().to_string();
            case(format!("tables as published: {name}"), move || {
                let document = read(&path)?;
                let over_tables = jsonld::canonicalize(&document).map(|it| it.nquads);
                let over_published = jsonld::canonicalize(&written_out(&document)).map(|it| it.nquads);
                match (over_tables, over_published) {
                    (Ok(tables), Ok(published)) => equal(&tables, &published),
                    (Err(_), Err(_)) => Ok(()),
                    (tables, published) => {
                        Err(format!("tables: {tables:?}\npublished: {published:?}").into())
                    }
                }
            })
        })
        .collect()
}

/// The JSON-LD documents of the corpus, the suites aside.
pub fn documents(corpus: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![corpus.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let suite = path.ends_with("w3c-rdf-canon") || path.ends_with("w3c-json-ld-api");
            if path.is_dir() && !suite {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json")
                && read(&path).is_ok_and(|document| document.get("@context").is_some())
            {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn read(path: &Path) -> Result<Value, Failed> {
    Ok(serde_json::from_str(&std::fs::read_to_string(path)?)?)
}

fn canonical(document: &Value, hash: Hash) -> Result<String, Failed> {
    Ok(jsonld::canonicalize_with(document, Settings { hash, ..Settings::default() })?.nquads)
}

fn equal(found: &str, expected: &str) -> Result<(), Failed> {
    if found == expected { Ok(()) } else { Err(format!("expected\n{expected}\nfound\n{found}").into()) }
}
