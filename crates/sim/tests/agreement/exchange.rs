//! Commands, control codes, attributes.

use crate::connecting::T1;
use crate::recorder::{Recorder, UNSET};
use pcsc_sys::*;
use std::ptr;

/// pcsc-lite's number for the ATR towards a driver, the one attribute that vsmartcard's driver tells.
///
/// pcscd would tell the reader's name for SCARD_ATTR_DEVICE_FRIENDLY_NAME and SCARD_ATTR_DEVICE_SYSTEM_NAME, and does so
/// for readers that follow the CCID standard, as the simulator does. vsmartcard's driver spoils that: for what it does not
/// know it clears the buffer's length, which is then too short for the name. So these two are not compared.
pub(crate) const TAG_IFD_ATR: DWORD = 0x0303;

pub(crate) fn arguments(r: &mut Recorder) {
    let context = r.context();
    r.insert(0, &T1);
    let card = r.shared(context, 0);
    let functions = r.functions();
    let pci = SCARD_IO_REQUEST {
        dwProtocol: SCARD_PROTOCOL_T1,
        cbPciLength: 16,
    };
    let command = [0u8; 70_000];
    let mut answer = [0u8; 258];
    for handle in [card, 0] {
        for (pci, command, buffer) in [
            (ptr::null(), command.as_ptr(), answer.as_mut_ptr()),
            (&raw const pci, ptr::null(), answer.as_mut_ptr()),
            (&raw const pci, command.as_ptr(), ptr::null_mut()),
        ] {
            let mut len = UNSET;
            // SAFETY: each pointer is null, or points to what the lengths say.
            let code = unsafe {
                (functions.SCardTransmit)(handle, pci, command, 4, ptr::null_mut(), buffer, &mut len)
            };
            r.code(&format!("null {len}"), code);
        }
        // SAFETY: as above.
        let code = unsafe {
            (functions.SCardTransmit)(
                handle,
                &pci,
                command.as_ptr(),
                4,
                ptr::null_mut(),
                answer.as_mut_ptr(),
                ptr::null_mut(),
            )
        };
        r.code("no length", code);
        for length in [65_549, 70_000, DWORD::MAX] {
            let mut len = 258;
            // SAFETY: the command is so long, or longer than any, which is refused; and the buffer has its length.
            let code = unsafe {
                (functions.SCardTransmit)(
                    handle,
                    &pci,
                    command.as_ptr(),
                    length,
                    ptr::null_mut(),
                    answer.as_mut_ptr(),
                    &mut len,
                )
            };
            r.code(&format!("long {len}"), code);
        }
    }
    r.transmit(card, SCARD_PROTOCOL_T1, 1, 258);
}

pub(crate) fn short_buffers(r: &mut Recorder) {
    let context = r.context();
    r.insert(0, &T1);
    let card = r.shared(context, 0);
    for (len, room) in [(0, 2), (0, 1), (0, 0), (4, 6), (4, 5), (255, 256), (255, 257)] {
        r.transmit(card, SCARD_PROTOCOL_T1, len, room);
    }
}

pub(crate) fn protocol_information(r: &mut Recorder) {
    let context = r.context();
    // On T=0: vsmartcard's driver tells T=0 for every card.
    r.insert(0, &crate::connecting::T0);
    let card = r.shared(context, 0);
    let functions = r.functions();
    let pci = SCARD_IO_REQUEST {
        dwProtocol: SCARD_PROTOCOL_T0,
        cbPciLength: 16,
    };
    for (protocol, room) in [
        (SCARD_PROTOCOL_UNDEFINED, 258),
        (SCARD_PROTOCOL_T1, 258),
        (SCARD_PROTOCOL_T1, 1),
    ] {
        let mut received = SCARD_IO_REQUEST {
            dwProtocol: protocol,
            cbPciLength: 16,
        };
        let (mut answer, mut len) = ([0; 258], room);
        // SAFETY: all of it lives through the call, with its own lengths.
        let code = unsafe {
            (functions.SCardTransmit)(
                card,
                &pci,
                [0, 0, 0, 0].as_ptr(),
                4,
                &mut received,
                answer.as_mut_ptr(),
                &mut len,
            )
        };
        r.code(
            &format!("pci {} {} {len}", received.dwProtocol, received.cbPciLength),
            code,
        );
    }
}

pub(crate) fn control_codes(r: &mut Recorder) {
    let context = r.context();
    let card = r.connect(context, 0, SCARD_SHARE_DIRECT, 0);
    for code in [
        0,
        1,
        CM_IOCTL_GET_FEATURE_REQUEST,
        SCARD_CTL_CODE(1),
        DWORD::from(u32::MAX),
    ] {
        r.control(card, code, &[], 300);
        r.control(card, code, &[1, 2, 3], 0);
    }
    r.control(card, 1, &[0; 65_549], 300);
    r.control(0, 1, &[0; 65_549], 300);
    let functions = r.functions();
    // SAFETY: no buffers, of no length.
    let code =
        unsafe { (functions.SCardControl)(card, 1, ptr::null(), 0, ptr::null_mut(), 0, ptr::null_mut()) };
    r.code("null", code);
}

pub(crate) fn attributes(r: &mut Recorder) {
    let context = r.context();
    let direct = r.connect(context, 0, SCARD_SHARE_DIRECT, 0);
    const ALL: [DWORD; 12] = [
        SCARD_ATTR_ATR_STRING,
        SCARD_ATTR_VENDOR_NAME,
        SCARD_ATTR_VENDOR_IFD_TYPE,
        SCARD_ATTR_VENDOR_IFD_VERSION,
        SCARD_ATTR_VENDOR_IFD_SERIAL_NO,
        SCARD_ATTR_DEVICE_FRIENDLY_NAME_W,
        SCARD_ATTR_MAXINPUT,
        SCARD_ATTR_ICC_PRESENCE,
        SCARD_ATTR_CURRENT_PROTOCOL_TYPE,
        SCARD_ATTR_CHANNEL_ID,
        TAG_IFD_ATR,
        0,
    ];
    for attribute in ALL {
        r.attribute(direct, attribute, Some(264));
    }
    r.insert(0, &T1);
    let card = r.shared(context, 0);
    for attribute in ALL {
        r.attribute(card, attribute, Some(264));
        r.set_attribute(card, attribute, &[1, 2]);
    }
    let name = TAG_IFD_ATR;
    for room in [Some(5), Some(4), Some(1), Some(0), None, Some(265)] {
        r.attribute(card, name, room);
        r.attribute(0, name, room);
    }
    r.attribute(direct, name, Some(99));
    let functions = r.functions();
    for handle in [card, 0] {
        // SAFETY: null is refused.
        let code = unsafe { (functions.SCardGetAttrib)(handle, name, ptr::null_mut(), ptr::null_mut()) };
        r.code("no length", code);
        let value = [1u8; 265];
        for (value, length) in [
            (ptr::null(), 1),
            (value.as_ptr(), 0),
            (value.as_ptr(), 265),
            (value.as_ptr(), DWORD::MAX),
        ] {
            // SAFETY: null is refused, and the value has its length.
            let code = unsafe { (functions.SCardSetAttrib)(handle, name, value, length) };
            r.code("set", code);
        }
    }
    let (mut pointer, mut len) = (ptr::null_mut::<u8>(), SCARD_AUTOALLOCATE);
    // SAFETY: for this length the address of a pointer is asked for.
    let code = unsafe { (functions.SCardGetAttrib)(card, name, (&raw mut pointer).cast(), &mut len) };
    r.code(&format!("allocated {len} {}", pointer.is_null()), code);
    // SAFETY: what was allocated is freed once.
    let code = unsafe { (functions.SCardFreeMemory)(context, pointer.cast()) };
    r.code("freed", code);
    let mut len = SCARD_AUTOALLOCATE;
    // SAFETY: a null pointer is refused.
    let code = unsafe { (functions.SCardGetAttrib)(card, name, ptr::null_mut(), &mut len) };
    r.no_place(len, code);
}

/// Case 31 of the cases from the field: memory is allocated before anything can fail, and then it is the program's.
pub(crate) fn attributes_allocated(r: &mut Recorder) {
    let context = r.context();
    r.insert(0, &T1);
    let (card, other) = (r.shared(context, 0), r.shared(context, 0));
    for attribute in [TAG_IFD_ATR, SCARD_ATTR_VENDOR_NAME, 0] {
        r.allocated_attribute(context, card, attribute);
        r.allocated_attribute(context, 0, attribute);
    }
    r.disconnect(other, SCARD_RESET_CARD);
    r.allocated_attribute(context, card, TAG_IFD_ATR);
    r.allocated_attribute(context, other, TAG_IFD_ATR);
    r.take_away(0);
    r.allocated_attribute(context, card, TAG_IFD_ATR);
    r.stop_service();
    r.allocated_attribute(context, card, TAG_IFD_ATR);
    let functions = r.functions();
    for card in [card, 0] {
        let mut len = SCARD_AUTOALLOCATE;
        // SAFETY: null is refused.
        let code = unsafe { (functions.SCardGetAttrib)(card, TAG_IFD_ATR, ptr::null_mut(), &mut len) };
        r.no_place(len, code);
    }
}

pub(crate) fn attributes_in_transaction(r: &mut Recorder) {
    let context = r.context();
    r.insert(0, &T1);
    let (first, second) = (r.shared(context, 0), r.shared(context, 0));
    r.begin(first);
    r.attribute(second, TAG_IFD_ATR, Some(99));
    r.attribute(first, TAG_IFD_ATR, Some(99));
    r.end(first, SCARD_RESET_CARD);
    r.attribute(second, TAG_IFD_ATR, Some(99));
    r.control(second, CM_IOCTL_GET_FEATURE_REQUEST, &[], 99);
}

pub(crate) fn invalid_handles(r: &mut Recorder) {
    let context = r.context();
    r.insert(0, &T1);
    let card = r.shared(context, 0);
    r.release(context);
    r.transmit(card, SCARD_PROTOCOL_T1, 0, 258);
    r.control(card, 1, &[], 9);
    r.attribute(card, SCARD_ATTR_ATR_STRING, Some(9));
    let functions = r.functions();
    for context in [context, 0, r.context()] {
        // SAFETY: null is nothing to free.
        let code = unsafe { (functions.SCardFreeMemory)(context, ptr::null()) };
        r.code("free", code);
    }
}
