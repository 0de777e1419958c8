//! Where downloads are kept, for all checkouts of this machine.

use std::path::{Path, PathBuf};

use crate::files::io_failed;

/// Returns the folder: `pcsc-rust-tests` in that of the user's caches.
fn folder() -> Result<PathBuf, String> {
    let named = std::env::var_os("XDG_CACHE_HOME").filter(|folder| !folder.is_empty());
    let caches = named
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cache")))
        .ok_or("there is no folder for downloads: set XDG_CACHE_HOME")?;
    Ok(caches.join("pcsc-rust-tests"))
}

/// Returns a folder of this name in the cache; where there is none, `fill` fills it first.
///
/// What was interrupted is begun anew, and two runs at the same time do not meet.
///
/// # Errors
/// Those of `fill`, and of the file system.
pub(crate) fn filled(name: &str, fill: impl FnOnce(&Path) -> Result<(), String>) -> Result<PathBuf, String> {
    let cache = folder()?;
    let done = cache.join(name);
    if done.exists() {
        return Ok(done);
    }
    std::fs::create_dir_all(&cache).map_err(io_failed(&cache))?;
    let unfinished = tempfile::tempdir_in(&cache).map_err(io_failed(&cache))?;
    fill(unfinished.path())?;
    match std::fs::rename(unfinished.path(), &done) {
        // Another run was faster.
        Err(_) if done.exists() => Ok(done),
        result => result.map(|()| done.clone()).map_err(io_failed(&done)),
    }
}
