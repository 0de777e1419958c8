//! Waits: what ends them, and what does not.

use crate::daemon::{DEADLINE, Daemon};
use crate::program::{self, KNOWN, changes, establish, release};
use crate::service::Settings;
use crate::signals::interrupted;
use pcsc_sys::*;
use pcsclite_wire::Command;
use std::sync::mpsc;
use std::time::{Duration, Instant};

fn cancel(context: SCARDCONTEXT) -> LONG {
    // SAFETY: the function looks the number up.
    unsafe { (Functions::native().SCardCancel)(context) }
}

#[test]
fn a_wait_is_cancelled_by_another_thread_without_another_connection() {
    for minor in [4, 5, 6] {
        let daemon = Daemon::start(Settings::of(minor));
        let (_, context) = establish();
        for _ in 0..20 {
            // Before a wait it does nothing.
            assert_eq!(cancel(context), 0);
            daemon.log();
            let (sender, waited) = mpsc::channel();
            let thread = std::thread::spawn(move || {
                sender
                    .send(changes(context, &program::reader(), KNOWN, INFINITE).0)
                    .unwrap();
            });
            daemon.wait_for(Command::WAIT_READER_STATE_CHANGE);
            assert_eq!(cancel(context), 0);
            assert_eq!(waited.recv_timeout(DEADLINE), Ok(SCARD_E_CANCELLED));
            thread.join().unwrap();
            // What was cancelled leaves nothing behind.
            assert_eq!(changes(context, &program::reader(), KNOWN, 1).0, SCARD_E_TIMEOUT);
        }
        assert_eq!(release(context), 0);
        let openings = daemon
            .log()
            .iter()
            .filter(|entry| entry.command == Command::ESTABLISH_CONTEXT)
            .count();
        assert!(openings <= 1);
    }
}

/// No call of another context waits for it, nor do those that ask for nothing.
#[test]
fn a_wait_holds_up_no_other_context() {
    let daemon = Daemon::start(Settings::of(4));
    let (_, context) = establish();
    let waiting = std::thread::spawn(move || changes(context, &program::reader(), KNOWN, INFINITE).0);
    daemon.wait_for(Command::WAIT_READER_STATE_CHANGE);
    let begin = Instant::now();
    let functions = Functions::native();
    // SAFETY: the functions look the numbers up.
    assert_eq!(unsafe { (functions.SCardIsValidContext)(context) }, 0);
    // SAFETY: as above.
    let code = unsafe { (functions.SCardIsValidContext)(context + 1) };
    assert_eq!(code, SCARD_E_INVALID_HANDLE);
    assert_eq!(program::transmit(1, 10).0, SCARD_E_INVALID_HANDLE);
    assert!(begin.elapsed() < Duration::from_secs(10));
    assert_eq!(cancel(context), 0);
    assert_eq!(waiting.join().unwrap(), SCARD_E_CANCELLED);
    release(context);
}

/// Signals end no call: neither a wait nor an answer that takes its time.
#[test]
fn a_signal_ends_no_wait() {
    let daemon = Daemon::start(Settings::of(4));
    let (_, context) = establish();
    let begin = Instant::now();
    let (code, _) = interrupted(move || changes(context, &program::reader(), KNOWN, 300));
    daemon.wait_for(Command::WAIT_READER_STATE_CHANGE);
    assert_eq!(code, SCARD_E_TIMEOUT);
    assert!(begin.elapsed() >= Duration::from_millis(300));
    release(context);
}
