//! Accounts and offers on the command line: the built program, real servers, and the test in place of the browser.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says what went wrong by panicking")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use lapel_testkit::badge_host::{Api, BadgeHost, Browser, CredentialIssuer, Edition, OfferBy, Step};
use lapel_testkit::{Issuer, WebHost, now};
use serde_json::{Value, json};
use tempfile::TempDir;

const HOST: &str = "badges.example";

struct Desk {
    folder: TempDir,
    web: WebHost,
}

impl Desk {
    fn new() -> Self {
        let (folder, web) = (tempfile::tempdir().unwrap(), WebHost::start());
        let hosts = json!({"address": web.address(), "hosts": [HOST], "root": web.root_pem()});
        fs::write(folder.path().join("hosts.json"), hosts.to_string()).unwrap();
        Self { folder, web }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lapel"));
        // No keyring is told of in this environment: what would be in one is in files.
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.folder.path().join("home"))
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
            .env("LAPEL_WALLET", self.folder.path().join("wallet"))
            .env("LAPEL_TEST_HOSTS", self.folder.path().join("hosts.json"))
            .stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> (i32, Vec<Value>) {
        let output = self.command(arguments).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        (output.status.code().unwrap(), lines)
    }

    /// `lapel account add`, with a browser that says yes.
    fn add(&self) -> (Value, Value) {
        let mut child = self
            .command(&["account", "add", HOST, "--no-browser", "--json"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut line = || -> Value { serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap() };
        let sign_in = line();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let page = runtime.block_on(Browser::of(&self.web).open(sign_in["sign_in"].as_str().unwrap()));
        assert!(page.contains("You can close this page"), "{page}");
        let account = line();
        assert!(child.wait().unwrap().success());
        (sign_in, account)
    }
}

#[test]
fn an_account_is_connected_read_and_disconnected() {
    for (api, kind) in [(Api::BadgeConnect, "badge-connect"), (Api::OpenBadges3, "ob3")] {
        let desk = Desk::new();
        let host = BadgeHost::start(&desk.web, HOST, api);
        for name in ["Rust", "Tea"] {
            host.add(Issuer::did_key("a").achievement(name).sign_jwt().text(), now());
        }
        let (sign_in, account) = desk.add();
        assert_eq!((sign_in["host"].as_str(), sign_in["kind"].as_str()), (Some(HOST), Some(kind)));
        assert_eq!((account["id"].as_u64(), account["outcome"].as_str()), (Some(1), Some("connected")));
        assert_eq!(account["name"], "Ada Lovelace");
        assert!(account["warning"].as_str().unwrap().contains("kept in a file"));
        let (status, listed) = desk.run(&["account", "list", "--json"]);
        assert_eq!((status, listed.len(), &listed[0]["host"]), (0, 1, &json!(HOST)));
        let (status, lines) = desk.run(&["account", "sync", "--json"]);
        assert_eq!((status, lines.len()), (0, 3), "{lines:?}");
        assert_eq!((&lines[0]["outcome"], &lines[1]["outcome"]), (&json!("added"), &json!("added")));
        assert_eq!((&lines[2]["added"], &lines[2]["error"]), (&json!(2), &Value::Null));
        let (status, gone) = desk.run(&["account", "rm", "a1", "--json"]);
        assert_eq!(
            (status, &gone[0]["outcome"], &gone[0]["untold"]),
            (0, &json!("disconnected"), &Value::Null)
        );
        assert_eq!(host.live_tokens(), 0);
        assert_eq!(desk.run(&["list", "--json"]).1.len(), 2, "the badges stay");
    }
}

#[test]
fn what_goes_wrong_is_told_by_line_and_status() {
    let desk = Desk::new();
    let host = BadgeHost::start(&desk.web, HOST, Api::OpenBadges3);
    let (status, lines) = desk.run(&["account", "sync", "a7", "--json"]);
    assert_eq!((status, &lines[0]["error"]["code"]), (1, &json!("account.none")));
    host.fail(Step::Registration, lapel_testkit::badge_host::Failure::OAuth("invalid_redirect_uri"));
    let (status, lines) = desk.run(&["account", "add", HOST, "--no-browser", "--json"]);
    assert_eq!((status, &lines[0]["error"]["code"]), (1, &json!("account.web-sites-only")));
    host.mend();
    desk.add();
    host.forget_tokens();
    let (status, lines) = desk.run(&["account", "sync", "--json"]);
    assert_eq!((status, &lines[0]["error"]["code"]), (1, &json!("account.sign-in-again")));
    assert_eq!(lines[0]["state"], "signed-out");
    let (status, lines) = desk.run(&["--offline", "account", "add", HOST, "--json"]);
    assert_eq!((status, &lines[0]["error"]["code"]), (1, &json!("fetch.offline")));
}

#[test]
fn an_offer_is_accepted_with_its_pin() {
    let desk = Desk::new();
    let issuer = CredentialIssuer::start(&desk.web, HOST, Edition::Final);
    issuer.want_pin("1234");
    let link = issuer.offer(OfferBy::Reference);
    let (status, lines) = desk.run(&["offer", &link, "--json"]);
    assert_eq!((status, &lines[0]["error"]["code"]), (1, &json!("offer.needs-pin")));
    let (status, lines) = desk.run(&["offer", &link, "--pin", "1234", "--json"]);
    assert_eq!((status, &lines[0]["outcome"]), (0, &json!("added")), "{lines:?}");
    let (status, lines) = desk.run(&["offer", &link, "--pin", "1234", "--json"]);
    assert_eq!((status, &lines[0]["error"]["code"]), (1, &json!("offer.pin-refused")));
}
