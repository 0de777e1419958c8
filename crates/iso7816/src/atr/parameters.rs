//! What the interface bytes say: the methods of an ATR.

use super::answer::Atr;
use super::coding::{
    C6Use, ClockStop, ErrorDetection, OperatingClasses, SpecificMode, c6_use, clock_stop, d, f_and_f_max,
    operating_classes,
};
use super::interface_bytes::InterfaceByteKind::{Ta, Tb, Tc};
use super::interface_bytes::{InterfaceByte, InterfaceByteKind, Role};

/// TA1 where it is absent: F of 372, D of 1, 5 MHz.
const DEFAULT_TA1: u8 = 0x11;

impl Atr {
    fn ta1(&self) -> Option<u8> {
        self.t0()?;
        Some(self.ta(1).unwrap_or(DEFAULT_TA1))
    }

    /// Gives F, the clock rate conversion integer that TA1 codes; 372 where TA1 is absent, `None` where its code is reserved.
    ///
    /// ISO/IEC 7816-3:2006, 8.3, table 7.
    #[must_use]
    pub fn f(&self) -> Option<u16> {
        f_and_f_max(self.ta1()?).map(|(f, _)| f)
    }

    /// Gives the largest clock frequency in kHz that TA1 codes; 5000 where TA1 is absent, `None` where its code is reserved.
    ///
    /// ISO/IEC 7816-3:2006, 8.3, table 7.
    #[must_use]
    pub fn f_max_khz(&self) -> Option<u16> {
        f_and_f_max(self.ta1()?).map(|(_, f_max)| f_max)
    }

    /// Gives D, the baud rate adjustment integer that TA1 codes; 1 where TA1 is absent, `None` where its code is reserved.
    ///
    /// ISO/IEC 7816-3:2006, 8.3, table 8.
    #[must_use]
    pub fn d(&self) -> Option<u8> {
        d(self.ta1()?)
    }

    /// Gives N, the extra guard time integer, which is TC1; `None` where TC1 is absent, which means 0.
    ///
    /// 255 means the shortest guard time of the protocol. ISO/IEC 7816-3:2006, 8.3.
    #[must_use]
    pub fn n(&self) -> Option<u8> {
        self.tc(1)
    }

    /// Gives the specific mode that the card is in; `None` in negotiable mode, where TA2 is absent.
    ///
    /// ISO/IEC 7816-3:2006, 6.3.1 and 8.3.
    #[must_use]
    pub fn specific_mode(&self) -> Option<SpecificMode> {
        self.ta(2).map(SpecificMode::new)
    }

    /// Gives the protocol that is spoken unless the reader negotiates another one: that of the specific mode (TA2), else the
    /// first offered one.
    ///
    /// ISO/IEC 7816-3:2006, 6.3.1.
    #[must_use]
    pub fn default_protocol(&self) -> Option<u8> {
        self.specific_mode()
            .map(|mode| mode.protocol())
            .or_else(|| self.first_offered_protocol())
    }

    /// Gives WI, the waiting time integer of T=0, which is TC2; 10 where TC2 is absent, `None` where T=0 is not offered.
    ///
    /// ISO/IEC 7816-3:2006, 10.2.
    #[must_use]
    pub fn wi(&self) -> Option<u8> {
        self.offers(0).then(|| self.tc(2).unwrap_or(10))
    }

    /// Gives IFSC, the largest information field that the card takes with T=1, in bytes; 32 where the card does not say.
    ///
    /// It is the first TA for T=1. `None` where T=1 is not offered. ISO/IEC 7816-3:2006, 11.4.2.
    #[must_use]
    pub fn ifsc(&self) -> Option<u8> {
        self.offers(1).then(|| self.first(Ta, 1).unwrap_or(32))
    }

    /// Gives BWI, the block waiting time integer of T=1; 4 where the card does not say.
    ///
    /// It is the high half of the first TB for T=1. `None` where T=1 is not offered. ISO/IEC 7816-3:2006, 11.4.3.
    #[must_use]
    pub fn bwi(&self) -> Option<u8> {
        self.offers(1).then(|| self.first(Tb, 1).map_or(4, |tb| tb >> 4))
    }

    /// Gives CWI, the character waiting time integer of T=1; 13 where the card does not say.
    ///
    /// It is the low half of the first TB for T=1. `None` where T=1 is not offered. ISO/IEC 7816-3:2006, 11.4.3.
    #[must_use]
    pub fn cwi(&self) -> Option<u8> {
        self.offers(1)
            .then(|| self.first(Tb, 1).map_or(13, |tb| tb & 0x0F))
    }

    /// Gives the error detection code of T=1, by the first TC for T=1; `None` where T=1 is not offered.
    ///
    /// ISO/IEC 7816-3:2006, 11.4.4.
    #[must_use]
    pub fn error_detection(&self) -> Option<ErrorDetection> {
        self.offers(1).then(|| match self.first(Tc, 1) {
            Some(tc) if tc & 0x01 != 0 => ErrorDetection::Crc,
            _ => ErrorDetection::Lrc,
        })
    }

    /// Gives whether the clock may stop, by the first TA for T=15; `None` where it is absent, which means that it may not.
    ///
    /// ISO/IEC 7816-3:2006, 8.3.
    #[must_use]
    pub fn clock_stop(&self) -> Option<ClockStop> {
        self.first(Ta, 15).map(clock_stop)
    }

    /// Gives the classes of operating conditions, by the first TA for T=15; `None` where it is absent, which means class A.
    ///
    /// ISO/IEC 7816-3:2006, 8.3.
    #[must_use]
    pub fn operating_classes(&self) -> Option<OperatingClasses> {
        self.first(Ta, 15).map(operating_classes)
    }

    /// Gives the use of the contact C6, by the first TB for T=15; `None` where it is absent, which means that it has none.
    ///
    /// ISO/IEC 7816-3:2006, 8.3.
    #[must_use]
    pub fn c6_use(&self) -> Option<C6Use> {
        self.first(Tb, 15).map(c6_use)
    }

    fn offers(&self, t: u8) -> bool {
        self.protocols().any(|offered| offered == t)
    }

    fn first(&self, kind: InterfaceByteKind, t: u8) -> Option<u8> {
        self.first_byte(kind, t).map(|byte| byte.value())
    }

    /// The first byte of a kind that belongs to a T; those with the numbers 1 and 2 belong to none, but for TC2.
    fn first_byte(&self, kind: InterfaceByteKind, t: u8) -> Option<InterfaceByte> {
        self.interface_bytes()
            .find(|byte| byte.kind() == kind && byte.protocol() == Some(t))
    }

    /// What an interface byte of this ATR says.
    pub(super) fn role(&self, byte: &InterfaceByte) -> Role {
        let first = byte.protocol().and_then(|t| self.first_byte(byte.kind(), t));
        byte.role(first == Some(*byte))
    }
}
