//! What a built program is linked with.

use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::programs::command::{call, stdout};

/// Tells whether a program is loaded by the kernel alone: it asks for no loader, and so for no library.
pub(crate) fn is_static(program: &Path) -> Result<bool> {
    let headers = headers(program)?;
    Ok(!headers.contains(" INTERP ") && !headers.contains("(NEEDED)"))
}

/// Tells whether the loader opens a library when this program starts.
pub(crate) fn needs_library(program: &Path, library: &str) -> Result<bool> {
    let headers = headers(program)?;
    let needed = headers.lines().filter(|line| line.contains("(NEEDED)"));
    let needed: Vec<_> = needed.collect();
    ensure!(!needed.is_empty(), "{} is a static program", program.display());
    Ok(needed.iter().any(|line| line.contains(library)))
}

fn headers(program: &Path) -> Result<String> {
    let mut readelf = call("readelf", "--wide --program-headers --dynamic");
    let headers = stdout(readelf.arg(program)).context("install binutils")?;
    ensure!(
        headers.contains(" LOAD "),
        "readelf does not say what {} is:\n{headers}",
        program.display()
    );
    Ok(headers)
}
