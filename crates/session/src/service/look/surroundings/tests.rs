//! On systems that the tests make up.

mod permission;

use super::*;
use std::io::{Read, Write};
use std::os::unix::net::UnixListener;
use std::thread::{self, JoinHandle};
use tempfile::TempDir;

const SOCKET: &str = "/run/pcscd/pcscd.comm";

fn not_running(socket: PathBuf) -> Cause {
    Cause::service_not_running(Some(socket))
}

/// A system, and what the library's program sees of it.
struct System {
    folder: TempDir,
    surroundings: Surroundings,
}

impl System {
    fn new() -> System {
        let folder = tempfile::tempdir().unwrap();
        let surroundings = Surroundings {
            root: folder.path().into(),
            socket: None,
            is_snap: false,
            delegate: None,
            client: None,
            was_admitted: false,
            wait: Duration::from_secs(30),
        };
        System { folder, surroundings }
    }

    /// With the sign of a system that was booted.
    fn booted(self) -> System {
        self.file("/run/systemd/system/unit", "")
    }

    fn file(self, path: &str, content: &str) -> System {
        let path = self.path(path);
        fs::write(path, content).unwrap();
        self
    }

    /// Where a file of the system is; its folder is there then.
    fn path(&self, path: &str) -> PathBuf {
        let path = self.folder.path().join(path.trim_start_matches('/'));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        path
    }

    /// A socket whose service answers each of so many clients with a version, or closes the connection.
    fn service(&self, socket: &str, clients: usize, version: Option<(i32, i32)>) -> JoinHandle<()> {
        let listener = UnixListener::bind(self.path(socket)).unwrap();
        thread::spawn(move || {
            for _ in 0..clients {
                let (mut client, _) = listener.accept().unwrap();
                let Some((major, minor)) = version else { continue };
                let mut message = [0; 20];
                client.read_exact(&mut message).unwrap();
                // 12 bytes for the command 0x11.
                assert_eq!(
                    message[..8],
                    [12_u32.to_ne_bytes(), 0x11_u32.to_ne_bytes()].concat()
                );
                let code = 0x8010_001E_u32.to_ne_bytes();
                client
                    .write_all(&[major.to_ne_bytes(), minor.to_ne_bytes(), code].concat())
                    .unwrap();
            }
        })
    }

    /// The causes of a code where the service closes each connection.
    fn turned_away(&self, code: Code) -> Vec<Cause> {
        let service = self.service(SOCKET, 1, None);
        let causes = self.causes(code);
        service.join().unwrap();
        fs::remove_file(self.path(SOCKET)).unwrap();
        causes
    }

    fn causes(&self, code: Code) -> Vec<Cause> {
        self.surroundings.causes(code).expect("there is something to see")
    }
}

/// The kernel's list of sockets, with so many connections to the service, and others.
fn sockets(clients: usize) -> String {
    let mut list = "Num       RefCount Protocol Flags    Type St Inode Path\n".to_owned();
    let mut line = |state: &str, path: &str| {
        list += &format!("0000000000000000: 00000003 00000000 00000000 0001 {state} 12345 {path}\n");
    };
    line("01", SOCKET);
    line("03", "");
    line("03", "/run/other");
    (0..clients).for_each(|_| line("03", SOCKET));
    list
}

const SOCKETS_FILE: &str = "/proc/thread-self/net/unix";
const POLICY: &str = "/usr/share/polkit-1/actions/org.debian.pcsc-lite.policy";

fn refused() -> Cause {
    Cause::PolkitRefused {
        action: Cause::ACCESS_PCSC,
    }
}

#[test]
fn without_a_socket_the_service_does_not_run() {
    let system = System::new().booted();
    assert_eq!(system.causes(Code::NO_SERVICE), [not_running(SOCKET.into())]);
    // One that nobody listens on any more.
    drop(UnixListener::bind(system.path(SOCKET)).unwrap());
    assert_eq!(system.causes(Code::NO_SERVICE), [not_running(SOCKET.into())]);
    assert_eq!(system.causes(Code::COMM_ERROR), [Cause::ServiceGone {}]);
    // A service refused this program: it was there.
    assert_eq!(system.surroundings.causes(Code::SECURITY_VIOLATION), None);
}

#[test]
fn the_socket_is_the_one_that_the_environment_names() {
    let mut system = System::new().booted();
    let named = Path::new("/run/mine.comm");
    system.surroundings.socket = Some(named.into());
    let service = system.service(SOCKET, 0, None);
    let expected = Cause::ServiceNotRunning {
        socket: Some(named.into()),
        is_named: true,
    };
    assert_eq!(system.causes(Code::NO_SERVICE), std::slice::from_ref(&expected));
    service.join().unwrap();
    // Whatever is around the program: it was told where.
    let system = system.file("/run/.containerenv", "");
    assert_eq!(system.causes(Code::NO_SERVICE), [expected]);
    // What is no socket listens as little.
    let system = system.file("/run/mine.comm", "");
    assert!(matches!(
        system.causes(Code::NO_SERVICE)[..],
        [Cause::ServiceNotRunning { is_named: true, .. }]
    ));
}

/// Field case 15.
#[test]
fn as_many_clients_as_it_takes_are_counted() {
    let mut system = System::new().file(SOCKETS_FILE, &sockets(200)).file(POLICY, "");
    // It may have been started for more.
    let limit = Cause::ServiceAtItsLimit { clients: Some(200) };
    assert_eq!(system.turned_away(Code::NO_SERVICE), [limit, refused()]);
    system.surroundings.was_admitted = true;
    for code in [Code::NO_SERVICE, Code::SECURITY_VIOLATION, Code::COMM_ERROR] {
        let causes = system.turned_away(code);
        assert_eq!(causes, [Cause::ServiceAtItsLimit { clients: Some(200) }]);
        assert!(!causes[0].is_service_down());
        let text = causes[0].to_string();
        assert!(
            text.contains("200 contexts") && text.contains("--max-thread"),
            "{text}"
        );
    }
}

/// Field case 16.
#[test]
fn fewer_clients_and_a_policy_mean_polkit_or_a_lower_limit() {
    let system = System::new().file(SOCKETS_FILE, &sockets(3)).file(POLICY, "");
    let causes = system.turned_away(Code::SECURITY_VIOLATION);
    let limit = Cause::ServiceAtItsLimit { clients: Some(3) };
    assert_eq!(causes, [refused(), limit]);
    let text = causes[0].to_string();
    assert!(
        text.contains(Cause::ACCESS_PCSC) && text.contains("rules.d"),
        "{text}"
    );
}

#[test]
fn where_neither_can_be_ruled_out_both_are_named() {
    let limit = |clients| Cause::ServiceAtItsLimit { clients };
    let system = System::new().file(SOCKETS_FILE, &sockets(3));
    assert_eq!(system.turned_away(Code::NO_SERVICE), [limit(Some(3)), refused()]);
    let system = system.file("/.dockerenv", "").file(POLICY, "");
    assert_eq!(system.turned_away(Code::NO_SERVICE), [refused(), limit(None)]);
    let system = System::new();
    assert_eq!(system.turned_away(Code::NO_SERVICE), [refused(), limit(None)]);
}

#[test]
fn a_service_that_answers_by_now_is_neither_down_nor_refuses() {
    let system = System::new();
    let service = system.service(SOCKET, 3, Some((4, 4)));
    let limit = Cause::ServiceAtItsLimit { clients: None };
    assert_eq!(
        system.causes(Code::NO_SERVICE),
        [Cause::ServiceAnswers {}, limit.clone()]
    );
    assert_eq!(
        system.causes(Code::SECURITY_VIOLATION),
        std::slice::from_ref(&limit)
    );
    assert_eq!(system.causes(Code::COMM_ERROR), [limit, Cause::ServiceGone {}]);
    service.join().unwrap();
}

#[test]
fn a_service_that_says_nothing_is_waited_for_no_longer_than_that() {
    let mut system = System::new();
    system.surroundings.wait = Duration::from_millis(20);
    let _listener = UnixListener::bind(system.path(SOCKET)).unwrap();
    assert_eq!(system.surroundings.causes(Code::NO_SERVICE), None);
}

/// Field case 48.
#[test]
fn versions_that_differ_are_told_as_far_as_they_are_known() {
    let maps = "7f00-7f01 r-xp 00000000 08:01 1234    /tmp/app/usr/lib/libpcsclite.so.1\n\
                7f01-7f02 r--p 00000000 08:01 1234    /tmp/app/usr/lib/libpcsclite.so.1\n\
                7f02-7f03 rw-p 00000000 00:00 0\n";
    let system = System::new().file("/proc/self/maps", maps);
    let service = system.service(SOCKET, 1, Some((4, 5)));
    let causes = system.causes(Code::SERVICE_STOPPED);
    service.join().unwrap();
    let [
        Cause::VersionsDiffer {
            library: Some(library),
            protocol: Some((4, 5)),
        },
    ] = &causes[..]
    else {
        panic!("{causes:?}")
    };
    assert_eq!(library, Path::new("/tmp/app/usr/lib/libpcsclite.so.1"));
    let text = causes[0].to_string();
    for part in [
        "/tmp/app/usr/lib/libpcsclite.so.1",
        "4:5",
        "pcsc-lite 2.3 and 2.4",
    ] {
        assert!(text.contains(part), "{text}");
    }
    // Neither can be seen.
    fs::remove_file(system.path(SOCKET)).unwrap();
    let system = system.file("/proc/self/maps", "");
    let unknown = Cause::VersionsDiffer {
        library: None,
        protocol: None,
    };
    assert_eq!(system.causes(Code::SERVICE_STOPPED), [unknown]);
}

#[test]
fn a_service_that_the_client_without_a_library_does_not_speak_to_is_told_with_both_versions() {
    let mut system = System::new();
    system.surroundings.client = Some([(4, 4), (4, 6)]);
    let service = system.service(SOCKET, 1, Some((4, 7)));
    let causes = system.causes(Code::SERVICE_STOPPED);
    service.join().unwrap();
    let told = Cause::ProtocolNotSpoken {
        client: [(4, 4), (4, 6)],
        service: Some((4, 7)),
    };
    assert_eq!(causes, [told]);
    let text = causes[0].to_string();
    for part in ["4:4 to 4:6", "4:7", "`load`"] {
        assert!(text.contains(part), "{text}");
    }
}

/// Field case 49.
#[test]
fn a_stub_that_found_its_library_is_not_to_blame() {
    let map = |file: &str| format!("7f00-7f01 r-xp 00000000 08:01 1234    /usr/lib/{file}\n");
    let mut system = System::new().file("/proc/self/maps", &map("libpcsclite.so.1"));
    let stub = |library: &str| Cause::StubWithoutLibrary {
        library: library.into(),
    };
    let failed = Cause::ServiceFailed {};
    let causes = system.causes(Code::INTERNAL_ERROR);
    assert_eq!(causes, [stub("libpcsclite_real.so.1"), failed.clone()]);
    system.surroundings.delegate = Some("/opt/other.so".into());
    let causes = system.causes(Code::INTERNAL_ERROR);
    assert_eq!(causes, [stub("/opt/other.so"), failed.clone()]);
    system.surroundings.delegate = None;
    let system = system.file("/proc/self/maps", &map("libpcsclite_real.so.1"));
    assert_eq!(system.causes(Code::INTERNAL_ERROR), [failed]);
}

/// Field case 16.
#[test]
fn a_sandbox_without_the_socket_is_named() {
    let mut system = System::new().file("/.flatpak-info", "[Context]\nsockets=x11;pulseaudio;\n");
    let causes = system.causes(Code::NO_SERVICE);
    assert_eq!(causes, [sandboxed(Sandbox::Flatpak)]);
    assert!(causes[0].to_string().contains("--socket=pcsc"));
    // With the permission it is the system that has no socket.
    for permission in [
        "sockets=x11;pcsc;",
        "sockets=x11;\nfilesystems=home;/run/pcscd:ro;",
    ] {
        system = system.file("/.flatpak-info", &format!("[Context]\n{permission}\n"));
        assert_eq!(system.causes(Code::NO_SERVICE), [not_running(SOCKET.into())]);
    }

    let system = System::new().file("/run/.containerenv", "");
    let causes = system.causes(Code::NO_SERVICE);
    assert_eq!(
        causes,
        [sandboxed(Sandbox::Container), not_running(SOCKET.into())]
    );
    assert!(causes[0].to_string().contains("/run/pcscd"));

    let mut system = System::new();
    system.surroundings.is_snap = true;
    let not_permitted = Cause::SocketNotPermitted {
        socket: Some(SOCKET.into()),
        group: None,
        is_named: false,
    };
    let denied = |system: &System| {
        let surroundings = &system.surroundings;
        surroundings.unreached(Code::NO_SERVICE, Knock::Denied, SOCKET.into())
    };
    assert_eq!(
        denied(&system),
        Some(vec![sandboxed(Sandbox::Snap), not_permitted])
    );
    assert_eq!(system.causes(Code::NO_SERVICE), [not_running(SOCKET.into())]);
}

/// Field case 16.
#[test]
fn each_sign_of_a_container_is_known() {
    for (path, content) in [
        ("/run/.containerenv", ""),
        ("/.dockerenv", ""),
        ("/run/systemd/container", "lxc\n"),
        ("/run/host/container-manager", "systemd-nspawn\n"),
        ("/sys/fs/cgroup/cgroup.type", "domain\n"),
        ("/proc/1/environ", "PATH=/bin\0container=lxc\0"),
        ("/proc/1/cgroup", "5:memory:/kubepods/burstable/pod1\n0::/\n"),
        ("/proc/1/cgroup", "5:memory:/docker/0123\n"),
    ] {
        let system = System::new().booted().file(path, content);
        assert_eq!(
            system.causes(Code::NO_SERVICE),
            [sandboxed(Sandbox::Container), not_running(SOCKET.into())],
            "{path}"
        );
    }
    for (path, content) in [
        ("/proc/1/environ", "PATH=/bin\0container=\0my_container=1\0"),
        ("/proc/1/cgroup", "5:memory:/\n0::/init.scope\n"),
    ] {
        let system = System::new().booted().file(path, content);
        assert_eq!(
            system.causes(Code::NO_SERVICE),
            [not_running(SOCKET.into())],
            "{path}"
        );
    }
}

#[test]
fn where_nothing_says_that_it_is_the_systems_own_a_sandbox_is_named_too() {
    let causes = System::new().causes(Code::NO_SERVICE);
    let sandbox = Cause::SandboxWithoutService { sandbox: None };
    assert_eq!(causes, [not_running(SOCKET.into()), sandbox]);
}

#[test]
fn no_file_descriptor_is_no_service_that_is_down() {
    let system = System::new();
    let causes = system
        .surroundings
        .unreached(Code::NO_SERVICE, Knock::NoFileDescriptors, SOCKET.into());
    assert_eq!(causes, Some(vec![Cause::NoFileDescriptors {}]));
}

#[test]
fn other_codes_are_not_looked_at() {
    let system = System::new();
    for code in [Code::TIMEOUT, Code::INVALID_PARAMETER, Code::NO_MEMORY] {
        assert_eq!(system.surroundings.causes(code), None);
    }
}
