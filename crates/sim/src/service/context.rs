//! A program's connection to the service.

use super::code::Code;
use super::lock::lock;
use super::waiter::Waiter;
use super::world::World;
use pcsc_sys::{SCARD_E_INVALID_HANDLE, SCARD_E_NO_SERVICE, SCARD_F_COMM_ERROR};
use std::sync::{Arc, Mutex, MutexGuard};

/// A context. As in pcsc-lite it serves one call at a time, but for cancelling.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) world: Arc<World>,
    /// The run of the service that it was established in.
    run: u64,
    /// Locked by the call that it serves.
    is_released: Mutex<bool>,
    pub(crate) waiter: Arc<Waiter>,
}

/// The one call that a context serves, until this is dropped.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) context: &'a Arc<Context>,
    is_released: MutexGuard<'a, bool>,
}

impl Context {
    /// Opens a context.
    pub(crate) fn establish(world: &Arc<World>) -> Result<Arc<Self>, Code> {
        Ok(Arc::new(Self {
            world: Arc::clone(world),
            run: world.run().ok_or(SCARD_E_NO_SERVICE)?,
            is_released: Mutex::new(false),
            waiter: Arc::default(),
        }))
    }

    /// Begins a call on this context, after the one that is under way.
    #[inline]
    pub(crate) fn begin_call(self: &Arc<Self>) -> Result<Call<'_>, Code> {
        let is_released = lock(&self.is_released);
        if *is_released {
            return Err(SCARD_E_INVALID_HANDLE);
        }
        Ok(Call {
            context: self,
            is_released,
        })
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

impl Call<'_> {
    /// Closes the context: this was its last call. Fails where the service has gone, and closes it all the same.
    ///
    /// Its connections are left to the caller, who [abandons](super::disconnecting::abandon) them where this succeeds.
    pub(crate) fn release_context(mut self) -> Result<(), Code> {
        *self.is_released = true;
        self.context.ask_service()
    }
}
