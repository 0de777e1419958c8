//! The status word of a response, and what ISO/IEC 7816-4 says about it.

mod meaning;

use core::fmt;

/// Holds SW1 and SW2, the two bytes that end every response.
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

/// Says how a command ended, as far as SW1 and SW2 tell.
///
/// ISO/IEC 7816-4:2013, 5.6, tables 5 and 6.
///
/// # Examples
/// ```
/// use pcsc_iso7816::status_word::{StatusWord, StatusWordClass};
///
/// assert_eq!(StatusWord::FILE_NOT_FOUND.class(), StatusWordClass::CheckingError);
/// assert_eq!(StatusWordClass::CheckingError.to_string(), "checking error");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StatusWordClass {
    /// The command was executed: 9000 and 61xx.
    Normal,
    /// The command was executed, and the card adds a warning: 62xx and 63xx.
    Warning,
    /// The command was begun and failed: 64xx to 66xx.
    ExecutionError,
    /// The command was refused: 6700, 68xx to 6Axx, 6B00, 6Cxx, 6D00, 6E00 and 6F00.
    CheckingError,
    /// The standard leaves the meaning to others: 9xxx but for 9000, and 67xx, 6Bxx, 6Dxx, 6Exx and 6Fxx where SW2 is
    /// not 00.
    Proprietary,
    /// The standard forbids the value: 60xx, and all that begins with neither 6 nor 9.
    Invalid,
}

impl fmt::Display for StatusWordClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Normal => "normal",
            Self::Warning => "warning",
            Self::ExecutionError => "execution error",
            Self::CheckingError => "checking error",
            Self::Proprietary => "proprietary",
            Self::Invalid => "invalid",
        })
    }
}

impl PartialEq<u16> for StatusWord {
    fn eq(&self, other: &u16) -> bool {
        self.0 == *other
    }
}

impl StatusWord {
    /// 9000: the command was executed, with nothing to add.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::status_word::StatusWord;
    ///
    /// assert_eq!(StatusWord::SUCCESS.to_string(), "9000: normal processing");
    /// ```
    pub const SUCCESS: Self = Self(0x9000);
    /// 6700: the card refuses the length; some cards answer so to extended length.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::status_word::StatusWord;
    ///
    /// assert_eq!(StatusWord::WRONG_LENGTH.to_string(), "6700: wrong length");
    /// ```
    pub const WRONG_LENGTH: Self = Self(0x6700);
    /// 6881: the card does not know the logical channel.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::status_word::StatusWord;
    ///
    /// assert_eq!(StatusWord::CHANNEL_NOT_SUPPORTED.to_string(), "6881: logical channel not supported");
    /// ```
    pub const CHANNEL_NOT_SUPPORTED: Self = Self(0x6881);
    /// 6884: the card does not know command chaining.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::status_word::StatusWord;
    ///
    /// assert_eq!(StatusWord::CHAINING_NOT_SUPPORTED.to_string(), "6884: command chaining not supported");
    /// ```
    pub const CHAINING_NOT_SUPPORTED: Self = Self(0x6884);
    /// 6982: something must be verified or authenticated first.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::status_word::StatusWord;
    ///
    /// assert_eq!(StatusWord::SECURITY_STATUS_NOT_SATISFIED.to_string(), "6982: security status not satisfied");
    /// ```
    pub const SECURITY_STATUS_NOT_SATISFIED: Self = Self(0x6982);
    /// 6983: no try is left for this PIN or key.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::status_word::StatusWord;
    ///
    /// assert_eq!(StatusWord::AUTHENTICATION_METHOD_BLOCKED.to_string(), "6983: authentication method blocked");
    /// ```
    pub const AUTHENTICATION_METHOD_BLOCKED: Self = Self(0x6983);
    /// 6985: the command is not possible in this state.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::status_word::StatusWord;
    ///
    /// assert_eq!(StatusWord::CONDITIONS_NOT_SATISFIED.to_string(), "6985: conditions of use not satisfied");
    /// ```
    pub const CONDITIONS_NOT_SATISFIED: Self = Self(0x6985);
    /// 6A82: no such file or application.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::status_word::StatusWord;
    ///
    /// assert_eq!(StatusWord::FILE_NOT_FOUND.to_string(), "6A82: file or application not found");
    /// ```
    pub const FILE_NOT_FOUND: Self = Self(0x6A82);
    /// 6A83: no such record.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::status_word::StatusWord;
    ///
    /// assert_eq!(StatusWord::RECORD_NOT_FOUND.to_string(), "6A83: record not found");
    /// ```
    pub const RECORD_NOT_FOUND: Self = Self(0x6A83);
    /// 6A86: P1 and P2 are not possible for this instruction.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::status_word::StatusWord;
    ///
    /// assert_eq!(StatusWord::INCORRECT_P1_P2.to_string(), "6A86: incorrect P1 P2");
    /// ```
    pub const INCORRECT_P1_P2: Self = Self(0x6A86);
    /// 6B00: P1 and P2 are out of range, such as an offset beyond the end of the file.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::status_word::StatusWord;
    ///
    /// assert_eq!(StatusWord::WRONG_P1_P2.to_string(), "6B00: wrong P1 P2, out of range");
    /// ```
    pub const WRONG_P1_P2: Self = Self(0x6B00);
    /// 6D00: the card does not know the instruction.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::status_word::StatusWord;
    ///
    /// assert_eq!(StatusWord::INSTRUCTION_NOT_SUPPORTED.to_string(), "6D00: instruction not supported or invalid");
    /// ```
    pub const INSTRUCTION_NOT_SUPPORTED: Self = Self(0x6D00);
    /// 6E00: the card does not know the class.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::status_word::StatusWord;
    ///
    /// assert_eq!(StatusWord::CLASS_NOT_SUPPORTED.to_string(), "6E00: class not supported");
    /// ```
    pub const CLASS_NOT_SUPPORTED: Self = Self(0x6E00);

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
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::status_word::StatusWord;
    ///
    /// assert_eq!(StatusWord::new(0x6A, 0x82).to_u16(), 0x6A82);
    /// ```
    #[must_use]
    pub const fn to_u16(self) -> u16 {
        self.0
    }

    /// Gives SW1.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::status_word::StatusWord;
    ///
    /// assert_eq!(StatusWord::FILE_NOT_FOUND.sw1(), 0x6A);
    /// ```
    #[must_use]
    pub const fn sw1(self) -> u8 {
        self.0.to_be_bytes()[0]
    }

    /// Gives SW2.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::status_word::StatusWord;
    ///
    /// assert_eq!(StatusWord::FILE_NOT_FOUND.sw2(), 0x82);
    /// ```
    #[must_use]
    pub const fn sw2(self) -> u8 {
        self.0.to_be_bytes()[1]
    }

    /// Tells whether it is 9000, and nothing else.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::status_word::StatusWord;
    ///
    /// assert!(StatusWord::new(0x90, 0x00).is_success());
    /// assert!(!StatusWord::new(0x61, 0x10).is_success());
    /// ```
    #[must_use]
    pub const fn is_success(self) -> bool {
        self.0 == Self::SUCCESS.0
    }

    /// Gives the class that the standard puts the value in.
    ///
    /// ISO/IEC 7816-4:2013, 5.6, tables 5 and 6.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::status_word::{StatusWord, StatusWordClass};
    ///
    /// assert_eq!(StatusWord::new(0x61, 0x10).class(), StatusWordClass::Normal);
    /// assert_eq!(StatusWord::new(0x62, 0x82).class(), StatusWordClass::Warning);
    /// assert_eq!(StatusWord::new(0x90, 0x01).class(), StatusWordClass::Proprietary);
    /// ```
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

    /// Gives the number of bytes that wait for GET RESPONSE: 61xx, where 6100 means 256 or more.
    ///
    /// ISO/IEC 7816-4:2013, 5.6; ISO/IEC 7816-3:2006, 12.2.2.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::status_word::StatusWord;
    ///
    /// assert_eq!(StatusWord::new(0x61, 0x10).remaining(), Some(16));
    /// assert_eq!(StatusWord::new(0x61, 0x00).remaining(), Some(256));
    /// assert_eq!(StatusWord::SUCCESS.remaining(), None);
    /// ```
    #[must_use]
    pub const fn remaining(self) -> Option<usize> {
        if self.sw1() == 0x61 {
            Some(length_of(self.sw2()))
        } else {
            None
        }
    }

    /// Gives the Ne with which the same command would be right: 6Cxx, where 6C00 means 256.
    ///
    /// ISO/IEC 7816-4:2013, 5.6; ISO/IEC 7816-3:2006, 12.2.2.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::status_word::StatusWord;
    ///
    /// assert_eq!(StatusWord::new(0x6C, 0x1C).correct_le(), Some(28));
    /// assert_eq!(StatusWord::WRONG_LENGTH.correct_le(), None);
    /// ```
    #[must_use]
    pub const fn correct_le(self) -> Option<usize> {
        if self.sw1() == 0x6C {
            Some(length_of(self.sw2()))
        } else {
            None
        }
    }

    /// Gives the counter of 63Cx, 0 to 15: after VERIFY and its kin, the number of tries left.
    ///
    /// ISO/IEC 7816-4:2013, 5.6, table 6.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::status_word::StatusWord;
    ///
    /// assert_eq!(StatusWord::new(0x63, 0xC2).retries(), Some(2));
    /// assert_eq!(StatusWord::AUTHENTICATION_METHOD_BLOCKED.retries(), None);
    /// ```
    #[must_use]
    pub const fn retries(self) -> Option<u8> {
        if self.0 & 0xFFF0 == 0x63C0 {
            Some(self.sw2() & 0x0F)
        } else {
            None
        }
    }
}

/// 00 stands for 256, as in a short Le field.
pub const fn length_of(sw2: u8) -> usize {
    if sw2 == 0 { 256 } else { sw2 as usize }
}

impl From<u16> for StatusWord {
    fn from(value: u16) -> Self {
        Self(value)
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
            let sw2 = usize::from(status.sw2());
            let length = if sw2 == 0 { 256 } else { sw2 };
            assert_eq!(status.remaining(), (value >> 8 == 0x61).then_some(length));
            assert_eq!(status.correct_le(), (value >> 8 == 0x6C).then_some(length));
            assert_eq!(
                status.retries(),
                (value >> 4 == 0x63C).then_some(status.sw2() & 15)
            );
            assert_eq!(status.is_success(), value == 0x9000);
            assert_eq!(StatusWord::new(status.sw1(), status.sw2()).to_u16(), value);
            assert!(status.to_string().len() > 6);
        }
    }
}
