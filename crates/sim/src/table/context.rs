//! `SCardEstablishContext`, `SCardReleaseContext`, `SCardIsValidContext`, `SCardCancel`, `SCardFreeMemory`.

use super::calling::{code, on_context, without_panic};
use super::endpoint::Endpoint;
use super::function::Function;
use super::open::OpenContext;
use crate::service::code::Code;
use crate::service::context::check_scope;
use crate::service::{memory, status_change};
use pcsc_sys::arguments::Out;
use pcsc_sys::{
    DWORD, LONG, LPCVOID, LPSCARDCONTEXT, SCARD_E_INVALID_HANDLE, SCARD_E_INVALID_PARAMETER,
    SCARD_E_NO_SERVICE, SCARD_S_SUCCESS, SCARD_W_SECURITY_VIOLATION, SCARDCONTEXT,
};
use std::sync::Arc;

/// Opens a context of the service that is reached at a slot.
///
/// # Safety
/// `context` is null or writable.
pub(super) unsafe fn establish(slot: usize, scope: DWORD, context: LPSCARDCONTEXT) -> LONG {
    // SAFETY: the caller's promise is the same.
    let context = unsafe { Out::new(context) };
    without_panic(|| {
        let Some(endpoint) = Endpoint::of_slot(slot) else {
            return SCARD_E_NO_SERVICE;
        };
        let call = || match open(&endpoint, scope, context.is_null()) {
            Ok(number) => {
                context.set(number as SCARDCONTEXT);
                SCARD_S_SUCCESS
            }
            Err(code) => {
                if code != SCARD_E_NO_SERVICE {
                    context.set(0);
                }
                code
            }
        };
        match endpoint.interference.enter(Function::EstablishContext, 0) {
            None => call(),
            Some(due) => due.run(|_| call()),
        }
    })
}

fn open(endpoint: &Arc<Endpoint>, scope: DWORD, unwanted: bool) -> Result<u32, Code> {
    if endpoint.world.run().is_none() {
        Err(SCARD_E_NO_SERVICE)
    } else if unwanted {
        Err(SCARD_E_INVALID_PARAMETER)
    } else if endpoint.world.is_full() {
        Err(SCARD_W_SECURITY_VIOLATION)
    } else {
        check_scope(scope)?;
        OpenContext::establish(endpoint)
    }
}

pub(super) unsafe extern "system" fn release(context: SCARDCONTEXT) -> LONG {
    on_context(context, Function::ReleaseContext, |context| {
        code(
            context
                .ok_or(SCARD_E_INVALID_HANDLE)
                .and_then(|context| context.release()),
        )
    })
}

pub(super) unsafe extern "system" fn is_valid(context: SCARDCONTEXT) -> LONG {
    on_context(context, Function::IsValidContext, |context| {
        if context.is_some() {
            SCARD_S_SUCCESS
        } else {
            SCARD_E_INVALID_HANDLE
        }
    })
}

pub(super) unsafe extern "system" fn cancel(context: SCARDCONTEXT) -> LONG {
    on_context(context, Function::Cancel, |context| match context {
        None => SCARD_E_INVALID_HANDLE,
        Some(context) => code(status_change::cancel(&context.context)),
    })
}

/// Frees what was allocated. An address that was not is refused, where pcsc-lite would crash.
#[cfg_attr(target_os = "macos", allow(dead_code, reason = "macOS does not have it"))]
pub(super) unsafe extern "system" fn free_memory(context: SCARDCONTEXT, memory: LPCVOID) -> LONG {
    on_context(context, Function::FreeMemory, |context| match context {
        None => SCARD_E_INVALID_HANDLE,
        Some(_) if memory.is_null() || memory::free(memory.cast_mut()) => SCARD_S_SUCCESS,
        Some(_) => SCARD_E_INVALID_PARAMETER,
    })
}
