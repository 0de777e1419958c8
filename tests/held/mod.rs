//! What a process holds, counted when all that ends has ended.

use crate::service::DEADLINE;
use std::time::Instant;

/// Waits until a count is back at what it was, which threads that end and services in this process see to a moment after the
/// calls; fails where it stays above.
pub(crate) fn assert_back(what: &str, before: usize, count: impl Fn() -> usize) {
    let end = Instant::now() + DEADLINE;
    while count() > before {
        assert!(Instant::now() < end, "{what}: {before} before, {} now", count());
        std::thread::yield_now();
    }
}
