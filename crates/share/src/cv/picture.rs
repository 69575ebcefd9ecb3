//! Pictures for CVs: every badge's picture is drawn anew as a small PNG. So it is bounded whatever its issuer made,
//! carries nothing but its pixels (no credential, no place, no comment), and means the same in every format.

use std::io::Cursor;
use std::sync::{Arc, LazyLock};

use image::{DynamicImage, ImageFormat};
use openbadges::artifact::svg;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{self, ImageHrefResolver, Options, Tree, fontdb};

use crate::picture::{decode, is_costly, shrunk};
use crate::{Art, Badge};

/// Width and height of the square that a picture fits into, in pixels: 20 mm at 400 dpi.
const EDGE: u32 = 320;

/// The most bytes of a picture that is looked at.
const MOST_BYTES: usize = 8 << 20;

/// The most bytes of an SVG.
const MOST_SVG: usize = 1 << 20;

/// A PNG of at most 320 by 320 pixels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Picture {
    pub(crate) png: Vec<u8>,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

impl Picture {
    /// The picture of `badge`; an error says why it cannot be drawn, `None` that there is none.
    pub(crate) fn of(badge: &Badge<'_>) -> Option<Result<Self, &'static str>> {
        let mut why = None;
        // The full picture is drawn from where it can be; the small one is the wallet's own and always can.
        for art in [badge.picture, badge.art].into_iter().flatten() {
            match draw(art) {
                Ok(picture) => return Some(Ok(picture)),
                Err(error) => why = why.or(Some(error)),
            }
        }
        why.map(Err)
    }
}

fn draw(art: Art<'_>) -> Result<Picture, &'static str> {
    if art.bytes.len() > MOST_BYTES {
        return Err("it is too large");
    }
    match art.media_type() {
        Some("image/svg+xml") => draw_svg(art.bytes),
        Some(_) => draw_pixels(art.bytes),
        None => Err("it is of no kind that can be drawn"),
    }
}

fn draw_pixels(bytes: &[u8]) -> Result<Picture, &'static str> {
    let image = shrunk(decode(bytes).ok_or("it is damaged or too large")?, EDGE);
    encode(&DynamicImage::ImageRgba8(image.into_rgba8()))
}

fn encode(image: &DynamicImage) -> Result<Picture, &'static str> {
    let mut png = Cursor::new(Vec::new());
    image.write_to(&mut png, ImageFormat::Png).map_err(|_| "it could not be drawn")?;
    Ok(Picture { png: png.into_inner(), width: image.width(), height: image.height() })
}

fn draw_svg(bytes: &[u8]) -> Result<Picture, &'static str> {
    // The credential first: it is the larger part of a badge, and none of the picture.
    let bytes = svg::stripped(bytes).map_err(|_| "it is damaged")?;
    let text = std::str::from_utf8(&bytes).map_err(|_| "it is damaged")?;
    if text.len() > MOST_SVG || is_costly(text) {
        return Err("drawing it would take too much");
    }
    let options = Options {
        font_family: "Libertinus Serif".to_owned(),
        fontdb: Arc::clone(&FONTS),
        // Nothing outside the file is read, and no picture inside it.
        image_href_resolver: ImageHrefResolver {
            resolve_data: Box::new(|_, _, _| None),
            resolve_string: Box::new(|_, _| None),
        },
        ..Options::default()
    };
    let tree = Tree::from_str(text, &options).map_err(|_| "it is damaged")?;
    let size = tree.size();
    #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
    let scale = EDGE as f32 / size.width().max(size.height());
    let pixels =
        |length: f32| usvg::NonZeroRect::from_xywh(0.0, 0.0, length * scale, 1.0).map(|r| whole(r.width()));
    let (width, height) = (pixels(size.width()), pixels(size.height()));
    let mut pixmap = width.zip(height).and_then(|(w, h)| Pixmap::new(w, h)).ok_or("it has no size")?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    let png = pixmap.encode_png().map_err(|_| "it could not be drawn")?;
    Ok(Picture { png, width: pixmap.width(), height: pixmap.height() })
}

/// Pixels of a length, at least one and at most [`EDGE`].
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and EDGE")]
fn whole(length: f32) -> u32 {
    (length.ceil() as u32).clamp(1, EDGE)
}

/// The bundled fonts, for words in pictures: which others a computer has must not change a picture.
static FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = fontdb::Database::new();
    for data in typst_assets::fonts() {
        fonts.load_font_source(fontdb::Source::Binary(Arc::new(data)));
    }
    fonts.set_serif_family("Libertinus Serif");
    fonts.set_sans_serif_family("Libertinus Serif");
    fonts.set_cursive_family("Libertinus Serif");
    fonts.set_fantasy_family("Libertinus Serif");
    fonts.set_monospace_family("DejaVu Sans Mono");
    Arc::new(fonts)
});

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    fn drawn(bytes: &[u8]) -> Result<Picture, &'static str> {
        draw(Art { bytes })
    }

    #[test]
    fn pictures_are_drawn_small() {
        let picture = drawn(&lapel_testkit::art::png("Rust")).unwrap();
        assert_eq!((picture.width, picture.height), (256, 256));
        let picture = drawn(lapel_testkit::art::svg("Rust").as_bytes()).unwrap();
        assert_eq!((picture.width, picture.height), (320, 320));
        let mut wide = Cursor::new(Vec::new());
        DynamicImage::new_rgb8(3200, 10).write_to(&mut wide, ImageFormat::Png).unwrap();
        let picture = drawn(&wide.into_inner()).unwrap();
        assert_eq!((picture.width, picture.height), (320, 1));
    }

    #[test]
    fn what_is_in_a_picture_besides_pixels_stays_out() {
        let badge = lapel_testkit::Issuer::did_key("x").achievement("Rust").sign_jwt();
        for bytes in [badge.baked_png(), badge.baked_svg()] {
            let picture = drawn(&bytes).unwrap();
            assert!(!Art { bytes: &picture.png }.is_baked());
        }
    }

    #[test]
    fn a_svg_reaches_out_to_nothing() {
        let folder = env!("CARGO_MANIFEST_DIR");
        let red = r#"<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8" fill="red"/></svg>"#;
        for inside in [
            format!("<image href=\"{folder}/../../icons/lapel.svg\" width=\"8\" height=\"8\"/>"),
            "<image href=\"http://127.0.0.1:9/x.png\" width=\"8\" height=\"8\"/>".to_owned(),
            "<script>alert(1)</script><foreignObject width=\"8\" height=\"8\"/>".to_owned(),
        ] {
            let with = red.replace("</svg>", &format!("{inside}</svg>"));
            assert_eq!(drawn(with.as_bytes()), drawn(red.as_bytes()), "{inside}");
        }
    }

    #[test]
    fn bombs_are_left_out() {
        let mut uses = String::from(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"8\" height=\"8\"><g id=\"g0\"><rect width=\"1\" height=\"1\"/></g>",
        );
        for level in 1..12 {
            let one = format!("<use href=\"#g{}\"/>", level - 1);
            write!(uses, "<g id=\"g{level}\">{}</g>", one.repeat(10)).unwrap();
        }
        uses.push_str("</svg>");
        assert_eq!(drawn(uses.as_bytes()), Err("drawing it would take too much"));
        let entities = "<!DOCTYPE svg [<!ENTITY a \"<g/>\"><!ENTITY b \"&a;&a;\">]>\
                        <svg xmlns=\"http://www.w3.org/2000/svg\" width=\"8\" height=\"8\">&b;</svg>";
        assert!(drawn(entities.as_bytes()).is_err());
        // A PNG that claims a hundred million pixels (the size stands in its first chunk).
        let mut huge = lapel_testkit::art::png("Rust");
        huge[16..24].copy_from_slice(&[0, 0, 0x27, 0x10, 0, 0, 0x27, 0x10]);
        assert!(drawn(&huge).is_err());
    }
}
