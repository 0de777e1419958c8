//! Signals that a program which is started decides about, and not this one.

use super::course::{Course, course};
use super::{endings, signals};
use rustix::process::Pid;
use std::io;
use std::process::{Child, ExitStatus};

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
            endings::end();
            signals::end_by(signal);
        }
    }
}
