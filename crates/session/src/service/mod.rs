//! The service: the context on it, the readers that it has, the connections to them.

mod cards;
mod choice;
mod context;
mod features;
mod look;
mod monitor;
mod reader_access;
mod recovered;
mod tracked_card;
mod wait;
mod watch;

pub(crate) use cards::{cards_elsewhere, no_matching_card};
pub use choice::ReaderChoice;
pub use context::{Context, list_readers};
#[cfg(feature = "stream")]
pub use monitor::EventStream;
pub use monitor::{Event, Monitor, MonitorOptions, PresentCard};
pub use recovered::Recovered;
pub(crate) use tracked_card::TrackedCard;
pub(crate) use wait::Wait;
pub use watch::{Canceller, Sharing};
pub(crate) use watch::{CardSeen, Interest, Pace, Seen, Snapshot, Subscription, watch};
