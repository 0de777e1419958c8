//! `execute` of commands that the short form cannot carry: extended length, chains, and neither.

use crate::card::{ATR_T0, ATR_T1};
use crate::exchange::{GET, PUT, bytes, run};
use crate::watched::{atr_of, scripted, with_card};
use pcsc_session::{Command, Error, ExchangeOptions, LongForm, Session, StatusWord};
use pcsc_sim::DemoCard;

const OFF: ExchangeOptions = ExchangeOptions::iso();

/// Answers to reset that name command chaining alone: of T=1, and of T=0.
fn chaining_atrs() -> [Vec<u8>; 2] {
    [DemoCard::new().without_extended_length(), DemoCard::new().t0()].map(|card| atr_of(&card))
}

conformance! {
    fn extended_length_where_the_answer_to_reset_says_so<S>() {
        let mut service = S::start(1);
        with_card(&mut service, DemoCard::new(), |session, card| {
            session.execute(&Command::select_aid(DemoCard::AID)).unwrap().ok().unwrap();
            card.commands();
            for len in [256, 257, 1000, 40_000] {
                let data = bytes(len);
                assert_eq!(run(session, &PUT.with_data(&data)), (vec![], 0x9000));
                let commands = card.commands();
                assert_eq!((commands.len(), commands[0].len()), (1, 4 + 3 + len));
                assert!(card.look(|card| card.data_object(DemoCard::LONG_DATA_OBJECT) == Some(&data)));
                assert_eq!(run(session, &GET.with_ne(65_535)), (data, 0x9000));
                assert_eq!(card.commands(), [[0, 0xCA, 1, 2, 0, 0xFF, 0xFF]]);
            }
        });
    }

    fn a_chain_where_extended_length_is_missing<S>() {
        let mut service = S::start(1);
        for card in [DemoCard::new().without_extended_length(), DemoCard::new().t0()] {
            with_card(&mut service, card, |session, card| {
                session.execute(&Command::select_aid(DemoCard::AID)).unwrap().ok().unwrap();
                for len in [255, 256, 510, 511, 1000, 32_767] {
                    let data = bytes(len);
                    card.commands();
                    assert_eq!(run(session, &PUT.with_data(&data)), (vec![], 0x9000), "{len}");
                    let commands = card.commands();
                    assert_eq!(commands.len(), len.div_ceil(255));
                    let (last, others) = commands.split_last().unwrap();
                    assert_eq!(last[0], 0x00);
                    assert!(others.iter().all(|part| part[0] == 0x10 && part[4] == 255));
                    assert!(card.look(|card| card.data_object(DemoCard::LONG_DATA_OBJECT) == Some(&data)));
                    // Only Ne is too large: 256 are asked for, and rounds bring the rest.
                    assert_eq!(run(session, &GET.with_ne(65_536)), (data, 0x9000));
                    assert_eq!(card.commands()[0], [0, 0xCA, 1, 2, 0]);
                }
            });
        }
    }

    fn the_answer_to_a_chain_comes_in_rounds_too<S>() {
        let mut service = S::start(1);
        let answers: [&[u8]; 4] = [&[0x90, 0], &[0x61, 2], &[5, 0x61, 1], &[6, 0x90, 0]];
        // On T=0 the last part has no Le.
        for (atr, le) in chaining_atrs().iter().zip([1, 0]) {
            with_card(&mut service, scripted(atr, &answers), |session, card| {
                let data = bytes(300);
                let command = Command::internal_authenticate(0, 0, &data, 65_536);
                assert_eq!(run(session, &command), (vec![5, 6], 0x9000));
                let commands = card.commands();
                assert_eq!((commands[0].len(), commands[1].len()), (260, 5 + 45 + le));
                assert_eq!(commands[2..], [[0, 0xC0, 0, 0, 2], [0, 0xC0, 0, 0, 1]]);
            });
        }
    }

    fn the_right_le_of_a_long_command_is_sent_in_its_form<S>() {
        let mut service = S::start(1);
        let data = bytes(300);
        let command = Command::internal_authenticate(0, 0, &data, 256);
        // With extended length the whole command; of a chain its last part, which the card did not execute.
        for (card, lens) in [
            (DemoCard::new(), &[4 + 3 + 300 + 2; 2][..]),
            (DemoCard::new().without_extended_length(), &[260, 51, 51]),
        ] {
            let answers: [&[u8]; 3] = [&[0x90, 0], &[0x6C, 3], &[1, 2, 3, 0x90, 0]];
            let answers = &answers[3 - lens.len()..];
            with_card(&mut service, scripted(&atr_of(&card), answers), |session, card| {
                assert_eq!(run(session, &command), (vec![1, 2, 3], 0x9000));
                let commands = card.commands();
                assert_eq!(commands.iter().map(Vec::len).collect::<Vec<_>>(), lens);
                assert_eq!(commands.last().unwrap().last(), Some(&3));
            });
        }
    }

    fn extended_length_on_t0_is_the_callers_choice_and_has_its_le<S>() {
        let mut service = S::start(1);
        let data = bytes(300);
        let command = Command::internal_authenticate(0, 0, &data, 256);
        // The answer to reset names it, beside chaining and alone.
        for (capabilities, chaining) in [(0xC0, true), (0x40, false)] {
            let atr = [0x3B, 0x05, 0x80, 0x73, 0, 0, capabilities];
            let answers: [&[u8]; 2] = [&[0x90, 0], &[0x90, 0]];
            with_card(&mut service, scripted(&atr, &answers), |session, card| {
                match session.execute(&command) {
                    Ok(response) => assert!(chaining && response.status().is_success()),
                    Err(error) => assert!(!chaining && error.to_string().contains("T=0 does not carry"), "{error}"),
                }
                let commands: Vec<usize> = card.commands().iter().map(Vec::len).collect();
                assert_eq!(commands, if chaining { vec![260, 50] } else { vec![] });
            });
            with_card(&mut service, scripted(&atr, &answers), |session, card| {
                session.set_exchange_options(OFF.long_form(Some(LongForm::Extended)));
                session.execute(&command).unwrap().ok().unwrap();
                assert_eq!(card.commands()[0].len(), 4 + 3 + 300 + 2);
            });
        }
    }

    fn a_command_whose_data_fits_is_never_refused_as_a_chain<S>() {
        let mut service = S::start(1);
        for atr in chaining_atrs() {
            for chosen in [None, Some(LongForm::Chaining)] {
                with_card(&mut service, scripted(&atr, &[&[0x67, 0]]), |session, card| {
                    session.set_exchange_options(OFF.long_form(chosen));
                    assert_eq!(run(session, &GET.with_ne(1000)), (vec![], 0x6700));
                    assert_eq!(card.commands(), [[0, 0xCA, 1, 2, 0]]);
                });
            }
        }
    }

    fn nothing_is_sent_where_nothing_says_what_the_card_takes<S>() {
        let mut service = S::start(1);
        let neither = DemoCard::new().without_extended_length().without_chaining();
        for atr in [atr_of(&neither), atr_of(&neither.t0()), ATR_T1.to_vec(), ATR_T0.to_vec()] {
            with_card(&mut service, scripted(&atr, &[&[0x61, 1], &[5, 0x90, 0]]), |session, card| {
                let data = bytes(256);
                let error = session.execute(&PUT.with_data(&data)).unwrap_err();
                assert!(matches!(error, Error::FormUnknown { nc: 256, .. }), "{error:?}");
                assert!(error.to_string().contains("long_form"), "{error}");
                assert_eq!(card.commands().len(), 0);
                // What no form carries is refused before that, and only Ne that is too large is no reason to give up.
                let data = bytes(65_536);
                let error = session.execute(&PUT.with_data(&data)).unwrap_err();
                assert!(matches!(error, Error::Encode { .. }), "{error:?}");
                let error = session.execute(&GET.with_ne(65_537)).unwrap_err();
                assert!(matches!(error, Error::Encode { .. }), "{error:?}");
                assert_eq!(card.commands().len(), 0);
                assert_eq!(run(session, &GET.with_ne(257)), (vec![5], 0x9000));
                assert_eq!(card.commands(), [[0, 0xCA, 1, 2, 0], [0, 0xC0, 0, 0, 1]]);
            });
        }
    }

    fn a_refused_form_is_an_error_and_not_tried_again<S>() {
        let mut service = S::start(1);
        let data = bytes(300);
        let extended = atr_of(&DemoCard::new());
        let [chaining, on_t0] = chaining_atrs();
        for (atr, status, form) in [
            (&extended, 0x6700_u16, LongForm::Extended),
            (&chaining, 0x6700, LongForm::Chaining),
            (&chaining, 0x6884, LongForm::Chaining),
            (&on_t0, 0x6700, LongForm::Chaining),
            (&on_t0, 0x6884, LongForm::Chaining),
        ] {
            let answers: [&[u8]; 2] = [&status.to_be_bytes(), &[0x90, 0]];
            with_card(&mut service, scripted(atr, &answers), |session, card| {
                let error = session.execute(&PUT.with_data(&data)).unwrap_err();
                assert!(error.to_string().contains("long_form"), "{error}");
                assert_error!(error, FormRefused {
                    form: form,
                    status: StatusWord::from_u16(status),
                    reader: service_reader(session),
                });
                assert_eq!(card.commands().len(), 1);
            });
        }
    }

    fn an_error_names_the_limit_that_was_in_the_way<S>() {
        let mut service = S::start(1);
        let (short, long) = (bytes(200), bytes(300));
        let extended = [0x3B, 0x85, 0x01, 0x80, 0x73, 0, 0, 0x40, 0x37];
        let neither = &ATR_T1[..];
        let max_nc = OFF.max_nc(Some(100));
        // The options and what was sent; what the text names, and what it does not.
        for (atr, options, data, named, others) in [
            (neither, OFF.short_form_only(true), &long, "short_form_only", &["long_form", "max_"][..]),
            (neither, OFF, &long, "long_form to what the card takes", &["max_", "short_form_only"]),
            (neither, max_nc, &short, "max_nc", &["max_ne", "short_form_only"]),
            (&extended, max_nc, &short, "max_nc", &["max_ne", "short_form_only"]),
            (neither, max_nc.long_form(Some(LongForm::Extended)), &short, "no chain", &["max_ne", "the card names"]),
        ] {
            with_card(&mut service, scripted(atr, &[&[0x90, 0]]), |session, card| {
                session.set_exchange_options(options);
                let error = session.execute(&PUT.with_data(data)).unwrap_err();
                assert_error!(error, FormUnknown { nc: data.len() });
                let text = error.to_string();
                assert!(text.contains(named) && others.iter().all(|other| !text.contains(other)), "{text}");
                assert_eq!(card.commands().len(), 0);
            });
        }
        // What the card refused: data, what was expected, or both.
        let [chaining, _] = chaining_atrs();
        for (atr, status, command, named, others) in [
            (&extended[..], 0x6700_u16, PUT.with_data(&long), "max_nc to", "max_ne"),
            (&extended, 0x6700, GET.with_ne(1000), "max_ne to", "max_nc"),
            (&extended, 0x6700, GET.with_data(&long).with_ne(1000), "max_nc or max_ne to", "nothing"),
            (&chaining, 0x6700, PUT.with_data(&long), "max_nc to", "max_ne"),
            (&chaining, 0x6884, PUT.with_data(&long), "long_form to another form", "max_"),
        ] {
            with_card(&mut service, scripted(atr, &[&status.to_be_bytes()]), |session, _| {
                let error = session.execute(&command).unwrap_err();
                assert_error!(error, FormRefused { status: StatusWord::from_u16(status) });
                let text = error.to_string();
                assert!(text.contains(named) && !text.contains(others), "{text}");
            });
        }
    }

    fn a_form_that_the_caller_chose_is_used_and_its_answer_is_the_callers<S>() {
        let mut service = S::start(1);
        let data = bytes(300);
        for (form, status, len) in [
            (LongForm::Extended, 0x6700_u16, 307),
            (LongForm::Chaining, 0x6884, 260),
            (LongForm::Chaining, 0x6700, 260),
        ] {
            // Nothing in this answer to reset, or the contrary.
            for atr in [&ATR_T1[..], &atr_of(&DemoCard::new())] {
                with_card(&mut service, scripted(atr, &[&status.to_be_bytes()]), |session, card| {
                    session.set_exchange_options(OFF.long_form(Some(form)));
                    assert_eq!(run(session, &PUT.with_data(&data)), (vec![], status));
                    let commands = card.commands();
                    assert_eq!((commands.len(), commands[0].len()), (1, len));
                });
            }
        }
    }

    fn a_part_that_is_refused_stops_the_chain<S>() {
        let mut service = S::start(1);
        let answers: [&[u8]; 3] = [&[0x90, 0], &[0x6A, 0x80], &[0x90, 0]];
        for atr in chaining_atrs() {
            with_card(&mut service, scripted(&atr, &answers), |session, card| {
                let data = bytes(1000);
                assert_eq!(run(session, &PUT.with_data(&data)), (vec![], 0x6A80));
                assert_eq!(card.commands().len(), 2);
            });
        }
    }

    fn a_chain_that_stopped_early_is_no_success<S>() {
        let mut service = S::start(1);
        let data = bytes(600);
        for atr in chaining_atrs() {
            for chosen in [None, Some(LongForm::Chaining)] {
                let answers: [&[u8]; 2] = [&[0x61, 2], &[0x90, 0]];
                with_card(&mut service, scripted(&atr, &answers), |session, card| {
                    session.set_exchange_options(OFF.long_form(chosen));
                    let error = session.execute(&PUT.with_data(&data)).unwrap_err();
                    assert!(matches!(error, Error::BadResponse { .. }), "{error:?}");
                    assert!(error.to_string().contains("the rest was not sent"), "{error}");
                    assert_eq!(card.commands().len(), 1);
                });
            }
        }
    }

    fn a_card_that_was_swapped_is_asked_for_its_own_capabilities<S>() {
        let mut service = S::start(1);
        let data = bytes(300);
        service.insert(0, scripted(&atr_of(&DemoCard::new()), &[&[0x90, 0]]));
        let mut session = service.open(0);
        session.execute(&PUT.with_data(&data)).unwrap().ok().unwrap();
        service.remove(0);
        service.insert(0, scripted(&ATR_T1, &[&[0x90, 0]]));
        session.execute(&GET).unwrap_err();
        session.reconnect(pcsc_session::Disposition::Leave).unwrap();
        let error = session.execute(&PUT.with_data(&data)).unwrap_err();
        assert!(matches!(error, Error::FormUnknown { .. }), "{error:?}");
    }
}

/// The reader's name, as errors carry it.
fn service_reader(session: &Session) -> pcsc_session::ReaderName {
    session.reader_name().clone()
}
