//! The real window, driven through the WebDriver of WebKit.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::error::{CmdError, ErrorStatus, NewSessionError};
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use crate::desk::{Desk, PATIENCE, Running};
use crate::screen::Screen;

/// The keys that WebDriver has no letters for (WebDriver, 17.4.2).
pub const CONTROL: char = '\u{e009}';
/// See [`CONTROL`].
pub const SHIFT: char = '\u{e008}';
/// Lets go of all keys.
const NO_KEY: char = '\u{e000}';

/// Lapel's window, open on a desk.
pub struct Window {
    client: Client,
    /// What it is on.
    pub screen: Screen,
    // Ends the driver, and with it the app, where a test fails half-way.
    driver: Running,
}

impl Window {
    /// Starts the app with these arguments and waits for its page.
    pub async fn open(desk: &Desk, arguments: &[&Path]) -> Self {
        desk.until_alone();
        // Nothing moves under the mouse: a click takes aim first.
        desk.put("config/gtk-3.0/settings.ini", b"[Settings]\ngtk-enable-animations=false\n");
        let app = json!({"binary": env!("CARGO_BIN_EXE_lapel-desktop"), "args": arguments});
        let mut capabilities = Capabilities::new();
        capabilities.insert("webkitgtk:browserOptions".to_owned(), app);
        // Longer than anything that is waited for in the page, so that it is the page that says what did not come.
        let script = (PATIENCE * 2).as_millis();
        capabilities
            .insert("timeouts".to_owned(), json!({ "script": u64::try_from(script).unwrap_or(u64::MAX) }));
        let (driver, port) = driver(desk).await;
        let client = session(port, capabilities).await;
        let window = Self { client, screen: Screen::of(desk), driver };
        window.see_css("#app > *").await;
        window
    }

    /// Closes the window as a person would, by ending the session, and waits for the app to end.
    pub async fn close(self) {
        self.client.close().await.expect("the session ends");
        drop(self.driver);
    }

    /// Ends the app at once, as a power cut would.
    pub fn kill(self) {
        self.driver.kill();
    }

    /// Presses keys together, such as Control, Shift and V, where nothing is typed into.
    pub async fn press(&self, keys: &[char]) {
        let chord: String = keys.iter().chain(&[NO_KEY]).collect();
        self.see_css("body").await.send_keys(&chord).await.expect("keys");
    }

    /// The element with this `data-testid`, once it is there.
    pub async fn see(&self, id: &str) -> Element {
        self.see_css(&format!("[data-testid='{id}']")).await
    }

    /// The first element that matches, once it is there, displayed or not.
    pub async fn see_css(&self, css: &str) -> Element {
        let asked = tokio::time::Instant::now();
        loop {
            match self.client.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await {
                Ok(element) => return element,
                Err(error) if is_passing(&error) && asked.elapsed() < PATIENCE => {}
                Err(error) => {
                    panic!("`{css}` did not appear: {error}; the page says:\n{}", self.text().await)
                }
            }
        }
    }

    /// Clicks the element with this `data-testid`.
    pub async fn click(&self, id: &str) {
        self.click_css(&format!("[data-testid='{id}']")).await;
    }

    /// Clicks the first element that matches, once it can be clicked on.
    pub async fn click_css(&self, css: &str) {
        let asked = tokio::time::Instant::now();
        loop {
            match self.see_css(css).await.click().await {
                Ok(()) => return,
                Err(error) if is_passing(&error) && asked.elapsed() < PATIENCE => {}
                Err(error) => panic!("`{css}` took no click: {error}; the page says:\n{}", self.text().await),
            }
        }
    }

    /// Types into the element that matches.
    pub async fn type_into(&self, css: &str, text: &str) {
        self.see_css(css)
            .await
            .send_keys(text)
            .await
            .unwrap_or_else(|error| panic!("`{css}` took no text: {error}"));
    }

    /// Puts text into the element that matches as pasting does: all at once (typing takes a second per hundred keys).
    pub async fn paste_into(&self, css: &str, text: &str) {
        self.see_css(css).await;
        let script = "const field = document.querySelector(arguments[0]); field.focus(); \
                      return document.execCommand('insertText', false, arguments[1])";
        let pasted = self.client.execute(script, vec![json!(css), json!(text)]).await;
        assert_eq!(pasted.unwrap_or_else(|error| panic!("`{css}` took no text: {error}")), json!(true));
    }

    /// The text of the element with this `data-testid`.
    pub async fn text_of(&self, id: &str) -> String {
        self.see(id).await;
        let text = format!("return document.querySelector('[data-testid=\"{id}\"]').innerText.trim()");
        self.until(id, &text).await.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until `script` (the body of a function) gives something that is not false, null or empty.
    pub async fn until(&self, what: &str, script: &str) -> Value {
        let patiently = format!(
            "const done = arguments[0], ends = performance.now() + {};
             const look = () => {{
               const found = (() => {{ {script} }})();
               if (found && found.length !== 0) done(found);
               else if (performance.now() > ends) done(null);
               // Not with the next frame: none comes while there is nothing to draw.
               else setTimeout(look, 15);
             }};
             look();",
            PATIENCE.as_millis()
        );
        match self.client.execute_async(&patiently, Vec::new()).await {
            Ok(Value::Null) => {
                panic!("{what}: not seen in {PATIENCE:?}; the page says:\n{}", self.text().await)
            }
            Ok(found) => found,
            Err(error) => panic!("{what}: {error}"),
        }
    }

    /// Waits until `script` (the body of a function) gives this very value.
    pub async fn until_it_is(&self, what: &str, script: &str, value: &Value) {
        let same = format!(
            "const now = (() => {{ {script} }})(); return JSON.stringify(now) === JSON.stringify({value}) && 'so'"
        );
        self.until(what, &same).await;
    }

    /// What `script` (the body of a function) returns in the page.
    pub async fn run(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// What `script` (the body of a function) passes on to its last argument.
    pub async fn run_async(&self, script: &str) -> Value {
        self.client
            .execute_async(script, Vec::new())
            .await
            .unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// The text in the frame with this `data-testid`, once it says `wanted`.
    pub async fn text_in_frame(&self, id: &str, wanted: &str) -> String {
        let ends = tokio::time::Instant::now() + PATIENCE;
        loop {
            let frame = self.see(id).await;
            // While the preview is made anew, its frame comes and goes.
            let inside = frame.enter_frame().await;
            let text = match inside {
                Ok(()) => self.client.execute("return document.body?.innerText ?? ''", Vec::new()).await,
                Err(error) => Err(error),
            };
            let _ = self.client.clone().enter_parent_frame().await;
            match text {
                Ok(text) if text.as_str().is_some_and(|text| text.contains(wanted)) => {
                    return text.as_str().unwrap_or_default().to_owned();
                }
                _ if tokio::time::Instant::now() < ends => {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                other => panic!("`{id}` does not say {wanted}: {other:?}"),
            }
        }
    }

    /// All the text that the page shows.
    pub async fn text(&self) -> String {
        self.run("return document.body.innerText").await.as_str().unwrap_or_default().to_owned()
    }

    /// Saves pictures of the screen, light and dark, as `NAME.png` and `NAME-dark.png` into the folder that
    /// `LAPEL_SHOTS` names, if it is set.
    ///
    /// Of the screen itself: for a picture of its own, WebKit waits until something is drawn, and where nothing changes
    /// any more, that is for ever.
    pub async fn shoot(&self, name: &str) {
        let Some(folder) = std::env::var_os("LAPEL_SHOTS") else { return };
        std::fs::create_dir_all(&folder).expect("a folder");
        let before = self.run("return document.documentElement.dataset.theme").await;
        for (theme, end) in [("light", ""), ("dark", "-dark")] {
            let drawn = format!(
                "const done = arguments[0]; document.documentElement.dataset.theme = '{theme}'; setTimeout(done, 500);
                 requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 100)))"
            );
            self.run_async(&drawn).await;
            let file = Path::new(&folder).join(format!("{name}{end}.png"));
            std::fs::write(file, self.screen.picture()).expect("a file");
        }
        self.run(&format!("document.documentElement.dataset.theme = {before}")).await;
    }
}

/// Whether it may go well the next time: the element was drawn anew meanwhile, or something lies over it still.
fn is_passing(error: &CmdError) -> bool {
    let CmdError::Standard(error) = error else { return false };
    matches!(
        error.error,
        ErrorStatus::StaleElementReference
            | ErrorStatus::NoSuchElement
            | ErrorStatus::ElementClickIntercepted
            | ErrorStatus::ElementNotInteractable
    )
}

/// A driver, with the port that it listens on.
async fn driver(desk: &Desk) -> (Running, u16) {
    let asked = tokio::time::Instant::now();
    loop {
        let port = free_port();
        let mut command = Command::new("WebKitWebDriver");
        desk.set(&mut command)
            .arg(format!("--port={port}"))
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        let mut driver = Running::start(&mut command);
        while driver.child().try_wait().expect("a process").is_none() {
            if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                return (driver, port);
            }
            assert!(asked.elapsed() < PATIENCE, "the driver does not listen");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        // It ended: somebody else took the port meanwhile.
        assert!(asked.elapsed() < PATIENCE, "the driver does not start");
    }
}

async fn session(port: u16, capabilities: Capabilities) -> Client {
    let mut builder = ClientBuilder::new(HttpConnector::new());
    builder.capabilities(capabilities);
    let connected = builder.connect(&format!("http://127.0.0.1:{port}")).await;
    connected.unwrap_or_else(|error: NewSessionError| panic!("the app did not start: {error}"))
}

/// A port that nothing listens on, and that no other journey was given.
fn free_port() -> u16 {
    static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());
    loop {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        if GIVEN.lock().unwrap_or_else(PoisonError::into_inner).insert(port) {
            return port;
        }
    }
}
