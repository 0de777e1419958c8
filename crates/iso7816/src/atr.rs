//! The answer to reset: what a card says about itself when it gets power.

mod capabilities;
mod coding;
mod display;
mod historical;
mod interface;
mod parameters;
mod problem;

use core::fmt;
use core::ops::Range;

pub use capabilities::{CardCapabilities, WriteBehaviour};
pub use coding::{C6Use, ClockStop, Convention, ErrorDetection, OperatingClasses, SpecificMode, Tck};
pub use historical::{Category, HistoricalBytes, StatusIndicator};
pub use interface::{InterfaceByte, InterfaceByteKind, InterfaceBytes};
pub use problem::Problem;

/// Is an answer to reset, as a reader handed it over.
///
/// It takes any bytes, keeps them as they are, and allocates nothing. What the bytes say is worked out on demand; what is
/// wrong with them is listed by [`problems`](Self::problems) and never refused. Where bytes are missing, or TS is unknown,
/// the methods give `None` or nothing. ISO/IEC 7816-3:2006, 8.2; for the historical bytes ISO/IEC 7816-4:2013, 12.1.1.
///
/// `Display` shows one line a byte with its meaning, then one line a problem; `{:X}` gives plain hexadecimal.
///
/// # Examples
/// ```
/// use pcsc_iso7816::atr::Atr;
///
/// let atr = Atr::new(&[0x3B, 0x95, 0x13, 0x81, 0x01, 0x80, 0x73, 0xFF, 0x01, 0x00, 0x0B]);
/// assert_eq!((atr.f(), atr.d()), (Some(372), Some(4)));
/// assert!(atr.protocols().eq([1]));
/// assert!(atr.problems().next().is_none());
/// assert!(atr.to_string().contains("13 TA1: F = 372, D = 4, at most 5 MHz\n"));
/// assert_eq!(format!("{atr:X}"), "3B951381018073FF01000B");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Atr {
    bytes: [u8; Self::MAX_LEN],
    len: u8,
    dropped: usize,
}

/// Where the parts of an ATR lie, as its own T0 and TD bytes say.
struct Layout {
    historical: usize,
    /// Interface bytes that are announced and not there.
    missing: usize,
    k: usize,
    tck_expected: bool,
}

impl Layout {
    fn len(&self) -> usize {
        self.historical + self.missing + self.k + usize::from(self.tck_expected)
    }
}

impl Atr {
    /// The largest number of bytes kept: 36, the size of the field in Windows. The standard allows 33.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::atr::Atr;
    ///
    /// assert_eq!(Atr::new(&[0x3B; 100]).as_bytes().len(), Atr::MAX_LEN);
    /// ```
    pub const MAX_LEN: usize = 36;

    /// Takes an answer to reset. Of more than 36 bytes the rest is dropped, which is then one of the problems.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::atr::Atr;
    ///
    /// assert_eq!(Atr::new(&[0x3B, 0x00]).as_bytes(), [0x3B, 0x00]);
    /// assert_eq!(Atr::new(&[0x3B; 40]).as_bytes().len(), Atr::MAX_LEN);
    /// ```
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        let (kept, dropped) = bytes.split_at_checked(Self::MAX_LEN).unwrap_or((bytes, &[]));
        let mut atr = Self {
            bytes: [0; Self::MAX_LEN],
            len: 0,
            dropped: dropped.len(),
        };
        for (to, from) in atr.bytes.iter_mut().zip(kept) {
            *to = *from;
            atr.len += 1;
        }
        atr
    }

    /// Gives the bytes as they came.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::atr::Atr;
    ///
    /// assert_eq!(Atr::new(&[0x3B, 0x00]).as_bytes(), [0x3B, 0x00]);
    /// ```
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or(&self.bytes)
    }

    /// Gives the convention of the bits on the line, by TS; `None` where there is no byte.
    ///
    /// ISO/IEC 7816-3:2006, 8.1.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::atr::{Atr, Convention};
    ///
    /// assert_eq!(Atr::new(&[0x3B, 0x00]).convention(), Some(Convention::Direct));
    /// assert_eq!(Atr::new(&[]).convention(), None);
    /// ```
    #[must_use]
    pub fn convention(&self) -> Option<Convention> {
        self.as_bytes().first().map(|&ts| Convention::from_ts(ts))
    }

    /// Gives T0, the format byte: which interface bytes follow, and the number of historical bytes.
    ///
    /// `None` where it is missing or TS is unknown. ISO/IEC 7816-3:2006, 8.2.2.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::atr::Atr;
    ///
    /// let atr = Atr::new(&[0x3B, 0x95, 0x13, 0x81, 0x01, 0x80, 0x73, 0xFF, 0x01, 0x00, 0x0B]);
    /// assert_eq!(atr.t0(), Some(0x95)); // TA1 and TD1 follow, and 5 historical bytes
    /// ```
    #[must_use]
    pub fn t0(&self) -> Option<u8> {
        match self.as_bytes() {
            [0x3B | 0x3F, t0, ..] => Some(*t0),
            _ => None,
        }
    }

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

    fn layout(&self) -> Option<Layout> {
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
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::atr::Atr;
    ///
    /// let atr = Atr::new(&[0x3B, 0x95, 0x13, 0x81, 0x01, 0x80, 0x73, 0xFF, 0x01, 0x00, 0x0B]);
    /// assert_eq!(atr.first_offered_protocol(), Some(1));
    /// ```
    #[must_use]
    pub fn first_offered_protocol(&self) -> Option<u8> {
        self.protocols().find(|&t| t != 15)
    }

    /// Gives the protocol that is spoken unless the reader negotiates another one: that of the specific mode (TA2), else the
    /// first offered one.
    ///
    /// ISO/IEC 7816-3:2006, 6.3.1.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::atr::Atr;
    ///
    /// assert_eq!(Atr::new(&[0x3B, 0x80, 0x80, 0x01, 0x01]).default_protocol(), Some(0));
    /// assert_eq!(Atr::new(&[0x3B, 0x80, 0x90, 0x01, 0x01, 0x10]).default_protocol(), Some(1)); // by TA2
    /// ```
    #[must_use]
    pub fn default_protocol(&self) -> Option<u8> {
        self.specific_mode()
            .map(|mode| mode.protocol())
            .or_else(|| self.first_offered_protocol())
    }

    /// Gives the historical bytes, those that are there, 0 to 15.
    ///
    /// ISO/IEC 7816-4:2013, 12.1.1.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::atr::Atr;
    ///
    /// let atr = Atr::new(&[0x3B, 0x02, 0x80, 0x31]);
    /// assert_eq!(atr.historical_bytes().as_bytes(), [0x80, 0x31]);
    /// ```
    #[must_use]
    pub fn historical_bytes(&self) -> HistoricalBytes<'_> {
        HistoricalBytes::new(self.as_bytes().get(self.historical_range()).unwrap_or_default())
    }

    fn historical_range(&self) -> Range<usize> {
        match self.layout() {
            Some(layout) if layout.missing == 0 => {
                let end = (layout.historical + layout.k).min(self.as_bytes().len());
                layout.historical.min(end)..end
            }
            _ => 0..0,
        }
    }

    /// Gives the check byte and what is to be said about it.
    ///
    /// It is there if any T but 0 is named. From T0 to TCK, all bytes together are zero by exclusive or.
    /// ISO/IEC 7816-3:2006, 8.2.5.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::atr::{Atr, Tck};
    ///
    /// let atr = Atr::new(&[0x3B, 0x95, 0x13, 0x81, 0x01, 0x80, 0x73, 0xFF, 0x01, 0x00, 0x0B]);
    /// assert_eq!(atr.tck(), Tck::Correct(0x0B));
    /// assert_eq!(Atr::new(&[0x3B, 0x00]).tck(), Tck::NotExpected);
    /// ```
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
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::atr::Atr;
    ///
    /// assert_eq!(Atr::new(&[0x3B, 0x00, 0x90, 0x00]).trailing_bytes(), [0x90, 0x00]);
    /// ```
    #[must_use]
    pub fn trailing_bytes(&self) -> &[u8] {
        self.layout()
            .and_then(|layout| self.as_bytes().get(layout.len()..))
            .unwrap_or_default()
    }
}

impl From<&[u8]> for Atr {
    fn from(bytes: &[u8]) -> Self {
        Self::new(bytes)
    }
}

impl AsRef<[u8]> for Atr {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl fmt::UpperHex for Atr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes()
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

impl fmt::LowerHex for Atr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes()
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Atr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Atr({self:X})")
    }
}

#[cfg(test)]
mod tests;
