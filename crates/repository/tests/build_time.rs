//! What a clean build of pcsc-sys costs: no more than its dependencies allow, and no build tool that is not asked for.

use std::fs;
use std::path::Path;
use std::time::Instant;

use repository::{attempt, cargo, make_package, root, stdout};

/// How often both are built at least, and at most: a machine with other work is slower in some rounds.
const ROUNDS: [u32; 2] = [5, 15];
/// How much longer than one of libloading and libc alone a build may take.
const LIMIT: f64 = 1.3;

/// Measures both builds in turn and compares the shortest of each.
#[test]
#[ignore = "cargo xtask test build-time"]
fn a_clean_default_build_takes_little_more_than_one_of_libloading_and_libc() {
    stdout(&mut cargo(root(), "fetch"));
    let folder = tempfile::tempdir().unwrap();
    let ours = format!("pcsc-sys = {{ path = {:?} }}", root());
    let packages = [
        ("ours", &*ours),
        ("theirs", "libloading = \"0.8\"\nlibc = \"0.2\""),
    ];
    let packages = packages.map(|(name, dependencies)| {
        let package = folder.path().join(name);
        make_package(
            &package,
            &format!("[dependencies]\n{dependencies}\n"),
            &[("src/lib.rs", "")],
        );
        package
    });
    let mut best = [f64::INFINITY; 2];
    let mut rounds = 0;
    while rounds < ROUNDS[0] || best[0] / best[1] > LIMIT && rounds < ROUNDS[1] {
        for (package, best) in packages.iter().zip(&mut best) {
            *best = best.min(build(package));
        }
        rounds += 1;
    }
    let [ours, theirs] = best;
    let ratio = ours / theirs;
    println!(
        "   pcsc-sys {ours:.2} s, libloading and libc {theirs:.2} s, the shortest of {rounds}: ratio {ratio:.2}, at most {LIMIT}"
    );
    assert!(ratio <= LIMIT);
}

/// Builds a package from nothing and returns the seconds that it took.
fn build(package: &Path) -> f64 {
    let target = package.join("target");
    let _ = fs::remove_dir_all(&target);
    let start = Instant::now();
    let (is_good, _, output) = attempt(cargo(package, "build --offline").env("CARGO_TARGET_DIR", target));
    let time = start.elapsed().as_secs_f64();
    assert!(is_good, "{output}");
    // Everything was compiled, and nothing that only features ask for.
    for (name, wanted) in [
        ("libloading", true),
        ("bindgen", false),
        ("pkg-config", false),
        ("clang-sys", false),
    ] {
        let is_compiled = output.contains(&format!("Compiling {name} "));
        assert_eq!(is_compiled, wanted, "{output}\n{name}");
    }
    time
}

#[test]
fn bindgen_and_pkg_config_belong_to_a_feature_set_where_its_features_ask_for_them() {
    let features = ["load", "link", "bindgen", "native"];
    for set in 0..1 << features.len() {
        let set: Vec<_> = (0..features.len())
            .filter(|bit| set >> bit & 1 == 1)
            .map(|bit| features[bit])
            .collect();
        let has = |feature| set.contains(&feature);
        let mut tree = cargo(root(), "tree --edges normal,build --prefix none --format {p}");
        tree.args([
            "--package",
            "pcsc-sys",
            "--no-default-features",
            "--features",
            &set.join(","),
        ]);
        let tree = stdout(&mut tree);
        for (name, wanted) in [
            // clang-sys, below bindgen, has libloading too.
            ("libloading", has("load") || has("bindgen")),
            ("bindgen", has("bindgen")),
            ("pkg-config", has("link") || has("bindgen")),
        ] {
            let is_there = tree.lines().any(|line| line.split(' ').next() == Some(name));
            assert_eq!(is_there, wanted, "{tree}\nfeatures {set:?}: {name}");
        }
    }
}
