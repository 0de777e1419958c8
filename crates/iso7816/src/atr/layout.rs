//! Where the parts of an answer to reset lie, and the parts.

use super::answer::Atr;
use super::coding::Tck;
use super::historical::HistoricalBytes;
use super::interface_bytes::{InterfaceByte, InterfaceByteKind, InterfaceBytes};

/// Where the parts of an ATR lie, as its own T0 and TD bytes say.
pub(super) struct Layout {
    pub(super) historical: usize,
    /// Interface bytes that are announced and not there.
    pub(super) missing: usize,
    pub(super) k: usize,
    pub(super) tck_expected: bool,
}

impl Layout {
    pub(super) fn len(&self) -> usize {
        self.historical + self.missing + self.k + usize::from(self.tck_expected)
    }
}

impl Atr {
    /// Reads the interface bytes in their order, those that are there.
    ///
    /// ISO/IEC 7816-3:2006, 8.2.3.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::atr::Atr;
    ///
    /// let atr = Atr::new(&[0x3B, 0x95, 0x13, 0x81, 0x01, 0x80, 0x73, 0xFF, 0x01, 0x00, 0x0B]);
    /// assert!(atr.interface_bytes().map(|byte| byte.value()).eq([0x13, 0x81, 0x01]));
    /// ```
    #[must_use]
    pub fn interface_bytes(&self) -> InterfaceBytes<'_> {
        InterfaceBytes::new(self.as_bytes(), self.t0())
    }

    /// Gives one interface byte by its name: TA1 is `(InterfaceByteKind::Ta, 1)`.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::atr::{Atr, InterfaceByteKind};
    ///
    /// let atr = Atr::new(&[0x3B, 0x95, 0x13, 0x81, 0x01, 0x80, 0x73, 0xFF, 0x01, 0x00, 0x0B]);
    /// assert_eq!(atr.interface_byte(InterfaceByteKind::Ta, 1).map(|ta1| ta1.value()), Some(0x13));
    /// assert_eq!(atr.interface_byte(InterfaceByteKind::Ta, 2), None);
    /// ```
    #[must_use]
    pub fn interface_byte(&self, kind: InterfaceByteKind, index: u8) -> Option<InterfaceByte> {
        self.interface_bytes()
            .find(|byte| byte.kind() == kind && byte.index() == index)
    }

    fn value(&self, kind: InterfaceByteKind, index: u8) -> Option<u8> {
        self.interface_byte(kind, index).map(|byte| byte.value())
    }

    /// Gives the byte TA with this index, from 1.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::atr::Atr;
    ///
    /// let atr = Atr::new(&[0x3B, 0x95, 0x13, 0x81, 0x01, 0x80, 0x73, 0xFF, 0x01, 0x00, 0x0B]);
    /// assert_eq!((atr.ta(1), atr.ta(2)), (Some(0x13), None));
    /// ```
    #[must_use]
    pub fn ta(&self, index: u8) -> Option<u8> {
        self.value(InterfaceByteKind::Ta, index)
    }

    /// Gives the byte TB with this index, from 1.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::atr::Atr;
    ///
    /// let atr = Atr::new(&[0x3B, 0x20, 0x00]);
    /// assert_eq!((atr.tb(1), atr.tb(2)), (Some(0x00), None));
    /// ```
    #[must_use]
    pub fn tb(&self, index: u8) -> Option<u8> {
        self.value(InterfaceByteKind::Tb, index)
    }

    /// Gives the byte TC with this index, from 1.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::atr::Atr;
    ///
    /// let atr = Atr::new(&[0x3B, 0x40, 0xFF]);
    /// assert_eq!((atr.tc(1), atr.tc(2)), (Some(0xFF), None));
    /// ```
    #[must_use]
    pub fn tc(&self, index: u8) -> Option<u8> {
        self.value(InterfaceByteKind::Tc, index)
    }

    /// Gives the byte TD with this index, from 1.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::atr::Atr;
    ///
    /// let atr = Atr::new(&[0x3B, 0x95, 0x13, 0x81, 0x01, 0x80, 0x73, 0xFF, 0x01, 0x00, 0x0B]);
    /// assert_eq!((atr.td(1), atr.td(2)), (Some(0x81), Some(0x01)));
    /// ```
    #[must_use]
    pub fn td(&self, index: u8) -> Option<u8> {
        self.value(InterfaceByteKind::Td, index)
    }

    pub(super) fn layout(&self) -> Option<Layout> {
        let t0 = self.t0()?;
        let mut bytes = self.interface_bytes();
        let tck_expected = bytes
            .by_ref()
            .any(|byte| byte.offered_protocol().is_some_and(|t| t != 0));
        bytes.by_ref().for_each(drop);
        Some(Layout {
            historical: bytes.position(),
            missing: bytes.missing(),
            k: usize::from(t0 & 0x0F),
            tck_expected,
        })
    }

    /// Gives the values of T that the card names, each once, in its order.
    ///
    /// 0 and 1 are protocols; 14 is none of the standard's; 15 is no protocol, but announces global interface bytes. A card
    /// without TD1 offers T=0. ISO/IEC 7816-3:2006, 8.2.3.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::atr::Atr;
    ///
    /// assert!(Atr::new(&[0x3B, 0x80, 0x80, 0x01, 0x01]).protocols().eq([0, 1]));
    /// assert!(Atr::new(&[0x3B, 0x00]).protocols().eq([0])); // no TD1
    /// ```
    pub fn protocols(&self) -> impl Iterator<Item = u8> + '_ {
        let implicit = self.t0().filter(|t0| t0 & 0x80 == 0).map(|_| 0);
        let mut seen = 0_u16;
        implicit
            .into_iter()
            .chain(self.interface_bytes().filter_map(|byte| byte.offered_protocol()))
            .filter(move |t| {
                let bit = 1 << t;
                let first = seen & bit == 0;
                seen |= bit;
                first
            })
    }

    /// Gives the first offered protocol: the T of TD1, or 0 where TD1 is absent.
    ///
    /// A TD1 that says 15, which the standard forbids, is passed over. ISO/IEC 7816-3:2006, 8.2.3.
    #[must_use]
    pub fn first_offered_protocol(&self) -> Option<u8> {
        self.protocols().find(|&t| t != 15)
    }

    /// Gives the historical bytes, those that are there, 0 to 15.
    ///
    /// Positions in them are counted from the number that T0 announces, also where some are missing.
    /// ISO/IEC 7816-4:2013, 12.1.1.
    #[must_use]
    pub fn historical_bytes(&self) -> HistoricalBytes<'_> {
        let Some(layout) = self.layout().filter(|layout| layout.missing == 0) else {
            return HistoricalBytes::new(&[]);
        };
        let from = self.as_bytes().get(layout.historical..).unwrap_or_default();
        HistoricalBytes::announced(from.get(..layout.k).unwrap_or(from), layout.k)
    }

    /// Gives the check byte and what is to be said about it.
    ///
    /// It is there if any T but 0 is named. From T0 to TCK, all bytes together are zero by exclusive or.
    /// ISO/IEC 7816-3:2006, 8.2.5.
    #[must_use]
    pub fn tck(&self) -> Tck {
        let Some(layout) = self.layout().filter(|layout| layout.tck_expected) else {
            return Tck::NotExpected;
        };
        match self.as_bytes().get(1..layout.len()).and_then(<[u8]>::split_last) {
            Some((tck, covered)) => match covered.iter().fold(0, |sum, byte| sum ^ byte) {
                expected if expected == *tck => Tck::Correct(*tck),
                expected => Tck::Wrong {
                    found: *tck,
                    expected,
                },
            },
            None => Tck::Missing,
        }
    }

    /// Gives the bytes after the end.
    #[must_use]
    pub fn trailing_bytes(&self) -> &[u8] {
        self.layout()
            .and_then(|layout| self.as_bytes().get(layout.len()..))
            .unwrap_or_default()
    }
}
