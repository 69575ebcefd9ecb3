//! The one command of the window, and the one list of what it can be asked for.

use lapel_wallet::api::ApiError;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use tauri::AppHandle;
use tauri_plugin_clipboard_manager::ClipboardExt;
use tauri_plugin_dialog::{DialogExt, MessageDialogButtons, MessageDialogKind};
use ts_rs::TS;
use url::Url;

/// From one list: the dispatcher, and the TypeScript type `Api` that maps each command to its request and response.
macro_rules! api {
    ($($command:ident: $request:ty => $response:ty;)*) => {
        async fn answer(app: &AppHandle, command: &str, request: Value) -> Result<Value, ApiError> {
            match command {
                $(stringify!($command) => response($command(app, parse(command, request)?).await?),)*
                _ => Err(misused(format!("There is no command `{command}`."))),
            }
        }

        /// Each command with its request and its response.
        #[cfg(test)]
        #[derive(TS)]
        #[ts(export)]
        #[expect(dead_code, reason = "read by ts-rs, which writes ui/src/bindings/Api.ts")]
        struct Api {
            $($command: ($request, $response),)*
        }
    };
}

api! {
    open_link: LinkRequest => Done;
    copy_text: TextRequest => Done;
}

/// Text: pasted, or to be copied.
#[derive(Deserialize, TS)]
#[ts(export)]
struct TextRequest {
    text: String,
}

/// A link out of the app.
#[derive(Deserialize, TS)]
#[ts(export)]
struct LinkRequest {
    url: String,
}

/// Nothing more to say: it is done.
#[derive(Serialize, TS)]
#[ts(export)]
struct Done {}

/// Answers the window: `command` is one of the [`api`] list, `request` its JSON.
#[tauri::command]
pub(crate) async fn call(app: AppHandle, command: String, request: Value) -> Result<Value, ApiError> {
    answer(&app, &command, request).await
}

/// Opens a link of a badge outside: https and mail at once, http after asking, nothing else.
async fn open_link(app: &AppHandle, request: LinkRequest) -> Result<Done, ApiError> {
    let url = Url::parse(&request.url).map_err(|_| link_refused(&request.url))?;
    match url.scheme() {
        "https" | "mailto" => {}
        "http" if confirmed_unencrypted(app, &url).await => {}
        "http" => return Ok(Done {}),
        _ => return Err(link_refused(&request.url)),
    }
    open::that_detached(url.as_str()).map_err(|error| {
        failure("link.not-opened", format!("The link did not open: {error}."), "Copy it into your browser.")
    })?;
    Ok(Done {})
}

async fn confirmed_unencrypted(app: &AppHandle, url: &Url) -> bool {
    let dialog = app
        .dialog()
        .message(format!(
            "{url}\n\nThis link is not encrypted: others on the way can read and change the page."
        ))
        .title("Open this link?")
        .kind(MessageDialogKind::Warning)
        .buttons(MessageDialogButtons::OkCancelCustom("Open".to_owned(), "Cancel".to_owned()));
    let (answer, answered) = tokio::sync::oneshot::channel();
    dialog.show(move |yes| {
        // Nobody waits any more where the window is gone.
        let _ = answer.send(yes);
    });
    answered.await.unwrap_or(false)
}

fn link_refused(url: &str) -> ApiError {
    failure(
        "link.refused",
        format!("Lapel does not open “{url}”."),
        "It opens web pages and mail addresses only.",
    )
}

/// Puts text on the clipboard.
async fn copy_text(app: &AppHandle, request: TextRequest) -> Result<Done, ApiError> {
    app.clipboard().write_text(request.text).map_err(|error| {
        failure(
            "clipboard.unavailable",
            format!("The clipboard took nothing: {error}."),
            "Select and copy by hand.",
        )
    })?;
    Ok(Done {})
}

fn parse<T: DeserializeOwned>(command: &str, request: Value) -> Result<T, ApiError> {
    serde_json::from_value(request)
        .map_err(|error| misused(format!("`{command}` was asked wrongly: {error}.")))
}

fn response<T: Serialize>(response: T) -> Result<Value, ApiError> {
    serde_json::to_value(response)
        .map_err(|error| misused(format!("An answer could not be written: {error}.")))
}

/// The interface and the program do not fit together: ours to mend, not the person's.
fn misused(message: String) -> ApiError {
    failure("app.misused", message, "This is a fault of Lapel. Please report it.")
}

pub(crate) fn failure(code: &str, message: String, hint: &str) -> ApiError {
    ApiError { code: code.to_owned(), message, hint: hint.to_owned() }
}
