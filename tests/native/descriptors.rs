//! A program that has as many files open as it may.

use crate::daemon::Daemon;
use crate::program::{self, KNOWN, changes, connect, establish, list, release, transmit};
use crate::service::{ANSWER, Settings};
use pcsc_sys::*;

/// What is open goes on, and what is new is refused; nothing hangs, and nothing is left behind.
#[test]
fn without_descriptors_nothing_new_begins() {
    const CHILD: &str = "PCSC_TEST_WITHOUT_DESCRIPTORS";
    const NAME: &str = "descriptors::without_descriptors_nothing_new_begins";
    if std::env::var_os(CHILD).is_none() {
        // A limit of the process, which others must not have.
        let mut program = private_pcscd::this_program().unwrap();
        let output = program.args(["--exact", NAME]).env(CHILD, "1").output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stdout)
        );
        return;
    }
    let _daemon = Daemon::start(Settings::of(4));
    let (_, context) = establish();
    let (_, card) = connect(context);
    let limit = libc::rlimit {
        rlim_cur: 64,
        rlim_max: 64,
    };
    // SAFETY: a structure that outlives the call.
    let code = unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) };
    assert_eq!(code, 0);
    let mut files = Vec::new();
    while let Ok(file) = std::fs::File::open("/dev/null") {
        files.push(file);
    }
    assert_eq!(establish().0, SCARD_E_NO_SERVICE);
    assert_eq!(transmit(card, 10), (0, ANSWER.to_vec()));
    assert_eq!(list(context).0, 0);
    assert_eq!(changes(context, &program::reader(), KNOWN, 0).0, SCARD_E_TIMEOUT);
    // A wait needs two, to be cancelled by.
    assert_eq!(
        changes(context, &program::reader(), KNOWN, 1).0,
        SCARD_E_NO_MEMORY
    );
    drop(files);
    assert_eq!(changes(context, &program::reader(), KNOWN, 1).0, SCARD_E_TIMEOUT);
    assert_eq!(release(context), 0);
}
