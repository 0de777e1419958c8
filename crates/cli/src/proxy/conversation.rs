//! What a program and its service say to each other over one connection.

use super::states;
use super::tape::{Tape, name};
use pcsc_session::Code;
use pcsclite_wire::{Command, Header, Message, Version, message};
use std::collections::{HashMap, VecDeque};
use std::time::SystemTime;

/// `SCARD_LEAVE_CARD`: the other dispositions reset the card.
const LEAVE: u32 = 0;

/// Why the commands in a conversation cannot be found any more.
type Lost = String;

/// A conversation, as far as it was heard.
#[derive(Debug, Default)]
pub(super) struct Conversation {
    /// What of the program is no whole request yet.
    asked: Vec<u8>,
    /// What of the service is no whole answer yet.
    answered: Vec<u8>,
    /// What was asked and is to be answered, in this order.
    pending: VecDeque<Asked>,
    /// The program asks for the readers, or waits for them, and for nothing else.
    is_about_readers: bool,
    /// The readers that it is connected to.
    readers: HashMap<i32, String>,
    is_lost: bool,
}

/// A request, by what its answer brings.
#[derive(Debug)]
enum Asked {
    Version(Version),
    Connect,
    Reconnect,
    Disconnect,
    Transmit(Vec<u8>),
    Control,
    /// Nothing, in so many bytes.
    Other(usize),
}

impl Conversation {
    /// Hears what the program says.
    pub(super) fn asked(&mut self, bytes: &[u8]) -> Result<(), Lost> {
        if self.is_lost {
            return Ok(());
        }
        self.asked.extend_from_slice(bytes);
        let result = self.requests();
        self.check(result)
    }

    /// Hears what the service says.
    pub(super) fn answered(&mut self, bytes: &[u8], time: SystemTime, tape: &mut Tape) -> Result<(), Lost> {
        if self.is_lost {
            return Ok(());
        }
        self.answered.extend_from_slice(bytes);
        if self.is_about_readers {
            let states = states::take(&mut self.answered);
            states.iter().for_each(|state| tape.state(state, time));
            return Ok(());
        }
        let result = self.answers(time, tape);
        self.check(result)
    }

    /// Hears that it is over.
    pub(super) fn end(&mut self, time: SystemTime, tape: &mut Tape) {
        let unanswered: Vec<Asked> = self.pending.drain(..).collect();
        unanswered
            .iter()
            .filter_map(|asked| self.command(asked))
            .for_each(|(reader, command)| {
                tape.exchange(reader, command, Err("the connection has ended"), time);
            });
    }

    /// Forgets all where it cannot be followed.
    fn check(&mut self, result: Result<(), Lost>) -> Result<(), Lost> {
        if result.is_err() {
            *self = Conversation {
                is_lost: true,
                ..Conversation::default()
            };
        }
        result
    }

    fn requests(&mut self) -> Result<(), Lost> {
        while let Some(header) = self.asked.first_chunk() {
            let Header { size, command } = Header::decode(*header);
            let len = command.message_len(Version::NEWEST);
            let Some(len) = len.filter(|len| usize::try_from(size) == Ok(*len)) else {
                return Err(format!(
                    "it asks {} with {size} bytes, which is not known",
                    command.0
                ));
            };
            let Some(message) = self.asked.get(Header::LEN..Header::LEN + len) else {
                break;
            };
            let data = match command {
                Command::TRANSMIT => message::Transmit::decode(message).and_then(|asked| asked.sent()),
                Command::CONTROL => message::Control::decode(message).and_then(|asked| asked.sent()),
                _ => Some(0),
            };
            let data = data.ok_or("it sends more than a service takes")?;
            let end = Header::LEN + len + data;
            let Some(request) = self.asked.get(Header::LEN..end) else {
                break;
            };
            let asked = match command {
                Command::VERSION => {
                    Asked::Version(message::Version::decode(request).unwrap_or_default().into())
                }
                Command::CONNECT => Asked::Connect,
                Command::RECONNECT => Asked::Reconnect,
                Command::DISCONNECT => Asked::Disconnect,
                Command::TRANSMIT => Asked::Transmit(request.to_vec()),
                Command::CONTROL => Asked::Control,
                _ => Asked::Other(len),
            };
            self.asked.drain(..end);
            self.ask(command, asked)?;
        }
        Ok(())
    }

    /// Notes what is to be answered.
    fn ask(&mut self, command: Command, asked: Asked) -> Result<(), Lost> {
        let is_about_readers = match command {
            Command::GET_READERS_STATE
            | Command::WAIT_READER_STATE_CHANGE
            | Command::STOP_WAITING_READER_STATE_CHANGE
            | Command::GET_READER_EVENTS
            | Command::GET_READERS_STATE_SIZE
            | Command::GET_READERS_STATE_ARRAY => true,
            // It may be asked for as the end of the states.
            Command::VERSION => self.is_about_readers,
            _ => false,
        };
        if is_about_readers != self.is_about_readers {
            // Before it asks for something else it has been told all that it waits for.
            if !self.pending.is_empty() {
                return Err("it asks before it was answered".to_owned());
            }
            self.answered.clear();
            self.is_about_readers = is_about_readers;
        }
        if !is_about_readers {
            self.pending.push_back(asked);
        }
        Ok(())
    }

    fn answers(&mut self, time: SystemTime, tape: &mut Tape) -> Result<(), Lost> {
        while let Some(asked) = self.pending.front() {
            let Some(len) = asked.answer_len(&self.answered)? else {
                return Ok(());
            };
            let answer: Vec<u8> = self.answered.drain(..len).collect();
            if let Some(asked) = self.pending.pop_front() {
                self.answer(&asked, &answer, time, tape)?;
            }
        }
        if self.answered.is_empty() {
            Ok(())
        } else {
            Err("the service answers what was not asked".to_owned())
        }
    }

    fn answer(
        &mut self,
        asked: &Asked,
        answer: &[u8],
        time: SystemTime,
        tape: &mut Tape,
    ) -> Result<(), Lost> {
        match asked {
            Asked::Version(asked) => {
                let answer = message::Version::decode(answer).unwrap_or_default();
                let version = Version::from(answer).min(*asked);
                let is_known = (Version::WAITS_AT_ONCE..=Version::NEWEST).contains(&version);
                if answer.code == 0 && !is_known {
                    return Err(format!("they speak version {version} of the protocol"));
                }
            }
            Asked::Connect => {
                if let Some(answer) = message::Connect::decode(answer).filter(|answer| answer.code == 0) {
                    self.readers.insert(answer.card, name(answer.reader.as_bytes()));
                }
            }
            Asked::Reconnect => {
                let answer = message::Reconnect::decode(answer).unwrap_or_default();
                let reader = self.readers.get(&answer.card);
                if let Some(reader) = reader.filter(|_| answer.initialization != LEAVE) {
                    tape.reset(reader);
                }
            }
            Asked::Disconnect => {
                let answer = message::Disconnect::decode(answer).unwrap_or_default();
                let reader = (answer.code == 0).then(|| self.readers.remove(&answer.card));
                if let Some(reader) = reader.flatten().filter(|_| answer.disposition != LEAVE) {
                    tape.reset(&reader);
                }
            }
            Asked::Transmit(_) => {
                let answered = split::<message::Transmit>(answer);
                if let (Some((reader, command)), Some((answer, data))) = (self.command(asked), answered) {
                    let why = Code(answer.code).to_string();
                    let answer = if answer.code == 0 { Ok(data) } else { Err(&*why) };
                    tape.exchange(reader, command, answer, time);
                }
            }
            Asked::Control | Asked::Other(_) => {}
        }
        Ok(())
    }

    /// Returns the reader of a transmission, and the command; `None` of an empty one, which no service sends to a card.
    fn command<'a>(&'a self, asked: &'a Asked) -> Option<(&'a str, &'a [u8])> {
        let Asked::Transmit(bytes) = asked else {
            return None;
        };
        let (asked, command) = split::<message::Transmit>(bytes)?;
        let reader = self.readers.get(&asked.card)?;
        (!command.is_empty()).then_some((reader, command))
    }
}

impl Asked {
    /// Returns the length of the answer that these bytes begin with; `None` where it is not all there.
    fn answer_len(&self, answered: &[u8]) -> Result<Option<usize>, Lost> {
        let (len, data) = match self {
            Asked::Version(_) => (message::Version::LEN, Some(0)),
            Asked::Connect => (message::Connect::LEN, Some(0)),
            Asked::Reconnect => (message::Reconnect::LEN, Some(0)),
            Asked::Disconnect => (message::Disconnect::LEN, Some(0)),
            Asked::Transmit(_) => match split::<message::Transmit>(answered) {
                Some((answer, _)) => (message::Transmit::LEN, answer.received()),
                None => return Ok(None),
            },
            Asked::Control => match split::<message::Control>(answered) {
                Some((answer, _)) => (message::Control::LEN, answer.received()),
                None => return Ok(None),
            },
            Asked::Other(len) => (*len, Some(0)),
        };
        let len = len + data.ok_or("the service answers with more than there can be")?;
        Ok((len <= answered.len()).then_some(len))
    }
}

/// Reads the message that these bytes begin with.
fn split<M: Message>(bytes: &[u8]) -> Option<(M, &[u8])> {
    let (message, data) = bytes.split_at_checked(M::LEN)?;
    Some((M::decode(message)?, data))
}

#[cfg(test)]
mod tests;
