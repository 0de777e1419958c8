//! What becomes of a card.

use pcsc_sys::{self as sys, DWORD};

/// The treatment of a card at the end of a session, a transaction or a connection.
///
/// # Examples
/// ```
/// use pcsc_session::{Disposition, Session};
///
/// # let simulator = pcsc_sim::Simulator::new();
/// # let reader = simulator.add_reader("Simulated Reader 00 00");
/// # reader.insert(pcsc_sim::DemoCard::new());
/// let options = Session::options().provider(simulator.provider()).on_close(Disposition::Leave);
/// let session = options.open()?;
/// options.open()?.close()?; // leaves the card as it is
/// assert!(session.status().is_ok());
/// Session::options().provider(simulator.provider()).open()?.close()?; // resets it
/// assert!(session.status().unwrap_err().is_card_reset());
/// # Ok::<(), pcsc_session::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Disposition {
    /// Nothing: a verified PIN stays verified for the next program.
    Leave,
    /// It is reset: it forgets its verified PINs and its selected application.
    #[default]
    Reset,
    /// It loses its power, which also resets it.
    Unpower,
    /// It is ejected, where the reader can do that.
    Eject,
}

impl Disposition {
    pub(super) const fn to_c(self) -> DWORD {
        match self {
            Disposition::Leave => sys::SCARD_LEAVE_CARD,
            Disposition::Reset => sys::SCARD_RESET_CARD,
            Disposition::Unpower => sys::SCARD_UNPOWER_CARD,
            Disposition::Eject => sys::SCARD_EJECT_CARD,
        }
    }
}
