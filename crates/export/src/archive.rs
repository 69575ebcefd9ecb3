//! Several badges at once: each under a name of its own, and a ZIP archive of the originals with an index.

use std::collections::HashSet;
use std::io::{Cursor, Write};

use lapel_share::{DownloadFormat, Entry, Indexed, index_html, index_json};
use lapel_wallet::api::ApiError;
use openbadges::document::sha256_hex;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::Shared;

/// File names that are given once each, whatever the letters' case: many file systems take no notice of it.
#[derive(Debug, Default)]
pub struct Names(HashSet<String>);

impl Names {
    /// `name`, or `name (2)`, `name (3)`, ... before the extension where it was given before.
    pub fn once(&mut self, name: &str) -> String {
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
        let mut given = name.to_owned();
        let mut number = 2;
        while !self.0.insert(given.to_lowercase()) {
            given = format!("{stem} ({number}).{extension}");
            number += 1;
        }
        given
    }
}

/// A ZIP archive of the badges' originals, with `index.json` and `index.html`, which say how each of them stands.
///
/// # Errors
/// Where the archive grows beyond what ZIP can hold.
pub fn archive(badges: &[Shared]) -> Result<Vec<u8>, ApiError> {
    let written = written(badges);
    written.map_err(|error| {
        ApiError::new(
            "export.archive",
            format!("the archive could not be made: {error}"),
            "Export fewer badges at once.",
        )
    })
}

fn written(badges: &[Shared]) -> zip::result::ZipResult<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    let mut names = Names::default();
    // These two are the index's own.
    names.once("index.json");
    names.once("index.html");
    let mut index = Vec::new();
    for shared in badges {
        let badge = shared.badge();
        let name = names.once(&shared.file_name(DownloadFormat::Original));
        zip.start_file(&name, options)?;
        zip.write_all(badge.original.bytes)?;
        index.push(Indexed::of(&Entry::of(&badge), name, sha256_hex(badge.original.bytes)));
    }
    for (name, text) in [("index.json", index_json(&index)), ("index.html", index_html(&index))] {
        zip.start_file(name, options)?;
        zip.write_all(text.as_bytes())?;
    }
    Ok(zip.finish()?.into_inner())
}
