//! Watching what a process asks of the disk.

use std::collections::HashMap;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::badges::{Badges, receipt};
use crate::disk::Event;

/// Every call that can change a file, its length or its name.
const CALLS: &str = "trace=creat,open,openat,write,writev,pwrite64,pwritev,pwritev2,fsync,fdatasync,sync,syncfs,\
                     sync_file_range,ftruncate,truncate,fallocate,unlink,unlinkat,rename,renameat,renameat2,\
                     link,linkat,copy_file_range,sendfile";

/// Imports `badges` into `wallet` with `environment` and gives what happened to the disk, in order.
pub fn watch_import(badges: &Badges, wallet: &Path, environment: &[(&str, &str)]) -> Vec<Event> {
    let log = tempfile::NamedTempFile::new().expect("a temporary file");
    let output = Command::new("strace")
        .args(["-f", "-q", "-y", "-xx", "-s", "4194304", "-e", CALLS, "-e", "signal=none", "-o"])
        .arg(log.path())
        .arg(env!("CARGO_BIN_EXE_lapel"))
        .args(badges.arguments(wallet))
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .output()
        .expect("strace starts (./dev test installs it)");
    assert!(output.status.success(), "the import failed: {}", String::from_utf8_lossy(&output.stderr));
    let log = std::fs::read_to_string(log.path()).expect("the log of strace");
    Reader::default().events(&log)
}

/// Puts together what strace prints in two parts where threads cross.
#[derive(Default)]
struct Reader {
    begun: HashMap<String, Call>,
    places: HashMap<(String, String), usize>,
    syncs: u64,
    line: String,
}

struct Call {
    name: String,
    arguments: String,
    sync: Option<u64>,
}

impl Reader {
    fn events(mut self, log: &str) -> Vec<Event> {
        let mut events = Vec::new();
        for line in log.lines() {
            self.read(line, &mut events);
        }
        events
    }

    fn read(&mut self, line: &str, events: &mut Vec<Event>) {
        let Some((process, rest)) = line.split_once(' ') else { return };
        let rest = rest.trim_start();
        if let Some(resumed) = rest.strip_prefix("<... ") {
            let Some(call) = self.begun.remove(process) else { return };
            let result = resumed.rsplit_once(" = ").map_or("", |(_, result)| result);
            Self::end(&call, result, events);
            return;
        }
        let Some((name, rest)) = rest.split_once('(') else { return };
        if let Some(arguments) = rest.strip_suffix(" <unfinished ...>") {
            let call = self.begin(name, arguments, events);
            self.begun.insert(process.to_owned(), call);
        } else if let Some((arguments, result)) = rest.rsplit_once(" = ") {
            // Failed calls change nothing, and those that crossed nobody else are known to have failed at once.
            if result.starts_with('-') {
                return;
            }
            // Short lines are filled up with spaces.
            let arguments = arguments.trim_end().strip_suffix(')').expect("a whole call");
            let call = self.begin(name, arguments, events);
            Self::end(&call, result, events);
        } else {
            assert!(rest.ends_with(" = ?"), "strace said something new: {name}({rest}");
        }
    }

    /// From here on the disk may have it.
    fn begin(&mut self, name: &str, arguments: &str, events: &mut Vec<Event>) -> Call {
        let mut call = Call { name: name.to_owned(), arguments: arguments.to_owned(), sync: None };
        match name {
            "write" | "writev" | "pwrite64" | "pwritev" | "pwritev2" => self.write(&call, events),
            "fsync" | "fdatasync" => {
                self.syncs += 1;
                call.sync = Some(self.syncs);
                events.extend(path_of(arguments).map(|path| Event::SyncBegins(path, self.syncs)));
            }
            "ftruncate" => {
                let length = arguments.rsplit_once(", ").and_then(|(_, length)| length.parse().ok());
                let length = length.unwrap_or_else(|| panic!("ftruncate({arguments})"));
                events.extend(path_of(arguments).map(|path| Event::Truncate(path, length)));
            }
            "unlink" | "unlinkat" => events.extend(strings(arguments).pop().map(Event::Remove)),
            "rename" | "renameat" | "renameat2" => {
                if let [from, to] = &strings(arguments)[..] {
                    events.push(Event::Rename(from.clone(), to.clone()));
                }
            }
            "open" | "openat" | "creat" => {}
            other => panic!("the import uses {other}, which this replay does not know"),
        }
        call
    }

    /// From here on it is done.
    fn end(call: &Call, result: &str, events: &mut Vec<Event>) {
        let failed = result.starts_with('-');
        match call.name.as_str() {
            "fsync" | "fdatasync" if !failed => events.extend(call.sync.map(Event::SyncEnds)),
            "open" | "openat" | "creat" if !failed => {
                // The result shows the file that was opened: `5</path>`.
                let Some(path) = path_of(result) else { return };
                if call.arguments.contains("O_CREAT") || call.name == "creat" {
                    events.push(Event::Create(path.clone()));
                }
                if call.arguments.contains("O_TRUNC") {
                    events.push(Event::Truncate(path, 0));
                }
            }
            _ => {}
        }
    }

    fn write(&mut self, call: &Call, events: &mut Vec<Event>) {
        let arguments = &call.arguments;
        let file = arguments.split(',').next().unwrap_or_default();
        let bytes = quoted(arguments).concat();
        if file.starts_with("1<") {
            return self.report(&bytes, events);
        }
        let Some(path) = path_of(arguments) else { return };
        let at = match call.name.as_str() {
            "pwrite64" => arguments.rsplit_once(", ").and_then(|(_, at)| at.parse().ok()),
            "write" => {
                // Nothing that Lapel keeps is written without saying where, but a place is kept for each file.
                let place = self.places.entry((file.to_owned(), path.display().to_string())).or_insert(0);
                *place += bytes.len();
                Some(*place - bytes.len())
            }
            _ => None,
        };
        let at = at.unwrap_or_else(|| panic!("{}: where to?", call.name));
        events.push(Event::Write(path, at, bytes));
    }

    /// A receipt counts from the moment that its whole line is on the way out.
    fn report(&mut self, bytes: &[u8], events: &mut Vec<Event>) {
        self.line.push_str(&String::from_utf8_lossy(bytes));
        while let Some(end) = self.line.find('\n') {
            let line: String = self.line.drain(..=end).collect();
            events.extend(receipt(line.trim_end()).map(Event::Receipt));
        }
    }
}

/// The file in `5</path/of/it>`, if it is one.
fn path_of(text: &str) -> Option<PathBuf> {
    let (_, rest) = text.split_once('<')?;
    let (path, _) = rest.split_once('>')?;
    let bytes = unescaped(path);
    bytes.starts_with(b"/").then(|| PathBuf::from(OsString::from_vec(bytes)))
}

/// The texts in quotes, as paths.
fn strings(arguments: &str) -> Vec<PathBuf> {
    quoted(arguments).into_iter().map(|bytes| PathBuf::from(OsString::from_vec(bytes))).collect()
}

/// The texts in quotes. With `-xx` all of them are `\x..`, so no quote stands within.
fn quoted(arguments: &str) -> Vec<Vec<u8>> {
    let mut parts = arguments.split('"');
    let mut all = Vec::new();
    while let (Some(_), Some(text)) = (parts.next(), parts.next()) {
        all.push(unescaped(text));
    }
    assert!(!arguments.contains("\"..."), "strace cut a write short: {} bytes", arguments.len());
    all
}

/// `\x41` and plain characters, to bytes.
fn unescaped(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() / 4);
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        if let (b'\\', [b'x', high, low, after @ ..]) = (first, tail)
            && let (Some(high), Some(low)) = (digit(*high), digit(*low))
        {
            bytes.push(high << 4 | low);
            rest = after;
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_one_piece_and_of_two_are_read() {
        let log = "\
7 openat(AT_FDCWD<\\x2f>, \"\\x2f\\x61\", O_RDWR|O_CREAT|O_CLOEXEC, 0600) = 5<\\x2f\\x61>
7 pwrite64(5<\\x2f\\x61>, \"\\x68\\x69\", 2, 40) = 2
7 fsync(5<\\x2f\\x61> <unfinished ...>
8 pwrite64(5<\\x2f\\x61>, \"\\x21\", 1, 42) = 1
7 <... fsync resumed>)                    = 0
8 fsync(5<\\x2f\\x61>)                      = -1 EIO (Input/output error)
8 unlink(\"\\x2f\\x61\")                     = 0
";
        let a = || PathBuf::from("/a");
        let expected = [
            Event::Create(a()),
            Event::Write(a(), 40, b"hi".to_vec()),
            Event::SyncBegins(a(), 1),
            Event::Write(a(), 42, b"!".to_vec()),
            Event::SyncEnds(1),
            Event::Remove(a()),
        ];
        assert_eq!(format!("{:?}", Reader::default().events(log)), format!("{expected:?}"));
    }
}
