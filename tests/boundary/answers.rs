//! Lengths, codes and protocols that C may hand over.

use crate::table::{
    READER, answer, answer_with, buffer, command, connect_with, found, provider, returns, session, transmits,
};
use pcsc_session::{Code, Context, Error, ReaderName, Session};
use pcsc_sys as sys;

const GET: [u8; 5] = [0x00, 0xCA, 0x00, 0x00, 0x00];

/// Asserts that an error is that of SCardTransmit with a code.
fn assert_transmit_error(error: &Error, code: Code) {
    assert_error!(
        *error,
        Pcsc {
            function: "SCardTransmit",
            code: code,
            reader: Some(READER.into())
        }
    );
}

#[test]
fn the_longest_command_and_answer_pass_byte_for_byte() {
    let mut session = session();
    let longest: Vec<u8> = (0..65_538_u32).map(|index| (index * 31) as u8).collect();
    answer(&longest);
    let sent: Vec<u8> = (0..65_544_u32).map(|index| (index * 7) as u8).collect();
    let response = session.transmit(&sent).unwrap();
    assert_eq!(response.data(), &longest[..65_536]);
    assert_eq!(response.status().to_u16().to_be_bytes(), longest[65_536..]);
    assert_eq!(command(), sent);
    assert_eq!(buffer(), 65_548);
    assert!(matches!(
        session.transmit(&vec![0; 65_545]),
        Err(Error::CommandTooLong {
            len: 65_545,
            max: 65_544,
            ..
        })
    ));
    assert_eq!(transmits(), 1);
}

#[test]
fn an_answer_of_no_bytes_is_an_error_of_its_own() {
    let mut session = session();
    answer(&[]);
    assert_error!(
        session.transmit(&GET).unwrap_err(),
        ShortResponse {
            len: 0,
            reader: ReaderName::from(READER)
        }
    );
    answer(&[0x90]);
    assert_error!(
        session.transmit(&GET).unwrap_err(),
        ShortResponse {
            len: 1,
            reader: ReaderName::from(READER)
        }
    );
    answer(&[0x90, 0x00]);
    assert!(session.transmit(&GET).unwrap().status().is_success());
    session.close().unwrap();
}

#[test]
fn a_length_beyond_the_buffer_is_an_error() {
    let mut session = session();
    for claimed in [65_549, 1 << 20, sys::DWORD::MAX] {
        answer_with(sys::SCARD_S_SUCCESS, &[0x90, 0x00], claimed);
        let error = session.transmit(&GET).unwrap_err();
        assert_error!(
            error,
            WrongAnswer {
                function: "SCardTransmit",
                reader: Some(READER.into())
            }
        );
        assert!(error.to_string().contains(&claimed.to_string()), "{error}");
    }
}

#[test]
fn every_code_is_handed_on_and_nothing_is_sent_again() {
    for code in [1, 6, 0x16, -1, 0x8010_0008, 0x8010_0FFF, i64::from(u32::MAX)] {
        let mut session = session();
        let before = transmits();
        answer_with(code as sys::LONG, &[], 100_000);
        assert_transmit_error(&session.transmit(&GET).unwrap_err(), Code(code as u32));
        assert_eq!(transmits(), before + 1);
    }
}

#[test]
fn an_error_names_function_code_and_reader_and_no_byte_of_the_card() {
    let mut session = session();
    answer_with(sys::SCARD_W_REMOVED_CARD, &[0xDE, 0xAD], 2);
    let text = session.transmit(&GET).unwrap_err().to_string();
    for part in [
        "SCardTransmit",
        "SCARD_W_REMOVED_CARD",
        "0x80100069",
        READER,
        "put it back",
    ] {
        assert!(text.contains(part), "{text}");
    }
    assert!(
        !text.to_uppercase().contains("DE AD") && !text.to_uppercase().contains("DEAD"),
        "{text}"
    );
}

#[test]
fn a_lost_connection_is_not_asked_again() {
    for (code, is) in [
        (
            sys::SCARD_W_RESET_CARD,
            Error::is_card_reset as fn(&Error) -> bool,
        ),
        (sys::SCARD_W_REMOVED_CARD, Error::is_card_removed),
        (sys::SCARD_E_READER_UNAVAILABLE, Error::is_reader_gone),
        (sys::SCARD_E_NO_SERVICE, Error::is_service_down),
        (sys::SCARD_E_SERVICE_STOPPED, Error::is_service_down),
        (sys::SCARD_E_INVALID_HANDLE, Error::is_service_down),
        (sys::SCARD_F_COMM_ERROR, Error::is_service_down),
    ] {
        let mut session = session();
        answer_with(code, &[], 0);
        // What says that the service has gone is said of every call.
        let listing = if code == sys::SCARD_F_COMM_ERROR {
            code
        } else {
            sys::SCARD_S_SUCCESS
        };
        returns("SCardListReaders", listing);
        assert!(is(&session.transmit(&GET).unwrap_err()));
        let before = transmits();
        answer(&[0x90, 0x00]);
        assert!(is(&session.transmit(&GET).unwrap_err()));
        assert!(is(&session.atr().unwrap_err()));
        assert_eq!(transmits(), before);
    }
}

#[test]
fn a_failure_that_passes_leaves_the_session_open() {
    let mut session = session();
    for code in [
        sys::SCARD_E_NOT_TRANSACTED,
        sys::SCARD_E_SHARING_VIOLATION,
        sys::SCARD_E_INSUFFICIENT_BUFFER,
    ] {
        answer_with(code, &[], 0);
        session.transmit(&GET).unwrap_err();
        answer(&[0x90, 0x00]);
        assert!(session.transmit(&GET).unwrap().status().is_success());
    }
}

#[test]
fn a_function_that_the_library_lacks_says_so() {
    crate::table::returns("SCardStatus", sys::SCARD_E_UNSUPPORTED_FEATURE);
    let session = session();
    assert_eq!(session.atr().unwrap_err().code(), Some(Code::UNSUPPORTED_FEATURE));
}

/// On Windows names are UTF-16: the name of this number there is text.
#[test]
fn names_that_are_not_text_are_listed_and_opened() {
    #[cfg(not(windows))]
    let odd = ReaderName::from_bytes(b"L\xE4ser");
    #[cfg(windows)]
    let odd = ReaderName::from("L\u{E4}ser");
    let names = Context::establish_on(provider()).unwrap().list_readers().unwrap();
    assert_eq!(names, [ReaderName::from(READER), odd.clone()]);
    let session = Session::options()
        .provider(provider())
        .reader(&names[1])
        .open()
        .unwrap();
    assert_eq!(*session.reader_name(), odd);
}

#[test]
fn a_connection_that_fails_names_the_reader() {
    connect_with(sys::SCARD_W_UNRESPONSIVE_CARD, 0);
    let error = Session::options().provider(provider()).open().unwrap_err();
    assert_error!(
        error,
        Pcsc {
            function: "SCardConnect",
            code: Code::UNRESPONSIVE_CARD,
            reader: Some(READER.into())
        }
    );
    connect_with(sys::SCARD_E_UNKNOWN_READER, 0);
    let error = Session::options()
        .provider(provider())
        .reader("Nobody")
        .open()
        .unwrap_err();
    assert!(
        matches!(error, Error::InvalidReader { name, available, .. } if name == "Nobody" && available.len() == 2)
    );
}

#[test]
fn the_answer_to_a_secret_command_is_wiped_before_the_next() {
    let mut session = session();
    answer(&[0x11, 0x22, 0x33, 0x90, 0x00]);
    session.transmit(&[0x00, 0x20, 0x00, 0x81, 0x01, 0x31]).unwrap();
    session.transmit(&GET).unwrap();
    assert_eq!(found(), [0; 16]);
    session.transmit_sensitive(&GET).unwrap();
    // What stood there before was no secret: nothing is wiped that need not be.
    assert_eq!(found()[..5], [0x11, 0x22, 0x33, 0x90, 0x00]);
    session.transmit(&GET).unwrap();
    assert_eq!(found(), [0; 16]);
}

#[test]
fn what_a_failed_secret_command_left_is_wiped_too() {
    let mut session = session();
    answer_with(sys::SCARD_E_INSUFFICIENT_BUFFER, &[0x11, 0x22, 0x33], 3);
    session
        .transmit(&[0x00, 0x20, 0x00, 0x81, 0x01, 0x31])
        .unwrap_err();
    answer(&[0x90, 0x00]);
    session.transmit(&GET).unwrap();
    assert_eq!(found(), [0; 16]);
}
