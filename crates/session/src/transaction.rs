//! A time in which no other program reaches the card.

use crate::raw;
use crate::{Disposition, Error, Session};
use std::ops::{Deref, DerefMut};

/// A time in which no other program reaches the card; it ends on drop, leaving the card as it is.
///
/// It borrows the session, and can be used as the session.
///
/// # Examples
/// ```
/// # let simulator = pcsc_sim::Simulator::new();
/// # simulator.add_reader("Simulated Reader 00 00").insert(pcsc_sim::DemoCard::new());
/// # let mut session = pcsc_session::Session::options().provider(simulator.functions()).open()?;
/// let mut transaction = session.transaction()?;
/// transaction.transmit(&[0x00, 0xA4, 0x04, 0x00, 0x00])?;
/// transaction.transmit(&[0x00, 0xB0, 0x00, 0x00, 0x00])?;
/// transaction.end(pcsc_session::Disposition::Leave).map_err(|(_, error)| error)?;
/// # Ok::<(), pcsc_session::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "a transaction ends when it is dropped"]
pub struct Transaction<'a> {
    session: &'a mut Session,
    ended: bool,
}

const FUNCTION: &str = "SCardEndTransaction";

impl Session {
    /// Begins a transaction. Blocks while another program has one.
    ///
    /// Wraps `SCardBeginTransaction` ([pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html),
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardbegintransaction)).
    ///
    /// # Errors
    /// `SCARD_W_RESET_CARD`, `SCARD_W_REMOVED_CARD`, `SCARD_E_READER_UNAVAILABLE`, `SCARD_E_NO_SERVICE` where
    /// the connection is lost; `SCARD_E_SHARING_VIOLATION` where another program keeps the card to itself.
    ///
    /// # Platform notes
    /// Windows resets a card whose transaction is idle for more than 5 seconds.
    #[doc(alias = "SCardBeginTransaction")]
    pub fn transaction(&mut self) -> Result<Transaction<'_>, Error> {
        const FUNCTION: &str = "SCardBeginTransaction";
        self.check(FUNCTION)?;
        raw::begin_transaction(self.functions(), self.as_raw())
            .map_err(|code| self.failed(FUNCTION, code))?;
        Ok(Transaction {
            session: self,
            ended: false,
        })
    }
}

impl Transaction<'_> {
    /// Ends the transaction and does with the card what `disposition` says.
    ///
    /// Wraps `SCardEndTransaction` ([pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html),
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardendtransaction)).
    ///
    /// # Errors
    /// The transaction comes back with what the C function returned; dropping it tries once more, and
    /// [`Session::reconnect`] ends what then still is held.
    ///
    /// # Platform notes
    /// With pcsc-lite a reset counts as one by another program, for this session too: reconnect.
    #[doc(alias = "SCardEndTransaction")]
    pub fn end(mut self, disposition: Disposition) -> Result<(), (Self, Error)> {
        match self.finish(disposition) {
            Ok(()) => Ok(()),
            Err(error) => Err((self, error)),
        }
    }

    fn finish(&mut self, disposition: Disposition) -> Result<(), Error> {
        if self.ended {
            return Ok(());
        }
        self.session.check(FUNCTION)?;
        raw::end_transaction(self.session.functions(), self.session.as_raw(), disposition)
            .map_err(|code| self.session.failed(FUNCTION, code))?;
        self.ended = true;
        Ok(())
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        // There is nobody to tell; but where the card is lost the service still holds the transaction, and would
        // keep others out after a reconnection.
        if self.finish(Disposition::Leave).is_err() {
            self.session.unended += 1;
        }
    }
}

impl Deref for Transaction<'_> {
    type Target = Session;

    fn deref(&self) -> &Session {
        self.session
    }
}

impl DerefMut for Transaction<'_> {
    fn deref_mut(&mut self) -> &mut Session {
        self.session
    }
}
