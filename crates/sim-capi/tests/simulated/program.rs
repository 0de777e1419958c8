//! Programs in C, compiled for a test.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{fs, str};

use tempfile::TempDir;

use super::{ENVIRONMENT, built, library};

/// The library as users build it, and without optimisation.
pub(crate) fn libraries() -> [PathBuf; 2] {
    let unoptimised = library();
    let release = unoptimised.ancestors().nth(2).unwrap().join("release");
    [built(release.join("libpcsc_sim.so")), unoptimised]
}

/// A program in C, linked to the library under pcsc-lite's name, in a folder of its own.
pub(crate) struct Program {
    folder: TempDir,
}

impl Program {
    /// Compiles a program of the folder `tests/programs`.
    pub(crate) fn compiled(name: &str, library: &Path, options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(library, folder.path().join("libpcsclite.so.1")).unwrap();
        let source = format!("{}/tests/programs/{name}.c", env!("CARGO_MANIFEST_DIR"));
        let compiled = Command::new("cc")
            .args(["-g", "-O1", "-Wall", "-Wextra", "-Werror", "-I/usr/include/PCSC"])
            .args(options)
            .arg(source)
            .arg(library)
            .arg("-o")
            .arg(folder.path().join("program"))
            .arg("-lpthread")
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&compiled.stderr);
        assert!(compiled.status.success(), "{name}: {errors}");
        Self { folder }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The command that runs it in its folder, with a configuration, under the program that is named where one is, and with
    /// the deadline of two minutes.
    pub(crate) fn command(&self, config: &str, under: &[&str], arguments: &[&str]) -> Command {
        let path = self.folder().join("cards.toml");
        fs::write(&path, config).unwrap();
        let mut command = Command::new("timeout");
        for name in ENVIRONMENT {
            command.env_remove(name);
        }
        command
            .arg("120")
            .args(under)
            .arg(self.folder().join("program"))
            .args(arguments)
            .current_dir(self.folder())
            .env("LD_LIBRARY_PATH", self.folder())
            .env("PCSC_SIM_CONFIG", path);
        command
    }

    /// What it prints, where it succeeds.
    pub(crate) fn stdout(&self, config: &str, arguments: &[&str]) -> String {
        succeeded(&self.command(config, &[], arguments).output().unwrap())
    }
}

/// The standard output of a program that has succeeded.
pub(crate) fn succeeded(output: &Output) -> String {
    let text = str::from_utf8(&output.stdout).unwrap().to_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}\n{text}{errors}", output.status);
    text
}
