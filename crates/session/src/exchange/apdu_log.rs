//! The log of what goes to a card and comes back: target `pcsc_session::apdu`, level trace.

use crate::ffi::{CallError, ReaderName};
use std::fmt;

const TARGET: &str = "pcsc_session::apdu";

/// Whether anybody listens. Costs a comparison where nobody logs at level trace.
#[inline]
pub(crate) fn enabled() -> bool {
    log::log_enabled!(target: TARGET, log::Level::Trace)
}

/// Logs a command: whole, or its header and how many bytes follow.
#[cold]
pub(crate) fn command(reader: &ReaderName, command: &[u8], hides_data: bool) {
    let (shown, hidden) = if hides_data {
        command.split_at(command.len().min(4))
    } else {
        (command, &[][..])
    };
    log::trace!(target: TARGET, "{reader}: > {}{}", Hex(shown), Hidden(hidden.len()));
}

/// Logs an answer: whole, or its status word and how many bytes stand before it.
#[cold]
pub(crate) fn answer(reader: &ReaderName, answer: Result<&[u8], &CallError>, hides_data: bool) {
    match answer {
        Ok(bytes) if hides_data => {
            let (hidden, shown) = bytes.split_at(bytes.len().saturating_sub(2));
            log::trace!(target: TARGET, "{reader}: < {}{}", Hex(shown), Hidden(hidden.len()));
        }
        Ok(bytes) => log::trace!(target: TARGET, "{reader}: < {}", Hex(bytes)),
        Err(error) => log::trace!(target: TARGET, "{reader}: < {error}"),
    }
}

struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

/// How many bytes are not shown.
struct Hidden(usize);

impl fmt::Display for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            Ok(())
        } else {
            write!(f, " ({} bytes not shown)", self.0)
        }
    }
}
