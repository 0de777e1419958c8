//! EF.ATR/INFO: what a card says about itself in a file, identifier 2F01 in the MF.

mod contents;
mod extended_length;
pub mod tags;

pub use contents::EfAtr;
pub use extended_length::ExtendedLengthInformation;
