//! The thread that tells programs of changes.

use super::programs::Programs;
use super::states::states;
use crate::service::reader::Reader;
use crate::service::waiter::{Waiter, Woken};
use crate::service::world::World;
use std::sync::Arc;
use std::time::Instant;

/// Tells programs of changes until it is cancelled.
pub(super) fn watch(programs: &Programs) {
    let mut watched = Watched::begin(&programs.world, &programs.changes);
    loop {
        watched.follow();
        let now = Instant::now();
        let states = states(&programs.world);
        let again = programs
            .clients()
            .iter()
            .filter_map(|client| client.tell(&states, now))
            .min();
        if programs.changes.wait(again) == Woken::Cancelled {
            return;
        }
    }
}

/// The readers that are watched, until this is dropped.
struct Watched<'a> {
    world: &'a World,
    waiter: &'a Arc<Waiter>,
    readers: Vec<Arc<Reader>>,
}

impl<'a> Watched<'a> {
    fn begin(world: &'a World, waiter: &'a Arc<Waiter>) -> Self {
        world.watch(waiter);
        Self {
            world,
            waiter,
            readers: Vec::new(),
        }
    }

    /// Watches the readers that there are now.
    fn follow(&mut self) {
        let listed = self.world.list();
        let is_in =
            |list: &[Arc<Reader>], reader: &Arc<Reader>| list.iter().any(|it| Arc::ptr_eq(it, reader));
        for reader in listed.iter().filter(|reader| !is_in(&self.readers, reader)) {
            reader.watch(self.waiter);
        }
        for reader in self.readers.iter().filter(|reader| !is_in(&listed, reader)) {
            reader.unwatch(self.waiter);
        }
        self.readers = listed;
    }
}

impl Drop for Watched<'_> {
    fn drop(&mut self) {
        self.world.unwatch(self.waiter);
        for reader in &self.readers {
            reader.unwatch(self.waiter);
        }
    }
}
