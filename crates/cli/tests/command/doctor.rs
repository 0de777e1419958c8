//! `pcsc doctor`, on real faults.

#[cfg(target_os = "linux")]
mod clients;
#[path = "../../src/doctor/tests/at_last.rs"]
mod said;
mod silence;

use crate::program::{failed, pcsc, printed, simulated};
use assert_cmd::Command;
use pcsc_sim::{DemoCard, Limits, Reader, Simulator};
use said::at_last;
use std::fs::{self, Permissions};
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::time::{Duration, Instant};

/// A simulator, and the folder in which it is served.
fn served() -> (Simulator, Reader, tempfile::TempDir) {
    let simulator = Simulator::new();
    let reader = simulator.add_reader("R");
    reader.insert(DemoCard::new());
    (simulator, reader, tempfile::tempdir().unwrap())
}

fn doctor(socket: &Path) -> Command {
    let mut command = pcsc(&["doctor"]);
    command.env("PCSCLITE_CSOCK_NAME", socket);
    command
}

/// What is printed of something, with the commands.
fn of(text: &str, subject: &str) -> String {
    let mut is_of_it = false;
    let lines = text.lines().filter(|line| {
        if !line.starts_with(' ') {
            is_of_it = line.starts_with(subject);
        }
        is_of_it
    });
    lines.collect::<Vec<&str>>().join("\n")
}

/// What it says where it finds something.
fn finds(command: &mut Command, subject: &str) -> String {
    let (code, text, error) = failed(command);
    assert_eq!((code, &*error), (1, ""), "{text}");
    of(&text, subject)
}

#[test]
fn a_simulated_service_is_well() {
    let text = printed(&mut simulated(&["doctor"]));
    let readers = of(&text, "readers");
    assert_eq!(readers, "readers  ok        Simulated Reader 00 00");
}

#[test]
fn a_program_reads_it() {
    let text = printed(&mut simulated(&["doctor", "--json"]));
    let findings: serde_json::Value = serde_json::from_str(&text).unwrap();
    let looked = findings["looked"].as_array().unwrap();
    let states = looked.iter().map(|looked| {
        let part = |key: &str| looked[key].as_str().unwrap();
        (part("subject"), part("state"))
    });
    let states: Vec<_> = states.collect();
    assert!(
        states.contains(&("service", "ok")) && states.contains(&("usb", "not_seen")),
        "{text}"
    );
    let (code, text, _) = failed(pcsc(&["doctor", "--json"]).env("PCSCLITE_CSOCK_NAME", "/nowhere"));
    assert_eq!(code, 1);
    assert!(
        text.contains("\"command\":\"unset PCSCLITE_CSOCK_NAME\""),
        "{text}"
    );
}

#[test]
fn a_served_simulator_is_looked_at_as_pcscd_is() {
    let (simulator, _reader, folder) = served();
    let served = simulator.serve(folder.path().join("s")).unwrap();
    let say = || String::from_utf8(doctor(served.path()).output().unwrap().stdout).unwrap();
    let text = at_last(say, |text| {
        of(text, "service").ends_with("version 4:6 of the protocol")
            && of(text, "cards").ends_with("R: a card, which no program uses")
    });
    let socket = of(&text, "socket");
    assert!(
        socket.starts_with("socket   ok ") && socket.contains("mode 600"),
        "{text}"
    );
}

#[test]
fn nobody_listens() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("s");
    drop(UnixListener::bind(&socket).unwrap());
    // Nor on what is no socket.
    let file = folder.path().join("f");
    fs::write(&file, "").unwrap();
    let long = folder.path().join("s".repeat(200));
    for socket in [&socket, &file, &folder.path().join("nothing"), &long] {
        let found = finds(&mut doctor(socket), "socket");
        let begin = format!("socket   wrong     nobody listens on {socket:?}, which the variable");
        assert!(
            found.starts_with(&begin) && found.ends_with("\n                   $ unset PCSCLITE_CSOCK_NAME"),
            "{found}"
        );
    }
}

/// Has a command open only what its user may, root too.
fn without_overrides(command: &Command, socket: &Path) -> Command {
    let mut limited = Command::new("setpriv");
    limited.arg("--bounding-set=-dac_override,-dac_read_search");
    limited.arg(command.get_program()).args(command.get_args());
    limited.env("PCSCLITE_CSOCK_NAME", socket).env("USER", "anna");
    limited
}

#[cfg(target_os = "linux")]
#[test]
fn this_user_may_not_open_the_socket() {
    let (simulator, _reader, folder) = served();
    let served = simulator.serve(folder.path().join("s")).unwrap();
    fs::set_permissions(served.path(), Permissions::from_mode(0o000)).unwrap();
    let doctor = doctor(served.path());
    // Who is not root has no such set to make smaller, and no need to.
    let is_root = fs::read_to_string("/proc/self/status")
        .unwrap()
        .contains("\nUid:\t0\t");
    let command = || match is_root {
        true => without_overrides(&doctor, served.path()),
        false => self::doctor(served.path()),
    };
    let unset = "\n                   $ unset PCSCLITE_CSOCK_NAME";
    // Whoever else could: it is not the system's.
    for mode in [0o000, 0o060] {
        fs::set_permissions(served.path(), Permissions::from_mode(mode)).unwrap();
        let socket = finds(&mut command(), "socket");
        // Root is in the socket's group.
        if is_root && mode == 0o060 {
            continue;
        }
        assert!(
            socket.starts_with(&format!(
                "socket   wrong     this user may not open the socket {:?}",
                served.path()
            )) && socket.ends_with(unset),
            "{socket}"
        );
    }
    // What is no socket is not made everybody's.
    let file = folder.path().join("shadow");
    fs::write(&file, "").unwrap();
    fs::set_permissions(&file, Permissions::from_mode(0o000)).unwrap();
    let doctor = match is_root {
        true => &mut without_overrides(&doctor, &file),
        false => &mut self::doctor(&file),
    };
    let socket = finds(doctor, "socket");
    assert!(
        socket.starts_with("socket   wrong     nobody listens on ") && socket.ends_with(unset),
        "{socket}"
    );
    fs::set_permissions(served.path(), Permissions::from_mode(0o000)).unwrap();
    let sandbox = finds(
        command().env("SNAP", "/snap/a/1").env("SNAP_INSTANCE_NAME", "a"),
        "sandbox",
    );
    assert!(sandbox.ends_with("$ sudo snap connect a:pcscd"), "{sandbox}");
}

#[test]
fn the_service_is_at_its_limit() {
    let (simulator, _reader, folder) = served();
    simulator.set_limits(Limits::PCSCD.contexts(1));
    let served = simulator.serve(folder.path().join("s")).unwrap();
    let _context = pcsc_session::Context::establish_on(simulator.provider()).unwrap();
    let service = finds(&mut doctor(served.path()), "service");
    assert!(
        service.starts_with("service  perhaps   the PC/SC service has as many clients as it takes")
            && service.ends_with("$ unset PCSCLITE_CSOCK_NAME"),
        "{service}"
    );
}

#[test]
fn the_service_is_of_another_version() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("s");
    let listener = UnixListener::bind(&socket).unwrap();
    // As pcscd of 2013 to 2018 does, to each client.
    std::thread::spawn(move || {
        for mut client in listener.incoming().map_while(Result::ok) {
            let answer = [4_i32, 3, 0x8010_001E_u32 as i32].map(i32::to_ne_bytes).concat();
            let _ = client
                .read_exact(&mut [0; 20])
                .and_then(|()| client.write_all(&answer));
        }
    });
    at_last(
        || finds(&mut doctor(&socket), "library"),
        |library| library.starts_with("library  wrong ") && library.contains("4:3"),
    );
}

#[test]
fn another_program_keeps_the_card() {
    let (simulator, reader, folder) = served();
    let served = simulator.serve(folder.path().join("s")).unwrap();
    let mut other = reader.other_program().unwrap();
    other.begin_transaction().unwrap();
    let cards = || finds(&mut doctor(served.path()), "cards");
    at_last(cards, |cards| {
        cards.contains("wrong     R: another program's transaction has the others wait; ")
    });
    other.end_transaction().unwrap();
    // The connection that the doctor gave up is made now, and ended.
    let end = Instant::now() + Duration::from_secs(60);
    while other.connect_exclusively().is_err() {
        assert!(Instant::now() < end, "another program is still connected");
    }
    at_last(cards, |cards| {
        cards.contains("wrong     R: another program has the card to itself; ")
    });
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs pcscd and the virtual reader: run by cargo xtask test"]
fn a_real_pcscd_and_who_keeps_its_card() {
    let pcscd = private_pcscd::Pcscd::start(2).unwrap();
    let name = &pcscd.reader_names()[0];
    let _card = pcscd.insert(0, DemoCard::new()).unwrap();
    let _second = pcscd.insert(1, DemoCard::new()).unwrap();
    let doctor = || {
        let output = pcsc(&["doctor"]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    // A child of another test has this program's connections until it has become another program.
    let told = |subject: &str, wanted: &[&str]| {
        at_last(doctor, |text| {
            wanted.iter().all(|wanted| of(text, subject).contains(wanted))
        })
    };
    let this = format!(
        "(process {}), the service's only other client",
        std::process::id()
    );
    let options = pcsc_session::Session::options()
        .reader(name)
        .wait(Duration::from_secs(30))
        .share_mode(pcsc_session::ShareMode::Exclusive);
    let exclusive = options.open().unwrap();
    told(
        "cards",
        &[": another program has the card to itself; it is ", &this],
    );
    exclusive.close().unwrap();
    let options = pcsc_session::Session::options()
        .reader(name)
        .wait(Duration::from_secs(30));
    let mut session = options.open().unwrap();
    let text = told("service", &["ok        pcscd (process ", ", version 4:"]);
    let socket = of(&text, "socket");
    assert!(
        socket.contains("ok        /run/pcscd/pcscd.comm, of user "),
        "{text}"
    );
    let service = of(&text, "service");
    assert!(
        of(&text, "readers").starts_with(&format!("readers  ok        {name}\n")),
        "{text}"
    );
    told("cards", &[": a card, which other programs use and share"]);

    let transaction = session.transaction().unwrap();
    let waits = ": another program's transaction has the others wait; it is ";
    let second = format!("{}: a card, which no program uses", pcscd.reader_names()[1]);
    let kill = format!("$ kill {}", std::process::id());
    told("cards", &[waits, &this, &second, &kill]);
    drop(transaction);
    session.close().unwrap();

    // Nothing of the library comes back then.
    let stopped = service.split(['(', ')']).nth(1).unwrap().replace("process ", "");
    let number = rustix::process::Pid::from_raw(stopped.parse().unwrap()).unwrap();
    rustix::process::kill_process(number, rustix::process::Signal::STOP).unwrap();
    let text = doctor();
    rustix::process::kill_process(number, rustix::process::Signal::CONT).unwrap();
    let service = of(&text, "service");
    assert!(
        service.contains(": it was stopped") && service.ends_with(&format!("kill -CONT {stopped}")),
        "{text}"
    );
}
