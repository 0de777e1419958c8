//! The contexts and connections that C programs have open, by their numbers.

use super::endpoint::Endpoint;
use super::handles::{CONTEXT, Handles, Reserved};
use crate::service::code::Code;
use crate::service::connecting::{Request, connect};
use crate::service::connection::Connection;
use crate::service::context::Context;
use crate::service::disconnecting::{abandon, disconnect};
use crate::service::lock::lock;
use pcsc_sys::{DWORD, SCARD_E_NO_MEMORY, SCARD_PROTOCOL_UNDEFINED};
use std::sync::{Arc, Mutex};

/// The contexts of all simulators.
pub(crate) static CONTEXTS: Handles<OpenContext> = Handles::new(CONTEXT);
/// The connections of all simulators.
pub(crate) static CONNECTIONS: Handles<OpenConnection> = Handles::new(0);

/// A context with its number.
#[derive(Debug)]
pub(crate) struct OpenContext {
    pub(super) number: u32,
    pub(super) endpoint: Arc<Endpoint>,
    pub(super) context: Arc<Context>,
    /// Its connections, by their numbers.
    connections: Mutex<Vec<(u32, Arc<Connection>)>>,
}

/// A connection with its number.
#[derive(Debug)]
pub(crate) struct OpenConnection {
    pub(super) number: u32,
    pub(super) context: Arc<OpenContext>,
    pub(super) connection: Arc<Connection>,
}

/// How connecting has ended, and what the program is told besides.
pub(super) struct Connected {
    pub(super) result: Result<(), Code>,
    /// The number of the connection. 0 where there is none; but one that never was open where the context has too many.
    pub(super) number: u32,
    /// The protocol that was settled, also where there is no connection.
    pub(super) protocol: DWORD,
}

impl From<Code> for Connected {
    fn from(code: Code) -> Self {
        Self {
            result: Err(code),
            number: 0,
            protocol: SCARD_PROTOCOL_UNDEFINED,
        }
    }
}

impl OpenContext {
    /// Opens a context; returns its number.
    pub(super) fn establish(endpoint: &Arc<Endpoint>) -> Result<u32, Code> {
        let context = Context::establish(&endpoint.world)?;
        let open = CONTEXTS.open(|number| {
            Arc::new(Self {
                number,
                endpoint: Arc::clone(endpoint),
                context,
                connections: Mutex::default(),
            })
        });
        open.map(|open| open.number).ok_or(SCARD_E_NO_MEMORY)
    }

    /// Connects to a reader. Blocks, with the context, while another connection has the card locked.
    pub(super) fn connect(self: &Arc<Self>, reader: &[u8], request: Request) -> Connected {
        // Before there is a connection, which nobody could end who has no number for it.
        let Some(reserved) = CONNECTIONS.reserve() else {
            return SCARD_E_NO_MEMORY.into();
        };
        let call = match self.context.begin_call() {
            Ok(call) => call,
            Err(code) => return code.into(),
        };
        let connected = connect(&call, reader, request);
        let connection = connected.connection.map(Arc::new);
        if let Ok(connection) = &connection {
            // In this call, so that the context's release finds all connections.
            lock(&self.connections).push((reserved.number, Arc::clone(connection)));
        }
        // A number's entry is locked before its context is.
        drop(call);
        let protocol = connected.protocol;
        match connection {
            Ok(connection) => Connected {
                result: Ok(()),
                number: self.open_connection(reserved, connection),
                protocol,
            },
            Err(code) => Connected {
                result: Err(code),
                // pcscd has given a number by the time at which it finds that the context has too many connections.
                number: if code == SCARD_E_NO_MEMORY {
                    reserved.number
                } else {
                    0
                },
                protocol,
            },
        }
    }

    /// Opens the number of a connection that is listed; closes it again where the context was released meanwhile.
    fn open_connection(
        self: &Arc<Self>,
        reserved: Reserved<'_, OpenConnection>,
        connection: Arc<Connection>,
    ) -> u32 {
        let number = reserved.number;
        reserved.open(Arc::new(OpenConnection {
            number,
            context: Arc::clone(self),
            connection,
        }));
        let is_listed = lock(&self.connections).iter().any(|(other, _)| *other == number);
        if !is_listed {
            // The release could not close a number that was not open.
            CONNECTIONS.close(number);
        }
        number
    }

    /// Closes a context: its connections leave their cards as they are, but a card that one of them has locked is reset.
    ///
    /// A context of a service that has gone is closed, too.
    pub(super) fn release(&self) -> Result<(), Code> {
        let released = self.context.begin_call()?.release_context();
        let connections = std::mem::take(&mut *lock(&self.connections));
        for (number, connection) in connections {
            if released.is_ok() {
                abandon(&connection);
            }
            CONNECTIONS.close(number);
        }
        CONTEXTS.close(self.number);
        released
    }
}

impl OpenConnection {
    /// Ends a connection and does to the card what `disposition` says.
    pub(super) fn disconnect(&self, disposition: DWORD) -> Result<(), Code> {
        disconnect(&self.connection, disposition)?;
        lock(&self.context.connections).retain(|(number, _)| *number != self.number);
        CONNECTIONS.close(self.number);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::driver::Driver;
    use crate::table::function::Function;
    use crate::table::interference::{Due, Interference};
    use crate::table::slot::Slot;
    use pcsc_sys::SCARD_SHARE_DIRECT;

    #[derive(Debug)]
    struct Nothing;

    impl Interference for Nothing {
        fn enter(&self, _: Function, _: u32) -> Option<Due> {
            None
        }
    }

    #[test]
    fn a_release_that_comes_before_a_connections_number_is_open_closes_it() {
        let endpoint: Arc<Endpoint> = Endpoint::open(Slot::take().unwrap(), Nothing);
        endpoint.world.add_reader(b"one", Driver::default());
        let context = CONTEXTS.get(OpenContext::establish(&endpoint).unwrap()).unwrap();
        let request = Request {
            share_mode: SCARD_SHARE_DIRECT,
            protocols: 0,
        };
        let stays = context.connect(b"one", request).number;
        assert!(CONNECTIONS.get(stays).is_some());

        let reserved = CONNECTIONS.reserve().unwrap();
        let call = context.context.begin_call().unwrap();
        let connection = Arc::new(connect(&call, b"one", request).connection.unwrap());
        lock(&context.connections).push((reserved.number, Arc::clone(&connection)));
        drop(call);
        context.release().unwrap();
        let number = context.open_connection(reserved, connection);
        assert!(CONNECTIONS.get(number).is_none());
        assert!(CONNECTIONS.get(stays).is_none());
    }
}
