//! What was written is what is read.
#![cfg(feature = "read")]

use pcsc_recording::{Exchange, Packet, Reader, Recording, Writer};
use proptest::prelude::*;
use std::io::{self, Write};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

fn written(exchanges: &[Exchange<'_>]) -> Vec<u8> {
    let mut recording = Writer::new(Vec::new()).unwrap();
    for exchange in exchanges {
        recording
            .exchange("Reader 00 00", exchange, SystemTime::now())
            .unwrap();
    }
    recording.into_inner()
}

fn bytes(len: std::ops::Range<usize>) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), len)
}

proptest! {
    #[test]
    fn any_exchange_is_read_as_it_was_written(
        command in bytes(1..300),
        answer in bytes(0..300),
        p3 in any::<Option<u8>>(),
        is_left_out in any::<bool>(),
    ) {
        let mut command = command;
        if let (Some(p3), true) = (p3, command.len() > 4) {
            command[4] = p3;
        }
        let recording = written(&[
            Exchange::new(&command, &answer).leave_secret_out(is_left_out),
            Exchange::unanswered(&command, "SCARD_W_RESET_CARD").leave_secret_out(is_left_out),
        ]);
        let recording = Recording::read(&recording[..]).unwrap();
        let [exchange, unanswered] = recording.cards()[0].exchanges() else {
            panic!("{recording:?}")
        };
        let (shown, status) = if is_left_out {
            (&command[..command.len().min(4)], &answer[answer.len().saturating_sub(2)..])
        } else {
            (&command[..], &answer[..])
        };
        prop_assert_eq!(&exchange.command[..], shown);
        prop_assert_eq!(exchange.answer.as_deref(), Some(status));
        prop_assert_eq!((exchange.command_len, exchange.answer_len), (command.len(), answer.len()));
        prop_assert!(exchange.is_exact && exchange.is_left_out == is_left_out);
        prop_assert_eq!(&unanswered.command[..], shown);
        prop_assert_eq!((unanswered.command_len, &unanswered.answer), (command.len(), &None));
        prop_assert_eq!(unanswered.why_unanswered.as_deref(), Some("SCARD_W_RESET_CARD"));
    }
}

/// Around each length from which on another form carries a packet: IPv4, IPv6, and a jumbogram of it.
#[test]
fn exchanges_of_any_length_are_whole() {
    for len in [
        1, 65_489, 65_490, 65_491, 65_492, 65_509, 65_510, 65_511, 65_512, 65_513, 65_544,
    ] {
        for more in [2, 65_538, 65_548] {
            let command: Vec<u8> = (0..len).map(|index| (index % 251) as u8).collect();
            let answer: Vec<u8> = (0..more).map(|index| (index % 241) as u8).collect();
            let recording = written(&[Exchange::new(&command, &answer)]);
            let recording = Recording::read(&recording[..]).unwrap();
            let exchange = &recording.cards()[0].exchanges()[0];
            assert!(
                exchange.command == command && exchange.answer.as_ref() == Some(&answer),
                "{len}"
            );
        }
    }
}

#[test]
fn readers_times_and_answers_to_reset_are_kept() {
    let time = UNIX_EPOCH + Duration::new(1_764_000_000, 123_456_789);
    let mut recording = Writer::new(Vec::new()).unwrap();
    let names = [
        "Reader 00 00",
        "",
        "A\x1b[2J\n\"Ü\" 01 00",
        &"long".repeat(20_000),
    ];
    for (index, name) in names.iter().enumerate() {
        recording
            .answer_to_reset(name, &[0x3B, index as u8], time)
            .unwrap();
    }
    for name in names {
        let exchange = Exchange::new(&[0, 0x84, 0, 0], &[0x90, 0]);
        recording
            .exchange(name, &exchange, SystemTime::UNIX_EPOCH - Duration::from_secs(1))
            .unwrap();
    }
    let recording = recording.into_inner();
    let records: Vec<_> = Reader::new(&recording[..]).unwrap().map(Result::unwrap).collect();
    assert_eq!(records.len(), 8);
    for (index, record) in records.iter().enumerate() {
        let name = names[index % 4];
        assert_eq!(*record.reader, name[..name.len().min(65_532)]);
        assert_eq!(record.number, index as u64 + 1);
        if index < 4 {
            assert_eq!(record.packet, Packet::AnswerToReset(vec![0x3B, index as u8]));
        }
        assert_eq!(record.time, Some(if index < 4 { time } else { UNIX_EPOCH }));
    }
}

#[test]
fn an_answer_to_reset_that_came_late_is_that_of_the_card() {
    let mut recording = Writer::new(Vec::new()).unwrap();
    let now = SystemTime::now();
    let exchange = Exchange::new(&[0x00, 0x84, 0x00, 0x00, 0x01], &[0x42, 0x90, 0x00]);
    recording.exchange("R", &exchange, now).unwrap();
    for atr in [[0x3B, 0x00], [0x3B, 0x00], [0x3F, 0x00]] {
        recording.answer_to_reset("R", &atr, now).unwrap();
        recording.exchange("R", &exchange, now).unwrap();
    }
    let read = Recording::read(&recording.into_inner()[..]).unwrap();
    let cards = read.cards().iter();
    let told: Vec<_> = cards
        .map(|card| (card.atr().unwrap()[0], card.exchanges().len()))
        .collect();
    assert_eq!(told, [(0x3B, 3), (0x3F, 1)]);
}

/// Counts its writes.
#[derive(Default)]
struct Counting(Vec<usize>);

impl Write for Counting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.push(bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn each_packet_is_one_write() {
    let mut recording = Writer::new(Counting::default()).unwrap();
    for reader in ["A", "B", "A", "B"] {
        let now = SystemTime::now();
        recording.answer_to_reset(reader, &[0x3B, 0], now).unwrap();
        recording
            .exchange(reader, &Exchange::new(&[0, 0x84, 0, 0], &[0; 70_000]), now)
            .unwrap();
    }
    assert_eq!(recording.into_inner().0.len(), 1 + 8);
}
