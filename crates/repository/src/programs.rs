//! Calls of programs, and what is where.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Returns the repository's folder.
pub fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.canonicalize().expect("the repository is there")
}

/// Returns the folder that Cargo builds into.
pub fn target_folder() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Returns a file's text.
pub fn read(path: impl AsRef<Path>) -> String {
    let path = path.as_ref();
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Makes a call of Cargo in a folder, of these words; what it builds is shared with the workspace.
pub fn cargo(folder: impl AsRef<Path>, words: &str) -> Command {
    let mut cargo = in_words(
        &std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()),
        words,
    );
    cargo.current_dir(folder).env("CARGO_TERM_COLOR", "never");
    cargo.env("CARGO_TARGET_DIR", target_folder());
    cargo
}

/// Makes a call of a program with arguments as one types them, apart by blanks.
pub fn in_words(program: &str, words: &str) -> Command {
    let mut command = Command::new(program);
    command.args(words.split_whitespace());
    command
}

/// Runs a program, and returns whether it succeeded, what it wrote to its standard output, and to that of errors.
pub fn attempt(command: &mut Command) -> (bool, String, String) {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let [written, errors] =
        [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    (output.status.success(), written, errors)
}

/// Runs a program, which must succeed, and returns what it wrote to its standard output.
pub fn stdout(command: &mut Command) -> String {
    let (is_good, written, errors) = attempt(command);
    assert!(is_good, "{written}{errors}\n{command:?} failed");
    written
}

/// Runs a call of Cargo that builds, and returns its messages.
pub fn messages(build: &mut Command) -> Vec<Value> {
    let messages = stdout(build.arg("--message-format=json-render-diagnostics"));
    let messages = messages.lines().map(serde_json::from_str);
    messages.collect::<Result<_, _>>().expect("Cargo writes JSON")
}
