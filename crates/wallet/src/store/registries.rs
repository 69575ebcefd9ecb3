//! `registries`: files in which somebody lists the issuers that they know, as they were brought in.

use jiff::Timestamp;
use openbadges::document::sha256_hex;
use rusqlite::{Connection, Transaction, params};

use super::StoreError;
use crate::api::RegistryView;

/// Keeps a registry under its name; one that was there under it is replaced.
pub(super) fn put(
    transaction: &Transaction,
    name: &str,
    bytes: &[u8],
    issuers: u32,
    now: Timestamp,
) -> Result<(), StoreError> {
    transaction.execute("DELETE FROM registries WHERE name = ?1", [name])?;
    transaction.execute(
        "INSERT INTO registries (name, sha256, issuers, added_at, bytes) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![name, sha256_hex(bytes), issuers, now.to_string(), bytes],
    )?;
    Ok(())
}

/// The registries, in the order they came.
pub(super) fn all(connection: &Connection) -> Result<Vec<RegistryView>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT name, issuers, sha256, added_at FROM registries ORDER BY id")?;
    let rows = statement.query_map([], |row| {
        Ok(RegistryView {
            name: row.get(0)?,
            issuers: row.get(1)?,
            sha256: row.get(2)?,
            added_at: row.get(3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Names and bytes. What is not what was stored vouches for nobody: it is left out.
pub(super) fn contents(connection: &Connection) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT name, sha256, bytes FROM registries ORDER BY id")?;
    let rows = statement
        .query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?, row.get::<_, Vec<u8>>(2)?)))?;
    let mut contents = Vec::new();
    for row in rows {
        let (name, sha256, bytes) = row?;
        if sha256_hex(&bytes) == sha256 {
            contents.push((name, bytes));
        }
    }
    Ok(contents)
}

/// Takes a registry away; says whether it was there.
pub(super) fn remove(transaction: &Transaction, name: &str) -> Result<bool, StoreError> {
    Ok(transaction.execute("DELETE FROM registries WHERE name = ?1", [name])? == 1)
}
