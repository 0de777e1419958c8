//! The messages between pcsc-lite's client library and its service, pcscd, as data.
//!
//! A client connects to pcscd's socket, on Linux `/run/pcscd/pcscd.comm`, and sends requests: a [`Header`] with the length
//! of the message that follows and its [`Command`], the message, and with [`TRANSMIT`](Command::TRANSMIT) and
//! [`CONTROL`](Command::CONTROL) as many bytes as that says. The answer is the same message, with other values in it and
//! no header, and with those two, where they succeed, the bytes that came back. All numbers are in the byte order of the
//! machine, since both ends run on it, and of the same width in programs of 32 and of 64 bits.
//!
//! The first request is [`VERSION`](Command::VERSION); the service answers with its own. The messages of a request have one
//! form in all versions from 4:2 on; what changed is how a client is told of readers:
//!
//! | version | pcsc-lite | the states of the readers |
//! | --- | --- | --- |
//! | 4:2, 4:3 | 1.6.5 to 1.8.23 | [`GET_READERS_STATE`](Command::GET_READERS_STATE) is answered with [16 states](READERS). [`WAIT`](Command::WAIT_READER_STATE_CHANGE) carries a [`message::Wait`], and is answered when something has changed; between the two a change can be lost. 4:3 is 4:2 under a new number. |
//! | 4:4 | 1.8.24 to 2.2 | `WAIT` carries nothing, and is answered with the 16 states at once, and with a [`message::Wait`] when something has changed since. [`STOP`](Command::STOP_WAITING_READER_STATE_CHANGE) ends it, and is answered with a `message::Wait` where nothing has. |
//! | 4:5 | 2.3, 2.4 | Also [`GET_READER_EVENTS`](Command::GET_READER_EVENTS), which counts readers that came and went. |
//! | 4:6 | from 2.5 on | [`GET_READERS_STATE_SIZE`](Command::GET_READERS_STATE_SIZE) is answered with a number, and [`GET_READERS_STATE_ARRAY`](Command::GET_READERS_STATE_ARRAY) with so many states. `WAIT` is not answered at once: the client asks for the array after it. This service takes clients from 4:4 on too, and serves them as such. |
//!
//! Up to pcsc-lite 2.4.0 both ends must be of the same version, which is what the public reports of a "protocol mismatch" are
//! about. From 2.4.1 on, still of 4:5, the library offers the service's version where its own is refused, down to 4:4. The
//! service of 2.4.1 says 4:5 to any client from 4:4 on, newer ones too, and takes it.
//!
//! Facts are from pcsc-lite's source: `winscard_msg.h`, `winscard_svc.c`, `winscard_clnt.c`, `eventhandler.h`.
#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]

mod command;
mod field;
mod header;
pub mod message;
mod reader_name;
mod reader_state;
mod version;

pub use command::Command;
pub use header::Header;
pub use message::Message;
pub use reader_name::ReaderName;
pub use reader_state::{READERS, ReaderState};
pub use version::Version;

/// The longest APDU, in either direction, and the longest input and output of a control code, in bytes:
/// `MAX_BUFFER_SIZE_EXTENDED`.
pub const MAX_EXTENDED: usize = 65_548;

/// The longest value of an attribute in bytes: `MAX_BUFFER_SIZE`.
pub const MAX_ATTRIBUTE: usize = 264;
