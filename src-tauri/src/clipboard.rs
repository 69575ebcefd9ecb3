//! What is on the clipboard, for "Import from clipboard". It is read only when the person asks for it.

use std::io::Cursor;

use arboard::{Clipboard, Error, ImageData};
use image::{ImageFormat, RgbaImage};
use lapel_wallet::Source;
use lapel_wallet::api::ApiError;

/// Files that were copied, else text, else a picture. Waits for the program that they were copied in.
pub(crate) fn sources() -> Result<Vec<Source>, ApiError> {
    let mut clipboard = Clipboard::new().map_err(|error| unavailable(&error))?;
    if let Ok(files) = clipboard.get().file_list()
        && !files.is_empty()
    {
        return Ok(files.into_iter().map(Source::Path).collect());
    }
    match clipboard.get_text() {
        Ok(text) if !text.trim().is_empty() => return Ok(vec![Source::Text(text)]),
        Ok(_) | Err(Error::ContentNotAvailable | Error::ConversionFailure) => {}
        Err(error) => return Err(unavailable(&error)),
    }
    match clipboard.get_image() {
        Ok(image) => {
            Ok(vec![Source::Bytes { name: "picture on the clipboard".to_owned(), bytes: png(image)? }])
        }
        Err(Error::ContentNotAvailable | Error::ConversionFailure) => Err(empty()),
        Err(error) => Err(unavailable(&error)),
    }
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
