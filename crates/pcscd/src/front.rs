//! The driver in front of the virtual reader's: compiling it, and the files by which a test says what it answers.

use std::ffi::CString;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::Error;

const SOURCE: &str = include_str!("../driver/front.c");

/// Returns the content of the compiled driver.
pub(crate) fn driver() -> Result<&'static [u8], Error> {
    static DRIVER: OnceLock<Vec<u8>> = OnceLock::new();
    if let Some(driver) = DRIVER.get() {
        return Ok(driver);
    }
    let driver = compile()?;
    Ok(DRIVER.get_or_init(|| driver))
}

fn compile() -> Result<Vec<u8>, Error> {
    let failed = || Error::failed("compile the driver in front of the virtual reader's");
    let folder = tempfile::tempdir().map_err(failed())?;
    let (source, library) = (folder.path().join("front.c"), folder.path().join("front.so"));
    fs::write(&source, SOURCE).map_err(failed())?;
    // Without warnings: a new compiler's is no reason for all tests to fail. One test compiles with them.
    let output = Command::new("cc")
        // Without libraries, those of the daemon are taken, whatever their version is.
        .args(["-shared", "-fPIC", "-w", "-nostdlib", "-o"])
        .args([&library, &source])
        .output();
    match output {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Error::Missing {
            what: "the C compiler (cc)",
            package: "gcc",
            looked: Vec::new(),
        }),
        Err(error) => Err(failed()(error)),
        Ok(output) if !output.status.success() => Err(failed()(io::Error::other(String::from_utf8_lossy(
            &output.stderr,
        )))),
        Ok(_) => fs::read(&library).map_err(failed()),
    }
}

/// Returns where the driver in front of another one looks for it.
pub(crate) fn behind(driver: &Path) -> PathBuf {
    beside(driver, "behind")
}

/// A file by which the driver in front is told what to do.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Setting {
    Unavailable,
    Mute,
    Control(u32),
    Attribute(u32),
}

impl Setting {
    fn path(self, driver: &Path, slot: usize) -> PathBuf {
        let name = match self {
            Self::Unavailable => String::from("unavailable"),
            Self::Mute => String::from("mute"),
            Self::Control(code) => format!("control-{code:08X}"),
            Self::Attribute(attribute) => format!("attribute-{attribute:08X}"),
        };
        beside(driver, &format!("{slot}.{name}"))
    }

    /// Writes the file in one step, for the driver never to read a part of it; or removes it.
    pub(crate) fn set(self, driver: &Path, slot: usize, content: Option<&[u8]>) -> io::Result<()> {
        let path = self.path(driver, slot);
        let Some(content) = content else {
            return match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            };
        };
        let written = beside(&path, "new");
        fs::write(&written, content)?;
        fs::rename(written, path)
    }
}

fn pipe(driver: &Path, slot: usize) -> PathBuf {
    beside(driver, &format!("{slot}.event"))
}

/// Makes the pipe by which a slot's driver is told that it has news.
pub(crate) fn make_pipe(driver: &Path, slot: usize) -> io::Result<()> {
    let path = CString::new(pipe(driver, slot).as_os_str().as_bytes())?;
    // SAFETY: the path is a string with a null at its end.
    match unsafe { libc::mkfifo(path.as_ptr(), 0o600) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Tells a slot's driver that it has news, where it waits for them; where it does not, it looks by itself.
pub(crate) fn notify(driver: &Path, slot: usize) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).custom_flags(libc::O_NONBLOCK);
    match options.open(pipe(driver, slot)) {
        // No daemon reads it now: it looks when it starts.
        Err(error) if error.raw_os_error() == Some(libc::ENXIO) => Ok(()),
        opened => match opened?.write_all(&[0]) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            written => written,
        },
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[ignore = "needs a C compiler: run by cargo xtask test"]
    fn the_driver_compiles_without_a_warning() {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("front.c");
        fs::write(&source, SOURCE).unwrap();
        let output = Command::new("cc")
            .args(["-Wall", "-Wextra", "-Werror", "-fsyntax-only"])
            .arg(&source)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}
