//! Programs and files that may be on this machine.

use std::path::{Path, PathBuf};

/// Tells whether there is this path, or a program of this name.
pub(crate) fn exists(sign: &str) -> bool {
    if sign.starts_with('/') {
        return Path::new(sign).exists();
    }
    program(sign).is_some()
}

/// Returns the path of a program.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        // Not in everybody's path, and daemons live there.
        .chain(["/usr/sbin".into(), "/sbin".into()])
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::exists;

    #[test]
    fn programs_are_found_by_name_and_files_by_path() {
        assert!(exists("sh") && exists("/"));
        assert!(!exists("no-such-program") && !exists("/no/such/file"));
    }
}
