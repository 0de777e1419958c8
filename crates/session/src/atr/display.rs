//! An ATR as people like to read it: one line a byte.

use core::fmt;

use super::coding::{
    C6Use, ClockStop, Convention, OperatingClasses, SpecificMode, Tck, c6_use, clock_stop, d, f_and_f_max,
    operating_classes,
};
use super::interface::Role;
use super::{Atr, InterfaceByte};

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
        f.write_str(if separator.is_empty() {
            "no interface bytes"
        } else {
            " follow"
        })
    }
}

impl fmt::Display for Convention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Direct => "direct convention",
            Self::Inverse => "inverse convention",
            Self::Unknown { .. } => "unknown convention",
        })
    }
}

impl fmt::Display for SpecificMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let change = if self.can_change() {
            "can change"
        } else {
            "cannot change"
        };
        let parameters = if self.implicit_parameters() {
            "F and D implicit"
        } else {
            "F and D by TA1"
        };
        write!(f, "specific mode, T={}, {change}, {parameters}", self.protocol())
    }
}

impl fmt::Display for ClockStop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotSupported => "no clock stop",
            Self::Low => "clock stop low",
            Self::High => "clock stop high",
            Self::Either => "clock stop at either level",
        })
    }
}

impl fmt::Display for OperatingClasses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.is_defined() {
            return f.write_str("classes reserved");
        }
        let classes = [(self.a(), "5 V"), (self.b(), "3 V"), (self.c(), "1.8 V")];
        let mut separator = "";
        for (_, volts) in classes.iter().filter(|(is_supported, _)| *is_supported) {
            write!(f, "{separator}{volts}")?;
            separator = ", ";
        }
        Ok(())
    }
}

impl fmt::Display for C6Use {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotUsed => f.write_str("C6 not used"),
            Self::Standard(bits) => write!(f, "C6 in standard use ({bits:02X})"),
            Self::Proprietary(bits) => write!(f, "C6 in proprietary use ({bits:02X})"),
        }
    }
}
