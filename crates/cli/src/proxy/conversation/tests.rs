//! Conversations as they are heard, in parts of any length.

use super::Conversation;
use crate::proxy::Tape;
use crate::recording_file::RecordingFile;
use pcsc_recording::Recording;
use pcsclite_wire::{Command, Header, Message, ReaderName, ReaderState, Version, message};
use std::time::SystemTime;

/// What is said, and by whom.
enum Said {
    Program(Vec<u8>),
    Service(Vec<u8>),
}

fn bytes(message: &impl Message) -> Vec<u8> {
    fn encoded<M: Message>(message: &M) -> Vec<u8> {
        let mut bytes = vec![0; M::LEN];
        message.encode_into(&mut bytes);
        bytes
    }
    encoded(message)
}

/// A request with its message, and the bytes behind it.
fn request<M: Message>(command: Command, message: &M, data: &[u8]) -> Said {
    Said::Program([&Header::of::<M>(command).encode(), &*bytes(message), data].concat())
}

fn alone(command: Command) -> Said {
    Said::Program(Header::alone(command).encode().to_vec())
}

fn answer(message: &impl Message, data: &[u8]) -> Said {
    Said::Service([&*bytes(message), data].concat())
}

/// The states of a reader with a card, and of others.
fn states(number: usize) -> Vec<u8> {
    let mut atr = [0; ReaderState::MAX_ATR];
    atr[..2].copy_from_slice(&[0x3B, 0x00]);
    let state = ReaderState {
        name: ReaderName::new(b"R").unwrap(),
        state: 0x34,
        atr,
        atr_length: 2,
        ..ReaderState::default()
    };
    let mut all = bytes(&state);
    all.resize(number * ReaderState::LEN, 0);
    all
}

fn transmit(card: i32, command: &[u8], answered: Result<&[u8], u32>) -> [Said; 2] {
    let asked = message::Transmit {
        card,
        send_length: command.len() as u32,
        receive_length: 65_548,
        ..message::Transmit::default()
    };
    let got = message::Transmit {
        receive_length: answered.unwrap_or_default().len() as u32,
        code: answered.err().unwrap_or(0),
        ..asked
    };
    [
        request(Command::TRANSMIT, &asked, command),
        answer(&got, answered.unwrap_or_default()),
    ]
}

/// The beginning of a conversation, as a library of this version has it, up to the connection with the number 7.
fn begun(minor: i32) -> Vec<Said> {
    let version = message::Version::from(Version { major: 4, minor });
    let context = message::EstablishContext::default();
    let mut said = vec![
        request(Command::VERSION, &version, &[]),
        answer(&version, &[]),
        request(Command::ESTABLISH_CONTEXT, &context, &[]),
        answer(&context, &[]),
    ];
    let wait = bytes(&message::Wait::default());
    if minor < 6 {
        said.push(alone(Command::GET_READERS_STATE));
        said.push(Said::Service(states(16)));
        said.push(alone(Command::WAIT_READER_STATE_CHANGE));
        said.push(Said::Service(states(16)));
        said.push(Said::Service(wait));
    } else {
        said.push(alone(Command::GET_READERS_STATE_SIZE));
        said.push(answer(&message::Size { readers: 3 }, &[]));
        said.push(alone(Command::GET_READERS_STATE_ARRAY));
        said.push(Said::Service(states(3)));
        // The change comes between two states.
        said.push(alone(Command::WAIT_READER_STATE_CHANGE));
        said.push(alone(Command::GET_READERS_STATE_ARRAY));
        said.push(alone(Command::GET_READER_EVENTS));
        said.push(request(Command::VERSION, &version, &[]));
        said.push(Said::Service([states(1), wait, states(2)].concat()));
        said.push(answer(&message::ReaderEvents::default(), &[]));
        said.push(answer(&version, &[]));
        said.push(alone(Command::STOP_WAITING_READER_STATE_CHANGE));
    }
    let mut connect = message::Connect {
        reader: ReaderName::new(b"R").unwrap(),
        ..message::Connect::default()
    };
    said.push(request(Command::CONNECT, &connect, &[]));
    connect.card = 7;
    said.push(answer(&connect, &[]));
    said
}

/// What is recorded of a conversation, heard in parts of this length; and why it could not be followed.
fn recorded(said: &[Said], part: usize) -> (Recording, Option<String>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("r.pcapng");
    let mut tape = Tape::new(RecordingFile::replace(&path).unwrap(), false).unwrap();
    let (mut conversation, mut why) = (Conversation::default(), None);
    let now = SystemTime::now();
    for said in said {
        let results: Vec<_> = match said {
            Said::Program(bytes) => bytes
                .chunks(part)
                .map(|bytes| conversation.asked(bytes))
                .collect(),
            Said::Service(bytes) => bytes
                .chunks(part)
                .map(|bytes| conversation.answered(bytes, now, &mut tape))
                .collect(),
        };
        why = why.or_else(|| results.into_iter().find_map(Result::err));
    }
    conversation.end(now, &mut tape);
    (Recording::open(&path).unwrap(), why)
}

const READ: [u8; 5] = [0x00, 0xB0, 0x00, 0x00, 0x00];

#[test]
fn commands_are_found_in_each_version_and_in_parts_of_any_length() {
    let long = [&[0xA5; 65_536][..], &[0x90, 0x00]].concat();
    for minor in 4..=6 {
        for part in [1, 33, 100_000] {
            let mut said = begun(minor);
            said.extend(transmit(7, &READ, Ok(&long)));
            let control = message::Control {
                card: 7,
                send_length: 3,
                returned: 2,
                ..message::Control::default()
            };
            said.push(request(Command::CONTROL, &control, &[1, 2, 3]));
            said.push(answer(&control, &[1, 2]));
            said.extend(transmit(7, &READ, Err(0x8010_0068)));
            // What pcscd does not send to a card.
            said.extend(transmit(7, &[], Err(0x8010_0004)));
            said.push(transmit(7, &READ, Err(0)).into_iter().next().unwrap());
            let (recording, why) = recorded(&said, part);
            assert_eq!(why, None);
            let [card] = recording.cards() else {
                panic!("{recording:?}")
            };
            assert_eq!((card.reader(), card.atr()), ("R", Some(&[0x3B, 0x00][..])));
            let [read, reset, ended] = card.exchanges() else {
                panic!("{card:?}")
            };
            assert!(read.command == READ && read.answer.as_ref() == Some(&long));
            assert!(
                reset
                    .why_unanswered
                    .as_ref()
                    .unwrap()
                    .starts_with("SCARD_W_RESET_CARD ")
            );
            assert_eq!(ended.why_unanswered.as_deref(), Some("the connection has ended"));
        }
    }
}

#[test]
fn the_rest_of_a_secret_answer_is_a_secret() {
    let mut said = begun(4);
    for (command, answer) in [
        (&[0x00, 0x2A, 0x80, 0x86, 0x01, 0x55][..], &[0x61, 0x02][..]),
        (&[0x00, 0xC0, 0x00, 0x00, 0x02], &[0xAA, 0xBB, 0x90, 0x00]),
        (&[0x00, 0xA4, 0x00, 0x00], &[0x61, 0x02]),
        (&[0x00, 0xC0, 0x00, 0x00, 0x02], &[0xCC, 0xDD, 0x90, 0x00]),
    ] {
        said.extend(transmit(7, command, Ok(answer)));
    }
    let (recording, _) = recorded(&said, 100_000);
    let exchanges = recording.cards()[0].exchanges().iter();
    let are_left_out: Vec<_> = exchanges.map(|exchange| exchange.is_left_out).collect();
    assert_eq!(are_left_out, [true, true, false, false]);
}

#[test]
fn after_a_reset_the_answer_to_reset_is_recorded_again() {
    let mut said = begun(4);
    let reconnect = message::Reconnect {
        card: 7,
        initialization: 1,
        ..message::Reconnect::default()
    };
    let ask = || [alone(Command::GET_READERS_STATE), Said::Service(states(16))];
    said.extend(ask());
    said.push(request(Command::RECONNECT, &reconnect, &[]));
    said.push(answer(&reconnect, &[]));
    said.extend(ask());
    said.extend(ask());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("r.pcapng");
    let mut tape = Tape::new(RecordingFile::replace(&path).unwrap(), false).unwrap();
    let mut conversation = Conversation::default();
    for said in said {
        match said {
            Said::Program(bytes) => conversation.asked(&bytes).unwrap(),
            Said::Service(bytes) => conversation
                .answered(&bytes, SystemTime::now(), &mut tape)
                .unwrap(),
        }
    }
    let reader = pcsc_recording::Reader::new(std::fs::File::open(&path).unwrap()).unwrap();
    assert_eq!(reader.count(), 2);
}

#[test]
fn what_cannot_be_followed_is_said_once_and_what_stood_before_is_recorded() {
    let version = message::Version::from(Version { major: 4, minor: 9 });
    let future = [request(Command::VERSION, &version, &[]), answer(&version, &[])];
    let unknown = [Said::Program(vec![0, 0, 0, 0, 99, 0, 0, 0])];
    let too_long = message::Transmit {
        send_length: u32::MAX,
        ..message::Transmit::default()
    };
    let too_long = [request(Command::TRANSMIT, &too_long, &[])];
    let unasked = [Said::Service(vec![1, 2, 3])];
    let status = message::Status::default();
    let unanswered: Vec<Said> = (0..1001)
        .map(|_| request(Command::STATUS, &status, &[]))
        .collect();
    for (strange, reason) in [
        (future.into(), "version 4:9"),
        (Vec::from(unknown), "99"),
        (too_long.into(), "more than a service takes"),
        (unasked.into(), "what was not asked"),
        (unanswered, "more than is answered"),
    ] {
        let mut said = begun(4);
        said.extend(transmit(7, &READ, Ok(&[0x90, 0x00])));
        said.extend(strange);
        said.extend(transmit(7, &READ, Ok(&[0x90, 0x00])));
        let (recording, why) = recorded(&said, 100_000);
        assert!(why.as_ref().unwrap().contains(reason), "{why:?}");
        assert_eq!(recording.cards()[0].exchanges().len(), 1, "{reason}");
    }
}
