//! The protocols between reader and card.

use super::wrong_answer::{WrongAnswer, wide};
use pcsc_sys::{self as sys, DWORD};
use std::fmt;

/// The protocol that a card is being talked to with.
///
/// An open type: a reader in direct mode reports 0, and a number that no header lists is kept as it is.
///
/// # Examples
/// ```
/// use pcsc_session::Protocol;
///
/// assert_eq!(Protocol::T1.to_string(), "T=1");
/// assert_eq!(Protocol(0x40).to_string(), "protocol 0x40");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Protocol(pub u32);

impl Protocol {
    /// None: in direct mode, before one was negotiated.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::Protocol;
    ///
    /// assert_eq!(Protocol::UNDEFINED.to_string(), "no protocol");
    /// ```
    pub const UNDEFINED: Protocol = Protocol::of_header(sys::SCARD_PROTOCOL_UNDEFINED);
    /// T=0, by bytes (ISO/IEC 7816-3, clause 10).
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::Protocol;
    ///
    /// assert_eq!(Protocol::T0.to_string(), "T=0");
    /// ```
    pub const T0: Protocol = Protocol::of_header(sys::SCARD_PROTOCOL_T0);
    /// T=1, by blocks (ISO/IEC 7816-3, clause 11).
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::Protocol;
    ///
    /// assert_eq!(Protocol::T1.to_string(), "T=1");
    /// ```
    pub const T1: Protocol = Protocol::of_header(sys::SCARD_PROTOCOL_T1);
    /// The reader's own.
    ///
    /// # Platform notes
    /// 4 with pcsc-lite and on macOS, 0x10000 on Windows.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::Protocol;
    ///
    /// assert_eq!(Protocol::RAW.to_string(), "raw");
    /// ```
    pub const RAW: Protocol = Protocol::of_header(sys::SCARD_PROTOCOL_RAW);

    /// Makes a protocol of C's number.
    pub(super) fn from_c(protocol: DWORD) -> Result<Protocol, WrongAnswer> {
        let given = wide(protocol);
        let number = u32::try_from(given).map_err(|_| WrongAnswer::Protocol { given })?;
        Ok(Protocol(number))
    }

    /// Makes a protocol of a constant of `winscard.h`, which has 32 bits.
    const fn of_header(protocol: DWORD) -> Protocol {
        Protocol(protocol as u32)
    }

    /// Checks that it is one that a card can be talked to with, or none: a header lists it.
    pub(crate) fn check_listed(self) -> Result<Protocol, WrongAnswer> {
        match self {
            Protocol::UNDEFINED | Protocol::T0 | Protocol::T1 | Protocol::RAW => Ok(self),
            Protocol(number) => Err(WrongAnswer::Protocol { given: number.into() }),
        }
    }

    pub(super) const fn to_c(self) -> DWORD {
        self.0 as DWORD
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Protocol::UNDEFINED => f.write_str("no protocol"),
            Protocol::T0 => f.write_str("T=0"),
            Protocol::T1 => f.write_str("T=1"),
            Protocol::RAW => f.write_str("raw"),
            Protocol(number) => write!(f, "protocol 0x{number:X}"),
        }
    }
}

impl fmt::Debug for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

bitflags::bitflags! {
    /// A set of protocols: those that a session may use. The reader and the card choose one of them.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::Protocols;
    ///
    /// assert_eq!(Protocols::T0 | Protocols::T1, Protocols::ANY);
    /// assert!(!Protocols::ANY.contains(Protocols::RAW));
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct Protocols: u32 {
        /// T=0.
        const T0 = sys::SCARD_PROTOCOL_T0 as u32;
        /// T=1.
        const T1 = sys::SCARD_PROTOCOL_T1 as u32;
        /// The reader's own.
        const RAW = sys::SCARD_PROTOCOL_RAW as u32;
        /// T=0 or T=1.
        const ANY = sys::SCARD_PROTOCOL_ANY as u32;
        /// A number that this version does not name is handed to C as it is.
        const _ = !0;
    }
}

impl Protocols {
    pub(super) const fn to_c(self) -> DWORD {
        self.bits() as DWORD
    }
}
