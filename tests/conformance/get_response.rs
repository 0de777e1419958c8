//! GET RESPONSE: what it was refused with, the channel that it goes to, and how often it is sent.

use crate::card::{ATR_T0, ATR_T1};
use crate::service::{Service, simulated::Simulated};
use crate::watched::{answering, atr_of, scripted, with_card};
use pcsc_session::iso7816::class::GetResponseClass;
use pcsc_session::{CardChannel, Command, ExchangeOptions, StatusWord};
use pcsc_sim::DemoCard;

const GET_STATUS: Command<'static> = Command::new(0x80, 0xF2, 0x20, 0x02)
    .with_data(&[0x4F, 0x00])
    .with_ne(256);

conformance! {
    /// Case 12, where no data comes.
    fn a_warning_whose_data_was_refused_is_no_warning_alone<S>() {
        let mut service = S::start(1);
        for refusal in [0x6F00_u16, 0x6985, 0x6D00, 0x6881] {
            let answers: [&[u8]; 3] = [&[0x63, 0x10], &refusal.to_be_bytes(), &[0x90, 0x00]];
            with_card(&mut service, scripted(&ATR_T0, &answers), |session, card| {
                session.set_exchange_options(ExchangeOptions::global_platform());
                let response = session.execute(&GET_STATUS).unwrap();
                assert_eq!((response.status().to_u16(), response.data().len()), (0x6310, 0));
                assert_eq!(response.refusal(), Some(refusal.into()));
                // Who takes the warning for a success is told that the data did not come.
                for result in [response.ok(), response.ok_with(&[0x6310]), response.ok_if(|_| true)] {
                    let error = result.unwrap_err();
                    assert!(error.to_string().contains(&format!("{refusal:04X}")), "{error}");
                    assert_error!(error, Status {
                        status: StatusWord::from_u16(0x6310),
                        refusal: Some(StatusWord::from_u16(refusal)),
                    });
                }
                let owned = response.to_owned();
                // The next answer is another one.
                assert_eq!(session.execute(&GET_STATUS).unwrap().refusal(), None);
                assert_eq!(owned.as_response().refusal(), Some(refusal.into()));
                assert_eq!(card.commands().len(), 3);
            });
        }
        // A secret command's, too.
        let answers: [&[u8]; 2] = [&[0x63, 0x10], &[0x6F, 0x00]];
        with_card(&mut service, scripted(&ATR_T0, &answers), |session, _| {
            session.set_exchange_options(ExchangeOptions::uicc());
            let response = session.execute(&GET_STATUS.sensitive()).unwrap();
            assert_eq!(response.refusal(), Some(0x6F00.into()));
        });
        // Nothing waits, and the card says so.
        for empty in [[0x90, 0x00], [0x63, 0x10]] {
            let answers: [&[u8]; 2] = [&[0x63, 0x10], &empty];
            with_card(&mut service, scripted(&ATR_T0, &answers), |session, _| {
                session.set_exchange_options(ExchangeOptions::uicc());
                let response = session.execute(&GET_STATUS).unwrap().ok_with(&[0x6310]).unwrap();
                assert_eq!((response.data().len(), response.refusal()), (0, None));
            });
        }
    }

    /// Case 12, where the data comes in rounds.
    fn a_warning_stays_however_many_rounds_its_data_takes<S>() {
        let mut service = S::start(1);
        let answers: [&[u8]; 4] = [&[0x63, 0x10], &[1, 2, 0x61, 2], &[3, 0x61, 1], &[4, 0x90, 0]];
        with_card(&mut service, scripted(&ATR_T0, &answers), |session, _| {
            session.set_exchange_options(ExchangeOptions::global_platform());
            let response = session.execute(&GET_STATUS).unwrap();
            assert_eq!((response.data(), response.status().to_u16()), (&[1, 2, 3, 4][..], 0x6310));
        });
        // 91xx of a UICC comes again; the warning would not.
        let answers: [&[u8]; 2] = [&[0x62, 0x82], &[1, 2, 0x91, 0x0B]];
        with_card(&mut service, scripted(&ATR_T0, &answers), |session, _| {
            session.set_exchange_options(ExchangeOptions::uicc());
            let response = session.execute(&GET_STATUS).unwrap();
            assert_eq!((response.data(), response.status().to_u16()), (&[1, 2][..], 0x6282));
        });
        let answers: [&[u8]; 2] = [&[0x62, 0x82], &[0x91, 0x0B]];
        with_card(&mut service, scripted(&ATR_T0, &answers), |session, _| {
            session.set_exchange_options(ExchangeOptions::uicc());
            assert_eq!(session.execute(&GET_STATUS).unwrap().refusal(), None);
        });
        // What the card says behind the data is the card's own.
        let answers: [&[u8]; 3] = [&[0x63, 0x10], &[1, 2, 0x61, 2], &[0x6F, 0]];
        with_card(&mut service, scripted(&ATR_T0, &answers), |session, _| {
            session.set_exchange_options(ExchangeOptions::global_platform());
            let response = session.execute(&GET_STATUS).unwrap();
            assert_eq!((response.data(), response.status().to_u16()), (&[1, 2][..], 0x6F00));
        });
    }

    /// Case 9, on a logical channel.
    fn get_response_goes_to_the_channel_of_its_command<S>() {
        let mut service = S::start(1);
        let fixed = |cla| ExchangeOptions::iso().get_response_class(GetResponseClass::Fixed(cla));
        for (number, cla) in [(1_u8, 0x01), (3, 0x03), (4, 0x40), (19, 0x4F)] {
            let card = answering(&ATR_T1, move |command| match (command[0], command[1]) {
                (_, 0x70) if command[2] == 0 && command[3] == 0 => vec![number, 0x90, 0],
                (_, 0x70) => vec![0x90, 0],
                (own, 0xC0) if own == cla => vec![0xCA, 0xFE, 0x90, 0],
                // What the basic channel has ready is another command's.
                (_, 0xC0) => vec![0xBA, 0xD0, 0x90, 0],
                _ => vec![0x61, 2],
            });
            with_card(&mut service, card, |session, card| {
                for options in [ExchangeOptions::emv(), fixed(0x00), ExchangeOptions::iso()] {
                    session.set_exchange_options(options);
                    let mut channel = session.open_channel().unwrap();
                    let command = Command::new(0x00, 0xCA, 0, 0).with_ne(256);
                    assert_eq!(channel.execute(&command).unwrap().data(), [0xCA, 0xFE], "{number}");
                    card.commands();
                }
                // What cannot say the channel is refused before anything is sent.
                session.set_exchange_options(fixed(0x20));
                let mut channel = session.open_channel().unwrap();
                card.commands();
                let error = channel.execute(&Command::get_data(0x0101, 256)).unwrap_err();
                assert_error!(error, Class { .. });
                assert_eq!(card.commands().len(), 0);
            });
        }
    }
}

/// A card that gives a byte a round would take 65,535 of them; on the simulator alone, for the time that it takes.
#[test]
fn a_card_that_gives_a_byte_at_a_time_does_not_hold_the_program() {
    let mut service = Simulated::start(1);
    for (few, enough) in [(1, 4096), (15, 4096 * 15), (16, 65_536)] {
        for atr in [&ATR_T1[..], &ATR_T0] {
            let card = answering(atr, move |command| match command[1] {
                0xC0 => [&vec![7; few][..], &[0x61, few as u8]].concat(),
                _ => vec![0x61, few as u8],
            });
            with_card(&mut service, card, |session, card| {
                let get = Command::get_data(0x0101, 65_536);
                let error = session.execute(&get).unwrap_err();
                let commands = card.commands().len();
                if few < 16 {
                    assert_error!(error, BadResponse { .. });
                    assert_eq!(commands, 1 + 4097);
                } else {
                    assert_error!(error, ResponseTooLong { len: enough });
                }
                // As many as that are taken.
                let get = get.with_ne(enough.min(65_520));
                assert_eq!(session.execute(&get).unwrap().data().len(), enough.min(65_520));
            });
        }
    }
    let atr = atr_of(&DemoCard::new());
    for len in [None, Some(100_000)] {
        let card = answering(&atr, |command| match command[1] {
            0xB0 => vec![7, 0x90, 0],
            _ => vec![0x53, 1, 7, 0x90, 0],
        });
        with_card(&mut service, card, |session, card| {
            let file = session.transparent_file();
            let file = match len {
                Some(len) => file.with_len(len),
                None => file,
            };
            let (data, error) = file.read().unwrap_err().into_parts();
            assert_error!(error, BadResponse { .. });
            assert_eq!((data.len(), card.commands().len()), (4097, 4097));
        });
    }
}
