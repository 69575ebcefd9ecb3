//! `lapel identity` and `lapel trust`: what the person says of themselves and of issuers.

use lapel_wallet::api::Settings;
use serde_json::json;

use crate::args::{Global, Identity, Trust};
use crate::out::{Out, plain};
use crate::problem::{Problem, Status, told};
use crate::wallet;

/// A list among the settings.
struct List {
    /// What JSON calls an entry.
    key: &'static str,
    of: fn(&mut Settings) -> &mut Vec<String>,
    /// Whether a text can be an entry.
    admits: fn(&str) -> bool,
    /// What an entry is, for people.
    words: &'static str,
}

const IDENTITIES: List = List {
    key: "identity",
    of: |settings| &mut settings.identities,
    admits: |text| text.contains(['@', ':']),
    words: "an identity is a mail address, a URL or a DID",
};

const TRUSTED: List = List {
    key: "issuer",
    of: |settings| &mut settings.trusted_issuers,
    admits: |text| text.contains(':'),
    words: "an issuer is named by its id, a DID or a URL",
};

/// What to do with a list.
enum Act<'a> {
    Add(&'a [String]),
    List,
    Remove(&'a [String]),
}

/// Who the person is.
pub(crate) fn identity(args: &Identity, global: &Global) -> Result<Status, Problem> {
    let act = match args {
        Identity::Add { names } => Act::Add(names),
        Identity::List => Act::List,
        Identity::Rm { names } => Act::Remove(names),
    };
    run(&IDENTITIES, &act, global)
}

/// Which issuers the person vouches for.
pub(crate) fn trust(args: &Trust, global: &Global) -> Result<Status, Problem> {
    let act = match args {
        Trust::Add { names } => Act::Add(names),
        Trust::List => Act::List,
        Trust::Rm { names } => Act::Remove(names),
    };
    run(&TRUSTED, &act, global)
}

fn run(list: &List, act: &Act, global: &Global) -> Result<Status, Problem> {
    let wallet = wallet::open(global)?;
    let mut settings = wallet.settings()?;
    let mut out = Out::new(global.json);
    let entries = (list.of)(&mut settings);
    let told = match act {
        Act::List => entries.iter().map(|entry| (entry.clone(), None)).collect(),
        Act::Add(names) => add(list, entries, names)?,
        Act::Remove(names) => remove(list, entries, names)?,
    };
    if !matches!(act, Act::List) {
        wallet.save_settings(&settings)?;
    }
    for (entry, outcome) in told {
        match (out.json, outcome) {
            (true, Some(outcome)) => out.json(&json!({ list.key: entry, "outcome": outcome }))?,
            (true, None) => out.json(&json!({ list.key: entry }))?,
            (false, Some("already_there")) => out.line(&format!("{}: there already", plain(&entry)))?,
            (false, Some(outcome)) => out.line(&format!("{}: {outcome}", plain(&entry)))?,
            (false, None) => out.line(&plain(&entry))?,
        }
    }
    out.flush()?;
    Ok(Status::Done)
}

type Told = Vec<(String, Option<&'static str>)>;

/// Adds all or none.
fn add(list: &List, entries: &mut Vec<String>, names: &[String]) -> Result<Told, Problem> {
    let names: Vec<&str> = names.iter().map(|name| name.trim()).collect();
    if let Some(wrong) = names.iter().find(|name| !(list.admits)(name) || name.contains(char::is_whitespace))
    {
        return Err(Problem::unusable(told(
            "settings.not-an-id",
            format!("{wrong:?} cannot be added: {}", list.words),
            "Write it as it stands in badges, such as ada@example.org or did:web:example.org.",
        )));
    }
    let add = |name: &str| {
        if entries.iter().any(|entry| entry == name) {
            return (name.to_owned(), Some("already_there"));
        }
        entries.push(name.to_owned());
        (name.to_owned(), Some("added"))
    };
    Ok(names.into_iter().map(add).collect())
}

/// Removes all or none: a name that was mistyped stops it.
fn remove(list: &List, entries: &mut Vec<String>, names: &[String]) -> Result<Told, Problem> {
    if let Some(wrong) = names.iter().find(|name| !entries.contains(name)) {
        return Err(Problem::failed(told(
            "settings.none",
            format!("{wrong:?} is not in the list"),
            format!(
                "`lapel {} list` shows what is.",
                if list.key == "issuer" { "trust" } else { "identity" }
            ),
        )));
    }
    entries.retain(|entry| !names.contains(entry));
    Ok(names.iter().map(|name| (name.clone(), Some("removed"))).collect())
}
