//! The machine's Unix sockets, and which of them are connected to each other.

#[cfg(target_os = "linux")]
mod kernel;

use super::system::System;
use super::unix_socket::UnixSocket;
use std::path::{Path, PathBuf};

/// How the service's socket is known among others.
#[derive(Debug)]
pub(super) struct ServiceSocket {
    names: Vec<PathBuf>,
    file: Option<(u32, u32)>,
}

impl ServiceSocket {
    /// Tells whether this is it, or one that the service has accepted on it.
    pub(super) fn is(&self, socket: &UnixSocket) -> bool {
        let is_its_file = self.file.is_some() && self.file == socket.file;
        is_its_file || socket.path.as_ref().is_some_and(|path| self.names.contains(path))
    }
}

impl System {
    /// Returns how the service's socket is known.
    pub(super) fn service_socket(&self) -> ServiceSocket {
        ServiceSocket {
            names: self.names_of_the_socket(),
            file: self.socket().and_then(|socket| file(&self.at(socket))),
        }
    }

    /// Returns the sockets of this network namespace, of all users, where the system lists them.
    pub(super) fn unix_sockets(&self) -> Option<Vec<UnixSocket>> {
        if let Some(made_up) = &self.sockets {
            return Some(made_up.clone());
        }
        #[cfg(target_os = "linux")]
        return kernel::list().ok();
        #[cfg(not(target_os = "linux"))]
        None
    }
}

/// Returns a file's numbers as the kernel tells those of sockets.
#[cfg(target_os = "linux")]
fn file(path: &Path) -> Option<(u32, u32)> {
    use std::os::unix::fs::MetadataExt;
    let file = std::fs::metadata(path).ok()?;
    let (major, minor) = (rustix::fs::major(file.dev()), rustix::fs::minor(file.dev()));
    // The lower half, as there.
    Some((major << 20 | minor, file.ino() as u32))
}

#[cfg(not(target_os = "linux"))]
fn file(_path: &Path) -> Option<(u32, u32)> {
    None
}
