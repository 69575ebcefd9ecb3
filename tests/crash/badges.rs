//! The folder of badges that is imported, and what a wallet must have of it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use lapel_wallet::Wallet;
use lapel_wallet::api::{BadgeId, ListRequest};
use lapel_wallet::fetch::MapFetch;
use openbadges::document::sha256_hex;
use serde_json::Value;

/// Badges of several kinds and sizes in a folder of files.
pub struct Badges {
    folder: tempfile::TempDir,
    files: BTreeMap<PathBuf, Vec<u8>>,
}

impl Badges {
    /// Makes `count` badges.
    pub fn make(count: usize) -> Self {
        let folder = scratch();
        let files = (0..count).map(|number| {
            let (name, bytes) = lapel_testkit::assorted(number);
            let path = folder.path().join(name);
            fs::write(&path, &bytes).expect("a file in a temporary folder");
            (path, bytes)
        });
        Self { files: files.collect(), folder }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn count(&self) -> usize {
        self.files.len()
    }

    /// `lapel import` of the whole folder into `wallet`, its receipts on a pipe.
    pub fn import(&self, wallet: &Path) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lapel"));
        command.args(self.arguments(wallet));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        command
    }

    /// What comes after `lapel`.
    pub fn arguments(&self, wallet: &Path) -> Vec<PathBuf> {
        let words = ["--offline", "--json", "--wallet"].map(PathBuf::from).into_iter();
        words.chain([wallet.to_owned(), "import".into(), self.folder().to_owned()]).collect()
    }

    /// Opens the wallet in `folder` as the next start of Lapel would, and says what is wrong with it: a receipt
    /// without its badge, a badge twice, a byte that changed, a broken database. `acknowledged` are the files whose
    /// receipts were read.
    pub fn losses(&self, folder: &Path, acknowledged: &BTreeSet<PathBuf>) -> Vec<String> {
        let wallet = match Wallet::open_with(folder, Arc::new(MapFetch::offline())) {
            Ok(wallet) => wallet,
            Err(error) => return vec![format!("the wallet does not open: {} {}", error.code, error.message)],
        };
        let mut losses: Vec<String> = match wallet.examine() {
            Ok(faults) => faults.into_iter().map(|fault| fault.message).collect(),
            Err(error) => vec![format!("the wallet cannot be examined: {}", error.message)],
        };
        match kept(&wallet) {
            Ok(kept) => losses.extend(self.compared(&kept, acknowledged)),
            Err(error) => losses.push(error),
        }
        losses
    }

    fn compared(&self, kept: &HashMap<String, usize>, acknowledged: &BTreeSet<PathBuf>) -> Vec<String> {
        let digests: HashMap<String, &PathBuf> =
            self.files.iter().map(|(path, bytes)| (sha256_hex(bytes), path)).collect();
        let foreign = kept.keys().filter(|digest| !digests.contains_key(*digest));
        let doubled = kept.iter().filter(|(_, times)| **times > 1);
        let lost = acknowledged
            .iter()
            .filter(|&path| self.files.get(path).is_none_or(|bytes| !kept.contains_key(&sha256_hex(bytes))));
        foreign
            .map(|digest| format!("bytes that were never imported: {digest}"))
            .chain(doubled.map(|(digest, times)| format!("{times} times the same: {digest}")))
            .chain(lost.map(|path| format!("reported as saved, and gone: {}", path.display())))
            .collect()
    }
}

/// The digests of all originals in `wallet`, read back from the bytes, and how often each is there.
fn kept(wallet: &Wallet) -> Result<HashMap<String, usize>, String> {
    let mut kept = HashMap::new();
    for id in ids(wallet)? {
        let original = wallet.export_original(id).map_err(|error| error.message)?;
        *kept.entry(sha256_hex(&original.bytes)).or_insert(0) += 1;
    }
    Ok(kept)
}

fn ids(wallet: &Wallet) -> Result<Vec<BadgeId>, String> {
    let mut ids = Vec::new();
    loop {
        let offset = u32::try_from(ids.len()).unwrap_or(u32::MAX);
        let request = ListRequest { sort: "newest".into(), offset, limit: 500, ..ListRequest::default() };
        let page = wallet.list(&request).map_err(|error| error.message)?;
        if page.badges.is_empty() {
            return Ok(ids);
        }
        ids.extend(page.badges.iter().map(|badge| badge.id));
    }
}

/// The file that a receipt line (`lapel import --json`) speaks of, if it says that its badge is in the wallet.
pub fn receipt(line: &str) -> Option<PathBuf> {
    let line: Value = serde_json::from_str(line).ok()?;
    let saved = ["added", "updated", "already_there", "kept_not_valid"].contains(&line["outcome"].as_str()?);
    saved.then(|| PathBuf::from(line["source"].as_str().unwrap_or_default()))
}

/// A folder for this test alone. In memory where the system offers that: neither a killed process nor a power cut on
/// paper needs a real disk, and a real one makes a hundred tries slow.
pub fn scratch() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.or_else(|_| tempfile::tempdir()).expect("a temporary folder")
}
