//! The daemon as a test holds it.

use std::cell::Cell;
use std::fs;
use std::marker::PhantomData;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::MutexGuard;

use pcsc_sim::{Card, vpcd};
use tempfile::TempDir;

use crate::front::{self, Setting};
use crate::installation::Daemon;
use crate::readers::Driver;
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
    driver: Driver,
    program: Daemon,
    client_library: PathBuf,
    folder: TempDir,
    _place: Place,
}

impl Pcscd {
    /// The control code that readers answer with the input, but those with [`Driver::Vpcd`].
    pub const ECHO: u32 = 0x4200_0ABC;

    /// Starts a daemon with at least `readers` virtual readers, 0 to 16, all of them empty.
    ///
    /// The driver makes readers in pairs: with an odd number there is one more. Blocks until the daemon takes
    /// connections. Moves this thread into mount and network namespaces of its own, once and for good: the network is
    /// only a loopback then, and the machine's own pcscd and readers are out of sight.
    ///
    /// # Errors
    /// What is not installed, not permitted or went wrong, and what to do about it.
    pub fn start(readers: usize) -> Result<Self, Error> {
        Self::start_with(readers, Driver::Vpcd)
    }

    /// Starts a daemon as [`start`](Pcscd::start) does, whose readers have this driver.
    ///
    /// # Errors
    /// Those of [`start`](Pcscd::start); and there is no C compiler.
    pub fn start_with(readers: usize, driver: Driver) -> Result<Self, Error> {
        let place = Place::take()?;
        let program = installation::daemon()?;
        // Read and compiled here, before the namespaces, where the machine's drivers are no longer to be seen; and a
        // missing compiler is told before anything has changed. `configure` gets what is kept of it.
        installation::driver()?;
        if driver.is_equipped() {
            front::driver()?;
        }
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
            driver,
            program,
            client_library,
            folder,
            _place: place,
        })
    }

    /// Returns the version of the installed daemon, for instance "1.9.9".
    ///
    /// # Errors
    /// It is not installed, or does not tell.
    pub fn version() -> Result<String, Error> {
        installation::version()
    }

    /// Tells whether a wait for a reader's change may fail by the change itself, as in pcsc-lite 2.5.
    ///
    /// There the service tells a change between the states of the readers that it is asked for, and libpcsclite takes it for a
    /// part of these: the wait returns a code that has nothing to do with it, and its context is of no more use.
    ///
    /// # Errors
    /// Those of [`version`](Pcscd::version).
    pub fn mixes_up_changes() -> Result<bool, Error> {
        Ok(Self::version()?.starts_with("2.5."))
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
        self.check(reader)?;
        let inserted = vpcd::insert(self.address(reader), card).map_err(Error::failed(format!(
            "insert a card into reader {reader} of the private pcscd"
        )))?;
        self.notify(reader)?;
        Ok(inserted)
    }

    /// Tells the driver of a reader, counted from 0, that its card was taken out, where the driver is [`Driver::Prompt`];
    /// other drivers find out.
    ///
    /// # Errors
    /// The driver's pipe could not be written.
    pub fn notify(&self, reader: usize) -> Result<(), Error> {
        match self.driver {
            Driver::Prompt => readers::notify(self.folder.path(), reader),
            Driver::Vpcd | Driver::Equipped => Ok(()),
        }
    }

    fn check(&self, reader: usize) -> Result<(), Error> {
        if reader < self.names.len() {
            Ok(())
        } else {
            Err(Error::NoSuchReader {
                reader,
                readers: self.names.len(),
            })
        }
    }

    fn set(&self, reader: usize, setting: Setting, content: Option<&[u8]>) -> Result<(), Error> {
        self.check(reader)?;
        if self.driver.is_equipped() {
            readers::set(self.folder.path(), reader, setting, content)
        } else {
            Err(Error::NotEquipped)
        }
    }

    /// Sets whether a reader, counted from 0, tells pcscd whether there is a card.
    ///
    /// pcscd asks again and again and sees the change within about a second: wait with `SCardGetStatusChange`. A reader
    /// that does not answer when the daemon starts is not listed.
    ///
    /// # Errors
    /// There is no such reader, or its driver is [`Driver::Vpcd`].
    pub fn set_available(&self, reader: usize, available: bool) -> Result<(), Error> {
        self.set(reader, Setting::Unavailable, (!available).then_some(&[]))?;
        self.notify(reader)
    }

    /// Sets whether cards are mute in a reader, counted from 0: from now on, powering and resetting them fails.
    ///
    /// A card that has power keeps it, and answers.
    ///
    /// # Errors
    /// There is no such reader, or its driver is [`Driver::Vpcd`].
    pub fn set_mute(&self, reader: usize, mute: bool) -> Result<(), Error> {
        self.set(reader, Setting::Mute, mute.then_some(&[]))
    }

    /// Sets an attribute of a reader, counted from 0, which programs then read, and may set.
    ///
    /// # Errors
    /// There is no such reader, or its driver is [`Driver::Vpcd`].
    pub fn set_attribute(&self, reader: usize, attribute: u32, value: &[u8]) -> Result<(), Error> {
        self.set(reader, Setting::Attribute(attribute), Some(value))
    }

    /// Sets what a reader, counted from 0, answers to a control code, whatever the input.
    ///
    /// [`ECHO`](Pcscd::ECHO) is answered with the input.
    ///
    /// # Errors
    /// There is no such reader, or its driver is [`Driver::Vpcd`].
    pub fn set_control(&self, reader: usize, code: u32, answer: &[u8]) -> Result<(), Error> {
        self.set(reader, Setting::Control(code), Some(answer))
    }

    /// Sets the features of a reader, counted from 0: tags of PC/SC part 10, each with its control code.
    ///
    /// They are the answer to `CM_IOCTL_GET_FEATURE_REQUEST`. What a feature's own control code is answered with is set
    /// by [`set_control`](Pcscd::set_control), for instance the properties of `FEATURE_GET_TLV_PROPERTIES`.
    ///
    /// # Errors
    /// There is no such reader, or its driver is [`Driver::Vpcd`].
    pub fn set_features(&self, reader: usize, features: &[(u8, u32)]) -> Result<(), Error> {
        /// `CM_IOCTL_GET_FEATURE_REQUEST` of pcsc-lite.
        const FEATURE_REQUEST: u32 = 0x4200_0D48;
        let list: Vec<u8> = features
            .iter()
            .flat_map(|(tag, code)| [&[*tag, 4][..], &code.to_be_bytes()].concat())
            .collect();
        self.set_control(reader, FEATURE_REQUEST, &list)
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
pub(crate) struct Place(PhantomData<MutexGuard<'static, ()>>);

impl Place {
    pub(crate) fn take() -> Result<Self, Error> {
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
