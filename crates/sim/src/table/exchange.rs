//! `SCardTransmit`, `SCardControl`, `SCardGetAttrib`, `SCardSetAttrib`.

use super::calling::{code, on_connection, without_panic};
use super::function::Function;
use super::interference::{Answer, Due};
use super::open::{CONNECTIONS, OpenConnection};
use crate::service::memory;
use crate::service::transmit::{self, Exchange, Failed};
use crate::service::{attribute, control as driver_control};
use pcsc_sys::arguments::{Buffer, Out, Room, dword, input, length};
use pcsc_sys::{
    DWORD, LONG, LPBYTE, LPCBYTE, LPDWORD, MAX_BUFFER_SIZE_EXTENDED, SCARD_E_INSUFFICIENT_BUFFER,
    SCARD_E_INVALID_HANDLE, SCARD_E_INVALID_PARAMETER, SCARD_IO_REQUEST, SCARD_S_SUCCESS, SCARDHANDLE,
};
use std::sync::Arc;

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
    without_panic(|| {
        let Some(room) = received.get() else {
            return refuse_transmit(card);
        };
        if send_pci.is_null() || send_buffer.is_null() || receive_buffer.is_null() {
            return refuse_transmit(card);
        }
        // SAFETY: not null, and the C function's caller promises a structure.
        let send_pci = unsafe { send_pci.read_unaligned() };
        let mut exchange = Exchange {
            protocol: send_pci.dwProtocol,
            // SAFETY: the C function's caller promises so many readable bytes. Where the buffer for the answer is the
            // same, that is written when the card has read them.
            command: unsafe { input(send_buffer, send_length, MAX_BUFFER_SIZE_EXTENDED) },
            // SAFETY: the C function's caller promises so many writable bytes.
            room: unsafe { Room::new(receive_buffer, length(room)) },
            instead: None,
        };
        let tell = |transmitted| match transmitted {
            Ok((len, protocol)) => {
                received.set(dword(len));
                if !receive_pci.is_null() {
                    // SAFETY: not null, and the C function's caller promises a writable structure.
                    let place = unsafe { &raw mut (*receive_pci).dwProtocol };
                    // SAFETY: as above.
                    unsafe { place.write_unaligned(protocol) };
                }
                SCARD_S_SUCCESS
            }
            Err(Failed::Refused(code, needed)) => {
                received.set(dword(needed));
                code
            }
            Err(Failed::Unanswered(code)) => code,
        };
        match CONNECTIONS.with(card, |connection| first_attempt(connection, &mut exchange)) {
            Attempt::Done(transmitted) => tell(transmitted),
            Attempt::Again(open, None) => tell(transmit::transmit(&open.connection, &mut exchange)),
            Attempt::Again(open, Some(due)) => due.run(|answer| {
                exchange.instead = answer.into_bytes();
                tell(transmit::transmit(&open.connection, &mut exchange))
            }),
        }
    })
}

/// A transmission that is refused for its arguments; it counts all the same.
#[cold]
fn refuse_transmit(card: SCARDHANDLE) -> LONG {
    on_connection(card, Function::Transmit, |_, _| SCARD_E_INVALID_PARAMETER)
}

/// How far a transmission has come with its number locked.
enum Attempt {
    Done(Result<(usize, DWORD), Failed>),
    /// Not far: it is to wait, or there is more to do than to transmit.
    Again(Arc<OpenConnection>, Option<Due>),
}

#[inline]
fn first_attempt(open: Option<&Arc<OpenConnection>>, exchange: &mut Exchange<'_>) -> Attempt {
    let Some(open) = open else {
        return Attempt::Done(Err(Failed::Refused(SCARD_E_INVALID_HANDLE, 0)));
    };
    let interference = &open.context.endpoint.interference;
    let due = interference.enter(Function::Transmit, open.number);
    if due.is_none() {
        if let Some(transmitted) = transmit::try_transmit(&open.connection, exchange) {
            return Attempt::Done(transmitted);
        }
    }
    Attempt::Again(Arc::clone(open), due)
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
    on_connection(card, Function::Control, |connection, answer| {
        let Some(connection) = connection else {
            return SCARD_E_INVALID_HANDLE;
        };
        if send_buffer.is_null() && send_length > 0 {
            return SCARD_E_INVALID_PARAMETER;
        }
        // SAFETY: the C function's caller promises so many readable bytes, or it is null, which stands for none. Where
        // the buffer for the answer is the same, that is written when the driver has read them.
        let request = unsafe { input(send_buffer, send_length, MAX_BUFFER_SIZE_EXTENDED) };
        // SAFETY: the C function's caller promises so many writable bytes, or it is null, which stands for none.
        let room = unsafe { Room::new(receive_buffer, length(receive_length)) };
        match driver_control::control(&connection.connection, control_code, request, answer.into_bytes()) {
            Ok(answer) => {
                returned.set(dword(answer.len()));
                if room.fill(&answer) {
                    SCARD_S_SUCCESS
                } else {
                    SCARD_E_INSUFFICIENT_BUFFER
                }
            }
            Err(code) => code,
        }
    })
}

pub(super) unsafe extern "system" fn get_attribute(
    card: SCARDHANDLE,
    identifier: DWORD,
    buffer: LPBYTE,
    buffer_length: LPDWORD,
) -> LONG {
    // SAFETY: the C function's caller promises that it is null or writable, and initialised.
    let len = unsafe { Out::new(buffer_length) };
    on_connection(card, Function::GetAttrib, |connection, answer| {
        let Some(given) = len.get() else {
            return SCARD_E_INVALID_PARAMETER;
        };
        // SAFETY: the C function's caller promises so many bytes, or for this length a pointer.
        let buffer = unsafe { Buffer::new(buffer, given, memory::allocate) };
        if buffer.is_null() && buffer.is_to_be_allocated() {
            return SCARD_E_INVALID_PARAMETER;
        }
        let (buffer, most) = if cfg!(windows) {
            (buffer, attribute::LONGEST)
        } else {
            let most = if buffer.is_null() || buffer.is_to_be_allocated() {
                dword(attribute::LONGEST)
            } else {
                given
            };
            len.set(most);
            // Before anything can fail: pcsc-lite's library allocates room for any value, and leaves it to the program.
            match buffer.allocated(most) {
                Ok(buffer) => (buffer, length(most)),
                Err(code) => return code,
            }
        };
        let Some(connection) = connection else {
            return SCARD_E_INVALID_HANDLE;
        };
        let value = match (attribute::get(&connection.connection, identifier, most), answer) {
            (Ok(_), Answer::Instead(value)) | (Ok(value), Answer::Own) => value,
            (Err(code), _) => return code,
        };
        if value.len() > attribute::LONGEST {
            return SCARD_E_INSUFFICIENT_BUFFER;
        }
        len.set(dword(value.len()));
        buffer.fill(&value)
    })
}

pub(super) unsafe extern "system" fn set_attribute(
    card: SCARDHANDLE,
    identifier: DWORD,
    value: LPCBYTE,
    value_length: DWORD,
) -> LONG {
    on_connection(card, Function::SetAttrib, |connection, _| {
        if value.is_null() || value_length == 0 {
            return SCARD_E_INVALID_PARAMETER;
        }
        let Some(connection) = connection else {
            return SCARD_E_INVALID_HANDLE;
        };
        // SAFETY: the C function's caller promises so many readable bytes.
        let value = unsafe { input(value, value_length, attribute::LONGEST) };
        code(attribute::set(&connection.connection, identifier, value))
    })
}
