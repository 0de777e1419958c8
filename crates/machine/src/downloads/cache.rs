//! Where downloads are kept, for all checkouts of this machine.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use fs_err as fs;

/// Returns the folder: `pcsc-rust-tests` in that of the user's caches.
fn folder() -> Result<PathBuf> {
    let variable = |name| {
        std::env::var_os(name)
            .filter(|folder| !folder.is_empty())
            .map(PathBuf::from)
    };
    let caches = variable("XDG_CACHE_HOME").or_else(|| variable("HOME").map(|home| home.join(".cache")));
    let caches = caches.context("there is no folder for downloads: set XDG_CACHE_HOME")?;
    Ok(caches.join("pcsc-rust-tests"))
}

/// Returns a folder of this name in the cache; where there is none, `fill` fills it first.
///
/// What was interrupted is begun anew, and two runs at the same time do not meet.
pub fn filled(name: &str, fill: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
    let cache = folder()?;
    let done = cache.join(name);
    if !done.exists() {
        fs::create_dir_all(&cache)?;
        println!("   downloading {name}");
        let unfinished = tempfile::tempdir_in(&cache)?;
        fill(unfinished.path())?;
        let renamed = fs::rename(unfinished.path(), &done);
        // Another run may have been faster.
        renamed.or_else(|error| if done.exists() { Ok(()) } else { Err(error) })?;
    }
    Ok(done)
}
