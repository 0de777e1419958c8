//! A session.
mod attribute;
mod card_status;
mod options;
mod protocol;
mod reader_access;
pub(crate) mod reconnect;
mod state;
mod transaction;

pub use attribute::Attribute;
pub use card_status::{CardState, CardStatus};
pub use options::{Disposition, SessionOptions, ShareMode};
pub use protocol::{Protocol, Protocols};
pub use state::Session;
pub use transaction::Transaction;
