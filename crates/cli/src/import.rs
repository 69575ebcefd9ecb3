//! `lapel import`: every source gets a line, and a line is printed when the wallet has the badge on disk.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};
use lapel_wallet::Source;
use lapel_wallet::api::{ApiError, ImportLine, ImportOutcome};
use tokio::runtime::Builder;

use crate::args::{Global, Import};
use crate::input::{Input, read_stdin};
use crate::list::name_of;
use crate::out::{Out, Paint, paint_of, plain};
use crate::problem::{Problem, Status, told};
use crate::walk;
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
    let mut lines = Lines::new(Out::new(global.json), sources.len() + unreadable.len());
    for line in &unreadable {
        lines.print(line);
    }
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let number = wallet.next_import();
    // Each line is told when its badge is on disk, and printed then and there: that is its receipt.
    runtime.block_on(wallet.import(number, sources, |progress| {
        if let Some(line) = &progress.line {
            lines.print(line);
        }
    }));
    lines.finish()
}

/// What an argument stands for: a folder is all the files in it.
fn of_argument(argument: &str) -> Result<Vec<Source>, ApiError> {
    match Input::of(argument) {
        Input::Stdin => Ok(vec![Source::Bytes { name: "standard input".to_owned(), bytes: read_stdin()? }]),
        Input::Link(url) => Ok(vec![Source::Url(url.to_owned())]),
        Input::Path(path) if path.is_dir() => in_folder(path),
        // The wallet's own badges are there already: such a name can only be that of a file.
        Input::Path(_) | Input::Badge(_) => Ok(vec![file(PathBuf::from(argument))]),
    }
}

fn in_folder(folder: &Path) -> Result<Vec<Source>, ApiError> {
    let name = folder.display();
    let files = walk::files(folder).map_err(|error| {
        told(
            "import.unreadable-folder",
            format!("{name} could not be read: {error}"),
            "Check who may read the folder, or name the files in it.",
        )
    })?;
    if files.is_empty() {
        return Err(told(
            "import.empty-folder",
            format!("there are no files in {name}"),
            "Name another folder.",
        ));
    }
    Ok(files.into_iter().map(file).collect())
}

/// A file goes by the path that leads to it from here: in a folder of folders, names alone would not tell.
fn file(path: PathBuf) -> Source {
    Source::File { name: path.display().to_string(), path }
}

/// The lines of an import, printed as they come.
struct Lines {
    out: Out,
    progress: Progress,
    counts: Counts,
    /// Set where printing failed: nobody hears the rest, but what was begun is done.
    broken: Option<io::Error>,
}

impl Lines {
    fn new(out: Out, sources: usize) -> Self {
        Self { out, progress: Progress::over(sources), counts: Counts::default(), broken: None }
    }

    fn print(&mut self, line: &ImportLine) {
        self.counts.count(&line.outcome);
        if self.broken.is_none() {
            let Self { out, progress, .. } = self;
            self.broken = progress.hidden(|| print_line(out, line)).err();
        }
        self.progress.one_more();
    }

    fn finish(mut self) -> Result<Status, Problem> {
        self.progress.finish();
        if let Some(error) = self.broken {
            return Err(error.into());
        }
        if !self.out.json && self.counts.all() > 1 {
            self.out.line(&self.counts.in_words())?;
        }
        self.out.flush()?;
        Ok(if self.counts.failed > 0 { Status::Failed } else { Status::Done })
    }
}

/// Prints what became of one source, and hands it over at once.
pub(crate) fn print_line(out: &mut Out, line: &ImportLine) -> io::Result<()> {
    if out.json {
        return out.json(line);
    }
    let source = plain(&line.source);
    match &line.outcome {
        ImportOutcome::Added { badge } => {
            let verdict = out.paint(paint_of(&badge.verdict), &plain(&badge.headline));
            out.line(&format!("{}  {}: {verdict}", name_of(badge.id), plain(&badge.name)))?;
        }
        ImportOutcome::AlreadyThere { badge, linked } => {
            let how = if *linked { "the same badge in another file, linked to it" } else { "there already" };
            out.line(&format!("{}  {}: {how}", name_of(badge.id), plain(&badge.name)))?;
        }
        ImportOutcome::Failed { error } => {
            out.line(&out.paint(Paint::Bad, &format!("-   {source}: {}", plain(&error.message))))?;
            out.line(&format!("    {}", plain(&error.hint)))?;
        }
    }
    out.flush()
}

/// How many sources came to which end.
#[derive(Default)]
struct Counts {
    added: usize,
    there: usize,
    failed: usize,
}

impl Counts {
    fn count(&mut self, outcome: &ImportOutcome) {
        match outcome {
            ImportOutcome::Added { .. } => self.added += 1,
            ImportOutcome::AlreadyThere { .. } => self.there += 1,
            ImportOutcome::Failed { .. } => self.failed += 1,
        }
    }

    fn all(&self) -> usize {
        self.added + self.there + self.failed
    }

    fn in_words(&self) -> String {
        format!("{} added, {} there already, {} failed", self.added, self.there, self.failed)
    }
}

/// A bar on standard error, for many sources and on a terminal only.
struct Progress(Option<ProgressBar>);

impl Progress {
    fn over(sources: usize) -> Self {
        if sources < 10 || !io::stderr().is_terminal() {
            return Self(None);
        }
        let bar = ProgressBar::new(sources as u64);
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos} of {len}") {
            bar.set_style(style);
        }
        Self(Some(bar))
    }

    /// Runs `print` while the bar is out of the way.
    fn hidden(&self, print: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        match &self.0 {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    fn one_more(&self) {
        if let Some(bar) = &self.0 {
            bar.inc(1);
        }
    }

    fn finish(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
