//! What a client asks.

use crate::Version;
use crate::message::{self, Message};

/// What a client asks, by the service's number: any number is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Command(pub u32);

/// Makes the constants, and what each is followed by, from one list.
macro_rules! commands {
    ($($(#[$attribute:meta])* $name:ident = $number:literal, $len:expr;)*) => {
        impl Command {
            $($(#[$attribute])* pub const $name: Command = Command($number);)*

            /// Returns the length in bytes of the message that follows the header, in all versions but for
            /// [`WAIT`](Command::WAIT_READER_STATE_CHANGE), which changed; `None` of a command that no version has.
            ///
            /// The service closes the connection of a client whose header says another length.
            #[must_use]
            pub fn message_len(self, version: Version) -> Option<usize> {
                match self {
                    Command::WAIT_READER_STATE_CHANGE if version < Version::WAITS_AT_ONCE => {
                        Some(message::Wait::LEN)
                    }
                    $(Command::$name => Some($len),)*
                    _ => None,
                }
            }

            /// All that some version has.
            pub const ALL: &'static [Command] = &[$(Command::$name),*];
        }
    };
}

commands! {
    /// `SCardEstablishContext`, with a [`message::EstablishContext`].
    ESTABLISH_CONTEXT = 0x01, message::EstablishContext::LEN;
    /// `SCardReleaseContext`, with a [`message::ReleaseContext`].
    RELEASE_CONTEXT = 0x02, message::ReleaseContext::LEN;
    /// `SCardConnect`, with a [`message::Connect`].
    CONNECT = 0x04, message::Connect::LEN;
    /// `SCardReconnect`, with a [`message::Reconnect`].
    RECONNECT = 0x05, message::Reconnect::LEN;
    /// `SCardDisconnect`, with a [`message::Disconnect`].
    DISCONNECT = 0x06, message::Disconnect::LEN;
    /// `SCardBeginTransaction`, with a [`message::BeginTransaction`]. It does not wait: where another connection has one, the
    /// answer is `SCARD_E_SHARING_VIOLATION`.
    BEGIN_TRANSACTION = 0x07, message::BeginTransaction::LEN;
    /// `SCardEndTransaction`, with a [`message::EndTransaction`].
    END_TRANSACTION = 0x08, message::EndTransaction::LEN;
    /// `SCardTransmit`, with a [`message::Transmit`] and the command's bytes.
    TRANSMIT = 0x09, message::Transmit::LEN;
    /// `SCardControl`, with a [`message::Control`] and the input.
    CONTROL = 0x0A, message::Control::LEN;
    /// `SCardStatus`, with a [`message::Status`], which checks the connection; the rest is in the reader's state.
    STATUS = 0x0B, message::Status::LEN;
    /// `SCardCancel`, with a [`message::Cancel`], over a connection of its own.
    CANCEL = 0x0D, message::Cancel::LEN;
    /// `SCardGetAttrib`, with a [`message::Attribute`].
    GET_ATTRIBUTE = 0x0F, message::Attribute::LEN;
    /// `SCardSetAttrib`, with a [`message::Attribute`].
    SET_ATTRIBUTE = 0x10, message::Attribute::LEN;
    /// The version of the protocol, with a [`message::Version`].
    VERSION = 0x11, message::Version::LEN;
    /// The states of all readers, up to version 4:5.
    GET_READERS_STATE = 0x12, 0;
    /// To be told when a reader changes.
    WAIT_READER_STATE_CHANGE = 0x13, 0;
    /// To be told no more.
    STOP_WAITING_READER_STATE_CHANGE = 0x14, 0;
    /// How often readers came and went, from version 4:5 on: answered with a [`message::ReaderEvents`].
    GET_READER_EVENTS = 0x15, 0;
    /// How many states there are, from version 4:6 on: answered with a [`message::Size`].
    GET_READERS_STATE_SIZE = 0x16, 0;
    /// The states of all readers, from version 4:6 on.
    GET_READERS_STATE_ARRAY = 0x17, 0;
}
