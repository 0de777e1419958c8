//! Stage `outside-packages`: format and lints of the packages outside the workspace, which the workspace's own do not reach.

use std::path::Path;

use anyhow::{Context, Result};
use fs_err::read_to_string;
use machine::installed::C;
use machine::programs::run;

use crate::stage::Stage;
use crate::workspace::outside_packages::cargo;

pub(crate) const STAGE: Stage = Stage {
    name: "outside-packages",
    about: "format and clippy of the packages outside the workspace, the fuzz targets among them",
    needs: &[C, "rustfmt clippy"],
    first,
    rest: None,
};

fn first(root: &Path) -> Result<()> {
    let manifest = read_to_string(root.join("Cargo.toml"))?;
    for package in excluded(&manifest).context("Cargo.toml excludes no packages")? {
        let package = root.join(package);
        run(&mut cargo(root, &package, "fmt --check")?)?;
        let mut clippy = cargo(root, &package, "clippy --quiet --all-targets -- -D warnings")?;
        // The fuzzer's own part, in C++, is not linked: it takes a minute to compile.
        clippy.env("CUSTOM_LIBFUZZER_PATH", "./libfuzzer.a");
        run(clippy.env("CUSTOM_LIBFUZZER_STD_CXX", "none"))?;
    }
    Ok(())
}

/// Reads the manifest's `exclude = ["a", "b"]`, which `cargo metadata` does not tell.
fn excluded(manifest: &str) -> Option<Vec<&str>> {
    let (_, rest) = manifest.split_once("\nexclude = [")?;
    let folders: Vec<_> = rest.split_once(']')?.0.split('"').skip(1).step_by(2).collect();
    (!folders.is_empty()).then_some(folders)
}

#[cfg(test)]
mod tests {
    use super::excluded;

    #[test]
    fn the_excluded_packages_are_read_from_one_line_or_several() {
        let manifest = "[workspace]\nexclude = [\"a/b\",\n    \"c\"]\n[package]\ninclude = [\"d\"]\n";
        assert_eq!(excluded(manifest).unwrap(), ["a/b", "c"]);
        assert!(excluded("[workspace]\nexclude = []\n").is_none());
        assert!(excluded("[workspace]\n").is_none());
    }
}
