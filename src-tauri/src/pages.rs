//! CVs and portfolios: a look at them first, then a file or a folder.

use lapel_export::{MadePortfolio, base_url, cv, note, portfolio, write_site};
use lapel_share::{CvFormat, CvOptions, LeftOut, PortfolioOptions};
use lapel_wallet::Wallet;
use lapel_wallet::api::{ApiError, BadgeId};
use serde::{Deserialize, Serialize};
use tauri::{AppHandle, Manager};
use ts_rs::TS;

use crate::calls::{chosen_folder, reading};
use crate::preview::Preview as Shown;
use crate::sharing::{choose_file, write};

/// A CV to look at.
#[derive(Deserialize, TS)]
#[ts(export)]
pub(crate) struct CvRequest {
    /// The badges, in their order.
    ids: Vec<BadgeId>,
    options: CvOptions,
}

/// A CV to save.
#[derive(Deserialize, TS)]
#[ts(export)]
pub(crate) struct SaveCvRequest {
    /// The badges, in their order.
    ids: Vec<BadgeId>,
    options: CvOptions,
    format: CvFormat,
}

/// Pages to look at.
#[derive(Serialize, TS)]
#[ts(export)]
pub(crate) struct Preview {
    /// Under the scheme `preview`.
    path: String,
    /// Which of the chosen badges are not in it, and why.
    left_out: Vec<LeftOut>,
    /// What else is worth knowing.
    notes: Vec<String>,
}

/// Where it was saved, and what is not in it.
#[derive(Serialize, TS)]
#[ts(export)]
pub(crate) struct SavedDocument {
    path: String,
    left_out: Vec<LeftOut>,
    notes: Vec<String>,
}

/// Shows the CV as a page: what a PDF or DOCX of it says as well.
pub(crate) async fn preview_cv(app: &AppHandle, request: CvRequest) -> Result<Preview, ApiError> {
    let CvRequest { ids, options } = request;
    let made = reading(app, move |wallet| cv(wallet, &ids, &options, CvFormat::Html)).await?;
    let number = app.state::<Shown>().show([("index.html".to_owned(), made.bytes)]);
    Ok(Preview { path: format!("{number}/"), left_out: made.left_out, notes: made.notes })
}

/// Saves a CV where the person says; nothing is made where they do not.
pub(crate) async fn save_cv(
    app: &AppHandle,
    request: SaveCvRequest,
) -> Result<Option<SavedDocument>, ApiError> {
    let name = format!("CV.{}", request.format.extension());
    let Some(path) = choose_file(app, name).await else { return Ok(None) };
    let SaveCvRequest { ids, options, format } = request;
    let made = reading(app, move |wallet| {
        let made = cv(wallet, &ids, &options, format)?;
        write(&path, &made.bytes)?;
        let place = path.display().to_string();
        note(wallet, "cv", Some(place.clone()), made.badges, &made.personal_data)?;
        Ok(SavedDocument { path: place, left_out: made.left_out, notes: made.notes })
    });
    made.await.map(Some)
}

/// A portfolio to look at or to save.
#[derive(Deserialize, TS)]
#[ts(export)]
pub(crate) struct PortfolioRequest {
    /// The badges, in their order.
    ids: Vec<BadgeId>,
    title: String,
    /// Whose badges they are, if that is to be said.
    name: Option<String>,
    /// Where the site will be, if that is known.
    base_url: Option<String>,
    /// Whether badges that are revoked or invalid go in, called what they are.
    include_void: bool,
}

/// Shows the site as a visitor sees it, but for the scripts of its pages.
pub(crate) async fn preview_portfolio(
    app: &AppHandle,
    request: PortfolioRequest,
) -> Result<Preview, ApiError> {
    let MadePortfolio { files, left_out, .. } = reading(app, move |wallet| made(wallet, &request)).await?;
    let number = app.state::<Shown>().show(files.into_iter().map(|file| (file.path, file.bytes)));
    Ok(Preview { path: format!("{number}/"), left_out, notes: Vec::new() })
}

/// Writes the site into a folder that the person chooses, or brings the one there up to date.
pub(crate) async fn save_portfolio(
    app: &AppHandle,
    request: PortfolioRequest,
) -> Result<Option<SavedDocument>, ApiError> {
    let Some(folder) = chosen_folder(app).await else { return Ok(None) };
    let saved = reading(app, move |wallet| {
        let MadePortfolio { files, badges, left_out, personal_data } = made(wallet, &request)?;
        let written = write_site(&folder, &files)?;
        let place = folder.display().to_string();
        note(wallet, "portfolio", Some(place.clone()), badges, &personal_data)?;
        let notes = written.kept.iter().map(|path| format!("Kept, since somebody changed it: {path}"));
        Ok(SavedDocument { path: place, left_out, notes: notes.collect() })
    });
    saved.await.map(Some)
}

fn made(wallet: &Wallet, request: &PortfolioRequest) -> Result<MadePortfolio, ApiError> {
    let options = PortfolioOptions {
        title: request.title.clone(),
        name: request.name.clone(),
        base_url: request.base_url.as_deref().map(base_url).transpose()?,
        include_void: request.include_void,
    };
    portfolio(wallet, &request.ids, &options)
}
