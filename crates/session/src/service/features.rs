//! What a reader can do beyond commands: PC/SC part 10.

use crate::error::Error;
use crate::ffi::WrongAnswer;
use crate::service::tracked_card::TrackedCard;
use pcsc_iso7816::part10::feature::{FEATURE_GET_TLV_PROPERTIES, Feature, Features};
use pcsc_iso7816::part10::property::{Properties, Property};
use pcsc_sys::CM_IOCTL_GET_FEATURE_REQUEST;

impl TrackedCard {
    /// Asks the reader for its features.
    pub(crate) fn features(&self) -> Result<Vec<Feature>, Error> {
        let features: Result<Vec<Feature>, _> = Features::new(&self.feature_list()?).collect();
        features.map_err(|_| self.failed("SCardControl", WrongAnswer::Features {}))
    }

    fn feature_list(&self) -> Result<Vec<u8>, Error> {
        self.control(CM_IOCTL_GET_FEATURE_REQUEST as u32, &[])
    }

    /// Asks how many bytes of data a command may have (PC/SC part 10, 2.6.14), where the reader says so.
    pub(crate) fn max_apdu_data_size(&self) -> Option<u32> {
        // A reader without features says nothing of them: that is no error here. Nor is an entry that is wrong, which takes
        // nothing away from the others.
        let list = self.feature_list().ok()?;
        let properties = Features::new(&list)
            .flatten()
            .find(|feature| feature.tag == FEATURE_GET_TLV_PROPERTIES)?;
        let properties = self.control(properties.control_code, &[]).ok()?;
        Properties::new(&properties)
            .flatten()
            .find_map(|property| match property {
                Property::MaxApduDataSize(size) => Some(size),
                _ => None,
            })
    }
}
