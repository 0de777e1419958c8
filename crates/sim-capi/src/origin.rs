//! Which world a context is of, on systems with `fork` and with pcscd's socket: none of it is Windows'.

use std::process;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pcsc_sim::config::Config;
use pcsc_sys::{DWORD, LONG, LPCVOID, LPSCARDCONTEXT, SCARD_E_INVALID_PARAMETER, SCARD_E_NO_SERVICE};

use crate::fork_lock::lock_for_fork;
use crate::room::with_room;
use crate::service::{STARTING, World, service};
use crate::socket::{Found, Socket};

/// The process that made the first call, and what it was told then.
pub(crate) struct Origin {
    process: u32,
    configuration: Result<Config, String>,
    socket: Socket,
}

impl Origin {
    pub(crate) fn here(configuration: Result<Config, String>) -> Self {
        Self {
            process: process::id(),
            configuration,
            socket: Socket::of_environment(),
        }
    }
}

/// A process that was forked after the first call, and its world.
type Forked = Option<(u32, World)>;

static FORKED: Mutex<Forked> = Mutex::new(None);

/// Nobody starts a service as long as this is there.
pub(crate) struct Held {
    _starting: Option<MutexGuard<'static, ()>>,
    _forked: Option<MutexGuard<'static, Forked>>,
}

/// How long a fork waits for the start of a service: to read a file takes no longer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Waits until no service is being started, and keeps it so.
pub(crate) fn hold() -> Held {
    Held {
        _starting: lock_for_fork(&STARTING, PATIENCE),
        _forked: lock_for_fork(&FORKED, PATIENCE),
    }
}

/// Opens a context in this process's own world.
///
/// In a forked process that is a new one: the copy of the other's has its connections, which nobody would ever end.
pub(crate) unsafe extern "system" fn establish(
    scope: DWORD,
    reserved1: LPCVOID,
    reserved2: LPCVOID,
    context: LPSCARDCONTEXT,
) -> LONG {
    let service = service();
    match service.origin.socket.look() {
        Found::Service => {}
        Found::Nothing => return SCARD_E_NO_SERVICE,
        Found::NoSocket if context.is_null() => return SCARD_E_INVALID_PARAMETER,
        Found::NoSocket => {
            // SAFETY: not null, and the caller promises that it is writable.
            unsafe { context.write_unaligned(0) };
            return SCARD_E_NO_SERVICE;
        }
    }
    let establish = if service.origin.process == process::id() {
        service.own.establish
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
    World::new(&service().origin.configuration)
}
