//! Compilers beside the one that runs this, each with its Cargo: rustup's, or Debian's, unpacked and not installed.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::downloads::cache;
use crate::downloads::packages::{unpack, unpack_foreign};
use crate::files::library_folders;
use crate::installed::debian;
use crate::installed::rustup::{self, DEBIANS_NEWEST, DEBIANS_OLDEST, NIGHTLY, OLDEST, TARGETS};
use crate::programs::cargo::target_folder;

/// Debian's packages of a compiler.
const COMPILER: [&str; 3] = ["rustc-web", "cargo-web", "libstd-rust-web-dev"];

/// A compiler and its Cargo.
pub(crate) enum Toolchain {
    /// By rustup's name for it.
    Rustup(&'static str),
    /// Debian's, in a folder that is laid out as `/`.
    Unpacked(PathBuf),
}

/// Returns the oldest compiler that the workspace promises to build with. It has the standard library of the targets of
/// [`rustup::TARGETS`] too.
pub(crate) fn oldest() -> Result<Toolchain> {
    if rustup::has_oldest() {
        return Ok(Toolchain::Rustup(OLDEST));
    }
    let version = debian::version(DEBIANS_OLDEST)?
        .with_context(|| format!("there is no compiler of version {OLDEST}"))?;
    let of_others: Vec<_> = TARGETS
        .iter()
        .map(|(_, architecture)| format!("libstd-rust-web-dev:{architecture}={version}"))
        .collect();
    unpacked("rust", &version, &[], &of_others)
}

/// Returns a compiler that has the sources of the standard library and may compile them.
pub(crate) fn with_std_sources() -> Result<Toolchain> {
    if rustup::has_std_sources(NIGHTLY) {
        return Ok(Toolchain::Rustup(NIGHTLY));
    }
    let version = debian::version(DEBIANS_NEWEST)?
        .context("there is no compiler with the standard library's sources")?;
    unpacked("rust-with-sources", &version, &["rust-web-src"], &[])
}

impl Toolchain {
    /// Makes a call of its Cargo, in the workspace.
    pub(crate) fn cargo(&self, root: &Path) -> Command {
        let mut cargo = self.program("cargo");
        cargo.current_dir(root).env("CARGO_TERM_COLOR", "never");
        cargo.env("CARGO_TARGET_DIR", self.target_folder(root));
        // Nothing is built twice here, so there is nothing to gain; and nobody looks with a debugger.
        cargo.env("CARGO_INCREMENTAL", "0");
        cargo.env("CARGO_PROFILE_DEV_DEBUG", "0");
        cargo
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
    pub(crate) fn rustc(&self) -> Command {
        let mut rustc = self.program("rustc");
        rustc.env("RUSTC_BOOTSTRAP", "1");
        rustc
    }

    fn program(&self, name: &str) -> Command {
        let mut program = match self {
            Self::Rustup(toolchain) => {
                let mut rustup = Command::new("rustup");
                rustup.args(["run", toolchain, name]);
                rustup
            }
            Self::Unpacked(root) => {
                let mut program = Command::new(root.join("usr/bin").join(name));
                program.env("LD_LIBRARY_PATH", library_path(root));
                program.env("RUSTC", root.join("usr/bin/rustc"));
                program.env("RUSTDOC", root.join("usr/bin/rustdoc"));
                program
            }
        };
        // Set by the Cargo and the rustup that run this, and in the way of another toolchain.
        for name in ["CARGO", "RUSTUP_TOOLCHAIN", "RUSTC_WRAPPER"] {
            program.env_remove(name);
        }
        program
    }

    /// Makes a call of its Cargo that type-checks for a target, with these crates of the standard library.
    pub(crate) fn check_with_std(&self, root: &Path, target: &str, crates: &str) -> Command {
        let mut cargo = self.cargo(root);
        cargo.args(["check", "--locked", "--target", target]);
        cargo.arg(format!("-Zbuild-std={crates}"));
        // Cargo would have those crates compiled to the end; what runs here is, whatever the variable says.
        cargo.env("RUSTFLAGS", "-Zno-codegen");
        // What only a nightly compiler does without being told so.
        cargo.env("RUSTC_BOOTSTRAP", "1");
        cargo
    }
}

/// Returns Debian's compiler of this version, which is downloaded where it was not before, with more packages of its version,
/// and some for other processors.
fn unpacked(name: &str, version: &str, more: &[&str], of_others: &[String]) -> Result<Toolchain> {
    let folder = cache::filled(&format!("{name}-{version}"), |folder| {
        println!("   unpacking Debian's rustc-web {version}");
        let packages = COMPILER
            .iter()
            .chain(more)
            .map(|name| format!("{name}={version}"));
        unpack(&packages.collect::<Vec<_>>(), folder)?;
        if of_others.is_empty() {
            Ok(())
        } else {
            unpack_foreign(of_others, folder)
        }
    })?;
    Ok(Toolchain::Unpacked(folder))
}

/// Returns the folders of unpacked libraries, and those that the loader looks into already.
fn library_path(root: &Path) -> OsString {
    let mut folders = library_folders(root);
    let present = std::env::var_os("LD_LIBRARY_PATH").unwrap_or_default();
    folders.extend(std::env::split_paths(&present).filter(|folder| !folder.as_os_str().is_empty()));
    std::env::join_paths(folders).unwrap_or(present)
}
