//! A terminal, and the program at it.

use crate::program::{PCSC, call};
use rexpect::session::{Options, PtySession, spawn_with_options};
use std::process::Command;

/// Runs a program at a terminal of its own; what is expected there comes within half a minute.
pub(crate) fn at_terminal(command: Command) -> PtySession {
    let options = Options::new().timeout_ms(Some(30_000));
    spawn_with_options(command, options).unwrap()
}

#[test]
fn there_is_colour_at_a_terminal_and_nowhere_else() {
    let text = at_terminal(call(&["--sim", "readers"])).exp_eof().unwrap();
    assert!(
        text.contains("\u{1b}[1mSimulated Reader 00 00\u{1b}[0m"),
        "{text:?}"
    );
    let mut plain = call(&["--sim", "readers"]);
    plain.env("NO_COLOR", "1");
    let text = at_terminal(plain).exp_eof().unwrap();
    assert!(!text.contains('\u{1b}'), "{text:?}");
    let text = String::from_utf8(call(&["--sim", "readers"]).output().unwrap().stdout).unwrap();
    assert!(!text.contains('\u{1b}'), "{text:?}");
}

/// Where the answers go elsewhere, and not beside them.
#[test]
fn how_far_a_long_script_has_come_is_shown() {
    let script = crate::program::file_of(&"# a comment\n".repeat(100_000));
    let run = |to: &str| {
        let mut sh = Command::new("sh");
        let line = format!(
            "$PCSC --sim script {} {to}; echo \"ended $?\"",
            script.path().display()
        );
        sh.args(["-c", &line]).env("PCSC", PCSC).env("TERM", "xterm");
        at_terminal(sh).exp_eof().unwrap()
    };
    let text = run("> /dev/null");
    assert!(
        text.contains(" of 1.14 MiB, ") && text.contains("ended 0"),
        "{text:?}"
    );
    let text = run("");
    assert!(!text.contains(" of ") && text.contains("ended 0"), "{text:?}");
}

#[test]
fn events_come_as_they_happen() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("s");
    let socket = socket.to_str().unwrap();
    let mut command = call(&["sim", "--socket", socket, "--", PCSC, "watch"]);
    command.env("NO_COLOR", "1");
    let mut terminal = at_terminal(command);
    terminal
        .exp_string("Simulated Reader 00 00: reader added")
        .unwrap();
    terminal
        .exp_string("card inserted: 3B8A018031F873F621FF8290008B")
        .unwrap();
    let change = |action: &str| {
        assert!(
            call(&["sim", action, "--socket", socket])
                .status()
                .unwrap()
                .success()
        )
    };
    change("remove");
    terminal
        .exp_string("Simulated Reader 00 00: card removed")
        .unwrap();
    change("stop");
    terminal.exp_string("service lost: ").unwrap();
    change("start");
    terminal.exp_string("service back").unwrap();
    terminal
        .exp_string("Simulated Reader 00 00: reader added")
        .unwrap();
    change("insert");
    terminal
        .exp_string("card inserted: 3B8A018031F873F621FF8290008B\r\n")
        .unwrap();
    terminal.send_control('c').unwrap();
    assert_eq!(terminal.exp_eof().unwrap(), "");
}

#[test]
fn a_secret_is_asked_for_without_echo() {
    let mut terminal = at_terminal(call(&[
        "--sim",
        "send",
        "00A4040009F0504353432D53494D00",
        "00200081{lc}{pin}",
    ]));
    let before = terminal.exp_string("pin: ").unwrap();
    terminal.send_line("123456").unwrap();
    let after = terminal.exp_eof().unwrap();
    let all = before + &after;
    assert!(
        after.contains("00 20 00 81 {lc} {pin}") && after.contains("9000: normal processing"),
        "{all:?}"
    );
    assert!(!all.contains("123456") && !all.contains("31 32 33"), "{all:?}");
}

#[test]
fn without_a_terminal_no_secret_is_asked_for() {
    let mut command = Command::new("setsid");
    command
        .arg("--wait")
        .arg(PCSC)
        .args(["--sim", "send", "00200081{lc}{pin}"]);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        error.starts_with("pcsc: pin is asked for at a terminal, and there is none: "),
        "{error}"
    );
}
