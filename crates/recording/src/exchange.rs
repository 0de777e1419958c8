//! What a packet says, on its way into a recording.

use crate::boundary::{HEADER, command_len};
use crate::comment::Comment;

/// A command and what came back, to be recorded.
///
/// # Examples
/// ```
/// use pcsc_recording::Exchange;
///
/// let verify = [0x00, 0x20, 0x00, 0x81, 0x04, 0x31, 0x32, 0x33, 0x34];
/// let exchange = Exchange::new(&verify, &[0x90, 0x00]).leave_secret_out(true);
/// let unanswered = Exchange::unanswered(&[0x00, 0xB0, 0x00, 0x00, 0x00], "SCARD_W_REMOVED_CARD");
/// # let mut recording = pcsc_recording::Writer::new(Vec::new())?;
/// # recording.exchange("Reader 00 00", &exchange, std::time::SystemTime::now())?;
/// # recording.exchange("Reader 00 00", &unanswered, std::time::SystemTime::now())?;
/// # assert!(!recording.into_inner().windows(4).any(|bytes| bytes == [0x31, 0x32, 0x33, 0x34]));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Exchange<'a> {
    command: &'a [u8],
    answer: Result<&'a [u8], &'a str>,
    is_left_out: bool,
}

impl<'a> Exchange<'a> {
    /// Makes an exchange of a command and its answer: data, SW1 and SW2.
    #[must_use]
    pub fn new(command: &'a [u8], answer: &'a [u8]) -> Exchange<'a> {
        Exchange {
            command,
            answer: Ok(answer),
            is_left_out: false,
        }
    }

    /// Makes an exchange of a command that was not answered, and why: a line of text.
    #[must_use]
    pub fn unanswered(command: &'a [u8], why: &'a str) -> Exchange<'a> {
        Exchange {
            command,
            answer: Err(why),
            is_left_out: false,
        }
    }

    /// Says whether the exchange carries a secret: the data of the command and of the answer is left out then, and marked so.
    #[must_use]
    pub fn leave_secret_out(mut self, is_left_out: bool) -> Self {
        self.is_left_out = is_left_out;
        self
    }

    /// The bytes of the packet, in three parts.
    pub(crate) fn parts(&self) -> [&'a [u8]; 3] {
        let answer = self.answer.unwrap_or_default();
        let (command, answer) = if self.is_left_out {
            (
                &self.command[..self.command.len().min(HEADER)],
                &answer[answer.len().saturating_sub(2)..],
            )
        } else {
            (self.command, answer)
        };
        let fifth: &[u8] = if command.len() == HEADER { &[0x00] } else { &[] };
        [command, fifth, answer]
    }

    /// The comment, where the bytes do not say it all.
    pub(crate) fn comment(&self) -> Option<Comment<'a>> {
        let is_plain = !self.is_left_out && self.command.len() > HEADER && self.is_split_by_rule();
        (!is_plain).then_some(Comment {
            is_left_out: self.is_left_out,
            command_len: self.command.len(),
            answer_len: self.answer.map(<[u8]>::len),
        })
    }

    /// Whether the rule finds the beginning of the answer.
    fn is_split_by_rule(&self) -> bool {
        let Ok(answer) = self.answer else {
            return false;
        };
        let command = self.command;
        let byte = |index: usize| match index.checked_sub(command.len()) {
            None => command[index],
            Some(index) => answer[index],
        };
        answer.len() >= 2 && command_len(command.len() + answer.len(), byte) == command.len()
    }
}

/// Shows lengths alone: the bytes may be secret.
impl std::fmt::Debug for Exchange<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Exchange")
            .field("command", &self.command.len())
            .field("answer", &self.answer.map(<[u8]>::len))
            .field("is_left_out", &self.is_left_out)
            .finish()
    }
}
