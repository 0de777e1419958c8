//! What is done before a signal ends the program: a session ends as it must, and a terminal is as it was.

#[cfg(unix)]
mod course;
mod endings;
#[cfg(unix)]
mod held;
#[cfg(unix)]
mod signals;

pub(crate) use endings::end;
#[cfg(unix)]
pub(crate) use held::Held;
#[cfg(unix)]
pub(crate) use signals::take_file_limit;

/// Has this done before a signal (SIGINT, SIGTERM, SIGHUP, SIGQUIT) ends the program. A second signal ends it at once.
pub(crate) fn at_end(ending: impl FnOnce() + Send + 'static) {
    #[cfg(unix)]
    signals::watch();
    endings::add(ending);
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
