//! What a reader can do beyond commands: PC/SC part 10.

use crate::error::Error;
use crate::service::tracked_card::TrackedCard;
use pcsc_iso7816::part10::feature::{FEATURE_GET_TLV_PROPERTIES, Feature, Features};
use pcsc_iso7816::part10::property::Properties;
use pcsc_sys::CM_IOCTL_GET_FEATURE_REQUEST;

impl TrackedCard {
    /// Asks the reader for its features.
    pub(crate) fn features(&self) -> Result<Vec<Feature>, Error> {
        let list = self.control(CM_IOCTL_GET_FEATURE_REQUEST as u32, &[])?;
        let features: Result<Vec<Feature>, _> = Features::new(&list).collect();
        features.map_err(|_| Error::BadResponse {
            problem: "a reader's feature has a tag, the length 4 and a control code",
            reader: self.reader().clone(),
        })
    }

    /// Asks how many bytes of data a command may have (PC/SC part 10, 2.6.14), where the reader says so.
    pub(crate) fn max_apdu_data_size(&self) -> Option<u32> {
        // A reader without features says nothing of them: that is no error here.
        let features = self.features().ok()?;
        let properties = features
            .iter()
            .find(|feature| feature.tag == FEATURE_GET_TLV_PROPERTIES)?;
        let properties = self.control(properties.control_code, &[]).ok()?;
        Properties::new(&properties).max_apdu_data_size().ok()?
    }
}
