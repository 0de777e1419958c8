//! A socket: who listens there while the service runs, and its end.

use super::listener::Listening;
use super::place::{self, Identity};
use super::programs::Programs;
use super::watcher;
use crate::service::lock::lock;
use crate::service::world::{Follower, World};
use pcsclite_wire::Version;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// A socket and its programs.
pub(super) struct Server {
    pub(super) programs: Arc<Programs>,
    path: PathBuf,
    state: Mutex<State>,
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
        let server = Arc::new(Server {
            programs: Arc::new(Programs::new(world, version)),
            path,
            state: Mutex::new(State::Silent(None, None)),
        });
        let watching = Arc::clone(&server.programs);
        server
            .programs
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

    pub(super) fn failure(&self) -> Option<io::Error> {
        match &*lock(&self.state) {
            State::Silent(Some(error), _) => Some(io::Error::new(error.kind(), error.to_string())),
            _ => None,
        }
    }

    /// Ends all that was begun.
    pub(super) fn close(&self) {
        self.programs.refuse();
        let state = std::mem::replace(&mut *lock(&self.state), State::Closed);
        match state {
            State::Listening(listening) => place::remove(&self.path, listening.identity),
            // Another one may have got the number of a file that nobody has open.
            State::Silent(_, Some(left)) if place::check_free(&self.path).is_ok() => {
                place::remove(&self.path, left);
            }
            _ => {}
        }
        self.programs.close();
    }
}

impl Follower for Server {
    fn note_run(&self) {
        let mut state = lock(&self.state);
        let run = self.programs.world.run();
        let (is_right, left) = match &*state {
            State::Closed => return,
            State::Listening(listening) => (run == Some(listening.run), Some(listening.identity)),
            State::Silent(failure, left) => (run.is_none() && failure.is_none(), *left),
        };
        if is_right {
            return;
        }
        *state = State::Silent(None, left);
        if let Some(run) = run {
            *state = match Listening::start(&self.programs, &self.path, run) {
                Ok(listening) => State::Listening(listening),
                Err(error) => State::Silent(Some(error), left),
            };
        }
        self.programs.shut_dead();
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("path", &self.path)
            .field("version", &self.programs.version)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}
