//! What the thread that watches shares with those who want to know.

use super::snapshot::Snapshot;
use crate::ffi::ContextHandle;
use pcsc_sys::Provider;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long a call of C that is to end is waited for: it ends at once, but for pcsc-lite's sleep while a card is mute, and
/// for a service that does not answer. A thread that is left alone then ends with its call.
const PATIENCE: Duration = Duration::from_millis(100);

/// What somebody wants to know, and how soon where the platform does not tell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Interest {
    /// How often to look for readers, and for the service, where nothing tells of them.
    pub(crate) poll: Duration,
    /// How often to look who uses the cards, where that matters.
    pub(crate) sharing: Option<Duration>,
}

/// One provider's watch.
#[derive(Debug)]
pub(super) struct Shared {
    /// Each watch of this program has another one.
    number: u64,
    provider: Provider,
    /// The process that it is of: a child of `fork` has no thread that watches.
    process: u32,
    state: Mutex<State>,
    /// Signalled whenever the state has changed.
    changed: Condvar,
    /// Set where the thread is to look at the state, for it may wait for Windows' event.
    #[cfg(windows)]
    wake: Option<crate::ffi::WakeEvent>,
}

#[derive(Debug, Default)]
struct State {
    snapshot: Arc<Snapshot>,
    subscribers: Vec<Subscriber>,
    next_subscriber: u64,
    /// The context of the call that the thread waits in, with the call's number.
    waits_in: Option<(u64, Arc<ContextHandle>)>,
    calls: u64,
    is_stopping: bool,
    has_ended: bool,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Subscriber {
    number: u64,
    interest: Interest,
    is_cancelled: bool,
    /// Who polls it.
    #[cfg(feature = "stream")]
    waker: Option<std::task::Waker>,
}

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

impl Shared {
    pub(super) fn new(provider: Provider) -> Shared {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Shared {
            number: NEXT.fetch_add(1, Ordering::Relaxed),
            provider,
            process: std::process::id(),
            state: Mutex::default(),
            changed: Condvar::new(),
            #[cfg(windows)]
            wake: crate::ffi::WakeEvent::new(),
        }
    }

    pub(super) fn provider(&self) -> Provider {
        self.provider
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_own(&self) -> bool {
        self.process == std::process::id()
    }

    /// Adds somebody who wants to know; none where the watch is about to end.
    pub(super) fn subscribe(self: &Arc<Shared>, interest: Interest) -> Option<Subscription> {
        let mut state = self.lock();
        if state.is_stopping {
            return None;
        }
        let before = state.shortest();
        let number = state.next_subscriber;
        state.next_subscriber += 1;
        state.subscribers.push(Subscriber {
            number,
            interest,
            is_cancelled: false,
            #[cfg(feature = "stream")]
            waker: None,
        });
        let call = state.waits_in.as_ref().map(|(call, _)| *call);
        let is_sooner = number > 0 && state.shortest().is_sooner_than(before);
        drop(state);
        if is_sooner {
            // It waits for longer than this one wants to.
            self.interrupt(|state| call.is_none_or(|call| !state.is_in(call)));
        }
        Some(Subscription {
            shared: Arc::clone(self),
            number,
        })
    }

    /// Hands the thread over that watches, to be waited for at the end.
    pub(super) fn set_thread(&self, thread: JoinHandle<()>) {
        self.lock().thread = Some(thread);
    }

    /// Ends the call of C that the thread waits in, until this is so, or patience has ended.
    fn interrupt(&self, is_done: impl Fn(&State) -> bool) {
        let end = Instant::now() + PATIENCE;
        let mut pause = Duration::from_micros(200);
        #[cfg(windows)]
        self.wake.iter().for_each(crate::ffi::WakeEvent::set);
        let mut state = self.lock();
        while !is_done(&state) && Instant::now() < end {
            let waits_in = state.waits_in.as_ref().map(|(_, context)| Arc::clone(context));
            if let Some(context) = waits_in {
                drop(state);
                // A cancel that comes before the wait does nothing, and so is repeated; one that fails, as at the limit of
                // pcscd's clients, too.
                let _ = context.cancel();
                state = self.lock();
            }
            let waited = self
                .changed
                .wait_timeout_while(state, pause, |state| !is_done(state));
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
            pause = (pause * 2).min(Duration::from_millis(10));
        }
    }

    // For the thread.

    /// Tells whether somebody still wants to know.
    pub(super) fn goes_on(&self) -> bool {
        !self.lock().is_stopping
    }

    /// Returns what is wanted soonest.
    pub(super) fn interest(&self) -> Interest {
        self.lock().shortest()
    }

    /// Runs a call that another thread may end by a cancel on this context.
    pub(super) fn wait_in<R>(&self, context: &Arc<ContextHandle>, call: impl FnOnce() -> R) -> Option<R> {
        let mut state = self.lock();
        if state.is_stopping {
            return None;
        }
        state.calls += 1;
        state.waits_in = Some((state.calls, Arc::clone(context)));
        drop(state);
        let result = call();
        self.lock().waits_in = None;
        self.changed.notify_all();
        Some(result)
    }

    /// Waits without C, until the time is over or the watch ends.
    pub(super) fn pause(&self, time: Duration) {
        let state = self.lock();
        let before = state.shortest();
        let goes_on = |state: &mut State| !state.is_stopping && !state.shortest().is_sooner_than(before);
        drop(self.changed.wait_timeout_while(state, time, goes_on));
    }

    /// Waits, while there is no service, until the time is over or the watch ends: on Windows until the service's own event
    /// says that it runs.
    pub(super) fn pause_without_service(&self, time: Duration) {
        #[cfg(windows)]
        if let (Some(wake), Some(started)) = (&self.wake, crate::ffi::StartedEvent::access(self.provider)) {
            // Where it says so already, it is wrong, or the service will not have this program.
            if !started.is_set() {
                started.wait(wake, super::pace::LONGEST);
                return;
            }
        }
        self.pause(time);
    }

    /// Makes a snapshot known, where it says something else than the last one; tells whether it does.
    pub(super) fn publish(&self, mut snapshot: Snapshot) -> bool {
        let mut state = self.lock();
        if state.snapshot.number != 0 && snapshot.says_the_same_as(&state.snapshot) {
            return false;
        }
        snapshot.number = state.snapshot.number + 1;
        state.snapshot = Arc::new(snapshot);
        #[cfg(feature = "stream")]
        let wakers: Vec<_> = state
            .subscribers
            .iter_mut()
            .filter_map(|one| one.waker.take())
            .collect();
        drop(state);
        self.changed.notify_all();
        #[cfg(feature = "stream")]
        wakers.into_iter().for_each(wake);
        true
    }

    /// Says that the thread is about to end.
    pub(super) fn end(&self) {
        self.lock().has_ended = true;
        self.changed.notify_all();
    }
}

impl State {
    /// What is wanted soonest.
    fn shortest(&self) -> Interest {
        let interests = || self.subscribers.iter().map(|one| one.interest);
        Interest {
            poll: interests().map(|one| one.poll).min().unwrap_or(Duration::MAX),
            sharing: interests().filter_map(|one| one.sharing).min(),
        }
    }

    fn is_in(&self, call: u64) -> bool {
        self.waits_in.as_ref().is_some_and(|(number, _)| *number == call)
    }

    fn subscriber(&mut self, number: u64) -> Option<&mut Subscriber> {
        self.subscribers.iter_mut().find(|one| one.number == number)
    }
}

impl Interest {
    /// Returns the longest time between two looks where the platform tells of readers.
    pub(super) fn longest(self) -> Duration {
        self.sharing.unwrap_or(Duration::MAX)
    }

    fn is_sooner_than(self, other: Interest) -> bool {
        let sharing = |interest: Interest| interest.sharing.unwrap_or(Duration::MAX);
        self.poll < other.poll || sharing(self) < sharing(other)
    }
}

/// Wakes who polls, which may run that here: it may do anything, and without a lock held it can. A panic is the end of what
/// was woken, but not of the thread, which others need.
#[cfg(feature = "stream")]
fn wake(waker: std::task::Waker) {
    let wake = std::panic::AssertUnwindSafe(|| waker.wake());
    drop(std::panic::catch_unwind(wake));
}

/// The right to know, which ends on drop; with the last one the watch ends.
#[derive(Debug)]
pub(crate) struct Subscription {
    shared: Arc<Shared>,
    number: u64,
}

impl Subscription {
    /// Returns the number of the watch that this is of.
    pub(crate) fn watch_number(&self) -> u64 {
        self.shared.number
    }

    /// Returns the last snapshot, without waiting.
    pub(crate) fn latest(&self) -> Arc<Snapshot> {
        if !self.shared.is_own() {
            return Arc::default();
        }
        Arc::clone(&self.shared.lock().snapshot)
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
        let thread = state.thread.take();
        drop(state);
        self.shared.changed.notify_all();
        // A waker that the thread wakes may drop a subscription there: it ends by itself.
        let is_here = |thread: &JoinHandle<()>| thread.thread().id() == std::thread::current().id();
        let Some(thread) = thread.filter(|thread| !is_here(thread)) else {
            return;
        };
        self.shared.interrupt(|state| state.has_ended);
        if self.shared.lock().has_ended {
            // It runs its last instructions, and panics nowhere.
            let _ = thread.join();
        }
    }
}

/// Ends a wait of the [`Monitor`](crate::Monitor) that it is of, in whatever thread that is.
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
