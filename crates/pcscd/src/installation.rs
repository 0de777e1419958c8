//! Where this machine has the daemon, the virtual reader's driver and the client library.

use std::ffi::{CStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::{fs, io};

use crate::Error;

/// Where pcscd looks for the drivers of real readers; that of the virtual reader is in the folder `serial` in it.
pub(crate) const DRIVER_FOLDERS: [&str; 3] = [
    "/usr/lib/pcsc/drivers",
    "/usr/lib64/pcsc/drivers",
    "/usr/local/lib/pcsc/drivers",
];

const PROGRAM_FOLDERS: [&str; 6] = [
    "/usr/sbin",
    "/usr/bin",
    "/usr/local/sbin",
    "/usr/local/bin",
    "/sbin",
    "/bin",
];

/// The variable with the call of another daemon than the machine's, and its first arguments, apart by blanks.
const DAEMON_VARIABLE: &str = "PCSC_TEST_PCSCD";

/// The variable with the path of the virtual reader's driver that goes with it.
const DRIVER_VARIABLE: &str = "PCSC_TEST_VPCD";

/// How the daemon is called.
#[derive(Debug, Clone)]
pub(crate) struct Daemon {
    program: OsString,
    arguments: Vec<OsString>,
}

impl Daemon {
    /// Makes a call of it.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments);
        command
    }

    /// Returns its program's path.
    pub(crate) fn program(&self) -> &Path {
        Path::new(&self.program)
    }
}

/// Returns how the daemon is called.
pub(crate) fn daemon() -> Result<Daemon, Error> {
    let named = std::env::var(DAEMON_VARIABLE).unwrap_or_default();
    let mut words = named.split_whitespace().map(OsString::from);
    if let Some(program) = words.next() {
        let arguments = words.collect();
        return Ok(Daemon { program, arguments });
    }
    let candidates = PROGRAM_FOLDERS.map(|folder| Path::new(folder).join("pcscd"));
    let program = first(&candidates).ok_or_else(|| Error::Missing {
        what: "the PC/SC daemon (pcscd)",
        package: "pcscd",
        looked: candidates.into(),
    })?;
    Ok(Daemon {
        program: program.into(),
        arguments: Vec::new(),
    })
}

/// Returns the version of the daemon: "1.9.9" in "pcsc-lite version 1.9.9.".
pub(crate) fn version() -> Result<String, Error> {
    let daemon = daemon()?;
    let failed = || Error::failed(format!("ask {} for its version", daemon.program().display()));
    let output = daemon.command().arg("--version").output().map_err(failed())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let (_, version) = text
        .split_once("version ")
        .ok_or_else(|| failed()(io::ErrorKind::InvalidData.into()))?;
    let end = version
        .find(|c: char| c != '.' && !c.is_ascii_digit())
        .unwrap_or(version.len());
    Ok(version[..end].trim_end_matches('.').to_owned())
}

/// Returns the content of the virtual reader's driver.
///
/// Read once for the process: a thread that is in its namespaces already no longer sees the file.
pub(crate) fn driver() -> Result<&'static [u8], Error> {
    static DRIVER: OnceLock<Vec<u8>> = OnceLock::new();
    if let Some(driver) = DRIVER.get() {
        return Ok(driver);
    }
    let candidates = match std::env::var_os(DRIVER_VARIABLE) {
        Some(path) => vec![PathBuf::from(path)],
        None => DRIVER_FOLDERS
            .map(|folder| Path::new(folder).join("serial/libifdvpcd.so"))
            .into(),
    };
    let path = first(&candidates).ok_or_else(|| Error::Missing {
        what: "the virtual reader (libifdvpcd.so)",
        package: "vsmartcard-vpcd",
        looked: candidates.clone(),
    })?;
    let content = fs::read(&path).map_err(Error::failed(format!("read {}", path.display())))?;
    Ok(DRIVER.get_or_init(|| content))
}

/// Returns the path of the library that implements PC/SC's functions.
pub(crate) fn client_library() -> Result<PathBuf, Error> {
    // From version 2.2 on libpcsclite.so.1 only forwards to the other one, which has the global state.
    [c"libpcsclite_real.so.1", c"libpcsclite.so.1"]
        .into_iter()
        .find_map(path_of_library)
        .ok_or(Error::Missing {
            what: "the PC/SC library (libpcsclite.so.1)",
            package: "libpcsclite1",
            looked: Vec::new(),
        })
}

/// Loads a library to learn which file the loader takes for this name. It stays loaded: nothing is gained by unloading.
fn path_of_library(name: &CStr) -> Option<PathBuf> {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    // SAFETY: `name` is a C string. libpcsclite's constructors have no requirements.
    let library = unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL) };
    if library.is_null() {
        return None;
    }
    // SAFETY: `library` is a handle from dlopen that is never closed; the symbol's name is a C string.
    let symbol = unsafe { libc::dlsym(library, c"SCardEstablishContext".as_ptr()) };
    let mut info = libc::Dl_info {
        dli_fname: std::ptr::null(),
        dli_fbase: std::ptr::null_mut(),
        dli_sname: std::ptr::null(),
        dli_saddr: std::ptr::null_mut(),
    };
    // SAFETY: dladdr takes any address, null too, and `info` is a local that it fills.
    let found = unsafe { libc::dladdr(symbol, &raw mut info) };
    if found == 0 || info.dli_fname.is_null() {
        return None;
    }
    // SAFETY: dladdr has found the address, so `dli_fname` is a C string that lives as long as the library is loaded.
    let path = unsafe { CStr::from_ptr(info.dli_fname) };
    Some(PathBuf::from(OsStr::from_bytes(path.to_bytes())))
}

fn first(candidates: &[PathBuf]) -> Option<PathBuf> {
    candidates.iter().find(|path| path.is_file()).cloned()
}
