//! What takes commands.

use crate::error::Error;
use crate::exchange::connection::Connection;
use crate::exchange::response::Response;
use crate::exchange::transmit::Exchange;
use crate::exchange::transparent_file::TransparentFile;
use crate::ffi::Protocol;
use pcsc_iso7816::command::Command;
use pcsc_iso7816::ef_atr::ExtendedLengthInformation;
use pcsc_iso7816::status_word::StatusWord;
use sealed::Inside;
use std::fmt;

/// What implements [`CardChannel`]: this crate's types alone.
pub(crate) mod sealed {
    use super::{Connection, Exchange};

    /// What nobody outside has, and so cannot call the methods with.
    #[derive(Debug)]
    pub struct Inside;

    pub trait Sealed {
        fn exchange_inside(&mut self, _: Inside) -> Exchange<'_>;
        fn connection_inside(&self, _: Inside) -> &Connection;
    }
}

/// A taker of commands: a [`Session`](crate::Session), a [`Transaction`](crate::Transaction) or a logical
/// [`Channel`](crate::Channel).
///
/// A function that takes `&mut dyn CardChannel` is written once for the three. No other types implement it.
///
/// # Examples
/// ```
/// use pcsc_session::{CardChannel, Command, Error, Session};
/// use pcsc_sim::DemoCard;
///
/// fn challenge(card: &mut dyn CardChannel) -> Result<Vec<u8>, Error> {
///     println!("{}", card.connection().reader_name());
///     Ok(card.execute(&Command::get_challenge(8))?.ok()?.data().to_vec())
/// }
///
/// # let simulator = pcsc_sim::Simulator::new();
/// # simulator.add_reader("Simulated Reader 00 00").insert(DemoCard::new());
/// # let mut session = Session::options().provider(simulator.provider()).open()?;
/// challenge(&mut session)?;
/// challenge(&mut session.transaction()?)?;
/// let (mut one, mut two) = (session.open_channel()?, session.open_channel()?);
/// challenge(&mut one)?;
/// challenge(&mut two)?;
/// # Ok::<(), pcsc_session::Error>(())
/// ```
#[doc(alias = "getBasicChannel")]
pub trait CardChannel: sealed::Sealed + fmt::Debug {
    /// Sends a command as it is, once, and returns the card's answer. Blocks until the card answers.
    ///
    /// On a [`Channel`](crate::Channel) the channel's number goes into CLA, and nothing else changes.
    /// 1 to 65,544 bytes; the answer has up to 65,536 bytes of data, and what a card sends beyond comes as it is, up to
    /// 65,546. Allocates nothing.
    /// Commands whose instruction carries a secret ([`is_sensitive_apdu`](pcsc_iso7816::command::is_sensitive_apdu)) are not logged and their answers are wiped;
    /// so it is with GET RESPONSE, or a DESFire card's INS AF, directly after one of them.
    ///
    /// Wraps `SCardTransmit` ([pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html#ga9a2d77242a271310269065e64633ab99),
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardtransmit)).
    ///
    /// # Errors
    /// On a channel [`Error::Class`] and [`Error::ManageChannel`] as for [`execute`](CardChannel::execute);
    /// [`Error::EmptyCommand`] and [`Error::CommandTooLong`] before anything is sent; [`Error::ShortResponse`]
    /// where no status word came back; [`Error::ReaderGone`], `SCARD_W_RESET_CARD`, `SCARD_W_REMOVED_CARD`,
    /// `SCARD_E_READER_UNAVAILABLE`, `SCARD_E_NO_SERVICE` where the connection is lost.
    /// Where one of the last five is returned, the card may have acted on the command.
    ///
    /// # Platform notes
    /// With pcsc-lite and on Windows this waits while another handle holds a transaction.
    ///
    /// In a child of `fork` the card is the parent's: do not call this there. Other calls are refused with
    /// `SCARD_E_INVALID_HANDLE`; this one and short commands by [`execute`](CardChannel::execute) are not, but on a
    /// [`Channel`](crate::Channel), since asking which process it is takes a system call.
    #[doc(alias = "SCardTransmit")]
    #[inline]
    fn transmit(&mut self, command: &[u8]) -> Result<Response<'_>, Error> {
        self.exchange_inside(Inside).transmit(command)
    }

    /// Does what [`transmit`](CardChannel::transmit) does, puts the answer's data into `data` in place of what it held, and
    /// returns the status word. Allocates only where `data` is too short.
    ///
    /// # Errors
    /// As [`transmit`](CardChannel::transmit); `data` is as it was then.
    fn transmit_into(&mut self, command: &[u8], data: &mut Vec<u8>) -> Result<StatusWord, Error> {
        Ok(self.transmit(command)?.copy_into(data))
    }

    /// Sends a command that carries a secret which its instruction does not show: as
    /// [`transmit`](CardChannel::transmit), but neither its data nor its answer's is logged, and the answer is wiped.
    ///
    /// # Errors
    /// As [`transmit`](CardChannel::transmit).
    fn transmit_sensitive(&mut self, command: &[u8]) -> Result<Response<'_>, Error> {
        self.exchange_inside(Inside).transmit_sensitive(command)
    }

    /// Sends a command and returns the very tuple that the Python library's `sendCommandAPDU` documents:
    /// data, SW1, SW2; data of more than two bytes has SW1 and SW2 appended to it.
    ///
    /// # Errors
    /// As [`transmit`](CardChannel::transmit).
    #[doc(alias = "sendCommandAPDU")]
    fn send_command_apdu(&mut self, command: &[u8]) -> Result<(Vec<u8>, u8, u8), Error> {
        let response = self.transmit(command)?;
        let [sw1, sw2] = response.status().to_u16().to_be_bytes();
        let mut data = Vec::with_capacity(response.data().len() + 2);
        data.extend_from_slice(response.data());
        if data.len() > 2 {
            data.extend_from_slice(&[sw1, sw2]);
        }
        Ok((data, sw1, sw2))
    }

    /// Sends a command and gathers its whole answer, by the rules of ISO/IEC 7816-3 and -4.
    ///
    /// - 61xx is followed by GET RESPONSE until all is there, or as many bytes as the command's Ne says, where it does
    ///   not ask for all: the last status word is 61xx then. Up to 65,536 bytes, in rounds of any length, of which at most
    ///   4,096 may bring fewer than 16 bytes, and 256 none: a card must not hold a program for ever.
    /// - 6Cxx, which says that the command was not executed, is followed by the same command with the right Le, once; the
    ///   card takes no other, also where that is more than Ne.
    /// - A command of more than 255 data bytes, or that expects more than 256, goes out with extended length or in a
    ///   chain, as the card capabilities in the answer to reset and the reader say; the service is asked for that the
    ///   first time. Where only Ne is too large, as much is asked for as can be, and 61xx brings the rest.
    /// - On T=0 the Le of a command with data is left out.
    ///
    /// [`ExchangeOptions`](crate::ExchangeOptions) switches each rule. Nothing that the card may have executed is sent again. Allocates nothing
    /// after the first long command. Blocks until the card has answered.
    ///
    /// On a [`Channel`](crate::Channel) its number goes into CLA.
    ///
    /// # Errors
    /// As [`transmit`](CardChannel::transmit), and: [`Error::Encode`] and [`Error::Class`] before anything is sent;
    /// [`Error::FormUnknown`] where the command does not fit the short form and nothing says what the card takes;
    /// [`Error::FormRefused`] where the card answers 6700 or 6884 to the form that its answer to reset names;
    /// [`Error::BadResponse`] where it answers 61xx before the last part of a chain, which goes no further then, and where
    /// GET RESPONSE brings too little too often;
    /// [`Error::ResponseTooLong`]; on a channel [`Error::ManageChannel`] for MANAGE CHANNEL, which would take it away.
    /// Any other status word is the response's own: see [`Response::ok`].
    #[inline]
    fn execute(&mut self, command: &Command<'_>) -> Result<Response<'_>, Error> {
        self.exchange_inside(Inside).execute(command)
    }

    /// Does what [`execute`](CardChannel::execute) does, puts the answer's data into `data` in place of what it held, and
    /// returns the status word. Allocates only where `data` is too short.
    ///
    /// # Errors
    /// As [`execute`](CardChannel::execute); `data` is as it was then.
    fn execute_into(&mut self, command: &Command<'_>, data: &mut Vec<u8>) -> Result<StatusWord, Error> {
        Ok(self.execute(command)?.copy_into(data))
    }

    /// Starts to read or update the transparent file that is selected now.
    #[doc(alias = "READ BINARY")]
    #[doc(alias = "UPDATE BINARY")]
    fn transparent_file(&mut self) -> TransparentFile<'_> {
        TransparentFile::new(self.exchange_inside(Inside))
    }

    /// Reads in EF.ATR/INFO how long a command and its answer may be, and keeps to it from now on; nothing where the card
    /// does not say. Until then, and where this is not called, only the answer to reset, the reader and
    /// [`ExchangeOptions`](crate::ExchangeOptions) are asked.
    ///
    /// Selects EF.ATR/INFO (2F01) in the current DF, else in the MF: select your application afterwards. With P1-P2 000C, and
    /// where the card refuses that in itself, 020C and 0000: 1 to 8 SELECT commands before the file is read. Not by a short EF
    /// identifier, since the standard gives the file none. DO 7F66 is in ISO/IEC 7816-4:2013, 12.7.1.
    ///
    /// # Errors
    /// As [`execute`](CardChannel::execute); [`Error::BadResponse`] where the file's data objects are none.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # simulator.add_reader("Simulated Reader 00 00").insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// use pcsc_session::CardChannel;
    ///
    /// if let Some(lengths) = session.read_extended_length_information()? {
    ///     println!("{} bytes to the card, {} from it", lengths.max_nc(), lengths.max_ne());
    /// }
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    fn read_extended_length_information(&mut self) -> Result<Option<ExtendedLengthInformation>, Error> {
        self.exchange_inside(Inside).read_extended_length_information()
    }

    /// Returns the connection that the commands go over: what is asked of the service and of the reader.
    fn connection(&self) -> &Connection {
        self.connection_inside(Inside)
    }

    /// Returns the active protocol.
    fn protocol(&self) -> Protocol {
        self.connection().protocol()
    }
}

/// So that a function may take `&mut impl CardChannel` or a reference to a reference.
impl<C: CardChannel + ?Sized> CardChannel for &mut C {}

impl<C: sealed::Sealed + ?Sized> sealed::Sealed for &mut C {
    fn exchange_inside(&mut self, inside: Inside) -> Exchange<'_> {
        (**self).exchange_inside(inside)
    }

    fn connection_inside(&self, inside: Inside) -> &Connection {
        (**self).connection_inside(inside)
    }
}
