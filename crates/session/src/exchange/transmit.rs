//! What goes to the card as it is, and what comes back.

use crate::error::Error;
use crate::exchange::buffers::Buffers;
use crate::exchange::connection::Connection;
use crate::exchange::response::{Marks, Response};
use crate::service::TrackedCard;
use pcsc_iso7816::class::Class;
use pcsc_iso7816::command::{Command, continues_answer, is_sensitive_apdu};
use pcsc_iso7816::status_word::StatusWord;
use zeroize::Zeroize;

/// The longest command: header, extended Lc, 65,535 bytes of data and extended Le (ISO/IEC 7816-3, 12.1).
pub(super) const MAX_COMMAND: usize = 4 + 3 + Command::MAX_NC + 2;

/// The largest data of an answer to one of the session's own commands: that of the largest Ne.
pub(super) const MAX_DATA: usize = Command::MAX_NE;

/// The instruction MANAGE CHANNEL.
pub(super) const MANAGE_CHANNEL: u8 = 0x70;

const FUNCTION: &str = "SCardTransmit";

/// A command on its way to the card.
#[derive(Clone, Copy)]
pub(super) enum Outgoing<'a> {
    /// The caller's bytes, of any number.
    Given(&'a [u8]),
    /// The first bytes of the outgoing buffer, which a command was encoded into.
    Encoded(usize),
}

/// One use of a card: over which connection, with which buffers, on which channel.
#[derive(Debug)]
pub struct Exchange<'a> {
    pub(super) connection: &'a Connection,
    pub(super) buffers: &'a mut Buffers,
    /// The logical channel that the commands go to: 1 to 19, or 0 for the one that their CLA names.
    pub(super) channel: u8,
}

impl<'a> Exchange<'a> {
    #[inline]
    pub(crate) fn new(connection: &'a Connection, buffers: &'a mut Buffers, channel: u8) -> Exchange<'a> {
        Exchange {
            connection,
            buffers,
            channel,
        }
    }

    /// This use, borrowed for one command.
    ///
    /// What is seldom called takes it by value: a reference to it would put it into memory for every command.
    #[inline]
    pub(super) fn reborrow(&mut self) -> Exchange<'_> {
        Exchange::new(self.connection, self.buffers, self.channel)
    }

    /// See [`CardChannel::transmit`](crate::CardChannel::transmit).
    #[inline]
    pub(crate) fn transmit(mut self, command: &[u8]) -> Result<Response<'a>, Error> {
        let len = self.transmit_bytes(command, is_sensitive_apdu(command))?;
        Ok(self.into_response(len))
    }

    /// See [`CardChannel::transmit_sensitive`](crate::CardChannel::transmit_sensitive).
    pub(crate) fn transmit_sensitive(mut self, command: &[u8]) -> Result<Response<'a>, Error> {
        self.check_process()?;
        let len = self.transmit_bytes(command, true)?;
        Ok(self.into_response(len))
    }

    #[inline]
    fn transmit_bytes(&mut self, command: &[u8], is_secret: bool) -> Result<usize, Error> {
        // The longest is 65,544 bytes; that of an empty one wraps around.
        if command.len().wrapping_sub(1) >= MAX_COMMAND {
            return Err(refused(command.len()));
        }
        self.buffers.origin.header = command.first_chunk().copied();
        if self.channel == 0 {
            self.transmit_once(Outgoing::Given(command), 0, usize::MAX - 2, is_secret)
        } else {
            self.reborrow().transmit_on_channel(command, is_secret)
        }
    }

    /// Sends a command with the channel's number in its CLA.
    #[cold]
    fn transmit_on_channel(mut self, command: &[u8], is_secret: bool) -> Result<usize, Error> {
        let [cla, ..] = *command else {
            return Err(refused(0));
        };
        self.check_process()?;
        if command.get(1) == Some(&MANAGE_CHANNEL) {
            return Err(Error::ManageChannel {});
        }
        let cla = Class::new(cla).with_channel(self.channel)?.to_u8();
        let outgoing = &mut self.buffers.outgoing;
        if outgoing.len() < command.len() {
            outgoing.resize(command.len(), 0);
        }
        outgoing[..command.len()].copy_from_slice(command);
        outgoing[0] = cla;
        let result = self.transmit_once(Outgoing::Encoded(command.len()), 0, usize::MAX - 2, is_secret);
        if is_secret {
            self.buffers.outgoing[..command.len()].zeroize();
        }
        result
    }

    /// Refuses to send in a child of `fork`; what sends a plain command does not ask, since that is a system call.
    #[cold]
    pub(super) fn check_process(&self) -> Result<(), Error> {
        self.connection.card.check_process(FUNCTION)
    }

    /// Sends a command, takes its answer into the buffer from `offset` on, and returns the answer's length: at least 2,
    /// and at most `max_data` and 2.
    ///
    /// Inlined where a command is sent first: a call of its own costs 40 instructions.
    #[inline(always)]
    pub(super) fn transmit_once(
        &mut self,
        command: Outgoing<'_>,
        offset: usize,
        max_data: usize,
        is_secret: bool,
    ) -> Result<usize, Error> {
        if self.connection.observer.is_there() {
            let (given, encoded) = match command {
                Outgoing::Given(command) => (Some(command), 0),
                Outgoing::Encoded(len) => (None, len),
            };
            self.reborrow()
                .transmit_observed(given, encoded, offset, max_data, is_secret)
        } else {
            self.transmit_shown::<false>(command, offset, max_data, is_secret)
        }
    }

    /// Does what [`transmit_once`](Exchange::transmit_once) does where somebody listens.
    #[cold]
    fn transmit_observed(
        mut self,
        given: Option<&[u8]>,
        encoded: usize,
        offset: usize,
        max_data: usize,
        is_secret: bool,
    ) -> Result<usize, Error> {
        let command = given.map_or(Outgoing::Encoded(encoded), Outgoing::Given);
        self.transmit_shown::<true>(command, offset, max_data, is_secret)
    }

    #[inline(always)]
    fn transmit_shown<const IS_OBSERVED: bool>(
        &mut self,
        command: Outgoing<'_>,
        offset: usize,
        max_data: usize,
        is_secret: bool,
    ) -> Result<usize, Error> {
        let card = &self.connection.card;
        card.check(FUNCTION)?;
        let buffers = &mut *self.buffers;
        let command = match command {
            Outgoing::Given(command) => command,
            Outgoing::Encoded(len) => &buffers.outgoing[..len],
        };
        // What was gathered before `offset` is part of the same answer.
        let is_secret = is_secret || buffers.secret != 0 && (offset != 0 || continues_secret_answer(command));
        if buffers.secret != 0 && offset == 0 {
            buffers.receive[..buffers.secret].zeroize();
            buffers.secret = 0;
        }
        buffers.origin.marks = if is_secret { Marks::Secret } else { Marks::Plain };
        if IS_OBSERVED {
            self.connection
                .observer
                .command(card.reader(), command, is_secret);
        }
        let answer = &mut buffers.receive[offset..];
        let room = answer.len();
        match card.handle().transmit(command, answer) {
            Ok(len) => {
                if is_secret {
                    buffers.secret = offset + len;
                }
                if IS_OBSERVED {
                    let answer = Ok(&buffers.receive[offset..offset + len]);
                    self.connection
                        .observer
                        .answer(card.reader(), command, answer, is_secret);
                }
                // Fewer than the two bytes of a status word wrap around.
                if len.wrapping_sub(2) <= max_data {
                    Ok(len)
                } else {
                    Err(wrong_length(card, offset, len))
                }
            }
            Err(error) => {
                if is_secret {
                    // It may come after a part of the answer was written: all of it counts.
                    buffers.secret = offset + room;
                }
                if IS_OBSERVED {
                    self.connection
                        .observer
                        .answer(card.reader(), command, Err(&error), is_secret);
                }
                Err(card.failed(FUNCTION, error))
            }
        }
    }

    /// The answer of `len` bytes at the beginning of the buffer.
    #[inline]
    pub(super) fn into_response(self, len: usize) -> Response<'a> {
        let buffers: &'a Buffers = self.buffers;
        buffers.response(len)
    }

    /// The status word of the answer that ends at `len`.
    #[inline]
    pub(super) fn status(&self, len: usize) -> StatusWord {
        self.buffers.response(len).status()
    }

    /// The error of a status word that answered the last command.
    #[cold]
    pub(super) fn refused(&self, status: StatusWord) -> Error {
        Response::new(&[], status, &self.buffers.origin).to_error()
    }

    #[cold]
    pub(super) fn response_too_long(&self, len: usize) -> Error {
        Error::ResponseTooLong {
            len,
            reader: self.connection.card.reader().clone(),
        }
    }

    #[cold]
    pub(super) fn bad_response(&self, problem: &'static str) -> Error {
        Error::BadResponse {
            problem,
            reader: self.connection.card.reader().clone(),
        }
    }
}

#[cold]
fn wrong_length(card: &TrackedCard, offset: usize, len: usize) -> Error {
    let reader = card.reader().clone();
    match len {
        0 | 1 => Error::ShortResponse { len, reader },
        _ => Error::ResponseTooLong {
            len: offset + len - 2,
            reader,
        },
    }
}

/// Whether a command asks for the rest of an answer, which was secret.
#[cold]
fn continues_secret_answer(command: &[u8]) -> bool {
    continues_answer(command)
}

#[cold]
fn refused(len: usize) -> Error {
    if len == 0 {
        Error::EmptyCommand {}
    } else {
        Error::CommandTooLong {
            len,
            max: MAX_COMMAND,
        }
    }
}
