//! An answer to reset as bytes.

use core::fmt;

use super::coding::Convention;

/// An answer to reset, as a reader handed it over.
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

impl Atr {
    /// The largest number of bytes kept: 36, the size of the field in Windows. The standard allows 33.
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
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or(&self.bytes)
    }

    /// The number of bytes that did not fit.
    pub(super) fn dropped(&self) -> usize {
        self.dropped
    }

    /// Gives the convention of the bits on the line, by TS; `None` where there is no byte.
    ///
    /// ISO/IEC 7816-3:2006, 8.1.
    #[must_use]
    pub fn convention(&self) -> Option<Convention> {
        self.as_bytes().first().map(|&ts| Convention::from_ts(ts))
    }

    /// Gives T0, the format byte: which interface bytes follow, and the number of historical bytes.
    ///
    /// `None` where it is missing or TS is unknown. ISO/IEC 7816-3:2006, 8.2.2.
    #[must_use]
    pub fn t0(&self) -> Option<u8> {
        match self.as_bytes() {
            [0x3B | 0x3F, t0, ..] => Some(*t0),
            _ => None,
        }
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
