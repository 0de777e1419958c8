//! Signals that a program which is started decides about, and not this one.

use super::{end, signals};
use rustix::process::{Pid, Signal, getpgrp, kill_process};
use rustix::termios::tcgetpgrp;
use signal_hook::consts::{SIGINT, SIGQUIT};
use std::io;
use std::process::{Child, ExitStatus};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What becomes of a signal.
#[derive(Debug)]
enum Course {
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

fn course() -> MutexGuard<'static, Course> {
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

/// Signals end nothing as long as this is there: what was begun for another program is removed whatever comes.
///
/// A signal that came before that program was started ends this one when this is dropped, by itself.
#[derive(Debug)]
#[must_use]
pub(crate) struct Held(());

impl Held {
    pub(crate) fn begin() -> Held {
        signals::watch();
        *course() = Course::Waits(None);
        Held(())
    }

    /// Starts a program, and leaves signals to it until it has ended: that one decides whether it ends. Nor do they end this
    /// program then, which has its code to return.
    pub(crate) fn leave_to(&self, start: impl FnOnce() -> io::Result<Child>) -> io::Result<ExitStatus> {
        // Who takes a signal meanwhile waits until it is known whose it is.
        let mut course_now = course();
        if matches!(&*course_now, Course::Waits(Some(_))) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let mut child = start()?;
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        *course_now = pid.map_or(Course::IsOver, Course::GoesTo);
        drop(course_now);
        if let Some(pid) = pid {
            wait_for_end(&mut child, pid);
        }
        *course() = Course::IsOver;
        child.wait()
    }
}

/// Waits until a process has ended, and leaves it its number: nobody else has it as long as signals go there.
#[cfg(not(target_os = "openbsd"))]
fn wait_for_end(_: &mut Child, pid: Pid) {
    use rustix::process::{WaitId, WaitIdOptions, waitid};
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    while waitid(WaitId::Pid(pid), options).is_err_and(|error| error == rustix::io::Errno::INTR) {}
}

/// Waits until a process has ended.
#[cfg(target_os = "openbsd")]
fn wait_for_end(child: &mut Child, _: Pid) {
    // Who asks again is told the same.
    let _ = child.wait();
}

impl Drop for Held {
    fn drop(&mut self) {
        let before = {
            let mut course = course();
            match &*course {
                Course::IsOver => return,
                _ => std::mem::replace(&mut *course, Course::Ends),
            }
        };
        if let Course::Waits(Some(signal)) = before {
            end();
            signals::end_by(signal);
        }
    }
}
