//! Where this machine has the daemon, the virtual reader's driver and the client library.

use std::ffi::CStr;
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

/// Returns the daemon's path.
pub(crate) fn daemon() -> Result<PathBuf, Error> {
    let candidates = PROGRAM_FOLDERS.map(|folder| Path::new(folder).join("pcscd"));
    first(&candidates).ok_or_else(|| Error::Missing {
        what: "the PC/SC daemon (pcscd)",
        package: "pcscd",
        looked: candidates.into(),
    })
}

/// Returns the version of the daemon: "1.9.9" in "pcsc-lite version 1.9.9.".
pub(crate) fn version() -> Result<String, Error> {
    let daemon = daemon()?;
    let failed = || Error::failed(format!("ask {} for its version", daemon.display()));
    let output = Command::new(&daemon)
        .arg("--version")
        .output()
        .map_err(failed())?;
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
    let candidates = DRIVER_FOLDERS.map(|folder| Path::new(folder).join("serial/libifdvpcd.so"));
    let path = first(&candidates).ok_or_else(|| Error::Missing {
        what: "the virtual reader (libifdvpcd.so)",
        package: "vsmartcard-vpcd",
        looked: candidates.into(),
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
