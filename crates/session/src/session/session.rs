//! A session with a card: what is sent and answered, and how it ends.

use crate::error::{CloseError, Error};
use crate::exchange::{
    Buffers, CardChannel, Connection, Exchange, ExchangeOptions, Observer, Response, TransparentFile, sealed,
};
use crate::ffi::{CardHandle, ContextHandle, Disposition, Opening, Protocols, ShareMode};
use crate::service::TrackedCard;
use pcsc_iso7816::command::Command;
use pcsc_iso7816::status_word::StatusWord;
use pcsc_sys::SCARDHANDLE;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// A session with the card in one reader.
///
/// Commands go to the card once and as they are; nothing is repeated silently. Its end resets the card,
/// unless [`SessionOptions::on_close`](crate::SessionOptions::on_close) says otherwise.
///
/// Once a call has shown that the card was reset or removed, or that the reader or the service is gone,
/// every further call returns that error without asking again, until [`recover`](Session::recover), or
/// [`reconnect`](Session::reconnect) after a reset or a removal, succeeds; but [`control`](Connection::control) goes to the
/// reader, whatever has become of the card.
///
/// A session can be moved to another thread; sessions on contexts of their own run side by side. With pcsc-lite, whose
/// library crashes where a context is released while a card is disconnected, opening one and ending one may wait a tenth
/// of a second for each other, and contexts are released when no session is about to end.
///
/// # Examples
/// ```
/// use pcsc_session::Session;
///
/// # let simulator = pcsc_sim::Simulator::new();
/// # simulator.add_reader("Simulated Reader 00 00").insert(pcsc_sim::DemoCard::new());
/// let mut session = Session::options().provider(simulator.provider()).open()?;
/// let response = session.transmit(&[0x00, 0xA4, 0x04, 0x00, 0x00])?;
/// println!("{:02X?} {}", response.data(), response.status());
/// assert!(response.status().is_success());
/// session.close()?;
/// # Ok::<(), pcsc_session::Error>(())
/// ```
pub struct Session {
    pub(super) connection: Connection,
    pub(super) buffers: Buffers,
}

const _: fn() = || {
    fn send<T: Send>() {}
    send::<Session>();
};

impl Session {
    pub(super) fn new(connection: Connection) -> Session {
        Session {
            buffers: Buffers::new(connection.card.reader().clone()),
            connection,
        }
    }

    /// Makes a session on a handle that was connected elsewhere: see [`from_raw`](Session::from_raw).
    pub(crate) fn take_over(handle: CardHandle) -> Result<Session, Error> {
        let opening = Opening {
            share_mode: ShareMode::default(),
            protocols: Protocols::ANY,
        };
        let card = TrackedCard::take_over(handle, opening)?;
        Ok(Session::new(Connection::new(
            card,
            ExchangeOptions::default(),
            Observer::default(),
        )))
    }

    /// Returns the handle, given away: it is not ended.
    pub(crate) fn give_handle_away(mut self) -> (Arc<ContextHandle>, SCARDHANDLE) {
        self.connection.card.give_handle_away()
    }

    pub(super) fn card(&self) -> &TrackedCard {
        &self.connection.card
    }

    #[inline]
    pub(super) fn exchange(&mut self) -> Exchange<'_> {
        Exchange::new(&self.connection, &mut self.buffers, 0)
    }

    /// Sends a command as it is, once, and returns the card's answer: see [`CardChannel::transmit`].
    ///
    /// # Errors
    /// As [`CardChannel::transmit`].
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # simulator.add_reader("Simulated Reader 00 00").insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// let response = session.transmit(&[0x00, 0xA4, 0x04, 0x00, 0x00])?;
    /// println!("{:02X?} {}", response.data(), response.status());
    /// assert_eq!(response.status(), 0x9000);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[doc(alias = "SCardTransmit")]
    #[inline]
    pub fn transmit(&mut self, command: &[u8]) -> Result<Response<'_>, Error> {
        self.exchange().transmit(command)
    }

    /// Sends a command and gathers its whole answer, by the rules of ISO/IEC 7816-3 and -4: see
    /// [`CardChannel::execute`].
    ///
    /// # Errors
    /// As [`CardChannel::execute`].
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Command, Session};
    /// use pcsc_sim::DemoCard;
    ///
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # simulator.add_reader("Simulated Reader 00 00").insert(DemoCard::new());
    /// # let mut session = Session::options().provider(simulator.provider()).open()?;
    /// session.execute(&Command::select_aid(&DemoCard::AID))?.ok()?;
    /// let wrong = session.execute(&Command::verify(DemoCard::PIN_REFERENCE, b"0000")?)?.status();
    /// assert_eq!(wrong.retries(), Some(2));
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[inline]
    pub fn execute(&mut self, command: &Command<'_>) -> Result<Response<'_>, Error> {
        self.exchange().execute(command)
    }

    /// Ends the session: the card is disconnected as [`SessionOptions::on_close`](crate::SessionOptions::on_close) says.
    ///
    /// Dropping a session does the same; only this says whether it worked. `?` takes the error and drops the session.
    ///
    /// Wraps `SCardDisconnect` ([pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html),
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scarddisconnect)).
    ///
    /// # Errors
    /// The session comes back with what the C function returned, as `SCARD_E_NO_SERVICE` after the loss of
    /// the service; dropping it then frees what is left, and [`recover`](Session::recover) makes it usable again.
    ///
    /// # Platform notes
    /// With pcsc-lite a session that resets the card at its end waits while another handle holds a transaction, inside the
    /// daemon, where only the end of the service ends it (2.01 seconds for a transaction of 2 seconds, with pcscd 1.9.9); so
    /// does its drop. With [`Disposition::Leave`] it does not wait.
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
    /// let (session, error) = session.close().unwrap_err().into_parts();
    /// assert!(error.is_service_down());
    /// assert_eq!(*session.reader_name(), "Simulated Reader 00 00");
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[doc(alias = "SCardDisconnect")]
    pub fn close(mut self) -> Result<(), CloseError<Session>> {
        self.buffers.wipe();
        match self.connection.card.disconnect() {
            Ok(()) => Ok(()),
            Err(error) => Err(CloseError::new(self, error)),
        }
    }

    /// Starts to read or update the transparent file that is selected now: see [`CardChannel::transparent_file`].
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{Command, Session};
    /// use pcsc_sim::DemoCard;
    ///
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # simulator.add_reader("Simulated Reader 00 00").insert(DemoCard::new());
    /// # let mut session = Session::options().provider(simulator.provider()).open()?;
    /// session.execute(&Command::select_aid(&DemoCard::AID))?.ok()?;
    /// session.execute(&Command::select_file(&DemoCard::LARGE.to_be_bytes()))?.ok()?;
    /// let mut progress = |done| println!("{done} bytes");
    /// let data = session.transparent_file().with_len(32_768).with_progress(&mut progress).read()?;
    /// assert_eq!(data.len(), 32_768);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[doc(alias = "READ BINARY")]
    #[doc(alias = "UPDATE BINARY")]
    pub fn transparent_file(&mut self) -> TransparentFile<'_> {
        CardChannel::transparent_file(self)
    }

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
    /// stays as it was. Where the reader was pulled out or the service is gone this does not help, as a rule, and
    /// [`recover`](Session::recover) does; it is tried all the same, unless [`close`](Session::close) has given the session up
    /// with the service.
    ///
    /// # Platform notes
    /// With pcsc-lite this waits while another handle holds a transaction (2.07 seconds for one of 2 seconds, with pcscd
    /// 1.9.9), in the library, where only the end of the service ends it. It ends a transaction on Windows, not with
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
        let opening = self.connection.card.opening();
        self.reconnect_as(opening.share_mode, opening.protocols, initialization)
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
        let opening = Opening {
            share_mode,
            protocols,
        };
        let result = self.connection.card.reconnect(opening, initialization);
        self.connection.forget_card();
        if result.is_ok() {
            self.connection.observe_card();
        }
        result
    }

    /// Does what [`transmit`](Session::transmit) does, with the data in `data`: see [`CardChannel::transmit_into`].
    ///
    /// # Errors
    /// As [`CardChannel::transmit_into`].
    pub fn transmit_into(&mut self, command: &[u8], data: &mut Vec<u8>) -> Result<StatusWord, Error> {
        CardChannel::transmit_into(self, command, data)
    }

    /// Sends a command that carries a secret which its instruction does not show: see [`CardChannel::transmit_sensitive`].
    ///
    /// # Errors
    /// As [`CardChannel::transmit_sensitive`].
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # simulator.add_reader("Simulated Reader 00 00").insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// // A proprietary command with a key in it.
    /// let status = session.transmit_sensitive(&[0x80, 0xF0, 0x00, 0x00, 0x02, 0xAB, 0xCD])?.status();
    /// println!("{status}");
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn transmit_sensitive(&mut self, command: &[u8]) -> Result<Response<'_>, Error> {
        self.exchange().transmit_sensitive(command)
    }

    /// Sends a command and returns data, SW1 and SW2 as the Python library's `sendCommandAPDU` does: see
    /// [`CardChannel::send_command_apdu`].
    ///
    /// # Errors
    /// As [`CardChannel::send_command_apdu`].
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # simulator.add_reader("Simulated Reader 00 00").insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// let (data, sw1, sw2) = session.send_command_apdu(&[0x00, 0xA4, 0x04, 0x00, 0x00])?;
    /// assert_eq!((sw1, sw2), (0x90, 0x00));
    /// assert!(data.len() <= 2 || data.ends_with(&[sw1, sw2]));
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[doc(alias = "sendCommandAPDU")]
    pub fn send_command_apdu(&mut self, command: &[u8]) -> Result<(Vec<u8>, u8, u8), Error> {
        CardChannel::send_command_apdu(self, command)
    }

    /// Does what [`execute`](Session::execute) does, with the data in `data`: see [`CardChannel::execute_into`].
    ///
    /// # Errors
    /// As [`CardChannel::execute_into`].
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// let mut data = Vec::with_capacity(256);
    /// let status = session.execute_into(&pcsc_session::Command::get_challenge(8), &mut data)?;
    /// assert!(status.is_success() && data.len() == 8);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn execute_into(&mut self, command: &Command<'_>, data: &mut Vec<u8>) -> Result<StatusWord, Error> {
        CardChannel::execute_into(self, command, data)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // Before the connection is ended, and before the memory is freed.
        self.buffers.wipe();
    }
}

impl Deref for Session {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl sealed::Sealed for Session {
    fn exchange_inside(&mut self, _: sealed::Inside) -> Exchange<'_> {
        Session::exchange(self)
    }

    fn connection_inside(&self, _: sealed::Inside) -> &Connection {
        &self.connection
    }
}

impl CardChannel for Session {}

impl fmt::Display for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Session on {:?} ({})", self.reader_name(), self.protocol())
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("connection", &self.connection)
            .finish_non_exhaustive()
    }
}
