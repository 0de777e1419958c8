//! What is done before a signal ends the program: a session ends as it must, and a terminal is as it was.

#[cfg(unix)]
mod held;
#[cfg(unix)]
mod signals;

use std::sync::{Mutex, MutexGuard, PoisonError};

#[cfg(unix)]
pub(crate) use held::Held;
#[cfg(unix)]
pub(crate) use signals::take_file_limit;

type Ending = Box<dyn FnOnce() + Send>;

static ENDINGS: Mutex<Vec<Ending>> = Mutex::new(Vec::new());

/// Has this done before a signal (SIGINT, SIGTERM, SIGHUP, SIGQUIT) ends the program. A second signal ends it at once.
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
