//! A program's connection to the service.

use super::code::Code;
use super::connection::{self, Connection};
use super::handles::{CONNECTIONS, CONTEXTS};
use super::lock::lock;
use super::waiter::Waiter;
use super::world::World;
use pcsc_sys::{SCARD_E_INVALID_HANDLE, SCARD_E_NO_MEMORY, SCARD_E_NO_SERVICE, SCARD_F_COMM_ERROR};
use std::sync::{Arc, Mutex, MutexGuard};

/// A context. As in pcsc-lite it serves one call at a time, but for cancelling.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) handle: u32,
    pub(crate) world: Arc<World>,
    /// The run of the service that it was established in.
    run: u64,
    cards: Mutex<Cards>,
    pub(crate) waiter: Arc<Waiter>,
}

/// The connections of a context; whoever has them locked is the context's one call.
#[derive(Debug, Default)]
pub(crate) struct Cards {
    released: bool,
    open: Vec<Arc<Connection>>,
}

impl Cards {
    pub(crate) fn add(&mut self, connection: Arc<Connection>) {
        self.open.push(connection);
    }

    pub(crate) fn remove(&mut self, connection: &Connection) {
        self.open.retain(|open| open.handle != connection.handle);
    }
}

impl Context {
    /// Begins a call on this context, after the one that is under way.
    pub(crate) fn lock(&self) -> Result<MutexGuard<'_, Cards>, Code> {
        let cards = lock(&self.cards);
        if cards.released {
            Err(SCARD_E_INVALID_HANDLE)
        } else {
            Ok(cards)
        }
    }

    /// Whether the service that the context was established with still runs.
    #[inline]
    pub(crate) fn is_alive(&self) -> bool {
        self.world.is_run(self.run)
    }

    /// What a call gets for the service: as from a socket that the other side has closed.
    #[inline]
    pub(crate) fn ask_service(&self) -> Result<(), Code> {
        if self.is_alive() {
            Ok(())
        } else {
            Err(SCARD_E_NO_SERVICE)
        }
    }

    /// What a call gets for the service that it waits for, or that acts for it: as from an answer that never came.
    #[inline]
    pub(crate) fn await_service(&self) -> Result<(), Code> {
        if self.is_alive() {
            Ok(())
        } else {
            Err(SCARD_F_COMM_ERROR)
        }
    }
}

/// Opens a context.
pub(crate) fn establish(world: &Arc<World>) -> Result<u32, Code> {
    let run = world.run().ok_or(SCARD_E_NO_SERVICE)?;
    let context = CONTEXTS.open(|handle| {
        Arc::new(Context {
            handle,
            world: Arc::clone(world),
            run,
            cards: Mutex::default(),
            waiter: Arc::default(),
        })
    });
    context.map(|context| context.handle).ok_or(SCARD_E_NO_MEMORY)
}

/// Closes a context: its connections leave their cards as they are, but a card that one of them has locked is reset.
///
/// A context of a service that has gone is closed, too.
pub(crate) fn release(context: &Context) -> Result<(), Code> {
    let (alive, open) = {
        let mut cards = context.lock()?;
        cards.released = true;
        (context.ask_service(), std::mem::take(&mut cards.open))
    };
    // With the context unlocked: a number is locked before its context is.
    for connection in open {
        if alive.is_ok() {
            connection::abandon(&connection);
        }
        CONNECTIONS.close(connection.handle);
    }
    CONTEXTS.close(context.handle);
    alive
}
