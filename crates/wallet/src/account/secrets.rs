//! Where tokens and the holder's key live: the keyring of the system, or files where no keyring answers.
//!
//! They are never in the database, and no log shows them.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use zeroize::Zeroizing;

use crate::secret::Secret;

/// Keeps secrets by name. A name has only letters, digits, `-`, `:` and `.`.
pub trait Secrets: Send + Sync {
    /// The secret `name`, if there is one. May wait for the keyring, but no longer than [`KEYRING_PATIENCE`].
    fn get(&self, name: &str) -> Result<Option<Secret>, SecretsError>;
    /// Keeps `secret` as `name`, in place of one of that name.
    fn put(&self, name: &str, secret: &Secret) -> Result<(), SecretsError>;
    /// Forgets the secret `name`; that there is none is no error.
    fn remove(&self, name: &str) -> Result<(), SecretsError>;
    /// Whether the secret `name` is in a file, which whoever can read the person's files can read. Asks no keyring.
    fn is_in_a_file(&self, name: &str) -> bool;
}

/// How long a keyring may take: one that is there answers at once, unless it asks the person for a password.
pub const KEYRING_PATIENCE: Duration = Duration::from_secs(5);

/// Under which service the keyring shows what is Lapel's.
const SERVICE: &str = "Lapel";

/// The folder of the files, inside the wallet's.
const FOLDER: &str = "tokens";

/// The most bytes of a secret: tokens are a few thousand at most.
const MAX_BYTES: u64 = 256 << 10;

/// Why a secret could not be kept or read. Says nothing of the secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecretsError {
    /// The file of the secret could not be used.
    #[error("the file {path} for what proves who you are could not be used: {detail}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        detail: String,
    },
    /// What is kept is not what Lapel wrote.
    #[error("what the keyring or file holds under {name} cannot be read")]
    Unreadable {
        /// The name of the secret.
        name: String,
    },
    /// It is in the keyring, and the keyring does not answer now.
    #[error("the keyring of this system does not answer, and what proves who you are is in it")]
    NoKeyring,
    /// The system has no randomness to make a secret from.
    #[error("the system gave no randomness: {detail}")]
    NoRandomness {
        /// What it said.
        detail: String,
    },
}

impl SecretsError {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::File { .. } => "secrets.file",
            Self::Unreadable { .. } => "secrets.unreadable",
            Self::NoKeyring => "secrets.no-keyring",
            Self::NoRandomness { .. } => "secrets.no-randomness",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::File { .. } => "Check that the wallet's folder is yours to write to and has space.",
            Self::Unreadable { .. } => "Sign in again: connect the same account once more.",
            Self::NoKeyring => "Unlock the keyring and start Lapel again, or sign in again.",
            Self::NoRandomness { .. } => "Try again; if it keeps happening, restart the computer.",
        }
    }
}

/// The keyring of the system; files in the wallet's folder where it does not answer.
pub(crate) struct KeyringOrFiles {
    keyring: Keyring,
    files: FileSecrets,
}

impl KeyringOrFiles {
    /// For the wallet in `folder`. Nothing is asked or made before the first use.
    pub(crate) fn new(folder: &Path) -> Self {
        Self { keyring: Keyring::default(), files: FileSecrets::new(folder) }
    }
}

// What is in a file is never older than what the keyring has.
impl Secrets for KeyringOrFiles {
    fn get(&self, name: &str) -> Result<Option<Secret>, SecretsError> {
        if let Some(secret) = self.files.get(name)? {
            return Ok(Some(secret));
        }
        match self.keyring.ask(Wish::Get(name.to_owned())) {
            Some(Told::Found(secret)) => Ok(Some(secret)),
            Some(Told::Nothing | Told::Done) => Ok(None),
            None => Err(SecretsError::NoKeyring),
        }
    }

    fn put(&self, name: &str, secret: &Secret) -> Result<(), SecretsError> {
        // First in place of the older one in a file, which may not let itself be removed.
        let in_a_file = self.files.is_in_a_file(name);
        if in_a_file {
            self.files.put(name, secret)?;
        }
        match self.keyring.ask(Wish::Put(name.to_owned(), secret.clone())) {
            Some(_) => self.files.remove(name),
            None if in_a_file => Ok(()),
            None => self.files.put(name, secret),
        }
    }

    fn remove(&self, name: &str) -> Result<(), SecretsError> {
        let in_a_file = self.files.is_in_a_file(name);
        self.files.remove(name)?;
        match self.keyring.ask(Wish::Remove(name.to_owned())) {
            // What was in a file was so because no keyring answers.
            None if !in_a_file => Err(SecretsError::NoKeyring),
            _ => Ok(()),
        }
    }

    fn is_in_a_file(&self, name: &str) -> bool {
        self.files.is_in_a_file(name)
    }
}

/// The keyring, asked by a thread of its own: it may wait for a daemon that never answers, or for the person.
struct Keyring {
    fulfil: fn(&Wish) -> Option<Told>,
    patience: Duration,
    worker: Mutex<Option<mpsc::Sender<Question>>>,
    /// It did not answer in time once: nobody waits for it again while the program runs.
    silent: AtomicBool,
}

struct Question {
    wish: Wish,
    given_up: Arc<AtomicBool>,
    answer: mpsc::Sender<Option<Told>>,
}

enum Wish {
    Get(String),
    Put(String, Secret),
    Remove(String),
}

enum Told {
    Found(Secret),
    Nothing,
    Done,
}

impl Default for Keyring {
    fn default() -> Self {
        Self::answered_by(fulfil, KEYRING_PATIENCE)
    }
}

impl Keyring {
    fn answered_by(fulfil: fn(&Wish) -> Option<Told>, patience: Duration) -> Self {
        Self { fulfil, patience, worker: Mutex::default(), silent: AtomicBool::new(false) }
    }

    /// `None` where there is no keyring, it did not answer in time, or it refused.
    fn ask(&self, wish: Wish) -> Option<Told> {
        if self.silent.load(Ordering::Relaxed) {
            return None;
        }
        let (answer, answered) = mpsc::channel();
        let given_up = Arc::new(AtomicBool::new(false));
        self.worker()?.send(Question { wish, given_up: Arc::clone(&given_up), answer }).ok()?;
        match answered.recv_timeout(self.patience) {
            Ok(told) => told,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                given_up.store(true, Ordering::Relaxed);
                self.silent.store(true, Ordering::Relaxed);
                None
            }
        }
    }

    fn worker(&self) -> Option<mpsc::Sender<Question>> {
        let mut worker = self.worker.lock().unwrap_or_else(PoisonError::into_inner);
        if worker.is_none() {
            let (sender, questions) = mpsc::channel::<Question>();
            let fulfil = self.fulfil;
            let answer_all = move || {
                for Question { wish, given_up, answer } in questions {
                    if !given_up.load(Ordering::Relaxed) {
                        // Whoever asked may be gone.
                        let _ = answer.send(fulfil(&wish));
                    }
                }
            };
            std::thread::Builder::new().name("keyring".to_owned()).spawn(answer_all).ok()?;
            *worker = Some(sender);
        }
        worker.clone()
    }
}

fn fulfil(wish: &Wish) -> Option<Told> {
    let entry = |name: &str| keyring::Entry::new(SERVICE, name).ok();
    match wish {
        Wish::Get(name) => match entry(name)?.get_password() {
            Ok(text) => Some(Told::Found(Secret::from(text))),
            Err(keyring::Error::NoEntry) => Some(Told::Nothing),
            Err(_) => None,
        },
        Wish::Put(name, secret) => entry(name)?.set_password(secret.expose()).ok().map(|()| Told::Done),
        Wish::Remove(name) => match entry(name)?.delete_credential() {
            Ok(()) | Err(keyring::Error::NoEntry) => Some(Told::Done),
            Err(_) => None,
        },
    }
}

/// Files that only the owner can read, one for each secret.
pub struct FileSecrets {
    folder: PathBuf,
}

impl FileSecrets {
    /// In the folder `tokens` of the wallet in `wallet`.
    pub fn new(wallet: &Path) -> Self {
        Self { folder: wallet.join(FOLDER) }
    }

    fn path(&self, name: &str) -> PathBuf {
        // Names are ours; on some systems a colon may not stand in a file's name.
        let name: String = name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || "-.".contains(c) { c } else { '_' })
            .collect();
        self.folder.join(format!("{name}.json"))
    }
}

impl Secrets for FileSecrets {
    fn get(&self, name: &str) -> Result<Option<Secret>, SecretsError> {
        let path = self.path(name);
        let file = match fs::File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => opened.map_err(failed(&path))?,
        };
        let mut text = Zeroizing::new(String::new());
        file.take(MAX_BYTES).read_to_string(&mut text).map_err(failed(&path))?;
        Ok(Some(Secret::from(text.as_str())))
    }

    /// Written beside the old one, made durable, and then put in its place: a power cut leaves one of them whole.
    fn put(&self, name: &str, secret: &Secret) -> Result<(), SecretsError> {
        let path = self.path(name);
        make_private_folder(&self.folder).map_err(failed(&self.folder))?;
        let beside = path.with_extension("new");
        let write = || {
            let mut options = fs::OpenOptions::new();
            options.write(true).create(true).truncate(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(&beside)?;
            #[cfg(unix)]
            file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
            file.write_all(secret.expose().as_bytes())?;
            file.sync_all()?;
            fs::rename(&beside, &path)
        };
        write().map_err(failed(&path))
    }

    fn remove(&self, name: &str) -> Result<(), SecretsError> {
        let path = self.path(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(&path)(error)),
            _ => Ok(()),
        }
    }

    fn is_in_a_file(&self, name: &str) -> bool {
        self.path(name).exists()
    }
}

fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> SecretsError {
    let path = path.to_owned();
    move |error| SecretsError::File { path, detail: error.to_string() }
}

/// Secrets in memory: for tests. Clones share them.
#[derive(Clone, Default)]
pub struct MemorySecrets {
    kept: Arc<Mutex<HashMap<String, Secret>>>,
}

impl MemorySecrets {
    /// Every secret that is kept.
    pub fn all(&self) -> Vec<Secret> {
        self.kept().values().cloned().collect()
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, HashMap<String, Secret>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Secrets for MemorySecrets {
    fn get(&self, name: &str) -> Result<Option<Secret>, SecretsError> {
        Ok(self.kept().get(name).cloned())
    }

    fn put(&self, name: &str, secret: &Secret) -> Result<(), SecretsError> {
        self.kept().insert(name.to_owned(), secret.clone());
        Ok(())
    }

    fn remove(&self, name: &str) -> Result<(), SecretsError> {
        self.kept().remove(name);
        Ok(())
    }

    fn is_in_a_file(&self, _: &str) -> bool {
        false
    }
}

/// `BYTES` bytes from the system's randomness, in base64url.
pub(super) fn random<const BYTES: usize>() -> Result<Secret, SecretsError> {
    use base64::Engine;
    let bytes = random_bytes::<BYTES>()?;
    Ok(Secret::from(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(*bytes)))
}

/// `BYTES` bytes from the system's randomness.
pub(super) fn random_bytes<const BYTES: usize>() -> Result<Zeroizing<[u8; BYTES]>, SecretsError> {
    let mut bytes = Zeroizing::new([0; BYTES]);
    getrandom::fill(&mut *bytes).map_err(|error| SecretsError::NoRandomness { detail: error.to_string() })?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_keeps_a_secret_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let files = FileSecrets::new(folder.path());
        let name = "account-0a:b";
        assert_eq!(files.get(name).unwrap(), None);
        files.remove(name).unwrap();
        for text in ["first", "second"] {
            files.put(name, &Secret::from(text)).unwrap();
            assert_eq!(files.get(name).unwrap(), Some(Secret::from(text)));
        }
        assert!(files.is_in_a_file(name));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&files.folder), mode(&files.path(name))), (0o700, 0o600));
        }
        assert_eq!(fs::read_dir(&files.folder).unwrap().count(), 1, "nothing is left beside it");
        files.remove(name).unwrap();
        assert!(!files.is_in_a_file(name));
        assert_eq!(files.get(name).unwrap(), None);
    }

    /// A keyring that nobody answers, and the file that stands in.
    #[test]
    fn where_no_keyring_answers_a_file_stands_in() {
        fn silent(_: &Wish) -> Option<Told> {
            loop {
                std::thread::park();
            }
        }
        let ways: [fn(&Wish) -> Option<Told>; 2] = [silent, |_| None];
        for fulfil in ways {
            let folder = tempfile::tempdir().unwrap();
            let keyring = Keyring::answered_by(fulfil, Duration::from_millis(50));
            let kept = KeyringOrFiles { keyring, files: FileSecrets::new(folder.path()) };
            assert_eq!(kept.get("a").unwrap_err(), SecretsError::NoKeyring);
            kept.put("a", &Secret::from("s")).unwrap();
            assert!(kept.is_in_a_file("a"));
            assert_eq!(kept.get("a").unwrap(), Some(Secret::from("s")));
            kept.remove("a").unwrap();
            assert!(!kept.is_in_a_file("a"));
        }
    }

    /// Run it where a keyring runs: `dbus-run-session -- sh -c 'echo x | gnome-keyring-daemon --unlock --components=secrets
    /// && cargo test -p lapel-wallet --lib the_keyring_of_this_system -- --ignored'`.
    #[test]
    #[ignore = "it needs the keyring of the person who runs it"]
    fn the_keyring_of_this_system_keeps_gives_and_forgets() {
        let folder = tempfile::tempdir().unwrap();
        let name = format!("test-{}", random::<8>().unwrap().expose());
        let kept = || KeyringOrFiles::new(folder.path());
        for text in ["first", "second"] {
            kept().put(&name, &Secret::from(text)).unwrap();
            assert!(!kept().is_in_a_file(&name), "the keyring did not take it");
            assert_eq!(kept().get(&name).unwrap(), Some(Secret::from(text)));
        }
        kept().remove(&name).unwrap();
        assert_eq!(kept().get(&name).unwrap(), None);
    }

    #[test]
    fn a_keyring_that_answers_keeps_everything_and_takes_over_what_was_in_a_file() {
        static KEPT: Mutex<Option<HashMap<String, Secret>>> = Mutex::new(None);
        #[expect(clippy::unnecessary_wraps, reason = "a keyring may also not answer")]
        fn in_memory(wish: &Wish) -> Option<Told> {
            let mut kept = KEPT.lock().unwrap();
            let kept = kept.get_or_insert_default();
            Some(match wish {
                Wish::Get(name) => kept.get(name).map_or(Told::Nothing, |secret| Told::Found(secret.clone())),
                Wish::Put(name, secret) => {
                    kept.insert(name.clone(), secret.clone());
                    Told::Done
                }
                Wish::Remove(name) => {
                    kept.remove(name);
                    Told::Done
                }
            })
        }
        let folder = tempfile::tempdir().unwrap();
        let files = FileSecrets::new(folder.path());
        files.put("a", &Secret::from("newer")).unwrap();
        let keyring = Keyring::answered_by(in_memory, KEYRING_PATIENCE);
        let kept = KeyringOrFiles { keyring, files };
        assert_eq!(kept.get("a").unwrap(), Some(Secret::from("newer")), "the file is the newer one");
        kept.put("a", &Secret::from("newest")).unwrap();
        assert!(!kept.is_in_a_file("a"));
        assert_eq!(kept.get("a").unwrap(), Some(Secret::from("newest")));
        kept.remove("a").unwrap();
        assert_eq!(kept.get("a").unwrap(), None);
    }

    /// The file may stay, because it cannot be removed or because the program ends before: then it has the newest.
    #[test]
    fn an_older_file_never_outlives_a_newer_secret() {
        static FOLDER_OF_FILES: Mutex<Option<PathBuf>> = Mutex::new(None);
        fn takes_it_when_the_file_has_it(wish: &Wish) -> Option<Told> {
            let Wish::Put(name, secret) = wish else { return None };
            let folder = FOLDER_OF_FILES.lock().unwrap().clone()?;
            (FileSecrets { folder }.get(name).ok()?? == *secret).then_some(Told::Done)
        }
        let folder = tempfile::tempdir().unwrap();
        let files = FileSecrets::new(folder.path());
        *FOLDER_OF_FILES.lock().unwrap() = Some(files.folder.clone());
        files.put("a", &Secret::from("older")).unwrap();
        let keyring = Keyring::answered_by(takes_it_when_the_file_has_it, KEYRING_PATIENCE);
        let kept = KeyringOrFiles { keyring, files };
        kept.put("a", &Secret::from("newest")).unwrap();
        assert!(!kept.is_in_a_file("a"), "the keyring has it");

        // Where the file can be neither replaced nor removed, nothing is kept, and that is said.
        let path = kept.files.path("b");
        fs::create_dir_all(path.join("in the way")).unwrap();
        assert!(matches!(kept.put("b", &Secret::from("s")), Err(SecretsError::File { .. })));
    }

    #[test]
    fn a_name_leads_out_of_no_folder() {
        let files = FileSecrets::new(Path::new("/wallet"));
        assert_eq!(files.path("../../etc/passwd").parent(), Some(Path::new("/wallet/tokens")));
    }

    #[test]
    fn randomness_differs() {
        assert_ne!(random::<32>().unwrap(), random::<32>().unwrap());
        assert_eq!(random::<32>().unwrap().expose().len(), 43);
    }
}
