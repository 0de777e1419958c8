//! The program, in surroundings that are the same on every machine.

use assert_cmd::Command;
use std::time::Duration;
use tempfile::NamedTempFile;

/// The program's file.
pub(crate) const PCSC: &str = env!("CARGO_BIN_EXE_pcsc");

/// What is taken from a program's surroundings, so that tests are the same everywhere.
pub(crate) const UNSET: [&str; 6] = [
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "HOME",
    "NO_COLOR",
    "PCSCLITE_CSOCK_NAME",
    "XDG_RUNTIME_DIR",
];

/// Calls the program, for a minute at most, without a list of cards.
pub(crate) fn pcsc(arguments: &[&str]) -> Command {
    let mut command = Command::new(PCSC);
    UNSET.iter().for_each(|variable| {
        command.env_remove(variable);
    });
    command.env("SMARTCARD_LIST", "none");
    command.args(arguments).timeout(Duration::from_secs(60));
    command
}

/// Calls the program, for what is done with it while it runs.
#[cfg(unix)]
pub(crate) fn call(arguments: &[&str]) -> std::process::Command {
    let mut command = std::process::Command::new(PCSC);
    UNSET.iter().for_each(|variable| {
        command.env_remove(variable);
    });
    command
        .env("SMARTCARD_LIST", "none")
        .env("TERM", "xterm")
        .args(arguments);
    command
}

/// Calls the program on the simulator with its demonstration card.
pub(crate) fn simulated(arguments: &[&str]) -> Command {
    let mut command = pcsc(&["--sim"]);
    command.args(arguments);
    command
}

/// Calls the program on a simulator that this text describes; the file is there as long as it is held.
pub(crate) fn on(config: &str, arguments: &[&str]) -> (Command, NamedTempFile) {
    let file = file_of(config);
    let mut command = pcsc(&[&format!("--sim={}", file.path().display())]);
    command.args(arguments);
    (command, file)
}

/// A file with this text.
pub(crate) fn file_of(text: &str) -> NamedTempFile {
    let file = NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    file
}

/// What a command has printed, which it must have done without an error.
pub(crate) fn printed(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{} {errors}", output.status);
    assert_eq!(errors, "");
    String::from_utf8(output.stdout).unwrap()
}

/// How a command has failed: its code, what it printed, and why.
pub(crate) fn failed(command: &mut Command) -> (i32, String, String) {
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// A configuration with a card that knows these commands and their answers.
pub(crate) fn scripted(exchanges: &[(&str, &str)]) -> String {
    let mut config =
        "[[reader]]\nname = \"R\"\n[reader.card]\nkind = \"scripted\"\natr = \"3B 80 80 01 01\"\n".to_owned();
    for (command, answer) in exchanges {
        config += &format!("[[reader.card.exchange]]\ncommand = \"{command}\"\nanswer = \"{answer}\"\n");
    }
    config
}
