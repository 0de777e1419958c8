//! Files and folders.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::Result;
use fs_err as fs;
use glob::{Pattern, glob};

/// Writes a file, and its folder where there is none.
pub fn write(path: &Path, text: &str) -> Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(path))?;
    Ok(fs::write(path, text)?)
}

/// Writes a program in a language that the system has an interpreter for.
pub fn write_program(path: &Path, text: &str) -> Result<()> {
    write(path, text)?;
    Ok(fs::set_permissions(path, Permissions::from_mode(0o755))?)
}

/// Returns the paths below a folder that a pattern of the shell means, sorted.
pub(crate) fn find(folder: &Path, pattern: &str) -> Result<Vec<PathBuf>> {
    let folder = Pattern::escape(&folder.to_string_lossy());
    let paths = glob(&format!("{folder}/{pattern}"))?.map(|path| Ok(path?));
    paths.collect()
}
