//! Data objects: GET DATA and PUT DATA, and the BER-TLV coding of those in other commands.

use super::DemoCard;
use super::files::Df;
use super::request::Request;
use super::status::Status;

/// Tags of commands with an odd instruction byte. ISO/IEC 7816-4:2013, 11.2.2.
pub(super) const OFFSET: u8 = 0x54;
pub(super) const DISCRETIONARY: u8 = 0x53;
pub(super) const DISCRETIONARY_TEMPLATE: u8 = 0x73;

/// Splits off a data object with a tag of one byte: tag, value, what follows. ISO/IEC 7816-4:2013, 5.2.2.
pub(super) fn split_first(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0x00..=0x7F => (usize::from(first), rest),
        0x81..=0x84 => {
            let (length, rest) = rest.split_at_checked(usize::from(first & 0x0F))?;
            let length = length
                .iter()
                .fold(0_u32, |length, &byte| length << 8 | u32::from(byte));
            (usize::try_from(length).ok()?, rest)
        }
        _ => return None,
    };
    let (value, rest) = rest.split_at_checked(length)?;
    Some((tag, value, rest))
}

/// The longest value with which a data object, its tag and its length take at most `ne` bytes; `None` for none.
pub(super) fn longest_value(ne: usize) -> Option<usize> {
    [(2, 0x7F), (3, 0xFF), (4, 0xFFFF)]
        .into_iter()
        .filter_map(|(header, longest)| Some(ne.checked_sub(header)?.min(longest)))
        .max()
        .filter(|&value| value > 0)
}

/// Appends a data object 53 with a value of at most 65,535 bytes.
pub(super) fn append_discretionary(value: &[u8], bytes: &mut Vec<u8>) {
    let [high, low] = u16::try_from(value.len()).unwrap_or(u16::MAX).to_be_bytes();
    bytes.push(DISCRETIONARY);
    match (high, low) {
        (0, 0..=0x7F) => bytes.push(low),
        (0, _) => bytes.extend([0x81, low]),
        _ => bytes.extend([0x82, high, low]),
    }
    bytes.extend_from_slice(value);
}

/// The application's data objects, by tag.
#[derive(Clone)]
pub(super) struct DataObjects([(u16, Vec<u8>); 2]);

impl DataObjects {
    pub(super) fn new() -> Self {
        Self([
            (DemoCard::DATA_OBJECT, b"Demo".to_vec()),
            (DemoCard::LONG_DATA_OBJECT, super::pattern(1_000)),
        ])
    }

    pub(super) fn get(&self, tag: u16) -> Option<&[u8]> {
        let (_, value) = self.0.iter().find(|(its, _)| *its == tag)?;
        Some(value)
    }

    fn get_mut(&mut self, tag: u16) -> Option<&mut Vec<u8>> {
        let (_, value) = self.0.iter_mut().find(|(its, _)| *its == tag)?;
        Some(value)
    }
}

impl DemoCard {
    /// GET DATA: the value alone, as INS CA has it. ISO/IEC 7816-4:2013, 11.4.3.
    pub(super) fn get_data(
        &mut self,
        request: &Request<'_>,
        response: &mut Vec<u8>,
    ) -> Result<Status, Status> {
        request.no_data()?;
        self.in_application(request)?;
        let value = self
            .objects
            .get(request.p1_p2())
            .ok_or(Status::REFERENCE_NOT_FOUND)?;
        Ok(self
            .rounds
            .answer(&self.options, request, value, Status::OK, response))
    }

    /// PUT DATA: replaces the value. ISO/IEC 7816-4:2013, 11.4.6.
    pub(super) fn put_data(&mut self, request: &Request<'_>) -> Result<Status, Status> {
        let data = request.data()?;
        self.in_application(request)?;
        let value = self
            .objects
            .get_mut(request.p1_p2())
            .ok_or(Status::REFERENCE_NOT_FOUND)?;
        value.clear();
        value.extend_from_slice(data);
        Ok(Status::OK)
    }

    /// Data objects belong to the first application.
    fn in_application(&self, request: &Request<'_>) -> Result<(), Status> {
        match self.selection(request).df {
            Df::Application => Ok(()),
            _ => Err(Status::REFERENCE_NOT_FOUND),
        }
    }
}
