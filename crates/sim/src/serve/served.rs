//! A simulator that is served, as who serves it holds it.

use super::Version;
use super::server::Server;
use crate::simulator::Simulator;
use std::io;
use std::path::Path;
use std::process;
use std::sync::Arc;

/// A simulator on a socket, until this is dropped.
///
/// Then all programs are closed, their connections are ended, and the socket is removed, where it is still this one's. The
/// drop waits for the threads, five seconds at most: a card that acts for longer does so on its own. In a child of `fork` the
/// drop does nothing: it is the parent that serves.
#[derive(Debug)]
#[must_use = "dropping it ends the service of other programs"]
pub struct Served {
    server: Arc<Server>,
    /// The process that serves.
    process: u32,
    /// The service lives as long as it is served.
    _simulator: Simulator,
}

impl Simulator {
    /// Serves this simulator on a Unix socket, for other programs with pcsc-lite's library.
    ///
    /// They find it by the environment variable `PCSCLITE_CSOCK_NAME`, which their library reads once. The socket is for
    /// this user alone (mode 0600); its folder is made where there is none, with mode 0700. What a service has left that
    /// does not run any more is replaced. A relative path is seen from the folder that this process works in now. One simulator can be served on several sockets.
    ///
    /// It has threads of its own, which block all signals: one that takes programs, one that tells them of changes, and one
    /// for each program.
    ///
    /// # Errors
    /// - [`AddrInUse`](io::ErrorKind::AddrInUse): a service listens there.
    /// - [`AlreadyExists`](io::ErrorKind::AlreadyExists): what is there is no socket.
    /// - [`InvalidInput`](io::ErrorKind::InvalidInput): the path is too long. A socket's has 107 bytes at most on Linux, and
    ///   while it is made it takes up to 16 more than its folder's.
    /// - Others of folders and sockets; or a thread could not be started.
    ///
    /// # Platform notes
    /// Systems with Unix sockets and pcsc-lite: not Windows. macOS has the socket, but its programs do not ask for it.
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{DemoCard, Simulator};
    ///
    /// # let folder = std::env::temp_dir().join(format!("pcsc-sim-serve-{}", std::process::id()));
    /// let sim = Simulator::new();
    /// sim.add_reader("Simulated Reader 00 00").insert(DemoCard::new());
    /// let served = sim.serve(folder.join("pcscd.comm"))?;
    /// assert_eq!(sim.serve(served.path()).unwrap_err().kind(), std::io::ErrorKind::AddrInUse);
    /// # drop(served);
    /// # std::fs::remove_dir(&folder)?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn serve(&self, path: impl AsRef<Path>) -> io::Result<Served> {
        self.serve_as(Version::default(), path)
    }

    /// Serves it as pcscd of another version: see [`serve`](Simulator::serve).
    ///
    /// # Errors
    /// Those of [`serve`](Simulator::serve).
    ///
    /// # Examples
    /// ```
    /// use pcsc_sim::{Simulator, serve::Version};
    ///
    /// # let folder = std::env::temp_dir().join(format!("pcsc-sim-version-{}", std::process::id()));
    /// # let path = folder.join("pcscd.comm");
    /// // As a pcscd 1.9.9: libraries of 2.3 to 2.4.0 are told of "different versions".
    /// let served = Simulator::new().serve_as(Version::V4_4, &path)?;
    /// # drop(served);
    /// # std::fs::remove_dir(&folder)?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn serve_as(&self, version: Version, path: impl AsRef<Path>) -> io::Result<Served> {
        Served::start(self, path.as_ref(), version)
    }
}

impl Served {
    pub(super) fn start(simulator: &Simulator, path: &Path, version: Version) -> io::Result<Served> {
        let server = Server::start(&simulator.endpoint.world, path, version.number())?;
        Ok(Served {
            server,
            process: process::id(),
            _simulator: simulator.clone(),
        })
    }

    /// Returns the socket's whole path: what `PCSCLITE_CSOCK_NAME` is to be.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.server.path()
    }

    /// Returns the number of programs that are connected, each of their contexts counted.
    #[must_use]
    pub fn programs(&self) -> usize {
        self.server.programs.clients().len()
    }

    /// Tells why nobody can connect, where nobody can although the service runs: it was
    /// [started](Simulator::start_service) again, and its socket could not be made. Returns `None` otherwise.
    #[must_use]
    pub fn failure(&self) -> Option<io::Error> {
        self.server.failure()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if self.process == process::id() {
            self.server.close();
        } else {
            // A child of `fork` has neither the threads nor the right to end what its parent goes on with, as a dropped
            // listener would.
            std::mem::forget(Arc::clone(&self.server));
        }
    }
}
