//! How a recording is read: packet by packet.

use crate::blocks::{Format, Next};
use crate::datagram::{SUBTYPE_APDU, SUBTYPE_ATR};
use crate::decode::{Decoded, decode};
use crate::read_error::ReadError;
use crate::recorded::RecordedExchange;
use crate::source::Source;
use std::collections::BTreeSet;
use std::io::Read;
use std::sync::Arc;
use std::time::SystemTime;

/// The longest answer to reset: ISO/IEC 7816-3, 8.2.1.
const LONGEST_ATR: usize = 33;

/// A packet of a card, of a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Record {
    /// The packet's number, as Wireshark counts all that there are: from 1 on.
    pub number: u64,
    /// The name of the interface: the reader's. Empty where it has none, as in pcap.
    pub reader: Arc<str>,
    /// When it was recorded.
    pub time: Option<SystemTime>,
    /// What it says.
    pub packet: Packet,
}

/// What a packet of a card says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Packet {
    /// The card was reset, or a session with it began: its answer to reset.
    AnswerToReset(Vec<u8>),
    /// A command and what came back.
    Exchange(RecordedExchange),
}

/// Reads a recording, packet by packet; of each block it keeps as much as it hands out.
///
/// What is no packet of a card is passed over. After an error there is no further packet.
///
/// # Examples
/// ```no_run
/// use pcsc_recording::{Packet, Reader};
/// use std::fs::File;
///
/// for record in Reader::new(File::open("card.pcapng")?)? {
///     let record = record?;
///     if let Packet::Exchange(exchange) = record.packet {
///         println!("{}: {:02X?}", record.reader, exchange.command);
///     }
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Reader<R> {
    source: Source<R>,
    format: Format,
    number: u64,
    unknown_links: BTreeSet<u32>,
    passed_over: u64,
    is_over: bool,
    is_cut: bool,
}

impl<R: Read> Reader<R> {
    /// Begins to read: pcapng or pcap, in either order of bytes.
    ///
    /// # Errors
    /// [`ReadError::NotARecording`], [`ReadError::CutInHeader`], [`ReadError::Malformed`] and [`ReadError::Io`].
    pub fn new(input: R) -> Result<Reader<R>, ReadError> {
        let mut source = Source::new(input);
        let format = Format::of(&mut source)?;
        Ok(Reader {
            source,
            format,
            number: 0,
            unknown_links: BTreeSet::new(),
            passed_over: 0,
            is_over: false,
            is_cut: false,
        })
    }

    /// Tells whether the recording was found to end within a packet: whoever wrote it was stopped, or has not finished. What
    /// stands before is whole.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// Returns how many packets were passed over that are a card's by their header and are nothing that a card says: of the
    /// recordings of other tools, into which anybody can send. In one of this package's own they are an error.
    #[must_use]
    pub fn passed_over(&self) -> u64 {
        self.passed_over
    }

    /// Returns the types of links whose packets could not be looked into, of those that were read.
    pub(crate) fn unknown_links(&self) -> Vec<u32> {
        self.unknown_links.iter().copied().collect()
    }

    fn read(&mut self) -> Result<Option<Record>, ReadError> {
        loop {
            let offset = self.source.offset();
            let raw = match self.format.next(&mut self.source)? {
                Next::Packet(raw) => raw,
                Next::Other => continue,
                Next::End => return Ok(None),
                Next::Cut => {
                    self.is_cut = true;
                    return Ok(None);
                }
            };
            self.number += 1;
            let (subtype, bytes, is_whole) = match decode(raw.link, &raw.bytes) {
                Decoded::Sim {
                    subtype,
                    bytes,
                    is_whole,
                } => (subtype, bytes, is_whole && raw.is_whole),
                Decoded::Other => continue,
                Decoded::UnknownLink => {
                    self.unknown_links.insert(raw.link);
                    continue;
                }
            };
            let packet = match subtype {
                SUBTYPE_APDU | SUBTYPE_ATR if !is_whole => {
                    return Err(ReadError::CutPacket { number: self.number });
                }
                SUBTYPE_ATR if bytes.is_empty() || bytes.len() > LONGEST_ATR => {
                    Err("an answer to reset has 1 to 33 bytes")
                }
                SUBTYPE_ATR => Ok(Packet::AnswerToReset(bytes.to_vec())),
                SUBTYPE_APDU => RecordedExchange::parse(bytes, raw.comment.as_deref(), raw.is_own)
                    .map(Packet::Exchange)
                    .ok_or("a packet has no command, or not what its comment says"),
                // The choice of a protocol and its parameters, which no program sees.
                _ => continue,
            };
            match packet {
                Ok(packet) => {
                    return Ok(Some(Record {
                        number: self.number,
                        reader: raw.interface,
                        time: raw.time,
                        packet,
                    }));
                }
                Err(problem) if raw.is_own => return Err(ReadError::Malformed { offset, problem }),
                Err(_) => self.passed_over += 1,
            }
        }
    }
}

impl<R: Read> Iterator for Reader<R> {
    type Item = Result<Record, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let result = self.read();
        self.is_over = !matches!(result, Ok(Some(_)));
        result.transpose()
    }
}
