//! What is done before a signal ends the program: a session ends as it must, and a terminal is as it was.

use std::sync::{Mutex, MutexGuard, PoisonError};

type Ending = Box<dyn FnOnce() + Send>;

static ENDINGS: Mutex<Vec<Ending>> = Mutex::new(Vec::new());

/// Has this done before a signal (SIGINT, SIGTERM) ends the program. A second signal ends it at once.
pub(crate) fn at_end(ending: impl FnOnce() + Send + 'static) {
    #[cfg(unix)]
    signals::watch();
    endings().push(Box::new(ending));
}

/// Does at once what is to be done before a signal ends the program.
pub(crate) fn end() {
    let endings = std::mem::take(&mut *endings());
    endings.into_iter().for_each(|ending| ending());
}

fn endings() -> MutexGuard<'static, Vec<Ending>> {
    ENDINGS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends the program as a closed pipe ends others.
pub(crate) fn end_by_closed_pipe() -> ! {
    #[cfg(unix)]
    signals::end_by(signal_hook::consts::SIGPIPE);
    #[cfg(not(unix))]
    std::process::exit(1)
}

/// Ends the program as Ctrl-C does where it is a signal.
pub(crate) fn end_by_interrupt() -> ! {
    #[cfg(unix)]
    signals::end_by(signal_hook::consts::SIGINT);
    #[cfg(not(unix))]
    std::process::exit(1)
}

#[cfg(unix)]
pub(crate) use signals::leave_to;

#[cfg(unix)]
mod signals {
    use super::end;
    use rustix::process::{Pid, Signal, kill_process};
    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;
    use std::process::Child;
    use std::sync::Once;
    use std::sync::atomic::{AtomicI32, Ordering};
    use std::thread;

    /// The program that signals are left to; 0 for none.
    static CHILD: AtomicI32 = AtomicI32::new(0);

    /// Takes the signals from now on. Where that cannot be, they end the program as they always do.
    pub(super) fn watch() {
        static BEGUN: Once = Once::new();
        BEGUN.call_once(|| {
            let Ok(mut signals) = Signals::new([SIGINT, SIGTERM]) else {
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
        let child = Pid::from_raw(CHILD.load(Ordering::SeqCst));
        match (child, ends) {
            (Some(child), _) => {
                // A terminal's SIGINT it has got itself.
                if signal != SIGINT {
                    // It may have ended.
                    let _ = kill_process(child, Signal::TERM);
                }
                false
            }
            (None, true) => end_by(signal),
            (None, false) => {
                thread::spawn(move || {
                    end();
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

    /// Leaves signals to a program that was started, while `during` runs: that one decides whether it ends.
    pub(crate) fn leave_to<T>(child: &mut Child, during: impl FnOnce(&mut Child) -> T) -> T {
        // A process' number is one.
        CHILD.store(i32::try_from(child.id()).unwrap_or(0), Ordering::SeqCst);
        watch();
        let result = during(child);
        CHILD.store(0, Ordering::SeqCst);
        result
    }
}
