//! The wall and a badge on it, from the first start to sharing.

use serde_json::{Value, json};

use crate::desk::Desk;
use crate::window::Window;
use crate::{ADD, badge, baked_png, card, desk, tampered};

#[tokio::test]
async fn badges_come_in_are_judged_found_shared_and_stay() {
    let desk = desk();
    let verified = baked_png(&desk, "first-aid.png", &badge("First Aid"));
    let expired = desk
        .put("boating.json", badge("Boating").expires("2021-05-31T12:00:00Z").sign_jwt().text().as_bytes());

    // One as an argument, one through the file input, one pasted.
    let window = Window::open(&desk, &[&verified]).await;
    window.until("the badge of the command line", &card("First Aid")).await;
    window.click("import-close").await;
    window.click(ADD).await;
    let input = window.see("add-file-input").await;
    input.send_keys(&expired.display().to_string()).await.expect("a file for the input");
    window.until("the badge of the file input", &card("Boating")).await;
    window.click("import-close").await;
    window.click(ADD).await;
    window.paste_into("[data-testid='paste-field']", &tampered("Cooking")).await;
    window.click("paste-field-submit").await;
    window.until("the pasted badge", &card("Cooking")).await;
    window.click("import-close").await;
    let all = json!([["Boating", "expired"], ["Cooking", "invalid"], ["First Aid", "verified"]]);
    window.until_it_is("the wall", WALL, &all).await;
    window.shoot("wall").await;

    // Found by a word.
    window.type_into("[data-testid='search']", "boat").await;
    window.until_it_is("only what matches", WALL, &json!([["Boating", "expired"]])).await;
    window.run("document.querySelector('[data-testid=search]').value = ''; document.querySelector('[data-testid=search]').dispatchEvent(new Event('input', { bubbles: true }))").await;
    window.until_it_is("all again", WALL, &all).await;

    // Opened: the verdict in words, and every check.
    open(&window, "First Aid").await;
    assert_eq!(window.text_of("verdict-headline").await, "Verified");
    assert_eq!(outcome(&window, "integrity").await, "pass");
    window.until("its art", "const art = document.querySelector('[data-testid=badge-screen] img'); return art && art.complete && art.naturalWidth > 0 && art.src.startsWith('art://')").await;
    window.shoot("badge").await;

    // To LinkedIn: the address shown is the address opened.
    window.click("share").await;
    window.see("share-dialog").await;
    let shown = window.text_of("linkedin-url").await;
    window.shoot("share").await;
    let browser = desk.browser();
    window.click("linkedin-open").await;
    let opened = browser.opened().await;
    assert_eq!(opened, shown);
    assert_linkedin(&opened);
    window.close().await;

    // After a restart all of it is there.
    let window = Window::open(&desk, &[]).await;
    window.until_it_is("the wall", WALL, &all).await;
    open(&window, "Cooking").await;
    assert_eq!(outcome(&window, "integrity").await, "fail");
    window.shoot("tampered").await;
    window.close().await;
}

#[tokio::test]
async fn samples_show_three_verdicts_in_light_and_dark() {
    let desk = desk();
    let window = Window::open(&desk, &[]).await;
    window.see("welcome").await;
    window.shoot("welcome").await;
    window.click("try-samples").await;
    window
        .until(
            "three samples",
            "return document.querySelectorAll('[data-testid=badge-card][data-badge]').length === 3",
        )
        .await;
    window.click("import-close").await;
    let verdicts = "return [...document.querySelectorAll('[data-testid=badge-card][data-badge]')].map((card) => card.dataset.verdict).sort()";
    window.until_it_is("three verdicts", verdicts, &json!(["expired", "invalid", "verified"])).await;
    let mut papers = Vec::new();
    for appearance in ["light", "dark"] {
        window.click("open-settings").await;
        window.click(&format!("appearance-{appearance}")).await;
        window
            .until(appearance, &format!("return document.documentElement.dataset.theme === '{appearance}'"))
            .await;
        window.click("dialog-close").await;
        window.shoot(&format!("samples-in-{appearance}")).await;
        papers.push(window.run("return getComputedStyle(document.body).backgroundColor").await);
    }
    assert_ne!(papers[0], papers[1]);
    window.close().await;
}

#[tokio::test]
async fn a_wallet_that_cannot_be_opened_is_told() {
    let desk = Desk::new();
    desk.put("wallet", b"not a folder");
    let window = Window::open(&desk, &[]).await;
    let told = window.text_of("start-error").await;
    assert!(told.contains("wallet"), "{told}");
    window.shoot("no-wallet").await;
    window.close().await;
}

async fn open(window: &Window, name: &str) {
    window.click_css(&format!("[data-testid='badge-card'][aria-label*='{name}']")).await;
    window.see("badge-screen").await;
    assert_eq!(window.text_of("badge-name").await, name);
}

async fn outcome(window: &Window, check: &str) -> Value {
    let outcome =
        format!("return document.querySelector('[data-testid=check][data-check={check}]')?.dataset.outcome");
    window.until(check, &outcome).await
}

fn assert_linkedin(url: &str) {
    let url = url::Url::parse(url).expect("a URL");
    assert_eq!((url.host_str(), url.path()), (Some("www.linkedin.com"), "/profile/add"));
    let asked =
        |key: &str| url.query_pairs().find(|(name, _)| name == key).map(|(_, value)| value.into_owned());
    assert_eq!(asked("startTask").as_deref(), Some("CERTIFICATION_NAME"));
    assert_eq!(asked("name").as_deref(), Some("First Aid"));
    assert_eq!(asked("organizationName").as_deref(), Some("Harbour School"));
    assert_eq!(asked("issueYear").as_deref(), Some("2020"));
    assert_eq!(asked("issueMonth").as_deref(), Some("3"));
    assert_eq!(asked("expirationYear"), None);
}

/// A script that gives names and verdicts on the wall, by name.
const WALL: &str = "return [...document.querySelectorAll('[data-testid=badge-card][data-badge]')]
    .map((card) => [card.querySelector('.name').innerText, card.dataset.verdict]).sort()";

#[tokio::test]
async fn a_cv_is_looked_at_before_it_leaves() {
    let desk = desk();
    let file = baked_png(&desk, "first-aid.png", &badge("First Aid"));
    let window = Window::open(&desk, &[&file]).await;
    window.until("the badge", &card("First Aid")).await;
    window.click("import-close").await;
    window
        .run(
            "document.querySelector('[data-testid=badge-card]')
               .dispatchEvent(new MouseEvent('click', { bubbles: true, ctrlKey: true }))",
        )
        .await;
    window.click("cv-selected").await;
    window.type_into("[data-testid='cv-name']", "Ada Example").await;
    let shown = window.text_in_frame("page-preview", "Ada Example").await;
    assert!(shown.contains("First Aid") && shown.contains("Harbour School"), "{shown}");
    window.shoot("cv").await;
    window.close().await;
}
