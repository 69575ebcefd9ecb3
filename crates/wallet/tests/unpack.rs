//! Unpacking: what comes out of each kind of container is what was put in, byte for byte, and whatever is wrong with
//! one costs that one alone, within the limits.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use std::fs::File;
use std::io::Write;
use std::ops::ControlFlow;

use image::ImageFormat;
use lapel_testkit::containers::{
    Attached, MailPart, PdfFile, encoded, gzip, learner_wallet, mail, qr, tar, zip, zip_with_symlink,
};
use lapel_testkit::{DataModel, Issuer, art};
use lapel_wallet::SelfListed;
use lapel_wallet::unpack::{Content, Input, Leaf, Limits, Unpacked, unpack};

/// Unpacks `bytes`; on the way, no leaf is larger than one may be.
fn unpacked_within(bytes: &[u8], limits: &Limits) -> (Vec<Leaf>, Unpacked) {
    let mut leaves = Vec::new();
    let input = Input::Bytes { name: "input".to_owned(), bytes: bytes.to_vec() };
    let tally = unpack(input, limits, &mut |leaf| {
        if let Content::Bytes(bytes) = &leaf.content {
            assert!(bytes.len() <= limits.leaf);
        }
        leaves.push(leaf);
        ControlFlow::Continue(())
    });
    assert_eq!(tally.leaves as usize, leaves.len());
    (leaves, tally)
}

fn unpacked(bytes: &[u8]) -> Vec<Leaf> {
    unpacked_within(bytes, &Limits::default()).0
}

/// Each leaf as its place and what it is: bytes as text, or the code of an error.
fn told(leaves: &[Leaf]) -> Vec<(String, String)> {
    let told = |leaf: &Leaf| match &leaf.content {
        Content::Bytes(bytes) => {
            String::from_utf8(bytes.clone()).unwrap_or_else(|_| format!("{} bytes", bytes.len()))
        }
        Content::SelfListed(listed) => format!("listed {}", listed.name),
        Content::Failed(error) => {
            assert!(!error.hint().is_empty() && error.to_string().len() < 500);
            format!("! {}", error.code())
        }
    };
    leaves.iter().map(|leaf| (leaf.place.clone(), told(leaf))).collect()
}

fn tell(bytes: &[u8]) -> Vec<(String, String)> {
    told(&unpacked(bytes))
}

fn pairs<A: Into<String> + Clone, B: Into<String> + Clone>(expected: &[(A, B)]) -> Vec<(String, String)> {
    expected.iter().map(|(place, what)| (place.clone().into(), what.clone().into())).collect()
}

fn ob3() -> String {
    Issuer::did_key("unpack").achievement("Rust").sign_data_integrity(DataModel::V2).text().to_owned()
}

fn token() -> String {
    Issuer::did_key("unpack").achievement("Knots").sign_jwt().text().to_owned()
}

fn png() -> Vec<u8> {
    Issuer::did_key("unpack").achievement("Sailing").sign_jwt().baked_png()
}

fn bytes_at<'l>(leaves: &'l [Leaf], place: &str) -> &'l [u8] {
    let leaf = leaves.iter().find(|leaf| leaf.place == place);
    match leaf.map(|leaf| &leaf.content) {
        Some(Content::Bytes(bytes)) => bytes,
        other => {
            panic!("{place}: {other:?} among {:?}", leaves.iter().map(|leaf| &leaf.place).collect::<Vec<_>>())
        }
    }
}

fn noise(length: usize) -> Vec<u8> {
    // A generator of Lehmer's: deterministic, and nothing that packs.
    let mut state = 48_271_u64;
    let mut next = || {
        state = state * 48_271 % 2_147_483_647;
        u8::try_from(state >> 7 & 0xff).unwrap()
    };
    (0..length).map(|_| next()).collect()
}

#[test]
fn what_is_no_container_is_a_leaf_as_it_came() {
    let svg = Issuer::did_key("unpack").achievement("Bees").sign_jwt().baked_svg();
    let cases: Vec<Vec<u8>> = vec![
        png(),
        svg,
        ob3().into_bytes(),
        format!("\u{feff}\n {} \n", ob3()).into_bytes(),
        token().into_bytes(),
        format!("{}\n", token()).into_bytes(),
        b"https://a.example/badge/1\n".to_vec(),
        art::png("plain"),
        b"words, and more words\n".to_vec(),
        b"<!doctype html><a href=\"https://a.example/badge/1\">".to_vec(),
        b"{\"hello\":\"world\"}".to_vec(),
        b"{ broken".to_vec(),
        b"[1,2,3]".to_vec(),
        vec![0, 1, 2, 3],
        Vec::new(),
    ];
    for bytes in cases {
        let leaves = unpacked(&bytes);
        let [Leaf { place, content: Content::Bytes(found), incidental: false, recipient: None }] =
            &leaves[..]
        else {
            panic!("{leaves:?}");
        };
        assert_eq!((place.as_str(), found), ("", &bytes));
    }
}

#[test]
fn a_file_is_unpacked_as_its_bytes_are() {
    let archive = zip(&[("a.json", ob3().as_bytes()), ("b.jwt", token().as_bytes())]);
    let pdf = PdfFile::new().file(Attached::Listed, "a.json", ob3().as_bytes()).bytes(false);
    let mbox = [
        b"From x Mon\n".as_slice(),
        &mail("ada@example.org", "x", &[MailPart::attached("a.png", "image/png", &png())]),
    ]
    .concat();
    for bytes in [archive, gzip(&tar(&[("a.json", b'0', ob3().as_bytes())])), pdf, mbox, png(), Vec::new()] {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        let mut file: File = file;
        std::io::Seek::rewind(&mut file).unwrap();
        let mut leaves = Vec::new();
        unpack(Input::File(file, "x".to_owned()), &Limits::default(), &mut |leaf| {
            leaves.push(leaf);
            ControlFlow::Continue(())
        });
        assert_eq!(told(&leaves), tell(&bytes));
        assert!(!leaves.is_empty());
    }
}

#[test]
fn the_visitor_can_stop() {
    let archive = zip(&[("a", b"1"), ("b", b"2"), ("c", b"3")]);
    let mut seen = 0;
    let input = Input::Bytes { name: "x.zip".to_owned(), bytes: archive };
    let tally = unpack(input, &Limits::default(), &mut |_| {
        seen += 1;
        if seen == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!((seen, tally.leaves, tally.stopped), (2, 2, true));
}

#[test]
fn archives_give_their_files_and_those_of_the_archives_in_them() {
    let (png, json) = (png(), ob3());
    let inner = zip(&[("badges/", b""), ("badges/1.png", &png), ("token.txt", token().as_bytes())]);
    let tarred = gzip(&tar(&[("t/", b'5', b""), ("t/badge.json", b'0', json.as_bytes())]));
    let outer = zip(&[
        ("badge.json", json.as_bytes()),
        ("inner.zip", &inner),
        ("t.tar.gz", &tarred),
        ("one.json.gz", &gzip(json.as_bytes())),
        ("__MACOSX/._badge.json", b"x"),
        (".DS_Store", b"x"),
        ("a/Thumbs.db", b"x"),
    ]);
    let (leaves, tally) = unpacked_within(&outer, &Limits::default());
    assert_eq!(bytes_at(&leaves, "badge.json"), json.as_bytes());
    assert_eq!(bytes_at(&leaves, "inner.zip \u{203a} badges/1.png"), png);
    assert_eq!(bytes_at(&leaves, "inner.zip \u{203a} token.txt"), token().as_bytes());
    assert_eq!(bytes_at(&leaves, "t.tar.gz \u{203a} t/badge.json"), json.as_bytes());
    assert_eq!(bytes_at(&leaves, "one.json.gz \u{203a} unpacked file"), json.as_bytes());
    assert_eq!((leaves.len(), tally.skipped, tally.stopped), (5, 3, false));
    assert_eq!(tell(&zip(&[])), pairs(&[("", "! import.nothing-inside")]));
    assert_eq!(tell(&zip(&[("folder/", b"")])), pairs(&[("", "! import.nothing-inside")]));
}

#[test]
fn three_containers_inside_one_another_are_opened_and_no_fourth() {
    let one = zip(&[("x.txt", b"https://a.example/badge/1")]);
    let two = zip(&[("1.zip", &one)]);
    let three = zip(&[("2.zip", &two), ("beside", b"words")]);
    let four = zip(&[("3.zip", &three)]);
    assert_eq!(
        tell(&three),
        pairs(&[("2.zip \u{203a} 1.zip \u{203a} x.txt", "https://a.example/badge/1"), ("beside", "words")])
    );
    assert_eq!(
        tell(&four),
        pairs(&[
            ("3.zip \u{203a} 2.zip \u{203a} 1.zip", "! import.archive-too-deep"),
            ("3.zip \u{203a} beside", "words")
        ])
    );
}

#[test]
fn hostile_names_are_labels_and_no_entry_hides_another() {
    let mut archive = zip(&[
        ("../../../../etc/passwd", b"1"),
        ("/root/x", b"2"),
        ("C:\\x\\y", b"3"),
        ("a\u{202e}gnp.exe", b"4"),
        ("same-1", b"5"),
        ("same-2", b"6"),
        ("nul-x", b"7"),
    ]);
    // No library writes these.
    for (from, to) in [(b"same-2", b"same-1"), (b"nul-x\0", b"nul\0x\0")] {
        let (from, to) = (from.strip_suffix(b"\0").unwrap_or(from), to.strip_suffix(b"\0").unwrap_or(to));
        while let Some(at) = archive.windows(from.len()).position(|window| window == from) {
            archive[at..at + from.len()].copy_from_slice(to);
        }
    }
    let told = tell(&archive);
    assert_eq!(
        told,
        pairs(&[
            ("etc/passwd", "1"),
            ("root/x", "2"),
            ("x/y", "3"),
            ("agnp.exe", "4"),
            ("same-1", "5"),
            ("same-1 (2)", "6"),
            ("nulx", "7"),
        ])
    );
}

#[test]
fn a_broken_entry_costs_itself_alone() {
    let text = b"some text that is packed into an archive, and more of it";
    let whole = zip(&[("a", text), ("b", text), ("c", text)]);
    let headers: Vec<usize> = positions(&whole, b"PK\x03\x04");
    let directory: Vec<usize> = positions(&whole, b"PK\x01\x02");
    let mut encrypted = whole.clone();
    encrypted[headers[1] + 6] |= 1;
    encrypted[directory[1] + 8] |= 1;
    let mut checksum = whole.clone();
    checksum[directory[1] + 16] ^= 0xff;
    checksum[headers[1] + 14] ^= 0xff;
    let mut method = whole.clone();
    method[directory[1] + 10] = 12;
    method[headers[1] + 8] = 12;
    let mut data = whole.clone();
    data[headers[1] + 31] = 0xff;
    let mut size = whole.clone();
    size[directory[1] + 24] = 3;
    for (archive, code) in [
        (encrypted, "! import.zip-encrypted"),
        (checksum, "! import.archive-checksum"),
        (method, "! import.archive-method"),
        (data, "! import.archive-damaged"),
        (size, "! import.archive-damaged"),
    ] {
        let text = std::str::from_utf8(text).unwrap();
        assert_eq!(tell(&archive), pairs(&[("a", text), ("b", code), ("c", text)]));
    }
    let link = zip_with_symlink("link", "/etc/passwd");
    assert_eq!(tell(&link), pairs(&[("link", "! import.archive-symlink")]));
}

fn positions(bytes: &[u8], mark: &[u8]) -> Vec<usize> {
    (0..bytes.len()).filter(|at| bytes[*at..].starts_with(mark)).collect()
}

#[test]
fn of_an_archive_that_is_cut_short_what_there_is_comes_out() {
    let whole = zip(&[("a", b"first"), ("b", b"second"), ("c", &noise(2_000))]);
    let directory = positions(&whole, b"PK\x01\x02")[0];
    let told = tell(&whole[..directory]);
    assert_eq!(told.len(), 4);
    assert_eq!(told[..2], pairs(&[("a", "first"), ("b", "second")]));
    assert_eq!(told[3], (String::new(), "! import.archive-damaged".to_owned()));
    let told = tell(&whole[..directory - 1_000]);
    assert_eq!(told[..2], pairs(&[("a", "first"), ("b", "second")]));
    assert_eq!(told[2..], pairs(&[("c", "! import.archive-damaged"), ("", "! import.archive-damaged")]));
    assert_eq!(tell(b"PK\x03\x04"), pairs(&[("", "! import.archive-damaged")]));
    for cut in 0..whole.len() {
        assert!(!unpacked(&whole[..cut]).is_empty());
    }
}

#[test]
fn a_bomb_costs_one_line() {
    let zeros = vec![0; 40 << 20];
    let archive = zip(&[("bomb", &zeros), ("badge.txt", b"https://a.example/badge/1")]);
    assert!(archive.len() < 50_000);
    let (leaves, tally) = unpacked_within(&archive, &Limits::default());
    assert_eq!(
        told(&leaves),
        pairs(&[("bomb", "! import.archive-bomb"), ("badge.txt", "https://a.example/badge/1")])
    );
    // It was stopped at 200 times what it is packed to.
    assert!(tally.bytes < 9 << 20, "{}", tally.bytes);
    assert!(!tally.stopped);
    for bomb in [gzip(&zeros), gzip(&tar(&[("bomb", b'0', &zeros)]))] {
        let (leaves, tally) = unpacked_within(&bomb, &Limits::default());
        let told = told(&leaves);
        assert_eq!(told.last().unwrap().1, "! import.archive-bomb");
        assert!(tally.bytes < 10 << 20, "{}", tally.bytes);
    }
    let pdf = PdfFile::new()
        .file(Attached::Listed, "bomb", &zeros)
        .file(Attached::Listed, "badge.json", ob3().as_bytes())
        .bytes(true);
    let (leaves, tally) = unpacked_within(&pdf, &Limits::default());
    assert_eq!(told(&leaves)[0].1, "! import.archive-bomb");
    assert_eq!(bytes_at(&leaves, "badge.json"), ob3().as_bytes());
    assert!(tally.bytes < 10 << 20, "{}", tally.bytes);
}

#[test]
fn what_is_too_large_is_not_read_to_its_end() {
    let limits = Limits { leaf: 1_000, container: 5_000, ..Limits::default() };
    let archive = zip(&[("large", &noise(100_000)), ("small", b"words")]);
    let (leaves, tally) = unpacked_within(&archive, &limits);
    assert_eq!(told(&leaves), pairs(&[("large", "! import.too-large"), ("small", "words")]));
    assert!(tally.bytes < 20_000);
    let tarred = tar(&[("large", b'0', &noise(100_000)), ("small", b'0', b"words")]);
    assert_eq!(tell_within(&tarred, &limits), pairs(&[("large", "! import.too-large"), ("small", "words")]));
    let list = format!("{}\n", token()).repeat(3);
    let sized = Limits { leaf: 10, ..Limits::default() };
    assert_eq!(tell_within(list.as_bytes(), &sized).len(), 3);
    assert_eq!(tell_within(&noise(2_000), &limits), pairs(&[("", "! import.too-large")]));
}

fn tell_within(bytes: &[u8], limits: &Limits) -> Vec<(String, String)> {
    told(&unpacked_within(bytes, limits).0)
}

#[test]
fn the_whole_ends_where_its_limits_are() {
    let part = noise(10_000);
    let entries: Vec<(String, &[u8])> = (0..20).map(|number| (format!("{number}"), &part[..])).collect();
    let entries: Vec<(&str, &[u8])> = entries.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    let archive = zip(&entries);
    let limits = Limits { unpacked: 55_000, ..Limits::default() };
    let (leaves, tally) = unpacked_within(&archive, &limits);
    assert_eq!(leaves.len(), 6);
    assert!(tally.stopped && tally.bytes <= 55_000 + (64 << 10));
    let Content::Failed(error) = &leaves[5].content else { panic!() };
    assert_eq!(error.code(), "import.archive-too-large");
    assert!(error.to_string().contains("14 more entries were not looked at"), "{error}");
    let limits = Limits { entries: 7, ..Limits::default() };
    let (leaves, tally) = unpacked_within(&archive, &limits);
    assert_eq!((leaves.len(), tally.stopped), (8, true));
    let Content::Failed(error) = &leaves[7].content else { panic!() };
    assert_eq!(error.code(), "import.archive-too-many");
    assert!(error.to_string().contains("13 more entries"), "{error}");
    let list = format!("[{}1]", "\"https://a.example/badge/1\",".repeat(20));
    let (leaves, tally) = unpacked_within(list.as_bytes(), &limits);
    assert_eq!((leaves.len(), tally.stopped), (8, true));
    assert_eq!(told(&leaves)[7].1, "! import.archive-too-many");
}

#[test]
fn tar_archives_have_long_names_links_and_ends() {
    let long = format!("{}/badge.txt", "long".repeat(30));
    let tarred = tar(&[
        ("folder/", b'5', b""),
        (&long, b'0', b"1"),
        ("link", b'2', b""),
        ("hard", b'1', b""),
        ("device", b'3', b""),
        ("sparse", b'S', b""),
        ("._x", b'0', b"noise"),
        ("last", b'0', b"2"),
    ]);
    assert_eq!(
        tell(&tarred),
        pairs(&[
            (long.as_str(), "1"),
            ("link", "! import.archive-symlink"),
            ("hard", "! import.archive-symlink"),
            ("sparse", "! import.archive-method"),
            ("last", "2"),
        ])
    );
    let whole = tar(&[("a", b'0', b"first"), ("b", b'0', &noise(3_000))]);
    assert_eq!(tell(&whole[..2_000])[1], ("b".to_owned(), "! import.archive-damaged".to_owned()));
    let mut wrong = whole.clone();
    wrong[1024 + 3] = b'x';
    assert_eq!(tell(&wrong), pairs(&[("a", "first"), ("", "! import.archive-damaged")]));
    let gz = gzip(&whole);
    assert_eq!(tell(&gz[..gz.len() / 2])[0].1, "first");
    assert_eq!(tell(&gz[..gz.len() / 2]).last().unwrap().1, "! import.archive-damaged");
    let mut name = tar(&[("x", b'L', &vec![b'n'; 200_000]), ("a", b'0', b"1")]);
    assert_eq!(tell(&name), pairs(&[("", "! import.archive-damaged")]));
    name.truncate(600);
    assert_eq!(tell(&name).len(), 1);
}

#[test]
fn a_mail_gives_what_is_attached_and_its_links() {
    let (png, json) = (png(), ob3());
    let inner = mail(
        "bob@example.org",
        "Your badge",
        &[MailPart::attached("inner.jwt", "text/plain", token().as_bytes())],
    );
    let parts = [
        MailPart::text("plain", "See https://a.example/badge/1, or https://a.example/unsubscribe?badge"),
        MailPart::text(
            "html",
            "<a href=\"https://a.example/badge/1\">it</a> <a href='https://b.example/credentials/2?a=1&amp;b=2'>that</a>",
        ),
        MailPart::attached("badge.png", "image/png", &png),
        MailPart::quoted("r\u{e9}sum\u{e9}.json", "application/json", &json),
        MailPart::shown("logo.png", "image/png", &art::png("logo")),
        MailPart::mail(&inner),
        MailPart::attached("badges.zip", "application/zip", &zip(&[("1.png", &png)])),
        MailPart::raw("Content-Type: application/pgp-signature\r\n", "x"),
        MailPart::raw("Content-Type: text/calendar\r\n", "BEGIN:VCALENDAR"),
        MailPart::raw(
            "Content-Type: application/json; name=wrong.json\r\nContent-Transfer-Encoding: base64\r\n",
            "****",
        ),
    ];
    let (leaves, tally) =
        unpacked_within(&mail("Ada <ada@example.org>", "Badges", &parts), &Limits::default());
    assert_eq!(bytes_at(&leaves, "badge.png"), png);
    assert_eq!(bytes_at(&leaves, "r\u{e9}sum\u{e9}.json"), json.as_bytes());
    assert_eq!(bytes_at(&leaves, "logo.png"), art::png("logo"));
    assert_eq!(bytes_at(&leaves, "Your badge \u{203a} inner.jwt"), token().as_bytes());
    assert_eq!(bytes_at(&leaves, "badges.zip \u{203a} 1.png"), png);
    assert_eq!(bytes_at(&leaves, "link to a.example"), b"https://a.example/badge/1");
    assert_eq!(bytes_at(&leaves, "link to b.example"), b"https://b.example/credentials/2?a=1&b=2");
    assert_eq!(told(&leaves)[5], ("wrong.json".to_owned(), "! import.archive-damaged".to_owned()));
    assert_eq!((leaves.len(), tally.skipped), (8, 2));
    let of = |place: &str| leaves.iter().find(|leaf| leaf.place == place).unwrap();
    assert_eq!(of("badge.png").recipient.as_deref(), Some("ada@example.org"));
    assert_eq!(of("Your badge \u{203a} inner.jwt").recipient.as_deref(), Some("bob@example.org"));
    assert!(of("logo.png").incidental && of("link to a.example").incidental && !of("badge.png").incidental);
}

#[test]
fn a_mail_may_be_plain_empty_sealed_or_cut() {
    let plain = "From: a@example.org\nTo: ada@example.org\nSubject: Badge\n\nIt is at https://a.example/assertions/1\n";
    assert_eq!(tell(plain.as_bytes()), pairs(&[("link to a.example", "https://a.example/assertions/1")]));
    let none =
        "From: a@example.org\nTo: ada@example.org\nSubject: Hello\n\nHow are you? https://a.example/news\n";
    assert_eq!(tell(none.as_bytes()), pairs(&[("", "! import.nothing-inside")]));
    let sealed = "From: a@example.org\nTo: ada@example.org\nSubject: Badge\nContent-Type: application/pkcs7-mime; \
        smime-type=enveloped-data\n\nMIIB";
    assert_eq!(tell(sealed.as_bytes()), pairs(&[("", "! import.mail-encrypted")]));
    let links =
        (0..50).map(|number| format!("https://a.example/badge/{number}")).collect::<Vec<_>>().join("\n");
    let many = mail("ada@example.org", "Many", &[MailPart::text("plain", &links)]);
    assert_eq!(unpacked(&many).len(), 20);
    let whole = mail("ada@example.org", "Cut", &[MailPart::attached("badge.png", "image/png", &png())]);
    for cut in (0..whole.len()).step_by(97) {
        assert!(!unpacked(&whole[..cut]).is_empty());
    }
    let mut deep = b"words".to_vec();
    for _ in 0..6 {
        deep =
            mail("ada@example.org", "Deep", &[MailPart::mail(&deep), MailPart::attached("x", "x/y", b"1")]);
    }
    let told = tell(&deep);
    assert!(told.iter().any(|(_, what)| what == "! import.archive-too-deep"), "{told:?}");
    let head = format!("From: a\nTo: b\nSubject: c\nX: {}\n\nwords", "x".repeat(300_000));
    assert_eq!(tell(head.as_bytes()), pairs(&[("", "! import.archive-damaged")]));
}

#[test]
fn a_mailbox_gives_the_mails_that_hold_something() {
    let mut mbox = Vec::new();
    let news =
        b"From: a@example.org\nTo: b@example.org\nSubject: News\n\nNothing.\n>From here on, nothing.\n"
            .to_vec();
    let badge = mail("ada@example.org", "Badge", &[MailPart::attached("badge.png", "image/png", &png())]);
    for mail in [&news, &badge, &news, &badge] {
        mbox.extend_from_slice(b"From someone@example.org Mon Nov 23 12:00:00 2026\n");
        mbox.extend_from_slice(mail);
        mbox.extend_from_slice(b"\n");
    }
    let (leaves, tally) = unpacked_within(&mbox, &Limits::default());
    assert_eq!(bytes_at(&leaves, "message 2 \u{203a} badge.png"), png());
    assert_eq!(bytes_at(&leaves, "message 4 \u{203a} badge.png"), png());
    assert_eq!((leaves.len(), tally.skipped), (2, 2));
    let limits = Limits { container: 400, ..Limits::default() };
    let told = tell_within(&mbox, &limits);
    assert_eq!(told, pairs(&[("message 2", "! import.too-large"), ("message 4", "! import.too-large")]));
}

#[test]
fn a_pdf_gives_what_is_attached_its_links_and_its_codes() {
    let (png, json) = (png(), ob3());
    for modern in [false, true] {
        let pdf = PdfFile::new()
            .file(Attached::Listed, "b\u{e4}dge.png", &png)
            .file(Attached::Annotation, "note/badge.json", json.as_bytes())
            .file(Attached::Associated, "badges.zip", &zip(&[("1.jwt", token().as_bytes())]))
            .link("https://a.example/badge/1")
            .link("https://a.example/badge/1")
            .link("https://a.example/imprint")
            .pixels(&qr("https://a.example/badge/2", 4), 8)
            .pixels(&qr("https://b.example/badge/3", 3), 1)
            .jpeg(&qr("https://c.example/badge/4", 6))
            .pixels(&qr("https://c.example/menu", 4), 8)
            .bytes(modern);
        let leaves = unpacked(&pdf);
        assert_eq!(bytes_at(&leaves, "b\u{e4}dge.png"), png);
        assert_eq!(bytes_at(&leaves, "note/badge.json"), json.as_bytes());
        assert_eq!(bytes_at(&leaves, "badges.zip \u{203a} 1.jwt"), token().as_bytes());
        assert_eq!(bytes_at(&leaves, "link to a.example"), b"https://a.example/badge/1");
        assert_eq!(bytes_at(&leaves, "image \u{203a} QR code"), b"https://a.example/badge/2");
        assert_eq!(bytes_at(&leaves, "image (2) \u{203a} QR code"), b"https://b.example/badge/3");
        assert_eq!(bytes_at(&leaves, "image (3) \u{203a} QR code"), b"https://c.example/badge/4");
        assert_eq!(leaves.len(), 7, "{:?}", told(&leaves));
    }
}

#[test]
fn a_pdf_may_hold_nothing_be_encrypted_or_broken() {
    let pdf = PdfFile::new().link("https://a.example/imprint").bytes(false);
    let leaves = unpacked(&pdf);
    assert_eq!((leaves.len(), bytes_at(&leaves, "")), (1, &pdf[..]));
    let encrypted =
        b"%PDF-1.4\n1 0 obj\n<</A 1>>\nendobj\ntrailer\n<</Size 2 /Encrypt 9 0 R>>\nstartxref\n0\n%%EOF\n";
    assert_eq!(tell(encrypted), pairs(&[("", "! import.pdf-encrypted")]));
    let packed =
        b"%PDF-1.5\n1 0 obj\n<</Type /XRef /Encrypt 2 0 R /Length 0>>\nstream\n\nendstream\nendobj\n";
    assert_eq!(tell(packed), pairs(&[("", "! import.pdf-encrypted")]));
    let filtered = b"%PDF-1.5\n1 0 obj\n<</Type /EmbeddedFile /Filter /LZWDecode /Length 1>>\nstream\nx\nendstream\nendobj\n";
    assert_eq!(tell(filtered), pairs(&[("attachment", "! import.archive-method")]));
    let missing = b"%PDF-1.5\n1 0 obj\n<</F (a.json) /EF <</F 7 0 R>>>>\nendobj\n";
    assert_eq!(tell(missing), pairs(&[("a.json", "! import.archive-damaged")]));
    let whole = PdfFile::new().file(Attached::Listed, "badge.png", &png()).bytes(true);
    for cut in (0..whole.len()).step_by(89) {
        assert!(!unpacked(&whole[..cut]).is_empty());
    }
}

#[test]
fn colours_of_a_pdf_that_refer_to_themselves_come_to_an_end() {
    for name in ["I", "Indexed"] {
        let head =
            "<</Subtype /Image /Width 21 /Height 21 /BitsPerComponent 8 /ColorSpace 5 0 R /Length 441>>";
        let pixels = "x".repeat(441);
        let space = format!("5 0 obj\n[/{name} 5 0 R 1 <00>]\nendobj\n");
        let pdf = format!("%PDF-1.4\n1 0 obj\n{head}\nstream\n{pixels}\nendstream\nendobj\n{space}");
        let leaves = unpacked(pdf.as_bytes());
        assert_eq!((leaves.len(), bytes_at(&leaves, "")), (1, pdf.as_bytes()));
    }
}

#[test]
fn a_pdf_inside_a_pdf_is_not_taken_for_a_part_of_it() {
    let inner = PdfFile::new().file(Attached::Listed, "inner.json", ob3().as_bytes()).bytes(false);
    // Not compressed, so that its objects stand in plain sight, with the numbers of others.
    let mut pdf =
        b"%PDF-1.4\n1 0 obj\n<</F (inner.pdf) /EF <</F 2 0 R>>>>\nendobj\n2 0 obj\n<</Type /EmbeddedFile /Length 3 0 R>>\nstream\n".to_vec();
    pdf.extend_from_slice(&inner);
    pdf.extend_from_slice(
        format!("\nendstream\nendobj\n3 0 obj\n{}\nendobj\ntrailer\n<</Size 4>>\n", inner.len()).as_bytes(),
    );
    let leaves = unpacked(&pdf);
    assert_eq!(bytes_at(&leaves, "inner.pdf \u{203a} inner.json"), ob3().as_bytes());
    assert_eq!(leaves.len(), 1, "{:?}", told(&leaves));
}

#[test]
fn codes_are_read_from_pictures_of_all_kinds() {
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::WebP] {
        for text in [
            "https://a.example/1",
            "HTTPS://A.EXAMPLE/BADGE/1",
            "openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fa.example",
            "{\"type\":[\"VerifiableCredential\"]}",
        ] {
            let picture = encoded(&qr(text, 5), format);
            assert_eq!(tell(&picture), pairs(&[("QR code", text)]), "{format:?}");
        }
        for text in ["WIFI:S:net;;", "words", "tel:1"] {
            let picture = encoded(&qr(text, 5), format);
            let leaves = unpacked(&picture);
            assert_eq!((leaves.len(), bytes_at(&leaves, "")), (1, &picture[..]));
        }
    }
    let token = token();
    assert_eq!(tell(&encoded(&qr(&token, 3), ImageFormat::Png)), pairs(&[("QR code", &token)]));
    let mut light = qr("https://a.example/light", 5);
    image::imageops::invert(&mut light);
    assert_eq!(tell(&encoded(&light, ImageFormat::Png)), pairs(&[("QR code", "https://a.example/light")]));
    // What carries a badge is that badge, whatever it shows.
    let baked = png();
    assert_eq!(bytes_at(&unpacked(&baked), ""), baked);
}

#[test]
fn a_picture_made_to_be_slow_is_left_alone() {
    // Nothing but corners of codes.
    let corner = qr("x", 1);
    let many = image::GrayImage::from_fn(1_600, 1_600, |x, y| {
        let (x, y) = (x % 9, y % 9);
        if x < 8 && y < 8 { *corner.get_pixel(x + 3, y + 3) } else { image::Luma([255]) }
    });
    let picture = encoded(&many, ImageFormat::Png);
    let leaves = unpacked(&picture);
    assert_eq!((leaves.len(), bytes_at(&leaves, "")), (1, &picture[..]));
}

#[test]
fn codes_are_looked_for_in_so_many_pixels_and_no_more() {
    let picture = encoded(&qr("https://a.example/1", 5), ImageFormat::Png);
    let side = u64::from(qr("https://a.example/1", 5).width());
    let archive = zip(&[("1.png", &picture), ("2.png", &picture), ("3.png", &picture)]);
    let limits = Limits { pixels: 2 * side * side, ..Limits::default() };
    let (leaves, tally) = unpacked_within(&archive, &limits);
    assert_eq!(bytes_at(&leaves, "1.png \u{203a} QR code"), b"https://a.example/1");
    assert_eq!(bytes_at(&leaves, "2.png \u{203a} QR code"), b"https://a.example/1");
    assert_eq!(bytes_at(&leaves, "3.png"), picture);
    assert!(!tally.stopped);
}

#[test]
fn backups_of_wallets_give_their_credentials_exactly() {
    let spaced = ob3().replacen('{', "{\n\t ", 1);
    let (first, second) = (ob3(), spaced);
    let backup = learner_wallet(&[&[&first, &second], &[&second]]);
    let (leaves, tally) = unpacked_within(backup.as_bytes(), &Limits::default());
    assert_eq!(
        told(&leaves),
        pairs(&[("0/contents/0", &first), ("0/contents/1", &second), ("1/contents/0", &second)])
    );
    assert_eq!(tally.skipped, 6);
    let (leaves, _) =
        unpacked_within(zip(&[("Wallet Backup.json", backup.as_bytes())]).as_slice(), &Limits::default());
    assert_eq!(bytes_at(&leaves, "Wallet Backup.json \u{203a} 1/contents/0"), second.as_bytes());
    for locked in [
        "locked_wallet:U2FsdGVkX18=",
        "{\"type\":[\"VerifiableCredential\",\"EncryptedWallet\"],\"credentialSubject\":{\"jwe\":{}}}",
        "{\"type\":\"UniversalWallet2020\",\"status\":\"LOCKED\",\"contents\":[]}",
        "{\"recipients\":[{\"header\":{}}],\"iv\":\"a\",\"ciphertext\":\"b\",\"tag\":\"c\"}",
    ] {
        assert_eq!(tell(locked.as_bytes()), pairs(&[("", "! import.wallet-encrypted")]), "{locked}");
    }
    assert_eq!(tell(learner_wallet(&[&[]]).as_bytes()), pairs(&[("", "! import.nothing-inside")]));
}

#[test]
fn presentations_and_learner_records_stay_and_open() {
    let vp = format!(
        "{{\"type\":[\"VerifiablePresentation\"],\"verifiableCredential\":[{},\"{}\"]}}\n",
        ob3(),
        token()
    );
    assert_eq!(
        tell(vp.as_bytes()),
        pairs(&[("", vp.as_str()), ("verifiableCredential/0", &ob3()), ("verifiableCredential/1", &token())])
    );
    let in_list = format!("[{}]", vp.trim());
    assert_eq!(tell(in_list.as_bytes())[0], ("0".to_owned(), vp.trim().to_owned()));
    assert_eq!(tell(in_list.as_bytes()).len(), 3);
    let list = format!("[{}]", ob3());
    assert_eq!(tell(list.as_bytes()), pairs(&[("0", &ob3())]));
    let mixed = format!("[{}, {{\"type\":\"Profile\"}}, 7]", ob3());
    assert_eq!(tell(mixed.as_bytes()), pairs(&[("0", ob3().as_str()), ("1", "{\"type\":\"Profile\"}")]));
}

#[test]
fn lists_of_links_and_saved_links_are_followed() {
    let list = "# my badges\nhttps://a.example/1\r\n\r\nhttps://a.example/2\n";
    assert_eq!(
        tell(list.as_bytes()),
        pairs(&[("line 2", "https://a.example/1"), ("line 4", "https://a.example/2")])
    );
    let lines = format!("{}\n{}\n", ob3(), token());
    assert_eq!(tell(lines.as_bytes()), pairs(&[("line 1", &ob3()), ("line 2", &token())]));
    let json = format!("{}\n{}\n", ob3(), ob3());
    assert_eq!(tell(json.as_bytes()).len(), 2);
    let table = "name,badge url\n\"Rust, advanced\",https://a.example/1\nKnots,https://a.example/2\n";
    assert_eq!(
        tell(table.as_bytes()),
        pairs(&[("row 2", "https://a.example/1"), ("row 3", "https://a.example/2")])
    );
    let saved = "[InternetShortcut]\r\nURL=https://a.example/badge/1\r\n";
    assert_eq!(tell(saved.as_bytes()), pairs(&[("link to a.example", "https://a.example/badge/1")]));
}

#[test]
fn linkedins_certificates_are_listed_and_nothing_else_of_its_copy() {
    let table = "Name,Url,Authority,Started On,Finished On,License Number\n\
        \"Rust, advanced\",https://www.credly.com/badges/1,Example Academy,Mar 2021,Mar 2024,A-1\n\
        Knots,javascript:alert(1),,,,\n";
    let copy = zip(&[
        ("Certifications.csv", table.as_bytes()),
        ("messages.csv", b"FROM,CONTENT\nx,https://a.example/badge/9\n"),
        ("Profile.csv", b"First Name,Url\nAda,https://a.example/badge/8\n"),
    ]);
    for (bytes, before) in [(table.as_bytes(), ""), (&copy, "Certifications.csv \u{203a} ")] {
        let leaves = unpacked(bytes);
        let [first, second] = &leaves[..] else { panic!("{:?}", told(&leaves)) };
        assert_eq!(first.place, format!("{before}row 2"));
        let Content::SelfListed(listed) = &first.content else { panic!() };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            listed,
            &SelfListed {
                name: "Rust, advanced".to_owned(),
                issuer: some("Example Academy"),
                url: some("https://www.credly.com/badges/1"),
                issued_on: some("2021-03"),
                expires_on: some("2024-03"),
                credential_id: some("A-1"),
            }
        );
        let Content::SelfListed(listed) = &second.content else { panic!() };
        assert_eq!((listed.name.as_str(), &listed.url, &listed.issuer), ("Knots", &None, &None));
    }
    let empty = "Name,Url,Authority,Started On,Finished On,License Number\n";
    assert_eq!(tell(empty.as_bytes()), pairs(&[("", "! import.nothing-inside")]));
}

#[test]
fn of_a_document_of_an_office_suite_the_pictures_are_looked_at() {
    let document = zip(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("word/document.xml", b"<w:document/>"),
        ("word/media/image1.png", &png()),
    ]);
    let (leaves, tally) = unpacked_within(&document, &Limits::default());
    assert_eq!(bytes_at(&leaves, "word/media/image1.png"), png());
    assert!(leaves[0].incidental);
    assert_eq!((leaves.len(), tally.skipped), (1, 2));
}

#[test]
fn what_is_made_to_be_slow_is_not() {
    let mail = |body: &str| format!("From: a\nTo: {}\nSubject: c\n{body}", "a@b.example, ".repeat(2_000));
    let parts = |body: &str| mail(&format!("Content-Type: multipart/mixed; boundary=b\n\n--b\n{body}"));
    let objects = |count: usize| {
        let table = "7 0 ".repeat(count);
        let array = format!("[{}]", "1 ".repeat(15_000));
        let stream = format!("{table}{array}");
        format!(
            "%PDF-1.5\n1 0 obj\n<</Type /ObjStm /N {count} /First {} /Length {}>>\nstream\n{stream}\nendstream\nendobj\n",
            table.len(),
            stream.len()
        )
    };
    // Each would take minutes if it were read again from every place in it.
    for text in [
        mail(&format!("\n{}", "https://a.example/badge/ ".repeat(40_000))),
        mail(&format!("\nhttps://a.example/badge/{}", ")".repeat(1 << 20))),
        mail(&format!("\n{}", format!("https://a.b/badge/{} ", ")".repeat(8_000)).repeat(120))),
        mail(&format!("Content-Type: text/html\n\n{}", "href=".repeat(200_000))),
        parts(&"--b".repeat(1 << 20)),
        parts(&"a:\n".repeat(1 << 20)),
        objects(100_000),
        format!("%PDF-1.4\n{}", "1 0 obj(\n".repeat(100_000)),
        format!("%PDF-1.4\n{}", "1 0 obj 5%".repeat(100_000)),
        format!(
            "%PDF-1.4\n{}2 0 obj%{}",
            "1 0 obj<</Length 2 0 R>>stream\nendstream\n".repeat(20_000),
            "x".repeat(1 << 20)
        ),
        format!("%PDF-1.4\n{}", "1 0 obj<<>>stream\n".repeat(100_000)),
        format!("%PDF-1.4\n1 0 obj[{}]", "<</EF <</F 9 0 R>>>>".repeat(3_000)),
        "https://a.example/1\n".repeat(60_000),
        format!("name,url\n{}", "a,https://a.example/1\n".repeat(60_000)),
        "[".repeat(1 << 20),
    ] {
        let (leaves, tally) = unpacked_within(text.as_bytes(), &Limits::default());
        assert!(!leaves.is_empty() && tally.bytes < 4 << 20);
    }
}
