//! A time in which no other program reaches the card.

use crate::error::{CloseError, Error};
use crate::exchange::{CardChannel, Connection, Exchange, sealed};
use crate::ffi::{Disposition, Protocols, ShareMode};
use crate::service::Recovered;
use crate::session::session::Session;
use std::ops::Deref;

/// A time in which no other program reaches the card; it ends on drop.
///
/// It borrows the session, takes commands by [`CardChannel`], and has what can be asked of a [`Connection`]. Its drop leaves the card as it is, unless [`on_drop`](Transaction::on_drop) says
/// otherwise. The session cannot be replaced meanwhile, nor begin another transaction.
///
/// # Examples
/// ```
/// use pcsc_session::CardChannel;
///
/// # let simulator = pcsc_sim::Simulator::new();
/// # simulator.add_reader("Simulated Reader 00 00").insert(pcsc_sim::DemoCard::new());
/// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
/// let mut transaction = session.transaction()?;
/// transaction.transmit(&[0x00, 0xA4, 0x04, 0x00, 0x00])?;
/// transaction.transmit(&[0x00, 0xB0, 0x00, 0x00, 0x00])?;
/// transaction.end(pcsc_session::Disposition::Leave)?;
/// # Ok::<(), pcsc_session::Error>(())
/// ```
///
/// It cannot be exchanged for another session:
/// ```compile_fail,E0596
/// # fn exchange(mut one: pcsc_session::Session, mut other: pcsc_session::Session) {
/// let mut transaction = one.transaction().unwrap();
/// std::mem::swap(&mut *transaction, &mut other);
/// # }
/// ```
/// Nor does it begin another one:
/// ```compile_fail,E0599
/// # fn nested(mut session: pcsc_session::Session) {
/// let transaction = session.transaction().unwrap();
/// let nested = transaction.transaction().unwrap();
/// # }
/// ```
/// Nor does its session, meanwhile:
/// ```compile_fail,E0499
/// # use pcsc_session::CardChannel;
/// # fn nested(mut session: pcsc_session::Session) {
/// let mut transaction = session.transaction().unwrap();
/// let nested = session.transaction_or_recover().unwrap();
/// transaction.transmit(&[0x00, 0x84, 0x00, 0x00, 0x08]).unwrap();
/// # }
/// ```
/// Nor a channel in it:
/// ```compile_fail,E0599
/// # fn nested(mut session: pcsc_session::Session) {
/// let transaction = session.transaction().unwrap();
/// let channel = transaction.open_channel().unwrap();
/// let nested = channel.transaction().unwrap();
/// # }
/// ```
/// Nor whatever takes commands:
/// ```compile_fail,E0599
/// # fn nested(mut session: pcsc_session::Session) {
/// let mut transaction = session.transaction().unwrap();
/// let card: &mut dyn pcsc_session::CardChannel = &mut transaction;
/// let nested = card.transaction().unwrap();
/// # }
/// ```
/// Nor what they share:
/// ```compile_fail,E0599
/// # fn nested(mut session: pcsc_session::Session) {
/// let transaction = session.transaction().unwrap();
/// let connection: &pcsc_session::Connection = &transaction;
/// let nested = connection.transaction().unwrap();
/// # }
/// ```
/// It does not give its session away, by which one could:
/// ```compile_fail,E0308
/// # fn nested(mut session: pcsc_session::Session) {
/// let mut transaction = session.transaction().unwrap();
/// let session: &mut pcsc_session::Session = &mut transaction;
/// let nested = session.transaction().unwrap();
/// # }
/// ```
/// Nor does one begin beside an open channel, which would not know of it:
/// ```compile_fail,E0502
/// # use pcsc_session::CardChannel;
/// # fn nested(mut session: pcsc_session::Session) {
/// let mut channel = session.open_channel().unwrap();
/// let transaction = session.transaction().unwrap();
/// channel.transmit(&[0x00, 0x84, 0x00, 0x00, 0x08]).unwrap();
/// # }
/// ```
/// Nor is a session recovered inside of one, which would end it:
/// ```compile_fail,E0599
/// # fn recover(mut session: pcsc_session::Session) {
/// let mut transaction = session.transaction().unwrap();
/// transaction.recover().unwrap();
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a transaction ends when it is dropped"]
pub struct Transaction<'a> {
    session: &'a mut Session,
    on_drop: Disposition,
    has_ended: bool,
}

impl Session {
    /// Begins a transaction. Blocks while another handle has one, of this program or another.
    ///
    /// Wraps `SCardBeginTransaction` ([pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html),
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardbegintransaction)).
    ///
    /// # Errors
    /// `SCARD_W_RESET_CARD`, `SCARD_W_REMOVED_CARD`, `SCARD_E_READER_UNAVAILABLE`, `SCARD_E_NO_SERVICE` where
    /// the connection is lost; [`Error::ReaderGone`] where the reader was pulled out.
    ///
    /// # Platform notes
    /// Windows resets a card whose transaction is idle for more than 5 seconds. With pcsc-lite the wait for another handle's
    /// transaction is one inside the library, which asks again every 0.1 seconds (2.01 seconds for one of 2 seconds, with pcscd
    /// 1.9.9): no timeout and no cancel ends it, only the end of the service. So it is with status, transmit and reconnect. The
    /// repository's `docs/recovery.md` says what a program can do.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::CardChannel;
    ///
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// let mut transaction = session.transaction()?;
    /// assert!(transaction.transmit(&[0x00, 0xA4, 0x04, 0x00, 0x00])?.status().is_success());
    /// drop(transaction); // other programs may go on
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[doc(alias = "SCardBeginTransaction")]
    pub fn transaction(&mut self) -> Result<Transaction<'_>, Error> {
        self.card().begin_transaction()?;
        Ok(Transaction {
            session: self,
            on_drop: Disposition::Leave,
            has_ended: false,
        })
    }

    /// Begins a transaction on a card that other programs reset, and says whether one did: [`Recovered::Reset`], after which
    /// the application is to be selected again and the PIN verified, inside the transaction; else [`Recovered::Intact`].
    ///
    /// Where several programs end with the default disposition, a reset, now and then one comes between an opening or a
    /// reconnection and the beginning. This reconnects ([`Disposition::Leave`]) and begins again, up to 16 times. Inside the
    /// transaction no other program resets the card, but for the platform's note.
    ///
    /// # Errors
    /// As [`transaction`](Session::transaction), and as [`reconnect`](Session::reconnect): what is more than a reset is for
    /// [`recover`](Session::recover). `SCARD_W_RESET_CARD` where the resets go on.
    ///
    /// # Platform notes
    /// pcscd looks whether somebody has a transaction and then resets, not at the same moment: a reset that was about to come
    /// may come in a transaction that has just begun. Its next command says so, and this is called again.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{CardChannel, Command, Recovered, Session};
    /// use pcsc_sim::DemoCard;
    ///
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # simulator.add_reader("Simulated Reader 00 00").insert(DemoCard::new());
    /// # let options = Session::options().provider(simulator.provider());
    /// # let mut session = options.open()?;
    /// session.execute(&Command::select_aid(&DemoCard::AID))?.ok()?;
    /// # options.open()?.close()?;
    /// let (mut card, recovered) = session.transaction_or_recover()?;
    /// if recovered != Recovered::Intact {
    ///     card.execute(&Command::select_aid(&DemoCard::AID))?.ok()?;
    /// }
    /// # assert_eq!(recovered, Recovered::Reset);
    /// card.execute(&Command::get_challenge(8))?.ok()?;
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn transaction_or_recover(&mut self) -> Result<(Transaction<'_>, Recovered), Error> {
        let mut recovered = Recovered::Intact;
        let mut resets = 0;
        loop {
            let Err(error) = self.card().begin_unreset_transaction() else {
                let transaction = Transaction {
                    session: self,
                    on_drop: Disposition::Leave,
                    has_ended: false,
                };
                return Ok((transaction, recovered));
            };
            resets += 1;
            if !error.is_card_reset() || resets > RESETS {
                return Err(error);
            }
            recovered = Recovered::Reset;
            let result = self.connection.card.reconnect_after_reset();
            self.buffers.wipe();
            self.connection.forget_card();
            match result {
                // Once more: the next beginning tells.
                Err(error) if !error.is_card_reset() => return Err(error),
                Ok(()) | Err(_) => {}
            }
        }
    }
}

/// How often in a row another program may reset the card before a transaction begins.
const RESETS: usize = 16;

impl<'a> Transaction<'a> {
    /// Says what the drop does with the card. Default: it leaves it as it is.
    ///
    /// With [`Disposition::Reset`] no verified PIN is left for the next program where `?` ends the transaction.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::{CardChannel, Command, Disposition, Error, Session};
    /// use pcsc_sim::DemoCard;
    ///
    /// fn sign(session: &mut Session, pin: &[u8]) -> Result<(), Error> {
    ///     let mut card = session.transaction()?.on_drop(Disposition::Reset);
    ///     card.execute(&Command::verify(0x81, pin)?)?.ok()?;
    ///     card.execute(&Command::select_file(&[0x3F, 0x77]))?.ok()?; // fails: the card is reset
    ///     card.end(Disposition::Reset)?;
    ///     Ok(())
    /// }
    ///
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # simulator.add_reader("Simulated Reader 00 00").insert(DemoCard::new());
    /// # let mut session = Session::options().provider(simulator.provider()).open()?;
    /// # session.execute(&Command::select_aid(&DemoCard::AID))?.ok()?;
    /// assert!(sign(&mut session, &DemoCard::PIN).is_err());
    /// assert!(session.status().unwrap_err().is_card_reset());
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn on_drop(mut self, disposition: Disposition) -> Self {
        self.on_drop = disposition;
        self
    }

    /// Ends the transaction and does with the card what `disposition` says.
    ///
    /// Wraps `SCardEndTransaction` ([pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html),
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardendtransaction)).
    ///
    /// # Errors
    /// The transaction comes back with what the C function returned; dropping it tries the same once more, and
    /// [`Session::reconnect`] or [`Session::recover`] ends what then still is held, and resets the card where that was asked for
    /// here. `?` takes the error and drops the transaction.
    ///
    /// # Platform notes
    /// With pcsc-lite a reset counts as one by another program, for this session too: reconnect.
    #[doc(alias = "SCardEndTransaction")]
    pub fn end(mut self, disposition: Disposition) -> Result<(), CloseError<Transaction<'a>>> {
        match self.session.card().end_transaction(disposition) {
            Ok(()) => {
                self.has_ended = true;
                Ok(())
            }
            Err(error) => {
                self.on_drop = disposition;
                Err(CloseError::new(self, error))
            }
        }
    }

    /// Connects to the card again, inside the transaction: see [`Session::reconnect`].
    ///
    /// # Errors
    /// As [`Session::reconnect`].
    ///
    /// # Platform notes
    /// On Windows the transaction has ended then.
    pub fn reconnect(&mut self, initialization: Disposition) -> Result<(), Error> {
        self.session.reconnect(initialization)
    }

    /// Connects to the card again with another share mode or other protocols, inside the transaction: see
    /// [`Session::reconnect_as`].
    ///
    /// # Errors
    /// As [`Session::reconnect_as`].
    ///
    /// # Platform notes
    /// On Windows the transaction has ended then.
    pub fn reconnect_as(
        &mut self,
        share_mode: ShareMode,
        protocols: Protocols,
        initialization: Disposition,
    ) -> Result<(), Error> {
        self.session.reconnect_as(share_mode, protocols, initialization)
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if !self.has_ended {
            self.session.card().drop_transaction(self.on_drop);
        }
    }
}

impl Deref for Transaction<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.session
    }
}

impl sealed::Sealed for Transaction<'_> {
    fn exchange_inside(&mut self, _: sealed::Inside) -> Exchange<'_> {
        self.session.exchange()
    }

    fn connection_inside(&self, _: sealed::Inside) -> &Connection {
        self.session
    }
}

impl CardChannel for Transaction<'_> {}
