//! What a test wants to know of the card after the commands.

use super::DemoCard;
use super::files::Contents;

impl DemoCard {
    /// Returns how many commands the card has been sent, malformed ones included.
    #[must_use]
    pub fn commands(&self) -> u64 {
        self.commands
    }

    /// Tells whether the PIN has been verified since the last reset.
    #[must_use]
    pub fn pin_verified(&self) -> bool {
        self.pin.is_verified()
    }

    /// Returns how many tries of the PIN are left, 0 to 3.
    #[must_use]
    pub fn pin_tries_left(&self) -> u8 {
        self.pin.tries_left()
    }

    /// Returns how many tries of the PUK are left, 0 to 10.
    #[must_use]
    pub fn puk_tries_left(&self) -> u8 {
        self.pin.puk_tries_left()
    }

    /// Returns how many logical channels are open, the basic one included.
    #[must_use]
    pub fn open_channels(&self) -> usize {
        self.channels.open_count()
    }

    /// Returns what is in a transparent file; `None` where no such file has this identifier.
    #[must_use]
    pub fn file(&self, id: u16) -> Option<&[u8]> {
        match self.files.contents(id)? {
            Contents::Transparent(contents) => Some(contents),
            Contents::Records(_) => None,
        }
    }

    /// Returns a record, counted from 1, of [`RECORDS`](Self::RECORDS).
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
    #[must_use]
    pub fn data_object(&self, tag: u16) -> Option<&[u8]> {
        self.objects.get(tag)
    }
}
