//! Stage `drift`: a signature of the list that is not the header's does not compile.
//!
//! A copy of the package is changed at every function at once: each must be named by an error. Unchanged it compiles.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use fs_err as fs;

use crate::command::{self, BUILD, Words};
use crate::files::{copy, read, write};
use crate::headers;
use crate::outside_packages;
use crate::requirements::BINDGEN;
use crate::stage::{Done, Stage};

pub(crate) const STAGE: Stage = Stage {
    name: "drift",
    about: "a signature that differs from the header's does not compile",
    needs: &[BINDGEN],
    run,
    rest: None,
};

const LIST: &str = "src/functions.rs";

fn run(root: &Path) -> Result<Done> {
    let package = root.join("target/drift");
    make_copy(root, &package)?;
    let headers = package.join("headers");
    let names = names(&read(root.join("src/bindings/pcsclite.rs"))?)?;

    compiles(&mut check(root, &package, "load"))?;
    compiles(check(root, &package, "load,bindgen").env("PCSC_INCLUDE_DIR", &headers))?;

    // The list changes, the committed bindings stay.
    let list = package.join(LIST);
    let text = read(&list)?;
    write(&list, &change(&text, &names, change_list))?;
    each_is_named(&mut check(root, &package, "load"), &names)?;
    // Where the list has another pointer than the header, it is as constant as that.
    for (kind, other) in [(" LPCBYTE as", " LPBYTE as"), (" LPBYTE as", " LPCBYTE as")] {
        let changes = replaced_one_at_a_time(&text, kind, other);
        if changes.is_empty() {
            bail!("{LIST} has no{kind}");
        }
        for (name, changed) in changes {
            write(&list, &changed)?;
            each_is_named(&mut check(root, &package, "load"), &[name])?;
        }
    }
    write(&list, &text)?;

    // The headers change, the list stays.
    let changed = package.join("changed-headers");
    copy(&headers, &changed)?;
    for header in ["winscard.h", "pcsclite.h"] {
        let path = changed.join(header);
        let text = read(&path)?;
        write(&path, &change(&text, &names, change_header))?;
    }
    each_is_named(
        check(root, &package, "load,bindgen").env("PCSC_INCLUDE_DIR", &changed),
        &names,
    )?;
    println!(
        "{} changed signatures do not compile, in the list and in the headers",
        names.len()
    );
    Ok(Done::All)
}

/// Copies the package's sources and the installed headers.
fn make_copy(root: &Path, package: &Path) -> Result<()> {
    if package.exists() {
        fs::remove_dir_all(package)?;
    }
    copy(&headers::pcsclite()?, &package.join("headers"))?;
    for file in [
        "src",
        "build",
        "build.rs",
        "wrapper.h",
        "crates/wire",
        "Cargo.lock",
    ] {
        copy(&root.join(file), &package.join(file))?;
    }
    let manifest = manifest(&read(root.join("Cargo.toml"))?);
    write(&package.join("Cargo.toml"), &manifest)
}

/// Returns the manifest without other packages and without what only tests need.
fn manifest(text: &str) -> String {
    let mut is_kept = true;
    let mut kept = String::new();
    for line in text.lines() {
        if line.starts_with('[') {
            is_kept = !line.starts_with("[[") && !line.contains("dev-dependencies");
        }
        let names_others = ["members", "exclude", "default-members", "pcsc-sys = "]
            .iter()
            .any(|key| line.starts_with(key));
        if is_kept && !names_others {
            kept += line;
            kept += "\n";
        }
    }
    kept
}

/// Returns the functions of the committed bindings.
fn names(bindings: &str) -> Result<Vec<String>> {
    let (_, header) = bindings
        .split_once("mod header")
        .context("src/bindings/pcsclite.rs has no `mod header`")?;
    let names = header.split("pub fn ").skip(1);
    Ok(names
        .filter_map(|rest| rest.split('(').next())
        .map(str::to_owned)
        .collect())
}

/// Changes the signature of each function that a text declares.
fn change(text: &str, names: &[String], change_one: fn(&str) -> String) -> String {
    let mut text = text.to_owned();
    for name in names {
        // Documentation and comments may name a function with a parenthesis too, but not like this.
        let declarations = ["fn ", "LONG ", "char *", "char* "].map(|before| format!("{before}{name}("));
        if let Some(at) = declarations
            .iter()
            .find_map(|start| Some(text.find(start)? + start.len()))
        {
            text = format!("{}{}", &text[..at], change_one(&text[at..]));
        }
    }
    text
}

/// Replaces a part of the list wherever it stands, in one place at a time, each with the function around it.
fn replaced_one_at_a_time(list: &str, part: &str, other: &str) -> Vec<(String, String)> {
    list.match_indices(part)
        .filter_map(|(at, _)| {
            let (before, after) = (&list[..at], &list[at + part.len()..]);
            let (_, name) = before.rsplit_once(" fn ")?;
            let name = name.split('(').next()?;
            Some((name.to_owned(), format!("{before}{other}{after}")))
        })
        .collect()
}

/// Gives the first argument, up to its comma or the parenthesis, a type that no function has there.
fn change_list(rest: &str) -> String {
    let colon = rest.find(':').unwrap_or(0);
    let end = rest.find([',', ')']).unwrap_or(0);
    format!("{}: u16{}", &rest[..colon], &rest[end..])
}

/// Puts an argument before the first one.
fn change_header(rest: &str) -> String {
    format!("unsigned short drift, {rest}")
}

fn check(root: &Path, package: &Path, features: &str) -> Command {
    let mut cargo = outside_packages::cargo(root, package);
    cargo
        .words("check --lib --no-default-features --features")
        .arg(features);
    cargo
}

fn compiles(cargo: &mut Command) -> Result<()> {
    command::run(cargo, BUILD).context("the unchanged copy does not compile, so the check means nothing")?;
    Ok(())
}

/// Checks that the package does not compile, with an error for each function.
fn each_is_named(cargo: &mut Command, names: &[String]) -> Result<()> {
    let (status, output) = command::status_and_output(cargo, BUILD)?;
    let mismatches = |name: &String| {
        // rustc names the item: `fn item ... {NAME}`.
        let item = format!("{{header::{name}}}");
        output.split("error[").any(|error| {
            let has = |text: &str| error.contains(text);
            // The second is an assertion's, for a pointer that is not as constant as the header's.
            error.starts_with("E0308") && (has(&item) || has(&format!("{{{name}}}")))
                || error.starts_with("E0080") && has(&format!("{name}: "))
        })
    };
    let unnoticed: Vec<_> = names.iter().filter(|name| !mismatches(name)).cloned().collect();
    let is_noticed = !status.success() && !names.is_empty() && unnoticed.is_empty();
    ensure!(
        is_noticed,
        "{output}\nno error for a changed signature of: {}",
        unnoticed.join(", ")
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{change, change_header, change_list, manifest, replaced_one_at_a_time};

    #[test]
    fn the_first_argument_changes() {
        let names = ["SCardA".to_owned()];
        let list = "/// See SCardA().\nrequired fn SCardA(a: LPBYTE as LPVOID, b: DWORD) -> LONG;";
        let changed = "/// See SCardA().\nrequired fn SCardA(a: u16, b: DWORD) -> LONG;";
        assert_eq!(change(list, &names, change_list), changed);
        let header = "PCSC_API LONG SCardA(DWORD a);";
        let changed = "PCSC_API LONG SCardA(unsigned short drift, DWORD a);";
        assert_eq!(change(header, &names, change_header), changed);
    }

    #[test]
    fn one_place_changes_at_a_time() {
        let list = "required fn SCardA(a: X as Y, b: X as Y);\nrequired fn SCardB(a: X as Y);";
        let changes = replaced_one_at_a_time(list, "X as", "Z as");
        let names: Vec<_> = changes.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["SCardA", "SCardA", "SCardB"]);
        let changed = "required fn SCardA(a: X as Y, b: Z as Y);\nrequired fn SCardB(a: X as Y);";
        assert_eq!(changes[1].1, changed);
    }

    #[test]
    fn the_copy_is_the_package_alone() {
        let text = "[workspace]\nmembers = [\"a\"]\n[dev-dependencies]\nb = \"1\"\n[[test]]\nname = \"c\"\n[lints]\nd = 1\n";
        assert_eq!(manifest(text), "[workspace]\n[lints]\nd = 1\n");
    }
}
