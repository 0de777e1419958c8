//! The order of the files that `lib.rs` describes is the one that they import each other in.

use std::collections::BTreeSet;
use std::path::Path;

use crate::files::{read, rust_sources};

/// The lines of the order, from the top, each with its files; that of the stages is `stages/*`.
fn described_order() -> Vec<Vec<&'static str>> {
    let lines = include_str!("lib.rs").lines();
    let described = lines.filter_map(|line| line.strip_prefix("//! - `"));
    // The commands are such a list too.
    described
        .filter(|line| !line.starts_with("cargo xtask"))
        .map(|line| {
            let names = line.split(':').next().unwrap_or_default();
            names.split(", ").map(|name| name.trim_matches('`')).collect()
        })
        .collect()
}

/// The number of a file's line in the order.
fn line_of(file: &str) -> usize {
    let name = if file.starts_with("stages/") {
        "stages/*"
    } else {
        file
    };
    let mut lines = described_order().into_iter();
    lines
        .position(|line| line.contains(&name))
        .unwrap_or_else(|| panic!("the order in lib.rs lacks {file}"))
}

/// The files that a text imports from.
fn imported(text: &str) -> BTreeSet<&str> {
    let mentions = text.split("crate::").skip(1);
    mentions
        .map(|rest| {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
            &rest[..end.unwrap_or(rest.len())]
        })
        .collect()
}

#[test]
fn each_file_imports_only_from_lines_below_its_own() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let sources = rust_sources(&folder).unwrap();
    assert!(sources.len() > 20, "{sources:?}");
    for path in sources.iter().filter(|path| !path.ends_with("import_order.rs")) {
        let file = path.strip_prefix(&folder).unwrap().with_extension("");
        let (file, text) = (file.to_str().unwrap(), read(path).unwrap());
        for import in imported(&text) {
            assert!(line_of(import) > line_of(file), "{file} imports {import}");
        }
        // Tests import what is above them in the same file, indented.
        let from_beside = text.lines().any(|line| line.starts_with("use super::"));
        assert!(!from_beside, "{file} imports from a file beside or above it");
    }
}

#[test]
fn no_way_to_write_an_import_escapes() {
    let text = "use crate::a;\nuse crate::b::{c, d};\nlet e = crate::f_g::h();\n";
    assert_eq!(imported(text), BTreeSet::from(["a", "b", "f_g"]));
    // A file without a name is in no line of the order.
    assert_eq!(imported("use crate::{a, b};"), BTreeSet::from([""]));
}
