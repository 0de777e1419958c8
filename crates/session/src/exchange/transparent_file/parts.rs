//! What one command reads or updates of a transparent file.

use super::reading::Part;
use crate::error::Error;
use crate::exchange::connection::Connection;
use crate::exchange::transmit::Exchange;
use pcsc_iso7816::command::{Command, Form, OffsetDataObject};
use pcsc_iso7816::status_word::StatusWord;
use pcsc_iso7816::tlv::ber::{DataObjects, Writer};
use zeroize::Zeroize;

/// The most bytes that are read or updated of one file.
pub(super) const MAX_LEN: usize = 0x0100_0000;

/// The discretionary data object of the odd instructions, and its constructed form.
const DATA: [u32; 2] = [0x53, 0x73];

/// The most bytes of that data object's tag and length.
const DATA_OVERHEAD: usize = 4;

/// The first offset that is none of the even instruction's, and the last one that is.
const FIRST_ODD: usize = 0x8000;
const LAST_EVEN: u16 = 0x7FFF;

/// The most bytes before the data of UPDATE BINARY's odd instruction: the offset object 54, and the data object's own.
pub(super) const ODD_OVERHEAD: usize = 6 + DATA_OVERHEAD;

/// The commands for one file: on a logical channel, with at most so many bytes each, and secret or not.
pub(super) struct Parts<'a> {
    pub(super) exchange: Exchange<'a>,
    pub(super) most: usize,
    pub(super) is_sensitive: bool,
}

impl<'a> Parts<'a> {
    /// Asks for the form; how much one command carries, of what `of` counts, is known then.
    pub(super) fn new(
        exchange: Exchange<'a>,
        of: fn((usize, usize)) -> usize,
        is_sensitive: bool,
    ) -> Result<Parts<'a>, Error> {
        let connection = exchange.connection;
        connection.long_form(Form::Extended.max_nc())?;
        Ok(Parts {
            exchange,
            most: of(connection.max_short())
                .max(of(connection.max_extended()))
                .min(connection.options.get().file_part.unwrap_or(usize::MAX))
                .max(1),
            is_sensitive,
        })
    }

    /// The error of the last answer's status word.
    pub(super) fn refused(&self, status: StatusWord) -> Error {
        self.exchange.refused(status)
    }
}

#[cold]
pub(super) fn file_too_long(connection: &Connection) -> Error {
    Error::FileTooLong {
        max: MAX_LEN,
        reader: connection.card.reader().clone(),
    }
}

impl Parts<'_> {
    /// Reads up to `ne` bytes at an offset and appends them, `left` at the most.
    pub(super) fn read(
        &mut self,
        offset: usize,
        ne: usize,
        left: Option<usize>,
        data: &mut Vec<u8>,
    ) -> Result<Part, Error> {
        let room = left.unwrap_or(usize::MAX);
        match even(offset).map(|offset| Command::read_binary(offset, ne)) {
            Some(Ok(command)) => self.read_even(command, room, data),
            _ if offset == FIRST_ODD && left.is_none() => self.read_across(ne, data),
            _ => self.read_odd(offset, ne, room, data),
        }
    }

    /// Reads by the even instruction.
    fn read_even(&mut self, command: Command<'_>, room: usize, data: &mut Vec<u8>) -> Result<Part, Error> {
        let command = self.marked(command);
        let mut is_cut = false;
        let (len, status) = match self.exchange.reborrow().execute(&command) {
            Ok(response) => (response.data().len(), response.status()),
            // The card gives more than one answer may have: the file goes on behind it.
            Err(Error::ResponseTooLong { len, .. }) if len > 0 => {
                is_cut = true;
                (len, StatusWord::SUCCESS)
            }
            Err(error) => return Err(error),
        };
        // The answer is at the beginning of the buffer.
        let buffers = &self.exchange.buffers;
        append(data, &buffers.receive[..len.min(room)], self.is_sensitive);
        let is_whole = is_cut || len == command.ne();
        // Where the card named another Le, what comes is what it names: as much as there is, or as it ever gives.
        let is_by_its_own_le = len < command.ne()
            && matches!(buffers.outgoing[..], [_, ins, _, _, le, ..] if ins == command.ins() && usize::from(le) == len);
        Ok(Part {
            status,
            len,
            is_last: false,
            is_short: !is_whole,
            is_proof: !is_by_its_own_le && command.ne() <= Form::Short.max_ne(),
        })
    }

    /// Reads where the even instruction's offsets end, and nobody knows whether the file does.
    ///
    /// Not every card has the odd instruction: so the last byte is read with the next one. Where the card gives one byte,
    /// or says in 6C01 that there is one, the file ends there.
    fn read_across(&mut self, ne: usize, data: &mut Vec<u8>) -> Result<Part, Error> {
        let command = self.marked(Command::read_binary(LAST_EVEN, 2)?);
        let options = &self.exchange.connection.options;
        let before = options.replace(options.get().correct_le(false));
        let result = self.exchange.reborrow().execute(&command);
        options.set(before);
        let response = result?;
        let status = response.status();
        let part = Part {
            status,
            len: 0,
            is_last: true,
            is_short: false,
            is_proof: false,
        };
        match response.data() {
            [_] => Ok(part),
            [] if status.correct_le() == Some(1) => Ok(part),
            [_, next, ..] => {
                append(data, &[*next], self.is_sensitive);
                Ok(Part {
                    len: 1,
                    is_last: false,
                    ..part
                })
            }
            [] => self.read_odd(FIRST_ODD, ne, usize::MAX, data),
        }
    }

    /// Reads by the odd instruction: the data comes in a data object 53 or 73.
    fn read_odd(&mut self, offset: usize, ne: usize, room: usize, data: &mut Vec<u8>) -> Result<Part, Error> {
        let object = self.offset_object(offset)?;
        // A single byte with its tag and length; else not only what is left to read: the data can be taken from a whole
        // data object alone.
        let is_single = ne == 1 && room > 1 && self.most <= Form::Short.max_ne();
        let le = if is_single { 1 + 2 } else { self.most };
        let command = self.marked(Command::read_binary_odd(&object, le));
        let response = self.exchange.reborrow().execute(&command)?;
        let (status, answer) = (response.status(), response.data());
        let mut len = 0;
        let mut found = answer.is_empty();
        for object in DataObjects::new(answer) {
            match object {
                Ok(object) if DATA.contains(&object.tag()) => {
                    let value = object.value();
                    append(
                        data,
                        &value[..value.len().min(room - len.min(room))],
                        self.is_sensitive,
                    );
                    len += value.len();
                    found = true;
                }
                Ok(_) => {}
                Err(_) => found = false,
            }
        }
        if !found {
            let problem = "READ BINARY with INS B1 is answered by a data object 53";
            return Err(self.exchange.bad_response(problem));
        }
        Ok(Part {
            status,
            len,
            is_last: false,
            is_short: len + DATA_OVERHEAD < le,
            is_proof: le <= Form::Short.max_ne(),
        })
    }

    /// Updates at an offset with as much of `data` as one command carries; returns how much that was. `object` is the
    /// memory for the data of the odd instruction.
    pub(super) fn update(
        &mut self,
        offset: usize,
        data: &[u8],
        object: &mut Vec<u8>,
    ) -> Result<usize, Error> {
        let part = &data[..data.len().min(self.most)];
        if let Some(Ok(command)) = even(offset).map(|offset| Command::update_binary(offset, part)) {
            let command = self.marked(command);
            self.execute_update(&command)?;
            return Ok(part.len());
        }
        let part = &data[..data.len().min(self.most.saturating_sub(ODD_OVERHEAD).max(1))];
        object.clear();
        object.extend_from_slice(self.offset_object(offset)?.as_bytes());
        // A data object takes longer values than a command.
        Writer::appending(object)
            .object(DATA[0], part)
            .map_err(|_| self.too_long())?;
        let command = self.marked(Command::update_binary_odd(object));
        self.execute_update(&command)?;
        Ok(part.len())
    }

    /// 63Cx says that the card wrote after x attempts: ISO/IEC 7816-4:2013, table 6.
    fn execute_update(&mut self, command: &Command<'_>) -> Result<(), Error> {
        let response = self.exchange.reborrow().execute(command)?;
        response.ok_if(|status| status.to_u16() & 0xFFF0 == 0x63C0)?;
        Ok(())
    }

    /// The command, marked where the file's bytes are secret.
    fn marked<'c>(&self, command: Command<'c>) -> Command<'c> {
        if self.is_sensitive {
            command.sensitive()
        } else {
            command
        }
    }

    /// An offset for the odd instructions.
    fn offset_object(&self, offset: usize) -> Result<OffsetDataObject, Error> {
        match u32::try_from(offset) {
            Ok(offset) => Ok(OffsetDataObject::new(offset)),
            Err(_) => Err(self.too_long()),
        }
    }

    #[cold]
    pub(super) fn too_short(&self, len: usize, expected: usize) -> Error {
        Error::FileTooShort {
            len,
            expected,
            reader: self.exchange.connection.card.reader().clone(),
        }
    }

    #[cold]
    pub(super) fn too_long(&self) -> Error {
        file_too_long(self.exchange.connection)
    }
}

/// What the session still holds of a secret file is wiped, however its reading or updating ended.
impl Drop for Parts<'_> {
    fn drop(&mut self) {
        if self.is_sensitive {
            self.exchange.buffers.wipe();
        }
    }
}

/// An offset that the even instructions may be able to say.
fn even(offset: usize) -> Option<u16> {
    u16::try_from(offset).ok()
}

/// Appends what was read; of a secret nothing is left behind where the memory is exchanged for more.
fn append(data: &mut Vec<u8>, part: &[u8], is_sensitive: bool) {
    if is_sensitive && data.capacity() - data.len() < part.len() {
        let mut larger = Vec::with_capacity(2 * (data.len() + part.len()));
        larger.extend_from_slice(data);
        data.as_mut_slice().zeroize();
        *data = larger;
    }
    data.extend_from_slice(part);
}
