//! One wait: until when, and for what.

use crate::error::Error;
use crate::ffi::CallError;
use crate::service::watch::{Snapshot, Subscription, Woken};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// One wait: until when, and for what.
pub(crate) struct Wait {
    awaited: &'static str,
    timeout: Option<Duration>,
    /// None for ever, as for a time that is too far away to be told.
    deadline: Option<Instant>,
}

impl Wait {
    pub(crate) fn new(awaited: &'static str, timeout: Option<Duration>) -> Wait {
        Wait {
            awaited,
            timeout,
            deadline: timeout.and_then(|timeout| Instant::now().checked_add(timeout)),
        }
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Tells whether its time is over.
    pub(crate) fn is_over(&self) -> bool {
        self.deadline.is_some_and(|deadline| deadline <= Instant::now())
    }

    /// Begins it, unless it was cancelled before.
    pub(crate) fn begin(&self, subscription: &Subscription) -> Result<(), Error> {
        if subscription.take_cancel() {
            return Err(self.cancelled());
        }
        Ok(())
    }

    /// Waits for a look after the one of this number.
    pub(crate) fn for_look(&self, subscription: &Subscription, number: u64) -> Result<Arc<Snapshot>, Error> {
        match self.for_look_until(subscription, number, None)? {
            Some(snapshot) => Ok(snapshot),
            None => Err(self.timed_out(subscription.latest().present_loss(), None)),
        }
    }

    /// Waits for a look after the one of this number, until then where that comes before the deadline; none where either is
    /// over.
    pub(crate) fn for_look_until(
        &self,
        subscription: &Subscription,
        number: u64,
        until: Option<Instant>,
    ) -> Result<Option<Arc<Snapshot>>, Error> {
        let until = [self.deadline, until].into_iter().flatten().min();
        match subscription.wait(number, until) {
            Woken::Changed(snapshot) => Ok(Some(snapshot)),
            Woken::TimedOut => Ok(None),
            Woken::Cancelled => Err(self.cancelled()),
            Woken::OfTheParent => Err(Error::of_call(
                "SCardGetStatusChange",
                CallError::OfTheParent,
                None,
            )),
        }
    }

    /// Returns the error of a time that is over: why the service was not there, and what was tried in vain.
    pub(crate) fn timed_out(&self, loss: Option<Error>, failure: Option<Error>) -> Error {
        Error::TimedOut {
            awaited: self.awaited,
            timeout: self.timeout.unwrap_or_default(),
            loss: loss.map(Box::new),
            failure: failure.map(Box::new),
        }
    }

    fn cancelled(&self) -> Error {
        Error::Cancelled {
            awaited: self.awaited,
        }
    }
}
