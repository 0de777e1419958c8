//! The choice of a protocol.

use super::code::Code;
use pcsc_sys::{DWORD, SCARD_E_PROTO_MISMATCH, SCARD_PROTOCOL_T0, SCARD_PROTOCOL_T1};

/// What pcsc-lite once had for any protocol, and still takes.
pub(crate) const ANY_PROTOCOL: DWORD = 0x1000;

/// T=1 before T=0, of those that the program takes and the card offers.
pub(crate) fn choose(wanted: DWORD, offered: DWORD) -> Result<DWORD, Code> {
    let wanted = if wanted & ANY_PROTOCOL != 0 {
        SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1
    } else {
        wanted
    };
    [SCARD_PROTOCOL_T1, SCARD_PROTOCOL_T0]
        .into_iter()
        .find(|protocol| wanted & offered & protocol != 0)
        .ok_or(SCARD_E_PROTO_MISMATCH)
}
