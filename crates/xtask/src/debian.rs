//! Debian's programs for packages.

pub(crate) mod unpacked;

use std::process::Command;

use anyhow::Result;

use crate::command::{self, MINUTE, Words};
use crate::privileges::is_root;
use crate::search_path::exists;

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

#[cfg(test)]
mod tests {
    use super::versions_in;

    #[test]
    fn versions_are_the_second_column() {
        let madison = " rustc-web | 1.96.0-1 | http://a b/main\n rustc-web | 1.85.0-3 | http://a c/main\n";
        assert_eq!(versions_in(madison), ["1.96.0-1", "1.85.0-3"]);
    }
}
