//! PIN entry at a reader: the structures that `FEATURE_VERIFY_PIN_DIRECT` and `FEATURE_MODIFY_PIN_DIRECT` take.
//!
//! The reader lets the user enter the PIN, puts it into a command as a [`PinBlock`] says, and sends that to the card: the PIN
//! never comes to the program. Numbers in the structures are little-endian. Part 10, 2.5.

mod block;
mod entry;
mod modify;
mod verify;

pub use block::{Justification, PinBlock, PinEncoding, Position};
pub use entry::{BufferTooSmall, EntryValidation};
pub use modify::PinModify;
pub use verify::PinVerify;
