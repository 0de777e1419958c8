//! What one command reads or updates of a transparent file.

use super::reading::Part;
use crate::error::Error;
use crate::exchange::buffers::Course;
use crate::exchange::connection::Connection;
use crate::exchange::transmit::Exchange;
use pcsc_iso7816::command::{Command, Form, OffsetDataObject};
use pcsc_iso7816::status_word::StatusWord;
use pcsc_iso7816::tlv::ber::DataObjects;
use zeroize::Zeroize;

/// The most bytes that are read or updated of one file.
pub(super) const MAX_LEN: usize = 0x0100_0000;

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
    /// That the card does not have the odd instruction, once it has said so.
    pub(super) without_odd: Option<Error>,
    /// The most bytes that the card has given at once.
    pub(super) largest: usize,
    /// That the card refused extended length with 6700: it may have been the Le.
    form_refused: Option<Error>,
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
            without_odd: None,
            largest: 0,
            form_refused: None,
        })
    }

    /// The error of the last answer's status word.
    pub(super) fn refused(&self, status: StatusWord) -> Error {
        match &self.form_refused {
            Some(error) if status == StatusWord::WRONG_LENGTH => error.clone(),
            _ => self.exchange.refused(status),
        }
    }

    /// Executes a command to read; returns how many bytes came, and the status word.
    ///
    /// `true` where the card gives more than one answer may have: the file goes on behind it.
    fn execute_read(&mut self, command: &Command<'_>) -> Result<(usize, StatusWord, bool), Error> {
        let connection = self.exchange.connection;
        self.exchange.buffers.course = Course::default();
        match self.exchange.reborrow().execute(command) {
            Ok(response) => {
                let status = match response.status() {
                    status if connection.is_done(status) => StatusWord::SUCCESS,
                    status => status,
                };
                Ok((response.data().len(), status, false))
            }
            Err(Error::ResponseTooLong { len, .. }) if len > 0 => Ok((len, StatusWord::SUCCESS, true)),
            // In a file less may be asked for.
            Err(error @ Error::FormRefused { status, .. }) if status == StatusWord::WRONG_LENGTH => {
                self.form_refused = Some(error);
                Ok((0, status, false))
            }
            Err(error) => Err(error),
        }
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
    /// Reads by the even instruction, `ne` bytes behind the first `skip` that come.
    pub(super) fn read_even(
        &mut self,
        offset: u16,
        skip: usize,
        ne: usize,
        room: usize,
        data: &mut Vec<u8>,
    ) -> Result<Part, Error> {
        let command = self.marked(Command::read_binary(offset, skip + ne)?);
        let (came, status, is_cut) = self.execute_read(&command)?;
        // The answer is at the beginning of the buffer.
        let buffers = &self.exchange.buffers;
        let new = buffers.receive[..came].get(skip..).unwrap_or(&[]);
        append(data, &new[..new.len().min(room)], self.is_sensitive);
        let len = new.len();
        self.largest = self.largest.max(came.min(command.ne()));
        // More in one piece is of a card that does not look at Le.
        let is_whole = is_cut || came == command.ne() || came > command.ne() && !buffers.course.has_rounds;
        let is_proof = !self.is_by_its_own_le(came) && command.ne() <= Form::Short.max_ne();
        let is_success = matches!(status, StatusWord::SUCCESS | StatusWord::END_OF_FILE);
        Ok(Part {
            status,
            len,
            is_last: is_success && is_proof && skip > 0 && came == skip,
            is_short: !is_whole,
            is_proof,
        })
    }

    /// Tells whether so many bytes came because the card named this Le: as much as there is, or as it ever gives.
    fn is_by_its_own_le(&self, came: usize) -> bool {
        let course = self.exchange.buffers.course;
        course.own_le == Some(came) && !course.has_rounds
    }

    /// Reads by the odd instruction: the data comes in a data object 53 or 73.
    pub(super) fn read_odd(
        &mut self,
        offset: usize,
        ne: usize,
        room: usize,
        data: &mut Vec<u8>,
    ) -> Result<Part, Error> {
        let object = self.offset_object(offset)?;
        // A data object is whole or none. So all that there is is asked for, whatever is left to read, but where the card has
        // refused so much. On T=0, where a command with data goes without Le, the card is not told: it gives what it likes.
        let all = Form::Short.max_ne();
        let is_told = self
            .exchange
            .in_form(&Command::read_binary_odd(&object, all), Form::Short)
            .ne()
            > 0;
        let le = match ne < self.most.min(room) {
            _ if !is_told && self.most <= all => all,
            true => self.most.min(ne + object_overhead(ne)),
            false => self.most,
        };
        let command = self.marked(Command::read_binary_odd(&object, le));
        let (came, status, is_cut) = self.execute_read(&command)?;
        if is_cut {
            return Err(self.exchange.response_too_long(came));
        }
        let answer = &self.exchange.buffers.receive[..came];
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
            let problem = "READ BINARY with INS B1 is answered by a data object 53 or 73";
            return Err(self.exchange.bad_response(problem));
        }
        Ok(Part {
            status,
            len,
            is_last: false,
            is_short: len + DATA_OVERHEAD < le,
            is_proof: is_told && !self.is_by_its_own_le(came) && le <= all,
        })
    }

    /// 63Cx says that the card wrote after x attempts: ISO/IEC 7816-4:2013, table 6.
    pub(super) fn execute_update(&mut self, command: &Command<'_>) -> Result<(), Error> {
        let connection = self.exchange.connection;
        let response = self.exchange.reborrow().execute(command)?;
        response.ok_if(|status| status.to_u16() & 0xFFF0 == 0x63C0 || connection.is_done(status))?;
        Ok(())
    }

    /// The command, marked where the file's bytes are secret.
    pub(super) fn marked<'c>(&self, command: Command<'c>) -> Command<'c> {
        if self.is_sensitive {
            command.sensitive()
        } else {
            command
        }
    }

    /// An offset for the odd instructions.
    pub(super) fn offset_object(&self, offset: usize) -> Result<OffsetDataObject, Error> {
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
    pub(super) fn too_few(&self) -> Error {
        self.exchange
            .bad_response("more than 4,096 commands for a file brought fewer than 16 bytes each")
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

/// How many bytes tag and length of a data object take, of this many bytes.
fn object_overhead(len: usize) -> usize {
    match len {
        0..=0x7F => 2,
        0x80..=0xFF => 3,
        _ => DATA_OVERHEAD,
    }
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
