//! A desk of our own to run the app on: a screen (Xvfb), a session bus and a home folder that belong to one test,
//! and a browser that records what it was asked to open. Nothing of the person at the machine is touched.

#![allow(clippy::missing_panics_doc, reason = "development only: a panic is a desk that cannot be set up")]
#![allow(clippy::expect_used, clippy::panic, reason = "as above")]
#![allow(dead_code, reason = "the benches use a part of it")]

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long anything may take that is sure to come. It costs nothing where all is well, and the machine may be busy.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// The screen, the bus and the home. All of it ends with the value.
pub struct Desk {
    home: tempfile::TempDir,
    display: String,
    bus: String,
    _screen: Running,
    _bus: Running,
}

impl Desk {
    /// A desk with a screen of 1280x900.
    pub fn new() -> Self {
        let home = tempfile::tempdir().expect("a temporary folder");
        let (screen, display) = started(Command::new("Xvfb").args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            "1280x900x24",
            "-nolisten",
            "tcp",
            "-noreset",
        ]));
        // A web view asks for the bus of screen readers; all desks would share that one, and wait for each other.
        let services = home.path().join("data/dbus-1/services");
        std::fs::create_dir_all(&services).expect("a folder");
        let none = "[D-BUS Service]\nName=org.a11y.Bus\nExec=/bin/false\n";
        std::fs::write(services.join("org.a11y.Bus.service"), none).expect("a file");
        let (bus_process, bus) = started(
            Command::new("dbus-daemon")
                .args(["--session", "--nofork", "--nopidfile", "--print-address=1"])
                .env("XDG_DATA_HOME", home.path().join("data")),
        );
        let desk = Self { home, display: format!(":{display}"), bus, _screen: screen, _bus: bus_process };
        // The pipe keeps the browser waiting until the test reads what it was asked to open.
        let browser = desk.put("bin/xdg-open", b"#!/bin/sh\nprintf '%s' \"$1\" >\"$HOME/opened\"\n");
        std::fs::set_permissions(browser, std::fs::Permissions::from_mode(0o755)).expect("an executable");
        desk
    }

    /// `command`, set up to run on this desk.
    pub fn set<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        let path = std::env::var("PATH").unwrap_or_default();
        command
            .env("HOME", self.home.path())
            .env("XDG_DATA_HOME", self.path("data"))
            .env("XDG_CONFIG_HOME", self.path("config"))
            .env("XDG_CACHE_HOME", self.path("cache"))
            .env("LAPEL_WALLET", self.wallet())
            .env("LAPEL_TEST_HOSTS", self.path("hosts.json"))
            .env("PATH", format!("{}:{path}", self.path("bin").display()))
            .env("DISPLAY", &self.display)
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus)
            .env("LANG", "C.UTF-8")
            // The bus for screen readers is the person's own, not the desk's: waiting for it would cost half a minute.
            .env("NO_AT_BRIDGE", "1")
            .env("GTK_A11Y", "none")
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("XDG_CURRENT_DESKTOP")
    }

    /// The name of the screen.
    pub fn display(&self) -> &str {
        &self.display
    }

    /// Waits until no Lapel is open here: the next one would hand over to it, and end.
    pub fn until_alone(&self) {
        let asked = Instant::now();
        while self.has_lapel() {
            assert!(asked.elapsed() < PATIENCE, "the Lapel before did not end");
        }
    }

    /// Whether a Lapel has its name on the bus.
    fn has_lapel(&self) -> bool {
        let mut command = Command::new("dbus-send");
        let asked = self
            .set(&mut command)
            .args(["--session", "--print-reply=literal", "--dest=org.freedesktop.DBus"])
            .args(["/org/freedesktop/DBus", "org.freedesktop.DBus.NameHasOwner"])
            .arg("string:app.lapel.desktop.SingleInstance")
            .output()
            .expect("dbus-send");
        let answer = String::from_utf8_lossy(&asked.stdout).into_owned();
        assert!(asked.status.success() && answer.contains("boolean"), "dbus-send: {asked:?}");
        answer.contains("true")
    }

    /// The wallet's folder.
    pub fn wallet(&self) -> PathBuf {
        self.path("wallet")
    }

    /// A path in the home folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Writes a file into the home folder and gives its path.
    pub fn put(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(&path, bytes).expect("a file");
        path
    }

    /// Lets programs on this desk find these hosts at `address`, and believe the root certificate `root` (PEM).
    pub fn know_hosts(&self, address: SocketAddr, names: &[&str], root: &str) {
        let hosts = serde_json::json!({ "address": address, "hosts": names, "root": root });
        self.put("hosts.json", hosts.to_string().as_bytes());
    }

    /// Puts bytes on the clipboard, as the media type `target`, for as long as the value is held.
    pub fn copy(&self, target: &str, bytes: &[u8]) -> Running {
        let file = self.put("copied", bytes);
        let mut command = Command::new("xclip");
        // It stays in the foreground, so that it ends with the value.
        self.set(&mut command)
            .args(["-quiet", "-selection", "clipboard", "-target", target, "-in"])
            .arg(file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let copied = Running::start(&mut command);
        let asked = Instant::now();
        while self.on_clipboard("TARGETS").lines().all(|offered| offered != target)
            || self.on_clipboard(target).as_bytes() != String::from_utf8_lossy(bytes).as_bytes()
        {
            assert!(asked.elapsed() < PATIENCE, "{target} did not come on the clipboard");
        }
        copied
    }

    /// What the clipboard gives as the media type `target`.
    fn on_clipboard(&self, target: &str) -> String {
        let mut command = Command::new("xclip");
        self.set(&mut command).args(["-selection", "clipboard", "-target", target, "-out"]);
        let given = command.stdin(Stdio::null()).output().expect("xclip");
        String::from_utf8_lossy(&given.stdout).into_owned()
    }

    /// The next thing that the browser is asked to open.
    pub fn browser(&self) -> Browser {
        let pipe = self.path("opened");
        let made = Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
        assert!(made.success(), "mkfifo: {made}");
        Browser { pipe }
    }
}

/// A browser that opens nothing and says what it was asked for.
pub struct Browser {
    pipe: PathBuf,
}

impl Browser {
    /// The address that it was asked to open, once it is asked.
    pub async fn opened(self) -> String {
        let asked = tokio::fs::read_to_string(self.pipe);
        let asked = tokio::time::timeout(PATIENCE, asked).await;
        asked.expect("the browser was not asked to open anything").expect("a pipe")
    }
}

/// A process in a group of its own, ended with all its children when dropped.
pub struct Running(Child);

impl Running {
    /// Starts `command` in a process group of its own.
    pub fn start(command: &mut Command) -> Self {
        let program = command.get_program().to_owned();
        Self(
            command.process_group(0).spawn().unwrap_or_else(|error| panic!("{}: {error}", program.display())),
        )
    }

    /// Ends the process and all its children at once, as a power cut would.
    pub fn kill(mut self) {
        let group = format!("-{}", self.0.id());
        let killed = Command::new("kill").args(["-KILL", "--", &group]).status().expect("kill");
        assert!(killed.success(), "kill: {killed}");
        let _ = self.0.wait();
    }

    /// The process.
    pub fn child(&mut self) -> &mut Child {
        &mut self.0
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let group = format!("-{}", self.0.id());
        // It may have ended by itself: then there is nothing left to end.
        let _ = Command::new("kill").args(["-TERM", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.0.wait();
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
    }
}

/// Starts a program that prints one line once it is ready, and gives that line.
fn started(command: &mut Command) -> (Running, String) {
    let mut running =
        Running::start(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()));
    let mut line = String::new();
    let output = running.child().stdout.take().expect("piped");
    BufReader::new(output).read_line(&mut line).expect("its output");
    if line.trim().is_empty() {
        let mut why = String::new();
        let _ = running.child().stderr.take().expect("piped").read_to_string(&mut why);
        panic!("{} did not start: {why}", command.get_program().display());
    }
    // What it may say later goes nowhere: the pipes are closed with this function, and both programs bear it.
    (running, line.trim().to_owned())
}
