//! Stage `setup`: gets what the other stages need, on Debian and from rustup.

use std::path::Path;

use anyhow::Result;
use machine::installed::debian::{apt_get, apt_prefix};
use machine::installed::{OLDEST_COMPILER, STD_SOURCES, missing, packages, rustup};
use machine::left_out::not_installed;
use machine::programs::run;

use crate::stage::Stage;

pub(crate) const STAGE: Stage = Stage {
    name: "setup",
    about: "installs the packages that the others need (Debian, as root or with sudo)",
    needs: &[],
    first,
    rest: None,
};

/// Installs what is missing, on Debian as root or where sudo asks for no password, and what is Rust's where there is
/// rustup; elsewhere says what is missing.
fn first(_root: &Path) -> Result<()> {
    let mut all = packages();
    let packages = missing(&all)?;
    // Where the archive's lists were never fetched, no compiler is in them.
    let is_listed = missing(&[OLDEST_COMPILER, STD_SOURCES])?.is_empty();
    if !packages.is_empty() || !is_listed {
        if let Some(prefix) = apt_prefix()? {
            run(&mut apt_get(prefix, "update"))?;
            if !packages.is_empty() {
                println!("   installing {}", packages.join(" "));
                let mut install = apt_get(prefix, "install --yes --no-install-recommends");
                run(install.args(&packages))?;
            }
        }
    }
    rustup::install();
    all.extend(rustup::names());
    let left: Vec<_> = missing(&all)?.into_iter().map(rustup::with_remedy).collect();
    if left.is_empty() {
        return Ok(());
    }
    not_installed(format!("to be installed by hand: {}", left.join(", ")))
}
