//! Pictures: drawn from a name where a badge has none, turned into PNG, made smaller.
//!
//! Pictures are hostile. Decoding is bounded in size and memory, and an SVG is drawn by a renderer that is handed no
//! file and no address: what an SVG links to is not there.

use std::io::Cursor;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use image::{DynamicImage, ImageFormat, ImageReader, Limits};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{self, ImageHrefResolver, ImageKind};
use unicode_segmentation::UnicodeSegmentation;

use crate::escape;
use crate::text::one_line;

/// A side of a picture that is decoded, in pixels, at most.
const MAX_SIDE: u32 = 8192;

/// Memory for decoding, in bytes, at most.
const MAX_DECODED: u64 = 160 << 20;

/// An SVG that is drawn is no larger, in bytes.
const MAX_SVG: usize = 2 << 20;

/// The most elements that an SVG may come to when everything that is used is put in its place, and filter primitives.
const MOST_ELEMENTS: f64 = 500_000.0;
const MOST_FILTERS: usize = 32;

/// The side of a picture that has no size of its own, in pixels.
pub(crate) const USUAL_SIDE: u32 = 512;

/// The largest side that can be asked for, in pixels.
pub const LARGEST_SIDE: u32 = 2048;

/// The fonts that text in pictures is drawn with. Without any, pictures are drawn without their text.
#[derive(Clone, Debug, Default)]
pub struct PictureFonts(Arc<usvg::fontdb::Database>);

impl PictureFonts {
    /// The fonts of `database`. A picture that asks for a family that is not there gets the first of `usual` that is,
    /// or else any.
    pub fn of(mut database: usvg::fontdb::Database, usual: &[&str]) -> Self {
        let known = |family: &&&str| {
            database
                .faces()
                .any(|face| face.families.iter().any(|(name, _)| name.eq_ignore_ascii_case(family)))
        };
        let any =
            || database.faces().next().and_then(|face| face.families.first()).map(|(name, _)| name.clone());
        let family = usual.iter().find(known).map(|name| (*name).to_owned()).or_else(any);
        if let Some(family) = family {
            database.set_sans_serif_family(family.clone());
            database.set_serif_family(family);
        }
        Self(Arc::new(database))
    }
}

/// The drawing that stands for a badge without a picture, as an SVG document: the same name always gives the same
/// drawing, and the window draws the same (ui/src/lib/placeholder.ts).
pub fn placeholder(name: &str) -> String {
    let seed =
        name.chars().fold(2_166_136_261_u32, |hash, sign| (hash ^ u32::from(sign)).wrapping_mul(16_777_619));
    let (hue, corners) = (seed % 360, 5 + (seed >> 9) % 4);
    let points = |radius: f64| {
        let corner = |corner: u32| {
            let angle = 2.0 * std::f64::consts::PI * f64::from(corner) / f64::from(corners)
                - std::f64::consts::FRAC_PI_2;
            format!("{:.1},{:.1}", 50.0 + radius * angle.cos(), 50.0 + radius * angle.sin())
        };
        (0..corners).map(corner).collect::<Vec<_>>().join(" ")
    };
    let colour = format!("hsl({hue}, 32%, 46%)");
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 100 100\" width=\"512\" height=\"512\">\
         <polygon points=\"{}\" fill=\"{colour}\" stroke=\"{colour}\" stroke-width=\"12\" stroke-linejoin=\"round\"/>\
         <polygon points=\"{}\" fill=\"none\" stroke=\"#fff\" stroke-opacity=\"0.45\" stroke-width=\"1.35\" \
         stroke-linejoin=\"round\"/>\
         <text x=\"50\" y=\"52\" fill=\"#fff\" font-family=\"system-ui, sans-serif\" font-size=\"30\" \
         font-weight=\"600\" text-anchor=\"middle\" dominant-baseline=\"central\">{}</text></svg>",
        points(40.0),
        points(36.0),
        escape::html(&initials(name)),
    )
}

/// The first letters of at most two words, as people count letters.
fn initials(name: &str) -> String {
    let name = one_line(name, 400);
    let words: Vec<&str> = name
        .split(' ')
        .map(|word| word.trim_start_matches(|c: char| !c.is_alphanumeric()))
        .filter(|word| !word.is_empty())
        .collect();
    // Joined letters of cursive scripts would read as a word, so one stands alone.
    let is_cursive = words.first().and_then(|word| word.chars().next()).is_some_and(|c| matches!(u32::from(c), 0x600..=0x6FF | 0x750..=0x77F | 0x8A0..=0x8FF | 0xFB50..=0xFDFF | 0xFE70..=0xFEFC));
    let most = if is_cursive { 1 } else { 2 };
    words.iter().take(most).filter_map(|word| word.graphemes(true).next()).collect::<String>().to_uppercase()
}

/// `bytes` (PNG, JPEG, GIF, WebP or SVG) as a PNG whose longer side has at most `side` pixels, or exactly that many
/// where it is an SVG; nothing else that was in the file is in it. `None` where it cannot be read within the limits.
pub(crate) fn png(bytes: &[u8], side: u32, fonts: &PictureFonts) -> Option<Vec<u8>> {
    let image = if bytes.trim_ascii_start().starts_with(b"<") || bytes.starts_with(b"\xEF\xBB\xBF") {
        draw(bytes, side, fonts)?
    } else {
        shrunk(decode(bytes)?, side)
    };
    encode(&image)
}

/// A raster picture as an SVG document that holds it.
pub(crate) fn svg_around(png: &[u8]) -> Option<String> {
    let (width, height) =
        ImageReader::new(Cursor::new(png)).with_guessed_format().ok()?.into_dimensions().ok()?;
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\"><image width=\"{width}\" height=\"{height}\" href=\"data:image/png;base64,{}\"/></svg>",
        STANDARD.encode(png)
    ))
}

/// A raster picture, within the limits.
pub(crate) fn decode(bytes: &[u8]) -> Option<DynamicImage> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_DECODED);
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    reader.limits(limits);
    reader.decode().ok()
}

/// The picture with no side longer than `side`.
pub(crate) fn shrunk(image: DynamicImage, side: u32) -> DynamicImage {
    if image.width() <= side && image.height() <= side {
        return image;
    }
    image.resize(side, side, image::imageops::FilterType::Lanczos3)
}

fn encode(image: &DynamicImage) -> Option<Vec<u8>> {
    let mut png = Cursor::new(Vec::new());
    // PNG has no 32-bit float pixels; what the other formats decode to it has.
    image.to_rgba8().write_to(&mut png, ImageFormat::Png).ok()?;
    Some(png.into_inner())
}

/// Whether an SVG may come to far more than its text: elements that are used from many places, which in turn are used
/// from many, and entities that hold markup. What `n` references can multiply to at most is 3^(n/3).
pub(crate) fn is_costly(svg: &str) -> bool {
    let (mut elements, mut references, mut filters) = (0_usize, 0_usize, 0_usize);
    for (start, _) in svg.match_indices('<') {
        let rest = &svg[start + 1..];
        if rest.starts_with("!ENTITY") {
            let value = rest.split('>').next().unwrap_or_default();
            if value[1..].contains(['<', '&']) {
                return true;
            }
        }
        let name =
            rest.split(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).next().unwrap_or_default();
        let name = name.rsplit(':').next().unwrap_or_default();
        elements += 1;
        references += usize::from(matches!(name, "use" | "pattern" | "mask" | "marker" | "textPath"));
        filters += usize::from(name.starts_with("fe"));
    }
    #[expect(clippy::cast_precision_loss, reason = "counts of a file of at most two mebibytes")]
    let most = 3_f64.powf(references as f64 / 3.0) * elements as f64;
    most > MOST_ELEMENTS || filters > MOST_FILTERS
}

/// An SVG drawn so that its longer side has `side` pixels.
fn draw(svg: &[u8], side: u32, fonts: &PictureFonts) -> Option<DynamicImage> {
    let text = std::str::from_utf8(svg).ok().filter(|text| text.len() <= MAX_SVG && !is_costly(text))?;
    let options = usvg::Options {
        fontdb: Arc::clone(&fonts.0),
        font_family: "sans-serif".to_owned(),
        image_href_resolver: ImageHrefResolver {
            resolve_data: Box::new(|_, data, _| inside(&data)),
            // A file or an address: an SVG reaches nothing outside itself.
            resolve_string: Box::new(|_, _| None),
        },
        ..usvg::Options::default()
    };
    let tree = usvg::Tree::from_str(text, &options).ok()?;
    let (width, height) = (tree.size().width(), tree.size().height());
    #[expect(clippy::cast_precision_loss, reason = "sides are small whole numbers")]
    let scale = side as f32 / width.max(height);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most `side`, at least 1")]
    let pixels = |length: f32| ((length * scale).round() as u32).clamp(1, side);
    let mut pixmap = Pixmap::new(pixels(width), pixels(height))?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    let (width, height) = (pixmap.width(), pixmap.height());
    let pixels = pixmap.pixels().iter().flat_map(|pixel| {
        let pixel = pixel.demultiply();
        [pixel.red(), pixel.green(), pixel.blue(), pixel.alpha()]
    });
    image::RgbaImage::from_raw(width, height, pixels.collect()).map(DynamicImage::ImageRgba8)
}

/// A raster picture in a `data:` URI of an SVG, decoded within the limits. An SVG inside an SVG is left out.
fn inside(data: &[u8]) -> Option<ImageKind> {
    let image = shrunk(decode(data)?, LARGEST_SIDE);
    encode(&image).map(|png| ImageKind::PNG(Arc::new(png)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_the_letters_that_the_window_draws() {
        // The same pairs as in ui/src/lib/placeholder.test.ts.
        for (name, letters) in [
            ("Rust Basics", "RB"),
            ("woodland", "W"),
            ("„Zitat“ hier", "ZH"),
            ("", ""),
            ("  ", ""),
            ("שומר הים", "שה"),
            ("الإسعافات الأولية", "ا"),
            ("e\u{0301}tude libre", "E\u{0301}L"),
            ("<script>alert(1)</script>", "S"),
        ] {
            assert_eq!(initials(name), letters, "{name}");
        }
    }

    #[test]
    fn a_drawing_is_a_picture_with_and_without_fonts() {
        let png = png(placeholder("Rust Basics").as_bytes(), 64, &PictureFonts::default()).unwrap();
        let image = image::load_from_memory(&png).unwrap().to_rgba8();
        assert_eq!((image.width(), image.height()), (64, 64));
        assert_eq!(image.get_pixel(0, 0)[3], 0, "the corners are clear");
        assert_eq!(image.get_pixel(32, 20)[3], 255, "the middle is not");
    }

    #[test]
    fn an_svg_that_multiplies_is_not_drawn() {
        let mut svg =
            "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><defs><g id='g0'><rect width='9' \
                       height='9'/></g>"
                .to_owned();
        for level in 1..40 {
            let used = format!("<use href='#g{}'/>", level - 1).repeat(10);
            svg = [svg, format!("<g id='g{level}'>{used}</g>")].concat();
        }
        svg.push_str("</defs><use href='#g39'/></svg>");
        assert!(png(svg.as_bytes(), 32, &PictureFonts::default()).is_none());
    }

    #[test]
    fn an_svg_reaches_nothing_outside_itself() {
        let folder = env!("CARGO_MANIFEST_DIR");
        let picture = format!("{folder}/../../icons/32x32.png");
        assert!(std::path::Path::new(&picture).exists(), "there is a file to reach for");
        for outside in [picture.clone(), format!("file://{picture}"), "https://evil.example/x.png".to_owned()]
        {
            let svg = format!(
                "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' width='32' \
                 height='32'><image width='32' height='32' xlink:href='{outside}'/><filter id='f'><feImage \
                 href='{outside}'/></filter><rect width='32' height='32' fill='none' filter='url(#f)'/></svg>"
            );
            let image =
                image::load_from_memory(&png(svg.as_bytes(), 32, &PictureFonts::default()).unwrap()).unwrap();
            assert!(image.to_rgba8().pixels().all(|pixel| pixel[3] == 0), "{outside} was drawn");
        }
    }

    #[test]
    fn a_picture_inside_an_svg_is_drawn() {
        let dot = encode(&DynamicImage::ImageRgba8(image::RgbaImage::from_pixel(
            2,
            2,
            image::Rgba([255, 0, 0, 255]),
        )))
        .unwrap();
        let around = svg_around(&dot).unwrap();
        let image = image::load_from_memory(&png(around.as_bytes(), 8, &PictureFonts::default()).unwrap())
            .unwrap()
            .to_rgba8();
        assert_eq!(image.get_pixel(4, 4).0, [255, 0, 0, 255]);
    }

    #[test]
    fn bombs_are_refused_or_drawn_in_bounds() {
        let tenfold = |level: u32| {
            let inner = format!("<use href='#g{}'/>", level - 1).repeat(10);
            format!("<g id='g{level}'>{inner}</g>")
        };
        let uses: String = (1..12).map(tenfold).collect();
        let uses = format!("<g id='g0'><rect width='1' height='1'/></g>{uses}");
        let svg = format!(
            "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><defs>{uses}</defs><use href='#g11'/></svg>"
        );
        assert!(png(svg.as_bytes(), 32, &PictureFonts::default()).is_none());
        let huge = "<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1000000000'/>";
        let drawn = png(huge.as_bytes(), 32, &PictureFonts::default());
        assert!(drawn.is_none_or(|png| png.len() < 10_000));
        assert!(png(&[b'<'; 100], 32, &PictureFonts::default()).is_none());
    }
}
