//! The attributes of readers and cards.

use pcsc_sys as sys;
use std::fmt;

/// An attribute of a reader or its card: the constants are those of `reader.h`, any other number is kept.
///
/// # Examples
/// ```
/// use pcsc_session::Attribute;
///
/// assert_eq!(Attribute::ATR_STRING, Attribute(0x0009_0303));
/// assert_eq!(format!("{:?}", Attribute(1)), "Attribute(0x00000001)");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Attribute(pub u32);

/// Makes the constants and their names from one list.
macro_rules! attributes {
    ($($constant:ident = $c:ident, $meaning:literal;)*) => {
        impl Attribute {
            $(
                #[doc = concat!("`", stringify!($c), "`: ", $meaning, ".")]
                pub const $constant: Attribute = Attribute(sys::$c as u32);
            )*

            /// Returns the name of the attribute in `reader.h`, where it has one.
            ///
            /// # Examples
            /// ```
            /// use pcsc_session::Attribute;
            ///
            /// assert_eq!(Attribute::ATR_STRING.name(), Some("SCARD_ATTR_ATR_STRING"));
            /// assert_eq!(Attribute(1).name(), None);
            /// ```
            #[must_use]
            pub fn name(self) -> Option<&'static str> {
                Some(match self {
                    $( Attribute::$constant => stringify!($c), )*
                    _ => return None,
                })
            }
        }
    };
}

attributes! {
    VENDOR_NAME = SCARD_ATTR_VENDOR_NAME, "the reader's maker, as text";
    VENDOR_IFD_TYPE = SCARD_ATTR_VENDOR_IFD_TYPE, "the reader's model, as text";
    VENDOR_IFD_VERSION = SCARD_ATTR_VENDOR_IFD_VERSION, "the reader's version: major, minor and build number in a DWORD";
    VENDOR_IFD_SERIAL_NO = SCARD_ATTR_VENDOR_IFD_SERIAL_NO, "the reader's serial number, as text";
    CHANNEL_ID = SCARD_ATTR_CHANNEL_ID, "how the reader is attached: 0xDDDDCCCC, kind and number";
    ASYNC_PROTOCOL_TYPES = SCARD_ATTR_ASYNC_PROTOCOL_TYPES, "the protocols that the reader can do, a bit each";
    DEFAULT_CLK = SCARD_ATTR_DEFAULT_CLK, "the usual clock rate in kHz";
    MAX_CLK = SCARD_ATTR_MAX_CLK, "the highest clock rate in kHz";
    DEFAULT_DATA_RATE = SCARD_ATTR_DEFAULT_DATA_RATE, "the usual data rate in bit/s";
    MAX_DATA_RATE = SCARD_ATTR_MAX_DATA_RATE, "the highest data rate in bit/s";
    MAX_IFSD = SCARD_ATTR_MAX_IFSD, "the longest information field that the reader takes, in bytes";
    POWER_MGMT_SUPPORT = SCARD_ATTR_POWER_MGMT_SUPPORT, "whether the reader can sleep with a card inserted";
    CHARACTERISTICS = SCARD_ATTR_CHARACTERISTICS, "the reader's mechanics: swallowing, ejecting, capturing";
    CURRENT_PROTOCOL_TYPE = SCARD_ATTR_CURRENT_PROTOCOL_TYPE, "the protocol in use";
    CURRENT_CLK = SCARD_ATTR_CURRENT_CLK, "the clock rate in use, in kHz";
    CURRENT_F = SCARD_ATTR_CURRENT_F, "the clock rate conversion integer F in use";
    CURRENT_D = SCARD_ATTR_CURRENT_D, "the baud rate adjustment integer D in use";
    CURRENT_IFSC = SCARD_ATTR_CURRENT_IFSC, "the longest information field that the card takes, in bytes";
    CURRENT_IFSD = SCARD_ATTR_CURRENT_IFSD, "the longest information field that the reader takes now, in bytes";
    ICC_PRESENCE = SCARD_ATTR_ICC_PRESENCE, "0 without a card, 1 with one, 2 where it was swallowed";
    ICC_INTERFACE_STATUS = SCARD_ATTR_ICC_INTERFACE_STATUS, "whether the contacts touch the card";
    ATR_STRING = SCARD_ATTR_ATR_STRING, "the answer to reset";
    ICC_TYPE_PER_ATR = SCARD_ATTR_ICC_TYPE_PER_ATR, "the kind of card";
    MAXINPUT = SCARD_ATTR_MAXINPUT, "the longest command that the reader takes, in bytes";
    DEVICE_FRIENDLY_NAME = SCARD_ATTR_DEVICE_FRIENDLY_NAME, "the reader's name, null-terminated";
    DEVICE_SYSTEM_NAME = SCARD_ATTR_DEVICE_SYSTEM_NAME, "the system's name of the reader, null-terminated";
    DEVICE_UNIT = SCARD_ATTR_DEVICE_UNIT, "the number of the reader among those alike";
}

impl fmt::Debug for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "Attribute(0x{:08X})", self.0),
        }
    }
}
