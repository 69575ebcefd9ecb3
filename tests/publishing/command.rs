//! The same by the built program.

use std::fs;
use std::process::{Command, Stdio};

use lapel_testkit::Issuer;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::servers::{NAME, SECRET, Server};

struct Desk(TempDir);

impl Desk {
    /// With two badges in the wallet.
    fn new() -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        for name in ["One", "Two"] {
            let issued = Issuer::did_web("university.example")
                .achievement(name)
                .award_to("ada@example.org")
                .sign_jwt();
            fs::write(desk.0.path().join(format!("{name}.jwt")), issued.text()).unwrap();
        }
        assert_eq!(desk.run(&["import", "--offline", "One.jwt", "Two.jwt"], &[]).0, 0);
        desk
    }

    /// The exit status, and what was printed: everything, and its last line of JSON.
    fn run(&self, arguments: &[&str], variables: &[(&str, &str)]) -> (i32, String, Value) {
        let output = Command::new(env!("CARGO_BIN_EXE_lapel"))
            .args(arguments)
            .current_dir(self.0.path())
            .env_clear()
            .env("HOME", self.0.path().join("home"))
            .env("LAPEL_WALLET", self.0.path().join("wallet"))
            // No keyring is told of in this environment: what would be in one is in files.
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        let line = printed.lines().last().and_then(|line| serde_json::from_str(line).ok());
        let told = format!("{printed}{}", String::from_utf8(output.stderr).unwrap());
        (output.status.code().unwrap(), told, line.unwrap_or_default())
    }
}

const WEBDAV: [(&str, &str); 2] = [("LAPEL_WEBDAV_USER", NAME), ("LAPEL_WEBDAV_PASSWORD", SECRET)];
const S3: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", NAME), ("AWS_SECRET_ACCESS_KEY", SECRET)];

#[test]
fn a_portfolio_is_published_brought_up_to_date_and_noted() {
    for (server, variables) in [(Server::dav(true), WEBDAV), (Server::s3(), S3)] {
        let (desk, url, endpoint) = (Desk::new(), server.url(), server.endpoint());
        let mut arguments =
            vec!["portfolio", "--all", "--publish", &url, "--base-url", "https://ada.example/b"];
        if server.is_bucket() {
            arguments.extend(["--endpoint", &endpoint]);
        }
        let (status, told, _) = desk.run(&arguments, &variables);
        assert_eq!(status, 0, "{told}");
        assert!(told.contains(" 0 unchanged, 0 removed\nIt is at https://ada.example/b/\n"), "{told}");
        assert!(server.file("index.html").unwrap().contains("2 badges"));
        arguments[1] = "b1";
        arguments.push("--json");
        let (_, told, line) = desk.run(&arguments, &variables);
        assert!(line["removed"].as_array().is_some_and(|removed| removed.len() > 2), "{told}");
        assert_eq!(line["url"], "https://ada.example/b/");
        assert!(server.file("index.html").unwrap().contains("1 badge"));
        let (_, told, _) = desk.run(&["shares", "list", "--json"], &[]);
        let shares: Vec<Value> = told.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let place = server.target().place();
        assert_eq!(shares.len(), 2);
        assert!(
            shares.iter().all(|share| share["target"] == "portfolio" && share["place"] == place),
            "{told}"
        );
        assert_eq!(shares[1]["badges"].as_array().unwrap().len(), 2);
        assert!(!told.contains(SECRET));
    }
}

#[test]
fn what_the_environment_gave_can_be_remembered_and_forgotten() {
    let (desk, server) = (Desk::new(), Server::dav(true));
    let url = server.url();
    let publish = ["portfolio", "--all", "--publish", &url, "--json"];
    let (status, _, line) = desk.run(&publish, &[]);
    assert_eq!((status, &line["error"]["code"]), (1, &json!("publish.refused")));
    let half = desk.run(&publish, &WEBDAV[..1]);
    assert_eq!((half.0, &half.2["error"]["code"]), (2, &json!("publish.half-a-key")));
    let remember = [&publish[..], &["--remember"]].concat();
    assert_eq!(desk.run(&remember, &[]).2["error"]["code"], "publish.nothing-to-remember");
    assert_eq!(desk.run(&remember, &[WEBDAV[0], ("LAPEL_WEBDAV_PASSWORD", "wrong")]).0, 1);
    assert_eq!(desk.run(&publish, &[]).0, 1, "what was not good is not remembered");
    let (status, told, _) = desk.run(&remember, &WEBDAV);
    assert_eq!(status, 0, "{told}");
    let (status, told, line) = desk.run(&publish, &[]);
    assert_eq!((status, &line["written"]), (0, &json!([])), "{told}");
    assert!(!told.contains(SECRET));
    assert_eq!(desk.run(&["portfolio", "--publish", &url, "--forget"], &[]).0, 0);
    assert_eq!(desk.run(&publish, &[]).0, 1);
}

#[test]
fn what_may_not_be_published_to_is_refused() {
    let desk = Desk::new();
    let publish = |url: &str, more: &[&str]| {
        let (status, told, line) =
            desk.run(&[&["portfolio", "--all", "--json", "--publish", url], more].concat(), &[]);
        assert!(!told.contains("s3cret"), "{told}");
        (status, line["error"]["code"].as_str().map(str::to_owned))
    };
    let code = |code: &str| Some(code.to_owned());
    assert_eq!(publish("https://ada:s3cret@dav.example/", &[]), (2, code("publish.credentials-in-address")));
    assert_eq!(publish("ftp://dav.example/", &[]), (2, code("publish.bad-target")));
    assert_eq!(publish("http://dav.example/", &[]), (1, code("fetch.not-https")));
    assert_eq!(publish("https://10.0.0.5/", &[]), (1, code("fetch.private-address")));
    assert_eq!(publish("https://dav.example/", &["--offline"]), (1, code("fetch.offline")));
    assert_eq!(publish("https://dav.example/", &["-o", "site"]).0, 2);
    assert_eq!(desk.run(&["portfolio", "--all"], &[]).0, 2);
    assert_eq!(desk.run(&["portfolio", "--all", "-o", "site", "--remember"], &[]).0, 2);
    assert_eq!(desk.run(&["shares", "list"], &[]).1, "");
}

#[test]
fn what_left_in_part_is_noted_too() {
    let (desk, server) = (Desk::new(), Server::dav(true));
    server.go_wrong(super::servers::Wrong::After(3, 423));
    let url = server.url();
    let (status, told, line) = desk.run(&["portfolio", "b1", "--publish", &url, "--json"], &WEBDAV);
    assert_eq!((status, &line["error"]["code"]), (1, &json!("publish.locked")), "{told}");
    let (_, told, share) = desk.run(&["shares", "list", "--json"], &[]);
    assert_eq!(share["badges"].as_array().map(Vec::len), Some(1), "{told}");
}

#[test]
fn folders_and_cvs_are_noted_without_what_was_left_out() {
    let desk = Desk::new();
    let issued = Issuer::did_key("three").achievement("Three").award_to("ada@example.org").sign_jwt();
    let (signed, signature) = issued.text().rsplit_once('.').unwrap();
    let forged =
        format!("{signed}.{}{}", if signature.starts_with('A') { "B" } else { "A" }, &signature[1..]);
    fs::write(desk.0.path().join("Three.jwt"), forged).unwrap();
    desk.run(&["import", "--offline", "--not-valid", "keep", "Three.jwt"], &[]);
    let (_, _, line) = desk.run(&["portfolio", "--all", "-o", "site", "--json"], &[]);
    assert_eq!(line["left_out"].as_array().map(Vec::len), Some(1), "{line}");
    assert_eq!(desk.run(&["cv", "--all", "--as", "markdown", "-o", "cv.md"], &[]).0, 0);
    assert_eq!(desk.run(&["cv", "b1", "--as", "markdown", "-o", "-"], &[]).0, 0);
    let (_, told, _) = desk.run(&["shares", "list", "--json"], &[]);
    let shares = told.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let noted: Vec<Value> =
        shares.map(|it| json!([it["target"], it["place"], it["badges"].as_array().map(Vec::len)])).collect();
    assert_eq!(noted, [json!(["cv", null, 1]), json!(["cv", "cv.md", 2]), json!(["portfolio", "site", 2])]);
}
