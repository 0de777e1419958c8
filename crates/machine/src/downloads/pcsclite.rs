//! pcsc-lite in the versions of Debian's releases, side by side in the cache: nothing of them is installed, and their
//! programs run with their own C library.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use fs_err as fs;

use crate::downloads::apt::{archive, library_folders, unpack_release};
use crate::downloads::cache;
use crate::files::{find, write};
use crate::left_out::not_installed;
use crate::programs::{call, call_line, outcome, program, stdout, under};

/// Debian's names of releases, each with the version of pcsc-lite that the documents say it has.
const RELEASES: [(&str, &str); 3] = [("bullseye", "1.9.1"), ("trixie", "2.3.3"), ("sid", "2.5.3")];

/// How the files of a C library are named that programs are linked with.
const C_LIBRARY: &str = "libanl.so.1 libc.so.6 libdl.so.2 libm.so.6 libmvec.so.1 libnss_compat.so.2 libnss_dns.so.2 \
    libnss_files.so.2 libpthread.so.0 libresolv.so.2 librt.so.1 libutil.so.1 ld-linux";

/// Returns what is installed, and that of each release where there is Debian's archive.
pub fn all() -> Result<Vec<PcscLite>> {
    let mut all = vec![PcscLite::installed()?];
    match archive()? {
        Some(archive) => {
            for (release, version) in RELEASES {
                let found = PcscLite::of(release, &archive)?;
                if found.version != version {
                    println!(
                        "   Debian's {release} has pcsc-lite {} now, not {version}",
                        found.version
                    );
                }
                all.push(found);
            }
        }
        None => not_installed(
            "other versions of pcscd: they are of Debian's archive, which apt does not know here".to_owned(),
        )?,
    }
    Ok(all)
}

/// A daemon and a library of one version.
#[derive(Debug)]
pub struct PcscLite {
    /// The version, as the daemon tells it.
    pub version: String,
    /// A folder that is laid out as `/`, and the call of its daemon; `None` for what is installed.
    unpacked: Option<(PathBuf, String)>,
}

impl PcscLite {
    /// Returns what is installed.
    pub fn installed() -> Result<PcscLite> {
        let program = program("pcscd").context("there is no pcscd")?;
        let version = version_of(&mut Command::new(program))?;
        Ok(PcscLite {
            version,
            unpacked: None,
        })
    }

    /// Returns that of a release, which is downloaded where it was not before.
    fn of(release: &str, archive: &str) -> Result<PcscLite> {
        let root = cache::filled(&format!("pcsc-lite-{release}"), |folder| {
            let packages = ["pcscd", "libpcsclite1", "vsmartcard-vpcd"].map(str::to_owned);
            unpack_release(archive, release, &packages, folder)?;
            gather_library(folder)
        })?;
        let daemon = daemon(&root)?;
        let version = version_of(&mut call_line(&daemon))?;
        Ok(PcscLite {
            version,
            unpacked: Some((root, daemon)),
        })
    }

    /// Returns the minor number of the protocol that it speaks; the major one is 4 in all.
    pub(crate) fn protocol(&self) -> u32 {
        protocol(&self.version)
    }

    /// Tells whether this library gets on with that daemon: from 2.5 on daemons take older ones.
    ///
    /// That library opens contexts of older daemons, too, but it cannot wait there before it has listed the readers.
    pub fn fits(&self, daemon: &PcscLite) -> bool {
        let (library, daemon) = (self.protocol(), daemon.protocol());
        library == daemon || library < daemon && daemon >= 6
    }

    /// Tells whether two threads of a program are told parts of two answers: up to 2.0.0 the library's table of readers has no
    /// lock, and from 2.5 on a daemon's answer may be mixed up.
    pub fn tears_answers(&self, daemon: &PcscLite) -> bool {
        self.protocol() < 5 && daemon.protocol() >= 6
    }

    /// Has the tests that a program runs start this daemon.
    pub fn serve(&self, program: &mut Command) {
        if let Some((root, daemon)) = &self.unpacked {
            program.env("PCSC_TEST_PCSCD", daemon);
            program.env(
                "PCSC_TEST_VPCD",
                root.join("usr/lib/pcsc/drivers/serial/libifdvpcd.so"),
            );
        }
    }

    /// Has a program, and those that it starts, load this library.
    ///
    /// Where this machine's C library is too old for it, they get the release's: it is mounted over the machine's own files, in
    /// a namespace of theirs.
    pub fn link(&self, mut program: Command) -> Result<Command> {
        let Some((root, _)) = &self.unpacked else {
            return Ok(program);
        };
        let library = root.join("library");
        program.envs([("LD_LIBRARY_PATH", &library), ("PCSC_TEST_LIBRARY", &library)]);
        let (_, needed) = outcome(Command::new("ldd").args(find(&library, "*")?))?;
        if !needed.contains("not found") {
            return Ok(program);
        }
        let mounts = root.join("mounts");
        write(&mounts, &mounts_of_c_library(root)?)?;
        let mut unshare = call("unshare", "--mount --kill-child sh -c");
        // One program mounts all of them: with half of them none would start.
        unshare
            .arg("mount --all --fstab \"$0\" && exec \"$@\"")
            .arg(mounts);
        Ok(under(unshare, &program))
    }
}

/// Returns the call of a release's daemon, with its C library.
fn daemon(root: &Path) -> Result<String> {
    let path = std::env::join_paths(library_folders(root)?)?;
    let path = path.to_string_lossy();
    let loaders = libraries(root, "ld-linux")?;
    let loader = loaders
        .first()
        .context("nothing was unpacked that loads programs")?;
    let program = root.join("usr/sbin/pcscd");
    let daemon = format!("{} --library-path {path} {}", loader.display(), program.display());
    let is_usable = daemon.split_whitespace().count() == 4;
    ensure!(
        is_usable,
        "the folder of downloads has a blank in its name: {}",
        root.display()
    );
    let (_, help) = outcome(call_line(&daemon).arg("--help"))?;
    // There is no D-Bus in the tests' namespaces to ask polkit by.
    let option = " --disable-polkit";
    Ok(daemon + if help.contains(option.trim()) { option } else { "" })
}

/// Returns the lines that mount a release's C library over this machine's.
fn mounts_of_c_library(root: &Path) -> Result<String> {
    let mut lines = String::new();
    for name in C_LIBRARY.split(' ') {
        for theirs in libraries(root, name)? {
            let ours = Path::new("/").join(theirs.strip_prefix(root)?);
            if ours.exists() {
                lines += &format!("{} {} none bind 0 0\n", theirs.display(), ours.display());
            }
        }
    }
    Ok(lines)
}

/// Returns the paths of a release's libraries whose names begin so.
fn libraries(root: &Path, start: &str) -> Result<Vec<PathBuf>> {
    let found = ["usr/lib", "lib"].map(|folder| find(root, &format!("{folder}/*-linux-*/{start}*")));
    Ok(found.into_iter().collect::<Result<Vec<_>>>()?.concat())
}

/// Copies libpcsclite into a folder of its own, so that a program that looks there finds nothing else.
fn gather_library(root: &Path) -> Result<()> {
    fs::create_dir(root.join("library"))?;
    for path in libraries(root, "libpcsclite")? {
        let name = path.file_name().unwrap_or_default();
        fs::copy(&path, root.join("library").join(name))?;
    }
    Ok(())
}

/// Asks a daemon for its version.
fn version_of(daemon: &mut Command) -> Result<String> {
    let output = stdout(daemon.arg("--version"))?;
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
    match numbers.as_slice() {
        numbers if numbers >= &[2, 5] => 6,
        numbers if numbers >= &[2, 3] => 5,
        _ => 4,
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
        let versions = [
            "1.9.1", "1.9.9", "2.2.3", "2.3.0", "2.4.1", "2.5.0", "2.10.0", "3.0.0",
        ];
        assert_eq!(versions.map(protocol), [4, 4, 4, 5, 5, 6, 6, 6]);
    }
}
