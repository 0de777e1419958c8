//! The state of a reader, as the service tells it to all its clients.

use crate::field::Field;
use crate::message::Message;
use crate::reader_name::ReaderName;

/// How many states the service tells up to version 4:5, whatever readers there are.
pub const READERS: usize = 16;

/// The state of a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReaderState {
    /// Its name; empty where there is no reader in this place.
    pub name: ReaderName,
    /// How many cards came and went: 16 bits of it are used.
    pub event_counter: u32,
    /// `SCARD_PRESENT` and the like, as `SCardStatus` has it.
    pub state: u32,
    /// How many programs share its card, or [`EXCLUSIVE`](ReaderState::EXCLUSIVE).
    pub sharing: i32,
    /// The room for the answer to reset.
    pub atr: [u8; ReaderState::MAX_ATR],
    /// How many bytes of it there are.
    pub atr_length: u32,
    /// The active protocol.
    pub protocol: u32,
}

impl ReaderState {
    /// One program has the card to itself.
    pub const EXCLUSIVE: i32 = -1;

    /// The longest answer to reset in bytes.
    pub const MAX_ATR: usize = 33;

    /// What a C compiler puts between the answer to reset and its length.
    const PADDING: usize = 3;

    /// Tells whether there is a reader in this place.
    #[must_use]
    pub fn is_used(&self) -> bool {
        !self.name.as_bytes().is_empty()
    }

    /// Returns the answer to reset; `None` where it says to be longer than there is room for, as pcscd does of a reader that
    /// it has not started yet.
    #[must_use]
    pub fn atr(&self) -> Option<&[u8]> {
        self.atr.get(..usize::try_from(self.atr_length).ok()?)
    }
}

impl Default for ReaderState {
    fn default() -> ReaderState {
        ReaderState {
            name: ReaderName::default(),
            event_counter: 0,
            state: 0,
            sharing: 0,
            atr: [0; ReaderState::MAX_ATR],
            atr_length: 0,
            protocol: 0,
        }
    }
}

impl Message for ReaderState {
    const LEN: usize = ReaderName::LEN + 3 * 4 + ReaderState::MAX_ATR + ReaderState::PADDING + 2 * 4;

    fn encode_into(&self, buffer: &mut [u8]) {
        let rest = self.name.put(buffer);
        let rest = self.event_counter.put(rest);
        let rest = self.state.put(rest);
        let rest = self.sharing.put(rest);
        let rest = self.atr.put(rest);
        let rest = [0; ReaderState::PADDING].put(rest);
        let rest = self.atr_length.put(rest);
        self.protocol.put(rest);
    }

    fn decode(bytes: &[u8]) -> Option<ReaderState> {
        let (name, rest) = ReaderName::take(bytes)?;
        let (event_counter, rest) = u32::take(rest)?;
        let (state, rest) = u32::take(rest)?;
        let (sharing, rest) = i32::take(rest)?;
        let (atr, rest) = Field::take(rest)?;
        let (_padding, rest) = <[u8; ReaderState::PADDING]>::take(rest)?;
        let (atr_length, rest) = u32::take(rest)?;
        let (protocol, rest) = u32::take(rest)?;
        rest.is_empty().then_some(ReaderState {
            name,
            event_counter,
            state,
            sharing,
            atr,
            atr_length,
            protocol,
        })
    }
}
