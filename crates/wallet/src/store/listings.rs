//! `self_listed`: achievements that somebody lists of themselves. They are no badges: no verdict, no evidence.

use jiff::Timestamp;
use rusqlite::{Connection, Row, Transaction, params};

use super::StoreError;
use crate::api::SelfListedView;
use crate::self_listed::SelfListed;

const COLUMNS: &str =
    "id, name, issuer, url, issued_on, expires_on, credential_id, source, added_at FROM self_listed";

/// Keeps `listed`, unless it is there; gives it as it is kept, with whether it is new.
pub(super) fn add(
    transaction: &Transaction,
    listed: &SelfListed,
    source: &str,
    now: Timestamp,
) -> Result<(SelfListedView, bool), StoreError> {
    let SelfListed { name, issuer, url, issued_on, expires_on, credential_id } = listed;
    // What is not known is stored as empty: for SQL, two unknown things would differ.
    let [issuer, url, issued_on, expires_on, credential_id] =
        [issuer, url, issued_on, expires_on, credential_id].map(|value| value.as_deref().unwrap_or_default());
    let new = transaction.execute(
        "INSERT INTO self_listed (name, issuer, url, issued_on, expires_on, credential_id, source, added_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING",
        params![name, issuer, url, issued_on, expires_on, credential_id, source, now.to_string()],
    )? == 1;
    let kept = transaction.query_row(
        &format!("SELECT {COLUMNS} WHERE (name, issuer, url, credential_id) = (?1, ?2, ?3, ?4)"),
        params![name, issuer, url, credential_id],
        view,
    )?;
    Ok((kept, new))
}

/// All of them, added last first.
pub(super) fn all(connection: &Connection) -> Result<Vec<SelfListedView>, StoreError> {
    let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} ORDER BY id DESC"))?;
    let rows = statement.query_map([], view)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Takes one away; says whether it was there.
pub(super) fn remove(transaction: &Transaction, id: u32) -> Result<bool, StoreError> {
    Ok(transaction.execute("DELETE FROM self_listed WHERE id = ?1", [id])? == 1)
}

fn view(row: &Row) -> rusqlite::Result<SelfListedView> {
    let known = |column| -> rusqlite::Result<Option<String>> {
        Ok(Some(row.get(column)?).filter(|value: &String| !value.is_empty()))
    };
    Ok(SelfListedView {
        id: row.get(0)?,
        listed: SelfListed {
            name: row.get(1)?,
            issuer: known(2)?,
            url: known(3)?,
            issued_on: known(4)?,
            expires_on: known(5)?,
            credential_id: known(6)?,
        },
        source: row.get(7)?,
        added_at: row.get(8)?,
    })
}
