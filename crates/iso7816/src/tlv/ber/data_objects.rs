//! Reads BER-TLV data objects.

use core::fmt;

use super::tag;
use crate::tlv::tlv_error::{TlvError, TlvErrorKind};

/// One BER-TLV data object.
///
/// ISO/IEC 7816-4:2013, 5.2.2.
///
/// # Examples
/// ```
/// use pcsc_iso7816::tlv::ber::DataObjects;
///
/// let mut objects = DataObjects::new(&[0x5A, 0x01, 0x42]);
/// let object = objects.next().expect("an object")?;
/// assert_eq!((object.tag(), object.value()), (0x5A, &[0x42][..]));
/// assert_eq!(format!("{object:?}"), "DataObject(5A, 1 bytes)");
/// # Ok::<(), pcsc_iso7816::tlv::TlvError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct DataObject<'a> {
    tag: u32,
    constructed: bool,
    value: &'a [u8],
    tags_may_begin_with_ff: bool,
}

impl<'a> DataObject<'a> {
    /// Gives the tag field as one number, its first byte the highest: 0x6F, 0x9F38.
    #[must_use]
    pub const fn tag(&self) -> u32 {
        self.tag
    }

    /// Gives the value field.
    #[must_use]
    pub const fn value(&self) -> &'a [u8] {
        self.value
    }

    /// Tells whether the value is itself made of data objects.
    #[must_use]
    pub const fn is_constructed(&self) -> bool {
        self.constructed
    }

    /// Gives the value as a number without sign, its first byte the highest; `None` where it is empty or beyond `u32`.
    #[must_use]
    pub fn unsigned(&self) -> Option<u32> {
        let number = self.value.iter().try_fold(0_u32, |number, &byte| {
            number.checked_mul(256).map(|number| number | u32::from(byte))
        });
        number.filter(|_| !self.value.is_empty())
    }

    /// Reads the data objects within a constructed one, by the same rules; offsets count from the beginning of its value.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::tlv::ber::DataObjects;
    ///
    /// let mut objects = DataObjects::new(&[0x6F, 0x03, 0x84, 0x01, 0xA0]);
    /// let object = objects.next().expect("an object")?;
    /// let name = object.children().find(0x84)?.expect("a DF name");
    /// assert_eq!(name.value(), [0xA0]);
    /// # Ok::<(), pcsc_iso7816::tlv::TlvError>(())
    /// ```
    #[must_use]
    pub const fn children(&self) -> DataObjects<'a> {
        DataObjects::new(self.value).tags_may_begin_with_ff(self.tags_may_begin_with_ff)
    }
}

impl fmt::Debug for DataObject<'_> {
    /// Shows the tag and the length of the value, never the value, which may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DataObject({:X}, {} bytes)", self.tag, self.value.len())
    }
}

/// BER-TLV data objects one after the other, as an iterator.
///
/// Bytes of 00 and FF before, between and after objects say nothing and are skipped: they are what is left of objects that were
/// erased or changed. Where a card says that FF may begin a tag, [`tags_may_begin_with_ff`](Self::tags_may_begin_with_ff) has
/// it so. Tags have up to four bytes, lengths up to four after the first. After an error the iterator ends.
/// ISO/IEC 7816-4:2013, 5.2.2; ISO/IEC 7816-4:1995, D.1.
///
/// # Examples
/// ```
/// use pcsc_iso7816::tlv::ber::DataObjects;
///
/// let information = [0x6F, 0x04, 0x84, 0x02, 0xA0, 0x00];
/// let template = DataObjects::new(&information).find(0x6F)?.expect("a template");
/// let name = template.children().find(0x84)?.expect("a DF name");
/// assert_eq!(name.value(), [0xA0, 0x00]);
/// # Ok::<(), pcsc_iso7816::tlv::TlvError>(())
/// ```
#[derive(Clone)]
pub struct DataObjects<'a> {
    bytes: &'a [u8],
    position: usize,
    tags_may_begin_with_ff: bool,
}

impl fmt::Debug for DataObjects<'_> {
    /// Shows the position and the number of bytes, never the bytes, which may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DataObjects({} of {} bytes)", self.position, self.bytes.len())
    }
}

impl<'a> DataObjects<'a> {
    /// Begins at the first byte.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::tlv::ber::DataObjects;
    ///
    /// let objects = DataObjects::new(&[0x84, 0x00, 0x85, 0x00]);
    /// let tags: Vec<_> = objects.map(|object| object.map(|object| object.tag())).collect::<Result<_, _>>()?;
    /// assert_eq!(tags, [0x84, 0x85]);
    /// # Ok::<(), pcsc_iso7816::tlv::TlvError>(())
    /// ```
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            position: 0,
            tags_may_begin_with_ff: false,
        }
    }

    /// Sets whether FF may begin a tag: the private, constructed ones with long numbers. It may not where this is not called.
    ///
    /// The card says so in bit 5 of its data coding byte, which
    /// [`CardCapabilities`](crate::atr::CardCapabilities::tags_may_begin_with_ff) shows. Then only 00 is skipped, and FF up to
    /// the end, which is erased memory. ISO/IEC 7816-4:2013, 12.1.1.9, table 118.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::tlv::ber::DataObjects;
    ///
    /// let mut objects = DataObjects::new(&[0xFF, 0x5A, 0x01, 0x12]);
    /// assert_eq!(objects.clone().next().expect("an object")?.tag(), 0x5A);
    /// objects = objects.tags_may_begin_with_ff(true);
    /// assert_eq!(objects.next().expect("an object")?.tag(), 0xFF5A);
    /// # Ok::<(), pcsc_iso7816::tlv::TlvError>(())
    /// ```
    #[must_use]
    pub const fn tags_may_begin_with_ff(mut self, they_may: bool) -> Self {
        self.tags_may_begin_with_ff = they_may;
        self
    }

    /// Gives the number of bytes that were read so far, which is where the last object ended.
    #[must_use]
    pub const fn position(&self) -> usize {
        self.position
    }

    /// Gives the next object with this tag, without looking into constructed ones.
    ///
    /// # Errors
    /// [`TlvError`] where the bytes before it are no data objects.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::tlv::ber::DataObjects;
    ///
    /// let objects = DataObjects::new(&[0x84, 0x01, 0xA0, 0x85, 0x01, 0x42]);
    /// assert_eq!(objects.clone().find(0x85)?.expect("there").value(), [0x42]);
    /// assert_eq!(objects.find(0x86)?, None);
    /// # Ok::<(), pcsc_iso7816::tlv::TlvError>(())
    /// ```
    pub fn find(mut self, tag: u32) -> Result<Option<DataObject<'a>>, TlvError> {
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

    fn object(&mut self) -> Result<DataObject<'a>, TlvError> {
        let start = self.position;
        let first = self.take(TlvErrorKind::TagIncomplete)?;
        let mut number = u32::from(first);
        if tag::continues(first) {
            loop {
                let next = self.take(TlvErrorKind::TagIncomplete)?;
                if self.position - start > 4 {
                    return Err(TlvError::new(self.position - 1, TlvErrorKind::TagTooLong));
                }
                number = number << 8 | u32::from(next);
                if !tag::continues_after(next) {
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
        Ok(DataObject {
            tag: number,
            constructed: tag::is_constructed(first),
            value,
            tags_may_begin_with_ff: self.tags_may_begin_with_ff,
        })
    }
}

impl<'a> Iterator for DataObjects<'a> {
    type Item = Result<DataObject<'a>, TlvError>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.bytes.get(self.position..)?;
        let filler = |byte: &&u8| **byte == 0x00 || **byte == 0xFF && !self.tags_may_begin_with_ff;
        self.position += rest.iter().take_while(filler).count();
        let rest = self.bytes.get(self.position..)?;
        // Also where FF may begin a tag: no tag is made of it alone.
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

impl core::iter::FusedIterator for DataObjects<'_> {}

#[cfg(test)]
mod tests;
