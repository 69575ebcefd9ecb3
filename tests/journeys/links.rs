//! Links from other programs.

use crate::window::Window;
use crate::{desk, second_start};

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
