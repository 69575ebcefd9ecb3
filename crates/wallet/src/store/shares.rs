//! `shares`: what left the wallet, when, and where to.

use jiff::Timestamp;
use rusqlite::{Connection, Row, Transaction, params};

use super::StoreError;
use crate::api::{BadgeId, NewShare, ShareView, SharedBadge};

/// Writes down a share. Names are kept as they are now: the log outlives the badges.
pub(super) fn add(transaction: &Transaction, share: &NewShare, now: Timestamp) -> Result<(), StoreError> {
    transaction.execute(
        "INSERT INTO shares (at, target, place, personal) VALUES (?1, ?2, ?3, ?4)",
        params![now.to_string(), share.target, share.place, share.personal.join("\n")],
    )?;
    let number = transaction.last_insert_rowid();
    let mut statement = transaction.prepare_cached(
        "INSERT INTO share_badges (share_id, badge_id, name) SELECT ?1, id, name FROM badges WHERE id = ?2
         ON CONFLICT DO NOTHING",
    )?;
    for BadgeId(badge) in &share.badges {
        statement.execute(params![number, badge])?;
    }
    Ok(())
}

/// At most `limit` of them, the latest first; with `before`, of those noted before that one; with `badge`, of those
/// that it was among.
pub(super) fn page(
    connection: &Connection,
    badge: Option<BadgeId>,
    before: Option<u32>,
    limit: u32,
) -> Result<Vec<ShareView>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT id, at, target, place, personal FROM shares
         WHERE (?1 IS NULL OR id < ?1)
           AND (?2 IS NULL OR EXISTS (SELECT 1 FROM share_badges WHERE share_id = shares.id AND badge_id = ?2))
         ORDER BY id DESC LIMIT ?3",
    )?;
    let rows = statement.query_map(params![before, badge.map(|badge| badge.0), limit], view)?;
    let mut shares = rows.collect::<Result<Vec<ShareView>, _>>()?;
    let mut named = connection
        .prepare_cached("SELECT badge_id, name FROM share_badges WHERE share_id = ?1 ORDER BY badge_id")?;
    for share in &mut shares {
        let badges = named
            .query_map([share.id], |row| Ok(SharedBadge { id: BadgeId(row.get(0)?), name: row.get(1)? }))?;
        share.badges = badges.collect::<Result<_, _>>()?;
    }
    Ok(shares)
}

/// Forgets them, or all where none is named; says how many.
pub(super) fn forget(transaction: &Transaction, shares: Option<&[u32]>) -> Result<u32, StoreError> {
    let forgotten = match shares {
        None => transaction.execute("DELETE FROM shares", [])?,
        Some(shares) => {
            let mut statement = transaction.prepare_cached("DELETE FROM shares WHERE id = ?1")?;
            let mut forgotten = 0;
            for share in shares {
                forgotten += statement.execute([share])?;
            }
            forgotten
        }
    };
    Ok(u32::try_from(forgotten).unwrap_or(u32::MAX))
}

fn view(row: &Row) -> rusqlite::Result<ShareView> {
    let personal: String = row.get(4)?;
    Ok(ShareView {
        id: row.get(0)?,
        at: row.get(1)?,
        target: row.get(2)?,
        place: row.get(3)?,
        badges: Vec::new(),
        personal: personal.lines().map(str::to_owned).collect(),
    })
}
