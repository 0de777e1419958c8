//! How many programs a service serves.

use super::lock::lock;
use std::sync::Mutex;

/// How many programs the present run of a service serves.
#[derive(Debug, Default)]
pub(crate) struct Clients(pub(super) Mutex<Counted>);

/// The programs that are served in one run.
#[derive(Debug, Default)]
pub(super) struct Counted {
    pub(super) run: u64,
    pub(super) clients: usize,
}

impl Clients {
    /// Whether a service that takes so many programs serves as many in this run of it.
    pub(crate) fn is_full(&self, run: u64, most: usize) -> bool {
        let counted = lock(&self.0);
        let clients = if counted.run == run { counted.clients } else { 0 };
        clients >= most
    }
}
