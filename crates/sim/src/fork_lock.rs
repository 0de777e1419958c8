//! Taking a lock for the time of a `fork`.

use std::sync::{Mutex, MutexGuard, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

/// How long a fork waits for a lock that is held for moments only.
const PATIENCE: Duration = Duration::from_secs(1);

/// Locks, so that a child of `fork` does not inherit what another thread has locked; `None` after a second.
///
/// That long it takes where nobody can unlock it: the thread that has it was interrupted by a signal, and forks in the
/// handler. Then the child has to do without.
pub(crate) fn lock_for_fork<T: ?Sized>(mutex: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    let mut start = None;
    loop {
        match mutex.try_lock() {
            Ok(guard) => return Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => return Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => {}
        }
        if start.get_or_insert_with(Instant::now).elapsed() >= PATIENCE {
            return None;
        }
        thread::yield_now();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_that_nobody_gives_back_is_given_up() {
        let mutex = Mutex::new(1);
        let held = lock_for_fork(&mutex).unwrap();
        assert!(lock_for_fork(&mutex).is_none());
        drop(held);
        assert_eq!(*lock_for_fork(&mutex).unwrap(), 1);
    }
}
