//! The ten badges as sharing sees them.

#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "each test program uses some of it, and fails where it cannot go on"
)]

use jiff::Timestamp;
use lapel_share::{Art, Badge, Cv, CvOptions, Original, Standing};
use lapel_testkit::{Ten, ten};
use openbadges::{BadgeCard, Credential, Documents, Policy, verify};

/// When they are judged and the CV is made.
pub const NOW: &str = lapel_testkit::NOW;

/// Texts that mean to be more than text.
pub const HOSTILE: &[&str] = &[
    "\\write18{touch pwned}\\input{/etc/passwd}\\include{x}",
    "\\end{document} % $$ $x^2$ #1 & _ ~ ^^41 ^^M",
    "\\catcode`\\%=12 \\directlua{os.execute('touch pwned')} \\openout1=pwned",
    "{ } }{ [ ] \\\\[1cm] `` '' -- --- ?` !` << >> ,, \"q\" fi ffl",
    "<script>alert(1)</script><img src=x onerror=alert(1)> &lt; &amp;",
    "</w:t></w:r><w:r><w:t>x ]]> <!-- -- > <?xml?> <!ENTITY x>",
    "# heading *bold* [a](javascript:alert(1)) ![b](http://x/) `code` <b> | t |",
    "#read(\"/etc/passwd\") #import \"@preview/x:1.0.0\" $ x $ @ref <label> = h *b*",
    "=HYPERLINK(\"http://x\") +1 -1 @SUM(1)",
    "gpj.\u{202e}exe \u{2066}a\u{2069} \u{200f}b\u{0}c\u{1b}[31m\u{feff}",
    "https://ada.example/a_b~c?x=1&y=%20^$#z{}'\"",
];

/// Badges that were chosen for a CV.
pub struct Chosen {
    pub ten: Vec<Ten>,
    read: Vec<(Credential, BadgeCard, Standing, Documents)>,
    pictures: Vec<Option<Vec<u8>>>,
}

impl Chosen {
    /// All of the ten.
    pub fn ten() -> Self {
        Self::of(ten())
    }

    pub fn of(ten: Vec<Ten>) -> Self {
        let now: Timestamp = NOW.parse().unwrap();
        let read = ten
            .iter()
            .map(|badge| {
                let (credential, documents) = (badge.issued.credential(), badge.documents());
                let report = verify(&credential, &documents, &Policy::at(now));
                let card = BadgeCard::of(&credential, &documents);
                let standing = Standing::of(&credential, &card, &report, now);
                (credential, card, standing, documents)
            })
            .collect();
        let pictures = ten
            .iter()
            .map(|badge| match badge.file.rsplit('.').next() {
                Some("png" | "svg") => Some(badge.bytes.clone()),
                _ => None,
            })
            .collect();
        Self { ten, read, pictures }
    }

    /// Those of these files.
    pub fn only(self, files: &[&str]) -> Self {
        Self::of(self.ten.into_iter().filter(|badge| files.contains(&badge.file)).collect())
    }

    pub fn badges(&self) -> Vec<Badge<'_>> {
        self.ten
            .iter()
            .zip(&self.read)
            .zip(&self.pictures)
            .map(|((ten, (credential, card, standing, documents)), picture)| Badge {
                card,
                credential,
                original: Original { kind: ten.kind, bytes: &ten.bytes },
                art: None,
                picture: picture.as_ref().map(|bytes| Art { bytes }),
                standing: standing.clone(),
                documents,
            })
            .collect()
    }

    pub fn cv(&self, options: &CvOptions) -> Cv {
        Cv::of(&self.badges(), options, NOW.parse().unwrap())
    }
}
