//! A program's first request, by which a service takes it or closes it unheard.
//!
//! A service that takes no more programs closes a connection without reading, and the program finds it reset, not ended: it tells
//! the one from the other. So the last byte of the first request is not taken from the program before the service has answered.
//! Where it does not, the program's socket is closed with that in it.

use pcsclite_wire::{Command, Header, Message, message};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, retry_on_intr};
use rustix::net::{RecvFlags, recv};
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// The length of the first request.
const LEN: usize = Header::LEN + message::Version::LEN;

/// How long a program may take to send one, in which it is still to find that nobody hears it.
const PATIENCE: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 100_000_000,
};

/// How far a connection is.
#[derive(Debug, Default)]
pub(super) struct Progress {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// The service has not answered.
    #[default]
    Begun,
    /// It has, or what the program says is nothing that is answered.
    Taken,
    /// It has ended the connection before.
    Ended,
    /// It has ended the connection without having read it.
    Refused,
}

impl Progress {
    /// Notes where the connection has come to, where it was at its beginning; returns where it is.
    pub(super) fn note(&self, state: State) -> State {
        let mut now = self.lock();
        if *now == State::Begun {
            *now = state;
            self.changed.notify_all();
        }
        *now
    }

    /// Notes that the service has closed the connection, where it has not answered; returns where it is.
    fn refuse(&self) -> State {
        let mut now = self.lock();
        if *now != State::Taken {
            *now = State::Refused;
            self.changed.notify_all();
        }
        *now
    }

    /// Waits until it is not at its beginning.
    fn wait(&self) -> State {
        let begun = |state: &mut State| *state == State::Begun;
        let waited = self.changed.wait_while(self.lock(), begun);
        *waited.unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Forwards the first request; `told` is told of its bytes before. Returns where the connection has come to by then.
pub(super) fn forward(
    program: &UnixStream,
    service: &UnixStream,
    told: impl Fn(&[u8]),
    progress: &Progress,
) -> State {
    let mut request = [0; LEN];
    let mut len = 0;
    let write = |bytes: &[u8]| {
        told(bytes);
        { service }.write_all(bytes).is_ok()
    };
    // All but the last byte.
    while let Some(room) = request.get_mut(len..LEN - 1).filter(|room| !room.is_empty()) {
        if has_ended(program, service) && progress.wait() != State::Taken {
            leave(program, LEN - 1 - len);
            return progress.refuse();
        }
        // The header says what follows.
        let most = if len < Header::LEN {
            Header::LEN - len
        } else {
            room.len()
        };
        let room = room.get_mut(..most).unwrap_or_default();
        let Ok(got @ 1..) = { program }.read(room) else {
            return progress.note(State::Taken);
        };
        let is_written = write(room.get(..got).unwrap_or_default());
        len += got;
        if !is_written {
            leave(program, LEN - 1 - len);
            return progress.refuse();
        }
        if len == Header::LEN && !is_version(&request) {
            return progress.note(State::Taken);
        }
    }
    let mut last = [0];
    let Ok(1) = retry_on_intr(|| recv(program, &mut last, RecvFlags::PEEK)).map(|(got, _)| got) else {
        return progress.note(State::Taken);
    };
    if !write(&last) {
        return progress.refuse();
    }
    let state = progress.wait();
    if state != State::Refused {
        // It is there.
        let _ = { program }.read_exact(&mut last);
    }
    state
}

fn is_version(request: &[u8]) -> bool {
    let header = request.first_chunk().map(|header| Header::decode(*header));
    header.is_some_and(|header| {
        header.command == Command::VERSION && usize::try_from(header.size) == Ok(message::Version::LEN)
    })
}

/// Waits until the program says something; tells whether the service has ended it before.
fn has_ended(program: &UnixStream, service: &UnixStream) -> bool {
    loop {
        let mut waited = [
            PollFd::new(program, PollFlags::IN),
            // That it has ended is told without being asked for.
            PollFd::new(service, PollFlags::empty()),
        ];
        match poll(&mut waited, None) {
            Ok(_) => {
                let [program, service] = waited.map(|waited| !waited.revents().is_empty());
                if program || service {
                    return service;
                }
            }
            Err(Errno::INTR) => {}
            Err(_) => return false,
        }
    }
}

/// Takes so many bytes that nobody hears, and waits for the one that is left: what closes the socket resets it then.
fn leave(mut program: &UnixStream, mut left: usize) {
    loop {
        let ready = poll(&mut [PollFd::new(program, PollFlags::IN)], Some(&PATIENCE));
        if ready != Ok(1) || left == 0 {
            return;
        }
        let mut unheard = [0; LEN];
        match program.read(unheard.get_mut(..left).unwrap_or_default()) {
            Ok(got @ 1..) => left -= got,
            _ => return,
        }
    }
}
