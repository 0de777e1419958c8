//! The historical bytes: what the card's maker says about it.

mod category;
mod historical_bytes;
mod meaning;
mod status_indicator;

pub use category::Category;
pub use historical_bytes::HistoricalBytes;
pub use status_indicator::StatusIndicator;
