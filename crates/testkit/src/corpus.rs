//! Others' test cases, read in place.
//!
//! The corpus of third-party vectors lies beside the repository (`../shared`) and is not part of it. A test
//! over it is built with [`Trial`]s (harness = false): each case is a test of its own name where the corpus is
//! at hand; where it is not, the suite reports itself as ignored, with the reason, and nothing passes in
//! silence.
//!
//! ```no_run
//! use lapel_testkit::corpus;
//!
//! let arguments = corpus::Arguments::from_args();
//! let trials = corpus::suite("did-vectors", |shared| {
//!     let file = shared.join("corpus/did-vectors/did-key.json");
//!     vec![corpus::case("did-key", move || {
//!         let text = std::fs::read_to_string(&file)?;
//!         if text.is_empty() { Err("an empty vector".into()) } else { Ok(()) }
//!     })]
//! });
//! corpus::run(&arguments, trials).exit();
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use libtest_mimic::{Arguments, Completion, Failed, Trial, run};
use serde_json::Value;

/// Why a suite over the corpus is ignored.
pub const ABSENT: &str = "needs the corpus of others' cases beside the repository (../shared)";

/// The folder of the corpus (it holds `corpus/`, `contexts/`, `standards/`), if it is beside the repository.
pub fn shared() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    folder.join("corpus/manifest.jsonl").is_file().then_some(folder)
}

/// The trials that `cases` makes of the shared folder; without the folder, one ignored trial named `name`
/// that says why.
pub fn suite(name: &str, cases: impl FnOnce(&Path) -> Vec<Trial>) -> Vec<Trial> {
    match shared() {
        Some(folder) => cases(&folder),
        None => vec![Trial::ignorable_test(name, || Ok(Completion::ignored_with(ABSENT)))],
    }
}

/// A case that is a test of its own.
pub fn case(name: impl Into<String>, run: impl FnOnce() -> Result<(), Failed> + Send + 'static) -> Trial {
    Trial::test(name, run)
}

/// The lines of `corpus/manifest.jsonl`, in order.
pub fn manifest(shared: &Path) -> Result<Vec<Value>, Failed> {
    let text = std::fs::read_to_string(shared.join("corpus/manifest.jsonl"))?;
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| serde_json::from_str(line).map_err(Failed::from))
        .collect()
}

/// The document that publishes the key of a proof case (which brings a bare verification method): the id of its
/// controller, and what that lists it for.
pub fn key_document(method: &Value) -> (String, Value) {
    let named = method["controller"].as_str().or(method["id"].as_str()).unwrap_or_default();
    let controller = named.split('#').next().unwrap_or_default().to_owned();
    let listed = serde_json::json!([method["id"]]);
    let document = serde_json::json!({
        "id": controller, "verificationMethod": [method], "assertionMethod": listed, "authentication": listed,
    });
    (controller, document)
}

/// The cases of one suite in which Lapel is known to differ, each with its reason.
///
/// The file has a line a case: `id: reason`. Empty lines and lines that begin with `#` are comments. A listed
/// case that passes fails its test ("unexpected pass"), and so does a listed case that the suite does not
/// have, so that the file never says more than is true.
#[derive(Clone, Debug)]
pub struct Exceptions {
    reasons: Arc<BTreeMap<String, String>>,
}

impl Exceptions {
    /// Reads the text of an exceptions file; an error names the first line without `id: reason`.
    pub fn parse(text: &str) -> Result<Self, Failed> {
        let mut reasons = BTreeMap::new();
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let Some((id, reason)) = line.split_once(": ") else {
                return Err(format!("line {}: expected `id: reason`, found {line:?}", number + 1).into());
            };
            if reasons.insert(id.trim().to_owned(), reason.trim().to_owned()).is_some() {
                return Err(format!("line {}: {id} is listed twice", number + 1).into());
            }
        }
        Ok(Self { reasons: Arc::new(reasons) })
    }

    /// Why `id` is an exception, if it is one.
    pub fn reason(&self, id: &str) -> Option<&str> {
        self.reasons.get(id).map(String::as_str)
    }

    /// The trial of case `id`: `run` must succeed, or, for a listed case, must fail.
    pub fn case(
        &self,
        id: impl Into<String>,
        run: impl FnOnce() -> Result<(), Failed> + Send + 'static,
    ) -> Trial {
        let (exceptions, id) = (self.clone(), id.into());
        Trial::test(id.clone(), move || exceptions.judge(&id, run()))
    }

    /// What the result of case `id` means for its test: that of a listed case is turned round.
    pub fn judge(&self, id: &str, result: Result<(), Failed>) -> Result<(), Failed> {
        match (self.reason(id), result) {
            (None, result) => result,
            (Some(_), Err(_)) => Ok(()),
            (Some(reason), Ok(())) => {
                Err(format!("unexpected pass; the exceptions file says: {reason}").into())
            }
        }
    }

    /// A trial that fails if the file lists a case which is not among `ids`.
    pub fn no_strangers(&self, suite: &str, ids: impl IntoIterator<Item = String>) -> Trial {
        let strangers = self.strangers(ids);
        Trial::test(format!("{suite}: exceptions are cases"), move || {
            if strangers.is_empty() {
                Ok(())
            } else {
                Err(format!("listed as exceptions, but not in the suite: {}", strangers.join(", ")).into())
            }
        })
    }

    /// The ids of the listed cases.
    pub fn listed(&self) -> impl Iterator<Item = &str> {
        self.reasons.keys().map(String::as_str)
    }

    /// The listed cases that are not among `ids`.
    pub fn strangers(&self, ids: impl IntoIterator<Item = String>) -> Vec<String> {
        let known: BTreeSet<String> = ids.into_iter().collect();
        self.reasons.keys().filter(|id| !known.contains(*id)).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Exceptions;

    #[test]
    fn a_listed_case_must_fail_and_an_unlisted_one_must_pass() {
        let exceptions = Exceptions::parse("# why\na: not supported\n").unwrap();
        assert!(exceptions.judge("a", Err("no".into())).is_ok());
        assert!(exceptions.judge("a", Ok(())).is_err());
        assert!(exceptions.judge("b", Ok(())).is_ok());
        assert!(exceptions.judge("b", Err("no".into())).is_err());
    }

    #[test]
    fn an_exception_for_no_case_is_found() {
        let exceptions = Exceptions::parse("a: not supported").unwrap();
        assert!(exceptions.strangers(["a".to_owned()]).is_empty());
        assert_eq!(exceptions.strangers(["b".to_owned()]), ["a"]);
    }

    #[test]
    fn an_exception_needs_a_reason() {
        assert!(Exceptions::parse("a").is_err());
        assert!(Exceptions::parse("a: x\na: y").is_err());
    }
}
