//! How a recording is written: blocks of pcapng, each whole.

use crate::datagram::{self, SUBTYPE_APDU, SUBTYPE_ATR};
use crate::exchange::Exchange;
use std::io::{self, Write};
use std::time::{SystemTime, UNIX_EPOCH};

/// The types of blocks, and of the options in them.
const SECTION_HEADER: u32 = 0x0A0D_0D0A;
pub(crate) const INTERFACE_DESCRIPTION: u32 = 1;
pub(crate) const ENHANCED_PACKET: u32 = 6;
pub(crate) const COMMENT: u16 = 1;
pub(crate) const INTERFACE_NAME: u16 = 2;
pub(crate) const APPLICATION: u16 = 4;
pub(crate) const TIME_RESOLUTION: u16 = 9;

/// Times are in units of 10 to the power of -9 seconds.
const NANOSECONDS: u8 = 9;

/// The link type of packets that begin with an IP header.
const RAW: u16 = 101;

/// By what the section's header names its writer.
pub(crate) const WRITER: &str = concat!("pcsc-recording ", env!("CARGO_PKG_VERSION"));

/// Writes a recording: each packet at once and whole, by one call of [`Write::write_all`].
///
/// # Examples
/// ```no_run
/// use pcsc_recording::{Exchange, Writer};
/// use std::fs::File;
/// use std::time::SystemTime;
///
/// let mut recording = Writer::new(File::create("card.pcapng")?)?;
/// let exchange = Exchange::new(&[0x00, 0x84, 0x00, 0x00, 0x01], &[0x42, 0x90, 0x00]);
/// recording.exchange("Reader 00 00", &exchange, SystemTime::now())?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Writer<W> {
    output: W,
    /// The names of the interfaces that were described.
    readers: Vec<String>,
    /// What is written next; empty between the calls.
    blocks: Vec<u8>,
}

impl<W: Write> Writer<W> {
    /// Begins a recording, by its header.
    ///
    /// # Errors
    /// What writing the header returns.
    pub fn new(output: W) -> io::Result<Writer<W>> {
        let mut writer = Writer {
            output,
            readers: Vec::new(),
            blocks: Vec::new(),
        };
        block(&mut writer.blocks, SECTION_HEADER, |body| {
            // The order of bytes, version 1.0, a section of unknown length.
            body.extend(0x1A2B_3C4D_u32.to_le_bytes());
            body.extend([1, 0, 0, 0]);
            body.extend((-1_i64).to_le_bytes());
            options(body, &[(APPLICATION, WRITER.as_bytes())]);
        });
        writer.flush_blocks()?;
        Ok(writer)
    }

    /// Records an answer to reset of the card in a reader.
    ///
    /// # Errors
    /// What writing returns; the file may end in a part of the packet then.
    pub fn answer_to_reset(&mut self, reader: &str, atr: &[u8], time: SystemTime) -> io::Result<()> {
        self.packet(reader, SUBTYPE_ATR, &[atr], None, time)
    }

    /// Records a command and what came back from the card in a reader.
    ///
    /// # Errors
    /// What writing returns; the file may end in a part of the packet then.
    pub fn exchange(&mut self, reader: &str, exchange: &Exchange<'_>, time: SystemTime) -> io::Result<()> {
        let comment = exchange.comment().map(|comment| comment.to_string());
        self.packet(reader, SUBTYPE_APDU, &exchange.parts(), comment.as_deref(), time)
    }

    /// Returns what the recording was written to.
    pub fn into_inner(self) -> W {
        self.output
    }

    fn packet(
        &mut self,
        reader: &str,
        subtype: u8,
        parts: &[&[u8]],
        comment: Option<&str>,
        time: SystemTime,
    ) -> io::Result<()> {
        let interface = self.interface(reader);
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        let nanoseconds = u64::try_from(since.as_nanos()).unwrap_or(u64::MAX);
        block(&mut self.blocks, ENHANCED_PACKET, |body| {
            body.extend(interface.to_le_bytes());
            body.extend(((nanoseconds >> 32) as u32).to_le_bytes());
            body.extend((nanoseconds as u32).to_le_bytes());
            let lengths = body.len();
            body.extend([0; 8]);
            let start = body.len();
            datagram::append(body, subtype, parts);
            let len = ((body.len() - start) as u32).to_le_bytes();
            body[lengths..lengths + 4].copy_from_slice(&len);
            body[lengths + 4..start].copy_from_slice(&len);
            pad(body, start);
            if let Some(comment) = comment {
                options(body, &[(COMMENT, comment.as_bytes())]);
            }
        });
        self.flush_blocks()
    }

    /// Returns the number of a reader's interface, which is described before its first packet.
    fn interface(&mut self, reader: &str) -> u32 {
        let known = self.readers.iter().position(|known| known == reader);
        let number = known.unwrap_or_else(|| {
            block(&mut self.blocks, INTERFACE_DESCRIPTION, |body| {
                body.extend(RAW.to_le_bytes());
                // Reserved; no limit to the length of packets.
                body.extend([0; 2 + 4]);
                options(
                    body,
                    &[
                        (INTERFACE_NAME, reader.as_bytes()),
                        (TIME_RESOLUTION, &[NANOSECONDS]),
                    ],
                );
            });
            self.readers.push(reader.to_owned());
            self.readers.len() - 1
        });
        number as u32
    }

    fn flush_blocks(&mut self) -> io::Result<()> {
        let result = self.output.write_all(&self.blocks);
        self.blocks.clear();
        result
    }
}

/// Appends a block: its type, its length, what `body` appends, and the length again.
fn block(blocks: &mut Vec<u8>, kind: u32, body: impl FnOnce(&mut Vec<u8>)) {
    let start = blocks.len();
    blocks.extend(kind.to_le_bytes());
    blocks.extend([0; 4]);
    body(blocks);
    let len = ((blocks.len() - start + 4) as u32).to_le_bytes();
    blocks[start + 4..start + 8].copy_from_slice(&len);
    blocks.extend(len);
}

/// Appends options, and the one that ends them.
fn options(body: &mut Vec<u8>, options: &[(u16, &[u8])]) {
    for (code, value) in options {
        // No text of ours is longer; of a reader's name the beginning stays.
        let len = value.len().min(usize::from(u16::MAX) - 3);
        body.extend(code.to_le_bytes());
        body.extend((len as u16).to_le_bytes());
        let start = body.len();
        body.extend_from_slice(&value[..len]);
        pad(body, start);
    }
    body.extend([0; 4]);
}

/// Fills up what begins at `start` to 32 bits.
fn pad(body: &mut Vec<u8>, start: usize) {
    let len = body.len() - start;
    body.resize(start + len.next_multiple_of(4), 0);
}
