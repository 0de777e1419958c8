//! `SCardEstablishContext`, `SCardReleaseContext`, `SCardIsValidContext`, `SCardCancel`, `SCardFreeMemory`.

use super::arguments::Out;
use super::{code, on_context, without_panic};
use crate::Simulator;
use crate::service::code::Code;
use crate::service::faults::Function;
use crate::service::world::World;
use crate::service::{context, memory, status_change};
use crate::slot::Slot;
use pcsc_sys::{
    DWORD, LONG, LPCVOID, LPSCARDCONTEXT, SCARD_E_INVALID_HANDLE, SCARD_E_INVALID_PARAMETER,
    SCARD_E_INVALID_VALUE, SCARD_E_NO_SERVICE, SCARD_S_SUCCESS, SCARD_SCOPE_GLOBAL, SCARDCONTEXT,
};
use std::sync::Arc;

/// Opens a context of a slot's world.
///
/// # Safety
/// `context` is null or writable.
pub(crate) unsafe fn establish(slot: usize, scope: DWORD, context: LPSCARDCONTEXT) -> LONG {
    // SAFETY: the caller's promise is the same.
    let context = unsafe { Out::new(context) };
    without_panic(|| {
        let Some(world) = Slot::world(slot) else {
            return SCARD_E_NO_SERVICE;
        };
        let call = || match open(&world, scope, context.is_null()) {
            Ok(handle) => {
                context.set(handle as SCARDCONTEXT);
                SCARD_S_SUCCESS
            }
            Err(code) => {
                if code != SCARD_E_NO_SERVICE {
                    context.set(0);
                }
                code
            }
        };
        match world.faults.enter(Function::EstablishContext, 0) {
            None => call(),
            Some(due) => due.run(&Simulator::of(&world), |_| call()),
        }
    })
}

fn open(world: &Arc<World>, scope: DWORD, unwanted: bool) -> Result<u32, Code> {
    if world.run().is_none() {
        Err(SCARD_E_NO_SERVICE)
    } else if unwanted {
        Err(SCARD_E_INVALID_PARAMETER)
    } else if scope > SCARD_SCOPE_GLOBAL {
        Err(SCARD_E_INVALID_VALUE)
    } else {
        context::establish(world)
    }
}

pub(super) unsafe extern "system" fn release(context: SCARDCONTEXT) -> LONG {
    on_context(context, Function::ReleaseContext, |context| {
        code(
            context
                .ok_or(SCARD_E_INVALID_HANDLE)
                .and_then(|context| context::release(context)),
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
        Some(context) => {
            status_change::cancel(context);
            SCARD_S_SUCCESS
        }
    })
}

/// Frees what was allocated. An address that was not is refused, where pcsc-lite would crash.
#[cfg_attr(target_os = "macos", allow(dead_code, reason = "macOS does not have it"))]
pub(super) unsafe extern "system" fn free_memory(context: SCARDCONTEXT, memory: LPCVOID) -> LONG {
    on_context(context, Function::FreeMemory, |context| match context {
        None => SCARD_E_INVALID_HANDLE,
        Some(_) if memory.is_null() || memory::free(memory) => SCARD_S_SUCCESS,
        Some(_) => SCARD_E_INVALID_PARAMETER,
    })
}
