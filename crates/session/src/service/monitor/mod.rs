//! Events of readers and cards, and waits for them.

mod event;
#[allow(clippy::module_inception, reason = "the file is of the type Monitor")]
mod monitor;
mod options;
#[cfg(feature = "stream")]
mod stream;
mod waits;

pub use event::Event;
pub use monitor::Monitor;
pub use options::MonitorOptions;
#[cfg(feature = "stream")]
pub use stream::EventStream;
pub use waits::PresentCard;
