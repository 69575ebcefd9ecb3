//! `artifacts`: the exact bytes that a person brought in; `badge_artifacts`: which badge they carry.

use openbadges::document::sha256_hex;
use rusqlite::{Connection, Transaction, params};

use super::keep::Occasion;
use super::{NewArtifact, Part, StoreError};
use crate::api::{ArtifactView, BadgeId};

/// Stores the bytes, if they are new, and links them to the badge; gives whether that link is new.
pub(super) fn link(
    transaction: &Transaction,
    badge: BadgeId,
    artifact: &NewArtifact,
    occasion: &Occasion,
) -> Result<bool, StoreError> {
    let sha256 = sha256_hex(artifact.bytes);
    transaction
        .prepare_cached(
            "INSERT INTO artifacts (sha256, kind, size, bytes) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (sha256) DO NOTHING",
        )?
        .execute(params![sha256, artifact.kind, size(artifact.bytes), artifact.bytes])?;
    let linked = transaction
        .prepare_cached(
            "INSERT INTO badge_artifacts (badge_id, artifact_id, source, added_at, import_id, recipient_hint)
             VALUES (?1, (SELECT id FROM artifacts WHERE sha256 = ?2), ?3, ?4, ?5, ?6)
             ON CONFLICT (badge_id, artifact_id) DO NOTHING",
        )?
        .execute(params![
            badge.0,
            sha256,
            artifact.source,
            occasion.now.to_string(),
            occasion.import,
            artifact.recipient_hint
        ])?;
    Ok(linked == 1)
}

/// The badges that these bytes carry, also those in the trash.
pub(super) fn badges_of(connection: &Connection, sha256: &str) -> Result<Vec<BadgeId>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT badge_artifacts.badge_id
         FROM artifacts JOIN badge_artifacts ON badge_artifacts.artifact_id = artifacts.id
         WHERE artifacts.sha256 = ?1
         ORDER BY badge_artifacts.badge_id",
    )?;
    let rows = statement.query_map([sha256], |row| row.get(0).map(BadgeId))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What carries a badge, in the order it came.
pub(super) fn of_badge(connection: &Connection, badge: BadgeId) -> Result<Vec<ArtifactView>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT artifacts.sha256, artifacts.kind, artifacts.size, badge_artifacts.source, badge_artifacts.added_at,
                badge_artifacts.recipient_hint
         FROM badge_artifacts JOIN artifacts ON artifacts.id = badge_artifacts.artifact_id
         WHERE badge_artifacts.badge_id = ?1
         ORDER BY badge_artifacts.id",
    )?;
    let rows = statement.query_map([badge.0], |row| {
        Ok(ArtifactView {
            sha256: row.get(0)?,
            kind: row.get(1)?,
            size: row.get(2)?,
            source: row.get(3)?,
            added_at: row.get(4)?,
            recipient_hint: row.get(5)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The exact bytes of one artifact of a badge.
pub(super) fn bytes(connection: &Connection, part: Part, sha256: &str) -> Result<Vec<u8>, StoreError> {
    let found = connection
        .prepare_cached(
            "SELECT artifacts.bytes
             FROM artifacts JOIN badge_artifacts ON badge_artifacts.artifact_id = artifacts.id
             WHERE artifacts.sha256 = ?1 AND badge_artifacts.badge_id = ?2",
        )?
        .query_row(params![sha256, part.badge.0], |row| row.get::<_, Vec<u8>>(0));
    part.check("original file", sha256, part.read("original file", found)?)
}

/// Takes away the wrappings that an import linked to badges; each badge keeps at least one.
pub(super) fn unlink_import(transaction: &Transaction, import: u32) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "DELETE FROM badge_artifacts
             WHERE import_id = ?1
               AND badge_id NOT IN (SELECT badge_id FROM import_lines WHERE import_id = ?1 AND badge_id IS NOT NULL
                                    AND outcome IN ('added', 'kept_not_valid'))
               AND EXISTS (SELECT 1 FROM badge_artifacts AS other
                           WHERE other.badge_id = badge_artifacts.badge_id AND other.import_id IS NOT ?1)",
        )?
        .execute([import])?;
    delete_unused(transaction)
}

/// Deletes the artifacts that no badge has any more.
pub(super) fn delete_unused(transaction: &Transaction) -> Result<(), StoreError> {
    transaction.execute(
        "DELETE FROM artifacts WHERE NOT EXISTS (
             SELECT 1 FROM badge_artifacts WHERE badge_artifacts.artifact_id = artifacts.id)",
        [],
    )?;
    Ok(())
}

fn size(bytes: &[u8]) -> i64 {
    i64::try_from(bytes.len()).unwrap_or(i64::MAX)
}
