//! What is behind an error of a real libpcsclite, before a real pcscd and before services that only answer or refuse: field
//! kind E.
// It needs a pcscd, its socket and namespaces, which Windows and macOS have not: there no error is looked into.
#![cfg(all(target_os = "linux", feature = "load"))]

#[path = "conformance/service/mod.rs"]
#[allow(dead_code, unused_macros, reason = "the conformance suite's services")]
mod service;

use pcsc_session::{Cause, Code, Context, Disposition, Error, Session};
use pcsc_sim::DemoCard;
use private_pcscd::Pcscd;
use service::DEADLINE;
use std::fs::{self, File, Permissions};
use std::io::{self, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Instant;

const SOCKET: &str = "/run/pcscd/pcscd.comm";

fn provider(pcscd: &Pcscd) -> pcsc_sys::Provider {
    // SAFETY: the harness copied the system's own libpcsclite there.
    unsafe { pcsc_sys::Provider::load(pcscd.client_library()) }.unwrap()
}

fn text_has(error: &Error, parts: &[&str]) {
    let text = error.to_string();
    for part in parts {
        assert!(text.contains(part), "{part:?} is missing in: {text}");
    }
}

/// Field case 15.
#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn the_client_after_the_last_is_told_the_limit() {
    let pcscd = Pcscd::start(2).unwrap();
    let provider = provider(&pcscd);
    let _card = pcscd.insert(0, DemoCard::new()).unwrap();
    service::wait_for(provider.functions(), &pcscd.reader_names()[0], true);
    let options = Session::options().provider(provider).on_close(Disposition::Leave);
    let (mut sessions, error) = service::fill(|| options.open());
    assert_eq!(error.function(), Some("SCardEstablishContext"));
    assert!(!error.is_service_down(), "{error}");
    assert!(
        matches!(
            error.causes()[..],
            [Cause::ServiceAtItsLimit {
                clients: Some(200..),
                ..
            }]
        ),
        "{error}"
    );
    text_has(&error, &["as many clients as it takes", "--max-thread"]);
    assert_eq!(io::Error::from(error).kind(), io::ErrorKind::ResourceBusy);
    // A place that becomes free is had; the service takes a moment to see that it is.
    sessions.pop();
    let end = Instant::now() + DEADLINE;
    while let Err(error) = options.open() {
        assert!(Instant::now() < end, "{error}");
    }
}

/// Field case 18.
#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn the_connection_after_the_last_is_told_the_limit() {
    let pcscd = Pcscd::start(2).unwrap();
    let provider = provider(&pcscd);
    let _cards: [_; 2] = std::array::from_fn(|reader| {
        let card = pcscd.insert(reader, DemoCard::new()).unwrap();
        service::wait_for(provider.functions(), &pcscd.reader_names()[reader], true);
        card
    });
    let context = Context::establish_on(provider).unwrap();
    let open = |reader: usize| {
        let options = Session::options().reader(&pcscd.reader_names()[reader]);
        options.on_close(Disposition::Leave).open_in(&context)
    };
    let sessions: Vec<Session> = (0..200).map(|_| open(0).unwrap()).collect();
    for (reader, code) in [(0, Code::INTERNAL_ERROR), (1, Code::NO_MEMORY)] {
        let error = open(reader).unwrap_err();
        assert_eq!(error.code(), Some(code), "{error}");
        assert!(
            matches!(error.causes()[0], Cause::ConnectionsAtLimit { .. }),
            "{error}"
        );
        text_has(
            &error,
            &[
                "SCardConnect",
                "as many connections",
                "--max-card-handle-per-reader",
            ],
        );
        assert!(!error.is_service_down());
    }
    drop(sessions);
    open(0).unwrap();
}

#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn a_service_that_was_killed_does_not_run() {
    let mut pcscd = Pcscd::start(0).unwrap();
    let provider = provider(&pcscd);
    pcscd.kill().unwrap();
    let error = Context::establish_on(provider).unwrap_err();
    assert!(error.is_service_down(), "{error}");
    let causes = error.causes();
    let [
        Cause::ServiceNotRunning {
            socket: Some(socket), ..
        },
    ] = &causes[..]
    else {
        panic!("{error}")
    };
    assert_eq!(socket, Path::new(SOCKET));
    text_has(&error, &["SCARD_E_NO_SERVICE (0x8010001D)", SOCKET, "start it"]);
}

/// The variable that makes this test's program a client instead, and says which.
const CLIENT: &str = "PCSC_TEST_CAUSES";

/// The error of a context on the system's library.
fn not_established() -> Error {
    Context::establish().unwrap_err()
}

/// What the clients do, each in a process of its own: their library reads the environment once.
#[test]
#[ignore = "a client of the other tests"]
fn client() {
    let Ok(client) = std::env::var(CLIENT) else { return };
    match client.as_str() {
        "denied" => {
            let error = not_established();
            assert!(!error.is_service_down(), "{error}");
            let causes = error.causes();
            let [
                Cause::SocketNotPermitted {
                    socket: Some(socket), ..
                },
            ] = &causes[..]
            else {
                panic!("{error}")
            };
            assert_eq!(socket, Path::new(SOCKET));
            text_has(&error, &["may not open", SOCKET]);
            assert_eq!(io::Error::from(error).kind(), io::ErrorKind::PermissionDenied);
        }
        "version" => {
            let error = not_established();
            assert_eq!(error.code(), Some(Code::SERVICE_STOPPED), "{error}");
            assert!(!error.is_service_down(), "{error}");
            let causes = error.causes();
            let [
                Cause::VersionsDiffer {
                    library: Some(library),
                    protocol: Some((4, 3)),
                    ..
                },
            ] = &causes[..]
            else {
                panic!("{error}")
            };
            text_has(&error, &["different versions", library.to_str().unwrap(), "4:3"]);
        }
        "refused" => {
            // Programs that do not ignore it, as those in C, must live through the look too.
            // SAFETY: the default action is no function.
            unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
            for _ in 0..TURNED_AWAY {
                let error = not_established();
                assert!(!error.is_service_down(), "{error}");
                let causes = error.causes();
                let has = |is: fn(&Cause) -> bool| causes.iter().any(is);
                assert!(
                    has(|cause| matches!(cause, Cause::PolkitRefused { .. })),
                    "{error}"
                );
                text_has(&error, &["org.debian.pcsc-lite.access_pcsc"]);
            }
        }
        "descriptors" => {
            pcsc_sys::Provider::system().unwrap();
            let limit = libc::rlimit {
                rlim_cur: 64,
                rlim_max: 64,
            };
            // SAFETY: `limit` outlives the call.
            let set = unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) };
            assert_eq!(set, 0);
            let all: Vec<File> = std::iter::from_fn(|| File::open("/dev/null").ok()).collect();
            let error = not_established();
            drop(all);
            assert!(!error.is_service_down(), "{error}");
            assert!(
                matches!(error.causes()[..], [Cause::NoFileDescriptors { .. }]),
                "{error}"
            );
        }
        "stub" => {
            let error = not_established();
            assert_eq!(error.code(), Some(Code::INTERNAL_ERROR), "{error}");
            let causes = error.causes();
            let [
                Cause::StubWithoutLibrary { library, .. },
                Cause::ServiceFailed { .. },
            ] = &causes[..]
            else {
                panic!("{error}")
            };
            assert_eq!(library, Path::new("/no/such/libpcsclite_real.so.1"));
            text_has(&error, &["stub", "/no/such/libpcsclite_real.so.1"]);
        }
        other => panic!("{other}"),
    }
}

/// Runs a client to its end.
fn run(client: &str, prepare: impl FnOnce(&mut Command)) {
    let mut command = Command::new("timeout");
    let program = private_pcscd::this_program().unwrap();
    command
        .arg("60")
        .arg(program.get_program())
        .args(program.get_args());
    command.args(["--exact", "client", "--ignored", "--nocapture"]);
    command.env(CLIENT, client);
    prepare(&mut command);
    let output = command.output().unwrap();
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && shown.contains("1 passed"),
        "{}: {shown}{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Has a command open only what its user may, root too.
fn without_overrides(command: &mut Command) {
    // Of Linux' capabilities: to pass over permissions, and to read and search.
    const DAC_OVERRIDE: libc::c_ulong = 1;
    const DAC_READ_SEARCH: libc::c_ulong = 2;
    let drop_capabilities = || {
        for capability in [DAC_OVERRIDE, DAC_READ_SEARCH] {
            // SAFETY: this option takes a number and no pointer.
            if unsafe { libc::prctl(libc::PR_CAPBSET_DROP, capability) } == -1 {
                return Err(io::Error::last_os_error());
            }
        }
        Ok(())
    };
    // SAFETY: between fork and exec the closure makes system calls only, and allocates nothing.
    unsafe { command.pre_exec(drop_capabilities) };
}

/// Field case 16.
#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn a_user_who_may_not_open_the_socket_is_told_so() {
    let _pcscd = Pcscd::start(0).unwrap();
    fs::set_permissions(SOCKET, Permissions::from_mode(0o000)).unwrap();
    run("denied", without_overrides);
}

/// A service on a socket of its own.
struct Answering {
    listener: Arc<UnixListener>,
    thread: JoinHandle<usize>,
}

impl Answering {
    fn start(socket: &Path, serve: impl Fn(UnixStream) + Send + 'static) -> Answering {
        let listener = Arc::new(UnixListener::bind(socket).unwrap());
        let accepting = Arc::clone(&listener);
        let thread = thread::spawn(move || {
            let clients = accepting.incoming().map_while(Result::ok);
            clients.map(serve).count()
        });
        Answering { listener, thread }
    }

    /// Ends it; the number of its clients.
    fn end(self) -> usize {
        // SAFETY: the descriptor is the listener's, which is open. The call wakes the thread that accepts.
        unsafe { libc::shutdown(self.listener.as_raw_fd(), libc::SHUT_RDWR) };
        self.thread.join().unwrap()
    }
}

/// Field case 48.
#[test]
#[ignore = "needs libpcsclite1: run by cargo xtask test"]
fn a_service_of_another_version_is_told_apart_from_one_that_was_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("pcscd.comm");
    // As pcscd of 2013 to 2018 does.
    let service = Answering::start(&socket, |mut client| {
        let mut message = [0; 20];
        client.read_exact(&mut message).unwrap();
        let (major, minor, code) = (4_i32, 3_i32, 0x8010_001E_u32);
        client
            .write_all(&[major.to_ne_bytes(), minor.to_ne_bytes(), code.to_ne_bytes()].concat())
            .unwrap();
    });
    run("version", |command| {
        command.env("PCSCLITE_CSOCK_NAME", &socket);
    });
    // The library, and one look.
    assert_eq!(service.end(), 2);
}

/// How often a client is turned away.
const TURNED_AWAY: usize = 20;

/// Field case 16.
#[test]
#[ignore = "needs libpcsclite1: run by cargo xtask test"]
fn a_service_that_closes_each_connection_refuses_and_is_not_down() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("pcscd.comm");
    let service = Answering::start(&socket, drop);
    run("refused", |command| {
        command.env("PCSCLITE_CSOCK_NAME", &socket);
    });
    assert_eq!(service.end(), 2 * TURNED_AWAY);
}

#[test]
#[ignore = "needs libpcsclite1: run by cargo xtask test"]
fn a_program_without_file_descriptors_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("pcscd.comm");
    let _listener = UnixListener::bind(&socket).unwrap();
    run("descriptors", |command| {
        command.env("PCSCLITE_CSOCK_NAME", &socket);
    });
}

/// Field case 49.
// A static program loads none.
#[cfg(all(not(feature = "link"), not(target_feature = "crt-static")))]
#[test]
fn a_stub_that_cannot_load_its_library_is_named() {
    // What the stub does: each function returns SCARD_F_INTERNAL_ERROR.
    let functions = pcsc_sys::Functions::NAMES.iter();
    let stub: String = functions
        .map(|name| format!("long {name}(void) {{ return 0x80100001; }}\n"))
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("stub.c");
    fs::write(&source, stub).unwrap();
    let mut cc = private_pcscd::c_compiler();
    cc.args(["-shared", "-fPIC", "-o"]);
    cc.arg(folder.path().join("libpcsclite.so.1")).arg(&source);
    assert!(cc.status().expect("cc runs: Rust links with it").success());
    run("stub", |command| {
        command.env("LD_LIBRARY_PATH", folder.path());
        command.env("LIBPCSCLITE_DELEGATE", "/no/such/libpcsclite_real.so.1");
    });
}
