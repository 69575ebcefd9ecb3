//! `settings`: what the person set, a row for each.

use rusqlite::{Connection, Transaction, params};
use serde_json::{Map, Value};

use super::StoreError;
use crate::api::Settings;

/// What is stored; what is not, or cannot be read, is as if never set.
pub(super) fn read(connection: &Connection) -> Result<Settings, StoreError> {
    let mut statement = connection.prepare_cached("SELECT key, value FROM settings")?;
    let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
    let mut stored = Map::new();
    for row in rows {
        let (key, value) = row?;
        if let Ok(value) = serde_json::from_str(&value) {
            stored.insert(key, value);
        }
    }
    Ok(serde_json::from_value(Value::Object(stored)).unwrap_or_default())
}

pub(super) fn write(transaction: &Transaction, settings: &Settings) -> Result<(), StoreError> {
    let value = serde_json::to_value(settings)
        .map_err(|error| StoreError::Sqlite(rusqlite::Error::ToSqlConversionFailure(error.into())))?;
    let mut statement = transaction.prepare_cached(
        "INSERT INTO settings (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    )?;
    for (key, value) in value.as_object().into_iter().flatten() {
        statement.execute(params![key, value.to_string()])?;
    }
    Ok(())
}
