//! The process that made the first call, what it was told then, and its world.

use std::panic::catch_unwind;
#[cfg(unix)]
use std::process;
use std::sync::OnceLock;

#[cfg(unix)]
use pcsc_sim::config::Config;

use crate::configuration::configured;
#[cfg(unix)]
use crate::socket::Socket;
use crate::world::{NOT_STARTED, World};

/// What the first call has made.
pub(crate) struct Origin {
    pub(crate) own: World,
    #[cfg(unix)]
    pub(crate) process: u32,
    #[cfg(unix)]
    pub(crate) configuration: Result<Config, String>,
    #[cfg(unix)]
    pub(crate) socket: Socket,
}

static ORIGIN: OnceLock<Origin> = OnceLock::new();

/// Returns what the first call has made. That call comes here with `STARTING` locked: no child of `fork` finds it half made.
pub(crate) fn origin() -> &'static Origin {
    ORIGIN.get_or_init(Origin::here)
}

impl Origin {
    fn here() -> Self {
        // No panic may reach C; the panic's own message is on standard error by then.
        let configuration = catch_unwind(configured).unwrap_or_else(|_| Err(NOT_STARTED.to_owned()));
        Self {
            own: World::new(&configuration),
            #[cfg(unix)]
            process: process::id(),
            #[cfg(unix)]
            configuration,
            #[cfg(unix)]
            socket: Socket::of_environment(),
        }
    }
}
