//! One simulated service with its readers.

use super::clients::Clients;
use super::driver::Driver;
use super::grace_period::GracePeriod;
use super::lock::lock;
use super::reader::Reader;
use super::reader_name::ReaderName;
use super::waiter::Waiter;
use crate::limits::Limits;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, Weak};

/// Who is told when the service stops and starts.
pub(crate) trait Follower: Send + Sync {
    /// Notes which run of the service there is now. No lock is held.
    fn note_run(&self);
}

/// A service and its readers.
pub(crate) struct World {
    /// Even while the service runs: each stop and each start adds one. A context is of one run.
    stops_and_starts: AtomicU64,
    readers: Mutex<Readers>,
    pub(crate) clients: Clients,
    limits: Mutex<Limits>,
    /// After which an unused card loses its power.
    pub(crate) grace_period: Arc<GracePeriod>,
    followers: Mutex<Vec<Weak<dyn Follower>>>,
}

#[derive(Default)]
struct Readers {
    list: Vec<Arc<Reader>>,
    /// No hash map: its pointer points into its memory, and leak checkers do not count that as one.
    by_name: BTreeMap<Box<[u8]>, Arc<Reader>>,
    /// Those who wait for readers to come and go.
    watchers: Vec<Arc<Waiter>>,
    /// How often readers came and went.
    changes: u16,
}

impl World {
    /// Starts a service without readers, which takes what pcscd takes.
    pub(crate) fn new() -> Self {
        Self {
            stops_and_starts: AtomicU64::default(),
            readers: Mutex::default(),
            clients: Clients::default(),
            limits: Mutex::new(Limits::PCSCD),
            grace_period: Arc::default(),
            followers: Mutex::default(),
        }
    }

    /// Has somebody told of each stop and start from now on.
    pub(crate) fn follow(&self, follower: Weak<dyn Follower>) {
        let mut followers = lock(&self.followers);
        followers.retain(|other| other.strong_count() > 0);
        followers.push(follower);
    }

    fn tell_followers(&self) {
        let followers = lock(&self.followers).clone();
        for follower in followers.iter().filter_map(Weak::upgrade) {
            follower.note_run();
        }
    }

    pub(crate) fn limits(&self) -> Limits {
        *lock(&self.limits)
    }

    pub(crate) fn set_limits(&self, limits: Limits) {
        *lock(&self.limits) = limits;
    }

    /// Whether a program that comes now is too many.
    pub(crate) fn is_full(&self) -> bool {
        self.run()
            .is_some_and(|run| self.clients.is_full(run, self.limits().contexts))
    }

    /// The present run of the service; `None` while it is stopped.
    pub(crate) fn run(&self) -> Option<u64> {
        let run = self.stops_and_starts.load(Ordering::Acquire);
        (run % 2 == 0).then_some(run)
    }

    /// Whether the service has not been stopped since this run of it.
    #[inline]
    pub(crate) fn is_run(&self, run: u64) -> bool {
        self.stops_and_starts.load(Ordering::Acquire) == run
    }

    /// Ends the service: it forgets all connections, and every call that waits returns. False where it is stopped.
    pub(crate) fn stop(&self) -> bool {
        let readers = self.lock();
        if self.run().is_none() {
            return false;
        }
        // First: a call that finds a reader forgotten must find the service gone, too.
        self.stops_and_starts.fetch_add(1, Ordering::AcqRel);
        for reader in &readers.list {
            reader.forget_connections();
        }
        for watcher in &readers.watchers {
            watcher.notify();
        }
        drop(readers);
        self.tell_followers();
        true
    }

    /// Starts the service again; it powers the cards that it finds. False where it runs.
    pub(crate) fn start(&self) -> bool {
        let list = self.list();
        let stopped = self.stops_and_starts.load(Ordering::Acquire);
        if stopped % 2 == 0 {
            return false;
        }
        for reader in &list {
            reader.start_again(|| self.is_run(stopped));
        }
        // Fails where another thread has started it meanwhile.
        let started = self
            .stops_and_starts
            .compare_exchange(stopped, stopped + 1, Ordering::AcqRel, Ordering::Acquire)
            .is_ok();
        if started {
            self.tell_followers();
        }
        started
    }

    /// Plugs in a reader; where its name is taken, with a number after it.
    ///
    /// A reader that is too many is as one that was unplugged: the service does not know it.
    pub(crate) fn add_reader(&self, name: &[u8], driver: Driver) -> Arc<Reader> {
        let name = if name.first().is_none_or(|&byte| byte == 0) {
            b"Reader"
        } else {
            name
        };
        let mut readers = self.lock();
        let mut unique = ReaderName::new(name);
        let mut number = 1;
        while readers.by_name.contains_key(unique.as_bytes()) {
            number += 1;
            let suffix = format!(" {number}");
            let mut bytes = ReaderName::new(name).as_bytes().to_vec();
            bytes.truncate(120);
            bytes.extend_from_slice(suffix.as_bytes());
            unique = ReaderName::new(&bytes);
        }
        let reader = Arc::new(Reader::new(unique, driver, Arc::clone(&self.grace_period)));
        if readers.list.len() >= self.limits().readers {
            drop(readers);
            reader.unplug();
            return reader;
        }
        let key = reader.name.as_bytes().into();
        readers.by_name.insert(key, Arc::clone(&reader));
        readers.list.push(Arc::clone(&reader));
        readers.changes = readers.changes.wrapping_add(1);
        for watcher in &readers.watchers {
            watcher.notify();
        }
        reader
    }

    /// Takes a reader off the list, and its connections with it. Does nothing where that has been done.
    pub(crate) fn unplug(&self, reader: &Reader) {
        let mut readers = self.lock();
        let before = readers.list.len();
        readers
            .list
            .retain(|listed| !std::ptr::eq(&raw const **listed, reader));
        if readers.list.len() == before {
            return;
        }
        readers.by_name.remove(reader.name.as_bytes());
        readers.changes = readers.changes.wrapping_add(1);
        reader.unplug();
        for watcher in &readers.watchers {
            watcher.notify();
        }
    }

    pub(crate) fn reader(&self, name: &[u8]) -> Option<Arc<Reader>> {
        self.lock().by_name.get(name).cloned()
    }

    /// The readers in the order in which they came.
    pub(crate) fn list(&self) -> Vec<Arc<Reader>> {
        self.lock().list.clone()
    }

    pub(crate) fn reader_count(&self) -> usize {
        self.lock().list.len()
    }

    /// How often readers came and went, by a count that begins anew.
    pub(crate) fn reader_changes(&self) -> u16 {
        self.lock().changes
    }

    pub(crate) fn watch(&self, waiter: &Arc<Waiter>) {
        self.lock().watchers.push(Arc::clone(waiter));
    }

    pub(crate) fn unwatch(&self, waiter: &Arc<Waiter>) {
        self.lock()
            .watchers
            .retain(|watcher| !Arc::ptr_eq(watcher, waiter));
    }

    fn lock(&self) -> MutexGuard<'_, Readers> {
        lock(&self.readers)
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self
            .list()
            .iter()
            .map(|reader| reader.name.as_str().to_owned())
            .collect();
        f.debug_struct("World")
            .field("runs", &self.run().is_some())
            .field("readers", &names)
            .finish_non_exhaustive()
    }
}
