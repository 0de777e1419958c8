//! Debian's programs for packages.

pub(crate) mod foreign;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::command::{self, MINUTE};
use crate::files::io_failed;
use crate::privileges::is_root;
use crate::search_path::exists;

/// Long enough for a slow mirror.
const DOWNLOAD: Duration = Duration::from_secs(10 * 60);

/// A compiler's archives have some hundred megabytes.
const UNPACKING: Duration = Duration::from_secs(5 * 60);

/// Asks Debian which of these packages it has; `None` on another system.
///
/// # Errors
/// dpkg-query is there and cannot be run.
pub(crate) fn installed(packages: &[&str]) -> Result<Option<Vec<String>>, String> {
    if !exists("dpkg-query") {
        return Ok(None);
    }
    let mut query = Command::new("dpkg-query");
    query.args(["--show", "--showformat", "${db:Status-Status} ${Package}\n"]);
    query.args(packages);
    // It fails where one is unknown, and lists the others all the same.
    let (_, output) =
        command::status_and_output(&mut query, MINUTE).map_err(|error| format!("dpkg-query: {error}"))?;
    Ok(Some(
        output
            .lines()
            .filter_map(|line| line.strip_prefix("installed "))
            .map(str::to_owned)
            .collect(),
    ))
}

/// Returns what to write before apt-get, or `None` where it may not be used.
///
/// # Errors
/// sudo is there and cannot be run.
pub(crate) fn apt_prefix() -> Result<Option<&'static [&'static str]>, String> {
    if !exists("apt-get") {
        return Ok(None);
    }
    if is_root() {
        return Ok(Some(&[]));
    }
    if !exists("sudo") {
        return Ok(None);
    }
    let (status, _) = command::status_and_output(Command::new("sudo").args(["-n", "true"]), MINUTE)
        .map_err(|error| format!("sudo: {error}"))?;
    Ok(status.success().then_some(&["sudo", "-n"]))
}

/// Makes a call of apt-get.
pub(crate) fn apt_get(prefix: &[&str], arguments: &[&str]) -> Command {
    const OPTIONS: [&str; 7] = [
        "--quiet",
        "-o",
        "DPkg::Lock::Timeout=120",
        "-o",
        "Acquire::Retries=3",
        "-o",
        "Acquire::http::Timeout=30",
    ];
    let mut words = prefix.to_vec();
    words.extend(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    words.extend(OPTIONS);
    words.extend(arguments);
    let mut command = Command::new(words[0]);
    command.args(&words[1..]);
    command
}

/// Downloads packages, each as `name` or `name=version`, and unpacks them into a folder: nothing is installed.
///
/// # Errors
/// The archive does not have one of them.
pub(crate) fn unpack(packages: &[String], folder: &Path) -> Result<(), String> {
    unpack_with(apt_get(&[], &["download"]), packages, folder)
}

fn unpack_with(mut download: Command, packages: &[String], folder: &Path) -> Result<(), String> {
    let archives = tempfile::tempdir_in(folder).map_err(io_failed(folder))?;
    command::run(download.args(packages).current_dir(&archives), DOWNLOAD)?;
    for archive in fs::read_dir(&archives).map_err(io_failed(archives.path()))? {
        let archive = archive.map_err(io_failed(archives.path()))?;
        let mut dpkg = Command::new("dpkg");
        dpkg.arg("--extract").args([&archive.path(), folder]);
        command::run(&mut dpkg, UNPACKING)?;
    }
    Ok(())
}

/// Returns the versions of a package that the archive has, the newest first; none on another system.
///
/// # Errors
/// apt-cache is there and cannot be run.
pub(crate) fn versions(package: &str) -> Result<Vec<String>, String> {
    if !exists("apt-cache") || !exists("dpkg") {
        return Ok(Vec::new());
    }
    let output = command::stdout(Command::new("apt-cache").args(["madison", package]), MINUTE)?;
    Ok(versions_in(&output))
}

/// Reads the lines `package | version | archive`.
fn versions_in(madison: &str) -> Vec<String> {
    let lines = madison.lines().filter_map(|line| line.split('|').nth(1));
    lines.map(|version| version.trim().to_owned()).collect()
}

/// Returns the packages that a version of a package depends on, alternatives among them.
///
/// # Errors
/// The archive does not have it.
pub(crate) fn dependencies(package: &str, version: &str) -> Result<Vec<String>, String> {
    let mut show = Command::new("apt-cache");
    let output = command::stdout(show.args(["show", &format!("{package}={version}")]), MINUTE)?;
    Ok(dependencies_in(&output))
}

/// Reads the line `Depends: name (>= 1), other | another`.
fn dependencies_in(record: &str) -> Vec<String> {
    let line = record.lines().find_map(|line| line.strip_prefix("Depends: "));
    let names = line.unwrap_or_default().split([',', '|']);
    names
        .filter_map(|name| name.split_whitespace().next())
        .map(str::to_owned)
        .collect()
}

/// Returns these packages and all that they depend on, as far as it is not installed.
///
/// # Errors
/// apt-cache or dpkg-query cannot be run.
pub(crate) fn missing_with_dependencies(packages: &[String]) -> Result<Vec<String>, String> {
    if packages.is_empty() {
        return Ok(Vec::new());
    }
    let mut depends = Command::new("apt-cache");
    depends.args(["depends", "--recurse", "--no-recommends", "--no-suggests"]);
    depends.args(["--no-conflicts", "--no-breaks", "--no-replaces", "--no-enhances"]);
    let output = command::stdout(depends.args(packages), MINUTE)?;
    // Each package begins a line, what it depends on is indented; a virtual one is in angle brackets.
    let all: Vec<&str> = output
        .lines()
        .filter(|line| !line.starts_with([' ', '<']))
        .collect();
    let installed = installed(&all)?.unwrap_or_default();
    let missing = all
        .into_iter()
        .filter(|name| !installed.iter().any(|installed| installed == name));
    Ok(missing.map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::{dependencies_in, versions_in};

    #[test]
    fn versions_are_the_second_column() {
        let madison = " rustc-web | 1.96.0-1 | http://a b/main\n rustc-web | 1.85.0-3 | http://a c/main\n";
        assert_eq!(versions_in(madison), ["1.96.0-1", "1.85.0-3"]);
    }

    #[test]
    fn dependencies_are_names_without_versions() {
        let record = "Package: a\nDepends: libc6 (>= 2.34), gcc | clang, libb2.9\nDescription: c\n";
        assert_eq!(dependencies_in(record), ["libc6", "gcc", "clang", "libb2.9"]);
        assert!(dependencies_in("Package: a\n").is_empty());
    }
}
