//! The C headers on this machine.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use fs_err as fs;

use crate::command::{self, MINUTE};

/// Where pcsc-lite's header is without pkg-config saying so.
pub(crate) const INSTALLED_HEADERS: &[&str] = &[
    "/usr/include/PCSC/winscard.h",
    "/usr/local/include/PCSC/winscard.h",
];

/// The folder of pcsc-lite's headers: where pkg-config says, else one of the usual two.
pub(crate) fn pcsclite() -> Result<PathBuf> {
    let mut pkg_config = Command::new("pkg-config");
    // Where it fails, the usual places are left.
    let said =
        command::stdout(pkg_config.args(["--cflags-only-I", "libpcsclite"]), MINUTE).unwrap_or_default();
    let folders = said.split_whitespace().filter_map(|word| word.strip_prefix("-I"));
    folders
        .map(Path::new)
        .chain(
            INSTALLED_HEADERS
                .iter()
                .filter_map(|header| Path::new(header).parent()),
        )
        .map(Path::to_owned)
        .find(|folder| folder.join("winscard.h").exists())
        .context("pcsc-lite's headers are not here: install libpcsclite-dev")
}

/// The version of the installed headers.
pub(crate) fn pcsclite_version() -> Result<String> {
    let path = pcsclite()?.join("pcsclite.h");
    let text = fs::read_to_string(&path).context("install libpcsclite-dev")?;
    let line = text.lines().find(|line| line.contains("PCSCLITE_VERSION_NUMBER"));
    line.and_then(|line| line.split('"').nth(1))
        .map(str::to_owned)
        .with_context(|| format!("{} does not give its version", path.display()))
}

/// The headers that belong to libclang itself, which mingw-w64's include.
pub(crate) fn clang() -> Result<PathBuf> {
    let children = |path: PathBuf| -> io::Result<Vec<PathBuf>> {
        fs::read_dir(path)?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect()
    };
    let mut found = Vec::new();
    for llvm in children("/usr/lib".into()).unwrap_or_default() {
        for version in children(llvm.join("lib/clang")).unwrap_or_default() {
            let include = version.join("include");
            if include.join("x86intrin.h").exists() {
                found.push(include);
            }
        }
    }
    found.sort();
    found
        .pop()
        .context("no clang headers below /usr/lib: install libclang-dev")
}
