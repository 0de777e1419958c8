//! Debian's programs for packages.

pub(crate) mod foreign;
mod lists;
pub(crate) mod release;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::Result;
use fs_err as fs;

use crate::command::{self, MINUTE, Words};
use crate::privileges::is_root;
use crate::search_path::exists;

/// Long enough for a slow mirror.
const DOWNLOAD: Duration = Duration::from_secs(10 * 60);

/// A compiler's archives have some hundred megabytes.
const UNPACKING: Duration = Duration::from_secs(5 * 60);

/// Asks Debian which of these packages it has; `None` on another system.
pub(crate) fn installed(packages: &[&str]) -> Result<Option<Vec<String>>> {
    if !exists("dpkg-query") {
        return Ok(None);
    }
    let mut query = Command::new("dpkg-query");
    query.args(["--show", "--showformat", "${db:Status-Status} ${Package}\n"]);
    query.args(packages);
    // It fails where one is unknown, and lists the others all the same.
    let (_, output) = command::status_and_output(&mut query, MINUTE)?;
    let names = output.lines().filter_map(|line| line.strip_prefix("installed "));
    Ok(Some(names.map(str::to_owned).collect()))
}

/// Returns what to write before apt-get, or `None` where it may not be used.
pub(crate) fn apt_prefix() -> Result<Option<&'static [&'static str]>> {
    if !exists("apt-get") {
        return Ok(None);
    }
    if is_root() {
        return Ok(Some(&[]));
    }
    if !exists("sudo") {
        return Ok(None);
    }
    let (status, _) = command::status_and_output(Command::new("sudo").args(["-n", "true"]), MINUTE)?;
    Ok(status.success().then_some(&["sudo", "-n"]))
}

/// Makes a call of apt-get.
pub(crate) fn apt_get(prefix: &[&str], arguments: &[&str]) -> Command {
    let words = [
        prefix,
        &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet"],
    ]
    .concat();
    let mut command = Command::new(words[0]);
    command.args(&words[1..]);
    command.words("-o DPkg::Lock::Timeout=120 -o Acquire::Retries=3 -o Acquire::http::Timeout=30");
    command.args(arguments);
    command
}

/// Downloads packages, each as `name` or `name=version`, and unpacks them into a folder: nothing is installed.
pub(crate) fn unpack(packages: &[String], folder: &Path) -> Result<()> {
    unpack_with(apt_get(&[], &["download"]), packages, folder)
}

fn unpack_with(mut download: Command, packages: &[String], folder: &Path) -> Result<()> {
    let archives = tempfile::tempdir_in(folder)?;
    command::run(download.args(packages).current_dir(&archives), DOWNLOAD)?;
    for archive in fs::read_dir(archives.path())? {
        let archive = archive?;
        let mut dpkg = Command::new("dpkg");
        dpkg.arg("--extract").args([&archive.path(), folder]);
        command::run(&mut dpkg, UNPACKING)?;
    }
    Ok(())
}

/// Returns the versions of a package that the archive has, the newest first; none on another system.
pub(crate) fn versions(package: &str) -> Result<Vec<String>> {
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
pub(crate) fn dependencies(package: &str, version: &str) -> Result<Vec<String>> {
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
pub(crate) fn missing_with_dependencies(packages: &[String]) -> Result<Vec<String>> {
    if packages.is_empty() {
        return Ok(Vec::new());
    }
    let mut depends = Command::new("apt-cache");
    depends.words("depends --recurse --no-recommends --no-suggests");
    depends.words("--no-conflicts --no-breaks --no-replaces --no-enhances");
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
