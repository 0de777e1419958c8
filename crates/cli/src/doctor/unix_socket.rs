//! A Unix socket.

use std::path::PathBuf;

/// A Unix socket, by what any user may know of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "there none is listed"))]
pub(super) struct UnixSocket {
    /// As links in `/proc` name it.
    pub(super) inode: u64,
    /// The other end of its connection.
    pub(super) peer: Option<u64>,
    /// What it is bound to; those that a service has accepted have the service's.
    pub(super) path: Option<PathBuf>,
    /// The file of that, wherever it has been moved: the numbers of its file system and of itself, as far as the kernel tells
    /// them.
    pub(super) file: Option<(u32, u32)>,
    /// Whether it waits for connections.
    pub(super) listens: bool,
}
