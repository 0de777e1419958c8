//! The classes of status words.

use core::fmt;

/// The outcome of a command, as far as SW1 and SW2 tell.
///
/// ISO/IEC 7816-4:2013, 5.6, tables 5 and 6.
///
/// # Examples
/// ```
/// use pcsc_iso7816::status_word::{StatusWord, StatusWordClass};
///
/// assert_eq!(StatusWord::FILE_NOT_FOUND.class(), StatusWordClass::CheckingError);
/// assert_eq!(StatusWordClass::CheckingError.to_string(), "checking error");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StatusWordClass {
    /// The command was executed: 9000 and 61xx.
    Normal,
    /// The command was executed, and the card adds a warning: 62xx and 63xx.
    Warning,
    /// The command was begun and failed: 64xx to 66xx.
    ExecutionError,
    /// The command was refused: 6700, 68xx to 6Axx, 6B00, 6Cxx, 6D00, 6E00 and 6F00.
    CheckingError,
    /// The standard leaves the meaning to others: 9xxx but for 9000, and 67xx, 6Bxx, 6Dxx, 6Exx and 6Fxx where SW2 is
    /// not 00.
    Proprietary,
    /// The standard forbids the value: 60xx, and all that begins with neither 6 nor 9.
    Invalid,
}

impl fmt::Display for StatusWordClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Normal => "normal",
            Self::Warning => "warning",
            Self::ExecutionError => "execution error",
            Self::CheckingError => "checking error",
            Self::Proprietary => "proprietary",
            Self::Invalid => "invalid",
        })
    }
}
