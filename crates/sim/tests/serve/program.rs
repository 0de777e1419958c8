//! A program that speaks the protocol, and a place for a socket.

use pcsc_sim::serve::Served;
use pcsc_sim::{DemoCard, Reader, Simulator};
use pcsc_sys::{SCARD_PROTOCOL_T1, SCARD_SCOPE_SYSTEM, SCARD_SHARE_SHARED};
use pcsclite_wire::message::{self, Message};
use pcsclite_wire::{Command, Header, READERS, ReaderName, ReaderState, Version};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// How long any single thing may take. Nothing waits this long unless it is broken.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

pub(crate) const READER: &str = "Simulated Reader 00 00";

/// A folder that goes with its test; it is not there at first.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new() -> Folder {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Folder(std::env::temp_dir().join(format!("pcsc-sim-serve-{}-{number}", std::process::id())))
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.0.join("pcscd.comm")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Not there where the test never got so far.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A simulator with one reader and the demonstration card, on a socket.
pub(crate) struct Service {
    pub(crate) served: Served,
    pub(crate) reader: Reader,
    pub(crate) simulator: Simulator,
    pub(crate) folder: Folder,
}

impl Service {
    pub(crate) fn start() -> Service {
        let simulator = Simulator::new();
        let reader = simulator.add_reader(READER);
        reader.insert(DemoCard::new());
        let folder = Folder::new();
        Service {
            served: simulator.serve(folder.socket()).unwrap(),
            reader,
            simulator,
            folder,
        }
    }

    pub(crate) fn program(&self) -> Program {
        Program::connect(self.served.path()).of(Version::NEWEST)
    }

    /// A program with a card.
    pub(crate) fn connected(&self) -> Program {
        let mut program = self.program();
        program.establish();
        assert_eq!(program.connect_card(), 0);
        program
    }

    /// Waits until so many programs are served.
    pub(crate) fn wait_for_programs(&self, programs: usize) {
        let end = Instant::now() + DEADLINE;
        while self.served.programs() != programs {
            assert!(Instant::now() < end, "{} programs", self.served.programs());
            std::thread::yield_now();
        }
    }
}

/// A program's connection to the service.
pub(crate) struct Program {
    pub(crate) stream: UnixStream,
    pub(crate) context: u32,
    pub(crate) card: i32,
}

impl Program {
    pub(crate) fn connect(path: &Path) -> Program {
        let stream = UnixStream::connect(path).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        Program {
            stream,
            context: 0,
            card: 0,
        }
    }

    /// Says which version it is of, one that is taken.
    pub(crate) fn of(mut self, version: Version) -> Program {
        assert_eq!(self.version(version).code, 0);
        self
    }

    pub(crate) fn version(&mut self, version: Version) -> message::Version {
        self.ask(Command::VERSION, &version.into())
    }

    pub(crate) fn send(&mut self, command: Command, message: &impl Message) {
        self.stream.write_all(&bytes(command, message)).unwrap();
    }

    pub(crate) fn send_alone(&mut self, command: Command) {
        self.stream.write_all(&Header::alone(command).encode()).unwrap();
    }

    pub(crate) fn read<M: Message>(&mut self) -> M {
        let mut bytes = vec![0; M::LEN];
        self.stream.read_exact(&mut bytes).unwrap();
        M::decode(&bytes).unwrap()
    }

    pub(crate) fn ask<M: Message>(&mut self, command: Command, message: &M) -> M {
        self.send(command, message);
        self.read()
    }

    pub(crate) fn establish(&mut self) {
        let asked = message::EstablishContext {
            scope: SCARD_SCOPE_SYSTEM as u32,
            ..Default::default()
        };
        let answer = self.ask(Command::ESTABLISH_CONTEXT, &asked);
        assert_eq!(answer.code, 0);
        self.context = answer.context;
    }

    /// Connects to the card; returns the code.
    pub(crate) fn connect_card(&mut self) -> u32 {
        self.send_connect();
        self.read_connected()
    }

    pub(crate) fn send_connect(&mut self) {
        let asked = message::Connect {
            context: self.context,
            reader: ReaderName::new(READER.as_bytes()).unwrap(),
            share_mode: SCARD_SHARE_SHARED as u32,
            preferred_protocols: SCARD_PROTOCOL_T1 as u32,
            ..Default::default()
        };
        self.send(Command::CONNECT, &asked);
    }

    pub(crate) fn read_connected(&mut self) -> u32 {
        let answer: message::Connect = self.read();
        self.card = answer.card;
        answer.code
    }

    pub(crate) fn begin(&mut self) -> u32 {
        let card = self.card;
        let asked = message::BeginTransaction { card, code: 0 };
        self.ask(Command::BEGIN_TRANSACTION, &asked).code
    }

    pub(crate) fn end(&mut self) -> u32 {
        let asked = message::EndTransaction {
            card: self.card,
            ..Default::default()
        };
        self.ask(Command::END_TRANSACTION, &asked).code
    }

    /// Sends a command, and reads no answer.
    pub(crate) fn send_transmit(&mut self) {
        let asked = message::Transmit {
            card: self.card,
            send_protocol: SCARD_PROTOCOL_T1 as u32,
            send_length: 5,
            receive_length: 256,
            ..Default::default()
        };
        self.send(Command::TRANSMIT, &asked);
        self.stream.write_all(&[0x00, 0x84, 0x00, 0x00, 0x08]).unwrap();
    }

    /// Sends a command; returns the answer, or the code.
    pub(crate) fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, u32> {
        let asked = message::Transmit {
            card: self.card,
            send_protocol: SCARD_PROTOCOL_T1 as u32,
            send_length: command.len() as u32,
            receive_length: 65_548,
            ..Default::default()
        };
        self.send(Command::TRANSMIT, &asked);
        self.stream.write_all(command).unwrap();
        let answer: message::Transmit = self.read();
        let mut bytes = vec![0; answer.received().unwrap()];
        self.stream.read_exact(&mut bytes).unwrap();
        if answer.code == 0 {
            Ok(bytes)
        } else {
            Err(answer.code)
        }
    }

    /// The states in one piece.
    pub(crate) fn states(&mut self) -> Vec<ReaderState> {
        self.send_alone(Command::GET_READERS_STATE);
        self.read_states(READERS)
    }

    pub(crate) fn read_states(&mut self, number: usize) -> Vec<ReaderState> {
        let states: Vec<ReaderState> = (0..number).map(|_| self.read()).collect();
        states.into_iter().filter(ReaderState::is_used).collect()
    }

    pub(crate) fn size(&mut self) -> usize {
        self.send_alone(Command::GET_READERS_STATE_SIZE);
        self.read::<message::Size>().readers as usize
    }

    /// Begins to wait, and asks for the states, as libraries from 2.5 on do.
    pub(crate) fn wait(&mut self) -> Vec<ReaderState> {
        self.send_alone(Command::WAIT_READER_STATE_CHANGE);
        let number = self.size();
        self.send_alone(Command::GET_READERS_STATE_ARRAY);
        self.read_states(number)
    }

    /// Waits to be told that something has changed; returns the code.
    pub(crate) fn told(&mut self) -> u32 {
        self.read::<message::Wait>().code
    }

    /// Whether there is nothing to read: an answer to something else comes first.
    pub(crate) fn assert_nothing_comes(&mut self) {
        let version = self.version(Version::NEWEST);
        assert_eq!((version.major, version.minor, version.code), (4, 6, 0));
    }

    /// Waits for the end of the connection, whatever comes before it.
    pub(crate) fn assert_closed(&mut self) {
        let mut bytes = [0; 4096];
        loop {
            match self.stream.read(&mut bytes) {
                Ok(0) => return,
                Ok(_) => {}
                // It is closed with what it has sent unread.
                Err(error) if error.kind() == ErrorKind::ConnectionReset => return,
                Err(error) => panic!("{error}"),
            }
        }
    }
}

pub(crate) fn bytes<M: Message>(command: Command, message: &M) -> Vec<u8> {
    let mut bytes = Header::of::<M>(command).encode().to_vec();
    bytes.resize(Header::LEN + M::LEN, 0);
    message.encode_into(&mut bytes[Header::LEN..]);
    bytes
}
