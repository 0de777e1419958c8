//! `SCardTransmit`, `SCardControl`, `SCardGetAttrib`, `SCardSetAttrib`.

use super::connection::check;
use super::memory::allocate;
use super::registry;
use super::result::{code, number};
use crate::arguments::{Buffer, Out, Room, dword, input, length};
use crate::*;
use pcsclite_wire::message::{Attribute, AttributeValue, Control, Transmit};
use pcsclite_wire::{Command, MAX_ATTRIBUTE, MAX_EXTENDED};

pub(super) unsafe extern "system" fn transmit(
    card: SCARDHANDLE,
    send_pci: *const SCARD_IO_REQUEST,
    send_buffer: LPCBYTE,
    send_length: DWORD,
    receive_pci: *mut SCARD_IO_REQUEST,
    receive_buffer: LPBYTE,
    receive_length: LPDWORD,
) -> LONG {
    // SAFETY: the C function's caller promises that it is writable and initialised, or it is null, which is refused.
    let received = unsafe { Out::new(receive_length) };
    let Some(given) = received.get() else {
        return SCARD_E_INVALID_PARAMETER;
    };
    if send_pci.is_null() || send_buffer.is_null() || receive_buffer.is_null() {
        return SCARD_E_INVALID_PARAMETER;
    }
    let card = match registry::card(card) {
        Ok(card) => card,
        Err(code) => {
            received.set(0);
            return code;
        }
    };
    // SAFETY: not null, and the C function's caller promises a structure.
    let send_pci = unsafe { send_pci.read_unaligned() };
    // SAFETY: the C function's caller promises so many readable bytes. Where the buffer for the answer is the same, that is
    // written when they are sent.
    let Some(command) = (unsafe { input(send_buffer, send_length, MAX_EXTENDED) }) else {
        return code(card.call(|_| Err(SCARD_E_INSUFFICIENT_BUFFER)));
    };
    // SAFETY: the C function's caller promises so many writable bytes.
    let room = unsafe { Room::new(receive_buffer, length(given).min(MAX_EXTENDED)) };
    let request = Transmit {
        card: card.number,
        send_protocol: number(send_pci.dwProtocol),
        send_pci_length: number(send_pci.cbPciLength),
        send_length: number(send_length),
        // What the program has there is not read: it need not be initialised, and the service makes nothing of it.
        receive_protocol: number(SCARD_PROTOCOL_ANY),
        receive_pci_length: number(dword(size_of::<SCARD_IO_REQUEST>())),
        receive_length: number(dword(room.length())),
        code: 0,
    };
    code(card.call_if_free(|connection| {
        connection.send(Command::TRANSMIT, &request, command)?;
        let answer = connection.receive_with_bytes(&room, Transmit::received)?;
        let transmitted = check(answer.code);
        if transmitted != Err(SCARD_E_SHARING_VIOLATION) {
            received.set(answer.receive_length.into());
        }
        transmitted?;
        if !receive_pci.is_null() {
            // SAFETY: not null, and the C function's caller promises a writable structure.
            let place = unsafe { &raw mut (*receive_pci).dwProtocol };
            // SAFETY: as above.
            unsafe { place.write_unaligned(answer.receive_protocol.into()) };
        }
        Ok(())
    }))
}

pub(super) unsafe extern "system" fn control(
    card: SCARDHANDLE,
    control_code: DWORD,
    send_buffer: LPCBYTE,
    send_length: DWORD,
    receive_buffer: LPBYTE,
    receive_length: DWORD,
    returned: LPDWORD,
) -> LONG {
    // SAFETY: the C function's caller promises that it is null or writable.
    let returned = unsafe { Out::new(returned) };
    returned.set(0);
    let card = match registry::card(card) {
        Ok(card) => card,
        Err(code) => return code,
    };
    if send_buffer.is_null() && send_length > 0 {
        return SCARD_E_INVALID_PARAMETER;
    }
    // SAFETY: the C function's caller promises so many readable bytes, or it is null, which stands for none. Where the
    // buffer for the answer is the same, that is written when they are sent.
    let Some(bytes) = (unsafe { input(send_buffer, send_length, MAX_EXTENDED) }) else {
        return code(card.call(|_| Err(SCARD_E_INSUFFICIENT_BUFFER)));
    };
    // SAFETY: the C function's caller promises so many writable bytes, or it is null, which stands for none.
    let room = unsafe { Room::new(receive_buffer, length(receive_length).min(MAX_EXTENDED)) };
    let request = Control {
        card: card.number,
        control_code: number(control_code),
        send_length: number(send_length),
        receive_length: number(dword(room.length())),
        ..Default::default()
    };
    code(card.call(|connection| {
        connection.send(Command::CONTROL, &request, bytes)?;
        let answer = connection.receive_with_bytes(&room, Control::received)?;
        returned.set(answer.returned.into());
        check(answer.code)
    }))
}

pub(super) unsafe extern "system" fn get_attribute(
    card: SCARDHANDLE,
    identifier: DWORD,
    buffer: LPBYTE,
    buffer_length: LPDWORD,
) -> LONG {
    // SAFETY: the C function's caller promises that it is null or writable, and initialised.
    let len = unsafe { Out::new(buffer_length) };
    let Some(given) = len.get() else {
        return SCARD_E_INVALID_PARAMETER;
    };
    // SAFETY: the C function's caller promises so many bytes, or for this length a pointer.
    let buffer = unsafe { Buffer::new(buffer, given, allocate) };
    if buffer.is_null() && buffer.is_to_be_allocated() {
        return SCARD_E_INVALID_PARAMETER;
    }
    let is_any = buffer.is_null() || buffer.is_to_be_allocated();
    let most = if is_any { dword(MAX_ATTRIBUTE) } else { given };
    len.set(most);
    // Before anything can fail: libpcsclite allocates room for any value, and leaves it to the program.
    let buffer = match buffer.allocated(most) {
        Ok(buffer) => buffer,
        Err(code) => return code,
    };
    let filled = registry::card(card).and_then(|card| {
        card.call(|connection| {
            if length(most) > MAX_ATTRIBUTE {
                return Err(SCARD_E_INSUFFICIENT_BUFFER);
            }
            let request = Attribute {
                card: card.number,
                attribute: number(identifier),
                length: number(dword(MAX_ATTRIBUTE)),
                ..Default::default()
            };
            let answer = connection.ask(Command::GET_ATTRIBUTE, &request)?;
            check(answer.code)?;
            let value = answer.bytes().ok_or_else(|| connection.is_broken())?;
            len.set(dword(value.len()));
            Ok(buffer.fill(value))
        })
    });
    filled.unwrap_or_else(|code| code)
}

pub(super) unsafe extern "system" fn set_attribute(
    card: SCARDHANDLE,
    identifier: DWORD,
    value: LPCBYTE,
    value_length: DWORD,
) -> LONG {
    if value.is_null() || value_length == 0 {
        return SCARD_E_INVALID_PARAMETER;
    }
    // SAFETY: the C function's caller promises so many readable bytes.
    let value = unsafe { input(value, value_length, MAX_ATTRIBUTE) };
    code(registry::card(card).and_then(|card| {
        card.call(|connection| {
            let value = value
                .and_then(AttributeValue::new)
                .ok_or(SCARD_E_INSUFFICIENT_BUFFER)?;
            let request = Attribute {
                card: card.number,
                attribute: number(identifier),
                value,
                length: number(value_length),
                code: 0,
            };
            let answer = connection.ask(Command::SET_ATTRIBUTE, &request)?;
            check(answer.code)
        })
    }))
}
