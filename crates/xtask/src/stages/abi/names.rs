//! The names of the list, against those that the libraries export.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::command::{self, MINUTE};
use crate::files::read;

/// The import libraries for programs of 64 and of 32 bits, and whether they lack what is `unlinked32`.
///
/// The names for 32 bits have a `_` before and their arguments' size behind.
const IMPORT_LIBRARIES: [(&str, bool); 2] = [
    ("/usr/x86_64-w64-mingw32/lib/libwinscard.a", false),
    ("/usr/i686-w64-mingw32/lib/libwinscard.a", true),
];

/// The kinds that are linked, the last of them not for 32-bit mingw-w64.
const LINKED: [&str; 3] = ["required", "optional", "unlinked32"];

/// Compares the list with pcsc-lite's library and with mingw-w64's import libraries, both ways.
pub(super) fn run(root: &Path) -> Result<()> {
    let text = read(root.join("src/functions.rs"))?;
    let lite = list(&text, false)?;
    let exported = exported(&["-D"], &library()?)?;
    both_ways(&lite, &["required"], &exported).context("libpcsclite.so.1")?;
    println!("{} names are those of the installed libpcsclite", lite.len());
    let windows = list(&text, true)?;
    for (path, lacks) in IMPORT_LIBRARIES {
        let exported = self::exported(&[], path)?;
        let kinds = if lacks { &LINKED[..2] } else { &LINKED };
        both_ways(&windows, kinds, &exported).context(path)?;
        let mut left_out = windows.iter().filter(|(_, kind)| lacks && *kind == "unlinked32");
        if let Some((name, _)) = left_out.find(|(name, _)| exported.contains(name)) {
            bail!("{path} has {name} now: make it optional in the list");
        }
    }
    println!(
        "{} names are those of winscard.dll's import libraries",
        windows.len()
    );
    Ok(())
}

/// Returns the entries of the list that a platform has, each with its kind.
fn list(text: &str, is_windows: bool) -> Result<BTreeMap<String, String>> {
    let mut condition = None;
    let mut entries = BTreeMap::new();
    for line in text.lines().map(str::trim) {
        let words: Vec<_> = line.split_whitespace().collect();
        match words[..] {
            ["#[cfg(windows)]"] => condition = Some(is_windows),
            ["#[cfg(not(windows))]"] => condition = Some(!is_windows),
            // Those of macOS are compared nowhere.
            ["#[cfg(not(target_os", "=", "\"macos\"))]"] => condition = Some(true),
            [cfg, ..] if cfg.starts_with("#[cfg(") => bail!("names.rs does not know the condition {line}"),
            [
                kind @ ("required" | "optional" | "unlinked32" | "unlinked"),
                "fn",
                signature,
                ..,
            ] if condition.take().unwrap_or(true) => {
                let name = signature.split('(').next().unwrap_or_default();
                entries.insert(name.to_owned(), kind.to_owned());
            }
            _ => {}
        }
    }
    ensure!(
        !entries.is_empty(),
        "src/functions.rs has no entry that names.rs can read"
    );
    Ok(entries)
}

/// Returns the installed library's path.
fn library() -> Result<String> {
    let mut gcc = Command::new("gcc");
    let path = command::stdout(gcc.arg("-print-file-name=libpcsclite.so.1"), MINUTE)?;
    let path = path.trim();
    ensure!(
        path.contains('/'),
        "libpcsclite.so.1 is not installed: install libpcsclite1"
    );
    Ok(path.to_owned())
}

/// Returns the functions of PC/SC that a library defines.
fn exported(options: &[&str], library: &str) -> Result<Vec<String>> {
    let mut nm = Command::new("nm");
    nm.args(options).args(["--defined-only", library]);
    let output = command::stdout(&mut nm, MINUTE)?;
    let names = output.lines().filter_map(|line| line.split_once(" T "));
    let names = names.map(|(_, name)| name.trim_start_matches('_').split('@').next().unwrap_or_default());
    Ok(names
        .filter(|name| name.starts_with("SCard") || name.starts_with("pcsc_"))
        .map(str::to_owned)
        .collect())
}

/// Checks that the library has each name of these kinds, and the list each of the library's.
fn both_ways(list: &BTreeMap<String, String>, kinds: &[&str], exported: &[String]) -> Result<()> {
    let mut errors = String::new();
    for (name, kind) in list {
        if kinds.contains(&kind.as_str()) && !exported.contains(name) {
            errors += &format!("{name} is {kind} in the list and not exported\n");
        }
    }
    for name in exported.iter().filter(|name| !list.contains_key(*name)) {
        errors += &format!("{name} is exported and not in the list\n");
    }
    ensure!(errors.is_empty(), "{errors}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{both_ways, list};

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
        let names = |is_windows| list(LIST, is_windows).unwrap().into_keys().collect::<Vec<_>>();
        assert_eq!(names(true), ["SCardA", "SCardB"]);
        assert_eq!(names(false), ["SCardA", "SCardC"]);
        assert!(list("#[cfg(target_os = \"haiku\")]", true).is_err());
        assert!(list("", true).is_err());
    }

    #[test]
    fn names_that_only_one_side_has_are_errors() {
        let list = list(LIST, false).unwrap();
        let errors = |exported: &[&str]| {
            let exported: Vec<_> = exported.iter().map(|name| (*name).to_owned()).collect();
            both_ways(&list, &["required"], &exported)
                .err()
                .map(|error| error.to_string())
        };
        assert_eq!(errors(&["SCardA"]), None);
        assert!(
            errors(&["SCardC"])
                .unwrap()
                .contains("SCardA is required in the list")
        );
        assert!(
            errors(&["SCardA", "SCardX"])
                .unwrap()
                .contains("SCardX is exported")
        );
    }
}
