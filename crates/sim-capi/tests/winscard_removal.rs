//! `winscard.dll` where a reader goes: a program of its own, since that happens three seconds after its first call.
//!
//! `cargo xtask test windows` runs this, as it does `winscard`.
#![cfg(windows)]

#[allow(dead_code, reason = "each test program uses its own part")]
mod system_library;

use std::time::{Duration, Instant};

use pcsc_session::{Error, Session};
use system_library::system;

const LEAVING: &str = "Leaving Reader 00 00";

const SELECT: [u8; 5] = [0x00, 0xA4, 0x04, 0x00, 0x00];

#[test]
fn a_reader_that_was_pulled_out_ends_its_session() {
    let mut session = Session::options()
        .provider(system())
        .reader(LEAVING)
        .open()
        .unwrap();
    let start = Instant::now();
    // The card is slow, and the reader goes in the middle of a command, which does not come back, or between two.
    while session.transmit(&SELECT).is_ok() {
        assert!(start.elapsed() < Duration::from_secs(60));
    }
    let error = session.transmit(&SELECT).unwrap_err();
    assert!(error.is_reader_gone(), "{error}");
    assert_eq!(error.reader().unwrap().to_string(), LEAVING);
    let error = session.status().unwrap_err();
    assert!(error.is_reader_gone(), "{error}");
    let Err(error) = Session::options().provider(system()).reader(LEAVING).open() else {
        panic!("a reader that is gone was opened");
    };
    assert!(matches!(error, Error::InvalidReader { .. }), "{error}");
}
