//! The contents of EF.ATR/INFO.

use core::fmt;

use super::extended_length::ExtendedLengthInformation;
use super::tags;
use crate::atr::{CardCapabilities, CardServiceData, StatusIndicator};
use crate::tlv::TlvError;
use crate::tlv::ber::{DataObject, DataObjects};

/// The contents of EF.ATR/INFO: BER-TLV data objects, with filler between them.
///
/// Each method looks for its object from the beginning. ISO/IEC 7816-4:2013, 12.2.2.
///
/// # Examples
/// ```
/// use pcsc_iso7816::ef_atr::EfAtr;
///
/// let file = EfAtr::new(&[
///     0x43, 0x01, 0xB8, 0x47, 0x03, 0xF7, 0x41, 0xE0, // card service data, card capabilities
///     0x7F, 0x66, 0x08, 0x02, 0x02, 0x05, 0xF0, 0x02, 0x02, 0x05, 0xF0, // extended length information
///     0xFF, 0xFF, 0xFF,
/// ]);
/// assert!(file.card_capabilities()?.expect("DO 47").extended_length_information());
/// let lengths = file.extended_length_information()?.expect("DO 7F66");
/// assert_eq!((lengths.max_nc(), lengths.max_ne()), (1511, 1518));
/// # Ok::<(), pcsc_iso7816::tlv::TlvError>(())
/// ```
#[derive(Clone, Copy)]
pub struct EfAtr<'a> {
    bytes: &'a [u8],
    tags_may_begin_with_ff: bool,
}

impl<'a> EfAtr<'a> {
    /// Takes the bytes of the file, all or those that could be read.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            tags_may_begin_with_ff: false,
        }
    }

    /// Sets whether FF may begin a tag, as [`DataObjects`](DataObjects::tags_may_begin_with_ff) reads it. It may not where this
    /// is not called.
    #[must_use]
    pub const fn tags_may_begin_with_ff(mut self, they_may: bool) -> Self {
        self.tags_may_begin_with_ff = they_may;
        self
    }

    /// Reads the data objects in their order.
    #[must_use]
    pub const fn objects(&self) -> DataObjects<'a> {
        DataObjects::new(self.bytes).tags_may_begin_with_ff(self.tags_may_begin_with_ff)
    }

    /// Gives the value of the first data object with this tag; [`tags`] names some.
    ///
    /// # Errors
    /// [`TlvError`] where the bytes before it are no data objects.
    pub fn value(&self, tag: u32) -> Result<Option<&'a [u8]>, TlvError> {
        Ok(self.objects().find(tag)?.map(|object| object.value()))
    }

    /// Gives the longest command and response: DO 7F66. ISO/IEC 7816-4:2013, 12.7.1.
    ///
    /// # Errors
    /// [`TlvError`] where the bytes before it are no data objects, or it does not hold two integers.
    pub fn extended_length_information(&self) -> Result<Option<ExtendedLengthInformation>, TlvError> {
        let mut objects = self.objects();
        let is_it = |object: &DataObject<'_>| object.tag() == tags::EXTENDED_LENGTH_INFORMATION;
        while let Some(object) = objects.next().transpose()? {
            if is_it(&object) {
                let start = objects.position() - object.value().len();
                let lengths = ExtendedLengthInformation::from_value(object.value());
                return lengths.map(Some).map_err(|error| error.after(start));
            }
        }
        Ok(None)
    }

    /// Gives the card service data byte: DO 43. ISO/IEC 7816-4:2013, 12.1.1.5.
    ///
    /// # Errors
    /// As [`value`](Self::value).
    pub fn card_service_data(&self) -> Result<Option<CardServiceData>, TlvError> {
        let value = self.value(tags::CARD_SERVICE_DATA)?;
        Ok(value.and_then(|value| value.first().copied().map(CardServiceData::new)))
    }

    /// Gives the card capabilities: DO 47. ISO/IEC 7816-4:2013, 12.1.1.9.
    ///
    /// # Errors
    /// As [`value`](Self::value).
    pub fn card_capabilities(&self) -> Result<Option<CardCapabilities>, TlvError> {
        Ok(self.value(tags::CARD_CAPABILITIES)?.map(CardCapabilities::new))
    }

    /// Gives the status indicator: DO 48. ISO/IEC 7816-4:2013, 12.1.1.11.
    ///
    /// # Errors
    /// As [`value`](Self::value).
    pub fn status_indicator(&self) -> Result<Option<StatusIndicator>, TlvError> {
        Ok(self.value(tags::STATUS_INDICATOR)?.and_then(StatusIndicator::of))
    }

    /// Gives the initial access data, which name the first command to be sent: DO 44. ISO/IEC 7816-4:2013, 12.1.1.
    ///
    /// # Errors
    /// As [`value`](Self::value).
    pub fn initial_access_data(&self) -> Result<Option<&'a [u8]>, TlvError> {
        self.value(tags::INITIAL_ACCESS_DATA)
    }

    /// Gives the card issuer's data, which the issuer codes as it likes: DO 45. ISO/IEC 7816-4:2013, 12.1.1.
    ///
    /// # Errors
    /// As [`value`](Self::value).
    pub fn card_issuer_data(&self) -> Result<Option<&'a [u8]>, TlvError> {
        self.value(tags::CARD_ISSUER_DATA)
    }

    /// Gives the pre-issuing data, such as the chip and the card's maker: DO 46. ISO/IEC 7816-4:2013, 12.1.1.
    ///
    /// # Errors
    /// As [`value`](Self::value).
    pub fn pre_issuing_data(&self) -> Result<Option<&'a [u8]>, TlvError> {
        self.value(tags::PRE_ISSUING_DATA)
    }

    /// Gives the identifier of the application that is selected implicitly: DO 4F. ISO/IEC 7816-4:2013, 12.1.1.10.
    ///
    /// # Errors
    /// As [`value`](Self::value).
    pub fn application_identifier(&self) -> Result<Option<&'a [u8]>, TlvError> {
        self.value(tags::APPLICATION_IDENTIFIER)
    }
}

impl fmt::Debug for EfAtr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EfAtr({:02X?})", self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::EfAtr;
    use crate::atr::DataObjectAccess;
    use crate::tlv::TlvErrorKind;

    const FILE: &[u8] = &[
        0x00, 0x43, 0x01, 0xB9, 0xFF, 0xFF, 0x47, 0x03, 0xF7, 0x51, 0xE0, 0x44, 0x01, 0x10, 0x45, 0x02, 0x4A,
        0x43, 0x46, 0x03, 0x01, 0x02, 0x03, 0x48, 0x03, 0x05, 0x90, 0x00, 0x4F, 0x02, 0xA0, 0x01, 0x7F, 0x66,
        0x08, 0x02, 0x02, 0x04, 0x09, 0x02, 0x02, 0x08, 0x02, 0xFF, 0xFF,
    ];

    #[test]
    fn each_object_is_found() -> Result<(), crate::tlv::TlvError> {
        let file = EfAtr::new(FILE);
        let services = file.card_service_data()?.expect("DO 43");
        assert_eq!(services.access(), Some(DataObjectAccess::ReadBinary));
        assert!(!services.has_mf());
        let capabilities = file.card_capabilities()?.expect("DO 47");
        assert!(capabilities.extended_length() && capabilities.tags_may_begin_with_ff());
        assert_eq!(file.initial_access_data()?, Some(&[0x10][..]));
        assert_eq!(file.card_issuer_data()?, Some(&b"JC"[..]));
        assert_eq!(file.pre_issuing_data()?, Some(&[1, 2, 3][..]));
        assert_eq!(file.application_identifier()?, Some(&[0xA0, 1][..]));
        let status = file.status_indicator()?.expect("DO 48");
        assert_eq!(status.life_cycle(), Some(5));
        let lengths = file.extended_length_information()?.expect("DO 7F66");
        assert_eq!((lengths.max_nc(), lengths.max_ne()), (1024, 2048));
        assert_eq!(file.objects().count(), 8);
        assert_eq!(file.value(0x42)?, None);
        Ok(())
    }

    #[test]
    fn nothing_is_no_error_and_what_is_cut_off_is_one() {
        for bytes in [&[][..], &[0x00; 20], &[0xFF; 20], &[0x43, 0x00]] {
            let file = EfAtr::new(bytes);
            assert_eq!(file.card_service_data(), Ok(None));
            assert_eq!(file.card_capabilities(), Ok(None));
            assert_eq!(file.extended_length_information(), Ok(None));
        }
        // What comes before the end of what could be read is found.
        for len in 0..FILE.len() {
            let file = EfAtr::new(&FILE[..len]);
            assert_eq!(
                file.card_service_data().is_ok_and(|it| it.is_some()),
                len >= 4,
                "{len}"
            );
            let lengths = file.extended_length_information();
            match len {
                43.. => assert!(lengths.expect("whole").is_some()),
                _ => assert!(
                    lengths.map_or_else(|error| error.offset() == len, |it| it.is_none()),
                    "{len}"
                ),
            }
        }
    }

    #[test]
    fn a_wrong_length_information_says_where_in_the_file() {
        let file = EfAtr::new(&[0x43, 0x01, 0xB8, 0x7F, 0x66, 0x05, 0x02, 0x01, 0x09, 0x02, 0x00]);
        let error = file
            .extended_length_information()
            .expect_err("the second is empty");
        assert_eq!((error.offset(), error.kind()), (11, TlvErrorKind::ValueInvalid));
    }

    #[test]
    fn ff_may_begin_a_tag_where_that_is_said() {
        let file = EfAtr::new(&[0xFF, 0x47, 0x01, 0x80]);
        assert!(file.card_capabilities().is_ok_and(|it| it.is_some()));
        let file = file.tags_may_begin_with_ff(true);
        assert_eq!(file.card_capabilities(), Ok(None));
        assert_eq!(file.value(0xFF47), Ok(Some(&[0x80][..])));
    }
}
