//! The service: the context on it, the readers that it has, the connections to them.

mod context;
mod features;
mod look;
mod reader_access;
mod tracked_card;

pub use context::{Context, list_readers};
pub(crate) use tracked_card::TrackedCard;
