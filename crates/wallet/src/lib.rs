//! .
pub mod api;
