//! What an error says to people.

use super::{Cause, Error};
use crate::ffi::{Code, ReaderName};
use pcsc_iso7816::command::Form;
use pcsc_iso7816::status_word::StatusWord;
use std::fmt;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::NoReaders {} => {
                f.write_str("there is no smart-card reader: ")?;
                write_causes(f, &self.causes())
            }
            Error::InvalidReader { name, available } if available.is_empty() => {
                write!(f, "there is no reader {name:?}, nor any other: ")?;
                write_causes(f, &self.causes())
            }
            Error::InvalidReader { name, available } => {
                write!(
                    f,
                    "there is no reader {name:?}; there are {available:?}: give one of these names exactly, or plug that reader in"
                )
            }
            Error::NoCard {
                function,
                code,
                reader,
                with_card,
            } => {
                write!(
                    f,
                    "there is no card in the reader {reader:?}, {function} failed with {}: insert one",
                    Number(*code)
                )?;
                match with_card.len() {
                    0 => Ok(()),
                    _ => write!(f, ", or choose another reader, there is a card in {with_card:?}"),
                }
            }
            Error::AmbiguousReader { choice, candidates } => write!(
                f,
                "there is more than one {choice}: {candidates:?}: choose one of them by its exact name"
            ),
            Error::NoMatchingReader { choice, available } => {
                let (are, them) = match available.len() {
                    1 => ("is", "it"),
                    _ => ("are", "one of them"),
                };
                let number = available.len();
                write!(
                    f,
                    "there is no {choice}; there {are} {number}, {available:?}: choose {them}, or plug that reader in"
                )
            }
            Error::NoMatchingCard { empty, mute, other } => write_no_matching_card(f, empty, mute, other),
            Error::Load { source } => source.fmt(f),
            Error::TooManyPostponed { source } => source.fmt(f),
            Error::EmptyCommand {} => f.write_str(
                "the command has no bytes and was not sent: it needs at least CLA, INS, P1 and P2",
            ),
            Error::CommandTooLong { len, max } => {
                write!(
                    f,
                    "the command of {len} bytes was not sent: the longest has {max}"
                )
            }
            Error::ShortResponse { len, reader } => write!(
                f,
                "the card in {reader:?} answered SCardTransmit with {len} of the 2 bytes of a status word: the command may have acted, reset the card before going on"
            ),
            Error::Status {
                status,
                header,
                refusal,
                reader,
            } => {
                write!(f, "the card in {reader:?} answered ")?;
                if let Some([cla, ins, p1, p2]) = header {
                    write!(f, "the command {cla:02X} {ins:02X} {p1:02X} {p2:02X} with ")?;
                }
                status.fmt(f)?;
                match refusal {
                    Some(refusal) => write!(f, "; and GET RESPONSE for the data with {refusal}"),
                    None => Ok(()),
                }
            }
            Error::ManageChannel {} => f.write_str(
                "MANAGE CHANNEL does not go through a channel: open and close channels by the session",
            ),
            Error::Encode { source } => write!(f, "the command was not sent: {source}"),
            Error::Class { source } => write!(f, "the command was not sent: {source}"),
            Error::OutOfRange { source } => write!(f, "the command was not sent: {source}"),
            Error::FormUnknown { nc, problem, reader } => write!(
                f,
                "the command with {nc} bytes of data was not sent to the card in {reader:?}: {problem}"
            ),
            Error::FormRefused {
                form,
                status,
                nc,
                ne,
                reader,
            } => {
                write!(
                    f,
                    "the card in {reader:?} answered {status} to a command with {form}, {nc} bytes of data and {ne} expected: set ExchangeOptions::long_form to another form"
                )?;
                // A wrong length may be one that is too large.
                if *status != StatusWord::WRONG_LENGTH {
                    return Ok(());
                }
                match (*nc >= Form::Short.max_nc(), *ne > Form::Short.max_ne()) {
                    (true, true) => f.write_str(", or max_nc or max_ne to what the card takes"),
                    (true, false) => f.write_str(", or max_nc to what the card takes"),
                    (false, true) => f.write_str(", or max_ne to what the card takes"),
                    (false, false) => Ok(()),
                }
            }
            Error::ResponseTooLong { len, reader } => write!(
                f,
                "the card in {reader:?} has more than an answer may have: {len} bytes came, the most are 65,536"
            ),
            Error::FileTooShort {
                len,
                expected,
                reader,
            } => write!(
                f,
                "the file of the card in {reader:?} ends after {len} of the {expected} bytes that were asked for"
            ),
            Error::FileTooLong { max, reader } => write!(
                f,
                "no more than {max} bytes are read or updated of one file of the card in {reader:?}"
            ),
            Error::BadResponse { problem, reader } => {
                write!(f, "the answer of the card in {reader:?} is wrong: {problem}")
            }
            Error::KeepsChanging { function } => {
                write!(
                    f,
                    "what {function} gives kept changing while it was read: try again"
                )
            }
            Error::TimedOut {
                awaited,
                timeout,
                loss,
                failure,
            } => {
                write!(f, "{awaited} did not come within {timeout:?}")?;
                match (failure, loss) {
                    (Some(error), _) => write!(f, ": {error}"),
                    (None, Some(error)) => write!(f, ", and there was no service: {error}"),
                    (None, None) => Ok(()),
                }
            }
            Error::Cancelled { awaited } => write!(f, "the wait for {awaited} was cancelled"),
            Error::NoThread { kind } => write!(
                f,
                "the system started no thread to watch the readers: {kind}: end what this program does not need"
            ),
            Error::ReaderGone {
                function,
                code,
                reader,
            } => write!(
                f,
                "{function} failed on the reader {reader:?} with {}: the reader was pulled out, or the service has lost it: plug it in and recover the session, or open a new session",
                Number(*code)
            ),
            Error::UnknownHandle { function } => write!(
                f,
                "{function} failed with {}: the service does not know the handle that was to be taken over",
                Number(Code::INVALID_HANDLE)
            ),
            Error::InputTooLong { function, len, max } => write!(
                f,
                "the input of {len} bytes was not sent: {function} takes {max} at most"
            ),
            Error::WrongAnswer {
                function,
                answer,
                reader,
            } => {
                f.write_str(function)?;
                if let Some(reader) = reader {
                    write!(f, " on the reader {reader:?}")?;
                }
                write!(
                    f,
                    " gave {answer}: the PC/SC library, or the reader's driver behind it, is wrong"
                )?;
                if *function == "SCardTransmit" {
                    f.write_str(", and the command may have acted")?;
                }
                f.write_str(": update it, or use another")
            }
            Error::Pcsc {
                function,
                code,
                reader,
                ..
            } => {
                write!(f, "{function} failed")?;
                if let Some(reader) = reader {
                    write!(f, " on the reader {reader:?}")?;
                }
                let causes = self.causes();
                if causes.is_empty() {
                    return write!(f, ": {code}");
                }
                write!(f, ": {}: ", Number(*code))?;
                write_causes(f, &causes)
            }
        }
    }
}

/// Writes what is in the readers in place of the card that was asked for.
fn write_no_matching_card(
    f: &mut fmt::Formatter<'_>,
    empty: &[ReaderName],
    mute: &[ReaderName],
    other: &[ReaderName],
) -> fmt::Result {
    let (wanted, remedy) = match other {
        [] => ("can be used", "insert one"),
        _ => ("was asked for", "insert it"),
    };
    write!(f, "there is no card that {wanted}: ")?;
    let mut separator = "";
    if !empty.is_empty() {
        write!(f, "none in {empty:?}")?;
        separator = "; ";
    }
    if !mute.is_empty() {
        let (cards, answer, they_are) = match mute {
            [_] => ("card", "does", "it is"),
            _ => ("cards", "do", "they are"),
        };
        write!(
            f,
            "{separator}the {cards} in {mute:?} {answer} not answer, perhaps {they_are} the wrong way round"
        )?;
        separator = "; ";
    }
    match other {
        [] => {}
        [_] => write!(f, "{separator}the card in {other:?} is another")?,
        _ => write!(f, "{separator}the cards in {other:?} are others")?,
    }
    write!(f, ": {remedy}")
}

/// Writes all of them, as what may be where there are several.
fn write_causes(f: &mut fmt::Formatter<'_>, causes: &[Cause]) -> fmt::Result {
    for (index, cause) in causes.iter().enumerate() {
        match index {
            0 if causes.len() > 1 => f.write_str("perhaps ")?,
            0 => {}
            _ => f.write_str("; or ")?,
        }
        write!(f, "{cause}")?;
    }
    Ok(())
}

/// A code by its name and number, where its usual meaning does not apply.
struct Number(Code);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = self.0;
        write!(f, "{} (0x{:08X})", code.name().unwrap_or("a code"), code.0)
    }
}
