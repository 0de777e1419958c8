//! A card that loses its power.

use super::{DEADLINE, Recorder};
use pcsc_sys::{SCARD_S_SUCCESS, SCARDHANDLE};
use std::ptr;
use std::thread;
use std::time::{Duration, Instant};

impl Recorder {
    /// Inserts a card whose answers tell how many commands it has executed since it was reset.
    pub(crate) fn insert_counting(&mut self, reader: usize, atr: &[u8]) {
        self.backend.insert_counting(reader, atr);
    }

    /// Waits until the service has taken the power of a card that no program uses; a direct connection tells.
    #[track_caller]
    pub(crate) fn lose_power(&mut self, reader: usize, direct: SCARDHANDLE) {
        self.backend.take_power(reader);
        let end = Instant::now() + DEADLINE;
        loop {
            let mut protocol = 0;
            // SAFETY: the one pointer that is not null is a local's.
            let code = unsafe {
                (self.functions.SCardStatus)(
                    direct,
                    ptr::null_mut(),
                    ptr::null_mut(),
                    ptr::null_mut(),
                    &mut protocol,
                    ptr::null_mut(),
                    ptr::null_mut(),
                )
            };
            assert_eq!(code, SCARD_S_SUCCESS);
            // With the power goes the protocol, and that is all that pcscd tells.
            if protocol == 0 {
                return;
            }
            assert!(Instant::now() < end, "the card keeps its power");
            // No event to wait for: it is asked again, a few times in each of pcscd's rounds.
            thread::sleep(Duration::from_millis(100));
        }
    }
}
