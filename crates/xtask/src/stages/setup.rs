//! Stage `setup`: gets what the other stages need, on Debian and from rustup.

use std::path::Path;

use anyhow::Result;
use machine::installed::{
    OLDEST_COMPILER, STD_SOURCES, apt_get, apt_prefix, are_here, install_parts, missing, packages, parts,
    version,
};
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
    let mut packages = missing(&all)?;
    // Where the archive's lists were never fetched, no compiler is in them.
    let is_listed = missing(&[OLDEST_COMPILER, STD_SOURCES])?.is_empty();
    if !packages.is_empty() || !is_listed {
        if let Some(prefix) = apt_prefix()? {
            run(&mut apt_get(prefix, "update"))?;
            // One that this release does not have leaves its stage out, and no other.
            packages.retain(|package| version(package).is_ok_and(|version| version.is_some()));
            if !packages.is_empty() {
                println!("   installing {}", packages.join(" "));
                let mut install = apt_get(prefix, "install --yes --no-install-recommends");
                run(install.args(&packages))?;
            }
        }
    }
    install_parts();
    all.extend(parts());
    are_here(&all, "what is to be installed by hand").map(drop)
}
