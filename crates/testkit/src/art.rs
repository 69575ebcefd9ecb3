//! Badge art drawn by the kit: every name gets a drawing of its own, the same each time, as SVG or PNG.

use std::f64::consts::{PI, TAU};
use std::fmt::Write as _;
use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::{ImageFormat, Rgba, RgbaImage};
use sha2::{Digest as _, Sha256};

/// Width and height of a drawing, in the units of the SVG and in pixels of the PNG.
pub const SIZE: u32 = 256;

/// Sub-scanlines per pixel row, and samples per pixel across, when a PNG is painted.
const SAMPLES: u32 = 3;

/// `svg` as a `data:` URI.
pub fn data_uri(svg: &str) -> String {
    format!("data:image/svg+xml;base64,{}", STANDARD.encode(svg))
}

/// The drawing for `name` as an SVG.
pub fn svg(name: &str) -> String {
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{SIZE}\" height=\"{SIZE}\" viewBox=\"0 0 {SIZE} {SIZE}\">"
    );
    for (index, layer) in drawing(name).iter().enumerate() {
        let _ = write!(
            svg,
            "<linearGradient id=\"g{index}\" x1=\"0\" y1=\"0\" x2=\"0\" y2=\"{SIZE}\" \
             gradientUnits=\"userSpaceOnUse\"><stop stop-color=\"{}\"/><stop offset=\"1\" stop-color=\"{}\"/>\
             </linearGradient><polygon fill=\"url(#g{index})\" points=\"",
            layer.top.hex(),
            layer.bottom.hex()
        );
        for (x, y) in &layer.outline {
            let _ = write!(svg, "{x:.2},{y:.2} ");
        }
        svg.truncate(svg.trim_end().len());
        svg.push_str("\"/>");
    }
    svg.push_str("</svg>");
    svg
}

/// The drawing for `name` as a PNG with transparency.
#[expect(clippy::expect_used, reason = "development only; an image in memory encodes")]
pub fn png(name: &str) -> Vec<u8> {
    let mut canvas = RgbaImage::new(SIZE, SIZE);
    for layer in drawing(name) {
        layer.paint(&mut canvas);
    }
    let mut bytes = Cursor::new(Vec::new());
    canvas.write_to(&mut bytes, ImageFormat::Png).expect("an image in memory encodes");
    bytes.into_inner()
}

#[derive(Clone, Copy)]
struct Colour(u32);

impl Colour {
    fn hex(self) -> String {
        format!("#{:06x}", self.0)
    }

    fn channels(self) -> [f64; 3] {
        [16, 8, 0].map(|shift| f64::from((self.0 >> shift) & 0xff))
    }

    /// This colour with `share` (0 to 1) of `other` in it.
    fn mixed(self, other: Self, share: f64) -> Self {
        let [r, g, b] = [0, 1, 2].map(|i| {
            let (a, b) = (self.channels()[i], other.channels()[i]);
            (a + (b - a) * share).round().clamp(0.0, 255.0)
        });
        Self(rounded(r) << 16 | rounded(g) << 8 | rounded(b))
    }
}

/// A polygon filled from `top` to `bottom`.
struct Layer {
    outline: Vec<(f64, f64)>,
    top: Colour,
    bottom: Colour,
}

impl Layer {
    /// Paints by scanlines: each crossing pair (even-odd) fills a span, and a pixel takes the share of its
    /// samples that are inside.
    fn paint(&self, canvas: &mut RgbaImage) {
        for row in 0..SIZE {
            let mut inside = vec![0_u32; SIZE as usize];
            for line in 0..SAMPLES {
                let y = f64::from(row) + (f64::from(line) + 0.5) / f64::from(SAMPLES);
                for pair in self.crossings(y).chunks_exact(2) {
                    let (from, to) =
                        (rounded(pair[0] * f64::from(SAMPLES)), rounded(pair[1] * f64::from(SAMPLES)));
                    for sample in from..to.min(SIZE * SAMPLES) {
                        inside[(sample / SAMPLES) as usize] += 1;
                    }
                }
            }
            let colour = self.top.mixed(self.bottom, f64::from(row) / f64::from(SIZE));
            for (column, &samples) in (0..SIZE).zip(&inside) {
                if samples > 0 {
                    let share = f64::from(samples) / f64::from(SAMPLES * SAMPLES);
                    blend(canvas.get_pixel_mut(column, row), colour, share);
                }
            }
        }
    }

    fn crossings(&self, y: f64) -> Vec<f64> {
        let next = self.outline.iter().cycle().skip(1);
        let mut all: Vec<f64> = self
            .outline
            .iter()
            .zip(next)
            .filter(|((_, y1), (_, y2))| (*y1 <= y) != (*y2 <= y))
            .map(|((x1, y1), (x2, y2))| x1 + (y - y1) / (y2 - y1) * (x2 - x1))
            .collect();
        all.sort_by(f64::total_cmp);
        all
    }
}

/// Top and bottom of the face, and the light of the emblem.
const PALETTES: [(u32, u32, u32); 8] = [
    (0x5b_8d_ef, 0x27_43_9b, 0xff_ff_ff),
    (0x34_c7_a5, 0x0f_6b_66, 0xf4_ff_fb),
    (0xf7_a8_4b, 0xc2_52_1f, 0xff_f8_ee),
    (0xe6_6b_8f, 0x8e_2a_5e, 0xff_f3_f7),
    (0x8f_7b_f2, 0x4a_2d_a0, 0xf7_f4_ff),
    (0x4f_5d_75, 0x1f_29_37, 0xff_e0_8a),
    (0x7f_c2_5a, 0x2f_6d_33, 0xfa_ff_f0),
    (0x4c_c3_e8, 0x15_65_8f, 0xf2_fc_ff),
];

fn drawing(name: &str) -> Vec<Layer> {
    let hash = Sha256::digest(name);
    let pick = |byte: usize, of: u8| hash[byte] % of;
    let (top, bottom, light) = PALETTES[usize::from(pick(0, 8))];
    let (top, bottom, light) = (Colour(top), Colour(bottom), Colour(light));
    let shape = |radius: f64| match pick(1, 4) {
        0 => star(48, radius, radius),
        1 => star(6, radius, radius * 0.93),
        2 => star(18, radius, radius * 0.93),
        _ => star(4, radius, radius * 0.86),
    };
    let white = Colour(0xff_ff_ff);
    let mut layers = vec![
        Layer { outline: shape(122.0), top: bottom, bottom: bottom.mixed(Colour(0), 0.35) },
        Layer { outline: shape(113.0), top: light, bottom: light.mixed(top, 0.35) },
        Layer { outline: shape(106.0), top, bottom },
        Layer {
            outline: star(48, 74.0, 74.0),
            top: bottom.mixed(top, 0.35),
            bottom: bottom.mixed(Colour(0), 0.15),
        },
    ];
    let points = 3 + usize::from(pick(2, 6));
    let inner = [0.42, 0.52, 0.62][usize::from(pick(3, 3))];
    layers.push(Layer {
        outline: star(points, 58.0, 58.0 * inner),
        top: white,
        bottom: light.mixed(top, 0.2),
    });
    layers.push(Layer { outline: star(points, 26.0, 26.0 * inner), top, bottom });
    layers
}

/// A star of `points` points in the middle of the drawing, its first point up. With `inner` near `outer` it is
/// a polygon of twice as many corners.
fn star(points: usize, outer: f64, inner: f64) -> Vec<(f64, f64)> {
    let middle = f64::from(SIZE) / 2.0;
    let corners = u32::try_from(points * 2).unwrap_or(u32::MAX);
    (0..corners)
        .map(|corner| {
            let radius = if corner % 2 == 0 { outer } else { inner };
            let angle = f64::from(corner) / f64::from(corners) * TAU - PI / 2.0;
            (middle + radius * angle.cos(), middle + radius * angle.sin())
        })
        .collect()
}

/// Lays `colour` over `pixel`, covering `share` of it.
fn blend(pixel: &mut Rgba<u8>, colour: Colour, share: f64) {
    let under = f64::from(pixel[3]) / 255.0 * (1.0 - share);
    let alpha = share + under;
    for (channel, over) in colour.channels().into_iter().enumerate() {
        let value = (over * share + f64::from(pixel[channel]) * under) / alpha;
        pixel[channel] = u8::try_from(rounded(value)).unwrap_or(u8::MAX);
    }
    pixel[3] = u8::try_from(rounded(alpha * 255.0)).unwrap_or(u8::MAX);
}

/// The nearest whole number, at least 0.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "drawings are small and clamped")]
fn rounded(value: f64) -> u32 {
    value.round().clamp(0.0, f64::from(u32::MAX)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_is_the_same_every_time_and_differs_by_name() {
        assert_eq!(svg("Rust"), svg("Rust"));
        assert_eq!(png("Rust"), png("Rust"));
        assert_ne!(svg("Rust"), svg("Knots"));
        assert_ne!(png("Rust"), png("Knots"));
    }

    #[test]
    fn a_png_has_paint_in_the_middle_and_none_in_the_corners() {
        let picture = image::load_from_memory(&png("Rust")).unwrap().to_rgba8();
        assert_eq!(picture.dimensions(), (SIZE, SIZE));
        assert_eq!(picture.get_pixel(SIZE / 2, SIZE / 2)[3], 255);
        assert_eq!(picture.get_pixel(0, 0)[3], 0);
    }
}
