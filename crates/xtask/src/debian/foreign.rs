//! Debian's packages for other processors, downloaded and unpacked: this machine's own lists do not have them.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::command;
use crate::debian::{DOWNLOAD, apt_get, unpack_with};
use crate::files::write;

/// Downloads packages, each by its name, a colon and Debian's name of the processor, and unpacks them into a folder.
pub(crate) fn unpack(packages: &[String], folder: &Path) -> Result<()> {
    if packages.is_empty() {
        return Ok(());
    }
    let state = tempfile::tempdir()?;
    let state = state.path();
    for part in ["lists/partial", "archives/partial"] {
        let part = state.join(part);
        fs_err::create_dir_all(&part)?;
    }
    write(&state.join("status"), "")?;
    let architectures = packages.iter().filter_map(|package| {
        let (_, rest) = package.split_once(':')?;
        rest.split('=').next()
    });
    let apt = |verb: &str| {
        let mut apt: Command = apt_get(&[], &[verb]);
        for (option, value) in [
            ("Dir::State", state.display().to_string()),
            ("Dir::State::status", state.join("status").display().to_string()),
            ("Dir::Cache", state.display().to_string()),
            // Its folder is this user's alone.
            ("APT::Sandbox::User", String::new()),
        ] {
            apt.args(["-o", &format!("{option}={value}")]);
        }
        for architecture in architectures.clone() {
            apt.args(["-o", &format!("APT::Architectures::={architecture}")]);
        }
        apt
    };
    // A list that cannot be had is no harm where the packages are in another one.
    let updated = command::run(&mut apt("update"), DOWNLOAD);
    unpack_with(apt("download"), packages, folder).map_err(|error| match updated {
        Ok(_) => error,
        Err(reason) => reason.context(error),
    })
}
