//! The readers and cards of one process, and what its programs are told where there can be none.

use std::io::Write;
use std::panic::catch_unwind;

use pcsc_sim::Simulator;
use pcsc_sim::config::{Config, Running};
use pcsc_sys::{DWORD, Escaped, Functions, LONG, LPCVOID, LPSCARDCONTEXT, SCARD_F_INTERNAL_ERROR};

type Establish = unsafe extern "system" fn(DWORD, LPCVOID, LPCVOID, LPSCARDCONTEXT) -> LONG;

/// The readers and cards of one process.
pub(crate) struct World {
    pub(crate) establish: Establish,
    /// The service lives as long as this.
    pub(crate) simulator: Option<Simulator>,
    /// Events happen as long as this is there.
    _running: Option<Running>,
}

/// Why there is no world where something has panicked.
pub(crate) const NOT_STARTED: &str = "the simulator could not be started";

impl World {
    pub(crate) fn new(configuration: &Result<Config, String>) -> Self {
        catch_unwind(|| Self::simulate(configuration)).unwrap_or_else(|_| Self::refused(NOT_STARTED))
    }

    /// Returns its C functions, whose contexts are of this world.
    pub(crate) fn functions(&self) -> Functions {
        let simulator = self.simulator.as_ref();
        let mut functions = simulator.map_or(Functions::UNSUPPORTED, |simulator| {
            *simulator.provider().functions()
        });
        functions.SCardEstablishContext = self.establish;
        functions
    }

    fn simulate(configuration: &Result<Config, String>) -> Self {
        let config = match configuration {
            Ok(config) => config,
            Err(error) => return Self::refused(error),
        };
        let running = match config.start() {
            Ok(running) => running,
            Err(error) => return Self::refused(&format!("no thread for the events: {error}")),
        };
        let simulator = running.simulator().clone();
        Self {
            establish: simulator.provider().functions().SCardEstablishContext,
            simulator: Some(simulator),
            _running: Some(running),
        }
    }

    /// A service that gives no context, and says why, once in each process.
    fn refused(why: &str) -> Self {
        // A program without standard error is told by the code alone.
        let _ = std::io::stderr().write_all(message(why).as_bytes());
        Self {
            establish: refuse,
            simulator: catch_unwind(Simulator::new).ok(),
            _running: None,
        }
    }
}

/// Makes the line that says why; a file may have had a part in it.
pub(crate) fn message(why: &str) -> String {
    format!("libpcsc_sim: {}\n", Escaped(why))
}

unsafe extern "system" fn refuse(_: DWORD, _: LPCVOID, _: LPCVOID, _: LPSCARDCONTEXT) -> LONG {
    SCARD_F_INTERNAL_ERROR
}
