//! A real pcscd for one test, with virtual readers and nothing shared with the machine's own.
//!
//! pcscd's socket has a fixed path, so each daemon needs a mount namespace, and its readers' TCP ports a network
//! namespace. Both belong to a thread: [`Pcscd::start`] moves the calling thread into new ones, and the threads and
//! processes that it starts later are in them too. So tests that run as threads of one process each have a daemon.
//!
//! libpcsclite keeps the states of the readers in one global table, for all contexts of a process. Tests that talk to
//! different daemons at the same time must not share it: each loads the copy at [`Pcscd::client_library`].
//!
//! Linux only, and empty elsewhere. As root it just works; any other user runs the tests under
//! `unshare -U -r -m -n --kill-child`. pcscd and the virtual reader must be installed: Debian's packages `pcscd`,
//! `libpcsclite1` and `vsmartcard-vpcd`.
//!
//! Readers with [`Driver::Equipped`] also have features, attributes and faults, as a test says. That driver is compiled
//! with `cc`.
//!
//! ```no_run
//! # #[cfg(target_os = "linux")]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use pcsc_sim::FnCard;
//! use private_pcscd::Pcscd;
//!
//! let pcscd = Pcscd::start(2)?;
//! let card = pcscd.insert(0, FnCard::new([0x3B, 0x00], |_, response| response.extend([0x90, 0x00])))?;
//! println!("a card is in {}", pcscd.reader_names()[0]);
//! card.remove()?;
//! # Ok(())
//! # }
//! # #[cfg(not(target_os = "linux"))]
//! # fn main() {}
//! ```
#![cfg(target_os = "linux")]

mod daemon;
mod error;
mod forked;
mod front;
mod installation;
mod namespace;
mod readers;
mod startup;
mod termination;
mod vacancy;

pub use daemon::Pcscd;
pub use error::Error;
pub use forked::in_a_child;
pub use readers::Driver;
pub use vacancy::Vacancy;

/// Makes a call of the program that is running, by the emulator in `PCSC_TEST_EMULATOR` where it runs in one: the system
/// does not know how to start it by itself.
///
/// # Errors
/// The system does not say which program it is.
///
/// # Examples
/// ```
/// let program = private_pcscd::this_program()?;
/// assert!(program.get_args().len() == 0 || private_pcscd::is_emulated());
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn this_program() -> std::io::Result<std::process::Command> {
    let program = std::env::current_exe()?;
    let emulator = std::env::var(EMULATOR).unwrap_or_default();
    let mut words = emulator.split_whitespace();
    let Some(emulator) = words.next() else {
        return Ok(std::process::Command::new(program));
    };
    let mut command = std::process::Command::new(emulator);
    command.args(words).arg(program);
    Ok(command)
}

/// Tells whether this program runs in an emulator: what it holds of the system's memory is the emulator's.
#[must_use]
pub fn is_emulated() -> bool {
    std::env::var_os(EMULATOR).is_some()
}

/// The variable with the call of the emulator, up to the program.
const EMULATOR: &str = "PCSC_TEST_EMULATOR";

/// Makes a call of the C compiler for what the tests themselves are built for: `CC` where it is set, else `cc`.
///
/// # Examples
/// ```
/// let output = private_pcscd::c_compiler().arg("--version").output()?;
/// assert!(output.status.success());
/// # Ok::<(), std::io::Error>(())
/// ```
#[must_use]
pub fn c_compiler() -> std::process::Command {
    std::process::Command::new(std::env::var_os("CC").unwrap_or_else(|| "cc".into()))
}
