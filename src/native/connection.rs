//! A connection to pcscd: requests and their answers, one at a time.

use super::socket::{self, Socket};
use crate::arguments::Room;
use crate::{LONG, SCARD_E_NO_SERVICE, SCARD_E_TIMEOUT, SCARD_F_COMM_ERROR, SCARD_W_SECURITY_VIOLATION};
use pcsclite_wire::{Command, Header, Message, Version, message};
use std::io::{self, IoSlice};
use std::os::fd::RawFd;
use std::time::Instant;

/// The longest request but for the bytes after it: that of an attribute.
const LONGEST_REQUEST: usize = Header::LEN + message::Attribute::LEN;

/// A connection to pcscd, with the version that both ends speak.
///
/// What goes wrong once ends it: after half an answer, or one that cannot be, nobody knows where the next one begins. The
/// calls after that have no service.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) socket: Socket,
    /// What is spoken.
    pub(super) version: Version,
    /// What the service has said to be its version.
    pub(super) service: Version,
    /// Whether it has agreed to serve this connection.
    pub(super) is_admitted: bool,
}

impl Connection {
    pub(super) fn descriptor(&self) -> RawFd {
        self.socket.descriptor()
    }

    /// Sends a request, and the bytes after it; in one system call.
    ///
    /// # Errors
    /// `SCARD_E_NO_SERVICE`
    pub(super) fn send<M: Message>(&self, command: Command, message: &M, bytes: &[u8]) -> Result<(), LONG> {
        const { assert!(Header::LEN + M::LEN <= LONGEST_REQUEST) };
        let mut request = [0; LONGEST_REQUEST];
        let (header, body) = request.split_at_mut(Header::LEN);
        header.copy_from_slice(&Header::of::<M>(command).encode());
        message.encode_into(body);
        let request = request.get(..Header::LEN + M::LEN).unwrap_or_default();
        self.send_parts(&mut [IoSlice::new(request), IoSlice::new(bytes)])
    }

    /// Sends requests.
    ///
    /// # Errors
    /// `SCARD_E_NO_SERVICE`
    pub(super) fn send_parts(&self, parts: &mut [IoSlice<'_>]) -> Result<(), LONG> {
        self.socket.send(parts).map_err(|_| {
            self.socket.give_up();
            SCARD_E_NO_SERVICE
        })
    }

    /// Receives an answer. Waits for as long as the service takes for it, and notices its end.
    ///
    /// # Errors
    /// `SCARD_F_COMM_ERROR`
    pub(super) fn receive<M: Message>(&self) -> Result<M, LONG> {
        const { assert!(M::LEN <= LONGEST_REQUEST) };
        let mut answer = [0; LONGEST_REQUEST];
        let answer = answer.get_mut(..M::LEN).unwrap_or_default();
        self.check(self.socket.receive(answer))?;
        M::decode(answer).ok_or_else(|| self.is_broken())
    }

    /// Sends a request and receives its answer.
    ///
    /// # Errors
    /// Those of [`send`](Connection::send) and [`receive`](Connection::receive).
    pub(super) fn ask<M: Message>(&self, command: Command, message: &M) -> Result<M, LONG> {
        self.send(command, message, &[])?;
        self.receive()
    }

    /// Sends a request and receives its answer, until then; the service may wait for another program's transaction first.
    ///
    /// # Errors
    /// Those of [`ask`](Connection::ask); `SCARD_E_TIMEOUT`, which ends the connection: the answer would come later.
    pub(super) fn ask_until<M: Message>(
        &self,
        deadline: Option<Instant>,
        command: Command,
        message: &M,
    ) -> Result<M, LONG> {
        self.send(command, message, &[])?;
        if deadline.is_some() {
            match socket::wait([Some(self.descriptor()), None], deadline) {
                Ok(true) => {}
                Ok(false) => {
                    self.socket.give_up();
                    return Err(SCARD_E_TIMEOUT);
                }
                Err(_) => return Err(self.is_broken()),
            }
        }
        self.receive()
    }

    /// Receives an answer with bytes after it, which `received` tells the number of, into a program's buffer; in one system
    /// call, or two where the bytes come later.
    ///
    /// # Errors
    /// `SCARD_F_COMM_ERROR`, also where there are more bytes than the service was told that there is room for.
    pub(super) fn receive_with_bytes<M: Message>(
        &self,
        room: &Room,
        received: impl FnOnce(&M) -> Option<usize>,
    ) -> Result<M, LONG> {
        const { assert!(M::LEN <= LONGEST_REQUEST) };
        let mut answer = [0; LONGEST_REQUEST];
        let answer = answer.get_mut(..M::LEN).unwrap_or_default();
        let filled = self.check(self.socket.receive_with(answer, room))?;
        let answer = M::decode(answer).ok_or_else(|| self.is_broken())?;
        match received(&answer) {
            Some(length) if length >= filled => {
                self.check(self.socket.receive_rest(room, filled, length))?;
                Ok(answer)
            }
            _ => Err(self.is_broken()),
        }
    }

    /// Ends the connection where that has failed.
    ///
    /// # Errors
    /// `SCARD_F_COMM_ERROR`, and `SCARD_W_SECURITY_VIOLATION` where the service closes it instead of serving it.
    pub(super) fn check<T>(&self, received: io::Result<T>) -> Result<T, LONG> {
        received.map_err(|error| {
            let broken = self.is_broken();
            let is_refused = !self.is_admitted && error.kind() == io::ErrorKind::ConnectionReset;
            if is_refused {
                SCARD_W_SECURITY_VIOLATION
            } else {
                broken
            }
        })
    }

    /// Ends the connection: what was received is no answer.
    pub(super) fn is_broken(&self) -> LONG {
        self.socket.give_up();
        SCARD_F_COMM_ERROR
    }
}

/// The code of an answer as the C function returns it.
///
/// # Errors
/// All but success.
pub(super) fn check(code: u32) -> Result<(), LONG> {
    // Where a `long` has 32 bits it is negative, as the constants are.
    match code as LONG {
        crate::SCARD_S_SUCCESS => Ok(()),
        code => Err(code),
    }
}
