//! The desk's screen, as whoever sits at it has it before them.

use std::io::Cursor;

use image::{ImageFormat, RgbaImage};
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{ConnectionExt as _, ImageFormat as Planes, Screen as Root};
use x11rb::rust_connection::RustConnection;

use crate::desk::Desk;

/// The screen of a desk.
pub struct Screen {
    connection: RustConnection,
    root: Root,
}

impl Screen {
    /// The screen of `desk`.
    pub fn of(desk: &Desk) -> Self {
        let (connection, number) = RustConnection::connect(Some(desk.display())).expect("the screen");
        let root = connection.setup().roots[number].clone();
        Self { connection, root }
    }

    /// All that is on the screen, as a PNG.
    pub fn picture(&self) -> Vec<u8> {
        let (width, height) = (self.root.width_in_pixels, self.root.height_in_pixels);
        let pixels = self
            .connection
            .get_image(Planes::Z_PIXMAP, self.root.root, 0, 0, width, height, u32::MAX)
            .expect("a request")
            .reply()
            .expect("the pixels");
        let pixels: Vec<u8> =
            pixels.data.chunks_exact(4).flat_map(|bgrx| [bgrx[2], bgrx[1], bgrx[0], 255]).collect();
        let picture = RgbaImage::from_raw(width.into(), height.into(), pixels).expect("32 bits a pixel");
        let mut png = Vec::new();
        picture.write_to(&mut Cursor::new(&mut png), ImageFormat::Png).expect("a PNG");
        png
    }
}
