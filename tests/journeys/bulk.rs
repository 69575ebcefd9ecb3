//! Imports of hundreds of files.

use std::path::PathBuf;

use lapel_testkit::art;
use lapel_wallet::api::{NotValid, Settings};

use crate::desk::Desk;
use crate::gate::Gate;
use crate::window::Window;
use crate::{FINISHED, desk, jwt, names, tampered, wallet};

#[tokio::test]
async fn a_long_import_is_paused_asked_about_summed_up_and_taken_back() {
    let desk = desk();
    let settings = wallet(&desk).settings().expect("settings");
    wallet(&desk).save_settings(&Settings { not_valid: NotValid::Ask, ..settings }).expect("settings");
    let (folder, gate) = bulk(&desk).await;
    let window = Window::open(&desk, &[&folder]).await;
    window.click("import-pause").await;
    gate.open();
    window.see("import-resume").await;
    assert_eq!(window.text_of("import-title").await, "Paused");
    window.shoot("bulk-paused").await;
    window.click("import-resume").await;
    let question = window.text_of("import-question").await;
    assert!(question.starts_with("2 badges are not valid."), "{question}");
    window.shoot("bulk-question").await;
    window.click("import-keep").await;
    window.until("it is over", FINISHED).await;
    let kept = window.text_of("import-kept-not-valid").await;
    assert_eq!(kept, "2 kept although not valid");
    assert_eq!(window.text_of("import-added").await, "600 added");
    assert_eq!(window.text_of("import-failed").await, "3 could not be read");
    window.shoot("bulk-summary").await;
    window.click("import-failed").await;
    window
        .until(
            "the place of a failure",
            "return document.querySelector('[data-testid=import-lines]').innerText.includes('holiday.png')",
        )
        .await;
    window.shoot("bulk-lines").await;
    window.click("dialog-close").await;
    window.click("import-undo").await;
    window.see("welcome").await;
    window.close().await;
    assert!(names(&desk).is_empty());
}

#[tokio::test]
async fn a_long_import_that_is_stopped_keeps_what_is_in() {
    let desk = desk();
    let (folder, gate) = bulk(&desk).await;
    let window = Window::open(&desk, &[&folder]).await;
    window.click("import-cancel").await;
    gate.open();
    let over = "const tray = document.querySelector('[data-testid=import-tray]'); return tray?.dataset.finished === 'true' && tray.dataset.state";
    assert_eq!(window.until("it is over", over).await, "cancelled");
    let title = window.text_of("import-title").await;
    assert!(title.starts_with("Stopped after "), "{title}");
    window.close().await;
    assert_eq!(wallet(&desk).examine().expect("examined"), []);
    assert!(names(&desk).len() < 602);
}

#[tokio::test]
async fn an_import_that_was_cut_off_goes_on_at_the_next_start() {
    let desk = desk();
    let (folder, gate) = bulk(&desk).await;
    let window = Window::open(&desk, &[&folder]).await;
    let some = "return /^[1-9]\\d* of /.test(document.querySelector('[data-testid=import-progress]')?.innerText ?? '')";
    window.until("some are done", some).await;
    window.kill();

    let window = Window::open(&desk, &[]).await;
    let told = window.text_of("import-interrupted").await;
    assert!(told.starts_with("This import was interrupted: "), "{told}");
    window.shoot("bulk-interrupted").await;
    gate.open();
    window.until("it is over", FINISHED).await;
    assert_eq!(window.text_of("import-added").await, "600 added");
    window.close().await;
    assert_eq!(names(&desk).len(), 602);
    assert_eq!(wallet(&desk).examine().expect("examined"), []);
}

/// A folder with 600 badges, two that are not valid, and three that cannot be read. In its midst it has links to
/// badges that come only once the gate is opened: until then there is an import to pause, to stop or to cut off.
async fn bulk(desk: &Desk) -> (PathBuf, Gate) {
    let gate = Gate::closed(|number| jwt(&format!("Linked {number:04}"))).await;
    let settings = wallet(desk).settings().expect("settings");
    let settings = Settings { offline: false, allowed_hosts: gate.hosts().to_vec(), ..settings };
    wallet(desk).save_settings(&settings).expect("settings");
    for (number, link) in gate.links().enumerate() {
        desk.put(&format!("bulk/2/linked {number:02}.txt"), link.as_bytes());
    }
    for number in 0..600 - gate.hosts().len() {
        desk.put(
            &format!("bulk/{}/{number:04}.jwt", number % 5),
            jwt(&format!("Badge {number:04}")).as_bytes(),
        );
    }
    for name in ["Cooking", "Sewing"] {
        desk.put(&format!("bulk/{name}.json"), tampered(name).as_bytes());
    }
    desk.put("bulk/holiday.png", &art::png("Holiday"));
    desk.put("bulk/notes.txt", b"Remember the milk.");
    desk.put("bulk/half.json", b"{\"@context\": [");
    (desk.path("bulk"), gate)
}
