//! What happens when the card, its state or the service is lost, and how a session comes back.

use crate::card::{Counter, assert_no_card, ok};
use pcsc_session::{Cause, Code, Disposition, Error, Session};

const GET: [u8; 5] = [0x00, 0xCA, 0x00, 0x00, 0x00];

/// Asserts that an error is that of a C function on a reader.
fn assert_pcsc(error: &Error, function: &'static str, code: Code, reader: &str) {
    assert_error!(
        *error,
        Pcsc {
            function: function,
            code: code,
            reader: Some(reader.into())
        }
    );
}

/// Checks that each call fails with this code, and names its own function.
fn assert_lost(session: &mut Session, code: Code) {
    let reader = session.reader_name().to_string();
    assert_pcsc(
        &session.transmit(&GET).unwrap_err(),
        "SCardTransmit",
        code,
        &reader,
    );
    assert_pcsc(&session.atr().unwrap_err(), "SCardStatus", code, &reader);
    assert_pcsc(
        &session.transaction().unwrap_err(),
        "SCardBeginTransaction",
        code,
        &reader,
    );
    assert_pcsc(
        &session.transmit(&GET).unwrap_err(),
        "SCardTransmit",
        code,
        &reader,
    );
}

conformance! {
    fn a_removed_card_is_noticed_even_if_it_was_put_back<S>() {
        let mut service = S::start(1);
        service.insert(0, ok());
        let mut session = service.open(0);
        service.remove(0);
        assert_lost(&mut session, Code::REMOVED_CARD);
        assert!(session.transmit(&GET).unwrap_err().is_card_removed());
        assert_no_card(&session.reconnect(Disposition::Leave).unwrap_err(), "SCardReconnect", &service.reader(0));
        service.insert(0, ok());
        assert_lost(&mut session, Code::REMOVED_CARD);
        session.reconnect(Disposition::Leave).unwrap();
        assert!(session.transmit(&GET).unwrap().status().is_success());
        assert!(!session.atr().unwrap().as_bytes().is_empty());
        session.close().unwrap();
    }

    fn a_card_put_back_before_the_next_call_is_noticed<S>() {
        let mut service = S::start(1);
        service.insert(0, ok());
        let mut session = service.open(0);
        service.remove(0);
        service.insert(0, ok());
        assert_lost(&mut session, Code::REMOVED_CARD);
        session.reconnect(Disposition::Leave).unwrap();
        assert!(session.transmit(&GET).unwrap().status().is_success());
    }

    fn the_answer_to_reset_fails_after_a_removal<S>() {
        let mut service = S::start(1);
        service.insert(0, ok());
        let session = service.open(0);
        assert_eq!(session.atr().unwrap().as_bytes(), crate::card::ATR_T1);
        service.remove(0);
        let error = session.atr().unwrap_err();
        assert_pcsc(&error, "SCardStatus", Code::REMOVED_CARD, &service.reader(0));
    }

    fn a_reset_by_another_session_is_noticed<S>() {
        let mut service = S::start(1);
        service.insert(0, ok());
        let mut session = service.open(0);
        let other = service.open(0);
        other.close().unwrap();
        assert_lost(&mut session, Code::RESET_CARD);
        assert!(session.transmit(&GET).unwrap_err().is_card_reset());
        session.reconnect(Disposition::Leave).unwrap();
        assert!(session.transmit(&GET).unwrap().status().is_success());
    }

    fn each_call_alone_notices_a_reset<S>() {
        let mut service = S::start(1);
        service.insert(0, ok());
        let reading = service.open(0);
        let mut beginning = service.open(0);
        drop(service.open(0));
        assert_pcsc(&reading.atr().unwrap_err(), "SCardStatus", Code::RESET_CARD, &service.reader(0));
        assert_pcsc(&beginning.transaction().unwrap_err(), "SCardBeginTransaction", Code::RESET_CARD, &service.reader(0));
    }

    fn a_card_left_as_it_is_is_no_reset<S>() {
        let mut service = S::start(1);
        let counter = Counter::default();
        service.insert(0, counter.clone());
        let mut session = service.open(0);
        let resets = counter.resets();
        let other = service.options().reader(service.reader(0)).on_close(Disposition::Leave).open().unwrap();
        other.close().unwrap();
        drop(service.options().reader(service.reader(0)).on_close(Disposition::Leave).open().unwrap());
        assert!(session.transmit(&GET).unwrap().status().is_success());
        assert_eq!(counter.resets(), resets);
    }

    fn a_lost_card_costs_the_service_no_further_call<S>() {
        let mut service = S::start(1);
        let counter = Counter::default();
        service.insert(0, counter.clone());
        let mut session = service.open(0);
        drop(service.open(0));
        for _ in 0..10 {
            assert!(session.transmit(&GET).unwrap_err().is_card_reset());
        }
        assert_eq!(counter.commands(), 0);
    }

    fn a_reconnection_resets_the_card_where_asked<S>() {
        let mut service = S::start(1);
        let counter = Counter::default();
        service.insert(0, counter.clone());
        let mut session = service.open(0);
        let resets = counter.resets();
        session.reconnect(Disposition::Leave).unwrap();
        assert_eq!(counter.resets(), resets);
        session.reconnect(Disposition::Reset).unwrap();
        assert_eq!(counter.resets(), resets + 1);
        assert!(session.transmit(&GET).unwrap().status().is_success());
    }

    fn a_service_that_dies_is_noticed_and_a_new_session_works<S>() {
        let mut service = S::start(1);
        service.insert(0, ok());
        let mut session = service.open(0);
        assert!(session.transmit(&GET).unwrap().status().is_success());
        service.kill();
        assert_lost(&mut session, Code::NO_SERVICE);
        assert!(session.transmit(&GET).unwrap_err().is_service_down());
        let error = session.reconnect(Disposition::Leave).unwrap_err();
        assert_pcsc(&error, "SCardReconnect", Code::NO_SERVICE, &service.reader(0));
        let (session, error) = session.close().unwrap_err().into_parts();
        assert_pcsc(&error, "SCardDisconnect", Code::NO_SERVICE, &service.reader(0));
        drop(session);
        service.restart();
        service.insert(0, ok());
        assert!(service.open(0).transmit(&GET).unwrap().status().is_success());
    }

    fn each_call_alone_notices_a_service_that_died<S>() {
        let mut service = S::start(1);
        service.insert(0, ok());
        let transmitting = service.open(0);
        let reading = service.open(0);
        let closing = service.open(0);
        let dropped = service.open(0);
        service.kill();
        let mut transmitting = transmitting;
        assert_pcsc(&transmitting.transmit(&GET).unwrap_err(), "SCardTransmit", Code::NO_SERVICE, &service.reader(0));
        assert_pcsc(&reading.atr().unwrap_err(), "SCardStatus", Code::NO_SERVICE, &service.reader(0));
        let (_, error) = closing.close().unwrap_err().into_parts();
        assert_pcsc(&error, "SCardDisconnect", Code::NO_SERVICE, &service.reader(0));
        drop(dropped);
    }

    fn a_session_of_before_a_restart_does_not_come_back<S>() {
        let mut service = S::start(1);
        service.insert(0, ok());
        let mut session = service.open(0);
        service.kill();
        service.restart();
        service.insert(0, ok());
        assert!(session.transmit(&GET).unwrap_err().is_service_down());
        assert!(session.reconnect(Disposition::Leave).unwrap_err().is_service_down());
        assert!(service.open(0).transmit(&GET).unwrap().status().is_success());
    }

    fn a_reader_that_does_not_answer_for_a_moment_comes_back<S>() {
        let mut service = S::start(1);
        service.insert(0, ok());
        let mut session = service.open(0);
        service.set_available(0, false);
        assert!(session.transmit(&GET).unwrap_err().is_reader_gone());
        assert!(session.reconnect(Disposition::Leave).unwrap_err().is_reader_gone());
        service.set_available(0, true);
        session.reconnect(Disposition::Leave).unwrap();
        assert!(session.transmit(&GET).unwrap().status().is_success());
    }
}

/// One of a session's calls.
type Call = fn(&mut Session) -> Result<(), Error>;

/// The simulator alone can pull out a reader: pcscd looks for those that come and go on USB.
#[test]
fn a_reader_that_was_pulled_out_is_gone() {
    let simulator = pcsc_sim::Simulator::new();
    let reader = simulator.add_reader("Pulled 00");
    let options = Session::options().provider(simulator.provider());
    let calls: [Call; 7] = [
        |session| session.transmit(&GET).map(drop),
        |session| session.transaction().map(drop),
        |session| session.status().map(drop),
        |session| session.reconnect(Disposition::Leave),
        |session| session.control(1, &[]).map(drop),
        |session| {
            session
                .get_attribute(pcsc_session::Attribute::VENDOR_NAME)
                .map(drop)
        },
        |session| session.set_attribute(pcsc_session::Attribute::VENDOR_NAME, &[1]),
    ];
    reader.insert(ok());
    let mut sessions = calls.map(|_| options.open().unwrap());
    let mut ending = options.open().unwrap();
    let transaction = ending.transaction().unwrap();
    reader.unplug();
    for (session, call) in sessions.iter_mut().zip(calls) {
        let error = call(session).unwrap_err();
        assert!(error.is_reader_gone(), "{error}");
        // No call helps, and each says so.
        for call in calls {
            assert!(call(session).unwrap_err().is_reader_gone());
        }
    }
    let (transaction, error) = transaction.end(Disposition::Leave).unwrap_err().into_parts();
    assert!(error.is_reader_gone(), "{error}");
    drop(transaction);
    for session in sessions {
        session.close().unwrap();
    }
    let again = simulator.add_reader("Pulled 00");
    again.insert(ok());
    assert!(
        options
            .open()
            .unwrap()
            .transmit(&GET)
            .unwrap()
            .status()
            .is_success()
    );
}

/// As above. What pcsc-lite says of a connection to the reader that was there before, it says of a wrong value too.
#[test]
fn a_reader_that_came_back_after_it_was_pulled_out_is_named_as_one_cause() {
    let simulator = pcsc_sim::Simulator::new();
    let reader = simulator.add_reader("Pulled 00");
    reader.insert(ok());
    let options = Session::options().provider(simulator.provider());
    let mut session = options.open().unwrap();
    reader.unplug();
    simulator.add_reader("Pulled 00").insert(ok());
    let error = session.transmit(&GET).unwrap_err();
    if cfg!(windows) {
        assert_eq!(error.code(), Some(Code::READER_UNAVAILABLE));
        assert!(error.is_reader_gone(), "{error}");
    } else {
        assert_eq!(error.code(), Some(Code::INVALID_VALUE));
        let causes = error.causes();
        let is_named = |cause: &Cause| matches!(cause, Cause::ReaderPulledOut { .. });
        assert!(causes.iter().any(is_named), "{error}");
    }
    assert!(error.to_string().contains("open a new session"), "{error}");
    assert!(session.reconnect(Disposition::Leave).is_err());
    drop(session);
    assert!(
        options
            .open()
            .unwrap()
            .transmit(&GET)
            .unwrap()
            .status()
            .is_success()
    );
}

/// Field case 20, on the simulator: no driver of pcscd's readers says so.
#[test]
fn what_a_driver_does_not_do_ends_no_session() {
    let simulator = pcsc_sim::Simulator::new();
    simulator.add_reader("Refusing 00").insert(ok());
    let options = Session::options().provider(simulator.provider());
    let mut session = options.open().unwrap();
    let vendor = pcsc_session::Attribute::VENDOR_NAME;
    for code in [pcsc_sys::SCARD_E_INVALID_VALUE, pcsc_sys::SCARD_F_COMM_ERROR] {
        for function in [
            "SCardSetAttrib",
            "SCardGetAttrib",
            "SCardControl",
            "SCardTransmit",
        ] {
            simulator.fail(function, 1, code);
            let error = match function {
                "SCardSetAttrib" => session.set_attribute(vendor, &[1]).unwrap_err(),
                "SCardGetAttrib" => session.get_attribute(vendor).unwrap_err(),
                "SCardControl" => session.control(1, &[]).unwrap_err(),
                _ => session.transmit(&GET).unwrap_err(),
            };
            assert_eq!(error.function(), Some(function));
            assert!(!error.is_reader_gone() && !error.is_service_down(), "{error}");
            assert!(session.transmit(&GET).unwrap().status().is_success());
        }
    }
    session.reconnect(Disposition::Leave).unwrap();
    session.close().unwrap();
}
