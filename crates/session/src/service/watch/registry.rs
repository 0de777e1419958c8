//! Which providers are watched: one watch each.

use super::shared::{Interest, Shared};
use super::subscription::Subscription;
use super::watcher::Watcher;
use crate::error::{Error, Platform};
use crate::ffi::spawn_quiet_thread;
use pcsc_sys::Provider;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

/// The watches of one process. Those of another are never touched: a thread of the parent may hold their lock at `fork`.
#[derive(Debug)]
struct Registry {
    process: u32,
    watches: Mutex<Vec<Weak<Shared>>>,
    /// That of a child of the process.
    child: OnceLock<Box<Registry>>,
}

impl Registry {
    fn new() -> Registry {
        Registry {
            process: std::process::id(),
            watches: Mutex::default(),
            child: OnceLock::new(),
        }
    }

    fn of_this_process() -> &'static Registry {
        static FIRST: OnceLock<Registry> = OnceLock::new();
        let mut registry = FIRST.get_or_init(Registry::new);
        while registry.process != std::process::id() {
            registry = registry.child.get_or_init(|| Box::new(Registry::new()));
        }
        registry
    }
}

/// Subscribes to the watch of this provider, which begins with its first subscriber.
///
/// # Errors
/// [`Error::NoThread`] where the system does not start another thread.
pub(crate) fn watch(provider: Provider, interest: Interest) -> Result<Subscription, Error> {
    watch_on(provider, interest, Platform::CURRENT)
}

/// Does what [`watch`] does, as on this platform.
pub(super) fn watch_on(
    provider: Provider,
    interest: Interest,
    platform: Platform,
) -> Result<Subscription, Error> {
    let registry = Registry::of_this_process();
    let mut watches = registry.watches.lock().unwrap_or_else(PoisonError::into_inner);
    watches.retain(|watch| watch.strong_count() > 0);
    let is_of_provider =
        |shared: &Arc<Shared>| std::ptr::eq(shared.provider().functions(), provider.functions());
    let mut running = watches.iter().filter_map(Weak::upgrade).filter(is_of_provider);
    if let Some(subscription) = running.find_map(|shared| Subscription::to(&shared, interest)) {
        return Ok(subscription);
    }
    let shared = Arc::new(Shared::new(provider));
    let Some(subscription) = Subscription::to(&shared, interest) else {
        unreachable!("it has just begun");
    };
    let watcher = Watcher::new(Arc::clone(&shared), platform);
    let thread = spawn_quiet_thread("pcsc-watch", move || watcher.run());
    shared.set_thread(thread.map_err(|error| Error::NoThread { kind: error.kind() })?);
    watches.push(Arc::downgrade(&shared));
    Ok(subscription)
}
