//! A service that accepts connections and says nothing.

use super::machine::{Machine, SOCKET, lines};
use crate::doctor::reached::Unreached;
use crate::doctor::{Looked, Scene, System};
use std::os::unix::net::UnixListener;

/// What is said of the service, and of the rest.
fn said(system: System) -> [String; 3] {
    let scene = Scene {
        system: Ok(system),
        service: Err(Unreached::Silent),
        readers: Vec::new(),
        unlisted: None,
        knock: std::cell::OnceCell::new(),
    };
    let looked: Vec<Looked> = scene.examine().collect();
    ["socket", "service", "cards"].map(|subject| lines(&looked, subject))
}

#[test]
fn a_service_that_hangs_is_started_anew() {
    let machine = Machine::new();
    let _listener = UnixListener::bind(machine.path(SOCKET)).unwrap();
    let [socket, service, cards] = said(machine.system());
    assert!(socket.starts_with("ok: "), "{socket}");
    assert_eq!(
        service,
        "wrong: the service accepts connections and does not answer within 5 seconds: it hangs, or has only just been started $ sudo systemctl restart pcscd"
    );
    assert_eq!(cards, "not seen: the service was not reached");
    let elsewhere = System {
        socket: Some("/tmp/s".into()),
        ..machine.system()
    };
    let [_, service, _] = said(elsewhere);
    assert!(service.ends_with(" $ unset PCSCLITE_CSOCK_NAME"), "{service}");
}

#[test]
fn a_service_that_was_stopped_goes_on() {
    let machine = Machine::new();
    machine.process(812, "pcscd", None);
    machine.owned_by(812, 0);
    machine.file("/proc/812/stat", "812 (p (x) S) S 1 1\n");
    let [_, service, _] = said(machine.system());
    assert!(
        service.starts_with("wrong: pcscd (process 812) accepts connections and does not answer within")
            && service.ends_with(" $ sudo systemctl restart pcscd"),
        "{service}"
    );
    machine.file("/proc/812/stat", "812 (p (x) S) T 1 1\n");
    let [_, service, _] = said(machine.system());
    assert_eq!(
        service,
        "wrong: pcscd (process 812) accepts connections and does not answer: it was stopped $ sudo kill -CONT 812"
    );
    machine.owned_by(812, 1000);
    let [_, service, _] = said(machine.system());
    assert!(service.ends_with(" $ kill -CONT 812"), "{service}");
}
