//! States in which a session asks C no more, and what it does about its transactions.

use crate::table::{answer, answer_with, calls, given, list_with, returns, session};
use pcsc_session::{CardChannel, Code, Disposition, Error, Recovered, Session};
use pcsc_sys as sys;

const GET: [u8; 5] = [0x00, 0xCA, 0x00, 0x00, 0x00];

/// One of a session's calls.
type Call = fn(&mut Session) -> Result<(), Error>;

/// Has SCardTransmit and SCardEndTransaction see a reset, or not any more.
fn reset(reset: bool) {
    let code = if reset {
        sys::SCARD_W_RESET_CARD
    } else {
        sys::SCARD_S_SUCCESS
    };
    answer_with(code, &[0x90, 0x00], 2);
    returns("SCardEndTransaction", code);
}

#[test]
fn transactions_that_a_reset_kept_open_are_ended_by_the_reconnection() {
    let mut session = session();
    let mut transaction = session.transaction().unwrap();
    reset(true);
    // It has a transaction of its own around its commands: two are held.
    assert!(
        transaction
            .transparent_file()
            .with_len(10)
            .read()
            .unwrap_err()
            .error()
            .is_card_reset()
    );
    drop(transaction);
    assert_eq!(
        (calls("SCardBeginTransaction"), calls("SCardEndTransaction")),
        (2, 2),
        "each end was tried, and refused"
    );
    // The next reset came at once: nothing is ended, and nothing forgotten.
    let error = session.reconnect(Disposition::Leave).unwrap_err();
    assert!(error.is_card_reset());
    assert_eq!(calls("SCardEndTransaction"), 3);
    reset(false);
    session.reconnect(Disposition::Leave).unwrap();
    assert_eq!(calls("SCardEndTransaction"), 5);
    session.reconnect(Disposition::Leave).unwrap();
    assert_eq!(calls("SCardEndTransaction"), 5);
}

/// Field case 27.
#[test]
fn an_end_that_failed_is_tried_once_more_with_what_it_was_to_do() {
    for disposition in [Disposition::Reset, Disposition::Unpower, Disposition::Leave] {
        let mut session = session();
        returns("SCardEndTransaction", sys::SCARD_E_NOT_READY);
        let transaction = session.transaction().unwrap();
        let error = transaction.end(disposition).unwrap_err();
        returns("SCardEndTransaction", sys::SCARD_S_SUCCESS);
        let before = calls("SCardEndTransaction");
        // As `?` does.
        drop(Error::from(error));
        assert_eq!(calls("SCardEndTransaction"), before + 1);
        let asked = match disposition {
            Disposition::Reset => sys::SCARD_RESET_CARD,
            Disposition::Unpower => sys::SCARD_UNPOWER_CARD,
            _ => sys::SCARD_LEAVE_CARD,
        };
        assert_eq!(given().0, asked, "{disposition:?}");
    }
}

#[test]
fn a_transaction_is_ended_once_more_where_the_service_may_hold_it() {
    for (code, may_be_held) in [
        (sys::SCARD_W_REMOVED_CARD, false),
        (sys::SCARD_E_NOT_TRANSACTED, false),
        // Of a reader that was pulled out; on Windows another code says that.
        (sys::SCARD_E_INVALID_VALUE, cfg!(windows)),
        (sys::SCARD_E_NO_SERVICE, false),
        (sys::SCARD_W_RESET_CARD, true),
        (sys::SCARD_E_READER_UNAVAILABLE, true),
        (sys::SCARD_E_SHARING_VIOLATION, true),
        (sys::SCARD_F_INTERNAL_ERROR, true),
    ] {
        let mut session = session();
        returns("SCardEndTransaction", code);
        drop(session.transaction().unwrap());
        returns("SCardEndTransaction", sys::SCARD_S_SUCCESS);
        let before = calls("SCardEndTransaction");
        let _ = session.reconnect(Disposition::Leave);
        let ends = calls("SCardEndTransaction") - before;
        assert_eq!(ends, usize::from(may_be_held), "{code:X}");
    }
}

#[test]
fn a_removal_ends_what_a_reset_kept_open() {
    let mut session = session();
    reset(true);
    drop(session.transaction().unwrap());
    for code in [sys::SCARD_E_NO_SMARTCARD, sys::SCARD_W_REMOVED_CARD] {
        returns("SCardReconnect", code);
        assert!(matches!(
            session.reconnect(Disposition::Leave),
            Err(Error::NoCard { .. })
        ));
    }
    reset(false);
    returns("SCardReconnect", sys::SCARD_S_SUCCESS);
    let before = calls("SCardEndTransaction");
    session.reconnect(Disposition::Leave).unwrap();
    assert_eq!(calls("SCardEndTransaction"), before);
}

/// What C says of a reader that has gone, and its text.
const PULLED_OUT: (sys::LONG, &str) = if cfg!(windows) {
    (sys::SCARD_E_UNKNOWN_READER, "SCARD_E_UNKNOWN_READER (0x80100009)")
} else {
    (sys::SCARD_E_INVALID_VALUE, "SCARD_E_INVALID_VALUE (0x80100011)")
};

#[test]
fn a_reader_that_was_pulled_out_is_not_asked_again() {
    let (pulled_out, code) = PULLED_OUT;
    let functions = ["SCardStatus", "SCardControl", "SCardBeginTransaction"];
    let try_each: [Call; 3] = [
        |session| session.status().map(drop),
        |session| session.control(1, &[]).map(drop),
        |session| session.transaction().map(drop),
    ];
    list_with(b"Another 00\0\0");
    for (function, try_one) in functions.into_iter().zip(try_each) {
        returns(function, pulled_out);
        let mut session = session();
        let error = try_one(&mut session).unwrap_err();
        assert!(
            error.is_reader_gone() && error.code() == Some(Code(pulled_out as u32)),
            "{error}"
        );
        for part in [function, code, "pulled out"] {
            assert!(error.to_string().contains(part), "{error}");
        }
        assert!(!error.to_string().contains("out of its range"), "{error}");
        returns(function, sys::SCARD_S_SUCCESS);
        let looks = calls("SCardListReaders");
        assert!(try_one(&mut session).unwrap_err().is_reader_gone());
        assert_eq!((calls(function), calls("SCardListReaders")), (1, looks));
        // To reconnect is tried all the same.
        returns("SCardReconnect", pulled_out);
        let error = session.reconnect(Disposition::Leave).unwrap_err();
        assert!(error.is_reader_gone(), "{error}");
        assert!(try_one(&mut session).unwrap_err().is_reader_gone());
        assert_eq!(calls(function), 1);
        returns("SCardReconnect", sys::SCARD_S_SUCCESS);
        session.reconnect(Disposition::Leave).unwrap();
        try_one(&mut session).unwrap();
        session.close().unwrap();
    }
}

#[test]
fn a_reader_that_does_not_answer_may_come_back() {
    let mut session = session();
    answer_with(sys::SCARD_E_READER_UNAVAILABLE, &[], 0);
    assert!(session.transmit(&GET).unwrap_err().is_reader_gone());
    answer(&[0x90, 0x00]);
    assert!(session.transmit(&GET).unwrap_err().is_reader_gone());
    session.reconnect(Disposition::Leave).unwrap();
    assert!(session.transmit(&GET).unwrap().status().is_success());
}

#[test]
fn an_ejection_is_no_way_to_reconnect_and_ends_nothing() {
    let mut session = session();
    returns("SCardReconnect", sys::SCARD_E_INVALID_VALUE);
    let error = session.reconnect(Disposition::Eject).unwrap_err();
    assert!(
        !error.is_reader_gone() && error.code() == Some(Code::INVALID_VALUE),
        "{error}"
    );
    answer(&[0x90, 0x00]);
    assert!(session.transmit(&GET).unwrap().status().is_success());
}

#[test]
fn a_card_removed_is_no_card_for_a_connection() {
    crate::table::connect_with(sys::SCARD_W_REMOVED_CARD, 0);
    let options = Session::options().provider(crate::table::provider());
    assert!(matches!(options.open(), Err(Error::NoCard { .. })));
}

#[test]
fn a_card_that_uses_another_protocol_was_reset() {
    let mut session = session();
    assert_eq!(session.recover(), Ok(Recovered::Intact));
    for (protocol, recovered) in [
        (sys::SCARD_PROTOCOL_T0, Recovered::Reset),
        (sys::SCARD_PROTOCOL_T0, Recovered::Intact),
    ] {
        crate::table::connect_with(sys::SCARD_S_SUCCESS, protocol);
        assert_eq!(session.recover(), Ok(recovered));
    }
    crate::table::connect_with(sys::SCARD_S_SUCCESS, sys::SCARD_PROTOCOL_T1);
    let (transaction, recovered) = session.transaction_or_recover().unwrap();
    assert_eq!(recovered, Recovered::Reset);
    drop(transaction);
    assert_eq!(calls("SCardReconnect"), 2);
    assert_eq!(session.recover(), Ok(Recovered::Intact));
}
