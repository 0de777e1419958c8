//! Signals, as they come.

use super::course::{self, Taken};
use super::endings;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Once};
use std::thread;

/// What ends the program from outside: Ctrl-C, `kill`, a terminal that is closed, and Ctrl-\.
const ENDING: [i32; 4] = [SIGINT, SIGTERM, SIGHUP, SIGQUIT];

/// Takes the signals from now on, but for those that whoever started the program has it ignore, as `nohup` does. Where that cannot
/// be, they end the program as they always do.
pub(super) fn watch() {
    static BEGUN: Once = Once::new();
    BEGUN.call_once(|| {
        let heeded = ENDING.into_iter().filter(|signal| !is_ignored(*signal));
        let Ok(mut signals) = Signals::new(heeded) else {
            return;
        };
        // Without a thread nobody would ever take them.
        let spawned = thread::Builder::new()
            .name("pcsc: signals".to_owned())
            .spawn(move || signals.forever().fold(false, |ends, signal| take(signal, ends)));
        drop(spawned);
    });
}

/// Takes a signal; `ends` where one has come before. Returns whether the program ends.
fn take(signal: i32, ends: bool) -> bool {
    match (course::take(signal), ends) {
        (Taken::ByAnother, ends) => ends,
        (Taken::ByNobody, true) => end_by(signal),
        (Taken::ByNobody, false) => {
            thread::spawn(move || {
                endings::end();
                end_by(signal)
            });
            true
        }
    }
}

/// Ends the program as if nobody had taken the signal.
pub(super) fn end_by(signal: i32) -> ! {
    // It returns only where the signal has no such meaning.
    let _ = emulate_default_handler(signal);
    std::process::exit(128 + signal)
}

/// Takes the signal (SIGXFSZ) that a file as large as may be ends a program with: writing more is an error then, as on a full disk.
/// A program that is started is ended by it as ever.
pub(crate) fn take_file_limit() {
    static BEGUN: Once = Once::new();
    BEGUN.call_once(|| {
        if !is_ignored(SIGXFSZ) {
            // Where that cannot be, it ends the program as it always does.
            let _ = signal_hook::flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)));
        }
    });
}

/// Tells whether a signal was ignored when the program was started, where the system tells it. Asked before it is taken.
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    // The first bit is that of signal 1.
    ignored.unwrap_or(0) >> (signal - 1) & 1 == 1
}
