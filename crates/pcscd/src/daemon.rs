//! The daemon as a test holds it.

use std::cell::Cell;
use std::fs;
use std::marker::PhantomData;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::MutexGuard;

use pcsc_sim::{Card, vpcd};
use tempfile::TempDir;

use crate::termination::{self, Running};
use crate::{Error, installation, namespace, readers, startup};

thread_local! {
    /// The daemon's paths and ports are fixed within a thread's namespaces, so there is room for one.
    static OCCUPIED: Cell<bool> = const { Cell::new(false) };
}

/// A private pcscd with virtual readers.
///
/// Dropping it kills and reaps the daemon and removes its folder, also when a test panics. When the test's process is
/// killed, or the thread ends without dropping it, the kernel kills the daemon, and only its folder stays.
///
/// It stays on the thread that started it, as the namespaces and the daemon's life do. Threads started after
/// [`start`](Pcscd::start), scoped ones for instance, can use it by reference.
#[derive(Debug)]
pub struct Pcscd {
    running: Option<Running>,
    pid: u32,
    names: Vec<String>,
    program: PathBuf,
    client_library: PathBuf,
    folder: TempDir,
    _place: Place,
}

impl Pcscd {
    /// Starts a daemon with at least `readers` virtual readers, 0 to 16, all of them empty.
    ///
    /// The driver makes readers in pairs: with an odd number there is one more. Blocks until the daemon takes
    /// connections. Moves this thread into mount and network namespaces of its own, once and for good: the network is
    /// only a loopback then, and the machine's own pcscd and readers are out of sight.
    ///
    /// # Errors
    /// What is not installed, not permitted or went wrong, and what to do about it.
    pub fn start(readers: usize) -> Result<Self, Error> {
        let place = Place::take()?;
        let program = installation::daemon()?;
        let driver = installation::driver()?;
        let library = installation::client_library()?;
        namespace::enter()?;
        let folder = tempfile::Builder::new()
            .prefix("private-pcscd-")
            .tempdir()
            .map_err(Error::failed("create a folder for the daemon"))?;
        let names = readers::configure(folder.path(), driver, readers)?;
        let client_library = folder.path().join("libpcsclite-copy.so.1");
        fs::copy(&library, &client_library).map_err(Error::failed(format!("copy {}", library.display())))?;
        let running = startup::start(&program, &config(&folder), &log(&folder))?;
        let pid = running.child.id();
        Ok(Self {
            running: Some(running),
            pid,
            names,
            program,
            client_library,
            folder,
            _place: place,
        })
    }

    /// Returns the readers' names as PC/SC lists them, for instance "Virtual 0 00 00".
    pub fn reader_names(&self) -> &[String] {
        &self.names
    }

    /// Returns the address at which a reader, counted from 0, takes a card: see [`vpcd::serve`].
    ///
    /// Only threads in this daemon's namespaces reach it.
    pub fn address(&self, reader: usize) -> SocketAddr {
        readers::address(reader)
    }

    /// Inserts a card into a reader, counted from 0.
    ///
    /// pcscd sees it within about a second: wait with `SCardGetStatusChange`. A card that is inserted while another one
    /// is in the reader takes its place when that one is removed.
    ///
    /// # Errors
    /// There is no such reader, or the daemon is not running.
    pub fn insert<C: Card + 'static>(&self, reader: usize, card: C) -> Result<vpcd::Inserted<C>, Error> {
        if reader >= self.names.len() {
            return Err(Error::NoSuchReader {
                reader,
                readers: self.names.len(),
            });
        }
        vpcd::insert(self.address(reader), card).map_err(Error::failed(format!(
            "insert a card into reader {reader} of the private pcscd"
        )))
    }

    /// Kills the daemon at once (SIGKILL), as a crash would, and reaps it. Its socket's file stays.
    ///
    /// Does nothing where it is not running.
    ///
    /// # Errors
    /// The system could not kill or reap it.
    pub fn kill(&mut self) -> Result<(), Error> {
        let Some(mut running) = self.running.take() else {
            return Ok(());
        };
        let child = &mut running.child;
        child
            .kill()
            .and_then(|()| child.wait())
            .map(drop)
            .map_err(Error::failed("kill pcscd"))
    }

    /// Asks the daemon to end (SIGTERM), as a service manager would, and reaps it. After five seconds it is killed.
    ///
    /// Does nothing where it is not running.
    ///
    /// # Errors
    /// The system could not signal or reap it.
    pub fn stop(&mut self) -> Result<(), Error> {
        let Some(mut running) = self.running.take() else {
            return Ok(());
        };
        termination::stop(&mut running).map_err(Error::failed("stop pcscd"))
    }

    /// Starts the daemon again, with the same readers, all of them empty. One that is running is stopped before.
    ///
    /// # Errors
    /// Those of [`stop`](Pcscd::stop) and of [`start`](Pcscd::start).
    pub fn restart(&mut self) -> Result<(), Error> {
        self.stop()?;
        let running = startup::start(&self.program, &config(&self.folder), &log(&self.folder))?;
        self.pid = running.child.id();
        self.running = Some(running);
        Ok(())
    }

    /// Returns the daemon's process id; after [`kill`](Pcscd::kill) or [`stop`](Pcscd::stop), the one that it had.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Returns what the daemon has logged so far, restarts included.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(log(&self.folder)).unwrap_or_default()).into_owned()
    }

    /// Returns the path of a copy of libpcsclite.
    ///
    /// Loaded from there, it shares no global state with the library that other tests of this process load.
    ///
    /// # Platform notes
    /// From version 2.2 of pcsc-lite on it is a copy of `libpcsclite_real`, where `pcsc_stringify_error` and the
    /// `g_rgSCard*Pci` variables are missing.
    pub fn client_library(&self) -> &Path {
        &self.client_library
    }
}

impl Drop for Pcscd {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}

fn config(folder: &TempDir) -> PathBuf {
    folder.path().join("config")
}

fn log(folder: &TempDir) -> PathBuf {
    folder.path().join("log")
}

/// This thread's only place for a daemon. Like a lock's guard it may be shared with other threads, but not sent there.
#[derive(Debug)]
struct Place(PhantomData<MutexGuard<'static, ()>>);

impl Place {
    fn take() -> Result<Self, Error> {
        if OCCUPIED.replace(true) {
            Err(Error::AlreadyRunning)
        } else {
            Ok(Self(PhantomData))
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        OCCUPIED.set(false);
    }
}
