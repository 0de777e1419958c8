//! Logical channels: their numbers on the wire, and their end.

use crate::card::{ATR_T0, ATR_T1};
use crate::watched::{scripted, with_card};
use pcsc_session::{CardChannel, Command, Error, StatusWord};
use pcsc_sim::DemoCard;

/// CLA 00 on a logical channel, by ISO/IEC 7816-4:2013, 5.4.1.
fn class_of(channel: u8) -> u8 {
    if channel < 4 {
        channel
    } else {
        0x40 | (channel - 4)
    }
}

conformance! {
    fn each_channel_has_its_number_in_the_class<S>() {
        let mut service = S::start(1);
        for (number, atr) in (1..=19_u8).flat_map(|number| [(number, &ATR_T1[..]), (number, &ATR_T0)]) {
            let answers: [&[u8]; 5] =
                [&[number, 0x90, 0], &[0x61, 1], &[7, 0x90, 0], &[0x90, 0], &[0x90, 0]];
            with_card(&mut service, scripted(atr, &answers), |session, card| {
                let mut channel = session.open_channel().unwrap();
                assert_eq!(channel.number(), number);
                let get = Command::new(0x00, 0xCA, 1, 2).with_ne(256);
                assert_eq!(channel.execute(&get).unwrap().data(), [7]);
                let mut data = Vec::new();
                channel.execute_into(&get.with_cla(0x80), &mut data).unwrap();
                drop(channel);
                let cla = class_of(number);
                assert_eq!(card.commands(), [
                    vec![0x00, 0x70, 0x00, 0x00, 0x01],
                    vec![cla, 0xCA, 1, 2, 0],
                    // GET RESPONSE on the same channel.
                    vec![cla, 0xC0, 0, 0, 1],
                    vec![cla | 0x80, 0xCA, 1, 2, 0],
                    // Closed from the basic channel.
                    vec![0x00, 0x70, 0x80, number],
                ]);
            });
        }
    }

    fn all_channels_of_a_card_open_and_close<S>() {
        let mut service = S::start(1);
        for card in [DemoCard::new(), DemoCard::new().t0()] {
            with_card(&mut service, card, |session, card| {
                // A value borrows the session: the other channels are opened by the command itself.
                for number in 1..=18 {
                    let response = session.execute(&Command::open_channel()).unwrap().ok().unwrap();
                    assert_eq!(response.data(), [number]);
                }
                let mut channel = session.open_channel().unwrap();
                assert_eq!(channel.number(), 19);
                channel.execute(&Command::select_aid(DemoCard::AID)).unwrap().ok().unwrap();
                let read = Command::read_binary_sfi(1, 0, 5).unwrap();
                assert_eq!(channel.execute(&read).unwrap().ok().unwrap().data(), b"Hello");
                drop(channel);
                assert_eq!(card.look(DemoCard::open_channels), 19);
                let channel = session.open_channel().unwrap();
                assert_eq!(channel.number(), 19);
                assert!(channel.close().is_ok());
                assert_eq!(card.look(DemoCard::open_channels), 19);
                // The basic channel has selected nothing.
                assert!(!session.execute(&read).unwrap().status().is_success());
            });
        }
    }

    fn a_card_without_a_channel_left_says_so<S>() {
        let mut service = S::start(1);
        for (channels, status) in [(1, 0x6881), (2, 0x6A81)] {
            with_card(&mut service, DemoCard::new().channels(channels), |session, card| {
                for _ in 1..channels {
                    session.execute(&Command::open_channel()).unwrap().ok().unwrap();
                }
                let before = card.look(DemoCard::commands);
                let error = session.open_channel().unwrap_err();
                assert_error!(error, Status { status: StatusWord::from_u16(status) });
                assert_eq!(card.look(DemoCard::commands), before + 1);
            });
        }
    }

    fn manage_channel_does_not_go_through_a_channel<S>() {
        let mut service = S::start(1);
        with_card(&mut service, DemoCard::new(), |session, card| {
            let mut channel = session.open_channel().unwrap();
            let before = card.look(DemoCard::commands);
            for command in [Command::open_channel(), Command::close_channel(1).unwrap()] {
                assert_error!(channel.execute(&command).unwrap_err(), ManageChannel { .. });
                let mut data = Vec::new();
                assert_error!(channel.execute_into(&command, &mut data).unwrap_err(), ManageChannel { .. });
            }
            // Nor does a class that cannot name it.
            let error = channel.execute(&Command::new(0xFF, 0xCA, 0, 0)).unwrap_err();
            assert!(matches!(error, Error::Class { .. }), "{error:?}");
            assert_eq!(card.look(DemoCard::commands), before);
            assert!(channel.close().is_ok());
        });
    }

    fn a_number_that_is_none_is_an_error<S>() {
        let mut service = S::start(1);
        let answers: [&[u8]; 4] = [&[0, 0x90, 0], &[20, 0x90, 0], &[1, 2, 0x90, 0], &[0x90, 0]];
        for atr in [&ATR_T1[..], &ATR_T0] {
            with_card(&mut service, scripted(atr, &answers), |session, card| {
                for _ in 0..4 {
                    let error = session.open_channel().unwrap_err();
                    assert!(matches!(error, Error::BadResponse { .. }), "{error:?}");
                }
                assert_eq!(card.commands().len(), 4);
            });
        }
    }

    fn a_program_may_choose_the_number<S>() {
        let mut service = S::start(1);
        for card in [DemoCard::new(), DemoCard::new().t0()] {
            with_card(&mut service, card, |session, card| {
                for number in [1, 4, 19] {
                    let mut channel = session.open_numbered_channel(number).unwrap();
                    assert_eq!(channel.number(), number);
                    channel.execute(&Command::select_aid(DemoCard::AID)).unwrap().ok().unwrap();
                    let commands = card.commands();
                    assert_eq!(commands[0], [0x00, 0x70, 0x00, number]);
                    assert_eq!(commands[1][..2], [class_of(number), 0xA4]);
                    drop(channel);
                    assert_eq!(card.commands(), [[0x00, 0x70, 0x80, number]]);
                }
                for number in [0, 20] {
                    let error = session.open_numbered_channel(number).unwrap_err();
                    assert!(matches!(error, Error::OutOfRange { .. }), "{error:?}");
                }
                assert_eq!(card.commands().len(), 0);
                // One that is open already is the card's to refuse, and stays open.
                session.execute(&Command::open_channel()).unwrap().ok().unwrap();
                let error = session.open_numbered_channel(1).unwrap_err();
                assert!(matches!(error, Error::Status { .. }), "{error:?}");
                assert_eq!(card.look(DemoCard::open_channels), 2);
            });
        }
    }

    fn a_file_is_read_and_updated_on_its_channel<S>() {
        let mut service = S::start(1);
        let file = DemoCard::LARGER.to_be_bytes();
        for card in [DemoCard::new(), DemoCard::new().t0()] {
            with_card(&mut service, card, |session, card| {
                let mut channel = session.open_channel().unwrap();
                channel.execute(&Command::select_aid(DemoCard::AID)).unwrap().ok().unwrap();
                channel.execute(&Command::select_file(&file)).unwrap().ok().unwrap();
                card.commands();
                let data = channel.transparent_file().read().unwrap();
                assert!(card.look(|card| card.file(DemoCard::LARGER) == Some(&data)));
                channel.transparent_file().update(&data).unwrap();
                assert!(card.commands().iter().all(|command| command[0] == 0x01));
            });
        }
    }

    fn long_commands_go_through_a_channel<S>() {
        let mut service = S::start(1);
        for card in [DemoCard::new(), DemoCard::new().without_extended_length(), DemoCard::new().t0()] {
            with_card(&mut service, card, |session, card| {
                let mut channel = session.open_channel().unwrap();
                channel.execute(&Command::select_aid(DemoCard::AID)).unwrap().ok().unwrap();
                let data = vec![0x5A; 1000];
                let put = Command::put_data(DemoCard::LONG_DATA_OBJECT, &data);
                channel.execute(&put).unwrap().ok().unwrap();
                let get = Command::get_data(DemoCard::LONG_DATA_OBJECT, 65_536);
                assert_eq!(channel.execute(&get).unwrap().ok().unwrap().data(), data);
                drop(channel);
                // All but MANAGE CHANNEL itself are on the channel, parts of a chain and rounds too.
                let commands = card.commands();
                let (_, on_channel) = commands.split_first().unwrap();
                let (close, on_channel) = on_channel.split_last().unwrap();
                assert_eq!(close[..], [0x00, 0x70, 0x80, 1]);
                assert!(on_channel.iter().all(|command| command[0] & 0x0F == 1));
            });
        }
    }
}
