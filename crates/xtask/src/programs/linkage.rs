//! What a built program is linked with.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::programs::command::{self, MINUTE};

/// Tells whether a program is loaded by the kernel alone: it asks for no loader, and so for no library.
pub(crate) fn is_static(program: &Path) -> Result<bool> {
    let mut readelf = Command::new("readelf");
    readelf.args(["--wide", "--program-headers", "--dynamic"]);
    let output = command::stdout(readelf.arg(program), MINUTE).context("install binutils")?;
    if !output.contains(" LOAD ") {
        bail!("readelf does not say what {} is:\n{output}", program.display());
    }
    Ok(!output.contains(" INTERP ") && !output.contains("(NEEDED)"))
}

/// Tells whether the loader opens a library when this program starts.
pub(crate) fn needs_library(program: &Path, library: &str) -> Result<bool> {
    let mut readelf = Command::new("readelf");
    let output = command::stdout(readelf.arg("-d").arg(program), MINUTE).context("install binutils")?;
    if !output.contains("(NEEDED)") {
        bail!("readelf does not say what {} needs:\n{output}", program.display());
    }
    Ok(output
        .lines()
        .any(|line| line.contains("(NEEDED)") && line.contains(library)))
}
