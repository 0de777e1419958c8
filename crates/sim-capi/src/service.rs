//! The service that this process talks to: made by the first call.

use std::io::Write;
use std::panic::catch_unwind;
use std::sync::OnceLock;

use pcsc_sim::Simulator;
use pcsc_sys::{DWORD, Functions, LONG, LPCVOID, LPSCARDCONTEXT, SCARD_F_INTERNAL_ERROR, SCARD_IO_REQUEST};

use crate::config::{Config, VARIABLE};
use crate::events;

struct Service {
    functions: Functions,
    /// The service lives as long as this.
    #[cfg_attr(not(test), expect(dead_code, reason = "only tests ask for it"))]
    simulator: Option<Simulator>,
}

static SERVICE: OnceLock<Service> = OnceLock::new();

/// The functions that the exported ones call. The first call reads the configuration; others wait for it meanwhile.
pub(crate) fn functions() -> &'static Functions {
    &SERVICE.get_or_init(start).functions
}

/// The simulator behind the exported functions, for tests to change its readers.
#[cfg(test)]
pub(crate) fn simulator() -> Option<Simulator> {
    SERVICE.get_or_init(start).simulator.clone()
}

fn start() -> Service {
    // No panic may reach C; the panic's own message is on standard error by then.
    catch_unwind(|| simulate(&configured())).unwrap_or_else(|_| refused("the simulator could not be started"))
}

fn simulate(config: &Result<Config, String>) -> Service {
    let config = match config {
        Ok(config) => config,
        Err(error) => return refused(error),
    };
    let simulator = Simulator::new();
    let readers = config.plug_into(&simulator);
    if let Err(error) = events::serve(config, readers) {
        return refused(&format!("no thread for the events: {error}"));
    }
    Service {
        functions: *simulator.functions(),
        simulator: Some(simulator),
    }
}

/// Reads the file that the environment names; without one there is the default.
fn configured() -> Result<Config, String> {
    match std::env::var_os(VARIABLE).filter(|path| !path.is_empty()) {
        Some(path) => Config::read(path.as_ref()),
        None => Ok(Config::one_demo_card()),
    }
}

/// A service that gives no context, and says why, once.
fn refused(why: &str) -> Service {
    // A program without standard error is told by the code alone.
    let _ = writeln!(std::io::stderr(), "libpcsc_sim: {why}");
    let simulator = catch_unwind(Simulator::new).ok();
    let mut functions = simulator
        .as_ref()
        .map_or(Functions::UNSUPPORTED, |simulator| *simulator.functions());
    functions.SCardEstablishContext = refuse;
    Service { functions, simulator }
}

unsafe extern "system" fn refuse(_: DWORD, _: LPCVOID, _: LPCVOID, _: LPSCARDCONTEXT) -> LONG {
    SCARD_F_INTERNAL_ERROR
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
