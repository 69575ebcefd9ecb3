//! Accounts, offers, lists of badges and the shelf: what hosts have, on hosts of the test's own.

use lapel_testkit::badge_host::{Api, BadgeHost, Browser, CredentialIssuer, Edition, OfferBy};
use lapel_testkit::{WebHost, document, now};
use lapel_wallet::api::{NotValid, Settings};
use serde_json::json;

use crate::desk::Desk;
use crate::window::Window;
use crate::{ADD, FINISHED, card, desk, jwt, names, second_start, wallet};

/// A desk that is online, on which these hosts are known and no others.
fn online(hosts: &[&str]) -> (Desk, WebHost) {
    let (desk, web) = (desk(), WebHost::start());
    desk.know_hosts(web.address(), hosts, &web.root_pem());
    let settings = wallet(&desk).settings().expect("settings");
    wallet(&desk).save_settings(&Settings { offline: false, ..settings }).expect("settings");
    (desk, web)
}

#[tokio::test]
async fn an_account_is_connected_read_and_disconnected() {
    const HOST: &str = "badges.example";
    let (desk, web) = online(&[HOST]);
    let host = BadgeHost::start(&web, HOST, Api::OpenBadges3);
    for name in ["Knots", "Sailing"] {
        host.add(&jwt(name), now());
    }
    let window = Window::open(&desk, &[]).await;
    window.click("welcome-more").await;
    window.click("add-account").await;
    window.shoot("accounts-none").await;
    window.type_into("[data-testid='account-address']", HOST).await;
    window.click("account-look").await;
    assert_eq!(window.text_of("account-host").await, HOST);
    window.shoot("account-confirm").await;

    // The browser is asked to open the page of the host; who signs in there is sent back to the app.
    let browser = desk.browser();
    window.click("account-connect").await;
    let page = browser.opened().await;
    assert!(page.starts_with(&format!("https://{HOST}/")), "{page}");
    let last = Browser::of(&web).open(&page).await;
    assert!(last.contains("You can close this page"), "{last}");

    // What the host has comes in by itself.
    let read = "return document.querySelector('[data-testid=account-state]')?.innerText.startsWith('Synced')";
    window.until("it was read", read).await;
    window.click("import-close").await;
    window.shoot("account").await;
    window.click("back").await;
    for name in ["Knots", "Sailing"] {
        window.until(name, &card(name)).await;
    }

    // What comes there later comes in when asked for, and nothing comes twice.
    host.add(&jwt("Rowing"), now());
    window.click("open-accounts").await;
    window.click("account-sync").await;
    window.until("the summary", FINISHED).await;
    assert_eq!(window.text_of("import-added").await, "1 added");
    window.click("import-close").await;

    window.click("account-disconnect").await;
    window.until("no account", "return document.querySelector('[data-testid=account]') === null").await;
    assert_eq!(host.live_tokens(), 0);
    window.close().await;
    assert_eq!(names(&desk), ["Knots", "Rowing", "Sailing"], "the badges stay");
}

#[tokio::test]
async fn an_offer_is_accepted_with_its_pin() {
    const HOST: &str = "issuer.example";
    let (desk, web) = online(&[HOST]);
    let issuer = CredentialIssuer::start(&web, HOST, Edition::Final);
    issuer.want_pin("1234");
    let window = Window::open(&desk, &[]).await;
    window.see("welcome").await;
    second_start(&desk, &issuer.offer(OfferBy::Reference)).await;
    assert_eq!(window.text_of("offered-host").await, HOST);
    assert_eq!(web.requests(), [], "nobody is asked before a yes");
    window.click("offered-take").await;
    window.see("offered-credentials").await;
    window.type_into("[data-testid='offered-pin']", "4321").await;
    window.click("offered-accept").await;
    let refused = window.text_of("offered-error").await;
    window.shoot("offer-refused").await;
    assert!(!refused.is_empty());
    window.close().await;
    assert!(names(&desk).is_empty());

    // Its issuer takes no offer twice.
    let window = Window::open(&desk, &[issuer.offer(OfferBy::Value).as_ref()]).await;
    assert_eq!(window.text_of("offered-host").await, HOST);
    window.click("offered-take").await;
    window.type_into("[data-testid='offered-pin']", "1234").await;
    window.shoot("offer").await;
    window.click("offered-accept").await;
    window
        .until("the badge", "return document.querySelector('[data-testid=badge-card][data-badge]') !== null")
        .await;
    window.until("no dialog", "return document.querySelector('[data-testid=offered-dialog]') === null").await;
    window.shoot("offer-accepted").await;
    window.close().await;
    assert_eq!(names(&desk).len(), 1);
}

#[tokio::test]
async fn what_linkedin_lists_goes_to_the_shelf_without_a_tick() {
    let desk = desk();
    let table = "Name,Url,Authority,Started On,Finished On,License Number\n\
        \"Rust, advanced\",https://academy.example/c/1,Example Academy,Mar 2021,Mar 2024,A-1\n\
        Knots,,Harbour School,,,\n";
    let file = desk.put("Certifications.csv", table.as_bytes());
    let window = Window::open(&desk, &[&file]).await;
    assert!(window.text_of("import-self-listed").await.starts_with("2 "));
    window.shoot("shelf-import").await;
    window.click("import-close").await;
    window.click("open-shelf").await;
    let rows = "return [...document.querySelectorAll('[data-testid=self-listed] .name')].map((name) => name.innerText).sort()";
    window.until_it_is("both", rows, &json!(["Knots", "Rust, advanced"])).await;
    window.shoot("shelf").await;
    let said = window.text_of("shelf-screen").await;
    for words in ["Said to be from Example Academy", "Earned Mar 2021", "Good until Mar 2024", "Number A-1"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let ticks = "return [...document.querySelectorAll('[data-testid=shelf-screen] [data-verdict], [data-testid=shelf-screen] .verified')].length";
    assert_eq!(window.run(ticks).await, 0);
    assert!(!said.contains("Verified"));
    window.click("shelf-remove").await;
    window
        .until("one less", "return document.querySelectorAll('[data-testid=self-listed]').length === 1")
        .await;
    window.close().await;
    assert!(names(&desk).is_empty(), "nothing on the shelf is a badge");
}

#[tokio::test]
async fn a_list_of_badges_is_told_of_before_any_of_it_comes_in() {
    const HOST: &str = "api.eu.badgr.io";
    let (desk, web) = online(&[HOST, "eu.badgr.com"]);
    let badge = |number: u8| format!("https://{HOST}/public/assertions/A{number}");
    let list = format!("https://{HOST}/public/collections/5f0c1a.json?expand=badges.badge");
    let collection = json!({ "type": "Collection", "name": "Ada\u{2019}s best", "badges": [
        { "type": "Assertion", "id": badge(1) }, { "type": "Assertion", "id": badge(2) },
    ]});
    web.publish(&document(&list, "application/json", collection.to_string().into_bytes()));
    for (number, name) in [(1, "Knots"), (2, "Sailing")] {
        let url = format!("{}?expand=badge&expand=badge.issuer", badge(number));
        for url in [badge(number), url] {
            web.publish(&document(&url, "application/vc+jwt", jwt(name).into_bytes()));
        }
    }
    let settings = wallet(&desk).settings().expect("settings");
    wallet(&desk).save_settings(&Settings { not_valid: NotValid::Keep, ..settings }).expect("settings");
    let window = Window::open(&desk, &[]).await;
    window.paste_into("[data-testid='paste-field']", "https://eu.badgr.com/public/collections/5f0c1a").await;
    window.click("paste-field-submit").await;
    let found = window.text_of("import-collection").await;
    assert!(found.contains('2') && found.contains("Ada\u{2019}s best"), "{found}");
    window.shoot("collection").await;
    assert!(names(&desk).is_empty(), "none of it is in");
    assert_eq!(web.count(&badge(1)), 0, "nor was it asked for");
    window.click("import-collection-take").await;
    for name in ["Knots", "Sailing"] {
        window.until(name, &card(name)).await;
    }
    window.click("import-close").await;
    window.see(ADD).await;
    window.close().await;
}
