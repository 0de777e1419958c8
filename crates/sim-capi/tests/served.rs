//! Other people's programs on the machine's own libpcsclite, with a simulator that is served in the place of pcscd.
//!
//! `cargo xtask test sim-clients` runs this.
#![cfg(target_os = "linux")]

#[allow(dead_code, reason = "each test program uses its own part")]
mod simulated;

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use pcsc_sim::config::{Config, Running};
use pcsc_sim::serve::{Served, Version};
use private_pcscd::Pcscd;
use simulated::others::{PROGRAMS, PYSCARD, READERS, check};
use simulated::{Way, on_socket, run, stdout};
use tempfile::TempDir;

const CONFIG: &str =
    "[[reader]]\nname = \"Virtual 0 00 00\"\ncard.kind = \"demo\"\n[[reader]]\nname = \"Virtual 0 00 01\"\n";

/// SELECT of the demonstration card's application, and its PIN, right and wrong, for opensc-tool.
const SELECT: &str = "00:A4:04:0C:09:F0:50:43:53:43:2D:53:49:4D";
const VERIFY: &str = "00:20:00:81:06:31:32:33:34:35:36";
const VERIFY_WRONG: &str = "00:20:00:81:04:31:32:33:34";

/// A configuration that runs and is served.
struct Service {
    served: Served,
    running: Running,
    folder: TempDir,
}

impl Service {
    fn start(config: &str) -> Self {
        Self::of(config, Version::default())
    }

    fn of(config: &str, version: Version) -> Self {
        let running = Config::parse(config).unwrap().start().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pcscd.comm");
        let served = running.simulator().serve_as(version, path).unwrap();
        Self {
            served,
            running,
            folder,
        }
    }

    fn stdout(&self, words: &[&str]) -> String {
        stdout(words, &Way::Socket(self.served.path()), None)
    }

    /// What opensc-tool prints for these commands.
    fn send(&self, commands: &[&str]) -> String {
        let mut words = vec!["opensc-tool", "-r", "0"];
        words.extend(commands.iter().flat_map(|command| ["-s", command]));
        self.stdout(&words)
    }
}

#[test]
fn programs_print_what_they_print_on_pcscd() {
    let service = Service::start(CONFIG);
    for (words, expected) in PROGRAMS {
        check(words, expected, &service.stdout(words));
    }
}

/// As a pcscd of the library's own version.
#[test]
fn programs_print_the_same_where_the_service_is_of_the_librarys_version_and_nothing_where_it_is_of_another() {
    let versions = [Version::V4_4, Version::V4_5, Version::V4_6];
    let listed = versions.map(|version| {
        let service = Service::of(CONFIG, version);
        let output = run(&["pcsc_scan", "-r"], &Way::Socket(service.served.path()), None);
        String::from_utf8_lossy(&output.stdout).contains(READERS[0])
    });
    // The library is of pcscd's version. From 2.5 on it opens contexts of older services, where it cannot wait.
    let version = Pcscd::version().unwrap();
    let numbers: Vec<u32> = version.split('.').map(|part| part.parse().unwrap()).collect();
    let is_of = [
        numbers < vec![2, 3],
        numbers >= vec![2, 3] && numbers < vec![2, 5],
    ];
    assert_eq!(listed, [is_of[0], is_of[1], true], "{version}");
}

#[test]
fn a_pin_that_is_tried_wrongly_by_three_programs_is_blocked() {
    let service = Service::start(CONFIG);
    for left in ["SW1=0x63, SW2=0xC2", "SW1=0x63, SW2=0xC1", "SW1=0x63, SW2=0xC0"] {
        let printed = service.send(&[SELECT, VERIFY_WRONG]);
        assert!(printed.contains(left), "{printed}");
    }
    let printed = service.send(&[SELECT, VERIFY]);
    assert!(printed.contains("SW1=0x69, SW2=0x83"), "{printed}");
}

#[test]
fn a_python_program_waits_for_a_card_that_the_control_inserts_and_removes() {
    let service = Service::start(CONFIG);
    let control = service
        .running
        .control(service.folder.path().join("pcscd.comm.control"))
        .unwrap();
    let mut program = on_socket(&mut Command::new("timeout"), service.served.path())
        .args(["60", "/usr/bin/python3", PYSCARD, READERS[0], READERS[1]])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(program.stdout.take().unwrap()).lines();
    let mut user = BufReader::new(UnixStream::connect(control.path()).unwrap());
    let mut say = |action: &str| {
        let card = if action == "insert" {
            ", card = { kind = \"demo\" }"
        } else {
            ""
        };
        writeln!(
            user.get_mut(),
            "{{ action = \"{action}\", reader = \"{}\"{card} }}",
            READERS[1]
        )
        .unwrap();
        let mut answer = String::new();
        user.read_line(&mut answer).unwrap();
        assert_eq!(answer, "ok\n");
    };
    let (tell, told) = mpsc::channel();
    let reading = std::thread::spawn(move || lines.map(Result::unwrap).try_for_each(|line| tell.send(line)));
    let mut seen = Vec::new();
    // What comes next where the card was there before the program asked for a new one: it does not say when it asks.
    let mut again = ["remove", "insert"].into_iter().cycle();
    let mut is_asked_for = false;
    loop {
        let line = match told.recv_timeout(Duration::from_secs(4)) {
            Ok(line) => line,
            Err(RecvTimeoutError::Timeout) => {
                again
                    .next()
                    .filter(|_| is_asked_for)
                    .into_iter()
                    .for_each(&mut say);
                continue;
            }
            Err(RecvTimeoutError::Disconnected) => break,
        };
        match line.split(':').next() {
            Some("protocol") => {
                say("insert");
                is_asked_for = true;
            }
            Some("new card") => {
                is_asked_for = false;
                say("swap");
            }
            Some("CardMonitor, inserted") => say("remove"),
            _ => {}
        }
        seen.push(line);
    }
    assert_eq!(reading.join().unwrap(), Ok(()));
    assert!(program.wait().unwrap().success(), "{seen:?}");
    for part in ["CardMonitor, inserted: True", "CardMonitor, removed: True"] {
        assert!(seen.iter().any(|line| line == part), "{seen:?}");
    }
}

#[test]
fn a_program_that_is_killed_in_a_transaction_frees_the_card() {
    let service = Service::start(CONFIG);
    let script = "import sys, time; from smartcard.scard import *; \
                  context = SCardEstablishContext(SCARD_SCOPE_USER)[1]; \
                  card = SCardConnect(context, sys.argv[1], SCARD_SHARE_SHARED, SCARD_PROTOCOL_T1)[1]; \
                  print(SCardBeginTransaction(card), flush=True); time.sleep(100)";
    let mut holder = on_socket(&mut Command::new("/usr/bin/python3"), service.served.path())
        .args(["-c", script, READERS[0]])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(holder.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert_eq!(line, "0\n");
    let path = service.served.path();
    let waiting = std::thread::scope(|scope| {
        let other = scope.spawn(|| {
            stdout(
                &["opensc-tool", "-r", "0", "-s", SELECT],
                &Way::Socket(path),
                None,
            )
        });
        let end = Instant::now() + Duration::from_secs(60);
        while service.served.programs() < 2 {
            assert!(Instant::now() < end);
        }
        holder.kill().unwrap();
        holder.wait().unwrap();
        other.join().unwrap()
    });
    assert!(waiting.contains("SW1=0x90, SW2=0x00"), "{waiting}");
}

#[test]
fn java_prints_the_readers_and_what_the_card_says() {
    let service = Service::start("[[reader]]\nname = \"Virtual 0 00 00\"\ncard.kind = \"demo\"\n");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/Readers.java");
    let printed = service.stdout(&["/usr/lib/jvm/default-java/bin/java", source]);
    assert_eq!(printed, "[Virtual 0 00 00]\nT=1\n9000\nHello\n");
}

#[test]
fn pcsc_scan_prints_the_state_of_each_reader() {
    let service = Service::start(CONFIG);
    // It ends when it has looked once.
    let printed = service.stdout(&["pcsc_scan", "-n", "-t", "1", "-c"]);
    for part in [
        "Reader 0: \u{1b}",
        "Virtual 0 00 00",
        "Virtual 0 00 01",
        "Card inserted",
        "Card removed",
    ] {
        let part = part.trim_end_matches('\u{1b}');
        assert!(printed.contains(part), "{printed}\nis without {part:?}");
    }
}
