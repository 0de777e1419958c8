//! What a reader can do beyond commands: PC/SC part 10.

use crate::error::Error;
use crate::service::tracked_card::TrackedCard;
use pcsc_sys::{
    CM_IOCTL_GET_FEATURE_REQUEST, FEATURE_GET_TLV_PROPERTIES, PCSCv2_PART10_PROPERTY_dwMaxAPDUDataSize,
};

/// A feature of a reader: its tag and the control code to use it with (PC/SC part 10, 2.2).
///
/// # Examples
/// ```
/// # let simulator = pcsc_sim::Simulator::new();
/// # let reader = simulator.add_reader("Simulated Reader 00 00");
/// # reader.insert(pcsc_sim::DemoCard::new());
/// # let session = pcsc_session::Session::options().provider(simulator.provider()).open()?;
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
    /// The code for [`Connection::control`](crate::Connection::control).
    pub control_code: u32,
}

impl TrackedCard {
    /// Asks the reader for its features.
    pub(crate) fn features(&self) -> Result<Vec<Feature>, Error> {
        let list = self.control(CM_IOCTL_GET_FEATURE_REQUEST as u32, &[])?;
        let mut features = Vec::new();
        let mut rest = list.as_slice();
        while !rest.is_empty() {
            let ([tag, 4, code @ ..], after) = rest.split_at_checked(6).unwrap_or((&[], &[])) else {
                return Err(Error::BadResponse {
                    problem: "a reader's feature has a tag, the length 4 and a control code",
                    reader: self.reader().clone(),
                });
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

    /// How many bytes an APDU may have, where the reader says so.
    pub(crate) fn max_apdu_data_size(&self) -> Option<u32> {
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
}
