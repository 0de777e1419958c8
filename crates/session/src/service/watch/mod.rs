//! Watching the readers of one provider: one thread, on a context of its own, for all who want to know.
//!
//! C tells of changes by a call that blocks, may be ended by another thread only while it is under way, and does not always
//! keep to its time: pcsc-lite's sleeps for 0.4 seconds for each mute card, and takes a new client for each cancel. So no
//! caller waits in it. A thread does, for as long as somebody wants to know, and publishes what it sees as [`Snapshot`]s;
//! who waits, waits for the next of these, with a time and a cancel that are exact.

mod asking;
mod known;
mod pace;
mod registry;
mod shared;
mod snapshot;
mod subscription;
#[cfg(all(test, not(windows)))]
#[allow(unsafe_code, reason = "C functions of the tests' own")]
mod tests;
mod watcher;

pub(crate) use pace::Pace;
pub(crate) use registry::watch;
pub(crate) use shared::Interest;
pub use snapshot::Sharing;
pub(crate) use snapshot::{CardSeen, Seen, Snapshot};
pub use subscription::Canceller;
pub(crate) use subscription::{Subscription, Woken};
