//! A logical channel of a card.

use crate::error::{CloseError, Error};
use crate::exchange::buffers::Buffers;
use crate::exchange::card_channel::{CardChannel, sealed};
use crate::exchange::connection::Connection;
use crate::exchange::transmit::Exchange;
use pcsc_iso7816::command::Command;
use std::ops::Deref;

/// A logical channel of a card; it is closed on drop.
///
/// Commands go out with the channel's number in CLA. Several can be open at a time, of one session or transaction, which
/// they borrow; [`Connection::basic_channel`] is the one that is always open. Each has buffers of
/// its own, so that an answer of one stays while another goes on. ISO/IEC 7816-4:2013, 5.4.2.
///
/// All of them are used from one thread: an answer in several parts is not interrupted by another channel's command.
///
/// # Examples
/// ```
/// use pcsc_session::{CardChannel, Command, Session};
/// use pcsc_sim::DemoCard;
///
/// # let simulator = pcsc_sim::Simulator::new();
/// # simulator.add_reader("Simulated Reader 00 00").insert(DemoCard::new());
/// # let session = Session::options().provider(simulator.provider()).open()?;
/// let mut one = session.open_channel()?;
/// let mut other = session.open_channel()?;
/// assert_eq!((one.number(), other.number()), (1, 2));
/// let selected = one.execute(&Command::select_aid(&DemoCard::AID))?.ok()?;
/// other.execute(&Command::get_challenge(8))?.ok()?;
/// println!("{:02X?}", selected.data());
/// one.close()?;
/// # Ok::<(), pcsc_session::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "a channel is closed when it is dropped"]
pub struct Channel<'a> {
    connection: &'a Connection,
    buffers: Buffers,
    number: u8,
    is_open: bool,
}

impl Connection {
    /// Opens a logical channel whose number the card chooses: 1 to 19. Several can be open at a time.
    ///
    /// # Errors
    /// As [`CardChannel::execute`]; [`Error::Status`] where the card has no channel left (6A81, 6881);
    /// [`Error::BadResponse`] where it names none.
    #[doc(alias = "MANAGE CHANNEL")]
    pub fn open_channel(&self) -> Result<Channel<'_>, Error> {
        let mut channel = self.basic_channel();
        channel.on_basic_channel().check_process()?;
        let response = channel.execute(&Command::open_channel())?;
        let response = response.ok_if(|status| self.is_done(status))?;
        let &[number @ 1..=19] = response.data() else {
            let problem = "MANAGE CHANNEL is answered by the number of a channel, 1 to 19";
            return Err(channel.on_basic_channel().bad_response(problem));
        };
        channel.number = number;
        channel.is_open = true;
        Ok(channel)
    }

    /// Opens the logical channel of this number: 1 to 19. The card must let a program choose
    /// ([`CardCapabilities::channel_by_program`](pcsc_iso7816::atr::CardCapabilities::channel_by_program)).
    ///
    /// # Errors
    /// As [`CardChannel::execute`]; [`Error::OutOfRange`] for the number, before anything is sent;
    /// [`Error::Status`] where the card refuses it: it is open already, or is none of the card's.
    #[doc(alias = "MANAGE CHANNEL")]
    pub fn open_numbered_channel(&self, number: u8) -> Result<Channel<'_>, Error> {
        let mut channel = self.basic_channel();
        channel.on_basic_channel().check_process()?;
        let response = channel.execute(&Command::open_numbered_channel(number)?)?;
        response.ok_if(|status| self.is_done(status))?;
        channel.number = number;
        channel.is_open = true;
        Ok(channel)
    }

    /// Returns the channel that is always open, to be used beside others; its commands go to the channel that their CLA
    /// names.
    pub fn basic_channel(&self) -> Channel<'_> {
        Channel {
            connection: self,
            buffers: Buffers::new(self.card.reader().clone()),
            number: 0,
            is_open: false,
        }
    }
}

impl<'a> Channel<'a> {
    /// Returns the channel's number: 1 to 19, or 0 for the basic one.
    #[must_use]
    pub fn number(&self) -> u8 {
        self.number
    }

    /// Closes the channel; the basic one stays open. Dropping it does the same; only this says whether it worked.
    ///
    /// # Errors
    /// The channel comes back with the error; dropping it tries once more.
    pub fn close(mut self) -> Result<(), CloseError<Channel<'a>>> {
        match self.finish() {
            Ok(()) => Ok(()),
            Err(error) => Err(CloseError::new(self, error)),
        }
    }

    fn finish(&mut self) -> Result<(), Error> {
        // What a child of `fork` has is a copy: the channel is its parent's.
        if self.is_open && self.connection.card.handle().context().is_own() {
            // By the channel that CLA names, which is the basic one.
            let command = Command::close_channel(self.number)?;
            let connection = self.connection;
            let response = self.on_basic_channel().execute(&command)?;
            response.ok_if(|status| connection.is_done(status))?;
            self.is_open = false;
        }
        Ok(())
    }

    /// Where MANAGE CHANNEL itself goes.
    fn on_basic_channel(&mut self) -> Exchange<'_> {
        Exchange::new(self.connection, &mut self.buffers, 0)
    }
}

impl Deref for Channel<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection
    }
}

impl sealed::Sealed for Channel<'_> {
    fn exchange_inside(&mut self, _: sealed::Inside) -> Exchange<'_> {
        Exchange::new(self.connection, &mut self.buffers, self.number)
    }

    fn connection_inside(&self, _: sealed::Inside) -> &Connection {
        self.connection
    }
}

impl CardChannel for Channel<'_> {}

impl Drop for Channel<'_> {
    fn drop(&mut self) {
        // There is nobody to tell; a reset of the card closes the channel as well.
        let _ = self.finish();
    }
}
