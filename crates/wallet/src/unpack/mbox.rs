//! Mails one after another in one file (RFC 4155): read one at a time, so a mailbox may be of any size.

use std::io::{BufRead, BufReader, Read};
use std::ops::ControlFlow;

use super::place::At;
use super::{Source, Step, UnpackError, Walk, mail};

/// A line of a mailbox that is read at once; a longer one is read in pieces.
const LINE: u64 = 64 << 10;

/// Opens a mailbox.
pub(super) fn open(walk: &mut Walk, at: &At, source: &mut dyn Source) -> Step {
    let leaves = walk.tally.leaves;
    let mut reader = BufReader::new(source);
    let mut mailbox = Mailbox { message: Vec::new(), number: 0, is_too_large: false };
    let mut line = Vec::new();
    // A line that begins a mail comes first, or after an empty line.
    let (mut may_begin, mut begins_line) = (true, true);
    loop {
        line.clear();
        match reader.by_ref().take(LINE).read_until(b'\n', &mut line) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) => {
                mailbox.give(walk, at)?;
                return walk.fail(at, UnpackError::Unreadable { detail: error.to_string() });
            }
        }
        if begins_line && may_begin && line.starts_with(b"From ") {
            mailbox.give(walk, at)?;
            mailbox.number += 1;
        } else {
            mailbox.add(walk, if begins_line { unquoted(&line) } else { &line });
        }
        may_begin = begins_line && line.trim_ascii().is_empty();
        begins_line = line.ends_with(b"\n");
    }
    mailbox.give(walk, at)?;
    if walk.tally.leaves == leaves {
        return walk.fail(at, UnpackError::NothingInside { what: "this mailbox" });
    }
    ControlFlow::Continue(())
}

/// A line as it was before `>` was set before its `From `.
fn unquoted(line: &[u8]) -> &[u8] {
    let quotes = line.iter().take_while(|byte| **byte == b'>').count();
    if quotes > 0 && line[quotes..].starts_with(b"From ") { &line[1..] } else { line }
}

struct Mailbox {
    message: Vec<u8>,
    number: u32,
    is_too_large: bool,
}

impl Mailbox {
    fn add(&mut self, walk: &Walk, line: &[u8]) {
        self.is_too_large |= self.message.len() + line.len() > walk.limits.container;
        if !self.is_too_large {
            self.message.extend_from_slice(line);
        }
    }

    /// Opens the mail that ended here.
    fn give(&mut self, walk: &mut Walk, at: &At) -> Step {
        let message = std::mem::take(&mut self.message);
        if self.number == 0 {
            return ControlFlow::Continue(());
        }
        let inside = at.inside(&format!("message {}", self.number));
        if std::mem::take(&mut self.is_too_large) {
            return walk.fail(&inside, UnpackError::TooLarge { most: walk.limits.container });
        }
        if inside.depth() >= walk.limits.depth {
            return walk.fail(&inside, UnpackError::TooDeep { most: walk.limits.depth });
        }
        // Of the mails of years, most have nothing to do with badges: what has nothing is passed over.
        mail::open_of_many(walk, &inside, &message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoting_is_taken_back() {
        assert_eq!(unquoted(b">From here"), b"From here");
        assert_eq!(unquoted(b">>From here"), b">From here");
        assert_eq!(unquoted(b"> From here"), b"> From here");
        assert_eq!(unquoted(b"From here"), b"From here");
        assert_eq!(unquoted(b""), b"");
    }
}
