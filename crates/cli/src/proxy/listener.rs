//! The socket that a program finds in the place of its service's.

use super::connection::forward;
use super::follower::{Heard, follow};
use super::tape::Tape;
use crate::failure::tell;
use std::collections::HashMap;
use std::fs::{self, Permissions};
use std::io;
use std::net::Shutdown;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// How long the connections of a program that has ended may take to end.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long nobody is taken where no descriptors are left.
const PAUSE: Duration = Duration::from_millis(50);

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
    heard: Sender<Heard>,
    follower: JoinHandle<()>,
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
    /// That there is no service has been said.
    is_told: bool,
}

impl Proxy {
    /// Listens at a socket, which is for this user alone: in a folder to which nobody else gets.
    pub(crate) fn start(socket: &Path, service: PathBuf, tape: Tape) -> io::Result<Proxy> {
        let listener = UnixListener::bind(socket)?;
        fs::set_permissions(socket, Permissions::from_mode(0o600))?;
        let (heard, hears) = mpsc::channel();
        let follower = spawn("pcsc: recording", move || follow(&hears, tape))?;
        let connections = Arc::new(Connections {
            service,
            state: Mutex::default(),
            ended: Condvar::new(),
        });
        let (taking, told) = (Arc::clone(&connections), heard.clone());
        // It ends with the process.
        spawn("pcsc: socket", move || {
            loop {
                match listener.accept() {
                    Ok((stream, _)) => taking.take(stream, &told),
                    Err(_) => thread::sleep(PAUSE),
                }
            }
        })?;
        Ok(Proxy {
            socket: socket.to_owned(),
            connections,
            heard,
            follower,
        })
    }

    pub(crate) fn socket(&self) -> &Path {
        &self.socket
    }

    /// Ends it, the program having ended, when all is written; returns the number of connections there were.
    pub(crate) fn end(self) -> u64 {
        let mut state = self.connections.lock();
        for program in state.open.values() {
            // What the program has written before its end is read and forwarded.
            let _ = program.shutdown(Shutdown::Read);
        }
        let open = |state: &mut State| !state.open.is_empty();
        let waited = self.connections.ended.wait_timeout_while(state, PATIENCE, open);
        state = waited.unwrap_or_else(PoisonError::into_inner).0;
        let number = state.number;
        drop(state);
        // It hears this, unless it has panicked.
        let _ = self.heard.send(Heard::Over);
        let _ = self.follower.join();
        number
    }
}

impl Connections {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a program's connection.
    fn take(self: &Arc<Self>, program: UnixStream, heard: &Sender<Heard>) {
        let program = Arc::new(program);
        let mut state = self.lock();
        state.number += 1;
        let number = state.number;
        state.open.insert(number, Arc::clone(&program));
        drop(state);
        let (connections, heard) = (Arc::clone(self), heard.clone());
        let spawned = spawn("pcsc: answers", move || {
            match UnixStream::connect(&connections.service) {
                // Without a thread it is closed, as by a service that has none.
                Ok(service) => drop(forward(number, &program, &service, &heard)),
                Err(error) => connections.tell_no_service(&error),
            }
            let _ = heard.send(Heard::Ended(number));
            drop(program);
            connections.end(number);
        });
        if spawned.is_err() {
            self.end(number);
        }
    }

    fn end(&self, number: u64) {
        self.lock().open.remove(&number);
        self.ended.notify_all();
    }

    /// Says once that the program has no service.
    fn tell_no_service(&self, error: &io::Error) {
        if !std::mem::replace(&mut self.lock().is_told, true) {
            tell(&format!("no service at {}: {error}", self.service.display()));
        }
    }
}

fn spawn(name: &str, act: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    thread::Builder::new().name(name.to_owned()).spawn(act)
}
