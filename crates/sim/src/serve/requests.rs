//! What a program may ask, as pcscd answers it.

use super::client::Client;
use super::numbers::Numbers;
use super::server::Server;
use super::states::states;
use super::waiting::Waiting;
use crate::service::attempt::Attempt;
use crate::service::code::Code;
use crate::service::connecting::{self, Request};
use crate::service::connection::Connection;
use crate::service::context::check_scope;
use crate::service::memory::Room;
use crate::service::transmit::{Exchange, Failed, try_transmit};
use crate::service::{attribute, control, disconnecting, status, transaction};
use pcsc_sys::{
    LONG, SCARD_E_INSUFFICIENT_BUFFER, SCARD_E_INVALID_HANDLE, SCARD_E_INVALID_VALUE, SCARD_E_NO_MEMORY,
    SCARD_E_SERVICE_STOPPED, SCARD_E_SHARING_VIOLATION, SCARD_LEAVE_CARD, SCARD_PROTOCOL_UNDEFINED,
    SCARD_S_SUCCESS,
};
use pcsclite_wire::message::{self, Message};
use pcsclite_wire::{Command, MAX_EXTENDED, READERS, ReaderName, ReaderState, Version};
use std::sync::Arc;
use std::time::Duration;

/// How long pcscd waits before it refuses to begin a transaction, so that the program does not ask at once again.
const POLL_RATE: Duration = Duration::from_millis(100);

/// A program that is served, with the cards that it is connected to.
///
/// Its end is that of pcscd's clients: see the `Drop`.
pub(super) struct Program<'a> {
    server: &'a Server,
    client: &'a Client,
    cards: Vec<(i32, Arc<Connection>)>,
    /// Whether it takes the states of the readers in one piece: it has said that it is of 4:4 or 4:5.
    is_old: bool,
    /// How many states it has been told that there are.
    states: Option<usize>,
    /// What follows the message of a request.
    input: Vec<u8>,
    /// The answer, and what follows it.
    output: Vec<u8>,
}

impl<'a> Program<'a> {
    pub(super) fn new(server: &'a Server, client: &'a Client) -> Self {
        Self {
            server,
            client,
            cards: Vec::new(),
            is_old: server.version < Version::ANY_NUMBER_OF_READERS,
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
            Command::GET_READER_EVENTS if self.server.version >= Version::COUNTS_READERS => self.events(),
            Command::GET_READERS_STATE_SIZE if self.knows_sizes() => self.size(),
            Command::GET_READERS_STATE_ARRAY if self.knows_sizes() => self.array(),
            _ => return None,
        }
        Some(&self.output)
    }

    fn knows_sizes(&self) -> bool {
        self.server.version >= Version::ANY_NUMBER_OF_READERS
    }

    fn asked<M: Message>(&self) -> Option<M> {
        M::decode(&self.input)
    }

    /// Appends a message to the answer.
    fn say(&mut self, message: &impl Message) {
        put(&mut self.output, message);
    }

    /// The connection of a number, if it is this program's.
    fn card(&self, number: i32) -> Option<Arc<Connection>> {
        let (_, card) = self.cards.iter().find(|(other, _)| *other == number)?;
        Some(Arc::clone(card))
    }

    fn version(&mut self) -> Option<()> {
        let asked = Version::from(self.asked::<message::Version>()?);
        let own = self.server.version;
        let is_older =
            own >= Version::ANY_NUMBER_OF_READERS && (Version::WAITS_AT_ONCE..own).contains(&asked);
        self.is_old |= is_older;
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
            self.server.numbers.give_back(self.client.number());
            asked.context = self.server.numbers.take();
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
            give_back(&self.server.numbers, number);
        }
        self.server.numbers.give_back(self.client.number());
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
                give_back(&self.server.numbers, asked.card);
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
        self.server.numbers.take() as i32
    }

    fn reconnect(&mut self) -> Option<()> {
        let mut asked: message::Reconnect = self.asked()?;
        let card = self.card(asked.card)?;
        let request = Request {
            share_mode: asked.share_mode.into(),
            protocols: asked.preferred_protocols.into(),
        };
        // The library asks again, and pcscd resets the card each time.
        let mut was_reset = false;
        let initialization = asked.initialization.into();
        let reconnected = refused(
            card.attempt_once(|| connecting::reconnect_once(&card, request, initialization, &mut was_reset)),
        );
        asked.active_protocol = *reconnected.as_ref().unwrap_or(&SCARD_PROTOCOL_UNDEFINED) as u32;
        asked.code = code(reconnected);
        self.say(&asked);
        Some(())
    }

    fn disconnect(&mut self) -> Option<()> {
        let mut asked: message::Disconnect = self.asked()?;
        let card = self.card(asked.card)?;
        let disconnected = disconnecting::disconnect(&card, asked.disposition.into());
        if disconnected.is_ok() {
            self.cards.retain(|(number, _)| *number != asked.card);
            give_back(&self.server.numbers, asked.card);
        }
        asked.code = code(disconnected);
        self.say(&asked);
        Some(())
    }

    fn begin(&mut self) -> Option<()> {
        let mut asked: message::BeginTransaction = self.asked()?;
        let card = self.card(asked.card)?;
        let once = || card.attempt_once(|| transaction::begin_once(&card));
        let mut begun = once();
        if let Ok(Attempt::Later(state)) = begun {
            drop(card.reader.wait_for(state, POLL_RATE));
            begun = once();
        }
        asked.code = code(refused(begun));
        self.say(&asked);
        Some(())
    }

    fn end(&mut self) -> Option<()> {
        let mut asked: message::EndTransaction = self.asked()?;
        let card = self.card(asked.card)?;
        asked.code = code(transaction::end(&card, asked.disposition.into()));
        self.say(&asked);
        Some(())
    }

    fn status(&mut self) -> Option<()> {
        let mut asked: message::Status = self.asked()?;
        let card = self.card(asked.card)?;
        asked.code = code(refused(card.attempt_once(|| status::status_once(&card))));
        self.say(&asked);
        Some(())
    }

    fn transmit(&mut self) -> Option<()> {
        let mut asked: message::Transmit = self.asked()?;
        let card = self.card(asked.card)?;
        self.read_input(asked.sent()?)?;
        let begin = message::Transmit::LEN;
        let room = bounded(asked.receive_length);
        self.output.resize(begin + room, 0);
        let mut exchange = Exchange {
            protocol: asked.send_protocol.into(),
            command: Some(&self.input),
            room: Room::from(self.output.get_mut(begin..)?),
            instead: None,
        };
        let transmitted = try_transmit(&card, &mut exchange);
        let (len, code) = match transmitted {
            None => (0, SCARD_E_SHARING_VIOLATION),
            Some(Ok((len, protocol))) => {
                asked.receive_protocol = protocol as u32;
                (len, SCARD_S_SUCCESS)
            }
            Some(Err(Failed::Refused(code, len))) => (len, code),
            Some(Err(Failed::Unanswered(code))) => (0, code),
        };
        asked.receive_length = len as u32;
        asked.code = number(code);
        self.output
            .truncate(begin + if code == SCARD_S_SUCCESS { len } else { 0 });
        asked.encode_into(&mut self.output);
        Some(())
    }

    fn control(&mut self) -> Option<()> {
        let mut asked: message::Control = self.asked()?;
        let card = self.card(asked.card)?;
        self.read_input(asked.sent()?)?;
        let answer = control::control(&card, asked.control_code.into(), Some(&self.input), None);
        asked.returned = answer.as_ref().map_or(0, |answer| answer.len() as u32);
        let answer = answer.and_then(|answer| {
            if answer.len() <= bounded(asked.receive_length) {
                Ok(answer)
            } else {
                Err(SCARD_E_INSUFFICIENT_BUFFER)
            }
        });
        asked.code = code(answer.as_ref().map_err(|code| *code));
        self.say(&asked);
        self.output.extend_from_slice(&answer.unwrap_or_default());
        Some(())
    }

    /// Reads what follows a message, in its place.
    fn read_input(&mut self, len: usize) -> Option<()> {
        self.input.clear();
        self.input.resize(len, 0);
        self.client.read(&mut self.input)
    }

    fn get_attribute(&mut self) -> Option<()> {
        let mut asked: message::Attribute = self.asked()?;
        let card = self.card(asked.card)?;
        let room = asked.bytes()?.len();
        let got = attribute::get(&card, asked.attribute.into(), room).and_then(|value| {
            if value.len() > room {
                return Err(SCARD_E_INSUFFICIENT_BUFFER);
            }
            let len = value.len() as u32;
            let value = message::AttributeValue::new(&value).ok_or(SCARD_E_INSUFFICIENT_BUFFER)?;
            Ok((len, value))
        });
        if let Ok((len, value)) = got {
            (asked.length, asked.value) = (len, value);
        }
        asked.code = code(got);
        self.say(&asked);
        Some(())
    }

    fn set_attribute(&mut self) -> Option<()> {
        let mut asked: message::Attribute = self.asked()?;
        let card = self.card(asked.card)?;
        let value = asked.bytes()?;
        asked.code = code(attribute::set(&card, asked.attribute.into(), Some(value)));
        self.say(&asked);
        Some(())
    }

    fn cancel(&mut self) -> Option<()> {
        let mut asked: message::Cancel = self.asked()?;
        let cancelled = match self.server.client(asked.context) {
            None => Err(SCARD_E_INVALID_HANDLE),
            Some(other) => {
                other.change(Waiting::cancel);
                other.tell(&states(&self.server.world), std::time::Instant::now());
                Ok(())
            }
        };
        asked.code = code(cancelled);
        self.say(&asked);
        Some(())
    }

    /// The states in one piece, as up to 4:5.
    fn all_states(&mut self) {
        let states = states(&self.server.world);
        self.say_states(&states, READERS);
    }

    fn wait(&mut self) {
        let states = states(&self.server.world);
        if self.is_old {
            self.say_states(&states, READERS);
        }
        let asks = !self.is_old;
        self.client.change(|waiting| waiting.begin(states, asks));
    }

    fn stop(&mut self) {
        if self.client.change(Waiting::stop) {
            self.say(&message::Wait::default());
        }
    }

    fn events(&mut self) {
        /// From 1 on, and not negative in 16 bits.
        const MOST: u16 = 0x7FFF;
        let changes = self.server.world.reader_changes();
        self.say(&message::ReaderEvents {
            events: u32::from(changes % MOST) + 1,
            code: 0,
        });
    }

    fn size(&mut self) {
        let readers = self.server.world.reader_count();
        let states = self.server.number_of_states(readers);
        self.states = Some(states);
        self.say(&message::Size {
            readers: states as u32,
        });
    }

    fn array(&mut self) {
        let mut states = states(&self.server.world);
        let number = self
            .states
            .unwrap_or_else(|| self.server.number_of_states(states.len()));
        self.say_states(&states, number);
        // A reader more than the program has asked for is a change to it.
        states.truncate(number);
        self.client.change(|waiting| waiting.told(states));
    }

    /// Appends so many states; where there are fewer readers, the others are empty.
    fn say_states(&mut self, states: &[ReaderState], number: usize) {
        let none = ReaderState::default();
        for state in states.iter().chain(std::iter::repeat(&none)).take(number) {
            put(&mut self.output, state);
        }
    }
}

/// The end of a program, as that of a context that it has not released.
impl Drop for Program<'_> {
    fn drop(&mut self) {
        self.leave();
    }
}

fn put(output: &mut Vec<u8>, message: &impl Message) {
    let begin = output.len();
    output.resize(begin + len_of(message), 0);
    message.encode_into(output.get_mut(begin..).unwrap_or_default());
}

fn len_of<M: Message>(_: &M) -> usize {
    M::LEN
}

/// Room for an answer: no more than there can be of it.
fn bounded(length: u32) -> usize {
    (length as usize).min(MAX_EXTENDED)
}

fn give_back(numbers: &Numbers, number: i32) {
    numbers.give_back(number as u32);
}

/// What pcscd says where a transaction is in the way.
fn refused<T>(attempt: Result<Attempt<'_, T>, Code>) -> Result<T, Code> {
    match attempt? {
        Attempt::Done(done) => Ok(done),
        Attempt::Later(_) => Err(SCARD_E_SHARING_VIOLATION),
    }
}

/// The code of a result, in 32 bits.
fn code<T>(result: Result<T, Code>) -> u32 {
    number(result.err().unwrap_or(SCARD_S_SUCCESS))
}

fn number(code: LONG) -> u32 {
    code as u32
}
