//! The programs that a service serves, counted: each context is one.

use super::clients::Counted;
use super::code::Code;
use super::lock::lock;
use super::world::World;
use pcsc_sys::{SCARD_E_NO_SERVICE, SCARD_W_SECURITY_VIOLATION};
use std::sync::Arc;

/// A program that is served in one run of a service, until this is dropped.
#[derive(Debug)]
pub(crate) struct Client {
    world: Arc<World>,
    pub(crate) run: u64,
}

impl Client {
    /// Has a service serve one program more.
    ///
    /// What a program gets that is too many is what libpcsclite makes of a connection that pcscd closes. As often that is
    /// `SCARD_E_NO_SERVICE`.
    pub(crate) fn admit(world: &Arc<World>) -> Result<Self, Code> {
        let run = world.run().ok_or(SCARD_E_NO_SERVICE)?;
        let most = world.limits().contexts;
        let mut counted = lock(&world.clients.0);
        if counted.run < run {
            // Those of an earlier run were forgotten with it.
            *counted = Counted { run, clients: 0 };
        }
        if counted.run > run {
            return Err(SCARD_E_NO_SERVICE);
        }
        if counted.clients >= most {
            return Err(SCARD_W_SECURITY_VIOLATION);
        }
        counted.clients += 1;
        drop(counted);
        Ok(Self {
            world: Arc::clone(world),
            run,
        })
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let mut counted = lock(&self.world.clients.0);
        if counted.run == self.run {
            counted.clients -= 1;
        }
    }
}
