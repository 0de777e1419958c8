//! The tables of C functions, one for each slot.
//!
//! A table is allocated once and kept for ever, which is what its `&'static` promises; so however many simulators come and
//! go, no more than 1,024 tables stay.

use super::slot::{SLOTS, Slot};
#[cfg(windows)]
use super::started_event::{access as access_started_event, release as release_started_event};
use super::{card, context, exchange, lists, status, status_change};
#[cfg(windows)]
use pcsc_sys::HANDLE;
use pcsc_sys::{DWORD, Functions, LONG, LPCVOID, LPSCARDCONTEXT, Provider};
use std::sync::OnceLock;

const ROWS: usize = 32;
const ROW: usize = 32;
const _: () = assert!(ROWS * ROW == SLOTS);

/// A function for each slot.
type OfSlots<F> = [[F; ROW]; ROWS];

type Establish = unsafe extern "system" fn(DWORD, LPCVOID, LPCVOID, LPSCARDCONTEXT) -> LONG;

static TABLES: [OnceLock<Functions>; SLOTS] = [const { OnceLock::new() }; SLOTS];

/// The provider whose contexts are of this slot.
pub(crate) fn provider(slot: &Slot) -> Provider {
    let index = slot.index();
    let functions = TABLES[index].get_or_init(|| {
        #[cfg_attr(
            not(windows),
            allow(unused_mut, reason = "Windows has more functions of a slot")
        )]
        let mut table = fill(ESTABLISH[index / ROW][index % ROW]);
        #[cfg(windows)]
        {
            table.SCardAccessStartedEvent = ACCESS_STARTED_EVENT[index / ROW][index % ROW];
            table.SCardReleaseStartedEvent = release_started_event;
        }
        table
    });
    // SAFETY: every function in it is this crate's implementation of the C function of its name.
    let provider = unsafe { Provider::new(functions) };
    provider.with_ending_waits()
}

/// Fills a table whose contexts come from this function.
fn fill(establish: Establish) -> Functions {
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
    table.pcsc_stringify_error = pcsc_sys::error_text::stringify;
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

/// `SCardEstablishContext` of one slot.
unsafe extern "system" fn establish<const SLOT: usize>(
    scope: DWORD,
    _reserved1: LPCVOID,
    _reserved2: LPCVOID,
    context: LPSCARDCONTEXT,
) -> LONG {
    // SAFETY: the caller's promise for `context` is the same.
    unsafe { context::establish(SLOT, scope, context) }
}

macro_rules! row {
    ($function:ident, $row:literal: $($column:literal)*) => {
        [$($function::<{ $row * ROW + $column }>,)*]
    };
}

macro_rules! rows {
    ($function:ident: $($row:literal)*) => {
        [$(row!($function, $row: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31),)*]
    };
    ($function:ident) => {
        rows!($function: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31)
    };
}

static ESTABLISH: OfSlots<Establish> = rows!(establish);

#[cfg(windows)]
static ACCESS_STARTED_EVENT: OfSlots<unsafe extern "system" fn() -> HANDLE> = rows!(access_started_event);

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_slot_has_a_function_of_its_own() {
        let addresses: HashSet<usize> = ESTABLISH
            .iter()
            .flatten()
            .map(|&establish| establish as usize)
            .collect();
        assert_eq!(addresses.len(), SLOTS);
    }
}
