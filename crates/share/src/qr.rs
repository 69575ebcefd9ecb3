//! QR codes (ISO/IEC 18004) of links, drawn with their quiet zone.

use std::fmt::Write;
use std::io::Cursor;

use image::{GrayImage, ImageFormat, Luma};
use qrcode::{Color, EcLevel, QrCode};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Modules of white around a code (section 6.3.8).
const QUIET: usize = 4;

/// A side of a PNG, in pixels, at least.
const SIDE: usize = 800;

/// The QR code of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Qr {
    modules: Vec<bool>,
    width: usize,
    level: &'static str,
}

/// A QR code as a picture, and what is to be said of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct QrView {
    /// What it says.
    pub link: String,
    /// The picture, an SVG document.
    pub svg: String,
    /// How much of it may be hidden or dirty: `L`, `M`, `Q` or `H` (7, 15, 25 or 30 %).
    pub level: String,
}

/// Why a link is in no QR code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the link is too long for a QR code: {bytes} bytes, and 2,953 are the most")]
pub struct TooLong {
    /// How long it is.
    pub bytes: usize,
}

impl TooLong {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        "share.qr-too-long"
    }

    /// What to do.
    pub fn hint(&self) -> &'static str {
        "Put the page at a shorter address and name that."
    }
}

impl Qr {
    /// The code of `link`, with as much error correction as fits into the largest symbol there is.
    ///
    /// # Errors
    /// Where it does not fit at all.
    pub fn of(link: &str) -> Result<Self, TooLong> {
        let levels = [(EcLevel::H, "H"), (EcLevel::Q, "Q"), (EcLevel::M, "M"), (EcLevel::L, "L")];
        let made = levels.into_iter().find_map(|(level, name)| {
            Some((QrCode::with_error_correction_level(link.as_bytes(), level).ok()?, name))
        });
        let (code, level) = made.ok_or(TooLong { bytes: link.len() })?;
        let width = code.width();
        let modules = code.into_colors().into_iter().map(|color| color == Color::Dark).collect();
        Ok(Self { modules, width, level })
    }

    /// The level of error correction: `L`, `M`, `Q` or `H`.
    pub fn level(&self) -> &'static str {
        self.level
    }

    /// The code as an SVG document: black on white whatever is around it, since readers count on that.
    pub fn svg(&self) -> String {
        let side = self.width + 2 * QUIET;
        let mut path = String::new();
        for (y, row) in self.modules.chunks(self.width).enumerate() {
            let mut x = 0;
            while x < self.width {
                let run = row[x..].iter().take_while(|dark| **dark).count();
                if run > 0 {
                    // Writing to a string does not fail.
                    let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET);
                }
                x += run.max(1);
            }
        }
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" width=\"{0}\" height=\"{0}\" \
             shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h{side}v{side}h-{side}z\"/>\
             <path d=\"{path}\"/></svg>",
            side * 8
        )
    }

    /// The code as a PNG of at least 800 pixels a side; every module is a whole number of pixels.
    pub fn png(&self) -> Vec<u8> {
        let side = self.width + 2 * QUIET;
        let scale = SIDE.div_ceil(side);
        let pixels = u32::try_from(side * scale).unwrap_or_default();
        let dark = |x: u32, y: u32| {
            let module = |at: u32| (at as usize / scale).checked_sub(QUIET).filter(|&at| at < self.width);
            module(x).zip(module(y)).is_some_and(|(x, y)| self.modules[y * self.width + x])
        };
        let image = GrayImage::from_fn(pixels, pixels, |x, y| Luma([if dark(x, y) { 0 } else { 255 }]));
        let mut png = Cursor::new(Vec::new());
        // Writing to memory does not fail.
        let _ = image.write_to(&mut png, ImageFormat::Png);
        png.into_inner()
    }

    /// The code of `link` as a picture to show.
    pub(crate) fn view(&self, link: &str) -> QrView {
        QrView { link: link.to_owned(), svg: self.svg(), level: self.level.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PictureFonts;

    /// What a reader of another hand finds in a picture.
    fn read(png: &[u8]) -> String {
        let image = image::load_from_memory(png).unwrap().to_luma8();
        let (width, height) = (image.width() as usize, image.height() as usize);
        let pixel =
            |x: usize, y: usize| image.get_pixel(u32::try_from(x).unwrap(), u32::try_from(y).unwrap())[0];
        let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, pixel);
        let grids = prepared.detect_grids();
        assert_eq!(grids.len(), 1);
        grids[0].decode().unwrap().1
    }

    #[test]
    fn a_code_is_read_back_from_both_pictures() {
        for link in [
            "https://badges.example/1".to_owned(),
            "https://badges.example/a?b=c%20d&e=%C3%A9#f".to_owned(),
            format!("https://badges.example/{}", "long/".repeat(60)),
        ] {
            let qr = Qr::of(&link).unwrap();
            assert_eq!(read(&qr.png()), link);
            let drawn = crate::picture::png(qr.svg().as_bytes(), 1200, &PictureFonts::default()).unwrap();
            assert_eq!(read(&drawn), link, "the SVG");
        }
    }

    #[test]
    fn there_is_a_quiet_zone_of_four_modules() {
        let qr = Qr::of("https://badges.example/1").unwrap();
        let image = image::load_from_memory(&qr.png()).unwrap().to_luma8();
        let module = image.width() as usize / (qr.width + 2 * QUIET);
        let quiet = u32::try_from(module * QUIET).unwrap();
        assert!((0..image.width()).all(|x| (0..quiet).all(|y| image.get_pixel(x, y)[0] == 255)));
        assert_eq!(image.get_pixel(quiet, quiet)[0], 0, "the first finder pattern begins");
    }

    #[test]
    fn correction_gives_way_to_length_and_then_it_does_not_fit() {
        // What version 40 holds in bytes (ISO/IEC 18004, table 7).
        for (bytes, level) in [(1273, "H"), (1274, "Q"), (1664, "M"), (2332, "L"), (2953, "L")] {
            assert_eq!(Qr::of(&"a".repeat(bytes)).unwrap().level(), level, "{bytes}");
        }
        assert_eq!(Qr::of(&"a".repeat(2954)), Err(TooLong { bytes: 2954 }));
    }
}
