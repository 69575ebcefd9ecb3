//! Pieces of requests and answers that every host has.

use std::collections::HashMap;

use serde_json::Value;
use url::form_urlencoded;

use crate::web_host::{Request, Served};

/// The fields of a posted form.
pub(super) fn form(request: &Request) -> HashMap<String, String> {
    let is_form = request.header("content-type") == Some("application/x-www-form-urlencoded");
    if !is_form {
        return HashMap::new();
    }
    form_urlencoded::parse(&request.body).into_owned().collect()
}

/// The bearer token.
pub(super) fn bearer(request: &Request) -> Option<&str> {
    request.header("authorization")?.strip_prefix("Bearer ")
}

/// An answer of JSON.
pub(super) fn json_answer(status: u16, body: &Value) -> Served {
    Served {
        status,
        headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
        body: body.to_string().into_bytes(),
        fault: None,
    }
}

/// Sends the browser to `to`.
pub(super) fn redirect(to: &str) -> Served {
    Served { status: 302, headers: vec![("Location".to_owned(), to.to_owned())], ..Served::default() }
}

/// Answers of a token endpoint (RFC 6749, 5).
pub(super) mod tokens {
    use serde_json::{Value, json};

    use super::json_answer;
    use crate::web_host::Served;

    pub(in super::super) fn give(body: &Value) -> Served {
        let mut served = json_answer(200, body);
        served.headers.push(("Cache-Control".to_owned(), "no-store".to_owned()));
        served
    }

    pub(in super::super) fn refuse(status: u16, error: &str) -> Served {
        json_answer(status, &json!({"error": error, "error_description": "not with these"}))
    }
}
