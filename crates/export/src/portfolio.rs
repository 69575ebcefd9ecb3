//! Portfolios of badges of the wallet.

use lapel_share::{BaseUrl, LeftOut, PersonalData, Portfolio, PortfolioOptions, SiteFile};
use lapel_wallet::Wallet;
use lapel_wallet::api::{ApiError, BadgeId};

use crate::Shared;
use crate::log::told;
use crate::shared::carried;

/// A portfolio that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadePortfolio {
    /// The files of the site, in the order of their paths.
    pub files: Vec<SiteFile>,
    /// The badges that are in it, in the order in which they were named.
    pub badges: Vec<BadgeId>,
    /// The chosen badges that are not, and why.
    pub left_out: Vec<LeftOut>,
    /// What the credentials in it tell of their recipient, each once.
    pub personal_data: Vec<PersonalData>,
}

/// Makes the portfolio of the badges `ids`.
///
/// # Errors
/// Where one of them is not there, or the wallet cannot be read.
pub fn portfolio(
    wallet: &Wallet,
    ids: &[BadgeId],
    options: &PortfolioOptions,
) -> Result<MadePortfolio, ApiError> {
    let read = ids.iter().map(|id| Shared::read(wallet, *id)).collect::<Result<Vec<_>, _>>()?;
    let badges: Vec<_> = read.iter().map(Shared::badge).collect();
    let Portfolio { files, left_out } = Portfolio::of(&badges, options);
    let (ids, shown) = carried(ids, &badges, options.include_void);
    Ok(MadePortfolio { files, badges: ids, left_out, personal_data: told(&shown) })
}

/// Reads where a site will be.
///
/// # Errors
/// Where `text` is not the address of a site.
pub fn base_url(text: &str) -> Result<BaseUrl, ApiError> {
    BaseUrl::parse(text).ok_or_else(|| {
        ApiError::new(
            "portfolio.base-url",
            format!("\u{201c}{text}\u{201d} is not the address of a site."),
            "Write it as https://ada.example/badges/, or leave it out.",
        )
    })
}
