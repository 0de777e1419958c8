//! `SCardControl`, and what a reader's driver answers on its own.

use super::connection::{Connection, check_available};
use super::{Code, lock};
use pcsc_sys::{
    CM_IOCTL_GET_FEATURE_REQUEST, DWORD, MAX_BUFFER_SIZE_EXTENDED, SCARD_E_INSUFFICIENT_BUFFER,
    SCARD_E_NOT_TRANSACTED, SCARD_E_UNSUPPORTED_FEATURE, SCARD_F_INTERNAL_ERROR,
};
use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Answers a control code: appends to the output, or fails with a code.
pub(crate) type Handler = Box<dyn FnMut(u32, &[u8], &mut Vec<u8>) -> Result<(), Code> + Send>;

/// What a reader's driver answers. It may block its reader's other controls and attributes, and nothing else.
#[derive(Default)]
pub(crate) struct Driver {
    /// Control codes by the tags of PC/SC part 10.
    pub(crate) features: Vec<(u8, u32)>,
    pub(crate) attributes: BTreeMap<u32, Vec<u8>>,
    pub(crate) handler: Option<Handler>,
}

impl Driver {
    /// Answers a control code, as vsmartcard's driver does where nothing was set: it knows none.
    fn control(&mut self, code: DWORD, input: &[u8]) -> Result<Vec<u8>, Code> {
        if code == CM_IOCTL_GET_FEATURE_REQUEST && !self.features.is_empty() {
            return Ok(self.feature_list());
        }
        let (Some(handler), Ok(code)) = (&mut self.handler, u32::try_from(code)) else {
            return Err(SCARD_E_UNSUPPORTED_FEATURE);
        };
        let mut output = Vec::new();
        catch_unwind(AssertUnwindSafe(|| handler(code, input, &mut output)))
            .unwrap_or(Err(SCARD_F_INTERNAL_ERROR))
            .map(|()| output)
    }

    /// PC/SC part 10, 2.2: a tag, the length of 4 and the control code in big-endian order for each feature.
    fn feature_list(&self) -> Vec<u8> {
        let entry = |&(tag, code): &(u8, u32)| {
            let [a, b, c, d] = code.to_be_bytes();
            [tag, 4, a, b, c, d]
        };
        self.features.iter().flat_map(entry).collect()
    }
}

/// Why a control code was not answered, and how long the answer is for which the buffer is too short.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) code: Code,
    pub(crate) needed: usize,
}

impl From<Code> for Failed {
    fn from(code: Code) -> Self {
        Self { code, needed: 0 }
    }
}

/// Sends a control code to the reader's driver; returns the length of its answer, which goes into `buffer`.
///
/// Does not wait for another connection that has the card locked, and does not mind what happened to the card.
pub(crate) fn control(
    connection: &Connection,
    code: DWORD,
    input: &[u8],
    buffer: &mut [u8],
    instead: Option<Vec<u8>>,
) -> Result<usize, Failed> {
    let _cards = connection.lock()?;
    if input.len() > MAX_BUFFER_SIZE_EXTENDED {
        return Err(SCARD_E_INSUFFICIENT_BUFFER.into());
    }
    connection.context.ask_service()?;
    {
        let state = connection.lock_reader()?;
        connection.check_sharing(&state)?;
        check_available(&state)?;
    }
    let answer = lock(&connection.reader.driver).control(code, input);
    let answer = match instead {
        Some(instead) => instead,
        None => answer?,
    };
    connection.context.await_service()?;
    if answer.len() > MAX_BUFFER_SIZE_EXTENDED {
        return Err(SCARD_E_NOT_TRANSACTED.into());
    }
    let Some(buffer) = buffer.get_mut(..answer.len()) else {
        return Err(Failed {
            code: SCARD_E_INSUFFICIENT_BUFFER,
            needed: answer.len(),
        });
    };
    buffer.copy_from_slice(&answer);
    Ok(answer.len())
}

impl fmt::Debug for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Driver")
            .field("features", &self.features)
            .field("attributes", &self.attributes)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_are_listed_as_part_10_has_them() {
        let mut driver = Driver::default();
        let request = CM_IOCTL_GET_FEATURE_REQUEST;
        assert_eq!(driver.control(request, &[]), Err(SCARD_E_UNSUPPORTED_FEATURE));
        driver.features = vec![(0x06, 0x4233_0006), (0x12, 0x4233_0012)];
        let list = [6, 4, 0x42, 0x33, 0, 6, 0x12, 4, 0x42, 0x33, 0, 0x12];
        assert_eq!(driver.control(request, &[]).unwrap(), list);
    }

    #[test]
    fn a_handler_that_panics_is_an_internal_error() {
        let mut driver = Driver {
            handler: Some(Box::new(|_, _, _| panic!("as the test wants it"))),
            ..Driver::default()
        };
        assert_eq!(driver.control(1, &[]), Err(SCARD_F_INTERNAL_ERROR));
    }
}
