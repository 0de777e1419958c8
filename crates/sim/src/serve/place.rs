//! The socket's file.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, Permissions};
use std::io::{self, ErrorKind};
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
use std::path::{self, Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// Which file it is, whatever its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Identity {
    device: u64,
    inode: u64,
}

impl Identity {
    fn of(path: &Path) -> io::Result<Identity> {
        let file = fs::symlink_metadata(path)?;
        Ok(Identity {
            device: file.dev(),
            inode: file.ino(),
        })
    }
}

/// Makes the folder of a socket where there is none, for this user alone. Fails for a path that is too long.
///
/// Returns the whole path: the socket is made, named to other programs and removed wherever this one has gone meanwhile.
pub(super) fn make_folder(path: &Path) -> io::Result<PathBuf> {
    let path = path::absolute(path)?;
    // Programs could not connect.
    SocketAddr::from_pathname(&path)?;
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder(&path))?;
    Ok(path)
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Fails where a service listens at this path, or something else than a socket is there.
pub(super) fn check_free(path: &Path) -> io::Result<()> {
    let file = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
        Ok(file) => file,
    };
    if !file.file_type().is_socket() {
        let text = format!("{} is there, and no socket", path.display());
        return Err(io::Error::new(ErrorKind::AlreadyExists, text));
    }
    match UnixStream::connect(path) {
        Err(error) if matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::NotFound) => Ok(()),
        Err(error) => Err(error),
        Ok(_) => {
            let text = format!("a service listens at {}", path.display());
            Err(io::Error::new(ErrorKind::AddrInUse, text))
        }
    }
}

/// Listens at this path, in the place of a socket that is there and that nobody listens on. Nobody else can connect at any
/// moment.
pub(super) fn listen(path: &Path) -> io::Result<(UnixListener, Identity)> {
    check_free(path)?;
    // A file's mode can be set only when it is there, and by then it listens: so it is made where nobody else gets to.
    let hidden = Hidden::make(folder(path))?;
    let socket = hidden.0.join("s");
    let listener = UnixListener::bind(&socket)?;
    fs::set_permissions(&socket, Permissions::from_mode(0o600))?;
    let identity = Identity::of(&socket)?;
    fs::rename(&socket, path)?;
    Ok((listener, identity))
}

/// Listens no more, also where a process that was forked from this one has the socket too.
pub(super) fn close(listener: UnixListener) {
    // Fails where the system knows no such end of a socket that listens; there the last process closes it.
    let _ = UnixStream::from(OwnedFd::from(listener)).shutdown(Shutdown::Both);
}

/// Removes a socket, where it is still the one that was made.
pub(super) fn remove(path: &Path, identity: Identity) {
    if Identity::of(path).is_ok_and(|found| found == identity) {
        // Somebody else may have been faster.
        let _ = fs::remove_file(path);
    }
}

/// A folder of this user's alone, until this is dropped.
struct Hidden(PathBuf);

impl Hidden {
    fn make(within: &Path) -> io::Result<Hidden> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        loop {
            let number = NEXT.fetch_add(1, Ordering::Relaxed) & 0xFF;
            let name = OsString::from(format!(".{:x}.{number:x}", std::process::id()));
            let path = within.join(name);
            match DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => return Ok(Hidden(path)),
                // Left by a process of the same number.
                Err(error) if error.kind() == ErrorKind::AlreadyExists && number < 0xFF => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        // There is a socket in it only where it could not be moved.
        let _ = fs::remove_file(self.0.join("s"));
        let _ = fs::remove_dir(&self.0);
    }
}
