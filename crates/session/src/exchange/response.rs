//! A card's answer.

use crate::{Error, StatusWord};
use std::fmt;

/// A card's answer: its data, and the status word, borrowed from the session's buffer.
///
/// `Debug` shows lengths and the status word, never the data.
///
/// # Examples
/// ```
/// # fn show(response: pcsc_session::Response<'_>) {
/// if response.status().is_success() {
///     println!("{:02X?}", response.data());
/// }
/// # }
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Response<'a> {
    data: &'a [u8],
    status: StatusWord,
}

impl<'a> Response<'a> {
    #[inline]
    pub(crate) fn new(data: &'a [u8], status: StatusWord) -> Response<'a> {
        Response { data, status }
    }

    /// The data without the status word: 0 to 65,536 bytes; of [`transmit`](crate::Session::transmit) up to 65,546, where
    /// a card sends more than the standard allows.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// let response = session.transmit(&[0x00, 0x84, 0x00, 0x00, 0x08])?; // GET CHALLENGE
    /// assert_eq!(response.data().len(), 8);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn data(&self) -> &'a [u8] {
        self.data
    }

    /// The status word.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// let response = session.transmit(&[0x00, 0x84, 0x00, 0x00, 0x08])?; // GET CHALLENGE
    /// assert_eq!(response.status(), 0x9000);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn status(&self) -> StatusWord {
        self.status
    }

    /// The response itself where the status word is 9000 or 61xx.
    ///
    /// # Errors
    /// [`Error::Status`] with any other status word, warnings (62xx, 63xx) among them.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// use pcsc_session::{Command, Error};
    ///
    /// assert_eq!(session.execute(&Command::get_challenge(8))?.ok()?.data().len(), 8);
    /// let refused = session.execute(&Command::select_aid(&[0xA0, 0x01]))?.ok();
    /// assert!(matches!(refused, Err(Error::Status(status)) if status == 0x6A82));
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn ok(self) -> Result<Response<'a>, Error> {
        if self.status.is_success() || self.status.remaining().is_some() {
            Ok(self)
        } else {
            Err(Error::Status(self.status))
        }
    }
}

impl fmt::Debug for Response<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Response({} bytes, {:04X})", self.data.len(), self.status)
    }
}
