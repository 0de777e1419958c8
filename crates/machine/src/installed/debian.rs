//! Debian's programs for packages.

use std::process::Command;

use anyhow::Result;

use crate::programs::{call, call_line, exists, is_root, outcome};

/// Asks Debian which of these packages it has; `None` on another system.
pub(crate) fn installed(packages: &[&str]) -> Result<Option<Vec<String>>> {
    if !exists("dpkg-query") {
        return Ok(None);
    }
    let mut query = call("dpkg-query", "--show --showformat");
    // It fails where one is unknown, and lists the others all the same.
    let (_, output) = outcome(query.arg("${db:Status-Status} ${Package}\n").args(packages))?;
    let names = output.lines().filter_map(|line| line.strip_prefix("installed "));
    Ok(Some(names.map(str::to_owned).collect()))
}

/// Returns what to write before apt-get, or `None` where it may not be used.
pub fn apt_prefix() -> Result<Option<&'static str>> {
    if !exists("apt-get") {
        return Ok(None);
    }
    if is_root() {
        return Ok(Some(""));
    }
    let is_allowed = exists("sudo") && outcome(&mut call("sudo", "-n true"))?.0.success();
    Ok(is_allowed.then_some("sudo -n"))
}

/// Makes a call of apt-get.
pub fn apt_get(prefix: &str, words: &str) -> Command {
    const PATIENT: &str = "-o DPkg::Lock::Timeout=120 -o Acquire::Retries=3 -o Acquire::http::Timeout=30";
    let apt_get = "env DEBIAN_FRONTEND=noninteractive apt-get --quiet";
    call_line(&format!("{prefix} {apt_get} {PATIENT} {words}"))
}

/// Returns the newest version of a package, as `name` or `name=1.2.*`, that the archive has; none on another system.
pub fn version(package: &str) -> Result<Option<String>> {
    if !exists("apt-cache") || !exists("dpkg") {
        return Ok(None);
    }
    // It fails where no package has this name.
    let (_, output) = outcome(call("apt-cache", "show").arg(package))?;
    let version = output.lines().find_map(|line| line.strip_prefix("Version: "));
    Ok(version.map(str::to_owned))
}
