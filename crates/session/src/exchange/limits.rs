//! What the card and the reader say of long commands.

use crate::error::Error;
use crate::ffi::Protocol;
use crate::service::TrackedCard;

/// What the card and the reader say of long commands; asked once for each connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// The card's capabilities name extended length.
    pub(super) names_extended_length: bool,
    /// The most bytes that one command with extended length may carry or ask for; 0 where it cannot be used.
    pub(super) max_extended: usize,
    /// The card's capabilities name command chaining.
    pub(super) names_chaining: bool,
}

impl Limits {
    pub(super) fn ask(card: &TrackedCard) -> Result<Limits, Error> {
        let atr = card.status()?.atr;
        let capabilities = atr.historical_bytes().card_capabilities();
        let names_extended_length = capabilities.is_some_and(|capabilities| capabilities.extended_length());
        // T=0 carries extended length only inside ENVELOPE (ISO/IEC 7816-3, 12.2).
        let max_extended = if names_extended_length && card.protocol() != Protocol::T0 {
            match card.max_apdu_data_size() {
                // The short form alone.
                Some(0..=256) => 0,
                Some(size) => usize::try_from(size).unwrap_or(usize::MAX),
                None => usize::MAX,
            }
        } else {
            0
        };
        // The connection is as it was: what the reader does not know of is no failure of the card.
        card.check("SCardControl")?;
        Ok(Limits {
            names_extended_length,
            max_extended,
            names_chaining: capabilities.is_some_and(|capabilities| capabilities.command_chaining()),
        })
    }
}
