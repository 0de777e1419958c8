//! The tags of data objects in EF.ATR/INFO. ISO/IEC 7816-4:2013, 12.1.1 and 12.7.1; ISO/IEC 7816-6.

/// Country code and national data.
pub const COUNTRY_CODE: u32 = 0x41;
/// Issuer identification number.
pub const ISSUER_IDENTIFICATION_NUMBER: u32 = 0x42;
/// Card service data.
pub const CARD_SERVICE_DATA: u32 = 0x43;
/// Initial access data.
pub const INITIAL_ACCESS_DATA: u32 = 0x44;
/// Card issuer's data.
pub const CARD_ISSUER_DATA: u32 = 0x45;
/// Pre-issuing data.
pub const PRE_ISSUING_DATA: u32 = 0x46;
/// Card capabilities.
pub const CARD_CAPABILITIES: u32 = 0x47;
/// Status indicator.
pub const STATUS_INDICATOR: u32 = 0x48;
/// Application identifier.
pub const APPLICATION_IDENTIFIER: u32 = 0x4F;
/// Extended length information.
pub const EXTENDED_LENGTH_INFORMATION: u32 = 0x7F66;
/// An integer, as in the extended length information.
pub const INTEGER: u32 = 0x02;
