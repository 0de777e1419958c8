//! Where downloads are kept, for all checkouts of this machine.

use anyhow::{Context, Result};

use std::path::{Path, PathBuf};

/// Returns the folder: `pcsc-rust-tests` in that of the user's caches.
fn folder() -> Result<PathBuf> {
    let named = std::env::var_os("XDG_CACHE_HOME").filter(|folder| !folder.is_empty());
    let caches = named
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache")))
        .context("there is no folder for downloads: set XDG_CACHE_HOME")?;
    Ok(caches.join("pcsc-rust-tests"))
}

/// Returns a folder of this name in the cache; where there is none, `fill` fills it first.
///
/// What was interrupted is begun anew, and two runs at the same time do not meet.
pub(crate) fn filled(name: &str, fill: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
    let cache = folder()?;
    let done = cache.join(name);
    if done.exists() {
        return Ok(done);
    }
    fs_err::create_dir_all(&cache)?;
    let unfinished = tempfile::tempdir_in(&cache)?;
    fill(unfinished.path())?;
    match fs_err::rename(unfinished.path(), &done) {
        // Another run was faster.
        Err(_) if done.exists() => Ok(done),
        result => Ok(result.map(|()| done.clone())?),
    }
}
