//! A time in which no other program reaches the card.

use crate::ffi::calls as raw;
use crate::{
    Attribute, Channel, Code, Command, Disposition, Error, ExchangeOptions, Feature, Protocols, Response,
    Session, ShareMode, StatusWord, TransparentFile,
};
use std::ops::Deref;

/// A time in which no other program reaches the card; it ends on drop, leaving the card as it is.
///
/// It borrows the session, and has its methods. The session cannot be replaced meanwhile.
///
/// # Examples
/// ```
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
#[derive(Debug)]
#[must_use = "a transaction ends when it is dropped"]
pub struct Transaction<'a> {
    session: &'a mut Session,
    ended: bool,
}

const FUNCTION: &str = "SCardEndTransaction";

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
    /// Windows resets a card whose transaction is idle for more than 5 seconds.
    ///
    /// # Examples
    /// ```
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
    /// [`Session::reconnect`] ends what then still is held. `?` takes the error and drops the transaction.
    ///
    /// # Platform notes
    /// With pcsc-lite a reset counts as one by another program, for this session too: reconnect.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// use pcsc_session::Disposition;
    ///
    /// let transaction = session.transaction()?;
    /// assert!(transaction.end(Disposition::Leave).is_ok());
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
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
        // There is nobody to tell; but after a reset pcscd refuses the end and still holds the transaction, and would
        // keep others out after a reconnection. It ends those of a card that was taken out by itself.
        if self.finish(Disposition::Leave).is_err() && self.session.lost.get() == Some(Code::RESET_CARD) {
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

/// Makes the session's methods the transaction's. `DerefMut` would also let the session be swapped away.
///
/// What stands above a method is its example.
macro_rules! forward {
    ($($(#[$example:meta])* $name:ident($($argument:ident: $type:ty),*) -> $result:ty;)*) => {
        impl Transaction<'_> {
            $(
                #[doc = concat!("Does what [`Session::", stringify!($name), "`] does, inside the transaction.")]
                ///
                /// # Errors
                #[doc = concat!("As [`Session::", stringify!($name), "`].")]
                ///
                /// # Examples
                /// ```
                /// # let simulator = pcsc_sim::Simulator::new();
                /// # let reader = simulator.add_reader("Simulated Reader 00 00");
                /// # reader.insert(pcsc_sim::DemoCard::new());
                /// # reader.set_features([(pcsc_sys::FEATURE_VERIFY_PIN_DIRECT, 0x4233_0006)]);
                /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
                /// let mut transaction = session.transaction()?;
                $(#[$example])*
                /// # Ok::<(), pcsc_session::Error>(())
                /// ```
                #[inline]
                pub fn $name(&mut self, $($argument: $type),*) -> $result {
                    self.session.$name($($argument),*)
                }
            )*
        }
    };
}

forward! {
    /// let response = transaction.transmit(&[0x00, 0xA4, 0x04, 0x00, 0x00])?;
    /// assert!(response.status().is_success());
    transmit(command: &[u8]) -> Result<Response<'_>, Error>;
    /// # transaction.execute(&pcsc_session::Command::select_aid(pcsc_sim::DemoCard::AID))?.ok()?;
    /// let verify = [0x00, 0x20, 0x00, 0x81, 0x04, b'9', b'9', b'9', b'9'];
    /// let response = transaction.transmit_sensitive(&verify)?;
    /// assert_eq!(response.status().retries(), Some(2));
    transmit_sensitive(command: &[u8]) -> Result<Response<'_>, Error>;
    /// let (_, sw1, sw2) = transaction.send_command_apdu(&[0x00, 0xA4, 0x04, 0x00, 0x00])?;
    /// assert_eq!((sw1, sw2), (0x90, 0x00));
    send_command_apdu(command: &[u8]) -> Result<(Vec<u8>, u8, u8), Error>;
    /// let challenge = transaction.execute(&pcsc_session::Command::get_challenge(8))?.ok()?;
    /// assert_eq!(challenge.data().len(), 8);
    execute(command: &Command<'_>) -> Result<Response<'_>, Error>;
    /// let mut challenge = Vec::new();
    /// transaction.execute_into(&pcsc_session::Command::get_challenge(8), &mut challenge)?;
    /// assert_eq!(challenge.len(), 8);
    execute_into(command: &Command<'_>, data: &mut Vec<u8>) -> Result<StatusWord, Error>;
    /// let mut channel = transaction.open_channel()?;
    /// assert!(channel.execute(&pcsc_session::Command::select_file(&[0x2F, 0x01]))?.status().is_success());
    open_channel() -> Result<Channel<'_>, Error>;
    /// assert_eq!(transaction.open_numbered_channel(5)?.number(), 5);
    open_numbered_channel(number: u8) -> Result<Channel<'_>, Error>;
    /// let features = transaction.control(pcsc_sys::CM_IOCTL_GET_FEATURE_REQUEST as u32, &[])?;
    /// assert_eq!(features, [pcsc_sys::FEATURE_VERIFY_PIN_DIRECT, 4, 0x42, 0x33, 0x00, 0x06]);
    control(code: u32, input: &[u8]) -> Result<Vec<u8>, Error>;
    /// let mut features = [0; 64];
    /// let len = transaction.control_into(pcsc_sys::CM_IOCTL_GET_FEATURE_REQUEST as u32, &[], &mut features)?;
    /// assert_eq!(features[..len], [pcsc_sys::FEATURE_VERIFY_PIN_DIRECT, 4, 0x42, 0x33, 0x00, 0x06]);
    control_into(code: u32, input: &[u8], output: &mut [u8]) -> Result<usize, Error>;
    /// let features = transaction.features()?;
    /// assert_eq!(features[0].tag, pcsc_sys::FEATURE_VERIFY_PIN_DIRECT);
    features() -> Result<Vec<Feature>, Error>;
    /// # reader.set_attribute(pcsc_session::Attribute::VENDOR_NAME.0, *b"Acme");
    /// transaction.set_attribute(pcsc_session::Attribute::VENDOR_NAME, b"Other")?;
    /// assert_eq!(transaction.get_attribute(pcsc_session::Attribute::VENDOR_NAME)?, b"Other");
    set_attribute(attribute: Attribute, value: &[u8]) -> Result<(), Error>;
    /// transaction.reconnect(pcsc_session::Disposition::Leave)?;
    /// assert!(transaction.transmit(&[0x00, 0xA4, 0x04, 0x00, 0x00])?.status().is_success());
    reconnect(initialization: Disposition) -> Result<(), Error>;
    /// use pcsc_session::{Disposition, Protocol, Protocols, ShareMode};
    ///
    /// transaction.reconnect_as(ShareMode::Shared, Protocols::T1, Disposition::Leave)?;
    /// assert_eq!(transaction.protocol(), Protocol::T1);
    reconnect_as(share_mode: ShareMode, protocols: Protocols, initialization: Disposition) -> Result<(), Error>;
}

impl Transaction<'_> {
    /// Does what [`Session::transparent_file`] does, inside the transaction.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// let mut transaction = session.transaction()?;
    /// transaction.execute(&pcsc_session::Command::select_file(&[0x2F, 0x01]))?.ok()?; // EF.ATR
    /// assert!(!transaction.transparent_file().read()?.is_empty());
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn transparent_file(&mut self) -> TransparentFile<'_> {
        self.session.transparent_file()
    }

    /// Does what [`Session::set_exchange_options`] does.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// use pcsc_session::{Command, ExchangeOptions};
    ///
    /// let mut transaction = session.transaction()?;
    /// transaction.set_exchange_options(ExchangeOptions::new().get_response(false));
    /// assert!(transaction.execute(&Command::get_challenge(8))?.status().is_success());
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn set_exchange_options(&mut self, options: ExchangeOptions) {
        self.session.set_exchange_options(options);
    }

    /// The session, for what this crate does with it.
    pub(crate) fn session(&mut self) -> &mut Session {
        self.session
    }
}
