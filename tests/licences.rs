//! Each package that can be published has the licence texts of its own. They are copies: a symbolic link is a line of text
//! in a checkout on Windows.

use std::fs;
use std::path::Path;

#[test]
fn each_published_package_has_the_licence_texts() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut packages = 0;
    for entry in fs::read_dir(root.join("crates")).unwrap() {
        let folder = entry.unwrap().path();
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        if manifest.lines().any(|line| line == "publish = false") {
            continue;
        }
        packages += 1;
        for name in ["LICENSE-MIT", "LICENSE-APACHE"] {
            let copy = folder.join(name);
            assert!(!copy.is_symlink(), "{} is a symbolic link", copy.display());
            assert!(
                fs::read(&copy).ok() == fs::read(root.join(name)).ok(),
                "{} differs from the repository's",
                copy.display()
            );
        }
    }
    assert_ne!(packages, 0, "no package is published");
}
