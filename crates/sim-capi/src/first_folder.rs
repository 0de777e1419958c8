//! The folder that the process was in when the library was loaded.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// None where the process had none.
static FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();

/// Notes the folder that the process is in; the first call counts.
pub(crate) fn note() {
    FOLDER.get_or_init(|| std::env::current_dir().ok());
}

/// Returns a path as it was meant when the library was loaded: programs change their folder, daemons to the root.
pub(crate) fn from_first_folder(path: &Path) -> PathBuf {
    match FOLDER.get() {
        Some(Some(folder)) => folder.join(path),
        _ => path.to_owned(),
    }
}
