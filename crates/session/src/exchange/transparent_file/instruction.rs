//! By which instruction a file is read and updated at an offset: by the even ones, and behind their offsets by the odd ones,
//! or as far as the even ones still reach.

use super::offset::{FIRST_ODD, LAST_EVEN, even};
use super::parts::{ODD_OVERHEAD, Parts};
use super::reading::{Part, is_of_place_or_length};
use crate::error::Error;
use pcsc_iso7816::command::Command;
use pcsc_iso7816::status_word::StatusWord;
use pcsc_iso7816::tlv::ber::Writer;

/// The tag of the data object with the file's bytes.
const DATA: u32 = 0x53;

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
        match even(offset) {
            Some(offset) => self.read_even(offset, 0, ne, room, data),
            None if offset == FIRST_ODD && left.is_none() => self.read_on(ne, data),
            None => self.read_beyond(offset, ne, room, data),
        }
    }

    /// Reads where the even instruction's offsets end, and nobody knows whether the file does.
    ///
    /// Not every card has the odd instruction: so the last byte is read with the next one. Where the card gives one byte,
    /// or says in 6C01 that there is one, the file ends there; so it does where it refuses two, of which it gave one before,
    /// and has no instruction for the other.
    fn read_on(&mut self, ne: usize, data: &mut Vec<u8>) -> Result<Part, Error> {
        let options = &self.exchange.connection.options;
        let before = options.replace(options.get().correct_le(false));
        let result = self.read_even(LAST_EVEN, 1, 1, usize::MAX, data);
        self.exchange.connection.options.set(before);
        let part = result?;
        if part.is_last || part.len > 0 {
            return Ok(part);
        }
        let end = Part {
            is_last: true,
            ..part
        };
        if part.status.correct_le() == Some(1) {
            return Ok(end);
        }
        let refused = self.refused(part.status);
        match self.read_odd(FIRST_ODD, ne, usize::MAX, data)? {
            Part { len: 0, status, .. } if is_without(status) => match part.status {
                StatusWord::SUCCESS | StatusWord::END_OF_FILE => Ok(end),
                status if is_of_place_or_length(status) => Ok(end),
                _ => Err(refused),
            },
            part => Ok(part),
        }
    }

    /// Reads by the odd instruction, or where the card has none, by the even one from its last offset on.
    fn read_beyond(
        &mut self,
        offset: usize,
        ne: usize,
        room: usize,
        data: &mut Vec<u8>,
    ) -> Result<Part, Error> {
        if self.without_odd.is_none() {
            let part = self.read_odd(offset, ne, room, data)?;
            if part.len > 0 || !is_without(part.status) {
                return Ok(part);
            }
            self.without_odd = Some(self.refused(part.status));
        }
        let skip = offset - usize::from(LAST_EVEN);
        match &self.without_odd {
            // That is as far as it reaches.
            Some(error) if skip >= self.most => Err(error.clone()),
            Some(error) => {
                let error = error.clone();
                let ne = ne.min(self.most - skip);
                let part = self.read_even(LAST_EVEN, skip, ne, room, data)?;
                // That a byte is refused behind more than the card has ever given at once is perhaps a limit of its own. As
                // many, that end where the file is known to go on to, tell.
                if part.len == 0 && !part.is_last && ne == 1 && skip >= self.largest {
                    self.read_even(LAST_EVEN - 1, skip + 1, 0, 0, data)?;
                    if skip >= self.largest {
                        return Err(error);
                    }
                }
                Ok(part)
            }
            None => self.read_even(LAST_EVEN, skip, ne.min(self.most - skip), room, data),
        }
    }

    /// Updates from an offset on, of a file that is to be `data`, with as much as one command carries; returns how much that
    /// was. `object` is the memory for the data of the odd instruction.
    pub(super) fn update(
        &mut self,
        offset: usize,
        data: &[u8],
        object: &mut Vec<u8>,
    ) -> Result<usize, Error> {
        if let Some(even) = even(offset) {
            // To where the even instruction's offsets end: cards reckon in their 15 bits.
            let end = data.len().min(offset + self.most).min(FIRST_ODD);
            let part = &data[offset.min(end)..end];
            let command = self.marked(Command::update_binary(even, part)?);
            self.execute_update(&command)?;
            return Ok(part.len());
        }
        self.update_beyond(offset, data, object)
    }

    /// Updates from `offset` on, of a file that is to be `data`, with as much as one command carries, by the odd instruction;
    /// where the card has none, by the even one from its last offset on. Returns how much that was.
    fn update_beyond(&mut self, offset: usize, data: &[u8], object: &mut Vec<u8>) -> Result<usize, Error> {
        let new = data.get(offset..).unwrap_or(&[]);
        if self.without_odd.is_none() {
            let part = &new[..new.len().min(self.most.saturating_sub(ODD_OVERHEAD).max(1))];
            object.clear();
            object.extend_from_slice(self.offset_object(offset)?.as_bytes());
            // A data object takes longer values than a command.
            Writer::appending(object)
                .object(DATA, part)
                .map_err(|_| self.too_long())?;
            let command = self.marked(Command::update_binary_odd(object));
            match self.execute_update(&command) {
                Ok(()) => return Ok(part.len()),
                Err(error) if error.status().is_some_and(is_without) => self.without_odd = Some(error),
                Err(error) => return Err(error),
            }
        }
        let skip = offset - usize::from(LAST_EVEN);
        match &self.without_odd {
            Some(error) if skip >= self.most => Err(error.clone()),
            _ => {
                let some = new.len().min(self.most - skip);
                let part = &data[usize::from(LAST_EVEN)..offset + some];
                let command = self.marked(Command::update_binary(LAST_EVEN, part)?);
                self.execute_update(&command)?;
                Ok(some)
            }
        }
    }
}

/// Whether a card says that it does not have an instruction.
fn is_without(status: StatusWord) -> bool {
    matches!(
        status,
        StatusWord::INSTRUCTION_NOT_SUPPORTED
            | StatusWord::CLASS_NOT_SUPPORTED
            | StatusWord::FUNCTION_NOT_SUPPORTED
    )
}
