//! The status indicator.

use crate::status_word::StatusWord;

/// The status that a card gives in its historical bytes.
///
/// ISO/IEC 7816-4:2013, 12.1.1.11.
///
/// # Examples
/// ```
/// use pcsc_iso7816::atr::HistoricalBytes;
/// use pcsc_iso7816::status_word::StatusWord;
///
/// let historical = HistoricalBytes::new(&[0x00, 0x05, 0x90, 0x00]);
/// let status = historical.status_indicator().expect("the last three bytes");
/// assert_eq!((status.life_cycle(), status.status()), (Some(0x05), Some(StatusWord::SUCCESS)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusIndicator {
    life_cycle: Option<u8>,
    status: Option<StatusWord>,
}

impl StatusIndicator {
    /// Gives the life cycle status byte, as the standard codes it (ISO/IEC 7816-4:2013, 7.4.10); 00 says nothing.
    #[must_use]
    pub const fn life_cycle(&self) -> Option<u8> {
        self.life_cycle
    }

    /// Gives the status word; 0000 says nothing.
    #[must_use]
    pub const fn status(&self) -> Option<StatusWord> {
        self.status
    }

    /// By its length: the life cycle status byte, the status word, or the one and then the other.
    pub(crate) fn of(value: &[u8]) -> Option<Self> {
        let (life_cycle, status) = match *value {
            [life_cycle] => (Some(life_cycle), None),
            [sw1, sw2] => (None, Some(StatusWord::new(sw1, sw2))),
            [life_cycle, sw1, sw2] => (Some(life_cycle), Some(StatusWord::new(sw1, sw2))),
            _ => return None,
        };
        Some(Self { life_cycle, status })
    }
}
