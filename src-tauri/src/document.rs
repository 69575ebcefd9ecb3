//! The page's document. With it goes what the page asks for first, so that the wall is drawn without a question.

use std::borrow::Cow;
use std::fmt::Write as _;

use lapel_wallet::Wallet;
use lapel_wallet::api::{ApiError, BadgeSummary, ListRequest};
use serde::Serialize;
use serde_json::{Value, json};
use tauri::http::{Request, Response, header};
use tauri::{AppHandle, Manager};

use crate::art;
use crate::calls::about;
use crate::desktop::Desktop;
use crate::trace;

/// As many badges as the page asks for at once (`PAGE` in `ui/src/state/wall.svelte.ts`); with any other number it
/// would ask again.
const PAGE: u32 = 200;

/// The art of so many badges is loaded along with the script: about what a window shows first.
const IN_VIEW: usize = 15;

/// An answer before the question; `Beginning` in `ui/src/backend/beginning.ts` reads it.
#[derive(Serialize)]
struct Answer {
    command: &'static str,
    request: Value,
    response: Value,
}

/// Puts the beginning of the wall into the document. Where the wallet is not open yet, or cannot be, the document
/// stays as it is: the page asks, and is told.
pub(crate) fn begin(
    app: &AppHandle,
    request: &Request<Vec<u8>>,
    response: &mut Response<Cow<'static, [u8]>>,
) {
    let path = request.uri().path();
    if path != "/" && path != "/index.html" {
        return;
    }
    let desktop = app.state::<Desktop>();
    // Files of the command line are brought in when the page asks for the first time.
    let Some(wallet) = desktop.opened().filter(|_| !desktop.has_waiting()) else { return };
    let Ok(beginning) = beginning(&wallet) else { return };
    let Ok(page) = std::str::from_utf8(response.body()) else { return };
    let Some((before, after)) = page.split_once("</head>") else { return };
    let page = format!("{before}{beginning}</head>{after}");
    // It is true for this moment only.
    response.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    *response.body_mut() = page.into_bytes().into();
    trace::reached("document");
}

/// The elements to go into the head: art to load, and the answers to the page's first two questions.
fn beginning(wallet: &Wallet) -> Result<String, ApiError> {
    let first = ListRequest { sort: "newest".to_owned(), limit: PAGE, ..ListRequest::default() };
    let wall = wallet.list(&first)?;
    let mut elements = art_to_load(&wall.badges);
    let answers = [
        Answer { command: "app_info", request: json!({}), response: json!(about(wallet)?) },
        Answer { command: "list_badges", request: json!(first), response: json!(wall) },
    ];
    let _ =
        write!(elements, "<script type=\"application/json\" id=\"beginning\">{}</script>", data(&answers));
    Ok(elements)
}

fn art_to_load(badges: &[BadgeSummary]) -> String {
    badges.iter().filter_map(|badge| badge.art.as_deref()).take(IN_VIEW).fold(
        String::new(),
        |mut elements, digest| {
            let _ =
                write!(elements, "<link rel=\"preload\" as=\"image\" href=\"{}\" />", art::address(digest));
            elements
        },
    )
}

/// JSON that cannot end the element it stands in, nor begin another: names of badges are strangers' text.
fn data(answers: &[Answer]) -> String {
    json!(answers).to_string().replace('<', "\\u003c")
}

#[cfg(test)]
mod tests {
    use super::{Answer, data};
    use serde_json::{Value, json};

    #[test]
    fn text_of_badges_stays_data() {
        let name = "</script><script>alert(1)</script><!--";
        let written = data(&[Answer { command: "list_badges", request: json!({}), response: json!(name) }]);
        assert!(!written.contains('<'), "{written}");
        let read: Value = serde_json::from_str(&written).unwrap();
        assert_eq!(read[0]["response"], name);
    }
}
