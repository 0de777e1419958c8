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
            let now = Some(Instant::now());
            let is_answered =
                socket.is_some() && socket::wait([None, socket], now).map_err(|_| SCARD_F_INTERNAL_ERROR)?;
            if is_answered {
                return Ok(Woken::Answered);
            }
            // The bell rings for waits that began earlier, and the last of them stops it: no hurry.
            std::thread::sleep(Duration::from_millis(1));
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
        if state.waits == 0 {
            if let Some(alarm) = &state.alarm {
                // Until there is nothing: one byte for each cancellation.
                while matches!((&alarm.rung).read(&mut [0; 64]), Ok(1..)) {}
            }
        }
    }
}
