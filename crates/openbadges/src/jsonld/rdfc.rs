//! RDF Dataset Canonicalization (RDFC-1.0), with a bound on the work.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::rc::Rc;

use sha2::{Digest, Sha256, Sha384};

use super::error::JsonLdError;
use super::quads::{Quad, Term};
use crate::document::hex;

/// How much comparing of blank nodes one dataset may need, in units of about one hash. The heaviest dataset of
/// the suite of the specification that must succeed takes 6,156.
const WORK: usize = 100_000;

/// The same for all datasets that share a [`Work`].
const SHARED_WORK: usize = 1_000_000;

/// What canonicalising several documents may take together: hostile ones, each just within its own bound, would
/// otherwise take long in numbers. Clones share what is left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work(Rc<Cell<usize>>);

impl Work {
    /// Whether another document can be begun: enough is left for it, and for those that it stands in, to be bounded
    /// by themselves alone.
    pub(crate) fn has_room(&self) -> bool {
        self.0.get() >= SHARED_WORK / 2
    }
}

impl Default for Work {
    fn default() -> Self {
        Self(Rc::new(Cell::new(SHARED_WORK)))
    }
}

/// How many blank nodes that cannot be told apart may hang on one another.
const DEEPEST: usize = 256;

/// The hash algorithm that a cryptosuite runs the canonicalisation with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hash {
    /// SHA-256: every suite but ECDSA with P-384.
    #[default]
    Sha256,
    /// SHA-384: `ecdsa-rdfc-2019` with P-384.
    Sha384,
}

impl Hash {
    fn hex(self, text: &str) -> String {
        match self {
            Self::Sha256 => hex(&Sha256::digest(text.as_bytes())),
            Self::Sha384 => hex(&Sha384::digest(text.as_bytes())),
        }
    }
}

/// A dataset in canonical form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CanonicalDataset {
    /// The statements as lines of N-Quads, sorted, each ended by a line feed.
    pub lines: Vec<String>,
    /// The canonical label (`c14n0`) of each blank node, by its label in the input.
    pub issued: BTreeMap<String, String>,
}

/// The canonical form of `quads` (RDFC-1.0, section 4.4.3). The order of the quads, repetitions among them and
/// the labels of their blank nodes make no difference.
///
/// # Errors
/// [`JsonLdError::TooComplex`] if the blank nodes are so alike that telling them apart takes too long.
pub fn canonicalize_quads(quads: &[Quad], hash: Hash) -> Result<CanonicalDataset, JsonLdError> {
    canonicalize_within(quads, hash, &Work::default())
}

/// The same, with what is left of `work` as a further bound.
pub(crate) fn canonicalize_within(
    quads: &[Quad],
    hash: Hash,
    work: &Work,
) -> Result<CanonicalDataset, JsonLdError> {
    let dataset = Dataset::of(quads);
    let most = WORK.min(work.0.get());
    let mut run = Run { hash, first_degree: dataset.first_degree(hash), left: most, dataset: &dataset };
    let issued = run.issue_all();
    let taken = if issued.is_ok() { most - run.left } else { most };
    work.0.set(work.0.get() - taken);
    let issued = issued?;
    let mut lines: Vec<String> = dataset
        .quads
        .iter()
        .map(|quad| dataset.line(quad, |blank, line| write_label(line, "c14n", issued.number(blank))))
        .collect();
    lines.sort_unstable();
    lines.dedup();
    let issued = dataset
        .blanks
        .iter()
        .enumerate()
        .filter_map(|(blank, label)| {
            Some(((*label).to_owned(), format!("c14n{}", issued.numbers.get(&blank)?)))
        })
        .collect();
    Ok(CanonicalDataset { lines, issued })
}

/// A blank node, by its place in [`Dataset::blanks`].
type Blank = usize;

/// A part of a quad: a blank node, or anything else as its N-Quads text (a place in [`Dataset::texts`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Part {
    Blank(Blank),
    Text(usize),
}

/// Subject, predicate, object, graph name.
type Parts = [Option<Part>; 4];

struct Dataset<'q> {
    blanks: Vec<&'q str>,
    texts: Vec<String>,
    quads: Vec<Parts>,
    /// The quads that mention each blank node.
    mentions: Vec<Vec<usize>>,
}

impl<'q> Dataset<'q> {
    fn of(quads: &'q [Quad]) -> Self {
        let mut dataset =
            Self { blanks: Vec::new(), texts: Vec::new(), quads: Vec::new(), mentions: Vec::new() };
        let mut known: HashMap<&'q Term, Part> = HashMap::new();
        for quad in quads {
            let parts = [Some(&quad.subject), Some(&quad.predicate), Some(&quad.object), quad.graph.as_ref()]
                .map(|term| term.map(|term| *known.entry(term).or_insert_with(|| dataset.part(term))));
            dataset.quads.push(parts);
        }
        dataset.quads.sort_unstable();
        dataset.quads.dedup();
        dataset.mentions = vec![Vec::new(); dataset.blanks.len()];
        for (index, quad) in dataset.quads.iter().enumerate() {
            for part in quad.iter().flatten() {
                if let Part::Blank(blank) = part
                    && dataset.mentions[*blank].last() != Some(&index)
                {
                    dataset.mentions[*blank].push(index);
                }
            }
        }
        dataset
    }

    fn part(&mut self, term: &'q Term) -> Part {
        match term {
            Term::Blank(label) => {
                self.blanks.push(label);
                Part::Blank(self.blanks.len() - 1)
            }
            other => {
                self.texts.push(other.to_string());
                Part::Text(self.texts.len() - 1)
            }
        }
    }

    /// The quad as a line of N-Quads, its blank nodes written by `label`.
    fn line(&self, quad: &Parts, label: impl Fn(Blank, &mut String)) -> String {
        let mut line = String::with_capacity(160);
        for part in quad.iter().flatten() {
            match part {
                Part::Blank(blank) => label(*blank, &mut line),
                Part::Text(text) => line.push_str(&self.texts[*text]),
            }
            line.push(' ');
        }
        line.push_str(".\n");
        line
    }

    /// Hash First Degree Quads (section 4.6.3) of every blank node.
    fn first_degree(&self, hash: Hash) -> Vec<String> {
        (0..self.blanks.len())
            .map(|blank| {
                let mut lines: Vec<String> = self.mentions[blank]
                    .iter()
                    .map(|quad| {
                        self.line(&self.quads[*quad], |other, line| {
                            line.push_str(if other == blank { "_:a" } else { "_:z" });
                        })
                    })
                    .collect();
                lines.sort_unstable();
                hash.hex(&lines.concat())
            })
            .collect()
    }
}

fn write_label(line: &mut String, prefix: &str, number: usize) {
    let _ = write!(line, "_:{prefix}{number}");
}

/// Labels issued to blank nodes, in the order of asking (section 4.5).
#[derive(Clone, Default)]
struct Issuer {
    numbers: HashMap<Blank, usize>,
    order: Vec<Blank>,
}

impl Issuer {
    fn issue(&mut self, blank: Blank) -> usize {
        if let Some(number) = self.numbers.get(&blank) {
            return *number;
        }
        let number = self.order.len();
        self.numbers.insert(blank, number);
        self.order.push(blank);
        number
    }

    fn has(&self, blank: Blank) -> bool {
        self.numbers.contains_key(&blank)
    }

    /// The number issued; every blank node has one once all are issued.
    fn number(&self, blank: Blank) -> usize {
        self.numbers.get(&blank).copied().unwrap_or_default()
    }
}

struct Run<'d, 'q> {
    hash: Hash,
    dataset: &'d Dataset<'q>,
    first_degree: Vec<String>,
    left: usize,
}

impl Run<'_, '_> {
    /// The canonical labels of all blank nodes (section 4.4.3, steps 3 to 5).
    fn issue_all(&mut self) -> Result<Issuer, JsonLdError> {
        let mut by_hash: BTreeMap<&str, Vec<Blank>> = BTreeMap::new();
        for (blank, hash) in self.first_degree.iter().enumerate() {
            by_hash.entry(hash).or_default().push(blank);
        }
        let groups: Vec<Vec<Blank>> = by_hash.into_values().collect();
        let mut canonical = Issuer::default();
        for group in &groups {
            if let [only] = group.as_slice() {
                canonical.issue(*only);
            }
        }
        for group in groups.iter().filter(|group| group.len() > 1) {
            let mut paths = Vec::new();
            for blank in group {
                if canonical.has(*blank) {
                    continue;
                }
                let mut temporary = Issuer::default();
                temporary.issue(*blank);
                paths.push(self.n_degree(*blank, &canonical, temporary, 0)?);
            }
            paths.sort_by(|(a, _), (b, _)| a.cmp(b));
            for (_, issuer) in paths {
                for blank in issuer.order {
                    canonical.issue(blank);
                }
            }
        }
        Ok(canonical)
    }

    /// Hash N-Degree Quads (section 4.8.3): the hash, and the labels that were issued on the way.
    fn n_degree(
        &mut self,
        blank: Blank,
        canonical: &Issuer,
        mut issuer: Issuer,
        depth: usize,
    ) -> Result<(String, Issuer), JsonLdError> {
        if depth > DEEPEST {
            return Err(JsonLdError::TooComplex);
        }
        self.spend(1 + self.dataset.mentions[blank].len())?;
        let mut data = String::new();
        for (related_hash, blanks) in self.related(blank, canonical, &issuer) {
            data.push_str(&related_hash);
            let (path, chosen) = self.shortest_path(&blanks, canonical, &issuer, depth)?;
            data.push_str(&path);
            issuer = chosen;
        }
        Ok((self.hash.hex(&data), issuer))
    }

    /// The blank nodes that `blank` shares quads with, by the hash of how they are related (steps 1 to 3).
    fn related(&self, blank: Blank, canonical: &Issuer, issuer: &Issuer) -> BTreeMap<String, Vec<Blank>> {
        let mut related: BTreeMap<String, Vec<Blank>> = BTreeMap::new();
        for quad in &self.dataset.mentions[blank] {
            let quad = &self.dataset.quads[*quad];
            for (position, name) in [(0, "s"), (2, "o"), (3, "g")] {
                if let Some(Part::Blank(other)) = quad[position]
                    && other != blank
                {
                    let hash = self.related_hash(other, quad, name, canonical, issuer);
                    related.entry(hash).or_default().push(other);
                }
            }
        }
        related
    }

    /// Hash Related Blank Node (section 4.7.3).
    fn related_hash(
        &self,
        blank: Blank,
        quad: &Parts,
        position: &str,
        canonical: &Issuer,
        issuer: &Issuer,
    ) -> String {
        let mut input = position.to_owned();
        if position != "g"
            && let Some(Part::Text(predicate)) = quad[1]
        {
            input.push_str(&self.dataset.texts[predicate]);
        }
        if canonical.has(blank) {
            write_label(&mut input, "c14n", canonical.number(blank));
        } else if issuer.has(blank) {
            write_label(&mut input, "b", issuer.number(blank));
        } else {
            input.push_str(&self.first_degree[blank]);
        }
        self.hash.hex(&input)
    }

    /// The least path over all orders of `blanks`, and the labels issued along it (step 5).
    fn shortest_path(
        &mut self,
        blanks: &[Blank],
        canonical: &Issuer,
        issuer: &Issuer,
        depth: usize,
    ) -> Result<(String, Issuer), JsonLdError> {
        let mut order = blanks.to_vec();
        order.sort_unstable();
        let mut chosen: Option<(String, Issuer)> = None;
        loop {
            self.spend(1)?;
            if let Some(found) =
                self.path(&order, canonical, issuer, chosen.as_ref().map(|(path, _)| path), depth)?
            {
                chosen = Some(found);
            }
            if !next_permutation(&mut order) {
                break;
            }
        }
        // The first order is never given up, so there is a path.
        chosen.ok_or(JsonLdError::TooComplex)
    }

    /// The path of one order; `None` as soon as it is clear that it is not shorter than `best` (step 5.4).
    fn path(
        &mut self,
        order: &[Blank],
        canonical: &Issuer,
        issuer: &Issuer,
        best: Option<&String>,
        depth: usize,
    ) -> Result<Option<(String, Issuer)>, JsonLdError> {
        let worse = |path: &String| best.is_some_and(|best| path.len() >= best.len() && path > best);
        let mut issuer = issuer.clone();
        self.spend(issuer.order.len() / 8)?;
        let mut path = String::new();
        let mut recursion = Vec::new();
        for blank in order {
            if canonical.has(*blank) {
                write_label(&mut path, "c14n", canonical.number(*blank));
            } else {
                if !issuer.has(*blank) {
                    recursion.push(*blank);
                }
                write_label(&mut path, "b", issuer.issue(*blank));
            }
            if worse(&path) {
                return Ok(None);
            }
        }
        for blank in recursion {
            let (hash, deeper) = self.n_degree(blank, canonical, issuer.clone(), depth + 1)?;
            write_label(&mut path, "b", issuer.issue(blank));
            let _ = write!(path, "<{hash}>");
            issuer = deeper;
            if worse(&path) {
                return Ok(None);
            }
        }
        Ok(best.is_none_or(|best| path < *best).then_some((path, issuer)))
    }

    fn spend(&mut self, work: usize) -> Result<(), JsonLdError> {
        self.left = self.left.checked_sub(work).ok_or(JsonLdError::TooComplex)?;
        Ok(())
    }
}

/// Puts the next order in lexical order into `order`; `false` after the last one.
fn next_permutation(order: &mut [Blank]) -> bool {
    let Some(pivot) = order.windows(2).rposition(|pair| pair[0] < pair[1]) else { return false };
    let successor = order.iter().rposition(|blank| *blank > order[pivot]).unwrap_or(pivot);
    order.swap(pivot, successor);
    order[pivot + 1..].reverse();
    true
}
