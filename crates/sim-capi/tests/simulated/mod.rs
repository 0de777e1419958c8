//! Other people's programs, and how they get to the library.

#[allow(dead_code, reason = "each test program uses its own part")]
pub(crate) mod others;
#[allow(dead_code, reason = "each test program uses its own part")]
pub(crate) mod program;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{fs, str};

use tempfile::TempDir;

/// The library, which Cargo has built beside the tests.
pub(crate) fn library() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    built(test.ancestors().nth(2).unwrap().join("libpcsc_sim.so"))
}

fn built(library: PathBuf) -> PathBuf {
    assert!(
        library.exists(),
        "{} is missing: cargo build -p pcsc-sim-capi, and with --release",
        library.display()
    );
    library
}

/// What changes the way to a service, and what is there.
pub(crate) const ENVIRONMENT: [&str; 4] = [
    "PCSC_SIM_CONFIG",
    "PCSCLITE_CSOCK_NAME",
    "LD_PRELOAD",
    "LD_LIBRARY_PATH",
];

/// How a program gets to a service.
pub(crate) enum Way<'a> {
    Preloaded(&'a Path),
    LinkedFolder(&'a Path),
    System,
    /// By the system's library, at this socket.
    Socket(&'a Path),
}

/// Runs a program to its end, with the deadline of a minute.
pub(crate) fn run(words: &[&str], way: &Way<'_>, config: Option<&Path>) -> Output {
    let mut command = Command::new("timeout");
    command.arg("60").args(words);
    for name in ENVIRONMENT {
        command.env_remove(name);
    }
    match way {
        Way::Preloaded(library) => command.env("LD_PRELOAD", library),
        Way::LinkedFolder(folder) => command.env("LD_LIBRARY_PATH", folder),
        Way::System => &mut command,
        Way::Socket(path) => on_socket(&mut command, path),
    };
    if let Some(config) = config {
        command.env("PCSC_SIM_CONFIG", config);
    }
    let output = command.output().unwrap();
    assert_ne!(output.status.code(), Some(124), "{words:?} does not end");
    output
}

/// Has a program load the system's library, or one of another version, which takes this for its service's socket.
pub(crate) fn on_socket<'a>(command: &'a mut Command, path: &Path) -> &'a mut Command {
    for name in ENVIRONMENT {
        command.env_remove(name);
    }
    if let Some(folder) = std::env::var_os("PCSC_TEST_LIBRARY") {
        command.env("LD_LIBRARY_PATH", folder);
    }
    command.env("PCSCLITE_CSOCK_NAME", path)
}

/// What a program prints that succeeds.
pub(crate) fn stdout(words: &[&str], way: &Way<'_>, config: Option<&Path>) -> String {
    let output = run(words, way, config);
    let text = str::from_utf8(&output.stdout).unwrap().to_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{words:?}: {}\n{text}{errors}",
        output.status
    );
    text
}

/// A folder with the library under pcsc-lite's name, and a configuration.
pub(crate) struct Simulated {
    folder: TempDir,
    config: PathBuf,
}

impl Simulated {
    pub(crate) fn new(config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["libpcsclite.so.1", "libpcsclite.so"] {
            std::os::unix::fs::symlink(library(), folder.path().join(name)).unwrap();
        }
        let path = folder.path().join("cards.toml");
        fs::write(&path, config).unwrap();
        Self { folder, config: path }
    }

    /// The folder with the link, where other files can be, too.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The configuration's file.
    pub(crate) fn config(&self) -> &Path {
        &self.config
    }

    /// What a program prints, the same in both ways.
    pub(crate) fn stdout(&self, words: &[&str]) -> String {
        let linked = stdout(words, &Way::LinkedFolder(self.folder.path()), Some(&self.config));
        let preloaded = stdout(words, &Way::Preloaded(&library()), Some(&self.config));
        assert_eq!(linked, preloaded, "{words:?}");
        linked
    }
}
