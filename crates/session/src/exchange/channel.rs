//! A logical channel of a card.

use crate::{Command, Error, Response, Session, StatusWord, TransparentFile};

/// The instruction MANAGE CHANNEL.
const MANAGE_CHANNEL: u8 = 0x70;

/// A logical channel that the card opened; it is closed on drop.
///
/// Commands go out with the channel's number in CLA. The session is borrowed: its own commands go to the channel that
/// their CLA names, the basic one by default, before and after. ISO/IEC 7816-4:2013, 5.4.2.
///
/// # Examples
/// ```
/// use pcsc_session::{Command, Session};
/// use pcsc_sim::DemoCard;
///
/// # let simulator = pcsc_sim::Simulator::new();
/// # simulator.add_reader("Simulated Reader 00 00").insert(DemoCard::new());
/// # let mut session = Session::options().provider(simulator.provider()).open()?;
/// let mut channel = session.open_channel()?;
/// assert_eq!(channel.number(), 1);
/// channel.execute(&Command::select_aid(&DemoCard::AID))?.ok()?;
/// channel.close()?;
/// # Ok::<(), pcsc_session::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "a channel is closed when it is dropped"]
pub struct Channel<'a> {
    session: &'a mut Session,
    number: u8,
    closed: bool,
}

impl Session {
    /// Opens a logical channel whose number the card chooses: 1 to 19.
    ///
    /// # Errors
    /// As [`execute`](Session::execute); [`Error::Status`] where the card has no channel left (6A81, 6881);
    /// [`Error::BadResponse`] where it names none.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// let channel = session.open_channel()?;
    /// assert!((1..=19).contains(&channel.number()));
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[doc(alias = "MANAGE CHANNEL")]
    pub fn open_channel(&mut self) -> Result<Channel<'_>, Error> {
        let response = self.execute(&Command::open_channel())?.ok()?;
        let &[number @ 1..=19] = response.data() else {
            return Err(self.bad_response("MANAGE CHANNEL is answered by the number of a channel, 1 to 19"));
        };
        Ok(Channel {
            session: self,
            number,
            closed: false,
        })
    }

    /// Opens the logical channel of this number: 1 to 19. The card must let a program choose
    /// ([`CardCapabilities::channel_by_program`](pcsc_iso7816::atr::CardCapabilities::channel_by_program)).
    ///
    /// # Errors
    /// As [`execute`](Session::execute); [`Error::OutOfRange`] for the number, before anything is sent;
    /// [`Error::Status`] where the card refuses it: it is open already, or is none of the card's.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// let channel = session.open_numbered_channel(5)?;
    /// assert_eq!(channel.number(), 5);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[doc(alias = "MANAGE CHANNEL")]
    pub fn open_numbered_channel(&mut self, number: u8) -> Result<Channel<'_>, Error> {
        self.execute(&Command::open_numbered_channel(number)?)?.ok()?;
        Ok(Channel {
            session: self,
            number,
            closed: false,
        })
    }
}

impl Channel<'_> {
    /// The channel's number: 1 to 19.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// let channel = session.open_channel()?;
    /// assert_eq!(channel.number(), 1);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[must_use]
    pub fn number(&self) -> u8 {
        self.number
    }

    /// Sends a command on this channel and gathers its whole answer: see [`Session::execute`].
    ///
    /// # Errors
    /// As [`Session::execute`]; [`Error::Class`] where CLA has no place for the channel;
    /// [`Error::ManageChannel`] for MANAGE CHANNEL, which would take the channel away under this value: nothing is sent.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// use pcsc_session::{Command, Error};
    ///
    /// let mut channel = session.open_channel()?;
    /// assert_eq!(channel.execute(&Command::get_challenge(8))?.ok()?.data().len(), 8); // CLA 01
    /// let refused = channel.execute(&Command::open_channel());
    /// assert!(matches!(refused, Err(Error::ManageChannel)));
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn execute(&mut self, command: &Command<'_>) -> Result<Response<'_>, Error> {
        let command = self.on_channel(command)?;
        self.session.execute(&command)
    }

    /// Does what [`execute`](Channel::execute) does, with the answer's data in `data`: see [`Session::execute_into`].
    ///
    /// # Errors
    /// As [`execute`](Channel::execute).
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// let mut data = Vec::new();
    /// let mut channel = session.open_channel()?;
    /// let status = channel.execute_into(&pcsc_session::Command::get_challenge(8), &mut data)?;
    /// assert!(status.is_success() && data.len() == 8);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn execute_into(&mut self, command: &Command<'_>, data: &mut Vec<u8>) -> Result<StatusWord, Error> {
        let command = self.on_channel(command)?;
        self.session.execute_into(&command, data)
    }

    /// Starts to read or update the transparent file that is selected on this channel: see
    /// [`Session::transparent_file`].
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// let mut channel = session.open_channel()?;
    /// channel.execute(&pcsc_session::Command::select_file(&[0x2F, 0x01]))?.ok()?; // EF.ATR
    /// assert!(!channel.transparent_file().read()?.is_empty());
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn transparent_file(&mut self) -> TransparentFile<'_> {
        TransparentFile::on_channel(self.session, self.number)
    }

    fn on_channel<'c>(&self, command: &Command<'c>) -> Result<Command<'c>, Error> {
        if command.ins() == MANAGE_CHANNEL {
            return Err(Error::ManageChannel);
        }
        Ok(command.with_channel(self.number)?)
    }

    /// Closes the channel. Dropping it does the same; only this says whether it worked.
    ///
    /// # Errors
    /// The channel comes back with the error; dropping it tries once more.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// let channel = session.open_channel()?;
    /// assert!(channel.close().is_ok());
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn close(mut self) -> Result<(), (Self, Error)> {
        match self.finish() {
            Ok(()) => Ok(()),
            Err(error) => Err((self, error)),
        }
    }

    fn finish(&mut self) -> Result<(), Error> {
        if !self.closed {
            self.session
                .execute(&Command::close_channel(self.number)?)?
                .ok()?;
            self.closed = true;
        }
        Ok(())
    }
}

impl Drop for Channel<'_> {
    fn drop(&mut self) {
        // There is nobody to tell; a reset of the card closes the channel as well.
        let _ = self.finish();
    }
}
