//! What becomes of a signal: it ends this program, or is another one's.

use rustix::process::{Pid, Signal, getpgrp, kill_process};
use rustix::termios::tcgetpgrp;
use signal_hook::consts::{SIGINT, SIGQUIT};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What becomes of a signal.
#[derive(Debug)]
pub(super) enum Course {
    /// It ends this program.
    Ends,
    /// The first one is kept, until it is known whose it is.
    Waits(Option<i32>),
    /// It is the other program's.
    GoesTo(Pid),
    /// The other program has ended, and this one does anyway.
    IsOver,
}

static COURSE: Mutex<Course> = Mutex::new(Course::Ends);

/// Returns what becomes of signals; who takes one waits until this is let go.
pub(super) fn course() -> MutexGuard<'static, Course> {
    COURSE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether somebody has taken a signal.
pub(super) enum Taken {
    ByAnother,
    ByNobody,
}

/// Leaves a signal to who it is held for.
pub(super) fn take(signal: i32) -> Taken {
    match &mut *course() {
        Course::Ends => return Taken::ByNobody,
        Course::Waits(kept) => *kept = kept.or(Some(signal)),
        // A terminal's it has got itself.
        Course::GoesTo(_) if [SIGINT, SIGQUIT].contains(&signal) && is_before_a_terminal() => {}
        Course::GoesTo(program) => send(*program, signal),
        Course::IsOver => {}
    }
    Taken::ByAnother
}

/// Tells whether this program is one of those that the signals of its terminal's keys go to.
fn is_before_a_terminal() -> bool {
    let terminal = std::fs::File::open("/dev/tty");
    terminal.is_ok_and(|terminal| tcgetpgrp(&terminal) == Ok(getpgrp()))
}

fn send(program: Pid, signal: i32) {
    if let Some(signal) = Signal::from_named_raw(signal) {
        // It may have ended.
        let _ = kill_process(program, signal);
    }
}
