//! Journeys through the real window: the app as built, on a screen of its own, driven through the WebDriver of WebKit.
//!
//! The issuers are `did:key`s, and hosts are on this computer, so nothing depends on a network; nor on who is quicker, the
//! app or the test. With `LAPEL_SHOTS=FOLDER` pictures of the screen are left there.

#![allow(clippy::expect_used, clippy::panic, reason = "tests")]

#[path = "../desk/mod.rs"]
mod desk;
#[path = "../desk/drag.rs"]
mod drag;
#[path = "../desk/gate.rs"]
mod gate;
#[path = "../desk/screen.rs"]
mod screen;
#[path = "../desk/window.rs"]
mod window;

mod bulk;
mod desktop;
mod dialogs;
mod files;
mod hostile;
mod hosts;
mod links;
mod wall;

use std::path::PathBuf;
use std::process::Command;

use desk::Desk;
use lapel_testkit::{Award, DataModel, Issuer, art};
use lapel_wallet::Wallet;
use lapel_wallet::api::{ListRequest, NotValid, Settings};
use openbadges::artifact;
use openbadges::credential::Standard;

/// Opens the paste and file dialog where there are badges already.
const ADD: &str = "add";

/// Starts the app once more with an argument; it hands that to the one that is open, and ends.
async fn second_start(desk: &Desk, argument: &str) {
    let mut second = Command::new(env!("CARGO_BIN_EXE_lapel-desktop"));
    desk.set(&mut second).arg(argument);
    let ended = tokio::task::spawn_blocking(move || second.status()).await.expect("not cancelled");
    let ended = ended.expect("it starts");
    assert!(ended.success(), "{ended}");
}

fn wallet(desk: &Desk) -> Wallet {
    Wallet::open(&desk.wallet()).expect("a wallet")
}

/// The badges in the wallet, by name.
fn names(desk: &Desk) -> Vec<String> {
    let request = ListRequest { sort: "name".to_owned(), limit: 1000, ..ListRequest::default() };
    let page = wallet(desk).list(&request).expect("a page");
    page.badges.into_iter().map(|badge| badge.name).collect()
}

fn jwt(name: &str) -> String {
    badge(name).sign_jwt().text().to_owned()
}

/// A desk whose wallet is offline, takes [`issuer`] at their word, and keeps what is not valid.
fn desk() -> Desk {
    let desk = Desk::new();
    let settings = Settings {
        offline: true,
        trusted_issuers: vec![issuer().id()],
        not_valid: NotValid::Keep,
        ..Settings::default()
    };
    wallet(&desk).save_settings(&settings).expect("settings");
    desk
}

fn issuer() -> Issuer {
    Issuer::did_key("journeys").named("Harbour School")
}

fn badge(name: &str) -> Award {
    issuer().achievement(name).award_to("ada@example.org").issued("2020-03-01T12:00:00Z").with_art()
}

/// The badge in a PNG image.
fn baked_png(desk: &Desk, file: &str, award: &Award) -> PathBuf {
    let issued = award.clone().sign_data_integrity(DataModel::V2);
    let png = artifact::bake(&art::png("First Aid"), issued.content(), Standard::Ob3).expect("a baked image");
    desk.put(file, &png)
}

/// A JSON badge whose name was changed after it was signed.
fn tampered(name: &str) -> String {
    badge("Baking").sign_data_integrity(DataModel::V2).text().replace("Baking", name)
}

/// A script that finds the card of this badge on the wall.
fn card(name: &str) -> String {
    format!(
        "return [...document.querySelectorAll('[data-testid=badge-card][data-badge]')].some((card) => card.innerText.includes('{name}'))"
    )
}

/// A script that says whether the import is at its end: what is counted before that may yet grow.
const FINISHED: &str = "const tray = document.querySelector('[data-testid=import-tray]');
    return tray?.dataset.finished === 'true' && tray.dataset.state === 'finished'";
