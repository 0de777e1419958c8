//! The C headers on this machine.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use fs_err as fs;

use crate::command::{self, MINUTE};
use crate::files::children;

/// The folder of pcsc-lite's headers: where pkg-config says, else one of the usual two.
pub(crate) fn pcsclite() -> Result<PathBuf> {
    let mut pkg_config = Command::new("pkg-config");
    // Where it fails, the usual places are left.
    let said =
        command::stdout(pkg_config.args(["--cflags-only-I", "libpcsclite"]), MINUTE).unwrap_or_default();
    let folders = said.split_whitespace().filter_map(|word| word.strip_prefix("-I"));
    let folders = folders
        .chain(["/usr/include/PCSC", "/usr/local/include/PCSC"])
        .map(PathBuf::from);
    let found = folders
        .into_iter()
        .find(|folder| folder.join("winscard.h").exists());
    found.context("pcsc-lite's headers are not here: install libpcsclite-dev")
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
    let versions = children(Path::new("/usr/lib"))?
        .into_iter()
        .flat_map(|llvm| children(&llvm.join("lib/clang")));
    let mut found = versions.flatten().map(|version| version.join("include"));
    let found = found.rfind(|include| include.join("x86intrin.h").exists());
    found.context("no clang headers below /usr/lib: install libclang-dev")
}
