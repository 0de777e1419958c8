//! Commands and their answers.

use crate::card::{Counter, card, card_with};
use pcsc_session::{ReaderName, StatusWord};

const GET: [u8; 5] = [0x00, 0xCA, 0x00, 0x00, 0x00];

conformance! {
    fn an_answer_is_data_and_status_word<S>() {
        let mut service = S::start(1);
        service.insert(0, card(|command| {
            assert_eq!(command, [0x00, 0xA4, 0x04, 0x00, 0x02, 0xA0, 0x00]);
            vec![0x6F, 0x00, 0x90, 0x00]
        }));
        let mut session = service.open(0);
        let response = session.transmit(&[0x00, 0xA4, 0x04, 0x00, 0x02, 0xA0, 0x00]).unwrap();
        assert_eq!(response.data(), [0x6F, 0x00]);
        assert_eq!(response.status(), StatusWord::SUCCESS);
        assert_eq!(format!("{response:?}"), "Response(2 bytes, 9000)");
    }

    fn the_python_tuple_has_the_status_word_appended_from_three_bytes_on<S>() {
        let mut service = S::start(1);
        service.insert(0, card(|command| {
            let mut answer: Vec<u8> = (1..=command[2]).collect();
            answer.extend([0x90, 0x00]);
            answer
        }));
        let mut session = service.open(0);
        let mut of = |len| session.send_command_apdu(&[0x00, 0xCA, len, 0x00, 0x00]).unwrap();
        assert_eq!(of(0), (vec![], 0x90, 0x00));
        assert_eq!(of(1), (vec![1], 0x90, 0x00));
        assert_eq!(of(2), (vec![1, 2], 0x90, 0x00));
        assert_eq!(of(3), (vec![1, 2, 3, 0x90, 0x00], 0x90, 0x00));
        assert_eq!(of(4), (vec![1, 2, 3, 4, 0x90, 0x00], 0x90, 0x00));
    }

    fn status_words_that_ask_for_more_are_handed_back_as_they_are<S>() {
        let mut service = S::start(1);
        let counter = Counter::default();
        let commands = counter.commands.clone();
        service.insert(0, card_with(&crate::card::ATR_T0, move |command| {
            commands.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            vec![command[2], command[3]]
        }));
        let mut session = service.open(0);
        for (sw1, sw2) in [(0x61, 0x10), (0x6C, 0x20), (0x9F, 0x30), (0x63, 0xC2)] {
            let (data, got1, got2) = session.send_command_apdu(&[0x00, 0xCA, sw1, sw2, 0x00]).unwrap();
            assert_eq!((data.len(), got1, got2), (0, sw1, sw2));
        }
        assert_eq!(counter.commands(), 4);
    }

    fn an_answer_of_one_byte_is_an_error_of_its_own<S>() {
        let mut service = S::start(1);
        service.insert(0, card(|command| if command[1] == 0xCA { vec![0x90] } else { vec![0x90, 0x00] }));
        let mut session = service.open(0);
        let error = session.transmit(&GET).unwrap_err();
        assert_error!(error, ShortResponse { len: 1, reader: ReaderName::from(service.reader(0)) });
        // The session goes on.
        assert!(session.transmit(&[0x00, 0xA4, 0x00, 0x00]).unwrap().status().is_success());
    }

    fn an_empty_answer_is_an_error_of_its_own<S>() {
        let mut service = S::start(1);
        service.insert(0, card(|command| if command[1] == 0xCA { vec![] } else { vec![0x90, 0x00] }));
        let mut session = service.open(0);
        let error = session.transmit(&GET).unwrap_err();
        assert_error!(error, ShortResponse { len: 0, reader: ReaderName::from(service.reader(0)) });
        assert_eq!(error.function(), Some("SCardTransmit"));
    }

    fn an_empty_command_and_one_too_long_are_not_sent<S>() {
        let mut service = S::start(1);
        let counter = Counter::default();
        service.insert(0, counter.clone());
        let mut session = service.open(0);
        assert_error!(session.transmit(&[]).unwrap_err(), EmptyCommand { .. });
        let error = session.transmit(&vec![0; 65_545]).unwrap_err();
        assert_error!(error, CommandTooLong { len: 65_545, max: 65_544 });
        assert_eq!(counter.commands(), 0);
        assert!(session.transmit(&GET).unwrap().status().is_success());
        assert_eq!(counter.commands(), 1);
    }

    fn each_answer_belongs_to_its_command<S>() {
        let mut service = S::start(1);
        service.insert(0, card(|command| {
            let mut answer = command.to_vec();
            answer.extend([0x90, 0x00]);
            answer
        }));
        let mut session = service.open(0);
        for number in 0_u16..300 {
            let [high, low] = number.to_be_bytes();
            let command = [0x00, 0xCA, high, low, low];
            assert_eq!(session.transmit(&command).unwrap().data(), command);
        }
    }
}
