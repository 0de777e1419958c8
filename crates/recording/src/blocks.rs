//! The blocks of pcapng and the records of pcap: which packets there are, of which interface.

use crate::read_error::ReadError;
use crate::source::Source;
use crate::writer::WRITER;
use pcap_parser::traits::PcapNGPacketBlock;
use pcap_parser::{
    Block, InterfaceDescriptionBlock, OptionCode, PcapHeader, PcapNGOption, parse_block_be, parse_block_le,
    parse_pcap_header, parse_sectionheaderblock,
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
        header: PcapHeader,
        link: u32,
    },
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
        let is_there = has(source, PCAP_HEADER)?;
        match parse_pcap_header(source.ahead()) {
            Ok((_, header)) => {
                source.advance(PCAP_HEADER);
                // The upper bits say how long a checksum is (tcpdump's pcap-savefile(5)).
                let link = header.network.0 as u32 & 0x03FF_FFFF;
                Ok(Format::Pcap { header, link })
            }
            Err(pcap_parser::nom::Err::Incomplete(_)) if !is_there => Err(ReadError::CutInHeader {}),
            Err(_) => Err(ReadError::NotARecording {}),
        }
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
            Format::Pcap { header, link } => {
                let record = match header.is_modified_format() {
                    true => MODIFIED_PCAP_RECORD,
                    false => PCAP_RECORD,
                };
                if !has(source, record)? {
                    return Ok(Next::Cut);
                }
                let field = |at: usize| number(&source.ahead()[at..], header.is_bigendian());
                let (seconds, fraction, captured, original) = (field(0), field(4), field(8), field(12));
                let Some(len) = record.checked_add(captured) else {
                    return Err(malformed(source, "a packet is too long"));
                };
                if !has_block(source, len)? {
                    return Ok(Next::Cut);
                }
                let nanoseconds = match header.is_nanosecond_precision() {
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
    let number = match bytes {
        [a, b, c, d, ..] => [*a, *b, *c, *d],
        _ => [0; 4],
    };
    let number = match is_big_endian {
        true => u32::from_be_bytes(number),
        false => u32::from_le_bytes(number),
    };
    usize::try_from(number).unwrap_or(usize::MAX)
}

const MALFORMED: &str = "a block is not as its type has it";

/// Reads a block that is all there; returns the packet in it.
fn in_block(
    block: &[u8],
    is_big_endian: bool,
    is_own: &mut bool,
    interfaces: &mut Vec<Interface>,
) -> Result<Option<RawPacket>, &'static str> {
    if block.starts_with(&SECTION_HEADER) {
        let (_, section) = parse_sectionheaderblock(block).map_err(|_| MALFORMED)?;
        if section.major_version != 1 {
            return Err("the section is of another version than 1.0");
        }
        let writer = section.shb_userappl().and_then(Result::ok);
        let name = |text: &str| text.split(' ').next().map(str::to_owned);
        *is_own = writer.is_some_and(|writer| name(writer) == name(WRITER));
        interfaces.clear();
        return Ok(None);
    }
    // What no packet depends on is not looked into.
    if !matches!(number(block, is_big_endian), 1 | 3 | 6) {
        return Ok(None);
    }
    let parsed = match is_big_endian {
        true => parse_block_be(block),
        false => parse_block_le(block),
    };
    let (_, parsed) = parsed.map_err(|_| MALFORMED)?;
    match parsed {
        Block::InterfaceDescription(description) => {
            interfaces.push(Interface::new(&description));
            Ok(None)
        }
        Block::EnhancedPacket(packet) => {
            let interface = usize::try_from(packet.if_id).ok();
            let interface = interface.and_then(|number| interfaces.get(number));
            let interface = interface.ok_or("a packet is of an interface that was not described")?;
            let ticks = u64::from(packet.ts_high) << 32 | u64::from(packet.ts_low);
            Ok(Some(RawPacket {
                link: interface.link,
                interface: interface.name.clone(),
                time: interface.time(ticks),
                bytes: packet.packet_data().to_vec(),
                comment: comment(&packet.options),
                is_whole: packet.caplen >= packet.origlen,
                is_own: *is_own,
            }))
        }
        Block::SimplePacket(packet) => {
            let interface = interfaces
                .first()
                .ok_or("a packet is of an interface that was not described")?;
            let bytes = packet.packet_data();
            Ok(Some(RawPacket {
                link: interface.link,
                interface: interface.name.clone(),
                time: None,
                bytes: bytes.to_vec(),
                comment: None,
                is_whole: bytes.len() as u64 >= u64::from(packet.origlen),
                is_own: *is_own,
            }))
        }
        _ => Ok(None),
    }
}

fn comment(options: &[PcapNGOption<'_>]) -> Option<String> {
    let comment = options.iter().find(|option| option.code == OptionCode::Comment)?;
    Some(comment.as_str().ok()?.to_owned())
}

impl Interface {
    fn new(description: &InterfaceDescriptionBlock<'_>) -> Interface {
        let name = description.if_name().and_then(Result::ok).unwrap_or_default();
        Interface {
            link: description.linktype.0 as u32,
            name: name.into(),
            resolution: description.ts_resolution().unwrap_or(0),
            offset: description.ts_offset(),
        }
    }

    /// Returns the time of so many units, where the interface says what they are.
    fn time(&self, ticks: u64) -> Option<SystemTime> {
        let seconds = ticks.checked_div(self.resolution)?;
        let rest = u128::from(ticks % self.resolution) * 1_000_000_000 / u128::from(self.resolution);
        let seconds = seconds.checked_add_signed(self.offset)?;
        UNIX_EPOCH.checked_add(Duration::new(seconds, u32::try_from(rest).ok()?))
    }
}
