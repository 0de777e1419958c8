//! The features of a reader: the answer to the control code `CM_IOCTL_GET_FEATURE_REQUEST`. Part 10, 2.2.

use super::list::Entries;
use super::list_error::ListError;

/// Verification of a PIN, begun.
pub const FEATURE_VERIFY_PIN_START: u8 = 0x01;
/// Verification of a PIN, ended.
pub const FEATURE_VERIFY_PIN_FINISH: u8 = 0x02;
/// Change of a PIN, begun.
pub const FEATURE_MODIFY_PIN_START: u8 = 0x03;
/// Change of a PIN, ended.
pub const FEATURE_MODIFY_PIN_FINISH: u8 = 0x04;
/// Whether a key was pressed, while a PIN is entered.
pub const FEATURE_GET_KEY_PRESSED: u8 = 0x05;
/// Verification of a PIN in one call, with a [`PinVerify`](super::pin::PinVerify).
pub const FEATURE_VERIFY_PIN_DIRECT: u8 = 0x06;
/// Change of a PIN in one call, with a [`PinModify`](super::pin::PinModify).
pub const FEATURE_MODIFY_PIN_DIRECT: u8 = 0x07;
/// Commands of MKT readers.
pub const FEATURE_MCT_READER_DIRECT: u8 = 0x08;
/// Commands of MKT readers for any of their units.
pub const FEATURE_MCT_UNIVERSAL: u8 = 0x09;
/// What the reader can do with PINs, as a structure.
pub const FEATURE_IFD_PIN_PROPERTIES: u8 = 0x0A;
/// The end of a PIN entry.
pub const FEATURE_ABORT: u8 = 0x0B;
/// The message that is shown while a PIN is entered.
pub const FEATURE_SET_SPE_MESSAGE: u8 = 0x0C;
/// Verification of a PIN for an application that is named.
pub const FEATURE_VERIFY_PIN_DIRECT_APP_ID: u8 = 0x0D;
/// Change of a PIN for an application that is named.
pub const FEATURE_MODIFY_PIN_DIRECT_APP_ID: u8 = 0x0E;
/// Text for the display.
pub const FEATURE_WRITE_DISPLAY: u8 = 0x0F;
/// A key of the keypad.
pub const FEATURE_GET_KEY: u8 = 0x10;
/// What the display can do, as a structure.
pub const FEATURE_IFD_DISPLAY_PROPERTIES: u8 = 0x11;
/// The [properties](super::property) of the reader.
pub const FEATURE_GET_TLV_PROPERTIES: u8 = 0x12;
/// Escape commands of CCID.
pub const FEATURE_CCID_ESC_COMMAND: u8 = 0x13;
/// PACE with the reader's keypad, as the German Federal Office for Information Security has it (BSI TR-03119).
pub const FEATURE_EXECUTE_PACE: u8 = 0x20;

/// A feature of a reader: its tag and the control code to use it with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Feature {
    /// The tag: one of this module's `FEATURE_` constants, or another number.
    pub tag: u8,
    /// The control code.
    pub control_code: u32,
}

impl Feature {
    /// Gives the name that part 10 has for the tag; `None` where it has none.
    #[must_use]
    pub const fn name(&self) -> Option<&'static str> {
        Some(match self.tag {
            FEATURE_VERIFY_PIN_START => "FEATURE_VERIFY_PIN_START",
            FEATURE_VERIFY_PIN_FINISH => "FEATURE_VERIFY_PIN_FINISH",
            FEATURE_MODIFY_PIN_START => "FEATURE_MODIFY_PIN_START",
            FEATURE_MODIFY_PIN_FINISH => "FEATURE_MODIFY_PIN_FINISH",
            FEATURE_GET_KEY_PRESSED => "FEATURE_GET_KEY_PRESSED",
            FEATURE_VERIFY_PIN_DIRECT => "FEATURE_VERIFY_PIN_DIRECT",
            FEATURE_MODIFY_PIN_DIRECT => "FEATURE_MODIFY_PIN_DIRECT",
            FEATURE_MCT_READER_DIRECT => "FEATURE_MCT_READER_DIRECT",
            FEATURE_MCT_UNIVERSAL => "FEATURE_MCT_UNIVERSAL",
            FEATURE_IFD_PIN_PROPERTIES => "FEATURE_IFD_PIN_PROPERTIES",
            FEATURE_ABORT => "FEATURE_ABORT",
            FEATURE_SET_SPE_MESSAGE => "FEATURE_SET_SPE_MESSAGE",
            FEATURE_VERIFY_PIN_DIRECT_APP_ID => "FEATURE_VERIFY_PIN_DIRECT_APP_ID",
            FEATURE_MODIFY_PIN_DIRECT_APP_ID => "FEATURE_MODIFY_PIN_DIRECT_APP_ID",
            FEATURE_WRITE_DISPLAY => "FEATURE_WRITE_DISPLAY",
            FEATURE_GET_KEY => "FEATURE_GET_KEY",
            FEATURE_IFD_DISPLAY_PROPERTIES => "FEATURE_IFD_DISPLAY_PROPERTIES",
            FEATURE_GET_TLV_PROPERTIES => "FEATURE_GET_TLV_PROPERTIES",
            FEATURE_CCID_ESC_COMMAND => "FEATURE_CCID_ESC_COMMAND",
            FEATURE_EXECUTE_PACE => "FEATURE_EXECUTE_PACE",
            _ => return None,
        })
    }
}

impl Feature {
    /// Gives the entry of a reader's list: the tag, the length 4, the control code, big-endian.
    #[must_use]
    pub const fn to_bytes(&self) -> [u8; 6] {
        let [a, b, c, d] = self.control_code.to_be_bytes();
        [self.tag, 4, a, b, c, d]
    }
}

/// The features in a reader's list, one after the other, as an iterator.
///
/// Each has a tag, the length 4 and a control code, big-endian. After an entry that is cut off the iterator ends; after one of
/// another length it goes on. Part 10, 2.2.
///
/// # Examples
/// ```
/// use pcsc_iso7816::part10::feature::{FEATURE_VERIFY_PIN_DIRECT, Features};
///
/// let mut features = Features::new(&[0x06, 0x04, 0x42, 0x33, 0x00, 0x06]);
/// let pinpad = features.next().expect("one feature")?;
/// assert_eq!((pinpad.tag, pinpad.control_code), (FEATURE_VERIFY_PIN_DIRECT, 0x4233_0006));
/// # Ok::<(), pcsc_iso7816::part10::ListError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Features<'a>(Entries<'a>);

impl<'a> Features<'a> {
    /// Begins at the first byte of the list.
    #[must_use]
    pub const fn new(list: &'a [u8]) -> Self {
        Self(Entries::new(list))
    }

    /// Gives the control code of the feature with this tag; `None` where the reader does not have it.
    ///
    /// # Errors
    /// [`ListError`] where an entry before it is malformed.
    pub fn control_code(mut self, tag: u8) -> Result<Option<u32>, ListError> {
        self.find_map(|feature| match feature {
            Ok(feature) if feature.tag != tag => None,
            other => Some(other.map(|feature| feature.control_code)),
        })
        .transpose()
    }
}

impl Iterator for Features<'_> {
    type Item = Result<Feature, ListError>;

    fn next(&mut self) -> Option<Self::Item> {
        let entry = self.0.next()?;
        Some(entry.and_then(|entry| {
            Ok(Feature {
                tag: entry.tag,
                control_code: u32::from_be_bytes(entry.value_of()?),
            })
        }))
    }
}

impl core::iter::FusedIterator for Features<'_> {}

#[cfg(test)]
mod tests {
    use super::{FEATURE_EXECUTE_PACE, FEATURE_GET_TLV_PROPERTIES, Feature, Features};
    use crate::part10::ListError;

    #[test]
    fn control_codes_are_big_endian_and_unknown_tags_are_kept() {
        let list = [
            0x12, 0x04, 0x42, 0x33, 0x00, 0x12, 0x99, 0x04, 0x00, 0x31, 0x20, 0x01, 0x20, 0x04, 1, 2, 3, 4,
        ];
        let features: Vec<_> = Features::new(&list).collect::<Result<_, _>>().expect("valid");
        assert_eq!(
            features
                .iter()
                .map(|it| (it.tag, it.control_code))
                .collect::<Vec<_>>(),
            [(0x12, 0x4233_0012), (0x99, 0x0031_2001), (0x20, 0x0102_0304)]
        );
        assert_eq!(
            features.iter().map(Feature::name).collect::<Vec<_>>(),
            [
                Some("FEATURE_GET_TLV_PROPERTIES"),
                None,
                Some("FEATURE_EXECUTE_PACE")
            ]
        );
        assert_eq!(
            Features::new(&list).control_code(FEATURE_GET_TLV_PROPERTIES),
            Ok(Some(0x4233_0012))
        );
        assert_eq!(
            Features::new(&list).control_code(FEATURE_EXECUTE_PACE),
            Ok(Some(0x0102_0304))
        );
        assert_eq!(Features::new(&list).control_code(0x01), Ok(None));
        assert_eq!(Features::new(&[]).count(), 0);
        assert!(features.iter().flat_map(Feature::to_bytes).eq(list));
    }

    #[test]
    fn what_is_malformed_is_an_error_and_only_what_is_cut_off_ends_the_list() {
        let list = [
            0x06, 0x02, 0x42, 0x33, 0x07, 0x04, 1, 2, 3, 4, 0x08, 0x04, 1, 2, 3,
        ];
        let wrong = ListError::Length {
            tag: 0x06,
            offset: 1,
            len: 2,
            expected: 4,
        };
        let cut_off = ListError::Incomplete {
            tag: 0x08,
            offset: list.len(),
        };
        let seventh = Feature {
            tag: 0x07,
            control_code: 0x0102_0304,
        };
        let mut features = Features::new(&list);
        assert_eq!(features.next(), Some(Err(wrong)));
        assert_eq!(features.next(), Some(Ok(seventh)));
        assert_eq!(features.next(), Some(Err(cut_off)));
        assert_eq!(features.next(), None);
        assert_eq!(Features::new(&list).control_code(0x07), Err(wrong));
        for len in [1, 2, 3, 5] {
            let cut_off = Features::new(&[0x06, 0x04, 1, 2, 3][..len]).next();
            assert_eq!(
                cut_off,
                Some(Err(ListError::Incomplete {
                    tag: 0x06,
                    offset: len
                }))
            );
        }
    }

    #[test]
    fn every_tag_has_its_name() {
        let named = (0..=u8::MAX).filter(|&tag| Feature { tag, control_code: 0 }.name().is_some());
        assert!(named.eq((0x01..=0x13).chain([0x20])));
    }
}
