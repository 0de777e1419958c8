//! A table that speaks to pcscd by its own protocol, without libpcsclite.
//!
//! Facts are from pcsc-lite's source: `winscard_clnt.c`, `winscard_msg.c`, `winscard_svc.c`, `eventhandler.c`, of its
//! versions 1.9.1, 1.9.9, 2.3.3 and 2.5.

mod cancellation;
mod cards;
mod comparison;
mod connection;
mod context;
mod contexts;
mod exchange;
mod lists;
mod memory;
mod opening;
mod process;
mod readers;
mod registry;
mod result;
mod socket;
mod status;
mod status_change;

use crate::Functions;

/// The functions.
pub(crate) static TABLE: Functions = {
    let mut table = Functions::UNSUPPORTED;
    table.SCardEstablishContext = contexts::establish;
    table.SCardReleaseContext = contexts::release;
    table.SCardIsValidContext = contexts::is_valid;
    table.SCardCancel = contexts::cancel;
    table.SCardFreeMemory = contexts::free_memory;
    table.SCardListReaders = lists::readers;
    table.SCardListReaderGroups = lists::groups;
    table.SCardGetStatusChange = status_change::get_status_change;
    table.SCardConnect = cards::connect;
    table.SCardReconnect = cards::reconnect;
    table.SCardDisconnect = cards::disconnect;
    table.SCardBeginTransaction = cards::begin_transaction;
    table.SCardEndTransaction = cards::end_transaction;
    table.SCardStatus = status::status;
    table.SCardTransmit = exchange::transmit;
    table.SCardControl = exchange::control;
    table.SCardGetAttrib = exchange::get_attribute;
    table.SCardSetAttrib = exchange::set_attribute;
    table.pcsc_stringify_error = crate::error_text::stringify;
    table
};
