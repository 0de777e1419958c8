//! Choosing a reader: by its place, its name or its card.

use crate::card::{ATR_BOTH, ATR_T1, card_with, ok};
use crate::service::Service;
use pcsc_session::iso7816::atr::AtrPattern;
use pcsc_session::{Code, Error, ReaderChoice, ReaderName, Session};
use pcsc_sim::{FnCard, Simulator};

fn open<S: Service>(service: &S, choice: ReaderChoice) -> Result<Session, Error> {
    service.options().choose(choice).open()
}

/// The name of the reader that is chosen.
#[track_caller]
fn chosen<S: Service>(service: &S, choice: ReaderChoice) -> String {
    open(service, choice).unwrap().reader_name().to_string()
}

fn names<S: Service>(service: &S, readers: &[usize]) -> Vec<ReaderName> {
    readers
        .iter()
        .map(|reader| service.reader(*reader).into())
        .collect()
}

/// Cards whose answers begin like this.
fn beginning(bytes: &[u8]) -> ReaderChoice {
    ReaderChoice::Atr(AtrPattern::new(bytes, &vec![0xFF; bytes.len()]))
}

conformance! {
    fn a_reader_is_chosen_by_its_place_or_its_name<S>() {
        let mut service = S::start(4);
        (0..4).for_each(|reader| service.insert(reader, ok()));
        assert_eq!(chosen(&service, ReaderChoice::default()), service.reader(0));
        assert_eq!(chosen(&service, ReaderChoice::First), service.reader(0));
        for reader in 0..4 {
            let name = service.reader(reader);
            assert_eq!(chosen(&service, ReaderChoice::Index(reader)), name);
            assert_eq!(chosen(&service, ReaderChoice::name(&name)), name);
            assert_eq!(chosen(&service, ReaderChoice::part(name.to_uppercase())), name);
        }
        // "Virtual 1 00 01", as people type it.
        assert_eq!(chosen(&service, ReaderChoice::part("l 1 00 01")), service.reader(3));
    }

    fn a_part_that_several_names_have_is_ambiguous<S>() {
        let mut service = S::start(4);
        service.insert(0, ok());
        let error = open(&service, ReaderChoice::part("virtual 1")).unwrap_err();
        assert_error!(error, AmbiguousReader { candidates: names(&service, &[2, 3]) });
        let text = format!(
            "there is more than one reader with \"virtual 1\" in its name: [{:?}, {:?}]: choose one of them by its exact name",
            service.reader(2), service.reader(3),
        );
        assert_eq!(error.to_string(), text);
        assert!(!error.is_reader_gone() && !error.is_card_removed());
        assert_eq!((error.code(), error.function(), error.reader()), (None, None, None));
        assert_eq!(std::io::Error::from(error).kind(), std::io::ErrorKind::InvalidInput);
        let error = open(&service, ReaderChoice::Only).unwrap_err();
        assert_error!(error, AmbiguousReader { candidates: names(&service, &[0, 1, 2, 3]) });
    }

    fn what_no_reader_fits_is_said_with_what_there_is<S>() {
        let service = S::start(2);
        for (choice, text) in [
            (ReaderChoice::part("acs"), "there is no reader with \"acs\" in its name; there are 2, "),
            (ReaderChoice::Index(2), "there is no reader with the index 2, counted from 0; there are 2, "),
        ] {
            let error = open(&service, choice).unwrap_err();
            assert_error!(error, NoMatchingReader { available: names(&service, &[0, 1]) });
            assert!(error.to_string().starts_with(text), "{error}");
            assert!(error.is_reader_gone());
            assert_eq!(std::io::Error::from(error).kind(), std::io::ErrorKind::NotFound);
        }
        let error = open(&service, ReaderChoice::name("virtual")).unwrap_err();
        assert_error!(error, InvalidReader { available: names(&service, &[0, 1]) });
    }

    fn without_a_reader_there_is_no_choice<S>() {
        let service = S::start(0);
        for choice in [
            ReaderChoice::First,
            ReaderChoice::part("acs"),
            ReaderChoice::Index(0),
            ReaderChoice::Only,
            ReaderChoice::FirstWithCard,
            beginning(&[0x3B]),
        ] {
            assert_error!(open(&service, choice).unwrap_err(), NoReaders { .. });
        }
    }

    fn a_reader_is_chosen_by_its_card<S>() {
        let mut service = S::start(4);
        service.insert(1, card_with(&ATR_T1, |_| vec![0x90, 0x00]));
        service.insert(2, card_with(&ATR_BOTH, |_| vec![0x90, 0x00]));
        assert_eq!(chosen(&service, ReaderChoice::FirstWithCard), service.reader(1));
        assert_eq!(chosen(&service, beginning(&ATR_T1)), service.reader(1));
        assert_eq!(chosen(&service, beginning(&ATR_BOTH)), service.reader(2));
        let error = open(&service, beginning(&[0x3B, 0x80])).unwrap_err();
        assert_error!(error, AmbiguousReader { candidates: names(&service, &[1, 2]) });
        let error = open(&service, beginning(&[0x3F])).unwrap_err();
        assert_error!(error, NoMatchingCard {
            empty: Box::from(names(&service, &[0, 3])),
            mute: Box::from([]),
            other: Box::from(names(&service, &[1, 2])),
        });
        assert!(error.is_card_removed() && !error.is_reader_gone());
    }

    fn without_a_card_the_readers_are_named_that_have_none<S>() {
        let service = S::start(2);
        for choice in [ReaderChoice::FirstWithCard, beginning(&[0x3B])] {
            let error = open(&service, choice).unwrap_err();
            assert_error!(error, NoMatchingCard {
                empty: Box::from(names(&service, &[0, 1])),
                mute: Box::from([]),
                other: Box::from([]),
            });
            let text = format!(
                "there is no card that can be used: none in [{:?}, {:?}]: insert one",
                service.reader(0), service.reader(1),
            );
            assert_eq!(error.to_string(), text);
            assert!(error.is_card_removed());
            assert_eq!(std::io::Error::from(error).kind(), std::io::ErrorKind::NotFound);
        }
    }

    fn an_empty_reader_is_told_with_those_that_have_a_card<S>() {
        let mut service = S::start(4);
        for choice in [ReaderChoice::First, ReaderChoice::name(service.reader(0)), ReaderChoice::Index(0)] {
            let error = open(&service, choice).unwrap_err();
            assert_error!(error, NoCard { reader: ReaderName::from(service.reader(0)), with_card: Vec::<ReaderName>::new() });
            assert!(error.to_string().ends_with(": insert one"), "{error}");
        }
        service.insert(1, ok());
        service.insert(3, ok());
        for choice in [ReaderChoice::First, ReaderChoice::name(service.reader(0)), ReaderChoice::Index(0)] {
            let error = open(&service, choice).unwrap_err();
            assert_error!(error, NoCard {
                function: "SCardConnect",
                code: Code::NO_SMARTCARD,
                reader: ReaderName::from(service.reader(0)),
                with_card: names(&service, &[1, 3]),
            });
            let end = format!(
                ": insert one, or choose another reader, there is a card in [{:?}, {:?}]",
                service.reader(1), service.reader(3),
            );
            assert!(error.to_string().ends_with(&end), "{error}");
        }
    }
}

/// How often each function was called that asks what there is.
fn questions(simulator: &Simulator) -> [u64; 4] {
    [
        "SCardEstablishContext",
        "SCardListReaders",
        "SCardGetStatusChange",
        "SCardConnect",
    ]
    .map(|function| simulator.calls(function))
}

#[test]
fn a_choice_asks_for_no_more_than_it_takes() {
    let simulator = Simulator::new();
    let readers: Vec<_> = (0..16)
        .map(|number| simulator.add_reader(format!("Reader {number:02}")))
        .collect();
    readers[0].insert(ok());
    // What one list takes depends on how its memory is had.
    pcsc_session::Context::establish_on(simulator.provider())
        .unwrap()
        .list_readers()
        .unwrap();
    let list = simulator.calls("SCardListReaders");
    let asks = |options: &pcsc_session::SessionOptions| {
        let before = questions(&simulator);
        let opened = options.open();
        let after = questions(&simulator);
        let asked: Vec<u64> = after
            .iter()
            .zip(before)
            .map(|(after, before)| after - before)
            .collect();
        (asked, opened.is_ok())
    };
    let options = |choice| Session::options().provider(simulator.provider()).choose(choice);
    for (choice, lists, looks) in [
        (ReaderChoice::name("Reader 00"), 0, 0),
        (ReaderChoice::First, list, 0),
        (ReaderChoice::part("r 00"), list, 0),
        (ReaderChoice::Index(0), list, 0),
        // 16 readers, 10 at a time.
        (ReaderChoice::FirstWithCard, list, 2),
        (beginning(&ATR_T1), list, 2),
    ] {
        let asked = asks(&options(choice.clone()));
        assert_eq!(asked, (vec![1, lists, looks, 1], true), "{choice:?}");
    }
    let asked = asks(&options(ReaderChoice::name("Reader 01")));
    assert_eq!(asked, (vec![1, list, 2, 1], false), "only where it fails");
}

#[test]
fn a_reader_that_goes_between_two_calls_does_not_hide_the_others() {
    let simulator = Simulator::new();
    let gone = simulator.add_reader("Reader 1");
    simulator.add_reader("Reader 2").insert(ok());
    simulator.before("SCardGetStatusChange", 1, move |_| gone.unplug());
    let options = Session::options().provider(simulator.provider());
    let session = options
        .clone()
        .choose(ReaderChoice::FirstWithCard)
        .open()
        .unwrap();
    assert_eq!(*session.reader_name(), "Reader 2");
    simulator.add_reader("Reader 0");
    let gone = simulator.add_reader("Reader 3");
    simulator.before("SCardGetStatusChange", 1, move |_| gone.unplug());
    let error = options.reader("Reader 0").open().unwrap_err();
    assert_error!(
        error,
        NoCard {
            with_card: vec![ReaderName::from("Reader 2")]
        }
    );
}

#[test]
fn a_mute_card_is_not_taken_and_is_named() {
    let simulator = Simulator::new();
    let mute = simulator.add_reader("Reader 1");
    mute.insert(FnCard::new([], |_: &[u8], _: &mut Vec<u8>| {}));
    let other = simulator.add_reader("Reader 2");
    let options = Session::options()
        .provider(simulator.provider())
        .choose(ReaderChoice::FirstWithCard);
    let error = options.open().unwrap_err();
    assert_error!(
        error,
        NoMatchingCard {
            empty: Box::from([ReaderName::from("Reader 2")]),
            mute: Box::from([ReaderName::from("Reader 1")]),
            other: Box::from([]),
        }
    );
    other.insert(ok());
    assert_eq!(*options.open().unwrap().reader_name(), "Reader 2");
}
