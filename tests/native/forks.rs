//! A child of `fork` has no contexts: those that it has copies of are its parent's.

use crate::daemon::Daemon;
use crate::program::{self, KNOWN, changes, connect, establish, list, release, transmit};
use crate::service::{ANSWER, Settings};
use pcsc_sys::*;
use private_pcscd::in_a_child;
use std::time::Duration;

#[test]
fn a_child_has_none_of_its_parents_contexts_and_sends_nothing() {
    let daemon = Daemon::start(Settings::of(4));
    let (_, context) = establish();
    let (_, card) = connect(context);
    // It calls what takes no lock that another thread of this process may have.
    let status = in_a_child(Duration::from_secs(20), || {
        let codes = [
            list(context).0,
            connect(context).0,
            transmit(card, 10).0,
            changes(context, &program::reader(), KNOWN, 0).0,
            // SAFETY: the functions look the numbers up.
            unsafe { (Functions::native().SCardCancel)(context) },
            // SAFETY: as above.
            unsafe { (Functions::native().SCardDisconnect)(card, SCARD_LEAVE_CARD) },
            release(context),
        ];
        assert_eq!(codes, [SCARD_E_INVALID_HANDLE; 7]);
    });
    assert_eq!(status.unwrap(), 0, "a call of the child was taken");
    let before = daemon.log().len();
    assert_eq!(transmit(card, 10), (0, ANSWER.to_vec()));
    assert_eq!(release(context), 0);
    let sent = daemon.log().len();
    assert!(before <= 4 && sent == 2, "{before} before, {sent} after");
}
