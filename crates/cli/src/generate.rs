//! What is generated from the definitions of the command line: completions and manual pages.

use std::fs;
use std::io::Write;

use clap::CommandFactory;

use crate::args::{Completions, Lapel, Man};
use crate::out::Out;
use crate::problem::{Problem, Status, told};

/// Prints the completions for a shell.
pub(crate) fn completions(args: &Completions) -> Result<Status, Problem> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Lapel::command(), "lapel", &mut script);
    let mut out = Out::new(false);
    out.bytes(&script)?;
    out.flush()?;
    Ok(Status::Done)
}

/// Writes `lapel.1` and a page for every command into a folder, which is made if need be.
pub(crate) fn man(args: &Man) -> Result<Status, Problem> {
    let unwritable = |error: std::io::Error| {
        let message = format!("the manual pages could not be written to {}: {error}", args.folder.display());
        Problem::unusable(told("man.not-written", message, "Name a folder that you may write to."))
    };
    fs::create_dir_all(&args.folder).map_err(unwritable)?;
    for (name, page) in pages().map_err(unwritable)? {
        let mut file = fs::File::create(args.folder.join(name)).map_err(unwritable)?;
        file.write_all(&page).map_err(unwritable)?;
    }
    Ok(Status::Done)
}

/// The manual pages by file name.
fn pages() -> std::io::Result<Vec<(String, Vec<u8>)>> {
    let mut lapel = Lapel::command();
    lapel.build();
    let visible: Vec<clap::Command> = lapel.get_subcommands().filter(|c| !c.is_hide_set()).cloned().collect();
    let mut pages = Vec::new();
    for command in std::iter::once(lapel).chain(visible) {
        let name = command.get_display_name().unwrap_or(command.get_name()).to_owned();
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page)?;
        pages.push((format!("{name}.1"), page));
    }
    Ok(pages)
}
