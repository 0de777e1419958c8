//! One wait: until when, and for what.

use crate::error::Error;
use crate::ffi::CallError;
use crate::service::watch::{Snapshot, Subscription, Woken};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// One wait: until when, and for what.
pub(super) struct Wait {
    awaited: &'static str,
    timeout: Option<Duration>,
    /// None for ever, as for a time that is too far away to be told.
    deadline: Option<Instant>,
}

impl Wait {
    pub(super) fn new(awaited: &'static str, timeout: Option<Duration>) -> Wait {
        Wait {
            awaited,
            timeout,
            deadline: timeout.and_then(|timeout| Instant::now().checked_add(timeout)),
        }
    }

    /// Returns the error of a wait that was cancelled.
    pub(crate) fn cancelled(&self) -> Error {
        Error::Cancelled {
            awaited: self.awaited,
        }
    }

    /// Waits for a look after the one of this number.
    pub(super) fn for_look(&self, subscription: &Subscription, number: u64) -> Result<Arc<Snapshot>, Error> {
        match subscription.wait(number, self.deadline) {
            Woken::Changed(snapshot) => Ok(snapshot),
            Woken::Cancelled => Err(self.cancelled()),
            Woken::TimedOut => {
                let latest = subscription.latest();
                Err(Error::TimedOut {
                    awaited: self.awaited,
                    timeout: self.timeout.unwrap_or_default(),
                    loss: latest.loss.clone().filter(|_| latest.is_lost).map(Box::new),
                    failure: None,
                })
            }
            Woken::OfTheParent => Err(Error::of_call(
                "SCardGetStatusChange",
                CallError::OfTheParent,
                None,
            )),
        }
    }
}
