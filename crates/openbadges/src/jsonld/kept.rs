//! Contexts that are made of published ones alone, kept for the life of the program.
//!
//! Nearly every credential begins with the same few contexts, and its types bring the same ones of their own. What
//! they make together is worked out once: for the sequence at the beginning of a document, and for each context that
//! a term brings into one that is kept. Nothing of a document is ever kept.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock, RwLockReadGuard};

use super::context::{ActiveContext, Manner};
use super::processor::Processor;
use super::table::Table;

/// How many contexts are kept. A document cannot make more than there are sequences of published contexts and
/// types, which is still too many to keep them all.
const MOST: usize = 512;

type Used = Vec<(&'static str, &'static str)>;

/// A kept context, and the texts that it needed.
#[derive(Clone)]
pub(super) struct Kept {
    pub(super) context: Arc<ActiveContext<'static>>,
    pub(super) used: Used,
}

#[derive(Default)]
struct Store {
    /// By their numbers, which they know themselves.
    contexts: Vec<Arc<ActiveContext<'static>>>,
    /// By the digests of the texts at the beginning of a document.
    starts: HashMap<Vec<&'static str>, Kept>,
    /// By the context that a term's own is applied to, the context that defines the term, the term, and how.
    scoped: HashMap<(usize, usize, bool), HashMap<&'static str, Kept>>,
}

static STORE: LazyLock<RwLock<Store>> = LazyLock::new(RwLock::default);

fn read() -> RwLockReadGuard<'static, Store> {
    STORE.read().unwrap_or_else(PoisonError::into_inner)
}

impl Store {
    /// The context with a number of its own, if there is room.
    fn number(&mut self, context: &Arc<ActiveContext<'static>>) -> Arc<ActiveContext<'static>> {
        if context.number().is_some() || self.contexts.len() >= MOST {
            return context.clone();
        }
        let numbered = Arc::new(context.numbered(self.contexts.len()));
        self.contexts.push(numbered.clone());
        numbered
    }
}

/// What the texts of `tables` make together, applied one after the other to nothing.
pub(super) fn start(key: &[&'static str]) -> Option<Kept> {
    read().starts.get(key).cloned()
}

/// Keeps what a beginning makes, and gives it back with its number.
pub(super) fn keep_start(tables: &[&'static Table], kept: Kept) -> Kept {
    let mut store = STORE.write().unwrap_or_else(PoisonError::into_inner);
    let kept = Kept { context: store.number(&kept.context), ..kept };
    if kept.context.number().is_some() {
        store.starts.insert(tables.iter().map(|table| table.sha256).collect(), kept.clone());
    }
    kept
}

/// What the context that comes with `term` in the context `owner` makes of the context `active`; both by their
/// numbers. `None` if it cannot be kept or applied.
pub(super) fn scoped(active: usize, owner: usize, term: &str, manner: Manner) -> Option<Kept> {
    let key = (active, owner, manner.propagate);
    let (active, owner) = {
        let store = read();
        if let Some(kept) = store.scoped.get(&key).and_then(|terms| terms.get(term)) {
            return Some(kept.clone());
        }
        if store.contexts.len() >= MOST {
            return None;
        }
        (store.contexts.get(active)?.clone(), store.contexts.get(owner)?.clone())
    };
    let (term, local) = owner.scoped_of(term)?;
    let mut processor = Processor::new(&[]);
    let context = processor.process_context(&active, local, manner).ok()?;
    let mut store = STORE.write().unwrap_or_else(PoisonError::into_inner);
    let kept = Kept { context: store.number(&context), used: processor.into_used() };
    if kept.context.number().is_some() {
        store.scoped.entry(key).or_default().insert(term, kept.clone());
    }
    Some(kept)
}
