//! A service that accepts connections and says nothing.

use super::{doctor, of};
use crate::program::failed;
use std::os::unix::net::UnixListener;
use std::path::Path;

/// What is said where the service says nothing: nothing that hangs, and no command for the system's.
fn says(socket: &Path) -> String {
    let (code, text, error) = failed(&mut doctor(socket));
    assert_eq!((code, &*error), (1, ""), "{text}");
    let service = of(&text, "service");
    assert!(
        service.starts_with("service  wrong ")
            && service.contains(" accepts connections and does not answer within 5 seconds: ")
            && service.ends_with("$ unset PCSCLITE_CSOCK_NAME"),
        "{text}"
    );
    assert!(of(&text, "socket").starts_with("socket   ok "), "{text}");
    assert!(of(&text, "cards").contains("not seen "), "{text}");
    text
}

#[test]
fn a_service_that_says_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("s");
    let _listener = UnixListener::bind(&socket).unwrap();
    says(&socket);
}

/// To connect to it takes for ever, too.
#[cfg(target_os = "linux")]
#[test]
fn a_service_that_takes_no_more_connections() {
    use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType};
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("s");
    let address = SocketAddrUnix::new(&socket).unwrap();
    let open = || {
        let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
        rustix::net::socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None).unwrap()
    };
    let listener = open();
    rustix::net::bind(&listener, &address).unwrap();
    rustix::net::listen(&listener, 1).unwrap();
    let mut waiting = Vec::new();
    loop {
        let client = open();
        match rustix::net::connect(&client, &address) {
            Ok(()) => waiting.push(client),
            Err(error) => break assert_eq!(error, rustix::io::Errno::AGAIN),
        }
    }
    says(&socket);
}
