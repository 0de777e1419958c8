//! Debian's packages of another release than this machine's, downloaded and unpacked: nothing is installed.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::command::{self, MINUTE};
use crate::debian::lists::Lists;
use crate::debian::{DOWNLOAD, unpack_with};
use crate::search_path::exists;

/// What signs the releases, where this machine's own sources name it.
const KEYS: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// Returns the address of the archive that this machine has its packages from; `None` on another system than Debian.
pub(crate) fn archive() -> Result<Option<String>> {
    if !exists("apt-get") || !exists("dpkg") {
        return Ok(None);
    }
    let mut targets = Command::new("apt-get");
    targets.args([
        "indextargets",
        "--format",
        "$(ORIGIN) $(LABEL) $(COMPONENT) $(REPO_URI)",
    ]);
    let output = command::stdout(targets.arg("Created-By: Packages"), MINUTE)?;
    let main = output
        .lines()
        .find_map(|line| line.strip_prefix("Debian Debian main "));
    Ok(main.map(str::to_owned))
}

/// Downloads packages of a release of this archive, with the libraries that they need, and unpacks them into a folder.
pub(crate) fn unpack(archive: &str, release: &str, packages: &[&str], folder: &Path) -> Result<()> {
    let mut lists = Lists::new()?;
    let keys = if Path::new(KEYS).exists() {
        format!("[signed-by={KEYS}] ")
    } else {
        String::new()
    };
    lists.set_sources(&format!("deb {keys}{archive} {release} main\n"))?;
    // Nothing but names and versions.
    lists.set("Acquire::IndexTargets::deb::DEP-11::DefaultEnabled", "false");
    command::run(&mut lists.apt(&["update"]), DOWNLOAD)?;
    let mut install = lists.apt(&["install", "--simulate", "--no-install-recommends"]);
    let output = command::stdout(install.args(packages), MINUTE)?;
    let wanted = wanted(&output, packages);
    if wanted.len() < packages.len() {
        bail!(
            "{output}\nDebian's {release} does not have all of {}",
            packages.join(" ")
        );
    }
    unpack_with(lists.apt(&["download"]), &wanted, folder)
}

/// Reads the lines `Inst name (version ...`: the packages that were asked for, and the libraries.
fn wanted(simulation: &str, packages: &[&str]) -> Vec<String> {
    let lines = simulation.lines().filter_map(|line| line.strip_prefix("Inst "));
    lines
        .filter_map(|line| {
            let (name, rest) = line.split_once(" (")?;
            let is_wanted = packages.contains(&name) || name.starts_with("lib") || name.starts_with("zlib");
            let version = rest.split_whitespace().next()?;
            is_wanted.then(|| format!("{name}={version}"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::wanted;

    #[test]
    fn libraries_and_what_is_asked_for_are_wanted_in_their_versions() {
        let simulation = "Reading package lists...\nInst libc6 (2.31-13 Debian:11/bullseye [amd64]) []\n\
            Inst dpkg (1.20 Debian [amd64])\nInst pcscd (1.9.1-1 Debian:11/bullseye [amd64])\nConf libc6 (2.31-13)\n";
        assert_eq!(wanted(simulation, &["pcscd"]), ["libc6=2.31-13", "pcscd=1.9.1-1"]);
    }
}
