//! One program's connection to the socket.

use super::stream;
use super::waiting::{Due, Waiting};
use crate::service::context::Context;
use crate::service::lock::lock;
use pcsclite_wire::{Message, ReaderState, message};
use std::fmt;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

/// A program's connection, for one context at a time.
pub(super) struct Client {
    stream: Arc<UnixStream>,
    pub(super) context: Arc<Context>,
    /// The number of the context that the program has established; 0 without one.
    number: AtomicU32,
    waiting: Mutex<Waiting>,
}

impl Client {
    pub(super) fn new(stream: Arc<UnixStream>, context: Arc<Context>) -> Client {
        Client {
            stream,
            context,
            number: AtomicU32::new(0),
            waiting: Mutex::default(),
        }
    }

    pub(super) fn number(&self) -> u32 {
        self.number.load(Ordering::Relaxed)
    }

    pub(super) fn set_number(&self, number: u32) {
        self.number.store(number, Ordering::Relaxed);
    }

    /// Whether this is the context that has the number.
    pub(super) fn is_of(&self, number: u32) -> bool {
        number != 0 && self.number() == number
    }

    /// Ends the connection: the program's next read finds its end, and so does the thread that serves it.
    pub(super) fn shut(&self) {
        // Fails where the program has gone.
        let _ = self.stream.shutdown(Shutdown::Both);
    }

    /// Gives up the program's place with the service: others may have this client for a moment longer, as the thread that tells
    /// of changes.
    pub(super) fn give_up_place(&self) {
        if let Ok(call) = self.context.begin_call() {
            // Where the service has gone, so has the place.
            let _ = call.release_context();
        }
    }

    /// Reads a header, or what follows it.
    pub(super) fn read(&self, buffer: &mut [u8]) -> Option<()> {
        stream::read(&self.stream, buffer).ok()
    }

    /// Writes an answer.
    pub(super) fn write(&self, answer: &[u8]) -> Option<()> {
        stream::write(&self.stream, answer).ok()
    }

    /// Whether the program waits for a change.
    pub(super) fn is_waiting(&self) -> bool {
        lock(&self.waiting).is_waiting()
    }

    /// Changes what the program is to be told.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Waiting) -> T) -> T {
        change(&mut lock(&self.waiting))
    }

    /// Tells the program what is due, the readers being in these states; returns when to look again.
    ///
    /// Does not wait for a program that does not read: that is closed.
    pub(super) fn tell(&self, states: &[ReaderState], now: Instant) -> Option<Instant> {
        // Until it is told, the thread that serves the program must not begin another answer.
        let mut waiting = lock(&self.waiting);
        match waiting.due(states, now) {
            Due::Nothing => None,
            Due::LookAt(time) => Some(time),
            Due::Tell(code) => {
                let mut bytes = [0; message::Wait::LEN];
                message::Wait { timeout: 0, code }.encode_into(&mut bytes);
                if stream::write_at_once(&self.stream, &bytes).is_err() {
                    self.shut();
                }
                None
            }
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("waiting", &self.waiting)
            .finish_non_exhaustive()
    }
}
