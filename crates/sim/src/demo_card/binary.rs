//! READ BINARY and UPDATE BINARY, with even and with odd instruction bytes.

use super::ber_tlv::{self, OFFSET};
use super::card::DemoCard;
use super::files::Contents;
use super::request::Request;
use super::status::Status;

/// Ne of an odd READ BINARY that has no Le, as on T=0: what one GET RESPONSE can carry.
const DEFAULT_NE: usize = 256;

impl DemoCard {
    /// READ BINARY with INS B0. ISO/IEC 7816-4:2013, 11.2.3.
    pub(super) fn read_binary(
        &mut self,
        request: &Request<'_>,
        response: &mut Vec<u8>,
    ) -> Result<Status, Status> {
        request.no_data()?;
        let le = request.le()?;
        let (place, offset) = self.by_even_parameters(request)?;
        self.files.get(place).may_be_read(self.pin.is_verified())?;
        let Contents::Transparent(contents) = &self.files.get(place).contents else {
            return Err(Status::WRONG_FILE_STRUCTURE);
        };
        let left = from_offset(contents, offset)?;
        let data = &left[..left.len().min(le.ne)];
        Ok(self
            .rounds
            .answer(&self.options, request, data, Status::END_OF_FILE, response))
    }

    /// READ BINARY with INS B1: an offset data object in, a discretionary data object out.
    ///
    /// ISO/IEC 7816-4:2013, 11.2.3. The answer with its tag and length is never longer than Ne.
    pub(super) fn read_binary_odd(
        &mut self,
        request: &Request<'_>,
        response: &mut Vec<u8>,
    ) -> Result<Status, Status> {
        let (offset, rest) = offset_object(request.data()?)?;
        if !rest.is_empty() {
            return Err(Status::WRONG_DATA);
        }
        let ne = request.le.map_or(DEFAULT_NE, |le| le.ne);
        let place = self.by_odd_parameters(request)?;
        self.files.get(place).may_be_read(self.pin.is_verified())?;
        let room = ber_tlv::longest_value(ne).ok_or(Status::WRONG_LENGTH)?;
        let Self {
            files,
            scratch,
            rounds,
            options,
            ..
        } = self;
        let Contents::Transparent(contents) = &files.get(place).contents else {
            return Err(Status::WRONG_FILE_STRUCTURE);
        };
        let left = from_offset(contents, offset)?;
        let end = if left.len() < room {
            Status::END_OF_FILE
        } else {
            Status::OK
        };
        scratch.clear();
        ber_tlv::append_discretionary(&left[..left.len().min(room)], scratch);
        Ok(rounds.answer(options, request, scratch, end, response))
    }

    /// UPDATE BINARY with INS D6. ISO/IEC 7816-4:2013, 11.2.5.
    pub(super) fn update_binary(&mut self, request: &Request<'_>) -> Result<Status, Status> {
        let data = request.data()?;
        let (place, offset) = self.by_even_parameters(request)?;
        self.update(place, offset, data)
    }

    /// UPDATE BINARY with INS D7. ISO/IEC 7816-4:2013, 11.2.5.
    pub(super) fn update_binary_odd(&mut self, request: &Request<'_>) -> Result<Status, Status> {
        let (offset, rest) = offset_object(request.data()?)?;
        let data = match ber_tlv::split_first(rest).ok_or(Status::WRONG_DATA)? {
            (ber_tlv::DISCRETIONARY | ber_tlv::DISCRETIONARY_TEMPLATE, data, []) => data,
            _ => return Err(Status::WRONG_DATA),
        };
        let place = self.by_odd_parameters(request)?;
        self.update(place, offset, data)
    }

    fn update(&mut self, place: usize, offset: usize, data: &[u8]) -> Result<Status, Status> {
        let ef = self.files.get_mut(place);
        ef.may_be_updated(self.pin.is_verified())?;
        let Contents::Transparent(contents) = &mut ef.contents else {
            return Err(Status::WRONG_FILE_STRUCTURE);
        };
        let left = contents.get_mut(offset..).ok_or(Status::OFFSET_OUTSIDE)?;
        left.get_mut(..data.len())
            .ok_or(Status::FILE_TOO_SMALL)?
            .copy_from_slice(data);
        Ok(Status::OK)
    }

    /// The file and the offset: P1-P2 has an offset of 15 bits, or P1 a short identifier and P2 an offset of eight.
    fn by_even_parameters(&mut self, request: &Request<'_>) -> Result<(usize, usize), Status> {
        if request.p1 & 0x80 == 0 {
            return Ok((self.current_ef(request)?, usize::from(request.p1_p2())));
        }
        match request.p1 & 0x7F {
            short_id @ 1..=30 => Ok((
                self.enter_by_short_id(request, short_id)?,
                usize::from(request.p2),
            )),
            _ => Err(Status::WRONG_P1_P2),
        }
    }

    /// The file: P1-P2 is zero for the current one, a short identifier of five bits, or an identifier.
    fn by_odd_parameters(&mut self, request: &Request<'_>) -> Result<usize, Status> {
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
                    .ok_or(Status::FILE_NOT_FOUND)?;
                self.selection_mut(request).enter(place);
                Ok(place)
            }
        }
    }
}

/// What there is to read, which is not nothing.
fn from_offset(contents: &[u8], offset: usize) -> Result<&[u8], Status> {
    match contents.get(offset..) {
        None | Some([]) => Err(Status::OFFSET_OUTSIDE),
        Some(rest) => Ok(rest),
    }
}

/// Splits off the offset data object. ISO/IEC 7816-4:2013, 11.2.2.
fn offset_object(data: &[u8]) -> Result<(usize, &[u8]), Status> {
    match ber_tlv::split_first(data) {
        Some((OFFSET, value, rest)) if !value.is_empty() => {
            let offset = value
                .iter()
                .try_fold(0_u32, |offset, &byte| {
                    Some(offset.checked_mul(256)? | u32::from(byte))
                })
                .and_then(|offset| usize::try_from(offset).ok())
                .ok_or(Status::OFFSET_OUTSIDE)?;
            Ok((offset, rest))
        }
        _ => Err(Status::WRONG_DATA),
    }
}
