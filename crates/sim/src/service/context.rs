//! A program's connection to the service.
//!
//! # The order of locks
//! These are all locks of the simulator. Who has one takes those alone that come after it:
//!
//! 1. The entry of a number, in `table`'s handles: while a transmission tries to do without waiting for other
//!    connections, the card's work included, else for a moment.
//! 2. A context's call, here: from the call's beginning to its end, also while it waits. The calls that wait without the
//!    context say so.
//! 3. The handler of a reader's driver, while it answers a control.
//! 4. The service's list of readers, in `world`.
//! 5. The state of a reader, in `reader`. Who waits for the reader to change has it unlocked meanwhile.
//! 6. The state of a waiter, in `waiter`.
//!
//! From the fourth on they are locked for moments, and none is held where code of a card or a test runs. So such code may
//! call all methods of `Simulator` and `Reader`. What is done before and after a call, as a test has planned it, runs with no
//! lock at all; a card and a control handler act with those of the call that they act for, the first three.
//!
//! The others are taken under any of the above, for moments, and nobody takes another lock who has one of them:
//!
//! - in `table`: the numbers that are not used, the list of a context's connections, the slots that are free, and each
//!   slot's endpoint. Who takes a number tries for its entry, and takes another one where that is locked;
//! - the plans of faults;
//! - what a driver answers, its handler aside, in `driver`;
//! - the memory that is allocated for programs, in `memory`;
//! - how many programs a service serves, in `client`, how many it takes and who follows its stops and starts, in `world`, and
//!   when cards lose their power, in `grace_period`;
//! - the script of a `ScriptedCard`;
//! - in `serve`: the list of programs, their numbers and their threads, and what one program is to be told: with that locked,
//!   eight bytes are written to a socket that does not block.
//!
//! Two more are above and between. The readers of a configuration that runs, in `config`, come before all others. What becomes
//! of a served socket, in `serve`, is changed by who stops or starts the service, under any of the first three, and by no
//! thread that serves: that waits, for two seconds at most, until nobody listens any more, and the thread that listens takes
//! none but those of the last list.

use super::client::Client;
use super::code::Code;
use super::lock::lock;
use super::reader::{Reader, ReaderState};
use super::waiter::Waiter;
use super::world::World;
use pcsc_sys::{
    DWORD, SCARD_E_INVALID_HANDLE, SCARD_E_INVALID_VALUE, SCARD_E_NO_SERVICE, SCARD_F_COMM_ERROR,
    SCARD_SCOPE_GLOBAL,
};
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

/// A context. As in pcsc-lite it serves one call at a time, but for cancelling.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) world: Arc<World>,
    /// The run of the service that it was established in.
    run: u64,
    /// Locked by the call that it serves; `None` when it has been released.
    client: Mutex<Option<Client>>,
    /// How many connections it has.
    connections: AtomicUsize,
    /// The other process that the context is of.
    program: Option<Box<dyn Program>>,
    pub(crate) waiter: Arc<Waiter>,
}

/// The one call that a context serves, until this is dropped.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) context: &'a Arc<Context>,
    client: MutexGuard<'a, Option<Client>>,
}

impl Context {
    /// Opens a context.
    pub(crate) fn establish(world: &Arc<World>) -> Result<Arc<Self>, Code> {
        Self::establish_for(world, None)
    }

    /// Opens a context of another process.
    pub(crate) fn establish_for(
        world: &Arc<World>,
        program: Option<Box<dyn Program>>,
    ) -> Result<Arc<Self>, Code> {
        let client = Client::admit(world)?;
        Ok(Arc::new(Self {
            world: Arc::clone(world),
            run: client.run,
            client: Mutex::new(Some(client)),
            connections: AtomicUsize::new(0),
            program,
            waiter: Arc::default(),
        }))
    }

    /// Begins a call on this context, after the one that is under way.
    #[inline]
    pub(crate) fn begin_call(self: &Arc<Self>) -> Result<Call<'_>, Code> {
        let client = lock(&self.client);
        if client.is_none() {
            return Err(SCARD_E_INVALID_HANDLE);
        }
        Ok(Call {
            context: self,
            client,
        })
    }

    /// Waits until somebody has changed a reader, in a call that waits for another connection's transaction; fails where
    /// nobody waits for the call any more.
    ///
    /// A process that dies does not say so: it is looked for now and then. pcscd looks for the transaction's end as often.
    pub(crate) fn wait_for_turn<'a>(
        &self,
        reader: &'a Reader,
        state: MutexGuard<'a, ReaderState>,
    ) -> Result<MutexGuard<'a, ReaderState>, Code> {
        const PERIOD: Duration = Duration::from_millis(100);
        match &self.program {
            None => Ok(reader.wait(state)),
            Some(program) if program.is_there() => Ok(reader.wait_for(state, PERIOD)),
            Some(_) => Err(SCARD_F_COMM_ERROR),
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

/// Another process.
pub(crate) trait Program: fmt::Debug + Send + Sync {
    /// Tells whether it has not ended yet; does not wait.
    fn is_there(&self) -> bool;
}

/// Refuses a scope that is none.
pub(crate) fn check_scope(scope: DWORD) -> Result<(), Code> {
    if scope > SCARD_SCOPE_GLOBAL {
        Err(SCARD_E_INVALID_VALUE)
    } else {
        Ok(())
    }
}

impl Call<'_> {
    /// Closes the context: this was its last call. Fails where the service has gone, and closes it all the same.
    ///
    /// Its connections are left to the caller, who abandons them where this succeeds.
    pub(crate) fn release_context(mut self) -> Result<(), Code> {
        let served = self.context.ask_service();
        *self.client = None;
        served
    }

    /// Counts a connection; false where the context has as many as it can have, and then it does not count.
    pub(crate) fn add_connection(&self) -> bool {
        let most = self.context.world.limits().connections_of_context;
        let connections = &self.context.connections;
        // Connections come and go in the context's calls alone, one at a time.
        let is_room = connections.load(Ordering::Relaxed) < most;
        if is_room {
            connections.fetch_add(1, Ordering::Relaxed);
        }
        is_room
    }

    /// Counts a connection no more.
    pub(crate) fn remove_connection(&self) {
        self.context.connections.fetch_sub(1, Ordering::Relaxed);
    }
}
