//! `SCardConnect`, `SCardReconnect`, `SCardDisconnect`, `SCardBeginTransaction`, `SCardEndTransaction`.

use super::calling::{code, on_connection, on_context};
use super::function::Function;
use super::text::Text;
use crate::service::connecting::{Reconnected, Request, reconnect as renew};
use crate::service::reader_name::Unit;
use crate::service::transaction;
use pcsc_sys::arguments::{Out, text};
use pcsc_sys::{
    DWORD, LONG, LPDWORD, LPSCARDHANDLE, SCARD_E_INVALID_HANDLE, SCARD_E_INVALID_PARAMETER,
    SCARD_E_INVALID_VALUE, SCARD_E_UNKNOWN_READER, SCARD_PROTOCOL_UNDEFINED, SCARD_S_SUCCESS, SCARDCONTEXT,
    SCARDHANDLE,
};

/// A name of more bytes is refused by pcsc-lite before it is looked for.
const LONGEST_NAME: usize = 128;

pub(super) unsafe extern "system" fn connect<T: Text>(
    context: SCARDCONTEXT,
    reader: *const T,
    share_mode: DWORD,
    protocols: DWORD,
    card: LPSCARDHANDLE,
    active_protocol: LPDWORD,
) -> LONG {
    // SAFETY: the C function's caller promises that it is null or writable.
    let card = unsafe { Out::new(card) };
    // SAFETY: as above.
    let active_protocol = unsafe { Out::new(active_protocol) };
    on_context(context, Function::Connect, |context| {
        if card.is_null() || active_protocol.is_null() {
            return SCARD_E_INVALID_PARAMETER;
        }
        card.set(0);
        // SAFETY: the C function's caller promises that it is null or a null-terminated text.
        let Some(reader) = (unsafe { text(reader.cast::<T::Unit>()) }) else {
            return SCARD_E_UNKNOWN_READER;
        };
        if !cfg!(windows) && reader.len() > LONGEST_NAME {
            return SCARD_E_INVALID_VALUE;
        }
        let Some(context) = context else {
            return SCARD_E_INVALID_HANDLE;
        };
        let request = Request {
            share_mode,
            protocols,
        };
        let connected = context.connect(&Unit::to_bytes(&reader), request);
        if context.context.is_alive() {
            active_protocol.set(connected.protocol);
        }
        card.set(connected.number as SCARDHANDLE);
        code(connected.result)
    })
}

pub(super) unsafe extern "system" fn reconnect(
    card: SCARDHANDLE,
    share_mode: DWORD,
    protocols: DWORD,
    initialization: DWORD,
    active_protocol: LPDWORD,
) -> LONG {
    // SAFETY: the C function's caller promises that it is null or writable.
    let active_protocol = unsafe { Out::new(active_protocol) };
    on_connection(card, Function::Reconnect, |connection, _| {
        if active_protocol.is_null() {
            return SCARD_E_INVALID_PARAMETER;
        }
        let Some(connection) = connection else {
            return SCARD_E_INVALID_HANDLE;
        };
        let request = Request {
            share_mode,
            protocols,
        };
        match renew(&connection.connection, request, initialization) {
            Reconnected::Done(protocol) => {
                active_protocol.set(protocol);
                SCARD_S_SUCCESS
            }
            Reconnected::Refused(code) => {
                active_protocol.set(SCARD_PROTOCOL_UNDEFINED);
                code
            }
            Reconnected::Unanswered(code) => code,
        }
    })
}

pub(super) unsafe extern "system" fn disconnect(card: SCARDHANDLE, disposition: DWORD) -> LONG {
    on_connection(card, Function::Disconnect, |card, _| {
        code(
            card.ok_or(SCARD_E_INVALID_HANDLE)
                .and_then(|card| card.disconnect(disposition)),
        )
    })
}

pub(super) unsafe extern "system" fn begin_transaction(card: SCARDHANDLE) -> LONG {
    on_connection(card, Function::BeginTransaction, |card, _| {
        code(
            card.ok_or(SCARD_E_INVALID_HANDLE)
                .and_then(|card| transaction::begin(&card.connection)),
        )
    })
}

pub(super) unsafe extern "system" fn end_transaction(card: SCARDHANDLE, disposition: DWORD) -> LONG {
    on_connection(card, Function::EndTransaction, |card, _| {
        code(
            card.ok_or(SCARD_E_INVALID_HANDLE)
                .and_then(|card| transaction::end(&card.connection, disposition)),
        )
    })
}
