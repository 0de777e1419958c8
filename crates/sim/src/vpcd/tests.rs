//! The card's side of the protocol, against a reader that the test plays.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::time::Duration;

use super::{Inserted, insert, serve};
use crate::card::Card;
use crate::fn_card::FnCard;
use crate::scripted_card::ScriptedCard;

const ATR: [u8; 4] = [0x3B, 0x02, 0xCA, 0xFE];
const DEADLINE: Duration = Duration::from_secs(10);

/// A reader that holds one card.
struct Reader(TcpStream);

impl Reader {
    fn with<C: Card + 'static>(card: C) -> (Self, Inserted<C>) {
        let (listener, addr) = listen();
        let inserted = insert(addr, card).unwrap();
        (Self::accept(&listener), inserted)
    }

    fn accept(listener: &TcpListener) -> Self {
        let (stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        Self(stream)
    }

    /// Sends in two writes, as vsmartcard does.
    fn send(&mut self, bytes: &[u8]) {
        self.0
            .write_all(&u16::try_from(bytes.len()).unwrap().to_be_bytes())
            .unwrap();
        self.0.write_all(bytes).unwrap();
    }

    fn receive(&mut self) -> Vec<u8> {
        let mut length = [0; 2];
        self.0.read_exact(&mut length).unwrap();
        let mut message = vec![0; u16::from_be_bytes(length).into()];
        self.0.read_exact(&mut message).unwrap();
        message
    }

    fn exchange(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.send(bytes);
        self.receive()
    }

    fn assert_closed(&mut self) {
        match self.0.read(&mut [0]) {
            Ok(0) => {}
            Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
            other => panic!("the card is still there: {other:?}"),
        }
    }
}

fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    (listener, addr)
}

fn echo() -> impl Card {
    FnCard::new(ATR, |command, response| response.extend_from_slice(command))
}

#[test]
fn answers_commands_and_requests_for_the_atr() {
    let script = ScriptedCard::new(ATR).answer([0x00, 0xA4, 0x04, 0x00], [0xCA, 0xFE, 0x90, 0x00]);
    let (mut reader, card) = Reader::with(script);
    reader.send(&[1]);
    assert_eq!(reader.exchange(&[4]), ATR);
    assert_eq!(
        reader.exchange(&[0x00, 0xA4, 0x04, 0x00]),
        [0xCA, 0xFE, 0x90, 0x00]
    );
    reader.send(&[2]);
    reader.send(&[0]);
    assert_eq!(reader.exchange(&[4]), ATR);
    let card = card.remove().unwrap();
    assert_eq!(card.check(), Ok(()));
    assert_eq!(card.resets(), 2, "power on and reset, but not power off");
    reader.assert_closed();
}

#[test]
fn carries_the_longest_messages_unchanged() {
    let (mut reader, _card) = Reader::with(echo());
    let longest: Vec<u8> = (0..=u16::MAX).skip(1).map(|n| n as u8).collect();
    assert_eq!(longest.len(), 65_535);
    assert_eq!(reader.exchange(&longest), longest);
    assert_eq!(
        reader.exchange(&[0x00, 0xB0]),
        [0x00, 0xB0],
        "nothing is left of the long one"
    );
}

#[test]
fn passes_a_command_of_one_byte_where_it_is_no_control_byte() {
    let (mut reader, _card) = Reader::with(echo());
    assert_eq!(reader.exchange(&[0x90]), [0x90]);
}

#[test]
fn removes_a_card_whose_answer_does_not_fit() {
    let (mut reader, card) = Reader::with(FnCard::new(ATR, |_, response| response.resize(65_536, 0)));
    reader.send(&[0x00, 0xB0, 0x00, 0x00]);
    reader.assert_closed();
    let error = card.remove().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidData);
    assert!(error.to_string().contains("65536 bytes"), "{error}");
}

#[test]
fn removes_a_card_that_gives_no_answer() {
    let (mut reader, card) = Reader::with(FnCard::new(ATR, |_, _| {}));
    reader.send(&[0x00, 0xB0, 0x00, 0x00]);
    reader.assert_closed();
    assert_eq!(card.remove().unwrap_err().kind(), ErrorKind::InvalidData);
}

#[test]
fn removes_a_card_whose_code_panics() {
    let (mut reader, card) = Reader::with(FnCard::new(ATR, |_, _| panic!("as the test wants it")));
    reader.send(&[0x00, 0xB0, 0x00, 0x00]);
    reader.assert_closed();
    assert!(card.remove().unwrap_err().to_string().contains("panicked"));
}

#[test]
fn drop_removes_the_card() {
    let (mut reader, card) = Reader::with(echo());
    drop(card);
    reader.assert_closed();
}

#[test]
fn removal_waits_for_the_command_that_runs() {
    let (started, has_started) = mpsc::channel();
    let (finish, may_finish) = mpsc::channel();
    let (mut reader, card) = Reader::with(FnCard::new(ATR, move |_, response| {
        started.send(()).unwrap();
        may_finish.recv_timeout(DEADLINE).unwrap();
        response.extend_from_slice(&[0x90, 0x00]);
    }));
    reader.send(&[0x00, 0xB0, 0x00, 0x00]);
    has_started.recv_timeout(DEADLINE).unwrap();
    let remover = std::thread::spawn(move || card.remove().map(drop));
    reader.assert_closed();
    assert!(!remover.is_finished());
    finish.send(()).unwrap();
    remover.join().unwrap().unwrap();
}

#[test]
fn serve_ends_when_the_reader_goes_away_within_a_message() {
    let (listener, addr) = listen();
    let server = std::thread::spawn(move || {
        let mut card = ScriptedCard::new(ATR);
        serve(addr, &mut card).map(|()| card.resets())
    });
    let mut reader = Reader::accept(&listener);
    reader.send(&[1]);
    reader.0.write_all(&[0x00, 0x05, 0x00, 0xA4]).unwrap();
    drop(reader);
    assert_eq!(server.join().unwrap().unwrap(), 1, "the card is back");
}

#[test]
fn an_absent_reader_is_named_as_the_reason() {
    let (listener, addr) = listen();
    drop(listener);
    let error = serve(addr, echo()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    assert!(
        error.to_string().starts_with("no virtual reader took the card"),
        "{error}"
    );
}

/// A delayed acknowledgement would cost 40 ms for each exchange, but for a first one and a rare other.
#[test]
#[cfg(target_os = "linux")]
fn exchanges_do_not_wait_for_delayed_acknowledgements() {
    let (mut reader, _card) = Reader::with(echo());
    let took = std::iter::repeat_with(|| {
        let start = std::time::Instant::now();
        reader.exchange(&[0x00, 0xB0, 0x00, 0x00]);
        start.elapsed()
    });
    let mut took: Vec<_> = took.take(50).collect();
    took.sort_unstable();
    // A busy machine holds up few.
    assert!(took[25] < Duration::from_millis(30), "{took:?}");
}
