//! The states of the readers, as the service tells them.

use super::connection::Connection;
use crate::LONG;
use pcsclite_wire::{Command, Header, Message, READERS, ReaderState, Version, message};
use std::io::IoSlice;

/// The most states that are taken, some hundred times what anybody has.
const MOST: usize = 10_000;

const EVENT: usize = message::Wait::LEN;
const COUNT: usize = message::ReaderEvents::LEN;
const MARK: usize = message::Version::LEN;

/// What there is.
#[derive(Debug)]
pub(super) struct Look {
    /// All places for readers, with a reader in them or not.
    states: Vec<ReaderState>,
    /// How often readers came and went, where that was asked for and the service counts it.
    pub(super) reader_events: Option<u32>,
}

impl Look {
    /// The readers.
    pub(super) fn readers(&self) -> impl Iterator<Item = &ReaderState> {
        self.states.iter().filter(|state| state.is_used())
    }

    /// The reader of this name.
    pub(super) fn reader(&self, name: &[u8]) -> Option<&ReaderState> {
        self.readers().find(|state| state.name.as_bytes() == name)
    }
}

/// Asks for the states.
///
/// # Errors
/// `SCARD_E_NO_SERVICE` and `SCARD_F_COMM_ERROR`.
pub(super) fn look(connection: &Connection, counts: bool) -> Result<Look, LONG> {
    let look = Request::new(connection, false, counts).make(connection)?;
    // Nobody is told of events.
    look.ok_or_else(|| connection.is_broken())
}

/// Asks for the states, and to be told of the next change since: the service then sends one [`message::Wait`].
///
/// # Errors
/// Those of [`look`].
pub(super) fn look_and_watch(connection: &Connection, counts: bool) -> Result<Look, LONG> {
    let request = Request::new(connection, true, counts);
    loop {
        if let Some(look) = request.make(connection)? {
            return Ok(look);
        }
        // The change came before all was told: what was told may be old, and there will be no other message.
    }
}

/// Ends what [`look_and_watch`] began, unless the message has been received.
///
/// # Errors
/// Those of [`look`].
pub(super) fn stop_watching(connection: &Connection) -> Result<message::Wait, LONG> {
    let stop = Header::alone(Command::STOP_WAITING_READER_STATE_CHANGE).encode();
    connection.send_parts(&mut [IoSlice::new(&stop)])?;
    // The answer, or what came before it: in that case there is no answer.
    connection.receive()
}

/// What is asked in one piece, with a mark behind it.
///
/// In a watch the change may be told at any time, and from version 4:6 on between any two of the answers; there neither a
/// message nor its place tells it from the bytes of a state, and the number of states may have grown since it was asked
/// for. So what is received is all that there is up to the mark, which is an answer that the service always gives: its own
/// version. The length says whether there was a change between.
struct Request {
    bytes: Vec<u8>,
    /// How many states there are, where that is known.
    states: Option<usize>,
    counts: bool,
    /// The answer after all others, where one was asked for.
    mark: Option<[u8; MARK]>,
}

impl Request {
    fn new(connection: &Connection, watches: bool, counts: bool) -> Request {
        let version = connection.version;
        let is_array = version >= Version::ANY_NUMBER_OF_READERS;
        let counts = counts && version >= Version::COUNTS_READERS;
        let mut request = Request {
            bytes: Vec::new(),
            states: (!is_array).then_some(READERS),
            counts,
            mark: None,
        };
        if watches {
            request.add(Command::WAIT_READER_STATE_CHANGE);
        }
        if is_array {
            request.add(Command::GET_READERS_STATE_ARRAY);
        } else if !watches {
            request.add(Command::GET_READERS_STATE);
        }
        if counts {
            request.add(Command::GET_READER_EVENTS);
        }
        if watches || is_array {
            let header = Header::of::<message::Version>(Command::VERSION).encode();
            let mut body = [0; MARK];
            message::Version::from(version).encode_into(&mut body);
            request.bytes.extend(header);
            request.bytes.extend(body);
            message::Version::from(connection.service).encode_into(&mut body);
            request.mark = Some(body);
        }
        request
    }

    fn add(&mut self, command: Command) {
        self.bytes.extend(Header::alone(command).encode());
    }

    /// How many bytes there are behind the states, without the mark.
    fn rest(&self) -> usize {
        if self.counts { COUNT } else { 0 }
    }

    /// Asks; `None` where a change was told between.
    fn make(&self, connection: &Connection) -> Result<Option<Look>, LONG> {
        connection.send_parts(&mut [IoSlice::new(&self.bytes)])?;
        let (answer, is_changed) = self.receive(connection)?;
        if is_changed {
            return Ok(None);
        }
        let (states, rest) = answer.split_at(answer.len() - self.rest());
        let states = states.chunks_exact(ReaderState::LEN).map(ReaderState::decode);
        Ok(Some(Look {
            states: states.flatten().collect(),
            reader_events: message::ReaderEvents::decode(rest).map(|answer| answer.events),
        }))
    }

    /// Receives all answers, without the mark; and whether there was a change between.
    fn receive(&self, connection: &Connection) -> Result<(Vec<u8>, bool), LONG> {
        let exact = self.states.unwrap_or(READERS) * ReaderState::LEN + self.rest();
        let mut answer = vec![0; exact + self.mark.map_or(0, |_| MARK)];
        let mut received = 0;
        while received < answer.len() {
            let room = answer.get_mut(received..).unwrap_or_default();
            received += connection.check(connection.socket.receive_some(room))?;
            let whole = answer.get(..received).unwrap_or_default();
            if let Some((length, is_changed)) = self.end(whole) {
                answer.truncate(length);
                return Ok((answer, is_changed));
            }
            if received == answer.len() {
                let states = received / ReaderState::LEN;
                if self.mark.is_none() || states > self.states.unwrap_or(MOST) {
                    break;
                }
                // With room for the change, and for as many states again where their number is not known.
                let more = if self.states.is_some() {
                    EVENT
                } else {
                    READERS * ReaderState::LEN
                };
                answer.resize(received + more, 0);
            }
        }
        Err(connection.is_broken())
    }

    /// Finds out whether this is all: the length without the mark, and whether there was a change between.
    fn end(&self, received: &[u8]) -> Option<(usize, bool)> {
        let fits = |length: usize| match self.states {
            Some(states) => length == states * ReaderState::LEN + self.rest(),
            None => length >= self.rest() && (length - self.rest()) % ReaderState::LEN == 0,
        };
        let Some(mark) = &self.mark else {
            return fits(received.len()).then_some((received.len(), false));
        };
        let before = |end: usize| received.get(..end)?.strip_suffix(mark).map(<[u8]>::len);
        // Behind the mark, before it, or not at all.
        let told_late = received.len().checked_sub(EVENT).and_then(before);
        if let Some(length) = told_late.filter(|length| fits(*length)) {
            return Some((length, true));
        }
        let length = before(received.len())?;
        if let Some(length) = length.checked_sub(EVENT).filter(|length| fits(*length)) {
            return Some((length, true));
        }
        fits(length).then_some((length, false))
    }
}
