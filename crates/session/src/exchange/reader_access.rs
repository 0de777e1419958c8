//! What a connection asks of the service and of the reader: status, attributes, control.

use crate::error::Error;
use crate::exchange::connection::Connection;
use crate::ffi::{Attribute, CardStatus};
use pcsc_iso7816::atr::Atr;
use pcsc_iso7816::part10::feature::Feature;

impl Connection {
    /// Asks the service for the card's state, protocol and answer to reset.
    ///
    /// Wraps `SCardStatus` ([pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html),
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardstatusw)).
    ///
    /// # Errors
    /// `SCARD_W_REMOVED_CARD`, `SCARD_W_RESET_CARD`, `SCARD_E_READER_UNAVAILABLE`, `SCARD_E_NO_SERVICE`
    /// where the connection is lost; [`Error::ReaderGone`] where the reader was pulled out.
    ///
    /// # Platform notes
    /// With pcsc-lite this waits while another handle holds a transaction.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # simulator.add_reader("Simulated Reader 00 00").insert(pcsc_sim::DemoCard::new());
    /// # let session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// let status = session.status()?;
    /// assert!(status.state.is_present() && status.state.is_powered());
    /// assert_eq!(status.protocol, session.protocol());
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[doc(alias = "SCardStatus")]
    pub fn status(&self) -> Result<CardStatus, Error> {
        self.card.status()
    }

    /// Returns the card's answer to reset.
    ///
    /// Asks the service each time, so that the answer is the present card's.
    ///
    /// # Errors
    /// As [`status`](Connection::status).
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # simulator.add_reader("Simulated Reader 00 00").insert(pcsc_sim::DemoCard::new());
    /// # let session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// let atr = session.atr()?;
    /// println!("{atr}");
    /// assert_eq!(atr.as_bytes()[0], 0x3B);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[doc(alias = "getATR")]
    pub fn atr(&self) -> Result<Atr, Error> {
        self.status().map(|status| status.atr)
    }

    /// Reads an attribute of the reader or the card.
    ///
    /// Wraps `SCardGetAttrib` ([pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html),
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardgetattrib)).
    ///
    /// # Errors
    /// `SCARD_E_UNSUPPORTED_FEATURE` (with pcsc-lite also `SCARD_E_NOT_TRANSACTED`) where the reader does
    /// not have it; `SCARD_E_SHARING_VIOLATION` while another handle holds a transaction; else as
    /// [`status`](Connection::status).
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # simulator.add_reader("Simulated Reader 00 00").insert(pcsc_sim::DemoCard::new());
    /// # let session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// use pcsc_session::{Attribute, Code};
    /// match session.get_attribute(Attribute::VENDOR_NAME) {
    ///     Ok(name) => println!("{}", String::from_utf8_lossy(&name)),
    ///     Err(error) => assert_eq!(error.code(), Some(Code::UNSUPPORTED_FEATURE)),
    /// }
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[doc(alias = "SCardGetAttrib")]
    pub fn get_attribute(&self, attribute: Attribute) -> Result<Vec<u8>, Error> {
        self.card.get_attribute(attribute)
    }

    /// Reads an attribute into a buffer; returns its length in bytes.
    ///
    /// # Errors
    /// `SCARD_E_INSUFFICIENT_BUFFER` where the buffer is too short, which is harmless; else as
    /// [`get_attribute`](Connection::get_attribute).
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// # reader.set_attribute(pcsc_session::Attribute::VENDOR_NAME.0, *b"Example");
    /// use pcsc_session::Attribute;
    ///
    /// let mut name = [0; 32];
    /// let len = session.get_attribute_into(Attribute::VENDOR_NAME, &mut name)?;
    /// assert_eq!(&name[..len], b"Example");
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn get_attribute_into(&self, attribute: Attribute, buffer: &mut [u8]) -> Result<usize, Error> {
        self.card.get_attribute_into(attribute, buffer)
    }

    /// Sets an attribute of the reader.
    ///
    /// Wraps `SCardSetAttrib` ([pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html),
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardsetattrib)).
    ///
    /// # Errors
    /// As [`get_attribute`](Connection::get_attribute); [`Error::InputTooLong`] for more than 264 bytes, which pcsc-lite
    /// does not take: nothing is sent.
    ///
    /// # Platform notes
    /// Windows has no such limit.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// # reader.set_attribute(0x7FFF, [0x00]);
    /// use pcsc_session::Attribute;
    ///
    /// let own = Attribute(0x7FFF);
    /// session.set_attribute(own, &[0x01, 0x02])?;
    /// assert_eq!(session.get_attribute(own)?, [0x01, 0x02]);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[doc(alias = "SCardSetAttrib")]
    pub fn set_attribute(&self, attribute: Attribute, value: &[u8]) -> Result<(), Error> {
        self.card.set_attribute(attribute, value)
    }

    /// Sends a control command to the reader, once, and returns its answer of up to 65,548 bytes.
    ///
    /// `code` comes from [`pcsc_sys::SCARD_CTL_CODE`] or from the reader's list of features.
    /// Neither input nor answer is logged. It goes to the reader, whatever has become of the card: also after a reset or
    /// a removal.
    ///
    /// Wraps `SCardControl` ([pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html),
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardcontrol)).
    ///
    /// # Errors
    /// `SCARD_E_UNSUPPORTED_FEATURE` (with pcsc-lite also `SCARD_E_NOT_TRANSACTED`) where the reader does
    /// not know the code; `SCARD_E_SHARING_VIOLATION` while another handle holds a transaction;
    /// [`Error::InputTooLong`] for more than 65,548 bytes: nothing is sent; [`Error::ReaderGone`] and
    /// `SCARD_E_NO_SERVICE` where the connection is lost.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # reader.set_features([(pcsc_sys::FEATURE_VERIFY_PIN_DIRECT, 0x4233_0006)]);
    /// # let session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// let features = session.control(pcsc_sys::CM_IOCTL_GET_FEATURE_REQUEST as u32, &[])?;
    /// assert_eq!(features, [pcsc_sys::FEATURE_VERIFY_PIN_DIRECT, 4, 0x42, 0x33, 0x00, 0x06]);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[doc(alias = "SCardControl")]
    pub fn control(&self, code: u32, input: &[u8]) -> Result<Vec<u8>, Error> {
        self.card.control(code, input)
    }

    /// Sends a control command to the reader, once; returns how many bytes of `output` it was answered with.
    ///
    /// # Errors
    /// `SCARD_E_INSUFFICIENT_BUFFER` where `output` is too short: the reader has acted all the same; else as
    /// [`control`](Connection::control).
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// # reader.set_features([(pcsc_sys::FEATURE_VERIFY_PIN_DIRECT, 0x4233_0006)]);
    /// let mut features = [0; 64];
    /// let len = session.control_into(pcsc_sys::CM_IOCTL_GET_FEATURE_REQUEST as u32, &[], &mut features)?;
    /// assert_eq!(features[..len], [pcsc_sys::FEATURE_VERIFY_PIN_DIRECT, 4, 0x42, 0x33, 0x00, 0x06]);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn control_into(&self, code: u32, input: &[u8], output: &mut [u8]) -> Result<usize, Error> {
        self.card.control_into(code, input, output)
    }

    /// Asks the reader for its features (PC/SC part 10, 2.2).
    ///
    /// # Errors
    /// As [`control`](Connection::control); [`Error::WrongAnswer`] where the reader's list is none.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # reader.set_features([(pcsc_sys::FEATURE_VERIFY_PIN_DIRECT, 0x4233_0006)]);
    /// # let session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// let features = session.features()?;
    /// let pinpad = features.iter().find(|feature| feature.tag == pcsc_sys::FEATURE_VERIFY_PIN_DIRECT);
    /// println!("a pinpad: {}", pinpad.is_some());
    /// # assert!(pinpad.is_some());
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[doc(alias = "CM_IOCTL_GET_FEATURE_REQUEST")]
    pub fn features(&self) -> Result<Vec<Feature>, Error> {
        self.card.features()
    }
}
