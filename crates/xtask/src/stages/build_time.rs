//! What a clean build of pcsc-sys costs: no more than its dependencies allow, and no build tool that is not asked for.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::cargo::cargo;
use crate::command::{self, stdout};
use crate::feature_sets::{ALL, only_with};
use crate::stage::{Done, Stage};

pub(crate) const STAGE: Stage = Stage {
    name: "build-time",
    about: "a clean default build takes at most 1.3 times one of libloading and libc",
    needs: &[],
    run,
    rest: None,
};

const DEADLINE: Duration = Duration::from_secs(5 * 60);
const ROUNDS: u32 = 5;
/// How much longer than one of libloading and libc alone a build may take.
const LIMIT: f64 = 1.3;

/// Measures both builds in turn and compares the shortest of each; then looks at each feature set's dependencies.
///
/// # Errors
/// The ratio is above the limit, or a build tool is compiled that no feature asks for.
fn run(root: &Path) -> Result<Done, String> {
    let root = root
        .canonicalize()
        .map_err(|error| format!("{}: {error}", root.display()))?;
    command::run(cargo(&root).arg("fetch"), DEADLINE)?;
    let folder = tempfile::tempdir().map_err(|error| format!("a temporary folder: {error}"))?;
    let ours = package(
        &root,
        folder.path(),
        "ours",
        &format!("pcsc-sys = {{ path = {root:?} }}"),
    )?;
    let theirs = package(
        &root,
        folder.path(),
        "theirs",
        "libloading = \"0.8\"\nlibc = \"0.2\"",
    )?;
    let mut best = [f64::INFINITY; 2];
    for _ in 0..ROUNDS {
        for (package, best) in [&ours, &theirs].into_iter().zip(&mut best) {
            *best = best.min(build(package)?);
        }
    }
    let ratio = best[0] / best[1];
    println!(
        "   pcsc-sys {:.2} s, libloading and libc {:.2} s, the shortest of {ROUNDS}: ratio {ratio:.2}, at most {LIMIT}",
        best[0], best[1]
    );
    if ratio > LIMIT {
        return Err(format!(
            "a clean default build takes {ratio:.2} times one of libloading and libc"
        ));
    }
    for set in ALL {
        dependencies(&root, set)?;
    }
    Ok(Done::All)
}

/// Makes a package that does nothing, with these dependencies in the workspace's own versions.
fn package(root: &Path, folder: &Path, name: &str, dependencies: &str) -> Result<PathBuf, String> {
    let package = folder.join(name);
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[dependencies]\n{dependencies}\n[workspace]\n"
    );
    fs::create_dir_all(package.join("src"))
        .and_then(|()| fs::write(package.join("src/lib.rs"), ""))
        .and_then(|()| fs::write(package.join("Cargo.toml"), manifest))
        .and_then(|()| fs::copy(root.join("Cargo.lock"), package.join("Cargo.lock")).map(drop))
        .map_err(|error| format!("{}: {error}", package.display()))?;
    Ok(package)
}

/// Builds a package from nothing and returns the seconds that it took.
fn build(package: &Path) -> Result<f64, String> {
    let target = package.join("target");
    if target.exists() {
        fs::remove_dir_all(&target).map_err(|error| format!("{}: {error}", target.display()))?;
    }
    let start = Instant::now();
    let output = command::run(
        cargo(package)
            .args(["build", "--offline", "--target-dir"])
            .arg(&target),
        DEADLINE,
    )?;
    let time = start.elapsed().as_secs_f64();
    // Everything was compiled, and nothing that only features ask for.
    for (name, wanted) in [
        ("libloading", true),
        ("bindgen", false),
        ("pkg-config", false),
        ("clang-sys", false),
    ] {
        if output.contains(&format!("Compiling {name} ")) != wanted {
            return Err(format!("{output}\n{name}: expected to be compiled: {wanted}"));
        }
    }
    Ok(time)
}

/// Checks that bindgen and pkg-config belong to a feature set where its features ask for them, and only there.
fn dependencies(root: &Path, set: &str) -> Result<(), String> {
    let mut command = cargo(root);
    command.args([
        "tree",
        "--offline",
        "--edges",
        "normal,build",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ]);
    let tree = stdout(only_with(&mut command, set), DEADLINE)?;
    let expected = [
        ("libloading", set.contains("load")),
        ("bindgen", set.contains("bindgen")),
        ("pkg-config", set.contains("link") || set.contains("bindgen")),
    ];
    for (name, wanted) in expected {
        // clang-sys, below bindgen, has libloading too.
        if name == "libloading" && set.contains("bindgen") {
            continue;
        }
        if tree.lines().any(|line| line.split(' ').next() == Some(name)) != wanted {
            return Err(format!("{tree}\nfeatures \"{set}\": {name} expected: {wanted}"));
        }
    }
    Ok(())
}
