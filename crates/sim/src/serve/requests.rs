//! What a program may ask, as pcscd answers it.

use super::client::Client;
use super::numbers::Numbers;
use super::programs::Programs;
use super::states::states;
use super::waiting::Waiting;
use crate::service::code::Code;
use crate::service::connecting::{self, Request};
use crate::service::connection::Connection;
use crate::service::context::check_scope;
use crate::service::disconnecting;
use pcsc_sys::{
    LONG, SCARD_E_INVALID_HANDLE, SCARD_E_INVALID_VALUE, SCARD_E_NO_MEMORY, SCARD_E_SERVICE_STOPPED,
    SCARD_LEAVE_CARD, SCARD_S_SUCCESS,
};
use pcsclite_wire::message::{self, Message};
use pcsclite_wire::{Command, ReaderName, Version};
use std::sync::Arc;
use std::time::Instant;

/// A program that is served, with the cards that it is connected to.
///
/// Its end is that of pcscd's clients: see the `Drop`.
pub(super) struct Program<'a> {
    pub(super) programs: &'a Programs,
    pub(super) client: &'a Client,
    pub(super) cards: Vec<(i32, Arc<Connection>)>,
    /// By which it is served: the service's own, or an older one that it has said to be of.
    pub(super) version: Version,
    /// How many states it has been told that there are.
    pub(super) states: Option<usize>,
    /// What follows the message of a request.
    pub(super) input: Vec<u8>,
    /// The answer, and what follows it.
    pub(super) output: Vec<u8>,
}

impl<'a> Program<'a> {
    pub(super) fn new(programs: &'a Programs, client: &'a Client) -> Self {
        Self {
            programs,
            client,
            cards: Vec::new(),
            version: programs.version,
            states: None,
            input: Vec::new(),
            output: Vec::new(),
        }
    }

    /// Answers a request with a message of so many bytes; `None` where the program is to be closed.
    pub(super) fn answer(&mut self, command: Command, len: usize) -> Option<&[u8]> {
        self.input.clear();
        self.input.resize(len, 0);
        self.client.read(&mut self.input)?;
        self.output.clear();
        match command {
            Command::VERSION => self.version()?,
            Command::ESTABLISH_CONTEXT => self.establish()?,
            Command::RELEASE_CONTEXT => self.release()?,
            Command::CONNECT => self.connect()?,
            Command::RECONNECT => self.reconnect()?,
            Command::DISCONNECT => self.disconnect()?,
            Command::BEGIN_TRANSACTION => self.begin()?,
            Command::END_TRANSACTION => self.end()?,
            Command::TRANSMIT => self.transmit()?,
            Command::CONTROL => self.control()?,
            Command::STATUS => self.status()?,
            Command::CANCEL => self.cancel()?,
            Command::GET_ATTRIBUTE => self.get_attribute()?,
            Command::SET_ATTRIBUTE => self.set_attribute()?,
            Command::GET_READERS_STATE => self.all_states(),
            Command::WAIT_READER_STATE_CHANGE => self.wait(),
            Command::STOP_WAITING_READER_STATE_CHANGE => self.stop(),
            Command::GET_READER_EVENTS if self.programs.version >= Version::COUNTS_READERS => self.events(),
            Command::GET_READERS_STATE_SIZE if self.knows_sizes() => self.size(),
            Command::GET_READERS_STATE_ARRAY if self.knows_sizes() => self.array(),
            _ => return None,
        }
        Some(&self.output)
    }

    fn knows_sizes(&self) -> bool {
        self.programs.version >= Version::ANY_NUMBER_OF_READERS
    }

    pub(super) fn asked<M: Message>(&self) -> Option<M> {
        M::decode(&self.input)
    }

    /// Appends a message to the answer.
    pub(super) fn say(&mut self, message: &impl Message) {
        put(&mut self.output, message);
    }

    /// The connection of a number, if it is this program's.
    pub(super) fn card(&self, number: i32) -> Option<Arc<Connection>> {
        let (_, card) = self.cards.iter().find(|(other, _)| *other == number)?;
        Some(Arc::clone(card))
    }

    fn version(&mut self) -> Option<()> {
        let asked = Version::from(self.asked::<message::Version>()?);
        let own = self.programs.version;
        let is_older =
            own >= Version::ANY_NUMBER_OF_READERS && (Version::WAITS_AT_ONCE..own).contains(&asked);
        if is_older {
            self.version = asked;
        }
        let code = if asked == own || is_older {
            SCARD_S_SUCCESS
        } else {
            SCARD_E_SERVICE_STOPPED
        };
        self.say(&message::Version {
            code: number(code),
            ..own.into()
        });
        Some(())
    }

    fn establish(&mut self) -> Option<()> {
        let mut asked: message::EstablishContext = self.asked()?;
        let checked = check_scope(asked.scope.into());
        asked.context = 0;
        if checked.is_ok() {
            // Another one takes its place, with its cards.
            self.programs.numbers.give_back(self.client.number());
            asked.context = self.programs.numbers.take();
            self.client.set_number(asked.context);
        }
        asked.code = code(checked);
        self.say(&asked);
        Some(())
    }

    fn release(&mut self) -> Option<()> {
        let mut asked: message::ReleaseContext = self.asked()?;
        let released = match self.client.number() {
            0 => Err(SCARD_E_INVALID_HANDLE),
            number if number != asked.context => Err(SCARD_E_INVALID_VALUE),
            _ => {
                self.leave();
                Ok(())
            }
        };
        asked.code = code(released);
        self.say(&asked);
        Some(())
    }

    /// Ends the program's context, and its connections with it.
    fn leave(&mut self) {
        for (number, card) in self.cards.drain(..) {
            disconnecting::abandon(&card);
            if let Ok(call) = card.begin_call() {
                card.close(&call);
            }
            give_back(&self.programs.numbers, number);
        }
        self.programs.numbers.give_back(self.client.number());
        self.client.set_number(0);
    }

    fn connect(&mut self) -> Option<()> {
        let mut asked: message::Connect = self.asked()?;
        let request = Request {
            share_mode: asked.share_mode.into(),
            protocols: asked.preferred_protocols.into(),
        };
        // pcscd has the last byte for a null.
        let name = asked.reader.as_bytes();
        let name = name.get(..ReaderName::LEN - 1).unwrap_or(name);
        let connected = {
            let call = self.client.context.begin_call().ok()?;
            connecting::connect(&call, name, request)
        };
        asked.active_protocol = connected.protocol as u32;
        asked.card = 0;
        let connected = connected
            .connection
            .and_then(|card| self.keep(asked.context, card));
        match &connected {
            Ok(number) => asked.card = *number,
            // pcscd has given a number by the time at which it finds that there are too many.
            Err(SCARD_E_NO_MEMORY) => {
                asked.card = self.take_number();
                give_back(&self.programs.numbers, asked.card);
            }
            Err(_) => {}
        }
        asked.code = code(connected);
        self.say(&asked);
        Some(())
    }

    /// Keeps a connection, where it was made for the context that the program has.
    fn keep(&mut self, context: u32, card: Connection) -> Result<i32, Code> {
        let wrong = match self.client.number() {
            0 => SCARD_E_INVALID_HANDLE,
            number if number != context => SCARD_E_INVALID_VALUE,
            _ => {
                let number = self.take_number();
                self.cards.push((number, Arc::new(card)));
                return Ok(number);
            }
        };
        // As above: the service may have gone.
        let _ = disconnecting::disconnect(&card, SCARD_LEAVE_CARD);
        Err(wrong)
    }

    fn take_number(&self) -> i32 {
        // 31 bits of it are used.
        self.programs.numbers.take() as i32
    }

    fn cancel(&mut self) -> Option<()> {
        let mut asked: message::Cancel = self.asked()?;
        let cancelled = match self.programs.client(asked.context) {
            None => Err(SCARD_E_INVALID_HANDLE),
            Some(other) => {
                other.change(Waiting::cancel);
                let later = other.tell(&states(&self.programs.world), Instant::now());
                if later.is_some() {
                    self.programs.changes.notify();
                }
                Ok(())
            }
        };
        asked.code = code(cancelled);
        self.say(&asked);
        Some(())
    }
}

/// The end of a program, as that of a context that it has not released.
impl Drop for Program<'_> {
    fn drop(&mut self) {
        self.leave();
    }
}

pub(super) fn put(output: &mut Vec<u8>, message: &impl Message) {
    let begin = output.len();
    output.resize(begin + len_of(message), 0);
    message.encode_into(output.get_mut(begin..).unwrap_or_default());
}

fn len_of<M: Message>(_: &M) -> usize {
    M::LEN
}

pub(super) fn give_back(numbers: &Numbers, number: i32) {
    numbers.give_back(number as u32);
}

/// The code of a result, in 32 bits.
pub(super) fn code<T>(result: Result<T, Code>) -> u32 {
    number(result.err().unwrap_or(SCARD_S_SUCCESS))
}

pub(super) fn number(code: LONG) -> u32 {
    code as u32
}
