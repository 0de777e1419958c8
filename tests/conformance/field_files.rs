//! Files of cards as the field has them: cases A and B.

use crate::card::{ATR_T0, ATR_T1, bytes};
use crate::watched::{answering, atr_of, with_card};
use pcsc_session::{Command, ExchangeOptions, Session, StatusWord};
use pcsc_sim::{Card, DemoCard};

/// The offset and Ne of READ BINARY.
fn asked(command: &[u8]) -> (usize, usize) {
    let ne = match command {
        [_, _, _, _, 0] => 256,
        [_, _, _, _, le] => usize::from(*le),
        _ => 0,
    };
    (usize::from(command[2]) << 8 | usize::from(command[3]), ne)
}

/// A card with a file of `len` bytes that refuses whatever reaches past its end with 6B00 (IAS ECC).
fn strict(atr: &[u8], len: usize) -> impl Card + use<> {
    let file = bytes(len);
    answering(atr, move |command| {
        let (offset, ne) = asked(command);
        match file.get(offset..offset + ne) {
            Some(part) => [part, &[0x90, 0]].concat(),
            None => vec![0x6B, 0],
        }
    })
}

/// A card that gives what there is, and once, at command `at`, this; past its end it answers `end`.
fn tolerant(atr: &[u8], len: usize, at: usize, stray: [u8; 2], end: [u8; 2]) -> impl Card + use<> {
    let file = bytes(len);
    let mut count = 0;
    answering(atr, move |command| {
        count += 1;
        if count == at {
            return stray.to_vec();
        }
        let (offset, ne) = asked(command);
        match file.get(offset..) {
            None | Some([]) => end.to_vec(),
            Some(rest) => [&rest[..ne.min(rest.len())], &[0x90, 0]].concat(),
        }
    })
}

fn read(session: &mut Session) -> Vec<u8> {
    session.transparent_file().read().unwrap()
}

conformance! {
    /// Cases 1 and 2, and files of every length about the borders.
    fn a_card_that_refuses_what_reaches_past_the_end_is_read_whole<S>() {
        let mut service = S::start(1);
        for len in [600, 100, 1, 2, 255, 256, 257, 511, 512, 513, 1023, 3000] {
            for atr in [&ATR_T1[..], &ATR_T0] {
                with_card(&mut service, strict(atr, len), |session, card| {
                    assert!(read(session) == bytes(len), "{len}");
                    let taken = card.commands().len();
                    assert!(taken <= len.div_ceil(256) + 24, "{len} bytes: {taken} commands");
                    assert!(session.transparent_file().with_len(len).read().unwrap() == bytes(len));
                    assert_eq!(card.commands().len(), len.div_ceil(256));
                });
            }
        }
    }

    /// Case 3.
    fn one_stray_answer_cuts_no_file_off<S>() {
        let mut service = S::start(1);
        for stray in [[0x6B, 0], [0x90, 0], [0x62, 0x82]] {
            for at in 1..=8 {
                let card = tolerant(&ATR_T1, 1900, at, stray, [0x6B, 0]);
                with_card(&mut service, card, |session, _| {
                    assert!(read(session) == bytes(1900), "{stray:02X?} at {at}");
                });
                let card = tolerant(&ATR_T1, 1900, at, stray, [0x6B, 0]);
                with_card(&mut service, card, |session, _| {
                    assert!(session.transparent_file().with_len(1900).read().unwrap() == bytes(1900));
                });
            }
        }
    }

    /// Case 3: with a length, less is an error that keeps what was read.
    fn fewer_bytes_than_were_asked_for_are_an_error<S>() {
        let mut service = S::start(1);
        for (len, end) in [(768, [0x6B, 0]), (768, [0x90, 0]), (768, [0x62, 0x82]), (700, [0x6A, 0x86])] {
            with_card(&mut service, tolerant(&ATR_T1, len, 0, end, end), |session, _| {
                let error = session.transparent_file().with_len(1900).read().unwrap_err();
                assert_error!(*error.error(), FileTooShort { len: len, expected: 1900 });
                assert!(error.into_inner() == bytes(len));
            });
        }
    }

    /// Case 4.
    fn after_a_short_part_nothing_more_is_asked<S>() {
        let mut service = S::start(1);
        for end in [0x6A86, 0x6A82, 0x6700, 0x6981, 0x6986, 0x6C00, 0x6F00_u16] {
            for atr in [&ATR_T1[..], &ATR_T0] {
                let card = tolerant(atr, 600, 0, [0; 2], end.to_be_bytes());
                with_card(&mut service, card, |session, card| {
                    assert!(read(session) == bytes(600));
                    assert_eq!(card.commands().len(), 3);
                });
            }
        }
    }

    /// What no rule explains is an error, and what was read comes with it.
    fn a_failure_in_the_middle_keeps_what_was_read<S>() {
        let mut service = S::start(1);
        with_card(&mut service, tolerant(&ATR_T1, 1900, 4, [0x6F, 0], [0x6B, 0]), |session, _| {
            let (data, error) = session.transparent_file().read().unwrap_err().into_parts();
            assert_error!(error, Status {
                status: StatusWord::from_u16(0x6F00),
                header: Some([0x00, 0xB0, 0x03, 0x00]),
            });
            assert!(data == bytes(768));
        });
    }

    /// Case 5.
    fn bytes_that_were_written_after_retries_are_written<S>() {
        let mut service = S::start(1);
        for status in [0x63C0_u16, 0x63C1, 0x63CF] {
            let mut file = vec![0; 600];
            let card = answering(&ATR_T1, move |command| {
                let offset = usize::from(command[2]) << 8 | usize::from(command[3]);
                if command[1] == 0xD6 {
                    file[offset..offset + command.len() - 5].copy_from_slice(&command[5..]);
                    return if offset == 255 { status.to_be_bytes().to_vec() } else { vec![0x90, 0] };
                }
                let ne = asked(command).1;
                let end = file.len().min(offset + ne);
                [&file[offset..end], &[0x90, 0]].concat()
            });
            with_card(&mut service, card, |session, _| {
                session.transparent_file().update(&bytes(600)).unwrap();
                assert!(session.transparent_file().with_len(600).read().unwrap() == bytes(600));
            });
        }
    }

    /// Cases 6 and 7: a card that chains its answer gives the file in one.
    fn a_card_that_chains_its_answer_is_asked_once<S>() {
        let mut service = S::start(1);
        for (len, is_strict) in [(600, true), (600, false), (32_000, true), (32_000, false), (256, false)] {
            for atr in [&ATR_T0[..], &ATR_T1] {
                let file = bytes(len);
                let mut at = 0;
                let card = answering(atr, move |command| {
                    let ne = asked(command).1;
                    match command[1] {
                        0xB0 if at > 0 && is_strict => return vec![0x6F, 0],
                        0xB0 => at = asked(command).0,
                        _ => {}
                    }
                    let part = &file[at.min(len)..len.min(at + ne)];
                    at += part.len();
                    let more = match len.saturating_sub(at) {
                        0 => [0x90, 0],
                        left => [0x61, u8::try_from(left).unwrap_or(0)],
                    };
                    [part, &more].concat()
                });
                with_card(&mut service, card, |session, card| {
                    assert!(read(session) == bytes(len), "{len}");
                    let whole = card.commands().len();
                    session.execute(&Command::read_binary(0, 256).unwrap()).map(drop).unwrap();
                    let once = card.commands().len();
                    // A file that ends with a whole part is asked for a byte more.
                    let proof = if len == 256 { 2 } else { 1 };
                    assert!(is_strict || whole <= once + proof, "{len}: {whole} commands, {once} by execute");
                });
            }
        }
    }

    /// A file longer than one answer may be, by a card that chains without end.
    fn a_chain_longer_than_an_answer_is_read_in_two<S>() {
        let mut service = S::start(1);
        let file = bytes(30_000);
        let card = answering(&ATR_T1, move |command| {
            let (offset, _) = asked(command);
            match command[1] {
                // More than 65,536 bytes are announced, whatever there is.
                0xB0 => [&file[offset..30_000.min(offset + 256)], &[0x61, 0]].concat(),
                _ => [&[0x77; 256][..], &[0x61, 0]].concat(),
            }
        });
        with_card(&mut service, card, |session, _| {
            let data = session.transparent_file().with_len(60_000).read().unwrap();
            assert!(data[..256] == bytes(256) && data[256..].iter().all(|byte| *byte == 0x77));
        });
    }

    /// A card with extended length and a limit of its own, that refuses what reaches past the end.
    fn a_card_with_a_limit_that_it_does_not_tell_is_read_whole<S>() {
        let mut service = S::start(1);
        let atr = atr_of(&DemoCard::new());
        for (limit, len) in [(2000, 5000), (2000, 31_585), (4096, 5000), (4096, 20_000), (4096, 32_000), (1024, 1024)] {
            for stray in [0, 3] {
                let file = bytes(len);
                let mut count = 0;
                let card = answering(&atr, move |command| {
                    count += 1;
                    let ne = match *command {
                        [_, _, _, _, 0, high, low] => match usize::from(high) << 8 | usize::from(low) {
                            0 => 65_536,
                            ne => ne,
                        },
                        _ => asked(command).1,
                    };
                    let (offset, some) = (asked(command).0, ne.min(limit));
                    match file.get(offset..) {
                        _ if count == stray => vec![0x6B, 0],
                        None | Some([]) => vec![0x6B, 0],
                        Some(rest) => [&rest[..some.min(rest.len())], &[0x90, 0]].concat(),
                    }
                });
                with_card(&mut service, card, |session, _| {
                    assert!(read(session) == bytes(len), "{limit} {len} {stray}");
                });
            }
        }
    }

    /// A card that tells its largest Le by 6Cxx.
    fn a_card_that_names_its_own_le_is_read_whole<S>() {
        let mut service = S::start(1);
        for atr in [&ATR_T1[..], &ATR_T0] {
            for len in [500, 600, 5000, 192, 384, 100] {
                let file = bytes(len);
                let card = answering(atr, move |command| {
                    let (offset, ne) = asked(command);
                    let rest = file.get(offset..).unwrap_or(&[]);
                    let most = rest.len().min(192);
                    match most {
                        0 => vec![0x6B, 0],
                        _ if ne > most => vec![0x6C, u8::try_from(most).unwrap()],
                        _ => [&rest[..ne], &[0x90, 0]].concat(),
                    }
                });
                with_card(&mut service, card, |session, _| {
                    assert!(read(session) == bytes(len), "{len}");
                });
            }
        }
    }

    /// Where more waits, the file has not ended.
    fn a_part_of_which_more_waits_ends_no_file<S>() {
        let mut service = S::start(1);
        let file = bytes(1500);
        let card = answering(&ATR_T1, move |command| {
            let rest = &file[asked(command).0.min(1500)..];
            match rest.len() {
                0 => vec![0x6B, 0],
                1..=100 => [rest, &[0x90, 0]].concat(),
                left => [&rest[..100], &[0x61, u8::try_from(left - 100).unwrap_or(0)]].concat(),
            }
        });
        with_card(&mut service, card, |session, _| {
            session.set_exchange_options(ExchangeOptions::iso().get_response(false));
            assert!(read(session) == bytes(1500));
        });
    }
}
