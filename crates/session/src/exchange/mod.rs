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
mod observer;
mod options;
mod reader_access;
#[cfg(feature = "record")]
mod recorder;
mod response;
mod transmit;
mod transparent_file;

pub(crate) use buffers::Buffers;
pub use card_channel::CardChannel;
pub(crate) use card_channel::sealed;
pub use channel::Channel;
pub use connection::Connection;
pub(crate) use observer::Observer;
pub use options::ExchangeOptions;
#[cfg(feature = "record")]
pub use recorder::Recorder;
pub use response::{Response, ResponseBuf};
pub(crate) use transmit::Exchange;
pub use transparent_file::{ReadError, TransparentFile};
