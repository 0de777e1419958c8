//! How long a card keeps its power that no program uses.

use super::lock::lock;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// The time after which an unused card loses its power, for all readers of a service; at first there is none.
///
/// No thread looks at the clock. Nobody sees a card lose its power but by a call, so each call finds out first whether
/// it has.
#[derive(Debug, Default)]
pub(crate) struct GracePeriod(Mutex<Option<Duration>>);

impl GracePeriod {
    pub(crate) fn get(&self) -> Option<Duration> {
        *lock(&self.0)
    }

    pub(crate) fn set(&self, period: Option<Duration>) {
        *lock(&self.0) = period;
    }

    /// Whether a card that has been unused since then has lost its power by now.
    pub(crate) fn is_over(&self, since: Instant) -> bool {
        self.get().is_some_and(|period| since.elapsed() >= period)
    }
}
