//! `art://localhost/DIGEST`: pictures that the wallet has, for `<img>`.

use lapel_wallet::Art;
use tauri::http::{Request, Response};
use tauri::{Manager, Runtime, UriSchemeContext, UriSchemeResponder};

use crate::desktop::{Desktop, blocking};
use crate::served;

/// The scheme's name.
pub(crate) const SCHEME: &str = "art";

/// Where a page finds the picture with this digest (as `convertFileSrc` of Tauri's script says it).
pub(crate) fn address(digest: &str) -> String {
    // Windows and Android know no schemes of programs.
    if cfg!(any(windows, target_os = "android")) {
        format!("http://{SCHEME}.localhost/{digest}")
    } else {
        format!("{SCHEME}://localhost/{digest}")
    }
}

/// A picture by its digest, or 404: nothing else can be had here.
#[expect(clippy::needless_pass_by_value, reason = "as Tauri hands them over")]
pub(crate) fn answer<R: Runtime>(
    context: UriSchemeContext<'_, R>,
    request: Request<Vec<u8>>,
    responder: UriSchemeResponder,
) {
    let app = context.app_handle().clone();
    let digest = request.uri().path().trim_start_matches('/').to_owned();
    tauri::async_runtime::spawn(async move {
        let wallet = app.state::<Desktop>().wallet().await;
        let art = match wallet {
            Ok(wallet) => blocking(move || wallet.art(&digest)).await.ok().flatten(),
            Err(_) => None,
        };
        responder.respond(art.map_or_else(served::not_found, picture));
    });
}

/// The bytes under their own type. Where someone opens one by itself, it is a picture still: no script, no request.
fn picture(art: Art) -> Response<Vec<u8>> {
    const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
    // The address is the digest of the bytes: they never change.
    served::found(art.bytes, art.media_type.as_ref(), POLICY, "private, max-age=31536000, immutable")
}
