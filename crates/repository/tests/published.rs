//! What would be published has its README, licences and metadata, and Cargo has nothing to say against it.

use repository::{attempt, cargo, root, stdout};
use serde_json::Value;

#[test]
#[ignore = "cargo xtask test published"]
fn each_package_that_may_be_published_is_whole() {
    // Packed together they find each other; from the registry they need nothing that is not downloaded.
    stdout(&mut cargo(root(), "fetch"));
    let metadata = stdout(&mut cargo(
        root(),
        "metadata --no-deps --offline --format-version 1",
    ));
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let packages: Vec<_> = packages
        .iter()
        .filter(|package| package["publish"].is_null())
        .collect();
    let names: Vec<_> = packages
        .iter()
        .map(|package| package["name"].as_str().unwrap())
        .collect();
    assert!(names.contains(&"pcsc-sys"), "{names:?}");

    let mut pack = cargo(root(), "package --offline --no-verify --allow-dirty");
    for name in &names {
        pack.args(["--package", name]);
    }
    let (is_good, _, output) = attempt(&mut pack);
    assert!(
        is_good && !output.lines().any(|line| line.starts_with("warning: ")),
        "{output}"
    );

    for (name, package) in names.iter().zip(&packages) {
        assert!(
            package["repository"].is_string(),
            "{name} does not name the repository"
        );
        assert!(
            package["metadata"]["docs"]["rs"].is_object(),
            "{name} has no metadata for docs.rs"
        );
        let mut list = cargo(root(), "package --offline --allow-dirty --list --package");
        let files = stdout(list.arg(name));
        for file in ["README.md", "LICENSE-APACHE", "LICENSE-MIT"] {
            assert!(files.lines().any(|line| line == file), "{name} has no {file}");
        }
        println!("   {name} was looked at");
    }
}
