//! The machine's files, and what the program's environment says.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

/// As much of a file as is looked at, in bytes: more than libpcsclite or a list of installed packages has.
const MOST: u64 = 64 << 20;

/// A machine, by its files.
#[derive(Debug)]
pub(crate) struct System {
    /// Where they are.
    pub(super) root: PathBuf,
    /// The socket that the environment names.
    #[cfg_attr(any(windows, target_os = "macos"), allow(dead_code, reason = "there is none"))]
    pub(super) socket: Option<PathBuf>,
    /// Who runs this.
    pub(super) user: Option<String>,
    /// The application of Flatpak or snap that this is.
    pub(super) application: Option<String>,
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
            user: text("USER").or_else(|| text("LOGNAME")),
            application: text("FLATPAK_ID").or_else(|| text("SNAP_INSTANCE_NAME")),
            ..System::at_root("/")
        })
    }

    /// Takes the machine whose files are in a folder.
    pub(super) fn at_root(root: impl Into<PathBuf>) -> System {
        System {
            root: root.into(),
            socket: None,
            user: None,
            application: None,
        }
    }

    /// Returns where one of its files is.
    pub(super) fn at(&self, path: impl AsRef<Path>) -> PathBuf {
        let path = path.as_ref();
        self.root.join(path.strip_prefix("/").unwrap_or(path))
    }

    pub(super) fn has(&self, path: impl AsRef<Path>) -> bool {
        self.at(path).exists()
    }

    /// Tells whether systemd starts services here.
    pub(super) fn has_systemd(&self) -> bool {
        self.has("/run/systemd/system")
    }

    /// Returns what is in a file.
    pub(super) fn bytes(&self, path: impl AsRef<Path>) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let file = fs::File::open(self.at(path)).ok()?;
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
