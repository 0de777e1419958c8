//! Debian's programs for packages.

use std::process::Command;

use anyhow::Result;

use crate::programs::command::{self, MINUTE, Words};
use crate::programs::privileges::is_root;
use crate::programs::search_path::exists;

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
pub(crate) fn apt_get(prefix: &[&str], words: &str) -> Command {
    let call = [
        prefix,
        &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet"],
    ]
    .concat();
    let mut command = Command::new(call[0]);
    command.args(&call[1..]);
    command.words("-o DPkg::Lock::Timeout=120 -o Acquire::Retries=3 -o Acquire::http::Timeout=30");
    command.words(words);
    command
}

/// Returns the newest version of a package, as `name` or `name=1.2.*`, that the archive has; none on another system.
pub(crate) fn version(package: &str) -> Result<Option<String>> {
    if !exists("apt-cache") || !exists("dpkg") {
        return Ok(None);
    }
    // It fails where no package has this name.
    let mut show = Command::new("apt-cache");
    let (_, output) = command::status_and_output(show.args(["show", package]), MINUTE)?;
    let version = output.lines().find_map(|line| line.strip_prefix("Version: "));
    Ok(version.map(str::to_owned))
}
