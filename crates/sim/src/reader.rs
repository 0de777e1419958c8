//! A simulated reader, as a test holds it.

use crate::card::Card;
use crate::other_program::OtherProgram;
use crate::service::lock::lock;
use crate::service::power;
use crate::service::reader as service;
use crate::table::endpoint::Endpoint;
use pcsc_sys::LONG;
use std::sync::Arc;

/// A reader of a [`Simulator`](crate::Simulator), with one slot for a card.
///
/// Clones are handles to the same reader. What its methods do is seen by programs at once, and none of them waits for a
/// card: they can be called from a [`Card`]'s own code too, in the middle of a command.
///
/// # Examples
/// ```
/// use pcsc_sim::{FnCard, Simulator};
///
/// let sim = Simulator::new();
/// let reader = sim.add_reader("Simulated Reader 00 00");
/// reader.insert(FnCard::new([0x3B, 0x00], |_command, response| response.extend([0x90, 0x00])));
/// let card = reader.remove().expect("it is idle");
/// assert_eq!(card.atr(), [0x3B, 0x00]);
/// assert!(reader.remove().is_none());
/// ```
#[derive(Debug, Clone)]
pub struct Reader {
    endpoint: Arc<Endpoint>,
    reader: Arc<service::Reader>,
}

impl Reader {
    pub(crate) fn new(endpoint: Arc<Endpoint>, reader: Arc<service::Reader>) -> Self {
        Self { endpoint, reader }
    }

    /// Returns the name by which programs know the reader; where it is no valid UTF-8, with replacement characters.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::Simulator;
    ///
    /// let sim = Simulator::new();
    /// assert_eq!(sim.add_reader("Simulated Reader 00 00").name(), "Simulated Reader 00 00");
    /// ```
    #[must_use]
    pub fn name(&self) -> &str {
        self.reader.name.as_str()
    }

    /// Inserts a card, which is powered; one that is in the reader is removed before, and dropped.
    ///
    /// A card whose ATR is empty or longer than 33 bytes, and one that panics when it is reset, is mute. After
    /// [`unplug`](Reader::unplug) the card is dropped.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{DemoCard, Simulator};
    ///
    /// # let sim = Simulator::new();
    /// # let reader = sim.add_reader("Simulated Reader 00 00");
    /// reader.insert(DemoCard::new());
    /// let session = pcsc_session::Session::options().provider(sim.provider()).open()?;
    /// assert_eq!(session.reader_name(), "Simulated Reader 00 00");
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn insert(&self, card: impl Card + 'static) {
        drop(self.swap(card));
    }

    /// Inserts a card in the place of the one that is in the reader, which is returned as from [`remove`](Reader::remove).
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{DemoCard, Simulator};
    ///
    /// # let sim = Simulator::new();
    /// # let reader = sim.add_reader("Simulated Reader 00 00");
    /// # reader.insert(DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(sim.provider()).open()?;
    /// let before = reader.swap(DemoCard::new().t0()).expect("a card");
    /// assert_eq!(before.atr(), pcsc_sim::Card::atr(&DemoCard::new()));
    /// assert!(session.transmit(&[0x00, 0xA4, 0x00, 0x0C]).unwrap_err().is_card_removed());
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn swap(&self, card: impl Card + 'static) -> Option<Box<dyn Card>> {
        let mut card: Box<dyn Card> = Box::new(card);
        let atr = power::reset(&mut *card);
        self.reader.insert(card, atr)
    }

    /// Removes the card and returns it.
    ///
    /// A card that executes a command is removed at once, too, and the command fails with `SCARD_E_NOT_TRANSACTED`; such
    /// a card is not returned but dropped when it has finished. `None` is returned also where there is no card.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{DemoCard, Simulator};
    ///
    /// # let sim = Simulator::new();
    /// # let reader = sim.add_reader("Simulated Reader 00 00");
    /// # reader.insert(DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(sim.provider()).open()?;
    /// reader.remove().expect("a card");
    /// assert!(session.transmit(&[0x00, 0xA4, 0x00, 0x0C]).unwrap_err().is_card_removed());
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn remove(&self) -> Option<Box<dyn Card>> {
        self.reader.remove()
    }

    /// Unplugs the reader, with its card in it.
    ///
    /// It is no longer listed, and its connections are dead. A reader that is added later is another one, whatever its
    /// name. Does nothing where it was unplugged before.
    ///
    /// # Platform notes
    /// Calls on its connections get `SCARD_E_INVALID_VALUE`, as from pcsc-lite; on Windows `SCARD_E_READER_UNAVAILABLE`.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{DemoCard, Simulator};
    ///
    /// # let sim = Simulator::new();
    /// # let reader = sim.add_reader("Simulated Reader 00 00");
    /// # reader.insert(DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(sim.provider()).open()?;
    /// reader.unplug();
    /// assert!(session.transmit(&[0x00, 0xA4, 0x00, 0x0C]).unwrap_err().is_reader_gone());
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn unplug(&self) {
        self.endpoint.world.unplug(&self.reader);
    }

    /// Plugs the reader in again, with the card that is in it; where it is plugged in, it is unplugged before.
    ///
    /// To the service that is another reader, which is returned: connections to the one before stay dead. Name, features,
    /// attributes and control handler are the same; a card that is just executing a command is dropped when it has
    /// finished. The card is powered, and counts of events begin anew. Where another reader has got the name, or the
    /// service takes no more readers, it is as with [`Simulator::add_reader`](crate::Simulator::add_reader).
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{DemoCard, Simulator};
    ///
    /// # let sim = Simulator::new();
    /// # let reader = sim.add_reader("Simulated Reader 00 00");
    /// # reader.insert(DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(sim.provider()).open()?;
    /// reader.unplug();
    /// let reader = reader.replug();
    /// assert!(session.transmit(&[0x00, 0xA4, 0x00, 0x0C]).is_err()); // the connection of before
    /// let mut session = pcsc_session::Session::options().provider(sim.provider()).open()?;
    /// assert!(session.transmit(&[0x00, 0xA4, 0x00, 0x0C])?.status().is_success());
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[must_use = "the reader that is plugged in now is another one"]
    pub fn replug(&self) -> Self {
        self.unplug();
        let card = self.reader.remove();
        let driver = std::mem::take(&mut *lock(&self.reader.driver));
        let world = &self.endpoint.world;
        let again = Self::new(
            Arc::clone(&self.endpoint),
            world.add_reader(self.reader.name.as_bytes(), driver),
        );
        if let Some(card) = card {
            again.insert(card);
        }
        again
    }

    /// Sets whether the reader answers its driver.
    ///
    /// One that does not is still listed, and calls return `SCARD_E_READER_UNAVAILABLE`: so a USB reader is for a
    /// moment after it was pulled out. No program resets or unpowers its card meanwhile. When it answers again, that
    /// counts as one event, and a card in it is powered; that its card was removed meanwhile is seen then, that it was
    /// swapped is not.
    ///
    /// A service that starts meanwhile lists the reader all the same; pcscd lists no reader that does not answer when
    /// it is found.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{DemoCard, Simulator};
    ///
    /// # let sim = Simulator::new();
    /// # let reader = sim.add_reader("Simulated Reader 00 00");
    /// # reader.insert(DemoCard::new());
    /// reader.set_available(false);
    /// let error = pcsc_session::Session::options().provider(sim.provider()).open().unwrap_err();
    /// assert_eq!(error.code(), Some(pcsc_session::Code::READER_UNAVAILABLE));
    /// ```
    pub fn set_available(&self, available: bool) {
        self.reader.set_available(available);
    }

    /// Takes the power of a card that no program is connected to; false where there is a connection.
    ///
    /// pcscd does so a while after the last connection has ended: about half a second with a driver that is asked again
    /// and again for a card, about five with one that tells of it. The simulator does so when this is called. The next
    /// connection powers the card, which has then forgotten its PINs, and settles the protocol anew.
    ///
    /// In one case the simulator does so by itself, and at once: when the last connection leaves a card that another
    /// one has unpowered, and a reconnection has powered again. There pcscd refuses connections with
    /// `SCARD_W_UNPOWERED_CARD` for that while.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{DemoCard, Simulator};
    ///
    /// # let sim = Simulator::new();
    /// # let reader = sim.add_reader("Simulated Reader 00 00");
    /// # reader.insert(DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(sim.provider()).open()?;
    /// assert!(!reader.power_off()); // the session is connected
    /// session.close()?;
    /// assert!(reader.power_off());
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn power_off(&self) -> bool {
        self.reader.power_off()
    }

    /// Sets the features of PC/SC part 10: tags (`FEATURE_*`), each with its control code.
    ///
    /// `CM_IOCTL_GET_FEATURE_REQUEST` is answered with them. At first there are none, and it fails with
    /// `SCARD_E_UNSUPPORTED_FEATURE`, as with vsmartcard's virtual reader.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{DemoCard, Simulator};
    ///
    /// # let sim = Simulator::new();
    /// # let reader = sim.add_reader("Simulated Reader 00 00");
    /// # reader.insert(DemoCard::new());
    /// reader.set_features([(pcsc_sys::FEATURE_VERIFY_PIN_DIRECT, 0x4233_0006)]);
    /// let mut session = pcsc_session::Session::options().provider(sim.provider()).open()?;
    /// assert_eq!(session.features()?[0].control_code, 0x4233_0006);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn set_features(&self, features: impl Into<Vec<(u8, u32)>>) {
        lock(&self.reader.driver).features = features.into();
    }

    /// Sets what answers other control codes: it gets the code and the input, and appends the output or returns a code.
    ///
    /// At first none is known: `SCARD_E_UNSUPPORTED_FEATURE`. A panic is `SCARD_F_INTERNAL_ERROR`. The handler may call
    /// this reader's methods, but not `SCardControl` on the same reader: it answers one control at a time.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{DemoCard, Simulator};
    ///
    /// # let sim = Simulator::new();
    /// # let reader = sim.add_reader("Simulated Reader 00 00");
    /// # reader.insert(DemoCard::new());
    /// reader.on_control(|code, input, output| match code {
    ///     0x4200_0001 => Ok(output.extend(input.iter().rev())),
    ///     _ => Err(pcsc_sys::SCARD_E_UNSUPPORTED_FEATURE),
    /// });
    /// let mut session = pcsc_session::Session::options().provider(sim.provider()).open()?;
    /// assert_eq!(session.control(0x4200_0001, &[1, 2, 3])?, [3, 2, 1]);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn on_control(
        &self,
        handler: impl FnMut(u32, &[u8], &mut Vec<u8>) -> Result<(), LONG> + Send + 'static,
    ) {
        let before = lock(&self.reader.driver).set_handler(Box::new(handler));
        // What it has captured may call the reader when it is dropped.
        drop(before);
    }

    /// Sets an attribute, which programs then read, and may set: `SCARD_ATTR_*`, up to 264 bytes.
    ///
    /// At first there are those that pcscd tells for vsmartcard's virtual reader: the reader's name for
    /// `SCARD_ATTR_DEVICE_FRIENDLY_NAME` and `SCARD_ATTR_DEVICE_SYSTEM_NAME`.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{DemoCard, Simulator};
    ///
    /// # let sim = Simulator::new();
    /// # let reader = sim.add_reader("Simulated Reader 00 00");
    /// # reader.insert(DemoCard::new());
    /// use pcsc_session::Attribute;
    ///
    /// reader.set_attribute(pcsc_sys::SCARD_ATTR_VENDOR_NAME as u32, *b"Acme");
    /// # let mut session = pcsc_session::Session::options().provider(sim.provider()).open()?;
    /// assert_eq!(session.get_attribute(Attribute::VENDOR_NAME)?, b"Acme");
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn set_attribute(&self, attribute: u32, value: impl Into<Vec<u8>>) {
        // Before the driver is locked: the conversion is the caller's code.
        let value = value.into();
        lock(&self.reader.driver).attributes.insert(attribute, value);
    }

    /// Makes another program that uses this reader, to get in the way of the one that is tested.
    ///
    /// # Errors
    /// `SCARD_E_NO_SERVICE` where the service is stopped.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{DemoCard, Simulator};
    ///
    /// # let sim = Simulator::new();
    /// # let reader = sim.add_reader("Simulated Reader 00 00");
    /// # reader.insert(DemoCard::new());
    /// let mut other = reader.other_program().unwrap();
    /// assert_eq!(other.connect(), Ok(()));
    /// ```
    pub fn other_program(&self) -> Result<OtherProgram, LONG> {
        OtherProgram::new(&self.endpoint, self.reader.name.as_bytes())
    }
}
