//! The contexts and connections of this process, by the numbers that programs have for them.
//!
//! The numbers are this crate's own, and used once: what the service gives anew after its restart is never mistaken for
//! what a program still has from before.

use super::context::{Card, Context};
use super::process;
use crate::{LONG, SCARD_E_INVALID_HANDLE, SCARDCONTEXT, SCARDHANDLE};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// What one process has open. That of another is never touched: a thread of the parent may hold its lock at `fork`.
#[derive(Debug)]
struct Registry {
    process: u32,
    open: RwLock<Open>,
    /// That of a child of the process.
    child: OnceLock<Box<Registry>>,
}

#[derive(Debug)]
struct Open {
    contexts: BTreeMap<u32, Arc<Context>>,
    cards: BTreeMap<u32, Arc<Card>>,
}

impl Registry {
    const fn new(process: u32) -> Registry {
        Registry {
            process,
            open: RwLock::new(Open {
                contexts: BTreeMap::new(),
                cards: BTreeMap::new(),
            }),
            child: OnceLock::new(),
        }
    }

    fn of_this_process() -> &'static Registry {
        static FIRST: Registry = Registry::new(0);
        let process = process::number();
        let mut registry = &FIRST;
        while registry.process != process {
            registry = registry.child.get_or_init(|| Box::new(Registry::new(process)));
        }
        registry
    }
}

/// Locks for a look. Whatever panics elsewhere, a map is whole: it is changed by one call.
fn read() -> RwLockReadGuard<'static, Open> {
    let registry = Registry::of_this_process();
    registry.open.read().unwrap_or_else(PoisonError::into_inner)
}

fn write() -> RwLockWriteGuard<'static, Open> {
    let registry = Registry::of_this_process();
    registry.open.write().unwrap_or_else(PoisonError::into_inner)
}

/// Takes a number that nothing open has. A child goes on where its parent was at the `fork`, so that its numbers are not
/// those that it has inherited.
fn unused(open: &Open) -> u32 {
    static LAST: AtomicU32 = AtomicU32::new(0);
    /// Odd, so that all numbers have their turn, and far from 1, so that small ones are not met by chance.
    const STEP: u32 = 0x9E37_79B1;
    loop {
        // A context's number is a `long`, which has 32 bits on some platforms, and is positive.
        let number = LAST.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP) & 0x7FFF_FFFF;
        if number != 0 && !open.contexts.contains_key(&number) && !open.cards.contains_key(&number) {
            return number;
        }
    }
}

/// The context of this number.
///
/// # Errors
/// `SCARD_E_INVALID_HANDLE`
pub(super) fn context(number: SCARDCONTEXT) -> Result<Arc<Context>, LONG> {
    let number = u32::try_from(number).map_err(|_| SCARD_E_INVALID_HANDLE)?;
    read()
        .contexts
        .get(&number)
        .cloned()
        .ok_or(SCARD_E_INVALID_HANDLE)
}

/// The connection of this number.
///
/// # Errors
/// `SCARD_E_INVALID_HANDLE`
pub(super) fn card(number: SCARDHANDLE) -> Result<Arc<Card>, LONG> {
    let number = u32::try_from(number).map_err(|_| SCARD_E_INVALID_HANDLE)?;
    read().cards.get(&number).cloned().ok_or(SCARD_E_INVALID_HANDLE)
}

/// Adds a context; returns its number.
pub(super) fn add_context(context: Context) -> SCARDCONTEXT {
    let mut open = write();
    let number = unused(&open);
    open.contexts.insert(number, Arc::new(context));
    // Positive, and of 31 bits.
    number as SCARDCONTEXT
}

/// Adds a connection; returns its number.
pub(super) fn add_card(card: Card) -> SCARDHANDLE {
    let mut open = write();
    let number = unused(&open);
    open.cards.insert(number, Arc::new(card));
    number as SCARDHANDLE
}

/// Takes a context out, with its connections.
pub(super) fn remove_context(context: &Arc<Context>) {
    let mut open = write();
    open.contexts.retain(|_, other| !Arc::ptr_eq(other, context));
    open.cards.retain(|_, card| !Arc::ptr_eq(card.context(), context));
}

/// Takes a connection out.
pub(super) fn remove_card(card: &Arc<Card>) {
    write().cards.retain(|_, other| !Arc::ptr_eq(other, card));
}
