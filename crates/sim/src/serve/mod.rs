//! The simulated service on a Unix socket, where pcsc-lite's own library talks to it as to pcscd.
//!
//! [`Simulator::serve`](crate::Simulator::serve) binds the socket, and any program that is told of it by the environment
//! variable `PCSCLITE_CSOCK_NAME` uses the simulator's readers: with the libpcsclite of the machine, in any number of
//! processes, which share the cards. A PIN that is tried wrongly in three of them is blocked.
//!
//! ```
//! use pcsc_sim::{DemoCard, Simulator};
//!
//! # let folder = std::env::temp_dir().join(format!("pcsc-sim-{}", std::process::id()));
//! # let path = folder.join("pcscd.comm");
//! let sim = Simulator::new();
//! sim.add_reader("Simulated Reader 00 00").insert(DemoCard::new());
//! let served = sim.serve(&path)?;
//! // PCSCLITE_CSOCK_NAME=... opensc-tool -l
//! assert!(served.path().exists());
//! drop(served);
//! assert!(!path.exists());
//! # std::fs::remove_dir(&folder)?;
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! What a served program meets is pcscd's: 200 programs at a time, 16 readers, and the rest of
//! [`Limits`](crate::Limits); one more is closed at once. A program that sends what pcscd would not take (an unknown
//! command, a wrong length, the number of another program's card) is closed, and one that is closed or has died is cleaned up
//! after: its connections leave their cards as they are, but a card that one of them has in a transaction is reset. It harms
//! no other program; nor does one that does not read its answers, which is closed after three seconds.
//!
//! # What is not the same as in this process
//! Faults and counts ([`Simulator::fail`](crate::Simulator::fail), [`calls`](crate::Simulator::calls) and their like) belong to
//! the C functions of [`Simulator::provider`](crate::Simulator::provider): calls of served programs are neither counted nor
//! made to fail. [`stop_service`](crate::Simulator::stop_service) closes all served programs, and leaves a socket that
//! refuses connections, as a pcscd does that was killed; [`start_service`](crate::Simulator::start_service) listens again.
//!
//! # What each file does
//! `place` makes the socket, at which `server` has a `listener` while the service runs, for programs to be taken. `serving` is
//! the life of one, and `programs` knows them all; a `client` is a program's connection, `requests` what it may ask
//! (`card_requests` of a card, `state_requests` of the readers), and `waiting` whether it is to be told of changes, which
//! `watcher` looks for.

mod card_requests;
mod client;
#[cfg(feature = "config")]
pub(crate) mod lines;
mod listener;
mod numbers;
mod place;
mod programs;
mod requests;
mod served;
mod server;
mod serving;
mod state_requests;
mod states;
mod stream;
mod threads;
mod version;
mod waiting;
mod watcher;

pub use served::Served;
pub use version::Version;
