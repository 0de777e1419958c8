//! A table that speaks to pcscd by its own protocol, without libpcsclite: [`Provider::native`](crate::Provider::native).
//!
//! For programs that cannot load the machine's library, as static ones, or that carry one of another version than the
//! machine's pcscd, as those in containers do. Linux and the BSDs, with the feature `native`.
//!
//! The protocol is pcsc-lite's own affair, and undocumented. Spoken here are its versions 4:4 to 4:6, of pcsc-lite 1.8.24 to
//! 2.5. The newest is tried first, and then what the service says to have. A service of another version, which does not take
//! clients of these, gets `SCARD_E_SERVICE_STOPPED` from `SCardEstablishContext`; then the library of that version is what
//! works (feature `load`).
//!
//! `PCSCLITE_CSOCK_NAME` names the socket, and `PCSCLITE_NO_BLOCKING` refuses calls instead of having them wait for another
//! program's transaction, as with libpcsclite; neither in programs with rights that their user has not.
//!
//! # What it does otherwise than libpcsclite
//! All else is the same: the codes, their order, and what is written where.
//!
//! - No call holds a lock of the whole process: a disconnection that waits for another program's transaction, or a wait for a
//!   card, holds up its own context alone. Disconnecting and releasing at the same time is safe.
//! - The states of the readers belong to a call, not to the process: contexts of two services do not mix them up.
//! - `SCardCancel` also ends `SCardBeginTransaction`, `SCardReconnect`, `SCardStatus` and `SCardTransmit` while they wait for
//!   another program's transaction, with `SCARD_E_CANCELLED`: libpcsclite waits without an end. `SCardConnect` and
//!   `SCardDisconnect` wait within the service, which nothing ends but that the connection to it is given up. Such a wait tries again after 1, 2, 4 and so on up to 100
//!   milliseconds, where libpcsclite sleeps for 100 each time.
//! - [`Provider::wait_until`](crate::Provider::wait_until) ends these waits, and that of `SCardConnect` after three seconds
//!   at least, in which a card is powered; that gives up the context's connection to the service.
//! - `SCardCancel` makes no connection to the service, so that it is not refused where the service has as many as it takes.
//! - `SCardGetStatusChange` takes an array of any length, with the pseudo-reader beside 16 readers too: libpcsclite takes 16
//!   up to 2.4. It does not sleep for 0.4 seconds where a card has no answer to reset.
//! - A change that is told while the states are read does not get lost, nor taken for a state: from version 4:6 on the service
//!   sends it between them, and libpcsclite takes its bytes for what it waits for.
//! - The socket is where the packages of the system have pcscd's; libpcsclite has the place that it was built for.
//! - The numbers of contexts and connections are used once: one that was left from before a restart of the service is never
//!   that of a new one. A connection that was refused has none.
//! - After `fork` the child's calls with its parent's numbers return `SCARD_E_INVALID_HANDLE`, and nothing is sent: with
//!   libpcsclite both processes would read each other's answers.
//! - After half an answer, or one that cannot be, the connection is given up: that call returns `SCARD_F_COMM_ERROR`, and
//!   those after it `SCARD_E_NO_SERVICE`. `SCARD_W_SECURITY_VIOLATION` for a connection that the service resets comes from
//!   `SCardEstablishContext` alone, where it means a refusal.
//! - Null pointers that libpcsclite would read through are `SCARD_E_INVALID_PARAMETER`, and lengths of more than 32 bits are
//!   not cut off.
//! - A command and its answer take two or three system calls, and no memory.
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

/// The oldest version of the protocol that is spoken, and the newest, major and minor.
pub(crate) const VERSIONS: [(i32, i32); 2] = opening::VERSIONS;

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
