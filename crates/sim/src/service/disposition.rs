//! What is done to a card at the end of a connection or a transaction.

use super::code::Code;
use pcsc_sys::{
    DWORD, SCARD_E_INVALID_VALUE, SCARD_EJECT_CARD, SCARD_LEAVE_CARD, SCARD_RESET_CARD, SCARD_UNPOWER_CARD,
};

/// Refuses a disposition that is none.
pub(crate) fn check_disposition(disposition: DWORD) -> Result<(), Code> {
    match disposition {
        SCARD_LEAVE_CARD | SCARD_RESET_CARD | SCARD_UNPOWER_CARD | SCARD_EJECT_CARD => Ok(()),
        _ => Err(SCARD_E_INVALID_VALUE),
    }
}
