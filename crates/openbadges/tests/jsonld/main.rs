//! JSON-LD and RDF canonicalisation against the published suites, vectors and contexts.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a test program")]

mod contexts;
mod nquads;
mod oracle;
mod rdf_canon;
mod tables;
mod to_rdf;
mod vectors;

use lapel_testkit::corpus;

fn main() {
    let arguments = corpus::Arguments::from_args();
    let mut trials = corpus::suite("contexts", contexts::trials);
    trials.extend(corpus::suite("rdf-canon", rdf_canon::trials));
    trials.extend(corpus::suite("to-rdf", to_rdf::trials));
    trials.extend(corpus::suite("vectors", vectors::trials));
    trials.extend(corpus::suite("oracle", oracle::trials));
    corpus::run(&arguments, trials).exit();
}
