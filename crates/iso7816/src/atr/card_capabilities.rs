//! The card capabilities: what a program may ask of the card.

use core::fmt;

use super::listing::list;

/// The card capabilities, one to three bytes. What a missing byte would say is taken for not supported.
///
/// From the historical bytes (tag 7), or from the data object 47 of EF.ATR. ISO/IEC 7816-4:2013, 12.1.1.9.
///
/// # Examples
/// ```
/// use pcsc_iso7816::atr::CardCapabilities;
///
/// let capabilities = CardCapabilities::new(&[0xFF, 0x01, 0xD3]);
/// assert!(capabilities.command_chaining() && capabilities.extended_length());
/// assert_eq!(capabilities.max_channels(), 4);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CardCapabilities {
    selection: u8,
    data_coding: Option<u8>,
    commands: Option<u8>,
}

/// The effect of a write on the bits that are there. ISO/IEC 7816-4:2013, 12.1.1.9, table 118.
///
/// # Examples
/// ```
/// use pcsc_iso7816::atr::{CardCapabilities, WriteBehaviour};
///
/// let capabilities = CardCapabilities::new(&[0x00, 0x41]);
/// assert_eq!(capabilities.write_behaviour(), Some(WriteBehaviour::Or));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WriteBehaviour {
    /// Each place is written once.
    OneTime,
    /// The card's own way.
    Proprietary,
    /// Bits are set.
    Or,
    /// Bits are cleared.
    And,
}

impl CardCapabilities {
    /// Takes the bytes of the object; those after the third are ignored.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::atr::CardCapabilities;
    ///
    /// assert!(CardCapabilities::new(&[0x80, 0x01, 0x40]).extended_length());
    /// assert!(!CardCapabilities::new(&[0x80]).extended_length());
    /// ```
    #[must_use]
    pub fn new(value: &[u8]) -> Self {
        let mut bytes = value.iter().copied();
        Self {
            selection: bytes.next().unwrap_or_default(),
            data_coding: bytes.next(),
            commands: bytes.next(),
        }
    }

    /// Tells whether a DF can be selected by its full name.
    #[must_use]
    pub const fn selects_by_full_df_name(&self) -> bool {
        self.selection & 0x80 != 0
    }

    /// Tells whether a DF can be selected by the beginning of its name.
    #[must_use]
    pub const fn selects_by_partial_df_name(&self) -> bool {
        self.selection & 0x40 != 0
    }

    /// Tells whether a DF can be selected by path.
    #[must_use]
    pub const fn selects_by_path(&self) -> bool {
        self.selection & 0x20 != 0
    }

    /// Tells whether a DF can be selected by file identifier.
    #[must_use]
    pub const fn selects_by_file_identifier(&self) -> bool {
        self.selection & 0x10 != 0
    }

    /// Tells whether a DF is selected implicitly.
    #[must_use]
    pub const fn selects_df_implicitly(&self) -> bool {
        self.selection & 0x08 != 0
    }

    /// Tells whether short EF identifiers are supported.
    #[must_use]
    pub const fn short_ef_identifier(&self) -> bool {
        self.selection & 0x04 != 0
    }

    /// Tells whether records can be addressed by number.
    #[must_use]
    pub const fn record_number(&self) -> bool {
        self.selection & 0x02 != 0
    }

    /// Tells whether records can be addressed by identifier.
    #[must_use]
    pub const fn record_identifier(&self) -> bool {
        self.selection & 0x01 != 0
    }

    /// Gives the data coding byte, the second one.
    #[must_use]
    pub const fn data_coding_byte(&self) -> Option<u8> {
        self.data_coding
    }

    /// Tells whether the card has EFs of BER-TLV structure.
    #[must_use]
    pub fn ber_tlv_files(&self) -> bool {
        self.data_coding.is_some_and(|byte| byte & 0x80 != 0)
    }

    /// Tells whether FF may begin a tag of BER-TLV data objects: bit 5 of the data coding byte. Else FF is filler.
    ///
    /// [`DataObjects`](crate::tlv::ber::DataObjects::tags_may_begin_with_ff) is to be told.
    #[must_use]
    pub fn tags_may_begin_with_ff(&self) -> bool {
        self.data_coding.is_some_and(|byte| byte & 0x10 != 0)
    }

    /// Gives what a write does to the bits that are there.
    #[must_use]
    pub fn write_behaviour(&self) -> Option<WriteBehaviour> {
        self.data_coding.map(|byte| match byte >> 5 & 0x03 {
            0 => WriteBehaviour::OneTime,
            1 => WriteBehaviour::Proprietary,
            2 => WriteBehaviour::Or,
            _ => WriteBehaviour::And,
        })
    }

    /// Gives the size of a data unit, in quartets (half bytes): 2 for one byte.
    #[must_use]
    pub fn data_unit_quartets(&self) -> Option<u16> {
        self.data_coding.map(|byte| 1 << (byte & 0x0F))
    }

    /// Tells whether the card takes chained commands.
    #[must_use]
    pub fn command_chaining(&self) -> bool {
        self.commands.is_some_and(|byte| byte & 0x80 != 0)
    }

    /// Tells whether the card takes extended Lc and Le fields.
    #[must_use]
    pub fn extended_length(&self) -> bool {
        self.commands.is_some_and(|byte| byte & 0x40 != 0)
    }

    /// Tells whether EF.ATR says how long an extended command or answer may be.
    #[must_use]
    pub fn extended_length_information(&self) -> bool {
        self.commands.is_some_and(|byte| byte & 0x20 != 0)
    }

    /// Tells whether the card can choose the number of a logical channel.
    #[must_use]
    pub fn channel_by_card(&self) -> bool {
        self.commands.is_some_and(|byte| byte & 0x10 != 0)
    }

    /// Tells whether the program can choose the number of a logical channel.
    #[must_use]
    pub fn channel_by_program(&self) -> bool {
        self.commands.is_some_and(|byte| byte & 0x08 != 0)
    }

    /// Gives the largest number of logical channels, the basic one included: 1 to 7, or 8 for eight and more.
    ///
    /// As the byte has it, also where neither card nor program can choose a number, which means that there are none.
    #[must_use]
    pub fn max_channels(&self) -> u8 {
        self.commands.map_or(1, |byte| (byte & 0x07) + 1)
    }

    /// Says what one of the bytes says, counted from 1.
    pub(super) fn describe(&self, byte: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match byte {
            1 => {
                let says = [
                    (self.selects_by_full_df_name(), "DF by full name"),
                    (self.selects_by_partial_df_name(), "by partial name"),
                    (self.selects_by_path(), "by path"),
                    (self.selects_by_file_identifier(), "by file identifier"),
                    (self.selects_df_implicitly(), "implicitly"),
                    (self.short_ef_identifier(), "short EF identifiers"),
                    (self.record_number(), "record numbers"),
                    (self.record_identifier(), "record identifiers"),
                ];
                list(f, &says)
            }
            2 => write!(
                f,
                "data coding: units of {} quartets, {}{}{}",
                self.data_unit_quartets().unwrap_or_default(),
                match self.write_behaviour() {
                    Some(WriteBehaviour::Proprietary) => "proprietary write",
                    Some(WriteBehaviour::Or) => "write OR",
                    Some(WriteBehaviour::And) => "write AND",
                    Some(WriteBehaviour::OneTime) | None => "one-time write",
                },
                if self.ber_tlv_files() {
                    ", BER-TLV files"
                } else {
                    ""
                },
                if self.tags_may_begin_with_ff() {
                    ", FF may begin a tag"
                } else {
                    ""
                }
            ),
            _ => {
                let says = [
                    (self.command_chaining(), "command chaining"),
                    (self.extended_length(), "extended length"),
                    (
                        self.extended_length_information(),
                        "extended length information in EF.ATR",
                    ),
                    (self.channel_by_card(), "channel chosen by the card"),
                    (self.channel_by_program(), "channel chosen by the program"),
                ];
                list(f, &says)?;
                match self.max_channels() {
                    1 => f.write_str(", basic channel only"),
                    8 => f.write_str(", 8 or more channels"),
                    channels => write!(f, ", {channels} channels"),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CardCapabilities, WriteBehaviour};

    #[test]
    fn the_third_byte() {
        let of = |byte| CardCapabilities::new(&[0, 0, byte]);
        for bit in 0..8 {
            let capabilities = of(1 << bit);
            assert_eq!(capabilities.command_chaining(), bit == 7);
            assert_eq!(capabilities.extended_length(), bit == 6);
            assert_eq!(capabilities.extended_length_information(), bit == 5);
            assert_eq!(capabilities.channel_by_card(), bit == 4);
            assert_eq!(capabilities.channel_by_program(), bit == 3);
        }
        assert_eq!([0, 1, 6, 7].map(|byte| of(byte).max_channels()), [1, 2, 7, 8]);
    }

    #[test]
    fn what_is_missing_is_not_supported() {
        let capabilities = CardCapabilities::new(&[0x80]);
        assert!(capabilities.selects_by_full_df_name() && !capabilities.selects_by_path());
        assert!(!capabilities.command_chaining() && !capabilities.extended_length());
        assert_eq!(
            (capabilities.max_channels(), capabilities.data_unit_quartets()),
            (1, None)
        );
        assert_eq!(CardCapabilities::new(&[]), CardCapabilities::new(&[0]));
    }

    #[test]
    fn the_data_coding_byte() {
        let of = |byte| CardCapabilities::new(&[0, byte]);
        assert_eq!(of(0x01).data_unit_quartets(), Some(2));
        assert_eq!(of(0x0F).data_unit_quartets(), Some(32_768));
        assert_eq!(of(0x01).write_behaviour(), Some(WriteBehaviour::OneTime));
        assert_eq!(of(0x21).write_behaviour(), Some(WriteBehaviour::Proprietary));
        assert_eq!(of(0x41).write_behaviour(), Some(WriteBehaviour::Or));
        assert_eq!(of(0x61).write_behaviour(), Some(WriteBehaviour::And));
        assert!(of(0x80).ber_tlv_files() && !of(0x7F).ber_tlv_files());
    }

    #[test]
    fn field_case_22_the_bit_that_lets_ff_begin_a_tag() {
        let of = |byte| CardCapabilities::new(&[0, byte]);
        assert!(of(0x10).tags_may_begin_with_ff() && !of(0xEF).tags_may_begin_with_ff());
        assert!(!CardCapabilities::new(&[0xFF]).tags_may_begin_with_ff());
    }

    #[test]
    fn the_first_byte() {
        for bit in 0..8 {
            let capabilities = CardCapabilities::new(&[1 << bit]);
            assert_eq!(capabilities.selects_by_full_df_name(), bit == 7);
            assert_eq!(capabilities.selects_by_partial_df_name(), bit == 6);
            assert_eq!(capabilities.selects_by_path(), bit == 5);
            assert_eq!(capabilities.selects_by_file_identifier(), bit == 4);
            assert_eq!(capabilities.selects_df_implicitly(), bit == 3);
            assert_eq!(capabilities.short_ef_identifier(), bit == 2);
            assert_eq!(capabilities.record_number(), bit == 1);
            assert_eq!(capabilities.record_identifier(), bit == 0);
        }
    }
}
