//! `lapel registry`: files that list issuers, and whose word the person takes.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use lapel_wallet::api::RegistryView;
use openbadges::KnownIssuer;
use openbadges::registry::Registry as Issuers;
use serde_json::json;

use crate::args::{Global, Registry};
use crate::out::{Out, plain};
use crate::problem::{Problem, Status, told};
use crate::wallet;

/// Adds, lists or removes registries.
pub(crate) fn run(args: &Registry, global: &Global) -> Result<Status, Problem> {
    let mut out = Out::new(global.json);
    match args {
        Registry::Add { file, name } => {
            let bytes = read(file)?;
            let name = name.clone().unwrap_or_else(|| name_of(file));
            let registry = wallet::open(global)?.add_registry(&name, &bytes)?;
            print(&mut out, &registry, Some("added"))?;
        }
        Registry::List => {
            for registry in wallet::open(global)?.registries()? {
                print(&mut out, &registry, None)?;
            }
        }
        Registry::Rm { names } => {
            let wallet = wallet::open(global)?;
            let there = wallet.registries()?;
            // All or none: a name that was mistyped stops it before anything is gone.
            if let Some(wrong) = names.iter().find(|name| !there.iter().any(|one| one.name == **name)) {
                wallet.remove_registry(wrong)?;
            }
            for registry in there.iter().filter(|one| names.contains(&one.name)) {
                wallet.remove_registry(&registry.name)?;
                print(&mut out, registry, Some("removed"))?;
            }
        }
    }
    out.flush()?;
    Ok(Status::Done)
}

/// The issuers in `files`, vouched for under the names of the files.
pub(crate) fn known_issuers(files: &[PathBuf]) -> Result<Vec<KnownIssuer>, Problem> {
    let mut known = Vec::new();
    for file in files {
        let registry = Issuers::parse(&read(file)?).map_err(|error| {
            let message = format!("{}: {error}", file.display());
            Problem::unusable(told(error.code(), message, error.hint()))
        })?;
        known.extend(registry.known_issuers(&name_of(file)));
    }
    Ok(known)
}

fn print(out: &mut Out, registry: &RegistryView, outcome: Option<&str>) -> Result<(), Problem> {
    if out.json {
        let mut line = json!(registry);
        if let Some(outcome) = outcome {
            line["outcome"] = outcome.into();
        }
        out.json(&line)?;
        return Ok(());
    }
    let issuers = if registry.issuers == 1 { "issuer" } else { "issuers" };
    let name = plain(&registry.name);
    let line = if let Some(outcome) = outcome {
        format!("{name}: {outcome} ({} {issuers})", registry.issuers)
    } else {
        let day = registry.added_at.get(..10).unwrap_or(&registry.added_at);
        let digest = registry.sha256.get(..12).unwrap_or(&registry.sha256);
        format!("{name}  {} {issuers}  added {day}  sha256 {digest}", registry.issuers)
    };
    out.line(&line)?;
    Ok(())
}

fn read(file: &Path) -> Result<Vec<u8>, Problem> {
    let unreadable = |error: std::io::Error| {
        Problem::unusable(told(
            "registry.unreadable",
            format!("the registry could not be read: {}: {error}", file.display()),
            "Name a file of JSON, as the registry's keeper publishes it.",
        ))
    };
    let mut bytes = Vec::new();
    let most = Issuers::MAX_BYTES as u64 + 1;
    File::open(file).and_then(|file| file.take(most).read_to_end(&mut bytes)).map_err(unreadable)?;
    Ok(bytes)
}

/// What a registry is called where nothing else was said.
fn name_of(file: &Path) -> String {
    file.file_stem().map_or_else(|| "registry".to_owned(), |stem| stem.to_string_lossy().into_owned())
}
