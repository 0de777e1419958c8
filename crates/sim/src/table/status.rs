//! `SCardStatus`.

use super::calling::on_connection;
use super::function::Function;
use super::text::Text;
#[cfg(windows)]
use super::text::multi_string;
use crate::service::memory;
use crate::service::reader_name::{ReaderName, Unit};
use crate::service::status as service_status;
use pcsc_sys::arguments::{Buffer, Out, dword};
use pcsc_sys::{
    LONG, LPBYTE, LPDWORD, SCARD_E_INSUFFICIENT_BUFFER, SCARD_E_INVALID_HANDLE, SCARD_S_SUCCESS, SCARDHANDLE,
};

pub(super) unsafe extern "system" fn status<T: Text>(
    card: SCARDHANDLE,
    name: *mut T,
    name_length: LPDWORD,
    state: LPDWORD,
    protocol: LPDWORD,
    atr: LPBYTE,
    atr_length: LPDWORD,
) -> LONG {
    // SAFETY: the C function's caller promises that it is null or writable.
    let state = unsafe { Out::new(state) };
    // SAFETY: as above.
    let protocol = unsafe { Out::new(protocol) };
    // SAFETY: as above, and initialised.
    let name_length = unsafe { Out::new(name_length) };
    // SAFETY: as above.
    let atr_length = unsafe { Out::new(atr_length) };
    on_connection(card, Function::Status, |connection, _| {
        state.set(0);
        protocol.set(0);
        // SAFETY: the C function's caller promises so many units, or for this length a pointer; without a length, none.
        let name = unsafe {
            Buffer::new(
                name.cast::<T::Unit>(),
                name_length.get().unwrap_or(0),
                memory::allocate,
            )
        };
        // SAFETY: the C function's caller promises so many bytes, or for this length a pointer; without a length, none.
        let atr = unsafe { Buffer::new(atr, atr_length.get().unwrap_or(0), memory::allocate) };
        name_length.set(0);
        atr_length.set(0);
        let Some(connection) = connection.map(|open| &open.connection) else {
            return SCARD_E_INVALID_HANDLE;
        };
        let status = match service_status::status(connection) {
            Ok(status) => status,
            Err(code) => return code,
        };
        let units = terminated::<T::Unit>(&connection.reader.name);
        name_length.set(dword(units.len()));
        atr_length.set(dword(status.atr.as_bytes().len()));
        state.set(status.state);
        protocol.set(status.protocol);
        let named = name.fill(&units);
        if named != SCARD_S_SUCCESS && named != SCARD_E_INSUFFICIENT_BUFFER {
            return named;
        }
        let answered = atr.fill(status.atr.as_bytes());
        if answered == SCARD_S_SUCCESS {
            named
        } else {
            answered
        }
    })
}

/// One text.
#[cfg(not(windows))]
fn terminated<U: Unit>(name: &ReaderName) -> Vec<U> {
    let mut units = U::of_name(name);
    units.push(U::default());
    units
}

/// A multi-string of one text, as Windows has it.
#[cfg(windows)]
fn terminated<U: Unit>(name: &ReaderName) -> Vec<U> {
    multi_string([U::of_name(name)])
}
