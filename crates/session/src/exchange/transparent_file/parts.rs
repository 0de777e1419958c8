//! What one command reads or updates of a transparent file.

use super::TransparentFile;
use crate::error::Error;
use crate::exchange::connection::Connection;
use crate::exchange::transmit::Exchange;
use pcsc_iso7816::command::{Command, Form, OffsetDataObject};
use pcsc_iso7816::status_word::StatusWord;
use pcsc_iso7816::tlv::ber::DataObjects;
use zeroize::Zeroize;

/// The discretionary data object of the odd instructions, and its constructed form.
const DATA: [u32; 2] = [0x53, 0x73];

/// The most bytes of that data object's tag and length.
const DATA_OVERHEAD: usize = 4;

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
        of: fn(Form) -> usize,
        is_sensitive: bool,
    ) -> Result<Parts<'a>, Error> {
        let connection = exchange.connection;
        connection.long_form(Form::Extended.max_nc())?;
        Ok(Parts {
            exchange,
            most: of(Form::Short).max(of(Form::Extended).min(connection.max_extended())),
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
        max: TransparentFile::MAX_LEN,
        reader: connection.card.reader().clone(),
    }
}

impl Parts<'_> {
    /// Reads up to `ne` bytes at an offset and appends them; returns the status word.
    pub(super) fn read(&mut self, offset: usize, ne: usize, data: &mut Vec<u8>) -> Result<StatusWord, Error> {
        let ne = ne.min(self.most);
        if let Some(Ok(command)) = even(offset).map(|offset| Command::read_binary(offset, ne)) {
            let command = self.marked(command);
            let response = self.exchange.reborrow().execute(&command)?;
            let part = response.data();
            append(data, &part[..part.len().min(ne)], self.is_sensitive);
            return Ok(response.status());
        }
        let object = self.offset_object(offset)?;
        // Not only what is left to read: the data can be taken from a whole data object alone.
        let command = self.marked(Command::read_binary_odd(&object, self.most));
        let response = self.exchange.reborrow().execute(&command)?;
        let status = response.status();
        if response.data().is_empty() {
            return Ok(status);
        }
        let before = data.len();
        let mut found = false;
        for object in DataObjects::new(response.data()) {
            match object {
                Ok(object) if DATA.contains(&object.tag()) => {
                    let value = object.value();
                    let left = ne - (data.len() - before);
                    append(data, &value[..value.len().min(left)], self.is_sensitive);
                    found = true;
                }
                Ok(_) => {}
                Err(_) => found = false,
            }
        }
        if found {
            Ok(status)
        } else {
            Err(self
                .exchange
                .bad_response("READ BINARY with INS B1 is answered by a data object 53"))
        }
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
            self.exchange.reborrow().execute(&command)?.ok()?;
            return Ok(part.len());
        }
        let part = &data[..data.len().min(self.most - ODD_OVERHEAD)];
        object.clear();
        object.extend_from_slice(self.offset_object(offset)?.as_bytes());
        object.push(0x53);
        let len = part.len().to_be_bytes();
        match part.len() {
            0..=0x7F => {}
            0x80..=0xFF => object.push(0x81),
            _ => object.extend_from_slice(&[0x82, len[len.len() - 2]]),
        }
        object.push(len[len.len() - 1]);
        object.extend_from_slice(part);
        let command = self.marked(Command::update_binary_odd(object));
        self.exchange.reborrow().execute(&command)?.ok()?;
        Ok(part.len())
    }

    /// The command on the file's channel, marked where its bytes are secret.
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
