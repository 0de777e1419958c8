//! What a packet says, as it was read.

use crate::boundary::{HEADER, command_len};
use crate::comment::Comment;
use std::fmt;

/// A command and what came back, of a recording.
///
/// # Examples
/// ```
/// use pcsc_recording::{Exchange, Recording, Writer};
///
/// # let now = std::time::SystemTime::now();
/// let mut recording = Writer::new(Vec::new())?;
/// let verify = [0x00, 0x20, 0x00, 0x81, 0x04, 0x31, 0x32, 0x33, 0x34];
/// recording.exchange("Reader 00 00", &Exchange::new(&verify, &[0x63, 0xC2]).leave_secret_out(true), now)?;
/// let read = Recording::read(&recording.into_inner()[..])?;
/// let exchange = &read.cards()[0].exchanges()[0];
/// assert!(exchange.is_left_out);
/// assert_eq!((&exchange.command[..], exchange.command_len), (&verify[..4], 9));
/// assert_eq!(exchange.answer.as_deref(), Some(&[0x63, 0xC2][..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordedExchange {
    /// The command; its header alone where a secret was left out.
    pub command: Vec<u8>,
    /// How many bytes were sent.
    pub command_len: usize,
    /// The answer: data, SW1 and SW2, or the status word alone where a secret was left out. `None` where there was none.
    pub answer: Option<Vec<u8>>,
    /// How many bytes came back.
    pub answer_len: usize,
    /// Why there was no answer, where there was none.
    pub why_unanswered: Option<String>,
    /// Whether the exchange carried a secret, which was left out.
    pub is_left_out: bool,
    /// Whether these are the bytes that a program sent and got. Recordings of other tools have what a card with T=0 sent and
    /// got: of a command of four bytes five, of one with data and Le no Le, and the header alone where the card refused that.
    pub is_exact: bool,
}

impl RecordedExchange {
    /// Reads a packet; `is_own` where this crate has written it. `None` where there is no command in it.
    pub(crate) fn parse(packet: &[u8], comment: Option<&str>, is_own: bool) -> Option<RecordedExchange> {
        match comment.and_then(Comment::parse) {
            Some(comment) => RecordedExchange::by_comment(packet, comment),
            None => {
                let len = command_len(packet.len(), |index| packet[index]);
                (len >= HEADER).then(|| RecordedExchange::split(packet, len, is_own))
            }
        }
    }

    fn split(packet: &[u8], len: usize, is_exact: bool) -> RecordedExchange {
        let (command, answer) = packet.split_at(len);
        RecordedExchange {
            command: command.to_vec(),
            command_len: command.len(),
            answer: Some(answer.to_vec()),
            answer_len: answer.len(),
            why_unanswered: None,
            is_left_out: false,
            is_exact,
        }
    }

    /// Reads a packet whose comment says what the bytes do not; `None` where they contradict each other.
    fn by_comment(packet: &[u8], comment: Comment<'_>) -> Option<RecordedExchange> {
        let shown = match comment.is_left_out {
            true => comment.command_len.min(HEADER),
            false => comment.command_len,
        };
        let (command, rest) = packet.split_at_checked(shown)?;
        let answer = match (shown, rest) {
            (HEADER, [0x00, answer @ ..]) => answer,
            (HEADER, _) => return None,
            (_, answer) => answer,
        };
        let answer_len = comment.answer_len.unwrap_or(0);
        let shown = match comment.is_left_out {
            true => answer_len.min(2),
            false => answer_len,
        };
        if command.is_empty() || answer.len() != shown {
            return None;
        }
        Some(RecordedExchange {
            command: command.to_vec(),
            command_len: comment.command_len,
            answer: comment.answer_len.is_ok().then(|| answer.to_vec()),
            answer_len,
            why_unanswered: comment.answer_len.err().map(str::to_owned),
            is_left_out: comment.is_left_out,
            is_exact: true,
        })
    }
}

/// Shows headers, status words and lengths: what stands between may be secret.
impl fmt::Debug for RecordedExchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let header = &self.command[..self.command.len().min(HEADER)];
        let status = self.answer.as_deref();
        let status = status.map(|answer| &answer[answer.len().saturating_sub(2)..]);
        f.debug_struct("RecordedExchange")
            .field("header", &format_args!("{header:02X?}"))
            .field("command_len", &self.command_len)
            .field("status", &format_args!("{status:02X?}"))
            .field("answer_len", &self.answer_len)
            .field("why_unanswered", &self.why_unanswered)
            .field("is_left_out", &self.is_left_out)
            .field("is_exact", &self.is_exact)
            .finish()
    }
}
