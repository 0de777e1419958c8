//! Files of cards that answer by lengths of their own, whatever Le says, and of cards that say more than "done": cases A, B
//! and C.
//!
//! On the simulator alone: many cards.

use crate::card::{ATR_T0, ATR_T1, bytes};
use crate::service::{Service, simulated::Simulated};
use crate::watched::{answering, with_card};
use pcsc_session::{CardChannel, Error, ExchangeOptions};
use pcsc_sim::Card;

/// What READ BINARY asks for, of either instruction: offset and Ne.
fn asked(command: &[u8]) -> (usize, usize) {
    let number = |bytes: &[u8]| {
        bytes
            .iter()
            .fold(0, |number, byte| number << 8 | usize::from(*byte))
    };
    let ne = |le: u8| if le == 0 { 256 } else { le.into() };
    match *command {
        [_, 0xB0, p1, p2, le] => (number(&[p1, p2]), ne(le)),
        [_, 0xB1, 0, 0, _, 0x54, len, ref rest @ ..] => {
            let (offset, le) = rest.split_at(len.into());
            (number(offset), le.first().copied().map_or(0, ne))
        }
        _ => panic!("{command:02X?}"),
    }
}

/// A card that gives `most` bytes at the most, and refuses another Le than what there is by 6Cxx.
fn exact(atr: &[u8], len: usize, most: usize) -> impl Card + use<> {
    let file = bytes(len);
    answering(atr, move |command| {
        let (offset, ne) = asked(command);
        let is_odd = command[1] == 0xB1;
        let Some(rest @ [_, ..]) = file.get(offset..) else {
            return vec![0x6B, 0];
        };
        // Short enough for a length of one byte.
        let header = |len: usize| if is_odd { vec![0x53, len as u8] } else { vec![] };
        let there = header(rest.len().min(125)).len() + rest.len().min(125);
        let there = there.min(most);
        if ne > there {
            return vec![0x6C, there as u8];
        }
        let some = &rest[..ne - header(0).len()];
        [&header(some.len()), some, &[0x90, 0]].concat()
    })
}

/// Cases 1 and 11: a card's own Le ends no file, whether its bytes are secret or not, and by either instruction.
#[test]
fn a_le_of_the_cards_own_is_no_end() {
    let mut service = Simulated::start(1);
    for (len, most) in [
        (600, 100),
        (600, 125),
        (125, 125),
        (126, 125),
        (33_500, 120),
        (32_900, 127),
    ] {
        // On T=0 the odd instruction, which has data, goes without Le.
        for atr in [&ATR_T1[..], &ATR_T0]
            .into_iter()
            .take(if len > 0x8000 { 1 } else { 2 })
        {
            for is_secret in [false, true] {
                with_card(&mut service, exact(atr, len, most), |session, card| {
                    let file = session.transparent_file();
                    let file = if is_secret { file.sensitive() } else { file };
                    assert!(file.read().unwrap() == bytes(len), "{len} {most} {is_secret}");
                    assert!(card.commands().len() <= len / most + 16);
                });
            }
        }
    }
}

/// Cases 1 and 11: nor does more than was asked for, in one piece.
#[test]
fn a_card_that_does_not_look_at_le_is_read_whole() {
    let mut service = Simulated::start(1);
    for part in [1, 16, 100, 200, 255] {
        for len in [0, 1, 128, 129, 255, 256, 257, 600] {
            // With fewer than it was asked for, by the standard, a card says that there are no more.
            for gives in [128, 256].into_iter().filter(|&gives| gives > part) {
                let file = bytes(len);
                let card = answering(&ATR_T1, move |command| match file.get(asked(command).0..) {
                    Some(rest @ [_, ..]) => [&rest[..rest.len().min(gives)], &[0x90, 0]].concat(),
                    _ => vec![0x90, 0],
                });
                with_card(&mut service, card, |session, _| {
                    session.set_exchange_options(ExchangeOptions::iso().file_part(Some(part)));
                    let data = session.transparent_file().read().unwrap();
                    assert!(data == bytes(len), "{part} {len} {gives}: {}", data.len());
                });
            }
        }
    }
}

/// Cases 3 and 4: that a card has failed is no end of a file, and the error says what the card said.
#[test]
fn a_failure_after_a_short_part_is_told_as_it_is() {
    let mut service = Simulated::start(1);
    for failure in [0x6400, 0x6581, 0x6601_u16] {
        let file = bytes(1900);
        let card = answering(&ATR_T1, move |command| {
            let (offset, ne) = asked(command);
            match offset {
                768.. => failure.to_be_bytes().to_vec(),
                _ => [&file[offset..offset + ne.min(192)], &[0x90, 0]].concat(),
            }
        });
        with_card(&mut service, card, |session, _| {
            let error = session.transparent_file().with_len(1900).read().unwrap_err();
            let is_told = matches!(error.error(), Error::Status { status, .. } if *status == failure);
            assert!(is_told, "{error}");
            assert!(error.into_inner() == bytes(768));
        });
    }
}

/// Case 13: a UICC with a proactive command that waits answers 91xx in place of 9000.
#[test]
fn a_proactive_command_that_waits_is_no_failure_of_files_and_channels() {
    let mut service = Simulated::start(1);
    let card = || {
        let file = bytes(600);
        answering(&ATR_T1, move |command| match command {
            [0x00, 0x70, 0x00, 0x00, ..] => vec![1, 0x91, 0x0B],
            [_, 0xB0, ..] => {
                let (offset, ne) = asked(command);
                let rest = &file[offset..];
                [&rest[..ne.min(rest.len())], &[0x91, 0x0B]].concat()
            }
            _ => vec![0x91, 0x0B],
        })
    };
    with_card(&mut service, card(), |session, card| {
        session.set_exchange_options(ExchangeOptions::uicc());
        assert!(session.transparent_file().read().unwrap() == bytes(600));
        session.transparent_file().update(&bytes(600)).unwrap();
        card.commands();
        let channel = session.open_channel().unwrap();
        assert_eq!(channel.number(), 1);
        channel.close().unwrap();
        session.open_numbered_channel(2).unwrap().close().unwrap();
        let sent: Vec<_> = card.commands().iter().map(|sent| sent[1..4].to_vec()).collect();
        assert_eq!(
            sent,
            [[0x70, 0, 0], [0x70, 0x80, 1], [0x70, 0, 2], [0x70, 0x80, 2]]
        );
    });
    // Of other cards it is an error.
    with_card(&mut service, card(), |session, _| {
        let error = session.transparent_file().read().unwrap_err();
        assert!(matches!(error.error(), Error::Status { status, .. } if *status == 0x910B));
        assert!(session.transparent_file().update(&[1]).is_err());
        assert!(session.open_channel().is_err());
        assert_eq!(session.connection().exchange_options(), ExchangeOptions::iso());
    });
}

/// Cases 1 and 11, behind the even instruction's offsets, of a card without the odd one: that it refuses a byte more than its
/// own limit is no end.
#[test]
fn a_limit_behind_the_even_offsets_is_no_end() {
    let mut service = Simulated::start(1);
    for limit in [17, 100, 128, 192, 255] {
        for refusal in [0x6700, 0x6B00, 0x6A86, 0x6C00_u16] {
            // Up to the limit, at it, and beyond it.
            for behind in [limit - 5, limit - 1, limit, limit + 1, limit + 100] {
                let file = bytes(0x7FFF + behind);
                let card = answering(&ATR_T1, move |command| {
                    if command[1] != 0xB0 {
                        return vec![0x6D, 0];
                    }
                    let (offset, ne) = asked(command);
                    match file.get(offset..offset + ne) {
                        Some(part) if ne <= limit => [part, &[0x90, 0]].concat(),
                        _ if refusal == 0x6C00 => vec![0x6C, (file.len() - offset).min(limit) as u8],
                        _ => refusal.to_be_bytes().to_vec(),
                    }
                });
                with_card(&mut service, card, |session, _| {
                    let reached = 0x7FFF + behind.min(limit);
                    match session.transparent_file().read() {
                        Ok(data) => assert!(data == bytes(0x7FFF + behind) && behind < limit),
                        Err(error) => {
                            let is_told =
                                matches!(error.error(), Error::Status { status, .. } if *status == 0x6D00);
                            assert!(
                                is_told && behind >= limit,
                                "{limit} {refusal:04X} {behind}: {error}"
                            );
                            assert!(error.into_inner() == bytes(reached));
                        }
                    }
                });
            }
        }
    }
}

/// Cases 1 and 6: on T=0 the odd instruction goes without Le. The card gives data objects of a length of its own, which must
/// come whole, and say nothing of the end.
#[test]
fn a_card_that_was_not_told_how_much_gives_what_it_likes() {
    let mut service = Simulated::start(1);
    for gives in [40, 100, 127] {
        for len in [32_768, 32_769, 32_768 + gives, 33_500] {
            for part in [None, Some(30)] {
                let file = bytes(len);
                let mut waiting = Vec::new();
                let card = answering(&ATR_T0, move |command| match command[1] {
                    0xC0 => {
                        let ne = usize::from(command[4]).min(waiting.len());
                        [&waiting.drain(..ne).collect::<Vec<u8>>()[..], &[0x90, 0]].concat()
                    }
                    0xB0 => {
                        let (offset, ne) = asked(command);
                        let rest = &file[offset..];
                        [&rest[..ne.min(rest.len())], &[0x90, 0]].concat()
                    }
                    _ => match file.get(asked(command).0..) {
                        Some(rest @ [_, ..]) => {
                            let some = &rest[..rest.len().min(gives)];
                            waiting = [&[0x53, some.len() as u8], some].concat();
                            vec![0x61, waiting.len() as u8]
                        }
                        _ => vec![0x6B, 0],
                    },
                });
                with_card(&mut service, card, |session, _| {
                    session.set_exchange_options(ExchangeOptions::iso().file_part(part));
                    let data = session.transparent_file().read().unwrap();
                    assert!(data == bytes(len), "{gives} {len}: {}", data.len());
                });
            }
        }
    }
}
