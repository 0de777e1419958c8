//! Threads that are waited for, up to a time.

use crate::quiet_thread;
use crate::service::lock::lock;
use std::io;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;

/// The threads that run.
#[derive(Debug, Default)]
pub(super) struct Threads {
    running: Mutex<Vec<ThreadId>>,
    ended: Condvar,
}

impl Threads {
    /// Starts a thread that blocks all signals.
    pub(super) fn spawn(self: &Arc<Self>, name: &str, run: impl FnOnce() + Send + 'static) -> io::Result<()> {
        let threads = Arc::clone(self);
        // Locked until the thread is listed: it may have ended by then.
        let mut running = lock(&self.running);
        let thread = quiet_thread::spawn(name, move || {
            let _end = End(threads);
            run();
        })?;
        running.push(thread.thread().id());
        Ok(())
    }

    /// Waits until none runs but the one that waits, if it is one of them; for so long at most.
    pub(super) fn wait(&self, time: Duration) {
        let own = thread::current().id();
        let others = |running: &mut Vec<ThreadId>| running.iter().any(|other| *other != own);
        let running = lock(&self.running);
        let waited = self.ended.wait_timeout_while(running, time, others);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }
}

/// The end of a thread, in any way.
struct End(Arc<Threads>);

impl Drop for End {
    fn drop(&mut self) {
        let own = thread::current().id();
        lock(&self.0.running).retain(|thread| *thread != own);
        self.0.ended.notify_all();
    }
}
