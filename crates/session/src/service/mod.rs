//! The service.
mod context;
pub(crate) mod reader_name;

pub use context::{Context, list_readers};
pub use reader_name::ReaderName;
