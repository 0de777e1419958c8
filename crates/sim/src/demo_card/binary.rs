//! READ BINARY and UPDATE BINARY, with even and with odd instruction bytes.

use super::card::DemoCard;
use super::files::Contents;
use super::request::Request;
use pcsc_iso7816::status_word::StatusWord;
use pcsc_iso7816::tlv::ber::{DataObject, DataObjects, Writer, longest_value};

/// Tags of commands with an odd instruction byte. ISO/IEC 7816-4:2013, 11.2.2.
const OFFSET: u32 = 0x54;
const DISCRETIONARY: u32 = 0x53;
const DISCRETIONARY_TEMPLATE: u32 = 0x73;

/// Ne of an odd READ BINARY that has no Le, as on T=0: what one GET RESPONSE can carry.
const DEFAULT_NE: usize = 256;

impl DemoCard {
    /// READ BINARY with INS B0. ISO/IEC 7816-4:2013, 11.2.3.
    pub(super) fn read_binary(
        &mut self,
        request: &Request<'_>,
        response: &mut Vec<u8>,
    ) -> Result<StatusWord, StatusWord> {
        request.no_data()?;
        let le = request.le()?;
        let (place, offset) = self.by_even_parameters(request)?;
        self.files.get(place).may_be_read(self.pin.is_verified())?;
        let Contents::Transparent(contents) = &self.files.get(place).contents else {
            return Err(StatusWord::INCOMPATIBLE_WITH_FILE_STRUCTURE);
        };
        let left = from_offset(contents, offset)?;
        let data = &left[..left.len().min(le.ne)];
        Ok(self
            .rounds
            .answer(&self.options, request, data, StatusWord::END_OF_FILE, response))
    }

    /// READ BINARY with INS B1: an offset data object in, a discretionary data object out.
    ///
    /// ISO/IEC 7816-4:2013, 11.2.3. The answer with its tag and length is never longer than Ne.
    pub(super) fn read_binary_odd(
        &mut self,
        request: &Request<'_>,
        response: &mut Vec<u8>,
    ) -> Result<StatusWord, StatusWord> {
        let data = request.data()?;
        let mut objects = DataObjects::new(data);
        let offset = offset(&mut objects)?;
        // Not even filler.
        if objects.position() < data.len() {
            return Err(StatusWord::INCORRECT_DATA);
        }
        let ne = request.le.map_or(DEFAULT_NE, |le| le.ne);
        let place = self.by_odd_parameters(request)?;
        self.files.get(place).may_be_read(self.pin.is_verified())?;
        let room = longest_value(DISCRETIONARY, ne).filter(|&room| room > 0);
        let room = room.ok_or(StatusWord::WRONG_LENGTH)?;
        let Self {
            files,
            scratch,
            rounds,
            options,
            ..
        } = self;
        let Contents::Transparent(contents) = &files.get(place).contents else {
            return Err(StatusWord::INCOMPATIBLE_WITH_FILE_STRUCTURE);
        };
        let left = from_offset(contents, offset)?;
        let end = if left.len() < room {
            StatusWord::END_OF_FILE
        } else {
            StatusWord::SUCCESS
        };
        scratch.clear();
        Writer::appending(scratch)
            .object(DISCRETIONARY, &left[..left.len().min(room)])
            .map_err(|_| StatusWord::NO_PRECISE_DIAGNOSIS)?;
        Ok(rounds.answer(options, request, scratch, end, response))
    }

    /// UPDATE BINARY with INS D6. ISO/IEC 7816-4:2013, 11.2.5.
    pub(super) fn update_binary(&mut self, request: &Request<'_>) -> Result<StatusWord, StatusWord> {
        let data = request.data()?;
        let (place, offset) = self.by_even_parameters(request)?;
        self.update(place, offset, data)
    }

    /// UPDATE BINARY with INS D7. ISO/IEC 7816-4:2013, 11.2.5.
    pub(super) fn update_binary_odd(&mut self, request: &Request<'_>) -> Result<StatusWord, StatusWord> {
        let data = request.data()?;
        let mut objects = DataObjects::new(data);
        let offset = offset(&mut objects)?;
        let object = next(&mut objects)?;
        let is_data = [DISCRETIONARY, DISCRETIONARY_TEMPLATE].contains(&object.tag());
        if !is_data || objects.position() < data.len() {
            return Err(StatusWord::INCORRECT_DATA);
        }
        let place = self.by_odd_parameters(request)?;
        self.update(place, offset, object.value())
    }

    fn update(&mut self, place: usize, offset: usize, data: &[u8]) -> Result<StatusWord, StatusWord> {
        let ef = self.files.get_mut(place);
        ef.may_be_updated(self.pin.is_verified())?;
        let Contents::Transparent(contents) = &mut ef.contents else {
            return Err(StatusWord::INCOMPATIBLE_WITH_FILE_STRUCTURE);
        };
        let left = contents.get_mut(offset..).ok_or(StatusWord::WRONG_P1_P2)?;
        left.get_mut(..data.len())
            .ok_or(StatusWord::NOT_ENOUGH_MEMORY)?
            .copy_from_slice(data);
        Ok(StatusWord::SUCCESS)
    }

    /// The file and the offset: P1-P2 has an offset of 15 bits, or P1 a short identifier and P2 an offset of eight.
    fn by_even_parameters(&mut self, request: &Request<'_>) -> Result<(usize, usize), StatusWord> {
        if request.p1 & 0x80 == 0 {
            return Ok((self.current_ef(request)?, usize::from(request.p1_p2())));
        }
        match request.p1 & 0x7F {
            short_id @ 1..=30 => Ok((
                self.enter_by_short_id(request, short_id)?,
                usize::from(request.p2),
            )),
            _ => Err(StatusWord::INCORRECT_P1_P2),
        }
    }

    /// The file: P1-P2 is zero for the current one, a short identifier of five bits, or an identifier.
    fn by_odd_parameters(&mut self, request: &Request<'_>) -> Result<usize, StatusWord> {
        match request.p1_p2() {
            0 => self.current_ef(request),
            short_id @ 1..=30 => {
                // It fits: it is at most 30.
                let short_id = u8::try_from(short_id).unwrap_or_default();
                self.enter_by_short_id(request, short_id)
            }
            id => {
                let place = self
                    .files
                    .by_id(self.selection(request).df, id)
                    .ok_or(StatusWord::FILE_NOT_FOUND)?;
                self.selection_mut(request).enter(place);
                Ok(place)
            }
        }
    }
}

/// What there is to read, which is not nothing.
fn from_offset(contents: &[u8], offset: usize) -> Result<&[u8], StatusWord> {
    match contents.get(offset..) {
        None | Some([]) => Err(StatusWord::WRONG_P1_P2),
        Some(rest) => Ok(rest),
    }
}

/// Reads the next data object.
fn next<'a>(objects: &mut DataObjects<'a>) -> Result<DataObject<'a>, StatusWord> {
    let object = objects.next().and_then(Result::ok);
    object.ok_or(StatusWord::INCORRECT_DATA)
}

/// Reads the offset data object. ISO/IEC 7816-4:2013, 11.2.2.
fn offset(objects: &mut DataObjects<'_>) -> Result<usize, StatusWord> {
    let object = next(objects)?;
    if object.tag() != OFFSET || object.value().is_empty() {
        return Err(StatusWord::INCORRECT_DATA);
    }
    let offset = object.unsigned().and_then(|offset| usize::try_from(offset).ok());
    offset.ok_or(StatusWord::WRONG_P1_P2)
}
