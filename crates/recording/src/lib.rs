//! Recordings of what went to smart cards and came back, which Wireshark opens.
//!
//! A recording is a pcapng file. Each reader is an interface, by its name. Each answer to reset and each exchange, a command
//! with its answer, is a packet: GSMTAP of type SIM, in UDP to port 4729, in IPv4, or in IPv6 where it is too long for that, at
//! the longest a jumbogram of RFC 2675. Wireshark names the commands of short packets, and shows the bytes of all.
//!
//! ```
//! use pcsc_recording::{Exchange, Writer};
//! use std::time::SystemTime;
//!
//! let mut recording = Writer::new(Vec::new())?;
//! let now = SystemTime::now();
//! recording.answer_to_reset("Reader 00 00", &[0x3B, 0x00], now)?;
//! let select = Exchange::new(&[0x00, 0xA4, 0x00, 0x00, 0x02, 0x3F, 0x00], &[0x90, 0x00]);
//! recording.exchange("Reader 00 00", &select, now)?;
//! # #[cfg(feature = "read")] {
//! use pcsc_recording::Recording;
//!
//! let read = Recording::read(&recording.into_inner()[..])?;
//! let card = &read.cards()[0];
//! assert_eq!((card.reader(), card.atr()), ("Reader 00 00", Some(&[0x3B, 0x00][..])));
//! assert_eq!(card.exchanges()[0].command, [0x00, 0xA4, 0x00, 0x00, 0x02, 0x3F, 0x00]);
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # A packet
//! The command, the answer's data and its status word, one behind the other, as the format has it. So where the answer begins
//! is not said. It follows from the fifth byte and the instruction, as it does for T=0; a packet of which that is not true has a
//! comment, `command of 7 bytes, answer of 770 bytes`. A command of four bytes has a fifth of 00 in the packet, as on T=0, and
//! that comment. One that was not answered stands alone, `command of 5 bytes, no answer: SCARD_W_REMOVED_CARD`.
//!
//! Of a secret there is what a log shows: the header and the status word, with a fifth byte of 00 between them, and the comment
//! `secret left out: command of 9 bytes, answer of 2 bytes`.
//!
//! Each packet is one write, and stands behind all that was written before: what a program that crashed has recorded is
//! readable.
//!
//! # Features
//! `read`: `Recording` and `Reader`, for recordings of this crate and of other tools that write GSMTAP SIM, such as
//! SIMtrace's, as pcapng or pcap and over Ethernet, Linux' cooked captures, loopback and raw IP.
#![forbid(unsafe_code)]

#[cfg(feature = "read")]
mod blocks;
mod boundary;
mod comment;
mod datagram;
#[cfg(feature = "read")]
mod decode;
mod exchange;
#[cfg(feature = "read")]
mod fields;
#[cfg(feature = "read")]
mod read_error;
#[cfg(feature = "read")]
mod reader;
#[cfg(feature = "read")]
mod recorded;
#[cfg(feature = "read")]
mod recording;
#[cfg(feature = "read")]
mod source;
mod writer;

pub use exchange::Exchange;
#[cfg(feature = "read")]
pub use read_error::ReadError;
#[cfg(feature = "read")]
pub use reader::{Packet, Reader, Record};
#[cfg(feature = "read")]
pub use recorded::RecordedExchange;
#[cfg(feature = "read")]
pub use recording::{RecordedCard, Recording};
pub use writer::Writer;
