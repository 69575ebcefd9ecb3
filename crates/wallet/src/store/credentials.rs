//! `credentials`: a badge's text as it was signed or served, and the card made from it.

use openbadges::artifact::PayloadContent;
use openbadges::card::BadgeCard;
use openbadges::document::sha256_hex;
use rusqlite::{Connection, Transaction, params};

use super::{Form, Part, StoreError};
use crate::api::BadgeId;

impl Form {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Jws => "jws",
        }
    }

    /// Text in this form, as it is parsed.
    pub(super) fn content(self, text: String) -> PayloadContent {
        match self {
            Self::Json => PayloadContent::Json(text),
            Self::Jws => PayloadContent::Jws(text),
        }
    }

    /// The schema allows these two only.
    pub(super) fn of_name(name: &str) -> Self {
        if name == "jws" { Self::Jws } else { Self::Json }
    }
}

pub(super) fn insert(
    transaction: &Transaction,
    badge: BadgeId,
    form: Form,
    text: &str,
    card: &BadgeCard,
) -> Result<(), StoreError> {
    let card = json(card)?;
    transaction
        .prepare_cached(
            "INSERT INTO credentials (badge_id, form, text_sha256, card_sha256, text, card)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            badge.0,
            form.as_str(),
            sha256_hex(text.as_bytes()),
            sha256_hex(card.as_bytes()),
            text,
            card
        ])?;
    Ok(())
}

/// Puts another version of the credential in the place of a badge's, with its card.
pub(super) fn replace(
    transaction: &Transaction,
    badge: BadgeId,
    form: Form,
    text: &str,
    card: &BadgeCard,
) -> Result<(), StoreError> {
    replace_text(transaction, badge, form, text)?;
    update_card(transaction, badge, card)
}

pub(super) fn replace_text(
    transaction: &Transaction,
    badge: BadgeId,
    form: Form,
    text: &str,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached("UPDATE credentials SET form = ?2, text_sha256 = ?3, text = ?4 WHERE badge_id = ?1")?
        .execute(params![badge.0, form.as_str(), sha256_hex(text.as_bytes()), text])?;
    Ok(())
}

pub(super) fn update_card(
    transaction: &Transaction,
    badge: BadgeId,
    card: &BadgeCard,
) -> Result<(), StoreError> {
    let card = json(card)?;
    transaction
        .prepare_cached("UPDATE credentials SET card_sha256 = ?2, card = ?3 WHERE badge_id = ?1")?
        .execute(params![badge.0, sha256_hex(card.as_bytes()), card])?;
    Ok(())
}

pub(super) fn read(
    connection: &Connection,
    part: Part,
) -> Result<(Form, String, Option<BadgeCard>), StoreError> {
    let row = connection
        .prepare_cached(
            "SELECT form, text_sha256, text, card_sha256, card FROM credentials WHERE badge_id = ?1",
        )?
        .query_row([part.badge.0], |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get::<_, String>(1)?,
                row.get::<_, String>(2)?,
                row.get::<_, String>(3)?,
                row.get::<_, String>(4)?,
            ))
        });
    let (form, text_sha256, text, card_sha256, card) = part.read("credential", row)?;
    let form = match form.as_str() {
        "json" => Form::Json,
        "jws" => Form::Jws,
        _ => return Err(part.damaged("credential")),
    };
    let text = part.check("credential", &text_sha256, text)?;
    let card = part.check("card", &card_sha256, card)?;
    Ok((form, text, serde_json::from_str(&card).ok()))
}

fn json(card: &BadgeCard) -> Result<String, StoreError> {
    serde_json::to_string(card)
        .map_err(|error| StoreError::Sqlite(rusqlite::Error::ToSqlConversionFailure(error.into())))
}
