//! The BER-TLV coding of data objects in commands and answers.

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
