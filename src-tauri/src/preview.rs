//! `preview://localhost/NUMBER/PATH`: what is about to leave as pages (a CV, a portfolio), for a sandboxed frame.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tauri::http::{Request, Response};
use tauri::{Manager, Runtime, UriSchemeContext, UriSchemeResponder};

use crate::served;

/// The scheme's name.
pub(crate) const SCHEME: &str = "preview";

/// The latest preview; the page that shows an earlier one is gone.
#[derive(Default)]
pub(crate) struct Preview(Mutex<Shown>);

#[derive(Default)]
struct Shown {
    number: u32,
    files: HashMap<String, Vec<u8>>,
}

impl Preview {
    /// Shows these files, by their paths; gives the number that their addresses begin with.
    pub(crate) fn show(&self, files: impl IntoIterator<Item = (String, Vec<u8>)>) -> u32 {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shown.number = shown.number.wrapping_add(1);
        shown.files = files.into_iter().collect();
        shown.number
    }

    fn file(&self, path: &str) -> Option<Vec<u8>> {
        let (number, path) = path.trim_start_matches('/').split_once('/')?;
        let shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let path = match path {
            "" => "index.html".to_owned(),
            folder if folder.ends_with('/') => format!("{folder}index.html"),
            file => file.to_owned(),
        };
        (number.parse() == Ok(shown.number)).then(|| shown.files.get(&path).cloned())?
    }
}

/// A file of the latest preview, or 404: nothing else can be had here.
#[expect(clippy::needless_pass_by_value, reason = "as Tauri hands them over")]
pub(crate) fn answer<R: Runtime>(
    context: UriSchemeContext<'_, R>,
    request: Request<Vec<u8>>,
    responder: UriSchemeResponder,
) {
    let path = request.uri().path();
    let found = context.app_handle().state::<Preview>().file(path);
    responder.respond(found.map_or_else(served::not_found, |bytes| page(path, bytes)));
}

/// A page that runs no script and asks for nothing but its own style and pictures.
fn page(path: &str, bytes: Vec<u8>) -> Response<Vec<u8>> {
    const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline' preview: http://preview.localhost; \
                          img-src data: preview: http://preview.localhost; sandbox";
    served::found(bytes, media_type(path), POLICY, "no-store")
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("css") => "text/css",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("gif") => "image/gif",
        Some("webp") => "image/webp",
        Some("svg") => "image/svg+xml",
        Some("xml" | "json" | "jwt" | "txt") => "text/plain; charset=utf-8",
        _ => "text/html; charset=utf-8",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_latest_preview_can_be_had() {
        let preview = Preview::default();
        let page = |text: &str| [("index.html".to_owned(), text.as_bytes().to_vec())];
        let first = preview.show(page("first"));
        assert_eq!(preview.file(&format!("/{first}/")).as_deref(), Some(&b"first"[..]));
        let second = preview.show(page("second"));
        assert_eq!(preview.file(&format!("/{first}/index.html")), None);
        assert_eq!(preview.file(&format!("/{second}/index.html")).as_deref(), Some(&b"second"[..]));
        for other in
            ["/", "", "/x/index.html", &format!("/{second}/../index.html"), &format!("/{second}/other.html")]
        {
            assert_eq!(preview.file(other), None, "{other}");
        }
    }
}
