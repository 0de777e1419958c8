//! A context, with its connection to the service, and a connection to a reader.

use super::cancellation::Cancellation;
use super::connection::Connection;
use super::opening::is_privileged;
use crate::{LONG, SCARD_E_INVALID_HANDLE, SCARD_E_SHARING_VIOLATION, SCARD_E_TIMEOUT, wait_deadline};
use std::env;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The first and the longest pause between two attempts while another program has a transaction.
const PAUSES: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(100));

/// A context: a connection to the service, for one call at a time.
#[derive(Debug)]
pub(super) struct Context {
    /// The service's number of it.
    pub(super) number: u32,
    /// `None` when it is released.
    connection: Mutex<Option<Connection>>,
    pub(super) cancellation: Cancellation,
}

impl Context {
    pub(super) fn new(connection: Connection, number: u32) -> Context {
        Context {
            number,
            connection: Mutex::new(Some(connection)),
            cancellation: Cancellation::default(),
        }
    }

    /// Makes a call, when those of other threads on this context have ended.
    ///
    /// # Errors
    /// The call's own, and `SCARD_E_INVALID_HANDLE` where the context was released meanwhile.
    pub(super) fn call<T>(&self, call: impl FnOnce(&Connection) -> Result<T, LONG>) -> Result<T, LONG> {
        // After a panic in a call the connection is where it was: half an answer is noticed by the next one.
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        call(connection.as_ref().ok_or(SCARD_E_INVALID_HANDLE)?)
    }

    /// Makes a call, and then has no connection any more.
    ///
    /// # Errors
    /// Those of [`call`](Context::call).
    pub(super) fn last_call<T>(&self, call: impl FnOnce(&Connection) -> Result<T, LONG>) -> Result<T, LONG> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let result = call(connection.as_ref().ok_or(SCARD_E_INVALID_HANDLE)?);
        *connection = None;
        result
    }
}

/// A connection to a reader and its card.
#[derive(Debug)]
pub(super) struct Card {
    context: Arc<Context>,
    /// The service's number of it.
    pub(super) number: i32,
    /// The reader, as the program has called it.
    pub(super) reader: Vec<u8>,
    is_open: AtomicBool,
}

impl Card {
    pub(super) fn new(context: Arc<Context>, number: i32, reader: Vec<u8>) -> Card {
        Card {
            context,
            number,
            reader,
            is_open: AtomicBool::new(true),
        }
    }

    pub(super) fn context(&self) -> &Arc<Context> {
        &self.context
    }

    /// Makes a call, when those of other threads on the context have ended.
    ///
    /// # Errors
    /// The call's own, and `SCARD_E_INVALID_HANDLE` where the card was disconnected meanwhile.
    pub(super) fn call<T>(&self, call: impl FnOnce(&Connection) -> Result<T, LONG>) -> Result<T, LONG> {
        self.context.call(|connection| {
            // The context's lock orders it.
            if self.is_open.load(Ordering::Relaxed) {
                call(connection)
            } else {
                Err(SCARD_E_INVALID_HANDLE)
            }
        })
    }

    /// Makes a call; where it succeeds, there are no more.
    ///
    /// # Errors
    /// Those of [`call`](Card::call).
    pub(super) fn last_call(&self, call: impl FnOnce(&Connection) -> Result<(), LONG>) -> Result<(), LONG> {
        self.call(|connection| {
            call(connection)?;
            self.is_open.store(false, Ordering::Relaxed);
            Ok(())
        })
    }

    /// Makes a call again and again while another program's transaction is in its way, until it is cancelled or this thread's
    /// time for it is over.
    ///
    /// Between the attempts other threads can use the context.
    ///
    /// # Errors
    /// The call's own, those of [`call`](Card::call), `SCARD_E_CANCELLED` and `SCARD_E_TIMEOUT`.
    pub(super) fn call_when_free<T>(
        &self,
        mut call: impl FnMut(&Connection) -> Result<T, LONG>,
    ) -> Result<T, LONG> {
        let mut result = self.call(&mut call);
        if !is_in_the_way(&result) {
            return result;
        }
        let deadline = wait_deadline();
        let left = || deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        if left().is_some_and(|left| left.is_zero()) {
            return Err(SCARD_E_TIMEOUT);
        }
        let wait = self.context.cancellation.begin()?;
        let (mut pause, longest) = PAUSES;
        while is_in_the_way(&result) {
            match left() {
                Some(Duration::ZERO) => return Err(SCARD_E_TIMEOUT),
                Some(left) => wait.pause(pause.min(left))?,
                None => wait.pause(pause)?,
            }
            pause = longest.min(pause * 2);
            result = self.call(&mut call);
        }
        result
    }

    /// Does the same, but makes the call once where the user wants no such waits.
    ///
    /// # Errors
    /// Those of [`call_when_free`](Card::call_when_free), and `SCARD_E_SHARING_VIOLATION`.
    pub(super) fn call_if_free<T>(
        &self,
        mut call: impl FnMut(&Connection) -> Result<T, LONG>,
    ) -> Result<T, LONG> {
        let result = self.call_when_free(|connection| {
            let result = call(connection);
            if is_in_the_way(&result) && is_unwanted() {
                return Ok(None);
            }
            result.map(Some)
        });
        result?.ok_or(SCARD_E_SHARING_VIOLATION)
    }
}

/// Tells whether the user wants calls refused that another program's transaction is in the way of.
fn is_unwanted() -> bool {
    env::var_os("PCSCLITE_NO_BLOCKING").is_some() && !is_privileged()
}

fn is_in_the_way<T>(result: &Result<T, LONG>) -> bool {
    matches!(result, Err(code) if *code == SCARD_E_SHARING_VIOLATION)
}
