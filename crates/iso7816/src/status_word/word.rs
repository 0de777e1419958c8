//! A status word and its numbers.

use core::fmt;

use super::status_class::StatusWordClass;

/// A status word: SW1 and SW2, the two bytes that end every response.
///
/// ISO/IEC 7816-4:2013, 5.6.
///
/// # Examples
/// ```
/// use pcsc_iso7816::status_word::{StatusWord, StatusWordClass};
///
/// let status = StatusWord::new(0x63, 0xC2);
/// assert_eq!(status.class(), StatusWordClass::Warning);
/// assert_eq!(status.retries(), Some(2));
/// assert_eq!(StatusWord::SUCCESS.to_string(), "9000: normal processing");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatusWord(u16);

impl PartialEq<u16> for StatusWord {
    fn eq(&self, other: &u16) -> bool {
        self.0 == *other
    }
}

impl StatusWord {
    /// Makes a status word of its two bytes.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::status_word::StatusWord;
    ///
    /// assert_eq!(StatusWord::new(0x6A, 0x82), StatusWord::FILE_NOT_FOUND);
    /// ```
    #[must_use]
    pub const fn new(sw1: u8, sw2: u8) -> Self {
        Self(u16::from_be_bytes([sw1, sw2]))
    }

    /// Makes a status word of SW1 (high byte) and SW2 (low byte) in one number.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::status_word::StatusWord;
    ///
    /// const END_OF_FILE: StatusWord = StatusWord::from_u16(0x6282);
    /// assert_eq!(END_OF_FILE.sw2(), 0x82);
    /// ```
    #[must_use]
    pub const fn from_u16(value: u16) -> Self {
        Self(value)
    }

    /// Gives SW1 (high byte) and SW2 (low byte) as one number.
    #[must_use]
    pub const fn to_u16(self) -> u16 {
        self.0
    }

    /// Gives SW1.
    #[must_use]
    pub const fn sw1(self) -> u8 {
        self.0.to_be_bytes()[0]
    }

    /// Gives SW2.
    #[must_use]
    pub const fn sw2(self) -> u8 {
        self.0.to_be_bytes()[1]
    }

    /// Tells whether it is 9000, and nothing else.
    #[must_use]
    pub const fn is_success(self) -> bool {
        self.0 == 0x9000
    }

    /// Gives the class that the standard puts the value in.
    ///
    /// ISO/IEC 7816-4:2013, 5.6, tables 5 and 6.
    #[must_use]
    pub const fn class(self) -> StatusWordClass {
        match (self.sw1(), self.sw2()) {
            (0x90, 0x00) | (0x61, _) => StatusWordClass::Normal,
            (0x62 | 0x63, _) => StatusWordClass::Warning,
            (0x64..=0x66, _) => StatusWordClass::ExecutionError,
            (0x67 | 0x6B | 0x6D..=0x6F, 0x00) | (0x68..=0x6A | 0x6C, _) => StatusWordClass::CheckingError,
            (0x67 | 0x6B | 0x6D..=0x6F | 0x90..=0x9F, _) => StatusWordClass::Proprietary,
            _ => StatusWordClass::Invalid,
        }
    }

    /// Makes 61xx: so many bytes wait for GET RESPONSE. 256 and more become 6100.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::status_word::StatusWord;
    ///
    /// assert_eq!(StatusWord::of_remaining(16), 0x6110);
    /// assert_eq!(StatusWord::of_remaining(300), 0x6100);
    /// ```
    #[must_use]
    pub const fn of_remaining(bytes: usize) -> Self {
        Self::new(0x61, sw2_of(bytes))
    }

    /// Gives the number of bytes that wait for GET RESPONSE: 61xx, where 6100 means 256 or more.
    ///
    /// ISO/IEC 7816-4:2013, 5.6; ISO/IEC 7816-3:2006, 12.2.2.
    #[must_use]
    pub const fn remaining(self) -> Option<usize> {
        self.length_after(0x61)
    }

    /// Gives the number of bytes that wait for GET RESPONSE on a SIM: 9Fxx, where 9F00 means 256.
    ///
    /// Elsewhere 9Fxx is proprietary, and the number says nothing. ETSI TS 100 977 (GSM 11.11), 9.4.1.
    #[must_use]
    pub const fn remaining_on_sim(self) -> Option<usize> {
        self.length_after(0x9F)
    }

    /// Makes 6Cxx: the same command would be right with this Ne. 256 and more become 6C00.
    #[must_use]
    pub const fn of_correct_le(ne: usize) -> Self {
        Self::new(0x6C, sw2_of(ne))
    }

    /// Gives the Ne with which the same command would be right: 6Cxx, where 6C00 means 256.
    ///
    /// ISO/IEC 7816-4:2013, 5.6; ISO/IEC 7816-3:2006, 12.2.2.
    #[must_use]
    pub const fn correct_le(self) -> Option<usize> {
        self.length_after(0x6C)
    }

    /// 00 stands for 256, as in a short Le field.
    const fn length_after(self, sw1: u8) -> Option<usize> {
        match (self.sw1() == sw1, self.sw2()) {
            (false, _) => None,
            (true, 0) => Some(256),
            (true, length) => Some(length as usize),
        }
    }

    /// Makes 63Cx with a counter of 0 to 15. What is above 15 becomes 15.
    #[must_use]
    pub const fn of_retries(counter: u8) -> Self {
        Self::new(0x63, 0xC0 | if counter > 15 { 15 } else { counter })
    }

    /// Gives the counter of 63Cx, 0 to 15: after VERIFY and its kin the number of tries left, after a command that writes the
    /// number of retries that the card needed. [`after`](Self::after) tells the two apart.
    ///
    /// ISO/IEC 7816-4:2013, 5.6, table 6.
    #[must_use]
    pub const fn retries(self) -> Option<u8> {
        if self.0 & 0xFFF0 == 0x63C0 {
            Some(self.sw2() & 0x0F)
        } else {
            None
        }
    }
}

/// 00 stands for 256 and more.
const fn sw2_of(length: usize) -> u8 {
    if length < 256 { length as u8 } else { 0 }
}

impl From<u16> for StatusWord {
    fn from(value: u16) -> Self {
        Self(value)
    }
}

/// SW1 and SW2 in the order in which they end a response.
impl From<[u8; 2]> for StatusWord {
    fn from([sw1, sw2]: [u8; 2]) -> Self {
        Self::new(sw1, sw2)
    }
}

/// SW1 and SW2 in the order in which they end a response.
impl From<StatusWord> for [u8; 2] {
    fn from(status: StatusWord) -> Self {
        status.0.to_be_bytes()
    }
}

impl From<StatusWord> for u16 {
    fn from(status: StatusWord) -> Self {
        status.0
    }
}

impl fmt::Debug for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StatusWord({:04X})", self.0)
    }
}

impl fmt::UpperHex for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::UpperHex::fmt(&self.0, f)
    }
}

impl fmt::LowerHex for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::LowerHex::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::StatusWord;

    #[test]
    fn numbers_appear_for_their_own_values_only() {
        for value in 0..=u16::MAX {
            let status = StatusWord::from(value);
            let [sw1, sw2] = value.to_be_bytes();
            let length = if sw2 == 0 { 256 } else { usize::from(sw2) };
            assert_eq!((status.sw1(), status.sw2()), (sw1, sw2));
            assert_eq!(status.remaining(), (sw1 == 0x61).then_some(length));
            assert_eq!(status.remaining_on_sim(), (sw1 == 0x9F).then_some(length));
            assert_eq!(status.correct_le(), (sw1 == 0x6C).then_some(length));
            assert_eq!(status.retries(), (value >> 4 == 0x63C).then_some(sw2 & 15));
            assert_eq!(status.is_success(), value == 0x9000);
            assert!(status.to_string().len() > 6);
        }
    }

    #[test]
    fn conversions_lose_nothing() {
        for value in 0..=u16::MAX {
            let status = StatusWord::from_u16(value);
            assert_eq!(StatusWord::from(value.to_be_bytes()), status);
            assert_eq!(<[u8; 2]>::from(status), value.to_be_bytes());
            assert_eq!((u16::from(status), status.to_u16()), (value, value));
            assert_eq!(StatusWord::from(value), status);
            assert!(status == value && status != value ^ 1);
        }
        let status = StatusWord::new(0x6A, 0x8F);
        assert_eq!(format!("{status:X} {status:x}"), "6A8F 6a8f");
        assert_eq!(format!("{status:?}"), "StatusWord(6A8F)");
    }

    #[test]
    fn numbers_are_made_as_they_are_read() {
        for length in 1..=300 {
            let read = Some(length.min(256));
            assert_eq!(StatusWord::of_remaining(length).remaining(), read);
            assert_eq!(StatusWord::of_correct_le(length).correct_le(), read);
        }
        for counter in 0..=u8::MAX {
            assert_eq!(StatusWord::of_retries(counter).retries(), Some(counter.min(15)));
        }
    }
}
