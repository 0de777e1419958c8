//! What a program and its service say to each other over one connection.

use super::cards::Cards;
use super::states;
use super::tape::{Tape, name};
use super::wiped::Wiped;
use pcsc_session::Code;
use pcsclite_wire::{Command, Header, Message, Version, message};
use std::collections::VecDeque;
use std::time::SystemTime;
use zeroize::Zeroizing;

/// As many requests as wait for an answer at most: a library asks one at a time.
const MOST: usize = 1000;

/// Why the commands in a conversation cannot be found any more.
type Lost = String;

/// A conversation, as far as it was heard.
#[derive(Debug, Default)]
pub(super) struct Conversation {
    /// What of the program is no whole request yet.
    asked: Wiped,
    /// What of the service is no whole answer yet.
    answered: Wiped,
    /// What was asked and is to be answered, in this order.
    pending: VecDeque<Asked>,
    /// The program asks for the readers, or waits for them, and for nothing else.
    is_about_readers: bool,
    /// The cards that it is connected to.
    cards: Cards,
    /// The program has said its last.
    has_left: bool,
    is_lost: bool,
}

/// A request, by what its answer brings.
#[derive(Debug)]
enum Asked {
    Version(Version),
    Connect,
    Reconnect,
    Disconnect,
    Release,
    Begin,
    End,
    Status,
    Transmit(Zeroizing<Vec<u8>>),
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
        self.asked.append(bytes);
        let result = self.requests();
        self.check(result)
    }

    /// Hears what the service says.
    pub(super) fn answered(&mut self, bytes: &[u8], time: SystemTime, tape: &mut Tape) -> Result<(), Lost> {
        if self.is_lost {
            return Ok(());
        }
        self.answered.append(bytes);
        if self.is_about_readers {
            let states = states::take(&mut self.answered);
            states.iter().for_each(|state| tape.state(state, time));
            return Ok(());
        }
        let result = self.answers(time, tape);
        if self.has_left && self.pending.is_empty() {
            self.cards.release(time, tape);
        }
        self.check(result)
    }

    /// Hears that the program has said its last: the service ends what it has left when it has answered, and no other program
    /// has a card of it before.
    pub(super) fn left(&mut self, time: SystemTime, tape: &mut Tape) {
        self.has_left = true;
        if self.pending.is_empty() {
            self.cards.release(time, tape);
        }
    }

    /// Hears that the service has closed it, which may have ended.
    pub(super) fn closed(&self, tape: &mut Tape) {
        self.cards.lose_service(tape);
    }

    /// Hears that it is over.
    pub(super) fn end(&mut self, time: SystemTime, tape: &mut Tape) {
        for asked in std::mem::take(&mut self.pending) {
            if let Asked::Transmit(asked) = asked {
                self.exchange(&asked, Err("the connection has ended"), time, tape);
            }
        }
        self.cards.release(time, tape);
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
                Command::RELEASE_CONTEXT => Asked::Release,
                Command::BEGIN_TRANSACTION => Asked::Begin,
                Command::END_TRANSACTION => Asked::End,
                Command::STATUS => Asked::Status,
                Command::TRANSMIT => Asked::Transmit(Zeroizing::new(request.to_vec())),
                Command::CONTROL => Asked::Control,
                _ => Asked::Other(len),
            };
            self.asked.skip(end);
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
        if self.pending.len() == MOST {
            return Err("it asks more than is answered".to_owned());
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
            let answer = self.answered.take(len);
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
                let answer = message::Connect::decode(answer).unwrap_or_default();
                self.cards
                    .connect(name(answer.reader.as_bytes()), &answer, time, tape);
            }
            Asked::Reconnect => {
                let answer = message::Reconnect::decode(answer).unwrap_or_default();
                self.cards.reconnect(&answer, time, tape);
            }
            Asked::Disconnect => {
                let answer = message::Disconnect::decode(answer).unwrap_or_default();
                self.cards.disconnect(&answer, time, tape);
            }
            Asked::Release => {
                let answer = message::ReleaseContext::decode(answer).unwrap_or_default();
                if answer.code == 0 {
                    self.cards.release(time, tape);
                }
            }
            Asked::Begin => {
                let answer = message::BeginTransaction::decode(answer).unwrap_or_default();
                self.cards.begin(&answer, time, tape);
            }
            Asked::End => {
                let answer = message::EndTransaction::decode(answer).unwrap_or_default();
                self.cards.end(&answer, time, tape);
            }
            Asked::Status => {
                let answer = message::Status::decode(answer).unwrap_or_default();
                self.cards.hear(answer.card, answer.code, time, tape);
            }
            Asked::Transmit(asked) => {
                if let Some((answer, data)) = split::<message::Transmit>(answer) {
                    self.cards.hear(answer.card, answer.code, time, tape);
                    let why = Code(answer.code).to_string();
                    let answer = if answer.code == 0 { Ok(data) } else { Err(&*why) };
                    self.exchange(asked, answer, time, tape);
                }
            }
            Asked::Control | Asked::Other(_) => {}
        }
        Ok(())
    }

    /// Records a transmission; not an empty one, which no service sends to a card.
    fn exchange(&mut self, asked: &[u8], answer: Result<&[u8], &str>, time: SystemTime, tape: &mut Tape) {
        let asked = split::<message::Transmit>(asked).filter(|(_, command)| !command.is_empty());
        let Some((asked, command)) = asked else {
            return;
        };
        if let Some(card) = self.cards.get_mut(asked.card) {
            card.is_secret = tape.exchange(&card.reader, command, answer, card.is_secret, time);
        }
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
            Asked::Release => (message::ReleaseContext::LEN, Some(0)),
            Asked::Begin => (message::BeginTransaction::LEN, Some(0)),
            Asked::End => (message::EndTransaction::LEN, Some(0)),
            Asked::Status => (message::Status::LEN, Some(0)),
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
