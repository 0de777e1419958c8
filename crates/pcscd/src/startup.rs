//! Starting the daemon, and waiting until it listens.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::Error;
use crate::installation::Daemon;
use crate::namespace::RUN_FOLDER;
use crate::termination::{Running, ended, poll};

const DEADLINE: Duration = Duration::from_secs(20);

/// Starts the daemon and returns when it takes connections.
///
/// The kernel kills the daemon when the thread that calls this ends.
pub(crate) fn start(daemon: &Daemon, config: &Path, log: &Path) -> Result<Running, Error> {
    for name in ["pcscd.comm", "pcscd.pid"] {
        // What a killed daemon leaves behind would make the new one give up, or look as if it were listening.
        match fs::remove_file(run_file(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(Error::failed(format!("remove a killed daemon's {name}"))(error));
            }
            _ => {}
        }
    }
    let changes = watch(RUN_FOLDER).map_err(Error::failed(format!("watch {RUN_FOLDER}")))?;
    let mut running = spawn(daemon, config, log)?;
    match wait_until_listening(&mut running, changes, log) {
        Ok(()) => Ok(running),
        Err(error) => {
            // Both fail only where the daemon has ended and was waited for.
            let _ = running.child.kill();
            let _ = running.child.wait();
            Err(error)
        }
    }
}

fn run_file(name: &str) -> PathBuf {
    Path::new(RUN_FOLDER).join(name)
}

fn spawn(daemon: &Daemon, config: &Path, log: &Path) -> Result<Running, Error> {
    let output = || {
        File::options()
            .append(true)
            .create(true)
            .open(log)
            .map_err(Error::failed(format!("open {}", log.display())))
    };
    let (end, input) = UnixStream::pair().map_err(Error::failed("create a socket pair"))?;
    let parent = std::process::id();
    let mut command = daemon.command();
    command
        .arg("--foreground")
        .arg("-c")
        .arg(config)
        // The daemon reads nothing. Its end closes the socket, which is the event to wait for.
        .stdin(OwnedFd::from(input))
        // A file: a daemon that outlived the test would hold the test's own output open.
        .stdout(output()?)
        .stderr(output()?);
    // SAFETY: between fork and exec the closure makes system calls only, and allocates nothing.
    unsafe { command.pre_exec(move || die_with_parent(parent)) };
    let child = command
        .spawn()
        .map_err(Error::failed(format!("start {}", daemon.program().display())))?;
    // The command, which holds this side's copy of the daemon's input, goes here: only the daemon keeps one.
    Ok(Running { child, end })
}

/// Asks the kernel to kill this process when the thread that started it ends.
fn die_with_parent(parent: u32) -> io::Result<()> {
    // SAFETY: this option takes a signal's number and no pointer.
    if unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) } == -1 {
        return Err(io::Error::last_os_error());
    }
    // The parent may have ended before the request.
    if std::os::unix::process::parent_id() == parent {
        Ok(())
    } else {
        Err(io::ErrorKind::BrokenPipe.into())
    }
}

fn wait_until_listening(running: &mut Running, mut changes: File, log: &Path) -> Result<(), Error> {
    let failed = || Error::failed("wait for pcscd");
    let deadline = Instant::now() + DEADLINE;
    let (child, end) = (&mut running.child, &running.end);
    let mut events = [0; 4096];
    // The socket exists before the daemon listens on it. It changes the file's mode after it listens.
    while UnixStream::connect(run_file("pcscd.comm")).is_err() {
        let ready = poll([changes.as_fd(), end.as_fd()], deadline).map_err(failed())?;
        if ended(child).map_err(failed())? {
            let status = child.wait().map_err(failed())?;
            return Err(Error::Exited {
                status,
                log: tail(log),
            });
        }
        if !ready {
            return Err(Error::NotListening {
                waited: DEADLINE,
                log: tail(log),
            });
        }
        // What changed does not matter: the next connection tells.
        let _ = changes.read(&mut events).map_err(failed())?;
    }
    Ok(())
}

/// Returns a descriptor that becomes readable when a file in `folder` appears or changes its mode.
fn watch(folder: &str) -> io::Result<File> {
    // SAFETY: takes flags only.
    let descriptor = unsafe { libc::inotify_init1(libc::IN_CLOEXEC) };
    if descriptor == -1 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: inotify_init1 has just returned this descriptor, and nothing else owns it.
    let watch = unsafe { OwnedFd::from_raw_fd(descriptor) };
    let folder = std::ffi::CString::new(folder)?;
    // SAFETY: `watch` keeps the descriptor open, `folder` is a C string that lives during the call.
    let result = unsafe {
        libc::inotify_add_watch(
            watch.as_raw_fd(),
            folder.as_ptr(),
            libc::IN_CREATE | libc::IN_ATTRIB,
        )
    };
    if result == -1 {
        Err(io::Error::last_os_error())
    } else {
        Ok(watch.into())
    }
}

/// Returns the end of the log, for an error's text.
fn tail(log: &Path) -> String {
    const LINES: usize = 20;
    let text = String::from_utf8_lossy(&fs::read(log).unwrap_or_default()).into_owned();
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}
