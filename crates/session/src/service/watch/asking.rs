//! One call that asks for the states of readers.

use crate::error::Error;
use crate::ffi::{CallError, Code, ReaderState};
use crate::service::context::Context;
use std::time::Duration;

/// What became of one question.
pub(super) enum Answer {
    /// A reader is not as it was known.
    Changed,
    TimedOut,
    Cancelled,
    /// The service does not know one of the names.
    UnknownName,
    /// There were too many names.
    TooMany,
}

/// Asks, in one call; what was told is in the questions then.
pub(super) fn ask(context: &Context, time: Duration, questions: &mut [ReaderState]) -> Result<Answer, Error> {
    match context.handle().get_status_change(Some(time), questions) {
        Ok(()) => Ok(Answer::Changed),
        Err(CallError::Failed(Code::TIMEOUT)) => Ok(Answer::TimedOut),
        Err(CallError::Failed(Code::CANCELLED)) => Ok(Answer::Cancelled),
        Err(CallError::Failed(Code::UNKNOWN_READER)) => Ok(Answer::UnknownName),
        // pcsc-lite takes as many as there can be readers, up to 1.9; Windows has a limit too.
        Err(CallError::Failed(Code::INVALID_PARAMETER)) if questions.len() > 1 => Ok(Answer::TooMany),
        Err(error) => Err(Error::of_call("SCardGetStatusChange", error, None)),
    }
}

pub(super) fn is_pnp(state: &ReaderState) -> bool {
    *state.name() == ReaderState::PNP_NOTIFICATION
}
