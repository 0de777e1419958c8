//! The service that this process talks to: made by the first call.

use std::error::Error as _;
use std::io::Write;
use std::panic::catch_unwind;
use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};

use pcsc_sim::Simulator;
use pcsc_sim::config::{Config, Running};
use pcsc_sys::{
    DWORD, Escaped, Functions, LONG, LPCVOID, LPSCARDCONTEXT, SCARD_F_INTERNAL_ERROR, SCARD_IO_REQUEST,
};

use crate::loading::from_first_folder;
#[cfg(unix)]
use crate::origin::{self, Origin};
#[cfg(windows)]
use crate::pinned;
use crate::room::with_room;

pub(crate) type Establish = unsafe extern "system" fn(DWORD, LPCVOID, LPCVOID, LPSCARDCONTEXT) -> LONG;

/// What the exported functions call, the same in this process and in those that it forks.
pub(crate) struct Service {
    functions: Functions,
    #[cfg_attr(windows, allow(dead_code, reason = "held, so that the simulator lives"))]
    pub(crate) own: World,
    #[cfg(unix)]
    pub(crate) origin: Origin,
}

/// The readers and cards of one process.
pub(crate) struct World {
    pub(crate) establish: Establish,
    /// The service lives as long as this.
    simulator: Option<Simulator>,
    /// Events happen as long as this is there.
    _running: Option<Running>,
}

/// The environment variable that names the configuration's file.
const VARIABLE: &str = "PCSC_SIM_CONFIG";

static SERVICE: OnceLock<Service> = OnceLock::new();

/// Locked by the first call.
pub(crate) static STARTING: Mutex<()> = Mutex::new(());

/// The functions that the exported ones call. The first call reads the configuration; others wait for it meanwhile.
pub(crate) fn functions() -> &'static Functions {
    &service().functions
}

pub(crate) fn service() -> &'static Service {
    if let Some(service) = SERVICE.get() {
        return service;
    }
    let _starting = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
    SERVICE.get_or_init(|| with_room(start))
}

/// The simulator behind the exported functions, for tests to change its readers.
#[cfg(test)]
pub(crate) fn simulator() -> Option<Simulator> {
    service().own.simulator.clone()
}

fn start() -> Service {
    // No panic may reach C; the panic's own message is on standard error by then.
    let configuration = catch_unwind(configured).unwrap_or_else(|_| Err(NOT_STARTED.to_owned()));
    let own = World::new(&configuration);
    let simulator = own.simulator.as_ref();
    let mut functions = simulator.map_or(Functions::UNSUPPORTED, |simulator| {
        *simulator.provider().functions()
    });
    // Windows has no fork, and no socket's name: every context is of this one world.
    functions.SCardEstablishContext = own.establish;
    #[cfg(unix)]
    {
        functions.SCardEstablishContext = origin::establish;
    }
    // A program must not take the code away from under the thread that serves events.
    #[cfg(windows)]
    pinned::stay();
    Service {
        functions,
        own,
        #[cfg(unix)]
        origin: Origin::here(configuration),
    }
}

const NOT_STARTED: &str = "the simulator could not be started";

impl World {
    pub(crate) fn new(configuration: &Result<Config, String>) -> Self {
        catch_unwind(|| Self::simulate(configuration)).unwrap_or_else(|_| Self::refused(NOT_STARTED))
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
fn message(why: &str) -> String {
    format!("libpcsc_sim: {}\n", Escaped(why))
}

/// Reads the file that the environment names; without one there is the default.
fn configured() -> Result<Config, String> {
    match std::env::var_os(VARIABLE).filter(|path| !path.is_empty()) {
        Some(path) => read(&from_first_folder(Path::new(&path))),
        None => Ok(Config::one_demo_card()),
    }
}

fn read(path: &Path) -> Result<Config, String> {
    Config::read(path).map_err(|error| match error.source() {
        Some(_) => format!("{error}, named by {VARIABLE}"),
        None => error.to_string(),
    })
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

#[cfg(test)]
mod tests {
    use super::{message, read};
    use std::path::Path;

    #[test]
    fn a_file_that_cannot_be_read_is_named_with_the_variable() {
        for path in [Path::new("/no/such/file.toml"), &std::env::temp_dir()] {
            let error = read(path).unwrap_err();
            assert!(error.starts_with(&format!("{}: ", path.display())), "{error}");
            assert!(
                error.ends_with("expected a TOML file, named by PCSC_SIM_CONFIG"),
                "{error}"
            );
        }
    }

    #[test]
    fn the_readme_shows_the_example() {
        let example = include_str!("../../sim/examples/simulator.toml");
        assert!(include_str!("../README.md").contains(example));
    }

    #[test]
    fn what_a_file_says_does_not_act_on_the_terminal() {
        let text = "[[reader]]\nname = \"a\"\n\"\\u001b[2J\\u3164\\u202e\" = 1\n";
        let name = format!("f\u{2066}{}.toml", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, text).unwrap();
        let mistake = read(&path).unwrap_err();
        std::fs::remove_file(&path).unwrap();
        let line = message(&mistake);
        assert!(line.contains("u{3164}") && line.contains("u{202e}"), "{line:?}");
        assert!(
            line.starts_with("libpcsc_sim: ") && line.contains("f\\u{2066}"),
            "{line:?}"
        );
        assert!(line.contains(".toml:3:"), "{line:?}");
        let shown = line.strip_suffix('\n').unwrap();
        assert!(shown.is_ascii() && !shown.contains(char::is_control), "{line:?}");
    }
}
