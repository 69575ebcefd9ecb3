//! Images: with a badge baked in, a leaf; with a QR code that holds a credential or a link, what that holds.

use std::io::Cursor;
use std::ops::ControlFlow;

use image::{DynamicImage, ImageReader, Limits};
use openbadges::{Artifact, NotABadge};
use rqrr::PreparedImage;

use super::kind::Picture;
use super::place::{At, Labels};
use super::{Step, Walk, json, link};

/// A side of an image that is decoded, in pixels, at most.
const MAX_SIDE: u32 = 8192;

/// Memory for decoding, in bytes, at most.
const MAX_DECODED: u64 = 160 << 20;

/// A side of an image in which a code is looked for, in pixels: a larger one is made smaller.
const SIDE: u32 = 1600;

/// Places that look like corners of codes: so many cost little, and in a drawing of the largest code there are about
/// 280.
const FEW: usize = 60;
const CROWD: usize = 320;

/// Codes that are taken from one image.
const CODES: usize = 8;

/// Looks into an image. One that holds nothing is a leaf, so that the person is told.
pub(super) fn open(walk: &mut Walk, at: &At, picture: Picture, bytes: Vec<u8>) -> Step {
    if picture == Picture::Png {
        match Artifact::recognise(bytes.clone()) {
            Ok(artifact) => return baked(walk, at, bytes, &artifact),
            Err(NotABadge::PngWithoutBadge) => {}
            Err(_) => return walk.leaf(at, bytes),
        }
    }
    let codes = decode(walk, &bytes)
        .map(|image| codes(&image, at.is_incidental(), &mut walk.crowded))
        .unwrap_or_default();
    if codes.is_empty() { walk.leaf(at, bytes) } else { give(walk, at, codes) }
}

/// Looks into an SVG.
pub(super) fn open_svg(walk: &mut Walk, at: &At, bytes: Vec<u8>) -> Step {
    match Artifact::recognise(bytes.clone()) {
        Ok(artifact) => baked(walk, at, bytes, &artifact),
        Err(_) => walk.leaf(at, bytes),
    }
}

fn baked(walk: &mut Walk, at: &At, bytes: Vec<u8>, artifact: &Artifact) -> Step {
    walk.leaf(at, bytes)?;
    json::open_baked(walk, at, artifact)
}

/// Gives what codes hold.
pub(super) fn give(walk: &mut Walk, at: &At, codes: Vec<String>) -> Step {
    let mut labels = Labels::default();
    for code in codes {
        let part = at.part(&labels.label("QR code", ""));
        json::open_line(walk, &part, code.trim())?;
    }
    ControlFlow::Continue(())
}

/// The image in `bytes`, if it can be decoded within the limits.
pub(super) fn decode(walk: &mut Walk, bytes: &[u8]) -> Option<DynamicImage> {
    let size = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?.into_dimensions();
    let (width, height) = size.ok().filter(|(width, height)| *width.max(height) <= MAX_SIDE)?;
    if !walk.may_draw(width, height) {
        return None;
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_DECODED);
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    reader.limits(limits);
    reader.decode().ok()
}

/// The texts of the QR codes in `image` that may lead to a badge. Where nobody said that the image is about one, a
/// link has to name itself. Of `crowded`, each image that takes long takes one: at 0, such are left alone.
pub(super) fn codes(image: &DynamicImage, incidental: bool, crowded: &mut u32) -> Vec<String> {
    let small;
    let image = if image.width().max(image.height()) > SIDE {
        small = image.thumbnail(SIDE, SIDE);
        &small
    } else {
        image
    };
    let grey = Grey::of(image);
    let is_wanted = |text: &String| {
        let text = text.trim();
        let is_link = if incidental { link::is_badge_link(text) } else { link::is_link(text) };
        is_link || json::is_token(text) || json::is_object(text)
    };
    // A drawing is told by one threshold, a photograph by what is around; some codes are light on dark.
    for dark in [Grey::darker_than_half, Grey::darker_than_around, Grey::lighter_than_half] {
        let mut texts = grey.read(&dark(&grey), crowded);
        if !texts.is_empty() {
            texts.retain(is_wanted);
            texts.truncate(CODES);
            return texts;
        }
    }
    Vec::new()
}

/// An image in shades of grey.
struct Grey {
    width: usize,
    height: usize,
    /// Row by row; what is transparent is white.
    shades: Vec<u8>,
}

impl Grey {
    fn of(image: &DynamicImage) -> Self {
        let pixels = image.to_luma_alpha8();
        let shade = |shade: u8, alpha: u8| {
            let (shade, alpha) = (u32::from(shade), u32::from(alpha));
            u8::try_from((shade * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
        };
        let shades = pixels.pixels().map(|pixel| shade(pixel[0], pixel[1])).collect();
        Self { width: pixels.width() as usize, height: pixels.height() as usize, shades }
    }

    fn darker_than_half(&self) -> Vec<bool> {
        let half = self.half();
        self.shades.iter().map(|shade| *shade <= half).collect()
    }

    fn lighter_than_half(&self) -> Vec<bool> {
        let half = self.half();
        self.shades.iter().map(|shade| *shade > half).collect()
    }

    /// The shade that parts dark from light best: the variance between the two is greatest (Otsu's method).
    fn half(&self) -> u8 {
        let mut counts = [0_u64; 256];
        for shade in &self.shades {
            counts[usize::from(*shade)] += 1;
        }
        let weigh = |(sum, count): (u64, u64), (shade, many): (u64, u64)| (sum + shade * many, count + many);
        let all = (0..).zip(counts).fold((0, 0), weigh);
        let mut best = (0.0, 127);
        let mut dark = (0, 0);
        for (shade, many) in (0_u8..=255).zip(counts) {
            dark = weigh(dark, (u64::from(shade), many));
            let light = (all.0 - dark.0, all.1 - dark.1);
            if dark.1 == 0 || light.1 == 0 {
                continue;
            }
            let mean = |(sum, count): (u64, u64)| as_float(sum) / as_float(count);
            let between = as_float(dark.1) * as_float(light.1) * (mean(dark) - mean(light)).powi(2);
            if between > best.0 {
                best = (between, shade);
            }
        }
        best.1
    }

    /// What is darker than the mean of a square around it, from the sums of all rectangles that begin at the corner.
    fn darker_than_around(&self) -> Vec<bool> {
        let (width, height) = (self.width, self.height);
        let across = width + 1;
        let mut sums = vec![0_u64; across * (height + 1)];
        for y in 0..height {
            let mut row = 0;
            for x in 0..width {
                row += u64::from(self.shades[y * width + x]);
                sums[(y + 1) * across + x + 1] = sums[y * across + x + 1] + row;
            }
        }
        let reach = (width.max(height) / 12).max(8);
        let mut dark = Vec::with_capacity(self.shades.len());
        for y in 0..height {
            let (top, bottom) = (y.saturating_sub(reach), (y + reach + 1).min(height));
            for x in 0..width {
                let (left, right) = (x.saturating_sub(reach), (x + reach + 1).min(width));
                let sum = sums[bottom * across + right] + sums[top * across + left]
                    - sums[top * across + right]
                    - sums[bottom * across + left];
                let count = ((right - left) * (bottom - top)) as u64;
                dark.push(u64::from(self.shades[y * width + x]) * count * 100 < sum * 92);
            }
        }
        dark
    }

    /// The texts of the codes in an image of dark and light. The library tries every three corners, each on a copy of
    /// the image: where there are many, as in a code of much text, it takes long, and so not often.
    fn read(&self, dark: &[bool], crowded: &mut u32) -> Vec<String> {
        if self.width == 0 {
            return Vec::new();
        }
        match corners(dark, self.width, CROWD) {
            0..3 | CROWD.. => return Vec::new(),
            FEW..CROWD if *crowded == 0 => return Vec::new(),
            FEW..CROWD => *crowded -= 1,
            _ => {}
        }
        let mut image =
            PreparedImage::prepare_from_bitmap(self.width, self.height, |x, y| dark[y * self.width + x]);
        let grids = image.detect_grids();
        grids.iter().take(CODES * 2).filter_map(|grid| Some(grid.decode().ok()?.1)).collect()
    }
}

#[expect(clippy::cast_precision_loss, reason = "sums over at most 2,560,000 pixels")]
fn as_float(number: u64) -> f64 {
    number as f64
}

/// How many places look like the corner of a code, or one more than `most`.
fn corners(dark: &[bool], width: usize, most: usize) -> usize {
    let mut corners: Vec<(usize, usize, usize)> = Vec::new();
    for (y, row) in dark.chunks_exact(width).enumerate() {
        let mut runs = [0_usize; 5];
        let mut x = 0;
        while x < width {
            let colour = row[x];
            let length = row[x..].iter().take_while(|pixel| **pixel == colour).count();
            x += length;
            runs.rotate_left(1);
            runs[4] = length;
            if !colour || !is_corner(runs) {
                continue;
            }
            let size: usize = runs.iter().sum();
            let middle = x - size / 2;
            let is_near = |(x, y0, size): &(usize, usize, usize)| {
                middle.abs_diff(*x) < *size / 2 && y.abs_diff(*y0) < *size
            };
            if !corners.iter().any(is_near) {
                corners.push((middle, y, size));
                if corners.len() > most {
                    return corners.len();
                }
            }
        }
    }
    corners.len()
}

/// Whether runs of dark, light, dark, light, dark are as 1 : 1 : 3 : 1 : 1, about (ISO/IEC 18004, 6.3.3).
fn is_corner(runs: [usize; 5]) -> bool {
    let unit = (runs[0] + runs[1] + runs[3] + runs[4]) / 4;
    let near = |run: usize, times: usize| (run * 4).abs_diff(unit * times * 4) <= unit * 4;
    unit > 0
        && near(runs[0], 1)
        && near(runs[1], 1)
        && near(runs[2], 3)
        && near(runs[3], 1)
        && near(runs[4], 1)
}
