//! A place for a service of a test's own, which is not pcscd.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::daemon::Place;
use crate::{Error, installation, namespace};

/// Namespaces as those of a [`Pcscd`](crate::Pcscd), in which no daemon runs: whoever listens at [`SOCKET`](Vacancy::SOCKET)
/// is the service of libpcsclite.
///
/// It stays on the thread that took it, as the namespaces do. Threads started afterwards are in them, too.
#[derive(Debug)]
pub struct Vacancy {
    client_library: PathBuf,
    _folder: TempDir,
    _place: Place,
}

impl Vacancy {
    /// Where libpcsclite looks for its service.
    pub const SOCKET: &str = "/run/pcscd/pcscd.comm";

    /// Moves this thread into mount and network namespaces of its own, once and for good, as
    /// [`Pcscd::start`](crate::Pcscd::start) does.
    ///
    /// # Errors
    /// What is not installed, not permitted or went wrong, and what to do about it.
    pub fn take() -> Result<Self, Error> {
        let place = Place::take()?;
        let library = installation::client_library()?;
        namespace::enter()?;
        let folder = tempfile::Builder::new()
            .prefix("private-pcsc-")
            .tempdir()
            .map_err(Error::failed("create a folder for the library"))?;
        let client_library = folder.path().join("libpcsclite-copy.so.1");
        fs::copy(&library, &client_library).map_err(Error::failed(format!("copy {}", library.display())))?;
        Ok(Self {
            client_library,
            _folder: folder,
            _place: place,
        })
    }

    /// Returns the path of a copy of libpcsclite, as [`Pcscd::client_library`](crate::Pcscd::client_library) does.
    pub fn client_library(&self) -> &Path {
        &self.client_library
    }
}
