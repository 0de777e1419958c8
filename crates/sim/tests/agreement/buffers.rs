//! Buffers of all lengths, and those that the service allocates.

use crate::connecting::T1;
use crate::recorder::{Recorder, UNSET, UNTOUCHED};
use pcsc_sys::*;
use std::ptr;

pub(crate) fn status_lengths(r: &mut Recorder) {
    let context = r.context();
    r.insert(0, &T1);
    let card = r.shared(context, 0);
    let functions = r.functions();
    for handle in [card, 0] {
        for room in [
            None,
            Some(0),
            Some(1),
            Some(4),
            Some(5),
            Some(15),
            Some(16),
            Some(100),
        ] {
            for (with_name, with_atr) in [(true, true), (true, false), (false, true), (false, false)] {
                let (mut name, mut atr) = (vec![UNTOUCHED; 100], vec![UNTOUCHED; 100]);
                let (mut name_len, mut atr_len, mut state) =
                    (room.unwrap_or(UNSET), room.unwrap_or(UNSET), UNSET);
                let name_place = if with_name {
                    name.as_mut_ptr()
                } else {
                    ptr::null_mut()
                };
                let atr_place = if with_atr {
                    atr.as_mut_ptr()
                } else {
                    ptr::null_mut()
                };
                let length = |place: *mut DWORD| if room.is_some() { place } else { ptr::null_mut() };
                // SAFETY: each pointer is null, or points to what its length says.
                let code = unsafe {
                    (functions.SCardStatus)(
                        handle,
                        name_place.cast(),
                        length(&mut name_len),
                        &mut state,
                        ptr::null_mut(),
                        atr_place,
                        length(&mut atr_len),
                    )
                };
                // What the lengths do not speak of is not compared: pcsc-lite fills the name's buffer with zeros.
                let told = |buffer: &[u8], len: DWORD| {
                    format!("{len:X} {:02X?}", &buffer[..buffer.len().min(len as usize)])
                };
                let (name, atr) = (told(&name, name_len), told(&atr, atr_len));
                r.code(&format!("{room:?} {state:X} {name} {atr}"), code);
            }
        }
    }
}

pub(crate) fn status_allocated(r: &mut Recorder) {
    let context = r.context();
    r.insert(0, &T1);
    let card = r.shared(context, 0);
    let functions = r.functions();
    let (mut name, mut atr) = (ptr::null_mut::<u8>(), ptr::null_mut::<u8>());
    let (mut name_len, mut atr_len) = (SCARD_AUTOALLOCATE, SCARD_AUTOALLOCATE);
    // SAFETY: for these lengths the addresses of pointers are asked for.
    let code = unsafe {
        (functions.SCardStatus)(
            card,
            (&raw mut name).cast(),
            &mut name_len,
            ptr::null_mut(),
            ptr::null_mut(),
            (&raw mut atr).cast(),
            &mut atr_len,
        )
    };
    assert!(code == SCARD_S_SUCCESS && !name.is_null() && !atr.is_null());
    // SAFETY: the service has allocated as many bytes as it says.
    let text = unsafe { std::slice::from_raw_parts(name, name_len as usize) };
    // SAFETY: as above.
    let bytes = unsafe { std::slice::from_raw_parts(atr, atr_len as usize) };
    r.code(&format!("{:?} {bytes:02X?}", String::from_utf8_lossy(text)), code);
    for pointer in [name, atr] {
        // SAFETY: what was allocated is freed once, and nobody reads it any more.
        let code = unsafe { (functions.SCardFreeMemory)(context, pointer.cast()) };
        r.code("free", code);
    }
    for (with_name, with_atr) in [(false, true), (true, false)] {
        let (mut name, mut atr) = (ptr::null_mut::<u8>(), ptr::null_mut::<u8>());
        let (mut name_len, mut atr_len, mut state) = (SCARD_AUTOALLOCATE, SCARD_AUTOALLOCATE, UNSET);
        // SAFETY: as above; null is refused.
        let code = unsafe {
            (functions.SCardStatus)(
                card,
                if with_name {
                    (&raw mut name).cast()
                } else {
                    ptr::null_mut()
                },
                &mut name_len,
                &mut state,
                ptr::null_mut(),
                if with_atr {
                    (&raw mut atr).cast()
                } else {
                    ptr::null_mut()
                },
                &mut atr_len,
            )
        };
        r.code(
            &format!(
                "{name_len} {atr_len} {state:X} {} {}",
                name.is_null(),
                atr.is_null()
            ),
            code,
        );
        for pointer in [name, atr] {
            // SAFETY: null, or what was allocated.
            unsafe { (functions.SCardFreeMemory)(context, pointer.cast()) };
        }
    }
}

type List = fn(&Functions, SCARDCONTEXT, *mut std::ffi::c_char, *mut DWORD) -> LONG;

fn lengths(r: &mut Recorder, list: List) {
    let context = r.context();
    let functions = r.functions();
    for handle in [context, 0] {
        for room in [0, 1, 16, 21, 22, 32, 33, 34, 100] {
            for with_buffer in [true, false] {
                let (mut buffer, mut len) = ([UNTOUCHED; 100], room);
                let place = if with_buffer {
                    buffer.as_mut_ptr()
                } else {
                    ptr::null_mut()
                };
                let code = list(functions, handle, place.cast(), &mut len);
                r.code(&format!("{room} {len} {buffer:02X?}"), code);
            }
        }
        let (mut pointer, mut len) = (ptr::null_mut::<u8>(), SCARD_AUTOALLOCATE);
        let code = list(functions, handle, (&raw mut pointer).cast(), &mut len);
        let allocated = if pointer.is_null() {
            &[]
        } else {
            // SAFETY: the service has allocated as many bytes as it says.
            unsafe { std::slice::from_raw_parts(pointer, len as usize) }
        };
        r.code(&format!("{:?}", String::from_utf8_lossy(allocated)), code);
        // SAFETY: null, or what was allocated; nobody reads it any more.
        let code = unsafe { (functions.SCardFreeMemory)(handle, pointer.cast()) };
        r.code("free", code);
        let mut len = SCARD_AUTOALLOCATE;
        let code = list(functions, handle, ptr::null_mut(), &mut len);
        r.no_place(len, code);
    }
}

/// A multi-string of one group that there is not.
const NO_SUCH_GROUP: [u8; 6] = *b"none\0\0";

pub(crate) fn list_lengths(r: &mut Recorder) {
    lengths(r, |functions, context, buffer, len| {
        // SAFETY: no groups, and a buffer of its length, or none, or the address of a pointer.
        unsafe { (functions.SCardListReaders)(context, ptr::null(), buffer, len) }
    });
    let context = r.context();
    let functions = r.functions();
    // SAFETY: null pointers.
    let code =
        unsafe { (functions.SCardListReaders)(context, ptr::null(), ptr::null_mut(), ptr::null_mut()) };
    r.code("null", code);
    let mut len = 0;
    // SAFETY: a group that there is not, and no buffer.
    let code = unsafe {
        (functions.SCardListReaders)(context, NO_SUCH_GROUP.as_ptr().cast(), ptr::null_mut(), &mut len)
    };
    r.code(&format!("{len}"), code);
}

pub(crate) fn group_lengths(r: &mut Recorder) {
    lengths(r, |functions, context, buffer, len| {
        // SAFETY: a buffer of its length, or none, or the address of a pointer.
        unsafe { (functions.SCardListReaderGroups)(context, buffer, len) }
    });
}
