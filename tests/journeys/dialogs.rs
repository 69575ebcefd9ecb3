//! The system's own dialogs, driven by keys.

use crate::window::Window;
use crate::{ADD, card, desk, jwt, names};

#[tokio::test]
async fn files_and_folders_are_chosen_in_the_dialogs_of_the_system() {
    let desk = desk();
    let file = desk.put("badges/knots.jwt", jwt("Knots").as_bytes());
    desk.put("backpack/sailing.jwt", jwt("Sailing").as_bytes());
    // No folder in it: the dialog would complete what is typed.
    desk.put("backpack/rowing.jwt", jwt("Rowing").as_bytes());
    let window = Window::open(&desk, &[]).await;

    // Whoever thinks better of it has brought nothing, and is told nothing.
    window.click("choose-files").await;
    let dialog = window.screen.dialog().await;
    window.shoot("choose-files").await;
    dialog.cancel().await;
    window.see("welcome").await;

    window.click("choose-files").await;
    window.screen.dialog().await.choose(&file).await;
    window.until("the file", &card("Knots")).await;
    window.click("import-close").await;

    window.click(ADD).await;
    window.click("add-choose-folder").await;
    window.screen.dialog().await.choose(&desk.path("backpack")).await;
    for name in ["Sailing", "Rowing"] {
        window.until(name, &card(name)).await;
    }
    window.until("no dialog", "return document.querySelector('[data-testid=add-dialog]') === null").await;
    window.close().await;
    assert_eq!(names(&desk), ["Knots", "Rowing", "Sailing"]);
}
