//! What a status word means as the answer to an instruction.

use core::fmt;

use super::word::StatusWord;
use crate::instruction as ins;

/// A status word together with the instruction that it answers, which can decide on what it means.
///
/// Made by [`StatusWord::after`]. The counter of 63Cx is the number of tries left after VERIFY and its kin, and the number of
/// retries that the card itself needed after a command that writes; then all was written. `Display` says it in a line.
/// ISO/IEC 7816-4:2013, 5.6, table 6; 11.2.2, 11.4.6 and 11.5.1.
///
/// # Examples
/// ```
/// use pcsc_iso7816::instruction;
/// use pcsc_iso7816::status_word::StatusWord;
///
/// let status = StatusWord::new(0x63, 0xC2);
/// let verify = status.after(instruction::VERIFY);
/// assert_eq!(verify.tries_left(), Some(2));
/// assert_eq!(verify.to_string(), "63C2: not verified, tries left: 2");
///
/// let update = status.after(instruction::UPDATE_BINARY);
/// assert_eq!((update.tries_left(), update.write_retries()), (None, Some(2)));
/// assert_eq!(update.to_string(), "63C2: written, after retries by the card: 2");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StatusAfter {
    status: StatusWord,
    ins: u8,
}

/// The kinds of command for which the standard gives 63Cx a meaning.
#[derive(Clone, Copy)]
enum Kind {
    /// They compare what the program says, and count its tries.
    Compares,
    /// They write, and count their own.
    Writes,
    Other,
}

impl Kind {
    const fn of(ins: u8) -> Self {
        match ins {
            ins::VERIFY..=ins::VERIFY_ODD
            | ins::CHANGE_REFERENCE_DATA..=0x29
            | ins::RESET_RETRY_COUNTER..=ins::RESET_RETRY_COUNTER_ODD
            | ins::EXTERNAL_AUTHENTICATE
            | ins::GENERAL_AUTHENTICATE..=ins::GENERAL_AUTHENTICATE_ODD => Self::Compares,
            ins::ERASE_RECORD
            | ins::ERASE_BINARY..=ins::ERASE_BINARY_ODD
            | ins::WRITE_BINARY..=ins::WRITE_RECORD
            | ins::UPDATE_BINARY..=ins::UPDATE_BINARY_ODD
            | ins::PUT_DATA..=ins::UPDATE_RECORD_ODD
            | ins::APPEND_RECORD => Self::Writes,
            _ => Self::Other,
        }
    }
}

impl StatusWord {
    /// Takes the status word as the answer to a command with this instruction byte.
    #[must_use]
    pub const fn after(self, ins: u8) -> StatusAfter {
        StatusAfter { status: self, ins }
    }
}

impl StatusAfter {
    /// Gives the status word.
    #[must_use]
    pub const fn status(self) -> StatusWord {
        self.status
    }

    /// Gives the number of tries that are left, 0 to 15: 63Cx after a command that verifies or authenticates.
    #[must_use]
    pub const fn tries_left(self) -> Option<u8> {
        match Kind::of(self.ins) {
            Kind::Compares => self.status.retries(),
            Kind::Writes | Kind::Other => None,
        }
    }

    /// Gives the number of retries after which the card has written everything, 0 to 15: 63Cx after a command that writes.
    ///
    /// 0 means that the card does not tell their number.
    #[must_use]
    pub const fn write_retries(self) -> Option<u8> {
        match Kind::of(self.ins) {
            Kind::Writes => self.status.retries(),
            Kind::Compares | Kind::Other => None,
        }
    }

    /// Says in a few words what the status word means as an answer to the instruction, without its numbers.
    ///
    /// What does not depend on the instruction is as [`StatusWord::meaning`] says it.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match (Kind::of(self.ins), self.status.to_u16()) {
            (Kind::Compares, 0x6300) => "not verified",
            (Kind::Compares, 0x63C0) => "not verified, no try left",
            (Kind::Compares, 0x63C1..=0x63CF) => "not verified, tries left",
            (Kind::Writes, 0x63C0..=0x63CF) => "written, after retries by the card",
            _ => self.status.meaning(),
        }
    }
}

impl fmt::Display for StatusAfter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counter = match self.tries_left().or(self.write_retries()) {
            Some(counter) => counter,
            None if self.status == 0x6300 => 0,
            None => return fmt::Display::fmt(&self.status, f),
        };
        write!(f, "{:04X}: {}", self.status, self.meaning())?;
        match counter {
            0 => Ok(()),
            counter => write!(f, ": {counter}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::StatusWord;

    fn text(sw: u16, ins: u8) -> String {
        StatusWord::from_u16(sw).after(ins).to_string()
    }

    #[test]
    fn the_counter_of_a_write_is_not_of_tries_left_field_case_5() {
        for ins in [
            0x0C, 0x0E, 0x0F, 0xD0, 0xD1, 0xD2, 0xD6, 0xD7, 0xDA, 0xDB, 0xDC, 0xDD, 0xE2,
        ] {
            assert_eq!(
                text(0x63C3, ins),
                "63C3: written, after retries by the card: 3",
                "{ins:02X}"
            );
            assert_eq!(
                text(0x63C0, ins),
                "63C0: written, after retries by the card",
                "{ins:02X}"
            );
            let after = StatusWord::from_u16(0x63C0).after(ins);
            assert_eq!((after.tries_left(), after.write_retries()), (None, Some(0)));
        }
    }

    #[test]
    fn the_counter_of_what_is_compared_is_of_tries_left() {
        for ins in [0x20, 0x21, 0x24, 0x25, 0x26, 0x28, 0x2C, 0x2D, 0x82, 0x86, 0x87] {
            assert_eq!(
                text(0x63C2, ins),
                "63C2: not verified, tries left: 2",
                "{ins:02X}"
            );
            assert_eq!(text(0x63C0, ins), "63C0: not verified, no try left", "{ins:02X}");
            assert_eq!(text(0x6300, ins), "6300: not verified", "{ins:02X}");
            let after = StatusWord::from_u16(0x63CF).after(ins);
            assert_eq!((after.tries_left(), after.write_retries()), (Some(15), None));
        }
    }

    #[test]
    fn all_else_reads_as_without_the_instruction() {
        for ins in 0..=u8::MAX {
            for sw in [0x9000, 0x6110, 0x6282, 0x6381, 0x6C08, 0x6982, 0x9F10, 0x6A82] {
                let status = StatusWord::from_u16(sw);
                assert_eq!(text(sw, ins), status.to_string(), "{ins:02X}");
                assert_eq!(status.after(ins).status(), status);
                assert_eq!(
                    (status.after(ins).tries_left(), status.after(ins).write_retries()),
                    (None, None)
                );
            }
        }
        for ins in [0xA4, 0xB0, 0xCA, 0x88, 0x84, 0xC0] {
            assert_eq!(text(0x63C2, ins), "63C2: warning, state changed, counter: 2");
            assert_eq!(text(0x6300, ins), "6300: warning, state changed");
        }
        assert_eq!(text(0x6300, 0xD6), "6300: warning, state changed");
    }
}
