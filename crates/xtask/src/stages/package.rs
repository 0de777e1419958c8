//! Stage `package`: what would be published is whole, and Cargo has nothing to say against it.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};
use serde_json::Value;

use crate::cargo::{cargo, target_folder};
use crate::command::{self, BUILD, MINUTE, Words, stdout};
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
fn run(root: &Path) -> Result<Done> {
    // Packed together they find each other; from the registry they need nothing that is not downloaded.
    command::run(cargo(root).arg("fetch"), BUILD)?;
    let metadata = stdout(
        cargo(root).words("metadata --no-deps --offline --format-version 1"),
        MINUTE,
    )?;
    let metadata = serde_json::from_str(&metadata)?;
    let packed = publishable(&metadata);
    ensure!(!packed.is_empty(), "no package may be published");
    let mut package = cargo(root);
    package.words("package --offline --no-verify --allow-dirty");
    for (name, _) in &packed {
        package.args(["--package", name]);
    }
    let output = command::run(&mut package, BUILD)?;
    let mut complaints: Vec<_> = warnings(&output).map(str::to_owned).collect();
    for (name, version) in &packed {
        let name = format!("{name}-{version}");
        let archive = target_folder(root).join(format!("package/{name}.crate"));
        let tar = |arguments: &str| {
            let mut tar = Command::new("tar");
            stdout(
                tar.arg("--gzip").arg("--file").arg(&archive).words(arguments),
                MINUTE,
            )
        };
        let manifest = tar(&format!("--extract --to-stdout {name}/Cargo.toml"))?;
        complaints.extend(missing(&name, &tar("--list")?, &manifest));
        println!("{name} was looked at");
    }
    ensure!(complaints.is_empty(), "{}", complaints.join("\n"));
    Ok(Done::All)
}

/// Returns name and version of the packages that their manifests do not keep from being published.
fn publishable(metadata: &Value) -> Vec<(&str, &str)> {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let public = packages.filter(|package| package["publish"].is_null());
    public
        .filter_map(|package| Some((package["name"].as_str()?, package["version"].as_str()?)))
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
    let has = |start: &&str| manifest.lines().any(|line| line.starts_with(*start));
    let metadata = METADATA.iter().filter(|start| !has(start));
    files
        .chain(metadata)
        .map(|what| format!("{name} has no {what}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{missing, warnings};

    #[test]
    fn all_that_cargo_warns_of_is_found() {
        let output = "warning: ignoring test `a`\n   Packaging a v1.0.0 (/a)\nwarning: no repository\n";
        let found: Vec<_> = warnings(output).collect();
        assert_eq!(found, ["warning: ignoring test `a`", "warning: no repository"]);
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
