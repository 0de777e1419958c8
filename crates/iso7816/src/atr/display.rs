//! An ATR as people like to read it: one line a byte.

use core::fmt;

use super::answer::Atr;
use super::coding::{SpecificMode, Tck, c6_use, clock_stop, d, f_and_f_max, operating_classes};
use super::interface_bytes::{InterfaceByte, Role};

impl fmt::Display for Atr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let (Some(ts), Some(convention)) = (self.as_bytes().first(), self.convention()) {
            writeln!(f, "{ts:02X} TS: {convention}")?;
        }
        if let Some(t0) = self.t0() {
            writeln!(
                f,
                "{t0:02X} T0: {}, {} historical bytes",
                Announced { y: t0 >> 4, index: 1 },
                t0 & 0x0F
            )?;
        }
        for byte in self.interface_bytes() {
            write!(f, "{:02X} {}{}: ", byte.value(), byte.kind(), byte.index())?;
            self.meaning(byte, f)?;
            writeln!(f)?;
        }
        let historical = self.historical_bytes();
        for (position, byte) in historical.as_bytes().iter().enumerate() {
            writeln!(
                f,
                "{byte:02X} T{}: {}",
                position + 1,
                historical.meaning(position)
            )?;
        }
        match self.tck() {
            Tck::Correct(tck) => writeln!(f, "{tck:02X} TCK: correct")?,
            Tck::Wrong { found, expected } => {
                writeln!(f, "{found:02X} TCK: wrong, {expected:02X} would be right")?
            }
            Tck::NotExpected | Tck::Missing => {}
        }
        for byte in self.unread_bytes() {
            writeln!(f, "{byte:02X} not part of an ATR")?;
        }
        self.problems()
            .try_for_each(|problem| writeln!(f, "problem: {problem}"))
    }
}

impl Atr {
    /// The bytes after the end, or after an unknown TS.
    fn unread_bytes(&self) -> &[u8] {
        match self.as_bytes() {
            [_, rest @ ..] if self.t0().is_none() => rest,
            _ => self.trailing_bytes(),
        }
    }

    fn meaning(&self, byte: InterfaceByte, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = byte.value();
        match self.role(&byte) {
            Role::FD => match (f_and_f_max(value), d(value)) {
                (Some((f_integer, khz)), Some(d)) => {
                    write!(
                        f,
                        "F = {f_integer}, D = {d}, at most {} MHz",
                        f64::from(khz) / 1000.0
                    )
                }
                (Some((f_integer, _)), None) => write!(f, "F = {f_integer}, D reserved"),
                (None, Some(d)) => write!(f, "F reserved, D = {d}"),
                (None, None) => f.write_str("F and D reserved"),
            },
            Role::Vpp => f.write_str("programming voltage, no longer in use"),
            Role::ExtraGuardTime if value == 255 => f.write_str("N = 255, the shortest guard time"),
            Role::ExtraGuardTime => write!(f, "N = {value}"),
            Role::SpecificMode => write!(f, "{}", SpecificMode::new(value)),
            Role::WaitingTime => write!(f, "WI = {value} (T=0)"),
            Role::Ifsc => write!(f, "IFSC = {value} (T=1)"),
            Role::BwiCwi => write!(f, "BWI = {}, CWI = {} (T=1)", value >> 4, value & 0x0F),
            Role::ErrorDetection if value & 1 == 0 => f.write_str("error detection by LRC (T=1)"),
            Role::ErrorDetection => f.write_str("error detection by CRC (T=1)"),
            Role::ClockStopAndClasses => {
                write!(f, "{}, {}", clock_stop(value), operating_classes(value))
            }
            Role::C6 => write!(f, "{}", c6_use(value)),
            Role::Protocol => {
                write!(f, "T={}", value & 0x0F)?;
                if value >> 4 != 0 {
                    write!(
                        f,
                        ", {}",
                        Announced {
                            y: value >> 4,
                            index: byte.index() + 1
                        }
                    )?;
                }
                Ok(())
            }
            Role::Unknown => match byte.protocol() {
                Some(15) => f.write_str("global"),
                Some(t) => write!(f, "specific to T={t}"),
                None => f.write_str("global"),
            },
        }
    }
}

/// The interface bytes that a T0 or TD announces.
struct Announced {
    y: u8,
    index: u8,
}

impl fmt::Display for Announced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (bit, name) in ["TA", "TB", "TC", "TD"].iter().enumerate() {
            if self.y >> bit & 1 != 0 {
                write!(f, "{separator}{name}{}", self.index)?;
                separator = " ";
            }
        }
        f.write_str(match self.y.count_ones() {
            0 => "no interface bytes",
            1 => " follows",
            _ => " follow",
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::atr::Problem;
    use crate::atr::tests::{atr, problems};

    #[test]
    fn display_has_one_line_a_byte() {
        let text = atr("3B9E95801FC38031A073BE2113672902010181CDB9").to_string();
        // And one for the object that is cut off.
        assert_eq!(text.lines().count(), 21 + 1);
        for line in [
            "3B TS: direct convention",
            "9E T0: TA1 TD1 follow, 14 historical bytes",
            "95 TA1: F = 512, D = 16, at most 5 MHz",
            "80 TD1: T=0, TD2 follows",
            "1F TD2: T=15, TA3 follows",
            "C3 TA3: clock stop at either level, 5 V, 3 V",
            "80 T1: category: compact TLV",
            "31 T2: card service data",
            "73 T4: card capabilities",
            "67 T8: an object longer than the bytes that are left",
            "problem: the object at T8 is longer than the historical bytes that are left",
            "13 T7: channel chosen by the card, 4 channels",
            "B9 TCK: correct",
        ] {
            assert!(text.lines().any(|found| found == line), "{line:?} in\n{text}");
        }
    }

    /// What a line of an ATR says, by the beginning of the line.
    fn line(hex: &str, beginning: &str) -> String {
        let text = atr(hex).to_string();
        let found = text.lines().find_map(|line| line.strip_prefix(beginning));
        found
            .unwrap_or_else(|| panic!("{beginning:?} in\n{text}"))
            .to_owned()
    }

    #[test]
    fn display_says_what_each_historical_byte_means() {
        // Card service data, card capabilities and status.
        let card = "3B8C 01 80 31 F8 73 F6 41 FF 83 05 90 00 00";
        for (beginning, says) in [
            (
                "F8 T3: ",
                "application by full name, application by partial name, data objects in EF.DIR, data objects in EF.ATR, read by READ BINARY, with MF",
            ),
            ("41 T6: ", "data coding: units of 2 quartets, write OR"),
            ("05 T9: ", "life cycle status: operational, activated"),
            ("90 T10: ", "SW1"),
            ("00 T11: ", "SW2: 9000: normal processing"),
        ] {
            assert_eq!(line(card, beginning), says);
        }
        for (hex, beginning, says) in [
            ("3B03 80 31 01", "01 T3: ", "without MF"),
            (
                "3B03 80 31 24",
                "24 T3: ",
                "data objects in EF.DIR, read by GET DATA, with MF",
            ),
            ("3B03 80 81 03", "03 T3: ", "life cycle status: initialisation"),
            (
                "3B03 80 81 04",
                "04 T3: ",
                "life cycle status: operational, deactivated",
            ),
            ("3B03 80 81 0F", "0F T3: ", "life cycle status: termination"),
            ("3B04 80 82 62 83", "62 T3: ", "SW1"),
            ("3B04 80 82 00 00", "00 T4: ", "SW2: no status given"),
            (
                "3B04 00 07 62 83",
                "07 T2: ",
                "life cycle status: operational, activated",
            ),
            ("3B04 80 52 4A 43", "4A T3: ", "card issuer's data 'J'"),
            ("3B04 80 12 02 76", "02 T3: ", "country code"),
            ("3B02 4A 43", "43 T2: ", "the maker's own 'C'"),
            ("3B02 10 07", "07 T2: ", "DIR data reference"),
        ] {
            assert_eq!(line(hex, beginning), says, "{hex}");
        }
    }

    #[test]
    fn a_contactless_card_is_told_by_its_reader() {
        // MIFARE Classic 1K. PC/SC part 3, 3.1.3.2.3.
        let card = "3B8F 80 01 80 4F 0C A0 00 00 03 06 03 00 01 00 00 00 00 6A";
        assert_eq!(problems(card), []);
        for (beginning, says) in [
            ("4F T2: ", "a card without an answer to reset, by its reader"),
            ("0C T3: ", "12 bytes follow"),
            ("A0 T4: ", "RID of PC/SC"),
            ("06 T8: ", "RID of PC/SC"),
            ("03 T9: ", "standard: ISO/IEC 14443 A"),
            ("00 T10: ", "card name"),
            ("01 T11: ", "card name: 0001 MIFARE Classic 1K"),
            ("00 T12: ", "reserved"),
        ] {
            assert_eq!(line(card, beginning), says);
        }
        // Another RID is no such form: the object is too long as it stands.
        let other = "3B8F 80 01 80 4F 0C A0 00 00 03 07 03 00 01 00 00 00 00 6B";
        assert_eq!(problems(other), [Problem::ObjectTooLong { position: 2 }]);
    }
}
