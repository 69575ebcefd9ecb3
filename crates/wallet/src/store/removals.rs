//! `removals`: each act of deleting. Its badges stay, out of sight, until it is undone or purged.

use jiff::Timestamp;
use rusqlite::{Connection, Transaction, params};

use super::{StoreError, answers, art, artifacts, index};
use crate::api::BadgeId;

/// Moves badges to the trash; gives the token of the removal and how many badges it took.
pub(super) fn remove(
    transaction: &Transaction,
    ids: &[BadgeId],
    now: Timestamp,
) -> Result<(u32, u32), StoreError> {
    transaction.execute("INSERT INTO removals (removed_at) VALUES (?1)", [now.to_string()])?;
    let token: u32 = transaction.query_row("SELECT last_insert_rowid()", [], |row| row.get(0))?;
    let mut statement =
        transaction.prepare_cached("UPDATE badges SET removal = ?2 WHERE id = ?1 AND removal IS NULL")?;
    let mut removed = 0;
    for id in ids {
        removed += u32::from(statement.execute(params![id.0, token])? == 1);
    }
    Ok((token, removed))
}

/// Undoes a removal; gives how many badges came back.
pub(super) fn restore(transaction: &Transaction, token: u32) -> Result<u32, StoreError> {
    let restored = transaction.execute("UPDATE badges SET removal = NULL WHERE removal = ?1", [token])?;
    let known = transaction.execute("DELETE FROM removals WHERE id = ?1", [token])?;
    if known == 0 {
        return Err(StoreError::NothingToRestore);
    }
    Ok(u32::try_from(restored).unwrap_or(u32::MAX))
}

/// Takes one badge back; gives whether it was in the trash.
pub(super) fn restore_one(transaction: &Transaction, id: BadgeId) -> Result<bool, StoreError> {
    let restored = transaction
        .prepare_cached("UPDATE badges SET removal = NULL WHERE id = ?1 AND removal IS NOT NULL")?
        .execute([id.0])?;
    Ok(restored == 1)
}

/// How many removals are older than `before`.
pub(super) fn due(connection: &Connection, before: Timestamp) -> Result<u32, StoreError> {
    Ok(older(connection, before)?.len().try_into().unwrap_or(u32::MAX))
}

/// Deletes the badges of older removals for good, and what only they had.
pub(super) fn purge(transaction: &Transaction, before: Timestamp) -> Result<u32, StoreError> {
    let mut purged = 0;
    for removal in older(transaction, before)? {
        let mut badges = transaction.prepare_cached("SELECT id FROM badges WHERE removal = ?1")?;
        let ids =
            badges.query_map([removal], |row| row.get(0).map(BadgeId))?.collect::<Result<Vec<_>, _>>()?;
        for id in ids {
            index::delete(transaction, id)?;
            transaction.execute("DELETE FROM badges WHERE id = ?1", [id.0])?;
            purged += 1;
        }
        transaction.execute("DELETE FROM removals WHERE id = ?1", [removal])?;
    }
    artifacts::delete_unused(transaction)?;
    answers::delete_unused(transaction)?;
    art::delete_unused(transaction)?;
    Ok(purged)
}

/// Compared as instants: text of different precision does not sort by time.
fn older(connection: &Connection, before: Timestamp) -> Result<Vec<u32>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT id, removed_at FROM removals")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
    let mut due = Vec::new();
    for row in rows {
        let (id, removed_at) = row?;
        if removed_at.parse::<Timestamp>().is_ok_and(|removed_at| removed_at < before) {
            due.push(id);
        }
    }
    Ok(due)
}
