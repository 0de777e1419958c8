//! Who has the card: programs that are connected to the service.

use super::said::at_last;
use super::{doctor, finds};
use crate::program::{PCSC, call};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// A program that ends with the test.
struct Running(Child);

impl Running {
    /// Starts it, and waits for the line that says that it does what it is for.
    fn start(mut command: Command, line: &str) -> Running {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let running = Running(child);
        let mut lines = output.lines().map(Result::unwrap);
        let found = lines.any(|found| found.contains(line));
        assert!(found, "{line}");
        // What it prints later has a reader as well.
        std::thread::spawn(move || lines.for_each(drop));
        running
    }

    fn number(&self) -> u32 {
        self.0.id()
    }

    fn signal(&self, signal: rustix::process::Signal) {
        let number = rustix::process::Pid::from_child(&self.0);
        rustix::process::kill_process(number, signal).unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // What it has started reads as well.
        drop(self.0.stdin.take());
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A simulator that another program serves.
fn served() -> (Running, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("s");
    let mut command = call(&["sim", "--socket", socket.to_str().unwrap(), "--"]);
    command.args(["sh", "-c", "echo served; read line"]);
    (Running::start(command, "served"), folder)
}

/// A program that has the card to itself.
fn keeper(socket: &Path) -> Running {
    let mut command = call(&["script", "--exclusive"]);
    command.env("PCSCLITE_CSOCK_NAME", socket);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // Its session is open when it has answered.
    child.stdin.as_mut().unwrap().write_all(b"00A4040000\n").unwrap();
    let mut answer = [0; 1];
    child.stdout.as_mut().unwrap().read_exact(&mut answer).unwrap();
    Running(child)
}

/// Whether the kernel tells who is connected to whom, which an emulator's does not.
fn are_connections_listed() -> bool {
    use rustix::net::{AddressFamily, SocketFlags, SocketType, netlink, socket_with};
    let protocol = Some(netlink::SOCK_DIAG);
    socket_with(
        AddressFamily::NETLINK,
        SocketType::DGRAM,
        SocketFlags::CLOEXEC,
        protocol,
    )
    .is_ok()
}

#[test]
fn the_only_client_has_the_card_and_is_ended() {
    let (_server, folder) = served();
    let socket = folder.path().join("s");
    let keeper = keeper(&socket);
    let cards = || finds(&mut doctor(&socket), "cards");
    let has = "another program has the card to itself; ";
    if !are_connections_listed() {
        let cards = cards();
        assert!(cards.contains(has) && !cards.contains("$ kill"), "{cards}");
        return;
    }
    let number = keeper.number();
    let it = format!("{has}it is pcsc (process {number}), the service's only other client");
    at_last(cards, |cards| {
        cards.contains(&it) && cards.ends_with(&format!("\n                   $ kill {number}"))
    });
    let mut other = Command::new(PCSC);
    other.arg("watch").env("PCSCLITE_CSOCK_NAME", &socket);
    let other = Running::start(other, "reader added");
    let (first, second) = (number.min(other.number()), number.max(other.number()));
    let both = format!("it is one of pcsc (process {first}), pcsc (process {second}): ");
    at_last(cards, |cards| cards.contains(&both) && !cards.contains('$'));
}

#[test]
fn a_service_that_was_stopped_is_said_to_be() {
    let (server, folder) = served();
    let socket = folder.path().join("s");
    server.signal(rustix::process::Signal::STOP);
    let service = finds(&mut doctor(&socket), "service");
    server.signal(rustix::process::Signal::CONT);
    if !are_connections_listed() {
        assert!(service.contains("does not answer"), "{service}");
        return;
    }
    let number = server.number();
    assert!(
        service.contains(&format!(
            "pcsc (process {number}) accepts connections and does not answer: it was stopped"
        )) && service.ends_with(&format!("$ kill -CONT {number}")),
        "{service}"
    );
}
