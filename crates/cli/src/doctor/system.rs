//! The machine's files, and what the program's environment says.

use super::unix_socket::UnixSocket;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

/// As much of a file as is looked at, in bytes: more than libpcsclite or a list of installed packages has.
const MOST: u64 = 64 << 20;

/// Where pcscd has its socket, as the systems' packages build it.
const SOCKETS: [&str; 4] = [
    "/run/pcscd/pcscd.comm",
    "/var/run/pcscd/pcscd.comm",
    "/var/run/pcscd.comm",
    "/var/pcsc-lite/pcscd.comm",
];

/// A machine, by its files.
#[derive(Debug)]
#[cfg_attr(
    any(windows, target_os = "macos"),
    allow(dead_code, reason = "there none is looked at")
)]
pub(crate) struct System {
    /// Where they are.
    pub(super) root: PathBuf,
    /// The socket that the environment names.
    pub(super) socket: Option<PathBuf>,
    /// The number of the user whose rights this has.
    pub(super) uid: Option<u32>,
    /// Who that is, as the environment says.
    pub(super) user: Option<String>,
    /// The application of Flatpak or snap that this is.
    pub(super) application: Option<String>,
    /// This program's file.
    pub(super) program: Option<PathBuf>,
    /// How many files this may open, and how many it may have itself open.
    pub(super) open_files: Option<(u64, u64)>,
    /// The Unix sockets, where they are not the kernel's.
    pub(super) sockets: Option<Vec<UnixSocket>>,
}

impl System {
    /// Takes this machine, or says why it is not looked at.
    pub(crate) fn here() -> Result<System, &'static str> {
        if cfg!(windows) {
            return Err("Windows lists them: pnputil /enum-devices /connected /class SmartCardReader");
        }
        if cfg!(target_os = "macos") {
            return Err("macOS lists them: system_profiler SPUSBDataType SPSmartCardsDataType");
        }
        let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        let text = |name| variable(name)?.into_string().ok();
        Ok(System {
            socket: variable("PCSCLITE_CSOCK_NAME").map(PathBuf::from),
            uid: uid(),
            user: text("USER").or_else(|| text("LOGNAME")),
            application: text("FLATPAK_ID").or_else(|| text("SNAP_INSTANCE_NAME")),
            program: std::env::current_exe().ok(),
            open_files: open_files(),
            ..System::at_root("/")
        })
    }

    /// Takes the machine whose files are in a folder.
    pub(super) fn at_root(root: impl Into<PathBuf>) -> System {
        System {
            root: root.into(),
            socket: None,
            uid: None,
            user: None,
            application: None,
            program: None,
            open_files: None,
            sockets: None,
        }
    }

    /// Returns the service's socket: the one that the environment names, else the first that is there.
    pub(super) fn socket(&self) -> Option<PathBuf> {
        let usual = || SOCKETS.iter().find(|socket| self.has(socket)).map(PathBuf::from);
        self.socket.clone().or_else(usual)
    }

    /// Tells whether the environment names another socket than the system's service has.
    pub(super) fn is_elsewhere(&self) -> bool {
        self.socket
            .as_deref()
            .is_some_and(|socket| !self.is_usual(socket))
    }

    /// Tells whether a socket is where pcscd usually has it.
    pub(super) fn is_usual(&self, socket: &Path) -> bool {
        let file = |path: &Path| fs::canonicalize(self.at(path)).ok();
        SOCKETS.iter().map(Path::new).any(|usual| {
            let is_same = || file(socket).is_some_and(|found| file(usual) == Some(found));
            usual == socket || is_same()
        })
    }

    /// Returns by which names the service's socket may be bound.
    pub(super) fn names_of_the_socket(&self) -> Vec<PathBuf> {
        let usual = SOCKETS.iter().map(PathBuf::from);
        let Some(socket) = self.socket.as_ref().filter(|_| self.is_elsewhere()) else {
            return usual.collect();
        };
        let real = fs::canonicalize(self.at(socket)).ok();
        real.into_iter().chain([socket.clone()]).collect()
    }

    /// Returns where one of its files is.
    pub(super) fn at(&self, path: impl AsRef<Path>) -> PathBuf {
        let path = path.as_ref();
        self.root.join(path.strip_prefix("/").unwrap_or(path))
    }

    pub(super) fn has(&self, path: impl AsRef<Path>) -> bool {
        self.at(path).exists()
    }

    /// Returns what is in a file; nothing where it is none, as a pipe, which may never be opened.
    pub(super) fn bytes(&self, path: impl AsRef<Path>) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let path = self.at(path);
        let file = fs::metadata(&path)
            .ok()?
            .is_file()
            .then(|| fs::File::open(path))?
            .ok()?;
        file.take(MOST).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }

    /// Returns what is in a file, without a line's end.
    pub(super) fn text(&self, path: impl AsRef<Path>) -> Option<String> {
        let bytes = self.bytes(path)?;
        Some(String::from_utf8_lossy(&bytes).trim_end().to_owned())
    }

    /// Returns the names in a folder, in order.
    pub(super) fn names(&self, folder: impl AsRef<Path>) -> Option<Vec<String>> {
        let entries = fs::read_dir(self.at(folder)).ok()?;
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut names: Vec<String> = names.collect();
        names.sort();
        Some(names)
    }

    /// Returns the last name in what a link leads to.
    pub(super) fn link(&self, path: impl AsRef<Path>) -> Option<String> {
        let to = fs::read_link(self.at(path)).ok()?;
        Some(to.file_name()?.to_string_lossy().into_owned())
    }
}

#[cfg(unix)]
fn uid() -> Option<u32> {
    Some(rustix::process::geteuid().as_raw())
}

#[cfg(unix)]
fn open_files() -> Option<(u64, u64)> {
    let limits = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    Some((limits.current?, limits.maximum?))
}

#[cfg(not(unix))]
fn uid() -> Option<u32> {
    None
}

#[cfg(not(unix))]
fn open_files() -> Option<(u64, u64)> {
    None
}
