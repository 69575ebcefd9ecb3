//! What proofs are computed from, for engineers (`lapel verify --debug-proof`).

use std::io;

use openbadges::proof::inputs::{Hashed, ProofInputs};

use crate::out::{Out, Paint, plain};

/// Prints the inputs of one proof: each text line by line as it is hashed, and everything else in hexadecimal.
pub(crate) fn print(out: &mut Out, inputs: &ProofInputs) -> io::Result<()> {
    let place = if inputs.credential.is_empty() { "" } else { " at " };
    let title = format!("  Proof inputs: {}{place}{}", plain(&inputs.proof), plain(&inputs.credential));
    out.line("")?;
    out.line(&out.paint(Paint::Strong, &title))?;
    let (code, detail) = &inputs.integrity;
    field(out, "integrity", &format!("{code}: {}", plain(detail)))?;
    field(out, "key", &plain(inputs.key.name.as_deref().unwrap_or("not told")))?;
    if let Some(thumbprint) = &inputs.key.thumbprint {
        field(out, "thumbprint", thumbprint)?;
    }
    if let Some((code, detail)) = &inputs.key.authority {
        field(out, "authority", &format!("{code}: {}", plain(detail)))?;
    }
    for document in &inputs.key.documents {
        let from = format!("{} (sha-256 {}, {})", plain(&document.url), document.sha256, document.fetched_at);
        field(out, "from", &from)?;
    }
    for context in &inputs.contexts {
        field(out, "context", &format!("{} (sha-256 {})", context.url, context.sha256))?;
    }
    for (name, text) in
        [("document", &inputs.document), ("mandatory", &inputs.mandatory), ("options", &inputs.options)]
    {
        if let Some(text) = text {
            hashed(out, name, text)?;
        }
    }
    for (name, value) in
        [("header", &inputs.header), ("signed", &inputs.signed), ("signature", &inputs.signature)]
    {
        if let Some(value) = value {
            field(out, name, value)?;
        }
    }
    Ok(())
}

fn field(out: &mut Out, name: &str, value: &str) -> io::Result<()> {
    out.line(&format!("    {} {value}", out.paint(Paint::Faint, &format!("{name:<10}"))))
}

fn hashed(out: &mut Out, name: &str, text: &Hashed) -> io::Result<()> {
    field(out, name, &format!("{} ({} {})", text.form, text.algorithm, text.hash))?;
    text.text.lines().try_for_each(|line| out.line(&format!("      {}", plain(line))))
}
