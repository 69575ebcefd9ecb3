//! Images and texts made by others: what is in them comes out, and baking into them changes nothing else.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use image::{ImageFormat, load_from_memory_with_format};
use lapel_testkit::corpus::{self, Arguments, Exceptions, Failed, Trial};
use openbadges::artifact::{Carrier, PayloadContent, bake};
use openbadges::credential::Standard;
use openbadges::{Artifact, ArtifactKind, json};
use serde_json::Value;

const JWS: &str = "eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ.c2lnbmF0dXJl";

/// Where the first chunk after `IHDR` begins.
const HEADER_END: usize = 33;

fn main() {
    let mut trials =
        vec![corpus::case("an interlaced image keeps its pixels", || bake_everything_into(&interlaced()))];
    trials.extend(corpus::suite("images and texts of others", |shared| {
        cases(shared).unwrap_or_else(|error| vec![corpus::case("the corpus is read", || Err(error))])
    }));
    corpus::run(&Arguments::from_args(), trials).exit();
}

fn cases(shared: &Path) -> Result<Vec<Trial>, Failed> {
    let exceptions = Exceptions::parse(include_str!("baking.exceptions"))?;
    let mut trials = Vec::new();
    let mut ids = Vec::new();
    for case in corpus::manifest(shared)? {
        let text = |key: &str| case.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let file = shared.join("corpus").join(text("file"));
        let id = text("id");
        ids.push(id.clone());
        if text("source") == "bakery" {
            let case = case.clone();
            trials.push(exceptions.case(id, move || is_extracted_as_expected(&case, &std::fs::read(file)?)));
        } else if let Some(kind) = kind_of(&text("kind")) {
            trials.push(exceptions.case(id, move || is_recognised(kind, &std::fs::read(file)?)));
        }
    }
    trials.push(exceptions.no_strangers("baking", ids));
    for (name, file) in files(shared, &["png", "svg"])? {
        let same = file.clone();
        trials.push(corpus::case(format!("baking into {name}"), move || {
            bake_everything_into(&std::fs::read(file)?)
        }));
        trials.push(corpus::case(format!("tampering with {name}"), move || {
            tampering_shows(&std::fs::read(same)?)
        }));
    }
    let texts = files(shared, &["json", "jsonld", "1ob"])?;
    trials.push(corpus::case("strict JSON reads what the common reader does", move || {
        ensure(!texts.is_empty(), || "no JSON".into())?;
        for (name, file) in &texts {
            strict_json_agrees(&std::fs::read(file)?).map_err(|error| format!("{name}: {error:?}"))?;
        }
        Ok(())
    }));
    Ok(trials)
}

/// What a case's kind says that its file is.
fn kind_of(kind: &str) -> Option<ArtifactKind> {
    match kind {
        "vc-jwt" | "vc-sd-jwt" | "vp-sd-jwt" => Some(ArtifactKind::Jws),
        _ => match kind.strip_prefix("ob")?.rsplit('-').next()? {
            "png" => Some(ArtifactKind::Png),
            "svg" => Some(ArtifactKind::Svg),
            "jws" => Some(ArtifactKind::Jws),
            "url" => Some(ArtifactKind::Url),
            "json" => Some(ArtifactKind::Json),
            _ => None,
        },
    }
}

fn is_recognised(kind: ArtifactKind, bytes: &[u8]) -> Result<(), Failed> {
    let artifact = Artifact::recognise(bytes.to_vec())?;
    let [payload] = artifact.payloads() else {
        return Err(format!("{} payloads", artifact.payloads().len()).into());
    };
    let carried = matches!(kind, ArtifactKind::Png | ArtifactKind::Svg);
    ensure(artifact.kind() == kind, || format!("recognised as {:?}", artifact.kind()))?;
    ensure((payload.carrier != Carrier::Plain) == carried, || format!("{:?}", payload.carrier))?;
    ensure(artifact.bytes() == bytes, || "the bytes have changed".into())
}

/// The case says whether there is a badge, and how its text begins.
fn is_extracted_as_expected(case: &Value, bytes: &[u8]) -> Result<(), Failed> {
    let expects_badge = case.get("expect").and_then(Value::as_str) == Some("valid");
    let artifact = match Artifact::recognise(bytes.to_vec()) {
        Ok(artifact) => artifact,
        Err(error) => {
            let says_so = error.code().ends_with("_without_badge");
            return ensure(!expects_badge && says_so, || error.to_string());
        }
    };
    ensure(expects_badge, || format!("read {:?}", artifact.payloads()))?;
    let extracted = case.get("extracted").ok_or("the case does not say what is extracted")?;
    let start = extracted.as_str().or_else(|| extracted.get("body").and_then(Value::as_str));
    let start = start.ok_or("the case does not say how the text begins")?;
    let text = artifact.payloads().first().map_or("", |payload| payload.content.text());
    ensure(text.trim_start().starts_with(start.trim()), || format!("read {text:?}"))?;
    json::parse_strict(text)?;
    Ok(())
}

/// Bakes each sort of badge into an image, each over the one before, and checks each result.
fn bake_everything_into(image: &[u8]) -> Result<(), Failed> {
    let json = "{\n  \"id\": \"https://a.example/1\",\r\n  \"name\": \"<Ünïcode> ]]> & \\\"\"\n}\n";
    let mut baked = image.to_vec();
    for (content, standard) in [
        (PayloadContent::Json(json.into()), Standard::Ob3),
        (PayloadContent::Json(json.into()), Standard::Ob2),
        (PayloadContent::Jws(JWS.into()), Standard::Ob3),
        (PayloadContent::Jws(JWS.into()), Standard::Ob2),
        (PayloadContent::Url("https://a.example/?a=1&b=2".into()), Standard::Ob2),
    ] {
        baked = bake(&baked, &content, standard)?;
        let artifact = Artifact::recognise(baked.clone())?;
        ensure(contents(&artifact) == [&content], || format!("read {:?}", artifact.payloads()))?;
        ensure(bake(&baked, &content, standard)? == baked, || "baking twice differs from once".into())?;
        match artifact.kind() {
            ArtifactKind::Png => png_is_untouched(image, &baked)?,
            _ => svg_is_untouched(image, &baked)?,
        }
    }
    Ok(())
}

fn contents(artifact: &Artifact) -> Vec<&PayloadContent> {
    artifact.payloads().iter().map(|payload| &payload.content).collect()
}

/// Every chunk but the badge's is there byte for byte, and the pixels decode as before.
fn png_is_untouched(before: &[u8], after: &[u8]) -> Result<(), Failed> {
    let (old, new) = (chunks(before)?, chunks(after)?);
    let others = |chunks: &[Chunk]| chunks.iter().filter(|c| !is_badge(c)).cloned().collect::<Vec<_>>();
    ensure(others(&old) == others(&new), || "another chunk has changed".into())?;
    ensure(new.iter().filter(|c| is_badge(c)).count() == 1, || "not one badge".into())?;
    let pixels = |image| load_from_memory_with_format(image, ImageFormat::Png);
    ensure(pixels(before)? == pixels(after)?, || "the pixels have changed".into())
}

/// Every line of the image that has no badge and no root tag in it is still there, in order.
fn svg_is_untouched(before: &[u8], after: &[u8]) -> Result<(), Failed> {
    let after = std::str::from_utf8(after)?;
    let mut rest = after;
    let mut in_badge = false;
    for line in std::str::from_utf8(before)?.lines() {
        in_badge |= line.contains("<openbadges:");
        if !in_badge && !line.contains("<svg") {
            let (_, behind) = rest.split_once(line).ok_or_else(|| format!("the line {line:?} is gone"))?;
            rest = behind;
        }
        in_badge &= !(line.contains("</openbadges:") || line.contains("/>"));
    }
    ensure(after.matches("<openbadges:").count() == 1, || "not one badge".into())
}

/// Changes the badge in an image: it is refused, or what is read is the changed text. A second badge is
/// noted, never read.
fn tampering_shows(image: &[u8]) -> Result<(), Failed> {
    let badge = r#"{"id":"https://a.example/1","name":"Marker"}"#;
    let content = PayloadContent::Json(badge.into());
    let baked = bake(image, &content, Standard::Ob3)?;
    let at = baked.windows(6).position(|w| w == b"Marker").ok_or("the badge is not in the image")?;
    let mut changed = baked.clone();
    changed.splice(at..=at, *b"L");
    if image.starts_with(b"\x89PNG") {
        let refusal = Artifact::recognise(changed.clone()).err().map(|error| error.code());
        ensure(refusal == Some("png_bad_crc"), || format!("{refusal:?}"))?;
        mend_badge_crc(&mut changed)?;
        second_is_not_read(image, &baked, &content)?;
    }
    let artifact = Artifact::recognise(changed)?;
    let expected = PayloadContent::Json(badge.replace("Marker", "Larker"));
    ensure(contents(&artifact) == [&expected], || format!("read {:?}", artifact.payloads()))
}

fn second_is_not_read(image: &[u8], baked: &[u8], first: &PayloadContent) -> Result<(), Failed> {
    let second = bake(image, &PayloadContent::Jws(JWS.into()), Standard::Ob3)?;
    let chunk = &second[HEADER_END..badge_end(&second)?];
    let end = badge_end(baked)?;
    let both = [&baked[..end], chunk, &baked[end..]].concat();
    let artifact = Artifact::recognise(both)?;
    ensure(contents(&artifact) == [first], || format!("read {:?}", artifact.payloads()))?;
    ensure(artifact.notes().iter().any(|note| note.contains("differ")), || format!("{:?}", artifact.notes()))
}

fn mend_badge_crc(image: &mut [u8]) -> Result<(), Failed> {
    let end = badge_end(image)?;
    let crc = crc32fast::hash(&image[HEADER_END + 4..end - 4]).to_be_bytes();
    image[end - 4..end].copy_from_slice(&crc);
    Ok(())
}

/// Where the chunk behind `IHDR` ends.
fn badge_end(image: &[u8]) -> Result<usize, Failed> {
    let length = image.get(HEADER_END..).and_then(|rest| rest.first_chunk::<4>()).ok_or("no chunk")?;
    Ok(HEADER_END + 12 + usize::try_from(u32::from_be_bytes(*length))?)
}

/// What both readers take is the same, but for the last bit of a fraction, in which the common one is not
/// exact; what only the strict one refuses is a key given twice.
fn strict_json_agrees(bytes: &[u8]) -> Result<(), Failed> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match (json::parse_strict_bytes(bytes), serde_json::from_slice::<Value>(bytes)) {
        (Ok(strict), Ok(common)) => ensure(are_same(&strict, &common), || "the values differ".into()),
        (Ok(_), Err(common)) => Err(format!("only the common reader refuses: {common}").into()),
        (Err(strict), Ok(_)) => ensure(strict.code() == "json_duplicate_key", || strict.to_string()),
        (Err(_), Err(_)) => Ok(()),
    }
}

fn are_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) if a.is_f64() && b.is_f64() => {
            let (a, b) = (a.as_f64().unwrap_or_default(), b.as_f64().unwrap_or_default());
            (a - b).abs() <= f64::EPSILON * a.abs()
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| are_same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.keys().eq(b.keys()) && a.values().zip(b.values()).all(|(a, b)| are_same(a, b))
        }
        (a, b) => a == b,
    }
}

/// The type of a chunk, and its data with the checksum.
type Chunk = (Vec<u8>, Vec<u8>);

/// The chunks of an image, and what follows `IEND` as one more.
fn chunks(image: &[u8]) -> Result<Vec<Chunk>, Failed> {
    let mut chunks = Vec::new();
    let mut rest = image.get(8..).ok_or("too short")?;
    while let Some(length) = rest.first_chunk::<4>() {
        let length = usize::try_from(u32::from_be_bytes(*length))?;
        let (chunk, after) = rest.split_at_checked(length + 12).ok_or("a chunk is cut")?;
        chunks.push((chunk[4..8].to_vec(), chunk[8..].to_vec()));
        rest = after;
        if chunk[4..8] == *b"IEND" {
            break;
        }
    }
    chunks.push((Vec::new(), rest.to_vec()));
    Ok(chunks)
}

fn is_badge((kind, data): &Chunk) -> bool {
    let keyword = data.split(|b| *b == 0).next().unwrap_or_default();
    [b"iTXt", b"tEXt", b"zTXt"].iter().any(|text| kind == text)
        && [&b"openbadges"[..], b"openbadgecredential", b"clrcredential"].contains(&keyword)
}

/// An 8×8 grey image in the seven passes of Adam7, with ancillary chunks before and after its pixels.
fn interlaced() -> Vec<u8> {
    let passes: [(u8, u8); 7] = [(1, 1), (1, 1), (2, 1), (2, 2), (4, 2), (4, 4), (8, 4)];
    let mut rows = Vec::new();
    for (pass, (width, height)) in (1_u8..).zip(passes) {
        for _ in 0..height {
            rows.push(0);
            rows.extend((0..width).map(|x| pass * 30 + x));
        }
    }
    let chunks: [(&[u8], &[u8]); 6] = [
        (b"IHDR", b"\0\0\0\x08\0\0\0\x08\x08\0\0\0\x01"),
        (b"gAMA", b"\0\0\xb1\x8f"),
        (b"tEXt", b"Software\0by hand"),
        (b"IDAT", &stored(&rows)),
        (b"tIME", b"\x07\xea\x0b\x17\x0d\0\0"),
        (b"IEND", b""),
    ];
    let mut image = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, data) in chunks {
        let body = [kind, data].concat();
        image.extend(u32::try_from(data.len()).unwrap_or_default().to_be_bytes());
        image.extend(&body);
        image.extend(crc32fast::hash(&body).to_be_bytes());
    }
    image
}

/// A zlib stream of one stored block (RFC 1950, RFC 1951 section 3.2.4).
fn stored(data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap_or_default();
    let (low, high) = data.iter().fold((1_u32, 0_u32), |(low, high), byte| {
        let low = (low + u32::from(*byte)) % 65521;
        (low, (high + low) % 65521)
    });
    let adler = (high << 16 | low).to_be_bytes();
    [&b"\x78\x01\x01"[..], &length.to_le_bytes(), &(!length).to_le_bytes(), data, &adler].concat()
}

/// Files below the shared folder with one of these endings, by their paths in it.
fn files(shared: &Path, endings: &[&str]) -> Result<BTreeMap<String, PathBuf>, Failed> {
    let mut found = BTreeMap::new();
    let mut folders = vec![shared.join("corpus"), shared.join("contexts")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
            if path.is_dir() {
                folders.push(path);
            } else if endings.contains(&ending) {
                found.insert(path.strip_prefix(shared)?.display().to_string(), path);
            }
        }
    }
    Ok(found)
}

fn ensure(holds: bool, what: impl FnOnce() -> String) -> Result<(), Failed> {
    if holds { Ok(()) } else { Err(what().into()) }
}
