//! The instruction bytes, INS, of the standard's commands.
//!
//! Bit 1 tells the coding of the data field: an odd instruction byte has data objects where the even one has plain data.
//! ISO/IEC 7816-4:2013, 5.4.2, table 4.
//!
//! ```
//! use pcsc_iso7816::command::Command;
//! use pcsc_iso7816::instruction;
//!
//! let command = Command::new(0x00, instruction::SELECT, 0x04, 0x00);
//! assert_eq!(command.ins(), 0xA4);
//! ```

/// ERASE RECORD (S).
pub const ERASE_RECORD: u8 = 0x0C;
/// ERASE BINARY.
pub const ERASE_BINARY: u8 = 0x0E;
/// ERASE BINARY with data objects.
pub const ERASE_BINARY_ODD: u8 = 0x0F;
/// VERIFY.
pub const VERIFY: u8 = 0x20;
/// VERIFY with data objects.
pub const VERIFY_ODD: u8 = 0x21;
/// CHANGE REFERENCE DATA.
pub const CHANGE_REFERENCE_DATA: u8 = 0x24;
/// CHANGE REFERENCE DATA with data objects.
pub const CHANGE_REFERENCE_DATA_ODD: u8 = 0x25;
/// DISABLE VERIFICATION REQUIREMENT.
pub const DISABLE_VERIFICATION_REQUIREMENT: u8 = 0x26;
/// ENABLE VERIFICATION REQUIREMENT.
pub const ENABLE_VERIFICATION_REQUIREMENT: u8 = 0x28;
/// PERFORM SECURITY OPERATION.
pub const PERFORM_SECURITY_OPERATION: u8 = 0x2A;
/// PERFORM SECURITY OPERATION with data objects.
pub const PERFORM_SECURITY_OPERATION_ODD: u8 = 0x2B;
/// RESET RETRY COUNTER.
pub const RESET_RETRY_COUNTER: u8 = 0x2C;
/// RESET RETRY COUNTER with data objects.
pub const RESET_RETRY_COUNTER_ODD: u8 = 0x2D;
/// MANAGE CHANNEL.
pub const MANAGE_CHANNEL: u8 = 0x70;
/// EXTERNAL AUTHENTICATE, and MUTUAL AUTHENTICATE, which has the same value.
pub const EXTERNAL_AUTHENTICATE: u8 = 0x82;
/// GET CHALLENGE.
pub const GET_CHALLENGE: u8 = 0x84;
/// GENERAL AUTHENTICATE.
pub const GENERAL_AUTHENTICATE: u8 = 0x86;
/// GENERAL AUTHENTICATE with data objects.
pub const GENERAL_AUTHENTICATE_ODD: u8 = 0x87;
/// INTERNAL AUTHENTICATE.
pub const INTERNAL_AUTHENTICATE: u8 = 0x88;
/// SELECT.
pub const SELECT: u8 = 0xA4;
/// READ BINARY.
pub const READ_BINARY: u8 = 0xB0;
/// READ BINARY with data objects.
pub const READ_BINARY_ODD: u8 = 0xB1;
/// READ RECORD (S).
pub const READ_RECORD: u8 = 0xB2;
/// GET RESPONSE.
pub const GET_RESPONSE: u8 = 0xC0;
/// ENVELOPE.
pub const ENVELOPE: u8 = 0xC2;
/// ENVELOPE with data objects.
pub const ENVELOPE_ODD: u8 = 0xC3;
/// GET DATA.
pub const GET_DATA: u8 = 0xCA;
/// WRITE BINARY.
pub const WRITE_BINARY: u8 = 0xD0;
/// WRITE BINARY with data objects.
pub const WRITE_BINARY_ODD: u8 = 0xD1;
/// WRITE RECORD.
pub const WRITE_RECORD: u8 = 0xD2;
/// UPDATE BINARY.
pub const UPDATE_BINARY: u8 = 0xD6;
/// UPDATE BINARY with data objects.
pub const UPDATE_BINARY_ODD: u8 = 0xD7;
/// PUT DATA.
pub const PUT_DATA: u8 = 0xDA;
/// PUT DATA with data objects.
pub const PUT_DATA_ODD: u8 = 0xDB;
/// UPDATE RECORD.
pub const UPDATE_RECORD: u8 = 0xDC;
/// UPDATE RECORD with data objects.
pub const UPDATE_RECORD_ODD: u8 = 0xDD;
/// APPEND RECORD.
pub const APPEND_RECORD: u8 = 0xE2;
