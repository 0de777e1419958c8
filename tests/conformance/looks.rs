//! A failure that C does not name is followed by one look, after which the error says what has become of the card.

use crate::card::ok;
use crate::service::DEADLINE;
use pcsc_session::{Cause, Code, Disposition, Error, Recovered, Session, SessionOptions, ShareMode};
use pcsc_sim::{Card, Reader, Simulator};
use std::sync::{Arc, Mutex, mpsc};

const GET: [u8; 5] = [0x00, 0xCA, 0x00, 0x00, 0x00];

/// The codes that say too little of the card.
const NAMELESS: &[pcsc_sys::LONG] = &[
    pcsc_sys::SCARD_F_COMM_ERROR,
    pcsc_sys::SCARD_E_NOT_TRANSACTED,
    pcsc_sys::SCARD_W_UNPOWERED_CARD,
    pcsc_sys::SCARD_W_UNRESPONSIVE_CARD,
    pcsc_sys::SCARD_E_READER_UNAVAILABLE,
    #[cfg(windows)]
    0x1F,
    #[cfg(windows)]
    0x45D,
    #[cfg(windows)]
    0x48F,
];

/// What happens to a card and its reader, and what the error then says.
type Case = (fn(&Reader), fn(&Error) -> bool, Recovered);

fn world() -> (Simulator, Reader, SessionOptions) {
    let simulator = Simulator::new();
    let reader = simulator.add_reader("Reader 00");
    reader.insert(ok());
    let options = Session::options()
        .provider(simulator.provider())
        .reader("Reader 00");
    (simulator, reader, options)
}

fn has(error: &Error, is_it: fn(&Cause) -> bool) -> bool {
    error.causes().len() == 1 && error.causes().iter().all(is_it)
}

/// Has the other program reset the card.
fn reset(reader: &Reader) {
    reader.other_program().unwrap().reset().unwrap();
}

/// A card that does not answer when it is powered.
struct Mute;

impl Card for Mute {
    fn atr(&self) -> &[u8] {
        &[]
    }

    fn transmit(&mut self, _command: &[u8], _response: &mut Vec<u8>) {}
}

#[test]
fn a_failure_says_what_has_become_of_the_card() {
    let cases: [Case; 4] = [
        (
            |reader| drop(reader.remove()),
            |error| error.is_card_removed() && has(error, |cause| matches!(cause, Cause::CardRemoved { .. })),
            Recovered::CardReplaced,
        ),
        (
            |reader| drop(reader.swap(ok())),
            |error| error.is_card_removed() && has(error, |cause| matches!(cause, Cause::CardRemoved { .. })),
            Recovered::CardReplaced,
        ),
        (
            reset,
            |error| error.is_card_reset() && has(error, |cause| matches!(cause, Cause::CardReset { .. })),
            Recovered::Reset,
        ),
        (
            |reader| reader.set_available(false),
            |error| error.is_reader_gone() && has(error, |cause| matches!(cause, Cause::ReaderSilent { .. })),
            Recovered::CardReplaced,
        ),
    ];
    for &code in NAMELESS {
        for (index, (happen, is_said, recovered)) in cases.iter().enumerate() {
            let (simulator, reader, options) = world();
            let mut session = options.open().unwrap();
            happen(&reader);
            simulator.fail("SCardTransmit", 1, code);
            let error = session.transmit(&GET).unwrap_err();
            assert_eq!(error.code(), Some(Code(code as u32)));
            assert!(is_said(&error), "{code:X}, {index}: {error}");
            let is_one = [
                error.is_card_removed(),
                error.is_card_reset(),
                error.is_reader_gone(),
            ];
            assert_eq!(is_one.into_iter().filter(|is| *is).count(), 1, "{error}");
            assert!(!error.is_service_down(), "{error}");
            // The session is lost: C is not asked any more, and each call says so.
            let sent = simulator.calls("SCardTransmit");
            let again = session.transmit(&GET).unwrap_err();
            assert_eq!(again.is_card_removed(), error.is_card_removed(), "{again}");
            assert_eq!(again.is_card_reset(), error.is_card_reset(), "{again}");
            assert_eq!(again.is_reader_gone(), error.is_reader_gone(), "{again}");
            assert_eq!(simulator.calls("SCardTransmit"), sent);
            reader.set_available(true);
            if index == 0 {
                reader.insert(ok());
            }
            assert_eq!(session.recover(), Ok(*recovered));
            assert!(session.transmit(&GET).unwrap().status().is_success());
        }
    }
}

#[test]
fn a_failure_of_a_card_that_is_there_says_no_more_than_that() {
    for &code in NAMELESS {
        let (simulator, _reader, options) = world();
        let mut session = options.open().unwrap();
        simulator.fail("SCardTransmit", 1, code);
        let error = session.transmit(&GET).unwrap_err();
        assert!(
            has(&error, |cause| matches!(cause, Cause::CardStillSeen { .. })),
            "{error}"
        );
        let text = error.to_string();
        assert!(
            text.contains("still sees the card") && text.contains("may have acted"),
            "{text}"
        );
        assert!(
            !error.is_card_removed() && !error.is_card_reset() && !error.is_service_down(),
            "{text}"
        );
        if code == pcsc_sys::SCARD_E_READER_UNAVAILABLE {
            // No call goes over a connection of which that was said.
            assert!(session.transmit(&GET).unwrap_err().is_reader_gone());
            assert_eq!(session.recover(), Ok(Recovered::CardReplaced));
        }
        assert!(session.transmit(&GET).unwrap().status().is_success());
        assert_eq!(session.recover(), Ok(Recovered::Intact));
        assert_eq!(
            simulator.calls("SCardListReaders"),
            u64::from(code == pcsc_sys::SCARD_F_COMM_ERROR)
        );
        assert_eq!(simulator.calls("SCardGetStatusChange"), 1);
    }
}

#[test]
fn a_reader_that_was_pulled_out_is_seen_whatever_code_says_so() {
    for &code in NAMELESS {
        let (simulator, reader, options) = world();
        let mut session = options.open().unwrap();
        reader.unplug();
        simulator.fail("SCardTransmit", 1, code);
        let error = session.transmit(&GET).unwrap_err();
        assert_error!(
            error,
            ReaderGone {
                code: Code(code as u32)
            }
        );
        assert!(matches!(
            session.recover().unwrap_err(),
            Error::InvalidReader { .. }
        ));
        simulator.add_reader("Reader 00").insert(ok());
        assert_eq!(session.recover(), Ok(Recovered::ReaderBack));
        assert!(session.transmit(&GET).unwrap().status().is_success());
    }
}

#[test]
fn a_service_that_was_stopped_is_seen_whatever_code_says_so() {
    for &code in NAMELESS {
        let (simulator, _reader, options) = world();
        let mut session = options.open().unwrap();
        simulator.stop_service();
        simulator.fail("SCardTransmit", 1, code);
        let error = session.transmit(&GET).unwrap_err();
        assert!(
            error.is_service_down() && has(&error, |cause| matches!(cause, Cause::ServiceGone { .. })),
            "{error}"
        );
        assert!(session.transmit(&GET).unwrap_err().is_service_down());
        simulator.start_service();
        assert_eq!(session.recover(), Ok(Recovered::ServiceBack));
        assert!(session.transmit(&GET).unwrap().status().is_success());
    }
}

#[test]
fn a_mute_card_is_named() {
    let (simulator, reader, options) = world();
    let mut session = options.open().unwrap();
    reader.swap(Mute);
    for error in [
        session.reconnect(Disposition::Leave).unwrap_err(),
        session.recover().unwrap_err(),
    ] {
        assert!(
            has(&error, |cause| matches!(cause, Cause::CardMute { .. })),
            "{error}"
        );
        assert!(!error.is_card_removed() && !error.is_reader_gone(), "{error}");
    }
    reader.swap(ok());
    assert_eq!(session.recover(), Ok(Recovered::CardReplaced));
    assert!(session.transmit(&GET).unwrap().status().is_success());
    drop(simulator);
}

#[test]
fn what_succeeds_and_what_has_a_name_is_not_looked_at() {
    let (simulator, reader, options) = world();
    let mut session = options.open().unwrap();
    for _ in 0..10 {
        session.transmit(&GET).unwrap();
        session.transaction().unwrap().end(Disposition::Leave).unwrap();
        session.status().unwrap();
    }
    session.reconnect(Disposition::Leave).unwrap();
    // A reader without features, and one that does not know the attribute.
    session.features().unwrap_err();
    simulator.fail("SCardControl", 1, pcsc_sys::SCARD_E_NOT_TRANSACTED);
    session.control(1, &[]).unwrap_err();
    session
        .get_attribute(pcsc_session::Attribute::VENDOR_NAME)
        .unwrap_err();
    reader.remove();
    session.transmit(&GET).unwrap_err();
    session.transmit(&GET).unwrap_err();
    session.close().unwrap();
    assert_eq!(simulator.calls("SCardGetStatusChange"), 0);
    assert_eq!(simulator.calls("SCardListReaders"), 0);
    assert_eq!(simulator.calls("SCardGetAttrib"), 1);
}

// Windows is asked by SCardStatus, which the simulator has wait as pcsc-lite's does.
#[cfg(not(windows))]
#[test]
fn a_look_waits_for_no_transaction_and_claims_nothing_that_it_hides() {
    for has_reset in [false, true] {
        let (simulator, reader, options) = world();
        let mut session = options.open().unwrap();
        let other = Arc::new(Mutex::new(reader.other_program().unwrap()));
        let beginning = Arc::clone(&other);
        simulator.before("SCardTransmit", 1, move |_| {
            let mut other = beginning.lock().unwrap();
            if has_reset {
                other.reset().unwrap();
            }
            other.begin_transaction().unwrap();
        });
        simulator.fail("SCardTransmit", 1, pcsc_sys::SCARD_E_NOT_TRANSACTED);
        let (tell, told) = mpsc::channel();
        std::thread::scope(|scope| {
            scope.spawn(move || tell.send(session.transmit(&GET).map(drop)).unwrap());
            let error = told.recv_timeout(DEADLINE);
            // The end of the session waits for it.
            other.lock().unwrap().end_transaction().unwrap();
            let error = error.unwrap().unwrap_err();
            assert!(
                !has(&error, |cause| matches!(
                    cause,
                    Cause::CardStillSeen { .. } | Cause::CardReset { .. }
                )),
                "{error}"
            );
            assert!(!error.is_card_reset() && !error.is_card_removed(), "{error}");
        });
    }
}

/// The card is claimed to be the same where the service has looked for events, and where it has not, nothing is.
// Windows is asked by SCardStatus, which refuses nothing before it has looked.
#[cfg(not(windows))]
#[test]
fn what_a_refused_look_has_learnt_is_told() {
    let (simulator, _reader, options) = world();
    let mut session = options.open().unwrap();
    for (refused, is_seen) in [
        (pcsc_sys::SCARD_E_UNSUPPORTED_FEATURE, true),
        (pcsc_sys::SCARD_E_NOT_TRANSACTED, true),
        (pcsc_sys::SCARD_E_INSUFFICIENT_BUFFER, true),
        (pcsc_sys::SCARD_E_SHARING_VIOLATION, false),
        (pcsc_sys::SCARD_E_NO_MEMORY, false),
        (pcsc_sys::SCARD_F_INTERNAL_ERROR, false),
    ] {
        simulator.fail("SCardTransmit", 1, pcsc_sys::SCARD_E_NOT_TRANSACTED);
        simulator.fail("SCardGetAttrib", 1, refused);
        let error = session.transmit(&GET).map(drop).unwrap_err();
        assert_eq!(
            has(&error, |cause| matches!(cause, Cause::CardStillSeen { .. })),
            is_seen,
            "{refused:#x}: {error}"
        );
    }
}

#[test]
fn a_direct_connection_without_a_card_lost_none() {
    let (simulator, reader, options) = world();
    reader.remove();
    let session = options.share_mode(ShareMode::Direct).open().unwrap();
    simulator.fail("SCardControl", 1, pcsc_sys::SCARD_F_COMM_ERROR);
    let error = session.control(1, &[]).unwrap_err();
    assert!(
        !error.is_card_removed() && has(&error, |cause| matches!(cause, Cause::DriverFailed { .. })),
        "{error}"
    );
    session.status().unwrap();
}

/// What only a real reader says.
#[cfg(all(target_os = "linux", any(feature = "load", feature = "link")))]
mod on_a_real_pcscd {
    use super::*;
    use crate::card::card;
    use crate::service::Service;
    use crate::service::client::Library;
    use crate::service::real::Real;

    /// vsmartcard's driver gives no answer in place of a failure.
    #[test]
    #[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
    fn a_card_that_goes_while_it_works_is_noticed_by_the_recovery() {
        let mut service = Real::<Library>::start(1);
        let (begins, begun) = mpsc::channel();
        let (go_on, goes_on) = mpsc::channel::<()>();
        let slow = card(move |_| {
            begins.send(()).unwrap();
            // Until the reader has noticed that it is gone.
            let _ = goes_on.recv_timeout(DEADLINE);
            vec![0x90, 0x00]
        });
        service.insert(0, slow);
        let mut session = service.open(0);
        let (error, mut session) = std::thread::scope(|scope| {
            let sending = scope.spawn(move || {
                let error = session.transmit(&GET).map(drop).unwrap_err();
                drop(go_on);
                (error, session)
            });
            begun.recv_timeout(DEADLINE).unwrap();
            service.remove(0);
            sending.join().unwrap()
        });
        assert_error!(error, ShortResponse { len: 0 });
        assert!(session.recover().unwrap_err().is_card_removed());
        assert!(session.transmit(&GET).unwrap_err().is_card_removed());
        service.insert(0, ok());
        assert_eq!(session.recover(), Ok(Recovered::CardReplaced));
        assert!(session.transmit(&GET).unwrap().status().is_success());
    }

    #[test]
    #[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
    fn a_card_that_is_mute_after_a_reset_is_named() {
        let mut service = Real::<Library>::start(1);
        service.insert(0, ok());
        let mut session = service.open(0);
        service.set_mute(0, true);
        let error = session.reconnect(Disposition::Reset).unwrap_err();
        assert_eq!(error.code(), Some(Code::UNRESPONSIVE_CARD));
        assert!(
            has(&error, |cause| matches!(cause, Cause::CardMute { .. })),
            "{error}"
        );
        // So is what a recovery meets, once.
        let begun = std::time::Instant::now();
        let error = session.recover().unwrap_err();
        assert_eq!(error.code(), Some(Code::UNRESPONSIVE_CARD), "{error}");
        assert!(begun.elapsed() < std::time::Duration::from_secs(2));
        service.set_mute(0, false);
        session.reconnect(Disposition::Reset).unwrap();
        assert!(session.transmit(&GET).unwrap().status().is_success());
    }

    #[test]
    #[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
    fn a_reader_that_is_silent_is_named() {
        let mut service = Real::<Library>::start(1);
        service.insert(0, ok());
        let mut session = service.open(0);
        service.set_available(0, false);
        let error = session.transmit(&GET).unwrap_err();
        assert!(
            has(&error, |cause| matches!(cause, Cause::ReaderSilent { .. })),
            "{error}"
        );
        service.set_available(0, true);
        assert_eq!(session.recover(), Ok(Recovered::CardReplaced));
        assert!(session.transmit(&GET).unwrap().status().is_success());
    }
}
