//! What the interface bytes and TCK code, as types.

use core::fmt;

/// The coding of bits on the line. ISO/IEC 7816-3:2006, 8.1.
///
/// # Examples
/// ```
/// use pcsc_iso7816::atr::{Atr, Convention};
///
/// assert_eq!(Atr::new(&[0x3F, 0x00]).convention(), Some(Convention::Inverse));
/// assert_eq!(Atr::new(&[0x00]).convention(), Some(Convention::Unknown { ts: 0x00 }));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Convention {
    /// TS is 3B: high is one, the least significant bit comes first.
    Direct,
    /// TS is 3F: low is one, the most significant bit comes first.
    Inverse,
    /// TS is neither, and the rest is not read.
    Unknown {
        /// The value of TS.
        ts: u8,
    },
}

impl Convention {
    pub(super) const fn from_ts(ts: u8) -> Self {
        match ts {
            0x3B => Self::Direct,
            0x3F => Self::Inverse,
            _ => Self::Unknown { ts },
        }
    }
}

/// The check byte TCK, and whether it is right. ISO/IEC 7816-3:2006, 8.2.5.
///
/// # Examples
/// ```
/// use pcsc_iso7816::atr::{Atr, Tck};
///
/// assert_eq!(Atr::new(&[0x3B, 0x00]).tck(), Tck::NotExpected);
/// let wrong = Tck::Wrong { found: 0x00, expected: 0x81 };
/// assert_eq!(Atr::new(&[0x3B, 0x80, 0x01, 0x00]).tck(), wrong);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tck {
    /// The card names T=0 alone, and so has none.
    NotExpected,
    /// It should be there and is not.
    Missing,
    /// It is there and right.
    Correct(u8),
    /// It is there and wrong.
    Wrong {
        /// The byte that is there.
        found: u8,
        /// The byte that would be right.
        expected: u8,
    },
}

/// The specific mode that a card is in: TA2. ISO/IEC 7816-3:2006, 8.3.
///
/// # Examples
/// ```
/// use pcsc_iso7816::atr::Atr;
///
/// let mode = Atr::new(&[0x3B, 0x80, 0x10, 0x10]).specific_mode().expect("TA2");
/// assert_eq!((mode.protocol(), mode.can_change(), mode.implicit_parameters()), (0, true, true));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SpecificMode(u8);

impl SpecificMode {
    pub(super) const fn new(ta2: u8) -> Self {
        Self(ta2)
    }

    /// Gives the T that is spoken.
    #[must_use]
    pub const fn protocol(self) -> u8 {
        self.0 & 0x0F
    }

    /// Tells whether the card can change to negotiable mode.
    #[must_use]
    pub const fn can_change(self) -> bool {
        self.0 & 0x80 == 0
    }

    /// Tells whether F and D are known by agreement, and not those of TA1.
    #[must_use]
    pub const fn implicit_parameters(self) -> bool {
        self.0 & 0x10 != 0
    }
}

/// The error detection code of T=1. ISO/IEC 7816-3:2006, 11.4.4.
///
/// # Examples
/// ```
/// use pcsc_iso7816::atr::{Atr, ErrorDetection};
///
/// let atr = Atr::new(&[0x3B, 0x80, 0x01, 0x81]); // T=1, with no byte of its own
/// assert_eq!(atr.error_detection(), Some(ErrorDetection::Lrc));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorDetection {
    /// One byte, by exclusive or: the default.
    Lrc,
    /// Two bytes, by polynomial division.
    Crc,
}

/// The level at which the clock may stop, where it may. ISO/IEC 7816-3:2006, 8.3.
///
/// # Examples
/// ```
/// use pcsc_iso7816::atr::{Atr, ClockStop};
///
/// let atr = Atr::new(&[0x3B, 0x80, 0x80, 0x3F, 0x43, 0x01, 0x7D]); // TA3 and TB3 are for T=15
/// assert_eq!(atr.clock_stop(), Some(ClockStop::Low));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClockStop {
    /// It may not stop.
    NotSupported,
    /// It may stop low.
    Low,
    /// It may stop high.
    High,
    /// It may stop at either level.
    Either,
}

/// The card's use of its contact C6. ISO/IEC 7816-3:2006, 8.3.
///
/// # Examples
/// ```
/// use pcsc_iso7816::atr::{Atr, C6Use};
///
/// let atr = Atr::new(&[0x3B, 0x80, 0x80, 0x3F, 0x43, 0x01, 0x7D]); // TA3 and TB3 are for T=15
/// assert_eq!(atr.c6_use(), Some(C6Use::Standard(1)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum C6Use {
    /// Nothing.
    NotUsed,
    /// As the standard says (standard use of SPU), with the low seven bits.
    Standard(u8),
    /// Something of its own, with the low seven bits.
    Proprietary(u8),
}

/// The classes of operating conditions, by supply voltage. ISO/IEC 7816-3:2006, 5.1.3 and 8.3.
///
/// # Examples
/// ```
/// use pcsc_iso7816::atr::Atr;
///
/// let atr = Atr::new(&[0x3B, 0x80, 0x80, 0x3F, 0x43, 0x01, 0x7D]); // TA3 and TB3 are for T=15
/// let classes = atr.operating_classes().expect("TA3");
/// assert_eq!((classes.a(), classes.b(), classes.c()), (true, true, false));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OperatingClasses(u8);

impl OperatingClasses {
    /// Tells whether the card works in class A, with 5 V.
    #[must_use]
    pub const fn a(self) -> bool {
        self.0 & 0x01 != 0
    }

    /// Tells whether the card works in class B, with 3 V.
    #[must_use]
    pub const fn b(self) -> bool {
        self.0 & 0x02 != 0
    }

    /// Tells whether the card works in class C, with 1.8 V.
    #[must_use]
    pub const fn c(self) -> bool {
        self.0 & 0x04 != 0
    }

    /// Tells whether the standard has this combination: A, B, C, A and B, B and C, or all.
    pub(super) const fn is_defined(self) -> bool {
        matches!(self.0, 1..=4 | 6 | 7)
    }
}

/// F and the largest frequency in kHz, by the high half of TA1.
pub(super) const fn f_and_f_max(ta1: u8) -> Option<(u16, u16)> {
    Some(match ta1 >> 4 {
        0x0 => (372, 4_000),
        0x1 => (372, 5_000),
        0x2 => (558, 6_000),
        0x3 => (744, 8_000),
        0x4 => (1116, 12_000),
        0x5 => (1488, 16_000),
        0x6 => (1860, 20_000),
        0x9 => (512, 5_000),
        0xA => (768, 7_500),
        0xB => (1024, 10_000),
        0xC => (1536, 15_000),
        0xD => (2048, 20_000),
        _ => return None,
    })
}

/// D, by the low half of TA1.
pub(super) const fn d(ta1: u8) -> Option<u8> {
    Some(match ta1 & 0x0F {
        0x1 => 1,
        0x2 => 2,
        0x3 => 4,
        0x4 => 8,
        0x5 => 16,
        0x6 => 32,
        0x7 => 64,
        0x8 => 12,
        0x9 => 20,
        _ => return None,
    })
}

pub(super) const fn clock_stop(value: u8) -> ClockStop {
    match value >> 6 {
        0 => ClockStop::NotSupported,
        1 => ClockStop::Low,
        2 => ClockStop::High,
        _ => ClockStop::Either,
    }
}

pub(super) const fn operating_classes(value: u8) -> OperatingClasses {
    OperatingClasses(value & 0x3F)
}

pub(super) const fn c6_use(value: u8) -> C6Use {
    match value {
        0 => C6Use::NotUsed,
        0x01..=0x7F => C6Use::Standard(value),
        _ => C6Use::Proprietary(value & 0x7F),
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
