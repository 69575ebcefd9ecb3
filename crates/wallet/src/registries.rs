//! Registries of issuers: files that the person chose to rely on.

use jiff::Timestamp;
use openbadges::KnownIssuer;
use openbadges::registry::{Registry, RegistryError};

use crate::Wallet;
use crate::api::{ApiError, RegistryView};

/// The longest name of a registry, in characters.
const MAX_NAME: usize = 80;

impl Wallet {
    /// Keeps the registry in `bytes` under `name`, in place of one of that name. Reports name it from now on where
    /// it knows an issuer.
    pub fn add_registry(&self, name: &str, bytes: &[u8]) -> Result<RegistryView, ApiError> {
        let registry = Registry::parse(bytes)?;
        let name = checked(name)?;
        let issuers = u32::try_from(registry.issuers.len()).unwrap_or(u32::MAX);
        self.inner.store.put_registry(&name, bytes, issuers, Timestamp::now())?;
        let kept = self.registries()?.into_iter().find(|registry| registry.name == name);
        kept.ok_or_else(|| no_such(&name))
    }

    /// The registries, in the order they came.
    pub fn registries(&self) -> Result<Vec<RegistryView>, ApiError> {
        Ok(self.inner.store.registries()?)
    }

    /// Takes the registry `name` away.
    pub fn remove_registry(&self, name: &str) -> Result<(), ApiError> {
        if self.inner.store.remove_registry(name)? { Ok(()) } else { Err(no_such(name)) }
    }

    /// The issuers that the registries know.
    pub(crate) fn registered_issuers(&self) -> Result<Vec<KnownIssuer>, ApiError> {
        let mut known = Vec::new();
        for (name, bytes) in self.inner.store.registry_contents()? {
            // It was readable when it was added; a later Lapel may be stricter, and then it vouches for nobody.
            if let Ok(registry) = Registry::parse(&bytes) {
                known.extend(registry.known_issuers(&name));
            }
        }
        Ok(known)
    }
}

fn checked(name: &str) -> Result<String, ApiError> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() || name.chars().count() > MAX_NAME || name.chars().any(char::is_control) {
        return Err(ApiError::new(
            "registry.bad-name",
            format!("a registry needs a name of at most {MAX_NAME} characters"),
            "Name it as reports should name it, such as \"members of the consortium\".",
        ));
    }
    Ok(name)
}

fn no_such(name: &str) -> ApiError {
    ApiError::new(
        "registry.none",
        format!("there is no registry \u{201c}{name}\u{201d} in this wallet"),
        "List the registries to see their names.",
    )
}

impl From<RegistryError> for ApiError {
    fn from(error: RegistryError) -> Self {
        Self::new(error.code(), error.to_string(), error.hint())
    }
}
