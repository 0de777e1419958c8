//! Compact TLV, as in historical bytes: tag and length in one byte.

use super::tlv_error::{TlvError, TlvErrorKind};

/// One compact-TLV data object: a tag of 4 bits and up to 15 bytes.
///
/// Tag n stands for the BER-TLV tag 4n: 7 is card capabilities, tag 47. ISO/IEC 7816-4:2013, 12.1.1.2.
///
/// # Examples
/// ```
/// use pcsc_iso7816::tlv::compact::DataObjects;
///
/// let capabilities = DataObjects::new(&[0x73, 0x80, 0x01, 0xC0]).next().expect("an object")?;
/// assert_eq!((capabilities.tag(), capabilities.value().len()), (7, 3));
/// # Ok::<(), pcsc_iso7816::tlv::TlvError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataObject<'a> {
    tag: u8,
    value: &'a [u8],
}

impl<'a> DataObject<'a> {
    /// Gives the tag, 0 to 15.
    #[must_use]
    pub const fn tag(&self) -> u8 {
        self.tag
    }

    /// Gives the value field, 0 to 15 bytes.
    #[must_use]
    pub const fn value(&self) -> &'a [u8] {
        self.value
    }
}

/// Compact-TLV data objects one after the other, as an iterator.
///
/// After an error the iterator ends. ISO/IEC 7816-4:2013, 12.1.1.2.
///
/// # Examples
/// ```
/// use pcsc_iso7816::tlv::compact::DataObjects;
///
/// let mut objects = DataObjects::new(&[0x31, 0x80, 0x73, 0xFF, 0x01, 0x00]);
/// let service = objects.next().expect("two objects")?;
/// assert_eq!((service.tag(), service.value()), (3, &[0x80][..]));
/// # Ok::<(), pcsc_iso7816::tlv::TlvError>(())
/// ```
#[derive(Clone, Debug)]
pub struct DataObjects<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl<'a> DataObjects<'a> {
    /// Begins at the first byte.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::tlv::compact::DataObjects;
    ///
    /// assert_eq!(DataObjects::new(&[0x31, 0x80, 0x10]).count(), 2);
    /// assert_eq!(DataObjects::new(&[]).count(), 0);
    /// ```
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, position: 0 }
    }
}

impl<'a> Iterator for DataObjects<'a> {
    type Item = Result<DataObject<'a>, TlvError>;

    fn next(&mut self) -> Option<Self::Item> {
        let (first, rest) = self.bytes.get(self.position..)?.split_first()?;
        let Some(value) = rest.get(..usize::from(first & 0x0F)) else {
            self.position = self.bytes.len();
            return Some(Err(TlvError::new(
                self.bytes.len(),
                TlvErrorKind::ValueIncomplete,
            )));
        };
        self.position += 1 + value.len();
        Some(Ok(DataObject {
            tag: first >> 4,
            value,
        }))
    }
}

impl core::iter::FusedIterator for DataObjects<'_> {}

#[cfg(test)]
mod tests {
    use super::DataObjects;
    use proptest::prelude::*;

    #[test]
    fn an_object_that_is_cut_off_is_an_error_and_the_end() {
        let mut objects = DataObjects::new(&[0x10, 0x73, 0xFF]);
        assert!(
            objects
                .next()
                .expect("an object")
                .expect("valid")
                .value()
                .is_empty()
        );
        assert_eq!(
            objects.next().expect("an error").expect_err("cut off").offset(),
            3
        );
        assert!(objects.next().is_none());
    }

    proptest! {
        #[test]
        fn any_bytes_end_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            prop_assert!(DataObjects::new(&bytes).count() <= bytes.len());
        }
    }
}
