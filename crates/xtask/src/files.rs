//! Files and folders.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::Result;
use fs_err as fs;
pub(crate) use fs_err::read_to_string as read;

/// Writes a file, and its folder where there is none.
pub(crate) fn write(path: &Path, text: &str) -> Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(path))?;
    Ok(fs::write(path, text)?)
}

/// Writes a program in a language that the system has an interpreter for.
pub(crate) fn write_program(path: &Path, text: &str) -> Result<()> {
    write(path, text)?;
    Ok(fs::set_permissions(path, Permissions::from_mode(0o755))?)
}

/// Copies a file.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    Ok(fs::copy(from, to).map(drop)?)
}

/// Returns the paths of what is in a folder, sorted.
pub(crate) fn children(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?.map(|entry| Ok(entry?.path()));
    let mut paths = entries.collect::<Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

/// Returns the paths of the Rust sources below a folder.
pub(crate) fn rust_sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in children(folder)? {
        if path.is_dir() {
            found.extend(rust_sources(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    Ok(found)
}

/// Returns the folders of libraries in a folder that is laid out as `/`, as `usr/lib/x86_64-linux-gnu`.
pub(crate) fn library_folders(root: &Path) -> Vec<PathBuf> {
    // One may be a link to the other, and one may be missing.
    let above = ["usr/lib", "lib"].map(|above| root.join(above)).into_iter();
    let folders = above
        .filter(|above| !above.is_symlink())
        .flat_map(|above| children(&above));
    folders
        .flatten()
        .filter(|folder| {
            folder
                .file_name()
                .is_some_and(|name| name.to_string_lossy().contains("-linux-"))
        })
        .collect()
}
