//! What a card is.

/// A smart card, as its reader sees it.
///
/// A reader powers the card up before the first command, so [`reset`](Card::reset) is called at least once before the
/// first [`transmit`](Card::transmit). Calls come one at a time, but not always from the same thread.
///
/// # Examples
/// ```
/// use pcsc_sim::Card;
///
/// /// Counts its commands.
/// struct Counter(u8);
///
/// impl Card for Counter {
///     fn atr(&self) -> &[u8] {
///         &[0x3B, 0x00]
///     }
///
///     fn transmit(&mut self, _command: &[u8], response: &mut Vec<u8>) {
///         self.0 += 1;
///         response.extend([self.0, 0x90, 0x00]);
///     }
///
///     fn reset(&mut self) {
///         self.0 = 0;
///     }
/// }
///
/// # let sim = pcsc_sim::Simulator::new();
/// sim.add_reader("Simulated Reader 00 00").insert(Counter(0));
/// let mut session = pcsc_session::Session::options().provider(sim.provider()).open()?;
/// session.transmit(&[0x00, 0xCA, 0x00, 0x00])?;
/// assert_eq!(session.transmit(&[0x00, 0xCA, 0x00, 0x00])?.data(), [2]);
/// # Ok::<(), pcsc_session::Error>(())
/// ```
pub trait Card: Send {
    /// Returns the answer to reset.
    ///
    /// ISO/IEC 7816-3, 8.2: 2 to 33 bytes. A reader may ask for it often, for instance to learn whether the card is
    /// still there.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{Card, FnCard};
    ///
    /// let card = FnCard::new([0x3B, 0x00], |_command, response| response.extend([0x90, 0x00]));
    /// assert_eq!(card.atr(), [0x3B, 0x00]);
    /// ```
    fn atr(&self) -> &[u8];

    /// Executes one command APDU and appends the answer to `response`.
    ///
    /// `command` is what the program sent, byte for byte: it may be no valid APDU. `response` is empty; the card fills
    /// it with the data, then SW1 and SW2. A reader passes on fewer than two bytes too, as a faulty card would send.
    /// It may end a session on another reader, or one on its own that leaves the card as it is; one that resets this very card
    /// would wait for the answer, and the answer for it.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{Card, DemoCard};
    ///
    /// let mut response = Vec::new();
    /// DemoCard::new().transmit(&[0x00, 0xA4, 0x00, 0x0C], &mut response);
    /// assert_eq!(response, [0x90, 0x00]);
    /// ```
    fn transmit(&mut self, command: &[u8], response: &mut Vec<u8>);

    /// Forgets what does not survive a reset: the selected application, verified PINs, open logical channels.
    ///
    /// Called when the card is powered up and when it is reset.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{Card, DemoCard};
    ///
    /// let mut card = DemoCard::new();
    /// card.transmit(&[0x00, 0x70, 0x00, 0x00, 0x01], &mut Vec::new()); // MANAGE CHANNEL
    /// assert_eq!(card.open_channels(), 2);
    /// card.reset();
    /// assert_eq!(card.open_channels(), 1);
    /// ```
    fn reset(&mut self) {}
}

/// Lends a card: whoever plugs `&mut card` in has it back afterwards.
impl<C: Card + ?Sized> Card for &mut C {
    fn atr(&self) -> &[u8] {
        (**self).atr()
    }

    fn transmit(&mut self, command: &[u8], response: &mut Vec<u8>) {
        (**self).transmit(command, response);
    }

    fn reset(&mut self) {
        (**self).reset();
    }
}

/// Lets cards of different types share one variable: `Box<dyn Card>`.
impl<C: Card + ?Sized> Card for Box<C> {
    fn atr(&self) -> &[u8] {
        (**self).atr()
    }

    fn transmit(&mut self, command: &[u8], response: &mut Vec<u8>) {
        (**self).transmit(command, response);
    }

    fn reset(&mut self) {
        (**self).reset();
    }
}
