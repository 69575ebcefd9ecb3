//! `lapel import`: everything that was found gets a line, and a line is printed when the wallet has the badge on disk.

use std::io::{self, BufRead as _, IsTerminal, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::{ProgressBar, ProgressStyle};
use lapel_wallet::api::{
    ApiError, ImportCounts, ImportLine, ImportOutcome, ImportProgress, ImportReport, ImportState, NotValid,
};
use lapel_wallet::{Source, Wallet};
use tokio::runtime::Builder;

use crate::args::{Global, Import, NotValidChoice};
use crate::input::{Input, read_stdin};
use crate::list::name_of;
use crate::out::{Out, Paint, paint_of, plain};
use crate::problem::{Problem, Status, told};
use crate::wallet;

/// Adds badges to the wallet.
pub(crate) fn run(args: &Import, global: &Global) -> Result<Status, Problem> {
    let mut sources = Vec::new();
    let mut unreadable = Vec::new();
    for argument in &args.sources {
        match of_argument(argument) {
            Ok(found) => sources.extend(found),
            Err(error) => {
                let outcome = ImportOutcome::Failed { error };
                unreadable.push(ImportLine { source: argument.clone(), outcome });
            }
        }
    }
    let wallet = wallet::open(global)?;
    let not_valid = not_valid(args.not_valid, &wallet, global)?;
    let mut lines = Lines::new(Out::new(global.json));
    for line in &unreadable {
        lines.print(line);
    }
    let import = wallet.begin_import(sources, Some(not_valid))?;
    let report = drive(&wallet, import, &mut lines)?;
    let asked = args.not_valid.is_none() && report.counts.held > 0;
    let report = if asked { decide(&wallet, import, report, &mut lines)? } else { report };
    lines.finish(&report, u32::try_from(unreadable.len()).unwrap_or(u32::MAX))
}

/// Runs an import and prints its lines as they are saved: that is the receipt of each. Ctrl+C pauses it, and pressed
/// again ends the program at once.
pub(crate) fn drive(wallet: &Wallet, import: u32, lines: &mut Lines) -> Result<ImportReport, Problem> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let interrupted = interruption()?;
    Ok(runtime.block_on(wallet.run_import(import, |progress| {
        lines.take(&progress);
        if interrupted.load(Ordering::Relaxed) {
            // If it cannot be paused it goes on, and can still be ended.
            let _ = wallet.pause_import(import);
        }
    }))?)
}

/// Set by Ctrl+C.
#[cfg(unix)]
fn interruption() -> io::Result<Arc<AtomicBool>> {
    use signal_hook::consts::SIGINT;
    use signal_hook::flag::{register, register_conditional_shutdown};
    let interrupted = Arc::new(AtomicBool::new(false));
    // In this order: the first press finds it unset.
    register_conditional_shutdown(SIGINT, 130, Arc::clone(&interrupted))?;
    register(SIGINT, Arc::clone(&interrupted))?;
    Ok(interrupted)
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the same signature as where it can fail")]
fn interruption() -> io::Result<Arc<AtomicBool>> {
    Ok(Arc::default()) // Ctrl+C ends the program there; the import can be resumed all the same.
}

/// What was said on the command line, else what was remembered; a question only where there is somebody to answer.
fn not_valid(said: Option<NotValidChoice>, wallet: &Wallet, global: &Global) -> Result<NotValid, ApiError> {
    Ok(match said {
        Some(NotValidChoice::Keep) => NotValid::Keep,
        Some(NotValidChoice::LeaveOut) => NotValid::LeaveOut,
        Some(NotValidChoice::Ask) => NotValid::Ask,
        None => match wallet.settings()?.not_valid {
            NotValid::Ask if global.json || !can_ask() => NotValid::Keep,
            remembered => remembered,
        },
    })
}

fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks once what to do with the badges that are not valid.
fn decide(
    wallet: &Wallet,
    import: u32,
    report: ImportReport,
    lines: &mut Lines,
) -> Result<ImportReport, Problem> {
    let held = report.counts.held;
    let badges = if held == 1 { "1 badge is".to_owned() } else { format!("{held} badges are") };
    let Some(keep) = ask(&format!("{badges} not valid. Keep anyway, marked as what they are?")) else {
        return Ok(report);
    };
    let remember = ask("Do the same in later imports, without asking?") == Some(true);
    wallet.decide_import(import, keep, remember)?;
    drive(wallet, import, lines)
}

/// `None` where nobody answered.
fn ask(question: &str) -> Option<bool> {
    let mut stderr = io::stderr();
    write!(stderr, "{question} [y/n] ").ok()?;
    stderr.flush().ok()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).ok()?;
    match answer.trim().chars().next()?.to_ascii_lowercase() {
        'y' => Some(true),
        'n' => Some(false),
        _ => None,
    }
}

/// What an argument stands for; a pattern is all that it matches.
fn of_argument(argument: &str) -> Result<Vec<Source>, ApiError> {
    match Input::of(argument) {
        Input::Stdin => Ok(vec![Source::Bytes { name: "standard input".to_owned(), bytes: read_stdin()? }]),
        Input::Link(url) => Ok(vec![Source::Url(url.to_owned())]),
        Input::Path(path) if !path.exists() && argument.contains(['*', '?', '[']) => matching(argument),
        // The wallet's own badges are there already: such a name can only be that of a file.
        Input::Path(_) | Input::Badge(_) => Ok(vec![file(Path::new(argument).to_owned())]),
    }
}

/// The files that a pattern matches, for shells that leave patterns as they are.
fn matching(pattern: &str) -> Result<Vec<Source>, ApiError> {
    let unusable =
        |message: String| told("import.no-match", message, "Check the pattern, or name the files.");
    let paths = glob::glob(pattern).map_err(|error| unusable(format!("{pattern} is no pattern: {error}")))?;
    let sources: Vec<Source> = paths.filter_map(Result::ok).map(file).collect();
    if sources.is_empty() { Err(unusable(format!("nothing matches {pattern}"))) } else { Ok(sources) }
}

/// A file goes by the path that leads to it from here: in a folder of folders, names alone would not tell.
fn file(path: PathBuf) -> Source {
    Source::File { name: path.display().to_string(), path }
}

/// The lines of an import, printed as they come.
pub(crate) struct Lines {
    out: Out,
    bar: Bar,
    /// Set where printing failed: nobody hears the rest, but what was begun is done.
    broken: Option<io::Error>,
}

impl Lines {
    pub(crate) fn new(out: Out) -> Self {
        Self { out, bar: Bar::default(), broken: None }
    }

    fn take(&mut self, progress: &ImportProgress) {
        self.bar.show(progress);
        for line in &progress.lines {
            self.print(line);
        }
    }

    pub(crate) fn print(&mut self, line: &ImportLine) {
        if self.broken.is_none() {
            let Self { out, bar, .. } = self;
            self.broken = bar.hidden(|| print_line(out, line)).err();
        }
    }

    /// Prints how many came to which end; `unreadable` are arguments that stood for nothing.
    pub(crate) fn finish(mut self, report: &ImportReport, unreadable: u32) -> Result<Status, Problem> {
        self.bar.finish();
        if let Some(error) = self.broken {
            return Err(error.into());
        }
        let counts = ImportCounts { failed: report.counts.failed + unreadable, ..report.counts };
        if !self.out.json && all(&counts) > 1 {
            self.out.line(&in_words(&counts))?;
        }
        if !self.out.json && counts.collection > 0 {
            self.out
                .line(&format!("To import the badges of a list: lapel imports take {} URL", report.import))?;
        }
        if !self.out.json && counts.held > 0 {
            self.out.line(&format!(
                "Those that are not valid wait: lapel imports decide {} keep|leave-out",
                report.import
            ))?;
        }
        let paused = report.state == ImportState::Paused;
        if !self.out.json && paused {
            self.out.line(&format!("Paused. To go on: lapel imports resume {}", report.import))?;
        }
        self.out.flush()?;
        Ok(if counts.failed > 0 || paused { Status::Failed } else { Status::Done })
    }
}

/// Prints what became of one thing, and hands it over at once.
pub(crate) fn print_line(out: &mut Out, line: &ImportLine) -> io::Result<()> {
    if out.json {
        return out.json(line);
    }
    let source = plain(&line.source);
    match &line.outcome {
        ImportOutcome::Added { badge } | ImportOutcome::KeptNotValid { badge } => {
            let verdict = out.paint(paint_of(&badge.verdict), &plain(&badge.headline));
            out.line(&format!("{}  {}: {verdict}", name_of(badge.id), plain(&badge.name)))?;
        }
        ImportOutcome::Updated { badge } => {
            let verdict = out.paint(paint_of(&badge.verdict), &plain(&badge.headline));
            let name = plain(&badge.name);
            out.line(&format!(
                "{}  {name}: a newer version, put in its place. {verdict}",
                name_of(badge.id)
            ))?;
        }
        ImportOutcome::AlreadyThere { badge, linked } => {
            let how = if *linked { "the same badge in another file, linked to it" } else { "there already" };
            out.line(&format!("{}  {}: {how}", name_of(badge.id), plain(&badge.name)))?;
        }
        ImportOutcome::Held { name, headline, .. } => {
            let verdict = out.paint(Paint::Bad, &plain(headline));
            out.line(&format!("-   {source}: {} waits for you to decide. {verdict}", plain(name)))?;
        }
        ImportOutcome::LeftOut { name, headline, .. } => {
            let verdict = out.paint(Paint::Bad, &plain(headline));
            out.line(&format!("-   {source}: {} was left out. {verdict}", plain(name)))?;
        }
        ImportOutcome::SelfListed { achievement, added } => {
            let how = if *added { "put on the shelf" } else { "on the shelf already" };
            let name = plain(&achievement.listed.name);
            out.line(&format!(
                "l{}  {name}: {how}; it carries no credential, so nothing is verified",
                achievement.id
            ))?;
        }
        ImportOutcome::Collection { listing } => {
            let found = listing.found.len();
            let title = plain(&listing.title);
            out.line(&format!("-   {source}: a list of {found} badges, {title}. None was fetched yet."))?;
            if let Some(terms) = &listing.terms {
                out.line(&format!("    {}", plain(terms)))?;
            }
        }
        ImportOutcome::Offer { .. } => {
            out.line(&format!("-   {source}: an offer of a badge. To take it up: lapel offer URL"))?;
        }
        ImportOutcome::Skipped { .. } => {
            out.line(
                &out.paint(Paint::Faint, &format!("-   {source}: no badge, and nobody said that it is one")),
            )?;
        }
        ImportOutcome::Failed { error } => {
            out.line(&out.paint(Paint::Bad, &format!("-   {source}: {}", plain(&error.message))))?;
            out.line(&format!("    {}", plain(&error.hint)))?;
        }
    }
    out.flush()
}

fn all(counts: &ImportCounts) -> u32 {
    named(counts).iter().map(|(count, _)| count).sum()
}

/// How many came to which end; the usual ends are always named.
pub(crate) fn in_words(counts: &ImportCounts) -> String {
    let usual = ["added", "there already", "failed"];
    let named = named(counts).into_iter().filter(|(count, end)| *count > 0 || usual.contains(end));
    named.map(|(count, end)| format!("{count} {end}")).collect::<Vec<_>>().join(", ")
}

fn named(counts: &ImportCounts) -> [(u32, &'static str); 11] {
    [
        (counts.added, "added"),
        (counts.updated, "updated"),
        (counts.already_there, "there already"),
        (counts.kept_not_valid, "kept although not valid"),
        (counts.held, "waiting for you to decide"),
        (counts.left_out, "left out"),
        (counts.self_listed, "without a credential"),
        (counts.collection, "lists"),
        (counts.offer, "offers"),
        (counts.skipped, "skipped"),
        (counts.failed, "failed"),
    ]
}

/// A bar on standard error, for many things and on a terminal only.
#[derive(Default)]
struct Bar(Option<ProgressBar>);

impl Bar {
    fn show(&mut self, progress: &ImportProgress) {
        if self.0.is_none() && progress.total >= 10 && io::stderr().is_terminal() {
            let bar = ProgressBar::new(u64::from(progress.total));
            if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos} of {len}{msg}") {
                bar.set_style(style);
            }
            self.0 = Some(bar);
        }
        let Some(bar) = &self.0 else { return };
        bar.set_length(u64::from(progress.total));
        bar.set_position(u64::from(progress.done));
        if let (Some(pace), Some(left)) = (progress.per_minute, progress.seconds_left) {
            bar.set_message(format!("  {pace} a minute, {left} s left"));
        }
    }

    /// Runs `print` while the bar is out of the way.
    fn hidden(&self, print: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        match &self.0 {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    fn finish(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
