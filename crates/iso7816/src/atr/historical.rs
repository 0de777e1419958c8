//! The historical bytes: what the card's maker says about it.

mod meaning;

use super::{CardCapabilities, Problem};
use crate::status_word::StatusWord;
use crate::tlv::{CompactTlv, CompactTlvs, TlvError};

/// Is the category indicator, the first historical byte, which says how the others are to be read.
///
/// ISO/IEC 7816-4:2013, 12.1.1.1.
///
/// # Examples
/// ```
/// use pcsc_iso7816::atr::{Category, HistoricalBytes};
///
/// assert_eq!(HistoricalBytes::new(&[0x80]).category(), Some(Category::CompactTlv));
/// assert_eq!(HistoricalBytes::new(b"JCOP").category(), Some(Category::Proprietary(b'J')));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Category {
    /// 00: compact-TLV objects, then three bytes of status.
    StatusAtEnd,
    /// 10: one byte that refers to the file EF.DIR.
    DirDataReference,
    /// 80: compact-TLV objects, the last of which may be the status.
    CompactTlv,
    /// 81 to 8F: reserved.
    Reserved(u8),
    /// Any other value: the bytes are the maker's own, this one included.
    Proprietary(u8),
}

/// Is the status that a card gives in its historical bytes.
///
/// ISO/IEC 7816-4:2013, 12.1.1.11.
///
/// # Examples
/// ```
/// use pcsc_iso7816::atr::HistoricalBytes;
/// use pcsc_iso7816::status_word::StatusWord;
///
/// let historical = HistoricalBytes::new(&[0x00, 0x05, 0x90, 0x00]);
/// let status = historical.status_indicator().expect("the last three bytes");
/// assert_eq!((status.life_cycle(), status.status()), (Some(0x05), Some(StatusWord::SUCCESS)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusIndicator {
    life_cycle: Option<u8>,
    status: Option<StatusWord>,
}

impl StatusIndicator {
    /// Gives the life cycle status byte, as the standard codes it (ISO/IEC 7816-4:2013, 7.4.10); 00 says nothing.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::atr::HistoricalBytes;
    ///
    /// let status = HistoricalBytes::new(&[0x80, 0x81, 0x05]).status_indicator().expect("tag 8");
    /// assert_eq!(status.life_cycle(), Some(0x05)); // operational, activated
    /// ```
    #[must_use]
    pub const fn life_cycle(&self) -> Option<u8> {
        self.life_cycle
    }

    /// Gives the status word; 0000 says nothing.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::atr::HistoricalBytes;
    /// use pcsc_iso7816::status_word::StatusWord;
    ///
    /// let status = HistoricalBytes::new(&[0x80, 0x82, 0x90, 0x00]).status_indicator().expect("tag 8");
    /// assert_eq!(status.status(), Some(StatusWord::SUCCESS));
    /// ```
    #[must_use]
    pub const fn status(&self) -> Option<StatusWord> {
        self.status
    }
}

/// Holds the historical bytes of an ATR, 0 to 15.
///
/// Made by [`Atr::historical_bytes`](crate::atr::Atr::historical_bytes), or of the historical bytes of a contactless card.
/// ISO/IEC 7816-4:2013, 12.1.1.
///
/// # Examples
/// ```
/// use pcsc_iso7816::atr::{Category, HistoricalBytes};
///
/// let historical = HistoricalBytes::new(&[0x80, 0x31, 0x80, 0x73, 0x80, 0x01, 0xC0, 0x82, 0x90, 0x00]);
/// assert_eq!(historical.category(), Some(Category::CompactTlv));
/// assert!(historical.card_capabilities().expect("tag 7").extended_length());
/// assert!(historical.status_indicator().and_then(|it| it.status()).expect("tag 8").is_success());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoricalBytes<'a>(&'a [u8]);

/// The tags of compact-TLV objects in historical bytes.
const CARD_SERVICE_DATA: u8 = 3;
const CARD_CAPABILITIES: u8 = 7;
const STATUS_INDICATOR: u8 = 8;
const APPLICATION_IDENTIFIER: u8 = 15;

impl<'a> HistoricalBytes<'a> {
    /// Takes historical bytes, the category indicator first.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::atr::{Category, HistoricalBytes};
    ///
    /// let historical = HistoricalBytes::new(&[0x80, 0x31, 0x80]);
    /// assert_eq!(historical.category(), Some(Category::CompactTlv));
    /// ```
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Gives the bytes as they are.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::atr::HistoricalBytes;
    ///
    /// assert_eq!(HistoricalBytes::new(b"JCOP").as_bytes(), b"JCOP");
    /// ```
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.0
    }

    /// Gives the category; `None` where there is no byte.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::atr::{Category, HistoricalBytes};
    ///
    /// assert_eq!(HistoricalBytes::new(&[0x10, 0x01]).category(), Some(Category::DirDataReference));
    /// assert_eq!(HistoricalBytes::new(&[]).category(), None);
    /// ```
    #[must_use]
    pub fn category(&self) -> Option<Category> {
        self.0.first().map(|&first| match first {
            0x00 => Category::StatusAtEnd,
            0x10 => Category::DirDataReference,
            0x80 => Category::CompactTlv,
            0x81..=0x8F => Category::Reserved(first),
            _ => Category::Proprietary(first),
        })
    }

    /// Where the objects end and, in category 00, the status begins.
    fn parts(&self) -> (&'a [u8], &'a [u8]) {
        match (self.category(), self.0) {
            (Some(Category::StatusAtEnd), [_, rest @ ..]) => rest.split_at(rest.len().saturating_sub(3)),
            (Some(Category::CompactTlv), [_, objects @ ..]) => (objects, &[]),
            _ => (&[], &[]),
        }
    }

    /// Reads the compact-TLV objects of category 00 and 80; of others there are none.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::atr::HistoricalBytes;
    ///
    /// let historical = HistoricalBytes::new(&[0x80, 0x31, 0x80, 0x81, 0x05]);
    /// assert!(historical.objects().flatten().map(|object| object.tag()).eq([3, 8]));
    /// ```
    #[must_use]
    pub fn objects(&self) -> CompactTlvs<'a> {
        CompactTlvs::new(self.parts().0)
    }

    fn object(&self, tag: u8) -> Option<&'a [u8]> {
        self.objects()
            .map_while(Result::ok)
            .find(|object| object.tag() == tag)
            .map(|object| object.value())
    }

    /// Gives the card service data byte: tag 3. ISO/IEC 7816-4:2013, 12.1.1.5.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::atr::HistoricalBytes;
    ///
    /// assert_eq!(HistoricalBytes::new(&[0x80, 0x31, 0xC0]).card_service_data(), Some(0xC0));
    /// ```
    #[must_use]
    pub fn card_service_data(&self) -> Option<u8> {
        self.object(CARD_SERVICE_DATA)?.first().copied()
    }

    /// Gives the card capabilities: tag 7. ISO/IEC 7816-4:2013, 12.1.1.9.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::atr::HistoricalBytes;
    ///
    /// let historical = HistoricalBytes::new(&[0x80, 0x73, 0x00, 0x00, 0xC0]);
    /// assert!(historical.card_capabilities().expect("tag 7").command_chaining());
    /// assert_eq!(HistoricalBytes::new(b"JCOP").card_capabilities(), None);
    /// ```
    #[must_use]
    pub fn card_capabilities(&self) -> Option<CardCapabilities> {
        self.object(CARD_CAPABILITIES).map(CardCapabilities::new)
    }

    /// Gives the identifier of the application that is selected implicitly: tag 15. ISO/IEC 7816-4:2013, 12.1.1.10.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::atr::HistoricalBytes;
    ///
    /// let historical = HistoricalBytes::new(&[0x80, 0xF2, 0xA0, 0x00]);
    /// assert_eq!(historical.application_identifier(), Some(&[0xA0, 0x00][..]));
    /// ```
    #[must_use]
    pub fn application_identifier(&self) -> Option<&'a [u8]> {
        self.object(APPLICATION_IDENTIFIER)
    }

    /// Gives the reference to EF.DIR of category 10.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::atr::HistoricalBytes;
    ///
    /// assert_eq!(HistoricalBytes::new(&[0x10, 0x01]).dir_data_reference(), Some(0x01));
    /// ```
    #[must_use]
    pub fn dir_data_reference(&self) -> Option<u8> {
        match self.0 {
            [0x10, reference, ..] => Some(*reference),
            _ => None,
        }
    }

    /// Gives the status: in category 00 the last three bytes, in category 80 the object with tag 8.
    ///
    /// ISO/IEC 7816-4:2013, 12.1.1.11.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::atr::HistoricalBytes;
    ///
    /// let status = HistoricalBytes::new(&[0x80, 0x83, 0x05, 0x90, 0x00]).status_indicator().expect("tag 8");
    /// assert!(status.status().expect("two bytes of it").is_success());
    /// assert_eq!(HistoricalBytes::new(&[0x80, 0x31, 0x80]).status_indicator(), None);
    /// ```
    #[must_use]
    pub fn status_indicator(&self) -> Option<StatusIndicator> {
        let value = match self.category()? {
            Category::StatusAtEnd => self.parts().1,
            _ => self.object(STATUS_INDICATOR)?,
        };
        let (life_cycle, status) = match *value {
            [life_cycle] => (Some(life_cycle), None),
            [sw1, sw2] => (None, Some(StatusWord::new(sw1, sw2))),
            [life_cycle, sw1, sw2] => (Some(life_cycle), Some(StatusWord::new(sw1, sw2))),
            _ => return None,
        };
        // In category 00 fewer than three bytes are no status.
        (self.category() != Some(Category::StatusAtEnd) || value.len() == 3)
            .then_some(StatusIndicator { life_cycle, status })
    }

    /// Whether these are the historical bytes by which a reader tells what a contactless card without any of its own is:
    /// an application identifier in a form of its own, which is no compact TLV. PC/SC part 3, 3.1.3.2.3.
    fn is_of_reader(&self) -> bool {
        matches!(self.0, [0x80, 0x4F, 0x0C, 0xA0, 0x00, 0x00, 0x03, 0x06, rest @ ..] if rest.len() == 7)
    }

    /// What is wrong with them.
    pub(super) fn problem(&self) -> Option<Problem> {
        if self.is_of_reader() {
            return None;
        }
        let (_, status) = self.parts();
        if self.category() == Some(Category::StatusAtEnd) && status.len() < 3 {
            return Some(Problem::StatusMissing { len: status.len() });
        }
        let mut objects = self.placed_objects();
        let (start, _) = objects.find(|(_, object)| object.is_err())?;
        Some(Problem::ObjectTooLong { position: start + 1 })
    }

    /// The compact-TLV objects, each with the place of its first byte, T1 being 0; one that is cut off is the last.
    fn placed_objects(&self) -> impl Iterator<Item = (usize, Result<CompactTlv<'a>, TlvError>)> {
        let mut next = 1;
        self.objects().map(move |object| {
            let start = next;
            next += 1 + object.map_or(0, |object| object.value().len());
            (start, object)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Category, HistoricalBytes};
    use crate::status_word::StatusWord;
    use proptest::prelude::*;

    fn status(bytes: &[u8]) -> Option<(Option<u8>, Option<u16>)> {
        let status = HistoricalBytes::new(bytes).status_indicator()?;
        Some((status.life_cycle(), status.status().map(StatusWord::to_u16)))
    }

    #[test]
    fn categories() {
        let category = |first| HistoricalBytes::new(&[first]).category();
        assert_eq!(category(0x00), Some(Category::StatusAtEnd));
        assert_eq!(category(0x10), Some(Category::DirDataReference));
        assert_eq!(category(0x80), Some(Category::CompactTlv));
        assert_eq!(category(0x81), Some(Category::Reserved(0x81)));
        assert_eq!(category(0x90), Some(Category::Proprietary(0x90)));
        assert_eq!(HistoricalBytes::new(&[]).category(), None);
        assert_eq!(HistoricalBytes::new(&[0x10, 0x07]).dir_data_reference(), Some(7));
        assert_eq!(HistoricalBytes::new(&[0x10]).dir_data_reference(), None);
    }

    #[test]
    fn status_in_each_place() {
        assert_eq!(
            status(&[0x00, 0x31, 0x80, 0x05, 0x90, 0x00]),
            Some((Some(5), Some(0x9000)))
        );
        assert_eq!(status(&[0x00, 0x90, 0x00]), None);
        assert_eq!(status(&[0x00]), None);
        assert_eq!(status(&[0x80, 0x81, 0x07]), Some((Some(7), None)));
        assert_eq!(status(&[0x80, 0x82, 0x90, 0x00]), Some((None, Some(0x9000))));
        assert_eq!(
            status(&[0x80, 0x31, 0x80, 0x83, 0x07, 0x62, 0x83]),
            Some((Some(7), Some(0x6283)))
        );
        assert_eq!(status(&[0x80, 0x84, 1, 2, 3, 4]), None);
        assert_eq!(status(&[0x80, 0x82, 0x90]), None);
        assert_eq!(status(&[0x4A, 0x82, 0x90, 0x00]), None);
    }

    #[test]
    fn objects_end_where_the_status_begins() {
        let historical = HistoricalBytes::new(&[0x00, 0x31, 0xC0, 0xF2, 0xA0, 0x01, 0x07, 0x90, 0x00]);
        assert_eq!(historical.objects().count(), 2);
        assert_eq!(historical.card_service_data(), Some(0xC0));
        assert_eq!(historical.application_identifier(), Some(&[0xA0, 0x01][..]));
        assert_eq!(historical.card_capabilities(), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_described_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let historical = HistoricalBytes::new(&bytes);
            let _ = (historical.card_capabilities(), historical.status_indicator(), historical.card_service_data());
            for position in 0..bytes.len() {
                prop_assert!(!historical.meaning(position).to_string().is_empty());
            }
        }
    }
}
