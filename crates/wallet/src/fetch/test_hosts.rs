//! Hosts on this computer, for tests of the built program. Not in a build that people use (feature `test-hosts`).

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use serde::Deserialize;

use super::{Lookup, Options};

#[derive(Deserialize)]
struct Hosts {
    /// Where all of them are.
    address: SocketAddr,
    /// Their names.
    #[serde(rename = "hosts")]
    names: Vec<String>,
    /// The root certificate (PEM) to believe.
    root: String,
}

impl Lookup for SocketAddr {
    fn lookup(&self, _: String) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>> {
        let address = *self;
        Box::pin(async move { Ok(vec![address]) })
    }
}

/// What the file that `LAPEL_TEST_HOSTS` names says.
pub(super) fn options() -> Option<Options> {
    let file = std::env::var_os("LAPEL_TEST_HOSTS")?;
    let hosts: Hosts = serde_json::from_slice(&std::fs::read(file).ok()?).ok()?;
    Some(Options {
        extra_roots: vec![hosts.root.into_bytes()],
        allow_private: hosts.names.into_iter().map(|host| (host, 443)).collect(),
        lookup: Some(Arc::new(hosts.address)),
        ..Options::default()
    })
}
