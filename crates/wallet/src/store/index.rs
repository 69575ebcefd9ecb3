//! `badge_index`: the full-text index (FTS5), one row for each badge, also for those in the trash.

use std::fmt::Write;

use openbadges::card::BadgeCard;
use rusqlite::{Transaction, params};

use super::StoreError;
use crate::api::BadgeId;

/// No field of a badge needs more than this to be found (characters).
const FIELD: usize = 20_000;
/// A query longer than this is cut (characters, then words).
const QUERY: usize = 400;
const WORDS: usize = 24;

pub(super) fn insert(transaction: &Transaction, badge: BadgeId, card: &BadgeCard) -> Result<(), StoreError> {
    let criteria = card.criteria.as_ref();
    let recipient = card.recipient.as_ref();
    let alignments = card.alignments.iter().flat_map(|alignment| {
        [Some(alignment.name.as_str()), alignment.framework.as_deref(), alignment.code.as_deref()]
    });
    let evidence =
        card.evidence.iter().flat_map(|evidence| [evidence.name.as_deref(), evidence.narrative.as_deref()]);
    let mut inside = Vec::new();
    said_inside(card, &mut inside);
    let other = [card.narrative.as_deref(), card.credential_id.as_deref(), Some(card.standard.as_str())];
    transaction
        .prepare_cached(
            "INSERT INTO badge_index (rowid, name, issuer, description, criteria, tags, recipient, other)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            badge.0,
            field([Some(card.name.as_str())]),
            field([Some(card.issuer.name.as_str()), card.issuer.id.as_deref(), card.issuer.url.as_deref()]),
            field([card.description.as_deref()]),
            field([
                criteria.and_then(|criteria| criteria.narrative.as_deref()),
                criteria.and_then(|criteria| criteria.url.as_deref())
            ]),
            field(card.tags.iter().map(|tag| Some(tag.as_str()))),
            field([
                recipient.and_then(|recipient| recipient.name.as_deref()),
                recipient.and_then(|recipient| recipient.identity.as_deref())
            ]),
            field(other.into_iter().chain(alignments).chain(evidence).chain(inside)),
        ])?;
    Ok(())
}

/// What stands inside: a learner record is found by its courses, an endorsed badge by who endorses it.
fn said_inside<'a>(card: &'a BadgeCard, texts: &mut Vec<Option<&'a str>>) {
    let achievements = card.record.iter().flat_map(|record| &record.achievements);
    texts.extend(achievements.map(|achievement| achievement.name.as_deref()));
    texts.extend(card.claims.iter().map(|claim| Some(claim.value.as_str())));
    texts.extend(card.endorsement.iter().map(|endorsement| endorsement.comment.as_deref()));
    for inner in &card.embedded {
        texts.extend([Some(inner.card.name.as_str()), Some(inner.card.issuer.name.as_str())]);
        said_inside(&inner.card, texts);
    }
}

pub(super) fn delete(transaction: &Transaction, badge: BadgeId) -> Result<(), StoreError> {
    transaction.prepare_cached("DELETE FROM badge_index WHERE rowid = ?1")?.execute([badge.0])?;
    Ok(())
}

/// The FTS5 query for what a person typed: every word must occur, the last may be the beginning of one.
/// `None` if there is nothing to search for. All of it is quoted, so no text is a syntax error or an operator.
pub(super) fn query(typed: &str) -> Option<String> {
    let mut query = String::new();
    let typed: String = typed.chars().take(QUERY).collect();
    for word in typed.split(|c: char| c.is_whitespace() || c.is_control()).take(WORDS) {
        if !word.chars().any(char::is_alphanumeric) {
            continue;
        }
        let word = spaced(word).replace('"', "\"\"");
        // Writing to a String cannot fail.
        let _ = write!(query, "{}\"{}\"", if query.is_empty() { "" } else { " " }, word.trim());
    }
    if query.is_empty() {
        return None;
    }
    query.push('*');
    Some(query)
}

fn field<'a>(texts: impl IntoIterator<Item = Option<&'a str>>) -> String {
    let mut field = String::new();
    for text in texts.into_iter().flatten() {
        field.push_str(text);
        field.push('\n');
    }
    spaced(&field.chars().take(FIELD).collect::<String>())
}

/// Sets apart the letters of scripts that are written without spaces, so that any part of such a text is found
/// (as a phrase): FTS5 would otherwise take a whole sentence for one word.
fn spaced(text: &str) -> String {
    let mut spaced = String::with_capacity(text.len());
    for c in text.chars() {
        // Kana, CJK, Hangul is spaced by its writers; Thai to Myanmar, Khmer are not.
        let unspaced = matches!(c, '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
            | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
            | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}');
        if unspaced && c.is_alphanumeric() {
            spaced.extend([' ', c, ' ']);
        } else {
            spaced.push(c);
        }
    }
    spaced
}
