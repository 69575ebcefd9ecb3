//! Journeys through the real window: the app as built, on a screen of its own, driven through the WebDriver of WebKit.
//!
//! The wallets are offline and the issuers are `did:key`s, so nothing depends on a network. With `LAPEL_SHOTS=FOLDER`
//! pictures of the window are left there.

#![allow(clippy::expect_used, clippy::panic, reason = "tests")]

#[path = "desk/mod.rs"]
mod desk;
#[path = "desk/window.rs"]
mod window;

use std::path::PathBuf;
use std::process::Command;

use desk::Desk;
use lapel_testkit::{Award, DataModel, Issuer, art};
use lapel_wallet::Wallet;
use lapel_wallet::api::Settings;
use openbadges::artifact;
use openbadges::credential::Standard;
use serde_json::{Value, json};
use window::Window;

/// Opens the paste and file dialog where there are badges already.
const ADD: &str = "add";

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
    let input = window.find("[data-testid='add-file-input']").await;
    input.send_keys(&expired.display().to_string()).await.expect("a file for the input");
    window.until("the badge of the file input", &card("Boating")).await;
    window.click("import-close").await;
    window.click(ADD).await;
    window.paste_into("[data-testid='paste-field']", &tampered("Cooking")).await;
    window.click("paste-field-submit").await;
    window.until("the pasted badge", &card("Cooking")).await;
    window.click("import-close").await;
    assert_eq!(
        wall(&window).await,
        json!([["Boating", "expired"], ["Cooking", "invalid"], ["First Aid", "verified"]])
    );
    window.shoot("wall").await;

    // Found by a word.
    window.type_into("[data-testid='search']", "boat").await;
    window
        .until(
            "only what matches",
            "return document.querySelectorAll('[data-testid=badge-card]').length === 1",
        )
        .await;
    assert_eq!(wall(&window).await, json!([["Boating", "expired"]]));
    window.run("document.querySelector('[data-testid=search]').value = ''; document.querySelector('[data-testid=search]').dispatchEvent(new Event('input', { bubbles: true }))").await;
    window
        .until("all again", "return document.querySelectorAll('[data-testid=badge-card]').length === 3")
        .await;

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
    window
        .until(
            "the wall",
            "return document.querySelectorAll('[data-testid=badge-card][data-badge]').length === 3",
        )
        .await;
    assert_eq!(
        wall(&window).await,
        json!([["Boating", "expired"], ["Cooking", "invalid"], ["First Aid", "verified"]])
    );
    open(&window, "Cooking").await;
    assert_eq!(outcome(&window, "integrity").await, "fail");
    window.shoot("tampered").await;
    window.close().await;
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

#[tokio::test]
async fn text_of_a_badge_stays_text() {
    let desk = desk();
    let script = "<img src=x onerror=\"window.caught='name'\"><script>window.caught='script'</script>";
    let drawing = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"64\" height=\"64\" onload=\"window.caught='svg'\">\
                   <script>window.caught='svg script'</script><rect width=\"64\" height=\"64\" fill=\"teal\"/></svg>";
    let hostile = issuer()
        .named("<svg onload=\"window.caught='issuer'\">")
        .achievement(script)
        .award_to("ada@example.org")
        .described("<iframe srcdoc=\"<script>parent.caught='description'</script>\"></iframe>")
        .for_who("[click](javascript:window.caught='narrative') <b onclick=\"window.caught='b'\">bold</b>")
        .tagged(&["\"><script>window.caught='tag'</script>"])
        .with_image(&art::data_uri(drawing));
    let file = desk.put("hostile.json", hostile.sign_data_integrity(DataModel::V2).text().as_bytes());
    let window = Window::open(&desk, &[&file]).await;
    window
        .until("the badge", "return document.querySelector('[data-testid=badge-card][data-badge]') !== null")
        .await;
    window.click("import-close").await;
    window.click("badge-card").await;
    assert_eq!(window.text_of("badge-name").await, script);
    window.until("its art", "const art = document.querySelector('[data-testid=badge-screen] img'); return art && art.complete").await;
    window.click("share").await;
    window.click("share-tab-embed").await;
    window.see("embed-preview").await;
    window.shoot("hostile").await;
    assert_eq!(window.run("return window.caught ?? 'nothing'").await, "nothing");
    let made = "return [...document.querySelectorAll('script:not([src]), iframe:not([sandbox]), [onerror], [onload], [onclick], a[href^=javascript]')].map((it) => it.outerHTML)";
    assert_eq!(window.run(made).await, json!([]));
    window.close().await;
}

#[tokio::test]
async fn the_page_may_ask_for_nothing_else() {
    let desk = desk();
    let window = Window::open(&desk, &[]).await;
    for command in [
        "plugin:dialog|open",
        "plugin:clipboard-manager|read_text",
        "plugin:window|close",
        "plugin:event|emit",
    ] {
        let asked = format!(
            "const done = arguments[0];
             window.__TAURI_INTERNALS__.invoke('{command}', {{}}).then(() => done('allowed'), (error) => done(String(error)))"
        );
        let answer = window.run_async(&asked).await;
        assert!(answer.as_str().is_some_and(|answer| answer.contains("not allowed")), "{command}: {answer}");
    }
    let refused = window
        .run_async(
            "const done = arguments[0];
             window.__TAURI_INTERNALS__.invoke('call', { command: 'open_link', request: { url: 'file:///etc/passwd' } })
               .then(() => done('allowed'), (error) => done(error.code))",
        )
        .await;
    assert_eq!(refused, "link.refused");
    let fetched = "const done = arguments[0]; fetch('http://127.0.0.1:9/').then(() => done('fetched'), () => done('refused'))";
    assert_eq!(window.run_async(fetched).await, "refused");
    let picture = "const done = arguments[0], picture = new Image();
                   picture.onload = () => done('shown'); picture.onerror = () => done('refused');
                   picture.src = `art://localhost/${'0'.repeat(64)}`";
    assert_eq!(window.run_async(picture).await, "refused");
    window.run("location.href = 'https://example.org/'").await;
    let here = window.run("return location.href").await;
    assert!(here.as_str().is_some_and(|here| here.starts_with("tauri://localhost")), "{here}");
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
    let mut verdicts = wall(&window).await.as_array().cloned().unwrap_or_default();
    verdicts.sort_by_key(|badge| badge[1].to_string());
    let verdicts: Vec<_> = verdicts.iter().map(|badge| badge[1].clone()).collect();
    assert_eq!(verdicts, ["expired", "invalid", "verified"]);
    let mut papers = Vec::new();
    for appearance in ["light", "dark"] {
        window.click("open-settings").await;
        window.click(&format!("appearance-{appearance}")).await;
        window
            .until(appearance, &format!("return document.documentElement.dataset.theme === '{appearance}'"))
            .await;
        window.click("dialog-close").await;
        window.shoot(&format!("samples-{appearance}")).await;
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

/// A desk whose wallet is offline and takes [`issuer`] at their word.
fn desk() -> Desk {
    let desk = Desk::new();
    let settings = Settings { offline: true, trusted_issuers: vec![issuer().id()], ..Settings::default() };
    let wallet = Wallet::open(&desk.wallet()).expect("a wallet");
    wallet.save_settings(&settings).expect("settings");
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

/// Names and verdicts on the wall, by name.
async fn wall(window: &Window) -> Value {
    window
        .run(
            "return [...document.querySelectorAll('[data-testid=badge-card][data-badge]')]
               .map((card) => [card.querySelector('.name').innerText, card.dataset.verdict]).sort()",
        )
        .await
}

async fn open(window: &Window, name: &str) {
    let found = format!("[data-testid='badge-card'][aria-label*='{name}']");
    window.see_css(&found).await.click().await.expect("a click");
    window.see("badge-screen").await;
    assert_eq!(window.text_of("badge-name").await, name);
}

async fn outcome(window: &Window, check: &str) -> Value {
    window
        .run(&format!(
            "return document.querySelector('[data-testid=check][data-check={check}]').dataset.outcome"
        ))
        .await
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
