//! How a session's connection is made again, and how it ends.

use crate::ffi::calls as raw;
use crate::{Code, Disposition, Error, Protocols, Session, ShareMode};

impl Session {
    /// Connects to the card again with the same share mode and protocols, after doing with it what
    /// `initialization` says: after a reset by another program or a removal, this makes the session usable again.
    ///
    /// The card may have forgotten its selected application and its verified PINs, and may be another card.
    ///
    /// Wraps `SCardReconnect` ([pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html),
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardreconnect)).
    ///
    /// # Errors
    /// [`Error::NoCard`] where there is no card; `SCARD_E_READER_UNAVAILABLE` while the reader does not answer;
    /// `SCARD_E_INVALID_VALUE` for [`Disposition::Eject`], which is none for a reconnection; the session's state
    /// stays as it was. Where the reader was pulled out or the service is gone only a new session helps, and its
    /// error is returned without asking again.
    ///
    /// # Platform notes
    /// With pcsc-lite this waits while another handle holds a transaction. It ends a transaction on Windows, not with
    /// pcsc-lite, where a [`Transaction`](crate::Transaction) that was dropped after a reset is ended now.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Disposition, Session};
    ///
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # simulator.add_reader("Simulated Reader 00 00").insert(pcsc_sim::DemoCard::new());
    /// # let mut session = Session::options().provider(simulator.provider()).open()?;
    /// # let other = Session::options().provider(simulator.provider()).open()?;
    /// other.close()?; // which resets the card
    /// let select = [0x00, 0xA4, 0x04, 0x00, 0x00];
    /// assert!(session.transmit(&select).unwrap_err().is_card_reset());
    /// session.reconnect(Disposition::Leave)?;
    /// assert!(session.transmit(&select)?.status().is_success());
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[doc(alias = "SCardReconnect")]
    pub fn reconnect(&mut self, initialization: Disposition) -> Result<(), Error> {
        self.reconnect_as(self.share_mode, self.protocols, initialization)
    }

    /// Connects to the card again with another share mode or other protocols.
    ///
    /// # Errors
    /// As [`reconnect`](Session::reconnect); `SCARD_E_SHARING_VIOLATION` where it is to be exclusive and is not.
    ///
    /// # Platform notes
    /// With pcsc-lite a shared session that asks for [`ShareMode::Exclusive`] waits until all others have closed
    /// theirs, for ever where one does not.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Disposition, Protocol, Protocols, ShareMode};
    ///
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// session.reconnect_as(ShareMode::Exclusive, Protocols::T1, Disposition::Reset)?;
    /// assert_eq!(session.protocol(), Protocol::T1);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn reconnect_as(
        &mut self,
        share_mode: ShareMode,
        protocols: Protocols,
        initialization: Disposition,
    ) -> Result<(), Error> {
        const FUNCTION: &str = "SCardReconnect";
        self.check_reader(FUNCTION)?;
        match raw::reconnect(self.functions(), self.card, share_mode, protocols, initialization) {
            Ok(protocol) => {
                self.lost.set(None);
                self.share_mode = share_mode;
                self.protocols = protocols;
                self.protocol = protocol;
                self.pci = raw::pci(protocol);
                // It may be another card.
                self.limits = None;
                self.end_what_is_left()
            }
            Err(code @ (Code::NO_SMARTCARD | Code::REMOVED_CARD)) => {
                self.lost.set(Some(Code::REMOVED_CARD));
                // The service ends the transactions of a card that was taken out.
                self.unended = 0;
                Err(Error::NoCard {
                    function: FUNCTION,
                    code,
                    reader: self.reader.clone(),
                })
            }
            // That is said of the argument, not of the reader.
            Err(Code::INVALID_VALUE) if initialization == Disposition::Eject => Err(Error::Pcsc {
                function: FUNCTION,
                code: Code::INVALID_VALUE,
                reader: Some(self.reader.clone()),
            }),
            Err(code) => Err(self.failed(FUNCTION, code)),
        }
    }

    /// Ends the transactions that the reset of the card kept from being ended.
    fn end_what_is_left(&mut self) -> Result<(), Error> {
        while self.unended > 0 {
            match raw::end_transaction(self.functions(), self.card, Disposition::Leave) {
                // Reset once more: it is still held, and the next reconnection ends it.
                Err(Code::RESET_CARD) => return Err(self.failed("SCardEndTransaction", Code::RESET_CARD)),
                // Where a removal or the reconnection ended it already, there is none to end.
                Ok(()) | Err(_) => self.unended -= 1,
            }
        }
        Ok(())
    }

    /// Ends the session: the card is disconnected as [`SessionOptions::on_close`](crate::SessionOptions::on_close) says.
    ///
    /// Dropping a session does the same; only this says whether it worked. Where a function returns this crate's [`Error`],
    /// `?` takes the error and drops the session; elsewhere `.map_err(|(_, error)| error)?` does.
    ///
    /// Wraps `SCardDisconnect` ([pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html),
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scarddisconnect)).
    ///
    /// # Errors
    /// The session comes back with what the C function returned, as `SCARD_E_NO_SERVICE` after the loss of
    /// the service; dropping it then frees what is left.
    ///
    /// # Platform notes
    /// With pcsc-lite a session that resets the card at its end waits while another handle holds a transaction;
    /// so does its drop.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::Session;
    ///
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # simulator.add_reader("Simulated Reader 00 00").insert(pcsc_sim::DemoCard::new());
    /// let session = Session::options().provider(simulator.provider()).open()?;
    /// session.close()?;
    ///
    /// let session = Session::options().provider(simulator.provider()).open()?;
    /// simulator.stop_service();
    /// let (session, error) = session.close().unwrap_err();
    /// assert!(error.is_service_down());
    /// assert_eq!(*session.reader_name(), "Simulated Reader 00 00");
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[doc(alias = "SCardDisconnect")]
    #[allow(
        clippy::result_large_err,
        reason = "the session comes back, and this is not called often"
    )]
    pub fn close(mut self) -> Result<(), (Session, Error)> {
        match self.disconnect() {
            Ok(()) => Ok(()),
            Err(error) => Err((self, error)),
        }
    }

    fn disconnect(&mut self) -> Result<(), Error> {
        const FUNCTION: &str = "SCardDisconnect";
        self.wipe();
        if !self.connected {
            return Ok(());
        }
        if self.lost.get().is_some_and(Code::is_service_down) {
            self.connected = false;
            return self.check(FUNCTION);
        }
        raw::disconnect(self.functions(), self.card, self.on_close)
            .map_err(|code| self.failed(FUNCTION, code))?;
        self.connected = false;
        Ok(())
    }
}

/// Whether `SCardReconnect` can make the handle usable again.
pub(crate) fn is_reconnectable(code: Code) -> bool {
    matches!(
        code,
        Code::RESET_CARD | Code::REMOVED_CARD | Code::NO_SMARTCARD | Code::READER_UNAVAILABLE
    )
}

impl Drop for Session {
    fn drop(&mut self) {
        // There is nobody to tell, and nothing left to do: the context's release disconnects the card as well.
        let _ = self.disconnect();
    }
}
