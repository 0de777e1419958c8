//! Which world a context is of, on systems with `fork` and with pcscd's socket: none of it is Windows'.

use std::process;
use std::sync::{Mutex, PoisonError};

use pcsc_sys::{DWORD, LONG, LPCVOID, LPSCARDCONTEXT, SCARD_E_INVALID_PARAMETER, SCARD_E_NO_SERVICE};

use crate::origin::origin;
use crate::room::with_room;
use crate::socket::Found;
use crate::world::World;

/// A process that was forked after the first call, and its world.
pub(crate) type Forked = Option<(u32, World)>;

/// Locked while a forked process makes its world.
pub(crate) static FORKED: Mutex<Forked> = Mutex::new(None);

/// Opens a context in this process's own world.
///
/// In a forked process that is a new one: the copy of the other's has its connections, which nobody would ever end.
pub(crate) unsafe extern "system" fn establish(
    scope: DWORD,
    reserved1: LPCVOID,
    reserved2: LPCVOID,
    context: LPSCARDCONTEXT,
) -> LONG {
    let origin = origin();
    match origin.socket.look() {
        Found::Service => {}
        Found::Nothing => return SCARD_E_NO_SERVICE,
        Found::NoSocket if context.is_null() => return SCARD_E_INVALID_PARAMETER,
        Found::NoSocket => {
            // SAFETY: not null, and the caller promises that it is writable.
            unsafe { context.write_unaligned(0) };
            return SCARD_E_NO_SERVICE;
        }
    }
    let establish = if origin.process == process::id() {
        origin.own.establish
    } else {
        let mut forked = FORKED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(world) = forked.take_if(|(process, _)| *process != process::id()) {
            // Ending the other process's world would wait for locks that its threads may have had.
            std::mem::forget(world);
        }
        let (_, world) = forked.get_or_insert_with(|| (process::id(), with_room(new_world)));
        world.establish
    };
    // SAFETY: the caller's promises for this function are those of the simulator's own.
    unsafe { establish(scope, reserved1, reserved2, context) }
}

/// Makes the world of a forked process.
fn new_world() -> World {
    World::new(&origin().configuration)
}
