//! The names that a page calls.
//!
//! A page asks for room (`room`), writes its question there, and lets it be judged (`judge`); the answer is then where
//! `answer` says. All memory stays the module's own, so nothing has to be freed, and no pointer comes in from outside.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// The question, and after `judge` the answer to it.
static TEXT: Mutex<Vec<u8>> = Mutex::new(Vec::new());

fn text() -> MutexGuard<'static, Vec<u8>> {
    // There is one thread, and a panic ends the module.
    TEXT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes room for a question of `length` bytes; gives where. It stays there until `judge` is called.
#[expect(unsafe_code, reason = "the name of an export; nothing else in this module is called so")]
#[unsafe(no_mangle)]
extern "C" fn room(length: usize) -> *mut u8 {
    let mut text = text();
    text.clear();
    text.resize(length, 0);
    text.as_mut_ptr()
}

/// Judges what was written there; gives the length of the answer.
#[expect(unsafe_code, reason = "the name of an export; nothing else in this module is called so")]
#[unsafe(no_mangle)]
extern "C" fn judge() -> usize {
    let question = std::mem::take(&mut *text());
    let answer = crate::judge(&question).into_bytes();
    let length = answer.len();
    *text() = answer;
    length
}

/// Where the answer is. It stays there until the next call of `room` or `judge`.
#[expect(unsafe_code, reason = "the name of an export; nothing else in this module is called so")]
#[unsafe(no_mangle)]
extern "C" fn answer() -> *const u8 {
    text().as_ptr()
}
