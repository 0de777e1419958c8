//! How the program ends that a signal ends, or whose output nobody reads.

use crate::program::{PCSC, call};
use crate::terminal::at_terminal;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

const SIGHUP: i32 = 1;
const SIGINT: i32 = 2;
const SIGQUIT: i32 = 3;
const SIGPIPE: i32 = 13;
const SIGTERM: i32 = 15;

fn signal(child: &Child, name: &str) {
    kill(name, &child.id().to_string());
}

/// Sends a signal to a process, or by a negative number to its group: by the shell, since a fresh machine has no program for it.
fn kill(name: &str, process: &str) {
    let mut sh = Command::new("sh");
    let killed = sh
        .args(["-c", "kill -s \"$0\" -- \"$1\"", name, process])
        .status();
    assert!(killed.unwrap().success());
}

/// A simulator that other programs use, and its socket.
struct Served(Child, String);

impl Served {
    fn start() -> Served {
        let mut command = call(&["sim"]);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let socket = line
            .strip_prefix("export PCSCLITE_CSOCK_NAME='")
            .unwrap()
            .trim_end()
            .trim_end_matches('\'');
        Served(child, socket.to_owned())
    }

    fn call(&self, arguments: &[&str]) -> Command {
        let mut command = call(arguments);
        command.env("PCSCLITE_CSOCK_NAME", &self.1);
        command
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // Where a test has not ended it.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn watch_ends_when_nobody_reads_it_and_nothing_happens() {
    let mut child = call(&["--sim", "watch", "--wait", "60"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    for _ in 0..2 {
        told.read_line(&mut line).unwrap();
    }
    assert!(line.contains("card inserted"), "{line}");
    drop(told);
    assert_eq!(child.wait().unwrap().signal(), Some(SIGPIPE));
}

/// A session that has selected an application, and is ended by Ctrl-C.
fn interrupted(served: &Served, arguments: &[&str]) {
    let mut command = served.call(&["script"]);
    command
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut script = child.stdin.take().unwrap();
    script.write_all(b"00A4040009F0504353432D53494D00\n").unwrap();
    let mut told = BufReader::new(child.stdout.as_mut().unwrap());
    let mut line = String::new();
    while !line.starts_with("< ") {
        line.clear();
        assert_ne!(told.read_line(&mut line).unwrap(), 0);
    }
    signal(&child, "INT");
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        (output.status.signal(), &*output.stderr),
        (Some(SIGINT), &b""[..]),
        "{output:?}"
    );
}

#[test]
fn a_session_ends_as_it_must_when_a_signal_ends_the_program() {
    let served = Served::start();
    // Whether the application that was selected is still so.
    let is_kept = || {
        let output = served.call(&["send", "--leave", "00B0810001"]).output().unwrap();
        String::from_utf8(output.stdout).unwrap().contains("9000")
    };
    interrupted(&served, &[]);
    assert!(!is_kept());
    // What became of the program alone would have reset it.
    interrupted(&served, &["--leave"]);
    assert!(is_kept());
}

#[test]
fn a_served_simulator_is_removed_when_a_signal_ends_it() {
    heed(&[SIGHUP, SIGINT, SIGQUIT, SIGTERM]);
    for (name, number) in [
        ("INT", SIGINT),
        ("TERM", SIGTERM),
        ("HUP", SIGHUP),
        ("QUIT", SIGQUIT),
    ] {
        let mut served = Served::start();
        assert!(std::fs::exists(&served.1).unwrap());
        signal(&served.0, name);
        assert_eq!(served.0.wait().unwrap().signal(), Some(number));
        assert!(!std::fs::exists(std::path::Path::new(&served.1).parent().unwrap()).unwrap());
    }
}

/// A terminal sends its signals to both programs: each has to come once.
#[test]
fn the_signals_of_a_terminal_are_left_to_a_program_on_the_simulator() {
    heed(&[SIGINT]);
    let script = "n=0; trap 'n=$((n + 1)); echo \"taken $n\"' INT; echo ready; while read line; do echo \"line $line\"; done";
    let mut terminal = at_terminal(call(&["sim", "--", "bash", "-c", script]));
    terminal.exp_string("ready").unwrap();
    for number in 1..=2 {
        terminal.send_control('c').unwrap();
        terminal.exp_string(&format!("taken {number}")).unwrap();
    }
    terminal.send_line("last").unwrap();
    let shown = terminal.exp_string("line last").unwrap();
    assert!(!shown.contains("taken"), "{shown}");
    terminal.send_control('d').unwrap();
    terminal.exp_eof().unwrap();
}

#[test]
fn a_closed_output_ends_it_as_it_ends_others() {
    for arguments in [
        &["--sim", "readers"][..],
        &["completions", "bash"],
        &["man"],
        &["--sim", "watch"],
    ] {
        // One whose reader has ended.
        let mut reader = Command::new("true").stdin(Stdio::piped()).spawn().unwrap();
        let writer = reader.stdin.take().unwrap();
        reader.wait().unwrap();
        // What another test starts just now may have the reader's end for a moment.
        let minute = Timespec {
            tv_sec: 60,
            tv_nsec: 0,
        };
        let ended = || poll(&mut [PollFd::new(&writer, PollFlags::empty())], Some(&minute));
        let ended = std::iter::repeat_with(ended).find(|ended| *ended != Err(Errno::INTR));
        assert_eq!(ended, Some(Ok(1)));
        let mut command = call(arguments);
        command.stdout(writer).stderr(Stdio::piped());
        let output = command.spawn().unwrap().wait_with_output().unwrap();
        assert_eq!(output.status.signal(), Some(SIGPIPE), "{arguments:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    }
}

#[test]
fn ctrl_c_at_a_secret_leaves_a_terminal_that_echoes() {
    let mut sh = Command::new("sh");
    let script = format!(
        "stty echo; trap : INT; {PCSC} --sim send '00 20 00 81 {{lc}} {{pin}}'; echo \"ended $?\"; stty -a"
    );
    sh.args(["-c", &script]);
    let mut terminal = at_terminal(sh);
    terminal.exp_string("pin: ").unwrap();
    terminal.send_control('c').unwrap();
    terminal.exp_string("ended 130").unwrap();
    let rest = terminal.exp_eof().unwrap();
    assert!(rest.contains(" echo ") && !rest.contains("-echo "), "{rest}");
}

#[test]
fn a_signal_at_the_prompt_leaves_a_terminal_that_echoes() {
    let mut sh = Command::new("sh");
    // The shell's own number, which the program takes over.
    let script = format!("stty echo; sh -c 'echo $$; exec {PCSC} --sim shell'; echo \"ended $?\"; stty -a");
    sh.args(["-c", &script]).env("TERM", "xterm");
    let mut terminal = at_terminal(sh);
    let pid = terminal.read_line().unwrap();
    terminal.exp_string("pcsc> ").unwrap();
    kill("TERM", pid.trim());
    terminal.exp_string("ended 143").unwrap();
    let rest = terminal.exp_eof().unwrap();
    assert!(rest.contains(" echo ") && rest.contains(" icanon "), "{rest}");
}

/// A recording of nothing, for what runs on it.
fn recording(folder: &Path) -> String {
    let path = folder.join("r.pcapng");
    let mut recording = pcsc_recording::Writer::new(std::fs::File::create(&path).unwrap()).unwrap();
    let exchange = pcsc_recording::Exchange::new(&[0x00, 0xA4, 0x00, 0x00], &[0x90, 0x00]);
    recording
        .exchange("R", &exchange, std::time::SystemTime::now())
        .unwrap();
    path.to_str().unwrap().to_owned()
}

/// Has a program that this one starts be ended by these signals, whatever who runs the tests has it ignore.
fn heed(signals: &[i32]) {
    for signal in signals {
        // What is taken here, if only to end this one, is not ignored in what is started.
        let ends = Arc::new(AtomicBool::new(true));
        signal_hook::flag::register_conditional_default(*signal, ends).unwrap();
    }
}

/// A terminal's signals get to all of a group at once, and the program may end before this one has taken its own.
#[test]
fn a_signal_to_all_ends_the_program_and_leaves_its_code_and_nothing_else() {
    heed(&[SIGHUP, SIGINT, SIGQUIT, SIGTERM]);
    let folder = tempfile::tempdir().unwrap();
    let recording = recording(folder.path());
    let temporary = folder.path().join("temporary");
    std::fs::create_dir(&temporary).unwrap();
    let output = folder.path().join("card.pcapng");
    let record = ["--sim", "record", "-o", output.to_str().unwrap()];
    for command in [&record[..], &["sim"], &["replay", &recording]] {
        for (name, number) in [
            ("INT", SIGINT),
            ("TERM", SIGTERM),
            ("HUP", SIGHUP),
            ("QUIT", SIGQUIT),
        ] {
            for _ in 0..10 {
                let mut started = call(command);
                started
                    .args(["--", "sh", "-c", "ulimit -c 0; echo ready; exec sleep 60"])
                    .env("TMPDIR", &temporary)
                    .stdout(Stdio::piped())
                    .stderr(Stdio::null())
                    .process_group(0);
                let mut child = started.spawn().unwrap();
                let mut told = BufReader::new(child.stdout.take().unwrap());
                told.read_line(&mut String::new()).unwrap();
                kill(name, &format!("-{}", child.id()));
                let ended = child.wait().unwrap();
                assert_eq!(ended.code(), Some(128 + number), "{command:?} {name} {ended}");
                assert_eq!(std::fs::read_dir(&temporary).unwrap().count(), 0);
            }
        }
    }
}

#[test]
fn what_ends_the_program_alone_is_passed_on() {
    heed(&[SIGHUP, SIGINT, SIGQUIT, SIGTERM]);
    for name in ["TERM", "HUP", "QUIT", "INT"] {
        let script =
            format!("trap 'echo taken; exit 3' {name}; echo ready; for n in $(seq 600); do sleep 0.1; done");
        let mut command = call(&["sim", "--", "sh", "-c", &script]);
        // Not among those that a terminal's keys go to.
        command.process_group(0);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut told = BufReader::new(child.stdout.take().unwrap()).lines();
        assert_eq!(told.next().unwrap().unwrap(), "ready");
        signal(&child, name);
        assert_eq!(told.next().unwrap().unwrap(), "taken", "{name}");
        assert_eq!(child.wait().unwrap().code(), Some(3));
    }
}

/// `nohup`, and what a shell starts in the background.
#[cfg(target_os = "linux")]
#[test]
fn a_signal_that_was_ignored_stays_ignored() {
    let here = format!("{PCSC} sim -- sh -c 'kill -HUP $PPID; kill -QUIT $PPID; kill -HUP $$; echo alive'");
    let mut sh = Command::new("sh");
    let output = sh
        .args(["-c", &format!("trap '' HUP QUIT; exec {here}")])
        .output()
        .unwrap();
    assert_eq!(
        (output.status.code(), &*output.stdout),
        (Some(0), &b"alive\n"[..]),
        "{output:?}"
    );
}
