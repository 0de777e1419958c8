//! Whatever a program sends to a simulator that is served, it is answered or closed, and leaves nothing behind.
//!
//! The first byte says of which version the program is, and whether it has a card. Each request is a byte for the command,
//! a byte for what is right about it, and the bytes of the message, as long as they last: then they are zeroes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pcsc_sim::serve::Served;
use pcsc_sim::{DemoCard, Simulator};
use pcsclite_wire::message::{Connect, EstablishContext, Message, Reconnect, Status};
use pcsclite_wire::{Command, Header, ReaderName, Version, message};
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Turns the search for leaks off: after each run it would look at threads that are about to end, or that begin.
// SAFETY: no other item has this name, by which the sanitizer asks.
#[unsafe(no_mangle)]
extern "C" fn __lsan_is_turned_off() -> std::ffi::c_int {
    1
}

const PROTO_MISMATCH: u32 = 0x8010_000F;
const RAW: u32 = 4;

const READER: &[u8] = b"Fuzzed 00 00";
const DEADLINE: Duration = Duration::from_secs(20);

fn served() -> &'static Served {
    static SERVED: OnceLock<Served> = OnceLock::new();
    SERVED.get_or_init(|| {
        let simulator = Simulator::new();
        simulator.add_reader(READER).insert(DemoCard::new());
        let folder = std::env::temp_dir().join(format!("pcsc-sim-fuzz-{}", std::process::id()));
        simulator.serve(folder.join("pcscd.comm")).unwrap()
    })
}

struct Program(UnixStream);

impl Program {
    fn connect(version: Version) -> Program {
        let stream = UnixStream::connect(served().path()).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        let mut program = Program(stream);
        let answer = program.ask(Command::VERSION, &message::Version::from(version));
        assert_eq!((answer.code, answer.minor), (0, 6));
        program
    }

    fn ask<M: Message>(&mut self, command: Command, message: &M) -> M {
        let mut bytes = vec![0; M::LEN];
        message.encode_into(&mut bytes);
        self.0.write_all(&Header::of::<M>(command).encode()).unwrap();
        self.0.write_all(&bytes).unwrap();
        self.0.read_exact(&mut bytes).unwrap();
        M::decode(&bytes).unwrap()
    }

    /// Establishes a context, and connects to the card.
    fn connect_card(&mut self) -> (u32, i32) {
        let scope = EstablishContext {
            scope: 2,
            ..Default::default()
        };
        let context = self.ask(Command::ESTABLISH_CONTEXT, &scope).context;
        let mut request = Connect {
            context,
            reader: ReaderName::new(READER).unwrap(),
            share_mode: 2,
            preferred_protocols: 3,
            ..Default::default()
        };
        let mut answer = self.ask(Command::CONNECT, &request);
        if answer.code == PROTO_MISMATCH {
            // The one before has left the card without a protocol, as with pcscd: a reset chooses one.
            request.preferred_protocols = RAW;
            answer = self.ask(Command::CONNECT, &request);
            let reset = Reconnect {
                card: answer.card,
                share_mode: 2,
                preferred_protocols: 3,
                initialization: 1,
                ..Default::default()
            };
            assert_eq!(self.ask(Command::RECONNECT, &reset).code, 0);
        }
        assert_eq!(answer.code, 0, "something was left behind");
        (context, answer.card)
    }
}

/// Sends random requests; stops where the program is closed meanwhile.
fn send(program: &mut Program, (context, card): (u32, i32), bytes: &[u8]) -> std::io::Result<()> {
    let mut bytes = bytes.iter().copied();
    while let (Some(command), Some(right)) = (bytes.next(), bytes.next()) {
        let command = match Command::ALL.get(usize::from(command)) {
            Some(known) => *known,
            None => Command(command.into()),
        };
        let len = command.message_len(Version::NEWEST).unwrap_or(7);
        let mut message: Vec<u8> = bytes.by_ref().take(len).collect();
        message.resize(len, 0);
        let number = if right & 1 != 0 {
            card.to_ne_bytes()
        } else {
            context.to_ne_bytes()
        };
        if let Some(first) = message.first_chunk_mut().filter(|_| right & 3 != 0) {
            *first = number;
        }
        if let (Command::TRANSMIT | Command::CONTROL, true) = (command, right & 4 != 0) {
            // So many bytes follow: at the place of the length in both.
            let at = if command == Command::TRANSMIT { 12 } else { 8 };
            message[at..at + 4].copy_from_slice(&u32::from(right >> 3).to_ne_bytes());
            message.extend(bytes.by_ref().take(usize::from(right >> 3)));
        }
        if let (Command::CONNECT, true) = (command, right & 8 != 0) {
            message[4..4 + READER.len()].copy_from_slice(READER);
        }
        let size = if right & 0xF0 == 0xF0 {
            bytes.next().unwrap_or(0).into()
        } else {
            len as u32
        };
        program.0.write_all(&Header { size, command }.encode())?;
        program.0.write_all(&message)?;
    }
    Ok(())
}

fuzz_target!(|bytes: &[u8]| {
    let Some((&kind, requests)) = bytes.split_first() else {
        return;
    };
    let version = if kind & 1 == 0 {
        Version::NEWEST
    } else {
        Version::WAITS_AT_ONCE
    };
    let mut program = Program::connect(version);
    let numbers = if kind & 2 == 0 {
        program.connect_card()
    } else {
        (0, 0)
    };
    let sent = send(&mut program, numbers, requests.get(..4096).unwrap_or(requests));
    // Half of the programs read what they are told; the others die.
    if kind & 4 == 0 && sent.is_ok() {
        program.0.shutdown(std::net::Shutdown::Write).unwrap();
        // One that waits for its own transaction waits for ever.
        program
            .0
            .set_read_timeout(Some(Duration::from_millis(200)))
            .unwrap();
        let _ = program.0.read_to_end(&mut Vec::new());
    }
    drop(program);
    let end = Instant::now() + DEADLINE;
    while served().programs() > 0 {
        assert!(Instant::now() < end, "a program is served that has gone");
        std::thread::yield_now();
    }
    // Nobody has the card, and it answers.
    let mut other = Program::connect(Version::NEWEST);
    let (_, card) = other.connect_card();
    assert_eq!(other.ask(Command::STATUS, &Status { card, code: 0 }).code, 0);
    drop(other);
    while served().programs() > 0 {
        std::thread::yield_now();
    }
});
