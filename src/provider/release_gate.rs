//! A gate that lets no release through while a card is being disconnected, and no disconnection while a context is released.
//!
//! What libpcsclite does (its sources from 1.9.9 to 2.5.1). A process has one table of contexts, and each context a list of
//! its cards.
//!
//! - `SCardDisconnect`, when the service has answered, goes through the table and through the lists of all contexts to take
//!   its card out. Every other function that takes a card searches in the same way, under the lock of the library; this
//!   search alone does without.
//! - `SCardReleaseContext` frees its context's list and then the context, under that lock. A search that is on its way
//!   through them reads freed memory: the program crashes. From 2.4.0 on the table has a lock of its own, which the search
//!   holds, but the list is still freed before that lock is taken.
//! - `SCardEstablishContext` appends to the table. Nothing is freed, and a new entry is linked so that a search may meet it
//!   at any moment; before 2.4.0 it rests on the order of these writes. A search may then miss its own card, whose entry
//!   stays until the context is released. So contexts are established at any time.
//!
//! The service may take any time for its answer: a disconnection with a reset waits for another program's transaction. So
//! nobody who releases waits for a disconnection; the release is postponed. What is postponed counts for pcscd, which takes
//! 200 contexts of all programs: where too many wait, no further one is established.

mod parts;

use parts::{Condvar, Mutex, MutexGuard, Thread};
use std::collections::VecDeque;
use std::fmt;
use std::panic::{self, AssertUnwindSafe};
use std::sync::PoisonError;
use std::thread;
use std::time::{Duration, Instant};

/// With so many releases postponed no further context is established. pcscd takes 200 contexts of all programs.
const MAX_POSTPONED: usize = 128;

/// How long a disconnection lets others end first so that releases have their turn; most take less.
const PATIENCE: Duration = Duration::from_millis(100);

/// Why no further context is established: too many wait for their release, and a card is still being disconnected.
///
/// # Examples
/// ```
/// # fn establish() -> Result<(), pcsc_sys::TooManyPostponed> { Ok(()) }
/// match establish() {
///     Ok(()) => println!("established"),
///     Err(error) => println!("{error}"), // what it waits for, and what to do
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyPostponed {
    postponed: usize,
}

impl fmt::Display for TooManyPostponed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "no further context is established while {} are waiting to be released: that would crash the PC/SC library as long \
             as a card is being disconnected in another thread. A disconnection with a reset waits until other programs end \
             their transactions with the card: have them end, or try again later",
            self.postponed
        )
    }
}

impl std::error::Error for TooManyPostponed {}

/// A call of `SCardReleaseContext`.
pub(super) type Release = Box<dyn FnOnce() + Send>;

/// The gate of one library in one process.
pub(super) struct ReleaseGate {
    process: u32,
    max_postponed: usize,
    patience: Duration,
    calls: Mutex<Calls>,
    changed: Condvar,
}

/// What is under way, and what waits.
///
/// While a thread releases, all disconnections under way are its own: of a release that itself disconnects.
struct Calls {
    /// In the order of their beginning.
    disconnections: Vec<UnderWay>,
    releasing: Option<Thread>,
    postponed: VecDeque<Release>,
    /// How many threads wait to begin a disconnection; each looks again when it is told of a change.
    waiting_to_disconnect: usize,
    /// How many waits go on until something changes; the time of the next one is up, and there is no more.
    #[cfg(all(test, loom))]
    waits_without_end: usize,
    #[cfg(all(test, loom))]
    time_is_up: bool,
}

struct UnderWay {
    thread: Thread,
    since: Instant,
}

impl Calls {
    /// Tells whether this thread's calls are made by a disconnection or a release of its own.
    fn are_inside(&self, thread: Thread) -> bool {
        self.releasing == Some(thread) || self.disconnections.iter().any(|call| call.thread == thread)
    }

    fn may_release(&self) -> bool {
        self.releasing.is_none() && self.disconnections.is_empty()
    }
}

impl ReleaseGate {
    pub(super) fn of_this_process() -> ReleaseGate {
        ReleaseGate::new(MAX_POSTPONED, PATIENCE)
    }

    fn new(max_postponed: usize, patience: Duration) -> ReleaseGate {
        ReleaseGate {
            process: std::process::id(),
            max_postponed,
            patience,
            calls: Mutex::new(Calls {
                disconnections: Vec::new(),
                releasing: None,
                postponed: VecDeque::new(),
                waiting_to_disconnect: 0,
                #[cfg(all(test, loom))]
                waits_without_end: 0,
                #[cfg(all(test, loom))]
                time_is_up: false,
            }),
            changed: Condvar::new(),
        }
    }

    pub(super) fn is_of_this_process(&self) -> bool {
        self.process == std::process::id()
    }

    /// Refuses a context where too many are postponed, after a wait that may make room.
    pub(super) fn make_room(&self) -> Result<(), TooManyPostponed> {
        let since = Instant::now();
        let mut calls = self.lock();
        // Whoever is inside would wait for itself.
        let may_wait = !calls.are_inside(parts::this_thread());
        loop {
            let postponed = calls.postponed.len();
            if postponed < self.max_postponed {
                return Ok(());
            }
            match self.time_left(&calls, since).filter(|_| may_wait) {
                Some(time) => calls = self.wait_at_most(calls, time),
                None => return Err(TooManyPostponed { postponed }),
            }
        }
    }

    /// Begins a disconnection, which ends when the value is dropped; `None` where this is a child process by now.
    pub(super) fn begin_disconnection(&self) -> Option<Disconnection<'_>> {
        let thread = parts::this_thread();
        let mut calls = self.lock();
        if !calls.are_inside(thread) {
            calls.waiting_to_disconnect += 1;
            calls = self.wait_to_disconnect(calls);
            calls.waiting_to_disconnect -= 1;
            if calls.may_release() {
                calls = self.release_postponed(calls, thread).0?;
            }
        }
        calls.disconnections.push(UnderWay {
            thread,
            since: Instant::now(),
        });
        drop(calls);
        Some(Disconnection { gate: self, thread })
    }

    /// Waits while another thread releases. For the sake of the postponed releases waits for the disconnections under way
    /// too, as long as these have not taken long.
    fn wait_to_disconnect<'a>(&'a self, mut calls: MutexGuard<'a, Calls>) -> MutexGuard<'a, Calls> {
        loop {
            if calls.releasing.is_some() {
                calls = self.wait(calls);
                continue;
            }
            let oldest = calls
                .disconnections
                .first()
                .filter(|_| !calls.postponed.is_empty());
            match oldest.and_then(|oldest| self.time_left(&calls, oldest.since)) {
                Some(time) => calls = self.wait_at_most(calls, time),
                None => return calls,
            }
        }
    }

    /// Releases now or, where that cannot be, has it done by the thread that is in the way.
    pub(super) fn release(&self, release: Release) {
        let mut calls = self.lock();
        calls.postponed.push_back(release);
        // A thread that waits to disconnect takes care of it: it would wait for ever where others released all the time.
        if calls.may_release() && calls.waiting_to_disconnect == 0 {
            let (calls, outcome) = self.release_postponed(calls, parts::this_thread());
            drop(calls);
            outcome.unwrap_or_else(|panic| panic::resume_unwind(panic));
        }
    }

    /// Runs the postponed releases, those too that come meanwhile unless somebody waits to disconnect, and says whether one
    /// has panicked. Returns no lock where this is a child process by now.
    ///
    /// Nobody may be releasing or disconnecting.
    fn release_postponed<'a>(
        &'a self,
        mut calls: MutexGuard<'a, Calls>,
        thread: Thread,
    ) -> (Option<MutexGuard<'a, Calls>>, thread::Result<()>) {
        calls.releasing = Some(thread);
        let mut outcome = Ok(());
        let mut due = calls.postponed.len();
        while due > 0 || calls.waiting_to_disconnect == 0 {
            let Some(release) = calls.postponed.pop_front() else {
                break;
            };
            due = due.saturating_sub(1);
            drop(calls);
            // The others must not stay for ever because of this one.
            outcome = outcome.and(panic::catch_unwind(AssertUnwindSafe(release)));
            calls = match self.lock_in_its_process() {
                Some(calls) => calls,
                None => return (None, outcome),
            };
        }
        calls.releasing = None;
        self.changed.notify_all();
        (Some(calls), outcome)
    }

    fn lock(&self) -> MutexGuard<'_, Calls> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the lock after a call of somebody else's code, which may have called `fork`: in the child another thread of its
    /// parent may hold this lock for ever.
    fn lock_in_its_process(&self) -> Option<MutexGuard<'_, Calls>> {
        self.is_of_this_process().then(|| self.lock())
    }

    fn wait<'a>(&'a self, calls: MutexGuard<'a, Calls>) -> MutexGuard<'a, Calls> {
        self.changed.wait(calls).unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(not(all(test, loom)))]
    fn wait_at_most<'a>(&'a self, calls: MutexGuard<'a, Calls>, time: Duration) -> MutexGuard<'a, Calls> {
        let waited = self.changed.wait_timeout(calls, time);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    #[cfg(all(test, loom))]
    fn wait_at_most<'a>(&'a self, mut calls: MutexGuard<'a, Calls>, _: Duration) -> MutexGuard<'a, Calls> {
        if let Some(rest) = calls.waits_without_end.checked_sub(1) {
            calls.waits_without_end = rest;
            return self.wait(calls);
        }
        calls.time_is_up = true;
        drop(calls);
        self.lock()
    }

    /// Returns what is left of the time for which something that began then is waited for.
    #[cfg(not(all(test, loom)))]
    fn time_left(&self, _: &Calls, since: Instant) -> Option<Duration> {
        self.patience.checked_sub(since.elapsed())
    }

    #[cfg(all(test, loom))]
    fn time_left(&self, calls: &Calls, _: Instant) -> Option<Duration> {
        (!calls.time_is_up).then_some(self.patience)
    }
}

/// A disconnection that is under way until this is dropped.
pub(super) struct Disconnection<'a> {
    gate: &'a ReleaseGate,
    thread: Thread,
}

impl Drop for Disconnection<'_> {
    fn drop(&mut self) {
        let Some(mut calls) = self.gate.lock_in_its_process() else {
            return;
        };
        let own = calls
            .disconnections
            .iter()
            .rposition(|call| call.thread == self.thread);
        calls.disconnections.remove(own.expect("only this removes it"));
        if calls.may_release() {
            // The panic of a release that was another thread's takes nothing from what this call has returned.
            let _ = self.gate.release_postponed(calls, self.thread);
        }
    }
}

#[cfg(all(test, loom))]
mod loom_tests;

#[cfg(all(test, not(loom)))]
mod tests;
