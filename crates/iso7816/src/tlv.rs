//! Data objects: BER-TLV as in file control information, and compact TLV as in historical bytes.

mod compact;

use core::fmt;

pub use compact::{CompactTlv, CompactTlvs};

/// Says where and why bytes are not the data objects that they should be.
///
/// # Examples
/// ```
/// use pcsc_iso7816::tlv::BerTlvs;
///
/// let error = BerTlvs::new(&[0x84, 0x03, 0xA0]).find(0x84).unwrap_err();
/// assert_eq!(error.to_string(), "data object, byte 3: the value is shorter than its length says");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TlvError {
    offset: usize,
    kind: TlvErrorKind,
}

/// Says what is wrong with a data object.
///
/// # Examples
/// ```
/// use pcsc_iso7816::tlv::{BerTlvs, TlvErrorKind};
///
/// let error = BerTlvs::new(&[0x84, 0x80]).find(0x84).unwrap_err();
/// assert_eq!(error.kind(), TlvErrorKind::LengthReserved);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlvErrorKind {
    /// The bytes end inside the tag.
    TagIncomplete,
    /// The tag has more than four bytes.
    TagTooLong,
    /// The bytes end inside the length.
    LengthIncomplete,
    /// The first byte of the length is 80 or above 84, which the standard reserves.
    LengthReserved,
    /// The value has fewer bytes than the length says.
    ValueIncomplete,
}

impl TlvError {
    pub(crate) const fn new(offset: usize, kind: TlvErrorKind) -> Self {
        Self { offset, kind }
    }

    /// Gives the position, in bytes from the beginning, of the byte that is wrong or missing.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::tlv::BerTlvs;
    ///
    /// let error = BerTlvs::new(&[0x84, 0x80]).find(0x84).unwrap_err();
    /// assert_eq!(error.offset(), 1);
    /// ```
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset
    }

    /// Gives what is wrong.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::tlv::{BerTlvs, TlvErrorKind};
    ///
    /// let error = BerTlvs::new(&[0x9F]).find(0x84).unwrap_err();
    /// assert_eq!(error.kind(), TlvErrorKind::TagIncomplete);
    /// ```
    #[must_use]
    pub const fn kind(&self) -> TlvErrorKind {
        self.kind
    }
}

impl fmt::Display for TlvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            TlvErrorKind::TagIncomplete => "the tag is incomplete",
            TlvErrorKind::TagTooLong => "the tag has more than four bytes",
            TlvErrorKind::LengthIncomplete => "the length is incomplete",
            TlvErrorKind::LengthReserved => "the length is coded in a reserved way",
            TlvErrorKind::ValueIncomplete => "the value is shorter than its length says",
        };
        write!(f, "data object, byte {}: {what}", self.offset)
    }
}

impl core::error::Error for TlvError {}

/// Is one BER-TLV data object.
///
/// ISO/IEC 7816-4:2013, 5.2.2.
///
/// # Examples
/// ```
/// use pcsc_iso7816::tlv::BerTlvs;
///
/// let mut objects = BerTlvs::new(&[0x5A, 0x01, 0x42]);
/// let object = objects.next().expect("an object")?;
/// assert_eq!((object.tag(), object.value()), (0x5A, &[0x42][..]));
/// assert_eq!(format!("{object:?}"), "BerTlv(5A, 1 bytes)");
/// # Ok::<(), pcsc_iso7816::tlv::TlvError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct BerTlv<'a> {
    tag: u32,
    constructed: bool,
    value: &'a [u8],
}

impl<'a> BerTlv<'a> {
    /// Gives the tag field as one number, its first byte the highest: 0x6F, 0x9F38.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::tlv::BerTlvs;
    ///
    /// let mut objects = BerTlvs::new(&[0x9F, 0x38, 0x00]);
    /// let object = objects.next().expect("an object")?;
    /// assert_eq!(object.tag(), 0x9F38);
    /// # Ok::<(), pcsc_iso7816::tlv::TlvError>(())
    /// ```
    #[must_use]
    pub const fn tag(&self) -> u32 {
        self.tag
    }

    /// Gives the value field.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::tlv::BerTlvs;
    ///
    /// let mut objects = BerTlvs::new(&[0x84, 0x02, 0xA0, 0x00]);
    /// let object = objects.next().expect("an object")?;
    /// assert_eq!(object.value(), [0xA0, 0x00]);
    /// # Ok::<(), pcsc_iso7816::tlv::TlvError>(())
    /// ```
    #[must_use]
    pub const fn value(&self) -> &'a [u8] {
        self.value
    }

    /// Tells whether the value is itself made of data objects.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::tlv::BerTlvs;
    ///
    /// let mut objects = BerTlvs::new(&[0x6F, 0x00, 0x84, 0x00]);
    /// let object = objects.next().expect("an object")?;
    /// assert!(object.is_constructed());
    /// assert!(!objects.next().expect("a second one")?.is_constructed());
    /// # Ok::<(), pcsc_iso7816::tlv::TlvError>(())
    /// ```
    #[must_use]
    pub const fn is_constructed(&self) -> bool {
        self.constructed
    }

    /// Reads the data objects within a constructed one; offsets count from the beginning of its value.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::tlv::BerTlvs;
    ///
    /// let mut objects = BerTlvs::new(&[0x6F, 0x03, 0x84, 0x01, 0xA0]);
    /// let object = objects.next().expect("an object")?;
    /// let name = object.children().find(0x84)?.expect("a DF name");
    /// assert_eq!(name.value(), [0xA0]);
    /// # Ok::<(), pcsc_iso7816::tlv::TlvError>(())
    /// ```
    #[must_use]
    pub const fn children(&self) -> BerTlvs<'a> {
        BerTlvs::new(self.value)
    }
}

impl fmt::Debug for BerTlv<'_> {
    /// Shows the tag and the length of the value, never the value, which may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BerTlv({:X}, {} bytes)", self.tag, self.value.len())
    }
}

/// Reads BER-TLV data objects one after the other.
///
/// Bytes of 00 before, between and after objects are skipped, and so is a run of FF up to the end (erased memory).
/// Tags have up to four bytes, lengths up to four after the first. After an error the iterator ends.
/// ISO/IEC 7816-4:2013, 5.2.2.
///
/// # Examples
/// ```
/// use pcsc_iso7816::tlv::BerTlvs;
///
/// let information = [0x6F, 0x04, 0x84, 0x02, 0xA0, 0x00];
/// let template = BerTlvs::new(&information).find(0x6F)?.expect("a template");
/// let name = template.children().find(0x84)?.expect("a DF name");
/// assert_eq!(name.value(), [0xA0, 0x00]);
/// # Ok::<(), pcsc_iso7816::tlv::TlvError>(())
/// ```
#[derive(Clone)]
pub struct BerTlvs<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl fmt::Debug for BerTlvs<'_> {
    /// Shows the position and the number of bytes, never the bytes, which may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BerTlvs({} of {} bytes)", self.position, self.bytes.len())
    }
}

impl<'a> BerTlvs<'a> {
    /// Begins at the first byte.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::tlv::BerTlvs;
    ///
    /// let objects = BerTlvs::new(&[0x84, 0x00, 0x85, 0x00]);
    /// let tags: Vec<_> = objects.map(|object| object.map(|object| object.tag())).collect::<Result<_, _>>()?;
    /// assert_eq!(tags, [0x84, 0x85]);
    /// # Ok::<(), pcsc_iso7816::tlv::TlvError>(())
    /// ```
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, position: 0 }
    }

    /// Gives the next object with this tag, without looking into constructed ones.
    ///
    /// # Errors
    /// [`TlvError`] where the bytes before it are no data objects.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::tlv::BerTlvs;
    ///
    /// let objects = BerTlvs::new(&[0x84, 0x01, 0xA0, 0x85, 0x01, 0x42]);
    /// assert_eq!(objects.clone().find(0x85)?.expect("there").value(), [0x42]);
    /// assert_eq!(objects.find(0x86)?, None);
    /// # Ok::<(), pcsc_iso7816::tlv::TlvError>(())
    /// ```
    pub fn find(mut self, tag: u32) -> Result<Option<BerTlv<'a>>, TlvError> {
        self.find_map(|object| match object {
            Ok(object) if object.tag != tag => None,
            other => Some(other),
        })
        .transpose()
    }

    fn take(&mut self, incomplete: TlvErrorKind) -> Result<u8, TlvError> {
        let byte = self
            .bytes
            .get(self.position)
            .ok_or(TlvError::new(self.bytes.len(), incomplete))?;
        self.position += 1;
        Ok(*byte)
    }

    fn object(&mut self) -> Result<BerTlv<'a>, TlvError> {
        let start = self.position;
        let first = self.take(TlvErrorKind::TagIncomplete)?;
        let mut tag = u32::from(first);
        if first & 0x1F == 0x1F {
            loop {
                let next = self.take(TlvErrorKind::TagIncomplete)?;
                if self.position - start > 4 {
                    return Err(TlvError::new(self.position - 1, TlvErrorKind::TagTooLong));
                }
                tag = tag << 8 | u32::from(next);
                if next & 0x80 == 0 {
                    break;
                }
            }
        }
        let at = self.position;
        let length = match self.take(TlvErrorKind::LengthIncomplete)? {
            short @ 0..=0x7F => u32::from(short),
            long @ 0x81..=0x84 => {
                let mut length = 0;
                for _ in 0x80..long {
                    length = length << 8 | u32::from(self.take(TlvErrorKind::LengthIncomplete)?);
                }
                length
            }
            _ => return Err(TlvError::new(at, TlvErrorKind::LengthReserved)),
        };
        let rest = self.bytes.get(self.position..).unwrap_or_default();
        let value = usize::try_from(length)
            .ok()
            .and_then(|length| rest.get(..length))
            .ok_or(TlvError::new(self.bytes.len(), TlvErrorKind::ValueIncomplete))?;
        self.position += value.len();
        Ok(BerTlv {
            tag,
            constructed: first & 0x20 != 0,
            value,
        })
    }
}

impl<'a> Iterator for BerTlvs<'a> {
    type Item = Result<BerTlv<'a>, TlvError>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.bytes.get(self.position..)?;
        self.position += rest.iter().take_while(|&&byte| byte == 0).count();
        let rest = self.bytes.get(self.position..)?;
        if rest.iter().all(|&byte| byte == 0xFF) {
            self.position = self.bytes.len();
            return None;
        }
        let object = self.object();
        if object.is_err() {
            self.position = self.bytes.len();
        }
        Some(object)
    }
}

impl core::iter::FusedIterator for BerTlvs<'_> {}

#[cfg(test)]
mod tests {
    use super::{BerTlvs, TlvErrorKind};
    use proptest::prelude::*;

    fn error_of(bytes: &[u8]) -> (usize, TlvErrorKind) {
        let error = BerTlvs::new(bytes)
            .last()
            .expect("an item")
            .expect_err("an error");
        (error.offset(), error.kind())
    }

    #[test]
    fn tags_and_lengths_of_every_size() {
        let mut bytes = vec![0x00, 0x81, 0x01, 0xAA, 0x00, 0x9F, 0x38, 0x81, 0x01, 0xBB];
        bytes.extend([
            0x5F, 0x81, 0x02, 0x82, 0x00, 0x01, 0xCC, 0x7F, 0x81, 0x82, 0x03, 0x84, 0, 0, 0, 1, 0xDD, 0xFF,
            0xFF,
        ]);
        let objects: Vec<_> = BerTlvs::new(&bytes)
            .map(|object| object.expect("valid"))
            .collect();
        let tags: Vec<_> = objects
            .iter()
            .map(|object| (object.tag(), object.value()[0], object.is_constructed()))
            .collect();
        assert_eq!(
            tags,
            [
                (0x81, 0xAA, false),
                (0x9F38, 0xBB, false),
                (0x5F_8102, 0xCC, false),
                (0x7F81_8203, 0xDD, true)
            ]
        );
    }

    #[test]
    fn errors_say_the_offset() {
        assert_eq!(error_of(&[0x9F]), (1, TlvErrorKind::TagIncomplete));
        assert_eq!(
            error_of(&[0x9F, 0x81, 0x81, 0x81, 0x01, 0x00]),
            (4, TlvErrorKind::TagTooLong)
        );
        assert_eq!(error_of(&[0x81]), (1, TlvErrorKind::LengthIncomplete));
        assert_eq!(error_of(&[0x81, 0x82, 0x01]), (3, TlvErrorKind::LengthIncomplete));
        assert_eq!(error_of(&[0x81, 0x80]), (1, TlvErrorKind::LengthReserved));
        assert_eq!(error_of(&[0x81, 0x85]), (1, TlvErrorKind::LengthReserved));
        assert_eq!(
            error_of(&[0x81, 0x00, 0x82, 0x02, 0x00]),
            (5, TlvErrorKind::ValueIncomplete)
        );
        assert_eq!(
            error_of(&[0x81, 0x84, 0xFF, 0xFF, 0xFF, 0xFF]),
            (6, TlvErrorKind::ValueIncomplete)
        );
    }

    #[test]
    fn an_error_before_the_tag_is_not_hidden() {
        assert!(BerTlvs::new(&[0x81, 0x05, 0x82]).find(0x82).is_err());
        assert_eq!(BerTlvs::new(&[0x81, 0x00]).find(0x82), Ok(None));
    }

    proptest! {
        #[test]
        fn any_bytes_end_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut objects = BerTlvs::new(&bytes);
            let count = objects.by_ref().count();
            prop_assert!(count <= bytes.len());
            prop_assert!(objects.next().is_none());
        }
    }
}
