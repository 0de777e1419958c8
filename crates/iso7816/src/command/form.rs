//! The form of a command's length fields, and the cases.

/// The form of the length fields Lc and Le: one byte, or two (three where a field comes first).
///
/// ISO/IEC 7816-3:2006, 12.1.3.
///
/// # Examples
/// ```
/// use pcsc_iso7816::command::{Command, Form};
///
/// let command = Command::new(0x00, 0xB0, 0x00, 0x00).with_ne(256);
/// assert_eq!(command.encode(Form::Short)?, [0x00, 0xB0, 0x00, 0x00, 0x00]);
/// assert_eq!(command.encode(Form::Extended)?, [0x00, 0xB0, 0x00, 0x00, 0x00, 0x01, 0x00]);
/// # Ok::<(), pcsc_iso7816::command::EncodeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// At most 255 bytes of data, at most 256 expected.
    Short,
    /// At most 65,535 bytes of data, at most 65,536 expected.
    Extended,
}

/// One of the seven cases of a command.
///
/// ISO/IEC 7816-3:2006, 12.1.3.
///
/// # Examples
/// ```
/// use pcsc_iso7816::command::Case;
///
/// assert_eq!(Case::of(&[0x00, 0xA4, 0x00, 0x0C, 0x02, 0x3F, 0x00])?, Case::Case3S);
/// # Ok::<(), pcsc_iso7816::command::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Case {
    /// No data, no response data.
    Case1,
    /// Response data, short.
    Case2S,
    /// Data, short.
    Case3S,
    /// Data and response data, short.
    Case4S,
    /// Response data, extended.
    Case2E,
    /// Data, extended.
    Case3E,
    /// Data and response data, extended.
    Case4E,
}

impl Form {
    /// Gives the largest number of data bytes, in this form.
    #[must_use]
    pub const fn max_nc(self) -> usize {
        match self {
            Self::Short => 255,
            Self::Extended => 65_535,
        }
    }

    /// Gives the largest number of bytes expected, in this form.
    #[must_use]
    pub const fn max_ne(self) -> usize {
        match self {
            Self::Short => 256,
            Self::Extended => 65_536,
        }
    }

    /// Gives the number of bytes of the longest command in this form: header, Lc, data and Le.
    ///
    /// # Examples
    /// ```
    /// use pcsc_iso7816::command::Form;
    ///
    /// assert_eq!(Form::Short.max_len(), 261);
    /// assert_eq!(Form::Extended.max_len(), 65_544);
    /// ```
    #[must_use]
    pub const fn max_len(self) -> usize {
        match self {
            Self::Short => 4 + 1 + self.max_nc() + 1,
            Self::Extended => 4 + 3 + self.max_nc() + 2,
        }
    }
}

impl Case {
    /// Gives the form of the length fields; case 1 has none.
    #[must_use]
    pub const fn form(self) -> Option<Form> {
        match self {
            Self::Case1 => None,
            Self::Case2S | Self::Case3S | Self::Case4S => Some(Form::Short),
            Self::Case2E | Self::Case3E | Self::Case4E => Some(Form::Extended),
        }
    }
}
