//! The properties of a reader: the answer to the control code of `FEATURE_GET_TLV_PROPERTIES`. Part 10, 2.6.14.
//!
//! The constants are their tags, with the names that part 10 has for them.
#![allow(non_upper_case_globals)]

use super::list::{Entries, Entry};
use super::list_error::ListError;
use super::pin::EntryValidation;

/// Lines and characters of the display.
pub const wLcdLayout: u8 = 1;
/// What may end a PIN entry.
pub const bEntryValidationCondition: u8 = 2;
/// Seconds between two keys.
pub const bTimeOut2: u8 = 3;
/// Characters of a line of the display.
pub const wLcdMaxCharacters: u8 = 4;
/// Lines of the display.
pub const wLcdMaxLines: u8 = 5;
/// The shortest PIN.
pub const bMinPINSize: u8 = 6;
/// The longest PIN.
pub const bMaxPINSize: u8 = 7;
/// The firmware.
pub const sFirmwareID: u8 = 8;
/// How pseudo-APDUs reach the reader.
pub const bPPDUSupport: u8 = 9;
/// The longest data field of a command.
pub const dwMaxAPDUDataSize: u8 = 10;
/// The USB vendor.
pub const wIdVendor: u8 = 11;
/// The USB product.
pub const wIdProduct: u8 = 12;

/// A property of a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Property<'a> {
    /// `wLcdLayout`: the lines of the display in the high byte, the characters of a line in the low one; 0 for no display.
    LcdLayout(u16),
    /// `bEntryValidationCondition`: what may end a PIN entry.
    EntryValidationCondition(EntryValidation),
    /// `bTimeOut2`: after the first key, the seconds in which the next one must be pressed.
    TimeOut2(u8),
    /// `wLcdMaxCharacters`: the most characters in a line of the display.
    LcdMaxCharacters(u16),
    /// `wLcdMaxLines`: the most lines of the display.
    LcdMaxLines(u16),
    /// `bMinPINSize`: the shortest PIN that the reader takes, in digits.
    MinPinSize(u8),
    /// `bMaxPINSize`: the longest PIN that the reader takes, in digits.
    MaxPinSize(u8),
    /// `sFirmwareID`: a text in ASCII that names the firmware. The device chose it: it is to be escaped where it is shown.
    FirmwareId(&'a [u8]),
    /// `bPPDUSupport`: bit 1 for pseudo-APDUs by `SCardControl` with `FEATURE_CCID_ESC_COMMAND`, bit 2 for those by
    /// `SCardTransmit`.
    PpduSupport(u8),
    /// `dwMaxAPDUDataSize`: the most data bytes of a command; 256 and fewer mean that there is no extended length.
    MaxApduDataSize(u32),
    /// `wIdVendor`: the number of the reader's vendor on USB.
    IdVendor(u16),
    /// `wIdProduct`: the number of the product on USB.
    IdProduct(u16),
    /// One that part 10 does not have.
    Other {
        /// The tag.
        tag: u8,
        /// The value.
        value: &'a [u8],
    },
}

impl Property<'_> {
    /// Gives the tag.
    #[must_use]
    pub const fn tag(&self) -> u8 {
        match *self {
            Self::LcdLayout(_) => wLcdLayout,
            Self::EntryValidationCondition(_) => bEntryValidationCondition,
            Self::TimeOut2(_) => bTimeOut2,
            Self::LcdMaxCharacters(_) => wLcdMaxCharacters,
            Self::LcdMaxLines(_) => wLcdMaxLines,
            Self::MinPinSize(_) => bMinPINSize,
            Self::MaxPinSize(_) => bMaxPINSize,
            Self::FirmwareId(_) => sFirmwareID,
            Self::PpduSupport(_) => bPPDUSupport,
            Self::MaxApduDataSize(_) => dwMaxAPDUDataSize,
            Self::IdVendor(_) => wIdVendor,
            Self::IdProduct(_) => wIdProduct,
            Self::Other { tag, .. } => tag,
        }
    }

    /// Gives the name that part 10 has for it; `None` where it has none.
    #[must_use]
    pub const fn name(&self) -> Option<&'static str> {
        Some(match self {
            Self::LcdLayout(_) => "wLcdLayout",
            Self::EntryValidationCondition(_) => "bEntryValidationCondition",
            Self::TimeOut2(_) => "bTimeOut2",
            Self::LcdMaxCharacters(_) => "wLcdMaxCharacters",
            Self::LcdMaxLines(_) => "wLcdMaxLines",
            Self::MinPinSize(_) => "bMinPINSize",
            Self::MaxPinSize(_) => "bMaxPINSize",
            Self::FirmwareId(_) => "sFirmwareID",
            Self::PpduSupport(_) => "bPPDUSupport",
            Self::MaxApduDataSize(_) => "dwMaxAPDUDataSize",
            Self::IdVendor(_) => "wIdVendor",
            Self::IdProduct(_) => "wIdProduct",
            Self::Other { .. } => return None,
        })
    }
}

/// The properties in a reader's list, one after the other, as an iterator.
///
/// Each has a tag, a length and a value; numbers are little-endian. After an entry that is cut off the iterator ends; after one
/// whose length is not that of its tag it goes on. Part 10, 2.6.14.
///
/// # Examples
/// ```
/// use pcsc_iso7816::part10::property::{Properties, Property};
///
/// let list = [0x0A, 0x04, 0x00, 0x00, 0x01, 0x00, 0x0B, 0x02, 0xE6, 0x08];
/// let properties: Vec<_> = Properties::new(&list).collect::<Result<_, _>>()?;
/// assert_eq!(properties, [Property::MaxApduDataSize(65_536), Property::IdVendor(0x08E6)]);
/// assert_eq!(Properties::new(&list).max_apdu_data_size()?, Some(65_536));
/// # Ok::<(), pcsc_iso7816::part10::ListError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Properties<'a>(Entries<'a>);

impl<'a> Properties<'a> {
    /// Begins at the first byte of the list.
    #[must_use]
    pub const fn new(list: &'a [u8]) -> Self {
        Self(Entries::new(list))
    }

    /// Gives the most data bytes of a command (`dwMaxAPDUDataSize`); `None` where the reader does not say it.
    ///
    /// # Errors
    /// [`ListError`] where it or an entry before it is malformed.
    pub fn max_apdu_data_size(mut self) -> Result<Option<u32>, ListError> {
        self.find_map(|property| match property {
            Ok(Property::MaxApduDataSize(size)) => Some(Ok(size)),
            Ok(_) => None,
            Err(error) => Some(Err(error)),
        })
        .transpose()
    }
}

impl<'a> Iterator for Properties<'a> {
    type Item = Result<Property<'a>, ListError>;

    fn next(&mut self) -> Option<Self::Item> {
        let entry = self.0.next()?;
        Some(entry.and_then(|entry| property(&entry)))
    }
}

impl core::iter::FusedIterator for Properties<'_> {}

fn property<'a>(entry: &Entry<'a>) -> Result<Property<'a>, ListError> {
    let byte = || entry.value_of().map(|[byte]| byte);
    let word = || entry.value_of().map(u16::from_le_bytes);
    Ok(match entry.tag {
        wLcdLayout => Property::LcdLayout(word()?),
        bEntryValidationCondition => Property::EntryValidationCondition(EntryValidation::from_bits(byte()?)),
        bTimeOut2 => Property::TimeOut2(byte()?),
        wLcdMaxCharacters => Property::LcdMaxCharacters(word()?),
        wLcdMaxLines => Property::LcdMaxLines(word()?),
        bMinPINSize => Property::MinPinSize(byte()?),
        bMaxPINSize => Property::MaxPinSize(byte()?),
        sFirmwareID => Property::FirmwareId(entry.value),
        bPPDUSupport => Property::PpduSupport(byte()?),
        dwMaxAPDUDataSize => Property::MaxApduDataSize(u32::from_le_bytes(entry.value_of()?)),
        wIdVendor => Property::IdVendor(word()?),
        wIdProduct => Property::IdProduct(word()?),
        tag => Property::Other {
            tag,
            value: entry.value,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::{Properties, Property};
    use crate::part10::ListError;
    use crate::part10::pin::EntryValidation;

    const LIST: &[u8] = &[
        1, 2, 0x10, 0x02, 2, 1, 0x07, 3, 1, 30, 4, 2, 16, 0, 5, 2, 2, 0, 6, 1, 4, 7, 1, 12, 8, 5, b'1', b'.',
        b'2', b'.', b'3', 9, 1, 0x03, 10, 4, 0x00, 0x08, 0x01, 0x00, 11, 2, 0xE6, 0x08, 12, 2, 0x38, 0x34,
        0x77, 3, 1, 2, 3,
    ];

    #[test]
    fn each_property_is_read_little_endian_and_unknown_ones_are_kept() {
        let properties: Vec<_> = Properties::new(LIST).collect::<Result<_, _>>().expect("valid");
        assert_eq!(
            properties,
            [
                Property::LcdLayout(0x0210),
                Property::EntryValidationCondition(EntryValidation::from_bits(7)),
                Property::TimeOut2(30),
                Property::LcdMaxCharacters(16),
                Property::LcdMaxLines(2),
                Property::MinPinSize(4),
                Property::MaxPinSize(12),
                Property::FirmwareId(b"1.2.3"),
                Property::PpduSupport(3),
                Property::MaxApduDataSize(0x0001_0800),
                Property::IdVendor(0x08E6),
                Property::IdProduct(0x3438),
                Property::Other {
                    tag: 0x77,
                    value: &[1, 2, 3]
                },
            ]
        );
        assert!(properties.iter().map(Property::tag).eq((1..=12).chain([0x77])));
        let names = [
            "wLcdLayout",
            "bEntryValidationCondition",
            "bTimeOut2",
            "wLcdMaxCharacters",
            "wLcdMaxLines",
            "bMinPINSize",
            "bMaxPINSize",
            "sFirmwareID",
            "bPPDUSupport",
            "dwMaxAPDUDataSize",
            "wIdVendor",
            "wIdProduct",
        ];
        assert!(properties.iter().filter_map(Property::name).eq(names));
        assert_eq!(Properties::new(LIST).max_apdu_data_size(), Ok(Some(0x0001_0800)));
        assert_eq!(Properties::new(&LIST[..7]).max_apdu_data_size(), Ok(None));
    }

    #[test]
    fn a_wrong_length_is_an_error_of_that_property_alone() {
        for (tag, expected) in [
            (1, 2),
            (2, 1),
            (3, 1),
            (4, 2),
            (5, 2),
            (6, 1),
            (7, 1),
            (9, 1),
            (10, 4),
            (11, 2),
            (12, 2),
        ] {
            let list = [tag, 3, 1, 2, 3, 7, 1, 12];
            let mut properties = Properties::new(&list);
            let error = ListError::Length {
                tag,
                offset: 1,
                len: 3,
                expected,
            };
            assert_eq!(properties.next(), Some(Err(error)));
            assert_eq!(properties.next(), Some(Ok(Property::MaxPinSize(12))));
            assert_eq!(properties.next(), None);
            assert_eq!(Properties::new(&list).max_apdu_data_size(), Err(error));
        }
    }

    #[test]
    fn what_is_cut_off_is_the_last() {
        for len in 0..LIST.len() {
            let read: Vec<_> = Properties::new(&LIST[..len]).collect();
            let whole = read.iter().filter(|property| property.is_ok()).count();
            assert!(read.len() - whole <= 1, "{len}");
            if let Some(Err(error)) = read.last() {
                assert!(
                    matches!(error, ListError::Incomplete { offset, .. } if *offset == len),
                    "{error:?}"
                );
            }
        }
    }
}
