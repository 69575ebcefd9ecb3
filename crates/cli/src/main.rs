//! `lapel`: the wallet on the command line. docs/cli.md documents it; what it prints with `--json` is stable.

mod account;
mod args;
mod cv;
mod documents;
mod explain;
mod export;
mod generate;
mod import;
mod imports;
mod input;
mod lines;
mod list;
mod listed;
mod network;
mod out;
mod portfolio;
mod present;
mod problem;
mod proof_inputs;
mod publish;
mod registry;
mod remove;
mod settings;
mod share;
mod shares;
mod verify;
mod wallet;
mod watch;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use serde_json::json;

use crate::args::{Command, Lapel};
use crate::out::{Out, plain};
use crate::problem::{Problem, Status};

fn main() -> ExitCode {
    let lapel = Lapel::parse();
    let status = run(&lapel).unwrap_or_else(|problem| tell(problem, lapel.global.json));
    status.into()
}

fn run(lapel: &Lapel) -> Result<Status, Problem> {
    let global = &lapel.global;
    match &lapel.command {
        Command::Import(args) => import::run(args, global),
        Command::Imports(args) => imports::run(args, global),
        Command::List(args) => list::list(args, global),
        Command::Show(args) => list::show(args, global),
        Command::Search(args) => list::search(args, global),
        Command::Verify(args) => verify::run(args, global),
        Command::Export(args) => export::export(args, global),
        Command::Share(args) => share::share(args, global),
        Command::Present(args) => present::run(args, global),
        Command::Shares(args) => shares::run(args, global),
        Command::Portfolio(args) => portfolio::run(args, global),
        Command::Cv(args) => cv::run(args, global),
        Command::Rm(args) => remove::rm(args, global),
        Command::Restore(args) => remove::restore(args, global),
        Command::Identity(args) => settings::identity(args, global),
        Command::Trust(args) => settings::trust(args, global),
        Command::Registry(args) => registry::run(args, global),
        Command::Listed(args) => listed::run(args, global),
        Command::Account(args) => account::run(args, global),
        Command::Offer(args) => account::offer(args, global),
        Command::Watch(args) => watch::run(args, global),
        Command::Completions(args) => generate::completions(args),
        Command::Man(args) => generate::man(args),
    }
}

/// Says why a command stopped: on standard error, or as a line of JSON where JSON was asked for.
fn tell(problem: Problem, json: bool) -> Status {
    let Problem::Told { error, status } = problem else { return Status::Unheard };
    if json {
        // If even this cannot be written there is nobody left to tell.
        let _ = Out::new(true).json(&json!({ "error": error }));
    } else {
        let _ = writeln!(io::stderr(), "lapel: {}\n  {}", plain(&error.message), plain(&error.hint));
    }
    status
}
