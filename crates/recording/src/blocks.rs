//! The blocks of pcapng and the records of pcap: which packets there are, of which interface.

use crate::fields::Fields;
use crate::read_error::ReadError;
use crate::source::Source;
use crate::writer::{
    APPLICATION, COMMENT, ENHANCED_PACKET, INTERFACE_DESCRIPTION, INTERFACE_NAME, TIME_RESOLUTION, WRITER,
};
use std::io::Read;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The longest block that is read: the largest exchange has 131,092 bytes, and other tools' packets at most 262,144.
const LONGEST: usize = 16 << 20;

/// The first bytes of a section's header; they are the same in either order.
const SECTION_HEADER: [u8; 4] = [0x0A, 0x0D, 0x0D, 0x0A];

/// A block's type and its length, which stands at its end too.
const HEADER: usize = 8;
const TRAILER: usize = 4;

/// A packet without a time, of the first interface.
const SIMPLE_PACKET: u32 = 3;

/// What is added to the times of an interface, in seconds.
const TIME_OFFSET: u16 = 14;

/// The header of a pcap file, and of each packet in it.
const PCAP_HEADER: usize = 24;
const PCAP_RECORD: usize = 16;
const MODIFIED_PCAP_RECORD: usize = 24;

/// Which packets come next.
#[derive(Debug)]
pub(crate) enum Format {
    PcapNg {
        is_big_endian: bool,
        /// Whether this crate has written the section.
        is_own: bool,
        interfaces: Vec<Interface>,
    },
    Pcap {
        kind: Pcap,
        link: u32,
    },
}

/// What a pcap file's first number says of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pcap {
    is_big_endian: bool,
    /// In nanoseconds, and not in microseconds.
    is_nanoseconds: bool,
    /// With a longer header of each packet, as an old Linux had it.
    is_modified: bool,
}

impl Pcap {
    fn of(magic: [u8; 4]) -> Option<Pcap> {
        [false, true].into_iter().find_map(|is_big_endian| {
            let number = Fields::new(&magic, is_big_endian).u32_at(0)?;
            let is_known = matches!(number, 0xA1B2_C3D4 | 0xA1B2_3C4D | 0xA1B2_CD34);
            is_known.then_some(Pcap {
                is_big_endian,
                is_nanoseconds: number == 0xA1B2_3C4D,
                is_modified: number == 0xA1B2_CD34,
            })
        })
    }
}

/// An interface: the name of a reader, where the recording is one of this crate.
#[derive(Debug)]
pub(crate) struct Interface {
    link: u32,
    name: Arc<str>,
    /// The units of time in a second.
    resolution: u64,
    /// What is added to each time, in seconds.
    offset: i64,
}

/// A packet, as long as the block that it is in.
#[derive(Debug)]
pub(crate) struct RawPacket {
    pub(crate) link: u32,
    pub(crate) interface: Arc<str>,
    pub(crate) time: Option<SystemTime>,
    pub(crate) bytes: Vec<u8>,
    pub(crate) comment: Option<String>,
    /// Whether all of it was captured.
    pub(crate) is_whole: bool,
    /// Whether this crate has written it.
    pub(crate) is_own: bool,
}

/// What came of trying to read a block.
pub(crate) enum Next {
    Packet(RawPacket),
    /// A block that is no packet.
    Other,
    /// There is no further one.
    End,
    /// The recording ends within one.
    Cut,
}

impl Format {
    /// Reads what a recording begins with.
    pub(crate) fn of<R: Read>(source: &mut Source<R>) -> Result<Format, ReadError> {
        if !has(source, SECTION_HEADER.len())? {
            return Err(ReadError::CutInHeader {});
        }
        if source.ahead().starts_with(&SECTION_HEADER) {
            let mut format = Format::PcapNg {
                is_big_endian: false,
                is_own: false,
                interfaces: Vec::new(),
            };
            return match format.next(source)? {
                Next::Cut | Next::End => Err(ReadError::CutInHeader {}),
                Next::Other | Next::Packet(_) => Ok(format),
            };
        }
        let magic = *source.ahead().first_chunk().unwrap_or(&[0; 4]);
        let Some(kind) = Pcap::of(magic) else {
            return Err(ReadError::NotARecording {});
        };
        if !has(source, PCAP_HEADER)? {
            return Err(ReadError::CutInHeader {});
        }
        // The upper bits say how long a checksum is (tcpdump's pcap-savefile(5)).
        let link = Fields::new(source.ahead(), kind.is_big_endian)
            .u32_at(20)
            .unwrap_or(0)
            & 0x03FF_FFFF;
        source.advance(PCAP_HEADER);
        Ok(Format::Pcap { kind, link })
    }

    /// Reads the next block.
    pub(crate) fn next<R: Read>(&mut self, source: &mut Source<R>) -> Result<Next, ReadError> {
        if !has(source, 1)? {
            return Ok(Next::End);
        }
        match self {
            Format::PcapNg {
                is_big_endian,
                is_own,
                interfaces,
            } => {
                // A section's header says in which order its bytes are.
                if !has(source, HEADER + 4)? {
                    return Ok(Next::Cut);
                }
                if source.ahead().starts_with(&SECTION_HEADER) {
                    *is_big_endian = match source.ahead()[HEADER..HEADER + 4] {
                        [0x1A, 0x2B, 0x3C, 0x4D] => true,
                        [0x4D, 0x3C, 0x2B, 0x1A] => false,
                        _ => {
                            return Err(malformed(
                                source,
                                "the section does not say the order of its bytes",
                            ));
                        }
                    };
                }
                let len = number(&source.ahead()[4..], *is_big_endian);
                if len % 4 != 0 || len < HEADER + TRAILER {
                    return Err(malformed(source, "a block cannot have the length that it says"));
                }
                if !has_block(source, len)? {
                    return Ok(Next::Cut);
                }
                let block = &source.ahead()[..len];
                if number(&block[len - TRAILER..], *is_big_endian) != len {
                    return Err(malformed(
                        source,
                        "a block's end says another length than its beginning",
                    ));
                }
                let next = match in_block(block, *is_big_endian, is_own, interfaces) {
                    Ok(packet) => packet.map_or(Next::Other, Next::Packet),
                    Err(problem) => return Err(malformed(source, problem)),
                };
                source.advance(len);
                Ok(next)
            }
            Format::Pcap { kind, link } => {
                let record = match kind.is_modified {
                    true => MODIFIED_PCAP_RECORD,
                    false => PCAP_RECORD,
                };
                if !has(source, record)? {
                    return Ok(Next::Cut);
                }
                let field = |at: usize| number(&source.ahead()[at..], kind.is_big_endian);
                let (seconds, fraction, captured, original) = (field(0), field(4), field(8), field(12));
                let Some(len) = record.checked_add(captured) else {
                    return Err(malformed(source, "a packet is too long"));
                };
                if !has_block(source, len)? {
                    return Ok(Next::Cut);
                }
                let nanoseconds = match kind.is_nanoseconds {
                    true => fraction as u64,
                    false => fraction as u64 * 1000,
                };
                let since = Duration::from_secs(seconds as u64) + Duration::from_nanos(nanoseconds);
                let packet = RawPacket {
                    link: *link,
                    interface: Arc::default(),
                    time: UNIX_EPOCH.checked_add(since),
                    bytes: source.ahead()[record..len].to_vec(),
                    comment: None,
                    is_whole: captured >= original,
                    is_own: false,
                };
                source.advance(len);
                Ok(Next::Packet(packet))
            }
        }
    }
}

/// Whether so many bytes follow, which are read where they are not yet.
fn has<R: Read>(source: &mut Source<R>, len: usize) -> Result<bool, ReadError> {
    while source.ahead().len() < len {
        if !source.read_more()? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether a block of this length follows; one that is too long is an error, before it is read.
fn has_block<R: Read>(source: &mut Source<R>, len: usize) -> Result<bool, ReadError> {
    if len > LONGEST {
        return Err(malformed(source, "a block says that it is longer than 16 MiB"));
    }
    has(source, len)
}

fn malformed<R: Read>(source: &Source<R>, problem: &'static str) -> ReadError {
    ReadError::Malformed {
        offset: source.offset(),
        problem,
    }
}

/// The number that such bytes begin with: four of them are there.
fn number(bytes: &[u8], is_big_endian: bool) -> usize {
    Fields::new(bytes, is_big_endian).len_at(0).unwrap_or(usize::MAX)
}

const MALFORMED: &str = "a block is not as its type has it";

/// Reads a block that is all there; returns the packet in it.
fn in_block(
    block: &[u8],
    is_big_endian: bool,
    is_own: &mut bool,
    interfaces: &mut Vec<Interface>,
) -> Result<Option<RawPacket>, &'static str> {
    let kind = Fields::new(block, is_big_endian).u32_at(0);
    let body = Fields::new(&block[HEADER..block.len() - TRAILER], is_big_endian);
    if block.starts_with(&SECTION_HEADER) {
        // The order of bytes, the version, and the section's length stand before the options.
        if body.u16_at(4).ok_or(MALFORMED)? != 1 {
            return Err("the section is of another version than 1.0");
        }
        body.bytes_at(8, 8).ok_or(MALFORMED)?;
        let writer = body.option(16, APPLICATION).and_then(Fields::text);
        let name = |text: &str| text.split(' ').next().map(str::to_owned);
        *is_own = writer.is_some_and(|writer| name(writer) == name(WRITER));
        interfaces.clear();
        return Ok(None);
    }
    // What no packet depends on is not looked into.
    match kind {
        Some(INTERFACE_DESCRIPTION) => {
            interfaces.push(Interface::of(body).ok_or(MALFORMED)?);
            Ok(None)
        }
        Some(ENHANCED_PACKET) => {
            let packet = EnhancedPacket::of(body).ok_or(MALFORMED)?;
            let interface = interfaces.get(packet.interface).ok_or(UNKNOWN_INTERFACE)?;
            Ok(Some(RawPacket {
                link: interface.link,
                interface: interface.name.clone(),
                time: interface.time(packet.ticks),
                bytes: packet.bytes.to_vec(),
                comment: packet.comment.map(str::to_owned),
                is_whole: packet.bytes.len() >= packet.len,
                is_own: *is_own,
            }))
        }
        Some(SIMPLE_PACKET) => {
            let interface = interfaces.first().ok_or(UNKNOWN_INTERFACE)?;
            let len = body.len_at(0).ok_or(MALFORMED)?;
            let captured = len.min(block.len() - HEADER - 4 - TRAILER);
            Ok(Some(RawPacket {
                link: interface.link,
                interface: interface.name.clone(),
                time: None,
                bytes: body.bytes_at(4, captured).ok_or(MALFORMED)?.to_vec(),
                comment: None,
                is_whole: captured >= len,
                is_own: *is_own,
            }))
        }
        _ => Ok(None),
    }
}

const UNKNOWN_INTERFACE: &str = "a packet is of an interface that was not described";

/// What stands in the block of a packet.
struct EnhancedPacket<'a> {
    interface: usize,
    ticks: u64,
    bytes: &'a [u8],
    /// How long it was, of which so much was captured.
    len: usize,
    comment: Option<&'a str>,
}

impl<'a> EnhancedPacket<'a> {
    fn of(body: Fields<'a>) -> Option<EnhancedPacket<'a>> {
        let captured = body.len_at(12)?;
        Some(EnhancedPacket {
            interface: body.len_at(0)?,
            ticks: u64::from(body.u32_at(4)?) << 32 | u64::from(body.u32_at(8)?),
            len: body.len_at(16)?,
            bytes: body.bytes_at(20, captured)?,
            comment: body
                .option(20 + captured.next_multiple_of(4), COMMENT)
                .and_then(Fields::text),
        })
    }
}

impl Interface {
    fn of(body: Fields<'_>) -> Option<Interface> {
        // The link, two bytes that are reserved, and the limit of packets stand before the options.
        body.bytes_at(0, 8)?;
        let option = |code| body.option(8, code);
        let resolution = option(TIME_RESOLUTION).and_then(Fields::byte).unwrap_or(6);
        let exponent = u32::from(resolution & 0x7F);
        let resolution = match resolution & 0x80 {
            0 => 10_u64.checked_pow(exponent),
            _ => 2_u64.checked_pow(exponent),
        };
        Some(Interface {
            link: body.u16_at(0)?.into(),
            name: option(INTERFACE_NAME)
                .and_then(Fields::text)
                .unwrap_or_default()
                .into(),
            resolution: resolution.unwrap_or(0),
            offset: option(TIME_OFFSET).and_then(Fields::signed).unwrap_or(0),
        })
    }

    /// Returns the time of so many units, where the interface says what they are.
    fn time(&self, ticks: u64) -> Option<SystemTime> {
        let seconds = ticks.checked_div(self.resolution)?;
        let rest = u128::from(ticks % self.resolution) * 1_000_000_000 / u128::from(self.resolution);
        let seconds = seconds.checked_add_signed(self.offset)?;
        UNIX_EPOCH.checked_add(Duration::new(seconds, u32::try_from(rest).ok()?))
    }
}
