//! What a packet's comment says, and how it is read again.

use std::fmt;

/// How long command and answer are, where the bytes of a packet do not tell, and whether a secret was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Comment<'a> {
    pub(crate) is_left_out: bool,
    pub(crate) command_len: usize,
    /// The answer's length, or why there is none.
    pub(crate) answer_len: Result<usize, &'a str>,
}

const LEFT_OUT: &str = "secret left out: ";
const COMMAND: &str = "command of ";
const ANSWER: &str = " bytes, answer of ";
const NO_ANSWER: &str = " bytes, no answer: ";
const BYTES: &str = " bytes";

impl fmt::Display for Comment<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_left_out {
            f.write_str(LEFT_OUT)?;
        }
        write!(f, "{COMMAND}{}", self.command_len)?;
        match self.answer_len {
            Ok(len) => write!(f, "{ANSWER}{len}{BYTES}"),
            Err(why) => write!(f, "{NO_ANSWER}{why}"),
        }
    }
}

#[cfg(feature = "read")]
impl<'a> Comment<'a> {
    /// Reads a comment; `None` where it is one of somebody else.
    pub(crate) fn parse(text: &'a str) -> Option<Comment<'a>> {
        let (is_left_out, text) = match text.strip_prefix(LEFT_OUT) {
            Some(text) => (true, text),
            None => (false, text),
        };
        let text = text.strip_prefix(COMMAND)?;
        let (command_len, answer_len) = match text.split_once(ANSWER) {
            Some((command, answer)) => (command, Ok(answer.strip_suffix(BYTES)?.parse().ok()?)),
            None => text
                .split_once(NO_ANSWER)
                .map(|(command, why)| (command, Err(why)))?,
        };
        Some(Comment {
            is_left_out,
            command_len: command_len.parse().ok()?,
            answer_len,
        })
    }
}

#[cfg(all(test, feature = "read"))]
mod tests {
    use super::Comment;

    #[test]
    fn a_comment_is_read_as_it_was_written() {
        for is_left_out in [false, true] {
            for answer_len in [Ok(0), Ok(65_538), Err("SCARD_W_RESET_CARD"), Err("")] {
                let comment = Comment {
                    is_left_out,
                    command_len: 65_544,
                    answer_len,
                };
                assert_eq!(Comment::parse(&comment.to_string()), Some(comment));
            }
        }
    }

    #[test]
    fn a_comment_of_somebody_else_says_nothing() {
        for text in [
            "",
            "a PIN",
            "command of x bytes, answer of 2 bytes",
            "command of 5 bytes",
            "secret left out: ",
            "command of 99999999999999999999999 bytes, answer of 2 bytes",
            "command of 5 bytes, answer of 2 bytes more",
        ] {
            assert_eq!(Comment::parse(text), None, "{text}");
        }
    }
}
