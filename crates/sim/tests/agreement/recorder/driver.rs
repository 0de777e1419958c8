//! What a program asks of a reader's driver.

use super::{Recorder, UNSET, UNTOUCHED, hex};
use pcsc_sys::*;
use std::ptr;

impl Recorder {
    /// Reads an attribute into a buffer with room for so much, or into none.
    #[track_caller]
    pub(crate) fn attribute(&mut self, card: SCARDHANDLE, attribute: DWORD, room: Option<DWORD>) {
        let mut buffer = [UNTOUCHED; 300];
        let mut len = room.unwrap_or(UNSET);
        let pointer = if room.is_some() {
            buffer.as_mut_ptr()
        } else {
            ptr::null_mut()
        };
        // SAFETY: null, or a buffer that is at least as long as it is said to be.
        let code = unsafe { (self.functions.SCardGetAttrib)(card, attribute, pointer, &mut len) };
        let touched = buffer
            .iter()
            .rposition(|&byte| byte != UNTOUCHED)
            .map_or(0, |last| last + 1);
        self.note(format!(
            "attribute {attribute:X} {room:?}: {} {len} {:02X?}",
            hex(code),
            &buffer[..touched]
        ));
    }

    #[track_caller]
    pub(crate) fn set_attribute(&mut self, card: SCARDHANDLE, attribute: DWORD, value: &[u8]) {
        // SAFETY: the value lives through the call.
        let code =
            unsafe { (self.functions.SCardSetAttrib)(card, attribute, value.as_ptr(), value.len() as DWORD) };
        self.note(format!("set attribute {attribute:X}: {}", hex(code)));
    }

    #[track_caller]
    pub(crate) fn control(&mut self, card: SCARDHANDLE, control_code: DWORD, input: &[u8], room: usize) {
        let mut buffer = [UNTOUCHED; 300];
        let mut len = UNSET;
        // SAFETY: the input, and a buffer that is at least as long as it is said to be.
        let code = unsafe {
            (self.functions.SCardControl)(
                card,
                control_code,
                input.as_ptr(),
                input.len() as DWORD,
                buffer.as_mut_ptr(),
                room as DWORD,
                &mut len,
            )
        };
        self.note(format!("control {control_code:X}: {} {len}", hex(code)));
    }

    /// Reads an attribute into memory that the service allocates; notes whether it did, and frees it.
    #[track_caller]
    pub(crate) fn allocated_attribute(&mut self, context: SCARDCONTEXT, card: SCARDHANDLE, attribute: DWORD) {
        let (mut memory, mut len) = (ptr::null_mut::<u8>(), SCARD_AUTOALLOCATE);
        // SAFETY: for this length the address of a pointer is asked for.
        let code =
            unsafe { (self.functions.SCardGetAttrib)(card, attribute, (&raw mut memory).cast(), &mut len) };
        let value = if code == SCARD_S_SUCCESS {
            // SAFETY: the service has allocated as many bytes as it says.
            unsafe { std::slice::from_raw_parts(memory, len as usize) }
        } else {
            &[]
        };
        self.note(format!(
            "allocated attribute {attribute:X}: {} {len} {} {value:02X?}",
            hex(code),
            !memory.is_null()
        ));
        // SAFETY: null, or what was allocated; nobody reads it any more.
        let code = unsafe { (self.functions.SCardFreeMemory)(context, memory.cast()) };
        self.note(format!("free: {}", hex(code)));
    }
}
