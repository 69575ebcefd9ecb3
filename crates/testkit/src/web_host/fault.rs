//! What a web host can do wrong.

use std::time::Duration;

/// Something that a hostile, broken or slow host does in place of answering.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Answers with this status and an empty body (410: gone).
    Status(u16),
    /// Reads the request and never says a word.
    Silence,
    /// Closes the connection in place of a TLS handshake.
    HandshakeRefused,
    /// Accepts the connection and never begins the TLS handshake.
    HandshakeSilence,
    /// Sends the head one byte at a time, for ever, with this pause between bytes.
    SlowHead(Duration),
    /// Sends a body of unknown length one byte at a time, for ever, with this pause between bytes.
    SlowBody(Duration),
    /// Sends a body without end, as fast as it is read.
    EndlessBody,
    /// Announces this many bytes and sends the document's, which are fewer (or more).
    Length(u64),
    /// Announces no length: the end of the connection is the end of the body.
    NoLength,
    /// Sends a small gzip body that inflates to this many bytes of zeros.
    GzipBomb {
        /// Size after inflation.
        inflated: usize,
    },
    /// Sends the document compressed with gzip, as honest hosts do.
    Gzip,
    /// Redirects (status 302) to `Location: <this>`, written as it is.
    Redirect(String),
    /// Redirects with this status to `Location: <this>`.
    RedirectWith(u16, String),
    /// Redirects to itself with another query, for ever.
    RedirectLoop,
    /// Redirects this many times within the host, then answers with the document.
    RedirectHops(usize),
    /// Sends half of the body, then resets the connection.
    ResetMidBody,
    /// Sends this many header lines before the body.
    Headers(usize),
    /// Sends one header line of this many bytes before the body.
    LongHeader(usize),
    /// Sends something that is not HTTP.
    NotHttp,
}

/// A certificate that no client may accept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BadCertificate {
    /// Its validity ended in 2020.
    Expired,
    /// Its validity begins in 2990.
    NotYetValid,
    /// It is for another host.
    WrongHost,
    /// It vouches for itself.
    SelfSigned,
    /// A root that nobody trusts vouches for it.
    UnknownRoot,
}

impl BadCertificate {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Expired, Self::NotYetValid, Self::WrongHost, Self::SelfSigned, Self::UnknownRoot];
}
