//! Files that somebody has damaged, or made up.
#![cfg(feature = "read")]

use pcsc_recording::{Exchange, ReadError, Recording, Writer};
use proptest::prelude::*;
use std::io::{self, Read};
use std::time::SystemTime;

/// A recording of two readers, and where each packet of it ends.
fn recording() -> (Vec<u8>, Vec<usize>) {
    let mut recording = Writer::new(Tracking::default()).unwrap();
    let now = SystemTime::now();
    for reader in ["Reader 00 00", "Reader 01 00"] {
        recording.answer_to_reset(reader, &[0x3B, 0x00], now).unwrap();
        let verify = Exchange::new(&[0, 0x20, 0, 0x81, 2, 0x31, 0x32], &[0x90, 0]);
        recording
            .exchange(reader, &verify.leave_secret_out(true), now)
            .unwrap();
        let read = Exchange::new(&[0, 0xB0, 0, 0, 2], &[1, 2, 0x90, 0]);
        recording.exchange(reader, &read, now).unwrap();
        recording
            .exchange(
                reader,
                &Exchange::unanswered(&[0, 0xB0, 0, 0, 2], "SCARD_E_NO_SERVICE"),
                now,
            )
            .unwrap();
    }
    let Tracking { bytes, ends } = recording.into_inner();
    (bytes, ends)
}

#[derive(Default)]
struct Tracking {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl io::Write for Tracking {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        self.ends.push(self.bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The number of packets that are read.
fn packets(recording: &Recording) -> usize {
    let cards = recording.cards().iter();
    cards
        .map(|card| card.exchanges().len() + usize::from(card.atr().is_some()))
        .sum()
}

#[test]
fn what_is_cut_at_any_byte_is_read_up_to_there() {
    let (whole, ends) = recording();
    // The second reader's description, which is written with its first packet, and may be all that is left.
    let described = ends[4] + usize::from(whole[ends[4] + 4]);
    for len in 0..=whole.len() {
        let before = ends.iter().filter(|&&end| end <= len).count();
        match Recording::read(&whole[..len]) {
            Ok(recording) => {
                assert_eq!(packets(&recording) + 1, before, "{len}");
                let is_between = ends.contains(&len) || len == described;
                assert_eq!(recording.is_cut(), !is_between, "{len}");
            }
            Err(ReadError::CutInHeader { .. }) => assert!(before == 0, "{len}"),
            Err(ReadError::NoCard { .. }) => assert!(before == 1, "{len}"),
            Err(error) => panic!("{len}: {error}"),
        }
    }
}

/// Gives a byte at a time.
struct Slow<'a>(&'a [u8]);

impl Read for Slow<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = buffer.len().min(1);
        self.0.read(&mut buffer[..len])
    }
}

#[test]
fn how_the_bytes_come_makes_no_difference() {
    let (whole, _) = recording();
    let slow = Recording::read(Slow(&whole)).unwrap();
    assert_eq!(slow.cards(), Recording::read(&whole[..]).unwrap().cards());
}

#[test]
fn what_cannot_be_read_is_told() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is broken"))
        }
    }
    let error = Recording::read(Broken).unwrap_err().to_string();
    assert_eq!(error, "the recording cannot be read: the disk is broken");
    for other in [&b"\x7fELF and so on and on and on"[..], b"scriptor 00A40000"] {
        assert!(matches!(
            Recording::read(other),
            Err(ReadError::NotARecording { .. })
        ));
    }
    assert!(matches!(
        Recording::read(&b""[..]),
        Err(ReadError::CutInHeader { .. })
    ));
    assert!(matches!(
        Recording::read(io::repeat(0)),
        Err(ReadError::NotARecording { .. })
    ));
}

/// A block of pcapng, and what its two lengths say.
fn block(kind: u32, body: &[u8], lengths: [u32; 2]) -> Vec<u8> {
    let [first, last] = lengths.map(u32::to_le_bytes);
    [&kind.to_le_bytes()[..], &first, body, &last].concat()
}

#[test]
fn lengths_that_lie_are_told_and_not_believed() {
    let (whole, ends) = recording();
    let header = &whole[..ends[0]];
    for (lengths, problem) in [
        ([16, 12], "end says another length"),
        ([13, 13], "cannot have the length"),
        ([0, 0], "cannot have the length"),
        ([8, 8], "cannot have the length"),
        ([0xFFFF_FFFC, 16], "longer than 16 MiB"),
        ([0x0100_0004, 16], "longer than 16 MiB"),
    ] {
        let file = [header, &block(0x0BAD, &[0; 4], lengths)].concat();
        // More follows than any limit: it is not read.
        let error = Recording::read(file.chain(io::repeat(0xEE)))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains(problem) && error.contains(&format!("byte {}:", ends[0])),
            "{error}"
        );
    }
    // A packet that says that it is longer than its block; one of no interface; options that are cut.
    let interface = block(1, &[101, 0, 0, 0, 0, 0, 0, 0], [20, 20]);
    let packet = |interface: u32, captured: u32, rest: &[u8]| {
        let fields = [interface, 0, 0, captured, captured]
            .map(u32::to_le_bytes)
            .concat();
        let len = (12 + 20 + rest.len()) as u32;
        block(6, &[&fields[..], rest].concat(), [len, len])
    };
    for (packet, is_read) in [
        (packet(0, 4, &[0x45, 0, 0, 0]), true),
        (packet(0, 5, &[0x45, 0, 0, 0]), false),
        (packet(0, u32::MAX, &[0; 4]), false),
        (packet(0, u32::MAX - 5, &[0; 4]), false),
        (packet(1, 4, &[0; 4]), false),
        (packet(0, 0, &[1, 0, 200, 0]), true),
        (packet(0, 0, &[1, 0]), false),
    ] {
        let file = [header, &interface[..], &packet].concat();
        match Recording::read(&file[..]).unwrap_err() {
            ReadError::NoCard { .. } => assert!(is_read, "{packet:02X?}"),
            ReadError::Malformed { .. } => assert!(!is_read, "{packet:02X?}"),
            error => panic!("{error}"),
        }
    }
}

#[test]
fn blocks_of_other_types_are_passed_over() {
    let (whole, ends) = recording();
    let mut file = whole[..ends[0]].to_vec();
    // Names, statistics, secrets of TLS, a journal, custom blocks and what nobody knows, none of them well-formed within.
    for kind in [2, 4, 5, 9, 10, 0x0BAD, 0x4000_0BAD, 0xFFFF_FFFF] {
        file.extend(block(kind, &[0xFF; 8], [20, 20]));
    }
    file.extend(&whole[ends[0]..]);
    assert_eq!(packets(&Recording::read(&file[..]).unwrap()), 8);
    // A further section, after which interfaces count from 0 again.
    let twice = [&whole[..], &whole].concat();
    assert_eq!(packets(&Recording::read(&twice[..]).unwrap()), 14);
}

#[test]
fn a_comment_that_contradicts_its_packet_is_an_error() {
    let (whole, _) = recording();
    for (from, to) in [
        (
            &b"command of 7 bytes, answer of 2 bytes"[..],
            &b"command of 7 bytes, answer of 1 bytes"[..],
        ),
        (
            b"secret left out: command of 7 bytes",
            b"secret left out: command of 0 bytes",
        ),
    ] {
        let at = whole.windows(from.len()).position(|bytes| bytes == from).unwrap();
        let mut file = whole.clone();
        file[at..at + to.len()].copy_from_slice(to);
        let error = Recording::read(&file[..]).unwrap_err().to_string();
        assert!(error.contains("not what its comment says"), "{error}");
    }
}

proptest! {
    #[test]
    fn nothing_panics(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12), cut in any::<prop::sample::Index>()) {
        let (mut file, _) = recording();
        for (at, byte) in changes {
            let at = at.index(file.len());
            file[at] = byte;
        }
        let _ = Recording::read(&file[..]);
        let _ = Recording::read(&file[..cut.index(file.len())]);
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), start in 0..4_usize) {
        let starts: [&[u8]; 4] = [
            &[],
            &[0x0A, 0x0D, 0x0D, 0x0A, 28, 0, 0, 0, 0x4D, 0x3C, 0x2B, 0x1A],
            &[0xD4, 0xC3, 0xB2, 0xA1],
            &[0xA1, 0xB2, 0x3C, 0x4D],
        ];
        let _ = Recording::read(&[starts[start], &bytes].concat()[..]);
    }
}
