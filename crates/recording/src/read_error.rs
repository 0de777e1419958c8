//! Why a recording cannot be read.

use std::{error, fmt, io};

/// Why a recording, or the rest of it, cannot be read.
///
/// # Examples
/// ```
/// use pcsc_recording::{ReadError, Recording};
///
/// let error = Recording::read(&b"#!/bin/sh"[..]).unwrap_err();
/// assert!(matches!(error, ReadError::NotARecording { .. }));
/// assert_eq!(error.to_string(), "this is no recording: it begins neither as pcapng nor as pcap");
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum ReadError {
    /// Reading it failed.
    #[non_exhaustive]
    Io {
        /// What failed.
        error: io::Error,
    },
    /// It begins neither as pcapng nor as pcap.
    #[non_exhaustive]
    NotARecording {},
    /// It ends within its header: nothing was recorded.
    #[non_exhaustive]
    CutInHeader {},
    /// A block is not as the format has it.
    #[non_exhaustive]
    Malformed {
        /// Where the block begins, in bytes.
        offset: u64,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A packet of a card is not all there: it was captured with a limit to the length of packets.
    #[non_exhaustive]
    CutPacket {
        /// The packet's number, as Wireshark counts: from 1 on.
        number: u64,
    },
    /// There is no packet of a card in it.
    #[non_exhaustive]
    NoCard {
        /// The types of the links of which the packets could not be looked into.
        unknown_links: Vec<u32>,
    },
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::Io { error } => write!(f, "the recording cannot be read: {error}"),
            ReadError::NotARecording {} => {
                f.write_str("this is no recording: it begins neither as pcapng nor as pcap")
            }
            ReadError::CutInHeader {} => {
                f.write_str("the recording ends within its header: nothing was recorded")
            }
            ReadError::Malformed { offset, problem } => {
                write!(f, "the recording is damaged at byte {offset}: {problem}")
            }
            ReadError::CutPacket { number } => write!(
                f,
                "packet {number} is not all there: capture packets whole, without a limit to their length"
            ),
            ReadError::NoCard { unknown_links } if unknown_links.is_empty() => f.write_str(
                "there is no card in the recording: no packet of it is GSMTAP of type SIM, in UDP, port 4729",
            ),
            ReadError::NoCard { unknown_links } => write!(
                f,
                "there is no card in the recording: packets of link type {} cannot be looked into, capture from Ethernet or from the loopback interface",
                unknown_links
                    .iter()
                    .map(u32::to_string)
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
        }
    }
}

impl error::Error for ReadError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            ReadError::Io { error } => Some(error),
            _ => None,
        }
    }
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> ReadError {
        ReadError::Io { error }
    }
}
