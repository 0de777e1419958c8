//! A command in an error's text.

use pcsc_iso7816::command::is_sensitive_apdu;
use std::fmt;

/// The length of a command's header: CLA, INS, P1 and P2.
const HEADER: usize = 4;

/// A command as an error shows it: its header alone where the command carries a secret.
///
/// # Examples
/// ```
/// use pcsc_sim::{Card, ScriptError, ScriptedCard};
///
/// let mut card = ScriptedCard::new([0x3B, 0x00]);
/// card.transmit(&[0x00, 0x20, 0x00, 0x81, 0x02, 0x31, 0x32], &mut Vec::new());
/// let Err(ScriptError::Unexpected { command, .. }) = card.check() else { panic!() };
/// assert_eq!((command.shown(), command.full_len()), (&[0x00, 0x20, 0x00, 0x81][..], 7));
/// assert_eq!(command.to_string(), "00 20 00 81 and 3 bytes that are not shown");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct SeenCommand {
    shown: Vec<u8>,
    full_len: usize,
}

impl SeenCommand {
    /// Takes a command; `is_secret` where it is one for other reasons than its instruction.
    pub(crate) fn new(command: &[u8], is_secret: bool) -> Self {
        let shown = match is_secret || is_sensitive_apdu(command) {
            true => command.len().min(HEADER),
            false => command.len(),
        };
        Self {
            shown: command[..shown].to_vec(),
            full_len: command.len(),
        }
    }

    /// Takes a command of which no more than this is left, of so many bytes.
    #[cfg(feature = "replay")]
    pub(crate) fn left(shown: &[u8], full_len: usize) -> Self {
        Self {
            shown: shown.to_vec(),
            full_len,
        }
    }

    /// Returns the bytes that may be shown.
    #[must_use]
    pub fn shown(&self) -> &[u8] {
        &self.shown
    }

    /// Returns how many bytes the command has.
    #[must_use]
    pub fn full_len(&self) -> usize {
        self.full_len
    }
}

impl fmt::Display for SeenCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, byte) in self.shown.iter().enumerate() {
            write!(f, "{}{byte:02X}", if place == 0 { "" } else { " " })?;
        }
        match self.full_len.saturating_sub(self.shown.len()) {
            0 => Ok(()),
            1 => f.write_str(" and 1 byte that is not shown"),
            hidden => write!(f, " and {hidden} bytes that are not shown"),
        }
    }
}

impl fmt::Debug for SeenCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SeenCommand({self})")
    }
}
