//! Badges and pages that mean no good.

use lapel_testkit::{DataModel, art};
use serde_json::json;

use crate::window::Window;
use crate::{desk, issuer};

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
