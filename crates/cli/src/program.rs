//! Another program, which finds its service at a socket that is given to it.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt::Held;
use pcsc_sys::Escaped;
use rustix::fs::{Access, access};
use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{self, ErrorKind};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, ExitStatus};
use tempfile::TempDir;

/// The name of the socket in its folder.
pub(crate) const SOCKET: &str = "pcscd.comm";

/// How a program has ended: its code, as shells have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ended(u8);

impl Ended {
    /// Has this program end as that one has.
    pub(crate) fn result(self) -> Result<(), Failure> {
        match self.0 {
            0 => Ok(()),
            code => Err(Failure::Program(code)),
        }
    }
}

impl From<ExitStatus> for Ended {
    fn from(status: ExitStatus) -> Ended {
        let signal = || status.signal().map(|signal| 128 + signal);
        let code = status.code().or_else(signal);
        Ended(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
    }
}

/// Makes a folder for a socket, of this user alone, which goes away with what is returned.
pub(crate) fn folder(prefix: &str) -> io::Result<TempDir> {
    tempfile::Builder::new().prefix(prefix).tempdir()
}

/// Tells that there is no such program, or none that may be run, where a shell would find none either.
pub(crate) fn find(command: &[OsString]) -> Result<(), Failure> {
    let Some(program) = command.first() else {
        return Err(Failure::usage("say which program"));
    };
    let is_path = program.as_bytes().contains(&b'/');
    let found = |path: &Path| match path.is_file() {
        true => access(path, Access::EXEC_OK).map_err(|_| ErrorKind::PermissionDenied),
        false if is_path && path.exists() => Err(ErrorKind::PermissionDenied),
        false => Err(ErrorKind::NotFound),
    };
    let folders = if is_path {
        OsString::new()
    } else {
        // Where none are named the system has two of its own.
        env::var_os("PATH").unwrap_or_else(|| "/bin:/usr/bin".into())
    };
    let mut why = ErrorKind::NotFound;
    for folder in env::split_paths(&folders) {
        match found(&folder.join(program)) {
            Ok(()) => return Ok(()),
            Err(ErrorKind::NotFound) => {}
            // A later one may be another.
            Err(kind) => why = kind,
        }
    }
    Err(not_run(program, why.into()))
}

/// Makes the failure of a program that cannot be run, with the code that shells have for it.
fn not_run(program: &OsStr, error: io::Error) -> Failure {
    let (exit, why) = match error.kind() {
        ErrorKind::NotFound => (Exit::NotThere, "there is no such program".to_owned()),
        _ => (Exit::NotRun, error.to_string()),
    };
    Failure::Other(exit, format!("{}: {why}", Escaped(&program.to_string_lossy())))
}

/// Runs a program, with its arguments, whose service is at this socket; signals are left to it.
pub(crate) fn run(command: &[OsString], socket: &Path, held: &Held) -> Result<Ended, Failure> {
    let Some((program, arguments)) = command.split_first() else {
        return Err(Failure::usage("say which program"));
    };
    let failure = |error| not_run(program, error);
    let mut started = Command::new(program);
    started.args(arguments).env("PCSCLITE_CSOCK_NAME", socket);
    let status = held.leave_to(|| started.spawn()).map_err(failure)?;
    Ok(status.into())
}
