//! Which answers to reset are meant: bytes, of which a mask says which bits count.

use super::Atr;

/// Answers to reset of one kind: bytes, and the bits of them that count, as `SCARD_ATRMASK` and drivers' lists have them.
///
/// # Examples
/// ```
/// use pcsc_iso7816::atr::{Atr, AtrPattern};
///
/// // Any card with the same first two bytes.
/// let kind = AtrPattern::new(&[0x3B, 0x68, 0x00], &[0xFF, 0xFF]);
/// assert!(kind.matches(&Atr::new(&[0x3B, 0x68, 0x11])));
/// assert!(!kind.matches(&Atr::new(&[0x3B, 0x67, 0x00])));
/// assert!(AtrPattern::exactly(&Atr::new(&[0x3B, 0x00])).matches(&Atr::new(&[0x3B, 0x00])));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AtrPattern {
    bytes: Atr,
    mask: Atr,
    /// The answer has this many bytes; any number of them where none is said.
    len: Option<usize>,
}

impl AtrPattern {
    /// Takes bytes, and for each a mask of the bits that count; those without a mask do not. Answers of any length match
    /// that have a byte wherever one counts.
    #[must_use]
    pub fn new(bytes: &[u8], mask: &[u8]) -> Self {
        Self {
            bytes: Atr::new(bytes),
            mask: Atr::new(mask),
            len: None,
        }
    }

    /// Takes all bits of an answer: it matches itself alone.
    #[must_use]
    pub fn exactly(atr: &Atr) -> Self {
        Self {
            bytes: *atr,
            mask: Atr::new(&[0xFF; Atr::MAX_LEN]),
            len: Some(atr.as_bytes().len()),
        }
    }

    /// Tells whether an answer is of this kind.
    #[must_use]
    pub fn matches(&self, atr: &Atr) -> bool {
        let answer = atr.as_bytes();
        let pairs = self.bytes.as_bytes().iter().zip(self.mask.as_bytes());
        let mut counting = pairs.enumerate().filter(|(_, (_, mask))| **mask != 0);
        self.len.is_none_or(|len| len == answer.len())
            && counting.all(|(index, (byte, mask))| {
                answer.get(index).is_some_and(|given| given & mask == byte & mask)
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_that_count_must_be_there_and_the_same() {
        let kind = AtrPattern::new(&[0x3B, 0xFF, 0x0A, 0x55], &[0xFF, 0x00, 0x0F]);
        for (answer, matches) in [
            (&[0x3B, 0x00, 0x3A][..], true),
            (&[0x3B, 0x12, 0xFA, 0x99], true),
            (&[0x3B, 0x12, 0xFB], false),
            (&[0x3F, 0x12, 0xFA], false),
            (&[0x3B, 0x12], false),
            (&[], false),
        ] {
            assert_eq!(kind.matches(&Atr::new(answer)), matches, "{answer:02X?}");
        }
        assert!(AtrPattern::new(&[], &[]).matches(&Atr::new(&[])));
    }

    #[test]
    fn exactly_is_of_the_same_length() {
        let kind = AtrPattern::exactly(&Atr::new(&[0x3B, 0x00]));
        assert!(!kind.matches(&Atr::new(&[0x3B, 0x00, 0x00])));
        assert!(!kind.matches(&Atr::new(&[0x3B])));
        assert!(!AtrPattern::exactly(&Atr::new(&[])).matches(&Atr::new(&[0x3B])));
    }
}
