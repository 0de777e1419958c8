//! `SCardEstablishContext`, `SCardReleaseContext`, `SCardIsValidContext`, `SCardCancel`, `SCardFreeMemory`.

use super::connection::check;
use super::context::Context;
use super::result::{code, number};
use super::{memory, opening, process, registry};
use crate::arguments::Out;
use crate::*;
use pcsclite_wire::{Command, message};

pub(super) unsafe extern "system" fn establish(
    scope: DWORD,
    _reserved1: LPCVOID,
    _reserved2: LPCVOID,
    context: LPSCARDCONTEXT,
) -> LONG {
    // SAFETY: the C function's caller promises that it is null or writable.
    let context = unsafe { Out::new(context) };
    if opening::path().symlink_metadata().is_err() {
        return SCARD_E_NO_SERVICE;
    }
    if context.is_null() {
        return SCARD_E_INVALID_PARAMETER;
    }
    context.set(0);
    match open(scope) {
        Ok(opened) => {
            context.set(registry::add_context(opened));
            SCARD_S_SUCCESS
        }
        Err(code) => code,
    }
}

fn open(scope: DWORD) -> Result<Context, LONG> {
    process::notice_forks().map_err(|()| SCARD_E_NO_MEMORY)?;
    let connection = opening::open()?;
    let request = message::EstablishContext {
        scope: number(scope),
        ..Default::default()
    };
    let answer = connection.ask(Command::ESTABLISH_CONTEXT, &request)?;
    check(answer.code)?;
    Ok(Context::new(connection, answer.context))
}

pub(super) unsafe extern "system" fn release(context: SCARDCONTEXT) -> LONG {
    code(registry::context(context).and_then(|context| {
        context.last_call(|connection| {
            let request = message::ReleaseContext {
                context: context.number,
                code: 0,
            };
            let answer = connection.ask(Command::RELEASE_CONTEXT, &request);
            // Whatever the service says; and under the lock, behind which no connection to a reader is added any more.
            registry::remove_context(&context);
            check(answer?.code)
        })
    }))
}

pub(super) unsafe extern "system" fn is_valid(context: SCARDCONTEXT) -> LONG {
    code(registry::context(context).map(drop))
}

pub(super) unsafe extern "system" fn cancel(context: SCARDCONTEXT) -> LONG {
    code(registry::context(context).map(|context| context.cancellation.cancel()))
}

pub(super) unsafe extern "system" fn free_memory(context: SCARDCONTEXT, memory: LPCVOID) -> LONG {
    code(registry::context(context).map(|_| {
        // SAFETY: the C function's caller promises that it is null, or was allocated and not freed.
        unsafe { memory::free(memory.cast_mut()) };
    }))
}
