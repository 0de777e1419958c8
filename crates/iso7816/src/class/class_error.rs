//! What a class byte cannot say.

use core::fmt;

/// The reason why a class byte cannot say what it should.
///
/// # Examples
/// ```
/// use pcsc_iso7816::class::{Class, ClassError};
///
/// let error = Class::new(0x00).with_channel(20).unwrap_err();
/// assert_eq!(error, ClassError::Channel { cla: 0x00, channel: 20 });
/// assert_eq!(error.to_string(), "CLA 00 cannot say logical channel 20");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClassError {
    /// FF, which belongs to the reader and which the standard allows in no command to a card, is what it is or would be.
    Invalid,
    /// 20 to 3F are reserved.
    Reserved {
        /// The class byte.
        cla: u8,
    },
    /// There is no such logical channel: 0 to 19 exist, and 0 to 3 with a class of A0 to BF.
    Channel {
        /// The class byte.
        cla: u8,
        /// The channel asked for.
        channel: u8,
    },
    /// The class byte for that channel has no code for this kind of secure messaging.
    SecureMessaging {
        /// The class byte.
        cla: u8,
        /// The channel asked for.
        channel: u8,
    },
}

impl fmt::Display for ClassError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid => f.write_str("CLA FF belongs to the reader: no logical channel, no chaining"),
            Self::Reserved { cla } => write!(f, "CLA {cla:02X} is reserved: no logical channel, no chaining"),
            Self::Channel { cla, channel } => {
                write!(f, "CLA {cla:02X} cannot say logical channel {channel}")
            }
            Self::SecureMessaging { cla, channel } => {
                write!(
                    f,
                    "CLA {cla:02X}: its secure messaging has no code on logical channel {channel}"
                )
            }
        }
    }
}

impl core::error::Error for ClassError {}
