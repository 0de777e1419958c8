//! Stage `package`: what would be published is whole, and Cargo has nothing to say against it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cargo::{cargo, target_folder};
use crate::command::{self, MINUTE, stdout};
use crate::files::read;
use crate::outside_packages::DEADLINE;
use crate::stage::{Done, Stage};

pub(crate) const STAGE: Stage = Stage {
    name: "package",
    about: "what would be published has its README, licences and metadata, and Cargo warns of nothing",
    needs: &[],
    run,
    rest: None,
};

const FILES: [&str; 3] = ["README.md", "LICENSE-APACHE", "LICENSE-MIT"];

/// What each packed manifest has, at the beginning of a line.
const METADATA: [&str; 2] = ["repository = ", "[package.metadata.docs.rs]"];

/// Packs every package that may be published, and looks at what is in the archives.
///
/// # Errors
/// All that Cargo warns of, and all that is missing.
fn run(root: &Path) -> Result<Done, String> {
    // Packed together they find each other; from the registry they need nothing that is not downloaded.
    command::run(cargo(root).arg("fetch"), DEADLINE)?;
    let mut package = cargo(root);
    package.args(["package", "--offline", "--no-verify", "--allow-dirty"]);
    for name in publishable(root)? {
        package.args(["--package", &name]);
    }
    let output = command::run(&mut package, DEADLINE)?;
    let mut complaints: Vec<String> = warnings(&output).map(str::to_owned).collect();
    let packed = packed(&output);
    for name in &packed {
        let archive = target_folder(root).join(format!("package/{name}.crate"));
        let files = tar(&archive, &["--list"])?;
        let manifest = tar(
            &archive,
            &["--extract", "--to-stdout", &format!("{name}/Cargo.toml")],
        )?;
        complaints.extend(missing(name, &files, &manifest));
    }
    if packed.is_empty() {
        complaints.push(format!("{output}\nnothing was packed"));
    }
    if complaints.is_empty() {
        println!("{} are whole", packed.join(", "));
        Ok(Done::All)
    } else {
        Err(complaints.join("\n"))
    }
}

/// Returns the names of the workspace's packages that their manifests do not keep from being published.
fn publishable(root: &Path) -> Result<Vec<String>, String> {
    let crates = root.join("crates");
    let failed = |error: std::io::Error| format!("{}: {error}", crates.display());
    let mut manifests: Vec<PathBuf> = vec![root.join("Cargo.toml")];
    for folder in fs::read_dir(&crates).map_err(failed)? {
        manifests.push(folder.map_err(failed)?.path().join("Cargo.toml"));
    }
    manifests.sort();
    let mut names = Vec::new();
    for manifest in manifests {
        let text = read(&manifest)?;
        let name = name_to_publish(&text).map_err(|error| format!("{}: {error}", manifest.display()))?;
        names.extend(name.map(str::to_owned));
    }
    Ok(names)
}

/// Reads a manifest's name; `None` where it is not to be published.
fn name_to_publish(manifest: &str) -> Result<Option<&str>, &'static str> {
    let (_, package) = manifest.split_once("[package]\n").ok_or("no [package]")?;
    let lines = || package.lines().take_while(|line| !line.starts_with('['));
    let name = lines().find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
    let name = name.ok_or("no name")?;
    Ok((!lines().any(|line| line == "publish = false")).then_some(name))
}

/// Returns the packages of lines such as `Packaging name v1.0.0 (folder)`, each as its archive is named.
fn packed(output: &str) -> Vec<String> {
    let lines = output
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("Packaging "));
    lines
        .filter_map(|line| {
            let (name, rest) = line.split_once(" v")?;
            Some(format!("{name}-{}", rest.split(' ').next()?))
        })
        .collect()
}

/// Returns what Cargo warns of.
fn warnings(output: &str) -> impl Iterator<Item = &str> {
    output.lines().filter(|line| line.starts_with("warning: "))
}

/// Returns what a package lacks of what each has.
fn missing(name: &str, files: &str, manifest: &str) -> Vec<String> {
    let has = |file: &&str| files.lines().any(|line| line == format!("{name}/{file}"));
    let files = FILES.iter().filter(|file| !has(file));
    let metadata = METADATA
        .iter()
        .filter(|start| !manifest.lines().any(|line| line.starts_with(**start)));
    files
        .chain(metadata)
        .map(|what| format!("{name} has no {what}"))
        .collect()
}

fn tar(archive: &Path, arguments: &[&str]) -> Result<String, String> {
    let mut tar = Command::new("tar");
    tar.arg("--gzip").arg("--file").arg(archive).args(arguments);
    stdout(&mut tar, MINUTE)
}

#[cfg(test)]
mod tests {
    use super::{missing, name_to_publish, packed, warnings};

    #[test]
    fn a_package_is_published_unless_its_manifest_says_otherwise() {
        let workspace = "[workspace]\nname = \"a\"\n[package]\nname = \"b\"\n[lib]\nname = \"c\"\n";
        assert_eq!(name_to_publish(workspace), Ok(Some("b")));
        let private = "[package]\nname = \"b\"\npublish = false\n[lib]\nname = \"c\"\n";
        assert_eq!(name_to_publish(private), Ok(None));
        assert!(name_to_publish("[workspace]\n").is_err());
    }

    #[test]
    fn archives_are_named_after_package_and_version() {
        let output = "   Packaging a-b v1.4.0 (/c)\n    Packaged 3 files\n   Packaging d v0.1.0-rc.1 (/e)\n";
        assert_eq!(packed(output), ["a-b-1.4.0", "d-0.1.0-rc.1"]);
    }

    #[test]
    fn all_that_cargo_warns_of_is_found() {
        let ignored = "warning: ignoring test `a` as `tests/a.rs` is not included in the published package";
        let output = format!("{ignored}\n   Packaging a v1.0.0 (/a)\nwarning: manifest has no repository\n");
        let found: Vec<_> = warnings(&output).collect();
        assert_eq!(found, [ignored, "warning: manifest has no repository"]);
    }

    #[test]
    fn each_missing_part_is_named() {
        let files = "a-1/Cargo.toml\na-1/README.md\na-1/LICENSE-APACHE\na-1/docs/LICENSE-MIT\n";
        let manifest = "[package]\nrepository = \"https://b\"\n[package.metadata.docs.rs]\n";
        assert_eq!(missing("a-1", files, manifest), ["a-1 has no LICENSE-MIT"]);
        let files = "a-1/README.md\na-1/LICENSE-APACHE\na-1/LICENSE-MIT\n";
        assert_eq!(missing("a-1", files, "[package]\n").len(), 2);
        assert!(missing("a-1", files, manifest).is_empty());
    }
}
