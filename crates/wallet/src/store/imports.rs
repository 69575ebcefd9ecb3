//! `imports`: each act of bringing badges in; `import_items`: what was brought; `import_lines`: what became of it.
//!
//! A line is written in the transaction that keeps its badge, so that an import that was cut off at any instant can go
//! on where it was: a leaf (a file, or one thing inside a file) has its lines, or was never touched.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::StoreError;
use crate::api::{
    ApiError, BadgeId, FailureGroup, ImportCounts, ImportLine, ImportLinesPage, ImportLinesRequest,
    ImportOutcome, ImportReport, ImportState, NotValid,
};
use crate::source::Source;

/// How many places a report names for each reason.
const EXAMPLES: usize = 5;

/// What an import begins with.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Files, links, texts; no folders.
    pub sources: Vec<Source>,
    /// Folders of which something is not among these, each with the reason: there is nothing to be done about them.
    pub unlisted: Vec<ImportLine>,
    /// Symbolic links that were left aside.
    pub links_skipped: u32,
    /// Hidden files and folders that were left aside.
    pub hidden_skipped: u32,
}

/// One thing that was brought.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its number.
    pub id: i64,
    /// What it is.
    pub source: Source,
    /// The leaves that have lines already, by their numbers.
    pub leaves: BTreeMap<u32, RecordedLeaf>,
}

/// A leaf that has lines.
#[derive(Clone, Debug)]
pub struct RecordedLeaf {
    /// The SHA-256 of what it is; `None` where an earlier Lapel wrote the lines.
    pub digest: Option<String>,
    /// Whether a decision has it judged again.
    pub reopened: bool,
}

/// How far an import is.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Where it stands.
    pub state: ImportState,
    /// What is done with badges that are not valid.
    pub not_valid: NotValid,
    /// The items that are left.
    pub left: Vec<i64>,
    /// Leaves that have their lines.
    pub leaves: u32,
    /// The leaves among them that are of items which are left.
    pub leaves_of_left: u32,
    /// Lines by outcome.
    pub counts: ImportCounts,
}

pub(super) fn begin(
    transaction: &Transaction,
    plan: &Plan,
    not_valid: NotValid,
    now: Timestamp,
) -> Result<u32, StoreError> {
    let import: u32 = transaction.query_row(
        "INSERT INTO imports (state, not_valid, links_skipped, hidden_skipped, started_at)
         VALUES ('running', ?1, ?2, ?3, ?4) RETURNING id",
        params![not_valid.as_str(), plan.links_skipped, plan.hidden_skipped, now.to_string()],
        |row| row.get(0),
    )?;
    let mut statement = transaction.prepare_cached(
        "INSERT INTO import_items (import_id, kind, done, name, content) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for source in &plan.sources {
        let (kind, content) = written(source);
        statement.execute(params![import, kind, false, source.name(), content])?;
    }
    for line in &plan.unlisted {
        let item = statement.insert(params![import, "path", true, line.source, b""])?;
        add_line(transaction, import, Place { item, leaf: 0, part: 0, digest: None }, line)?;
    }
    Ok(import)
}

fn written(source: &Source) -> (&'static str, &[u8]) {
    match source {
        Source::Path(path) | Source::File { path, .. } => ("path", path.as_os_str().as_encoded_bytes()),
        Source::Url(url) => ("url", url.as_bytes()),
        Source::Text(text) => ("text", text.as_bytes()),
        Source::Bytes { bytes, .. } => ("bytes", bytes),
    }
}

/// `None` if it is no longer there.
pub(super) fn item(connection: &Connection, id: i64) -> Result<Option<Item>, StoreError> {
    let found = connection
        .prepare_cached("SELECT kind, name, content FROM import_items WHERE id = ?1")?
        .query_row([id], |row| {
            let content: Vec<u8> = row.get(2)?;
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, content))
        })
        .optional()?;
    let Some((kind, name, content)) = found else { return Ok(None) };
    let source = match kind.as_str() {
        "path" => Source::File { path: path_of(content), name },
        "url" => Source::Url(String::from_utf8_lossy(&content).into_owned()),
        "text" => Source::Text(String::from_utf8_lossy(&content).into_owned()),
        _ => Source::Bytes { name, bytes: content },
    };
    let mut statement = connection.prepare_cached(
        "SELECT leaf, max(digest), max(outcome = 'reopened') FROM import_lines WHERE item_id = ?1 GROUP BY leaf",
    )?;
    let recorded =
        |row: &rusqlite::Row| Ok((row.get(0)?, RecordedLeaf { digest: row.get(1)?, reopened: row.get(2)? }));
    let leaves = statement.query_map([id], recorded)?.collect::<Result<_, _>>()?;
    Ok(Some(Item { id, source, leaves }))
}

#[cfg(unix)]
fn path_of(bytes: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    std::ffi::OsString::from_vec(bytes).into()
}

#[cfg(not(unix))]
fn path_of(bytes: Vec<u8>) -> PathBuf {
    String::from_utf8_lossy(&bytes).into_owned().into()
}

pub(super) fn standing(connection: &Connection, import: u32) -> Result<Standing, StoreError> {
    let (state, not_valid) = terms(connection, import)?;
    let mut statement = connection
        .prepare_cached("SELECT id FROM import_items WHERE import_id = ?1 AND done = 0 ORDER BY id")?;
    let left = statement.query_map([import], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let leaves = connection
        .prepare_cached(
            "SELECT count(*) FROM (SELECT 1 FROM import_lines WHERE import_id = ?1
             GROUP BY item_id, leaf HAVING max(outcome = 'reopened') = 0)",
        )?
        .query_row([import], |row| row.get(0))?;
    let leaves_of_left = connection
        .prepare_cached(
            "SELECT count(*) FROM (SELECT 1 FROM import_lines WHERE import_id = ?1
             AND item_id IN (SELECT id FROM import_items WHERE import_id = ?1 AND done = 0)
             GROUP BY item_id, leaf HAVING max(outcome = 'reopened') = 0)",
        )?
        .query_row([import], |row| row.get(0))?;
    Ok(Standing { state, not_valid, left, leaves, leaves_of_left, counts: counts(connection, import)? })
}

/// Where an import stands, and what is done with badges that are not valid.
pub(super) fn terms(connection: &Connection, import: u32) -> Result<(ImportState, NotValid), StoreError> {
    let (state, not_valid): (String, String) = connection
        .prepare_cached("SELECT state, not_valid FROM imports WHERE id = ?1")?
        .query_row([import], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?
        .ok_or(StoreError::NoSuchImport { import })?;
    let state = ImportState::of_name(&state).unwrap_or(ImportState::Running);
    Ok((state, NotValid::of_name(&not_valid)))
}

/// The imports that are not over, the earliest first.
pub(super) fn unfinished(connection: &Connection) -> Result<Vec<u32>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT id FROM imports WHERE state IN ('running', 'paused', 'waiting') ORDER BY id",
    )?;
    let ids = statement.query_map([], |row| row.get(0))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// The latest imports, the last first.
pub(super) fn latest(connection: &Connection, most: u32) -> Result<Vec<u32>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT id FROM imports ORDER BY id DESC LIMIT ?1")?;
    let ids = statement.query_map([most], |row| row.get(0))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// What writing a line down changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// There was none.
    New,
    /// It stands in the place of one that waited for a decision.
    Decided,
    /// It was there already.
    Known,
}

/// Writes down what became of one part of a leaf.
pub(super) fn add_line(
    transaction: &Transaction,
    import: u32,
    place: Place,
    line: &ImportLine,
) -> Result<Line, StoreError> {
    let json = serde_json::to_string(&line.outcome)
        .map_err(|error| StoreError::Sqlite(rusqlite::Error::ToSqlConversionFailure(error.into())))?;
    let code = match &line.outcome {
        ImportOutcome::Failed { error } => Some(error.code.as_str()),
        _ => None,
    };
    let values = params![
        import,
        place.item,
        place.leaf,
        place.part,
        line.outcome.name(),
        code,
        line.outcome.badge().map(|badge| badge.id.0),
        line.source,
        json,
        place.digest
    ];
    let inserted = transaction
        .prepare_cached(
            "INSERT INTO import_lines (import_id, item_id, leaf, part, outcome, code, badge_id, source, json, digest)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (item_id, leaf, part) DO NOTHING",
        )?
        .execute(values)?;
    if inserted == 1 {
        return Ok(Line::New);
    }
    let decided = transaction
        .prepare_cached(
            "UPDATE import_lines SET outcome = ?5, code = ?6, badge_id = ?7, source = ?8, json = ?9, digest = ?10
             WHERE import_id = ?1 AND item_id = ?2 AND leaf = ?3 AND part = ?4 AND outcome = 'reopened'",
        )?
        .execute(values)?;
    Ok(if decided == 1 { Line::Decided } else { Line::Known })
}

/// Which part of what a line is about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    pub(super) item: i64,
    pub(super) leaf: u32,
    pub(super) part: u32,
    /// By what the leaf is known again.
    pub(super) digest: Option<&'a str>,
}

/// Says that nothing more comes of an item; gives the lines of what waited for a decision and was not found again.
pub(super) fn finish_item(transaction: &Transaction, item: i64) -> Result<Vec<ImportLine>, StoreError> {
    transaction.prepare_cached("UPDATE import_items SET done = 1 WHERE id = ?1")?.execute([item])?;
    let mut statement = transaction
        .prepare_cached("SELECT id, source FROM import_lines WHERE item_id = ?1 AND outcome = 'reopened'")?;
    let rows = statement.query_map([item], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?;
    let mut gone = Vec::new();
    for (id, source) in rows.collect::<Result<Vec<_>, _>>()? {
        let error = ApiError::new(
            "import.no-longer-there",
            "it is no longer where it was when you were asked about it",
            "Import it again from where it is now.",
        );
        let outcome = ImportOutcome::Failed { error };
        let json = serde_json::to_string(&outcome)
            .map_err(|error| StoreError::Sqlite(rusqlite::Error::ToSqlConversionFailure(error.into())))?;
        transaction
            .prepare_cached(
                "UPDATE import_lines SET outcome = 'failed', code = 'import.no-longer-there', json = ?2 WHERE id = ?1",
            )?
            .execute(params![id, json])?;
        gone.push(ImportLine { source, outcome });
    }
    Ok(gone)
}

/// Brings an import to `state`, unless it is over; gives whether it was not. Of one that is over then, what was brought
/// is forgotten (its lines stay). One that is over can still be undone.
pub(super) fn set_state(
    transaction: &Transaction,
    import: u32,
    state: ImportState,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let over = state.is_over();
    let finished_at = over.then(|| now.to_string());
    let changed = transaction
        .prepare_cached(
            "UPDATE imports SET state = ?2, finished_at = coalesce(?3, finished_at)
             WHERE id = ?1 AND (?2 = 'undone' OR state NOT IN ('finished', 'cancelled', 'undone'))",
        )?
        .execute(params![import, state.as_str(), finished_at])?;
    if changed == 0 {
        terms(transaction, import)?;
        return Ok(false);
    }
    if over {
        transaction.prepare_cached("DELETE FROM import_items WHERE import_id = ?1")?.execute([import])?;
    }
    Ok(true)
}

/// Has what waits for a decision read again, under that decision.
pub(super) fn decide(transaction: &Transaction, import: u32, not_valid: NotValid) -> Result<(), StoreError> {
    let waits = transaction
        .prepare_cached(
            "UPDATE imports SET not_valid = ?2, state = 'running' WHERE id = ?1 AND state = 'waiting'",
        )?
        .execute(params![import, not_valid.as_str()])?;
    if waits == 0 {
        return Err(StoreError::NothingToDecide { import });
    }
    transaction
        .prepare_cached(
            "UPDATE import_items SET done = 0 WHERE import_id = ?1 AND id IN
             (SELECT item_id FROM import_lines WHERE import_id = ?1 AND outcome = 'held')",
        )?
        .execute([import])?;
    transaction
        .prepare_cached(
            "UPDATE import_lines SET outcome = 'reopened' WHERE import_id = ?1 AND outcome = 'held'",
        )?
        .execute([import])?;
    Ok(())
}

fn counts(connection: &Connection, import: u32) -> Result<ImportCounts, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT outcome, count(*) FROM import_lines WHERE import_id = ?1 GROUP BY outcome")?;
    let mut counts = ImportCounts::default();
    let mut rows = statement.query([import])?;
    while let Some(row) = rows.next()? {
        let outcome: String = row.get(0)?;
        counts.add(if outcome == "reopened" { "held" } else { &outcome }, row.get(1)?);
    }
    Ok(counts)
}

pub(super) fn report(connection: &Connection, import: u32) -> Result<ImportReport, StoreError> {
    let Standing { state, left, leaves, counts, .. } = standing(connection, import)?;
    let row = connection
        .prepare_cached(
            "SELECT started_at, finished_at, links_skipped, hidden_skipped FROM imports WHERE id = ?1",
        )?
        .query_row([import], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    let (started_at, finished_at, links_skipped, hidden_skipped) = row;
    Ok(ImportReport {
        import,
        state,
        started_at,
        finished_at,
        done: leaves,
        left: u32::try_from(left.len()).unwrap_or(u32::MAX),
        counts,
        failures: failures(connection, import)?,
        links_skipped,
        hidden_skipped,
    })
}

fn failures(connection: &Connection, import: u32) -> Result<Vec<FailureGroup>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT code, source, json FROM import_lines WHERE import_id = ?1 AND outcome = 'failed'
         ORDER BY item_id, leaf, part",
    )?;
    let mut rows = statement.query([import])?;
    let mut groups: BTreeMap<String, FailureGroup> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let code: String = row.get::<_, Option<String>>(0)?.unwrap_or_default();
        let source: String = row.get(1)?;
        if let Some(group) = groups.get_mut(&code) {
            group.count += 1;
            if group.sources.len() < EXAMPLES {
                group.sources.push(source);
            }
            continue;
        }
        if let Ok(ImportOutcome::Failed { error }) = serde_json::from_str(&row.get::<_, String>(2)?) {
            let (message, hint) = (error.message, error.hint);
            groups
                .insert(code.clone(), FailureGroup { code, count: 1, message, hint, sources: vec![source] });
        }
    }
    let mut groups: Vec<_> = groups.into_values().collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.count));
    Ok(groups)
}

/// A page of lines, in the order of what was brought.
pub(super) fn lines(
    connection: &Connection,
    request: &ImportLinesRequest,
) -> Result<ImportLinesPage, StoreError> {
    let outcome = request.outcome.as_deref();
    let total = connection
        .prepare_cached(
            "SELECT count(*) FROM import_lines WHERE import_id = ?1 AND (?2 IS NULL OR outcome = ?2)",
        )?
        .query_row(params![request.import, outcome], |row| row.get(0))?;
    let mut statement = connection.prepare_cached(
        "SELECT source, json FROM import_lines WHERE import_id = ?1 AND (?2 IS NULL OR outcome = ?2)
         ORDER BY item_id, leaf, part LIMIT ?3 OFFSET ?4",
    )?;
    let window = params![request.import, outcome, request.limit.clamp(1, 1000), request.offset];
    let rows = statement.query_map(window, |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
    let mut lines = Vec::new();
    for row in rows {
        let (source, json) = row?;
        if let Ok(outcome) = serde_json::from_str(&json) {
            lines.push(ImportLine { source, outcome });
        }
    }
    Ok(ImportLinesPage { lines, total })
}

/// All outcomes of one name.
pub(super) fn outcomes(
    connection: &Connection,
    import: u32,
    name: &str,
) -> Result<Vec<ImportOutcome>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT json FROM import_lines WHERE import_id = ?1 AND outcome = ?2 ORDER BY item_id, leaf, part",
    )?;
    let rows = statement.query_map(params![import, name], |row| row.get::<_, String>(0))?;
    let mut outcomes = Vec::new();
    for row in rows {
        outcomes.extend(serde_json::from_str(&row?).ok());
    }
    Ok(outcomes)
}

/// The badges that an import brought into the wallet and that are not in the trash.
pub(super) fn brought(connection: &Connection, import: u32) -> Result<Vec<BadgeId>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT DISTINCT badges.id FROM import_lines JOIN badges ON badges.id = import_lines.badge_id
         WHERE import_lines.import_id = ?1 AND import_lines.outcome IN ('added', 'kept_not_valid')
           AND badges.removal IS NULL
         ORDER BY badges.id",
    )?;
    let ids = statement.query_map([import], |row| row.get(0).map(BadgeId))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// Whether an import ended before `before`.
pub(super) fn is_due(connection: &Connection, before: Timestamp) -> Result<bool, StoreError> {
    Ok(!due(connection, before)?.is_empty())
}

/// Forgets imports that ended before `before`. Their badges stay.
pub(super) fn purge(transaction: &Transaction, before: Timestamp) -> Result<(), StoreError> {
    for import in due(transaction, before)? {
        transaction.execute("DELETE FROM imports WHERE id = ?1", [import])?;
    }
    Ok(())
}

/// Compared as instants: text of different precision does not sort by time.
fn due(connection: &Connection, before: Timestamp) -> Result<Vec<u32>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT id, finished_at FROM imports WHERE finished_at IS NOT NULL")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
    let mut due = Vec::new();
    for row in rows {
        let (id, finished_at) = row?;
        if finished_at.parse::<Timestamp>().is_ok_and(|finished_at| finished_at < before) {
            due.push(id);
        }
    }
    Ok(due)
}
