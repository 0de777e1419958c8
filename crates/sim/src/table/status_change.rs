//! `SCardGetStatusChange`.

use super::calling::{code, on_context};
use super::function::Function;
use super::text::Text;
use crate::service::atr::Atr;
use crate::service::reader_name::Unit;
use crate::service::status_change::{self, Query};
use pcsc_sys::arguments::{dword, length, text};
use pcsc_sys::{
    DWORD, INFINITE, LONG, SCARD_E_INVALID_HANDLE, SCARD_E_INVALID_PARAMETER, SCARD_E_INVALID_VALUE,
    SCARD_S_SUCCESS, SCARDCONTEXT,
};

/// pcsc-lite's most readers, and so its longest array.
const READERS_OF_PCSCD: usize = 16;

/// A structure of the array. Its fields are read and written one by one: C programs leave what they do not need, as the
/// ATR, without a value.
pub(super) trait ReaderState: Sized {
    type Char: Text;

    /// The name's address and the known state.
    ///
    /// # Safety
    /// `this` points to a structure whose name and known state are initialised.
    unsafe fn known(this: *const Self) -> (*const Self::Char, DWORD);

    /// Writes the state found, and the ATR where one is given.
    ///
    /// # Safety
    /// `this` points to a writable structure.
    unsafe fn tell(this: *mut Self, event: DWORD, atr: Option<Atr>);
}

macro_rules! reader_state {
    ($structure:ty, $char:ty) => {
        impl ReaderState for $structure {
            type Char = $char;

            unsafe fn known(this: *const Self) -> (*const $char, DWORD) {
                // SAFETY: the caller vouches for the structure, in which the field is.
                let name = unsafe { &raw const (*this).szReader };
                // SAFETY: as above.
                let current = unsafe { &raw const (*this).dwCurrentState };
                // SAFETY: the caller vouches that this field is initialised.
                let name = unsafe { name.read_unaligned() };
                // SAFETY: as above.
                let current = unsafe { current.read_unaligned() };
                (name, current)
            }

            unsafe fn tell(this: *mut Self, event: DWORD, atr: Option<Atr>) {
                // SAFETY: the caller vouches for the structure, in which the field is.
                let place = unsafe { &raw mut (*this).dwEventState };
                // SAFETY: the caller vouches that it is writable.
                unsafe { place.write_unaligned(event) };
                let Some(atr) = atr else { return };
                let bytes = atr.as_bytes();
                // SAFETY: as for the event.
                let len = unsafe { &raw mut (*this).cbAtr };
                // SAFETY: as for the event.
                unsafe { len.write_unaligned(dword(bytes.len())) };
                // SAFETY: as for the event.
                let place = unsafe { &raw mut (*this).rgbAtr };
                // SAFETY: an ATR has at most 33 bytes, and the field at least so many.
                unsafe { place.cast::<u8>().copy_from(bytes.as_ptr(), bytes.len()) };
            }
        }
    };
}

#[cfg(not(windows))]
reader_state!(pcsc_sys::SCARD_READERSTATE, std::ffi::c_char);
#[cfg(windows)]
reader_state!(pcsc_sys::SCARD_READERSTATEA, std::ffi::c_char);
#[cfg(windows)]
reader_state!(pcsc_sys::SCARD_READERSTATEW, u16);

pub(super) unsafe extern "system" fn get_status_change<S: ReaderState>(
    context: SCARDCONTEXT,
    timeout: DWORD,
    states: *mut S,
    count: DWORD,
) -> LONG {
    let count = length(count);
    on_context(context, Function::GetStatusChange, |context| {
        let readers = context.map_or(0, |open| open.endpoint.world.reader_count());
        // One more than all of them, for the pseudo-reader; pcsc-lite leaves no room for that.
        let most = if readers > READERS_OF_PCSCD {
            readers + 1
        } else {
            READERS_OF_PCSCD
        };
        if count > most || (states.is_null() && count > 0) {
            return SCARD_E_INVALID_PARAMETER;
        }
        // SAFETY: not null where there are any, and the C function's caller promises so many structures.
        let Some(mut queries) = (unsafe { queries(states, count) }) else {
            return SCARD_E_INVALID_VALUE;
        };
        if queries.iter().all(Query::is_ignored) {
            return SCARD_S_SUCCESS;
        }
        let Some(context) = context else {
            return SCARD_E_INVALID_HANDLE;
        };
        // INFINITE has 32 bits, and programs on 64-bit systems also write -1.
        let timeout = (timeout != INFINITE && timeout != DWORD::MAX).then(|| length(timeout) as u64);
        let waited = status_change::wait(&context.context, timeout, &mut queries);
        for (index, query) in queries.into_iter().enumerate() {
            let Some(event) = query.event else { continue };
            // SAFETY: within the array that the C function's caller promises.
            let state = unsafe { states.add(index) };
            // SAFETY: as above, and its structures are writable.
            unsafe { S::tell(state, event, query.atr) };
        }
        code(waited)
    })
}

/// Reads the array; `None` where a name is missing.
///
/// # Safety
/// `states` points to `count` structures with names that are null or null-terminated.
unsafe fn queries<S: ReaderState>(states: *const S, count: usize) -> Option<Vec<Query>> {
    let query = |index| {
        // SAFETY: within the array that the caller promises.
        let state = unsafe { states.add(index) };
        // SAFETY: as above.
        let (name, current) = unsafe { S::known(state) };
        // SAFETY: the caller promises that it is null or a null-terminated text.
        let name = unsafe { text(name.cast::<<S::Char as Text>::Unit>()) }?;
        Some(Query {
            name: Unit::to_bytes(&name),
            current,
            event: None,
            atr: None,
        })
    };
    (0..count).map(query).collect()
}
