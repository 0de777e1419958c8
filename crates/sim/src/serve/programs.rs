//! The programs that are served on one socket, and what they share.

use super::client::Client;
use super::numbers::Numbers;
use super::threads::Threads;
use crate::service::lock::lock;
use crate::service::waiter::Waiter;
use crate::service::world::World;
use pcsclite_wire::{READERS, Version};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How long the end waits for the threads; `tests/serve/ends.rs` knows it.
const PATIENCE: Duration = Duration::from_secs(5);

/// The programs of a socket.
pub(super) struct Programs {
    pub(super) world: Arc<World>,
    pub(super) version: Version,
    pub(super) numbers: Numbers,
    pub(super) threads: Arc<Threads>,
    /// Where the thread waits that tells of changes.
    pub(super) changes: Arc<Waiter>,
    /// Whether there are to be no more.
    is_closed: AtomicBool,
    /// The most states of readers that a program was told of: their number never falls, as with pcscd.
    most_readers: AtomicUsize,
    clients: Mutex<Vec<Arc<Client>>>,
}

impl Programs {
    /// Makes what programs need that use this world, of whom there are none yet.
    pub(super) fn new(world: &Arc<World>, version: Version) -> Programs {
        // As the thread that tells of changes may find it.
        let changes = Arc::<Waiter>::default();
        changes.begin();
        Programs {
            world: Arc::clone(world),
            version,
            numbers: Numbers::default(),
            threads: Arc::default(),
            changes,
            is_closed: AtomicBool::new(false),
            most_readers: AtomicUsize::new(READERS),
            clients: Mutex::default(),
        }
    }

    pub(super) fn clients(&self) -> Vec<Arc<Client>> {
        lock(&self.clients).clone()
    }

    /// The context's program, by its number.
    pub(super) fn client(&self, context: u32) -> Option<Arc<Client>> {
        let clients = lock(&self.clients);
        clients.iter().find(|client| client.is_of(context)).cloned()
    }

    /// The number of states of readers that programs are told, where there are so many.
    pub(super) fn number_of_states(&self, readers: usize) -> usize {
        self.most_readers
            .fetch_max(readers, Ordering::Relaxed)
            .max(readers)
    }

    /// Lists a program; ends its connection where the service has been stopped, or there are to be no more.
    pub(super) fn list(&self, client: &Arc<Client>) {
        lock(&self.clients).push(Arc::clone(client));
        // It may have been stopped or closed before this one was listed.
        if !client.context.is_alive() || self.is_closed.load(Ordering::SeqCst) {
            client.shut();
        }
    }

    /// Lists a program no more.
    pub(super) fn forget(&self, client: &Arc<Client>) {
        lock(&self.clients).retain(|other| !Arc::ptr_eq(other, client));
    }

    /// Closes the programs of a run of the service that is over.
    pub(super) fn shut_dead(&self) {
        for client in self.clients() {
            if !client.context.is_alive() {
                client.shut();
            }
        }
    }

    /// Closes each program that comes from now on.
    pub(super) fn refuse(&self) {
        self.is_closed.store(true, Ordering::SeqCst);
    }

    /// Closes all programs, and waits for the threads.
    pub(super) fn close(&self) {
        for client in self.clients() {
            client.shut();
        }
        self.changes.cancel();
        self.threads.wait(PATIENCE);
    }
}
