//! What the interface bytes say: the methods of an ATR.

use super::coding::{
    C6Use, ClockStop, ErrorDetection, OperatingClasses, SpecificMode, c6_use, clock_stop, d, f_and_f_max,
    operating_classes,
};
use super::interface::InterfaceByteKind::{Ta, Tb, Tc};
use super::{Atr, InterfaceByte, InterfaceByteKind};

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
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::atr::Atr;
    ///
    /// assert_eq!(Atr::new(&[0x3B, 0x10, 0x95]).f(), Some(512));
    /// assert_eq!(Atr::new(&[0x3B, 0x00]).f(), Some(372));
    /// assert_eq!(Atr::new(&[0x3B, 0x10, 0x75]).f(), None);
    /// ```
    #[must_use]
    pub fn f(&self) -> Option<u16> {
        f_and_f_max(self.ta1()?).map(|(f, _)| f)
    }

    /// Gives the largest clock frequency in kHz that TA1 codes; 5000 where TA1 is absent, `None` where its code is reserved.
    ///
    /// ISO/IEC 7816-3:2006, 8.3, table 7.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::atr::Atr;
    ///
    /// assert_eq!(Atr::new(&[0x3B, 0x10, 0xA5]).f_max_khz(), Some(7500));
    /// assert_eq!(Atr::new(&[0x3B, 0x00]).f_max_khz(), Some(5000));
    /// ```
    #[must_use]
    pub fn f_max_khz(&self) -> Option<u16> {
        f_and_f_max(self.ta1()?).map(|(_, f_max)| f_max)
    }

    /// Gives D, the baud rate adjustment integer that TA1 codes; 1 where TA1 is absent, `None` where its code is reserved.
    ///
    /// ISO/IEC 7816-3:2006, 8.3, table 8.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::atr::Atr;
    ///
    /// assert_eq!(Atr::new(&[0x3B, 0x10, 0x95]).d(), Some(16));
    /// assert_eq!(Atr::new(&[0x3B, 0x00]).d(), Some(1));
    /// assert_eq!(Atr::new(&[0x3B, 0x10, 0x90]).d(), None);
    /// ```
    #[must_use]
    pub fn d(&self) -> Option<u8> {
        d(self.ta1()?)
    }

    /// Gives N, the extra guard time integer, which is TC1; `None` where TC1 is absent, which means 0.
    ///
    /// 255 means the shortest guard time of the protocol. ISO/IEC 7816-3:2006, 8.3.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::atr::Atr;
    ///
    /// assert_eq!(Atr::new(&[0x3B, 0x40, 0x02]).n(), Some(2));
    /// assert_eq!(Atr::new(&[0x3B, 0x00]).n(), None);
    /// ```
    #[must_use]
    pub fn n(&self) -> Option<u8> {
        self.tc(1)
    }

    /// Gives the specific mode that the card is in; `None` in negotiable mode, where TA2 is absent.
    ///
    /// ISO/IEC 7816-3:2006, 6.3.1 and 8.3.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::atr::Atr;
    ///
    /// let mode = Atr::new(&[0x3B, 0x80, 0x11, 0x01, 0x90]).specific_mode();
    /// assert_eq!(mode.map(|mode| mode.protocol()), Some(1));
    /// assert_eq!(Atr::new(&[0x3B, 0x00]).specific_mode(), None);
    /// ```
    #[must_use]
    pub fn specific_mode(&self) -> Option<SpecificMode> {
        self.ta(2).map(SpecificMode::new)
    }

    /// Gives WI, the waiting time integer of T=0, which is TC2; 10 where TC2 is absent, `None` where T=0 is not offered.
    ///
    /// ISO/IEC 7816-3:2006, 10.2.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::atr::Atr;
    ///
    /// assert_eq!(Atr::new(&[0x3B, 0x80, 0x40, 0x14]).wi(), Some(20)); // TD1, TC2
    /// assert_eq!(Atr::new(&[0x3B, 0x00]).wi(), Some(10));
    /// assert_eq!(Atr::new(&[0x3B, 0x80, 0x01, 0x81]).wi(), None); // T=1
    /// ```
    #[must_use]
    pub fn wi(&self) -> Option<u8> {
        self.offers(0).then(|| self.tc(2).unwrap_or(10))
    }

    /// Gives IFSC, the largest information field that the card takes with T=1, in bytes; 32 where the card does not say.
    ///
    /// It is the first TA for T=1. `None` where T=1 is not offered. ISO/IEC 7816-3:2006, 11.4.2.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::atr::Atr;
    ///
    /// let atr = Atr::new(&[0x3B, 0x80, 0x81, 0x71, 0xFE, 0x45, 0x01, 0xCA]); // TA3, TB3 and TC3 are for T=1
    /// assert_eq!(atr.ifsc(), Some(254));
    /// assert_eq!(Atr::new(&[0x3B, 0x00]).ifsc(), None); // T=0
    /// ```
    #[must_use]
    pub fn ifsc(&self) -> Option<u8> {
        self.offers(1).then(|| self.first(Ta, 1).unwrap_or(32))
    }

    /// Gives BWI, the block waiting time integer of T=1; 4 where the card does not say.
    ///
    /// It is the high half of the first TB for T=1. `None` where T=1 is not offered. ISO/IEC 7816-3:2006, 11.4.3.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::atr::Atr;
    ///
    /// let atr = Atr::new(&[0x3B, 0x80, 0x81, 0x71, 0xFE, 0x75, 0x01, 0xFA]); // TA3, TB3 and TC3 are for T=1
    /// assert_eq!(atr.bwi(), Some(7));
    /// assert_eq!(Atr::new(&[0x3B, 0x80, 0x01, 0x81]).bwi(), Some(4)); // without TB3
    /// ```
    #[must_use]
    pub fn bwi(&self) -> Option<u8> {
        self.offers(1).then(|| self.first(Tb, 1).map_or(4, |tb| tb >> 4))
    }

    /// Gives CWI, the character waiting time integer of T=1; 13 where the card does not say.
    ///
    /// It is the low half of the first TB for T=1. `None` where T=1 is not offered. ISO/IEC 7816-3:2006, 11.4.3.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::atr::Atr;
    ///
    /// let atr = Atr::new(&[0x3B, 0x80, 0x81, 0x71, 0xFE, 0x45, 0x01, 0xCA]); // TA3, TB3 and TC3 are for T=1
    /// assert_eq!(atr.cwi(), Some(5));
    /// ```
    #[must_use]
    pub fn cwi(&self) -> Option<u8> {
        self.offers(1)
            .then(|| self.first(Tb, 1).map_or(13, |tb| tb & 0x0F))
    }

    /// Gives the error detection code of T=1, by the first TC for T=1; `None` where T=1 is not offered.
    ///
    /// ISO/IEC 7816-3:2006, 11.4.4.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::atr::{Atr, ErrorDetection};
    ///
    /// let atr = Atr::new(&[0x3B, 0x80, 0x81, 0x71, 0xFE, 0x45, 0x01, 0xCA]); // TA3, TB3 and TC3 are for T=1
    /// assert_eq!(atr.error_detection(), Some(ErrorDetection::Crc));
    /// ```
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
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::atr::{Atr, ClockStop};
    ///
    /// let atr = Atr::new(&[0x3B, 0x80, 0x80, 0x3F, 0x43, 0x01, 0x7D]); // TA3 and TB3 are for T=15
    /// assert_eq!(atr.clock_stop(), Some(ClockStop::Low));
    /// assert_eq!(Atr::new(&[0x3B, 0x00]).clock_stop(), None);
    /// ```
    #[must_use]
    pub fn clock_stop(&self) -> Option<ClockStop> {
        self.first(Ta, 15).map(clock_stop)
    }

    /// Gives the classes of operating conditions, by the first TA for T=15; `None` where it is absent, which means class A.
    ///
    /// ISO/IEC 7816-3:2006, 8.3.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::atr::Atr;
    ///
    /// let atr = Atr::new(&[0x3B, 0x80, 0x80, 0x3F, 0x43, 0x01, 0x7D]); // TA3 and TB3 are for T=15
    /// assert!(atr.operating_classes().is_some_and(|classes| classes.b()));
    /// assert_eq!(Atr::new(&[0x3B, 0x00]).operating_classes(), None);
    /// ```
    #[must_use]
    pub fn operating_classes(&self) -> Option<OperatingClasses> {
        self.first(Ta, 15).map(operating_classes)
    }

    /// Gives the use of the contact C6, by the first TB for T=15; `None` where it is absent, which means that it has none.
    ///
    /// ISO/IEC 7816-3:2006, 8.3.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::atr::{Atr, C6Use};
    ///
    /// let atr = Atr::new(&[0x3B, 0x80, 0x80, 0x3F, 0x43, 0x01, 0x7D]); // TA3 and TB3 are for T=15
    /// assert_eq!(atr.c6_use(), Some(C6Use::Standard(1)));
    /// assert_eq!(Atr::new(&[0x3B, 0x00]).c6_use(), None);
    /// ```
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
    pub(crate) fn first_byte(&self, kind: InterfaceByteKind, t: u8) -> Option<InterfaceByte> {
        self.interface_bytes()
            .find(|byte| byte.kind() == kind && byte.protocol() == Some(t))
    }
}
