//! The simulated service: what pcscd and its client library do, with safe types.
//!
//! `handles` finds contexts and connections by the numbers that C programs hold; `world` is one service with its
//! readers. Everything else is a part of what the service does to one of them. The entry points in `table` turn C's
//! pointers into these types.
//!
//! Locks are taken in this order: a context's, a reader's, a waiter's. Code of a card or of a test runs with no lock of
//! a reader or its driver held, but with that of the context that it is called on, and a control handler with its own.

pub(crate) mod atr;
pub(crate) mod attribute;
pub(crate) mod connecting;
pub(crate) mod connection;
pub(crate) mod context;
pub(crate) mod control;
pub(crate) mod faults;
pub(crate) mod handles;
pub(crate) mod memory;
pub(crate) mod power;
pub(crate) mod reader;
pub(crate) mod reader_name;
pub(crate) mod sharing;
pub(crate) mod status;
pub(crate) mod status_change;
pub(crate) mod transaction;
pub(crate) mod transmit;
pub(crate) mod waiter;
pub(crate) mod world;

use pcsc_sys::LONG;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A return code of PC/SC, for what did not succeed.
pub(crate) type Code = LONG;

/// Locks, also after a panic: every critical section leaves its data whole at each step.
pub(crate) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
