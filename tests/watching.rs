//! `lapel watch` as a process: with the operating system's own events and the clock's own pace. The unhurried rules are
//! tried in crates/wallet/tests/watch.rs.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use lapel_testkit::Issuer;
use serde_json::Value;
use tempfile::TempDir;

struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        fs::create_dir(desk.path("downloads")).unwrap();
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        fs::canonicalize(self.0.path()).unwrap().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lapel"));
        command
            .args(["--offline", "--json"])
            .args(arguments)
            .current_dir(self.0.path())
            .env_clear()
            .env("HOME", self.path("home"))
            .env("LAPEL_WALLET", self.path("wallet"))
            .stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> (i32, Vec<Value>) {
        let Output { status, stdout, .. } = self.command(arguments).output().unwrap();
        let lines = std::str::from_utf8(&stdout).unwrap().lines();
        (status.code().unwrap(), lines.map(|line| serde_json::from_str(line).unwrap()).collect())
    }

    fn watch(&self) -> Watching {
        let mut child = self.command(&["watch", "run"]).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Watching { child, lines }
    }

    fn badges(&self) -> usize {
        self.run(&["list"]).1.len()
    }
}

/// `lapel watch run`, killed when dropped.
struct Watching {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Watching {
    /// The next line that it prints; waits for it.
    fn next(&mut self) -> Value {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"))
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn badge(name: &str) -> String {
    Issuer::did_key("watching").achievement(name).sign_jwt().text().to_owned()
}

#[test]
fn what_appears_in_a_watched_folder_comes_in_once_also_after_a_kill() {
    let desk = Desk::new();
    let folder = desk.path("downloads");
    fs::write(folder.join("there.jwt"), badge("There already")).unwrap();
    let (status, lines) = desk.run(&["watch", "add", "downloads"]);
    assert_eq!(
        (status, lines[0]["outcome"].as_str(), lines[0]["files"].as_u64()),
        (0, Some("added"), Some(1))
    );

    let mut watching = desk.watch();
    assert_eq!(watching.next()["badge"]["name"], "There already");
    // Written in pieces under another name, then renamed into place.
    let text = badge("In pieces");
    let mut file = fs::File::create(folder.join("pieces.jwt.part")).unwrap();
    for piece in text.as_bytes().chunks(100) {
        file.write_all(piece).unwrap();
    }
    fs::rename(folder.join("pieces.jwt.part"), folder.join("pieces.jwt")).unwrap();
    let line = watching.next();
    assert_eq!(
        (line["outcome"].as_str(), line["badge"]["name"].as_str()),
        (Some("added"), Some("In pieces"))
    );
    watching.kill();

    fs::remove_file(folder.join("there.jwt")).unwrap();
    fs::create_dir(folder.join("more")).unwrap();
    fs::write(folder.join("more/meanwhile.jwt"), badge("Meanwhile")).unwrap();
    let mut watching = desk.watch();
    let mut line = watching.next();
    if line["badge"]["name"] == "In pieces" {
        // Killed between saving the badge and noting its file: it is looked at once more, and found to be there.
        assert_eq!(line["outcome"], "already_there");
        line = watching.next();
    }
    assert_eq!(
        (line["outcome"].as_str(), line["badge"]["name"].as_str()),
        (Some("added"), Some("Meanwhile"))
    );
    watching.kill();
    assert_eq!(desk.badges(), 3);
}

#[test]
fn folders_are_listed_and_taken_away() {
    let desk = Desk::new();
    fs::create_dir(desk.path("gone")).unwrap();
    desk.run(&["watch", "add", "downloads"]);
    desk.run(&["watch", "add", "gone"]);
    fs::remove_dir(desk.path("gone")).unwrap();
    let (_, lines) = desk.run(&["watch", "list"]);
    let states: Vec<_> = lines.iter().map(|line| line["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["watching", "unreachable"]);
    assert_eq!(lines[1]["trouble"]["code"], "watch.unreachable");
    let gone = desk.path("gone");
    // All or none.
    assert_eq!(desk.run(&["watch", "rm", gone.to_str().unwrap(), "elsewhere"]).0, 1);
    assert_eq!(desk.run(&["watch", "list"]).1.len(), 2);
    assert_eq!(desk.run(&["watch", "rm", gone.to_str().unwrap(), "downloads"]).0, 0);
    assert!(desk.run(&["watch", "list"]).1.is_empty());
    let (failed, told) = desk.run(&["watch", "add", "missing"]);
    assert_eq!((failed, told[0]["error"]["code"].as_str()), (1, Some("watch.unreachable")));
}
