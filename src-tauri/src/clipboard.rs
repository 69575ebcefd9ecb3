//! What is on the clipboard, for "Import from clipboard". It is read only when the person asks for it.

use std::io::Cursor;

use arboard::{Clipboard, Error, ImageData};
use image::{ImageFormat, RgbaImage};
use lapel_wallet::Source;
use lapel_wallet::api::ApiError;
use tauri::AppHandle;

/// Files that were copied, else text, else a picture. Waits for the program that they were copied in.
pub(crate) fn sources(app: &AppHandle) -> Result<Vec<Source>, ApiError> {
    let mut clipboard = Clipboard::new().map_err(|error| unavailable(&error))?;
    if let Ok(files) = clipboard.get().file_list()
        && !files.is_empty()
    {
        return Ok(files.into_iter().map(Source::Path).collect());
    }
    let trouble = match clipboard.get_text() {
        Ok(text) if !text.trim().is_empty() => return Ok(vec![Source::Text(text)]),
        Ok(_) | Err(Error::ContentNotAvailable | Error::ConversionFailure) => None,
        // A program may answer with a picture to whatever it is asked for.
        Err(error) => Some(error),
    };
    let picture = |bytes| Ok(vec![Source::Bytes { name: "picture on the clipboard".to_owned(), bytes }]);
    if let Some(bytes) = given_png(app) {
        return picture(bytes);
    }
    match clipboard.get_image() {
        Ok(image) => picture(png(image)?),
        Err(Error::ContentNotAvailable | Error::ConversionFailure) => {
            Err(trouble.map_or_else(empty, |error| unavailable(&error)))
        }
        Err(error) => Err(unavailable(&error)),
    }
}

/// The PNG that the program gives in which the picture was copied: some give the very file, with the badge in it.
#[cfg(target_os = "linux")]
fn given_png(app: &AppHandle) -> Option<Vec<u8>> {
    use gtk::gdk;

    /// A program that was asked may hang.
    const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);

    let (answer, answered) = std::sync::mpsc::channel();
    let ask = move || {
        let clipboard = gtk::Clipboard::get(&gdk::SELECTION_CLIPBOARD);
        clipboard.request_contents(&gdk::Atom::intern("image/png"), move |_, content| {
            // Nobody waits any more where that took too long.
            let _ = answer.send(content.data());
        });
    };
    app.run_on_main_thread(ask).ok()?;
    answered.recv_timeout(PATIENCE).ok().filter(|bytes| !bytes.is_empty())
}

/// Elsewhere the system keeps pixels.
#[cfg(not(target_os = "linux"))]
fn given_png(_: &AppHandle) -> Option<Vec<u8>> {
    None
}

/// The pixels as a PNG. What was written into the file that they came from is not on the clipboard; a code in the
/// picture is.
fn png(image: ImageData<'_>) -> Result<Vec<u8>, ApiError> {
    let size = |side| u32::try_from(side).unwrap_or_default();
    let pixels = RgbaImage::from_raw(size(image.width), size(image.height), image.bytes.into_owned());
    let mut bytes = Vec::new();
    pixels
        .and_then(|pixels| pixels.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).ok())
        .ok_or_else(empty)?;
    Ok(bytes)
}

fn empty() -> ApiError {
    ApiError::new(
        "clipboard.empty",
        "There is nothing on the clipboard that could be a badge.",
        "Copy a badge's address, its JSON or its file, then try again.",
    )
}

fn unavailable(error: &Error) -> ApiError {
    ApiError::new(
        "clipboard.unavailable",
        format!("The clipboard could not be read: {error}."),
        "Paste with Ctrl+V, or drop the file on the window.",
    )
}
