//! Debian's packages, downloaded and unpacked into a folder that is then laid out as `/`: nothing of them is installed.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
use tempfile::TempDir;

use crate::files::{find, write};
use crate::installed::debian::apt_get;
use crate::programs::{call, exists, run, stdout};

/// What signs the releases, where this machine's own sources name it.
const KEYS: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// Unpacks packages of this machine's lists, each as `name` or `name=version`, with the libraries that are not installed.
pub(crate) fn unpack(packages: &[String], folder: &Path) -> Result<()> {
    Lists::default().unpack_with_libraries(packages, folder)
}

/// Unpacks packages for other processors, if any, each as `name:processor` or `name:processor=version`.
pub fn unpack_foreign(packages: &[String], folder: &Path) -> Result<()> {
    if packages.is_empty() {
        return Ok(());
    }
    let mut lists = Lists::apart()?;
    for package in packages {
        let processor = package.split([':', '=']).nth(1).unwrap_or_default();
        lists.options.push(format!("APT::Architectures::={processor}"));
    }
    // A list that cannot be had is no harm where the packages are in another one.
    let updated = run(&mut lists.apt("update"));
    lists.unpack(packages, folder).map_err(|error| match updated {
        Ok(_) => error,
        Err(reason) => reason.context(error),
    })
}

/// Returns the address of the archive that this machine has its packages from; `None` on another system than Debian.
pub(crate) fn archive() -> Result<Option<String>> {
    if !exists("apt-get") || !exists("dpkg") {
        return Ok(None);
    }
    let mut targets = call("apt-get", "indextargets --format $(REPO_URI)");
    targets.args([
        "Created-By: Packages",
        "Origin: Debian",
        "Label: Debian",
        "Component: main",
    ]);
    Ok(stdout(&mut targets)?.lines().next().map(str::to_owned))
}

/// Unpacks packages of a release of this archive, with all libraries that they need.
pub(crate) fn unpack_release(archive: &str, release: &str, packages: &[String], folder: &Path) -> Result<()> {
    let mut lists = Lists::apart()?;
    let keys = match Path::new(KEYS).exists() {
        true => format!("[signed-by={KEYS}] "),
        false => String::new(),
    };
    let scratch = tempfile::tempdir()?;
    let sources = scratch.path().join("sources.list");
    write(&sources, &format!("deb {keys}{archive} {release} main\n"))?;
    lists
        .options
        .push(format!("Dir::Etc::sourcelist={}", sources.display()));
    lists.options.push("Dir::Etc::sourceparts=/dev/null".to_owned());
    // Nothing but names and versions.
    lists
        .options
        .push("Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false".to_owned());
    run(&mut lists.apt("update"))?;
    lists.unpack_with_libraries(packages, folder)
}

/// Returns the folders of libraries where packages were unpacked, as `usr/lib/x86_64-linux-gnu`.
pub fn library_folders(root: &Path) -> Result<Vec<PathBuf>> {
    Ok([find(root, "usr/lib/*-linux-*")?, find(root, "lib/*-linux-*")?].concat())
}

/// Returns folders of libraries for the loader to look into, before those that it is told of.
pub fn library_path(mut folders: Vec<PathBuf>, present: &OsStr) -> Result<OsString> {
    folders.extend(std::env::split_paths(present).filter(|folder| !folder.as_os_str().is_empty()));
    Ok(std::env::join_paths(folders)?)
}

/// Lists of packages, by the options that have apt use them: without any, this machine's.
#[derive(Default)]
struct Lists {
    options: Vec<String>,
    /// Where other ones than the machine's are.
    _folder: Option<TempDir>,
}

impl Lists {
    /// Makes empty ones, of the archives that this machine knows. They know no installed package, and go with this value.
    fn apart() -> Result<Lists> {
        let folder = tempfile::tempdir()?;
        for part in ["lists/partial", "archives/partial"] {
            fs_err::create_dir_all(folder.path().join(part))?;
        }
        write(&folder.path().join("status"), "")?;
        let state = folder.path().display();
        let options = vec![
            format!("Dir::State={state}"),
            format!("Dir::State::status={state}/status"),
            format!("Dir::Cache={state}"),
            // Its folder is this user's alone.
            "APT::Sandbox::User=".to_owned(),
        ];
        let _folder = Some(folder);
        Ok(Lists { options, _folder })
    }

    fn apt(&self, words: &str) -> Command {
        let mut apt = apt_get("", words);
        apt.args(self.options.iter().flat_map(|option| ["-o", option]));
        apt
    }

    fn unpack(&self, packages: &[String], folder: &Path) -> Result<()> {
        let archives = tempfile::tempdir_in(folder)?;
        run(self.apt("download").args(packages).current_dir(&archives))?;
        for archive in find(archives.path(), "*")? {
            run(call("dpkg", "--extract").args([&*archive, folder]))?;
        }
        Ok(())
    }

    fn unpack_with_libraries(&self, packages: &[String], folder: &Path) -> Result<()> {
        let mut install = self.apt("install --simulate --no-install-recommends");
        let output = stdout(install.args(packages))?;
        self.unpack(&[packages, &libraries(&output, packages)].concat(), folder)
    }
}

/// Reads the lines `Inst name (version ...`, but for these packages.
fn libraries(simulation: &str, packages: &[String]) -> Vec<String> {
    let lines = simulation.lines().filter_map(|line| line.strip_prefix("Inst "));
    let others = lines.filter_map(|line| {
        let (name, rest) = line.split_once(" (")?;
        let is_library = name.starts_with("lib") || name.starts_with("zlib");
        let is_other = packages
            .iter()
            .all(|package| package.split('=').next() != Some(name));
        (is_library && is_other).then_some(format!("{name}={}", rest.split_whitespace().next()?))
    });
    others.collect()
}

#[cfg(test)]
mod tests {
    use super::libraries;

    #[test]
    fn libraries_are_wanted_in_their_versions() {
        let simulation = "Reading package lists...\nInst libc6 (2.31-13 Debian:11/bullseye [amd64]) []\n\
            Inst dpkg (1.20 Debian [amd64])\nInst pcscd (1.9.1-1 Debian:11/bullseye [amd64])\n\
            Inst libd (1 Debian [amd64])\nConf libc6 (2.31-13)\n";
        let packages = ["pcscd", "libd=1"].map(str::to_owned);
        assert_eq!(libraries(simulation, &packages), ["libc6=2.31-13"]);
    }
}
