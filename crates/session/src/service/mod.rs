//! The service: the context on it, the readers that it has, the connections to them.

mod context;
mod features;
mod look;
mod monitor;
mod reader_access;
mod tracked_card;
mod watch;

pub use context::{Context, list_readers};
#[cfg(feature = "stream")]
pub use monitor::EventStream;
pub use monitor::{Event, Monitor, MonitorOptions, PresentCard};
pub(crate) use tracked_card::TrackedCard;
pub use watch::{Canceller, Sharing};
