//! The answer to reset as the service reads it: which protocols a card offers.

use crate::card::Card;
use pcsc_sys::{DWORD, SCARD_PROTOCOL_T0, SCARD_PROTOCOL_T1, SCARD_PROTOCOL_T15};

/// The longest ATR there is.
pub(crate) const LONGEST: usize = 33;

/// An answer to reset of up to 33 bytes; none at all where the card is mute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Atr {
    bytes: [u8; LONGEST],
    len: u8,
}

impl Atr {
    /// No ATR: no card, or a mute one.
    pub(crate) const NONE: Self = Self {
        bytes: [0; LONGEST],
        len: 0,
    };

    /// The ATR of a card; `None` where it is empty or too long, so that a reader takes the card for mute.
    pub(crate) fn of(card: &dyn Card) -> Option<Self> {
        Self::new(card.atr())
    }

    fn new(atr: &[u8]) -> Option<Self> {
        let mut bytes = [0; LONGEST];
        bytes.get_mut(..atr.len())?.copy_from_slice(atr);
        // The length fits: the line above has checked it.
        (!atr.is_empty()).then_some(Self {
            bytes,
            len: atr.len() as u8,
        })
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    /// The protocols that the card offers, as a mask. ISO/IEC 7816-3, 8.2.3.
    ///
    /// Where the ATR is malformed, those up to there, as pcscd has it.
    pub(crate) fn protocols(&self) -> DWORD {
        offered(self.as_bytes())
    }
}

/// Reads the interface bytes; bytes after the ATR's end count as 0, as they do in pcscd's buffer.
fn offered(atr: &[u8]) -> DWORD {
    let [0x3B | 0x3F, t0, ..] = *atr else { return 0 };
    let mut protocols = 0;
    let (mut indicator, mut next, mut group) = (t0 >> 4, 2, 1);
    while indicator != 0 {
        let mut interface_byte = |bit: u8| {
            (indicator & bit != 0).then(|| {
                let byte = atr.get(next).copied().unwrap_or(0);
                next += 1;
                byte
            })
        };
        let (ta, _tb, _tc, td) = (
            interface_byte(1),
            interface_byte(2),
            interface_byte(4),
            interface_byte(8),
        );
        if let Some(td) = td {
            protocols |= match td & 0x0F {
                0 => SCARD_PROTOCOL_T0,
                1 => SCARD_PROTOCOL_T1,
                _ if protocols == 0 => return 0,
                15 => SCARD_PROTOCOL_T15,
                _ => 0,
            };
        }
        if let (2, Some(ta)) = (group, ta) {
            // Specific mode: one protocol and no choice.
            protocols = match ta & 0x0F {
                0 => SCARD_PROTOCOL_T0,
                1 => SCARD_PROTOCOL_T1,
                _ => return protocols,
            };
        }
        if next > LONGEST {
            return protocols;
        }
        indicator = td.map_or(0, |td| td >> 4);
        group += 1;
    }
    if protocols == 0 {
        SCARD_PROTOCOL_T0
    } else {
        protocols
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn protocols(atr: &[u8]) -> DWORD {
        Atr::new(atr).unwrap().protocols()
    }

    #[test]
    fn protocols_are_those_of_the_interface_bytes() {
        let both = SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1;
        assert_eq!(protocols(&[0x3B, 0x00]), SCARD_PROTOCOL_T0);
        assert_eq!(protocols(&[0x3B, 0x80, 0x01, 0x81]), SCARD_PROTOCOL_T1);
        assert_eq!(protocols(&[0x3B, 0x80, 0x80, 0x01, 0x01]), both);
        assert_eq!(
            protocols(&[0x3F, 0x80, 0x81, 0x1F, 0x00, 0x00]),
            SCARD_PROTOCOL_T1 | SCARD_PROTOCOL_T15
        );
        // TA2: T=1 is the only one, though T=0 is offered first.
        assert_eq!(protocols(&[0x3B, 0x80, 0x90, 0x01, 0x00]), SCARD_PROTOCOL_T1);
    }

    #[test]
    fn a_malformed_atr_offers_what_came_before() {
        assert_eq!(protocols(&[0x3B]), 0);
        assert_eq!(protocols(&[0x00, 0x00]), 0);
        assert_eq!(protocols(&[0x3B, 0x80, 0x05, 0x00]), 0);
        assert_eq!(protocols(&[0x3B, 0x80, 0x90, 0x05]), SCARD_PROTOCOL_T0);
        assert_eq!(protocols(&[0xFF; LONGEST]), 0);
        let mut endless = [0xF0; LONGEST];
        endless[0] = 0x3B;
        assert_eq!(protocols(&endless), SCARD_PROTOCOL_T0);
    }

    #[test]
    fn an_atr_has_1_to_33_bytes() {
        assert_eq!(Atr::new(&[]), None);
        assert_eq!(Atr::new(&[0x3B; 34]), None);
        assert_eq!(Atr::new(&[0x3B; 33]).unwrap().as_bytes(), [0x3B; 33]);
    }
}
