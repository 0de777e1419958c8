//! Making a card: with every rule, or without some.

use super::authenticate;
use super::card::DemoCard;
use super::chain::Chain;
use super::channels::{Channels, MAX_CHANNELS};
use super::contents;
use super::options::{Options, Protocols};
use super::pin::Pin;
use super::rounds::Rounds;

impl DemoCard {
    /// Makes a card with every rule, for T=1.
    ///
    /// With extended length, command chaining, GET RESPONSE and 20 logical channels.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{Card, DemoCard};
    ///
    /// let card = DemoCard::new();
    /// assert!(!card.pin_verified());
    /// assert_eq!(card.file(DemoCard::LARGE).map(<[u8]>::len), Some(32_768));
    /// ```
    #[must_use]
    pub fn new() -> Self {
        let options = Options::ALL;
        Self {
            options,
            atr: options.atr(),
            files: contents::files(&options),
            objects: contents::data_objects(),
            pin: Pin::new(Self::PIN, Self::PUK),
            channels: Channels::AFTER_RESET,
            chain: Chain::default(),
            rounds: Rounds::default(),
            challenge: authenticate::SEED,
            scratch: Vec::new(),
            commands: 0,
        }
    }

    fn with(mut self, change: impl FnOnce(&mut Options)) -> Self {
        change(&mut self.options);
        self.atr = self.options.atr();
        contents::declare(&mut self.files, &self.options);
        self
    }

    /// Offers T=0 alone, and acts by it.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::Atr;
    /// use pcsc_sim::{Card, DemoCard};
    ///
    /// assert!(Atr::new(DemoCard::new().t0().atr()).protocols().eq([0]));
    /// ```
    #[must_use]
    pub fn t0(self) -> Self {
        self.with(|options| options.protocols = Protocols::T0)
    }

    /// Offers T=1 alone, and acts by it.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::Atr;
    /// use pcsc_sim::{Card, DemoCard};
    ///
    /// assert!(Atr::new(DemoCard::new().t0().t1().atr()).protocols().eq([1]));
    /// ```
    #[must_use]
    pub fn t1(self) -> Self {
        self.with(|options| options.protocols = Protocols::T1)
    }

    /// Offers T=0 and T=1, T=0 first.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::Atr;
    /// use pcsc_sim::{Card, DemoCard};
    ///
    /// assert!(Atr::new(DemoCard::new().t0_and_t1().atr()).protocols().eq([0, 1]));
    /// ```
    #[must_use]
    pub fn t0_and_t1(self) -> Self {
        self.with(|options| options.protocols = Protocols::T0AndT1)
    }

    /// Takes extended length away: such commands are answered 6700.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{Card, DemoCard};
    ///
    /// let mut card = DemoCard::new().without_extended_length();
    /// let mut response = Vec::new();
    /// card.transmit(&[0x00, 0x84, 0x00, 0x00, 0x00, 0x00, 0x08], &mut response);
    /// assert_eq!(response, [0x67, 0x00]);
    /// ```
    #[must_use]
    pub fn without_extended_length(self) -> Self {
        self.with(|options| options.extended_length = false)
    }

    /// Takes command chaining away: such commands are answered 6884.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{Card, DemoCard};
    ///
    /// let mut card = DemoCard::new().without_chaining();
    /// let mut response = Vec::new();
    /// card.transmit(&[0x10, 0xDA, 0x01, 0x01, 0x01, 0xAA], &mut response);
    /// assert_eq!(response, [0x68, 0x84]);
    /// ```
    #[must_use]
    pub fn without_chaining(self) -> Self {
        self.with(|options| options.chaining = false)
    }

    /// Takes GET RESPONSE and 61xx away: an answer is cut at Ne, and what is beyond is lost.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{Card, DemoCard};
    ///
    /// let mut card = DemoCard::new().without_get_response();
    /// let mut response = Vec::new();
    /// card.transmit(&[0x00, 0xA4, 0x00, 0x00, 0x02, 0x3F, 0x00, 0x02], &mut response);
    /// assert_eq!(response[2..], [0x90, 0x00]); // and not 61xx
    /// ```
    #[must_use]
    pub fn without_get_response(self) -> Self {
        self.with(|options| options.get_response = false)
    }

    /// Sends at most this many bytes of data in one answer and leaves the rest to GET RESPONSE.
    ///
    /// At least 1, and only for answers that [`without_get_response`](Self::without_get_response) does not cut.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{Card, DemoCard};
    ///
    /// let mut card = DemoCard::new().rounds_of(5);
    /// let mut response = Vec::new();
    /// card.transmit(&[0x00, 0x84, 0x00, 0x00, 0x08], &mut response);
    /// assert_eq!(response[5..], [0x61, 0x03]);
    /// ```
    #[must_use]
    pub fn rounds_of(self, bytes: usize) -> Self {
        self.with(|options| options.round = bytes.max(1))
    }

    /// Sets whether a command without data whose Le is not the answer's length gets 6Cxx, which says the right one.
    ///
    /// Otherwise a shorter answer is sent as it is, with 6282 where a file or record ended before an explicit Le, and a
    /// longer one in rounds. Where this is not called, the protocol decides: 6Cxx with T=0 alone.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{Card, DemoCard};
    ///
    /// let mut card = DemoCard::new().exact_le(true);
    /// let mut response = Vec::new();
    /// card.transmit(&[&[0x00, 0xA4, 0x04, 0x0C, 0x09], DemoCard::AID].concat(), &mut response);
    /// response.clear();
    /// card.transmit(&[0x00, 0xB0, 0x81, 0x00, 0xFF], &mut response); // READ BINARY
    /// assert_eq!(response, [0x6C, 28]);
    /// ```
    #[must_use]
    pub fn exact_le(self, exact: bool) -> Self {
        self.with(|options| options.exact_le = Some(exact))
    }

    /// Sets the number of logical channels, 1 to 20, the basic one included.
    ///
    /// The nearest of them is taken for any other number. With 1, MANAGE CHANNEL is answered 6881.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{Card, DemoCard};
    ///
    /// let mut card = DemoCard::new().channels(1);
    /// let mut response = Vec::new();
    /// card.transmit(&[0x00, 0x70, 0x00, 0x00, 0x01], &mut response);
    /// assert_eq!(response, [0x68, 0x81]);
    /// ```
    #[must_use]
    pub fn channels(self, channels: u8) -> Self {
        self.with(|options| options.channels = channels.clamp(1, MAX_CHANNELS))
    }
}

impl Default for DemoCard {
    fn default() -> Self {
        Self::new()
    }
}
