//! `SCardConnect`, `SCardReconnect`, `SCardDisconnect`, `SCardBeginTransaction`, `SCardEndTransaction`.

use super::connection::check;
use super::context::Card;
use super::registry;
use super::result::{code, number};
use crate::arguments::{Out, text};
use crate::*;
use pcsclite_wire::{Command, ReaderName, message};
use std::ffi::c_char;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a connection is waited for at least: the service powers the card, which takes a second or two where its answer to
/// reset is slow, and does not tell that from a wait for another program's transaction.
const POWERING: Duration = Duration::from_secs(3);

pub(super) unsafe extern "system" fn connect(
    context: SCARDCONTEXT,
    reader: *const c_char,
    share_mode: DWORD,
    protocols: DWORD,
    card: LPSCARDHANDLE,
    active_protocol: LPDWORD,
) -> LONG {
    // SAFETY: the C function's caller promises that it is null or writable.
    let card = unsafe { Out::new(card) };
    // SAFETY: as above.
    let active_protocol = unsafe { Out::new(active_protocol) };
    if card.is_null() || active_protocol.is_null() {
        return SCARD_E_INVALID_PARAMETER;
    }
    card.set(0);
    // SAFETY: the C function's caller promises that it is null or a null-terminated text.
    let Some(reader) = (unsafe { text(reader.cast::<u8>()) }) else {
        return SCARD_E_UNKNOWN_READER;
    };
    // One more than fits: the last is cut off then, and no reader has what is left.
    if reader.len() > ReaderName::LEN {
        return SCARD_E_INVALID_VALUE;
    }
    let name = reader.get(..ReaderName::LEN - 1).unwrap_or(&reader);
    let Some(name) = ReaderName::new(name) else {
        return SCARD_E_INVALID_VALUE;
    };
    code(registry::context(context).and_then(|context| {
        let request = message::Connect {
            context: context.number,
            reader: name,
            share_mode: number(share_mode),
            preferred_protocols: number(protocols),
            ..Default::default()
        };
        // Under the lock: a release takes all cards of the context.
        context.call(|connection| {
            let deadline = wait_deadline().map(|deadline| deadline.max(Instant::now() + POWERING));
            let answer = connection.ask_until(deadline, Command::CONNECT, &request)?;
            active_protocol.set(answer.active_protocol.into());
            check(answer.code)?;
            card.set(registry::add_card(Card::new(
                Arc::clone(&context),
                answer.card,
                reader,
            )));
            Ok(())
        })
    }))
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
    if active_protocol.is_null() {
        return SCARD_E_INVALID_PARAMETER;
    }
    code(registry::card(card).and_then(|card| {
        let request = message::Reconnect {
            card: card.number,
            share_mode: number(share_mode),
            preferred_protocols: number(protocols),
            initialization: number(initialization),
            ..Default::default()
        };
        card.call_if_free(|connection| {
            let answer = connection.ask(Command::RECONNECT, &request)?;
            let reconnected = check(answer.code);
            if reconnected != Err(SCARD_E_SHARING_VIOLATION) {
                active_protocol.set(answer.active_protocol.into());
            }
            reconnected
        })
    }))
}

pub(super) unsafe extern "system" fn disconnect(card: SCARDHANDLE, disposition: DWORD) -> LONG {
    code(registry::card(card).and_then(|card| {
        card.last_call(|connection| {
            let request = message::Disconnect {
                card: card.number,
                disposition: number(disposition),
                code: 0,
            };
            let answer = connection.ask(Command::DISCONNECT, &request)?;
            check(answer.code)?;
            registry::remove_card(&card);
            Ok(())
        })
    }))
}

pub(super) unsafe extern "system" fn begin_transaction(card: SCARDHANDLE) -> LONG {
    code(registry::card(card).and_then(|card| {
        let request = message::BeginTransaction {
            card: card.number,
            code: 0,
        };
        card.call_when_free(|connection| {
            let answer = connection.ask(Command::BEGIN_TRANSACTION, &request)?;
            check(answer.code)
        })
    }))
}

pub(super) unsafe extern "system" fn end_transaction(card: SCARDHANDLE, disposition: DWORD) -> LONG {
    code(registry::card(card).and_then(|card| {
        let request = message::EndTransaction {
            card: card.number,
            disposition: number(disposition),
            code: 0,
        };
        card.call(|connection| {
            let answer = connection.ask(Command::END_TRANSACTION, &request)?;
            check(answer.code)
        })
    }))
}
