//! Listing readers and opening sessions.

use crate::card::{ATR_BOTH, ATR_T0, ATR_T1, assert_no_card, card_with, ok};
use pcsc_session::{Code, Context, Protocol, Protocols, ReaderName};

conformance! {
    fn readers_are_listed_in_order<S>() {
        let service = S::start(4);
        let context = Context::establish_on(service.provider()).unwrap();
        let names = context.list_readers().unwrap();
        assert_eq!(names, (0..4).map(|reader| ReaderName::from(service.reader(reader))).collect::<Vec<_>>());
        context.is_valid().unwrap();
    }

    fn no_readers_is_an_empty_list_and_an_error_of_its_own<S>() {
        let service = S::start(0);
        let context = Context::establish_on(service.provider()).unwrap();
        assert!(context.list_readers().unwrap().is_empty());
        assert_error!(service.options().open().unwrap_err(), NoReaders { .. });
        let error = service.options().reader("Virtual 0 00 00").open().unwrap_err();
        assert_error!(error, InvalidReader { name: ReaderName::from("Virtual 0 00 00"), available: Vec::<ReaderName>::new() });
        assert!(error.is_reader_gone());
    }

    fn the_first_reader_is_taken<S>() {
        let mut service = S::start(2);
        service.insert(0, ok());
        let session = service.options().open().unwrap();
        assert_eq!(*session.reader_name(), service.reader(0).as_str());
        assert_eq!(session.to_string(), format!("Session on {:?} (T=1)", service.reader(0)));
        assert!(format!("{session:?}").contains(&service.reader(0)));
    }

    fn the_first_reader_is_taken_even_if_it_is_empty<S>() {
        let mut service = S::start(2);
        service.insert(1, ok());
        let error = service.options().open().unwrap_err();
        assert_no_card(&error, "SCardConnect", &service.reader(0));
        assert!(error.is_card_removed());
    }

    fn an_empty_slot_by_name_is_no_card<S>() {
        let service = S::start(2);
        let error = service.options().reader(service.reader(1)).open().unwrap_err();
        assert_no_card(&error, "SCardConnect", &service.reader(1));
        assert_eq!((error.function(), error.code()), (Some("SCardConnect"), Some(Code::NO_SMARTCARD)));
    }

    fn a_name_must_be_exact<S>() {
        let mut service = S::start(2);
        service.insert(0, ok());
        let name = service.reader(0);
        let available = vec![ReaderName::from(service.reader(0)), ReaderName::from(service.reader(1))];
        for wrong in [
            String::new(),
            "0".to_owned(),
            name.to_uppercase(),
            name.trim_end_matches('0').to_owned(),
            format!("{name} "),
            format!("{name}\0"),
            format!("{name}\0 and more"),
            "x".repeat(127),
            "x".repeat(128),
            "x".repeat(129),
            "x".repeat(1000),
        ] {
            let error = service.options().reader(wrong.clone()).open().unwrap_err();
            assert_error!(error, InvalidReader { name: ReaderName::from(wrong), available: available.clone() });
        }
        service.options().reader(name).open().unwrap();
    }

    fn the_protocol_is_one_that_card_and_program_both_have<S>() {
        let mut service = S::start(3);
        service.insert(0, card_with(&ATR_T0, |_| vec![0x90, 0x00]));
        service.insert(1, card_with(&ATR_T1, |_| vec![0x90, 0x00]));
        assert_eq!(service.open(0).protocol(), Protocol::T0);
        assert_eq!(service.open(1).protocol(), Protocol::T1);
        service.insert(2, card_with(&ATR_BOTH, |_| vec![0x90, 0x00]));
        let session = service.options().reader(service.reader(2)).protocols(Protocols::T1).open().unwrap();
        assert_eq!(session.protocol(), Protocol::T1);
    }

    fn a_protocol_that_the_card_lacks_is_refused<S>() {
        let mut service = S::start(2);
        service.insert(0, card_with(&ATR_T0, |_| vec![0x90, 0x00]));
        let reader = service.reader(0);
        let error = service.options().reader(&reader).protocols(Protocols::T1).open().unwrap_err();
        assert_error!(error, Pcsc { function: "SCardConnect", code: Code::PROTO_MISMATCH, reader: Some(reader.clone().into()) });
    }

    fn readers_of_a_service_that_died_cannot_be_listed<S>() {
        let mut service = S::start(1);
        let context = Context::establish_on(service.provider()).unwrap();
        service.kill();
        let error = context.list_readers().unwrap_err();
        assert_error!(error, Pcsc { function: "SCardListReaders", code: Code::NO_SERVICE, reader: None });
        assert!(error.is_service_down());
    }

    fn a_service_that_is_down_is_an_error_of_its_own<S>() {
        let mut service = S::start(2);
        service.kill();
        let error = service.options().open().unwrap_err();
        assert_error!(error, Pcsc { function: "SCardEstablishContext", code: Code::NO_SERVICE, reader: None });
        assert!(error.is_service_down());
        service.restart();
        service.insert(0, ok());
        service.options().open().unwrap();
    }
}
