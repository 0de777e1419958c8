//! Stage `setup`: gets what the other stages need, on Debian and from rustup.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use crate::installed::debian::{apt_get, apt_prefix};
use crate::installed::requirements::{self, missing};
use crate::installed::rustup::{self, OLDEST_COMPILER, STD_SOURCES};
use crate::programs::command;
use crate::stage::{Done, Stage, not_installed};

pub(crate) const STAGE: Stage = Stage {
    name: "setup",
    about: "installs the packages that the others need (Debian, as root or with sudo)",
    needs: &[],
    run,
    rest: None,
};

/// Long enough for a slow mirror; apt itself gives up on a held lock or a silent server before.
const UPDATE: Duration = Duration::from_secs(5 * 60);
const INSTALL: Duration = Duration::from_secs(15 * 60);

/// Installs what is missing, on Debian as root or where sudo asks for no password, and what is Rust's where there is
/// rustup; elsewhere says what is missing.
fn run(_root: &Path) -> Result<Done> {
    let all = requirements::packages();
    let packages = missing(&all)?;
    // Where the archive's lists were never fetched, no compiler is in them.
    let is_listed = missing(&[OLDEST_COMPILER, STD_SOURCES])?.is_empty();
    if !packages.is_empty() || !is_listed {
        if let Some(prefix) = apt_prefix()? {
            command::run(&mut apt_get(prefix, "update"), UPDATE)?;
            if !packages.is_empty() {
                println!("   installing {}", packages.join(" "));
                let mut install = apt_get(prefix, "install --yes --no-install-recommends");
                command::run(install.args(&packages), INSTALL)?;
            }
        }
    }
    rustup::install()?;
    let left: Vec<&str> = all.into_iter().chain(rustup::names()?).collect();
    let left = missing(&left)?;
    if left.is_empty() {
        return Ok(Done::All);
    }
    let left: Vec<_> = left.into_iter().map(rustup::with_remedy).collect();
    not_installed(format!("to be installed by hand: {}", left.join(", ")))
}
