//! READ RECORD and UPDATE RECORD of a linear file with records of one length.

use super::card::DemoCard;
use super::files::Contents;
use super::request::Request;
use pcsc_iso7816::status_word::StatusWord;

/// Which records P1 and P2 mean.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Range {
    One,
    ToTheLast,
    FromTheLast,
}

/// A record, or some from it on, and where that leaves the record pointer.
struct Found {
    place: usize,
    /// From 1.
    number: usize,
    range: Range,
    moves_pointer: bool,
}

impl DemoCard {
    /// READ RECORD. ISO/IEC 7816-4:2013, 11.3.3.
    pub(super) fn read_record(
        &mut self,
        request: &Request<'_>,
        response: &mut Vec<u8>,
    ) -> Result<StatusWord, StatusWord> {
        request.no_data()?;
        request.le()?;
        let found = self.find_record(request)?;
        let ef = self.files.get(found.place);
        ef.may_be_read(self.pin.is_verified())?;
        let Contents::Records(records) = &ef.contents else {
            return Err(StatusWord::INCOMPATIBLE_WITH_FILE_STRUCTURE);
        };
        let from_record = records
            .get(found.number - 1..)
            .ok_or(StatusWord::RECORD_NOT_FOUND)?;
        self.scratch.clear();
        match found.range {
            Range::One => self.scratch.extend(from_record.iter().take(1).flatten()),
            Range::ToTheLast => self.scratch.extend(from_record.iter().flatten()),
            Range::FromTheLast => self.scratch.extend(from_record.iter().rev().flatten()),
        }
        let status = self.rounds.answer(
            &self.options,
            request,
            &self.scratch,
            StatusWord::END_OF_FILE,
            response,
        );
        // The command comes again after 6Cxx.
        if found.moves_pointer && status.correct_le().is_none() {
            self.selection_mut(request).record = found.number;
        }
        Ok(status)
    }

    /// UPDATE RECORD. ISO/IEC 7816-4:2013, 11.3.5.
    pub(super) fn update_record(&mut self, request: &Request<'_>) -> Result<StatusWord, StatusWord> {
        let data = request.data()?;
        let found = self.find_record(request)?;
        if found.range != Range::One {
            return Err(StatusWord::INCORRECT_P1_P2);
        }
        let ef = self.files.get_mut(found.place);
        ef.may_be_updated(self.pin.is_verified())?;
        let Contents::Records(records) = &mut ef.contents else {
            return Err(StatusWord::INCOMPATIBLE_WITH_FILE_STRUCTURE);
        };
        let record = records
            .get_mut(found.number - 1)
            .ok_or(StatusWord::RECORD_NOT_FOUND)?;
        if data.len() != record.len() {
            return Err(StatusWord::WRONG_LENGTH);
        }
        record.copy_from_slice(data);
        if found.moves_pointer {
            self.selection_mut(request).record = found.number;
        }
        Ok(StatusWord::SUCCESS)
    }

    /// P1 has a record number, or 00 for the current record; P2 the file and how to count. ISO/IEC 7816-4:2013, table 84.
    fn find_record(&mut self, request: &Request<'_>) -> Result<Found, StatusWord> {
        let place = match request.p2 >> 3 {
            0 => self.current_ef(request)?,
            31 => return Err(StatusWord::INCORRECT_P1_P2),
            short_id => self.enter_by_short_id(request, short_id)?,
        };
        let Contents::Records(records) = &self.files.get(place).contents else {
            return Err(StatusWord::INCOMPATIBLE_WITH_FILE_STRUCTURE);
        };
        let current = self.selection(request).record;
        let (range, moves_pointer, number) = match (request.p2 & 0x07, request.p1) {
            // P1 is a record identifier, which these records do not have.
            (0..=3, 1..) => return Err(StatusWord::RECORD_NOT_FOUND),
            (0, 0) => (Range::One, true, 1),
            (1, 0) => (Range::One, true, records.len()),
            (2, 0) => (Range::One, true, current + 1),
            (3, 0) if current == 0 => (Range::One, true, records.len()),
            (3, 0) => (Range::One, true, current - 1),
            (7, _) => return Err(StatusWord::INCORRECT_P1_P2),
            (how, p1) => {
                let range = match how {
                    4 => Range::One,
                    5 => Range::ToTheLast,
                    _ => Range::FromTheLast,
                };
                let number = if p1 == 0 { current } else { usize::from(p1) };
                (range, false, number)
            }
        };
        if number == 0 || number > records.len() {
            return Err(StatusWord::RECORD_NOT_FOUND);
        }
        Ok(Found {
            place,
            number,
            range,
            moves_pointer,
        })
    }
}
