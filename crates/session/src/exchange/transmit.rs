//! What a session sends to the card as it is, and what comes back.

use crate::exchange::apdu_log;
use crate::exchange::execute::MAX_DATA;
use crate::ffi::calls as raw;
use crate::{Error, Response, Session, StatusWord};
use pcsc_iso7816::command::is_sensitive_apdu;
use zeroize::Zeroize;

/// The longest command: header, extended Lc, 65,535 bytes of data and extended Le (ISO/IEC 7816-3, 12.1).
pub(crate) const MAX_COMMAND: usize = 4 + 3 + 65_535 + 2;

/// The instruction GET RESPONSE.
const GET_RESPONSE: u8 = 0xC0;

/// A command on its way to the card.
#[derive(Clone, Copy)]
pub(crate) enum Outgoing<'a> {
    /// The caller's bytes, of any number.
    Given(&'a [u8]),
    /// The first bytes of the session's own buffer, which a command was encoded into.
    Encoded(usize),
}

impl Session {
    /// Sends a command as it is, once, and returns the card's answer. Blocks until the card answers.
    ///
    /// 1 to 65,544 bytes; the answer has up to 65,536 bytes of data, and what a card sends beyond comes as it is, up to
    /// 65,546. Allocates nothing.
    /// Commands whose instruction carries a secret ([`is_sensitive_apdu`]) are not logged and their answers are wiped;
    /// so it is with GET RESPONSE after one that was answered 61xx.
    ///
    /// Wraps `SCardTransmit` ([pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html#ga9a2d77242a271310269065e64633ab99),
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardtransmit)).
    ///
    /// # Errors
    /// [`Error::EmptyCommand`] and [`Error::CommandTooLong`] before anything is sent; [`Error::ShortResponse`]
    /// where no status word came back; [`Error::ReaderGone`], `SCARD_W_RESET_CARD`, `SCARD_W_REMOVED_CARD`,
    /// `SCARD_E_READER_UNAVAILABLE`, `SCARD_E_NO_SERVICE` where the connection is lost.
    /// After an error other than the first two the card may have acted on the command.
    ///
    /// # Platform notes
    /// With pcsc-lite and on Windows this waits while another handle holds a transaction.
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
        let len = self.exchange(Outgoing::Given(command), 0, is_sensitive_apdu(command))?;
        Ok(self.response(len))
    }

    /// Sends a command that carries a secret which its instruction does not show: as
    /// [`transmit`](Session::transmit), but neither its data nor its answer's is logged, and the answer is wiped.
    ///
    /// # Errors
    /// As [`transmit`](Session::transmit).
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
        let len = self.exchange(Outgoing::Given(command), 0, true)?;
        Ok(self.response(len))
    }

    /// Sends a command, takes its answer into the buffer from `offset` on, and returns the answer's length: at least 2,
    /// and for the session's own commands no more than an answer has.
    ///
    /// Inlined where a command is sent first: a call of its own costs 40 instructions.
    #[inline(always)]
    pub(crate) fn exchange(
        &mut self,
        command: Outgoing<'_>,
        offset: usize,
        secret: bool,
    ) -> Result<usize, Error> {
        if let Outgoing::Given(command) = command {
            if command.len().wrapping_sub(1) >= MAX_COMMAND {
                return Err(refused(command.len()));
            }
        }
        let most = match command {
            Outgoing::Given(_) => usize::MAX - 2,
            Outgoing::Encoded(_) => MAX_DATA.saturating_sub(offset),
        };
        self.check("SCardTransmit")?;
        // What was gathered before `offset` is part of the same answer.
        let secret = secret || self.secret != 0 && (offset != 0 || self.goes_on(self.bytes(command)));
        if self.secret != 0 && offset == 0 {
            self.wipe();
        }
        // Not by `bytes`: the buffer for the answer is borrowed beside it.
        let command = match command {
            Outgoing::Given(command) => command,
            Outgoing::Encoded(len) => &self.outgoing[..len],
        };
        if apdu_log::enabled() {
            apdu_log::command(&self.reader, command, secret);
        }
        let answer = &mut self.buffer[offset..];
        let result = raw::transmit(
            self.context.provider().functions(),
            self.card,
            &self.pci,
            command,
            answer,
        );
        if secret {
            // An error may come after a part of the answer was written: all of it counts.
            self.secret = offset + *result.as_ref().unwrap_or(&answer.len());
        }
        if apdu_log::enabled() {
            apdu_log::answer(
                &self.reader,
                &result.map(|len| &self.buffer[offset..offset + len]),
                secret,
            );
        }
        match result {
            // Fewer than the two bytes of a status word wrap around.
            Ok(len) if len.wrapping_sub(2) <= most => Ok(len),
            Ok(len) => Err(self.wrong_length(offset, len)),
            Err(code) => Err(self.failed("SCardTransmit", code)),
        }
    }

    /// The bytes of a command on its way.
    fn bytes<'b>(&'b self, command: Outgoing<'b>) -> &'b [u8] {
        match command {
            Outgoing::Given(command) => command,
            Outgoing::Encoded(len) => &self.outgoing[..len],
        }
    }

    /// The answer whose status word ends at `len`.
    #[inline]
    pub(crate) fn response(&self, len: usize) -> Response<'_> {
        match &self.buffer[..len] {
            [data @ .., sw1, sw2] => Response::new(data, StatusWord::new(*sw1, *sw2)),
            // No exchange returns fewer than two bytes.
            _ => Response::new(&[], StatusWord::from_u16(0)),
        }
    }

    #[cold]
    fn wrong_length(&self, offset: usize, len: usize) -> Error {
        let reader = self.reader.clone();
        match len {
            0 | 1 => Error::ShortResponse { len, reader },
            _ => Error::ResponseTooLong {
                len: offset + len - 2,
                reader,
            },
        }
    }

    /// Sends a command and returns the very tuple that the Python library's `sendCommandAPDU` documents:
    /// data, SW1, SW2; data of more than two bytes has SW1 and SW2 appended to it.
    ///
    /// # Errors
    /// As [`transmit`](Session::transmit).
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
        let response = self.transmit(command)?;
        let (sw1, sw2) = (response.status().sw1(), response.status().sw2());
        let mut data = Vec::with_capacity(response.data().len() + 2);
        data.extend_from_slice(response.data());
        if data.len() > 2 {
            data.extend_from_slice(&[sw1, sw2]);
        }
        Ok((data, sw1, sw2))
    }

    /// Whether a command fetches the rest of the last answer, which was a secret one's: GET RESPONSE after 61xx or
    /// 9Fxx, or again after 6Cxx.
    #[cold]
    fn goes_on(&self, command: &[u8]) -> bool {
        let last = &self.buffer[..self.secret];
        command.get(1) == Some(&GET_RESPONSE) && matches!(last, [.., 0x61 | 0x6C | 0x9F, _])
    }

    /// Overwrites what a secret command was answered with.
    pub(crate) fn wipe(&mut self) {
        self.buffer[..self.secret].zeroize();
        self.secret = 0;
    }
}

/// The error of a command that is not sent.
#[cold]
fn refused(len: usize) -> Error {
    if len == 0 {
        Error::EmptyCommand
    } else {
        Error::CommandTooLong {
            len,
            max: MAX_COMMAND,
        }
    }
}
