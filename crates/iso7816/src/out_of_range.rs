//! Numbers that do not fit their field.

use core::fmt;

/// A number that does not fit its field, in a command or in a structure of PC/SC part 10.
///
/// # Examples
/// ```
/// use pcsc_iso7816::command::Command;
///
/// let error = Command::read_binary(0x8000, 16).unwrap_err();
/// assert_eq!(error.to_string(), "offset is 32768, outside 0 to 32767");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfRange {
    field: &'static str,
    value: u32,
    min: u32,
    max: u32,
}

impl OutOfRange {
    /// Gives the name of the field.
    #[must_use]
    pub const fn field(&self) -> &'static str {
        self.field
    }
}

impl fmt::Display for OutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} is {}, outside {} to {}",
            self.field, self.value, self.min, self.max
        )
    }
}

impl core::error::Error for OutOfRange {}

pub(crate) const fn in_range(field: &'static str, value: u32, min: u32, max: u32) -> Result<(), OutOfRange> {
    if min <= value && value <= max {
        Ok(())
    } else {
        Err(OutOfRange {
            field,
            value,
            min,
            max,
        })
    }
}

/// The `?` of `const fn`.
macro_rules! checked {
    ($result:expr) => {
        match $result {
            Ok(value) => value,
            Err(error) => return Err(error),
        }
    };
}
pub(crate) use checked;
