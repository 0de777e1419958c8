//! Sessions: how they are opened, what one does with them, how they end.

mod opening;
mod recovery;
#[allow(clippy::module_inception, reason = "the file is of the type Session")]
mod session;
mod transaction;
mod waiting;

pub use opening::SessionOptions;
pub use session::Session;
pub use transaction::Transaction;
