//! How a table of C functions knows its simulator.
//!
//! A C function has no user data, and all but one need none: the number of a context or a card leads to its simulator.
//! `SCardEstablishContext` alone has no number to go by, so that each simulator needs one of its own. There are 1,024 of
//! them, made by the compiler, one for each slot. A simulator takes the slot that has been free for the longest time and
//! gives it back when it has gone, with its readers and contexts. The table of a slot is allocated once and kept for
//! ever, which is what its `&'static` promises; so however many simulators come and go, no more than 1,024 tables stay.

use crate::service::lock::lock;
use crate::service::world::World;
use crate::table;
use pcsc_sys::{DWORD, Functions, LONG, LPCVOID, LPSCARDCONTEXT};
use std::collections::VecDeque;
use std::sync::{Arc, LazyLock, Mutex, OnceLock, Weak};

/// How many simulators there can be at a time.
pub(crate) const SLOTS: usize = ROWS * ROW;
const ROWS: usize = 32;
const ROW: usize = 32;

type Establish = unsafe extern "system" fn(DWORD, LPCVOID, LPCVOID, LPSCARDCONTEXT) -> LONG;

static WORLDS: [Mutex<Weak<World>>; SLOTS] = [const { Mutex::new(Weak::new()) }; SLOTS];
static TABLES: [OnceLock<Functions>; SLOTS] = [const { OnceLock::new() }; SLOTS];
static FREE: LazyLock<Mutex<VecDeque<usize>>> = LazyLock::new(|| Mutex::new((0..SLOTS).collect()));

/// A simulator's slot, until it is dropped.
#[derive(Debug)]
pub(crate) struct Slot(usize);

impl Slot {
    /// Takes a slot; `None` where all are taken.
    pub(crate) fn take() -> Option<Self> {
        lock(&FREE).pop_front().map(Self)
    }

    /// Makes a world the one of its slot.
    pub(crate) fn set_world(world: &Arc<World>) {
        *lock(&WORLDS[world.slot.0]) = Arc::downgrade(world);
    }

    /// The world of a slot; `None` where that has gone.
    pub(crate) fn world(slot: usize) -> Option<Arc<World>> {
        lock(WORLDS.get(slot)?).upgrade()
    }

    /// The table of functions whose contexts are of this slot.
    pub(crate) fn functions(&self) -> &'static Functions {
        TABLES[self.0].get_or_init(|| table::functions(ESTABLISH[self.0 / ROW][self.0 % ROW]))
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        *lock(&WORLDS[self.0]) = Weak::new();
        lock(&FREE).push_back(self.0);
    }
}

/// `SCardEstablishContext` of one slot.
unsafe extern "system" fn establish<const SLOT: usize>(
    scope: DWORD,
    _reserved1: LPCVOID,
    _reserved2: LPCVOID,
    context: LPSCARDCONTEXT,
) -> LONG {
    // SAFETY: the caller's promise for `context` is the same.
    unsafe { table::context::establish(SLOT, scope, context) }
}

macro_rules! row {
    ($row:literal: $($column:literal)*) => {
        [$(establish::<{ $row * ROW + $column }>,)*]
    };
}

macro_rules! rows {
    ($($row:literal)*) => {
        [$(row!($row: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31),)*]
    };
}

static ESTABLISH: [[Establish; ROW]; ROWS] =
    rows!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31);

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_slot_has_a_function_of_its_own() {
        let addresses: HashSet<usize> = ESTABLISH
            .iter()
            .flatten()
            .map(|&establish| establish as usize)
            .collect();
        assert_eq!(addresses.len(), SLOTS);
    }
}
