//! What a status word means, in words.

use core::fmt;

use super::status_class::StatusWordClass;
use super::word::StatusWord;

impl StatusWord {
    /// Says in a few words what the value means, without its numbers.
    ///
    /// ISO/IEC 7816-4:2013, 5.6, table 6; for 9Fxx ETSI TS 102 221, for 9484 and 9485 the GlobalPlatform Card
    /// Specification. A value that none of them defines gets the meaning of its SW1, or of its class. Where it depends on the
    /// command, as with the counter of 63Cx, [`after`](Self::after) says more.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::status_word::StatusWord;
    ///
    /// assert_eq!(StatusWord::FILE_NOT_FOUND.meaning(), "file or application not found");
    /// assert_eq!(StatusWord::FILE_NOT_FOUND.to_string(), "6A82: file or application not found");
    /// ```
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self.to_u16() {
            0x9000 => "normal processing",
            0x6100..=0x61FF => "normal processing, more data for GET RESPONSE",
            0x6200 => "warning, state unchanged",
            0x6202..=0x6280 => "warning, the card has a query to send",
            0x6281 => "part of the data may be corrupted",
            0x6282 => "end of file or record before Ne bytes were read",
            0x6283 => "selected file deactivated",
            0x6284 => "file control information not formatted as the standard says",
            0x6285 => "selected file in termination state",
            0x6286 => "no input from a sensor on the card",
            0x6287 => "a referenced record is deactivated",
            0x6201..=0x62FF => "warning, state unchanged, reason unknown",
            0x6300 => "warning, state changed",
            0x6381 => "file filled up by the last write",
            0x63C0..=0x63CF => "warning, state changed, counter",
            0x6301..=0x63FF => "warning, state changed, reason unknown",
            0x6400 => "execution error, state unchanged",
            0x6401 => "the card wants an immediate response",
            0x6402..=0x6480 => "execution stopped, the card has a query to send",
            0x6481 => "shared access to the logical channel denied",
            0x6482 => "opening of the logical channel denied",
            0x6483..=0x64FF => "execution error, state unchanged, reason unknown",
            0x6500 => "execution error, state changed",
            0x6581 => "memory failure",
            0x6501..=0x65FF => "execution error, state changed, reason unknown",
            0x6600..=0x66FF => "execution error, security-related",
            0x6700 => "wrong length",
            0x6881 => "logical channel not supported",
            0x6882 => "secure messaging not supported",
            0x6883 => "last command of the chain expected",
            0x6884 => "command chaining not supported",
            0x6800..=0x68FF => "function in CLA not supported",
            0x6981 => "command incompatible with file structure",
            0x6982 => "security status not satisfied",
            0x6983 => "authentication method blocked",
            0x6984 => "reference data not usable",
            0x6985 => "conditions of use not satisfied",
            0x6986 => "command not allowed, no current EF",
            0x6987 => "secure messaging data objects missing",
            0x6988 => "secure messaging data objects incorrect",
            0x6900..=0x69FF => "command not allowed",
            0x6A80 => "incorrect parameters in the data field",
            0x6A81 => "function not supported",
            0x6A82 => "file or application not found",
            0x6A83 => "record not found",
            0x6A84 => "not enough memory space in the file",
            0x6A85 => "Nc inconsistent with TLV structure",
            0x6A86 => "incorrect P1 P2",
            0x6A87 => "Nc inconsistent with P1 P2",
            0x6A88 => "referenced data not found",
            0x6A89 => "file already exists",
            0x6A8A => "DF name already exists",
            0x6A00..=0x6AFF => "wrong P1 P2, reason unknown",
            0x6B00 => "wrong P1 P2, out of range",
            0x6C00..=0x6CFF => "wrong Le",
            0x6D00 => "instruction not supported or invalid",
            0x6E00 => "class not supported",
            0x6F00 => "no precise diagnosis",
            0x9484 => "algorithm not supported",
            0x9485 => "invalid key check value",
            0x9F00..=0x9FFF => "data for GET RESPONSE on a SIM",
            _ => match self.class() {
                StatusWordClass::Proprietary => "proprietary, see the card's documentation",
                _ => "not a status word of the standard",
            },
        }
    }
}

impl fmt::Display for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:04X}: {}", self.meaning())?;
        if let Some(bytes) = self.remaining().or(self.remaining_on_sim()) {
            write!(f, ": {bytes} bytes")?;
            if *self == 0x6100 {
                f.write_str(" or more")?;
            }
        } else if let Some(ne) = self.correct_le() {
            write!(f, ": {ne} is right")?;
        } else if let Some(counter) = self.retries() {
            write!(f, ": {counter}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{StatusWord, StatusWordClass as Class};

    #[test]
    fn constants_are_what_their_names_say() {
        for (status, text) in [
            (StatusWord::SUCCESS, "9000: normal processing"),
            (StatusWord::STATE_UNCHANGED, "6200: warning, state unchanged"),
            (
                StatusWord::END_OF_FILE,
                "6282: end of file or record before Ne bytes were read",
            ),
            (StatusWord::WRONG_LENGTH, "6700: wrong length"),
            (
                StatusWord::CHANNEL_NOT_SUPPORTED,
                "6881: logical channel not supported",
            ),
            (
                StatusWord::SECURE_MESSAGING_NOT_SUPPORTED,
                "6882: secure messaging not supported",
            ),
            (
                StatusWord::LAST_COMMAND_OF_CHAIN_EXPECTED,
                "6883: last command of the chain expected",
            ),
            (
                StatusWord::CHAINING_NOT_SUPPORTED,
                "6884: command chaining not supported",
            ),
            (
                StatusWord::INCOMPATIBLE_WITH_FILE_STRUCTURE,
                "6981: command incompatible with file structure",
            ),
            (
                StatusWord::SECURITY_STATUS_NOT_SATISFIED,
                "6982: security status not satisfied",
            ),
            (
                StatusWord::AUTHENTICATION_METHOD_BLOCKED,
                "6983: authentication method blocked",
            ),
            (
                StatusWord::CONDITIONS_NOT_SATISFIED,
                "6985: conditions of use not satisfied",
            ),
            (
                StatusWord::NO_CURRENT_EF,
                "6986: command not allowed, no current EF",
            ),
            (
                StatusWord::INCORRECT_DATA,
                "6A80: incorrect parameters in the data field",
            ),
            (StatusWord::FUNCTION_NOT_SUPPORTED, "6A81: function not supported"),
            (StatusWord::FILE_NOT_FOUND, "6A82: file or application not found"),
            (StatusWord::RECORD_NOT_FOUND, "6A83: record not found"),
            (
                StatusWord::NOT_ENOUGH_MEMORY,
                "6A84: not enough memory space in the file",
            ),
            (StatusWord::INCORRECT_P1_P2, "6A86: incorrect P1 P2"),
            (
                StatusWord::NC_INCONSISTENT_WITH_P1_P2,
                "6A87: Nc inconsistent with P1 P2",
            ),
            (
                StatusWord::REFERENCED_DATA_NOT_FOUND,
                "6A88: referenced data not found",
            ),
            (StatusWord::WRONG_P1_P2, "6B00: wrong P1 P2, out of range"),
            (
                StatusWord::INSTRUCTION_NOT_SUPPORTED,
                "6D00: instruction not supported or invalid",
            ),
            (StatusWord::CLASS_NOT_SUPPORTED, "6E00: class not supported"),
            (StatusWord::NO_PRECISE_DIAGNOSIS, "6F00: no precise diagnosis"),
        ] {
            assert_eq!(status.to_string(), text);
        }
    }

    const TEXTS: &[(u16, Class, &str)] = &[
        (0x9000, Class::Normal, "9000: normal processing"),
        (
            0x6100,
            Class::Normal,
            "6100: normal processing, more data for GET RESPONSE: 256 bytes or more",
        ),
        (
            0x6110,
            Class::Normal,
            "6110: normal processing, more data for GET RESPONSE: 16 bytes",
        ),
        (0x6200, Class::Warning, "6200: warning, state unchanged"),
        (0x6281, Class::Warning, "6281: part of the data may be corrupted"),
        (
            0x6282,
            Class::Warning,
            "6282: end of file or record before Ne bytes were read",
        ),
        (0x6283, Class::Warning, "6283: selected file deactivated"),
        (
            0x6284,
            Class::Warning,
            "6284: file control information not formatted as the standard says",
        ),
        (
            0x62FF,
            Class::Warning,
            "62FF: warning, state unchanged, reason unknown",
        ),
        (0x6300, Class::Warning, "6300: warning, state changed"),
        (0x6381, Class::Warning, "6381: file filled up by the last write"),
        (0x63C0, Class::Warning, "63C0: warning, state changed, counter: 0"),
        (
            0x63CF,
            Class::Warning,
            "63CF: warning, state changed, counter: 15",
        ),
        (
            0x6400,
            Class::ExecutionError,
            "6400: execution error, state unchanged",
        ),
        (
            0x6500,
            Class::ExecutionError,
            "6500: execution error, state changed",
        ),
        (0x6581, Class::ExecutionError, "6581: memory failure"),
        (
            0x6600,
            Class::ExecutionError,
            "6600: execution error, security-related",
        ),
        (0x6700, Class::CheckingError, "6700: wrong length"),
        (
            0x6881,
            Class::CheckingError,
            "6881: logical channel not supported",
        ),
        (
            0x6882,
            Class::CheckingError,
            "6882: secure messaging not supported",
        ),
        (
            0x6883,
            Class::CheckingError,
            "6883: last command of the chain expected",
        ),
        (
            0x6884,
            Class::CheckingError,
            "6884: command chaining not supported",
        ),
        (
            0x6981,
            Class::CheckingError,
            "6981: command incompatible with file structure",
        ),
        (
            0x6982,
            Class::CheckingError,
            "6982: security status not satisfied",
        ),
        (
            0x6983,
            Class::CheckingError,
            "6983: authentication method blocked",
        ),
        (0x6984, Class::CheckingError, "6984: reference data not usable"),
        (
            0x6985,
            Class::CheckingError,
            "6985: conditions of use not satisfied",
        ),
        (
            0x6986,
            Class::CheckingError,
            "6986: command not allowed, no current EF",
        ),
        (
            0x6987,
            Class::CheckingError,
            "6987: secure messaging data objects missing",
        ),
        (
            0x6988,
            Class::CheckingError,
            "6988: secure messaging data objects incorrect",
        ),
        (
            0x6A80,
            Class::CheckingError,
            "6A80: incorrect parameters in the data field",
        ),
        (0x6A81, Class::CheckingError, "6A81: function not supported"),
        (
            0x6A82,
            Class::CheckingError,
            "6A82: file or application not found",
        ),
        (0x6A83, Class::CheckingError, "6A83: record not found"),
        (
            0x6A84,
            Class::CheckingError,
            "6A84: not enough memory space in the file",
        ),
        (
            0x6A85,
            Class::CheckingError,
            "6A85: Nc inconsistent with TLV structure",
        ),
        (0x6A86, Class::CheckingError, "6A86: incorrect P1 P2"),
        (0x6A87, Class::CheckingError, "6A87: Nc inconsistent with P1 P2"),
        (0x6A88, Class::CheckingError, "6A88: referenced data not found"),
        (0x6A89, Class::CheckingError, "6A89: file already exists"),
        (0x6A8A, Class::CheckingError, "6A8A: DF name already exists"),
        (0x6B00, Class::CheckingError, "6B00: wrong P1 P2, out of range"),
        (0x6C00, Class::CheckingError, "6C00: wrong Le: 256 is right"),
        (0x6C12, Class::CheckingError, "6C12: wrong Le: 18 is right"),
        (
            0x6D00,
            Class::CheckingError,
            "6D00: instruction not supported or invalid",
        ),
        (0x6E00, Class::CheckingError, "6E00: class not supported"),
        (0x6F00, Class::CheckingError, "6F00: no precise diagnosis"),
        (
            0x9F10,
            Class::Proprietary,
            "9F10: data for GET RESPONSE on a SIM: 16 bytes",
        ),
        (
            0x9F00,
            Class::Proprietary,
            "9F00: data for GET RESPONSE on a SIM: 256 bytes",
        ),
        (0x9484, Class::Proprietary, "9484: algorithm not supported"),
        (0x9485, Class::Proprietary, "9485: invalid key check value"),
        (
            0x9001,
            Class::Proprietary,
            "9001: proprietary, see the card's documentation",
        ),
        (
            0x6F01,
            Class::Proprietary,
            "6F01: proprietary, see the card's documentation",
        ),
        (0x6000, Class::Invalid, "6000: not a status word of the standard"),
        (0x1234, Class::Invalid, "1234: not a status word of the standard"),
    ];

    #[test]
    fn class_and_text_follow_the_standard() {
        for &(value, class, text) in TEXTS {
            let status = StatusWord::from_u16(value);
            assert_eq!(status.class(), class, "{value:04X}");
            assert_eq!(status.to_string(), text);
        }
    }
}
