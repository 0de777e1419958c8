//! Stage `packages`: format and lints of the packages outside the workspace, which the workspace's own do not reach.

use std::path::Path;

use crate::files::read;
use crate::outside_packages;
use crate::stage::{Done, Stage};

pub(crate) const STAGE: Stage = Stage {
    name: "packages",
    about: "format and clippy of the packages outside the workspace, the fuzz targets among them",
    // The fuzzer has a part in C++.
    needs: &["gcc", "g++", "libc6-dev", "rustfmt", "clippy"],
    run,
    rest: None,
};

/// Checks the packages that the workspace's manifest excludes.
///
/// # Errors
/// A difference, a warning; or the manifest excludes none.
fn run(root: &Path) -> Result<Done, String> {
    for package in excluded(&read(&root.join("Cargo.toml"))?)? {
        outside_packages::format_and_lint(root, &root.join(package))?;
    }
    Ok(Done::All)
}

/// Reads the manifest's `exclude = ["a", "b"]`.
fn excluded(manifest: &str) -> Result<Vec<&str>, String> {
    let list = manifest
        .split_once("\nexclude = [")
        .and_then(|(_, rest)| rest.split_once(']'));
    let (list, _) = list.ok_or("Cargo.toml excludes no packages")?;
    let folders: Vec<_> = list.split('"').skip(1).step_by(2).collect();
    if folders.is_empty() {
        return Err("Cargo.toml excludes no packages".to_owned());
    }
    Ok(folders)
}

#[cfg(test)]
mod tests {
    use super::excluded;

    #[test]
    fn the_excluded_packages_are_read_from_one_line_or_several() {
        let manifest = "[workspace]\nexclude = [\"a/b\",\n    \"c\"]\n[package]\ninclude = [\"d\"]\n";
        assert_eq!(excluded(manifest).unwrap(), ["a/b", "c"]);
        assert!(excluded("[workspace]\nexclude = []\n").is_err());
        assert!(excluded("[workspace]\n").is_err());
    }
}
