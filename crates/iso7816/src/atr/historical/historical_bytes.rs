//! The historical bytes and the objects in them.

use super::category::Category;
use super::status_indicator::StatusIndicator;
use crate::atr::card_capabilities::CardCapabilities;
use crate::atr::card_service_data::CardServiceData;
use crate::atr::problem::Problem;
use crate::tlv::TlvError;
use crate::tlv::compact::{DataObject, DataObjects};

/// The historical bytes of an ATR, 0 to 15.
///
/// Made by [`Atr::historical_bytes`](crate::atr::Atr::historical_bytes), or of the historical bytes of a contactless card.
/// Positions are counted from the number that was announced: where the last bytes are missing, those before them are what they
/// are.
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
pub struct HistoricalBytes<'a> {
    bytes: &'a [u8],
    /// At least as many as there are.
    announced: usize,
}

/// The tags of compact-TLV objects in historical bytes.
pub(super) const CARD_SERVICE_DATA: u8 = 3;
pub(super) const CARD_CAPABILITIES: u8 = 7;
pub(super) const STATUS_INDICATOR: u8 = 8;
pub(super) const APPLICATION_IDENTIFIER: u8 = 15;

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
        Self {
            bytes,
            announced: bytes.len(),
        }
    }

    /// Takes those that are there of a number announced.
    pub(in crate::atr) const fn announced(bytes: &'a [u8], announced: usize) -> Self {
        Self { bytes, announced }
    }

    /// Gives the number of historical bytes that T0 announces, which can be more than there are.
    #[must_use]
    pub const fn announced_len(&self) -> usize {
        self.announced
    }

    /// Gives the bytes as they are.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Gives the category; `None` where there is no byte.
    #[must_use]
    pub fn category(&self) -> Option<Category> {
        self.bytes.first().copied().map(Category::of)
    }

    /// The objects and, in category 00, what is there of the three bytes of status.
    pub(super) fn parts(&self) -> (&'a [u8], &'a [u8]) {
        match (self.category(), self.bytes) {
            (Some(Category::StatusAtEnd), [_, rest @ ..]) => {
                rest.split_at_checked(self.status_at() - 1).unwrap_or((rest, &[]))
            }
            (Some(Category::CompactTlv), [_, objects @ ..]) => (objects, &[]),
            _ => (&[], &[]),
        }
    }

    /// The place of the first byte of status in category 00, T1 being 0.
    pub(super) fn status_at(&self) -> usize {
        self.announced.saturating_sub(3).max(1)
    }

    /// Reads the compact-TLV objects of category 00 and 80; of others there are none.
    #[must_use]
    pub fn objects(&self) -> DataObjects<'a> {
        DataObjects::new(self.parts().0)
    }

    fn object(&self, tag: u8) -> Option<&'a [u8]> {
        self.objects()
            .map_while(Result::ok)
            .find(|object| object.tag() == tag)
            .map(|object| object.value())
    }

    /// Gives the card service data byte: tag 3. ISO/IEC 7816-4:2013, 12.1.1.5.
    #[must_use]
    pub fn card_service_data(&self) -> Option<CardServiceData> {
        self.object(CARD_SERVICE_DATA)?
            .first()
            .copied()
            .map(CardServiceData::new)
    }

    /// Gives the card capabilities: tag 7. ISO/IEC 7816-4:2013, 12.1.1.9.
    #[must_use]
    pub fn card_capabilities(&self) -> Option<CardCapabilities> {
        self.object(CARD_CAPABILITIES).map(CardCapabilities::new)
    }

    /// Gives the identifier of the application that is selected implicitly: tag 15. ISO/IEC 7816-4:2013, 12.1.1.10.
    #[must_use]
    pub fn application_identifier(&self) -> Option<&'a [u8]> {
        self.object(APPLICATION_IDENTIFIER)
    }

    /// Gives the reference to EF.DIR of category 10.
    #[must_use]
    pub fn dir_data_reference(&self) -> Option<u8> {
        match self.bytes {
            [0x10, reference, ..] => Some(*reference),
            _ => None,
        }
    }

    /// Gives the status: in category 00 the last three bytes, in category 80 the object with tag 8.
    ///
    /// ISO/IEC 7816-4:2013, 12.1.1.11.
    #[must_use]
    pub fn status_indicator(&self) -> Option<StatusIndicator> {
        match (self.category()?, self.parts().1) {
            // Fewer than three bytes are no status.
            (Category::StatusAtEnd, status @ [_, _, _]) => StatusIndicator::of(status),
            (Category::StatusAtEnd, _) => None,
            _ => StatusIndicator::of(self.object(STATUS_INDICATOR)?),
        }
    }

    /// Whether these are the historical bytes by which a reader tells what a contactless card without any of its own is:
    /// an application identifier in a form of its own, which is no compact TLV. PC/SC part 3, 3.1.3.2.3.
    pub(super) fn is_of_reader(&self) -> bool {
        matches!(self.bytes, [0x80, 0x4F, 0x0C, 0xA0, 0x00, 0x00, 0x03, 0x06, rest @ ..] if rest.len() == 7)
    }

    /// What is wrong with them.
    pub(in crate::atr) fn problem(&self) -> Option<Problem> {
        if self.is_of_reader() {
            return None;
        }
        if self.category() == Some(Category::StatusAtEnd) && self.announced < 1 + 3 {
            return Some(Problem::StatusMissing {
                len: self.announced.saturating_sub(1),
            });
        }
        let mut objects = self.placed_objects();
        let (start, _) = objects.find(|(_, object)| object.is_err())?;
        Some(Problem::ObjectTooLong { position: start + 1 })
    }

    /// The compact-TLV objects, each with the place of its first byte, T1 being 0; one that is cut off is the last.
    pub(super) fn placed_objects(&self) -> impl Iterator<Item = (usize, Result<DataObject<'a>, TlvError>)> {
        let mut next = 1;
        self.objects().map(move |object| {
            let start = next;
            next += 1 + object.map_or(0, |object| object.value().len());
            (start, object)
        })
    }
}

#[cfg(test)]
mod tests;
