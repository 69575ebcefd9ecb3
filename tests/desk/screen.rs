//! The desk's screen, as whoever sits at it has it before them.

use std::collections::HashMap;
use std::io::Cursor;
use std::time::Duration;

use image::{ImageFormat, RgbaImage};
use tokio::time::{Instant, sleep};
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{
    AtomEnum, ConnectionExt as _, ImageFormat as Planes, InputFocus, KEY_PRESS_EVENT, KEY_RELEASE_EVENT,
    MapState, Screen as Root, Window,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

use crate::desk::{Desk, PATIENCE};

/// The keys that have no character (X11 protocol, appendix A).
pub const RETURN: u32 = 0xff0d;
/// See [`RETURN`].
pub const ESCAPE: u32 = 0xff1b;
const SHIFT: u32 = 0xffe1;

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

    /// The system's dialog, once it is open; it has the keyboard from then on, as a window manager would see to.
    pub async fn dialog(&self) -> Dialog<'_> {
        let asked = Instant::now();
        loop {
            if let Some(window) = self.find_dialog() {
                let focus = self.connection.set_input_focus(InputFocus::PARENT, window, x11rb::CURRENT_TIME);
                focus.expect("a request").check().expect("the keyboard");
                return Dialog { screen: self, window };
            }
            assert!(asked.elapsed() < PATIENCE, "no dialog of the system opened");
            sleep(Duration::from_millis(20)).await;
        }
    }

    fn find_dialog(&self) -> Option<Window> {
        let atom = |name: &[u8]| {
            self.connection.intern_atom(false, name).expect("a request").reply().expect("an atom").atom
        };
        let (property, dialog) = (atom(b"_NET_WM_WINDOW_TYPE"), atom(b"_NET_WM_WINDOW_TYPE_DIALOG"));
        let windows =
            self.connection.query_tree(self.root.root).expect("a request").reply().expect("windows");
        windows.children.into_iter().rev().find(|window| {
            let kind = self.connection.get_property(false, *window, property, AtomEnum::ATOM, 0, 8);
            // It may be gone by now.
            let kind = kind.expect("a request").reply();
            let is_dialog = kind
                .is_ok_and(|kind| kind.value32().is_some_and(|mut kinds| kinds.any(|kind| kind == dialog)));
            is_dialog && is_shown(&self.connection, *window)
        })
    }

    /// Presses and lets go of the key for each of these symbols: a character's number, or a key such as [`RETURN`].
    fn press(&self, symbols: impl IntoIterator<Item = u32>) {
        let keys = self.keys();
        let shift = keys[&SHIFT].0;
        let fake = |event, key| {
            let made =
                self.connection.xtest_fake_input(event, key, x11rb::CURRENT_TIME, self.root.root, 0, 0, 0);
            made.expect("a request");
        };
        for symbol in symbols {
            let (key, shifted) = keys[&symbol];
            if shifted {
                fake(KEY_PRESS_EVENT, shift);
            }
            fake(KEY_PRESS_EVENT, key);
            fake(KEY_RELEASE_EVENT, key);
            if shifted {
                fake(KEY_RELEASE_EVENT, shift);
            }
        }
        self.connection.flush().expect("the screen");
    }

    /// The key of each symbol, and whether it takes Shift.
    fn keys(&self) -> HashMap<u32, (u8, bool)> {
        let setup = self.connection.setup();
        let (first, last) = (setup.min_keycode, setup.max_keycode);
        let keyboard = self.connection.get_keyboard_mapping(first, last - first + 1).expect("a request");
        let keyboard = keyboard.reply().expect("the keyboard");
        let each = usize::from(keyboard.keysyms_per_keycode);
        let mut keys = HashMap::new();
        for (key, symbols) in (first..=last).zip(keyboard.keysyms.chunks_exact(each)) {
            for (level, symbol) in symbols.iter().take(2).enumerate() {
                keys.entry(*symbol).or_insert((key, level == 1));
            }
        }
        keys
    }
}

/// Whether the window is on the screen.
pub fn is_shown(connection: &RustConnection, window: Window) -> bool {
    let of = connection.get_window_attributes(window).expect("a request").reply();
    of.is_ok_and(|of| of.map_state == MapState::VIEWABLE)
}

/// A dialog of the system, with the keyboard.
pub struct Dialog<'a> {
    screen: &'a Screen,
    window: Window,
}

impl Dialog<'_> {
    /// Types the path of a file or folder and takes it, as who knows the path does: `/` opens a field for it.
    pub async fn choose(self, path: &std::path::Path) {
        self.screen.press(path.to_str().expect("ASCII").bytes().map(u32::from));
        self.screen.press([RETURN]);
        self.gone().await;
    }

    /// Goes away without an answer.
    pub async fn cancel(self) {
        self.screen.press([ESCAPE]);
        self.gone().await;
    }

    async fn gone(self) {
        let asked = Instant::now();
        while is_shown(&self.screen.connection, self.window) {
            if asked.elapsed() > PATIENCE {
                if let Some(folder) = std::env::var_os("LAPEL_SHOTS") {
                    let _ = std::fs::write(
                        std::path::Path::new(&folder).join("dialog-open.png"),
                        self.screen.picture(),
                    );
                }
                panic!("the dialog of the system stays open");
            }
            sleep(Duration::from_millis(20)).await;
        }
    }
}
