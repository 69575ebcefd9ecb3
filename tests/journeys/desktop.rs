//! What packages tell the desktop of Lapel: files and links that are opened anywhere come to the window.

use std::process::{Command, Output};

use serde_json::Value;

use crate::desk::Desk;
use crate::window::Window;
use crate::{card, desk, jwt, names};

#[tokio::test]
async fn files_and_links_that_the_desktop_opens_come_to_the_window() {
    let desk = desk();
    install(&desk);
    let window = Window::open(&desk, &[]).await;
    window.see("welcome").await;
    for (file, name) in [("first aid \u{e9}.jwt", "Knots"), ("second.jwt", "Sailing")] {
        let file = desk.put(file, jwt(name).as_bytes());
        run(&desk, "gio", &["open", file.to_str().expect("text")]);
        window.until(name, &card(name)).await;
    }
    window.click("import-close").await;
    run(&desk, "gio", &["open", "lapel://add?url=https%3A%2F%2Fbadges.example%2Fa%2F1"]);
    assert_eq!(window.text_of("offered-link").await, "https://badges.example/a/1");
    window.click("offered-decline").await;
    let gone = "return document.querySelector('[data-testid=offered-dialog]') === null";
    window.until("the answer", gone).await;
    let offer = "openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fissuer.example%2Foffer";
    run(&desk, "gio", &["open", offer]);
    assert_eq!(window.text_of("offered-host").await, "issuer.example");
    window.close().await;
    assert_eq!(names(&desk), ["Knots", "Sailing"]);
}

#[test]
fn pictures_and_archives_are_not_claimed() {
    let desk = desk();
    install(&desk);
    let asked = |kind: &str| {
        let mut command = Command::new("gio");
        let told = desk.set(&mut command).args(["mime", kind]).output().expect("gio");
        String::from_utf8_lossy(&told.stdout).into_owned()
    };
    assert!(asked("application/jwt").contains("Lapel.desktop"));
    assert!(asked("application/ld+json").contains("Lapel.desktop"));
    for kind in
        ["image/png", "image/svg+xml", "application/json", "application/zip", "application/pdf", "text/plain"]
    {
        assert!(!asked(kind).contains("Lapel"), "{kind}");
    }
}

/// Puts on the desk what a package puts on a system, with what the configuration says in the entry.
fn install(desk: &Desk) {
    let configuration: Value =
        serde_json::from_str(include_str!("../../tauri.conf.json")).expect("the configuration");
    let kinds = configuration["bundle"]["fileAssociations"].as_array().expect("kinds of files").iter();
    let kinds = kinds.map(|kind| kind["mimeType"].as_str().expect("a type").to_owned());
    let schemes = configuration["plugins"]["deep-link"]["desktop"]["schemes"].as_array().expect("schemes");
    let schemes =
        schemes.iter().map(|scheme| format!("x-scheme-handler/{}", scheme.as_str().expect("a scheme")));
    let types: String = kinds.chain(schemes).flat_map(|kind| [kind, ";".to_owned()]).collect();
    let entry = include_str!("../../src-tauri/linux/lapel.desktop")
        .replace("{{#if comment}}\n", "")
        .replace("{{/if}}\n", "")
        .replace("{{name}}", configuration["productName"].as_str().expect("a name"))
        .replace("{{comment}}", configuration["bundle"]["shortDescription"].as_str().expect("a text"))
        .replace("{{exec}}", env!("CARGO_BIN_EXE_lapel-desktop"))
        .replace("{{icon}}", "lapel-desktop")
        .replace("{{categories}}", "Utility;")
        .replace("{{mime_type}}", &types);
    let entry = desk.put("data/applications/Lapel.desktop", entry.as_bytes());
    let judged = run(desk, "desktop-file-validate", &[entry.to_str().expect("text")]);
    assert_eq!(String::from_utf8_lossy(&judged.stdout), "", "it is an entry as desktops want it");
    desk.put("data/mime/packages/app.lapel.desktop.xml", include_bytes!("../../src-tauri/linux/mime.xml"));
    for (program, folder) in
        [("update-desktop-database", "data/applications"), ("update-mime-database", "data/mime")]
    {
        run(desk, program, &[desk.path(folder).to_str().expect("text")]);
    }
}

/// Runs a program on the desk to its end.
fn run(desk: &Desk, program: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(program);
    let ended =
        desk.set(&mut command).args(arguments).output().unwrap_or_else(|error| panic!("{program}: {error}"));
    assert!(ended.status.success(), "{program}: {ended:?}");
    ended
}
