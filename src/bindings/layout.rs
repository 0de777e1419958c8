//! Sizes, offsets and values of the platforms whose headers the build machine may lack, held at
//! compile time. On pcsc-lite the test suite asks a C compiler instead, for every type and constant.

use super::{part10::*, platform::*};
use core::mem::offset_of;

/// The size of a pointer.
#[allow(
    dead_code,
    reason = "Rust 1.85 does not see the uses in constants without a name"
)]
const POINTER: usize = size_of::<usize>();

#[cfg(target_os = "macos")]
const _: () = {
    assert!(size_of::<DWORD>() == 4 && size_of::<LONG>() == 4);
    assert!(size_of::<SCARDCONTEXT>() == 4 && size_of::<SCARDHANDLE>() == 4);
    assert!(size_of::<SCARD_IO_REQUEST>() == 8 && align_of::<SCARD_IO_REQUEST>() == 1);
    assert!(size_of::<SCARD_READERSTATE>() == 2 * POINTER + 3 * 4 + 33);
    assert!(align_of::<SCARD_READERSTATE>() == 1);
    assert!(offset_of!(SCARD_READERSTATE, rgbAtr) == 2 * POINTER + 12);
    assert!(SCARD_PROTOCOL_RAW == 4 && SCARD_SPECIFIC == 64);
    assert!(SCARD_E_UNSUPPORTED_FEATURE == 0x8010_001F_u32 as LONG);
    assert!(ATR_BUFFER_SIZE == 33);
};

#[cfg(windows)]
const _: () = {
    assert!(size_of::<DWORD>() == 4 && size_of::<LONG>() == 4);
    assert!(size_of::<SCARDCONTEXT>() == POINTER && size_of::<SCARDHANDLE>() == POINTER);
    assert!(size_of::<SCARD_IO_REQUEST>() == 8 && align_of::<SCARD_IO_REQUEST>() == 4);
    assert!(offset_of!(SCARD_READERSTATEA, rgbAtr) == 2 * POINTER + 12);
    assert!(size_of::<SCARD_READERSTATEA>() == 2 * POINTER + 12 + 36);
    assert!(size_of::<SCARD_READERSTATEW>() == 2 * POINTER + 12 + 36);
    assert!(size_of::<SCARD_ATRMASK>() == 4 + 36 + 36 && size_of::<GUID>() == 16);
    assert!(SCARD_PROTOCOL_RAW == 0x10000 && SCARD_SPECIFIC == 6);
    assert!(SCARD_E_UNSUPPORTED_FEATURE == 0x8010_0022_u32 as LONG);
    assert!(ATR_BUFFER_SIZE == 36);
};

#[cfg(not(any(windows, target_os = "macos")))]
const _: () = {
    assert!(size_of::<DWORD>() == POINTER && size_of::<SCARDHANDLE>() == POINTER);
    assert!(size_of::<SCARD_IO_REQUEST>() == 2 * POINTER);
    assert!(offset_of!(SCARD_READERSTATE, rgbAtr) == 5 * POINTER);
    assert!(size_of::<SCARD_READERSTATE>() == (5 * POINTER + 33).next_multiple_of(POINTER));
    assert!(SCARD_PROTOCOL_RAW == 4 && SCARD_SPECIFIC == 64 && ATR_BUFFER_SIZE == 33);
};

// Part 10 is the same everywhere: what a reader is sent has no padding.
const _: () = {
    assert!(size_of::<PCSC_TLV_STRUCTURE>() == 6);
    assert!(size_of::<PIN_VERIFY_STRUCTURE>() == 19 && offset_of!(PIN_VERIFY_STRUCTURE, ulDataLength) == 15);
    assert!(size_of::<PIN_MODIFY_STRUCTURE>() == 24 && offset_of!(PIN_MODIFY_STRUCTURE, ulDataLength) == 20);
    assert!(size_of::<PIN_PROPERTIES_STRUCTURE>() == 4);
    assert!(SCARD_CLASS_SYSTEM == 0x7FFF && SCARD_ATTR_DEVICE_FRIENDLY_NAME_A == 0x7FFF_0003);
    // On macOS too, where Apple's header has 65,546, and 52 for MAX_READERNAME: room for less than pcsc-lite's.
    assert!(MAX_BUFFER_SIZE_EXTENDED == 65_548 && MAX_READERNAME == 128 && MAX_ATR_SIZE == 33);
};
