//! Opening a session as soon as there is something to open.

use crate::card::{ATR_T0, card_with, ok};
use crate::monitoring::start;
use crate::service::DEADLINE;
use pcsc_session::{Code, Error, Protocols, ReaderChoice, ReaderName, Session, SessionOptions, ShareMode};
use pcsc_sim::{FnCard, Simulator};
use std::error::Error as _;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// Long enough for a watch to have looked.
const SHORT: Duration = Duration::from_millis(300);

/// What a loaded machine may add to a time that was waited for.
const LATE: Duration = DEADLINE;

/// Opens in another thread what is there only after this was done.
fn open_meanwhile(options: SessionOptions, make: impl FnOnce()) -> Session {
    let waiting = thread::spawn(move || options.wait(DEADLINE).open());
    make();
    waiting.join().unwrap().unwrap()
}

/// Waits in vain, and returns what there was not.
#[track_caller]
fn fails(options: &SessionOptions) -> Error {
    let mut short = SHORT;
    loop {
        let begun = Instant::now();
        let error = options.clone().wait(short).open().unwrap_err();
        let time = begun.elapsed();
        assert!(time >= short && time < short + LATE, "{time:?}");
        assert!(error.is_timeout(), "{error}");
        if let Some(source) = error.source() {
            let source = source.downcast_ref::<Error>().unwrap();
            let expected = format!("a session did not come within {short:?}: ");
            assert!(error.to_string().starts_with(&expected), "{error}");
            assert!(error.to_string().ends_with(&source.to_string()), "{error}");
            return source.clone();
        }
        // Nobody has looked yet: on a loaded machine it takes longer.
        assert_eq!(
            error.to_string(),
            format!("a session did not come within {short:?}")
        );
        short *= 2;
        assert!(short < DEADLINE, "{error}");
    }
}

/// Fails at once, whatever the time to wait.
#[track_caller]
fn fails_at_once(options: SessionOptions) -> Error {
    let begun = Instant::now();
    let error = options.wait(DEADLINE).open().unwrap_err();
    assert!(begun.elapsed() < DEADLINE / 2);
    error
}

conformance! {
    fn a_card_is_waited_for<S>() {
        let mut service = S::start(2);
        let options = service.options().reader(service.reader(1));
        let session = open_meanwhile(options, || service.insert(1, ok()));
        assert_eq!(*session.reader_name(), service.reader(1));
        drop(session);
        service.remove(1);
        for choice in [ReaderChoice::FirstWithCard, ReaderChoice::part("00 01"), ReaderChoice::Index(1)] {
            let session = open_meanwhile(service.options().choose(choice), || service.insert(1, ok()));
            assert_eq!(*session.reader_name(), service.reader(1));
            drop(session);
            service.remove(1);
        }
    }

    fn the_service_is_waited_for<S>() {
        let mut service = S::start(2);
        service.kill();
        // On Windows no service is no reader.
        let error = fails(&service.options());
        assert!(error.is_service_down() || cfg!(windows) && error.is_reader_gone(), "{error}");
        let options = service.options().choose(ReaderChoice::FirstWithCard);
        let session = open_meanwhile(options, || {
            service.restart();
            service.insert(1, ok());
        });
        assert_eq!(*session.reader_name(), service.reader(1));
    }

    fn what_was_missing_is_said_at_the_end<S>() {
        let mut service = S::start(2);
        let error = fails(&service.options());
        assert_error!(error, NoCard { reader: ReaderName::from(service.reader(0)), with_card: Vec::<ReaderName>::new() });
        assert_error!(fails(&service.options().choose(ReaderChoice::FirstWithCard)), NoMatchingCard { .. });
        assert_error!(fails(&service.options().choose(ReaderChoice::part("acs"))), NoMatchingReader { .. });
        assert_error!(fails(&service.options().reader("acs")), InvalidReader { .. });
        service.insert(1, ok());
        let error = fails(&service.options());
        assert_error!(error, NoCard { with_card: vec![ReaderName::from(service.reader(1))] });
    }

    fn no_time_is_one_try<S>() {
        let mut service = S::start(2);
        let options = service.options().wait(Duration::ZERO);
        let error = options.open().unwrap_err();
        assert_error!(error, TimedOut { timeout: Duration::ZERO });
        service.insert(0, ok());
        options.open().unwrap();
    }

    fn what_no_waiting_changes_is_an_error_at_once<S>() {
        let mut service = S::start(2);
        service.insert(0, card_with(&ATR_T0, |_| vec![0x90, 0x00]));
        assert_error!(fails_at_once(service.options().choose(ReaderChoice::Only)), AmbiguousReader { .. });
        assert_error!(fails_at_once(service.options().reader("a\0b")), InvalidReader { .. });
        let error = fails_at_once(service.options().protocols(Protocols::T1));
        assert_eq!(error.code(), Some(Code::PROTO_MISMATCH));
        let options = service.options().share_mode(ShareMode::Exclusive);
        let session = options.open().unwrap();
        assert!(fails_at_once(service.options()).is_sharing_violation());
        drop(session);
    }

    fn a_canceller_ends_the_wait<S>() {
        let service = S::start(2);
        let options = service.options();
        let mut monitor = start(&service);
        let canceller = monitor.canceller();
        canceller.cancel(); // before it begins
        assert!(options.open_with(&mut monitor, Some(DEADLINE)).unwrap_err().is_cancelled());
        let (begins, began) = mpsc::channel();
        let waiting = thread::spawn(move || {
            begins.send(()).unwrap();
            let result = options.open_with(&mut monitor, None);
            (result.unwrap_err(), monitor)
        });
        began.recv().unwrap();
        canceller.cancel();
        let (error, mut monitor) = waiting.join().unwrap();
        assert_eq!(error.to_string(), "the wait for a session was cancelled");
        // Its events are its own.
        assert!(matches!(monitor.next(), Some(pcsc_session::Event::ReaderAdded { .. })));
    }

    fn a_monitor_can_be_waited_with<S>() {
        let mut service = S::start(2);
        let mut monitor = start(&service);
        let options = Session::options().reader(service.reader(0));
        let error = options.open_with(&mut monitor, Some(SHORT)).unwrap_err();
        assert!(error.is_timeout(), "{error}");
        let waiting = thread::spawn(move || options.open_with(&mut monitor, Some(DEADLINE)));
        service.insert(0, ok());
        let session = waiting.join().unwrap().unwrap();
        assert_eq!(*session.reader_name(), service.reader(0));
    }
}

#[test]
fn what_opens_at_once_is_not_watched() {
    let simulator = Simulator::new();
    simulator.add_reader("Reader 1").insert(ok());
    let options = Session::options()
        .provider(simulator.provider())
        .reader("Reader 1");
    options.wait(DEADLINE).open().unwrap();
    let options = Session::options()
        .provider(simulator.provider())
        .choose(ReaderChoice::FirstWithCard);
    options.wait(DEADLINE).open().unwrap();
    assert_eq!(simulator.calls("SCardEstablishContext"), 2);
    assert_eq!(simulator.calls("SCardConnect"), 2);
    assert_eq!(simulator.calls("SCardGetStatusChange"), 1);
}

#[test]
fn what_comes_after_the_first_try_is_seen() {
    let simulator = Simulator::new();
    let reader = simulator.add_reader("Reader 1");
    let options = Session::options().provider(simulator.provider());
    let options = options.wait(DEADLINE);
    simulator.after("SCardConnect", 1, move |_| reader.insert(ok()));
    drop(options.open().unwrap());
    assert_eq!(simulator.calls("SCardConnect"), 2);
    simulator.stop_service();
    simulator.after("SCardEstablishContext", 1, Simulator::start_service);
    options.open().unwrap();
}

#[test]
fn a_reader_is_waited_for() {
    let simulator = Simulator::new();
    let options = Session::options().provider(simulator.provider());
    let reader = open_meanwhile(options.clone().choose(ReaderChoice::part("acs")), || {
        simulator.add_reader("ACS 1").insert(ok());
    });
    assert_eq!(*reader.reader_name(), "ACS 1");
    // Another one comes first: it is not meant.
    let reader = open_meanwhile(options.choose(ReaderChoice::Index(2)), || {
        simulator.add_reader("ACS 2").insert(ok());
        simulator.add_reader("ACS 3").insert(ok());
    });
    assert_eq!(*reader.reader_name(), "ACS 3");
}

#[test]
fn a_mute_card_is_waited_out() {
    let simulator = Simulator::new();
    let reader = simulator.add_reader("Reader 1");
    reader.insert(FnCard::new([], |_: &[u8], _: &mut Vec<u8>| {}));
    let options = Session::options().provider(simulator.provider());
    for choice in [ReaderChoice::First, ReaderChoice::FirstWithCard] {
        let error = fails(&options.clone().choose(choice));
        assert_error!(
            error,
            NoMatchingCard {
                empty: Box::from([]),
                mute: Box::from([ReaderName::from("Reader 1")]),
                other: Box::from([]),
            }
        );
    }
    open_meanwhile(options, || reader.insert(ok()));
}

#[test]
fn a_card_that_cannot_be_opened_is_tried_again_after_a_pause() {
    let simulator = Simulator::new();
    simulator.add_reader("Reader 1").insert(ok());
    let options = Session::options().provider(simulator.provider());
    simulator.fail_from("SCardConnect", 1, pcsc_sys::SCARD_W_UNPOWERED_CARD);
    let error = fails(&options);
    assert_eq!(error.code(), Some(Code::UNPOWERED_CARD));
    // At 0, when a look has it, and 20, 60, 140 and 300 milliseconds after that; fewer where a thread came late.
    let tries = simulator.calls("SCardConnect");
    assert!((1..=6).contains(&tries), "{tries}");
    // As often as it takes, whenever a thread comes.
    simulator.after("SCardConnect", 3, Simulator::clear_faults);
    options.wait(DEADLINE).open().unwrap();
    assert_eq!(simulator.calls("SCardConnect") - tries, 4);
}

#[test]
fn a_direct_session_waits_for_a_reader_alone() {
    let simulator = Simulator::new();
    let options = Session::options()
        .provider(simulator.provider())
        .share_mode(ShareMode::Direct);
    open_meanwhile(options, || drop(simulator.add_reader("Reader 1")));
}

#[test]
fn a_wait_keeps_to_its_time_while_readers_are_busy() {
    let simulator = Simulator::new();
    let busy = simulator.add_reader("Reader 1");
    let empty = simulator.add_reader("Reader 2");
    let options = Session::options()
        .provider(simulator.provider())
        .reader(empty.name());
    let (ends, ended) = mpsc::channel::<()>();
    let person = thread::spawn(move || {
        while matches!(ended.try_recv(), Err(mpsc::TryRecvError::Empty)) {
            busy.insert(ok());
            busy.remove();
        }
    });
    let error = fails(&options);
    drop(ends);
    person.join().unwrap();
    assert_error!(
        error,
        NoCard {
            reader: ReaderName::from("Reader 2")
        }
    );
}
