//! What begins a request.

use crate::{Command, Message};

/// What begins a request; answers have none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The length in bytes of the message that follows, without the bytes after that of a transmission or a control code.
    pub size: u32,
    /// What is asked.
    pub command: Command,
}

impl Header {
    /// The length of a header in bytes.
    pub const LEN: usize = 8;

    /// Makes the header of a request with this message.
    #[must_use]
    pub fn of<M: Message>(command: Command) -> Header {
        Header {
            // No message has more than some hundred bytes.
            size: M::LEN as u32,
            command,
        }
    }

    /// Makes the header of a request without a message.
    #[must_use]
    pub fn alone(command: Command) -> Header {
        Header { size: 0, command }
    }

    /// Returns its bytes.
    #[must_use]
    pub fn encode(self) -> [u8; Header::LEN] {
        let [a, b, c, d] = self.size.to_ne_bytes();
        let [e, f, g, h] = self.command.0.to_ne_bytes();
        [a, b, c, d, e, f, g, h]
    }

    /// Reads it; any number is a command here.
    #[must_use]
    pub fn decode([a, b, c, d, e, f, g, h]: [u8; Header::LEN]) -> Header {
        Header {
            size: u32::from_ne_bytes([a, b, c, d]),
            command: Command(u32::from_ne_bytes([e, f, g, h])),
        }
    }
}
