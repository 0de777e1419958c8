//! pcsc-lite in the versions of Debian's releases, side by side in the cache: nothing of them is installed, and their
//! programs run with their own C library.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use fs_err as fs;

use crate::downloads::cache;
use crate::downloads::packages::{archive, unpack_release};
use crate::files::{children, copy, library_folders, write};
use crate::programs::command::{self, MINUTE, Words, stdout};
use crate::programs::privileges::under;
use crate::programs::search_path::program;
use crate::stage::{Done, not_installed};

/// Debian's names of releases, each with the version of pcsc-lite that it had when this was written.
const RELEASES: [(&str, &str); 3] = [("bullseye", "1.9.1"), ("trixie", "2.3.3"), ("sid", "2.5.3")];

const PACKAGES: [&str; 3] = ["pcscd", "libpcsclite1", "vsmartcard-vpcd"];

/// The files of a C library that programs are linked with.
const C_LIBRARY: &str = "libanl.so.1 libc.so.6 libdl.so.2 libm.so.6 libmvec.so.1 libnss_compat.so.2 libnss_dns.so.2 \
    libnss_files.so.2 libpthread.so.0 libresolv.so.2 librt.so.1 libutil.so.1";

/// Returns what is installed, and that of each release; and what was left out of them.
pub(crate) fn all() -> Result<(Vec<PcscLite>, Done)> {
    let mut all = vec![PcscLite::installed()?];
    for (release, version) in RELEASES {
        let Some(found) = PcscLite::of(release)? else {
            let why = "other versions of pcscd: they are of Debian's archive, which apt does not know here";
            return Ok((all, not_installed(why.to_owned())?));
        };
        if found.version != version {
            println!(
                "   Debian's {release} has pcsc-lite {} now, not {version}",
                found.version
            );
        }
        all.push(found);
    }
    Ok((all, Done::All))
}

/// A daemon and a library of one version.
pub(crate) struct PcscLite {
    /// The version, as the daemon tells it.
    pub(crate) version: String,
    /// A folder that is laid out as `/`; `None` for what is installed.
    unpacked: Option<PathBuf>,
}

impl PcscLite {
    /// Returns what is installed.
    pub(crate) fn installed() -> Result<PcscLite> {
        let program = program("pcscd").context("there is no pcscd")?;
        Ok(PcscLite {
            version: version_of(&mut Command::new(program))?,
            unpacked: None,
        })
    }

    /// Returns that of a release, which is downloaded where it was not before; `None` where this is not Debian.
    fn of(release: &str) -> Result<Option<PcscLite>> {
        let Some(archive) = archive()? else {
            return Ok(None);
        };
        let root = cache::filled(&format!("pcsc-lite-{release}"), |folder| {
            println!("   unpacking pcsc-lite of Debian's {release}");
            unpack_release(&archive, release, &PACKAGES, folder)?;
            gather_library(folder)
        })?;
        let mut found = PcscLite {
            version: String::new(),
            unpacked: Some(root),
        };
        let daemon = found.daemon()?.context("nothing was unpacked")?;
        let mut words = daemon.split_whitespace();
        let mut call = Command::new(words.next().context("no loader")?);
        found.version = version_of(call.args(words))?;
        Ok(Some(found))
    }

    /// Returns the minor number of the protocol that it speaks; the major one is 4 in all.
    pub(crate) fn protocol(&self) -> u32 {
        protocol(&self.version)
    }

    /// Tells whether this library gets on with that daemon: from 2.5 on daemons take older ones.
    ///
    /// That library opens contexts of older daemons, too, but it cannot wait there before it has listed the readers.
    pub(crate) fn fits(&self, daemon: &PcscLite) -> bool {
        let (library, daemon) = (self.protocol(), daemon.protocol());
        library == daemon || library < daemon && daemon >= 6
    }

    /// Tells whether two threads of a program are told parts of two answers: up to 2.0.0 the library's table of readers has no
    /// lock, and from 2.5 on a daemon's answer may be mixed up.
    pub(crate) fn tears_answers(&self, daemon: &PcscLite) -> bool {
        self.protocol() < 5 && daemon.protocol() >= 6
    }

    /// Has the tests that a program runs start this daemon.
    pub(crate) fn serve(&self, program: &mut Command) -> Result<()> {
        if let (Some(root), Some(daemon)) = (&self.unpacked, self.daemon()?) {
            program.env("PCSC_TEST_PCSCD", daemon);
            program.env(
                "PCSC_TEST_VPCD",
                root.join("usr/lib/pcsc/drivers/serial/libifdvpcd.so"),
            );
        }
        Ok(())
    }

    /// Has a program, and those that it starts, load this library.
    ///
    /// Where this machine's C library is too old for it, they get the release's: it is mounted over the machine's own files, in
    /// a namespace of theirs.
    pub(crate) fn link(&self, mut program: Command) -> Result<Command> {
        let Some(root) = &self.unpacked else {
            return Ok(program);
        };
        let library = root.join("library");
        program.env("LD_LIBRARY_PATH", &library);
        program.env("PCSC_TEST_LIBRARY", &library);
        if !lacks_c_library(&library)? {
            return Ok(program);
        }
        let mounts = root.join("mounts");
        write(&mounts, &mounts_of_c_library(root)?)?;
        let mut unshare = Command::new("unshare");
        unshare.words("--mount --kill-child sh -c");
        // One program mounts all of them: with half of them none would start.
        unshare
            .arg("mount --all --fstab \"$0\" && exec \"$@\"")
            .arg(mounts);
        Ok(under(unshare, &program))
    }

    /// Returns the call of the daemon, with its C library; `None` for the machine's own.
    fn daemon(&self) -> Result<Option<String>> {
        let Some(root) = &self.unpacked else {
            return Ok(None);
        };
        let path = std::env::join_paths(library_folders(root))?;
        let path = path.to_string_lossy();
        let (loader, program) = (loader(root)?, root.join("usr/sbin/pcscd"));
        let call = format!("{} --library-path {path} {}", loader.display(), program.display());
        let words: Vec<_> = call.split_whitespace().collect();
        ensure!(
            words.len() == 4,
            "the folder of downloads has a blank in its name: {}",
            root.display()
        );
        let mut help = Command::new(words[0]);
        let (_, help) = command::status_and_output(help.args(&words[1..]).arg("--help"), MINUTE)?;
        // There is no D-Bus in the tests' namespaces to ask polkit by.
        let option = "--disable-polkit";
        Ok(Some(if help.contains(option) {
            format!("{call} {option}")
        } else {
            call
        }))
    }
}

/// Returns the lines that mount a release's C library over this machine's.
fn mounts_of_c_library(root: &Path) -> Result<String> {
    let loader = loader(root)?;
    let names = C_LIBRARY
        .split_whitespace()
        .map(Path::new)
        .chain(loader.file_name().map(Path::new));
    let folders = library_folders(root);
    let lines = names.filter_map(|name| {
        let theirs = folders
            .iter()
            .map(|folder| folder.join(name))
            .find(|path| path.exists())?;
        let mut ours = folders.iter().filter_map(|folder| folder.strip_prefix(root).ok());
        let ours = ours
            .find_map(|folder| Some(Path::new("/").join(folder).join(name)).filter(|path| path.exists()))?;
        Some(format!("{} {} none bind 0 0\n", theirs.display(), ours.display()))
    });
    Ok(lines.collect())
}

/// Returns the paths of a release's libraries.
fn libraries(root: &Path) -> Result<Vec<PathBuf>> {
    let libraries: Result<Vec<_>> = library_folders(root)
        .iter()
        .map(|folder| children(folder))
        .collect();
    Ok(libraries?.concat())
}

/// Tells whether a file's name begins so.
fn begins(path: &Path, start: &str) -> bool {
    path.file_name()
        .is_some_and(|name| name.to_string_lossy().starts_with(start))
}

/// Copies libpcsclite into a folder of its own, so that a program that looks there finds nothing else.
fn gather_library(root: &Path) -> Result<()> {
    let library = root.join("library");
    fs::create_dir(&library)?;
    let found = libraries(root)?
        .into_iter()
        .filter(|path| begins(path, "libpcsclite"));
    found
        .into_iter()
        .try_for_each(|path| copy(&path, &library.join(path.file_name().unwrap_or_default())))
}

/// Returns the path of the program that loads others.
fn loader(root: &Path) -> Result<PathBuf> {
    let loader = libraries(root)?.into_iter().find(|path| begins(path, "ld-linux"));
    loader.with_context(|| format!("there is no loader in {}", root.display()))
}

/// Tells whether this machine's C library lacks what a library needs.
fn lacks_c_library(folder: &Path) -> Result<bool> {
    let (_, output) = command::status_and_output(Command::new("ldd").args(children(folder)?), MINUTE)?;
    Ok(output.contains("not found"))
}

/// Asks a daemon for its version.
fn version_of(daemon: &mut Command) -> Result<String> {
    let output = stdout(daemon.arg("--version"), MINUTE)?;
    let version = version(&output).with_context(|| format!("{output}\npcscd does not tell its version"))?;
    Ok(version.to_owned())
}

/// Reads pcscd's line `pcsc-lite version 1.9.9.`.
fn version(output: &str) -> Option<&str> {
    let (_, rest) = output.split_once("version ")?;
    let version = rest.split(|c: char| c != '.' && !c.is_ascii_digit()).next()?;
    Some(version.trim_end_matches('.')).filter(|version| !version.is_empty())
}

fn protocol(version: &str) -> u32 {
    let numbers: Vec<u32> = version.split('.').filter_map(|part| part.parse().ok()).collect();
    if numbers.as_slice() >= &[2, 5][..] {
        6
    } else if numbers.as_slice() >= &[2, 3][..] {
        5
    } else {
        4
    }
}

#[cfg(test)]
mod tests {
    use super::{protocol, version};

    #[test]
    fn the_version_is_pcscds() {
        assert_eq!(version("pcsc-lite version 1.9.9.\nCopyright"), Some("1.9.9"));
        assert_eq!(version("pcscd: no such option"), None);
    }

    #[test]
    fn the_protocol_is_that_of_the_version() {
        let protocols = [
            "1.9.1", "1.9.9", "2.2.3", "2.3.0", "2.4.1", "2.5.0", "2.10.0", "3.0.0",
        ]
        .map(protocol);
        assert_eq!(protocols, [4, 4, 4, 5, 5, 6, 6, 6]);
    }
}
