//! Commands and answers over a connection: as they are, by the rules of ISO/IEC 7816, whole files, logical channels.

mod apdu_log;
mod buffers;
mod card_channel;
mod channel;
mod connection;
mod ef_atr;
mod execute;
mod limits;
mod long;
mod options;
mod reader_access;
mod response;
mod transmit;
mod transparent_file;

pub(crate) use buffers::Buffers;
pub use card_channel::CardChannel;
pub(crate) use card_channel::sealed;
pub use channel::Channel;
pub use connection::Connection;
pub use options::ExchangeOptions;
pub use response::{Response, ResponseBuf};
pub(crate) use transmit::Exchange;
pub use transparent_file::{ReadError, TransparentFile};
