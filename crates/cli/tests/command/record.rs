//! `pcsc record`, and what the program records of its own. The other program is this one, with the machine's library or without.

use crate::client::{Client, Waiting};
use crate::program::{PCSC, call, failed, on, pcsc, printed, scripted, simulated};
use pcsc_recording::{RecordedCard, Recording};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const SELECT: &str = "00A4040009F0504353432D53494D00";

fn file() -> (PathBuf, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (folder.path().join("card.pcapng"), folder)
}

/// The only card of a recording.
fn card(path: &Path) -> RecordedCard {
    let recording = Recording::open(path).unwrap();
    let [card] = recording.cards() else {
        panic!("{recording:?}")
    };
    card.clone()
}

/// The headers of the commands, and the status words.
fn seen(card: &RecordedCard) -> Vec<(&[u8], &[u8])> {
    card.exchanges()
        .iter()
        .map(|exchange| {
            let answer = exchange.answer.as_deref().unwrap_or_default();
            (&exchange.command[..4], &answer[answer.len().saturating_sub(2)..])
        })
        .collect()
}

/// Records a script of the shell on the simulator.
fn record(path: &Path, options: &[&str], script: &str) -> assert_cmd::Command {
    let mut command = simulated(&["record", "--output", path.to_str().unwrap()]);
    command
        .args(options)
        .args(["--", "sh", "-ec", script])
        .env("PCSC", PCSC);
    command
}

#[test]
fn a_programs_commands_are_recorded_and_it_sees_no_difference() {
    let (path, _folder) = file();
    let script = format!("$PCSC send {SELECT} 00B0810005; $PCSC watch --count 2; $PCSC send 00A40000");
    let mut alone = simulated(&["sim", "--", "sh", "-ec", &script]);
    let alone = failed(alone.env("PCSC", PCSC));
    assert_eq!(failed(&mut record(&path, &[], &script)), alone);
    let card = card(&path);
    assert_eq!(card.reader(), "Simulated Reader 00 00");
    assert_eq!(card.atr().unwrap()[..3], [0x3B, 0x8A, 0x01]);
    let seen = seen(&card);
    assert_eq!(seen[0], (&[0x00, 0xA4, 0x04, 0x00][..], &[0x90, 0x00][..]));
    assert_eq!((seen[1].0, seen.len()), (&[0x00, 0xB0, 0x81, 0x00][..], 3));
    assert_eq!(card.exchanges()[1].answer.as_deref(), Some(&b"Hello\x90\x00"[..]));
}

#[test]
fn the_longest_command_and_answer_are_recorded() {
    let (path, _folder) = file();
    let command = format!("00D6000000FFFF{}0000", "A5".repeat(65_535));
    let config = scripted(&[(&command, &format!("{}9000", "5A".repeat(65_536)))]);
    let (mut recorded, _config) = on(&config, &["record", "-o", path.to_str().unwrap(), "--"]);
    let script = path.with_extension("script");
    std::fs::write(&script, &command).unwrap();
    printed(recorded.args([PCSC, "script", script.to_str().unwrap()]));
    let card = card(&path);
    assert_eq!(card.exchanges()[0].command.len(), 65_544);
    assert_eq!(card.exchanges()[0].answer.as_ref().unwrap().len(), 65_538);
}

#[test]
fn secrets_are_left_out_unless_they_are_asked_for() {
    let pin = [0x31, 0x39, 0x37, 0x35];
    let verify = "0020008104 31393735";
    for (options, is_there) in [(&[][..], false), (&["--secrets"], true)] {
        let (path, _folder) = file();
        let script = format!("$PCSC send {SELECT} '{verify}' || true");
        record(&path, options, &script).output().unwrap();
        let holds = |path: &Path| std::fs::read(path).unwrap().windows(4).any(|bytes| bytes == pin);
        assert_eq!(holds(&path), is_there);
        assert_eq!(card(&path).exchanges()[1].is_left_out, !is_there);

        let mut own = simulated(&["send", "--record", path.to_str().unwrap(), SELECT, verify]);
        own.args(options).output().unwrap();
        assert_eq!(holds(&path), is_there);
        assert_eq!(card(&path).exchanges()[1].is_left_out, !is_there);
    }
    let (code, _, _) = failed(&mut simulated(&["send", "--secrets", SELECT]));
    assert_eq!(code, 2);
}

#[test]
fn it_ends_as_the_program_ends_and_leaves_the_recording_alone() {
    let (path, folder) = file();
    let end = |script: &str| failed(&mut record(&path, &[], script));
    let (code, _, error) = end("exit 7");
    assert_eq!(code, 7);
    assert!(error.contains("has not asked for a service"), "{error}");
    let (mut empty, _file) = on(
        "[[reader]]\nname = \"R\"\n",
        &[
            "record",
            "-o",
            path.to_str().unwrap(),
            "--",
            PCSC,
            "send",
            "00A40000",
        ],
    );
    let (code, _, error) = failed(&mut empty);
    assert_eq!(code, 5);
    assert!(error.contains("has come to no card"), "{error}");
    assert!(!path.exists());
    // A program that is killed in its session.
    let script = format!(
        "mkfifo {0}; (echo {SELECT}; sleep 60) >{0} & $PCSC script <{0} | {{ read a; read b; kill $!; kill -9 $$; }}",
        folder.path().join("fifo").display()
    );
    assert_eq!(end(&script).0, 137);
    assert_eq!(card(&path).exchanges().len(), 1);
    let (code, _, error) = failed(&mut simulated(&[
        "record",
        "-o",
        path.to_str().unwrap(),
        "--",
        "/no/such/program",
    ]));
    assert_eq!(code, 127);
    assert!(error.starts_with("pcsc: /no/such/program: "), "{error}");

    // Nothing of it is left, and what is there is not replaced unless it is named.
    let mut command = simulated(&[
        "record",
        "--",
        "sh",
        "-c",
        "stat -c %a $PCSCLITE_CSOCK_NAME; exec $PCSC readers",
    ]);
    let here = tempfile::tempdir().unwrap();
    command
        .env("TMPDIR", here.path())
        .env("PCSC", PCSC)
        .current_dir(here.path());
    assert!(printed(&mut command).starts_with("600\n"));
    let left = std::fs::read_dir(here.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    assert_eq!(left.collect::<Vec<_>>(), ["card.pcapng"]);
    let (code, _, error) = failed(&mut command);
    assert_eq!(
        (code, error.starts_with("pcsc: card.pcapng: ")),
        (2, true),
        "{error}"
    );
}

#[test]
fn a_recording_of_a_crash_is_readable() {
    for of_its_own in [false, true] {
        let (path, _folder) = file();
        let name = path.to_str().unwrap();
        let mut command = if of_its_own {
            call(&["--sim", "script", "--record", name])
        } else {
            call(&["--sim", "record", "-o", name, "--", PCSC, "script"])
        };
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut script = child.stdin.take().unwrap();
        writeln!(script, "{SELECT}").unwrap();
        let mut told = BufReader::new(child.stdout.take().unwrap()).lines();
        assert_eq!(told.by_ref().take(2).count(), 2);
        // It is written behind the program.
        let deadline = Instant::now() + Duration::from_secs(30);
        while !Recording::open(&path).is_ok_and(|recording| !recording.cards()[0].exchanges().is_empty()) {
            assert!(Instant::now() < deadline);
            std::thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(card(&path).exchanges().len(), 1);
    }
}

#[test]
fn a_service_that_is_not_there_is_said() {
    let (path, _folder) = file();
    let mut command = pcsc(&["record", "-o", path.to_str().unwrap(), "--", PCSC, "readers"]);
    let before = b"of another day";
    std::fs::write(&path, before).unwrap();
    let (code, _, error) = failed(command.env("PCSCLITE_CSOCK_NAME", "/nowhere/pcscd.comm"));
    assert_eq!(code, 3);
    assert!(error.contains("SCARD_E_NO_SERVICE"), "{error}");
    // Nor is a program that is not there recorded in place of what was.
    let mut command = pcsc(&[
        "--sim",
        "record",
        "-o",
        path.to_str().unwrap(),
        "--",
        "no-such-program",
    ]);
    let (code, _, error) = failed(&mut command);
    assert_eq!(code, 127);
    assert!(
        error.starts_with("pcsc: no-such-program: there is no such program"),
        "{error}"
    );
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

/// A service takes 200 programs.
#[test]
fn a_program_that_the_service_refuses_is_told_so() {
    let served = Waiting::start(&["--sim", "sim"], None);
    let (path, _folder) = file();
    let record = ["record", "-o", path.to_str().unwrap()];
    let recorder = Waiting::start(&record, Some(&served.socket));
    let deadline = Instant::now() + Duration::from_secs(30);
    let mut all = Vec::new();
    while all.len() < 200 {
        match Client::try_new(&served.socket) {
            Ok(client) => all.push(client),
            // The recorder has looked whether there is a service: that is a client until a thread of it has seen its end.
            Err(error) => assert!(Instant::now() < deadline, "{}: {error}", all.len()),
        }
    }
    let refused = |socket: &str| {
        let (_, _, said) = failed(pcsc(&["readers"]).env("PCSCLITE_CSOCK_NAME", socket));
        said[said.find("SCARD_").unwrap()..]
            .split(' ')
            .next()
            .unwrap()
            .to_owned()
    };
    let recorded = refused(&recorder.socket);
    // It may find itself refused before it has asked, which is another code.
    let deadline = Instant::now() + Duration::from_secs(30);
    while refused(&served.socket) != recorded {
        assert!(Instant::now() < deadline, "{recorded}");
    }
    drop(all);
}
