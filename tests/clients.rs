//! Whole programs on a real pcscd: the examples as a user runs them, and what a session sends beside C.
// It needs a pcscd, and strace: there is neither on Windows and macOS.
#![cfg(all(target_os = "linux", feature = "load"))]

#[path = "conformance/service/mod.rs"]
#[allow(dead_code, unused_macros, reason = "the conformance suite's services")]
mod service;

use pcsc_sim::FnCard;
use private_pcscd::Pcscd;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// A daemon with two readers and a card in the first, and the card's guard.
fn daemon() -> (Pcscd, impl Sized) {
    let pcscd = Pcscd::start(2).unwrap();
    let card = FnCard::new(
        [0x3B, 0x80, 0x01, 0x81],
        |command: &[u8], response: &mut Vec<u8>| {
            response.extend_from_slice(if command[1] == 0xA4 {
                &[0x6A, 0x82]
            } else {
                &[0x01, 0x02, 0x90, 0x00]
            });
        },
    );
    let card = pcscd.insert(0, card).unwrap();
    // SAFETY: the harness copied the system's own libpcsclite there.
    let functions = unsafe { pcsc_sys::Functions::load(pcscd.client_library()) }.unwrap();
    service::wait_for(functions, &pcscd.reader_names()[0], true);
    (pcscd, card)
}

/// The program of an example, which Cargo has built beside the tests.
fn example(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(Path::parent).unwrap();
    let program = folder.join("examples").join(name);
    assert!(
        program.exists(),
        "{} is missing: cargo build --workspace --features pcsc-session/stream --examples",
        program.display()
    );
    program
}

/// Runs a program to its end; it ends with this test in any case.
fn run(command: &mut Command) -> Output {
    let output = Command::new("timeout")
        .arg("60")
        .arg(command.get_program())
        .args(command.get_args())
        .output()
        .unwrap();
    assert_ne!(output.status.code(), Some(124), "{command:?} does not end");
    output
}

fn text(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn the_example_session_shows_readers_answer_to_reset_and_status_in_words() {
    let (_pcscd, _card) = daemon();
    let output = run(Command::new(example("session")).arg("--system"));
    let shown = text(&output);
    assert!(output.status.success(), "{shown}");
    for part in [
        "  Virtual 0 00 00",
        "  Virtual 0 00 01",
        "(T=1)",
        "3B",
        "> 00 A4 04 00 00",
        "< 6A82: ",
    ] {
        assert!(shown.contains(part), "{part:?} is missing in:\n{shown}");
    }
}

#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn the_example_session_says_what_is_missing_where_the_service_is_down() {
    let (mut pcscd, _card) = daemon();
    pcscd.kill().unwrap();
    let output = run(Command::new(example("session")).arg("--system"));
    assert!(!output.status.success());
    assert!(
        text(&output).contains("The PC/SC service does not run."),
        "{}",
        text(&output)
    );
}

#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn the_example_list_readers_shows_the_card_in_each() {
    let (_pcscd, _card) = daemon();
    let output = run(Command::new(example("list_readers")).arg("--system"));
    assert_eq!(
        text(&output),
        "Virtual 0 00 00: 3B800181\nVirtual 0 00 01: no card\n"
    );
}

#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn the_example_transaction_ends_its_transaction() {
    let (_pcscd, _card) = daemon();
    let output = run(Command::new(example("transaction")).args(["--system", "Virtual 0 00 00"]));
    let shown = text(&output);
    assert!(output.status.success() && shown.contains("ended"), "{shown}");
}

/// A program that goes on until it is ended, whose lines are read as they come.
struct Running {
    child: Child,
    lines: mpsc::Receiver<String>,
}

impl Running {
    fn start(command: &mut Command) -> Running {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        Running { child, lines }
    }

    /// Waits for the next line, which has this in it; whether a card is in use is told at any time.
    #[track_caller]
    fn expect(&self, part: &str) {
        let next = || self.lines.recv_timeout(service::DEADLINE).expect(part);
        let mut line = next();
        while line.ends_with("in use") {
            line = next();
        }
        assert!(line.contains(part), "{part:?} expected: {line}");
    }

    /// Waits until it ends by itself.
    #[track_caller]
    fn ends(mut self) {
        assert!(
            self.lines.recv_timeout(service::DEADLINE).is_err(),
            "it says more"
        );
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn the_example_monitor_prints_events_as_they_come() {
    let (mut pcscd, card) = daemon();
    let running = Running::start(Command::new(example("monitor")).arg("--system"));
    running.expect("Virtual 0 00 00: reader added");
    running.expect("Virtual 0 00 00: card inserted, 3B800181");
    running.expect("Virtual 0 00 01: reader added");
    drop(card);
    running.expect("Virtual 0 00 00: card removed");
    pcscd.kill().unwrap();
    running.expect("service lost: ");
    pcscd.restart().unwrap();
    running.expect("service back");
    running.expect("Virtual 0 00 00: reader added");
}

#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn the_example_wait_for_card_takes_a_new_one() {
    let (pcscd, _card) = daemon();
    let running = Running::start(Command::new(example("wait_for_card")).args(["--system", "60"]));
    running.expect("Virtual 0 00 00: there is a card already");
    running.expect("waiting for a new card for 60 seconds");
    // What comes before the wait has begun is not a new one, and nothing tells the two apart from here: it comes again.
    let insert = || pcscd.insert(1, pcsc_sim::DemoCard::new()).unwrap();
    let mut card = insert();
    let line = loop {
        match running.lines.recv_timeout(Duration::from_secs(5)) {
            Ok(line) => break line,
            Err(mpsc::RecvTimeoutError::Disconnected) => panic!("it has ended"),
            Err(mpsc::RecvTimeoutError::Timeout) => {
                drop(card);
                card = insert();
            }
        }
    };
    let expected = "Session on \"Virtual 0 00 01\" (T=1), answer to reset 3B8A";
    assert!(line.starts_with(expected), "{line}");
    running.expect("waiting for its removal");
    drop(card);
    running.expect("Virtual 0 00 01: card removed");
    running.ends();
    let output = run(Command::new(example("wait_for_card")).args(["--system", "0"]));
    assert!(!output.status.success());
    assert!(
        text(&output).contains("a card did not come within"),
        "{}",
        text(&output)
    );
}

#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn the_example_async_events_talks_to_each_card() {
    let (pcscd, _card) = daemon();
    let running = Running::start(Command::new(example("async_events")).arg("--system"));
    running.expect("Virtual 0 00 00: reader added");
    running.expect("Virtual 0 00 00: card inserted, 3B800181");
    running.expect("  its challenge has 2 bytes");
    running.expect("Virtual 0 00 01: reader added");
    let card = pcscd.insert(1, pcsc_sim::DemoCard::new()).unwrap();
    running.expect("Virtual 0 00 01: card inserted, 3B8A");
    running.expect("  its challenge has 8 bytes");
    drop(card);
    running.expect("Virtual 0 00 01: card removed");
}

/// The variable that makes this test's program a client instead.
const CLIENT: &str = "PCSC_TEST_CLIENT";

/// Opens, sends one command and closes, as the variable says: by name, or on the first reader.
#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn client() {
    let Ok(reader) = std::env::var(CLIENT) else { return };
    let mut options = pcsc_session::Session::options();
    if !reader.is_empty() {
        options = options.reader(reader);
    }
    let mut session = options.open().unwrap();
    assert_eq!(
        session.transmit(&[0x00, 0xCA, 0x00, 0x00, 0x00]).unwrap().data(),
        [1, 2]
    );
    session.close().unwrap();
}

/// Counts a program's sends on sockets; its output.
fn sends(folder: &Path, command: &mut Command) -> (usize, String) {
    let trace = folder.join("trace");
    let mut strace = Command::new("strace");
    strace
        .args(["-f", "-qq", "-e", "trace=%network", "-o"])
        .arg(&trace);
    strace.arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        strace.env(name, value.unwrap());
    }
    let output = strace.output().expect("strace is installed");
    assert!(output.status.success(), "{}", text(&output));
    let trace = std::fs::read_to_string(trace).unwrap();
    let sends = trace.lines().filter(|line| line.contains("send")).count();
    (sends, text(&output))
}

/// A C program that does the same with as few calls as it can.
const MINIMAL: &str = r#"
#include <winscard.h>
int main(int argc, char **argv)
{
    SCARDCONTEXT context;
    SCARDHANDLE card;
    DWORD protocol, length, names = 2049;
    char list[2049];
    BYTE command[] = {0x00, 0xCA, 0x00, 0x00, 0x00}, answer[258];
    if (SCardEstablishContext(SCARD_SCOPE_SYSTEM, 0, 0, &context)) return 1;
    if (argc < 2 && SCardListReaders(context, 0, list, &names)) return 2;
    if (SCardConnect(context, argc < 2 ? list : argv[1], SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, &card, &protocol)) return 3;
    SCARD_IO_REQUEST pci = {protocol, sizeof pci};
    length = sizeof answer;
    if (SCardTransmit(card, &pci, command, sizeof command, 0, answer, &length) || length != 4) return 4;
    if (SCardDisconnect(card, SCARD_RESET_CARD)) return 5;
    return SCardReleaseContext(context) != 0;
}
"#;

#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn a_session_sends_no_more_to_the_service_than_c_does() {
    let (pcscd, _card) = daemon();
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("minimal.c");
    let program = folder.path().join("minimal");
    std::fs::write(&source, MINIMAL).unwrap();
    let mut cc = private_pcscd::c_compiler();
    cc.args(["-I/usr/include/PCSC", "-o"])
        .arg(&program)
        .arg(&source)
        .arg("-lpcsclite");
    let output = cc.output().unwrap();
    assert!(output.status.success(), "{}", text(&output));

    let named = pcscd.reader_names()[0].as_str();
    for reader in ["", named] {
        let mut minimal = Command::new(&program);
        minimal.args(Some(reader).filter(|name| !name.is_empty()));
        let (in_c, _) = sends(folder.path(), &mut minimal);
        let mut session = private_pcscd::this_program().unwrap();
        session
            .args(["--exact", "client", "--ignored"])
            .env(CLIENT, reader);
        let (in_rust, shown) = sends(folder.path(), &mut session);
        assert!(shown.contains("1 passed"), "the client did not run:\n{shown}");
        println!("sends with reader {reader:?}: {in_c} in C, {in_rust} in Rust");
        assert!(in_c > 5, "strace saw {in_c} sends");
        assert!(in_rust > 5, "strace saw {in_rust} sends");
        assert!(in_rust <= in_c, "{in_rust} sends, {in_c} in C");
    }
}
