//! What a made-up service is, and what it answers: for the tests here, and for the fuzz target `native`.

use pcsclite_wire::message::{self, Message};
use pcsclite_wire::{Command, READERS, ReaderName, ReaderState, Version};

/// The only reader.
pub(crate) const READER: &[u8] = b"Made up 00 00";
pub(crate) const ATR: [u8; 4] = [0x3B, 0x80, 0x01, 0x81];
/// What the card answers.
pub(crate) const ANSWER: [u8; 4] = [1, 2, 0x90, 0x00];

const CODE_STOPPED: u32 = 0x8010_001E;

/// What a service does instead of its answer of some number: 0 to the request for a context, and so on, or [`OPENING`].
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// Gives so many bytes of it, and closes the connection.
    Cut(usize),
    /// Gives these bytes, and closes the connection.
    Instead(Vec<u8>),
    /// Gives it byte by byte.
    Slow,
    /// Gives these bytes before it. It no longer knows of a wait.
    Before(Vec<u8>),
    /// Gives these bytes, and goes on. It no longer knows of a wait.
    Replace(Vec<u8>),
    /// Takes so many of the bytes that follow the request, and closes the connection; where they all fit into the socket, when the
    /// others are in it.
    Unread { taken: usize, they_fit: bool },
}

/// The number of what is answered before there is a context: which versions come there, the tests before have a say in.
pub(crate) const OPENING: usize = usize::MAX;

/// How a service is.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// The version that it says to be.
    pub(crate) version: (i32, i32),
    /// The oldest minor that it serves, of the same major.
    pub(crate) oldest: i32,
    /// Whether it serves newer ones than itself, as that of pcsc-lite 2.4.1 does.
    pub(crate) takes_newer: bool,
    /// How many places for readers it has, from version 4:6 on.
    pub(crate) places: usize,
    /// What the card answers, and a control code.
    pub(crate) answer: Vec<u8>,
    /// Whether next to nothing of an answer fits into the socket.
    pub(crate) is_narrow: bool,
    pub(crate) faults: Vec<(usize, Fault)>,
}

impl Settings {
    pub(crate) fn of(minor: i32) -> Settings {
        Settings {
            version: (4, minor),
            oldest: if minor == 6 { 4 } else { minor },
            takes_newer: false,
            places: READERS,
            answer: ANSWER.to_vec(),
            is_narrow: false,
            faults: Vec::new(),
        }
    }

    pub(crate) fn with(mut self, answer: usize, fault: Fault) -> Settings {
        self.faults.push((answer, fault));
        self
    }
}

/// What a connection's requests have told.
#[derive(Debug, Default)]
pub(crate) struct Conversation {
    is_old: bool,
    is_waiting: bool,
}

impl Conversation {
    /// The answer to a request: its message, and the bytes after it.
    pub(crate) fn answer(&mut self, command: Command, request: &[u8], settings: &Settings) -> Vec<u8> {
        if command == Command::VERSION {
            let asked = message::Version::decode(request).unwrap();
            self.is_old |= Version::from(asked) < Version::ANY_NUMBER_OF_READERS;
        }
        match command {
            Command::WAIT_READER_STATE_CHANGE => {
                self.is_waiting = true;
                if self.is_old || settings.version.1 < 6 {
                    states(READERS)
                } else {
                    Vec::new()
                }
            }
            Command::STOP_WAITING_READER_STATE_CHANGE if std::mem::take(&mut self.is_waiting) => {
                bytes(&message::Wait::default())
            }
            command => answer(command, request, settings),
        }
    }

    /// The wait is over: its end was told.
    pub(crate) fn ends_wait(&mut self) {
        self.is_waiting = false;
    }
}

/// How many bytes follow the message of a request.
pub(crate) fn following(command: Command, message: &[u8]) -> usize {
    match command {
        Command::TRANSMIT => message::Transmit::decode(message).unwrap().sent().unwrap(),
        Command::CONTROL => message::Control::decode(message).unwrap().sent().unwrap(),
        _ => 0,
    }
}

pub(crate) fn bytes<M: Message>(message: &M) -> Vec<u8> {
    let mut bytes = vec![0; M::LEN];
    message.encode_into(&mut bytes);
    bytes
}

/// The state of the only reader.
pub(crate) fn state() -> ReaderState {
    let mut state = ReaderState {
        name: ReaderName::new(READER).unwrap(),
        event_counter: 1,
        state: 0x34,
        atr_length: ATR.len() as u32,
        protocol: 2,
        ..Default::default()
    };
    state.atr[..ATR.len()].copy_from_slice(&ATR);
    state
}

/// So many states, with the reader in the last place.
pub(crate) fn states(places: usize) -> Vec<u8> {
    let empty = std::iter::repeat_n(ReaderState::default(), places - 1);
    empty.chain([state()]).flat_map(|state| bytes(&state)).collect()
}

/// What it answers to all but waits.
fn answer(command: Command, request: &[u8], settings: &Settings) -> Vec<u8> {
    macro_rules! with {
        ($type:ident, |$message:ident| $change:expr) => {{
            let mut $message = message::$type::decode(request).unwrap();
            $change;
            bytes(&$message)
        }};
    }
    let (major, minor) = settings.version;
    match command {
        Command::VERSION => with!(Version, |version| {
            let newest = if settings.takes_newer { i32::MAX } else { minor };
            let is_served = version.major == major && (settings.oldest..=newest).contains(&version.minor);
            version = message::Version {
                major,
                minor,
                code: if is_served { 0 } else { CODE_STOPPED },
            };
        }),
        Command::ESTABLISH_CONTEXT => with!(EstablishContext, |context| context.context = 0x7001),
        Command::CONNECT => with!(Connect, |connect| {
            connect.card = 0x7002;
            connect.active_protocol = 2;
        }),
        Command::RECONNECT => with!(Reconnect, |reconnect| reconnect.active_protocol = 2),
        Command::TRANSMIT => {
            let length = message::Transmit::LEN;
            let mut transmit = message::Transmit::decode(&request[..length]).unwrap();
            transmit.receive_length = settings.answer.len() as u32;
            [bytes(&transmit), settings.answer.clone()].concat()
        }
        Command::CONTROL => {
            let length = message::Control::LEN;
            let mut control = message::Control::decode(&request[..length]).unwrap();
            control.returned = settings.answer.len() as u32;
            [bytes(&control), settings.answer.clone()].concat()
        }
        Command::GET_ATTRIBUTE => with!(Attribute, |attribute| {
            attribute.value = message::AttributeValue::new(&ATR).unwrap();
            attribute.length = ATR.len() as u32;
        }),
        Command::GET_READERS_STATE => states(READERS),
        Command::GET_READERS_STATE_ARRAY => states(settings.places),
        Command::GET_READER_EVENTS => bytes(&message::ReaderEvents { events: 7, code: 0 }),
        Command::RELEASE_CONTEXT
        | Command::DISCONNECT
        | Command::BEGIN_TRANSACTION
        | Command::END_TRANSACTION
        | Command::STATUS
        | Command::SET_ATTRIBUTE => request.to_vec(),
        Command::STOP_WAITING_READER_STATE_CHANGE => Vec::new(),
        command => panic!("{command:?} is asked for by nobody"),
    }
}
