//! What a session asks of the reader rather than of the card: status, attributes, control.

use crate::ffi::calls::{self as raw, Fill};
use crate::ffi::growing;
use crate::{Atr, Attribute, CardState, CardStatus, Error, ReaderName, Session};
use pcsc_sys::{MAX_BUFFER_SIZE, MAX_BUFFER_SIZE_EXTENDED, MAX_READERNAME};
use zeroize::Zeroize;

/// The longest answer to reset that a library may hand over: Windows' field has 36 bytes.
const ATR: usize = 36;

impl Session {
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
        const FUNCTION: &str = "SCardStatus";
        self.check(FUNCTION)?;
        let mut atr = [0; ATR];
        let (names, status) = growing::read(MAX_READERNAME + 2, usize::from(u16::MAX), |names| {
            raw::status(self.functions(), self.as_raw(), names, &mut atr)
        })
        .map_err(|unread| unread.into_error(FUNCTION, |code| self.failed(FUNCTION, code)))?;
        Ok(CardStatus {
            readers: ReaderName::list(&names[..status.names_len]),
            state: CardState(status.state),
            protocol: status.protocol,
            atr: Atr::new(&atr[..status.atr_len]),
        })
    }

    /// The card's answer to reset.
    ///
    /// Asks the service each time, so that the answer is the present card's.
    ///
    /// # Errors
    /// As [`status`](Session::status).
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
    /// [`status`](Session::status).
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
        const FUNCTION: &str = "SCardGetAttrib";
        self.check(FUNCTION)?;
        let (mut value, len) = growing::read(MAX_BUFFER_SIZE, MAX_BUFFER_SIZE_EXTENDED, |value| {
            raw::get_attribute(self.functions(), self.as_raw(), attribute.0, value)
        })
        .map_err(|unread| unread.into_error(FUNCTION, |code| self.failed(FUNCTION, code)))?;
        value.truncate(len);
        Ok(value)
    }

    /// Reads an attribute into a buffer; returns its length in bytes.
    ///
    /// # Errors
    /// `SCARD_E_INSUFFICIENT_BUFFER` where the buffer is too short, which is harmless; else as
    /// [`get_attribute`](Session::get_attribute).
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// # reader.set_attribute(pcsc_session::Attribute::VENDOR_NAME.0, *b"Example");
    /// use pcsc_session::Attribute;
    ///
    /// let mut name = [0; 32];
    /// let len = session.get_attribute_into(Attribute::VENDOR_NAME, &mut name)?;
    /// assert_eq!(&name[..len], b"Example");
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn get_attribute_into(&self, attribute: Attribute, buffer: &mut [u8]) -> Result<usize, Error> {
        const FUNCTION: &str = "SCardGetAttrib";
        self.check(FUNCTION)?;
        // pcsc-lite refuses a longer buffer than its own, which no attribute exceeds.
        let len = if cfg!(windows) {
            buffer.len()
        } else {
            buffer.len().min(MAX_BUFFER_SIZE)
        };
        let buffer = &mut buffer[..len];
        raw::get_attribute(self.functions(), self.as_raw(), attribute.0, buffer).map_err(|fill| match fill {
            Fill::TooShort(_) => self.failed(FUNCTION, crate::Code::INSUFFICIENT_BUFFER),
            Fill::Failed(code) => self.failed(FUNCTION, code),
        })
    }

    /// Sets an attribute of the reader.
    ///
    /// Wraps `SCardSetAttrib` ([pcsc-lite](https://pcsclite.apdu.fr/api/group__API.html),
    /// [Windows](https://learn.microsoft.com/windows/win32/api/winscard/nf-winscard-scardsetattrib)).
    ///
    /// # Errors
    /// As [`get_attribute`](Session::get_attribute); [`Error::InputTooLong`] for more than 264 bytes, which pcsc-lite
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
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// # reader.set_attribute(0x7FFF, [0x00]);
    /// use pcsc_session::Attribute;
    ///
    /// let own = Attribute(0x7FFF);
    /// session.set_attribute(own, &[0x01, 0x02])?;
    /// assert_eq!(session.get_attribute(own)?, [0x01, 0x02]);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[doc(alias = "SCardSetAttrib")]
    pub fn set_attribute(&mut self, attribute: Attribute, value: &[u8]) -> Result<(), Error> {
        const FUNCTION: &str = "SCardSetAttrib";
        if !cfg!(windows) {
            at_most(FUNCTION, value, MAX_BUFFER_SIZE)?;
        }
        self.check(FUNCTION)?;
        raw::set_attribute(self.functions(), self.as_raw(), attribute.0, value)
            .map_err(|code| self.failed(FUNCTION, code))
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
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// let features = session.control(pcsc_sys::CM_IOCTL_GET_FEATURE_REQUEST as u32, &[])?;
    /// assert_eq!(features, [pcsc_sys::FEATURE_VERIFY_PIN_DIRECT, 4, 0x42, 0x33, 0x00, 0x06]);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[doc(alias = "SCardControl")]
    pub fn control(&mut self, code: u32, input: &[u8]) -> Result<Vec<u8>, Error> {
        // The longest answer is long, and may be a secret: what is handed out is a copy of its own length.
        let mut output = vec![0; MAX_BUFFER_SIZE_EXTENDED];
        let result = self.control_into(code, input, &mut output);
        let written = *result.as_ref().unwrap_or(&output.len());
        let answer = result.map(|len| output[..len].to_vec());
        output[..written].zeroize();
        answer
    }

    /// Sends a control command to the reader, once; returns how many bytes of `output` it was answered with.
    ///
    /// # Errors
    /// `SCARD_E_INSUFFICIENT_BUFFER` where `output` is too short: the reader has acted all the same; else as
    /// [`control`](Session::control).
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// # reader.set_features([(pcsc_sys::FEATURE_VERIFY_PIN_DIRECT, 0x4233_0006)]);
    /// let mut features = [0; 64];
    /// let len = session.control_into(pcsc_sys::CM_IOCTL_GET_FEATURE_REQUEST as u32, &[], &mut features)?;
    /// assert_eq!(features[..len], [pcsc_sys::FEATURE_VERIFY_PIN_DIRECT, 4, 0x42, 0x33, 0x00, 0x06]);
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    pub fn control_into(&mut self, code: u32, input: &[u8], output: &mut [u8]) -> Result<usize, Error> {
        const FUNCTION: &str = "SCardControl";
        at_most(FUNCTION, input, MAX_BUFFER_SIZE_EXTENDED)?;
        // The reader answers whatever has become of the card.
        self.check_reader(FUNCTION)?;
        // pcsc-lite refuses a longer buffer than the longest answer.
        let len = output.len().min(MAX_BUFFER_SIZE_EXTENDED);
        let output = &mut output[..len];
        raw::control(self.functions(), self.as_raw(), code, input, output)
            .map_err(|code| self.failed(FUNCTION, code))
    }
}

/// Refuses an input that C would refuse with a code that says nothing of it.
fn at_most(function: &'static str, input: &[u8], max: usize) -> Result<(), Error> {
    if input.len() > max {
        return Err(Error::InputTooLong {
            function,
            len: input.len(),
            max,
        });
    }
    Ok(())
}
