//! The one command of the window, and the one list of what it can be asked for.

use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lapel_export::{PageAnswer, Shared, checked_settings, page_answers, with_settings};
use lapel_share::{Choice, DownloadFormat, ShareOptions, ShareSheet};
use lapel_wallet::account::{AccountId, AccountView, Disconnected, OfferSummary, OfferView, SyncSummary};
use lapel_wallet::api::{
    ApiError, AppInfo, BadgeDetail, BadgeId, BadgePage, CheckedBadge, ImportLinesPage, ImportLinesRequest,
    ImportReport, ListRequest, NewShare, Removed, SelfListedView, Settings, ShareView, SharesRequest, Undone,
    WatchedFolder,
};
use lapel_wallet::{Source, Wallet};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use tauri::{AppHandle, Manager};
use tauri_plugin_clipboard_manager::ClipboardExt;
use tauri_plugin_dialog::DialogExt;
use tokio::sync::oneshot;
use ts_rs::TS;
use url::Url;

use crate::accounts::{self, Connecting};
use crate::desktop::{Desktop, blocking};
use crate::imports::{self, Started};
use crate::pages::{
    CvRequest, PortfolioRequest, Preview, SaveCvRequest, SavedDocument, preview_cv, preview_portfolio,
    save_cv, save_portfolio,
};
use crate::sharing::{
    ForgetRequest, Forgotten, PresentRequest, Saved, badge_parts, choose_file, forget_shares, list_shares,
    note_share, present_badges, write,
};
use crate::{clipboard, links, trace, watching};

/// What the dialog shows first: badges, and what may hold some.
const READABLE: [&str; 17] = [
    "png", "svg", "json", "jsonld", "jwt", "txt", "zip", "pdf", "eml", "mbox", "csv", "jpg", "jpeg", "webp",
    "gif", "gz", "xml",
];

/// From one list: the dispatcher, and the TypeScript type `Api` that maps each command to its request and response.
macro_rules! api {
    ($($command:ident: $request:ty => $response:ty;)*) => {
        async fn answer(app: &AppHandle, command: &str, request: Value) -> Result<Value, ApiError> {
            match command {
                $(stringify!($command) => {
                    let response: $response = $command(app, parse::<$request>(command, request)?).await?;
                    written(response)
                })*
                _ => Err(misused(format!("There is no command `{command}`."))),
            }
        }

        /// Each command with its request and its response.
        #[cfg(test)]
        #[derive(TS)]
        #[ts(export)]
        #[expect(dead_code, reason = "read by ts-rs, which writes ui/src/bindings/Api.ts")]
        struct Api {
            $($command: ($request, $response),)*
        }
    };
}

api! {
    app_info: Nothing => AppInfo;
    list_badges: ListRequest => BadgePage;
    open_badge: BadgeRequest => BadgeDetail;
    verify_badge: BadgeRequest => BadgeDetail;
    import_text: TextRequest => Started;
    import_files: FilesRequest => Started;
    choose_files: Nothing => Option<Started>;
    choose_folder: Nothing => Option<Started>;
    import_clipboard: Nothing => Started;
    take_link: OfferRequest => Started;
    import_samples: Nothing => Started;
    import_drop: DropRequest => Started;
    cancel_import: ImportRequest => Nothing;
    pause_import: ImportRequest => Nothing;
    resume_import: ImportRequest => Started;
    decide_import: DecideRequest => Started;
    import_list: ListImportRequest => Started;
    undo_import: ImportRequest => Undone;
    import_report: ImportRequest => ImportReport;
    import_report_text: ImportRequest => ReportText;
    import_lines: ImportLinesRequest => ImportLinesPage;
    unfinished_imports: Nothing => Vec<ImportReport>;
    check_text: TextRequest => Vec<CheckedBadge>;
    check_files: FilesRequest => Vec<CheckedSource>;
    check_drop: DropRequest => Vec<CheckedSource>;
    remove_badges: BadgesRequest => Removed;
    restore_badges: RestoreRequest => Restored;
    share_badge: ShareRequest => ShareSheet;
    save_badge: SaveRequest => Option<Saved>;
    save_share: SaveShareRequest => Option<Saved>;
    save_page: BadgeRequest => Option<Saved>;
    check_page: LinkRequest => PageAnswer;
    preview_cv: CvRequest => Preview;
    save_cv: SaveCvRequest => Option<SavedDocument>;
    preview_portfolio: PortfolioRequest => Preview;
    save_portfolio: PortfolioRequest => Option<SavedDocument>;
    present_badges: PresentRequest => Option<Saved>;
    badge_parts: BadgeRequest => Vec<Choice>;
    list_shares: SharesRequest => Vec<ShareView>;
    note_share: NewShare => Nothing;
    forget_shares: ForgetRequest => Forgotten;
    open_link: LinkRequest => Nothing;
    copy_text: TextRequest => Nothing;
    save_settings: Settings => Settings;
    self_listed: Nothing => Vec<SelfListedView>;
    remove_self_listed: ListedRequest => Nothing;
    accounts: Nothing => Vec<AccountView>;
    begin_account: TextRequest => Connecting;
    connect_account: ConnectRequest => AccountView;
    sync_account: AccountRequest => SyncSummary;
    disconnect_account: AccountRequest => Disconnected;
    read_offer: OfferRequest => OfferView;
    accept_offer: AcceptRequest => OfferSummary;
    watched_folders: Nothing => Vec<WatchedFolder>;
    watch_folder: Nothing => Option<Vec<WatchedFolder>>;
    unwatch_folder: FolderRequest => Vec<WatchedFolder>;
    pause_watching: PauseRequest => Vec<WatchedFolder>;
}

/// Nothing to ask for, or nothing more to say.
#[derive(Serialize, Deserialize, TS)]
#[ts(export)]
pub(crate) struct Nothing {}

/// A badge, by its number.
#[derive(Deserialize, TS)]
#[ts(export)]
pub(crate) struct BadgeRequest {
    pub(crate) id: BadgeId,
}

/// Badges, by their numbers.
#[derive(Deserialize, TS)]
#[ts(export)]
struct BadgesRequest {
    ids: Vec<BadgeId>,
}

/// What a removal gave.
#[derive(Deserialize, TS)]
#[ts(export)]
struct RestoreRequest {
    token: u32,
}

/// How many came back.
#[derive(Serialize, TS)]
#[ts(export)]
struct Restored {
    restored: u32,
}

/// Text: pasted, or to be copied.
#[derive(Deserialize, TS)]
#[ts(export)]
struct TextRequest {
    text: String,
}

/// Files that the page was given.
#[derive(Deserialize, TS)]
#[ts(export)]
struct FilesRequest {
    files: Vec<FileContent>,
}

/// Files that were dropped on the window.
#[derive(Deserialize, TS)]
#[ts(export)]
struct DropRequest {
    /// The number that the event `dropped` gave.
    drop: u32,
    /// Only the file at this place among them.
    only: Option<u32>,
}

/// An import.
#[derive(Deserialize, TS)]
#[ts(export)]
struct ImportRequest {
    import: u32,
}

/// A report to copy.
#[derive(Serialize, TS)]
#[ts(export)]
struct ReportText {
    text: String,
}

/// The badges of a public list that an import came upon.
#[derive(Deserialize, TS)]
#[ts(export)]
struct ListImportRequest {
    import: u32,
    /// The list's address.
    url: String,
}

/// What to do with the badges of an import that are not valid.
#[derive(Deserialize, TS)]
#[ts(export)]
struct DecideRequest {
    import: u32,
    /// Keep them, marked as what they are; else they are left out.
    keep: bool,
    /// Do so in later imports, too.
    remember: bool,
}

/// A link that was offered.
#[derive(Deserialize, TS)]
#[ts(export)]
struct OfferRequest {
    /// The number that the event `link-offered` gave.
    offer: u32,
}

/// An offer to accept.
#[derive(Deserialize, TS)]
#[ts(export)]
struct AcceptRequest {
    offer: u32,
    /// Where the issuer wants one.
    pin: Option<String>,
}

/// A self-listed achievement.
#[derive(Deserialize, TS)]
#[ts(export)]
struct ListedRequest {
    id: u32,
}

/// A host to sign in at.
#[derive(Deserialize, TS)]
#[ts(export)]
struct ConnectRequest {
    /// The number that `begin_account` gave.
    connecting: u32,
}

/// An account.
#[derive(Deserialize, TS)]
#[ts(export)]
struct AccountRequest {
    id: AccountId,
}

/// A watched folder.
#[derive(Deserialize, TS)]
#[ts(export)]
struct FolderRequest {
    id: u32,
}

/// A watched folder to leave alone for now, or to watch again.
#[derive(Deserialize, TS)]
#[ts(export)]
struct PauseRequest {
    id: u32,
    paused: bool,
}

/// A file as an `<input type=file>` or the clipboard gives it.
#[derive(Deserialize, TS)]
#[ts(export)]
struct FileContent {
    name: String,
    base64: String,
}

/// What checking one source without keeping it found.
#[derive(Serialize, TS)]
#[ts(export)]
struct CheckedSource {
    source: String,
    result: CheckResult,
}

#[derive(Serialize, TS)]
#[serde(untagged)]
#[ts(export)]
#[expect(clippy::large_enum_variant, reason = "one at a time, on its way out")]
enum CheckResult {
    Checked(CheckedBadge),
    Failed(ApiError),
}

/// What to share, and how.
#[derive(Deserialize, TS)]
#[ts(export)]
struct ShareRequest {
    id: BadgeId,
    options: ShareOptions,
}

/// What to save.
#[derive(Deserialize, TS)]
#[ts(export)]
struct SaveRequest {
    id: BadgeId,
    format: DownloadFormat,
    /// The longer side of a PNG, in pixels.
    size: Option<u32>,
}

/// What to save of a share sheet.
#[derive(Deserialize, TS)]
#[ts(export)]
struct SaveShareRequest {
    id: BadgeId,
    what: ShareFile,
    options: ShareOptions,
}

/// A file that is made for sharing and holds no credential.
#[derive(Clone, Copy, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
enum ShareFile {
    /// The QR code of the badge's page, as SVG.
    QrSvg,
    /// The same as PNG.
    QrPng,
    /// A draft of a mail with the badge's signature.
    SignatureMail,
}

/// A link out of the app.
#[derive(Deserialize, TS)]
#[ts(export)]
struct LinkRequest {
    url: String,
}

/// Answers the window: `command` is one of the [`api`] list, `request` its JSON.
#[tauri::command]
pub(crate) async fn call(app: AppHandle, command: String, request: Value) -> Result<Value, ApiError> {
    trace::reached(&command);
    let answer = answer(&app, &command, request).await;
    trace::reached("answered");
    answer
}

async fn app_info(app: &AppHandle, _: Nothing) -> Result<AppInfo, ApiError> {
    reading(app, about).await
}

/// What the window needs to know first.
pub(crate) fn about(wallet: &Wallet) -> Result<AppInfo, ApiError> {
    Ok(AppInfo {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        wallet: wallet.folder().display().to_string(),
        settings: wallet.settings()?,
    })
}

async fn list_badges(app: &AppHandle, request: ListRequest) -> Result<BadgePage, ApiError> {
    reading(app, move |wallet| wallet.list(&request)).await
}

async fn open_badge(app: &AppHandle, request: BadgeRequest) -> Result<BadgeDetail, ApiError> {
    reading(app, move |wallet| wallet.open_badge(request.id)).await
}

async fn verify_badge(app: &AppHandle, request: BadgeRequest) -> Result<BadgeDetail, ApiError> {
    wallet(app).await?.verify_badge(request.id).await
}

async fn import_text(app: &AppHandle, request: TextRequest) -> Result<Started, ApiError> {
    imports::begin(app, vec![Source::Text(request.text)]).await
}

async fn import_files(app: &AppHandle, request: FilesRequest) -> Result<Started, ApiError> {
    imports::begin(app, contents(request)?).await
}

async fn choose_files(app: &AppHandle, _: Nothing) -> Result<Option<Started>, ApiError> {
    let (answer, answered) = oneshot::channel();
    let dialog = app.dialog().file().add_filter("Badges, and files that hold badges", &READABLE);
    dialog.add_filter("All files", &["*"]).pick_files(move |files| {
        // Nobody waits any more where the window is gone.
        let _ = answer.send(files);
    });
    let Some(files) = answered.await.ok().flatten() else { return Ok(None) };
    let files = files.into_iter().filter_map(|file| file.into_path().ok()).collect();
    imports::begin(app, imports::sources(files)).await.map(Some)
}

async fn choose_folder(app: &AppHandle, _: Nothing) -> Result<Option<Started>, ApiError> {
    let Some(folder) = chosen_folder(app).await else { return Ok(None) };
    imports::begin(app, imports::sources(vec![folder])).await.map(Some)
}

pub(crate) async fn chosen_folder(app: &AppHandle) -> Option<PathBuf> {
    let (answer, answered) = oneshot::channel();
    app.dialog().file().pick_folder(move |folder| {
        // Nobody waits any more where the window is gone.
        let _ = answer.send(folder);
    });
    answered.await.ok().flatten()?.into_path().ok()
}

async fn import_clipboard(app: &AppHandle, _: Nothing) -> Result<Started, ApiError> {
    let asking = app.clone();
    imports::begin(app, blocking(move || clipboard::sources(&asking)).await?).await
}

async fn take_link(app: &AppHandle, request: OfferRequest) -> Result<Started, ApiError> {
    links::take(app, request.offer).await
}

async fn import_samples(app: &AppHandle, _: Nothing) -> Result<Started, ApiError> {
    imports::begin_samples(app).await
}

async fn import_drop(app: &AppHandle, request: DropRequest) -> Result<Started, ApiError> {
    imports::begin(app, dropped(app, &request)).await
}

async fn cancel_import(app: &AppHandle, request: ImportRequest) -> Result<Nothing, ApiError> {
    reading(app, move |wallet| wallet.cancel_import(request.import)).await?;
    Ok(Nothing {})
}

async fn pause_import(app: &AppHandle, request: ImportRequest) -> Result<Nothing, ApiError> {
    reading(app, move |wallet| wallet.pause_import(request.import)).await?;
    Ok(Nothing {})
}

async fn resume_import(app: &AppHandle, request: ImportRequest) -> Result<Started, ApiError> {
    imports::go_on(app, request.import).await
}

async fn decide_import(app: &AppHandle, request: DecideRequest) -> Result<Started, ApiError> {
    let DecideRequest { import, keep, remember } = request;
    reading(app, move |wallet| wallet.decide_import(import, keep, remember)).await?;
    imports::go_on(app, import).await
}

async fn import_list(app: &AppHandle, request: ListImportRequest) -> Result<Started, ApiError> {
    let ListImportRequest { import, url } = request;
    let import = reading(app, move |wallet| wallet.begin_import_of_list(import, &url)).await?;
    imports::go_on(app, import).await
}

async fn undo_import(app: &AppHandle, request: ImportRequest) -> Result<Undone, ApiError> {
    reading(app, move |wallet| wallet.undo_import(request.import)).await
}

async fn import_report(app: &AppHandle, request: ImportRequest) -> Result<ImportReport, ApiError> {
    reading(app, move |wallet| wallet.import_report(request.import)).await
}

async fn import_lines(app: &AppHandle, request: ImportLinesRequest) -> Result<ImportLinesPage, ApiError> {
    reading(app, move |wallet| wallet.import_lines(&request)).await
}

/// The page asks this once, at its start: from then on there is someone to tell of what comes in by itself. What was
/// cut off when Lapel ended is for the page to resume, which says so.
async fn unfinished_imports(app: &AppHandle, _: Nothing) -> Result<Vec<ImportReport>, ApiError> {
    let unfinished = reading(app, Wallet::unfinished_imports).await?;
    crate::open(app, app.state::<Desktop>().take_waiting());
    watching::begin(app);
    Ok(unfinished)
}

async fn import_report_text(app: &AppHandle, request: ImportRequest) -> Result<ReportText, ApiError> {
    reading(app, move |wallet| Ok(ReportText { text: wallet.import_report_text(request.import)? })).await
}

async fn check_text(app: &AppHandle, request: TextRequest) -> Result<Vec<CheckedBadge>, ApiError> {
    let checked = wallet(app).await?.check(vec![Source::Text(request.text)]).await?;
    checked.into_iter().map(|(_, result)| result).collect()
}

async fn check_files(app: &AppHandle, request: FilesRequest) -> Result<Vec<CheckedSource>, ApiError> {
    check(app, contents(request)?).await
}

async fn check_drop(app: &AppHandle, request: DropRequest) -> Result<Vec<CheckedSource>, ApiError> {
    check(app, dropped(app, &request)).await
}

async fn check(app: &AppHandle, sources: Vec<Source>) -> Result<Vec<CheckedSource>, ApiError> {
    let checked = wallet(app).await?.check(sources).await?;
    let result = |checked: Result<_, _>| checked.map_or_else(CheckResult::Failed, CheckResult::Checked);
    Ok(checked
        .into_iter()
        .map(|(source, checked)| CheckedSource { source, result: result(checked) })
        .collect())
}

async fn remove_badges(app: &AppHandle, request: BadgesRequest) -> Result<Removed, ApiError> {
    reading(app, move |wallet| wallet.remove(&request.ids)).await
}

async fn restore_badges(app: &AppHandle, request: RestoreRequest) -> Result<Restored, ApiError> {
    reading(app, move |wallet| Ok(Restored { restored: wallet.restore(request.token)? })).await
}

async fn share_badge(app: &AppHandle, request: ShareRequest) -> Result<ShareSheet, ApiError> {
    reading(app, move |wallet| {
        Ok(Shared::read(wallet, request.id)?.sheet(&with_settings(wallet, request.options)?))
    })
    .await
}

async fn save_badge(
    app: &AppHandle,
    SaveRequest { id, format, size }: SaveRequest,
) -> Result<Option<Saved>, ApiError> {
    let (name, bytes) = reading(app, move |wallet| {
        let shared = Shared::read(wallet, id)?;
        Ok((shared.file_name(format), shared.save(format, size)?))
    })
    .await?;
    save(app, name, bytes).await
}

async fn save_share(
    app: &AppHandle,
    SaveShareRequest { id, what, options }: SaveShareRequest,
) -> Result<Option<Saved>, ApiError> {
    let (name, bytes) = reading(app, move |wallet| {
        let shared = Shared::read(wallet, id)?;
        let options = with_settings(wallet, options)?;
        Ok(match what {
            ShareFile::QrSvg => ("qr.svg", shared.qr(&options)?.svg().into_bytes()),
            ShareFile::QrPng => ("qr.png", shared.qr(&options)?.png()),
            ShareFile::SignatureMail => ("signature.eml", shared.signature_mail(&options)?),
        })
    })
    .await?;
    save(app, name.to_owned(), bytes).await
}

/// Saves the self-verifying page where the person says.
async fn save_page(app: &AppHandle, request: BadgeRequest) -> Result<Option<Saved>, ApiError> {
    let (name, page) = reading(app, move |wallet| {
        let shared = Shared::read(wallet, request.id)?;
        Ok((shared.page_name(), shared.page()?))
    })
    .await?;
    save(app, name, page.into_bytes()).await
}

/// The person asks whether a page that they share is there.
async fn check_page(app: &AppHandle, request: LinkRequest) -> Result<PageAnswer, ApiError> {
    page_answers(&wallet(app).await?, &request.url).await
}

/// Writes `bytes` where the person says, if they say so.
async fn save(app: &AppHandle, name: String, bytes: Vec<u8>) -> Result<Option<Saved>, ApiError> {
    let Some(path) = choose_file(app, name).await else { return Ok(None) };
    blocking(move || write(&path, &bytes)).await.map(Some)
}

/// Opens a link of a badge in the system's browser. The page has shown before where it leads.
async fn open_link(_: &AppHandle, request: LinkRequest) -> Result<Nothing, ApiError> {
    let url = Url::parse(&request.url).ok().filter(|url| matches!(url.scheme(), "https" | "http" | "mailto"));
    let url = url.ok_or_else(|| {
        let hint = "It opens web pages and mail addresses only.";
        ApiError::new("link.refused", format!("Lapel does not open “{}”.", request.url), hint)
    })?;
    open::that_detached(url.as_str()).map_err(|error| {
        let hint = "Copy the link into your browser.";
        ApiError::new("link.not-opened", format!("The link did not open: {error}."), hint)
    })?;
    Ok(Nothing {})
}

async fn copy_text(app: &AppHandle, request: TextRequest) -> Result<Nothing, ApiError> {
    app.clipboard().write_text(request.text).map_err(|error| {
        let hint = "Select the text and copy it by hand.";
        ApiError::new("clipboard.unavailable", format!("The clipboard did not take it: {error}."), hint)
    })?;
    Ok(Nothing {})
}

async fn save_settings(app: &AppHandle, request: Settings) -> Result<Settings, ApiError> {
    reading(app, move |wallet| wallet.save_settings(&checked_settings(request)?)).await
}

async fn self_listed(app: &AppHandle, _: Nothing) -> Result<Vec<SelfListedView>, ApiError> {
    reading(app, Wallet::self_listed).await
}

async fn remove_self_listed(app: &AppHandle, request: ListedRequest) -> Result<Nothing, ApiError> {
    reading(app, move |wallet| wallet.remove_self_listed(request.id)).await?;
    Ok(Nothing {})
}

async fn accounts(app: &AppHandle, _: Nothing) -> Result<Vec<AccountView>, ApiError> {
    reading(app, Wallet::accounts).await
}

async fn begin_account(app: &AppHandle, request: TextRequest) -> Result<Connecting, ApiError> {
    accounts::begin(app, &request.text).await
}

async fn connect_account(app: &AppHandle, request: ConnectRequest) -> Result<AccountView, ApiError> {
    accounts::connect(app, request.connecting).await
}

async fn sync_account(app: &AppHandle, request: AccountRequest) -> Result<SyncSummary, ApiError> {
    accounts::sync(app, request.id).await
}

async fn disconnect_account(app: &AppHandle, request: AccountRequest) -> Result<Disconnected, ApiError> {
    wallet(app).await?.disconnect_account(request.id).await
}

async fn read_offer(app: &AppHandle, request: OfferRequest) -> Result<OfferView, ApiError> {
    accounts::read_offer(app, request.offer).await
}

async fn accept_offer(app: &AppHandle, request: AcceptRequest) -> Result<OfferSummary, ApiError> {
    accounts::accept_offer(app, request.offer, request.pin.as_deref()).await
}

async fn watched_folders(app: &AppHandle, _: Nothing) -> Result<Vec<WatchedFolder>, ApiError> {
    reading(app, Wallet::watched_folders).await
}

/// Only what the person chooses in the system's own dialog is watched: the page names no path.
async fn watch_folder(app: &AppHandle, _: Nothing) -> Result<Option<Vec<WatchedFolder>>, ApiError> {
    let Some(folder) = chosen_folder(app).await else { return Ok(None) };
    changed(app, move |wallet| wallet.watch_folder(&folder).map(drop)).await.map(Some)
}

async fn unwatch_folder(app: &AppHandle, request: FolderRequest) -> Result<Vec<WatchedFolder>, ApiError> {
    changed(app, move |wallet| wallet.unwatch_folder(request.id)).await
}

async fn pause_watching(app: &AppHandle, request: PauseRequest) -> Result<Vec<WatchedFolder>, ApiError> {
    changed(app, move |wallet| wallet.pause_watching(request.id, request.paused)).await
}

/// Changes which folders are watched, has them looked at, and gives them.
async fn changed(
    app: &AppHandle,
    change: impl FnOnce(&Wallet) -> Result<(), ApiError> + Send + 'static,
) -> Result<Vec<WatchedFolder>, ApiError> {
    let folders = reading(app, move |wallet| change(wallet).and_then(|()| wallet.watched_folders())).await?;
    app.state::<Desktop>().wake();
    Ok(folders)
}

pub(crate) async fn wallet(app: &AppHandle) -> Result<Wallet, ApiError> {
    app.state::<Desktop>().wallet().await
}

/// Does `work` on the wallet where it may wait for the disk.
pub(crate) async fn reading<T: Send + 'static>(
    app: &AppHandle,
    work: impl FnOnce(&Wallet) -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    let wallet = wallet(app).await?;
    blocking(move || work(&wallet)).await
}

/// The files of a drop as sources.
fn dropped(app: &AppHandle, request: &DropRequest) -> Vec<Source> {
    let files = app.state::<Desktop>().dropped(request.drop);
    let wanted = |place: usize| request.only.is_none_or(|only| usize::try_from(only) == Ok(place));
    imports::sources(
        files.into_iter().enumerate().filter(|(i, _)| wanted(*i)).map(|(_, file)| file).collect(),
    )
}

fn contents(request: FilesRequest) -> Result<Vec<Source>, ApiError> {
    let content = |FileContent { name, base64 }| match STANDARD.decode(base64) {
        Ok(bytes) => Ok(Source::Bytes { name, bytes }),
        Err(error) => Err(misused(format!("“{name}” arrived damaged: {error}."))),
    };
    request.files.into_iter().map(content).collect()
}

fn parse<T: DeserializeOwned>(command: &str, request: Value) -> Result<T, ApiError> {
    serde_json::from_value(request)
        .map_err(|error| misused(format!("`{command}` was asked wrongly: {error}.")))
}

fn written(response: impl Serialize) -> Result<Value, ApiError> {
    serde_json::to_value(response)
        .map_err(|error| misused(format!("An answer could not be written: {error}.")))
}

/// The interface and the program do not fit together: ours to mend, not the person's.
fn misused(message: String) -> ApiError {
    ApiError::new("app.misused", message, "This is a fault of Lapel. Please report it.")
}
