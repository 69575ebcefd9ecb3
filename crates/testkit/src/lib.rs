//! Development only: what the tests of the other crates stand on.

pub mod corpus;
