//! What the thread that watches shares with those who want to know.

use super::snapshot::Snapshot;
use crate::ffi::{ContextHandle, spawn_quiet_thread};
use pcsc_sys::Provider;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long the end of a call of C is tried for at the most, when nobody waits for it: it ends at once, but for pcsc-lite's
/// sleep while a card is mute, and for a service that does not answer.
const LONG_PATIENCE: Duration = Duration::from_secs(30);

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
    pub(super) number: u64,
    provider: Provider,
    /// The process that it is of: a child of `fork` has no thread that watches.
    process: u32,
    pub(super) state: Mutex<State>,
    /// Signalled whenever the state has changed.
    pub(super) changed: Condvar,
    /// Set where the thread is to look at the state, for it may wait for Windows' event.
    #[cfg(windows)]
    wake: Option<crate::ffi::WakeEvent>,
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) subscribers: Vec<Subscriber>,
    next_subscriber: u64,
    /// The call that the thread waits in.
    call: Option<Call>,
    calls: u64,
    /// Calls up to this number are to end.
    ends: u64,
    /// A thread cancels them.
    is_ending: bool,
    pub(super) ender: Option<JoinHandle<()>>,
    pub(super) is_stopping: bool,
    pub(super) has_ended: bool,
    pub(super) thread: Option<JoinHandle<()>>,
}

/// A call of C that waits.
#[derive(Debug)]
struct Call {
    number: u64,
    context: Arc<ContextHandle>,
    /// It is no longer than a poll.
    polls: bool,
}

#[derive(Debug)]
pub(super) struct Subscriber {
    pub(super) number: u64,
    interest: Interest,
    pub(super) is_cancelled: bool,
    /// Who polls it.
    #[cfg(feature = "stream")]
    pub(super) waker: Option<std::task::Waker>,
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

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_own(&self) -> bool {
        self.process == std::process::id()
    }

    /// Adds somebody who wants to know, and returns his number; none where the watch is about to end.
    pub(super) fn subscribe(self: &Arc<Shared>, interest: Interest) -> Option<u64> {
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
        let polls = state.call.as_ref().is_none_or(|call| call.polls);
        if state.shortest().is_sooner_than(before, polls) {
            // It waits for longer than this one wants to.
            self.end_call(&mut state);
            drop(state);
            self.changed.notify_all();
        }
        Some(number)
    }

    /// Hands the thread over that watches, to be waited for at the end.
    pub(super) fn set_thread(&self, thread: JoinHandle<()>) {
        self.lock().thread = Some(thread);
    }

    /// Has the call of C ended that the thread waits in, by another thread: C's cancel waits for the service, which may not
    /// answer.
    pub(super) fn end_call(self: &Arc<Shared>, state: &mut State) {
        #[cfg(windows)]
        self.wake.iter().for_each(crate::ffi::WakeEvent::set);
        let Some(call) = &state.call else { return };
        state.ends = call.number;
        if state.is_ending {
            return;
        }
        let shared = Arc::clone(self);
        let thread = spawn_quiet_thread("pcsc-watch-end", move || shared.cancel_until_it_ends());
        // Where there is no thread for it, the call ends by itself, after a minute at most.
        state.is_ending = thread.is_ok();
        // The former one, if any, has come to its last instructions.
        state.ender = thread.ok();
    }

    fn cancel_until_it_ends(&self) {
        let end = Instant::now() + LONG_PATIENCE;
        let mut pause = Duration::from_micros(200);
        let mut state = self.lock();
        while let Some(context) = state.call_to_end().filter(|_| Instant::now() < end) {
            drop(state);
            // A cancel that comes before the wait does nothing, and so is repeated; one that fails, as at the limit of
            // pcscd's clients, too.
            let _ = context.cancel();
            drop(context);
            let has_ended = |state: &mut State| state.call_to_end().is_some();
            let waited = self.changed.wait_timeout_while(self.lock(), pause, has_ended);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
            pause = (pause * 2).min(Duration::from_millis(10));
        }
        state.is_ending = false;
        drop(state);
        self.changed.notify_all();
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

    /// Runs a call that another thread may end by a cancel on this context; `polls` where it is no longer than a poll. Does
    /// not run it where the watch ends, or somebody wants to know sooner than was planned with.
    pub(super) fn wait_in<R>(
        &self,
        context: &Arc<ContextHandle>,
        planned: Interest,
        polls: bool,
        call: impl FnOnce() -> R,
    ) -> Option<R> {
        let mut state = self.lock();
        if state.is_stopping || state.shortest().is_sooner_than(planned, polls) {
            return None;
        }
        state.calls += 1;
        state.call = Some(Call {
            number: state.calls,
            context: Arc::clone(context),
            polls,
        });
        drop(state);
        let result = call();
        self.lock().call = None;
        self.changed.notify_all();
        Some(result)
    }

    /// Waits without C, until the time is over, the watch ends, or somebody wants to know sooner than was planned with.
    pub(super) fn pause(&self, planned: Interest, time: Duration) {
        let goes_on =
            |state: &mut State| !state.is_stopping && !state.shortest().is_sooner_than(planned, true);
        drop(self.changed.wait_timeout_while(self.lock(), time, goes_on));
    }

    /// Waits, while there is no service, until the time is over or the watch ends: on Windows until the service's own event
    /// says that it runs.
    pub(super) fn pause_without_service(&self, planned: Interest, time: Duration) {
        #[cfg(windows)]
        if let (Some(wake), Some(started)) = (&self.wake, crate::ffi::StartedEvent::access(self.provider)) {
            // Where it says so already, it is wrong, or the service will not have this program.
            if !started.is_set() {
                started.wait(wake, super::pace::LONGEST);
                return;
            }
        }
        self.pause(planned, time);
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

    /// Returns the context of the call that is to end, until it has.
    fn call_to_end(&self) -> Option<Arc<ContextHandle>> {
        let call = self.call.as_ref().filter(|call| call.number <= self.ends);
        call.map(|call| Arc::clone(&call.context))
    }

    /// Tells whether all threads have ended, but for their last instructions.
    pub(super) fn is_over(&self) -> bool {
        self.has_ended && !self.is_ending
    }

    pub(super) fn subscriber(&mut self, number: u64) -> Option<&mut Subscriber> {
        self.subscribers.iter_mut().find(|one| one.number == number)
    }
}

impl Interest {
    /// Returns the longest time between two looks where the platform tells of readers.
    pub(super) fn longest(self) -> Duration {
        self.sharing.unwrap_or(Duration::MAX)
    }

    /// Tells whether it asks for a look sooner than another one, where there are `polls` or not.
    fn is_sooner_than(self, other: Interest, polls: bool) -> bool {
        polls && self.poll < other.poll || self.longest() < other.longest()
    }
}

/// Wakes who polls, which may run that here: it may do anything, and without a lock held it can. A panic is the end of what
/// was woken, but not of the thread, which others need.
#[cfg(feature = "stream")]
fn wake(waker: std::task::Waker) {
    let wake = std::panic::AssertUnwindSafe(|| waker.wake());
    drop(std::panic::catch_unwind(wake));
}
