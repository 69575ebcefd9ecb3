//! Keeping a badge: whether it is new here, the same as one that is here, or another version of it.

use std::cmp::Ordering;

use jiff::Timestamp;
use rusqlite::Transaction;

use super::versions::{self, How};
use openbadges::report::{CheckId, Outcome, Report};

use super::{Kept, NewBadge, StoreError, art, artifacts, badges, credentials, index, removals, reports};
use crate::api::{BadgeId, NotValid};

/// On whose behalf something is kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Occasion {
    /// The import.
    pub(super) import: Option<u32>,
    /// What is done with what is not valid.
    pub(super) not_valid: NotValid,
    /// When.
    pub(super) now: Timestamp,
}

/// Stores a badge. A credential that is here already gains the artifact, and comes back from the trash if it was
/// there; a newer version of it takes its place.
pub(super) fn keep(
    transaction: &Transaction,
    badge: &NewBadge,
    occasion: &Occasion,
) -> Result<Kept, StoreError> {
    let known = badges::by_digest(transaction, badge.digest)?;
    if let Some((id, removed)) =
        known.map_or_else(|| versions::by_digest(transaction, badge.digest), |known| Ok(Some(known)))?
    {
        return present(transaction, id, removed, badge, occasion);
    }
    if let Some(identity) = badge.identity
        && let Some(here) = badges::by_identity(transaction, identity)?
    {
        match relation(badge, &here) {
            Relation::Newer => return update(transaction, here.id, badge, occasion),
            Relation::Same => return put_aside(transaction, &here, badge, How::Form, occasion),
            Relation::Older => return put_aside(transaction, &here, badge, How::Earlier, occasion),
            Relation::Doubtful => {}
        }
    }
    if is_not_valid(badge.judged.report.verdict().as_str()) {
        match occasion.not_valid {
            NotValid::Ask => return Ok(Kept::Held),
            NotValid::LeaveOut => return Ok(Kept::LeftOut),
            NotValid::Keep => return Ok(Kept::NotValid(add(transaction, badge, occasion)?)),
        }
    }
    Ok(Kept::Added(add(transaction, badge, occasion)?))
}

/// How a credential stands to the one with the same identity that is here.
enum Relation {
    /// It supersedes it (Open Badges 3.0: the later `validFrom`), or is proven where that one is not.
    Newer,
    /// It is the same, secured in another way.
    Same,
    /// It was superseded by it.
    Older,
    /// It claims to be the same, and that is not proven: a badge of its own.
    Doubtful,
}

fn relation(badge: &NewBadge, here: &badges::Here) -> Relation {
    let report = badge.judged.report;
    if !is_proven(report) {
        return Relation::Doubtful;
    }
    // What its host says now supersedes whatever it said before, also by another date.
    if !here.proven || passes(report, CheckId::Hosted) {
        return Relation::Newer;
    }
    let from = badge.judged.card.issued_on.as_ref().map(|moment| moment.instant.as_second());
    match from.cmp(&here.issued_at) {
        Ordering::Less => Relation::Older,
        Ordering::Equal => Relation::Same,
        Ordering::Greater => Relation::Newer,
    }
}

/// Whether it is certain that the issuer whom a credential names made it: whatever became of it since.
pub(super) fn is_proven(report: &Report) -> bool {
    let signed = passes(report, CheckId::Integrity) && passes(report, CheckId::KeyAuthority);
    signed || passes(report, CheckId::Hosted)
}

fn passes(report: &Report, check: CheckId) -> bool {
    matches!(report.check(check).outcome, Outcome::Pass { .. })
}

/// Whether a person is asked before a badge with this verdict is kept.
pub(super) fn is_not_valid(verdict: &str) -> bool {
    matches!(verdict, "invalid" | "revoked")
}

fn present(
    transaction: &Transaction,
    id: BadgeId,
    removed: bool,
    badge: &NewBadge,
    occasion: &Occasion,
) -> Result<Kept, StoreError> {
    let linked = artifacts::link(transaction, id, badge, occasion)?;
    if removed {
        removals::restore_one(transaction, id)?;
        return Ok(Kept::Restored(id));
    }
    Ok(Kept::Present { id, linked })
}

fn add(transaction: &Transaction, badge: &NewBadge, occasion: &Occasion) -> Result<BadgeId, StoreError> {
    if let Some(art) = badge.judged.art {
        art::insert(transaction, art)?;
    }
    let id = badges::insert(transaction, badge, occasion.now)?;
    artifacts::link(transaction, id, badge, occasion)?;
    credentials::insert(transaction, id, badge.form, badge.text, badge.judged.card)?;
    index::insert(transaction, id, badge.judged.card)?;
    reports::insert(transaction, id, &badge.judged)?;
    Ok(id)
}

/// Puts `badge` in the place of the version that is here, which is kept beside it.
fn update(
    transaction: &Transaction,
    id: BadgeId,
    badge: &NewBadge,
    occasion: &Occasion,
) -> Result<Kept, StoreError> {
    versions::put_current_aside(transaction, id, occasion)?;
    if let Some(art) = badge.judged.art {
        art::insert(transaction, art)?;
    }
    artifacts::link(transaction, id, badge, occasion)?;
    credentials::replace(transaction, id, badge.form, badge.text, badge.judged.card)?;
    badges::update(transaction, id, &badge.judged)?;
    badges::set_digest(transaction, id, badge.digest)?;
    index::delete(transaction, id)?;
    index::insert(transaction, id, badge.judged.card)?;
    reports::insert(transaction, id, &badge.judged)?;
    let restored = removals::restore_one(transaction, id)?;
    Ok(if restored { Kept::Restored(id) } else { Kept::Updated(id) })
}

/// Keeps `badge` beside the version that is here, which stays.
fn put_aside(
    transaction: &Transaction,
    here: &badges::Here,
    badge: &NewBadge,
    how: How,
    occasion: &Occasion,
) -> Result<Kept, StoreError> {
    versions::insert(transaction, here.id, badge, how, occasion)?;
    present(transaction, here.id, here.removed, badge, occasion)
}
