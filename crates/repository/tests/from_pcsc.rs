//! The table of `docs/from-pcsc.md`: each row on the crate `pcsc` and on `pcsc-session`, and whether it has all of `pcsc`.

use std::path::Path;

use repository::{cargo, make_package, read, root, stdout, target_folder};
use serde_json::Value;

/// One row: code on `pcsc`, and on `pcsc-session` where it has that.
#[derive(Debug, PartialEq)]
struct Row {
    line: usize,
    pcsc: String,
    session: Option<String>,
}

/// What a cell on `pcsc` has at hand.
const PCSC: &str = "#![allow(warnings, reason = \"cells are not whole programs\")]\n\
    use pcsc::*;\nuse std::{ffi::CStr, time::Duration};\ntype Result<T> = std::result::Result<T, pcsc::Error>;\n";
const PCSC_ARGUMENTS: &str = "reader: &CStr, context: Context, mut card: Card, mut transaction: Transaction<'_>, \
    mut states: [ReaderState; 1], mut state: ReaderState, status: CardStatus<'_, '_>, owned: CardStatusOwned, \
    mut buffer: [u8; 300], mut names: [u8; 300], mut atr: [u8; 33], command: [u8; 5], error: pcsc::Error";

/// What a cell on `pcsc-session` has at hand.
const SESSION: &str = "#![allow(warnings, reason = \"cells are not whole programs\")]\n\
    use pcsc_session::*;\nuse std::time::Duration;\ntype Result<T> = std::result::Result<T, pcsc_session::Error>;\n";
const SESSION_ARGUMENTS: &str = "reader: &ReaderName, context: Context, mut session: Session, \
    mut transaction: Transaction<'_>, mut states: [ReaderState; 1], mut state: ReaderState, status: CardStatus, \
    mut buffer: [u8; 300], command: [u8; 5], error: pcsc_session::Error";

/// Compiles each cell as a function of its own, named after its line, and looks for each item of `pcsc` in the left ones.
#[test]
#[ignore = "cargo xtask test docs"]
fn each_row_compiles_and_each_name_of_pcsc_has_one() {
    let table = rows(&read(root().join("docs/from-pcsc.md")));
    let left: String = table
        .iter()
        .map(|row| function(row.line, PCSC_ARGUMENTS, &row.pcsc))
        .collect();
    let right = table
        .iter()
        .filter_map(|row| Some(function(row.line, SESSION_ARGUMENTS, row.session.as_deref()?)));
    let right: String = right.collect();
    let [sys, session] = [".", "crates/session"].map(|path| format!("{{ path = {:?} }}", root().join(path)));
    let manifest = format!(
        "[dependencies]\npcsc = \"2.9\"\npcsc-sys = {sys}\npcsc-session = {session}\n[patch.crates-io]\npcsc-sys = {sys}\n"
    );
    let package = target_folder().join("from-pcsc");
    let sources = [
        ("src/bin/pcsc.rs", &*format!("{PCSC}{left}fn main() {{}}\n")),
        (
            "src/bin/session.rs",
            &*format!("{SESSION}{right}fn main() {{}}\n"),
        ),
    ];
    make_package(&package, &manifest, &sources);
    stdout(&mut cargo(&package, "check --quiet"));
    let items = items(&source_of_pcsc(&package));
    assert!(
        items.len() > 100,
        "of pcsc only these items were found: {items:?}"
    );
    let named: Vec<_> = table.iter().flat_map(|row| words(&row.pcsc)).collect();
    let absent: Vec<_> = items
        .iter()
        .filter(|item| !named.contains(&item.as_str()))
        .collect();
    assert!(absent.is_empty(), "docs/from-pcsc.md has no row with {absent:?}");
    println!(
        "   the {} rows of docs/from-pcsc.md compile, and have the {} names of pcsc",
        table.len(),
        items.len()
    );
}

fn function(line: usize, arguments: &str, code: &str) -> String {
    format!("fn line_{line}({arguments}) -> Result<()> {{\n    let _ = {{ {code} }};\n    Ok(())\n}}\n")
}

/// Reads the rows of all tables of three cells that begin with `pcsc`.
fn rows(text: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut is_in_table = false;
    for (line, text) in (1..).zip(text.lines()) {
        let Some(cells) = text.strip_prefix("| ") else {
            is_in_table = false;
            continue;
        };
        let cells = cells.replace("\\|", "\u{0}");
        let cells: Vec<_> = cells
            .split('|')
            .map(|cell| cell.trim().replace('\u{0}', "|"))
            .collect();
        if cells[0] == "`pcsc`" {
            is_in_table = true;
        } else if is_in_table && !cells[0].starts_with("---") {
            let pcsc = code(&cells[0]).unwrap_or_else(|| panic!("line {line}: a row begins with code"));
            let session = code(&cells[1]);
            assert!(
                session.is_some() || cells[1] == "none",
                "line {line}: the second cell is code, or none"
            );
            rows.push(Row { line, pcsc, session });
        }
    }
    assert!(!rows.is_empty(), "there is no table");
    rows
}

/// Returns what a cell has between its only two marks of code.
fn code(cell: &str) -> Option<String> {
    let code = cell.strip_prefix('`')?.strip_suffix('`')?;
    (!code.contains('`')).then(|| code.to_owned())
}

/// Asks Cargo for the source of `pcsc`.
fn source_of_pcsc(package: &Path) -> String {
    let metadata = stdout(&mut cargo(package, "metadata --offline --format-version 1"));
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    let mut packages = metadata["packages"].as_array().unwrap().iter();
    let pcsc = packages
        .find(|package| package["name"] == "pcsc")
        .expect("the package depends on pcsc");
    read(
        Path::new(pcsc["manifest_path"].as_str().unwrap())
            .with_file_name("src")
            .join("lib.rs"),
    )
}

/// Returns the names of the public items in the source of `pcsc`, of its variants and of its flags, but for those that
/// Windows alone has.
fn items(source: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut is_for_windows = false;
    for line in source.lines().map(str::trim) {
        let mut found: Vec<_> = words(line).collect();
        let is_public = line.starts_with("pub ");
        let is_value = line
            .split_once(" = ffi::")
            .is_some_and(|(name, _)| words(name).eq([name]));
        let is_flag = line.starts_with("const ") && line.contains(" = ") && !line.contains(':')
            || line.starts_with("const ") && line.contains("= ffi::SCARD_");
        let kinds = ["pub", "const", "unsafe", "fn", "struct", "enum"];
        found.retain(|word| !kinds.contains(word));
        if (is_public && !line.starts_with("pub use ") || is_value || is_flag) && !is_for_windows {
            names.extend(found.first().map(|name| (*name).to_owned()));
        }
        is_for_windows = line.starts_with("#[cfg(") && line.contains("windows") && !line.contains("not(");
    }
    names.sort();
    names.dedup();
    // Types whose values the rows have: they are made by functions.
    let made = [
        "Card",
        "CardStatus",
        "CardStatusOwned",
        "ReaderNames",
        "Transaction",
    ];
    names.retain(|name| !made.contains(&&**name));
    names
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|character: char| !character.is_ascii_alphanumeric() && character != '_');
    words.filter(|word| !word.is_empty())
}

#[test]
fn each_row_has_its_code() {
    let text = "| a | b |\n| --- | --- |\n| `no` | `row` |\n\n| `pcsc` | `pcsc-session` | |\n| --- | --- | --- |\n\
        | `a(\\|b\\| c)` | none | why |\n| `d` | `e` | |\n";
    let row = |line, pcsc: &str, session: Option<&str>| {
        let session = session.map(str::to_owned);
        Row {
            line,
            pcsc: pcsc.to_owned(),
            session,
        }
    };
    assert_eq!(rows(text), [row(7, "a(|b| c)", None), row(8, "d", Some("e"))]);
    for wrong in [
        "| a | `b` | |\n",
        "| `a` | in words | |\n",
        "| `a` and `b` | none | |\n",
        "| `a` |\n",
        "",
    ] {
        let table = format!("| `pcsc` | `pcsc-session` | |\n| --- | --- | --- |\n{wrong}");
        assert!(std::panic::catch_unwind(|| rows(&table)).is_err(), "{wrong}");
    }
}

#[test]
fn the_public_items_are_found() {
    let source = "pub use pcsc_sys as ffi;\nconst DUMMY: LONG = -1;\nbitflags! {\n    pub struct State: DWORD {\n        \
        const EMPTY = ffi::SCARD_STATE_EMPTY;\n        const UNKNOWN = {\n        }\n    }\n}\npub enum Error {\n    \
        Timeout = ffi::SCARD_E_TIMEOUT as u32,\n    #[cfg(target_os = \"windows\")]\n    Unexpected = ffi::E as u32,\n}\n\
        impl Error {\n    fn from_raw() {}\n    pub const fn code(self) {}\n    pub unsafe fn bits() {}\n}\n\
        pub const MAX: usize = 1;\nErr(a == ffi::B)\n";
    let expected = [
        "EMPTY", "Error", "MAX", "State", "Timeout", "UNKNOWN", "bits", "code",
    ];
    assert_eq!(items(source), expected);
}
