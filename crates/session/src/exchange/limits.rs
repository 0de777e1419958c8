//! What the card and the reader say of long commands.

use crate::{Error, LongForm, Protocol, Session};
use pcsc_sys::{
    CM_IOCTL_GET_FEATURE_REQUEST, FEATURE_GET_TLV_PROPERTIES, PCSCv2_PART10_PROPERTY_dwMaxAPDUDataSize,
};

/// What the card and the reader say of long commands; asked once for each connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// The card's capabilities name extended length.
    pub(crate) named: bool,
    /// The most bytes that one command with extended length may carry or ask for; 0 where it cannot be used.
    extended: usize,
    /// The card's capabilities name command chaining.
    chaining: bool,
}

/// A feature of a reader: its tag and the control code to use it with (PC/SC part 10, 2.2).
///
/// # Examples
/// ```
/// # let simulator = pcsc_sim::Simulator::new();
/// # let reader = simulator.add_reader("Simulated Reader 00 00");
/// # reader.insert(pcsc_sim::DemoCard::new());
/// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
/// # reader.set_features([(pcsc_sys::FEATURE_VERIFY_PIN_DIRECT, 0x4233_0006)]);
/// let features = session.features()?;
/// assert_eq!(features[0].tag, pcsc_sys::FEATURE_VERIFY_PIN_DIRECT);
/// assert_eq!(features[0].control_code, 0x4233_0006); // to be given to `control`
/// # Ok::<(), pcsc_session::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feature {
    /// The tag: one of [`pcsc_sys`]' `FEATURE_` constants.
    pub tag: u8,
    /// The code for [`Session::control`].
    pub control_code: u32,
}

impl Session {
    /// Asks the reader for its features (PC/SC part 10, 2.2).
    ///
    /// # Errors
    /// As [`control`](Session::control); [`Error::BadResponse`] where the reader's list is cut off.
    ///
    /// # Examples
    /// ```
    /// # let simulator = pcsc_sim::Simulator::new();
    /// # let reader = simulator.add_reader("Simulated Reader 00 00");
    /// # reader.insert(pcsc_sim::DemoCard::new());
    /// # reader.set_features([(pcsc_sys::FEATURE_VERIFY_PIN_DIRECT, 0x4233_0006)]);
    /// # let mut session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
    /// let features = session.features()?;
    /// let pinpad = features.iter().find(|feature| feature.tag == pcsc_sys::FEATURE_VERIFY_PIN_DIRECT);
    /// println!("a pinpad: {}", pinpad.is_some());
    /// # assert!(pinpad.is_some());
    /// # Ok::<(), pcsc_session::Error>(())
    /// ```
    #[doc(alias = "CM_IOCTL_GET_FEATURE_REQUEST")]
    pub fn features(&mut self) -> Result<Vec<Feature>, Error> {
        let list = self.control(CM_IOCTL_GET_FEATURE_REQUEST as u32, &[])?;
        let mut features = Vec::new();
        let mut rest = list.as_slice();
        while !rest.is_empty() {
            let ([tag, 4, code @ ..], after) = rest.split_at_checked(6).unwrap_or((&[], &[])) else {
                return Err(
                    self.bad_response("a reader's feature has a tag, the length 4 and a control code")
                );
            };
            let control_code = code.iter().fold(0, |code, byte| code << 8 | u32::from(*byte));
            features.push(Feature {
                tag: *tag,
                control_code,
            });
            rest = after;
        }
        Ok(features)
    }

    /// The longest data of a command that the reader takes, where it says so (PC/SC part 10, 2.6.14).
    fn max_apdu_data_size(&mut self) -> Option<u32> {
        // A reader without features says nothing of them: that is no error here.
        let features = self.features().ok()?;
        let feature = features
            .iter()
            .find(|feature| feature.tag == FEATURE_GET_TLV_PROPERTIES)?;
        let properties = self.control(feature.control_code, &[]).ok()?;
        let mut rest = properties.as_slice();
        while let [tag, len, after @ ..] = rest {
            let (value, after) = after.split_at_checked(usize::from(*len))?;
            if *tag == PCSCv2_PART10_PROPERTY_dwMaxAPDUDataSize {
                // The values of the properties are little-endian.
                return value.try_into().ok().map(u32::from_le_bytes);
            }
            rest = after;
        }
        None
    }

    /// What the card and the reader say of long commands; the service is asked the first time.
    fn limits(&mut self) -> Result<Limits, Error> {
        if let Some(limits) = self.limits {
            return Ok(limits);
        }
        let capabilities = self.atr()?.historical_bytes().card_capabilities();
        let named = capabilities.is_some_and(|capabilities| capabilities.extended_length());
        // T=0 carries extended length only inside ENVELOPE (ISO/IEC 7816-3, 12.2).
        let extended = if named && self.protocol != Protocol::T0 {
            match self.max_apdu_data_size() {
                // The short form alone.
                Some(0..=256) => 0,
                Some(size) => usize::try_from(size).unwrap_or(usize::MAX),
                None => usize::MAX,
            }
        } else {
            0
        };
        // The connection is as it was: what the reader does not know of is no failure of the card.
        self.check("SCardControl")?;
        let limits = Limits {
            named,
            extended,
            chaining: capabilities.is_some_and(|capabilities| capabilities.command_chaining()),
        };
        self.limits = Some(limits);
        Ok(limits)
    }

    /// The form for a command with so many data bytes that the short one cannot carry, and whether it was chosen here;
    /// none where nothing says what the card takes.
    pub(crate) fn long_form(&mut self, nc: usize) -> Result<(Option<LongForm>, bool), Error> {
        if let Some(form) = self.exchange.long_form {
            return Ok((Some(form), false));
        }
        let limits = self.limits()?;
        let form = if limits.extended > 0 && nc <= limits.extended {
            Some(LongForm::Extended)
        } else if limits.chaining {
            Some(LongForm::Chaining)
        } else {
            None
        };
        Ok((form, true))
    }

    /// The most bytes that a command with extended length carries or asks for, once its form was asked for; 0 where
    /// there is none.
    pub(crate) fn most_extended(&self) -> usize {
        match (self.exchange.long_form, self.limits) {
            (Some(LongForm::Extended), _) => usize::MAX,
            (None, Some(limits)) => limits.extended,
            _ => 0,
        }
    }
}
