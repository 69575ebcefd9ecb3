//! `art`: pictures as they are shown, by the digest of what they were made from. Derived: can be made again.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::{Art, StoreError};

pub(super) fn insert(transaction: &Transaction, art: &Art) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "INSERT INTO art (digest, media_type, bytes) VALUES (?1, ?2, ?3) ON CONFLICT (digest) DO NOTHING",
        )?
        .execute(params![art.digest, art.media_type, art.bytes])?;
    Ok(())
}

pub(super) fn read(connection: &Connection, digest: &str) -> Result<Option<Art>, StoreError> {
    let art = connection
        .prepare_cached("SELECT digest, media_type, bytes FROM art WHERE digest = ?1")?
        .query_row([digest], |row| {
            Ok(Art { digest: row.get(0)?, media_type: row.get(1)?, bytes: row.get(2)? })
        })
        .optional()?;
    Ok(art)
}

/// Deletes the pictures that no badge shows any more.
pub(super) fn delete_unused(transaction: &Transaction) -> Result<(), StoreError> {
    transaction.execute(
        "DELETE FROM art WHERE NOT EXISTS (SELECT 1 FROM badges WHERE badges.art = art.digest)
                           AND NOT EXISTS (SELECT 1 FROM versions WHERE versions.art = art.digest)",
        [],
    )?;
    Ok(())
}
