//! The namespaces of a thread: mounts and network of its own.

use std::cell::Cell;
use std::ffi::{CStr, CString};
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, UdpSocket};
use std::os::fd::AsRawFd;
use std::path::Path;
use std::{fs, ptr};

use crate::Error;
use crate::installation::DRIVER_FOLDERS;

/// The folder of pcscd's socket and pid file, compiled into it.
pub(crate) const RUN_FOLDER: &str = "/run/pcscd";

thread_local! {
    static ENTERED: Cell<bool> = const { Cell::new(false) };
}

/// Moves this thread into namespaces of its own, unless it is in them already.
///
/// There the daemon's folder and those of real readers' drivers are empty, and the network is a loopback of its own.
pub(crate) fn enter() -> Result<(), Error> {
    if ENTERED.get() {
        return Ok(());
    }
    // A mount namespace implies that the thread no longer shares root and working directory with the others, so other
    // threads of the process do not hinder it.
    // SAFETY: takes flags only. Neither flag changes memory or descriptors of this process.
    check(unsafe { libc::unshare(libc::CLONE_NEWNS | libc::CLONE_NEWNET) }).map_err(|error| {
        match error.kind() {
            ErrorKind::PermissionDenied => Error::NotPermitted(error),
            _ => Error::failed("enter new namespaces")(error),
        }
    })?;
    make_mounts_private()?;
    if Path::new(RUN_FOLDER).is_dir() {
        cover(RUN_FOLDER)?;
    } else {
        // Making the folder would change the machine, and under `unshare -U -r` it is not ours to make.
        cover("/run")?;
        fs::create_dir(RUN_FOLDER).map_err(Error::failed(format!("create {RUN_FOLDER}")))?;
    }
    // Without drivers the daemon leaves the machine's real readers alone.
    for folder in DRIVER_FOLDERS
        .into_iter()
        .filter(|folder| Path::new(folder).is_dir())
    {
        cover(folder)?;
    }
    raise_loopback().map_err(Error::failed("raise the loopback interface"))?;
    ENTERED.set(true);
    Ok(())
}

/// Keeps what is mounted from here on from reaching the machine's own namespace.
fn make_mounts_private() -> Result<(), Error> {
    // Names that a change of propagation ignores: valgrind wants strings there, the kernel would do without.
    let ignored = c"none".as_ptr();
    // SAFETY: the names are C strings; this operation has no data, whose pointer may be null.
    let result = unsafe {
        libc::mount(
            ignored,
            c"/".as_ptr(),
            ignored,
            libc::MS_REC | libc::MS_PRIVATE,
            ptr::null(),
        )
    };
    check(result).map_err(Error::failed("make the mounts private"))
}

/// Mounts an empty file system over a folder.
fn cover(folder: &str) -> Result<(), Error> {
    const TMPFS: &CStr = c"tmpfs";
    let failed = || Error::failed(format!("mount an empty file system over {folder}"));
    let target = CString::new(folder).map_err(|error| failed()(error.into()))?;
    let flags = libc::MS_NOSUID | libc::MS_NODEV;
    // SAFETY: all pointers are C strings that live during the call.
    let result = unsafe {
        libc::mount(
            TMPFS.as_ptr(),
            target.as_ptr(),
            TMPFS.as_ptr(),
            flags,
            c"mode=0755".as_ptr().cast(),
        )
    };
    check(result).map_err(failed())
}

/// A new network namespace has a loopback interface, but it is down.
fn raise_loopback() -> io::Result<()> {
    // Any socket will do to reach the interfaces.
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
    let mut name = [0; libc::IFNAMSIZ];
    for (to, from) in name.iter_mut().zip(c"lo".to_bytes()) {
        *to = *from as libc::c_char;
    }
    let flags = (libc::IFF_UP | libc::IFF_RUNNING) as libc::c_short;
    let request = libc::ifreq {
        ifr_name: name,
        ifr_ifru: libc::__c_anonymous_ifr_ifru { ifru_flags: flags },
    };
    // SAFETY: `socket` keeps its descriptor open; SIOCSIFFLAGS reads an `ifreq`, and `request` is a local one.
    check(unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCSIFFLAGS as _, &raw const request) })
}

fn check(result: libc::c_int) -> io::Result<()> {
    if result == -1 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}
