//! The status word of a response, and what ISO/IEC 7816-4 says about it.

mod constants;
mod meaning;
mod status_after;
mod status_class;
mod word;

pub use status_after::StatusAfter;
pub use status_class::StatusWordClass;
pub use word::StatusWord;
