//! A socket that this user may not open.

use super::{Cause, Code, Knock, SOCKET, System, not_running};
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::net::UnixListener;
use std::path::Path;

/// A system with a socket, whose group has a number that is not root's.
fn with_socket() -> (System, u32) {
    let system = System::new();
    let socket = system.path(SOCKET);
    drop(UnixListener::bind(&socket).unwrap());
    // Root may give it to anybody; nobody else's is root's.
    if fs::metadata(&socket).unwrap().gid() == 0 {
        chown(&socket, None, Some(4711)).unwrap();
    }
    let number = fs::metadata(&socket).unwrap().gid();
    (system, number)
}

fn denied(system: &System, socket: &Path) -> Vec<Cause> {
    let surroundings = &system.surroundings;
    surroundings
        .unreached(Code::NO_SERVICE, Knock::Denied, socket.into())
        .unwrap()
}

/// Field case 16.
#[test]
fn a_user_who_may_not_open_the_socket_is_told_its_group() {
    let (system, number) = with_socket();
    let socket = system.path(SOCKET);
    let system = system.file("/etc/group", &format!("root:x:77777:\nsmartcard:x:{number}:me\n"));
    for (mode, group) in [(0o660, Some("smartcard")), (0o666, None), (0o600, None)] {
        fs::set_permissions(&socket, Permissions::from_mode(mode)).unwrap();
        let causes = denied(&system, Path::new(SOCKET));
        let expected = Cause::SocketNotPermitted {
            socket: Some(SOCKET.into()),
            group: group.map(str::to_owned),
            is_named: false,
        };
        assert_eq!(causes, [expected]);
        let text = causes[0].to_string();
        assert!(
            text.contains(SOCKET) && text.contains(group.unwrap_or("SELinux")),
            "{text}"
        );
    }
    let system = system.file("/etc/group", "");
    fs::set_permissions(&socket, Permissions::from_mode(0o660)).unwrap();
    assert_eq!(
        system.surroundings.group(Path::new(SOCKET)),
        Some(number.to_string())
    );
}

#[test]
fn nobody_is_told_to_join_the_group_of_root() {
    let group = |mode, group| super::super::joinable(mode, group);
    assert_eq!(group(0o660, 0), None);
    assert_eq!(group(0o660, 77), Some(77));
    assert_eq!(group(0o666, 77), None);
    assert_eq!(group(0o600, 77), None);
}

#[test]
fn what_is_no_socket_is_nobodys_to_permit() {
    let mut system = System::new().file("/etc/shadow", "");
    let named = Path::new("/etc/shadow");
    assert_eq!(denied(&system, named), [not_running(named.into())]);
    system.surroundings.socket = Some(named.into());
    let causes = denied(&system, named);
    let expected = Cause::ServiceNotRunning {
        socket: Some(named.into()),
        is_named: true,
    };
    assert_eq!(causes, [expected]);
}

#[test]
fn a_socket_that_the_environment_names_is_told_with_the_variable() {
    let (mut system, _) = with_socket();
    system.surroundings.socket = Some(SOCKET.into());
    let causes = denied(&system, Path::new(SOCKET));
    let text = causes[0].to_string();
    assert!(
        matches!(causes[..], [Cause::SocketNotPermitted { is_named: true, .. }])
            && text.contains("which the variable PCSCLITE_CSOCK_NAME names")
            && text.contains("unset the variable"),
        "{text}"
    );
}

#[test]
fn a_name_that_no_socket_can_have_is_told_so() {
    let mut system = System::new();
    let named = Path::new("/").join("s".repeat(200));
    system.surroundings.socket = Some(named.clone());
    let causes = system.causes(Code::NO_SERVICE);
    let expected = Cause::ServiceNotRunning {
        socket: Some(named),
        is_named: true,
    };
    assert_eq!(causes, [expected]);
    let text = causes[0].to_string();
    assert!(text.contains("no socket has so long a name"), "{text}");
}
