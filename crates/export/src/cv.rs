//! CVs of badges of the wallet.

use jiff::Timestamp;
use lapel_share::{Cv, CvFormat, CvOptions, LeftOut, PersonalData};
use lapel_wallet::Wallet;
use lapel_wallet::api::{ApiError, BadgeId};

use crate::log::told;
use crate::shared::carried;
use crate::{Shared, fonts};

/// A CV that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeCv {
    /// The bytes of the file.
    pub bytes: Vec<u8>,
    /// A name for it.
    pub file_name: String,
    /// The badges that are in it, in their order.
    pub badges: Vec<BadgeId>,
    /// The chosen badges that are not, and why.
    pub left_out: Vec<LeftOut>,
    /// What else the person should know, a sentence each.
    pub notes: Vec<String>,
    /// What the badges that the file carries tell of their recipient, each once. Only a PDF carries any.
    pub personal_data: Vec<PersonalData>,
}

/// Makes the CV of the badges `ids`, in their order; one that is named twice is in it once.
///
/// # Errors
/// Where one of them is not there, the wallet cannot be read, no badge is left, or the document cannot be made.
pub fn cv(
    wallet: &Wallet,
    ids: &[BadgeId],
    options: &CvOptions,
    format: CvFormat,
) -> Result<MadeCv, ApiError> {
    let mut chosen: Vec<BadgeId> = Vec::with_capacity(ids.len());
    for &id in ids {
        if !chosen.contains(&id) {
            chosen.push(id);
        }
    }
    let read = chosen.iter().map(|&id| Shared::read(wallet, id)).collect::<Result<Vec<_>, _>>()?;
    let badges: Vec<_> = read.iter().map(Shared::badge).collect();
    let cv = Cv::of(&badges, options, Timestamp::now());
    let rendered = cv
        .render(format, fonts())
        .map_err(|error| ApiError::new(error.code(), error.to_string(), error.hint()))?;
    let (ids, carried) = carried(&chosen, &badges, options.include_void);
    let notes = cv.notes().iter().cloned().chain(rendered.notes).collect();
    Ok(MadeCv {
        bytes: rendered.bytes,
        file_name: cv.file_name(format),
        badges: ids,
        left_out: cv.left_out().to_vec(),
        notes,
        personal_data: if format == CvFormat::Pdf { told(&carried) } else { Vec::new() },
    })
}
