//! The names of the list, against those that the libraries export.

use std::collections::BTreeMap;

use repository::{in_words, read, root, stdout};

/// The kinds that are linked, the last of them not for 32-bit mingw-w64.
const LINKED: [&str; 3] = ["required", "optional", "unlinked32"];

#[test]
#[ignore = "cargo xtask test abi"]
fn the_names_are_those_of_libpcsclite() {
    let list = list(&read(root().join("src/functions.rs")), false);
    let library = stdout(&mut in_words("gcc", "-print-file-name=libpcsclite.so.1"));
    assert_eq!(
        differences(
            &list,
            &["required"],
            &exported("-D --defined-only", library.trim())
        ),
        [""; 0]
    );
    println!("   {} names are those of the installed libpcsclite", list.len());
}

/// The names for 32 bits have a `_` before and their arguments' size behind.
#[test]
#[ignore = "cargo xtask test abi"]
fn the_names_are_those_of_windows_import_libraries() {
    let list = list(&read(root().join("src/functions.rs")), true);
    for (processor, kinds) in [("x86_64", &LINKED[..]), ("i686", &LINKED[..2])] {
        let library = format!("/usr/{processor}-w64-mingw32/lib/libwinscard.a");
        let exported = exported("--defined-only", &library);
        assert_eq!(differences(&list, kinds, &exported), [""; 0], "{library}");
        for (name, kind) in &list {
            let is_left_out = LINKED.contains(&&**kind) && !kinds.contains(&&**kind);
            assert!(
                !is_left_out || !exported.contains(name),
                "{library} has {name} now: make it optional"
            );
        }
    }
    println!(
        "   {} names are those of winscard.dll's import libraries",
        list.len()
    );
}

/// Returns the entries of the list that a platform has, each with its kind.
fn list(text: &str, is_windows: bool) -> BTreeMap<String, String> {
    let mut condition = None;
    let mut entries = BTreeMap::new();
    for line in text.lines().map(str::trim) {
        let words: Vec<_> = line.split_whitespace().collect();
        match words[..] {
            ["#[cfg(windows)]"] => condition = Some(is_windows),
            ["#[cfg(not(windows))]"] => condition = Some(!is_windows),
            // Those of macOS are compared nowhere.
            ["#[cfg(not(target_os", "=", "\"macos\"))]"] => condition = Some(true),
            [cfg, ..] if cfg.starts_with("#[cfg(") => panic!("{line} is a condition unknown here"),
            [kind, "fn", signature, ..]
                if (LINKED.contains(&kind) || kind == "unlinked") && condition.take().unwrap_or(true) =>
            {
                let name = signature.split('(').next().unwrap_or_default();
                entries.insert(name.to_owned(), kind.to_owned());
            }
            _ => {}
        }
    }
    assert!(!entries.is_empty(), "the list has no entry that can be read");
    entries
}

/// Returns the functions of PC/SC that a library defines.
fn exported(options: &str, library: &str) -> Vec<String> {
    let output = stdout(in_words("nm", options).arg(library));
    let names = output.lines().filter_map(|line| line.split_once(" T "));
    let names = names.filter_map(|(_, name)| name.trim_start_matches('_').split('@').next());
    let names = names.filter(|name| name.starts_with("SCard") || name.starts_with("pcsc_"));
    names.map(str::to_owned).collect()
}

/// Returns what of these kinds the library lacks, and what the list lacks of the library.
fn differences(list: &BTreeMap<String, String>, kinds: &[&str], exported: &[String]) -> Vec<String> {
    let linked = list.iter().filter(|(_, kind)| kinds.contains(&&***kind));
    let absent = linked.filter(|(name, _)| !exported.contains(name));
    let absent = absent.map(|(name, kind)| format!("{name} is {kind} in the list and not exported"));
    let unknown = exported.iter().filter(|name| !list.contains_key(*name));
    absent
        .chain(unknown.map(|name| format!("{name} is exported and not in the list")))
        .collect()
}

const LIST: &str = "
    /// Says.
    required fn SCardA(hContext: SCARDCONTEXT) -> LONG;
    #[cfg(windows)]
    unlinked fn SCardB() -> LONG;
    #[cfg(not(windows))]
    optional fn SCardC(a: DWORD,
        b: DWORD) -> LONG;";

#[test]
fn a_platform_has_its_own_entries() {
    let names = |is_windows| list(LIST, is_windows).into_keys().collect::<Vec<_>>();
    assert_eq!(names(true), ["SCardA", "SCardB"]);
    assert_eq!(names(false), ["SCardA", "SCardC"]);
}

#[test]
#[should_panic(expected = "unknown here")]
fn a_condition_that_is_unknown_is_an_error() {
    list("#[cfg(target_os = \"haiku\")]", true);
}

#[test]
fn names_that_only_one_side_has_are_differences() {
    let list = list(LIST, false);
    let differences = |exported: &[&str]| {
        let exported: Vec<_> = exported.iter().map(|name| (*name).to_owned()).collect();
        differences(&list, &["required"], &exported)
    };
    assert_eq!(differences(&["SCardA"]), [""; 0]);
    assert_eq!(
        differences(&["SCardC"]),
        ["SCardA is required in the list and not exported"]
    );
    assert_eq!(
        differences(&["SCardA", "SCardX"]),
        ["SCardX is exported and not in the list"]
    );
}
