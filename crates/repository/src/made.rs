//! Packages and copies that are made for a test.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::programs::{root, stdout, target_folder};

/// Writes a file, and its folder where there is none.
pub fn write(path: impl AsRef<Path>, text: &str) {
    let path = path.as_ref();
    fs::create_dir_all(path.parent().unwrap_or(path)).expect("the folder can be made");
    fs::write(path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

/// Makes a package of these sources, with the workspace's versions; `manifest` follows in it upon the name.
pub fn make_package(package: &Path, manifest: &str, sources: &[(&str, &str)]) {
    let name = package.file_name().unwrap_or_default().to_string_lossy();
    let start =
        format!("[workspace]\n[package]\nname = \"{name}-user\"\nversion = \"0.0.0\"\nedition = \"2024\"\n");
    let _ = fs::remove_dir_all(package);
    write(package.join("Cargo.toml"), &(start + manifest));
    for (path, text) in sources {
        write(package.join(path), text);
    }
    fs::copy(root().join("Cargo.lock"), package.join("Cargo.lock")).expect("the lock file can be copied");
}

/// Copies the workspace as it is now, but for what was built, into a new folder.
pub fn copy_workspace(copy: &Path) {
    let _ = fs::remove_dir_all(copy);
    fs::create_dir_all(copy).expect("the folder can be made");
    let pack =
        "tar --create --exclude=.git --exclude=target --exclude=\"$1\" . | tar --extract --directory \"$0\"";
    let mut tar = Command::new("sh");
    tar.args(["-c", pack])
        .arg(copy)
        .arg(target_folder().file_name().unwrap_or_default());
    stdout(tar.current_dir(root()));
}
