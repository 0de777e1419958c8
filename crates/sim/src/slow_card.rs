//! A card that takes its time.

use crate::card::Card;
use crate::pause::pause;
use std::time::Duration;

/// Another card, which takes a while for each command.
///
/// Its reset is as quick as the other card's. For a single call that takes long there is
/// [`Simulator::delay`](crate::Simulator::delay).
///
/// # Examples
/// ```
/// use pcsc_sim::{DemoCard, Simulator, SlowCard};
/// use std::time::{Duration, Instant};
///
/// let sim = Simulator::new();
/// let wait = Duration::from_millis(50);
/// sim.add_reader("Simulated Reader 00 00").insert(SlowCard::new(DemoCard::new(), wait));
/// let mut session = pcsc_session::Session::options().provider(sim.provider()).open()?;
/// let start = Instant::now();
/// assert!(session.transmit(&[0x00, 0xA4, 0x00, 0x0C])?.status().is_success());
/// assert!(start.elapsed() >= wait);
/// # Ok::<(), pcsc_session::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct SlowCard<C> {
    card: C,
    delay: Duration,
}

impl<C: Card> SlowCard<C> {
    /// Makes a card that waits so long before it executes each command.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{Card, DemoCard, SlowCard};
    ///
    /// let mut response = Vec::new();
    /// let delay = std::time::Duration::from_millis(1);
    /// SlowCard::new(DemoCard::new(), delay).transmit(&[0x00, 0xA4, 0x00, 0x0C], &mut response);
    /// assert_eq!(response, [0x90, 0x00]);
    /// ```
    pub fn new(card: C, delay: Duration) -> Self {
        Self { card, delay }
    }
}

impl<C: Card> Card for SlowCard<C> {
    fn atr(&self) -> &[u8] {
        self.card.atr()
    }

    fn transmit(&mut self, command: &[u8], response: &mut Vec<u8>) {
        pause(self.delay);
        self.card.transmit(command, response);
    }

    fn reset(&mut self) {
        self.card.reset();
    }
}
