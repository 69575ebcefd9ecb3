//! The real window, driven through the WebDriver of WebKit.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use crate::desk::{Desk, Running};

/// How long anything may take to appear.
const PATIENCE: Duration = Duration::from_secs(30);

/// The keys that WebDriver has no letters for (WebDriver, 17.4.2).
pub const CONTROL: char = '\u{e009}';
/// See [`CONTROL`].
pub const SHIFT: char = '\u{e008}';
/// Lets go of all keys.
const NO_KEY: char = '\u{e000}';

/// Lapel's window, open on a desk.
pub struct Window {
    client: Client,
    // Ends the driver, and with it the app, where a test fails half-way.
    driver: Running,
}

impl Window {
    /// Starts the app with these arguments and waits for its page.
    pub async fn open(desk: &Desk, arguments: &[&Path]) -> Self {
        let port = free_port();
        let mut command = Command::new("WebKitWebDriver");
        desk.set(&mut command)
            .arg(format!("--port={port}"))
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        let driver = Running::start(&mut command);
        let app = json!({"binary": env!("CARGO_BIN_EXE_lapel-desktop"), "args": arguments});
        let mut capabilities = Capabilities::new();
        capabilities.insert("webkitgtk:browserOptions".to_owned(), app);
        let client = session(port, capabilities).await;
        let window = Self { client, driver };
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
        self.find("body").await.send_keys(&chord).await.expect("keys");
    }

    /// The element with this `data-testid`, once it is displayed.
    pub async fn see(&self, id: &str) -> Element {
        self.see_css(&format!("[data-testid='{id}']")).await
    }

    /// The first element that matches, once it is displayed.
    pub async fn see_css(&self, css: &str) -> Element {
        self.client
            .wait()
            .at_most(PATIENCE)
            .for_element(Locator::Css(css))
            .await
            .unwrap_or_else(|error| panic!("`{css}` did not appear: {error}"))
    }

    /// Clicks the element with this `data-testid`.
    pub async fn click(&self, id: &str) {
        self.see(id).await.click().await.unwrap_or_else(|error| panic!("`{id}` took no click: {error}"));
    }

    /// The first element that matches, displayed or not.
    pub async fn find(&self, css: &str) -> Element {
        self.client
            .find(Locator::Css(css))
            .await
            .unwrap_or_else(|error| panic!("`{css}` is not there: {error}"))
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
               else requestAnimationFrame(look);
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

    /// All the text that the page shows.
    pub async fn text(&self) -> String {
        self.run("return document.body.innerText").await.as_str().unwrap_or_default().to_owned()
    }

    /// Saves a picture of the window as `NAME.png` into the folder that `LAPEL_SHOTS` names, if it is set.
    pub async fn shoot(&self, name: &str) {
        let Some(folder) = std::env::var_os("LAPEL_SHOTS") else { return };
        // The first picture after a change may still show the page before it.
        let _ = self.client.screenshot().await;
        self.client
            .execute_async(
                "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(done))",
                Vec::new(),
            )
            .await
            .expect("two frames");
        let png = self.client.screenshot().await.expect("a picture");
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(Path::new(&folder).join(format!("{name}.png")), png).expect("a file");
    }
}

async fn session(port: u16, capabilities: Capabilities) -> Client {
    let asked = tokio::time::Instant::now();
    loop {
        let mut builder = ClientBuilder::new(HttpConnector::new());
        match builder.capabilities(capabilities.clone()).connect(&format!("http://127.0.0.1:{port}")).await {
            Ok(client) => return client,
            // The driver is not listening yet.
            Err(fantoccini::error::NewSessionError::FailedC(_)) if asked.elapsed() < PATIENCE => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Err(error) => panic!("the app did not start: {error}"),
        }
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener.local_addr().expect("an address").port()
}
