//! Tag fields.

/// The bytes of the tag field as a number begin after the zeros.
pub(super) const fn bytes_of(tag: u32) -> ([u8; 4], usize) {
    (tag.to_be_bytes(), 4 - len_of(tag))
}

/// The number of bytes of the tag field, 1 to 4.
pub(super) const fn len_of(tag: u32) -> usize {
    match tag {
        0..=0xFF => 1,
        0x100..=0xFFFF => 2,
        0x1_0000..=0xFF_FFFF => 3,
        _ => 4,
    }
}

/// Whether bit 6 of the first byte says that the value is made of data objects.
pub(super) const fn is_constructed(first: u8) -> bool {
    first & 0x20 != 0
}

/// Whether more bytes of the tag field follow the first.
pub(super) const fn continues(first: u8) -> bool {
    first & 0x1F == 0x1F
}

/// Whether more bytes of the tag field follow one that is not the first.
pub(super) const fn continues_after(subsequent: u8) -> bool {
    subsequent & 0x80 != 0
}

/// Whether the number is a tag field: its first byte not 00 (nor FF, where that is filler), as many bytes as they say
/// themselves, and in the second one a part of the tag number. ISO/IEC 7816-4:2013, 5.2.2.1.
pub(super) fn is_valid(tag: u32, may_begin_with_ff: bool) -> bool {
    let (bytes, start) = bytes_of(tag);
    match *bytes.get(start..).unwrap_or_default() {
        [0x00, ..] => false,
        [0xFF, ..] if !may_begin_with_ff => false,
        [first] => !continues(first),
        [first, ref between @ .., last] => {
            let second = between.first().copied().unwrap_or(last);
            continues(first)
                && second & 0x7F != 0
                && between.iter().all(|&byte| continues_after(byte))
                && !continues_after(last)
        }
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_valid;

    #[test]
    fn what_is_a_tag_and_what_is_none() {
        for tag in [
            0x01,
            0x6F,
            0x84,
            0xDE,
            0xFE,
            0x5F34,
            0x7F66,
            0x9F02,
            0x9F38,
            0xBF0C,
            0xDF01,
            0x7F_8102,
            0x5F_8102,
            0x1F81_8203,
        ] {
            assert!(is_valid(tag, false), "{tag:X}");
        }
        for tag in [
            0x00,
            0x1F,
            0x5F,
            0xFF,
            0x0100,
            0x8401,
            0x5F80,
            0x5F00,
            0x5F81,
            0x5F_8001,
            0x5F_8181,
            0x5F_0102,
            0x6F_8102,
            0x5F81_8181,
            0x5F81_0101,
        ] {
            assert!(!is_valid(tag, true), "{tag:X}");
        }
        for tag in [0xFF5A, 0xFF_8101] {
            assert!(is_valid(tag, true) && !is_valid(tag, false), "{tag:X}");
        }
    }
}
