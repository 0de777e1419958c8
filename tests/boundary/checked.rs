//! What C returns is checked against what was asked: field kind F.

use crate::table::{READER, answer, calls, connect_with, given, provider, session, transmits};
use pcsc_session::{Code, Disposition, Error, Protocol, Protocols, Session, SessionOptions, ShareMode};
use pcsc_sys as sys;

const GET: [u8; 5] = [0x00, 0xCA, 0x00, 0x00, 0x00];

fn options() -> SessionOptions {
    Session::options().provider(provider()).reader(READER)
}

fn code<T>(result: Result<T, Error>) -> Option<Code> {
    result.err().and_then(|error| error.code())
}

/// Field case 21.
#[test]
fn a_protocol_that_was_not_asked_for_is_no_session() {
    for (asked, answered) in [
        (Protocols::T1, sys::SCARD_PROTOCOL_T0),
        (Protocols::T0, sys::SCARD_PROTOCOL_T1),
        (Protocols::ANY, 0),
        (Protocols::ANY, sys::SCARD_PROTOCOL_RAW),
        (Protocols::ANY, 0x40),
        (Protocols::ANY, sys::SCARD_PROTOCOL_T0 | sys::SCARD_PROTOCOL_T1),
    ] {
        connect_with(sys::SCARD_S_SUCCESS, answered);
        let before = calls("SCardDisconnect");
        let error = options().protocols(asked).open().unwrap_err();
        assert_error!(
            error,
            Pcsc {
                function: "SCardConnect",
                code: Code::PROTO_MISMATCH,
                reader: Some(READER.into()),
            }
        );
        // The card is left to the others.
        assert_eq!(calls("SCardDisconnect"), before + 1);
        assert_eq!(given().0, sys::SCARD_LEAVE_CARD);
    }
}

#[test]
fn a_direct_connection_has_one_protocol_at_most() {
    let direct = options().share_mode(ShareMode::Direct);
    for number in [3, 6, 0x8000_0001] {
        connect_with(sys::SCARD_S_SUCCESS, number);
        assert_eq!(code(direct.open()), Some(Code::PROTO_MISMATCH), "{number:X}");
        assert_eq!(given().0, sys::SCARD_LEAVE_CARD);
    }
}

#[test]
fn a_protocol_that_no_header_lists_is_kept_where_it_was_asked_for() {
    for number in [8, 0x40, 0x8000_0000] {
        connect_with(sys::SCARD_S_SUCCESS, sys::DWORD::from(number));
        let asked = Protocols::from_bits_retain(number);
        let mut session = options().protocols(asked).open().unwrap();
        assert_eq!(session.protocol(), Protocol(number));
        answer(&[0x90, 0x00]);
        session.transmit(&GET).unwrap();
    }
    // The reader itself may have none, or one that was negotiated before.
    for number in [0, 1, 2] {
        connect_with(sys::SCARD_S_SUCCESS, number);
        options().share_mode(ShareMode::Direct).open().unwrap();
    }
}

#[test]
fn a_reconnection_by_a_protocol_that_was_not_asked_for_sends_nothing() {
    let mut session = session();
    connect_with(sys::SCARD_S_SUCCESS, sys::SCARD_PROTOCOL_T0);
    let result = session.reconnect_as(ShareMode::Shared, Protocols::T1, Disposition::Leave);
    assert_eq!(code(result), Some(Code::PROTO_MISMATCH));
    assert_eq!(code(session.transmit(&GET).map(drop)), Some(Code::PROTO_MISMATCH));
    assert_eq!(transmits(), 0);
    session.reconnect(Disposition::Leave).unwrap();
    assert_eq!(session.protocol(), Protocol::T0);
    answer(&[0x90, 0x00]);
    session.transmit(&GET).unwrap();
}
