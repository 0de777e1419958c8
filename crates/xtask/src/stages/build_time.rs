//! What a clean build of pcsc-sys costs: no more than its dependencies allow, and no build tool that is not asked for.

use std::path::Path;
use std::time::Instant;

use anyhow::{Result, ensure};

use crate::cargo::cargo;
use crate::command::{self, BUILD, Words, stdout};
use crate::feature_sets::{FIRST, OTHERS, only_with};
use crate::outside_packages::make;
use crate::stage::{Done, Stage};

pub(crate) const STAGE: Stage = Stage {
    name: "build-time",
    about: "a clean default build takes at most 1.3 times one of libloading and libc",
    needs: &[],
    run,
    rest: None,
};

const ROUNDS: u32 = 5;
/// How much longer than one of libloading and libc alone a build may take.
const LIMIT: f64 = 1.3;

/// Measures both builds in turn and compares the shortest of each; then looks at each feature set's dependencies.
fn run(root: &Path) -> Result<Done> {
    command::run(cargo(root).arg("fetch"), BUILD)?;
    let folder = tempfile::tempdir()?;
    let packages = ["ours", "theirs"].map(|name| folder.path().join(name));
    let ours = format!("pcsc-sys = {{ path = {root:?} }}");
    for (package, dependencies) in packages
        .iter()
        .zip([&*ours, "libloading = \"0.8\"\nlibc = \"0.2\""])
    {
        make(
            root,
            package,
            &format!("[dependencies]\n{dependencies}\n"),
            &[("src/lib.rs", "")],
        )?;
    }
    let mut best = [f64::INFINITY; 2];
    for _ in 0..ROUNDS {
        for (package, best) in packages.iter().zip(&mut best) {
            *best = best.min(build(package)?);
        }
    }
    let [ours, theirs] = best;
    let ratio = ours / theirs;
    println!(
        "   pcsc-sys {ours:.2} s, libloading and libc {theirs:.2} s, the shortest of {ROUNDS}: ratio {ratio:.2}, at most {LIMIT}"
    );
    ensure!(
        ratio <= LIMIT,
        "a clean default build takes {ratio:.2} times one of libloading and libc"
    );
    for set in FIRST.into_iter().chain(OTHERS) {
        dependencies(root, set)?;
    }
    Ok(Done::All)
}

/// Builds a package from nothing and returns the seconds that it took.
fn build(package: &Path) -> Result<f64> {
    let target = package.join("target");
    if target.exists() {
        fs_err::remove_dir_all(&target)?;
    }
    let start = Instant::now();
    let output = command::run(
        cargo(package).words("build --offline --target-dir").arg(&target),
        BUILD,
    )?;
    let time = start.elapsed().as_secs_f64();
    // Everything was compiled, and nothing that only features ask for.
    for (name, wanted) in [
        ("libloading", true),
        ("bindgen", false),
        ("pkg-config", false),
        ("clang-sys", false),
    ] {
        let is_compiled = output.contains(&format!("Compiling {name} "));
        ensure!(
            is_compiled == wanted,
            "{output}\n{name}: expected to be compiled: {wanted}"
        );
    }
    Ok(time)
}

/// Checks that bindgen and pkg-config belong to a feature set where its features ask for them, and only there.
fn dependencies(root: &Path, set: &str) -> Result<()> {
    let mut tree = cargo(root);
    tree.words("tree --offline --edges normal,build --prefix none --format {p}");
    let tree = stdout(only_with(&mut tree, set), BUILD)?;
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
        let is_there = tree.lines().any(|line| line.split(' ').next() == Some(name));
        ensure!(
            is_there == wanted,
            "{tree}\nfeatures \"{set}\": {name} expected: {wanted}"
        );
    }
    Ok(())
}
