//! What a reader's driver answers on its own.

use super::code::Code;
use super::lock::lock;
use pcsc_iso7816::part10::feature::Feature;
use pcsc_sys::{CM_IOCTL_GET_FEATURE_REQUEST, DWORD, SCARD_E_UNSUPPORTED_FEATURE, SCARD_F_INTERNAL_ERROR};
use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

/// Answers a control code: appends to the output, or fails with a code.
pub(crate) type Handler = Box<dyn FnMut(u32, &[u8], &mut Vec<u8>) -> Result<(), Code> + Send>;

/// What a reader's driver answers. It is locked for moments only, never while the handler runs.
#[derive(Default)]
pub(crate) struct Driver {
    /// Control codes by the tags of PC/SC part 10.
    pub(crate) features: Vec<(u8, u32)>,
    pub(crate) attributes: BTreeMap<u32, Vec<u8>>,
    /// Locked while it runs, for it to answer one control at a time.
    handler: Option<Arc<Mutex<Handler>>>,
}

impl Driver {
    /// Sets what answers control codes; returns what did before, to be dropped with the driver unlocked.
    #[must_use]
    pub(crate) fn set_handler(&mut self, handler: Handler) -> Option<Arc<Mutex<Handler>>> {
        self.handler.replace(Arc::new(Mutex::new(handler)))
    }

    /// PC/SC part 10, 2.2: a tag, the length of 4 and the control code in big-endian order for each feature.
    fn feature_list(&self) -> Vec<u8> {
        let entry = |&(tag, control_code): &(u8, u32)| Feature { tag, control_code }.to_bytes();
        self.features.iter().flat_map(entry).collect()
    }
}

impl fmt::Debug for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Driver")
            .field("features", &self.features)
            .field("attributes", &self.attributes)
            .finish_non_exhaustive()
    }
}

/// Answers a control code, as vsmartcard's driver does where nothing was set: it knows none.
pub(crate) fn answer(driver: &Mutex<Driver>, code: DWORD, input: &[u8]) -> Result<Vec<u8>, Code> {
    let handler = {
        let driver = lock(driver);
        if code == CM_IOCTL_GET_FEATURE_REQUEST && !driver.features.is_empty() {
            return Ok(driver.feature_list());
        }
        driver.handler.clone()
    };
    let (Some(handler), Ok(code)) = (handler, u32::try_from(code)) else {
        return Err(SCARD_E_UNSUPPORTED_FEATURE);
    };
    let mut output = Vec::new();
    catch_unwind(AssertUnwindSafe(|| (lock(&handler))(code, input, &mut output)))
        .unwrap_or(Err(SCARD_F_INTERNAL_ERROR))
        .map(|()| output)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_are_listed_as_part_10_has_them() {
        let driver = Mutex::new(Driver::default());
        let request = CM_IOCTL_GET_FEATURE_REQUEST;
        assert_eq!(answer(&driver, request, &[]), Err(SCARD_E_UNSUPPORTED_FEATURE));
        lock(&driver).features = vec![(0x06, 0x4233_0006), (0x12, 0x4233_0012)];
        let list = [6, 4, 0x42, 0x33, 0, 6, 0x12, 4, 0x42, 0x33, 0, 0x12];
        assert_eq!(answer(&driver, request, &[]).unwrap(), list);
    }

    #[test]
    fn a_handler_that_panics_is_an_internal_error() {
        let driver = Mutex::new(Driver::default());
        drop(lock(&driver).set_handler(Box::new(|_, _, _| panic!("as the test wants it"))));
        assert_eq!(answer(&driver, 1, &[]), Err(SCARD_F_INTERNAL_ERROR));
    }
}
