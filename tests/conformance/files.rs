//! Whole transparent files: as few commands as the card's form allows, and every byte in its place.

use crate::card::{ATR_T0, ATR_T1};
use crate::service::{Service, simulated::Simulated};
use crate::watched::{answering, atr_of, scripted, with_card};
use pcsc_session::{Command, Error, ExchangeOptions, LongForm, Session, StatusWord, TransparentFile};
use pcsc_sim::DemoCard;

fn select(session: &mut Session, file: u16) {
    session
        .execute(&Command::select_aid(DemoCard::AID))
        .unwrap()
        .ok()
        .unwrap();
    let file = file.to_be_bytes();
    session
        .execute(&Command::select_file(&file).with_p2(0x0C))
        .unwrap()
        .ok()
        .unwrap();
}

/// A demonstration card of each kind: with extended length, without, and with T=0.
fn cards() -> [DemoCard; 3] {
    [
        DemoCard::new(),
        DemoCard::new().without_extended_length(),
        DemoCard::new().t0(),
    ]
}

/// Bytes that are not those of a new card.
fn other_bytes(len: usize) -> Vec<u8> {
    (0..=240).rev().cycle().take(len).collect()
}

conformance! {
    fn reading_32_kib_takes_the_fewest_commands<S>() {
        let mut service = S::start(1);
        for (card, commands) in cards().into_iter().zip([1, 128, 128]) {
            with_card(&mut service, card, |session, card| {
                select(session, DemoCard::LARGE);
                let expected = card.look(|card| card.file(DemoCard::LARGE).unwrap().to_vec());
                card.commands();
                let data = session.transparent_file().with_len(32_768).read().unwrap();
                assert!(data == expected);
                assert_eq!(card.commands().len(), commands);
                // To the end of the file, whose length nobody said: at most one more.
                let data = session.transparent_file().read().unwrap();
                assert!(data == expected);
                let taken = card.commands().len();
                assert!((commands..=commands + 1).contains(&taken), "{taken}");
            });
        }
    }

    fn a_larger_file_needs_odd_instructions_both_ways<S>() {
        let mut service = S::start(1);
        let new = other_bytes(40_000);
        for card in cards() {
            with_card(&mut service, card, |session, card| {
                select(session, DemoCard::LARGER);
                let old = card.look(|card| card.file(DemoCard::LARGER).unwrap().to_vec());
                assert_eq!(old.len(), 40_000);
                assert!(session.transparent_file().with_len(40_000).read().unwrap() == old);
                assert!(session.transparent_file().read().unwrap() == old);
                // A part of it that ends within what one odd READ BINARY gives.
                for len in [32_769, 33_000] {
                    let data = session.transparent_file().with_len(len).read().unwrap();
                    assert!(data == old[..len], "{len}: {}", data.len());
                }
                session.transparent_file().update(&new).unwrap();
                assert!(card.look(|card| card.file(DemoCard::LARGER).unwrap() == new));
                assert!(session.transparent_file().with_len(40_000).read().unwrap() == new);
            });
        }
    }

    fn odd_instructions_with_extended_length_too<S>() {
        let mut service = S::start(1);
        let atr = atr_of(&DemoCard::new());
        // A card that never sends more than 30,000 bytes, and has 70,000: B1 with extended length.
        let card = answering(&atr, |command| {
            let mut answer = Vec::new();
            if command[1] == 0xB0 {
                answer.extend(vec![0xB0; 30_000]);
            } else {
                // 54, its length, the offset; behind Lc of one byte or of three.
                let object = if command[4] == 0 { &command[7..] } else { &command[5..] };
                let len = usize::from(object[1]);
                let offset = object[2..2 + len].iter().fold(0, |offset, byte| offset << 8 | usize::from(*byte));
                let some = 30_000.min(70_000 - offset);
                if some == 0 {
                    return vec![0x6B, 0x00];
                }
                answer.extend([0x53, 0x82, (some >> 8) as u8, some as u8]);
                answer.extend(vec![0xB1; some]);
            }
            answer.extend([0x90, 0x00]);
            answer
        });
        with_card(&mut service, card, |session, card| {
            let data = session.transparent_file().read().unwrap();
            assert_eq!(data.len(), 70_000);
            assert!(data[..60_000].iter().all(|byte| *byte == 0xB0));
            assert!(data[60_000..].iter().all(|byte| *byte == 0xB1));
            assert_eq!(card.commands().iter().map(|command| command[1]).collect::<Vec<_>>(), [0xB0, 0xB0, 0xB1, 0xB1]);
        });
    }

    fn updating_32_kib_arrives_whole<S>() {
        let mut service = S::start(1);
        let new = other_bytes(32_768);
        for (card, commands) in cards().into_iter().zip([1, 129, 129]) {
            with_card(&mut service, card, |session, card| {
                select(session, DemoCard::LARGE);
                card.commands();
                session.transparent_file().update(&new).unwrap();
                assert_eq!(card.commands().len(), commands);
                assert!(card.look(|card| card.file(DemoCard::LARGE).unwrap() == new));
                session.transparent_file().update(&[]).unwrap();
                assert_eq!(card.commands().len(), 0);
                // More than the file has.
                let error = session.transparent_file().update(&[0; 40_000]).unwrap_err();
                assert!(matches!(error, Error::Status { .. }), "{error:?}");
            });
        }
    }

    fn progress_is_told_after_each_command<S>() {
        let mut service = S::start(1);
        let card = DemoCard::new().without_extended_length();
        with_card(&mut service, card, |session, _| {
            select(session, DemoCard::LARGE);
            let mut told = Vec::new();
            let mut tell = |done| told.push(done);
            session.transparent_file().with_len(1000).with_progress(&mut tell).read().unwrap();
            session.transparent_file().with_progress(&mut tell).update(&[0; 600]).unwrap();
            assert_eq!(told, [256, 512, 768, 1000, 255, 510, 600]);
        });
    }

    fn a_file_shorter_than_asked_is_an_error_with_what_it_has<S>() {
        let mut service = S::start(1);
        for card in cards().into_iter().chain([DemoCard::new().exact_le(true)]) {
            with_card(&mut service, card, |session, card| {
                select(session, DemoCard::GREETING);
                let greeting = card.look(|card| card.file(DemoCard::GREETING).unwrap().to_vec());
                for len in [27, 28] {
                    let data = session.transparent_file().with_len(len).read().unwrap();
                    assert_eq!(data, greeting[..len], "{len}");
                }
                for len in [29, 255, 256, 257, 1000, 70_000] {
                    let (data, error) = session.transparent_file().with_len(len).read().unwrap_err().into_parts();
                    assert_error!(error, FileTooShort { len: 28, expected: len });
                    assert_eq!(data, greeting, "{len}");
                }
                assert_eq!(session.transparent_file().read().unwrap(), greeting);
                card.commands();
                assert_eq!(session.transparent_file().with_len(0).read().unwrap(), []);
                assert_eq!(card.commands().len(), 0);
            });
        }
    }

    fn a_file_that_may_not_be_read_is_an_error<S>() {
        let mut service = S::start(1);
        for card in cards() {
            with_card(&mut service, card, |session, card| {
                select(session, DemoCard::SECRET);
                let refused = Some(StatusWord::from_u16(0x6982));
                let mut data = vec![1, 2, 3];
                assert_eq!(session.transparent_file().read_into(&mut data).unwrap_err().status(), refused);
                assert_eq!(data, []);
                assert_eq!(session.transparent_file().update(&[0]).unwrap_err().status(), refused);
                session.execute(&Command::verify(DemoCard::PIN_REFERENCE, DemoCard::PIN).unwrap()).unwrap().ok().unwrap();
                session.transparent_file().read_into(&mut data).unwrap();
                assert_eq!(data, card.look(|card| card.file(DemoCard::SECRET).unwrap().to_vec()));
            });
        }
    }

    fn reading_stops_where_the_card_fails_and_keeps_what_came<S>() {
        let mut service = S::start(1);
        let mut part = vec![0x5A; 256];
        part.extend([0x90, 0x00]);
        with_card(&mut service, scripted(&ATR_T1, &[&part, &part, &[0x65, 0x81]]), |session, card| {
            let mut data = Vec::new();
            let error = session.transparent_file().with_len(1000).read_into(&mut data).unwrap_err();
            assert_error!(error, Status { status: StatusWord::from_u16(0x6581) });
            assert_eq!((data.len(), card.commands().len()), (512, 3));
        });
    }

    fn a_file_ends_where_the_card_says_so_or_gives_nothing<S>() {
        let mut service = S::start(1);
        let part = |status: [u8; 2]| [vec![0x5A; 256], status.to_vec()].concat();
        for atr in [&ATR_T1[..], &ATR_T0] {
            for (answers, commands) in [
                // 6282 with all that was asked for is the end where no byte comes behind it, whatever the card says.
                (vec![part([0x62, 0x82]), vec![0x6F, 0], part([0x90, 0])], 2),
                (vec![part([0x62, 0x82]), vec![0x90, 0], part([0x90, 0])], 2),
                // What gives nothing is asked for one byte.
                (vec![part([0x90, 0]), vec![0x90, 0], vec![0x90, 0], part([0x90, 0])], 3),
                (vec![part([0x90, 0]), vec![0x62, 0x82], vec![0x6B, 0], part([0x90, 0])], 3),
                (vec![part([0x90, 0]), vec![0x6B, 0], vec![0x6B, 0], part([0x90, 0])], 3),
            ] {
                let answers: Vec<&[u8]> = answers.iter().map(Vec::as_slice).collect();
                with_card(&mut service, scripted(atr, &answers), |session, card| {
                    assert_eq!(session.transparent_file().read().unwrap(), [0x5A; 256]);
                    assert_eq!(card.commands().len(), commands);
                });
            }
        }
    }

    fn no_more_is_read_than_asked_for<S>() {
        let mut service = S::start(1);
        for atr in [&ATR_T1[..], &ATR_T0] {
            // The card gives what it likes.
            let answers: [&[u8]; 2] = [&[1, 2, 3, 4, 5, 0x90, 0], &[0x61, 5]];
            with_card(&mut service, scripted(atr, &answers), |session, card| {
                assert_eq!(session.transparent_file().with_len(4).read().unwrap(), [1, 2, 3, 4]);
                assert_eq!(card.commands(), [[0, 0xB0, 0, 0, 4]]);
            });
        }
    }

    fn a_part_with_more_to_come_is_a_part<S>() {
        let mut service = S::start(1);
        let without = ExchangeOptions::iso().get_response(false);
        for atr in [&ATR_T1[..], &ATR_T0] {
            let answers: [&[u8]; 3] = [&[1, 2, 3, 0x61, 5], &[4, 5, 0x90, 0], &[0x61, 5]];
            with_card(&mut service, scripted(atr, &answers), |session, card| {
                session.set_exchange_options(without);
                assert_eq!(session.transparent_file().with_len(5).read().unwrap(), [1, 2, 3, 4, 5]);
                assert_eq!(card.commands(), [[0, 0xB0, 0, 0, 5], [0, 0xB0, 0, 3, 2]]);
                // Of an answer that waits nothing was read: that is not the end of the file.
                let (_, error) = session.transparent_file().read().unwrap_err().into_parts();
                assert_error!(error, Status { status: StatusWord::from_u16(0x6105) });
            });
        }
    }

    fn a_secret_file_is_read_and_updated_like_any_other<S>() {
        let mut service = S::start(1);
        let new = other_bytes(40_000);
        for card in cards() {
            with_card(&mut service, card, |session, card| {
                select(session, DemoCard::LARGER);
                session.transparent_file().sensitive().update(&new).unwrap();
                assert!(card.look(|card| card.file(DemoCard::LARGER).unwrap() == new));
                assert!(session.transparent_file().sensitive().read().unwrap() == new);
            });
        }
    }

    fn a_data_object_that_comes_in_rounds_is_read_whole<S>() {
        let mut service = S::start(1);
        for atr in [&ATR_T0[..], &ATR_T1] {
            let object = [&[0x53, 100][..], &[0x5A; 100]].concat();
            let card = answering(atr, move |command| match command[1] {
                // READ BINARY for as much as Le says.
                0xB0 => [&vec![0x11; if command[4] == 0 { 256 } else { command[4].into() }][..], &[0x90, 0]].concat(),
                0xB1 => vec![0x61, 102],
                // GET RESPONSE likewise.
                _ => [&object[..command[4].into()], &[0x90, 0]].concat(),
            });
            with_card(&mut service, card, |session, _| {
                let data = session.transparent_file().with_len(32_778).read().unwrap();
                assert!(data[..32_768].iter().all(|byte| *byte == 0x11));
                assert_eq!(data[32_768..], [0x5A; 10]);
            });
        }
    }

    fn a_form_that_the_caller_chose_counts_for_files<S>() {
        let mut service = S::start(1);
        with_card(&mut service, DemoCard::new(), |session, card| {
            session.set_exchange_options(ExchangeOptions::iso().long_form(Some(LongForm::Chaining)));
            select(session, DemoCard::LARGE);
            card.commands();
            assert_eq!(session.transparent_file().with_len(32_768).read().unwrap().len(), 32_768);
            assert_eq!(card.commands().len(), 128);
        });
    }
}

/// A card that gives a file without end; on the simulator alone, for the time that it takes.
#[test]
fn a_file_without_end_is_an_error_at_16_mib() {
    let mut service = Simulated::start(1);
    let card = answering(&atr_of(&DemoCard::new()), |command| {
        let mut answer = Vec::new();
        if command[1] == 0xB1 {
            answer.extend([0x53, 0x82, 0xFF, 0x00]);
        }
        answer.resize(answer.len() + 0xFF00, 0x5A);
        answer.extend([0x90, 0x00]);
        answer
    });
    with_card(&mut service, card, |session, _| {
        let mut data = Vec::new();
        let error = session.transparent_file().read_into(&mut data).unwrap_err();
        let max = TransparentFile::MAX_LEN;
        assert!(
            matches!(error, Error::FileTooLong { max: told, .. } if told == max),
            "{error:?}"
        );
        assert_eq!(data.len(), max);
        // As many bytes as that may be asked for.
        let data = session.transparent_file().with_len(max).read().unwrap();
        assert_eq!(data.len(), max);
    });
}
