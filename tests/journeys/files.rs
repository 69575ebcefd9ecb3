//! Files, folders and the clipboard come in.

use std::io::Cursor;
use std::process::Command;

use lapel_testkit::{DataModel, art, containers};

use crate::drag::Hand;
use crate::window::{CONTROL, SHIFT, Window};
use crate::{badge, card, desk, issuer, jwt, names, wallet};

#[tokio::test]
async fn folders_and_archives_come_in_by_argument() {
    let desk = desk();
    desk.put("backpack/sailing.jwt", jwt("Sailing").as_bytes());
    desk.put("backpack/2019/rowing.jwt", jwt("Rowing").as_bytes());
    let inner = containers::zip(&[("knots.jwt", jwt("Knots").as_bytes())]);
    let archive = containers::zip(&[("old/inner.zip", &inner), ("signals.jwt", jwt("Signals").as_bytes())]);
    let archive = desk.put("export.zip", &archive);
    let window = Window::open(&desk, &[&desk.path("backpack"), &archive]).await;
    for name in ["Sailing", "Rowing", "Knots", "Signals"] {
        window.until(name, &card(name)).await;
    }
    window.shoot("folder-and-archive").await;
    window.close().await;
}

#[tokio::test]
async fn a_second_start_hands_its_files_to_the_first() {
    let desk = desk();
    let window = Window::open(&desk, &[]).await;
    let file =
        desk.put("folder/late.json", badge("Late").sign_data_integrity(DataModel::V2).text().as_bytes());
    let folder = file.parent().expect("a folder").to_owned();
    let mut second = Command::new(env!("CARGO_BIN_EXE_lapel-desktop"));
    desk.set(&mut second).arg("late.json").current_dir(folder);
    let ended = tokio::task::spawn_blocking(move || second.status())
        .await
        .expect("not cancelled")
        .expect("it starts");
    assert!(ended.success(), "{ended}");
    window.until("the badge of the second start", &card("Late")).await;
    window.close().await;
}

#[tokio::test]
async fn files_are_dropped_on_the_window() {
    let desk = desk();
    let file = desk.put("with spaces & \u{fc}ml\u{e4}uts/100%.jwt", jwt("Knots").as_bytes());
    desk.put("backpack/2019/rowing.jwt", jwt("Rowing").as_bytes());
    let veil = |shown: bool| {
        format!("return (document.querySelector('[data-testid=drop-veil]') !== null) === {shown}")
    };
    let window = Window::open(&desk, &[]).await;
    window.see("welcome").await;

    // Held over the window, and taken away again.
    let mut hand = Hand::at(&desk);
    hand.hold_over_window(&[&file]).await;
    window.until("the veil", &veil(true)).await;
    window.shoot("drop").await;
    hand.leave();
    window.until("no veil", &veil(false)).await;
    assert!(names(&desk).is_empty());

    // Two at once, one of them a folder.
    hand.hold_over_window(&[&file, &desk.path("backpack")]).await;
    window.until("the veil", &veil(true)).await;
    hand.let_go().await;
    for name in ["Knots", "Rowing"] {
        window.until(name, &card(name)).await;
    }
    window.until("no veil", &veil(false)).await;
    window.click("import-close").await;

    // Where badges are only checked, what is dropped is checked, and not kept.
    let other = desk.put("other.jwt", jwt("Sailing").as_bytes());
    window.click("open-check").await;
    hand.hold_over_window(&[&other]).await;
    let said = window.text_of("drop-veil").await;
    assert!(said.starts_with("Drop to check"), "{said}");
    hand.let_go().await;
    window.see("check-result").await;
    window.close().await;
    assert_eq!(names(&desk), ["Knots", "Rowing"]);
}

#[tokio::test]
async fn what_is_on_the_clipboard_comes_in_by_its_keys() {
    let desk = desk();
    let file = desk.put("copied file.jwt", jwt("Copied file").as_bytes());
    let window = Window::open(&desk, &[]).await;
    window.see("welcome").await;
    let text = desk.copy("UTF8_STRING", jwt("Copied text").as_bytes());
    window.press(&[CONTROL, SHIFT, 'v']).await;
    window.until("the text", &card("Copied text")).await;
    drop(text);
    let address = url::Url::from_file_path(&file).expect("an address");
    let files = desk.copy("text/uri-list", format!("{address}\r\n").as_bytes());
    window.press(&[CONTROL, SHIFT, 'v']).await;
    window.until("the file", &card("Copied file")).await;
    drop(files);
    window.close().await;
}

#[tokio::test]
async fn a_picture_on_the_clipboard_comes_in_with_what_is_in_it() {
    let desk = desk();
    let window = Window::open(&desk, &[]).await;
    window.see("welcome").await;

    // The very file.
    let copied = desk.copy("image/png", &badge("Knots").sign_jwt().baked_png());
    window.press(&[CONTROL, SHIFT, 'v']).await;
    window.until("the badge in the file", &card("Knots")).await;
    window.click("import-close").await;
    drop(copied);

    // Pixels: a code is in them.
    let plain = issuer().achievement("Sailing").award_to("ada@example.org").sign_jwt();
    let mut code = Vec::new();
    containers::qr(plain.text(), 4)
        .write_to(&mut Cursor::new(&mut code), image::ImageFormat::Png)
        .expect("a picture");
    let copied = desk.copy("image/png", &code);
    window.press(&[CONTROL, SHIFT, 'v']).await;
    window.until("the badge of the code", &card("Sailing")).await;
    window.click("import-close").await;
    drop(copied);

    // Nothing but pixels: it is said what may have become of the badge.
    let _copied = desk.copy("image/png", &art::png("Holiday"));
    window.press(&[CONTROL, SHIFT, 'v']).await;
    let reason = window.text_of("import-line").await;
    assert!(reason.contains("copying") && reason.contains("stripped the badge"), "{reason}");
    window.shoot("clipboard-pixels").await;
    window.close().await;
}

#[tokio::test]
async fn what_appears_in_a_watched_folder_comes_in_by_itself() {
    let desk = desk();
    desk.put("downloads/before.jwt", jwt("Before").as_bytes());
    wallet(&desk).watch_folder(&desk.path("downloads")).expect("a watched folder");
    let window = Window::open(&desk, &[]).await;
    window.until("what was there", &card("Before")).await;
    desk.put("downloads/later.png.part", &badge("First Aid").sign_jwt().baked_png());
    std::fs::rename(desk.path("downloads/later.png.part"), desk.path("downloads/later.png"))
        .expect("renamed");
    window.until("what came", &card("First Aid")).await;
    std::fs::remove_file(desk.path("downloads/later.png")).expect("removed");
    window.click("import-close").await;
    window.click("open-settings").await;
    let state = "return document.querySelector('[data-testid=watched-folder]')?.dataset.state";
    assert_eq!(window.until("its state", state).await, "watching");
    window.see("watched").await;
    window.run("document.querySelector('[data-testid=watched]').scrollIntoView()").await;
    window.shoot("watched").await;
    window.click("watched-remove").await;
    window.until("none", "return document.querySelector('[data-testid=watched-folder]') === null").await;
    window.close().await;
    assert_eq!(names(&desk), ["Before", "First Aid"]);
}

#[tokio::test]
async fn what_cannot_be_read_says_why() {
    let desk = desk();
    let picture = desk.put("holiday.png", &art::png("Holiday"));
    let cut_short =
        desk.put("half.json", &badge("Half").sign_data_integrity(DataModel::V2).text().as_bytes()[..200]);
    let window = Window::open(&desk, &[&picture, &cut_short]).await;
    let reasons = window
        .until(
            "two reasons",
            "const lines = [...document.querySelectorAll('[data-testid=import-line][data-outcome=failed]')];
             return lines.length === 2 && lines.map((line) => line.innerText).sort()",
        )
        .await;
    let [half, holiday] = [&reasons[0], &reasons[1]].map(|line| line.as_str().unwrap_or_default().to_owned());
    assert!(half.starts_with("half.json"), "{half}");
    assert!(holiday.starts_with("holiday.png"), "{holiday}");
    assert!(holiday.contains("PNG"), "{holiday}");
    assert!(half.contains("JSON"), "{half}");
    window.shoot("cannot-be-read").await;
    window.close().await;
}
