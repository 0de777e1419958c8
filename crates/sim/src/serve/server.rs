//! The programs that are served on one socket.

use super::client::Client;
use super::listener::Listening;
use super::numbers::Numbers;
use super::place::{self, Identity};
use super::stream;
use super::threads::Threads;
use super::watcher;
use crate::service::context::{Context, Program};
use crate::service::lock::lock;
use crate::service::waiter::Waiter;
use crate::service::world::{Follower, World};
use pcsclite_wire::{READERS, Version};
use std::fmt;
use std::io;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

/// How long the end waits for the threads.
const PATIENCE: Duration = Duration::from_secs(5);

/// A socket and its programs.
pub(super) struct Server {
    pub(super) world: Arc<World>,
    pub(super) version: Version,
    pub(super) numbers: Numbers,
    pub(super) threads: Arc<Threads>,
    /// Where the thread waits that tells of changes.
    pub(super) changes: Arc<Waiter>,
    path: PathBuf,
    state: Mutex<State>,
    is_closed: AtomicBool,
    /// The most states of readers that a program was told of: their number never falls, as with pcscd.
    most_readers: AtomicUsize,
    clients: Mutex<Vec<Arc<Client>>>,
    itself: Weak<Server>,
}

/// What becomes of the socket. Who has it locked takes the list of programs, and waits for the thread that listens, which
/// does not take it.
#[derive(Debug)]
enum State {
    /// The service is stopped, or its socket could not be made again; with the file that it has left.
    Silent(Option<io::Error>, Option<Identity>),
    Listening(Listening),
    Closed,
}

impl Server {
    /// Listens from now on.
    pub(super) fn start(world: &Arc<World>, path: &Path, version: Version) -> io::Result<Arc<Server>> {
        let path = place::make_folder(path)?;
        place::check_free(&path)?;
        // As the thread that tells of changes may find it.
        let changes = Arc::<Waiter>::default();
        changes.begin();
        let server = Arc::new_cyclic(|itself| Server {
            world: Arc::clone(world),
            version,
            numbers: Numbers::default(),
            threads: Arc::default(),
            changes,
            path,
            state: Mutex::new(State::Silent(None, None)),
            is_closed: AtomicBool::new(false),
            most_readers: AtomicUsize::new(READERS),
            clients: Mutex::default(),
            itself: Weak::clone(itself),
        });
        let watching = Arc::clone(&server);
        server
            .threads
            .spawn("pcsc-sim: changes", move || watcher::watch(&watching))?;
        let follower: Arc<dyn Follower> = server.clone();
        world.follow(Arc::downgrade(&follower));
        server.note_run();
        match server.failure() {
            None => Ok(server),
            Some(error) => {
                server.close();
                Err(error)
            }
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn clients(&self) -> Vec<Arc<Client>> {
        lock(&self.clients).clone()
    }

    /// The context's program, by its number.
    pub(super) fn client(&self, context: u32) -> Option<Arc<Client>> {
        let clients = lock(&self.clients);
        clients.iter().find(|client| client.is_of(context)).cloned()
    }

    pub(super) fn failure(&self) -> Option<io::Error> {
        match &*lock(&self.state) {
            State::Silent(Some(error), _) => Some(io::Error::new(error.kind(), error.to_string())),
            _ => None,
        }
    }

    /// The number of states of readers that programs are told, where there are so many.
    pub(super) fn number_of_states(&self, readers: usize) -> usize {
        self.most_readers
            .fetch_max(readers, Ordering::Relaxed)
            .max(readers)
    }

    /// Serves a program, or closes it where that is one too many, as pcscd does.
    pub(super) fn admit(&self, stream: UnixStream) {
        let stream = Arc::new(stream);
        let program = Box::new(Peer(Arc::clone(&stream)));
        let Ok(context) = Context::establish_for(&self.world, Some(program)) else {
            return;
        };
        let (Ok(()), Some(server)) = (stream.set_nonblocking(true), self.itself.upgrade()) else {
            return;
        };
        let client = Arc::new(Client::new(stream, context));
        lock(&self.clients).push(Arc::clone(&client));
        // It may have been stopped or closed before this one was listed.
        if !client.context.is_alive() || self.is_closed.load(Ordering::SeqCst) {
            client.shut();
        }
        let serving = Arc::clone(&client);
        let spawned = self.threads.spawn("pcsc-sim: program", move || {
            let _listed = Listed(&server, &serving);
            serving.serve(&server);
        });
        if spawned.is_err() {
            self.forget(&client);
        }
    }

    fn forget(&self, client: &Arc<Client>) {
        lock(&self.clients).retain(|other| !Arc::ptr_eq(other, client));
    }

    /// Ends all that was begun.
    pub(super) fn close(&self) {
        self.is_closed.store(true, Ordering::SeqCst);
        let state = std::mem::replace(&mut *lock(&self.state), State::Closed);
        match state {
            State::Listening(listening) => place::remove(&self.path, listening.identity),
            // Another one may have got the number of a file that nobody has open.
            State::Silent(_, Some(left)) if place::check_free(&self.path).is_ok() => {
                place::remove(&self.path, left);
            }
            _ => {}
        }
        for client in self.clients() {
            client.shut();
        }
        self.changes.cancel();
        self.threads.wait(PATIENCE);
    }
}

impl Follower for Server {
    fn note_run(&self) {
        let mut state = lock(&self.state);
        let run = self.world.run();
        let (is_right, left) = match &*state {
            State::Closed => return,
            State::Listening(listening) => (run == Some(listening.run), Some(listening.identity)),
            State::Silent(failure, left) => (run.is_none() && failure.is_none(), *left),
        };
        if is_right {
            return;
        }
        *state = State::Silent(None, left);
        if let (Some(run), Some(server)) = (run, self.itself.upgrade()) {
            *state = match Listening::start(&server, run) {
                Ok(listening) => State::Listening(listening),
                Err(error) => State::Silent(Some(error), left),
            };
        }
        for client in self.clients() {
            if !client.context.is_alive() {
                client.shut();
            }
        }
    }
}

/// The other side of a connection.
#[derive(Debug)]
struct Peer(Arc<UnixStream>);

impl Program for Peer {
    fn is_there(&self) -> bool {
        // It has ended where the stream has in both directions, by either side, which needs not be asked for.
        !matches!(
            stream::wait([(&*self.0).into()], 0, Some(Duration::ZERO)),
            Ok([true])
        )
    }
}

/// A program that is listed, until its thread ends in any way.
struct Listed<'a>(&'a Server, &'a Arc<Client>);

impl Drop for Listed<'_> {
    fn drop(&mut self) {
        self.1.shut();
        self.0.forget(self.1);
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("path", &self.path)
            .field("version", &self.version)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}
