//! Data objects: tag, length, value.

pub mod ber;
pub mod compact;
mod tlv_error;

pub use tlv_error::{TlvError, TlvErrorKind};
