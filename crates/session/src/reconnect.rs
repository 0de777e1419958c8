//! How a session's connection is made again, and how it ends.

use crate::raw;
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
    /// [`Error::NoCard`] where there is no card; `SCARD_E_SHARING_VIOLATION` where another program keeps it to
    /// itself; the session's state stays as it was. Where the reader or the service is gone only a new
    /// session helps, and its error is returned without asking again.
    ///
    /// # Platform notes
    /// Ends a transaction on Windows, not with pcsc-lite, where a [`Transaction`](crate::Transaction) that was
    /// dropped while the card was lost is ended now.
    #[doc(alias = "SCardReconnect")]
    pub fn reconnect(&mut self, initialization: Disposition) -> Result<(), Error> {
        self.reconnect_as(self.share_mode, self.protocols, initialization)
    }

    /// Connects to the card again with another share mode or other protocols.
    ///
    /// # Errors
    /// As [`reconnect`](Session::reconnect).
    pub fn reconnect_as(
        &mut self,
        share_mode: ShareMode,
        protocols: Protocols,
        initialization: Disposition,
    ) -> Result<(), Error> {
        const FUNCTION: &str = "SCardReconnect";
        if self.lost.get().is_some_and(|code| !is_reconnectable(code)) {
            self.check(FUNCTION)?;
        }
        match raw::reconnect(self.functions(), self.card, share_mode, protocols, initialization) {
            Ok(protocol) => {
                self.lost.set(None);
                self.share_mode = share_mode;
                self.protocols = protocols;
                self.protocol = protocol;
                self.pci = raw::pci(protocol);
                // It may be another card.
                self.limits = None;
                for _ in 0..std::mem::take(&mut self.unended) {
                    // Where the reconnection ended it already, there is none to end.
                    let _ = raw::end_transaction(self.functions(), self.card, Disposition::Leave);
                }
                Ok(())
            }
            Err(Code::NO_SMARTCARD) => {
                self.lost.set(Some(Code::REMOVED_CARD));
                Err(Error::NoCard {
                    reader: self.reader.clone(),
                })
            }
            Err(code) => Err(self.failed(FUNCTION, code)),
        }
    }

    /// Ends the session: the card is disconnected as [`SessionOptions::on_close`] says.
    ///
    /// Dropping a session does the same; only this says whether it worked.
    ///
    /// Wraps `SCardDisconnect` ([pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html),
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scarddisconnect)).
    ///
    /// # Errors
    /// The session comes back with what the C function returned, as `SCARD_E_NO_SERVICE` after the loss of
    /// the service; dropping it then frees what is left.
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
    matches!(code, Code::RESET_CARD | Code::REMOVED_CARD | Code::NO_SMARTCARD)
}

impl Drop for Session {
    fn drop(&mut self) {
        // There is nobody to tell, and nothing left to do: the context's release disconnects the card as well.
        let _ = self.disconnect();
    }
}
