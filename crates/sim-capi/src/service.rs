//! The service that this process talks to: made by the first call.

use std::sync::{Mutex, OnceLock, PoisonError};

#[cfg(test)]
use pcsc_sim::Simulator;
use pcsc_sys::{Functions, SCARD_IO_REQUEST};

#[cfg(unix)]
use crate::establishing::establish;
use crate::origin::origin;
#[cfg(windows)]
use crate::pinned;
use crate::room::with_room;

/// What the exported functions call, the same in this process and in those that it forks.
static FUNCTIONS: OnceLock<Functions> = OnceLock::new();

/// Locked by the first call.
pub(crate) static STARTING: Mutex<()> = Mutex::new(());

/// The functions that the exported ones call. The first call reads the configuration; others wait for it meanwhile.
pub(crate) fn functions() -> &'static Functions {
    if let Some(functions) = FUNCTIONS.get() {
        return functions;
    }
    let _starting = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
    FUNCTIONS.get_or_init(|| with_room(start))
}

fn start() -> Functions {
    // Windows has no fork, and no socket's name: every context is of this one world.
    #[cfg_attr(
        windows,
        allow(unused_mut, reason = "elsewhere a context may be of another world")
    )]
    let mut functions = origin().own.functions();
    #[cfg(unix)]
    {
        functions.SCardEstablishContext = establish;
    }
    // A program must not take the code away from under the thread that serves events.
    #[cfg(windows)]
    pinned::stay();
    functions
}

/// The simulator behind the exported functions, for tests to change its readers.
#[cfg(test)]
pub(crate) fn simulator() -> Option<Simulator> {
    functions();
    origin().own.simulator.clone()
}

/// The protocol control information for T=0: data, not a function, as C programs take its address.
#[unsafe(no_mangle)]
static g_rgSCardT0Pci: SCARD_IO_REQUEST = pcsc_sys::g_rgSCardT0Pci;
/// As above, for T=1.
#[unsafe(no_mangle)]
static g_rgSCardT1Pci: SCARD_IO_REQUEST = pcsc_sys::g_rgSCardT1Pci;
/// As above, for the raw protocol.
#[unsafe(no_mangle)]
static g_rgSCardRawPci: SCARD_IO_REQUEST = pcsc_sys::g_rgSCardRawPci;
