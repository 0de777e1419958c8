//! Length fields.

use super::tag;

/// The number of bytes of the shortest length field for a value. ISO/IEC 7816-4:2013, 5.2.2.2.
pub(super) const fn len_of(value_len: usize) -> usize {
    match value_len {
        0..=0x7F => 1,
        0x80..=0xFF => 2,
        0x100..=0xFFFF => 3,
        0x1_0000..=0xFF_FFFF => 4,
        _ => 5,
    }
}

/// The bytes of the shortest length field begin at the second number. The value has at most `u32::MAX` bytes.
pub(super) const fn bytes_of(value_len: usize) -> ([u8; 5], usize) {
    let [a, b, c, d] = (value_len as u32).to_be_bytes();
    match len_of(value_len) {
        1 => ([0, 0, 0, 0, d], 4),
        2 => ([0, 0, 0, 0x81, d], 3),
        3 => ([0, 0, 0x82, c, d], 2),
        4 => ([0, 0x83, b, c, d], 1),
        _ => ([0x84, a, b, c, d], 0),
    }
}

/// Gives the number of bytes of a data object with this tag and a value of so many bytes: tag, shortest length, value.
///
/// `usize::MAX` where that is beyond it.
///
/// # Examples
/// ```
/// use pcsc_iso7816::tlv::ber::encoded_len;
///
/// assert_eq!(encoded_len(0x53, 127), 1 + 1 + 127);
/// assert_eq!(encoded_len(0x53, 128), 1 + 2 + 128);
/// assert_eq!(encoded_len(0x7F66, 256), 2 + 3 + 256);
/// ```
#[must_use]
pub const fn encoded_len(tag: u32, value_len: usize) -> usize {
    value_len.saturating_add(tag::len_of(tag) + len_of(value_len))
}

/// Gives the length of the longest value with which a data object takes at most `room` bytes, tag and length included; `None`
/// where not even an empty one fits.
///
/// # Examples
/// ```
/// use pcsc_iso7816::tlv::ber::longest_value;
///
/// assert_eq!(longest_value(0x53, 256), Some(253)); // 53 81 FD and the value
/// assert_eq!(longest_value(0x53, 130), Some(127)); // 128 bytes would need one more for the length
/// assert_eq!(longest_value(0x53, 1), None);
/// ```
#[must_use]
pub const fn longest_value(tag: u32, room: usize) -> Option<usize> {
    let Some(after_tag) = room.checked_sub(tag::len_of(tag)) else {
        return None;
    };
    let (mut longest, mut field) = (None, 1);
    while field <= 5 {
        if let Some(value_len) = after_tag.checked_sub(field) {
            let most = most_with(field);
            let value_len = if value_len < most { value_len } else { most };
            // A larger length field can leave room for less: the one before it then said more.
            longest = match longest {
                Some(before) if before >= value_len => longest,
                _ => Some(value_len),
            };
        }
        field += 1;
    }
    longest
}

/// The longest value that a length field of so many bytes can tell.
const fn most_with(field: usize) -> usize {
    match field {
        1 => 0x7F,
        2 => 0xFF,
        3 => 0xFFFF,
        4 => 0xFF_FFFF,
        _ => u32::MAX as usize,
    }
}

#[cfg(test)]
mod tests {
    use super::{encoded_len, longest_value};

    #[test]
    fn the_longest_value_fits_and_one_more_byte_does_not() {
        let rooms = (0..600).chain(65_500..65_600).chain(16_777_200..16_777_300);
        for room in rooms {
            for tag in [0x53, 0x7F66, 0x5F_8102, 0x5F81_8203] {
                match longest_value(tag, room) {
                    Some(value_len) => {
                        assert!(encoded_len(tag, value_len) <= room, "{tag:X} {room}");
                        assert!(encoded_len(tag, value_len + 1) > room, "{tag:X} {room}");
                    }
                    None => assert!(encoded_len(tag, 0) > room, "{tag:X} {room}"),
                }
            }
        }
    }

    #[test]
    fn lengths_beyond_the_machine_are_its_largest_number() {
        assert_eq!(encoded_len(0x53, usize::MAX), usize::MAX);
        // With 32 bits the tag and the length leave less than the largest length.
        let longest = (usize::MAX - 6).min(u32::MAX as usize);
        assert_eq!(longest_value(0x53, usize::MAX), Some(longest));
    }
}
