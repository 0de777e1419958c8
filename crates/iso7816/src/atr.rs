//! The answer to reset: what a card says about itself when it gets power.

mod answer;
mod card_capabilities;
mod card_service_data;
mod coding;
mod display;
mod historical;
mod interface_bytes;
mod layout;
mod listing;
mod parameters;
mod pattern;
mod problem;
mod problems;
#[cfg(test)]
mod tests;

pub use answer::Atr;
pub use card_capabilities::{CardCapabilities, WriteBehaviour};
pub use card_service_data::{CardServiceData, DataObjectAccess};
pub use coding::{C6Use, ClockStop, Convention, ErrorDetection, OperatingClasses, SpecificMode, Tck};
pub use historical::{Category, HistoricalBytes, StatusIndicator};
pub use interface_bytes::{InterfaceByte, InterfaceByteKind, InterfaceBytes};
pub use pattern::AtrPattern;
pub use problem::Problem;
