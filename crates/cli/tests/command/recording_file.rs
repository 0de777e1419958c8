//! The file that is recorded into.

use crate::client::{Client, LEAVE, SHARED, Waiting};
use crate::program::{PCSC, failed, file_of, pcsc, printed, scripted, simulated};
use pcsc_recording::Recording;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;
use tempfile::TempDir;

const SELECT: &str = "00A4040009F0504353432D53494D00";

fn file() -> (PathBuf, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (folder.path().join("card.pcapng"), folder)
}

#[test]
fn a_full_disk_stops_the_recording_with_one_message_and_not_the_program() {
    let sends = ["00A4040000"; 100].join(" ");
    let (path, _folder) = file();
    let name = path.display();
    for line in [
        format!("$PCSC --sim send {sends} --record {name}"),
        format!("$PCSC --sim record -o {name} -- $PCSC send {sends}"),
    ] {
        // A file of at most 1,024 bytes, in place of a disk that is full.
        let mut command = assert_cmd::Command::new("sh");
        command
            .args(["-c", &format!("ulimit -f 2; {line} | cat")])
            .env("PCSC", PCSC);
        command
            .env_remove("PCSCLITE_CSOCK_NAME")
            .timeout(Duration::from_secs(60));
        let output = command.output().unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(errors.matches("the recording stops here").count(), 1, "{errors}");
        assert_eq!(errors.lines().count(), 1, "{errors}");
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(text.matches("< 9000: normal processing").count(), 100, "{text}");
        assert!(Recording::open(&path).unwrap().is_cut());
    }
    // Where nothing can be recorded at all, nothing is begun.
    for command in [
        &["send", "--record", "/dev/full", SELECT][..],
        &["record", "-o", "/dev/full", "--", "echo"],
    ] {
        let (code, text, error) = failed(&mut simulated(command));
        assert_eq!((code, &*text), (2, ""));
        assert!(
            error.starts_with("pcsc: /dev/full: ") && error.lines().count() == 1,
            "{error}"
        );
    }
}

/// Nor is one left behind that says nothing.
#[test]
fn what_a_file_holds_is_replaced_when_there_is_something_to_record() {
    let (path, _folder) = file();
    let name = path.to_str().unwrap();
    let nobody = ["--reader", "nobody"];
    let before = b"of another day".repeat(100);
    for is_there in [false, true] {
        if is_there {
            std::fs::write(&path, &before).unwrap();
        }
        for (command, code) in [
            (&["send", "--record", name, SELECT, nobody[0], nobody[1]][..], 4),
            (
                &["script", "--record", name, "/dev/null", nobody[0], nobody[1]],
                4,
            ),
            (&["shell", "--record", name, nobody[0], nobody[1]], 4),
            (&["record", "-o", name, "--", "true"], 1),
        ] {
            assert_eq!(failed(&mut simulated(command)).0, code, "{command:?}");
            match is_there {
                true => assert_eq!(std::fs::read(&path).unwrap(), before, "{command:?}"),
                false => assert!(!path.exists(), "{command:?}"),
            }
        }
    }
    printed(&mut simulated(&["send", "--record", name, SELECT]));
    assert_eq!(Recording::open(&path).unwrap().cards()[0].exchanges().len(), 1);
    let (code, _, error) = failed(&mut simulated(&["send", "--record", "/no/such/file", SELECT]));
    assert_eq!(
        (code, error.starts_with("pcsc: /no/such/file: ")),
        (2, true),
        "{error}"
    );
}

#[test]
fn a_file_is_left_as_it_was_where_nothing_can_be_begun() {
    let (path, folder) = file();
    let name = path.to_str().unwrap();
    let no_program = folder.path().join("no-program");
    fs::write(&no_program, "#!/bin/sh\n").unwrap();
    let long = folder.path().join("long".repeat(30));
    fs::create_dir(&long).unwrap();
    let tried = |sim: &str, temporary: Option<&str>, program: &str| {
        let mut command = pcsc(&[sim, "record", "-o", name, "--", program]);
        if let Some(temporary) = temporary {
            command.env("TMPDIR", temporary);
        }
        failed(&mut command)
    };
    let before = b"of another day".repeat(100);
    for is_there in [false, true] {
        if is_there {
            fs::write(&path, &before).unwrap();
        }
        for (sim, temporary, program, code, why) in [
            ("--sim=/nonexistent.toml", None, "true", 2, "/nonexistent.toml"),
            (
                "--sim",
                Some("/nonexistent"),
                "true",
                1,
                "the socket for the program",
            ),
            ("--sim", long.to_str(), "true", 1, "the socket for the program"),
            (
                "--sim",
                None,
                no_program.to_str().unwrap(),
                126,
                "ermission denied",
            ),
            ("--sim", None, "/bin", 126, "permission denied"),
        ] {
            let (got, _, error) = tried(sim, temporary, program);
            assert!(got == code && error.contains(why), "{got} {error}");
            match is_there {
                true => assert_eq!(fs::read(&path).unwrap(), before),
                false => assert!(!path.exists(), "{error}"),
            }
        }
    }
    assert_eq!(fs::read_dir(&long).unwrap().count(), 0);
    // One that may not be run hides none that may.
    let mut command = pcsc(&["--sim", "record", "-o", name, "--", "no-program"]);
    command.env("PATH", folder.path());
    assert_eq!(failed(&mut command).0, 126);
    let other = tempfile::tempdir().unwrap();
    let program = other.path().join("no-program");
    // By another process: what this one has open for writing, a child of another test may have for a moment longer, and
    // meanwhile it cannot be run.
    let script = "printf '#!/bin/sh\nexit 9\n' >\"$0\" && chmod 755 \"$0\"";
    let written = std::process::Command::new("sh")
        .args(["-c", script])
        .arg(&program)
        .status()
        .unwrap();
    assert!(written.success());
    command.env(
        "PATH",
        std::env::join_paths([folder.path(), other.path()]).unwrap(),
    );
    assert_eq!(failed(&mut command).0, 9);
}

#[test]
fn a_recording_is_for_this_user_alone() {
    for command in [
        &["send", SELECT, "--record"][..],
        &["send", SELECT, "--secrets", "--record"],
        &["record", "-o"],
    ] {
        for is_there in [false, true] {
            let (path, _folder) = file();
            if is_there {
                fs::write(&path, "of another day").unwrap();
                fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
            }
            let mut recorded = simulated(command);
            recorded.arg(&path);
            if command[0] == "record" {
                recorded.args(["--", PCSC, "send", SELECT]);
            }
            printed(&mut recorded);
            let mode = fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{command:?}");
        }
    }
}

/// Nobody reads the pipe that is recorded into, but for its beginning.
#[test]
fn an_output_that_takes_nothing_stops_the_recording_and_not_the_program() {
    let read = [0x00, 0xB0, 0x00, 0x00];
    let config = file_of(&scripted(&[(
        "00B00000",
        &format!("{}9000", "5A".repeat(65_536)),
    )]));
    let sim = format!("--sim={}", config.path().display());
    for (commands, why) in [
        (300, "does not take as much as the program sends"),
        (10, "does not take the last"),
    ] {
        let (path, _folder) = file();
        let made = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
        assert!(made.success());
        let opened = std::thread::spawn({
            let path = path.clone();
            move || fs::File::open(path).unwrap()
        });
        let recorder = Waiting::start(&[&sim, "record", "-o", path.to_str().unwrap()], None);
        let unread = opened.join().unwrap();
        let mut client = Client::new(&recorder.socket);
        client.states();
        client.connect(SHARED);
        for _ in 0..commands {
            assert_eq!(client.transmit(&read).unwrap().len(), 65_538);
        }
        client.disconnect(LEAVE);
        let said = recorder.end();
        assert!(
            said.contains("the recording stops here") && said.contains(why),
            "{said}"
        );
        assert_eq!(said.lines().count(), 1, "{said}");
        drop(unread);
    }
}
