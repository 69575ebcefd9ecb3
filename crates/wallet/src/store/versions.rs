//! `versions`: earlier versions of a badge's credential, and other forms of it.

use openbadges::artifact::PayloadContent;
use openbadges::document::sha256_hex;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::keep::Occasion;
use super::{Form, NewBadge, Part, StoreError, credentials};
use crate::api::{BadgeId, VersionView};

/// How a version stands to the badge's credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// It was superseded.
    Earlier,
    /// It is the same, secured in another way.
    Form,
}

impl How {
    fn as_str(self) -> &'static str {
        match self {
            Self::Earlier => "earlier",
            Self::Form => "form",
        }
    }
}

/// The badge that has this credential as a version, and whether it is in the trash.
pub(super) fn by_digest(
    connection: &Connection,
    digest: &str,
) -> Result<Option<(BadgeId, bool)>, StoreError> {
    let found = connection
        .prepare_cached(
            "SELECT badges.id, badges.removal IS NOT NULL
             FROM versions JOIN badges ON badges.id = versions.badge_id
             WHERE versions.credential_digest = ?1",
        )?
        .query_row([digest], |row| Ok((BadgeId(row.get(0)?), row.get(1)?)))
        .optional()?;
    Ok(found)
}

pub(super) fn insert(
    transaction: &Transaction,
    badge: BadgeId,
    version: &NewBadge,
    how: How,
    occasion: &Occasion,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "INSERT INTO versions (badge_id, credential_digest, how, import_id, form, text_sha256, since, text)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            badge.0,
            version.digest,
            how.as_str(),
            occasion.import,
            version.form.as_str(),
            sha256_hex(version.text.as_bytes()),
            occasion.now.to_string(),
            version.text
        ])?;
    Ok(())
}

/// Keeps the credential that a badge has now as an earlier version, with the report that it had.
pub(super) fn put_current_aside(
    transaction: &Transaction,
    badge: BadgeId,
    occasion: &Occasion,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "INSERT INTO versions (badge_id, credential_digest, how, report_id, import_id, form, text_sha256, since, text,
                                   art)
             SELECT badges.id, badges.credential_digest, 'earlier',
                    (SELECT max(id) FROM reports WHERE badge_id = badges.id),
                    ?2, credentials.form, credentials.text_sha256, ?3, credentials.text, badges.art
             FROM badges JOIN credentials ON credentials.badge_id = badges.id
             WHERE badges.id = ?1",
        )?
        .execute(params![badge.0, occasion.import, occasion.now.to_string()])?;
    Ok(())
}

/// The versions of a badge, the latest first.
pub(super) fn of_badge(connection: &Connection, badge: BadgeId) -> Result<Vec<VersionView>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT text_sha256, how, since FROM versions WHERE badge_id = ?1 ORDER BY id DESC",
    )?;
    let rows = statement.query_map([badge.0], |row| {
        Ok(VersionView { sha256: row.get(0)?, how: row.get(1)?, since: row.get(2)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The text of one version of a badge, by its SHA-256.
pub(super) fn text(connection: &Connection, part: Part, sha256: &str) -> Result<String, StoreError> {
    let found = connection
        .prepare_cached("SELECT text FROM versions WHERE badge_id = ?1 AND text_sha256 = ?2")?
        .query_row(params![part.badge.0, sha256], |row| row.get::<_, String>(0));
    part.check("earlier version", sha256, part.read("earlier version", found)?)
}

/// The credential that an import superseded.
pub(super) struct Superseded {
    pub(super) badge: BadgeId,
    form: Form,
    text: String,
    version: i64,
    digest: String,
    report: i64,
    art: Option<String>,
}

impl Superseded {
    /// Its text, as it is parsed.
    pub(super) fn content(&self) -> PayloadContent {
        self.form.content(self.text.clone())
    }
}

/// What an import superseded, the last first; only where nothing superseded its successor since.
pub(super) fn superseded_by(connection: &Connection, import: u32) -> Result<Vec<Superseded>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT id, badge_id, credential_digest, report_id, form, text, art
         FROM versions
         WHERE import_id = ?1 AND how = 'earlier' AND report_id IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM versions AS later
                           WHERE later.badge_id = versions.badge_id AND later.report_id IS NOT NULL
                             AND later.id > versions.id AND later.import_id IS NOT ?1)
         ORDER BY id DESC",
    )?;
    let rows = statement.query_map([import], |row| {
        Ok(Superseded {
            version: row.get(0)?,
            badge: BadgeId(row.get(1)?),
            digest: row.get(2)?,
            report: row.get(3)?,
            form: Form::of_name(&row.get::<_, String>(4)?),
            text: row.get(5)?,
            art: row.get(6)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Puts a superseded credential back in its place; what it was judged by is the latest report again. Forms that came
/// since are of its successor, whoever brought them: they go with it. The files that carry them stay with the badge.
pub(super) fn put_back(transaction: &Transaction, superseded: &Superseded) -> Result<(), StoreError> {
    let badge = superseded.badge;
    transaction
        .prepare_cached("DELETE FROM reports WHERE badge_id = ?1 AND id > ?2")?
        .execute(params![badge.0, superseded.report])?;
    transaction
        .prepare_cached("DELETE FROM versions WHERE id = ?1 OR (badge_id = ?2 AND id > ?1 AND how = 'form')")?
        .execute(params![superseded.version, badge.0])?;
    transaction
        .prepare_cached(
            "UPDATE badges SET credential_digest = ?2, art = (SELECT digest FROM art WHERE digest = ?3) WHERE id = ?1",
        )?
        .execute(params![badge.0, superseded.digest, superseded.art])?;
    credentials::replace_text(transaction, badge, superseded.form, &superseded.text)
}

/// Forgets the other forms and earlier versions that came with an import.
pub(super) fn forget_of_import(transaction: &Transaction, import: u32) -> Result<(), StoreError> {
    transaction
        .prepare_cached("DELETE FROM versions WHERE import_id = ?1 AND report_id IS NULL")?
        .execute([import])?;
    Ok(())
}
