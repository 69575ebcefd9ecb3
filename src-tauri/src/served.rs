//! Answers under schemes of our own (`art://`, `preview://`): bytes under their type and a policy, or 404.

use tauri::http::{HeaderName, Response, StatusCode, header};

/// `bytes` as what `media_type` says and nothing else, with the rights of `policy`, kept for as long as `cache` says.
pub(crate) fn found(bytes: Vec<u8>, media_type: &str, policy: &str, cache: &str) -> Response<Vec<u8>> {
    let mut response = Response::new(bytes);
    let headers: [(HeaderName, &str); 4] = [
        (header::CONTENT_TYPE, media_type),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::CACHE_CONTROL, cache),
    ];
    for (name, value) in headers {
        if let Ok(value) = value.parse() {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// Nothing is there.
pub(crate) fn not_found() -> Response<Vec<u8>> {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}
