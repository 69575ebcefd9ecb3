//! The test vectors of the W3C cryptosuites and of 1EdTech, step by step: canonical forms, hashes, signed bytes and
//! signatures equal what the specifications print, byte for byte.

#![allow(clippy::unwrap_used, clippy::needless_pass_by_value, missing_docs, reason = "a test program")]

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use lapel_testkit::corpus::{self, Failed, Trial, case};
use openbadges::artifact::PayloadContent;
use openbadges::proof::inputs::{ProofInputs, inputs_of};
use openbadges::proof::key::{Algorithm, PublicKey};
use openbadges::proof::{derive, mandatory_pointers};
use openbadges::{Documents, Outcome, proof};
use serde_json::Value;

fn main() {
    let arguments = corpus::Arguments::from_args();
    corpus::run(&arguments, corpus::suite("proof vectors", |shared| suite(&shared.join("corpus")))).exit();
}

fn suite(corpus: &Path) -> Vec<Trial> {
    let by_ecdsa = corpus.join("w3c-vc-di-ecdsa/TestVectors");
    let by_edwards = corpus.join("w3c-vc-di-eddsa/TestVectors");
    let mut trials = vec![
        printed(by_edwards.join("eddsa-rdfc-2022/employ"), "signed", "DataInt"),
        printed(by_edwards.join("eddsa-jcs-2022"), "signed", "JCS"),
        printed(by_ecdsa.join("ecdsa-rdfc-2019-p256/employ"), "signed", "ECDSAP256"),
        printed(by_ecdsa.join("ecdsa-rdfc-2019-p384/employ"), "signed", "ECDSAP384"),
        printed(by_ecdsa.join("ecdsa-rdfc-2019-p384"), "signed", "ECDSAP384"),
        printed(by_ecdsa.join("ecdsa-jcs-2019-p256"), "signed", "JCSECDSAP256"),
        guide(corpus.join("1edtech-ob-spec")),
        jws_2020(corpus.join("ssi")),
        sets_and_chains(by_edwards.join("proof-set-chain")),
    ];
    for name in ["prc", "employ"] {
        trials.extend(selective(name, by_ecdsa.join("ecdsa-sd-2023").join(name)));
    }
    trials
}

fn now() -> Timestamp {
    "2026-11-23T00:00:00Z".parse().unwrap()
}

fn text(path: &Path) -> Result<String, Failed> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()).into())
}

fn json(path: &Path) -> Result<Value, Failed> {
    Ok(serde_json::from_str(&text(path)?)?)
}

fn equal<T: PartialEq + std::fmt::Debug>(what: &str, found: T, expected: T) -> Result<(), Failed> {
    if found == expected {
        Ok(())
    } else {
        Err(format!("{what}: found {found:?}, printed {expected:?}").into())
    }
}

fn inputs(json: &Value) -> Result<Vec<ProofInputs>, Failed> {
    Ok(inputs_of(&PayloadContent::Json(json.to_string()), &Documents::new(), now())?)
}

fn holds(json: &Value) -> Result<(), Failed> {
    let outcomes = proof::integrity(&PayloadContent::Json(json.to_string()), &Documents::new(), now())?;
    let all = !outcomes.is_empty() && outcomes.iter().all(|outcome| matches!(outcome, Outcome::Pass(_)));
    if all { Ok(()) } else { Err(format!("{outcomes:?}").into()) }
}

/// A vector whose every step is a file: `canonDoc`, `docHash`, `proofCanon`, `proofHash`, `combinedHash`, `sigHex`.
fn printed(folder: PathBuf, signed: &'static str, suffix: &'static str) -> Trial {
    case(format!("steps: {}", tail(&folder)), move || {
        let document = json(&folder.join(format!("{signed}{suffix}.json")))?;
        let file = |name: &str| text(&folder.join(format!("{name}{suffix}.txt")));
        let digest = |name: &str| file(name).map(|text| text.trim().to_owned());
        let found = inputs(&document)?.remove(0);
        let (covered, options) = (found.document.ok_or("no document")?, found.options.ok_or("no options")?);
        equal("canonical document", covered.text, file("canonDoc")?)?;
        equal("its hash", covered.hash, digest("docHash")?)?;
        equal("canonical options", options.text, file("proofCanon")?)?;
        equal("their hash", options.hash, digest("proofHash")?)?;
        equal("signed bytes", found.signed, Some(digest("combinedHash")?))?;
        equal("signature", found.signature, Some(digest("sigHex")?))?;
        equal("integrity", found.integrity.0, "proof.valid")?;
        holds(&document)
    })
}

fn tail(path: &Path) -> String {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    parts[parts.len() - 2..].join("/")
}

/// The worked example of the implementation guide, a CLR with a credential inside.
fn guide(folder: PathBuf) -> Trial {
    case("steps: 1EdTech implementation guide, CLR 2.0", move || {
        let document = json(&folder.join("linked-data-proof-clr-signed.json"))?;
        let canon = folder.join("test-vectors/clrv2p0");
        let found = inputs(&document)?.remove(0);
        let (covered, options) = (found.document.ok_or("no document")?, found.options.ok_or("no options")?);
        equal("canonical document", covered.text, text(&canon.join("document-canon.txt"))?)?;
        equal("canonical options", options.text, text(&canon.join("proof-canon.txt"))?)?;
        holds(&document)?;
        let inner = &document["credentialSubject"]["verifiableCredential"][0];
        holds(inner)
    })
}

/// A proof by PS256 whose key is in a DID document that nobody but the test has.
fn jws_2020(folder: PathBuf) -> Trial {
    case("steps: JsonWebSignature2020 (PS256)", move || {
        let document = json(&folder.join("vc-jws2020-inline-context.jsonld"))?;
        let keys = json(&folder.join("did-example-foo.json"))?;
        let key = PublicKey::from_jwk(&keys["verificationMethod"][0]["publicKeyJwk"])?;
        let found = inputs(&document)?.remove(0);
        // Without the key nothing says which text of the contexts the proof means; here each has one.
        let signed = unhex(&found.signed.ok_or("nothing signed")?);
        let signature = unhex(&found.signature.ok_or("no signature")?);
        let verifies = |signed: &[u8]| key.verifies(Algorithm::Ps256, signed, &signature);
        equal("the signature holds", verifies(&signed), true)?;
        for at in 0..signed.len() {
            let mut changed = signed.clone();
            changed[at] ^= 1;
            equal("a changed byte", verifies(&changed), false)?;
        }
        Ok(())
    })
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap()).collect()
}

fn sets_and_chains(folder: PathBuf) -> Trial {
    case("proof sets and chains", move || {
        for (name, count) in
            [("signedProofSet2.json", 2), ("signedProofChain1.json", 3), ("signedProofChain2.json", 4)]
        {
            let document = json(&folder.join(name))?;
            holds(&document)?;
            let found = inputs(&document)?;
            equal("proofs", found.len(), count)?;
            // The proofs of a chain cover what was there before them, so these differ.
            let mut covered: Vec<String> = found
                .into_iter()
                .filter_map(|inputs| inputs.document)
                .map(|document| document.hash)
                .collect();
            covered.dedup();
            equal("documents covered", covered.len() > 1, name.contains("Chain"))?;
        }
        Ok(())
    })
}

/// The steps of a selective proof, and the derivation that the specification prints.
fn selective(name: &'static str, folder: PathBuf) -> Vec<Trial> {
    let (steps, deriving) = (folder.clone(), folder);
    vec![
        case(format!("steps: ecdsa-sd-2023/{name}"), move || {
            let base = base_of(&steps)?;
            let found = inputs(&base)?.remove(0);
            equal("integrity", found.integrity.0, "proof.valid")?;
            let lines: Vec<String> = serde_json::from_value(json(&steps.join("addBaseDocHMACCanon.json"))?)?;
            equal("labelled statements", found.document.ok_or("no document")?.text, lines.concat())?;
            let hashes = json(&steps.join("addHashData.json"))?;
            let of = |name: &str| hashes[name].as_str().unwrap_or_default().to_owned();
            let (proof_hash, mandatory_hash) = (of("proofHash"), of("mandatoryHash"));
            equal("hash of options", found.options.ok_or("no options")?.hash, proof_hash)?;
            equal("hash of mandatory", found.mandatory.ok_or("no mandatory")?.hash, mandatory_hash)
        }),
        case(format!("derivation: ecdsa-sd-2023/{name}"), move || {
            let base = base_of(&deriving)?;
            equal("mandatory", mandatory_pointers(&base)?, pointers(&deriving)?)?;
            let unsigned = json(&deriving.join("derivedUnsignedReveal.json"))?;
            let derived = derive(&base, &leaves(&unsigned, &base))?;
            let mut shown_parts = derived.clone();
            shown_parts.as_object_mut().unwrap().shift_remove("proof");
            equal("what is shown", &shown_parts, &unsigned)?;
            holds(&derived)?;
            let found = inputs(&derived)?.remove(0);
            let lines: Vec<String> = serde_json::from_value(json(&deriving.join("verifyNQuads.json"))?)?;
            equal("labelled statements", found.document.ok_or("no document")?.text, lines.concat())?;
            if deriving.join("derivedRevealDocument.json").exists() {
                let published = json(&deriving.join("derivedRevealDocument.json"))?;
                equal("the derived credential", derived, published)?;
            }
            Ok(())
        }),
    ]
}

fn pointers(folder: &Path) -> Result<Vec<String>, Failed> {
    let transform = json(&folder.join("addBaseTransform.json"))?;
    Ok(serde_json::from_value(transform["mandatoryPointers"].clone())?)
}

/// The credential as the issuer gave it: printed, or put together from the parts that are printed.
fn base_of(folder: &Path) -> Result<Value, Failed> {
    let whole = folder.join("addSignedSDBase.json");
    if whole.exists() {
        return json(&whole);
    }
    let rdfc = folder.join("../../ecdsa-rdfc-2019-p256").join(folder.file_name().unwrap_or_default());
    let mut document = json(&rdfc.join("signedECDSAP256.json"))?;
    let parts = json(&folder.join("derivedRecoveredBaseData.json"))?;
    let mut proof = json(&folder.join("addProofConfig.json"))?;
    proof.as_object_mut().ok_or("no proof")?.shift_remove("@context");
    proof["proofValue"] = base_value(&parts, &pointers(folder)?).into();
    document["proof"] = proof;
    Ok(document)
}

/// The value of a base proof of these parts (vc-di-ecdsa 3.5.2).
fn base_value(parts: &Value, mandatory: &[String]) -> String {
    let bytes = |name: &str| unhex(parts[name].as_str().unwrap_or_default());
    let key = bs58::decode(&parts["proofPublicKey"].as_str().unwrap_or_default()[1..]).into_vec().unwrap();
    let mut value = vec![0xd9, 0x5d, 0x00];
    let mut cbor = minicbor::Encoder::new(&mut value);
    cbor.array(5).unwrap().bytes(&bytes("baseSignature")).unwrap().bytes(&key).unwrap();
    cbor.bytes(&bytes("hmacKey")).unwrap();
    let signatures = parts["signatures"].as_array().unwrap();
    cbor.array(signatures.len() as u64).unwrap();
    for signature in signatures {
        cbor.bytes(&unhex(signature.as_str().unwrap_or_default())).unwrap();
    }
    cbor.array(mandatory.len() as u64).unwrap();
    for pointer in mandatory {
        cbor.str(pointer).unwrap();
    }
    format!("u{}", URL_SAFE_NO_PAD.encode(value))
}

/// Pointers to what `shown` has of `whole`: its leaves, and whole values where they are shown whole.
fn leaves(shown: &Value, whole: &Value) -> Vec<String> {
    let mut found = Vec::new();
    walk(shown, whole, String::new(), &mut found);
    found
}

fn walk(shown: &Value, whole: &Value, pointer: String, found: &mut Vec<String>) {
    match (shown, whole) {
        _ if shown == whole => found.push(pointer),
        (Value::Object(some), Value::Object(all)) => {
            for (name, value) in some.iter().filter(|(name, _)| *name != "@context") {
                walk(value, &all[name], format!("{pointer}/{name}"), found);
            }
        }
        _ => found.push(pointer),
    }
}
