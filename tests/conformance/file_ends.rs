//! Where a file ends, and what proves it: at the end of the even instruction's offsets, and by each card's own answers.
//!
//! What takes many cards is on the simulator alone.

use crate::card::{ATR_T0, ATR_T1, bytes};
use crate::service::{Service, simulated::Simulated};
use crate::watched::{answering, atr_of, with_card};
use pcsc_session::{Session, StatusWord};
use pcsc_sim::{Card, DemoCard};

/// The last byte that the even instruction's offsets reach, and the number of those bytes.
const EVEN: usize = 0x8000;

/// Offset and Ne of READ BINARY, B0 or B1.
fn asked(command: &[u8]) -> (usize, usize) {
    let number = |bytes: &[u8]| {
        bytes
            .iter()
            .fold(0, |number, byte| number << 8 | usize::from(*byte))
    };
    let all = |ne: usize, all: usize| if ne == 0 { all } else { ne };
    match *command {
        [_, 0xB0, p1, p2, le] => (number(&[p1, p2]), all(le.into(), 256)),
        [_, 0xB0, p1, p2, 0, high, low] => (number(&[p1, p2]), all(number(&[high, low]), 65_536)),
        [_, 0xB1, 0, 0, lc, 0x54, len, ref rest @ ..] if lc == len + 2 => {
            let (offset, le) = rest.split_at(len.into());
            (number(offset), all(number(le), 256))
        }
        [_, 0xB1, 0, 0, 0, 0, lc, 0x54, len, ref rest @ ..] if lc == len + 2 => {
            let (offset, le) = rest.split_at(len.into());
            (number(offset), all(number(le), 65_536))
        }
        _ => (usize::MAX, 0),
    }
}

/// How a card with a file answers what reaches past its end, and whether it has the instruction B1.
#[derive(Clone, Copy)]
struct Kind {
    /// With this, where the beginning of what was asked for is inside; nothing: it gives what there is.
    refusal: Option<u16>,
    /// Where nothing is inside; `6Cxx` has the number of bytes that there are.
    end: u16,
    has_odd: bool,
    /// Whether it gives by B0 what stands behind 32,768 bytes.
    crosses: bool,
}

const TOLERANT: Kind = Kind {
    refusal: None,
    end: 0x6B00,
    has_odd: false,
    crosses: true,
};

impl Kind {
    fn card(self, atr: &[u8], len: usize) -> impl Card + use<> {
        let file = bytes(len);
        answering(atr, move |command| {
            let (offset, ne) = asked(command);
            let is_odd = command[1] == 0xB1;
            if command[1] & 1 == 1 && !self.has_odd {
                return vec![0x6D, 0];
            }
            if command[1] == 0xD6 {
                return vec![0x90, 0];
            }
            assert!(offset < EVEN || is_odd && ne > 2, "{command:02X?}");
            let len = if is_odd || self.crosses { file.len() } else { EVEN };
            let rest = file.get(offset..len).unwrap_or(&[]);
            // What a data object of so many bytes has room for.
            let ne = match ne {
                _ if !is_odd => ne,
                0..=129 => ne - 2,
                130..=258 => ne - 3,
                _ => ne - 4,
            };
            let some = match self.refusal {
                _ if rest.is_empty() => return self.end.to_be_bytes().to_vec(),
                Some(0x6C00) if ne > rest.len() => return vec![0x6C, u8::try_from(rest.len()).unwrap_or(0)],
                Some(refusal) if ne > rest.len() => return refusal.to_be_bytes().to_vec(),
                _ => &rest[..ne.min(rest.len())],
            };
            let object = match some.len() {
                _ if !is_odd => vec![],
                len @ 0..=0x7F => vec![0x53, len as u8],
                len @ 0x80..=0xFF => vec![0x53, 0x81, len as u8],
                len => vec![0x53, 0x82, (len >> 8) as u8, len as u8],
            };
            [&object, some, &[0x90, 0]].concat()
        })
    }
}

/// Lengths about 32 KiB.
const LENGTHS: [usize; 8] = [32_512, 32_513, 32_700, 32_766, 32_767, 32_768, 32_769, 32_900];

fn read(session: &mut Session) -> Vec<u8> {
    session.transparent_file().read().unwrap()
}

conformance! {
    fn a_part_by_the_even_instruction_ends_where_its_offsets_do<S>() {
        let mut service = S::start(1);
        let extended = atr_of(&DemoCard::new());
        for len in [33_000, 40_000] {
            // It gives 5,000 bytes at a time, and does not say so.
            let file = bytes(len);
            let card = answering(&extended, move |command| {
                let (offset, ne) = asked(command);
                let is_odd = command[1] == 0xB1;
                // What a card makes of it that reckons in 15 bits.
                if !is_odd && offset > 0 && offset + ne > EVEN && offset != EVEN - 1 {
                    return vec![0x6F, 0];
                }
                let rest = file.get(offset..).unwrap_or(&[]);
                let ne = if is_odd { ne.saturating_sub(4).max(1) } else { ne };
                let some = &rest[..rest.len().min(ne).min(5000)];
                let [high, low] = u16::try_from(some.len()).unwrap().to_be_bytes();
                match some {
                    [] => vec![0x6B, 0],
                    some if is_odd => [&[0x53, 0x82, high, low], some, &[0x90, 0]].concat(),
                    some => [some, &[0x90, 0]].concat(),
                }
            });
            with_card(&mut service, card, |session, _| {
                assert!(read(session) == bytes(len), "{len}");
            });
        }
    }

    fn an_update_needs_no_odd_instruction_as_far_as_the_even_one_reaches<S>() {
        let mut service = S::start(1);
        for (atr, len) in [(&ATR_T1[..], EVEN + 100), (&atr_of(&DemoCard::new()), 40_000)] {
            let mut file = vec![0; len];
            let card = answering(atr, move |command| {
                let (offset, _) = asked(&[0, 0xB0, command[2], command[3], 0]);
                match command[1] {
                    0xD6 => {
                        let data = if command[4] == 0 { &command[7..] } else { &command[5..] };
                        assert!(offset < EVEN && (offset + data.len() <= EVEN || offset == EVEN - 1));
                        file[offset..offset + data.len()].copy_from_slice(data);
                        vec![0x90, 0]
                    }
                    0xB0 => {
                        let (offset, ne) = asked(command);
                        [&file[offset..file.len().min(offset + ne)], &[0x90, 0]].concat()
                    }
                    _ => vec![0x6D, 0],
                }
            });
            with_card(&mut service, card, |session, _| {
                session.transparent_file().update(&bytes(len)).unwrap();
                assert!(session.transparent_file().with_len(len).read().unwrap() == bytes(len));
                assert!(read(session) == bytes(len));
            });
        }
    }

    fn what_cannot_be_reached_is_an_error_with_what_was_read<S>() {
        let mut service = S::start(1);
        for refusal in [None, Some(0x6B00)] {
            let kind = Kind { refusal, ..TOLERANT };
            with_card(&mut service, kind.card(&ATR_T1, 40_000), |session, _| {
                for len in [None, Some(40_000)] {
                    let file = session.transparent_file();
                    let file = match len { Some(len) => file.with_len(len), None => file };
                    let (data, error) = file.read().unwrap_err().into_parts();
                    assert_error!(error, Status { status: StatusWord::from_u16(0x6D00), header: Some([0, 0xB1, 0, 0]) });
                    assert!(data == bytes(EVEN - 1 + 256), "{}", data.len());
                }
                let error = session.transparent_file().update(&bytes(40_000)).unwrap_err();
                assert_eq!(error.status(), Some(StatusWord::from_u16(0x6D00)));
            });
        }
        // A refusal that speaks of neither offset nor length is no proof, though there is no instruction that goes on.
        for status in [0x6982_u16, 0x6F00, 0x6A82] {
            let card = answering(&ATR_T1, move |command| match asked(command) {
                _ if command[1] == 0xB1 => vec![0x6D, 0],
                (offset, ne) if offset + ne <= EVEN => [&bytes(EVEN)[offset..offset + ne], &[0x90, 0]].concat(),
                _ => status.to_be_bytes().to_vec(),
            });
            with_card(&mut service, card, |session, _| {
                let (data, error) = session.transparent_file().read().unwrap_err().into_parts();
                assert_error!(error, Status {
                    status: StatusWord::from_u16(status),
                    header: Some([0, 0xB0, 0x7F, 0xFF]),
                });
                assert!(data == bytes(EVEN));
            });
        }
    }
}

#[test]
fn a_file_that_ends_where_the_offsets_do_is_read_whole_without_odd_instructions() {
    let mut service = Simulated::start(1);
    let extended = atr_of(&DemoCard::new());
    for atr in [&ATR_T1[..], &ATR_T0, &extended] {
        for refusal in [None, Some(0x6B00), Some(0x6700), Some(0x6A86), Some(0x6C00)] {
            let end = refusal.unwrap_or(0x6B00);
            for len in LENGTHS {
                let kind = Kind {
                    refusal,
                    end,
                    ..TOLERANT
                };
                with_card(&mut service, kind.card(atr, len), |session, card| {
                    assert!(read(session) == bytes(len), "{refusal:04X?} {len}");
                    let taken = card.commands().len();
                    assert!(session.transparent_file().with_len(len).read().unwrap() == bytes(len));
                    card.commands();
                    if len != EVEN {
                        return;
                    }
                    // One with extended length and 128 without; and one more where the end must be proved, or two, where
                    // the instruction that would go on is asked for too.
                    let least = if atr == extended { 1 } else { 128 };
                    match refusal {
                        None => assert_eq!(taken, least + 1),
                        // It names 256 as the Le that it takes.
                        Some(0x6C00) => assert!(taken <= 131, "{taken}"),
                        Some(_) if least == 128 => assert!(taken <= 130, "{taken}"),
                        Some(_) => assert!(taken <= 24, "{taken}"),
                    }
                    session.transparent_file().with_len(EVEN).read().unwrap();
                    assert_eq!(card.commands().len(), least);
                });
            }
        }
    }
}

#[test]
fn a_file_that_ends_behind_the_offsets_is_read_whole_by_odd_instructions() {
    let mut service = Simulated::start(1);
    for atr in [&ATR_T1[..], &atr_of(&DemoCard::new())] {
        for refusal in [None, Some(0x6B00), Some(0x6700)] {
            for crosses in [true, false] {
                for len in [EVEN, EVEN + 1, EVEN + 64, 33_000, 40_000] {
                    if refusal.is_none() && !crosses {
                        // It would say of one byte where two were asked for that the file ends there.
                        continue;
                    }
                    let kind = Kind {
                        refusal,
                        has_odd: true,
                        crosses,
                        ..TOLERANT
                    };
                    with_card(&mut service, kind.card(atr, len), |session, card| {
                        assert!(read(session) == bytes(len), "{refusal:04X?} {crosses} {len}");
                        let taken = card.commands().len();
                        assert!(taken <= len.div_ceil(252) + 40, "{len}: {taken}");
                    });
                }
            }
        }
    }
}

/// The table of `reading.rs`: what follows a full last part.
#[test]
fn a_full_last_part_is_the_end_where_offset_or_length_is_refused() {
    let mut service = Simulated::start(1);
    for atr in [&ATR_T1[..], &ATR_T0] {
        for len in [256, 512, 1024] {
            for end in [0x6B00, 0x6A86, 0x6700, 0x6C00, 0x6282, 0x9000_u16] {
                let kind = Kind { end, ..TOLERANT };
                with_card(&mut service, kind.card(atr, len), |session, card| {
                    assert!(read(session) == bytes(len), "{end:04X} {len}");
                    let taken = card.commands().len();
                    // 6C00 is answered with the Le that it names, once for each.
                    let most = len / 256 + if end == 0x6C00 { 4 } else { 2 };
                    assert!(taken <= most, "{end:04X}: {taken}");
                    let (data, error) = session
                        .transparent_file()
                        .with_len(len + 1)
                        .read()
                        .unwrap_err()
                        .into_parts();
                    assert_error!(
                        error,
                        FileTooShort {
                            len: len,
                            expected: len + 1
                        }
                    );
                    assert!(data == bytes(len));
                });
            }
            for end in [0x6A82, 0x6F00, 0x6981, 0x6986, 0x6982, 0x6985, 0x6581, 0x6D00_u16] {
                let kind = Kind { end, ..TOLERANT };
                with_card(&mut service, kind.card(atr, len), |session, card| {
                    let (data, error) = session.transparent_file().read().unwrap_err().into_parts();
                    assert_eq!(error.status(), Some(end.into()));
                    assert!(data == bytes(len));
                    assert_eq!(card.commands().len(), len / 256 + 1);
                });
            }
        }
        // Of a file of which nothing was read, all of these are refusals.
        for end in [0x6B00, 0x6A86, 0x6700, 0x6C00, 0x6A82, 0x6F00_u16] {
            let kind = Kind { end, ..TOLERANT };
            with_card(&mut service, kind.card(atr, 0), |session, _| {
                let error = session.transparent_file().read().unwrap_err();
                assert_eq!(error.error().status(), Some(end.into()));
            });
        }
    }
}

#[test]
fn a_full_part_that_claims_the_end_is_followed_by_one_byte_more() {
    let mut service = Simulated::start(1);
    for atr in [&ATR_T1[..], &ATR_T0] {
        // Once, with each part, and with those alone that end the file; then refusals of all kinds.
        for (len, which) in [(1000, 2), (1024, 2), (1024, 0), (1000, 0), (1024, 4)] {
            for end in [0x6B00, 0x6F00, 0x6A82, 0x9000_u16] {
                let file = bytes(len);
                let mut count = 0;
                let card = answering(atr, move |command| {
                    count += 1;
                    let (offset, ne) = asked(command);
                    let rest = &file[offset..];
                    match &rest[..ne.min(rest.len())] {
                        [] => end.to_be_bytes().to_vec(),
                        part if which == 0 || which == count => [part, &[0x62, 0x82]].concat(),
                        part => [part, &[0x90, 0]].concat(),
                    }
                });
                with_card(&mut service, card, |session, card| {
                    let full = len % 256 == 0;
                    match session.transparent_file().read() {
                        Ok(data) => assert!(data == bytes(len), "{len} {which} {end:04X}"),
                        // Of the last part it did not say so.
                        Err(error) => {
                            assert!(full && which == 2 && matches!(end, 0x6F00 | 0x6A82), "{error}");
                            assert!(error.into_inner() == bytes(len));
                        }
                    }
                    assert!(card.commands().len() <= 12);
                });
            }
        }
    }
}
