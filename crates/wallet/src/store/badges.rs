//! `badges`: what the wall lists by. Nothing in it is long, so that lists stay quick.

use jiff::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params_from_iter};

use super::keep::is_proven;
use super::{Judged, NewBadge, StoreError, index};
use crate::api::{BadgeId, BadgePage, BadgeSummary, Counts, IssuerCount, ListRequest};

/// A name longer than this is cut in lists (characters).
const NAME: usize = 300;
/// How many issuers the sidebar counts, at most.
const ISSUERS: u32 = 500;
const COLUMNS: &str = "id, name, issuer, issued_on, expires_on, verdict, headline, art, added_at";

/// The badge with this credential, and whether it is in the trash.
pub(super) fn by_digest(
    connection: &Connection,
    digest: &str,
) -> Result<Option<(BadgeId, bool)>, StoreError> {
    let found = connection
        .prepare_cached("SELECT id, removal IS NOT NULL FROM badges WHERE credential_digest = ?1")?
        .query_row([digest], |row| Ok((BadgeId(row.get(0)?), row.get(1)?)))
        .optional()?;
    Ok(found)
}

/// A badge that a version of its credential may stand in for.
pub(super) struct Here {
    pub(super) id: BadgeId,
    pub(super) removed: bool,
    /// Whether it is certain that its issuer made it.
    pub(super) proven: bool,
    /// Seconds since 1970.
    pub(super) issued_at: Option<i64>,
}

/// The badge whose credential has this identity; of several, one that is proven: the others only claim it.
pub(super) fn by_identity(connection: &Connection, identity: &str) -> Result<Option<Here>, StoreError> {
    let found = connection
        .prepare_cached(
            "SELECT id, removal IS NOT NULL, proven, issued_at FROM badges WHERE identity = ?1
             ORDER BY proven DESC, id LIMIT 1",
        )?
        .query_row([identity], |row| {
            let (id, removed) = (BadgeId(row.get(0)?), row.get(1)?);
            Ok(Here { id, removed, proven: row.get(2)?, issued_at: row.get(3)? })
        })
        .optional()?;
    Ok(found)
}

/// Badges of which nobody wrote down yet what their versions share: an earlier Lapel kept them.
pub(super) fn unidentified(connection: &Connection) -> Result<Vec<BadgeId>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT id FROM badges WHERE identity IS NULL ORDER BY id")?;
    let ids = statement.query_map([], |row| row.get(0).map(BadgeId))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// Writes down what all versions of a badge share; empty for one that has nothing to be known by.
pub(super) fn set_identity(
    transaction: &Transaction,
    id: BadgeId,
    identity: &str,
    proven: bool,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached("UPDATE badges SET identity = ?2, proven = ?3 WHERE id = ?1")?
        .execute(rusqlite::params![id.0, identity, proven])?;
    Ok(())
}

pub(super) fn set_digest(transaction: &Transaction, id: BadgeId, digest: &str) -> Result<(), StoreError> {
    transaction
        .prepare_cached("UPDATE badges SET credential_digest = ?2 WHERE id = ?1")?
        .execute(rusqlite::params![id.0, digest])?;
    Ok(())
}

pub(super) fn insert(
    transaction: &Transaction,
    badge: &NewBadge,
    now: Timestamp,
) -> Result<BadgeId, StoreError> {
    let listed = Listed::of(&badge.judged);
    let id = transaction
        .prepare_cached(
            "INSERT INTO badges (name, name_key, issuer, issuer_key, issued_at, issued_on, expires_at, expires_on,
                                 verdict, headline, art, proven, credential_digest, added_at, identity)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15) RETURNING id",
        )?
        .query_row(
            params_from_iter(listed.values(&badge.judged).into_iter().chain([
                text(badge.digest),
                text(&now.to_string()),
                text(badge.identity.unwrap_or_default()),
            ])),
            |row| row.get(0),
        )?;
    Ok(BadgeId(id))
}

pub(super) fn update(transaction: &Transaction, id: BadgeId, judged: &Judged) -> Result<(), StoreError> {
    let listed = Listed::of(judged);
    transaction
        .prepare_cached(
            "UPDATE badges SET name = ?1, name_key = ?2, issuer = ?3, issuer_key = ?4, issued_at = ?5,
                               issued_on = ?6, expires_at = ?7, expires_on = ?8, verdict = ?9,
                               headline = ?10, art = coalesce(?11, art), proven = ?12
             WHERE id = ?13",
        )?
        .execute(params_from_iter(listed.values(judged).into_iter().chain([Value::from(id.0)])))?;
    Ok(())
}

pub(super) fn must_exist(connection: &Connection, id: BadgeId) -> Result<(), StoreError> {
    summary(connection, id).map(drop)
}

/// A badge that is not in the trash.
pub(super) fn summary(connection: &Connection, id: BadgeId) -> Result<BadgeSummary, StoreError> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM badges WHERE id = ?1 AND removal IS NULL"))?
        .query_row([id.0], read_summary)
        .optional()?
        .ok_or(StoreError::NoSuchBadge { badge: id.0 })
}

/// The name of a badge, also of one in the trash.
pub(super) fn name(connection: &Connection, id: BadgeId) -> Result<String, StoreError> {
    connection
        .prepare_cached("SELECT name FROM badges WHERE id = ?1")?
        .query_row([id.0], |row| row.get(0))
        .optional()?
        .ok_or(StoreError::NoSuchBadge { badge: id.0 })
}

pub(super) fn all_ids(connection: &Connection) -> Result<Vec<BadgeId>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT id FROM badges WHERE removal IS NULL ORDER BY id")?;
    let ids = statement.query_map([], |row| row.get(0).map(BadgeId))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// Badges that were verified, and whose validity ended by `now`: their verdict is out of date.
pub(super) fn run_out(connection: &Connection, now: Timestamp) -> Result<Vec<BadgeId>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT id FROM badges WHERE removal IS NULL AND verdict = 'verified' AND expires_at < ?1 ORDER BY id",
    )?;
    let ids = statement.query_map([now.as_second()], |row| row.get(0).map(BadgeId))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// A page of the wall with the counts of the whole wallet.
pub(super) fn page(connection: &Connection, request: &ListRequest) -> Result<BadgePage, StoreError> {
    let listing = Listing::of(request);
    let total = connection
        .prepare_cached(&listing.count())?
        .query_row(params_from_iter(&listing.values), |row| row.get(0))?;
    let mut statement = connection.prepare_cached(&listing.select())?;
    let window = [Value::from(request.limit.clamp(1, 1000)), Value::from(request.offset)];
    let rows = statement.query_map(params_from_iter(listing.values.iter().chain(&window)), read_summary)?;
    Ok(BadgePage { badges: rows.collect::<Result<_, _>>()?, total, counts: counts(connection)? })
}

fn counts(connection: &Connection) -> Result<Counts, StoreError> {
    let mut counts = Counts::default();
    let mut statement = connection
        .prepare_cached("SELECT verdict, count(*) FROM badges WHERE removal IS NULL GROUP BY verdict")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (verdict, badges): (String, u32) = (row.get(0)?, row.get(1)?);
        counts.all += badges;
        match verdict.as_str() {
            "verified" => counts.verified = badges,
            "expired" => counts.expired = badges,
            "revoked" => counts.revoked = badges,
            "invalid" => counts.invalid = badges,
            _ => counts.undecided += badges,
        }
    }
    let mut statement = connection.prepare_cached(
        "SELECT issuer, count(*) AS badges FROM badges WHERE removal IS NULL
         GROUP BY issuer ORDER BY badges DESC, issuer LIMIT ?1",
    )?;
    let issuers =
        statement.query_map([ISSUERS], |row| Ok(IssuerCount { name: row.get(0)?, badges: row.get(1)? }))?;
    counts.issuers = issuers.collect::<Result<_, _>>()?;
    Ok(counts)
}

/// The SQL of one list request; all that a person typed is in `values`.
pub(super) struct Listing {
    conditions: String,
    order: &'static str,
    pub(super) values: Vec<Value>,
}

impl Listing {
    pub(super) fn of(request: &ListRequest) -> Self {
        let mut conditions = "removal IS NULL".to_owned();
        let mut values = Vec::new();
        let query = index::query(&request.query);
        if let Some(query) = &query {
            conditions.push_str(" AND id IN (SELECT rowid FROM badge_index WHERE badge_index MATCH ?)");
            values.push(text(query));
        }
        if !request.verdicts.is_empty() {
            let before = values.len();
            values.extend(request.verdicts.iter().take(16).map(|verdict| text(verdict)));
            conditions.push_str(" AND verdict IN (");
            conditions.push_str(&vec!["?"; values.len() - before].join(", "));
            conditions.push(')');
        }
        if let Some(issuer) = &request.issuer {
            conditions.push_str(" AND issuer = ?");
            values.push(text(issuer));
        }
        let order = match request.sort.as_str() {
            "name" => "name_key, id",
            "issuer" => "issuer_key, name_key, id",
            "issued" => "issued_at DESC, id DESC",
            _ => "id DESC",
        };
        Self { conditions, order, values }
    }

    pub(super) fn count(&self) -> String {
        format!("SELECT count(*) FROM badges WHERE {}", self.conditions)
    }

    pub(super) fn select(&self) -> String {
        format!(
            "SELECT {COLUMNS} FROM badges WHERE {} ORDER BY {} LIMIT ? OFFSET ?",
            self.conditions, self.order
        )
    }
}

/// What the list shows of a card.
struct Listed {
    name: String,
    issuer: String,
}

impl Listed {
    fn of(judged: &Judged) -> Self {
        Self { name: line(&judged.card.name), issuer: line(&judged.card.issuer.name) }
    }

    /// The values of `insert` and `update`, in their order.
    fn values(&self, judged: &Judged) -> [Value; 12] {
        let (issued, expires) = (judged.card.issued_on.as_ref(), judged.card.expires_on.as_ref());
        [
            text(&self.name),
            text(&self.name.to_lowercase()),
            text(&self.issuer),
            text(&self.issuer.to_lowercase()),
            issued.map_or(Value::Null, |moment| Value::from(moment.instant.as_second())),
            issued.map_or(Value::Null, |moment| text(&moment.date)),
            expires.map_or(Value::Null, |moment| Value::from(moment.instant.as_second())),
            expires.map_or(Value::Null, |moment| text(&moment.date)),
            text(judged.report.verdict().as_str()),
            text(&judged.report.headline()),
            judged.art.map_or(Value::Null, |art| text(&art.digest)),
            Value::from(is_proven(judged.report)),
        ]
    }
}

fn read_summary(row: &Row) -> rusqlite::Result<BadgeSummary> {
    Ok(BadgeSummary {
        id: BadgeId(row.get(0)?),
        name: row.get(1)?,
        issuer: row.get(2)?,
        issued_on: row.get(3)?,
        expires_on: row.get(4)?,
        verdict: row.get(5)?,
        headline: row.get(6)?,
        art: row.get(7)?,
        added_at: row.get(8)?,
    })
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// One line of at most [`NAME`] characters.
fn line(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    words.join(" ").chars().take(NAME).collect()
}

#[cfg(test)]
pub(super) fn plan(connection: &Connection, sql: &str, values: usize) -> Vec<String> {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let nothing = vec![Value::Null; values];
    statement
        .query_map(params_from_iter(nothing), |row| row.get(3))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap()
}
