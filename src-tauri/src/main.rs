//! Starts the window. Arguments are files and folders to bring in, and links.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    match lapel_desktop::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("lapel-desktop: {error}");
            ExitCode::FAILURE
        }
    }
}
