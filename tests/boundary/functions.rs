//! What C is given by the calls that concern the reader, and what comes back.

use crate::table::{answer, answer_with, calls, command, given, left, output, returns, rooms, session};
use pcsc_session::{Attribute, Code, Disposition, Error, ReaderName};
use pcsc_sys as sys;

const GET: [u8; 5] = [0x00, 0xCA, 0x00, 0x00, 0x00];

#[test]
fn control_hands_over_code_and_input_and_returns_the_output() {
    let session = session();
    output(&[1, 2, 3]);
    assert_eq!(session.control(0x4233_0001, &[7, 8]).unwrap(), [1, 2, 3]);
    assert_eq!(given(), (0x4233_0001, vec![7, 8]));
    assert_eq!(rooms(), [65_548]);
    let mut buffer = [0; 4];
    assert_eq!(session.control_into(0xFFFF_FFFF, &[], &mut buffer).unwrap(), 3);
    assert_eq!(buffer, [1, 2, 3, 0]);
    assert_eq!(given(), (0xFFFF_FFFF, vec![]));
    assert_eq!(rooms(), [4]);
    let longest = vec![0x5A; 65_548];
    output(&longest);
    assert_eq!(session.control(1, &longest).unwrap(), longest);
    assert_eq!(given().1, longest);
    // The reader may have acted: nothing is asked again.
    let before = calls("SCardControl");
    let error = session.control_into(1, &[], &mut buffer).unwrap_err();
    assert_eq!(error.code(), Some(Code::INSUFFICIENT_BUFFER));
    assert_eq!(calls("SCardControl"), before + 1);
}

#[test]
fn an_attribute_goes_out_and_comes_in() {
    let session = session();
    output(b"maker");
    assert_eq!(session.get_attribute(Attribute::VENDOR_NAME).unwrap(), b"maker");
    assert_eq!(given().0, sys::DWORD::from(Attribute::VENDOR_NAME.0));
    session.set_attribute(Attribute(0xFFFF_FFFE), &[9; 264]).unwrap();
    assert_eq!(given(), (0xFFFF_FFFE, vec![9; 264]));
    // pcsc-lite refuses a longer value, and says nothing of that. Windows documents no limit.
    let longer = session.set_attribute(Attribute(1), &[9; 265]);
    if cfg!(windows) {
        longer.unwrap();
        assert_eq!(given(), (1, vec![9; 265]));
    } else {
        let error = longer.unwrap_err();
        assert!(
            error.to_string().contains("265") && error.to_string().contains("264"),
            "{error}"
        );
        assert_eq!(calls("SCardSetAttrib"), 1);
    }
    let error = session.control(1, &[0; 65_549]).unwrap_err();
    assert!(matches!(
        error,
        Error::InputTooLong {
            len: 65_549,
            max: 65_548,
            ..
        }
    ));
    assert_eq!(calls("SCardControl"), 0);
}

#[test]
fn what_is_too_long_is_asked_for_once_more() {
    let session = session();
    let value = vec![3; 1000];
    output(&value);
    assert_eq!(session.get_attribute(Attribute(1)).unwrap(), value);
    assert_eq!(rooms(), [264, 1000]);
    let name = "n".repeat(299);
    output(format!("{name}\0").as_bytes());
    let status = session.status().unwrap();
    assert_eq!(status.readers, [ReaderName::from(name.as_str())]);
    assert_eq!(status.atr.as_bytes(), [0x3B, 0x00]);
    assert!(status.state.is_present());
    assert_eq!(rooms().last(), Some(&300));
    assert_eq!(calls("SCardStatus"), 2);
    // More than was asked for, each time.
    output(&vec![0; 100_000]);
    assert_error!(
        session.get_attribute(Attribute(1)).unwrap_err(),
        KeepsChanging {
            function: "SCardGetAttrib"
        }
    );
}

#[test]
fn dispositions_reach_c() {
    for (disposition, number) in [
        (Disposition::Leave, sys::SCARD_LEAVE_CARD),
        (Disposition::Reset, sys::SCARD_RESET_CARD),
        (Disposition::Unpower, sys::SCARD_UNPOWER_CARD),
    ] {
        let mut session = session();
        session.reconnect(disposition).unwrap();
        assert_eq!(given().0, number);
        session.transaction().unwrap().end(disposition).unwrap();
        assert_eq!(given().0, number);
    }
    assert_eq!(
        (calls("SCardBeginTransaction"), calls("SCardEndTransaction")),
        (3, 3)
    );
    session().close().unwrap();
    assert_eq!(given().0, sys::SCARD_RESET_CARD);
    assert_eq!(calls("SCardDisconnect"), 4);
}

#[test]
fn the_end_of_a_session_wipes_what_a_secret_command_left() {
    for close in [true, false] {
        let mut session = session();
        answer(&[0x11, 0x22, 0x33, 0x90, 0x00]);
        session.transmit(&[0x00, 0x20, 0x00, 0x81, 0x01, 0x31]).unwrap();
        if close {
            session.close().unwrap();
        } else {
            drop(session);
        }
        assert_eq!(left(), [0; 16]);
    }
    // What was no secret stays, which shows that this looks at the right bytes.
    let mut session = session();
    session.transmit(&GET).unwrap();
    drop(session);
    assert_eq!(left()[..5], [0x11, 0x22, 0x33, 0x90, 0x00]);
}

#[test]
fn a_disconnection_that_fails_gives_the_session_back() {
    let session = session();
    returns("SCardDisconnect", sys::SCARD_E_SHARING_VIOLATION);
    let (session, error) = session.close().unwrap_err().into_parts();
    assert!(error.is_sharing_violation());
    returns("SCardDisconnect", sys::SCARD_S_SUCCESS);
    let closed = || -> Result<(), Error> { Ok(session.close()?) };
    closed().unwrap();
    assert_eq!(calls("SCardDisconnect"), 2);
}

#[test]
fn the_rest_of_a_secret_answer_is_secret() {
    let get_response = [0x00, 0xC0, 0x00, 0x00, 0x03];
    let mut session = session();
    answer(&[0x61, 0x03]);
    session.transmit(&[0x00, 0x20, 0x00, 0x81, 0x01, 0x31]).unwrap();
    // A wrong Le is answered by the right one.
    answer(&[0x6C, 0x03]);
    session.transmit(&get_response).unwrap();
    answer(&[0x11, 0x22, 0x33, 0x61, 0x03]);
    session.transmit(&get_response).unwrap();
    answer(&[0x44, 0x55, 0x66, 0x90, 0x00]);
    session.transmit(&get_response).unwrap();
    assert_eq!(crate::table::found(), [0; 16]);
    session.transmit(&get_response).unwrap();
    assert_eq!(crate::table::found(), [0; 16]);
    assert_eq!(command(), get_response);
    // After 9000 data may be left to be fetched on T=0: ISO/IEC 7816-3:2006, 12.2.5.
    session.transmit(&get_response).unwrap();
    assert_eq!(crate::table::found(), [0; 16]);
    // An ordinary command's rest is no secret, nor is another command after a secret one.
    answer(&[0x61, 0x03]);
    session.transmit(&GET).unwrap();
    answer_with(sys::SCARD_S_SUCCESS, &[0x77, 0x90, 0x00], 3);
    session.transmit(&get_response).unwrap();
    session.transmit(&GET).unwrap();
    assert_eq!(crate::table::found()[..3], [0x77, 0x90, 0x00]);
}
