//! Debian's programs for packages.

use std::process::Command;

use crate::command::{self, MINUTE};
use crate::privileges::is_root;
use crate::search_path::exists;

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
