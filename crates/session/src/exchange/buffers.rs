//! What a channel keeps of commands and answers.

use crate::exchange::response::{Origin, Response};
use crate::ffi::ReaderName;
use pcsc_iso7816::command::Form;
use pcsc_iso7816::status_word::StatusWord;
use pcsc_sys::MAX_BUFFER_SIZE_EXTENDED;
use zeroize::Zeroize;

/// The buffers of a channel; what was secret in them is wiped before they go.
pub(crate) struct Buffers {
    /// Holds the largest answer there is; zeroed by the allocator, so its pages stay untouched until used.
    pub(super) receive: Box<[u8]>,
    /// How many bytes at the beginning of `receive` answered a secret command.
    pub(super) secret: usize,
    /// A command, encoded; wiped where it was secret.
    pub(super) outgoing: Vec<u8>,
    /// What the last answer answers.
    pub(super) origin: Origin,
    /// How the last answer came, since this was last taken.
    pub(super) course: Course,
}

/// How an answer came, where that was not by one command as it was given.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Course {
    /// The Le that the card named in 6Cxx, and that the command was sent with then.
    pub(super) own_le: Option<usize>,
    /// Parts of it came by GET RESPONSE.
    pub(super) has_rounds: bool,
}

impl Buffers {
    pub(crate) fn new(reader: ReaderName) -> Buffers {
        Buffers {
            receive: vec![0; MAX_BUFFER_SIZE_EXTENDED].into_boxed_slice(),
            secret: 0,
            outgoing: vec![0; Form::Short.max_len()],
            origin: Origin::new(reader),
            course: Course::default(),
        }
    }

    /// The answer of `len` bytes at the beginning of the buffer.
    #[inline]
    pub(super) fn response(&self, len: usize) -> Response<'_> {
        match &self.receive[..len] {
            [data @ .., sw1, sw2] => Response::new(data, StatusWord::new(*sw1, *sw2), &self.origin),
            // No exchange returns fewer than two bytes.
            _ => Response::new(&[], StatusWord::from_u16(0), &self.origin),
        }
    }

    /// Wipes the answer to a secret command.
    pub(crate) fn wipe(&mut self) {
        self.receive[..self.secret].zeroize();
        self.secret = 0;
    }
}

impl Drop for Buffers {
    fn drop(&mut self) {
        self.wipe();
    }
}

impl std::fmt::Debug for Buffers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Buffers").finish_non_exhaustive()
    }
}
