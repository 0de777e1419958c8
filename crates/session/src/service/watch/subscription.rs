//! The right to know what a watch sees, and the handle that cancels a wait for it.

use super::shared::{Interest, Shared, State};
use super::snapshot::Snapshot;
use pcsc_sys::Provider;
use std::sync::{Arc, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long a drop waits for the thread.
const PATIENCE: Duration = Duration::from_millis(100);

/// Why a wait for a snapshot ended.
#[derive(Debug)]
pub(crate) enum Woken {
    /// There is another one.
    Changed(Arc<Snapshot>),
    Cancelled,
    TimedOut,
    /// This is a child of `fork`.
    OfTheParent,
}

/// The right to know, which ends on drop; with the last one the watch ends.
#[derive(Debug)]
pub(crate) struct Subscription {
    shared: Arc<Shared>,
    number: u64,
}

impl Subscription {
    /// Subscribes to a watch; none where that is about to end.
    pub(super) fn to(shared: &Arc<Shared>, interest: Interest) -> Option<Subscription> {
        let number = shared.subscribe(interest)?;
        Some(Subscription {
            shared: Arc::clone(shared),
            number,
        })
    }

    /// Returns the number of the watch that this is of.
    pub(crate) fn watch_number(&self) -> u64 {
        self.shared.number
    }

    /// Returns the provider that is watched.
    pub(crate) fn provider(&self) -> Provider {
        self.shared.provider()
    }

    /// Returns the last snapshot, without waiting.
    pub(crate) fn latest(&self) -> Arc<Snapshot> {
        if !self.shared.is_own() {
            return Arc::default();
        }
        Arc::clone(&self.shared.lock().snapshot)
    }

    /// Tells whether a wait was cancelled that has not begun yet; it is then no more.
    pub(crate) fn take_cancel(&self) -> bool {
        if !self.shared.is_own() {
            return false;
        }
        let mut state = self.shared.lock();
        let subscriber = state.subscriber(self.number);
        subscriber.is_some_and(|subscriber| std::mem::take(&mut subscriber.is_cancelled))
    }

    /// Waits for a snapshot with a higher number than this, until the deadline.
    pub(crate) fn wait(&self, number: u64, deadline: Option<Instant>) -> Woken {
        if !self.shared.is_own() {
            // Its lock may be one that a thread of the parent held.
            return Woken::OfTheParent;
        }
        let mut state = self.shared.lock();
        loop {
            if let Some(subscriber) = state.subscriber(self.number) {
                if std::mem::take(&mut subscriber.is_cancelled) {
                    return Woken::Cancelled;
                }
            }
            if state.snapshot.number > number {
                return Woken::Changed(Arc::clone(&state.snapshot));
            }
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            state = match left {
                Some(Duration::ZERO) => return Woken::TimedOut,
                Some(left) => {
                    let waited = self.shared.changed.wait_timeout(state, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
                None => {
                    let waited = self.shared.changed.wait(state);
                    waited.unwrap_or_else(PoisonError::into_inner)
                }
            };
        }
    }

    /// Returns what [`wait`](Self::wait) would without waiting; where that is nothing, the waker is woken as soon as there is
    /// something.
    #[cfg(feature = "stream")]
    pub(crate) fn poll(&self, number: u64, waker: &std::task::Waker) -> Option<Woken> {
        if !self.shared.is_own() {
            return Some(Woken::OfTheParent);
        }
        // To copy a waker and to drop one may run anything, and no lock is held then: the former one lives to the end.
        let mut waker = Some(waker.clone());
        let mut state = self.shared.lock();
        let latest = (state.snapshot.number > number).then(|| Arc::clone(&state.snapshot));
        let subscriber = state.subscriber(self.number)?;
        if std::mem::take(&mut subscriber.is_cancelled) {
            return Some(Woken::Cancelled);
        }
        if latest.is_none() {
            std::mem::swap(&mut subscriber.waker, &mut waker);
        }
        latest.map(Woken::Changed)
    }

    /// Makes a handle that cancels this one's waits.
    pub(crate) fn canceller(&self) -> Canceller {
        Canceller {
            shared: Arc::downgrade(&self.shared),
            number: self.number,
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if !self.shared.is_own() {
            return;
        }
        // Its waker goes last, when no lock is held.
        let _subscriber;
        let mut state = self.shared.lock();
        if let Some(index) = state.subscribers.iter().position(|one| one.number == self.number) {
            _subscriber = state.subscribers.swap_remove(index);
        }
        if !state.subscribers.is_empty() || state.is_stopping {
            return;
        }
        state.is_stopping = true;
        self.shared.end_call(&mut state);
        let (thread, ender) = (state.thread.take(), state.ender.take());
        self.shared.changed.notify_all();
        // A waker that the thread wakes may drop a subscription there: it ends by itself.
        let is_here = |thread: &JoinHandle<()>| thread.thread().id() == std::thread::current().id();
        let Some(thread) = thread.filter(|thread| !is_here(thread)) else {
            return;
        };
        let is_going = |state: &mut State| !state.is_over();
        let waited = self.shared.changed.wait_timeout_while(state, PATIENCE, is_going);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let is_over = state.is_over();
        drop(state);
        if is_over {
            // They run their last instructions, and panic nowhere.
            [Some(thread), ender]
                .into_iter()
                .flatten()
                .for_each(|thread| drop(thread.join()));
        }
    }
}

/// A handle that ends a wait of the [`Monitor`](crate::Monitor) that it is of, in whatever thread that is.
///
/// A cancel ends one wait: the one that is under way, or else the next one. Several before it are one. It ends with the
/// monitor: to cancel what is gone does nothing. Neither blocks.
///
/// # Examples
/// ```
/// use pcsc_session::Monitor;
/// use std::thread;
///
/// # let simulator = pcsc_sim::Simulator::new();
/// let mut monitor = Monitor::options().provider(simulator.provider()).start()?;
/// let canceller = monitor.canceller();
/// let waiting = thread::spawn(move || monitor.next()); // no reader: no event
/// canceller.cancel(); // before the wait begins or after: it ends
/// assert_eq!(waiting.join().unwrap(), None);
/// # Ok::<(), pcsc_session::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Canceller {
    shared: Weak<Shared>,
    number: u64,
}

impl Canceller {
    /// Ends the wait that is under way, or else the next one.
    pub fn cancel(&self) {
        let Some(shared) = self.shared.upgrade().filter(|shared| shared.is_own()) else {
            return;
        };
        let mut state = shared.lock();
        let Some(subscriber) = state.subscriber(self.number) else {
            return;
        };
        subscriber.is_cancelled = true;
        #[cfg(feature = "stream")]
        let waker = subscriber.waker.take();
        drop(state);
        shared.changed.notify_all();
        #[cfg(feature = "stream")]
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

const _: fn() = || {
    fn send_and_sync<T: Send + Sync>() {}
    send_and_sync::<Canceller>();
};
