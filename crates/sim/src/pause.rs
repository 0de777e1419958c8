//! Letting time pass.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Waits for this time.
///
/// By a condition that never comes: `std::thread::sleep` is a point at which `pthread_cancel` ends a thread, and the way out
/// would lead through Rust's code, which aborts the process.
pub(crate) fn pause(duration: Duration) {
    if duration.is_zero() {
        return;
    }
    let (nothing, never) = (Mutex::new(()), Condvar::new());
    let guard = nothing.lock().unwrap_or_else(PoisonError::into_inner);
    drop(never.wait_timeout_while(guard, duration, |()| true));
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[test]
    fn it_is_no_shorter_than_it_says() {
        let start = Instant::now();
        pause(Duration::from_millis(20));
        assert!(start.elapsed() >= Duration::from_millis(20));
        pause(Duration::ZERO);
    }
}
