//! `reports`: what each verification of a badge found; the last one is the badge's present verdict.

use openbadges::document::sha256_hex;
use openbadges::report::Report;
use rusqlite::{Connection, Transaction, params};

use super::{Judged, Part, StoreError, answers};
use crate::api::{BadgeId, VerdictAt};

/// How many verdicts of the past are shown.
const HISTORY: u32 = 100;

pub(super) fn insert(transaction: &Transaction, badge: BadgeId, judged: &Judged) -> Result<(), StoreError> {
    let json = serde_json::to_string(judged.report)
        .map_err(|error| StoreError::Sqlite(rusqlite::Error::ToSqlConversionFailure(error.into())))?;
    transaction
        .prepare_cached(
            "INSERT INTO reports (badge_id, as_of, verdict, headline, json_sha256, json)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            badge.0,
            judged.report.as_of().to_string(),
            judged.report.verdict().as_str(),
            judged.report.headline(),
            sha256_hex(json.as_bytes()),
            json
        ])?;
    answers::insert(transaction, transaction.last_insert_rowid(), judged.documents)
}

pub(super) fn latest(connection: &Connection, part: Part) -> Result<Option<Report>, StoreError> {
    let row = connection
        .prepare_cached("SELECT json_sha256, json FROM reports WHERE badge_id = ?1 ORDER BY id DESC LIMIT 1")?
        .query_row([part.badge.0], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)));
    let (sha256, json) = part.read("report", row)?;
    let json = part.check("report", &sha256, json)?;
    Ok(serde_json::from_str(&json).ok())
}

/// The verdicts before the latest, newest first.
pub(super) fn history(connection: &Connection, badge: BadgeId) -> Result<Vec<VerdictAt>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT as_of, verdict, headline FROM reports WHERE badge_id = ?1 ORDER BY id DESC LIMIT ?2 OFFSET 1",
    )?;
    let rows = statement.query_map([badge.0, HISTORY], |row| {
        Ok(VerdictAt { as_of: row.get(0)?, verdict: row.get(1)?, headline: row.get(2)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
