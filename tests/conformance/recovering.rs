//! How a session comes back, whatever happened: each row of `docs/recovery.md` is a test here, but for those of the service,
//! which are in `recovering_services.rs`, the fork, which is in `tests/fork.rs`, and a cancel, which is in `waiting.rs`.

use crate::card::{Counter, assert_no_card, card_with, ok};
use crate::recovering_waits::change_while_it_waits;
use crate::service::DEADLINE;
use pcsc_session::{Cause, Code, Command, Disposition, ExchangeOptions, Recovered, Session, ShareMode};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const GET: [u8; 5] = [0x00, 0xCA, 0x00, 0x00, 0x00];

/// How long is watched that something does not happen.
pub(crate) const MOMENT: Duration = Duration::from_millis(300);

/// Checks that a session can be used.
#[track_caller]
pub(crate) fn assert_usable(session: &mut Session) {
    assert!(session.transmit(&GET).unwrap().status().is_success());
    assert_eq!(session.recover(), Ok(Recovered::Intact));
    session.transaction().unwrap().end(Disposition::Leave).unwrap();
}

conformance! {
    fn nothing_was_lost<S>() {
        let mut service = S::start(1);
        let counter = Counter::default();
        service.insert(0, counter.clone());
        let mut session = service.open(0);
        let resets = counter.resets();
        for _ in 0..10 {
            assert_eq!(session.recover(), Ok(Recovered::Intact));
        }
        assert_eq!((counter.resets(), counter.commands()), (resets, 0));
        assert_usable(&mut session);
    }

    fn a_reset_by_another_program_is_told<S>() {
        let mut service = S::start(1);
        let counter = Counter::default();
        service.insert(0, counter.clone());
        let mut session = service.open(0);
        // Known before, and not.
        for is_known in [false, true] {
            service.open(0).close().unwrap();
            let resets = counter.resets();
            if is_known {
                let error = session.transmit(&GET).unwrap_err();
                assert!(error.is_card_reset() && error.code() == Some(Code::RESET_CARD), "{error}");
            }
            assert_eq!(session.recover(), Ok(Recovered::Reset));
            assert_eq!(counter.resets(), resets);
            assert_usable(&mut session);
        }
        assert_eq!(counter.commands(), 2);
    }

    fn a_card_that_was_taken_out_is_told_once_one_is_back<S>() {
        let mut service = S::start(1);
        for is_known in [false, true] {
            service.insert(0, ok());
            let mut session = service.open(0);
            service.remove(0);
            if is_known {
                let error = session.transmit(&GET).unwrap_err();
                assert!(error.is_card_removed() && error.code() == Some(Code::REMOVED_CARD), "{error}");
            }
            for _ in 0..2 {
                assert_no_card(&session.recover().unwrap_err(), "SCardReconnect", &service.reader(0));
                assert!(session.transmit(&GET).unwrap_err().is_card_removed());
            }
            service.insert(0, ok());
            assert_eq!(session.recover(), Ok(Recovered::CardReplaced));
            assert_usable(&mut session);
            service.remove(0);
        }
    }

    fn a_card_that_was_swapped_is_told<S>() {
        let mut service = S::start(1);
        for is_known in [false, true] {
            service.insert(0, ok());
            let mut session = service.open(0);
            service.remove(0);
            service.insert(0, ok());
            if is_known {
                assert!(session.transmit(&GET).unwrap_err().is_card_removed());
            }
            assert_eq!(session.recover(), Ok(Recovered::CardReplaced));
            assert_usable(&mut session);
            service.remove(0);
        }
    }

    fn exclusive_use_goes_on_with_another_card<S>() {
        if cfg!(windows) {
            // It is pcsc-lite that has forgotten whose the card is, and the simulator with it; Windows is not known to.
            return;
        }
        let mut service = S::start(1);
        service.insert(0, ok());
        let options = service.options().reader(service.reader(0)).on_close(Disposition::Leave);
        let mut session = options.clone().share_mode(ShareMode::Exclusive).open().unwrap();
        for _ in 0..3 {
            service.remove(0);
            service.insert(0, ok());
            assert_eq!(session.recover(), Ok(Recovered::CardReplaced));
            for _ in 0..2 {
                assert_usable(&mut session);
            }
            assert!(options.open().unwrap_err().is_sharing_violation());
        }
        session.close().unwrap();
        assert_usable(&mut options.open().unwrap());
    }

    fn a_direct_session_comes_back_without_a_card<S>() {
        let mut service = S::start(1);
        service.insert(0, ok());
        let direct = service.options().reader(service.reader(0)).share_mode(ShareMode::Direct);
        let mut session = direct.on_close(Disposition::Leave).open().unwrap();
        for _ in 0..2 {
            service.remove(0);
            assert!(session.status().unwrap_err().is_card_removed());
            assert_eq!(session.recover(), Ok(Recovered::CardReplaced));
            session.status().unwrap();
            assert_eq!(session.recover(), Ok(Recovered::Intact));
            service.insert(0, ok());
            assert_eq!(session.recover(), Ok(Recovered::Intact));
        }
        session.close().unwrap();
        assert_usable(&mut service.open(0));
    }

    fn a_protocol_that_the_session_does_not_take_is_told_as_such<S>() {
        let mut service = S::start(1);
        service.insert(0, Counter::default());
        let options = service.options().reader(service.reader(0)).on_close(Disposition::Leave);
        let mut session = options.clone().protocols(pcsc_session::Protocols::T1).open().unwrap();
        service.open(0).close().unwrap();
        let Ok(other) = options.protocols(pcsc_session::Protocols::T0).open() else {
            unreachable!("the card has both protocols")
        };
        let error = session.recover().unwrap_err();
        assert_eq!(error.code(), Some(Code::PROTO_MISMATCH), "{error}");
        assert_eq!(error.function(), Some("SCardReconnect"), "{error}");
        // It is free again after the next reset.
        let mut other = other;
        other.reconnect_as(ShareMode::Shared, pcsc_session::Protocols::T1, Disposition::Reset).unwrap();
        assert_eq!(session.recover(), Ok(Recovered::Reset));
        assert_usable(&mut session);
    }

    fn a_removal_after_a_reset_counts_for_more<S>() {
        let mut service = S::start(1);
        service.insert(0, ok());
        let mut session = service.open(0);
        drop(service.open(0));
        assert!(session.transmit(&GET).unwrap_err().is_card_reset());
        service.remove(0);
        assert!(session.recover().unwrap_err().is_card_removed());
        service.insert(0, ok());
        assert_eq!(session.recover(), Ok(Recovered::CardReplaced));
        assert_usable(&mut session);
        drop(service.open(0));
        assert!(session.transmit(&GET).unwrap_err().is_card_reset());
        service.remove(0);
        service.insert(0, ok());
        assert_eq!(session.recover(), Ok(Recovered::CardReplaced));
        assert_usable(&mut session);
    }

    fn a_reader_that_is_silent_is_told_once_it_answers<S>() {
        let mut service = S::start(1);
        for is_known in [false, true] {
            service.insert(0, ok());
            let mut session = service.open(0);
            service.set_available(0, false);
            if is_known {
                let error = session.transmit(&GET).unwrap_err();
                assert!(error.is_reader_gone() && !error.is_card_removed(), "{error}");
                assert!(matches!(error.causes()[..], [Cause::ReaderSilent { .. }]), "{error}");
                assert!(error.to_string().contains("does not answer the service"), "{error}");
            }
            let error = session.recover().unwrap_err();
            assert!(error.is_reader_gone() && error.code() == Some(Code::READER_UNAVAILABLE), "{error}");
            service.set_available(0, true);
            assert_eq!(session.recover(), Ok(Recovered::CardReplaced));
            assert_usable(&mut session);
            service.remove(0);
        }
    }

    fn what_the_program_chose_stays_and_what_the_card_said_goes<S>() {
        let mut service = S::start(1);
        let counter = Counter::default();
        service.insert(0, counter.clone());
        let options = ExchangeOptions::default().get_response(false);
        let session = service.options().reader(service.reader(0)).share_mode(ShareMode::Exclusive);
        let session = session.on_close(Disposition::Leave).protocols(pcsc_session::Protocols::T1);
        let mut session = session.exchange(options).open().unwrap();
        service.kill();
        service.restart();
        service.insert(0, counter.clone());
        assert_eq!(session.recover(), Ok(Recovered::ServiceBack));
        assert_eq!(session.exchange_options(), options);
        assert_eq!(session.protocol(), pcsc_session::Protocol::T1);
        let options = service.options().reader(service.reader(0));
        assert!(options.open().unwrap_err().is_sharing_violation());
        let resets = counter.resets();
        session.close().unwrap();
        assert_eq!(counter.resets(), resets);
        options.on_close(Disposition::Leave).open().unwrap().close().unwrap();
    }

    fn what_was_learnt_of_the_card_is_forgotten<S>() {
        let mut service = S::start(1);
        let data = [0x55; 300];
        let long = Command::put_data(0x0102, &data);
        const EXTENDED: [u8; 9] = [0x3B, 0x85, 0x01, 0x80, 0x73, 0, 0, 0x40, 0x37];
        let lengths = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&lengths);
        service.insert(0, card_with(&EXTENDED, move |command| {
            noted.lock().unwrap().push(command.len());
            vec![0x90, 0x00]
        }));
        let mut session = service.open(0);
        session.execute(&long).unwrap().ok().unwrap();
        assert_eq!(*lengths.lock().unwrap(), [4 + 3 + 300]);
        service.remove(0);
        // This one does not say that it takes such commands.
        service.insert(0, ok());
        assert!(session.execute(&long).unwrap_err().is_card_removed());
        assert_eq!(session.recover(), Ok(Recovered::CardReplaced));
        assert_error!(session.execute(&long).unwrap_err(), FormUnknown { .. });
        assert_usable(&mut session);
    }

    fn what_another_program_has_to_itself_is_told<S>() {
        let mut service = S::start(1);
        service.insert(0, ok());
        let mut session = service.open(0);
        service.kill();
        service.restart();
        service.insert(0, ok());
        let alone = service.options().reader(service.reader(0)).share_mode(ShareMode::Exclusive);
        let alone = alone.on_close(Disposition::Leave).open().unwrap();
        for _ in 0..2 {
            let error = session.recover().unwrap_err();
            assert!(error.is_sharing_violation(), "{error}");
        }
        let error = session.recover_within(Some(Duration::from_millis(100))).unwrap_err();
        assert!(error.is_timeout() && error.to_string().contains("SCARD_E_SHARING_VIOLATION"), "{error}");
        let wait = |session: &mut Session| session.recover_within(Some(DEADLINE));
        let recovered = change_while_it_waits(&mut session, wait, || alone.close().unwrap());
        assert_eq!(recovered, Ok(Recovered::ServiceBack));
        assert_usable(&mut session);
    }
}

#[test]
fn recovering_costs_one_call_where_nothing_was_lost() {
    let simulator = pcsc_sim::Simulator::new();
    simulator.add_reader("Reader 00").insert(ok());
    let mut session = Session::options()
        .provider(simulator.provider())
        .reader("Reader 00")
        .open()
        .unwrap();
    assert_eq!(session.recover(), Ok(Recovered::Intact));
    assert_eq!(session.recover_within(None), Ok(Recovered::Intact));
    assert_eq!(simulator.calls("SCardStatus"), 2);
    for function in [
        "SCardReconnect",
        "SCardGetStatusChange",
        "SCardListReaders",
        "SCardGetAttrib",
    ] {
        assert_eq!(simulator.calls(function), 0, "{function}");
    }
    assert_eq!(simulator.calls("SCardConnect"), 1);
}

/// What a reconnection says is told at once, whatever was known before.
#[test]
fn what_a_reconnection_after_a_reset_says_is_told() {
    let simulator = pcsc_sim::Simulator::new();
    let reader = simulator.add_reader("Reader 00");
    reader.insert(ok());
    let mut session = Session::options().provider(simulator.provider()).open().unwrap();
    for (injected, code) in [
        (pcsc_sys::SCARD_W_UNRESPONSIVE_CARD, Code::UNRESPONSIVE_CARD),
        (pcsc_sys::SCARD_E_PROTO_MISMATCH, Code::PROTO_MISMATCH),
        (pcsc_sys::SCARD_E_SHARING_VIOLATION, Code::SHARING_VIOLATION),
        (pcsc_sys::SCARD_E_NO_MEMORY, Code::NO_MEMORY),
    ] {
        for is_known in [false, true] {
            reader.other_program().unwrap().reset().unwrap();
            if is_known {
                assert!(session.transmit(&GET).unwrap_err().is_card_reset());
            }
            let reconnections = simulator.calls("SCardReconnect");
            simulator.fail("SCardReconnect", 1, injected);
            let error = session.recover().unwrap_err();
            assert_eq!(error.code(), Some(code), "{error}");
            assert_eq!(simulator.calls("SCardReconnect") - reconnections, 1, "{error}");
            assert_eq!(session.recover(), Ok(Recovered::Reset));
            assert_usable(&mut session);
        }
    }
}
