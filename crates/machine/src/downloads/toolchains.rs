//! Compilers beside the one that runs this, each with its Cargo: rustup's, or Debian's, unpacked and not installed.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::downloads::apt::{library_folders, library_path, unpack, unpack_foreign};
use crate::downloads::cache;
use crate::installed::rustup::{DEBIANS_NEWEST, DEBIANS_OLDEST, OLDEST_TARGETS};
use crate::installed::{NIGHTLY, OLDEST, debian, rustup};
use crate::programs::{Words, call, for_one_build, target_folder};

/// A compiler and its Cargo.
#[derive(Debug)]
pub enum Toolchain {
    /// By rustup's name for it.
    Rustup(&'static str),
    /// Debian's, in a folder that is laid out as `/`.
    Unpacked(PathBuf),
}

/// Returns the oldest compiler that the workspace promises to build with. It has the standard library of the targets that it
/// builds for, too.
pub fn oldest() -> Result<Toolchain> {
    if rustup::has_oldest() {
        return Ok(Toolchain::Rustup(OLDEST));
    }
    let version = debian::version(DEBIANS_OLDEST)?;
    let version = version.with_context(|| format!("there is no compiler of version {OLDEST}"))?;
    unpacked(
        "rust",
        &version,
        "",
        OLDEST_TARGETS.map(|(_, processor)| processor).as_slice(),
    )
}

/// Returns a compiler that has the sources of the standard library and may compile them.
pub fn with_std_sources() -> Result<Toolchain> {
    if rustup::has_std_sources(NIGHTLY) {
        return Ok(Toolchain::Rustup(NIGHTLY));
    }
    let version = debian::version(DEBIANS_NEWEST)?;
    let version = version.context("there is no compiler with the standard library's sources")?;
    unpacked("rust-with-sources", &version, "rust-web-src", &[])
}

impl Toolchain {
    /// Makes a call of its Cargo, in the workspace.
    pub fn cargo(&self, root: &Path, words: &str) -> Result<Command> {
        let mut cargo = self.program("cargo")?;
        cargo
            .words(words)
            .current_dir(root)
            .env("CARGO_TERM_COLOR", "never");
        cargo.env("CARGO_TARGET_DIR", self.target_folder(root));
        for_one_build(&mut cargo);
        Ok(cargo)
    }

    /// Returns the folder of all that it builds: for any target, so that what runs here is built once for all of them.
    pub(crate) fn target_folder(&self, root: &Path) -> PathBuf {
        let name = match self {
            Self::Rustup(name) => Path::new(name),
            Self::Unpacked(folder) => folder.file_name().map_or(folder.as_path(), Path::new),
        };
        target_folder(root).join("compilers").join(name)
    }

    /// Makes a call of its compiler, which may do what only a nightly one does.
    pub(crate) fn rustc(&self) -> Result<Command> {
        let mut rustc = self.program("rustc")?;
        rustc.env("RUSTC_BOOTSTRAP", "1");
        Ok(rustc)
    }

    fn program(&self, name: &str) -> Result<Command> {
        let mut program = match self {
            Self::Rustup(toolchain) => call("rustup", &format!("run {toolchain} {name}")),
            Self::Unpacked(root) => {
                let programs = root.join("usr/bin");
                let present = std::env::var_os("LD_LIBRARY_PATH").unwrap_or_default();
                let mut program = Command::new(programs.join(name));
                program.env("LD_LIBRARY_PATH", library_path(library_folders(root)?, &present)?);
                program.env("RUSTC", programs.join("rustc"));
                program.env("RUSTDOC", programs.join("rustdoc"));
                program
            }
        };
        // Set by the Cargo and the rustup that run this, and in the way of another toolchain.
        for name in ["CARGO", "RUSTUP_TOOLCHAIN", "RUSTC_WRAPPER"] {
            program.env_remove(name);
        }
        Ok(program)
    }

    /// Makes a call of its Cargo that type-checks for a target, with these crates of the standard library.
    pub fn check_with_std(&self, root: &Path, target: &str, crates: &str) -> Result<Command> {
        let words = format!("check --locked --target {target} -Zbuild-std={crates}");
        let mut cargo = self.cargo(root, &words)?;
        // Cargo would have those crates compiled to the end; what runs here is, whatever the variable says.
        cargo.env("RUSTFLAGS", "-Zno-codegen");
        // What only a nightly compiler does without being told so.
        cargo.env("RUSTC_BOOTSTRAP", "1");
        Ok(cargo)
    }
}

/// Returns Debian's compiler of this version, which is downloaded where it was not before, with another package of its
/// version, and the standard libraries of other processors.
fn unpacked(name: &str, version: &str, more: &str, processors: &[&str]) -> Result<Toolchain> {
    let folder = cache::filled(&format!("{name}-{version}"), |folder| {
        let names = format!("rustc-web cargo-web libstd-rust-web-dev {more}");
        let packages = names.split_whitespace().map(|name| format!("{name}={version}"));
        unpack(&packages.collect::<Vec<_>>(), folder)?;
        let others = processors
            .iter()
            .map(|name| format!("libstd-rust-web-dev:{name}={version}"));
        unpack_foreign(&others.collect::<Vec<_>>(), folder)
    })?;
    Ok(Toolchain::Unpacked(folder))
}
