//! Files that are dragged over the desk's screen and dropped, as a file manager does it: the source's part of XDND 5.

use std::path::Path;
use std::time::Duration;

use tokio::time::{Instant, sleep};
use x11rb::COPY_DEPTH_FROM_PARENT;
use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ClientMessageEvent, ConnectionExt as _, CreateWindowAux, EventMask, PropMode,
    SELECTION_NOTIFY_EVENT, SelectionNotifyEvent, SelectionRequestEvent, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use crate::desk::{Desk, PATIENCE};
use crate::screen::is_shown;

x11rb::atom_manager! {
    /// The names that XDND uses.
    Atoms: AtomsCookie {
        XdndAware,
        XdndSelection,
        XdndEnter,
        XdndPosition,
        XdndStatus,
        XdndLeave,
        XdndDrop,
        XdndFinished,
        XdndActionCopy,
        TARGETS,
        URI_LIST: b"text/uri-list",
    }
}

/// A hand on the mouse, which drags files.
pub struct Hand {
    connection: RustConnection,
    atoms: Atoms,
    root: Window,
    source: Window,
    target: Window,
    files: String,
    said: Said,
}

/// What the window under the mouse has said.
#[derive(Default)]
struct Said {
    /// It would take the files, here.
    takes: bool,
    /// It was told of them, and has answered.
    answered: bool,
    /// Whether it took them, once it is through.
    finished: Option<bool>,
}

impl Hand {
    /// A hand on the mouse of `desk`, holding nothing.
    pub fn at(desk: &Desk) -> Self {
        let (connection, screen) = RustConnection::connect(Some(desk.display())).expect("the screen");
        let atoms = Atoms::new(&connection).expect("a request").reply().expect("atoms");
        let root = connection.setup().roots[screen].root;
        let source = connection.generate_id().expect("an id");
        connection
            .create_window(
                COPY_DEPTH_FROM_PARENT,
                source,
                root,
                0,
                0,
                1,
                1,
                0,
                WindowClass::INPUT_OUTPUT,
                0,
                &CreateWindowAux::new(),
            )
            .expect("a window");
        let (target, files, said) = (x11rb::NONE, String::new(), Said::default());
        Self { connection, atoms, root, source, target, files, said }
    }

    /// Holds `files` over the middle of the app's window until that says it would take them.
    pub async fn hold_over_window(&mut self, files: &[&Path]) {
        let Self { atoms, root, source, .. } = *self;
        self.target = aware(&self.connection, root, atoms.XdndAware).expect("a window that takes drops");
        let address = |file| url::Url::from_file_path(file).expect("a path");
        self.files = files.iter().flat_map(|file| [String::from(address(file)), "\r\n".to_owned()]).collect();
        self.said = Said::default();
        let owner = self.connection.set_selection_owner(source, atoms.XdndSelection, x11rb::CURRENT_TIME);
        owner.expect("a request");
        let version = 5 << 24;
        self.tell(atoms.XdndEnter, [source, version, atoms.URI_LIST, 0, 0]);
        let asked = Instant::now();
        while !self.said.takes {
            assert!(asked.elapsed() < PATIENCE, "the window would not take the files");
            // A hand is never quite still, and a window looks at the files before it says yes.
            self.said.answered = false;
            let (at, now) = (self.middle(), x11rb::CURRENT_TIME);
            self.tell(atoms.XdndPosition, [source, 0, at, now, atoms.XdndActionCopy]);
            self.until(|said| said.answered).await;
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Lets go of the files over the window, and waits until it took them.
    pub async fn let_go(&mut self) {
        self.tell(self.atoms.XdndDrop, [self.source, 0, x11rb::CURRENT_TIME, 0, 0]);
        self.until(|said| said.finished.is_some()).await;
        assert_eq!(self.said.finished, Some(true), "the window did not take the files");
    }

    /// Takes the files away from the window again.
    pub fn leave(&mut self) {
        self.tell(self.atoms.XdndLeave, [self.source, 0, 0, 0, 0]);
    }

    /// The middle of the target, on the screen.
    fn middle(&self) -> u32 {
        let of = self.connection.get_geometry(self.target).expect("a request").reply().expect("a window");
        let (x, y) = (of.width / 2, of.height / 2);
        let (x, y) = (i16::try_from(x).expect("a screen"), i16::try_from(y).expect("a screen"));
        let at = self.connection.translate_coordinates(self.target, self.root, x, y).expect("a request");
        let at = at.reply().expect("a place");
        u32::from(at.dst_x.cast_unsigned()) << 16 | u32::from(at.dst_y.cast_unsigned())
    }

    fn tell(&self, message: Atom, data: [u32; 5]) {
        let message = ClientMessageEvent::new(32, self.target, message, data);
        self.connection.send_event(false, self.target, EventMask::NO_EVENT, message).expect("a request");
        self.connection.flush().expect("the screen");
    }

    /// Answers to the window until it has said what is waited for.
    async fn until(&mut self, said: impl Fn(&Said) -> bool) {
        let asked = Instant::now();
        while !said(&self.said) {
            assert!(asked.elapsed() < PATIENCE, "the window does not answer to the drag");
            match self.connection.poll_for_event().expect("the screen") {
                Some(event) => self.hear(&event),
                None => sleep(Duration::from_millis(5)).await,
            }
        }
    }

    fn hear(&mut self, event: &Event) {
        match event {
            Event::SelectionRequest(request) => self.give(request),
            Event::ClientMessage(message) if message.type_ == self.atoms.XdndStatus => {
                self.said.answered = true;
                self.said.takes = message.data.as_data32()[1] & 1 == 1;
            }
            Event::ClientMessage(message) if message.type_ == self.atoms.XdndFinished => {
                self.said.finished = Some(message.data.as_data32()[1] & 1 == 1);
            }
            _ => {}
        }
    }

    /// Gives the addresses of the files to whoever asks for them.
    fn give(&self, request: &SelectionRequestEvent) {
        let (to, property) = (request.requestor, request.property);
        let given = if request.target == self.atoms.URI_LIST {
            let files = self.files.as_bytes();
            self.connection.change_property8(PropMode::REPLACE, to, property, self.atoms.URI_LIST, files)
        } else if request.target == self.atoms.TARGETS {
            let offered = [self.atoms.TARGETS, self.atoms.URI_LIST];
            self.connection.change_property32(PropMode::REPLACE, to, property, AtomEnum::ATOM, &offered)
        } else {
            self.answer(request, x11rb::NONE);
            return;
        };
        given.expect("a request");
        self.answer(request, property);
    }

    fn answer(&self, request: &SelectionRequestEvent, property: Atom) {
        let answer = SelectionNotifyEvent {
            response_type: SELECTION_NOTIFY_EVENT,
            sequence: 0,
            time: request.time,
            requestor: request.requestor,
            selection: request.selection,
            target: request.target,
            property,
        };
        self.connection.send_event(false, request.requestor, EventMask::NO_EVENT, answer).expect("a request");
        self.connection.flush().expect("the screen");
    }
}

/// The largest window that takes drops: a tooltip is a window, too.
fn aware(connection: &RustConnection, root: Window, xdnd_aware: Atom) -> Option<Window> {
    let windows = connection.query_tree(root).expect("a request").reply().expect("the windows").children;
    let takes_drops = |window: &Window| {
        let version = connection.get_property(false, *window, xdnd_aware, AtomEnum::ATOM, 0, 1);
        version.expect("a request").reply().is_ok_and(|version| version.value_len > 0)
    };
    let size = |window: &Window| {
        let of = connection.get_geometry(*window).expect("a request").reply();
        of.map_or(0, |of| u32::from(of.width) * u32::from(of.height))
    };
    windows.into_iter().filter(|window| is_shown(connection, *window) && takes_drops(window)).max_by_key(size)
}
