//! A card's power as the service has it in mind.

use std::time::Instant;

/// A card's power as the service has it in mind.
///
/// That is not always what the card has: a program's reset powers a card for which the service still takes it to be off,
/// and the next connection powers it once more. So pcscd does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Supply {
    /// The next connection that needs the card powers it.
    Off,
    /// No program has used the card since then. A direct connection is no use.
    Unused(Instant),
    /// A program has connected to use the card. It stays so until no connection is left.
    InUse,
}
