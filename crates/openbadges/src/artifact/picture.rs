//! Pictures that a badge shows, which need not carry a badge themselves.

use super::{PayloadContent, content, png, svg};

/// A picture of more bytes than this is not looked at.
const MAX_BYTES: usize = 8 << 20;

/// The bytes of a picture that is written out as a `data:` URL; or why there are none.
pub(crate) fn written_out(url: &str) -> Result<Vec<u8>, String> {
    if url.len() > 2 * MAX_BYTES {
        return Err(too_large());
    }
    content::data_of(url).map_err(|error| error.to_string())
}

fn too_large() -> String {
    format!("it has more than {MAX_BYTES} bytes")
}

/// The badges that are baked into a PNG or SVG; or why the bytes are no such picture.
pub(crate) fn baked(bytes: &[u8]) -> Result<Vec<PayloadContent>, String> {
    if bytes.len() > MAX_BYTES {
        return Err(too_large());
    }
    let texts: Vec<String> = if png::is_png(bytes) {
        let unbaked = png::unbake(bytes).map_err(|error| error.to_string())?;
        unbaked.texts.into_iter().map(|baked| baked.text).collect()
    } else if svg::is_markup(bytes) {
        let unbaked = svg::unbake(bytes).map_err(|error| error.to_string())?;
        unbaked.texts.into_iter().map(|baked| baked.text).collect()
    } else {
        return Err("it is neither PNG nor SVG".to_owned());
    };
    Ok(texts.iter().filter_map(|text| content::classify(text).ok()).collect())
}
