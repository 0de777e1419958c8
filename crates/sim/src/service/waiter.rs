//! One context's wait for readers to change.

use super::lock::lock;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Instant;

/// Where a context waits, and where readers and `SCardCancel` wake it.
#[derive(Debug, Default)]
pub(crate) struct Waiter {
    state: Mutex<State>,
    woken: Condvar,
}

#[derive(Debug, Default)]
struct State {
    waiting: bool,
    cancelled: bool,
    changed: bool,
}

/// Why a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Woken {
    Changed,
    Cancelled,
    TimedOut,
}

impl Waiter {
    /// Begins a wait: from now on changes are noted, and it can be cancelled.
    pub(crate) fn begin(&self) {
        *lock(&self.state) = State {
            waiting: true,
            ..State::default()
        };
    }

    /// Ends a wait: a cancel after this has nothing to cancel.
    pub(crate) fn end(&self) {
        lock(&self.state).waiting = false;
    }

    /// Blocks until something has changed since the last call, the wait is cancelled, or the time is over.
    pub(crate) fn wait(&self, deadline: Option<Instant>) -> Woken {
        let mut state = lock(&self.state);
        loop {
            if state.cancelled {
                return Woken::Cancelled;
            }
            if state.changed {
                state.changed = false;
                return Woken::Changed;
            }
            let Some(deadline) = deadline else {
                state = self.woken.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Woken::TimedOut;
            }
            let waited = self.woken.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Tells that a reader has changed.
    pub(crate) fn notify(&self) {
        let mut state = lock(&self.state);
        if state.waiting {
            state.changed = true;
            self.woken.notify_one();
        }
    }

    /// Cancels a wait that is under way.
    pub(crate) fn cancel(&self) {
        self.cancel_unless(|| false);
    }

    /// Cancels a wait that is under way, unless that is refused, which is asked where there is one alone. False where it was
    /// refused.
    pub(crate) fn cancel_unless(&self, is_refused: impl FnOnce() -> bool) -> bool {
        // No wait begins between the question and the cancel.
        let mut state = lock(&self.state);
        if !state.waiting {
            return true;
        }
        if is_refused() {
            return false;
        }
        state.cancelled = true;
        self.woken.notify_one();
        true
    }
}
