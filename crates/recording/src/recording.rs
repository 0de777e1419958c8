//! A recording as a whole: the cards in it.

use crate::read_error::ReadError;
use crate::reader::{Packet, Reader};
use crate::recorded::RecordedExchange;
use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

/// A recording: the cards in it, each with what went to it and came back.
///
/// # Examples
/// ```no_run
/// use pcsc_recording::Recording;
///
/// let recording = Recording::open("card.pcapng")?;
/// for card in recording.cards() {
///     println!("{}: {:02X?}, {} commands", card.reader(), card.atr(), card.exchanges().len());
/// }
/// # Ok::<(), pcsc_recording::ReadError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Recording {
    cards: Vec<RecordedCard>,
    is_cut: bool,
}

/// A card of a recording: of one reader, until another answer to reset came from it. Commands that were recorded before the
/// first one belong to its card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedCard {
    reader: Arc<str>,
    atr: Option<Vec<u8>>,
    exchanges: Vec<RecordedExchange>,
}

impl Recording {
    /// Reads a file.
    ///
    /// # Errors
    /// As [`read`](Recording::read).
    pub fn open(path: impl AsRef<Path>) -> Result<Recording, ReadError> {
        Recording::read(File::open(path)?)
    }

    /// Reads a recording to its end. One that ends within a packet is read up to there: see [`is_cut`](Recording::is_cut).
    ///
    /// # Errors
    /// [`ReadError`]; where there is no card in it, [`ReadError::NoCard`].
    pub fn read(input: impl Read) -> Result<Recording, ReadError> {
        let mut reader = Reader::new(input)?;
        let mut cards: Vec<RecordedCard> = Vec::new();
        // The last card of each reader.
        let mut lasts: HashMap<Arc<str>, usize> = HashMap::new();
        for record in &mut reader {
            let record = record?;
            let last = lasts.get(&record.reader).copied();
            let is_other = |card: &RecordedCard| match &record.packet {
                Packet::AnswerToReset(atr) => card.atr.as_ref().is_some_and(|known| known != atr),
                Packet::Exchange(_) => false,
            };
            let at = match last {
                Some(last) if !is_other(&cards[last]) => last,
                _ => {
                    lasts.insert(Arc::clone(&record.reader), cards.len());
                    cards.push(RecordedCard {
                        reader: record.reader,
                        atr: None,
                        exchanges: Vec::new(),
                    });
                    cards.len() - 1
                }
            };
            match record.packet {
                Packet::AnswerToReset(atr) => cards[at].atr = Some(atr),
                Packet::Exchange(exchange) => cards[at].exchanges.push(exchange),
            }
        }
        if cards.is_empty() {
            return Err(ReadError::NoCard {
                unknown_links: reader.unknown_links(),
            });
        }
        Ok(Recording {
            cards,
            is_cut: reader.is_cut(),
        })
    }

    /// Returns the cards, in the order in which they came.
    #[must_use]
    pub fn cards(&self) -> &[RecordedCard] {
        &self.cards
    }

    /// Tells whether the recording ends within a packet: whoever wrote it was stopped, or has not finished.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.is_cut
    }
}

impl RecordedCard {
    /// Returns the name of the reader; empty where the recording has none, as one in pcap.
    #[must_use]
    pub fn reader(&self) -> &str {
        &self.reader
    }

    /// Returns the answer to reset, where it was recorded.
    #[must_use]
    pub fn atr(&self) -> Option<&[u8]> {
        self.atr.as_deref()
    }

    /// Returns what went to the card and came back, in this order.
    #[must_use]
    pub fn exchanges(&self) -> &[RecordedExchange] {
        &self.exchanges
    }
}
