//! Debian's packages for other processors, downloaded and unpacked: this machine's own lists do not have them.

use std::path::Path;

use anyhow::Result;

use crate::command;
use crate::debian::lists::Lists;
use crate::debian::{DOWNLOAD, unpack_with};

/// Downloads packages, each by its name, a colon and Debian's name of the processor, and unpacks them into a folder.
pub(crate) fn unpack(packages: &[String], folder: &Path) -> Result<()> {
    if packages.is_empty() {
        return Ok(());
    }
    let mut lists = Lists::new()?;
    let architectures = packages.iter().filter_map(|package| {
        let (_, rest) = package.split_once(':')?;
        rest.split('=').next()
    });
    for architecture in architectures {
        lists.set("APT::Architectures::", architecture);
    }
    // A list that cannot be had is no harm where the packages are in another one.
    let updated = command::run(&mut lists.apt(&["update"]), DOWNLOAD);
    unpack_with(lists.apt(&["download"]), packages, folder).map_err(|error| match updated {
        Ok(_) => error,
        Err(reason) => reason.context(error),
    })
}
