//! The log of what left the wallet: when, in which form, and where to. It stays on this computer.

use jiff::Timestamp;

use crate::Wallet;
use crate::api::{ApiError, NewShare, ShareView, SharesRequest};

impl Wallet {
    /// Writes down what leaves the wallet now.
    pub fn note_share(&self, share: &NewShare) -> Result<(), ApiError> {
        Ok(self.inner.store.note_share(share, Timestamp::now())?)
    }

    /// What left the wallet, the latest first.
    pub fn shares(&self, request: &SharesRequest) -> Result<Vec<ShareView>, ApiError> {
        Ok(self.inner.store.shares(request)?)
    }

    /// Forgets what left the wallet: these entries of the log, or all; gives how many. What was shared stays shared.
    pub fn forget_shares(&self, shares: Option<&[u32]>) -> Result<u32, ApiError> {
        Ok(self.inner.store.forget_shares(shares)?)
    }
}
