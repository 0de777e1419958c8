//! Static programs in a root that has a pcscd's socket, and nothing else but themselves.
//!
//! `cargo xtask test static` builds them and runs this.
#![cfg(all(target_os = "linux", feature = "native"))]

#[path = "conformance/service/mod.rs"]
#[allow(dead_code, unused_macros, reason = "the conformance suite's services")]
mod service;

use pcsc_sim::DemoCard;
use service::{Service, client, real};
use std::ffi::CString;
use std::fs::{self, File};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// The variable with the programs' paths.
const PROGRAMS: &str = "PCSC_TEST_STATIC";

/// Where pcscd's socket is, below a root.
const SOCKET: &str = "run/pcscd/pcscd.comm";

/// SELECT of the demonstration card's application.
const SELECT: &str = "00A4040C09F0504353432D53494D";

fn path(path: &Path) -> CString {
    CString::new(path.as_os_str().as_bytes()).unwrap()
}

/// A root with one program in it, and the socket.
struct Root(TempDir);

impl Root {
    fn new(program: &Path) -> Root {
        let root = Root(tempfile::tempdir().unwrap());
        fs::copy(program, root.path().join("program")).unwrap();
        let socket = root.path().join(SOCKET);
        fs::create_dir_all(socket.parent().unwrap()).unwrap();
        File::create(&socket).unwrap();
        let (from, to) = (path(&Path::new("/").join(SOCKET)), path(&socket));
        // SAFETY: both are C strings; a bind mount has neither type nor data.
        let code = unsafe {
            libc::mount(
                from.as_ptr(),
                to.as_ptr(),
                std::ptr::null(),
                libc::MS_BIND,
                std::ptr::null(),
            )
        };
        assert_eq!(code, 0, "{}", io::Error::last_os_error());
        root
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Makes a call of the program, with no other file in sight.
    fn program(&self) -> Command {
        let mut command = Command::new("/program");
        command.env_clear();
        let root = path(self.path());
        let enter = move || {
            // SAFETY: a C string.
            let entered = unsafe { libc::chroot(root.as_ptr()) };
            // SAFETY: a C string.
            match entered + unsafe { libc::chdir(c"/".as_ptr()) } {
                0 => Ok(()),
                _ => Err(io::Error::last_os_error()),
            }
        };
        // SAFETY: between fork and exec the closure makes system calls only.
        unsafe { command.pre_exec(enter) };
        command
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        let socket = path(&self.path().join(SOCKET));
        // SAFETY: a C string.
        unsafe { libc::umount2(socket.as_ptr(), libc::MNT_DETACH) };
    }
}

/// The files below a folder, sorted.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if entry.file_type().unwrap().is_dir() {
            found.extend(files(&entry.path()).iter().map(|below| format!("{name}/{below}")));
        } else {
            found.push(name);
        }
    }
    found.sort();
    found
}

#[test]
#[ignore = "needs static programs and pcscd: run by cargo xtask test static"]
fn a_static_program_drives_a_card_where_there_is_the_socket_and_nothing_else() {
    let programs = std::env::var_os(PROGRAMS).expect("`cargo xtask test static` names the programs");
    let mut service = real::Real::<client::Native>::start(1);
    service.insert(0, DemoCard::new());
    for program in std::env::split_paths(&programs) {
        let root = Root::new(&program);
        assert_eq!(files(root.path()), ["program", SOCKET]);
        let name = program.file_name().unwrap().to_str().unwrap();
        let reader = service.reader(0);
        let calls: &[(&[&str], &str)] = match name {
            "session" => &[(&["--system"], "9000"), (&["--system"], &reader)],
            "pcsc" => &[
                (&["readers"], &reader),
                (&["send", SELECT], "9000"),
                (&["doctor"], &reader),
            ],
            _ => &[
                (&[&reader, SELECT], "answer [90, 00]"),
                (&[&reader, SELECT], &reader),
            ],
        };
        for (arguments, part) in calls {
            let output = root.program().args(*arguments).output().unwrap();
            let printed = String::from_utf8_lossy(&output.stdout);
            let errors = String::from_utf8_lossy(&output.stderr);
            assert!(
                output.status.success(),
                "{name} {arguments:?}: {}\n{printed}{errors}",
                output.status
            );
            assert!(printed.contains(part), "{name} prints\n{printed}without {part:?}");
        }
    }
}
