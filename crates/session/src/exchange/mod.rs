//! Commands and answers.
pub(crate) mod apdu_log;
mod channel;
pub(crate) mod execute;
pub(crate) mod limits;
mod long;
mod options;
mod response;
pub(crate) mod transmit;
mod transparent_file;

pub use channel::Channel;
pub use limits::Feature;
pub use options::{ExchangeOptions, LongForm};
pub use response::Response;
pub use transparent_file::TransparentFile;
