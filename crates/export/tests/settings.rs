//! What sharing remembers in the settings is looked at before it is kept.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use lapel_export::checked_settings;
use lapel_wallet::api::Settings;

const ISSUER: &str = "https://issuer.example";

fn checked(number: &str, mastodon: Option<&str>) -> Result<Settings, String> {
    let linkedin_organizations = [(ISSUER.to_owned(), number.to_owned())].into();
    let settings =
        Settings { linkedin_organizations, mastodon: mastodon.map(str::to_owned), ..Settings::default() };
    checked_settings(settings).map_err(|error| error.code)
}

#[test]
fn an_instance_is_kept_as_its_host_and_a_page_as_its_number() {
    let kept = checked(" 42 ", Some("@ada@norden.social")).unwrap();
    assert_eq!(kept.linkedin_organizations[ISSUER], "42");
    assert_eq!(kept.mastodon.as_deref(), Some("norden.social"));
    assert_eq!(checked("42", Some("https://norden.social/@ada")).unwrap().mastodon, kept.mastodon);
    assert_eq!(checked("42", None).unwrap().mastodon, None);
}

#[test]
fn what_is_no_number_and_no_host_is_refused() {
    for number in ["", "-1", "4 2", "example-university", "123456789012345678901"] {
        assert_eq!(checked(number, None), Err("share.bad-organization".to_owned()), "{number}");
    }
    for host in ["", "norden", "http://norden.social", "norden.social:8443", "127.0.0.1"] {
        assert_eq!(checked("42", Some(host)), Err("share.bad-instance".to_owned()), "{host}");
    }
    let nobody = Settings {
        linkedin_organizations: [(" ".to_owned(), "42".to_owned())].into(),
        ..Settings::default()
    };
    assert_eq!(checked_settings(nobody).unwrap_err().code, "share.no-issuer-id");
}
