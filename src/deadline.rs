//! Until when the calls of a thread wait for another program's transaction.

use std::cell::Cell;
use std::time::Instant;

thread_local! {
    static DEADLINE: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Returns until when this thread's calls wait for another program's transaction; none for ever.
///
/// For makers of tables whose waits it ends: see [`Provider::with_ending_waits`](crate::Provider::with_ending_waits).
///
/// # Examples
/// ```
/// assert_eq!(pcsc_sys::wait_deadline(), None);
/// ```
#[must_use]
pub fn wait_deadline() -> Option<Instant> {
    DEADLINE.get()
}

/// Has the calls of this thread wait until then, for as long as this one lasts.
pub(crate) fn set_during<R>(deadline: Option<Instant>, call: impl FnOnce() -> R) -> R {
    struct Before(Option<Instant>);

    impl Drop for Before {
        fn drop(&mut self) {
            DEADLINE.set(self.0);
        }
    }

    let _before = Before(DEADLINE.replace(deadline));
    call()
}
