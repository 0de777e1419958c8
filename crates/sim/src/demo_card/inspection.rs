//! What a test wants to know of the card after the commands.

use super::card::DemoCard;
use super::files::Contents;
use std::fmt;

impl DemoCard {
    /// Returns how many commands the card has been sent, malformed ones included.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{Card, DemoCard};
    ///
    /// let mut card = DemoCard::new();
    /// let mut response = Vec::new();
    /// card.transmit(&[0x00], &mut response);
    /// assert_eq!(card.commands(), 1);
    /// ```
    #[must_use]
    pub fn commands(&self) -> u64 {
        self.commands
    }

    /// Tells whether the PIN has been verified since the last reset.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{Card, DemoCard};
    ///
    /// let mut card = DemoCard::new();
    /// let mut response = Vec::new();
    /// card.transmit(&[&[0x00, 0xA4, 0x04, 0x0C, 0x09], DemoCard::AID].concat(), &mut response);
    /// card.transmit(&[&[0x00, 0x20, 0x00, 0x81, 0x06], DemoCard::PIN].concat(), &mut response);
    /// assert!(card.pin_verified());
    /// ```
    #[must_use]
    pub fn pin_verified(&self) -> bool {
        self.pin.is_verified()
    }

    /// Returns how many tries of the PIN are left, 0 to 3.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{Card, DemoCard};
    ///
    /// let mut card = DemoCard::new();
    /// let mut response = Vec::new();
    /// card.transmit(&[&[0x00, 0xA4, 0x04, 0x0C, 0x09], DemoCard::AID].concat(), &mut response);
    /// card.transmit(&[0x00, 0x20, 0x00, 0x81, 0x04, 1, 2, 3, 4], &mut response);
    /// assert_eq!(card.pin_tries_left(), 2);
    /// ```
    #[must_use]
    pub fn pin_tries_left(&self) -> u8 {
        self.pin.tries_left()
    }

    /// Returns how many tries of the PUK are left, 0 to 10.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{Card, DemoCard};
    ///
    /// let mut card = DemoCard::new();
    /// let mut response = Vec::new();
    /// card.transmit(&[&[0x00, 0xA4, 0x04, 0x0C, 0x09], DemoCard::AID].concat(), &mut response);
    /// // RESET RETRY COUNTER with a wrong PUK, and the PIN to be
    /// card.transmit(&[&[0x00, 0x2C, 0x00, 0x81, 0x0E], &b"00000000"[..], DemoCard::PIN].concat(), &mut response);
    /// assert_eq!(card.puk_tries_left(), 9);
    /// ```
    #[must_use]
    pub fn puk_tries_left(&self) -> u8 {
        self.pin.puk_tries_left()
    }

    /// Returns how many logical channels are open, the basic one included.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{Card, DemoCard};
    ///
    /// let mut card = DemoCard::new();
    /// let mut response = Vec::new();
    /// card.transmit(&[0x00, 0x70, 0x00, 0x00, 0x01], &mut response);
    /// assert_eq!(card.open_channels(), 2);
    /// ```
    #[must_use]
    pub fn open_channels(&self) -> usize {
        self.channels.open_count()
    }

    /// Returns what is in a transparent file; `None` where no such file has this identifier.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::DemoCard;
    ///
    /// let card = DemoCard::new();
    /// assert_eq!(card.file(DemoCard::GREETING), Some(&b"Hello from a simulated card!"[..]));
    /// assert_eq!(card.file(0x1234), None);
    /// ```
    #[must_use]
    pub fn file(&self, id: u16) -> Option<&[u8]> {
        match self.files.contents(id)? {
            Contents::Transparent(contents) => Some(contents),
            Contents::Records(_) => None,
        }
    }

    /// Returns a record, counted from 1, of [`RECORDS`](Self::RECORDS).
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::DemoCard;
    ///
    /// let card = DemoCard::new();
    /// assert_eq!(card.record(1).map(<[u8]>::len), Some(16));
    /// assert_eq!(card.record(DemoCard::RECORD_COUNT + 1), None);
    /// ```
    #[must_use]
    pub fn record(&self, number: u8) -> Option<&[u8]> {
        match self.files.contents(Self::RECORDS)? {
            Contents::Transparent(_) => None,
            Contents::Records(records) => {
                let place = usize::from(number).checked_sub(1)?;
                records.get(place).map(Vec::as_slice)
            }
        }
    }

    /// Returns the value of a data object; `None` where none has this tag.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::DemoCard;
    ///
    /// let card = DemoCard::new();
    /// assert_eq!(card.data_object(DemoCard::LONG_DATA_OBJECT).map(<[u8]>::len), Some(1000));
    /// assert_eq!(card.data_object(0x7F7F), None);
    /// ```
    #[must_use]
    pub fn data_object(&self, tag: u16) -> Option<&[u8]> {
        self.objects.get(tag)
    }
}

/// Without files, PIN and PUK.
impl fmt::Debug for DemoCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DemoCard")
            .field("options", &self.options)
            .field("commands", &self.commands)
            .field("pin_verified", &self.pin_verified())
            .field("pin_tries_left", &self.pin_tries_left())
            .field("open_channels", &self.open_channels())
            .finish_non_exhaustive()
    }
}
