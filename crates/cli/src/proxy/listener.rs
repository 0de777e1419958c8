//! The socket that a program finds in the place of its service's.

use super::connection::forward;
use super::ear::{Ear, Heard, ear};
use super::follower::follow;
use super::tape::Tape;
use crate::failure::tell;
use std::collections::HashMap;
use std::fs::{self, Permissions};
use std::io;
use std::net::Shutdown;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

/// How long the connections of a program that has ended may take to end.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long an output may take nothing at the end, and how long it may take at all.
const NOTHING: Duration = Duration::from_secs(5);
const ALL: Duration = Duration::from_secs(60);

/// How long nobody is taken where no descriptors are left and no connection ends.
const PAUSE: Duration = Duration::from_secs(1);

/// Returns where the machine's service is, as libpcsclite finds it.
pub(crate) fn service_socket() -> PathBuf {
    /// Where pcscd has its socket, as the systems' packages build it.
    const USUAL: &str = if cfg!(any(target_os = "freebsd", target_os = "dragonfly")) {
        "/var/run/pcscd.comm"
    } else if cfg!(target_os = "netbsd") {
        "/var/pcsc-lite/pcscd.comm"
    } else if cfg!(target_os = "openbsd") {
        "/var/run/pcscd/pcscd.comm"
    } else {
        "/run/pcscd/pcscd.comm"
    };
    std::env::var_os("PCSCLITE_CSOCK_NAME").map_or_else(|| PathBuf::from(USUAL), PathBuf::from)
}

/// A socket that forwards, and what goes over it on a tape.
#[derive(Debug)]
pub(crate) struct Proxy {
    socket: PathBuf,
    connections: Arc<Connections>,
    ear: Ear,
    /// How many packets there were, when all is written.
    followed: Receiver<u64>,
}

/// What went over a proxy.
#[derive(Debug)]
pub(crate) struct Went {
    pub(crate) connections: u64,
    /// Not known where not all could be written.
    pub(crate) packets: Option<u64>,
}

#[derive(Debug)]
struct Connections {
    /// The service's socket.
    service: PathBuf,
    state: Mutex<State>,
    /// One has ended.
    ended: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// How many there were.
    number: u64,
    open: HashMap<u64, Arc<UnixStream>>,
    /// How many have ended.
    over: u64,
    /// That there is no service has been said.
    is_told: bool,
    /// The program has ended: nobody is taken any more.
    is_over: bool,
}

impl Proxy {
    /// Listens at a socket, which is for this user alone: in a folder to which nobody else gets.
    pub(crate) fn start(socket: &Path, service: PathBuf, tape: Tape) -> io::Result<Proxy> {
        let listener = UnixListener::bind(socket)?;
        fs::set_permissions(socket, Permissions::from_mode(0o600))?;
        let (ear, told) = ear(tape.stop());
        let (done, followed) = mpsc::channel();
        spawn("pcsc: recording", move || {
            // Who asks for it has gone where it took too long.
            let _ = done.send(follow(&told, tape));
        })?;
        let connections = Arc::new(Connections {
            service,
            state: Mutex::default(),
            ended: Condvar::new(),
        });
        let (taking, hearing) = (Arc::clone(&connections), ear.clone());
        // It ends with the process.
        spawn("pcsc: socket", move || {
            loop {
                match listener.accept() {
                    Ok((stream, _)) => taking.take(stream, &hearing),
                    Err(_) => taking.wait_for_an_end(),
                }
            }
        })?;
        Ok(Proxy {
            socket: socket.to_owned(),
            connections,
            ear,
            followed,
        })
    }

    pub(crate) fn socket(&self) -> &Path {
        &self.socket
    }

    /// Ends it, the program having ended, when all is written; returns what went over it.
    pub(crate) fn end(self) -> Went {
        let mut state = self.connections.lock();
        state.is_over = true;
        for program in state.open.values() {
            // What the program has written before its end is read and forwarded.
            let _ = program.shutdown(Shutdown::Read);
        }
        let open = |state: &mut State| !state.open.is_empty();
        let waited = self.connections.ended.wait_timeout_while(state, PATIENCE, open);
        state = waited.unwrap_or_else(PoisonError::into_inner).0;
        let connections = state.number;
        drop(state);
        self.ear.end();
        Went {
            connections,
            packets: self.wait_for_output(),
        }
    }

    /// Waits until all is written, as long as the output takes some of it; returns how many packets there were.
    fn wait_for_output(&self) -> Option<u64> {
        let end = Instant::now() + ALL;
        loop {
            let behind = self.ear.behind();
            match self.followed.recv_timeout(NOTHING) {
                Ok(packets) => return Some(packets),
                Err(RecvTimeoutError::Timeout) if self.ear.behind() < behind && Instant::now() < end => {}
                // It ends with the process.
                Err(RecvTimeoutError::Timeout) => {
                    self.ear.give_up();
                    return None;
                }
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
    }
}

impl Connections {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a program's connection.
    fn take(self: &Arc<Self>, program: UnixStream, ear: &Ear) {
        let program = Arc::new(program);
        let mut state = self.lock();
        if state.is_over {
            return;
        }
        state.number += 1;
        let number = state.number;
        state.open.insert(number, Arc::clone(&program));
        drop(state);
        let (connections, ear) = (Arc::clone(self), ear.clone());
        let spawned = spawn("pcsc: answers", move || {
            match UnixStream::connect(&connections.service) {
                // Without a thread it is closed, as by a service that has none.
                Ok(service) => drop(forward(number, &program, &service, &ear)),
                Err(error) => connections.tell_no_service(&error),
            }
            ear.tell(Heard::Ended(number, SystemTime::now()));
            drop(program);
            connections.end(number);
        });
        if spawned.is_err() {
            self.end(number);
        }
    }

    fn end(&self, number: u64) {
        let mut state = self.lock();
        state.open.remove(&number);
        state.over += 1;
        drop(state);
        self.ended.notify_all();
    }

    /// Waits until a connection has ended, which gives descriptors back; other programs may give some back, too.
    fn wait_for_an_end(&self) {
        let state = self.lock();
        let before = state.over;
        let none = |state: &mut State| state.over == before;
        drop(self.ended.wait_timeout_while(state, PAUSE, none));
    }

    /// Says once that the program has no service.
    fn tell_no_service(&self, error: &io::Error) {
        if !std::mem::replace(&mut self.lock().is_told, true) {
            tell(&format!("no service at {}: {error}", self.service.display()));
        }
    }
}

/// Has a thread do this; it ends with the process at the latest.
fn spawn(name: &str, act: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new().name(name.to_owned()).spawn(act).map(drop)
}
