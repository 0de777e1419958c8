//! The entry points: C's pointers and numbers become the service's types, and no panic leaves them.
//!
//! Each file has the functions of one subject; `arguments` has the pointers. Where pcsc-lite would read through a null
//! pointer, these functions return `SCARD_E_INVALID_PARAMETER`.

mod arguments;
mod card;
pub(crate) mod context;
mod error_text;
mod exchange;
mod lists;
mod status;
mod status_change;

use crate::Simulator;
use crate::service::connection::Connection;
use crate::service::context::Context;
use crate::service::faults::{Answer, Function};
use crate::service::handles::{CONNECTIONS, CONTEXTS};
use pcsc_sys::{
    DWORD, Functions, LONG, LPCVOID, LPSCARDCONTEXT, SCARD_F_INTERNAL_ERROR, SCARD_S_SUCCESS, SCARDCONTEXT,
    SCARDHANDLE,
};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Fills a table whose contexts come from this function.
pub(crate) fn functions(
    establish: unsafe extern "system" fn(DWORD, LPCVOID, LPCVOID, LPSCARDCONTEXT) -> LONG,
) -> Functions {
    let mut table = Functions::UNSUPPORTED;
    table.SCardEstablishContext = establish;
    table.SCardReleaseContext = context::release;
    table.SCardIsValidContext = context::is_valid;
    table.SCardCancel = context::cancel;
    #[cfg(not(target_os = "macos"))]
    {
        table.SCardFreeMemory = context::free_memory;
    }
    table.SCardReconnect = card::reconnect;
    table.SCardDisconnect = card::disconnect;
    table.SCardBeginTransaction = card::begin_transaction;
    table.SCardEndTransaction = card::end_transaction;
    table.SCardTransmit = exchange::transmit;
    table.SCardControl = exchange::control;
    table.SCardGetAttrib = exchange::get_attribute;
    table.SCardSetAttrib = exchange::set_attribute;
    fill_text_functions(&mut table);
    table
}

/// The functions that take text, in bytes.
#[cfg(not(windows))]
fn fill_text_functions(table: &mut Functions) {
    table.SCardConnect = card::connect;
    table.SCardStatus = status::status;
    table.SCardGetStatusChange = status_change::get_status_change;
    table.SCardListReaders = lists::readers;
    table.SCardListReaderGroups = lists::groups;
    table.pcsc_stringify_error = error_text::stringify;
}

/// The functions that take text, in bytes and in UTF-16.
#[cfg(windows)]
fn fill_text_functions(table: &mut Functions) {
    table.SCardConnectA = card::connect;
    table.SCardConnectW = card::connect;
    table.SCardStatusA = status::status;
    table.SCardStatusW = status::status;
    table.SCardGetStatusChangeA = status_change::get_status_change;
    table.SCardGetStatusChangeW = status_change::get_status_change;
    table.SCardListReadersA = lists::readers;
    table.SCardListReadersW = lists::readers;
    table.SCardListReaderGroupsA = lists::groups;
    table.SCardListReaderGroupsW = lists::groups;
}

/// Runs a call on a context, counted and with its faults; `None` for a number that is no open context.
fn on_context(
    handle: SCARDCONTEXT,
    function: Function,
    call: impl FnOnce(Option<&std::sync::Arc<Context>>) -> LONG,
) -> LONG {
    without_panic(|| {
        let Some(context) = CONTEXTS.get(handle) else {
            return call(None);
        };
        match context.world.faults.enter(function, context.handle) {
            None => call(Some(&context)),
            Some(due) => due.run(&Simulator::of(&context.world), |_| call(Some(&context))),
        }
    })
}

/// Runs a call on a connection, counted and with its faults; `None` for a number that is no open connection.
#[inline]
fn on_connection(
    handle: SCARDHANDLE,
    function: Function,
    call: impl FnOnce(Option<&Connection>, Answer) -> LONG,
) -> LONG {
    without_panic(|| {
        let Some(connection) = CONNECTIONS.get(handle) else {
            return call(None, Answer::Own);
        };
        let world = &connection.context.world;
        match world.faults.enter(function, connection.handle) {
            None => call(Some(&connection), Answer::Own),
            Some(due) => due.run(&Simulator::of(world), |answer| call(Some(&connection), answer)),
        }
    })
}

/// Turns a panic into an error code: C has no way to go on after one.
#[inline]
fn without_panic(call: impl FnOnce() -> LONG) -> LONG {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or(SCARD_F_INTERNAL_ERROR)
}

/// The code of a result.
#[inline]
fn code(result: Result<(), LONG>) -> LONG {
    result.err().unwrap_or(SCARD_S_SUCCESS)
}
