//! Readers and cards of a configuration that change while they run, by lines on a socket.
#![cfg(all(unix, feature = "config"))]

#[path = "serve/program.rs"]
#[allow(dead_code, reason = "each test program uses its own part")]
mod program;

use pcsc_sim::config::{Config, Control, Running};
use pcsc_sim::serve::Served;
use program::{Folder, Program};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

const CONFIG: &str =
    "[[reader]]\nname = \"one\"\n[[reader]]\nname = \"two\"\ncard = { kind = \"demo\", protocol = \"t0\" }\n";

struct Controlled {
    running: Running,
    control: Control,
    served: Served,
    _folder: Folder,
}

impl Controlled {
    fn start() -> Controlled {
        let running = Config::parse(CONFIG).unwrap().start().unwrap();
        let folder = Folder::new();
        Controlled {
            control: running.control(folder.0.join("pcscd.comm.control")).unwrap(),
            served: running.simulator().serve(folder.socket()).unwrap(),
            running,
            _folder: folder,
        }
    }

    fn user(&self) -> User {
        let stream = UnixStream::connect(self.control.path()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        User(BufReader::new(stream))
    }

    /// The events and the length of the ATR that a program sees of a reader; `None` of one that is not listed.
    fn seen(&self, reader: &str) -> Option<(u32, usize)> {
        let states = Program::connect(self.served.path()).states();
        let state = states
            .iter()
            .find(|state| state.name.as_bytes() == reader.as_bytes())?;
        Some((state.event_counter, state.atr().unwrap().len()))
    }
}

struct User(BufReader<UnixStream>);

impl User {
    fn say(&mut self, line: &str) -> String {
        writeln!(self.0.get_mut(), "{line}").unwrap();
        self.heard()
    }

    fn heard(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }
}

#[test]
fn cards_and_readers_come_and_go() {
    let controlled = Controlled::start();
    let mut user = controlled.user();
    let demo = pcsc_sim::Card::atr(&pcsc_sim::DemoCard::new().t0()).len();
    let insert = "{ action = \"insert\", reader = \"one\", card = { kind = \"demo\", protocol = \"t0\" } }";
    for (line, seen) in [
        (insert, Some((1, demo))),
        ("{ action = \"swap\", reader = \"one\" }", Some((3, demo))),
        ("{ action = \"mute\", reader = \"one\" }", Some((5, 0))),
        (
            "{ action = \"swap\", reader = \"one\", card = { kind = \"scripted\", atr = \"3B00\" } }",
            Some((7, 2)),
        ),
        ("{ action = \"power_off\", reader = \"one\" }", Some((7, 2))),
        ("{ action = \"remove\", reader = \"one\" }", Some((8, 0))),
        ("{ action = \"unplug\", reader = \"one\" }", None),
        (insert, None),
        ("{ action = \"plug\", reader = \"one\" }", Some((1, demo))),
    ] {
        assert_eq!(user.say(line), "ok", "{line}");
        assert_eq!(controlled.seen("one"), seen, "{line}");
    }
    assert_eq!(controlled.seen("two"), Some((1, demo)));
}

#[test]
fn the_service_stops_and_starts() {
    let controlled = Controlled::start();
    let mut user = controlled.user();
    let is_there = || pcsc_session::Context::establish_on(controlled.running.simulator().provider()).is_ok();
    assert_eq!(user.say("{ action = \"stop\" }"), "ok");
    assert!(!is_there());
    assert_eq!(user.say("{ action = \"start\" }"), "ok");
    assert!(is_there());
}

#[test]
fn what_is_wrong_is_told_and_does_nothing() {
    let controlled = Controlled::start();
    let mut user = controlled.user();
    for (line, told) in [
        ("insert one", "error: column 1: "),
        (
            "{ action = \"insert\", reader = \"one\" }",
            "error: column 12: an insertion without a card",
        ),
        ("{ action = \"remove\" }", "error: column 12: no reader"),
        (
            "{ action = \"remove\", reader = \"none\" }",
            "error: column 31: there is no reader \"none\"",
        ),
        (
            "{ action = \"remove\", reader = \"\\u001b[2J\" }",
            "error: column 31: there is no reader \"\\u{1b}[2J\"",
        ),
        (
            "{ action = \"remove\", reader = \"one\" }",
            "error: there is no card in the reader",
        ),
        (
            "{ action = \"swap\", reader = \"one\" }",
            "error: there is no card in the reader",
        ),
        (
            "{ action = \"eject\", reader = \"one\" }",
            "error: column 12: unknown variant `eject`",
        ),
        (
            "{ action = \"stop\", reader = \"one\" }",
            "error: column 29: not for the whole service",
        ),
        (
            "{ action = \"stop\", after_ms = 3 }",
            "error: column 20: unknown field `after_ms`",
        ),
        (
            "{ action = \"insert\", reader = \"one\", card = { kind = \"scripted\" } }",
            "error: column 45: a scripted card without an answer to reset",
        ),
        ("\u{fffd}", "error: column 1: "),
        // Letters count, not bytes.
        (
            "{ reader = \"M\u{fc}ller\", action = \"eject\" }",
            "error: column 31: unknown variant `eject`",
        ),
        (&"[".repeat(500_000), "error: column "),
        (&"{ a = ".repeat(100_000), "error: column "),
    ] {
        let answer = user.say(line);
        assert!(answer.starts_with(told), "{line}\n{answer}");
        assert!(answer.is_ascii() && !answer.contains(char::is_control));
    }
    assert_eq!(controlled.seen("one"), Some((0, 0)));
    // Nothing for nothing, and two at once.
    assert_eq!(
        user.say("\n\n{ action = \"stop\" }\n{ action = \"start\" }"),
        "ok"
    );
    assert_eq!(user.heard(), "ok");
    user.0.get_mut().write_all(b"\xFF\n").unwrap();
    assert_eq!(user.heard(), "error: no text, expected UTF-8");
}

#[test]
fn the_last_line_may_have_no_end() {
    let controlled = Controlled::start();
    let mut user = controlled.user();
    let line = "{ action = \"unplug\", reader = \"one\" }";
    user.0.get_mut().write_all(line.as_bytes()).unwrap();
    user.0.get_mut().shutdown(std::net::Shutdown::Write).unwrap();
    assert_eq!(user.heard(), "ok");
    assert_eq!(controlled.seen("one"), None);
}

#[test]
fn lines_and_connections_are_bounded_and_its_end_closes_all() {
    let controlled = Controlled::start();
    let mode = std::fs::metadata(controlled.control.path())
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let mut user = controlled.user();
    // It may be closed before it has sent all.
    let _ = user.0.get_mut().write_all(&vec![b'x'; (1 << 20) + 5000]);
    assert_eq!(user.heard(), "error: a line of more than 1 MiB");
    let mut users: Vec<User> = Vec::new();
    let end = Instant::now() + Duration::from_secs(60);
    while users.len() < 16 {
        // The one before has ended, or is about to.
        let mut user = controlled.user();
        let is_taken = writeln!(user.0.get_mut(), "{{ action = \"start\" }}").is_ok() && {
            let mut line = String::new();
            user.0.read_line(&mut line).is_ok_and(|_| line == "ok\n")
        };
        if is_taken {
            users.push(user);
        }
        assert!(Instant::now() < end);
    }
    assert_eq!(controlled.user().heard(), "error: too many connections");
    let Controlled { control, .. } = &controlled;
    let path = control.path().to_owned();
    let running = Config::one_demo_card().start().unwrap();
    assert!(running.control(&path).is_err(), "one is there");
    drop(running);
    users.truncate(2);
    drop(controlled);
    assert!(!path.exists());
    assert_eq!(users[0].heard(), "");
}

#[test]
fn events_end_with_what_runs() {
    let text = "[[reader]]\nname = \"one\"\nevent = [{ after_ms = 50, action = \"unplug\" }]\n";
    let running = Config::parse(text).unwrap().start().unwrap();
    let simulator = running.simulator().clone();
    drop(running);
    // Longer than the event was to wait.
    let mut monitor = pcsc_session::Monitor::options()
        .provider(simulator.provider())
        .start()
        .unwrap();
    let mut events = std::iter::from_fn(|| monitor.wait(Some(Duration::from_millis(300))).ok());
    assert!(!events.any(|event| matches!(event, pcsc_session::Event::ReaderRemoved { .. })));
}
