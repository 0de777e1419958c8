//! What the service says of a card.

use super::protocol::Protocol;
use super::reader_name::ReaderName;
use super::wrong_answer::{WrongAnswer, wide};
use pcsc_iso7816::atr::Atr;
use pcsc_sys as sys;
use std::fmt;

/// A card's state, protocol and answer to reset, as [`Connection::status`](crate::Connection::status) gives them.
///
/// # Examples
/// ```
/// # let simulator = pcsc_sim::Simulator::new();
/// # let reader = simulator.add_reader("Simulated Reader 00 00");
/// # reader.insert(pcsc_sim::DemoCard::new());
/// # let session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
/// let status = session.status()?;
/// assert_eq!(status.readers, ["Simulated Reader 00 00"]);
/// assert!(status.state.is_powered());
/// assert_eq!(status.protocol, session.protocol());
/// assert_eq!(status.atr, session.atr()?);
/// # Ok::<(), pcsc_session::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CardStatus {
    /// The names of the reader: one, but for Windows, where a reader may have several.
    pub readers: Vec<ReaderName>,
    /// The state.
    pub state: CardState,
    /// The active protocol.
    pub protocol: Protocol,
    /// The answer to reset, empty where there is no card.
    pub atr: Atr,
}

/// The state of a card, as the service's own number.
///
/// An open type: bits that no header lists are kept.
///
/// # Platform notes
/// A set of bits with pcsc-lite and on macOS, a number from 0 to 6 on Windows; the questions here answer alike.
///
/// # Examples
/// ```
/// # let simulator = pcsc_sim::Simulator::new();
/// # let reader = simulator.add_reader("Simulated Reader 00 00");
/// # reader.insert(pcsc_sim::DemoCard::new());
/// # let session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
/// let state = session.status()?.state;
/// assert!(state.is_present() && state.is_powered());
/// assert_ne!(state, pcsc_session::CardState(0));
/// # Ok::<(), pcsc_session::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CardState(pub u32);

impl CardState {
    /// Makes a state of C's number; it has 32 bits on every platform, whatever the width of that.
    pub(super) fn from_c(state: sys::DWORD) -> Result<CardState, WrongAnswer> {
        let given = wide(state);
        let number = u32::try_from(given).map_err(|_| WrongAnswer::State { given })?;
        Ok(CardState(number))
    }

    /// Tells whether this is at least the state of this name: by its bit, or on Windows by its rank.
    const fn has(self, state: sys::DWORD) -> bool {
        let state = state as u32;
        if cfg!(windows) {
            // What no state is says nothing.
            self.0 >= state && self.0 <= sys::SCARD_SPECIFIC as u32
        } else {
            self.0 & state != 0
        }
    }

    /// Tells whether there is a card.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// assert!(session.status()?.state.is_present());
    /// assert!(!pcsc_session::CardState(0).is_present());
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[must_use]
    pub const fn is_present(self) -> bool {
        self.has(sys::SCARD_PRESENT)
    }

    /// Tells whether the card has power.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// assert!(session.status()?.state.is_powered());
    /// assert!(!pcsc_session::CardState(0).is_powered());
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[must_use]
    pub const fn is_powered(self) -> bool {
        self.has(sys::SCARD_POWERED)
    }

    /// Tells whether the card was reset and its protocol is still open.
    ///
    /// # Examples
    /// ```
    /// let state = pcsc_session::CardState(pcsc_sys::SCARD_NEGOTIABLE as u32);
    /// assert!(state.is_negotiable());
    /// assert!(!state.is_specific());
    /// ```
    #[must_use]
    pub const fn is_negotiable(self) -> bool {
        self.has(sys::SCARD_NEGOTIABLE) && !self.is_specific()
    }

    /// Tells whether the protocol is settled.
    ///
    /// # Platform notes
    /// pcsc-lite leaves a card that is in use negotiable.
    ///
    /// # Examples
    /// ```
    /// let state = pcsc_session::CardState(pcsc_sys::SCARD_SPECIFIC as u32);
    /// assert!(state.is_specific());
    /// assert!(!state.is_negotiable());
    /// ```
    #[must_use]
    pub const fn is_specific(self) -> bool {
        self.has(sys::SCARD_SPECIFIC)
    }
}

impl fmt::Debug for CardState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = [
            (self.is_present(), "present"),
            (self.is_powered(), "powered"),
            (self.is_negotiable(), "negotiable"),
            (self.is_specific(), "specific"),
        ];
        write!(f, "CardState(0x{:X}", self.0)?;
        for (_, name) in names.iter().filter(|(is, _)| *is) {
            write!(f, ", {name}")?;
        }
        f.write_str(")")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_settled_card_is_present_and_powered() {
        let bits = sys::SCARD_PRESENT | sys::SCARD_POWERED | sys::SCARD_SPECIFIC;
        let state = if cfg!(windows) {
            CardState(6)
        } else {
            CardState(bits as u32)
        };
        assert!(state.is_present() && state.is_powered() && state.is_specific() && !state.is_negotiable());
    }

    #[test]
    fn an_empty_reader_has_nothing() {
        let state = CardState(sys::SCARD_ABSENT as u32);
        assert!(!state.is_present() && !state.is_powered() && !state.is_specific());
    }
}
