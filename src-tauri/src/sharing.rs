//! What leaves the wallet for somebody: presentations, and the log of all that left.

use std::io::Write;
use std::path::{Path, PathBuf};

use lapel_export::{Showing, present, present_unsigned};
use lapel_share::{Choice, choices};
use lapel_wallet::api::{ApiError, BadgeId, NewShare, ShareView, SharesRequest};
use serde::{Deserialize, Serialize};
use tauri::AppHandle;
use tauri_plugin_dialog::{DialogExt, FilePath};
use tokio::sync::oneshot;
use ts_rs::TS;

use crate::calls::{BadgeRequest, Nothing, reading, wallet};
use crate::desktop::blocking;

/// Where it was saved.
#[derive(Serialize, TS)]
#[ts(export)]
pub(crate) struct Saved {
    path: String,
}

/// Badges to show to a verifier.
#[derive(Deserialize, TS)]
#[ts(export)]
pub(crate) struct PresentRequest {
    ids: Vec<BadgeId>,
    /// Of a single badge: the parts to show (JSON Pointers); empty shows it whole.
    parts: Vec<String>,
    /// Whom it is for.
    domain: Option<String>,
    /// What the verifier asked to be repeated.
    challenge: Option<String>,
    /// Whether the person signs.
    signed: bool,
}

/// Entries of the log; all of them where none is named.
#[derive(Deserialize, TS)]
#[ts(export)]
pub(crate) struct ForgetRequest {
    shares: Option<Vec<u32>>,
}

/// How many entries are gone.
#[derive(Serialize, TS)]
#[ts(export)]
pub(crate) struct Forgotten {
    forgotten: u32,
}

/// Saves a presentation where the person says; nothing is made where they do not.
pub(crate) async fn present_badges(
    app: &AppHandle,
    request: PresentRequest,
) -> Result<Option<Saved>, ApiError> {
    let Some(path) = choose_file(app, "presentation.json".to_owned()).await else { return Ok(None) };
    let given =
        |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let showing = Showing {
        badges: request.ids,
        parts: request.parts,
        domain: given(request.domain),
        challenge: given(request.challenge),
    };
    let presentation = if request.signed {
        present(&wallet(app).await?, &showing).await?
    } else {
        reading(app, move |wallet| present_unsigned(wallet, &showing)).await?
    };
    blocking(move || write(&path, presentation.as_bytes())).await.map(Some)
}

/// The parts that a badge can be shown in.
pub(crate) async fn badge_parts(app: &AppHandle, request: BadgeRequest) -> Result<Vec<Choice>, ApiError> {
    reading(app, move |wallet| Ok(choices(&wallet.badge(request.id)?.credential))).await
}

/// What left the wallet, the latest first.
pub(crate) async fn list_shares(app: &AppHandle, request: SharesRequest) -> Result<Vec<ShareView>, ApiError> {
    reading(app, move |wallet| wallet.shares(&request)).await
}

/// Writes down what the page gave away: a link that was opened, a text that was copied.
pub(crate) async fn note_share(app: &AppHandle, share: NewShare) -> Result<Nothing, ApiError> {
    reading(app, move |wallet| wallet.note_share(&share).map(|()| Nothing {})).await
}

/// Takes entries off the log.
pub(crate) async fn forget_shares(app: &AppHandle, request: ForgetRequest) -> Result<Forgotten, ApiError> {
    let forget = move |wallet: &lapel_wallet::Wallet| wallet.forget_shares(request.shares.as_deref());
    Ok(Forgotten { forgotten: reading(app, forget).await? })
}

/// Where the person wants a file saved; `None` where they do not.
pub(crate) async fn choose_file(app: &AppHandle, name: String) -> Option<PathBuf> {
    let (answer, answered) = oneshot::channel();
    app.dialog().file().set_file_name(name).save_file(move |file| {
        // Nobody waits any more where the window is gone.
        let _ = answer.send(file);
    });
    answered.await.ok().flatten().and_then(|file: FilePath| file.into_path().ok())
}

/// The dialog has asked already whether to replace what was there.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<Saved, ApiError> {
    let written = std::fs::File::create(path).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let path = path.display().to_string();
    written.map_err(|error| {
        ApiError::new(
            "save.not-written",
            format!("“{path}” could not be written: {error}."),
            "Choose another folder.",
        )
    })?;
    Ok(Saved { path })
}
