//! A card made of a closure.

use std::fmt;

use crate::card::Card;

/// A card whose commands a closure executes.
///
/// # Examples
/// ```
/// use pcsc_sim::{Card, FnCard};
///
/// // Answers each command with that command, then 9000.
/// let mut echo = FnCard::new([0x3B, 0x00], |command, response| {
///     response.extend_from_slice(command);
///     response.extend_from_slice(&[0x90, 0x00]);
/// });
/// let mut response = Vec::new();
/// echo.transmit(&[0x00, 0xB0], &mut response);
/// assert_eq!(response, [0x00, 0xB0, 0x90, 0x00]);
/// ```
pub struct FnCard<F> {
    atr: Vec<u8>,
    transmit: F,
}

impl<F: FnMut(&[u8], &mut Vec<u8>) + Send> FnCard<F> {
    /// Makes a card with this answer to reset.
    ///
    /// `transmit` is called for each command, as [`Card::transmit`] is.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{Card, FnCard};
    ///
    /// let mut commands = 0;
    /// let mut card = FnCard::new([0x3B, 0x00], move |_command, response| {
    ///     commands += 1;
    ///     response.extend([commands, 0x90, 0x00]);
    /// });
    /// let mut response = Vec::new();
    /// card.transmit(&[0x00, 0x84, 0x00, 0x00], &mut response);
    /// assert_eq!(response, [1, 0x90, 0x00]);
    /// ```
    pub fn new(atr: impl Into<Vec<u8>>, transmit: F) -> Self {
        Self {
            atr: atr.into(),
            transmit,
        }
    }
}

impl<F: FnMut(&[u8], &mut Vec<u8>) + Send> Card for FnCard<F> {
    fn atr(&self) -> &[u8] {
        &self.atr
    }

    fn transmit(&mut self, command: &[u8], response: &mut Vec<u8>) {
        (self.transmit)(command, response);
    }
}

impl<F> fmt::Debug for FnCard<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FnCard")
            .field("atr", &self.atr)
            .finish_non_exhaustive()
    }
}
