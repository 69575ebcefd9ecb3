//! `answers`: what each URL gave when a report was made; `documents`: the bytes, once each.

use openbadges::document::{Answer, Document, Documents};
use rusqlite::{Connection, Row, Transaction, params};

use super::{Part, StoreError};

pub(super) fn insert(
    transaction: &Transaction,
    report: i64,
    documents: &Documents,
) -> Result<(), StoreError> {
    for (url, answer) in documents.iter() {
        match answer {
            Answer::Document(document) => insert_document(transaction, report, url, document)?,
            Answer::Unavailable(reason) => {
                let reason = serde_json::to_string(reason).map_err(|error| {
                    StoreError::Sqlite(rusqlite::Error::ToSqlConversionFailure(error.into()))
                })?;
                transaction
                    .prepare_cached("INSERT INTO answers (report_id, url, unavailable) VALUES (?1, ?2, ?3)")?
                    .execute(params![report, url, reason])?;
            }
        }
    }
    Ok(())
}

fn insert_document(
    transaction: &Transaction,
    report: i64,
    url: &str,
    document: &Document,
) -> Result<(), StoreError> {
    let sha256 = document.sha256();
    transaction
        .prepare_cached(
            "INSERT INTO documents (sha256, bytes) VALUES (?1, ?2) ON CONFLICT (sha256) DO NOTHING",
        )?
        .execute(params![sha256, document.bytes])?;
    transaction
        .prepare_cached(
            "INSERT INTO answers (report_id, url, document_id, status, media_type, fetched_at)
             VALUES (?1, ?2, (SELECT id FROM documents WHERE sha256 = ?3), ?4, ?5, ?6)",
        )?
        .execute(params![
            report,
            url,
            sha256,
            document.status,
            document.media_type,
            document.fetched_at.to_string()
        ])?;
    Ok(())
}

/// The answers that a badge's latest report rests on.
pub(super) fn of_latest_report(connection: &Connection, part: Part) -> Result<Documents, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT answers.url, answers.unavailable, documents.sha256, documents.bytes,
                answers.status, answers.media_type, answers.fetched_at
         FROM answers LEFT JOIN documents ON documents.id = answers.document_id
         WHERE answers.report_id = (SELECT max(id) FROM reports WHERE badge_id = ?1)
         ORDER BY answers.id",
    )?;
    let mut rows = statement.query([part.badge.0])?;
    let mut documents = Documents::new();
    while let Some(row) = rows.next()? {
        let (url, answer) = part.read("documents", answer(row, part))?;
        documents.insert(url, answer?);
    }
    Ok(documents)
}

fn answer(row: &Row, part: Part) -> rusqlite::Result<(String, Result<Answer, StoreError>)> {
    let damaged = || part.damaged("documents");
    let url: String = row.get(0)?;
    if let Some(reason) = row.get::<_, Option<String>>(1)? {
        return Ok((url, serde_json::from_str(&reason).map(Answer::Unavailable).map_err(|_| damaged())));
    }
    let sha256: String = row.get(2)?;
    let bytes: Vec<u8> = row.get(3)?;
    let (status, media_type) = (row.get(4)?, row.get(5)?);
    let fetched_at: String = row.get(6)?;
    let answer = part.check("documents", &sha256, bytes).and_then(|bytes| {
        let fetched_at = fetched_at.parse().map_err(|_| damaged())?;
        Ok(Answer::Document(Document { url: url.clone(), bytes, media_type, fetched_at, status }))
    });
    Ok((url, answer))
}

/// Deletes the documents that no report rests on any more.
pub(super) fn delete_unused(transaction: &Transaction) -> Result<(), StoreError> {
    transaction.execute(
        "DELETE FROM documents WHERE NOT EXISTS (
             SELECT 1 FROM answers WHERE answers.document_id = documents.id)",
        [],
    )?;
    Ok(())
}
