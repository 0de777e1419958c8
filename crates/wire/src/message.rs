//! The messages: what follows a header, and what answers it.
//!
//! A client fills in what it asks, and the service answers with the same message, in which the fields of the answer have
//! their values. `code` is what the C function returns.

use crate::field::Field;
use crate::reader_name::ReaderName;
use crate::{MAX_ATTRIBUTE, MAX_EXTENDED};

/// A message of one form.
pub trait Message: Sized {
    /// Its length in bytes.
    const LEN: usize;

    /// Writes its bytes to the beginning of a buffer; what does not fit is left out.
    fn encode_into(&self, buffer: &mut [u8]);

    /// Reads it from exactly as many bytes as it has.
    #[must_use]
    fn decode(bytes: &[u8]) -> Option<Self>;
}

macro_rules! messages {
    ($($(#[$attribute:meta])* $name:ident { $($(#[$about:meta])* $field:ident: $type:ty,)* })*) => { $(
        $(#[$attribute])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct $name { $($(#[$about])* pub $field: $type,)* }

        impl Message for $name {
            const LEN: usize = 0 $(+ <$type as Field>::LEN)*;

            fn encode_into(&self, buffer: &mut [u8]) {
                let _rest = buffer;
                $(let _rest = self.$field.put(_rest);)*
            }

            fn decode(bytes: &[u8]) -> Option<Self> {
                let rest = bytes;
                $(let ($field, rest) = <$type as Field>::take(rest)?;)*
                rest.is_empty().then_some(Self { $($field,)* })
            }
        }
    )* };
}

messages! {
    /// The version of an end.
    Version {
        /// 4.
        major: i32,
        /// The client's, and in the answer the service's.
        minor: i32,
        /// In the answer: `SCARD_E_SERVICE_STOPPED` where the service does not serve such a client.
        code: u32,
    }
    /// A context is asked for.
    EstablishContext {
        /// `SCARD_SCOPE_SYSTEM`.
        scope: u32,
        /// In the answer.
        context: u32,
        /// In the answer.
        code: u32,
    }
    /// A context is given back.
    ReleaseContext {
        /// Which.
        context: u32,
        /// In the answer.
        code: u32,
    }
    /// A connection to a reader and its card is asked for.
    Connect {
        /// Of which context.
        context: u32,
        /// The reader.
        reader: ReaderName,
        /// `SCARD_SHARE_*`.
        share_mode: u32,
        /// `SCARD_PROTOCOL_*`.
        preferred_protocols: u32,
        /// In the answer.
        card: i32,
        /// In the answer.
        active_protocol: u32,
        /// In the answer.
        code: u32,
    }
    /// Another connection to the same reader is asked for.
    Reconnect {
        /// Which.
        card: i32,
        /// `SCARD_SHARE_*`.
        share_mode: u32,
        /// `SCARD_PROTOCOL_*`.
        preferred_protocols: u32,
        /// `SCARD_LEAVE_CARD` and the like.
        initialization: u32,
        /// In the answer.
        active_protocol: u32,
        /// In the answer.
        code: u32,
    }
    /// A connection is ended.
    Disconnect {
        /// Which.
        card: i32,
        /// `SCARD_LEAVE_CARD` and the like.
        disposition: u32,
        /// In the answer.
        code: u32,
    }
    /// A transaction is begun.
    BeginTransaction {
        /// On which connection.
        card: i32,
        /// In the answer.
        code: u32,
    }
    /// A transaction is ended.
    EndTransaction {
        /// On which connection.
        card: i32,
        /// `SCARD_LEAVE_CARD` and the like.
        disposition: u32,
        /// In the answer.
        code: u32,
    }
    /// A wait of another connection to the service is cancelled.
    Cancel {
        /// Its context.
        context: u32,
        /// In the answer.
        code: u32,
    }
    /// A connection is checked.
    Status {
        /// Which.
        card: i32,
        /// In the answer.
        code: u32,
    }
    /// A command goes to the card.
    Transmit {
        /// On which connection.
        card: i32,
        /// `SCARD_IO_REQUEST.dwProtocol` of the command.
        send_protocol: u32,
        /// `SCARD_IO_REQUEST.cbPciLength` of the command.
        send_pci_length: u32,
        /// The number of bytes that follow in a request: at most [`MAX_EXTENDED`].
        send_length: u32,
        /// `SCARD_IO_REQUEST.dwProtocol` of the answer.
        receive_protocol: u32,
        /// `SCARD_IO_REQUEST.cbPciLength` of the answer.
        receive_pci_length: u32,
        /// The room of the client; in the answer how many bytes the card gave, which follow where `code` is 0.
        receive_length: u32,
        /// In the answer.
        code: u32,
    }
    /// A control code goes to the reader.
    Control {
        /// On which connection.
        card: i32,
        /// `SCARD_CTL_CODE`.
        control_code: u32,
        /// The number of bytes that follow in a request: at most [`MAX_EXTENDED`].
        send_length: u32,
        /// The room of the client.
        receive_length: u32,
        /// In the answer: how many bytes the reader gave, which follow where `code` is 0.
        returned: u32,
        /// In the answer.
        code: u32,
    }
    /// An attribute is read or set.
    Attribute {
        /// On which connection.
        card: i32,
        /// `SCARD_ATTR_*`.
        attribute: u32,
        /// The value, as many bytes of it as the next field says.
        value: AttributeValue,
        /// The room of the client, or the length of the value: at most [`MAX_ATTRIBUTE`].
        length: u32,
        /// In the answer.
        code: u32,
    }
    /// That a reader has changed, or that the wait for it is over.
    Wait {
        /// In a request of up to version 4:3: the time in milliseconds.
        timeout: u32,
        /// 0, or `SCARD_E_CANCELLED`.
        code: u32,
    }
    /// How often readers came and went.
    ReaderEvents {
        /// A count.
        events: u32,
        /// 0.
        code: u32,
    }
    /// How many states of readers there are.
    Size {
        /// The number.
        readers: u32,
    }
}

impl Transmit {
    /// Returns the number of bytes that follow a request; `None` of more than the service takes.
    #[must_use]
    pub fn sent(&self) -> Option<usize> {
        bounded(self.send_length, MAX_EXTENDED)
    }

    /// Returns the number of bytes that follow an answer, 0 where it is a failure; `None` of more than there can be.
    #[must_use]
    pub fn received(&self) -> Option<usize> {
        if self.code != 0 {
            Some(0)
        } else {
            bounded(self.receive_length, MAX_EXTENDED)
        }
    }
}

impl Control {
    /// Returns the number of bytes that follow a request; `None` of more than the service takes.
    #[must_use]
    pub fn sent(&self) -> Option<usize> {
        bounded(self.send_length, MAX_EXTENDED)
    }

    /// Returns the number of bytes that follow an answer, 0 where it is a failure; `None` of more than there can be.
    #[must_use]
    pub fn received(&self) -> Option<usize> {
        if self.code != 0 {
            Some(0)
        } else {
            bounded(self.returned, MAX_EXTENDED)
        }
    }
}

impl Attribute {
    /// Returns the value; `None` where it says to be longer than there is room for.
    #[must_use]
    pub fn bytes(&self) -> Option<&[u8]> {
        self.value.0.get(..bounded(self.length, MAX_ATTRIBUTE)?)
    }
}

fn bounded(length: u32, max: usize) -> Option<usize> {
    usize::try_from(length).ok().filter(|length| *length <= max)
}

/// The room for the value of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttributeValue(pub [u8; MAX_ATTRIBUTE]);

impl AttributeValue {
    /// Puts a value in; `None` of one that is too long.
    #[must_use]
    pub fn new(value: &[u8]) -> Option<AttributeValue> {
        let mut room = [0; MAX_ATTRIBUTE];
        room.get_mut(..value.len())?.copy_from_slice(value);
        Some(AttributeValue(room))
    }
}

impl Default for AttributeValue {
    fn default() -> AttributeValue {
        AttributeValue([0; MAX_ATTRIBUTE])
    }
}

impl Field for AttributeValue {
    const LEN: usize = MAX_ATTRIBUTE;

    fn put<'a>(&self, buffer: &'a mut [u8]) -> &'a mut [u8] {
        self.0.put(buffer)
    }

    fn take(bytes: &[u8]) -> Option<(Self, &[u8])> {
        Field::take(bytes).map(|(value, rest)| (AttributeValue(value), rest))
    }
}

#[cfg(test)]
mod tests;
