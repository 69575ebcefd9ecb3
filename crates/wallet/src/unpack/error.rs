//! Why something could not be unpacked.

use std::io;

/// Why a container, or an entry of one, could not be unpacked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnpackError {
    /// The input could not be read.
    #[error("the file could not be read: {detail}")]
    Unreadable {
        /// What the system said.
        detail: String,
    },
    /// It is larger than its kind may be.
    #[error("this is too large: {most} bytes are the most")]
    TooLarge {
        /// Bytes.
        most: usize,
    },
    /// Containers inside containers.
    #[error("this is packed too often: at most {most} containers inside one another are opened")]
    TooDeep {
        /// How many are opened.
        most: u32,
    },
    /// It unpacks to so much more than it takes that it was made to do harm.
    #[error("this unpacks to more than {ratio} times its size, as only what is made to do harm does")]
    Bomb {
        /// How many times its size would have been taken.
        ratio: u64,
    },
    /// All containers of the input together unpack to too much: here it ended.
    #[error("unpacking ended here, after {read} bytes: {most} are the most for one file{}", left_over(*left))]
    ArchiveTooLarge {
        /// Bytes that may be unpacked.
        most: u64,
        /// Bytes that were.
        read: u64,
        /// Entries of this container that were not looked at, besides this one, if that is known.
        left: Option<u64>,
    },
    /// All containers of the input together hold too many things: here it ended.
    #[error("unpacking ended here: {most} entries are the most for one file{}", left_over(*left))]
    TooMany {
        /// Entries that are looked at.
        most: u32,
        /// Entries of this container that were not looked at, if that is known.
        left: Option<u64>,
    },
    /// An entry of an archive that only a password opens.
    #[error("this is encrypted in the archive")]
    ZipEncrypted,
    /// A link to somewhere else on a disk.
    #[error("this is not a file but a link to another place on a disk")]
    Symlink,
    /// What came out is not what was put in.
    #[error("this is damaged in the archive: its checksum is another one")]
    Checksum,
    /// It is compressed by a method that is not read.
    #[error("this is compressed in a way that is not supported ({method})")]
    Method {
        /// Its name or number.
        method: String,
    },
    /// A container that is cut short or makes no sense.
    #[error("{what} is damaged: {detail}")]
    Damaged {
        /// What, with an article.
        what: &'static str,
        /// In which way.
        detail: String,
    },
    /// A container with nothing in it that could be a badge.
    #[error("there is nothing in {what} that could be a badge")]
    NothingInside {
        /// What, with an article.
        what: &'static str,
    },
    /// A PDF that only a password opens.
    #[error("this PDF is encrypted")]
    PdfEncrypted,
    /// A mail that only its addressee's key opens.
    #[error("this mail is encrypted, or sealed in a signature around the whole")]
    MailEncrypted,
    /// A wallet's backup that only a password opens.
    #[error("this backup of a wallet is locked by a password")]
    WalletEncrypted,
}

fn left_over(left: Option<u64>) -> String {
    match left {
        None | Some(0) => String::new(),
        Some(1) => ", and 1 more entry was not looked at".to_owned(),
        Some(left) => format!(", and {left} more entries were not looked at"),
    }
}

impl UnpackError {
    /// What a failed read of packed bytes means.
    pub(super) fn of_reading(error: &io::Error) -> Self {
        let detail = match error.kind() {
            io::ErrorKind::InvalidData if error.to_string().contains("checksum") => return Self::Checksum,
            io::ErrorKind::UnexpectedEof => "it is cut short".to_owned(),
            _ => error.to_string(),
        };
        Self::Damaged { what: "this entry", detail }
    }

    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "import.unreadable-file",
            Self::TooLarge { .. } => "import.too-large",
            Self::TooDeep { .. } => "import.archive-too-deep",
            Self::Bomb { .. } => "import.archive-bomb",
            Self::ArchiveTooLarge { .. } => "import.archive-too-large",
            Self::TooMany { .. } => "import.archive-too-many",
            Self::ZipEncrypted => "import.zip-encrypted",
            Self::Symlink => "import.archive-symlink",
            Self::Checksum => "import.archive-checksum",
            Self::Method { .. } => "import.archive-method",
            Self::Damaged { .. } => "import.archive-damaged",
            Self::NothingInside { .. } => "import.nothing-inside",
            Self::PdfEncrypted => "import.pdf-encrypted",
            Self::MailEncrypted => "import.mail-encrypted",
            Self::WalletEncrypted => "import.wallet-encrypted",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "Check that the file is still there and that you may read it.",
            Self::TooLarge { .. } => {
                "Check that it is a badge or holds badges; if it does, import the badges themselves."
            }
            Self::TooDeep { .. } => "Unpack the outer archives yourself, and import what is in them.",
            Self::Bomb { .. } => "Do not open it; if somebody sent it to you, ask for the badge alone.",
            Self::ArchiveTooLarge { .. } | Self::TooMany { .. } => {
                "What came before was imported. Unpack the archive yourself, and import the rest in smaller parts."
            }
            Self::ZipEncrypted => "Unpack the archive with its password, and import the files.",
            Self::Symlink => "Import the file that it points to.",
            Self::Checksum | Self::Damaged { .. } => "Download it again, or ask for it again.",
            Self::Method { .. } => "Unpack the archive with another program, and import the files.",
            Self::NothingInside { .. } => {
                "Look for a download of the badge itself (PNG, SVG or JSON), or import the badge's web address."
            }
            Self::PdfEncrypted => {
                "Open it with its password, save what is attached to it, and import that; or ask for the badge itself."
            }
            Self::MailEncrypted => {
                "Open the mail in your mail program, save its attachments, and import these."
            }
            Self::WalletEncrypted => {
                "Make a backup without a password in that wallet, or share the credentials from there one by one."
            }
        }
    }
}
