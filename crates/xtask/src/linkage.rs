//! What a built program is linked with.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::command::{self, MINUTE};

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
