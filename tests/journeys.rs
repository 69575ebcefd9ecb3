//! Journeys through the real window: the app as built, on a screen of its own, driven through the WebDriver of WebKit.
//!
//! The issuers are `did:key`s, and hosts are on this computer, so nothing depends on a network; nor on who is quicker, the
//! app or the test. With `LAPEL_SHOTS=FOLDER` pictures of the screen are left there.

#![allow(clippy::expect_used, clippy::panic, reason = "tests")]

#[path = "desk/mod.rs"]
mod desk;
#[path = "desk/gate.rs"]
mod gate;
#[path = "desk/screen.rs"]
mod screen;
#[path = "desk/window.rs"]
mod window;

use std::path::PathBuf;
use std::process::Command;

use desk::Desk;
use gate::Gate;
use lapel_testkit::{Award, DataModel, Issuer, art, containers};
use lapel_wallet::Wallet;
use lapel_wallet::api::{ListRequest, NotValid, Settings};
use openbadges::artifact;
use openbadges::credential::Standard;
use serde_json::{Value, json};
use window::{CONTROL, SHIFT, Window};

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
async fn a_link_from_outside_is_followed_only_after_a_yes() {
    let desk = desk();
    let window = Window::open(&desk, &[]).await;
    window.see("welcome").await;
    let link = "lapel://add?url=https%3A%2F%2Fbadges.example%3A8443%2Fassertions%2F1";
    second_start(&desk, link).await;
    assert_eq!(window.text_of("offered-host").await, "badges.example:8443");
    assert_eq!(window.text_of("offered-link").await, "https://badges.example:8443/assertions/1");
    window.shoot("offered").await;
    window.click("offered-decline").await;
    let none =
        "return document.querySelector('[data-testid=offered-dialog], [data-testid=import-tray]') === null";
    window.until("nothing began", none).await;

    // A yes begins an import; here it ends at once, for this wallet is offline.
    second_start(&desk, link).await;
    window.click("offered-take").await;
    let reason = window.text_of("import-reason").await;
    assert!(reason.contains("https://badges.example:8443/assertions/1"), "{reason}");
    window.click("import-close").await;

    second_start(
        &desk,
        "openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fissuer.example%2Foffer",
    )
    .await;
    assert_eq!(window.text_of("offered-host").await, "issuer.example");
    window.click("offered-decline").await;

    second_start(&desk, "lapel://remove?all").await;
    let refused = window.text_of("notice").await;
    assert!(refused.contains("did not follow a link"), "{refused}");
    window.close().await;

    // Also where it starts the app.
    let window = Window::open(&desk, &[link.as_ref()]).await;
    assert_eq!(window.text_of("offered-host").await, "badges.example:8443");
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

/// A script that gives names and verdicts on the wall, by name.
const WALL: &str = "return [...document.querySelectorAll('[data-testid=badge-card][data-badge]')]
    .map((card) => [card.querySelector('.name').innerText, card.dataset.verdict]).sort()";

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
