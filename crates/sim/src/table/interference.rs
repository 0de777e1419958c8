//! What happens to a call of a C function besides what the service does.

use super::function::Function;
use crate::pause::pause;
use crate::service::code::Code;
use std::fmt;
use std::time::Duration;

/// What is told of each call, and may interfere with it.
pub(crate) trait Interference: fmt::Debug + Send + Sync {
    /// Counts a call on the context or card of this number; returns what is due at it.
    fn enter(&self, function: Function, number: u32) -> Option<Due>;
}

/// Something that is done at a call.
pub(crate) type Action = Box<dyn FnOnce() + Send>;

/// Where the answer of a call comes from.
#[derive(Debug, Default)]
pub(crate) enum Answer {
    #[default]
    Own,
    /// The call does what it does, and then these bytes are what it gets.
    Instead(Vec<u8>),
}

impl Answer {
    /// The bytes that take the answer's place.
    pub(crate) fn into_bytes(self) -> Option<Vec<u8>> {
        match self {
            Self::Own => None,
            Self::Instead(bytes) => Some(bytes),
        }
    }
}

/// What is due at a call.
#[derive(Default)]
pub(crate) struct Due {
    pub(crate) code: Option<Code>,
    pub(crate) answer: Answer,
    pub(crate) delay: Duration,
    pub(crate) before: Vec<Action>,
    pub(crate) after: Vec<Action>,
}

impl Due {
    /// Makes a call with what is due at it.
    pub(crate) fn run(self, call: impl FnOnce(Answer) -> Code) -> Code {
        // A delay was asked for: nothing could end it earlier.
        pause(self.delay);
        self.before.into_iter().for_each(|action| action());
        let code = self.code.unwrap_or_else(|| call(self.answer));
        self.after.into_iter().for_each(|action| action());
        code
    }
}
