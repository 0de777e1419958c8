//! Taking a lock for the time of a `fork`.

use std::sync::{Mutex, MutexGuard, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

/// Locks, so that a child of `fork` does not inherit what another thread has locked; `None` after so long.
///
/// Such a lock is held for moments, and in the end it is always had, but where nobody can unlock it: the thread that has
/// it was interrupted by a signal, and forks in the handler. Then the child has to do without.
pub(crate) fn lock_for_fork<T: ?Sized>(mutex: &Mutex<T>, patience: Duration) -> Option<MutexGuard<'_, T>> {
    let mut start = None;
    loop {
        match mutex.try_lock() {
            Ok(guard) => return Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => return Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => {}
        }
        if start.get_or_insert_with(Instant::now).elapsed() >= patience {
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
        let patience = Duration::from_millis(20);
        let held = lock_for_fork(&mutex, patience).unwrap();
        assert!(lock_for_fork(&mutex, patience).is_none());
        drop(held);
        assert_eq!(*lock_for_fork(&mutex, patience).unwrap(), 1);
    }
}
