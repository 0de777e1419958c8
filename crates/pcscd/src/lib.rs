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
mod front;
mod installation;
mod namespace;
mod readers;
mod startup;
mod termination;

pub use daemon::Pcscd;
pub use error::Error;
pub use readers::Driver;

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
