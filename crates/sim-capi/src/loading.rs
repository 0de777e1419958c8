//! What is done when the library is loaded, before the program's own code runs.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

#[cfg(unix)]
use pcsc_sim::Simulator;

#[cfg(unix)]
use crate::forks;

/// Called by the loader. A library that a program is linked to, or that is preloaded, is loaded before `main`.
#[used]
#[cfg_attr(windows, unsafe(link_section = ".CRT$XCU"))]
#[cfg_attr(not(any(windows, target_os = "macos")), unsafe(link_section = ".init_array"))]
#[cfg_attr(target_os = "macos", unsafe(link_section = "__DATA,__mod_init_func"))]
static LOADED: extern "C" fn() = loaded;

/// The folder that the process was in; none where it had none.
static FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();

extern "C" fn loaded() {
    FOLDER.get_or_init(|| std::env::current_dir().ok());
    // In this order: those that are registered last are called first, and the library's locks come before the simulator's.
    #[cfg(unix)]
    {
        Simulator::prepare_for_forks();
        forks::prepare();
    }
}

/// Returns a path as it was meant when the library was loaded: programs change their folder, daemons to the root.
pub(crate) fn from_first_folder(path: &Path) -> PathBuf {
    match FOLDER.get() {
        Some(Some(folder)) => folder.join(path),
        _ => path.to_owned(),
    }
}
