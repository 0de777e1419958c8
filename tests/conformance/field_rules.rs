//! One rule where cards differ: cases C, and what is a success (13), secret (26, 27).

use crate::card::{ATR_T0, ATR_T1, bytes};
use crate::watched::{answering, atr_of, scripted, with_card};
use pcsc_session::iso7816::class::GetResponseClass;
use pcsc_session::{CardChannel, Command, Disposition, ExchangeOptions, Session};
use pcsc_sim::{Card, DemoCard};

/// A card that answers 61 02 in the class of the command, and the data to GET RESPONSE in this class alone.
fn get_response_in(cla: u8) -> impl Card + use<> {
    answering(&ATR_T1, move |command| match (command[0], command[1]) {
        (own, 0xC0) if own == cla => vec![0xCA, 0xFE, 0x90, 0],
        (_, 0xC0) => vec![0x6E, 0],
        _ => vec![0x61, 2],
    })
}

fn data(session: &mut Session, cla: u8) -> Vec<u8> {
    let command = Command::new(cla, 0x50, 0, 0).with_data(&[1]).with_ne(256);
    session.execute(&command).unwrap().data().to_vec()
}

conformance! {
    /// Case 9.
    fn the_class_of_get_response_is_a_rule<S>() {
        let mut service = S::start(1);
        for (command, known, rule) in [
            (0x80, 0x00, GetResponseClass::Interindustry),
            (0x81, 0x01, GetResponseClass::Interindustry),
            (0x84, 0x00, GetResponseClass::Interindustry),
            (0x90, 0x00, GetResponseClass::Interindustry),
            (0xC1, 0x41, GetResponseClass::Interindustry),
            (0xA0, 0xA0, GetResponseClass::Interindustry),
            (0x00, 0x00, GetResponseClass::Interindustry),
            (0x80, 0x80, GetResponseClass::AsCommand),
            (0x80, 0xB0, GetResponseClass::Fixed(0xB0)),
        ] {
            with_card(&mut service, get_response_in(known), |session, _| {
                session.set_exchange_options(ExchangeOptions::iso().get_response_class(rule));
                assert_eq!(data(session, command), [0xCA, 0xFE], "{command:02X} {rule:?}");
            });
        }
        with_card(&mut service, get_response_in(0x00), |session, _| {
            session.set_exchange_options(ExchangeOptions::emv());
            assert_eq!(data(session, 0x83), [0xCA, 0xFE]);
        });
        // Short commands alone, though this card takes both long forms.
        with_card(&mut service, DemoCard::new(), |session, card| {
            session.set_exchange_options(ExchangeOptions::emv());
            card.commands();
            let put = Command::new(0x00, 0xDA, 0x01, 0x01);
            let error = session.execute(&put.with_data(&[7; 256])).unwrap_err();
            assert_error!(error, FormUnknown { nc: 256 });
            assert_eq!(card.commands().len(), 0);
            session.execute(&Command::get_challenge(1000)).unwrap();
            assert_eq!(card.commands(), [[0x00, 0x84, 0x00, 0x00, 0x00]]);
        });
    }

    /// Case 10.
    fn a_card_with_a_limit_gets_no_more<S>() {
        let mut service = S::start(1);
        let atr = atr_of(&DemoCard::new());
        for limit in [1024, 2048] {
            // The length of a command with extended length: 7 bytes before the data; Le in the last two.
            let file = bytes(5000);
            let card = answering(&atr, move |command| {
                let le = match command {
                    [.., high, low] if command.len() > 6 && command[4] == 0 => usize::from(*high) << 8 | usize::from(*low),
                    _ => 0,
                };
                if command.len() > limit + 9 || command[1] == 0xB0 && (le == 0 || le > limit) {
                    return vec![0x67, 0];
                }
                let offset = usize::from(command[2]) << 8 | usize::from(command[3]);
                match command[1] {
                    0xB0 => {
                        let rest = &file[offset.min(file.len())..];
                        [&rest[..rest.len().min(le)], &[0x90, 0]].concat()
                    }
                    _ => vec![0x90, 0],
                }
            });
            with_card(&mut service, card, |session, card| {
                assert!(session.transparent_file().read().is_err());
                session.set_exchange_options(ExchangeOptions::iso().max_nc(Some(limit)).max_ne(Some(limit)));
                card.commands();
                assert_eq!(session.transparent_file().read().unwrap().len(), 5000);
                let read = card.commands().len();
                assert!(read <= 5000 / limit + 2, "{read}");
                session.transparent_file().update(&[7; 5000]).unwrap();
                assert_eq!(card.commands().len(), 5000_usize.div_ceil(limit));
            });
        }
    }

    /// Case 10: what DO 7F66 says is read by one call.
    fn the_card_itself_says_its_limits<S>() {
        let mut service = S::start(1);
        let atr = atr_of(&DemoCard::new());
        let ef_atr = [0x7F, 0x66, 0x08, 0x02, 0x02, 0x04, 0x09, 0x02, 0x02, 0x04, 0x02];
        let card = answering(&atr, move |command| match command[1] {
            0xA4 => vec![0x90, 0],
            // The short form alone, until it is known what else there is.
            0xB0 if command.len() > 5 => vec![0x67, 0],
            0xB0 => [&ef_atr[..], &[0x62, 0x82]].concat(),
            _ if command.len() > 0x0409 => vec![0x67, 0],
            _ => vec![0x90, 0],
        });
        with_card(&mut service, card, |session, card| {
            let put = [7; 1100];
            let command = |len: usize| Command::new(0x00, 0xDA, 0, 0).with_data(&put[..len]);
            assert!(session.execute(&command(1100)).is_err());
            let told = session.read_extended_length_information().unwrap().unwrap();
            assert_eq!((told.max_nc(), told.max_ne()), (1024, 1024));
            card.commands();
            assert!(session.execute(&command(1024)).unwrap().ok().is_ok());
            assert_eq!(card.commands().len(), 1);
            // The card of this answer to reset chains too.
            assert!(session.execute(&command(1100)).unwrap().ok().is_ok());
            assert_eq!(card.commands().len(), 5);
        });
    }

    /// Case 11.
    fn a_card_with_a_small_largest_le_is_read_by_its_part_size<S>() {
        let mut service = S::start(1);
        for (most, options) in [
            (192, ExchangeOptions::iso().file_part(Some(192))),
            (255, ExchangeOptions::iso().file_part(Some(255))),
            (192, ExchangeOptions::iso().max_ne(Some(192))),
        ] {
            for atr in [&ATR_T1[..], &ATR_T0] {
                let file = bytes(1000);
                let expected = file.clone();
                let card = answering(atr, move |command| {
                    let offset = usize::from(command[2]) << 8 | usize::from(command[3]);
                    match usize::from(command[4]) {
                        0 => vec![0x67, 0],
                        le if le > most => vec![0x67, 0],
                        le => {
                            let rest = &file[offset.min(1000)..];
                            [&rest[..rest.len().min(le)], &[0x90, 0]].concat()
                        }
                    }
                });
                with_card(&mut service, card, |session, _| {
                    session.set_exchange_options(options);
                    assert!(session.transparent_file().read().unwrap() == expected);
                });
            }
        }
    }

    /// Case 12.
    fn a_warning_on_t0_may_announce_data<S>() {
        let mut service = S::start(1);
        let get_status = Command::new(0x80, 0xF2, 0x20, 0x02).with_data(&[0x4F, 0x00]).with_ne(256);
        for preset in [ExchangeOptions::uicc(), ExchangeOptions::global_platform()] {
            for warning in [0x6310_u16, 0x6283] {
                let bytes = warning.to_be_bytes();
                let answers: [&[u8]; 3] = [&bytes, &[0x6C, 3], &[1, 2, 3, bytes[0], bytes[1]]];
                with_card(&mut service, scripted(&ATR_T0, &answers), |session, card| {
                    session.set_exchange_options(preset);
                    let response = session.execute(&get_status).unwrap();
                    assert_eq!((response.data(), response.status().to_u16()), (&[1, 2, 3][..], warning));
                    assert_eq!(card.commands()[1..], [[0x00, 0xC0, 0, 0, 0], [0x00, 0xC0, 0, 0, 3]]);
                });
                // Data that comes with 9000 has the warning: there may be more to ask for.
                let answers: [&[u8]; 2] = [&bytes, &[1, 2, 3, 0x90, 0x00]];
                with_card(&mut service, scripted(&ATR_T0, &answers), |session, _| {
                    session.set_exchange_options(preset);
                    let response = session.execute(&get_status).unwrap();
                    assert_eq!((response.data(), response.status().to_u16()), (&[1, 2, 3][..], warning));
                });
                // Where nothing waits, the warning stays.
                let answers: [&[u8]; 2] = [&bytes, &[0x6F, 0x00]];
                with_card(&mut service, scripted(&ATR_T0, &answers), |session, _| {
                    session.set_exchange_options(preset);
                    let response = session.execute(&get_status).unwrap();
                    assert_eq!((response.data().len(), response.status().to_u16()), (0, warning));
                });
            }
            // Never after data, after 9100, on T=1, or to a command that is not of case 4.
            let with_data: &[u8] = &[1, 0x63, 0x10];
            let plain = Command::new(0x80, 0xF2, 0x20, 0x02).with_ne(256);
            for (atr, answer, command) in [
                (&ATR_T0[..], with_data, get_status),
                (&ATR_T0, &[0x91, 0x00], get_status),
                (&ATR_T1, &[0x63, 0x10], get_status),
                (&ATR_T0, &[0x63, 0x10], plain),
                (&ATR_T0, &[0x63, 0x10], get_status.with_ne(0)),
            ] {
                with_card(&mut service, scripted(atr, &[answer]), |session, card| {
                    session.set_exchange_options(preset);
                    session.execute(&command).unwrap();
                    assert_eq!(card.commands().len(), 1);
                });
            }
        }
        // By default it is as the standard has it.
        with_card(&mut service, scripted(&ATR_T0, &[&[0x63, 0x10]]), |session, card| {
            session.execute(&get_status).unwrap();
            assert_eq!(card.commands().len(), 1);
        });
    }

    /// Case 13.
    fn what_else_is_a_success_the_caller_says<S>() {
        let mut service = S::start(1);
        let get = Command::new(0x00, 0xCA, 0, 0).with_ne(256);
        for status in [0x910B_u16, 0x9100, 0x91AF, 0x6282, 0x6283, 0x6310] {
            let [sw1, sw2] = status.to_be_bytes();
            with_card(&mut service, scripted(&ATR_T1, &[&[1, 2, sw1, sw2], &[1, 2, sw1, sw2], &[1, 2, sw1, sw2]]), |session, _| {
                assert_eq!(session.execute(&get).unwrap().ok().unwrap_err().status(), Some(status.into()));
                let response = session.execute(&get).unwrap().ok_with(&[status]).unwrap();
                assert_eq!((response.data(), response.status().to_u16()), (&[1, 2][..], status));
                let response = session.execute(&get).unwrap().ok_if(|word| word.sw1() == sw1).unwrap();
                assert_eq!(response.data(), [1, 2]);
            });
        }
    }

    /// Case 26.
    fn no_empty_pin_logs_in<S>() {
        let mut service = S::start(1);
        with_card(&mut service, DemoCard::new(), |session, card| {
            session.execute(&Command::select_aid(DemoCard::AID)).unwrap().ok().unwrap();
            let pin = Command::verify(DemoCard::PIN_REFERENCE, DemoCard::PIN).unwrap();
            session.execute(&pin).unwrap().ok().unwrap();
            card.commands();
            assert!(Command::verify(DemoCard::PIN_REFERENCE, b"").is_err());
            assert_eq!(card.commands().len(), 0);
            // The state of the PIN has a question of its own.
            let question = Command::verification_status(DemoCard::PIN_REFERENCE);
            assert!(session.execute(&question).unwrap().ok().is_ok());
            session.reconnect(Disposition::Reset).unwrap();
            session.execute(&Command::select_aid(DemoCard::AID)).unwrap().ok().unwrap();
            assert_eq!(session.execute(&question).unwrap().status().retries(), Some(3));
        });
    }

    /// Case 27.
    fn a_transaction_that_is_left_early_leaves_no_pin_verified<S>() {
        let mut service = S::start(1);
        with_card(&mut service, DemoCard::new(), |session, card| {
            session.execute(&Command::select_aid(DemoCard::AID)).unwrap().ok().unwrap();
            let verify = |card: &mut dyn CardChannel| {
                let pin = Command::verify(DemoCard::PIN_REFERENCE, DemoCard::PIN).unwrap();
                card.execute(&pin).unwrap().ok().unwrap();
            };
            let mut transaction = session.transaction().unwrap();
            verify(&mut transaction);
            drop(transaction);
            assert!(session.status().is_ok());
            let mut transaction = session.transaction().unwrap().on_drop(Disposition::Reset);
            verify(&mut transaction);
            drop(transaction);
            assert!(session.status().unwrap_err().is_card_reset());
            session.reconnect(Disposition::Leave).unwrap();
            session.execute(&Command::select_aid(DemoCard::AID)).unwrap().ok().unwrap();
            let question = Command::verification_status(DemoCard::PIN_REFERENCE);
            assert!(session.execute(&question).unwrap().ok().is_err());
            drop(card.commands());
        });
    }
}
