//! Who sees what goes to a card and comes back: the log, and a recording.

use crate::exchange::apdu_log;
#[cfg(feature = "record")]
use crate::exchange::recorder::Recorder;
use crate::ffi::{CallError, ReaderName};
use crate::service::TrackedCard;

/// What a session shows of its traffic, and to whom.
#[derive(Clone, Debug, Default)]
pub(crate) struct Observer {
    /// The log has the bytes of commands and answers too.
    pub(crate) logs_bytes: bool,
    #[cfg(feature = "record")]
    pub(crate) recorder: Option<Recorder>,
    /// The recording has what is secret too.
    #[cfg(feature = "record")]
    pub(crate) records_secrets: bool,
}

impl Observer {
    /// Whether anybody listens. Costs two comparisons where nobody does.
    #[inline]
    pub(super) fn is_there(&self) -> bool {
        #[cfg(feature = "record")]
        if self.recorder.is_some() {
            return true;
        }
        apdu_log::enabled()
    }

    /// Shows a command, before it goes to the card.
    #[cold]
    pub(super) fn command(&self, reader: &ReaderName, command: &[u8], is_secret: bool) {
        if apdu_log::enabled() {
            apdu_log::command(reader, command, is_secret || !self.logs_bytes);
        }
    }

    /// Shows what came back of a command.
    #[cold]
    #[cfg_attr(
        not(feature = "record"),
        expect(unused_variables, reason = "the log has shown the command")
    )]
    pub(super) fn answer(
        &self,
        reader: &ReaderName,
        command: &[u8],
        answer: Result<&[u8], &CallError>,
        is_secret: bool,
    ) {
        if apdu_log::enabled() {
            apdu_log::answer(reader, answer, is_secret || !self.logs_bytes);
        }
        #[cfg(feature = "record")]
        if let Some(recorder) = &self.recorder {
            recorder.exchange(reader, command, answer, is_secret && !self.records_secrets);
        }
    }

    /// Shows that a card was connected to.
    #[cfg_attr(
        not(feature = "record"),
        expect(unused_variables, clippy::unused_self, reason = "the log has commands alone")
    )]
    pub(super) fn connected(&self, card: &TrackedCard) {
        #[cfg(feature = "record")]
        if let Some(recorder) = &self.recorder {
            // What fails here shows at the next call.
            if let Ok(status) = card.handle().status() {
                recorder.answer_to_reset(card.reader(), status.atr.as_bytes());
            }
        }
    }
}
