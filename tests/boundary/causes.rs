//! One code, several causes: each is named, and what has two meanings ends nothing before one look. Field kind E.

use crate::table::{READER, answer, answer_with, calls, list_with, provider, returns, session, transmits};
use pcsc_session::{Attribute, Cause, Code, Disposition, Error, Protocols, Session, ShareMode};
use pcsc_sys as sys;

const GET: [u8; 5] = [0x00, 0xCA, 0x00, 0x00, 0x00];

/// One of a session's calls.
type Call = fn(&mut Session) -> Result<(), Error>;

const CONTROL: Call = |session| session.control(1, &[]).map(drop);
const SET_ATTRIBUTE: Call = |session| session.set_attribute(Attribute::VENDOR_NAME, &[1]);

/// The codes that may say that the connection is lost, or something that passes.
const AMBIGUOUS: &[sys::LONG] = &[
    sys::SCARD_F_COMM_ERROR,
    #[cfg(not(windows))]
    sys::SCARD_E_INVALID_VALUE,
    #[cfg(not(any(windows, target_os = "macos")))]
    sys::SCARD_W_SECURITY_VIOLATION,
    #[cfg(windows)]
    ERROR_INVALID_HANDLE,
];

/// Windows' own code for a handle that is none: of a service that was shut down, and of drivers.
#[cfg(windows)]
const ERROR_INVALID_HANDLE: sys::LONG = 6;

fn text_has(error: &Error, parts: &[&str]) {
    let text = error.to_string();
    for part in parts {
        assert!(text.contains(part), "{part:?} is missing in: {text}");
    }
}

fn assert_usable(session: &mut Session) {
    answer(&[0x90, 0x00]);
    session.transmit(&GET).unwrap();
    session.reconnect(Disposition::Leave).unwrap();
    session.transmit(&GET).unwrap();
}

/// Field case 20.
#[test]
fn a_value_that_the_driver_refuses_ends_nothing() {
    let mut session = session();
    returns("SCardSetAttrib", sys::SCARD_E_INVALID_VALUE);
    let error = SET_ATTRIBUTE(&mut session).unwrap_err();
    // On Windows this code says nothing of a reader.
    let looks = if cfg!(windows) { 0 } else { 1 };
    assert_eq!(calls("SCardListReaders"), looks);
    assert!(!error.is_reader_gone() && !error.is_service_down(), "{error}");
    text_has(
        &error,
        &[
            "SCardSetAttrib",
            "SCARD_E_INVALID_VALUE",
            "out of its range",
            READER,
        ],
    );
    assert_eq!(error.to_string().contains("pulled out"), !cfg!(windows));
    assert_usable(&mut session);
    assert_eq!(calls("SCardListReaders"), looks);
}

/// Field case 20.
#[test]
fn a_driver_that_cannot_communicate_ends_nothing() {
    let mut session = session();
    returns("SCardControl", sys::SCARD_F_COMM_ERROR);
    let error = CONTROL(&mut session).unwrap_err();
    assert_eq!(calls("SCardListReaders"), 1);
    assert!(!error.is_service_down() && !error.is_reader_gone(), "{error}");
    assert!(matches!(error.causes()[..], [Cause::DriverFailed { .. }]));
    text_has(&error, &["SCARD_F_COMM_ERROR (0x80100013)", "driver"]);
    assert_usable(&mut session);
}

#[test]
fn a_code_with_two_meanings_ends_the_session_where_the_service_has_gone() {
    for &code in AMBIGUOUS {
        for gone in [
            sys::SCARD_E_NO_SERVICE,
            sys::SCARD_E_SERVICE_STOPPED,
            sys::SCARD_E_INVALID_HANDLE,
            sys::SCARD_F_COMM_ERROR,
        ] {
            let mut session = session();
            answer_with(code, &[], 0);
            returns("SCardListReaders", gone);
            let looks = calls("SCardListReaders");
            let error = session.transmit(&GET).unwrap_err();
            assert_eq!(error.code(), Some(Code(code as u32)));
            assert!(error.is_service_down(), "{error}");
            assert!(
                matches!(error.causes()[..], [Cause::ServiceGone { .. }]),
                "{error}"
            );
            let sent = transmits();
            for call in [CONTROL, SET_ATTRIBUTE, |session| session.transmit(&GET).map(drop)] {
                let error = call(&mut session).unwrap_err();
                assert!(error.is_service_down() && !error.is_reader_gone(), "{error}");
                assert!(
                    matches!(error.causes()[..], [Cause::ServiceGone { .. }]),
                    "{error}"
                );
            }
            assert_eq!((transmits(), calls("SCardListReaders")), (sent, looks + 1));
            returns("SCardListReaders", sys::SCARD_S_SUCCESS);
        }
    }
}

#[test]
fn a_reader_that_is_listed_no_more_is_gone_whatever_code_says_so() {
    list_with(b"Another 00\0\0");
    for &code in AMBIGUOUS {
        let mut session = session();
        answer_with(code, &[], 0);
        let error = session.transmit(&GET).unwrap_err();
        assert!(error.is_reader_gone() && !error.is_service_down(), "{error}");
        assert_eq!(error.code(), Some(Code(code as u32)));
        let sent = transmits();
        let error = session.transmit(&GET).unwrap_err();
        assert!(error.is_reader_gone() && !error.is_service_down(), "{error}");
        assert_eq!(transmits(), sent);
    }
}

/// As Windows lists it where a program wrote its name in another way.
#[cfg(windows)]
#[test]
fn a_reader_that_is_listed_in_letters_of_the_other_case_is_there() {
    list_with(b"TABLE 00\0\0");
    for &code in AMBIGUOUS {
        let mut session = session();
        answer_with(code, &[], 0);
        let error = session.transmit(&GET).unwrap_err();
        assert!(!error.is_reader_gone() && !error.is_service_down(), "{error}");
        assert_usable(&mut session);
    }
}

#[test]
fn a_look_that_fails_ends_nothing() {
    let mut session = session();
    answer_with(sys::SCARD_E_INVALID_VALUE, &[], 0);
    returns("SCardListReaders", sys::SCARD_E_NO_MEMORY);
    let error = session.transmit(&GET).unwrap_err();
    assert!(!error.is_reader_gone() && !error.is_service_down(), "{error}");
    assert_usable(&mut session);
}

#[test]
fn a_code_with_one_meaning_is_not_looked_at() {
    for code in [
        sys::SCARD_E_NO_SERVICE,
        sys::SCARD_E_SERVICE_STOPPED,
        sys::SCARD_E_INVALID_HANDLE,
        sys::SCARD_E_READER_UNAVAILABLE,
        sys::SCARD_E_UNKNOWN_READER,
        sys::SCARD_E_NO_SMARTCARD,
        sys::SCARD_E_NOT_TRANSACTED,
        sys::SCARD_E_INVALID_PARAMETER,
        sys::SCARD_E_INSUFFICIENT_BUFFER,
        sys::SCARD_F_INTERNAL_ERROR,
        sys::SCARD_W_RESET_CARD,
        sys::SCARD_W_REMOVED_CARD,
        sys::SCARD_W_UNRESPONSIVE_CARD,
    ] {
        let mut session = session();
        answer_with(code, &[], 0);
        session.transmit(&GET).unwrap_err();
        assert_eq!(calls("SCardListReaders"), 0, "{code:X}");
    }
}

/// Field case 20.
#[test]
fn to_reconnect_is_tried_whatever_was_found_before() {
    for code in [
        sys::SCARD_E_NO_SERVICE,
        sys::SCARD_E_SERVICE_STOPPED,
        sys::SCARD_E_INVALID_HANDLE,
        sys::SCARD_E_UNKNOWN_READER,
    ] {
        let mut session = session();
        answer_with(code, &[], 0);
        session.transmit(&GET).unwrap_err();
        let before = calls("SCardReconnect");
        returns("SCardReconnect", code);
        let error = session.reconnect(Disposition::Leave).unwrap_err();
        assert_eq!(error.code(), Some(Code(code as u32)));
        returns("SCardReconnect", sys::SCARD_S_SUCCESS);
        session.reconnect(Disposition::Leave).unwrap();
        assert_eq!(calls("SCardReconnect"), before + 2);
        assert_usable(&mut session);
    }
}

#[test]
fn what_was_given_up_with_the_service_is_not_reconnected() {
    let mut session = session();
    answer_with(sys::SCARD_E_NO_SERVICE, &[], 0);
    session.transmit(&GET).unwrap_err();
    let (mut session, _) = session.close().unwrap_err().into_parts();
    assert!(
        session
            .reconnect(Disposition::Leave)
            .unwrap_err()
            .is_service_down()
    );
    drop(session);
    assert_eq!((calls("SCardReconnect"), calls("SCardDisconnect")), (0, 0));
}

#[test]
fn a_direct_connection_needs_no_card() {
    let options = Session::options().provider(provider()).reader(READER);
    let mut session = options
        .share_mode(ShareMode::Direct)
        .protocols(Protocols::empty())
        .open()
        .unwrap();
    returns("SCardControl", sys::SCARD_E_NO_SMARTCARD);
    assert!(CONTROL(&mut session).unwrap_err().is_card_removed());
    returns("SCardControl", sys::SCARD_S_SUCCESS);
    SET_ATTRIBUTE(&mut session).unwrap();
    CONTROL(&mut session).unwrap();
}

/// What pcsc-lite's codes can mean where a context or a connection is asked for: its socket, polkit and its limits, which
/// neither Windows nor macOS has.
#[cfg(not(any(windows, target_os = "macos")))]
mod pcsc_lite {
    use super::*;
    use crate::table::connect_with;
    use pcsc_session::Context;

    /// The error of a context on the table; nothing is looked at, since the functions are no library's.
    fn not_established(code: sys::LONG) -> Error {
        returns("SCardEstablishContext", code);
        let error = Context::establish_on(provider()).unwrap_err();
        assert_eq!(error.code(), Some(Code(code as u32)));
        error
    }

    fn not_connected(code: sys::LONG) -> Error {
        connect_with(code, 0);
        let options = Session::options().provider(provider()).reader(READER);
        options.open().unwrap_err()
    }

    /// Field cases 15 and 16.
    #[test]
    fn no_service_has_all_its_causes_named() {
        let error = not_established(sys::SCARD_E_NO_SERVICE);
        text_has(
            &error,
            &[
                "SCARD_E_NO_SERVICE (0x8010001D)",
                "does not run",
                "may not open the socket",
                "--socket=pcsc",
                "200 contexts",
                "--max-thread",
                "org.debian.pcsc-lite.access_pcsc",
                "file descriptor",
            ],
        );
        // It may be that.
        assert!(error.is_service_down());
    }

    /// Field cases 15 and 16.
    #[test]
    fn a_connection_that_the_service_closed_has_its_causes_named() {
        let error = not_established(sys::SCARD_W_SECURITY_VIOLATION);
        text_has(
            &error,
            &["org.debian.pcsc-lite.access_pcsc", "rules.d", "200 contexts"],
        );
        assert!(!error.is_service_down());
        let error = not_established(sys::SCARD_F_COMM_ERROR);
        text_has(
            &error,
            &["org.debian.pcsc-lite.access_pcsc", "200 contexts", "stopped"],
        );
    }

    /// Field case 16.
    #[test]
    fn a_card_that_polkit_keeps_from_a_user_is_told_by_the_action() {
        let error = not_connected(sys::SCARD_W_SECURITY_VIOLATION);
        text_has(
            &error,
            &[
                "SCardConnect",
                READER,
                "org.debian.pcsc-lite.access_card",
                "rules.d",
            ],
        );
        assert!(matches!(
            error.causes()[0],
            Cause::PolkitRefused {
                action: "org.debian.pcsc-lite.access_card",
                ..
            }
        ));
    }

    /// Field case 18.
    #[test]
    fn the_limit_of_connections_is_named() {
        for code in [sys::SCARD_F_INTERNAL_ERROR, sys::SCARD_E_NO_MEMORY] {
            let error = not_connected(code);
            text_has(
                &error,
                &["200", "connections", "--max-card-handle-per-reader", READER],
            );
            assert!(matches!(
                error.causes()[..],
                [Cause::ConnectionsAtLimit { .. }, _]
            ));
        }
        text_has(
            &not_connected(sys::SCARD_F_INTERNAL_ERROR),
            &["restart the service"],
        );
    }

    /// Field case 48.
    #[test]
    fn different_versions_are_named_and_not_called_a_stopped_service() {
        let error = not_established(sys::SCARD_E_SERVICE_STOPPED);
        text_has(&error, &["SCARD_E_SERVICE_STOPPED", "different versions"]);
        assert!(!error.is_service_down(), "{error}");
        // Elsewhere that is what it says.
        let mut session = session_after(sys::SCARD_E_SERVICE_STOPPED);
        let error = session.transmit(&GET).unwrap_err();
        assert!(error.is_service_down(), "{error}");
        text_has(&error, &["stopped"]);
    }

    fn session_after(code: sys::LONG) -> Session {
        returns("SCardEstablishContext", sys::SCARD_S_SUCCESS);
        answer_with(code, &[], 0);
        session()
    }

    /// Field case 49.
    #[test]
    fn the_stub_without_its_library_is_named() {
        let error = not_established(sys::SCARD_F_INTERNAL_ERROR);
        text_has(
            &error,
            &[
                "stub",
                "libpcsclite_real.so.1",
                "LIBPCSCLITE_DELEGATE",
                "restart the service",
            ],
        );
        assert!(matches!(error.causes()[0], Cause::StubWithoutLibrary { .. }));
    }
}
