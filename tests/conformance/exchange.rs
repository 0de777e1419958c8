//! `execute`: each rule of an exchange, at the card.

use crate::card::{ATR_T0, ATR_T1};
use crate::watched::{answering, scripted, with_card};
use pcsc_session::{Command, Error, ExchangeOptions, Session, StatusWord};
use pcsc_sim::DemoCard;

pub(crate) const GET: Command<'static> = Command::new(0x00, 0xCA, 0x01, 0x02).with_ne(256);
pub(crate) const PUT: Command<'static> = Command::put_data(DemoCard::LONG_DATA_OBJECT, &[]);
const OFF: ExchangeOptions = ExchangeOptions::iso();

/// Executes a command and gives data and status word.
pub(crate) fn run(session: &mut Session, command: &Command<'_>) -> (Vec<u8>, u16) {
    let response = session.execute(command).unwrap();
    (response.data().to_vec(), response.status().to_u16())
}

/// Bytes that show their place.
pub(crate) fn bytes(len: usize) -> Vec<u8> {
    (0..=250).cycle().take(len).collect()
}

/// An answer of so many bytes with this status word.
fn answer(len: usize, status: u16) -> Vec<u8> {
    let mut answer = bytes(len);
    answer.extend(status.to_be_bytes());
    answer
}

conformance! {
    fn an_answer_in_any_rounds_is_the_same_bytes<S>() {
        let mut service = S::start(1);
        for round in [4, 5, 100, 255, 256, 257, 999, 1000, 65_536] {
            let cards = [DemoCard::new(), DemoCard::new().t0(), DemoCard::new().t0_and_t1()];
            for card in cards {
                with_card(&mut service, card.rounds_of(round), |session, card| {
                    session.execute(&Command::select_aid(DemoCard::AID)).unwrap().ok().unwrap();
                    let before = card.look(DemoCard::commands);
                    let data = run(session, &Command::get_data(DemoCard::LONG_DATA_OBJECT, 256));
                    assert_eq!(data, (bytes(1000), 0x9000), "{round}");
                    let commands = card.look(DemoCard::commands) - before;
                    assert_eq!(commands, 1000_u64.div_ceil(round.min(256) as u64), "{round}");
                });
            }
        }
    }

    fn rounds_ask_for_what_the_card_says_and_end_with_its_last_status_word<S>() {
        let mut service = S::start(1);
        let most = answer(256, 0x6282);
        for atr in [&ATR_T1[..], &ATR_T0] {
            let answers: [&[u8]; 4] = [&[1, 2, 0x61, 3], &[3, 4, 5, 0x61, 0], &[0x61, 0], &most];
            with_card(&mut service, scripted(atr, &answers), |session, card| {
                let expected = [&[1, 2, 3, 4, 5][..], &bytes(256)].concat();
                assert_eq!(run(session, &GET.with_cla(0x0D)), (expected, 0x6282));
                assert_eq!(card.commands(), [
                    [0x0D, 0xCA, 1, 2, 0],
                    // On the command's channel, without its secure messaging.
                    [0x01, 0xC0, 0, 0, 3],
                    [0x01, 0xC0, 0, 0, 0],
                    [0x01, 0xC0, 0, 0, 0],
                ]);
            });
        }
    }

    fn a_round_that_fails_keeps_what_came_before<S>() {
        let mut service = S::start(1);
        let answers: [&[u8]; 2] = [&[1, 2, 0x61, 3], &[0x6F, 0x00]];
        for atr in [&ATR_T1[..], &ATR_T0] {
            with_card(&mut service, scripted(atr, &answers), |session, card| {
                assert_eq!(run(session, &GET), (vec![1, 2], 0x6F00));
                assert_eq!(card.commands().len(), 2);
            });
        }
    }

    fn nine_f_is_followed_only_where_asked<S>() {
        let mut service = S::start(1);
        let answers: [&[u8]; 3] = [&[0x9F, 2], &[0x9F, 2], &[7, 8, 0x90, 0]];
        with_card(&mut service, scripted(&ATR_T0, &answers), |session, card| {
            let select = Command::new(0xA0, 0xA4, 0, 0).with_data(&[0x3F, 0x00]);
            assert_eq!(run(session, &select), (vec![], 0x9F02));
            assert_eq!(card.commands().len(), 1);
            session.set_exchange_options(OFF.get_response_after_9f(true));
            assert_eq!(run(session, &select), (vec![7, 8], 0x9000));
            assert_eq!(card.commands()[1], [0xA0, 0xC0, 0, 0, 2]);
        });
    }

    fn the_right_le_is_taken_once_and_never_twice<S>() {
        let mut service = S::start(1);
        for atr in [&ATR_T1[..], &ATR_T0] {
            let answers: [&[u8]; 5] = [&[0x6C, 3], &[1, 2, 3, 0x90, 0], &[0x6C, 0], &[0x6C, 7], &[0x6C, 1]];
            with_card(&mut service, scripted(atr, &answers), |session, card| {
                assert_eq!(run(session, &GET), (vec![1, 2, 3], 0x9000));
                assert_eq!(card.commands(), [[0, 0xCA, 1, 2, 0], [0, 0xCA, 1, 2, 3]]);
                assert_eq!(run(session, &GET.with_ne(1)), (vec![], 0x6C07));
                assert_eq!(card.commands(), [[0, 0xCA, 1, 2, 1], [0, 0xCA, 1, 2, 0]]);
                // No Le to put right.
                assert_eq!(run(session, &GET.with_ne(0)), (vec![], 0x6C01));
                assert_eq!(card.commands(), [[0, 0xCA, 1, 2]]);
            });
        }
    }

    fn the_right_le_within_get_response<S>() {
        let mut service = S::start(1);
        let answers: [&[u8]; 6] =
            [&[9, 0x61, 0x10], &[0x6C, 2], &[8, 7, 0x61, 1], &[0x6C, 3], &[0x6C, 4], &[0x90, 0]];
        for atr in [&ATR_T1[..], &ATR_T0] {
            with_card(&mut service, scripted(atr, &answers), |session, card| {
                assert_eq!(run(session, &GET), (vec![9, 8, 7], 0x6C04));
                let le: Vec<u8> = card.commands()[1..].iter().map(|command| command[4]).collect();
                assert_eq!(le, [0x10, 2, 1, 3]);
            });
        }
    }

    fn a_demonstration_card_says_the_right_le<S>() {
        let mut service = S::start(1);
        for card in [DemoCard::new().t0(), DemoCard::new().exact_le(true)] {
            with_card(&mut service, card, |session, card| {
                session.execute(&Command::select_aid(DemoCard::AID)).unwrap().ok().unwrap();
                card.commands();
                let read = Command::read_binary_sfi(1, 0, 256).unwrap();
                let (data, status) = run(session, &read);
                let greeting = card.look(|card| card.file(DemoCard::GREETING).unwrap().to_vec());
                assert_eq!((data, status), (greeting, 0x9000));
                assert_eq!(card.commands(), [[0, 0xB0, 0x81, 0, 0], [0, 0xB0, 0x81, 0, 28]]);
            });
        }
    }

    fn le_of_a_command_with_data_is_left_out_on_t0_alone<S>() {
        let mut service = S::start(1);
        let select = Command::select_aid(DemoCard::AID);
        let without = [&[0, 0xA4, 4, 0, 9], DemoCard::AID].concat();
        let with = [&without[..], &[0]].concat();
        with_card(&mut service, scripted(&ATR_T0, &[&[0x90, 0], &[0x90, 0]]), |session, card| {
            session.execute(&select).unwrap();
            session.set_exchange_options(OFF.t0_without_le(false));
            session.execute(&select).unwrap();
            assert_eq!(card.commands(), [without, with.clone()]);
        });
        with_card(&mut service, scripted(&ATR_T1, &[&[0x90, 0]]), |session, card| {
            session.execute(&select).unwrap();
            assert_eq!(card.commands(), [with]);
        });
    }

    fn no_more_is_fetched_than_the_command_asks_for<S>() {
        let mut service = S::start(1);
        // At once, within a round, and in the second of two.
        for (first, ne, asked, len) in [
            (&[0x61, 0x10][..], 4, &[4_u8][..], 4),
            (&[0x61, 0], 255, &[255], 255),
            (&[1, 2, 3, 4, 0x61, 5], 4, &[], 4),
            (&[1, 2, 0x61, 5], 4, &[2], 4),
            (&[0x61, 0], 300, &[0, 44], 300),
            // Le says all there are, or nothing is asked for.
            (&[0x61, 0], 256, &[0, 0, 0], 768),
            (&[0x61, 0], 65_536, &[0, 0, 0], 768),
            (&[0x61, 0], 0, &[0, 0, 0], 768),
        ] {
            for atr in [&ATR_T1[..], &ATR_T0] {
                let (mut rounds, first) = (0, first.to_vec());
                let card = answering(atr, move |command| {
                    if command[1] != 0xC0 {
                        return first.clone();
                    }
                    rounds += 1;
                    let len = if command[4] == 0 { 256 } else { usize::from(command[4]) };
                    answer(len, if rounds == 3 { 0x9000 } else { 0x6100 })
                });
                with_card(&mut service, card, |session, card| {
                    let response = session.execute(&GET.with_ne(ne)).unwrap().ok().unwrap();
                    assert_eq!(response.data().len(), len, "{ne}");
                    // What the card has left is its last word.
                    assert_eq!(response.status().sw1(), if len == 768 { 0x90 } else { 0x61 });
                    let commands = card.commands();
                    let le: Vec<u8> = commands[1..].iter().map(|command| command[4]).collect();
                    assert_eq!(le, asked, "{ne}");
                });
            }
        }
    }

    fn each_rule_can_be_switched_off<S>() {
        let mut service = S::start(1);
        let answers: [&[u8]; 2] = [&[1, 0x61, 3], &[0x6C, 3]];
        for atr in [&ATR_T1[..], &ATR_T0] {
            with_card(&mut service, scripted(atr, &answers), |session, card| {
                assert_eq!(session.exchange_options(), ExchangeOptions::default());
                session.set_exchange_options(OFF.get_response(false).correct_le(false));
                assert_eq!(run(session, &GET), (vec![1], 0x6103));
                assert_eq!(run(session, &GET), (vec![], 0x6C03));
                assert_eq!(card.commands().len(), 2);
            });
        }
    }

    /// Field case 8.
    fn an_answer_in_many_rounds_comes_whole<S>() {
        let mut service = S::start(1);
        for atr in [&ATR_T1[..], &ATR_T0] {
            // 20 KiB in rounds of 64 bytes.
            let mut left: usize = 20 * 1024;
            let card = answering(atr, move |command| {
                let ne = if command[1] == 0xC0 { usize::from(command[4]) } else { 64 };
                left -= ne;
                let more = u16::try_from(left.min(64)).unwrap();
                answer(ne, if left == 0 { 0x9000 } else { 0x6100 | more })
            });
            with_card(&mut service, card, |session, card| {
                assert_eq!(session.execute(&GET).unwrap().ok().unwrap().data().len(), 20 * 1024);
                assert_eq!(card.commands().len(), 320);
            });
        }
    }

    fn a_card_that_never_gives_what_it_announces_is_stopped<S>() {
        let mut service = S::start(1);
        for atr in [&ATR_T1[..], &ATR_T0] {
            let card = answering(atr, move |_| vec![0x61, 1]);
            with_card(&mut service, card, |session, card| {
                assert_error!(session.execute(&GET).unwrap_err(), BadResponse { .. });
                assert_eq!(card.commands().len(), 258);
            });
        }
    }

    fn an_answer_has_at_most_65536_bytes<S>() {
        let mut service = S::start(1);
        for (first, whole, atr) in [
            (0, Some(65_536), &ATR_T1[..]),
            (1, None, &ATR_T1),
            (0, Some(65_536), &ATR_T0),
            (1, None, &ATR_T0),
        ] {
            let mut left = 257;
            let card = answering(atr, move |_| {
                left -= 1;
                let more = if left <= 0 { 0x9000 } else { 0x6100 };
                answer(if left == 256 { first } else { 256 }, more)
            });
            with_card(&mut service, card, |session, card| {
                match session.execute(&GET) {
                    Ok(response) => assert_eq!(Some(response.data().len()), whole),
                    Err(Error::ResponseTooLong { len, .. }) => assert_eq!((None, 65_281), (whole, len)),
                    Err(error) => panic!("{error}"),
                }
                assert_eq!(card.commands().len(), if first == 0 { 257 } else { 256 });
                // The session is as it was.
                session.execute(&GET).unwrap();
            });
        }
    }

    fn a_round_longer_than_asked_for_is_bounded_as_well<S>() {
        let mut service = S::start(1);
        let mut first = true;
        let card = answering(&ATR_T1, move |_| {
            let more = if std::mem::take(&mut first) { 0x6101 } else { 0x9000 };
            answer(40_000, more)
        });
        with_card(&mut service, card, |session, card| {
            // An error either way: the buffer has no room for it, or it is longer than an answer may be.
            session.execute(&GET.with_ne(65_536)).unwrap_err();
            assert_eq!(card.commands().len(), 2);
        });
    }

    fn a_round_that_ends_beyond_the_bound_is_an_error<S>() {
        let mut service = S::start(1);
        for (last, whole) in [(25_536, Some(65_536)), (25_537, None)] {
            let mut first = true;
            let card = answering(&ATR_T1, move |_| {
                if std::mem::take(&mut first) { answer(40_000, 0x6101) } else { answer(last, 0x9000) }
            });
            with_card(&mut service, card, |session, card| {
                match session.execute(&GET.with_ne(65_536)) {
                    Ok(response) => assert_eq!(Some(response.data().len()), whole),
                    Err(Error::ResponseTooLong { len, .. }) => assert_eq!((None, 65_537), (whole, len)),
                    Err(error) => panic!("{error}"),
                }
                assert_eq!(card.commands().len(), 2);
            });
        }
    }

    fn only_success_is_ok<S>() {
        let mut service = S::start(1);
        let words: [u16; 7] = [0x9000, 0x6102, 0x6282, 0x63C2, 0x6C02, 0x9F02, 0x6A82];
        let answers: Vec<[u8; 2]> = words.iter().map(|word| word.to_be_bytes()).collect();
        let answers: Vec<&[u8]> = answers.iter().map(|answer| &answer[..]).collect();
        for atr in [&ATR_T1[..], &ATR_T0] {
            with_card(&mut service, scripted(atr, &answers), |session, _| {
                session.set_exchange_options(OFF.get_response(false).correct_le(false));
                for word in words {
                    let result = session.execute(&GET).unwrap().ok();
                    let result = result.map(|response| response.status()).map_err(|error| error.status());
                    let expected = match word {
                        0x9000 | 0x6102 => Ok(StatusWord::from_u16(word)),
                        _ => Err(Some(StatusWord::from_u16(word))),
                    };
                    assert_eq!(result, expected);
                }
            });
        }
    }

    fn execute_into_takes_the_callers_memory<S>() {
        let mut service = S::start(1);
        with_card(&mut service, DemoCard::new().rounds_of(100), |session, _| {
            session.execute(&Command::select_aid(DemoCard::AID)).unwrap().ok().unwrap();
            let mut data = vec![0xEE; 2000];
            let place = data.as_ptr();
            let status = session.execute_into(&Command::get_data(DemoCard::LONG_DATA_OBJECT, 256), &mut data);
            assert_eq!(status, Ok(StatusWord::SUCCESS));
            assert_eq!((data == bytes(1000), data.as_ptr()), (true, place));
        });
    }
}
