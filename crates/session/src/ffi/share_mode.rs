//! Whether a connection is shared.

use pcsc_sys::{self as sys, DWORD};

/// The sharing of a card: whether other programs may use it at the same time.
///
/// # Examples
/// ```
/// use pcsc_session::{Session, ShareMode};
///
/// # let simulator = pcsc_sim::Simulator::new();
/// # let reader = simulator.add_reader("Simulated Reader 00 00");
/// # reader.insert(pcsc_sim::DemoCard::new());
/// let options = Session::options().provider(simulator.provider());
/// let session = options.open()?; // shared
/// let error = options.clone().share_mode(ShareMode::Exclusive).open().unwrap_err();
/// assert!(error.is_sharing_violation());
/// # drop(session);
/// # Ok::<(), pcsc_session::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ShareMode {
    /// Others may use it too; a [transaction](crate::Session::transaction) keeps them out for a while.
    #[default]
    Shared,
    /// Nobody else may use it.
    Exclusive,
    /// The reader itself, with or without a card, for [control commands](crate::Connection::control).
    ///
    /// # Platform notes
    /// Shared with pcsc-lite, exclusive on Windows.
    Direct,
}

impl ShareMode {
    pub(super) const fn to_c(self) -> DWORD {
        match self {
            ShareMode::Shared => sys::SCARD_SHARE_SHARED,
            ShareMode::Exclusive => sys::SCARD_SHARE_EXCLUSIVE,
            ShareMode::Direct => sys::SCARD_SHARE_DIRECT,
        }
    }
}
