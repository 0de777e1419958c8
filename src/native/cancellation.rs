//! What a wait of a context can be ended by: `SCardCancel`, by a socket pair of this process.

use super::socket;
use crate::{LONG, SCARD_E_CANCELLED, SCARD_E_NO_MEMORY, SCARD_F_INTERNAL_ERROR};
use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The waits of one context.
#[derive(Debug, Default)]
pub(super) struct Cancellation(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// How many waits are under way.
    waits: usize,
    /// How many of them were cancelled: while there are any, the bell rings.
    cancelled: usize,
    /// How often waits were cancelled.
    cancellations: u64,
    /// Made for the first wait, and kept.
    alarm: Option<Alarm>,
}

/// Two ends, both of this process: while there is a byte to read, waits wake up.
#[derive(Debug)]
struct Alarm {
    rung: UnixStream,
    bell: UnixStream,
}

impl Alarm {
    fn new() -> io::Result<Alarm> {
        let (rung, bell) = UnixStream::pair()?;
        rung.set_nonblocking(true)?;
        bell.set_nonblocking(true)?;
        Ok(Alarm { rung, bell })
    }
}

/// What has ended a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Woken {
    /// The service has said something, or has ended.
    Answered,
    TimedOut,
}

impl Cancellation {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Each of the fields is right by itself.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a wait, which [`cancel`](Cancellation::cancel) ends from now on.
    ///
    /// # Errors
    /// `SCARD_E_NO_MEMORY`: there are no descriptors left.
    pub(super) fn begin(&self) -> Result<Wait<'_>, LONG> {
        let mut state = self.lock();
        if state.alarm.is_none() {
            state.alarm = Some(Alarm::new().map_err(|_| SCARD_E_NO_MEMORY)?);
        }
        state.waits += 1;
        Ok(Wait {
            cancellation: self,
            begun_after: state.cancellations,
            rung: state.alarm.as_ref().map(|alarm| alarm.rung.as_raw_fd()),
        })
    }

    /// Ends all waits that are under way; where there is none it does nothing.
    pub(super) fn cancel(&self) {
        let mut state = self.lock();
        if state.waits > 0 {
            state.cancelled = state.waits;
            state.cancellations += 1;
            if let Some(alarm) = &state.alarm {
                // Where it is full it can be read, which is all that this is for.
                let _ = (&alarm.bell).write(&[0]);
            }
        }
    }
}

/// A wait that is under way.
#[derive(Debug)]
pub(super) struct Wait<'a> {
    cancellation: &'a Cancellation,
    begun_after: u64,
    rung: Option<RawFd>,
}

impl Wait<'_> {
    /// Waits until a socket can be read, or until then; for ever without a time.
    ///
    /// # Errors
    /// `SCARD_E_CANCELLED`, and `SCARD_F_INTERNAL_ERROR` where the system does not wait.
    pub(super) fn until(&self, socket: Option<RawFd>, deadline: Option<Instant>) -> Result<Woken, LONG> {
        loop {
            let woken = socket::wait([self.rung, socket], deadline).map_err(|_| SCARD_F_INTERNAL_ERROR)?;
            if self.is_cancelled() {
                return Err(SCARD_E_CANCELLED);
            }
            if !woken {
                return Ok(Woken::TimedOut);
            }
            // The bell may ring for waits that began earlier, the last of which stops it: until then it tells nothing.
            let soon = Instant::now() + Duration::from_millis(1);
            let soon = deadline.map_or(soon, |deadline| deadline.min(soon));
            if socket::wait([None, socket], Some(soon)).map_err(|_| SCARD_F_INTERNAL_ERROR)? {
                return Ok(Woken::Answered);
            }
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return Ok(Woken::TimedOut);
            }
        }
    }

    /// Waits for so long.
    ///
    /// # Errors
    /// Those of [`until`](Wait::until).
    pub(super) fn pause(&self, pause: Duration) -> Result<(), LONG> {
        self.until(None, Instant::now().checked_add(pause)).map(drop)
    }

    fn is_cancelled(&self) -> bool {
        self.cancellation.lock().cancellations != self.begun_after
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        let mut state = self.cancellation.lock();
        state.waits -= 1;
        if state.cancellations == self.begun_after {
            return;
        }
        state.cancelled -= 1;
        if state.cancelled == 0 {
            if let Some(alarm) = &state.alarm {
                // Until there is nothing: one byte for each cancellation.
                while matches!((&alarm.rung).read(&mut [0; 64]), Ok(1..)) {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn a_wait_that_began_after_a_cancellation_ends_at_its_own_time() {
        let (tell, told) = mpsc::channel();
        std::thread::spawn(move || {
            let cancellation = Cancellation::default();
            let earlier = cancellation.begin().unwrap();
            cancellation.cancel();
            let later = cancellation.begin().unwrap();
            // While the earlier one has not noticed yet, and after that.
            let before = later.pause(Duration::from_millis(5));
            let cancelled = earlier.until(None, None);
            drop(earlier);
            let after = later.pause(Duration::from_millis(5));
            let rings = socket::wait([later.rung, None], Some(Instant::now())).unwrap();
            let _ = tell.send((before, cancelled, after, rings));
        });
        let told = told.recv_timeout(Duration::from_secs(10));
        assert_eq!(told, Ok((Ok(()), Err(SCARD_E_CANCELLED), Ok(()), false)));
    }

    #[test]
    fn a_second_cancellation_ends_those_that_began_after_the_first() {
        let cancellation = Cancellation::default();
        let earlier = cancellation.begin().unwrap();
        cancellation.cancel();
        let later = cancellation.begin().unwrap();
        cancellation.cancel();
        drop(earlier);
        assert_eq!(later.until(None, None), Err(SCARD_E_CANCELLED));
        drop(later);
        let next = cancellation.begin().unwrap();
        assert_eq!(next.pause(Duration::from_millis(1)), Ok(()));
    }
}
