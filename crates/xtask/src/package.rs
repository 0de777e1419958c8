//! Packages outside the workspace: made for a check, or standing in `tests/` since they patch crates.io.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::command;

/// How long any program of these checks may take; nearly all of it is building.
pub(crate) const DEADLINE: Duration = Duration::from_secs(300);

/// Makes a call of Cargo in a package, which shares what the workspace has built.
pub(crate) fn cargo(root: &Path, package: &Path) -> Command {
    let mut cargo = command::cargo(package);
    cargo.env("CARGO_TARGET_DIR", command::target_folder(root));
    cargo
}

/// Gives a package the workspace's versions, unless it has versions already, so that nothing is built twice.
pub(crate) fn lock(root: &Path, package: &Path) -> Result<(), String> {
    let lock = package.join("Cargo.lock");
    if lock.exists() {
        Ok(())
    } else {
        copy(&root.join("Cargo.lock"), &lock)
    }
}

/// Checks a package's format and lints.
pub(crate) fn tidy(root: &Path, package: &Path) -> Result<(), String> {
    lock(root, package)?;
    command::run(cargo(root, package).args(["fmt", "--check"]), DEADLINE)?;
    let mut clippy = cargo(root, package);
    clippy.args(["clippy", "--quiet", "--all-targets", "--", "-D", "warnings"]);
    command::run(&mut clippy, DEADLINE).map(drop)
}

/// Tells whether the loader opens a library when this program starts.
pub(crate) fn needs(program: &Path, library: &str) -> Result<bool, String> {
    let mut readelf = Command::new("readelf");
    let output = command::stdout(readelf.arg("-d").arg(program), DEADLINE)
        .map_err(|error| format!("{error}\ninstall binutils"))?;
    if !output.contains("(NEEDED)") {
        return Err(format!(
            "readelf does not say what {} needs:\n{output}",
            program.display()
        ));
    }
    Ok(output
        .lines()
        .any(|line| line.contains("(NEEDED)") && line.contains(library)))
}

/// Reads a file.
pub(crate) fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// Writes a file, and its folder where there is none.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), String> {
    path.parent()
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| fs::write(path, text))
        .map_err(|error| format!("{}: {error}", path.display()))
}

/// Copies a file, or a folder with all that is in it.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", from.display());
    if !from.is_dir() {
        return fs::copy(from, to).map(drop).map_err(failed);
    }
    fs::create_dir_all(to).map_err(failed)?;
    for entry in fs::read_dir(from).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}
